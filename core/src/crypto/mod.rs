//! Certificates, signatures and encryption: the hard part, written down as plain facts.

mod bergshamra_engine;
pub mod certificate;
pub mod engine;
mod judge;
mod keys;
mod origin;
mod query;
mod verify;
mod work;

pub use bergshamra_engine::BergshamraEngine;
pub use judge::{judge, judge_metadata};
pub use keys::{KeyRing, TrustedKey};
pub use query::verify_query;
pub use verify::{verify_message, verify_metadata, verify_with};

#[cfg(test)]
mod tests;
