//! The metadata family as a loadable library.

diag_sdk::export_plugin!(diag_plugin_metadata::PLUGIN, wants: ["secret:personal"]);
