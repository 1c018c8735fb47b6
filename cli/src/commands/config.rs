//! `diag config`: which configuration is read, and where one's own belongs.

use crate::args::ConfigCommand;
use crate::config;
use crate::output;
use diag_render::text::page::plain;
use std::fmt::Write as _;
use std::process::ExitCode;

pub(crate) fn run(command: &ConfigCommand) -> anyhow::Result<ExitCode> {
    let ConfigCommand::Path = command;
    let mut text = String::new();
    for (path, what) in config::looked_for() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}  ({what})", plain(&path.display().to_string()));
    }
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
