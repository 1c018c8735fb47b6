//! The identity family as a loadable library.

diag_sdk::export_plugin!(diag_plugin_identity::PLUGIN, wants: ["secret:personal"]);
