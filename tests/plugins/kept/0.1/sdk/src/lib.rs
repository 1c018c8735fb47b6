//! `diag-sdk` as it stood when the promise of `docs/stability.md` was written: what a plugin of version 0.1 is built against.
//!
//! Kept so that the tests build a library as its author did then, and load it into the `diag` of today. It is that version's
//! own source, without tests, without schemas, and without what a library of one's own need not use: views over the facts,
//! and checks that are data. Nothing here is ever brought up to date.
#![allow(clippy::all, clippy::pedantic, dead_code, unreachable_pub, reason = "kept as it was")]

#[macro_use]
mod facts;

pub mod abi;
pub mod account;
pub mod case;
pub mod check;
pub mod difference;
pub mod finding;
pub mod findings;
pub mod host;
pub mod manifest;
pub mod meaning;
pub mod need;
pub mod placeholder;
pub mod repair;
pub mod secret;
pub mod serve;
pub mod setting;
pub mod spec;
pub mod stage;
pub mod subject;
pub mod unseen;
pub mod vendor;

pub use account::Account;
pub use case::Case;
pub use case::place::{Place, Sited};
pub use check::{Check, Class, Plugin};
pub use difference::Difference;
pub use finding::{Cause, CauseData, Finding, Severity, Told, Who};
pub use findings::Findings;
/// Times and durations of the facts.
pub use jiff;
pub use meaning::{Meaning, Writer};
pub use need::Need;
pub use repair::{Mend, Repair};
pub use secret::{Personal, Secret};
pub use setting::Setting;
pub use stage::Stage;
pub use subject::Subject;
pub use vendor::Vendor;

/// Version of the Case and Finding schemas. Grows only by addition.
pub const SCHEMA: &str = "diag-case/1";
