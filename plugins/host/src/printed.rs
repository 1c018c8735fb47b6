//! What a plugin prints besides its answers: kept, so that whoever looks for its fault can read it, and bounded.

use crate::announced::without_secrets;
use crate::withhold::without_addresses;
use std::collections::VecDeque;
use std::io::Read;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Bytes that are kept of the beginning, and of the end.
const HEAD: usize = 4 << 10;
const TAIL: usize = 12 << 10;
/// Longest line that stands in a sentence, in characters.
const LONGEST_LINE: usize = 200;

/// What was printed so far.
#[derive(Debug, Default)]
struct Kept {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: u64,
}

/// Standard error of a worker. It is read to its end, so that a plugin that prints much is neither held up nor ended.
#[derive(Debug)]
pub struct Printed {
    kept: Arc<Mutex<Kept>>,
    ended: Receiver<()>,
}

impl Kept {
    fn take_in(&mut self, bytes: &[u8]) {
        let begins = bytes.len().min(HEAD.saturating_sub(self.head.len()));
        self.head.extend_from_slice(&bytes[..begins]);
        self.tail.extend(&bytes[begins..]);
        let over = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..over);
        self.left_out += over as u64;
    }

    fn text(&mut self) -> String {
        let kept = std::mem::take(self);
        let mut bytes = kept.head;
        if kept.left_out > 0 {
            bytes.extend_from_slice(format!("\n[{} bytes left out]\n", kept.left_out).as_bytes());
        }
        bytes.extend(kept.tail);
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let clean: String = text
            .chars()
            .map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c })
            .collect();
        without_addresses(&without_secrets(clean.trim_end()))
    }
}

impl Printed {
    /// Reads what comes, on a thread of its own.
    pub(crate) fn listen(mut stream: impl Read + Send + 'static) -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let (sender, ended) = sync_channel(1);
        let shared = Arc::clone(&kept);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                shared.lock().unwrap_or_else(PoisonError::into_inner).take_in(&buffer[..read]);
            }
            let _ = sender.send(());
        });
        Self { kept, ended }
    }

    /// What was printed since this was last asked, without addresses of people, announced secrets, and characters that could disguise it.
    /// Where the worker has `ended`, what is still on the way is waited for.
    pub(crate) fn take(&self, ended: bool) -> String {
        if ended {
            let _ = self.ended.recv_timeout(Duration::from_millis(300));
        }
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).text()
    }
}

/// The line that tells most of a fault: that of a panic, else the last one.
pub(crate) fn telling_line(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    // Rust prints `thread '…' panicked at FILE:LINE:` and the message on the next line.
    let panic =
        lines.iter().position(|line| line.starts_with("thread '") && line.contains("panicked at"));
    let line = panic.and_then(|at| lines.get(at + 1)).or(lines.last())?;
    Some(match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => (*line).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginning_and_end_are_kept_and_nobody_is_named() {
        let mut kept = Kept::default();
        kept.take_in(b"first line of mira@contoso.example\x1b[2J token=abc\n");
        for _ in 0..1000 {
            kept.take_in(&[b'x'; 100]);
        }
        kept.take_in(b"\nlast line\n");
        let text = kept.text();
        assert!(text.len() < HEAD + TAIL + 100, "{}", text.len());
        assert!(
            text.starts_with("first line of ‹withheld›\u{fffd}[2J token=‹withheld›\n")
                && text.ends_with("\nlast line"),
            "{text}"
        );
        assert!(text.contains("bytes left out"), "{text}");
        assert_eq!(kept.text(), "");
    }

    #[test]
    fn the_message_of_a_panic_is_what_is_told() {
        let rust = "thread '<unnamed>' (7) panicked at src/a.rs:7:9:\nno issuer\nnote: run with RUST_BACKTRACE=1\n";
        assert_eq!(telling_line(rust).as_deref(), Some("no issuer"));
        let python = "Traceback (most recent call last):\n  File \"x\"\nKeyError: 'metdata'\n";
        assert_eq!(telling_line(python).as_deref(), Some("KeyError: 'metdata'"));
        assert_eq!(telling_line(" \n"), None);
        assert_eq!(
            telling_line(&"ä".repeat(500)).map(|line| line.chars().count()),
            Some(LONGEST_LINE + 1)
        );
    }
}
