//! What goes wrong, in one line and a hint; and panics that do not spill onto the terminal.

use diag_render::terminal::{self, ERROR, HINT};
use std::error::Error;
use std::fmt;
use std::io;
use std::panic;
use std::process::ExitCode;
use std::sync::Mutex;

/// Exit code where the work could not be done.
pub(crate) const UNABLE: u8 = 2;

/// A failure that comes with advice.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    /// Where it went wrong, line by line: excerpts with carets.
    lines: Vec<String>,
    hint: Option<String>,
}

impl Failure {
    /// A failure in one line.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), lines: Vec::new(), hint: None }
    }

    /// Shows where it went wrong.
    pub(crate) fn shown(mut self, block: &str) -> Self {
        self.lines.extend(block.lines().map(str::to_owned));
        self
    }

    /// Adds what the person can do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says in which part of a file it lies.
    pub(crate) fn within(mut self, part: &str) -> Self {
        self.message = format!("{part}: {}", self.message);
        self
    }

    /// It comes with advice.
    #[cfg(test)]
    pub(crate) fn has_hint(&self) -> bool {
        self.hint.is_some()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {}

/// Says `error: …` and `hint: …`, and gives the exit code. A reader that went away is no failure.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
    {
        return ExitCode::SUCCESS;
    }
    match error.downcast_ref::<Failure>() {
        // Where it is only part of a longer story, that is told.
        Some(failure) if failure.to_string() == format!("{error:#}") => say_failure(failure, true),
        failure => {
            say_error(&format!("{error:#}"));
            failure.into_iter().for_each(say_more);
        }
    }
    ExitCode::from(UNABLE)
}

/// Says what went wrong, as an error or as a note, and what can be done.
pub(crate) fn say_failure(failure: &Failure, is_error: bool) {
    if is_error {
        say_error(&failure.message);
    } else {
        say_note(&failure.message);
    }
    say_more(failure);
}

fn say_more(failure: &Failure) {
    for line in &failure.lines {
        anstream::eprintln!("{}", terminal::visible(line));
    }
    if let Some(hint) = &failure.hint {
        say("hint", HINT, hint);
    }
}

/// One line `error: …` on standard error.
pub(crate) fn say_error(message: &str) {
    say("error", ERROR, message);
}

/// A message of several lines, as it stands, on standard error.
pub(crate) fn say_block(message: &str) {
    let mut lines = message.lines();
    say_error(lines.next().unwrap_or_default());
    for line in lines {
        anstream::eprintln!("{}", terminal::visible(line));
    }
}

/// What a plugin printed, line by line, on standard error; nothing where it printed nothing.
pub(crate) fn say_printed(plugin: &str, printed: &str) {
    if printed.trim().is_empty() {
        return;
    }
    say_note(&format!("plugin {plugin} printed:"));
    for line in printed.lines() {
        anstream::eprintln!("  {}", terminal::visible(line));
    }
}

/// One line `note: …` on standard error.
pub(crate) fn say_note(message: &str) {
    say("note", HINT, message);
}

fn say(word: &str, style: anstyle::Style, message: &str) {
    anstream::eprintln!("{style}{word}{style:#}: {}", terminal::visible(message));
}

/// What the last panic said, for [`report_panic`].
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panics off the terminal: checks are isolated from each other, and a crashed one stands in
/// the report. `RUST_BACKTRACE` brings the usual output back.
pub(crate) fn quiet_panics() {
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        return;
    }
    panic::set_hook(Box::new(|info| {
        if let Ok(mut last) = LAST_PANIC.lock() {
            *last = info.location().map(ToString::to_string);
        }
    }));
}

/// Says that `diag` itself failed.
pub(crate) fn report_panic() -> ExitCode {
    let place = LAST_PANIC
        .lock()
        .ok()
        .and_then(|mut last| last.take())
        .map(|place| format!(" at {place}"))
        .unwrap_or_default();
    say_error(&format!("diag failed{place}; this is a bug in diag, not in your files"));
    say("hint", HINT, "run again with RUST_BACKTRACE=1 and report what it prints");
    ExitCode::from(UNABLE)
}
