//! Where a message comes from: standard input, a file, or the argument itself.

use crate::failure::{self, Failure};
use crate::files::typed;
use diag_core::evidence::{Document, Evidence};
use diag_core::intake::{self, Options, Supplied};
use diag_sdk::case::input::{HeldBy, InputKind};
use std::cell::RefCell;
use std::fs;
use std::io::{self, Cursor, IsTerminal, Read};
use std::path::Path;
use std::rc::Rc;

/// Bytes kept of an input that is no capture: pages and messages are far smaller.
const KEPT: usize = 16 << 20;

/// What was given, and what it is called.
pub(super) fn open(what: &str) -> Result<(String, Box<dyn Read>), Failure> {
    if what == "-" {
        if io::stdin().is_terminal() {
            failure::say_note("paste the message, then press Enter and Ctrl-D");
        }
        return Ok(("standard input".to_owned(), Box::new(io::stdin().lock())));
    }
    let path = Path::new(what);
    let shown = typed::shortened(path);
    // A blob can be longer than any path, which some systems report as an error of its own.
    if path.is_file() {
        let file = fs::File::open(path)
            .map_err(|error| Failure::new(format!("{shown}: cannot be read: {error}")))?;
        return Ok((shown, Box::new(file)));
    }
    if path.is_dir() {
        return Err(Failure::new(format!("{shown}: expected a file or a message, found a folder")));
    }
    // Base64 has no full stop; URLs and forms name their parameter.
    if what.contains('.') && !what.contains("SAMLRe") && !typed::is_message(what) {
        return Err(Failure::new(format!("{shown}: no such file")));
    }
    Ok(("the message".to_owned(), Box::new(Cursor::new(what.to_owned().into_bytes()))))
}

/// Reads a capture as such, and anything else as something that carries a message.
pub(super) fn read(name: &str, reader: Box<dyn Read>) -> Evidence {
    let kept = Rc::new(RefCell::new(Vec::new()));
    let reader = Box::new(Keeping { reader, kept: Rc::clone(&kept) });
    let supplied =
        Supplied { path: name.to_owned(), named: true, held_by: HeldBy::Publisher, reader };
    let mut evidence = intake::read(vec![supplied], &Options::default(), &mut |_| {});
    let carries = evidence.documents.iter().any(|document| document.kind == InputKind::SamlMessage);
    if evidence.exchanges.is_empty() && !carries && !is_capture(&evidence) {
        // A page with a form, or text that only tolerant reading makes a message of.
        evidence.documents = vec![Document {
            input: "i1".to_owned(),
            kind: InputKind::SamlMessage,
            bytes: kept.take(),
            ..Document::default()
        }];
    }
    evidence
}

/// What was given is a capture, whatever is left of it.
pub(super) fn is_capture(evidence: &Evidence) -> bool {
    evidence.inputs.iter().any(|input| matches!(input.kind, InputKind::Har | InputKind::Sketch))
}

/// Passes bytes on and keeps the first of them.
struct Keeping {
    reader: Box<dyn Read>,
    kept: Rc<RefCell<Vec<u8>>>,
}

impl Read for Keeping {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let mut kept = self.kept.borrow_mut();
        let room = KEPT.saturating_sub(kept.len()).min(read);
        kept.extend_from_slice(buffer.get(..room).unwrap_or_default());
        Ok(read)
    }
}
