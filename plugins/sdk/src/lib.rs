//! The vocabulary every checker of `diag` speaks.
//!
//! A checker is a small pure function over plain facts: it receives a [`Case`] (everything core
//! read, decoded, verified and joined) and reports [`Finding`]s. First-party families and third
//! parties use exactly this crate; linked in or loaded, the result is the same.
//!
//! - [`case`]: the facts, from inputs and exchanges to messages, metadata, configuration and attempts
//! - [`account`]: which failures a finding accounts for
//! - [`mod@check`]: what a check is, what a plugin is
//! - [`refusal`]: checks that merely tell what somebody states who refuses
//! - [`need`]: what inputs a check can use
//! - [`mod@reference`]: sections of specifications and pages that a check rests on
//! - [`finding`]: what a check reports: severity, place, expected and actual, causes with their fix
//! - [`view`]: what a check asks of the facts: responses, requests, copies of metadata, entry points
//! - [`address`], [`destinations`]: URLs as a browser asks for them, one and many
//! - [`content_policy`]: what a Content Security Policy forbids, as browsers apply it
//! - [`difference`]: exact comparison first, then the near miss put into one word
//! - [`header`]: which headers of an answer may be asked for
//! - [`host`]: host names, parsed and compared
//! - [`meaning`]: what statements of pages and logs mean, and who writes so
//! - [`repair`]: what can be put right mechanically, as a finding asks for it
//! - [`setting`]: names of settings, and where each vendor's administrator finds them
//! - [`shown`]: spans of time, ids and addresses as people read them
//! - [`near`]: the attribute that was probably meant
//! - [`algorithm`]: names of signature and digest algorithms, and how strong they are
//! - [`tenant`], [`user_directory`]: values of products that mean more than their text
//! - [`status`], [`stated`]: SAML status codes in words; what a stated reason calls for
//! - `testing` (with the feature of that name): Cases for the tests of checks

#[macro_use]
mod facts;

pub mod abi;
pub mod account;
pub mod address;
pub mod algorithm;
pub mod case;
pub mod check;
pub mod content_policy;
pub mod destinations;
pub mod difference;
pub mod finding;
pub mod findings;
pub mod header;
pub mod host;
pub mod manifest;
pub mod meaning;
pub mod near;
pub mod need;
pub mod placeholder;
pub mod reference;
pub mod refusal;
pub mod repair;
pub mod secret;
pub mod serve;
pub mod setting;
pub mod shown;
pub mod spec;
pub mod stage;
pub mod stated;
pub mod status;
pub mod subject;
pub mod tenant;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod unseen;
pub mod user_directory;
pub mod vendor;
pub mod view;

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
pub use reference::{Reference, Specification};
pub use refusal::{Confirmation, Refusal};
pub use repair::{Mend, Repair};
pub use secret::{Personal, Secret};
pub use setting::Setting;
pub use stage::Stage;
pub use subject::Subject;
pub use vendor::Vendor;

/// Version of the Case and Finding schemas. Grows only by addition.
pub const SCHEMA: &str = "diag-case/1";

/// The boundary to libraries in C, as `include/diag_plugin.h` has it. Projects that `diag plugin new` writes get this text.
pub const C_HEADER: &str = include_str!("../include/diag_plugin.h");
