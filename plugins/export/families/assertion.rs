//! The assertion family as a loadable library.

diag_sdk::export_plugin!(diag_plugin_assertion::PLUGIN, wants: ["secret:personal"]);
