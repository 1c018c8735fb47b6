//! Runs the binary as people and scripts do.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A command that sees nothing of what whoever runs the tests has set up.
pub(crate) fn clean(command: &mut Command) -> &mut Command {
    let own = std::env::vars_os()
        .filter(|(name, _)| name.to_str().is_some_and(|name| name.starts_with("DIAG_")));
    for (name, _) in own {
        command.env_remove(name);
    }
    command
        .env_remove("RUST_BACKTRACE")
        .env_remove("CLICOLOR_FORCE")
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("APPDATA", "/nonexistent")
}

/// `diag` in a folder, with nothing on standard input.
pub(crate) fn diag_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diag"));
    clean(&mut command)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("diag runs")
}

/// `diag` where the tests run: `../examples` lies there.
pub(crate) fn diag(arguments: &[&str]) -> Output {
    diag_in(Path::new("."), arguments)
}

/// Standard output.
pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// Standard error.
pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// Standard output as JSON.
pub(crate) fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {} {}", out(output), err(output)))
}

/// A folder of what lies beside the project, in the folder `DIAG_SHARED` names or in `shared` beside the repository;
/// tests that need it say so where it is not there.
pub(crate) fn beside(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("DIAG_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let folder = shared.join(name);
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there", folder.display());
    }
    folder.is_dir().then_some(folder)
}
