//! House rules of Acme Corporation: what our identity team insists on beyond the standards.

mod contractor_signs_in;
mod foreign_tenant;

use diag_sdk::Plugin;

/// What diag loads.
pub static PLUGIN: Plugin = Plugin {
    name: "acme",
    version: env!("CARGO_PKG_VERSION"),
    about: "House rules of Acme Corporation",
    checks: &[&contractor_signs_in::CONTRACTOR_SIGNS_IN, &foreign_tenant::FOREIGN_TENANT],
};

diag_sdk::export_plugin!(PLUGIN, wants: ["secret:personal"]);
