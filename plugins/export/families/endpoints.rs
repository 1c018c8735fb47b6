//! The endpoints family as a loadable library.

diag_sdk::export_plugin!(diag_plugin_endpoints::PLUGIN, wants: ["secret:personal"]);
