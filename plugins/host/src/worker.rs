//! The worker's side: a process that exists for one plugin.
//!
//! For a library it opens it, gives up everything else, and answers frames on the library's
//! behalf. A program answers frames itself: the worker confines itself and then becomes it.

use crate::frames::{Ask, Tell};
use crate::library::Library;
use crate::process::Kind;
use crate::sandbox::{self, Bounds};
#[cfg(unix)]
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

/// Does the work of a worker process, from its command line: `library|program PATH MEMORY SECONDS`.
pub fn run(arguments: &[std::ffi::OsString]) -> io::Result<()> {
    let number = |index: usize| arguments.get(index).and_then(|text| text.to_str()?.parse().ok());
    let (Some(kind), Some(path), Some(memory), Some(seconds)) = (arguments.first(), arguments.get(1), number(2), number(3)) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "expected: library|program PATH MEMORY SECONDS"));
    };
    let (path, bounds) = (Path::new(path), Bounds { memory, seconds });
    sandbox::close_inherited();
    match kind.to_str() {
        Some(word) if word == Kind::Library.word() => serve_library(path, bounds),
        Some(word) if word == Kind::Program.word() => become_program(path, bounds),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "expected library or program")),
    }
}

/// Answers frames on behalf of a library until standard input ends.
fn serve_library(path: &Path, bounds: Bounds) -> io::Result<()> {
    let mut out = private_output()?;
    if let Err(message) = sandbox::limit(bounds) {
        return say(&mut out, &Tell::Error { message });
    }
    // Opening runs the library's initialisers: from here on no network and no new processes, and
    // files for reading only, because the system's loader has to read them.
    let confinement = sandbox::before_loading();
    let library = match Library::open(path) {
        Ok(library) => library,
        Err(error) => return say(&mut out, &Tell::Error { message: error.to_string() }),
    };
    let confinement = match sandbox::after_loading(&confinement) {
        Ok(confinement) => confinement,
        Err(message) => return say(&mut out, &Tell::Error { message }),
    };
    say(&mut out, &Tell::Ready { confinement })?;
    for line in BufReader::new(io::stdin()).lines() {
        let tell = match serde_json::from_str::<Ask>(&line?) {
            Ok(Ask::Describe) => library.describe().map_err(|error| error.to_string()).and_then(|text| {
                let manifest =
                    serde_json::from_str(&text).map_err(|error| format!("its manifest is not JSON of the right shape: {error}"))?;
                Ok(Tell::Manifest { manifest })
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
fn become_program(path: &Path, bounds: Bounds) -> io::Result<()> {
    use std::os::unix::process::CommandExt;
    if let Err(message) = sandbox::limit(bounds) {
        return say(&mut io::stdout(), &Tell::Error { message });
    }
    let confinement = sandbox::before_program(path);
    say(&mut io::stdout(), &Tell::Ready { confinement })?;
    let error = std::process::Command::new(path).exec();
    let message = match error.kind() {
        io::ErrorKind::NotFound => "it cannot be started: the interpreter its first line names is not there".to_owned(),
        _ => format!("it cannot be started: {error}"),
    };
    say(&mut io::stdout(), &Tell::Error { message })
}

/// Becomes a program that answers frames itself.
#[cfg(not(unix))]
fn become_program(_: &Path, _: Bounds) -> io::Result<()> {
    say(&mut io::stdout(), &Tell::Error { message: "programs as plugins need a Unix system; build it as a library".to_owned() })
}

/// Keeps the real standard output for frames; what a plugin prints goes to standard error.
#[cfg(unix)]
fn private_output() -> io::Result<File> {
    let private = File::from(rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?);
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(private)
}

/// Elsewhere a plugin that prints to standard output breaks the conversation, which is reported.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
fn private_output() -> io::Result<io::Stdout> {
    Ok(io::stdout())
}

fn say(out: &mut impl Write, tell: &Tell) -> io::Result<()> {
    let mut line = serde_json::to_vec(tell)?;
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}
