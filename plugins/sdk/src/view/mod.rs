//! Views over the Case: what a check asks of the facts, in the words checks speak.
//!
//! Facts stand in the Case one by one; a check asks about things: this response and what became of it,
//! this copy of metadata and whether the sign-in depends on it, this entry point. A view joins the facts
//! of one such thing, computes nothing that is a judgement (what was accepted, when an assertion is
//! valid and who said what are facts already), and hands out [`Finding`](crate::Finding)s that carry the
//! attempt and the subject, at the level that thing's fate makes due.
//!
//! - [`delivery`]: any message, its attempt, fate and what was said about it
//! - [`request`], [`response`]: sign-in requests; responses with the request they answer
//! - [`sign_in`]: successes whose assertion can be read, with the entry points that would read them
//! - [`metadata_copy`]: copies of either side's metadata, and how much each matters
//! - [`keys`]: which keys each side holds of the other
//! - [`sides`]: entityIDs and ACS URLs the service provider uses and the identity provider has registered
//! - [`registry`]: what is registered, asked about many values
//! - [`consumers`]: where the service provider consumes responses, for each response
//! - [`quoted`]: values that whoever refused puts beside the one that was sent
//! - [`idp_names`]: what only identity providers are called
//! - [`entry_point`], [`visit`]: entry points of the service provider, and what the browser did there
//!
//! Methods on [`Case`](crate::Case), [`Finding`](crate::Finding) and
//! [`Exchange`](crate::case::exchange::Exchange) that belong to a view stand in its file.

mod cloud;
pub mod consumers;
pub mod delivery;
mod ending;
pub mod entry_point;
pub mod expectations;
pub mod idp_names;
mod index;
pub mod keys;
pub mod metadata_copy;
mod protection;
pub mod quoted;
pub mod registry;
pub mod request;
pub mod response;
mod screen;
pub mod sides;
pub mod sign_in;
mod soundness;
pub mod visit;

pub use consumers::{Consumers, ConsumersOf};
pub use delivery::Delivery;
pub use entry_point::EntryPoint;
pub use expectations::Blame;
pub use idp_names::IdpNames;
pub use metadata_copy::MetadataCopy;
pub use quoted::Beside;
pub use registry::Registry;
pub use request::Request;
pub use response::Response;
pub use sides::{Known, Source, Used};
pub use sign_in::{SignIn, User};
pub use visit::Visit;
