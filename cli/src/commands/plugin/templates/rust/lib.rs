//! Checks of @name@ for diag.

mod acs_without_tls;

use diag_sdk::Plugin;

/// What diag loads: a name, a version, and the checks sorted by id.
pub static PLUGIN: Plugin = Plugin {
    name: "@name@",
    version: env!("CARGO_PKG_VERSION"),
    about: "House rules of @name@",
    checks: &[&acs_without_tls::ACS_WITHOUT_TLS],
};

diag_sdk::export_plugin!(PLUGIN);
