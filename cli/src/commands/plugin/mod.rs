//! `diag plugin`: from an empty folder to a check that a team trusts.

mod cases;
mod list;
mod new;
mod pack;
mod template;
mod test;
mod trust;

use crate::args::PluginCommand;
use std::process::ExitCode;

/// Runs one of the commands about plugins.
pub(crate) fn run(command: &PluginCommand) -> anyhow::Result<ExitCode> {
    match command {
        PluginCommand::New(arguments) => new::run(arguments),
        PluginCommand::Test(arguments) => test::run(arguments),
        PluginCommand::Pack(arguments) => pack::run(arguments),
        PluginCommand::Trust(arguments) => trust::run(arguments),
        PluginCommand::List(arguments) => list::run(arguments),
    }
}
