//! `diag product`: from a page nobody understands to a file that a team keeps.

mod explain;
mod list;
mod new;
mod staged;
mod test;

use crate::args::ProductCommand;
use std::process::ExitCode;

/// Runs one of the commands about product files.
pub(crate) fn run(command: &ProductCommand) -> anyhow::Result<ExitCode> {
    match command {
        ProductCommand::Test(arguments) => test::run(arguments),
        ProductCommand::Explain(arguments) => explain::run(arguments),
        ProductCommand::New(arguments) => new::run(arguments),
        ProductCommand::List(arguments) => list::run(arguments),
    }
}
