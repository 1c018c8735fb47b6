//! Runs the binary as people and scripts do.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A command that sees nothing of what whoever runs the tests has set up.
pub(crate) fn clean(command: &mut Command) -> &mut Command {
    let own = std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(|name| name.starts_with("DIAG_")));
    for (name, _) in own {
        command.env_remove(name);
    }
    command.env_remove("RUST_BACKTRACE").env_remove("CLICOLOR_FORCE").env("XDG_CONFIG_HOME", "/nonexistent").env("APPDATA", "/nonexistent")
}

/// `diag` in a folder, with nothing on standard input.
pub(crate) fn diag_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diag"));
    clean(&mut command).args(arguments).current_dir(folder).stdin(Stdio::null()).output().expect("diag runs")
}
