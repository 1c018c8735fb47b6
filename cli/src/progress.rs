//! Progress on standard error: only on a terminal, and only where the work is long enough to wonder.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal, Read};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// From this many bytes on the bar shows at once.
const LARGE: u64 = 64 << 20;
/// After this time it shows in any case.
const LONG: Duration = Duration::from_secs(1);

/// Counts what was read, over all threads.
#[derive(Clone)]
pub(crate) struct Meter {
    state: Option<Arc<Mutex<State>>>,
}

struct State {
    total: u64,
    read: u64,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Meter {
    /// A meter over files of this size in sum.
    pub(crate) fn new(total: u64) -> Self {
        let state = io::stderr().is_terminal().then(|| {
            Arc::new(Mutex::new(State { total, read: 0, started: Instant::now(), bar: None }))
        });
        Self { state }
    }

    /// A reader that counts.
    pub(crate) fn watch<'a>(&self, reader: Box<dyn Read + 'a>) -> Box<dyn Read + 'a> {
        match &self.state {
            Some(state) => Box::new(Metered { reader, state: Arc::clone(state), pending: 0 }),
            None => reader,
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self
            .state
            .as_ref()
            .and_then(|state| state.lock().ok().and_then(|mut state| state.bar.take()))
        {
            bar.finish_and_clear();
        }
    }
}

impl State {
    fn advance(&mut self, bytes: u64) {
        self.read += bytes;
        if self.bar.is_none() && (self.total > LARGE || self.started.elapsed() > LONG) {
            self.bar = Some(bar(self.total));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.read);
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    // The length of standard input is not known.
    let template = if total == 0 {
        "reading {bytes} {bytes_per_sec}"
    } else {
        "reading {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

struct Metered<'a> {
    reader: Box<dyn Read + 'a>,
    state: Arc<Mutex<State>>,
    pending: u64,
}

/// Bytes between two looks at the shared state: often enough to move, too rare to cost anything.
const STRIDE: u64 = 1 << 20;

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.pending += read as u64;
        if (self.pending >= STRIDE || read == 0)
            && let Ok(mut state) = self.state.lock()
        {
            state.advance(std::mem::take(&mut self.pending));
        }
        Ok(read)
    }
}
