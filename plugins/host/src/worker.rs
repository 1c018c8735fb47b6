//! The worker's side: a process that exists for one plugin.
//!
//! For a library it opens it, gives up everything else, and answers frames on the library's
//! behalf. A program answers frames itself: the worker confines itself and then becomes it.

use crate::frames::{Ask, Tell};
use crate::library::Library;
use crate::sandbox::{self, Bounds, Confined};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

/// Answers frames on behalf of a library until standard input ends.
pub fn serve_library(path: &Path, bounds: Bounds) -> io::Result<()> {
    let mut out = private_output()?;
    if let Err(message) = sandbox::limit(bounds)
        && cfg!(unix)
    {
        return say(&mut out, &Tell::Error { message });
    }
    let library = match Library::open(path) {
        Ok(library) => library,
        Err(error) => return say(&mut out, &Tell::Error { message: error.to_string() }),
    };
    let confinement = sandbox::confine(Confined::Library);
    for line in BufReader::new(io::stdin()).lines() {
        let tell = match serde_json::from_str::<Ask>(&line?) {
            Ok(Ask::Describe) => library.describe().map_err(|error| error.to_string()).and_then(|text| {
                let manifest =
                    serde_json::from_str(&text).map_err(|error| format!("its manifest is not JSON of the right shape: {error}"))?;
                Ok(Tell::Manifest { manifest, confinement: Some(confinement.clone()) })
            }),
            Ok(Ask::Run { request }) => serde_json::to_string(&request).map_err(|error| error.to_string()).and_then(|request| {
                let text = library.run(&request).map_err(|error| error.to_string())?;
                let answer = serde_json::from_str(&text).map_err(|error| format!("its answer is not JSON of the right shape: {error}"))?;
                Ok(Tell::Answer { answer })
            }),
            Err(error) => Err(format!("a frame could not be read: {error}")),
        };
        say(&mut out, &tell.unwrap_or_else(|message| Tell::Error { message }))?;
    }
    Ok(())
}

/// Becomes a program that answers frames itself. Returns only where that fails.
#[cfg(unix)]
pub fn become_program(path: &Path, bounds: Bounds) -> io::Error {
    use std::os::unix::process::CommandExt;
    if let Err(message) = sandbox::limit(bounds) {
        return io::Error::other(message);
    }
    sandbox::confine(Confined::Program);
    std::process::Command::new(path).exec()
}

/// Becomes a program that answers frames itself.
#[cfg(not(unix))]
pub fn become_program(_: &Path, _: Bounds) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "programs as plugins need a Unix system")
}

/// Keeps the real standard output for frames; whatever a plugin prints goes nowhere.
#[cfg(unix)]
fn private_output() -> io::Result<File> {
    let private = File::from(rustix::io::dup(io::stdout())?);
    let nowhere = File::options().write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdout(&nowhere)?;
    rustix::stdio::dup2_stderr(&nowhere)?;
    Ok(private)
}

/// Elsewhere a plugin that prints to standard output breaks the conversation, which is reported.
#[cfg(not(unix))]
fn private_output() -> io::Result<io::Stdout> {
    Ok(io::stdout())
}

fn say(out: &mut impl Write, tell: &Tell) -> io::Result<()> {
    let mut line = serde_json::to_vec(tell)?;
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}
