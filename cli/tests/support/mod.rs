//! Runs the binary as people and scripts do.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// `diag` in a folder, with nothing on standard input.
pub(crate) fn diag_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_diag"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("RUST_BACKTRACE")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::null())
        .output()
        .expect("diag runs")
}
