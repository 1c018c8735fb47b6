//! The families that come with `diag`: an explicit list, so that nothing runs that does not stand here.

use diag_sdk::{Check, Plugin};

/// First-party plugins, sorted by name.
pub(crate) static BUILTIN: &[&Plugin] = &[
    &diag_plugin_assertion::PLUGIN,
    &diag_plugin_endpoints::PLUGIN,
    &diag_plugin_flow::PLUGIN,
    &diag_plugin_hosts::PLUGIN,
    &diag_plugin_identity::PLUGIN,
    &diag_plugin_metadata::PLUGIN,
    &diag_plugin_signing::PLUGIN,
    &diag_plugin_virtual_proxy::PLUGIN,
];

/// All checks, sorted by id.
pub(crate) fn checks() -> Vec<&'static Check> {
    let mut checks: Vec<&'static Check> = BUILTIN.iter().flat_map(|plugin| plugin.checks.iter().copied()).collect();
    checks.sort_by_key(|check| check.id);
    checks
}

/// A family by its name.
pub(crate) fn family(name: &str) -> Option<&'static Plugin> {
    BUILTIN.iter().copied().find(|plugin| plugin.name == name)
}
