//! `diag completions SHELL`.

use crate::args::{Arguments, CompletionsArguments};
use crate::output;
use clap::CommandFactory;
use std::process::ExitCode;

pub(crate) fn run(arguments: &CompletionsArguments) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "diag", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
