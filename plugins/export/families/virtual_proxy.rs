//! The virtual-proxy family as a loadable library.

diag_sdk::export_plugin!(diag_plugin_virtual_proxy::PLUGIN, wants: ["secret:personal"]);
