//! Checks of a team that never built them anew: what they read and write is what version 0.1 knew.

mod acs_without_tls;
mod attempt_refused;

use diag_sdk::Plugin;

/// What diag loads.
pub static PLUGIN: Plugin = Plugin {
    name: "kept",
    version: env!("CARGO_PKG_VERSION"),
    about: "House rules that stay as they are",
    checks: &[&acs_without_tls::ACS_WITHOUT_TLS, &attempt_refused::ATTEMPT_REFUSED],
};

diag_sdk::export_plugin!(PLUGIN);
