//! The flow family as a loadable library.

diag_sdk::export_plugin!(diag_plugin_flow::PLUGIN, wants: ["secret:personal"]);
