//! Messages and metadata: bindings undone, XML with positions, facts out.

mod address;
mod assertion;
mod assertion_11;
pub mod binding;
mod characters;
mod encryption;
mod inflate;
mod instant;
pub mod messages;
pub mod metadata;
mod page;
mod protocol;
mod reading;
mod schema;
mod sightings;
mod signature;
mod soap;
#[cfg(test)]
mod tests;
mod ws_federation;
pub mod xml;

pub use protocol::{assertion_of, facts_of};
pub use sightings::MessageParameter;
