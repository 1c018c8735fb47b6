//! The families that come with `diag`: an explicit list, so that nothing runs that does not stand here. The command
//! line, the page and the suite take it from here.

use diag_sdk::{Check, Plugin};

/// First-party plugins, sorted by name.
pub static BUILTIN: &[&Plugin] = &[
    &diag_plugin_assertion::PLUGIN,
    &diag_plugin_endpoints::PLUGIN,
    &diag_plugin_flow::PLUGIN,
    &diag_plugin_hosts::PLUGIN,
    &diag_plugin_identity::PLUGIN,
    &diag_plugin_metadata::PLUGIN,
    &diag_plugin_signing::PLUGIN,
    &diag_plugin_virtual_proxy::PLUGIN,
];

/// Every check of every first-party plugin.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    BUILTIN.iter().flat_map(|plugin| plugin.checks.iter().copied())
}
