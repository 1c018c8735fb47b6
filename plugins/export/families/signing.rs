//! The signing family as a loadable library.

diag_sdk::export_plugin!(diag_plugin_signing::PLUGIN, wants: ["secret:personal"]);
