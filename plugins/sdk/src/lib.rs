//! The vocabulary every checker of `diag` speaks.
//!
//! A checker is a small pure function over plain facts: it receives a [`Case`] (everything core
//! read, decoded, verified and joined) and reports [`Finding`]s. First-party families and third
//! parties use exactly this crate; linked in or loaded, the result is the same.
//!
//! - [`case`]: the facts, from inputs and exchanges to messages, metadata, configuration and attempts
//! - [`mod@check`]: what a check is, what a plugin is
//! - [`need`]: what inputs a check can use
//! - [`finding`]: what a check reports: severity, place, expected and actual, causes with their fix
//! - [`address`]: URLs as a browser asks for them
//! - [`difference`]: exact comparison first, then the near miss put into one word
//! - [`host`]: host names, parsed and compared
//! - [`repair`]: what can be put right mechanically, as a finding asks for it
//! - [`setting`]: names of settings, and where each vendor's administrator finds them
//! - [`aadsts`], [`status`]: vendor codes and SAML status codes in words

#[macro_use]
mod facts;

pub mod aadsts;
pub mod abi;
pub mod address;
pub mod case;
pub mod check;
pub mod difference;
pub mod finding;
pub mod host;
pub mod manifest;
pub mod need;
pub mod repair;
pub mod secret;
pub mod serve;
pub mod setting;
pub mod spec;
pub mod status;

pub use case::Case;
pub use case::place::{Place, Sited};
pub use check::{Check, Findings, Plugin, Stage};
pub use difference::Difference;
pub use finding::{Cause, CauseData, Finding, Severity, Told, Who};
/// Times and durations of the facts.
pub use jiff;
pub use need::Need;
pub use repair::{Mend, Repair};
pub use secret::{Personal, Secret};
pub use setting::{Setting, Vendor};

/// Version of the Case and Finding schemas. Grows only by addition.
pub const SCHEMA: &str = "diag-case/1";
