//! The hosts family as a loadable library.

diag_sdk::export_plugin!(diag_plugin_hosts::PLUGIN, wants: ["secret:personal"]);
