//! The families that come with `diag`: the same explicit list as on the command line.

use diag_sdk::Plugin;

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
