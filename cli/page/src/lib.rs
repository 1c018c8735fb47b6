//! `diag` in a browser: core, all checks and the report, asked by the script of one HTML file.
//!
//! The page hands over a [`question::Question`] and lets its files be read piece by piece; back come the
//! report as HTML, the report as JSON, and a [`answer::Summary`], or the archive of [`bundle`]. All that is particular to a browser stands
//! in `browser` and exists only there; everything else runs, and is tested, anywhere.

pub mod answer;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod browser;
pub mod bundle;
mod chosen;
mod files;
#[cfg(not(target_arch = "wasm32"))]
pub mod pack;
pub mod question;

pub use chosen::Open;
