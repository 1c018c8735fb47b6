//! Checks that entityID and assertion consumer service URLs match on both sides.

mod acs_not_registered;
mod entity_id_not_registered;
#[cfg(test)]
mod fixture;
mod sides;

use diag_sdk::Plugin;

/// Both sides name each other's endpoints alike.
pub static PLUGIN: Plugin = Plugin {
    name: "endpoints",
    version: env!("CARGO_PKG_VERSION"),
    about: "entityID and assertion consumer service URLs match on both sides",
    checks: &[&acs_not_registered::ACS_NOT_REGISTERED, &entity_id_not_registered::ENTITY_ID_NOT_REGISTERED],
};
