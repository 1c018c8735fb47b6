//! The worker's side: a process that exists for one plugin.
//!
//! It takes the plugin's bytes, gives up everything it does not need, says so, and only then opens the library or
//! becomes the program. So nothing that the plugin does can come before that word, or stand in its place.
//!
//! For a library it answers frames on the library's behalf; a program answers them itself.

use crate::copy::Copy;
use crate::frames::{Confinement, Tell};
use crate::library::Library;
use crate::process::Kind;
use crate::sandbox::{self, Bounds};
use diag_sdk::manifest::Answer;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
#[cfg(unix)]
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

/// A question, read no further than it has to be: a library parses its request itself.
#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(borrow)]
    frame: Cow<'a, str>,
    #[serde(borrow)]
    request: Option<&'a RawValue>,
}

/// Does the work of a worker process, from its command line: `library|program PATH MEMORY SECONDS SHA256`.
pub fn run(arguments: &[std::ffi::OsString]) -> io::Result<()> {
    let usage = || {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "expected: library|program PATH MEMORY SECONDS SHA256",
        )
    };
    let number = |index: usize| arguments.get(index).and_then(|text| text.to_str()?.parse().ok());
    let (Some(kind), Some(path), Some(memory), Some(seconds)) =
        (arguments.first(), arguments.get(1), number(2), number(3))
    else {
        return Err(usage());
    };
    let wanted = arguments.get(4).and_then(|text| text.to_str()).ok_or_else(usage)?;
    let (path, bounds) = (Path::new(path), Bounds { memory, seconds });
    sandbox::close_inherited();
    let mut out = private_output()?;
    // Before the limits are set: they forbid to write anything, and that goes for this copy, too.
    let copy = match Copy::of(path) {
        Ok(copy) => copy,
        Err(error) => {
            return say(&mut out, &Tell::Error { message: format!("cannot be read: {error}") });
        }
    };
    if copy.sha256 != wanted {
        return say(
            &mut out,
            &Tell::Ready { confinement: Confinement::default(), sha256: copy.sha256 },
        );
    }
    if let Err(message) = sandbox::limit(bounds) {
        return say(&mut out, &Tell::Error { message });
    }
    match kind.to_str() {
        Some(word) if word == Kind::Library.word() => serve_library(out, copy),
        Some(word) if word == Kind::Program.word() => become_program(out, &copy, path),
        _ => Err(usage()),
    }
}

/// Answers frames on behalf of a library until standard input ends.
fn serve_library(mut out: impl Write, copy: Copy) -> io::Result<()> {
    // Opening runs the library's initialisers, so everything is given up before but the system's own libraries, which
    // the loader has to read. The frame below is written before any of the plugin's code has run.
    let confinement = sandbox::before_loading();
    say(&mut out, &Tell::Ready { confinement, sha256: copy.sha256.clone() })?;
    let library = match Library::open(&copy.path) {
        Ok(library) => library,
        Err(error) => {
            let message = error.to_string().replace(&*copy.path.to_string_lossy(), "the file");
            return say(&mut out, &Tell::Error { message });
        }
    };
    drop(copy);
    // Nobody relies on this: an initialiser may have made it impossible. A plugin that means no harm loses what it could
    // reach by mistake.
    sandbox::after_loading();
    for line in BufReader::new(io::stdin()).lines() {
        let line = line?;
        let tell = match serde_json::from_str::<Asked<'_>>(&line) {
            Ok(Asked { frame, .. }) if frame == "describe" => {
                library.describe().map_err(|error| error.to_string()).and_then(|text| {
                    let manifest = serde_json::from_str(&text).map_err(|error| {
                        format!("its manifest is not JSON of the right shape: {error}")
                    })?;
                    Ok(Tell::Manifest { manifest })
                })
            }
            Ok(Asked { frame, request: Some(request) }) if frame == "run" => {
                match library
                    .run(request.get())
                    .map_err(|error| error.to_string())
                    .and_then(|text| answer(&text))
                {
                    Ok(frame) => {
                        write_line(&mut out, frame.into_bytes())?;
                        continue;
                    }
                    Err(message) => Err(message),
                }
            }
            Ok(Asked { frame, .. }) => {
                Err(format!("there is no question `{}`", frame.escape_debug()))
            }
            Err(error) => Err(format!("a frame could not be read: {error}")),
        };
        say(&mut out, &tell.unwrap_or_else(|message| Tell::Error { message }))?;
    }
    Ok(())
}

/// No parent takes a longer one, in bytes.
const LONGEST_ANSWER: usize = 16 << 20;

/// The frame that carries a library's answer, word for word: whoever reads it looks for what was mistyped.
fn answer(text: &str) -> Result<String, String> {
    // The parent cuts it off by its length, so that nobody need look at it.
    if text.len() > LONGEST_ANSWER {
        return Ok(text.to_owned());
    }
    let wrong =
        |error: serde_json::Error| format!("its answer is not JSON of the right shape: {error}");
    serde_json::from_str::<Answer>(text).map_err(wrong)?;
    // A frame is one line; in JSON a line break stands between values and nowhere else.
    let line = text.replace(['\n', '\r'], " ");
    Ok(format!(r#"{{"frame":"answer","answer":{line}}}"#))
}

/// Becomes a program that answers frames itself. Returns only where that fails.
#[cfg(unix)]
fn become_program(mut out: File, copy: &Copy, path: &Path) -> io::Result<()> {
    use std::os::unix::process::CommandExt;
    let confinement = sandbox::before_program(&copy.path);
    say(&mut out, &Tell::Ready { confinement, sha256: copy.sha256.clone() })?;
    rustix::stdio::dup2_stdout(&out)?;
    let mut command = std::process::Command::new(&copy.path);
    // Node looks for the file behind a link, and behind this one there is none.
    let error = command.arg0(path).env("NODE_OPTIONS", "--preserve-symlinks-main").exec();
    let message = match error.kind() {
        io::ErrorKind::NotFound => {
            "it cannot be started: the interpreter its first line names is not there".to_owned()
        }
        _ => format!("it cannot be started: {error}"),
    };
    say(&mut out, &Tell::Error { message })
}

/// Stands before a program that answers frames itself: no process can become another here. It reads and writes the
/// worker's own streams, lives in its job and ends with it.
#[cfg(not(unix))]
fn become_program(mut out: impl Write, copy: &Copy, path: &Path) -> io::Result<()> {
    let confinement = sandbox::before_program(&copy.path);
    say(&mut out, &Tell::Ready { confinement, sha256: copy.sha256.clone() })?;
    for interpreter in crate::interpreter::candidates(path)? {
        match interpreter.command(path).status() {
            Ok(status) => std::process::exit(status.code().unwrap_or(1)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return say(
                    &mut out,
                    &Tell::Error { message: format!("it cannot be started: {error}") },
                );
            }
        }
    }
    say(
        &mut out,
        &Tell::Error {
            message: "it cannot be started: the interpreter its first line names is not there"
                .to_owned(),
        },
    )
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
    write_line(out, serde_json::to_vec(tell)?)
}

fn write_line(out: &mut impl Write, mut line: Vec<u8>) -> io::Result<()> {
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}
