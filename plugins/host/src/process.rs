//! The parent's side: starts a worker, asks, and waits no longer than it must.

use crate::belief;
use crate::frames::{Confinement, Tell};
use crate::printed::{Printed, telling_line};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// What a plugin may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long one answer may take.
    pub deadline: Duration,
    /// Address space of the worker in bytes.
    pub memory: u64,
    /// Bytes one answer may have.
    pub output: u64,
}

impl Limits {
    /// How long all answers for one case may take together.
    pub fn for_a_case(&self) -> Duration {
        self.deadline.saturating_mul(3)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(10), memory: 1 << 30, output: 16 << 20 }
    }
}

/// How `diag` starts a worker: itself, with a hidden command.
#[derive(Debug, Clone)]
pub struct Launcher {
    /// The program, usually `std::env::current_exe()`.
    pub program: PathBuf,
    /// What goes before the worker's own arguments.
    pub arguments: Vec<String>,
}

/// Which kind of worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A shared library.
    Library,
    /// A program in any language.
    Program,
}

impl Kind {
    /// The word on the worker's command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Program => "program",
        }
    }
}

/// What can go wrong in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The worker could not be started.
    #[error("its worker process could not be started: {0}")]
    NotStarted(String),
    /// No answer in time.
    #[error("it gave no answer within {} s and was stopped", .0.as_secs_f64())]
    TooSlow(Duration),
    /// Its answers took too long together.
    #[error("it has used up the {} s it has for one case", .0.as_secs_f64())]
    OutOfTime(Duration),
    /// It ran out of time in too many cases.
    #[error("it ran out of time in {0} cases and is not asked again")]
    GivenUp(u32),
    /// Others took all the time there was.
    #[error("it was not asked: the plugins have used up the {} s they have for one case", .0.as_secs_f64())]
    NoTurn(Duration),
    /// More bytes than an answer may have.
    #[error("its answer exceeds {} MB and was cut off", .0 >> 20)]
    TooMuch(u64),
    /// The process ended before it answered.
    #[error("its process ended before it answered ({0})")]
    Died(String),
    /// What it wrote is no frame.
    #[error("what it wrote is not an answer: {0}")]
    NotAFrame(String),
    /// It wrote without being asked.
    #[error("it wrote more than it was asked for")]
    Unasked,
    /// The file is not the one that was loaded.
    #[error("its file has changed since it was loaded")]
    Changed,
    /// It says that it cannot.
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    /// Asking for other checks may go well.
    pub fn is_one_checks_fault(&self) -> bool {
        !matches!(self, Self::NotStarted(_) | Self::Changed) && !self.is_about_time()
    }

    /// Time was up.
    pub fn is_about_time(&self) -> bool {
        matches!(self, Self::TooSlow(_) | Self::OutOfTime(_) | Self::GivenUp(_) | Self::NoTurn(_))
    }
}

/// A running worker.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Result<Vec<u8>, Failure>>,
    confinement: Confinement,
    printed: Option<Printed>,
    /// What was printed by a worker that has ended.
    last_words: String,
}

impl Worker {
    /// Starts a worker for a plugin and waits until it is ready. Its environment is empty but for a
    /// search path, its current folder is the root. Bytes that are not those of the SHA-256 are not run.
    pub fn start(
        launcher: &Launcher,
        kind: Kind,
        plugin: &Path,
        sha256: &str,
        limits: Limits,
    ) -> Result<Self, Failure> {
        let mut command = Command::new(&launcher.program);
        command
            .args(&launcher.arguments)
            .arg(kind.word())
            .arg(plugin)
            .arg(limits.memory.to_string())
            .arg((limits.deadline.as_secs() * 4 + 10).to_string())
            .arg(sha256)
            .env_clear()
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if cfg!(unix) {
            command.env("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin").current_dir("/");
        }
        // Windows cannot start a process without this one.
        if let Some(root) = std::env::var_os("SystemRoot").filter(|_| cfg!(windows)) {
            command.env("SystemRoot", root);
        }
        let mut child = command.spawn().map_err(|error| Failure::NotStarted(error.to_string()))?;
        let input = child.stdin.take();
        let output = child
            .stdout
            .take()
            .ok_or_else(|| Failure::NotStarted("no standard output".to_owned()))?;
        let printed = child.stderr.take().map(Printed::listen);
        // One line at a time: a plugin that writes without end fills the pipe, not our memory.
        let (sender, lines) = sync_channel(1);
        // Reading happens on a thread of its own, so that a silent plugin cannot hold the parent.
        thread::spawn(move || {
            let mut reader = BufReader::new(output);
            while let Some(line) = bounded_line(&mut reader, limits.output) {
                let ends = line.is_err();
                if sender.send(line).is_err() || ends {
                    break;
                }
            }
        });
        let mut worker = Self {
            child,
            input,
            lines,
            confinement: Confinement::default(),
            printed,
            last_words: String::new(),
        };
        // The worker says this before any of the plugin's code runs, so that it is the worker's own word.
        match worker.hear(limits.deadline)? {
            Tell::Ready { sha256: found, .. } if found != sha256 => {
                worker.stop();
                Err(Failure::Changed)
            }
            Tell::Ready { confinement, .. } => {
                worker.confinement = confinement;
                Ok(worker)
            }
            _ => Err(Failure::NotStarted("it did not say that it is ready".to_owned())),
        }
    }

