//! The engine of `diag`: turns bytes into a Case, runs checkers over it, ranks causes.
//!
//! ```text
//! bytes ─intake─▶ Evidence ─saml, crypto, snapshot, story─▶ facts ─judgement─▶ Case ─runner─▶ findings ─verdict─▶ Report
//! ```
//!
//! No file, process, network or clock access of its own: whoever calls hands in readers and the
//! current time. Everything read is bounded in size, depth and number.

pub mod amend;
mod beginning;
mod blotted;
pub mod bounds;
pub mod certificate;
pub mod compare;
pub mod copies;
pub mod crypto;
pub mod evidence;
pub mod examine;
pub mod example;
mod http_date;
pub mod intake;
pub mod judgement;
mod known_by;
mod log;
mod markup;
pub mod mask;
mod participants;
pub mod recorded;
pub mod redact;
mod references;
pub mod repair;
pub mod report;
pub mod runner;
mod runs;
pub mod saml;
mod screen;
pub mod seal;
pub mod secrets;
#[cfg(test)]
mod seeds;
pub mod sharing;
pub mod snapshot;
pub mod sources;
mod spoken;
pub mod story;
pub mod suppression;
pub mod verdict;
mod wrapped;