    /// It can be asked again.
    pub fn is_alive(&self) -> bool {
        self.input.is_some()
    }

    /// How far the worker is confined.
    pub fn confinement(&self) -> &Confinement {
        &self.confinement
    }

    /// What the plugin printed since this was last asked, besides its answers.
    pub fn printed(&mut self) -> String {
        let ended = !self.is_alive();
        let mut text = std::mem::take(&mut self.last_words);
        if let Some(printed) = &self.printed {
            text.push_str(&printed.take(ended));
        }
        text
    }

    /// Asks with one frame, without the end of its line, and waits for the answer.
    pub fn ask(&mut self, frame: String, within: Duration) -> Result<Tell, Failure> {
        let mut line = frame.into_bytes();
        line.push(b'\n');
        let Some(mut input) = self.input.take() else {
            return Err(Failure::Died("already stopped".to_owned()));
        };
        // What was written before the question answers nothing.
        if let Ok(said) = self.lines.try_recv() {
            self.stop();
            return Err(match said.map(|line| serde_json::from_slice(&line)) {
                Ok(Ok(Tell::Error { message })) => Failure::Refused(message),
                _ => Failure::Unasked,
            });
        }
        // Writing too: a plugin that reads nothing would block a full pipe for ever.
        let (written, done) = channel();
        thread::spawn(move || {
            let result = input.write_all(&line).and_then(|()| input.flush());
            let _ = written.send(result.map(|()| input));
        });
        let started = Instant::now();
        let told = self.hear(within);
        // A worker that was stopped, or answers what it did not read to the end, is asked nothing more.
        let left = within.saturating_sub(started.elapsed()).max(Duration::from_millis(50));
        if matches!(told, Ok(_) | Err(Failure::Refused(_)))
            && let Ok(Ok(input)) = done.recv_timeout(left)
        {
            self.input = Some(input);
        }
        told
    }

    /// The next frame. After a failure that is not the plugin's own word the worker is stopped.
    fn hear(&mut self, within: Duration) -> Result<Tell, Failure> {
        let failure = match self.lines.recv_timeout(within) {
            Ok(Ok(line)) => match read(&line) {
                Ok(Tell::Error { message }) => return Err(Failure::Refused(message)),
                Ok(tell) => return Ok(tell),
                Err(error) => Failure::NotAFrame(error.to_string()),
            },
            Ok(Err(failure)) => failure,
            Err(RecvTimeoutError::Timeout) => Failure::TooSlow(within),
            Err(RecvTimeoutError::Disconnected) => Failure::Died(self.how_it_died()),
        };
        self.stop();
        Err(failure)
    }

    fn stop(&mut self) {
        self.input = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn how_it_died(&mut self) -> String {
        self.input = None;
        // Its output has ended; it has a moment to end by itself, so that its own status is seen.
        let until = Instant::now() + Duration::from_millis(500);
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return self.with_last_words(status.to_string()),
                Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(2)),
                _ => return "it closed its output".to_owned(),
            }
        }
    }

    /// How it ended, and what it said of that.
    fn with_last_words(&mut self, status: String) -> String {
        let Some(printed) = &self.printed else { return status };
        self.last_words = printed.take(true);
        match telling_line(&self.last_words) {
            Some(line) => format!("{status}; it printed: {line}"),
            None => status,
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A frame, as far as what it carries is what may stand there.
fn read(line: &[u8]) -> serde_json::Result<Tell> {
    let mut frame = serde_json::from_slice(line)?;
    belief::fitted(&mut frame);
    serde_json::from_value(frame)
}

/// One line without its end, `None` at the end of the stream.
fn bounded_line(reader: &mut impl BufRead, limit: u64) -> Option<Result<Vec<u8>, Failure>> {
    let mut line = Vec::new();
    match reader.by_ref().take(limit + 1).read_until(b'\n', &mut line) {
        Ok(_) if line.last() == Some(&b'\n') => {
            line.pop();
            Some(Ok(line))
        }
        Ok(read) if read as u64 > limit => Some(Err(Failure::TooMuch(limit))),
        // The end, or a line without its end: the process ended in the middle of it.
        Ok(_) => None,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => None,
        Err(error) => Some(Err(Failure::Died(error.to_string()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_bounded() {
        let mut reader = BufReader::new(&b"first\nsecond line\nthird"[..]);
        assert_eq!(bounded_line(&mut reader, 5), Some(Ok(b"first".to_vec())));
        assert_eq!(bounded_line(&mut reader, 5), Some(Err(Failure::TooMuch(5))));
        let mut reader = BufReader::new(&b"cut short"[..]);
        assert_eq!(bounded_line(&mut reader, 100), None);
        assert_eq!(bounded_line(&mut BufReader::new(&b""[..]), 100), None);
    }
}
