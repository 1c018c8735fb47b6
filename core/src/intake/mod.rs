//! What is this file? Bytes in, exchanges and documents out.
//!
//! Kinds are recognised by content, never by name. Captures are streamed: memory grows with what is
//! kept of them, not with the file. Nothing here fails: what cannot be read becomes an input with
//! one clear remark, and the rest goes on.

mod aggregate;
mod archive;
mod audit;
mod command;
pub(crate) mod encoding;
pub mod files;
mod form;
pub(crate) mod har;
mod json;
mod listing;
mod outline;
mod recognise;
mod saml_tracer;
mod saz;
mod sign_ins;
mod sketch;
mod source;
mod tar;
mod time;
pub mod unpack;
mod withheld;

#[cfg(test)]
pub(crate) mod testing {
    //! Archives to try readers with.

    pub(crate) use super::archive::tests::packed;
    pub(crate) use super::tar::tests::member as tarred;
}
#[cfg(test)]
mod tests;

pub use aggregate::Unread;

use crate::bounds::{self, Bounds, Gauge};
use crate::evidence::{Document, Evidence};
use diag_sdk::case::input::{HeldBy, Input, InputKind};
use recognise::Look;
use source::{Source, Unpacking};
use std::io::Read;
use std::rc::Rc;

/// One file to read.
pub struct Supplied<'a> {
    /// The path as given, for people.
    pub path: String,
    /// The person named this very path, rather than a folder that holds it.
    pub named: bool,
    /// Whose copy it is.
    pub held_by: HeldBy,
    /// Its bytes. Read once, from front to back: a pipe will do.
    pub reader: Box<dyn Read + 'a>,
}

/// How to read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Validate every byte of captures as JSON and UTF-8, not only what the case needs.
    pub strict: bool,
    /// What is the most that is read of anything.
    pub bounds: Bounds,
}

/// How far reading has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Index of the file in the list handed in.
    pub file: usize,
    /// Bytes of it read so far, before any decompression.
    pub bytes: u64,
    /// Entries of captures read so far, in all files.
    pub entries: usize,
}

/// Reads everything handed in but large aggregates. Never fails: what cannot be read becomes an unrecognised input that
/// says why.
pub fn read(
    files: Vec<Supplied<'_>>,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Evidence {
    read_but_aggregates(files, options, progress).0
}

/// The same, with the large aggregates, which nobody has read yet.
pub fn read_but_aggregates<'a>(
    files: Vec<Supplied<'a>>,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> (Evidence, Vec<Unread<'a>>) {
    let mut intake = Intake::new(options, progress);
    let (most, mut taken) = (Gauge::new(options.bounds.files), 0);
    for (file, supplied) in files.into_iter().enumerate() {
        intake.file = file;
        // What somebody names is read, however much it is.
        if supplied.named || most.allows(taken) {
            taken += usize::from(!supplied.named);
            intake.take(supplied);
        }
    }
    if most.crossed() {
        intake.evidence.cross("files", options.bounds.files, None);
    }
    intake.finish()
}

/// Whether a file holds a capture, packed or not. A plain HAR is told by its beginning; anything
/// else is read whole, as [`read`] would.
pub fn holds_capture(file: Supplied<'_>, options: &Options) -> bool {
    let mut progress = |_| {};
    let mut intake = Intake::new(options, &mut progress);
    let source = Source::open(file.reader, &intake.unpacking);
    if recognise::at_first_sight(source.prefix()) == Look::Capture {
        return true;
    }
    intake.take_source(file.path, file.named, file.held_by, source);
    intake
        .evidence
        .inputs
        .iter()
        .any(|input| matches!(input.kind, InputKind::Har | InputKind::Sketch))
}

/// What all readers of this module share: where the results go, and the bounds.
struct Intake<'o, 'a> {
    evidence: Evidence,
    unread: Vec<Unread<'a>>,
    options: &'o Options,
    progress: &'o mut dyn FnMut(Progress),
    file: usize,
    /// What may still be unpacked, over all files.
    unpacking: Rc<Unpacking>,
    /// Bytes of documents that are kept.
    kept: u64,
    /// Archives that are open, one in another.
    depth: usize,
}

impl<'o, 'a> Intake<'o, 'a> {
    fn new(options: &'o Options, progress: &'o mut dyn FnMut(Progress)) -> Self {
        let unpacking = Unpacking::of(options.bounds.unpacked);
        Self {
            evidence: Evidence::default(),
            unread: Vec::new(),
            options,
            progress,
            file: 0,
            unpacking,
            kept: 0,
            depth: 0,
        }
    }

    fn finish(mut self) -> (Evidence, Vec<Unread<'a>>) {
        if self.unpacking.crossed() {
            self.evidence.cross("unpacked", self.options.bounds.unpacked, None);
        }
        (self.evidence, self.unread)
    }

    fn take(&mut self, mut supplied: Supplied<'a>) {
        let reader = std::mem::replace(&mut supplied.reader, Box::new(std::io::empty()));
        let source = Source::open(reader, &self.unpacking);
        if recognise::at_first_sight(source.prefix()) == Look::Aggregate {
            return self.take_aggregate(supplied, source);
        }
        self.take_source(supplied.path, supplied.named, supplied.held_by, source);
    }

    fn take_source(&mut self, path: String, named: bool, held_by: HeldBy, mut source: Source<'_>) {
        let mut input = Input {
            id: self.next_id(),
            path,
            kind: InputKind::Unrecognised,
            named,
            ..Input::default()
        };
        if held_by != HeldBy::Publisher {
            // Whatever this is, it was handed in as metadata: the metadata reader says what is wrong with it.
            if let Some(bytes) = self.whole(&mut source, &mut input) {
                self.keep(&mut input, InputKind::Metadata, held_by, bytes);
            }
            self.evidence.inputs.push(input);
            return;
        }
        match recognise::at_first_sight(source.prefix()) {
            Look::Zip => return self.take_archive(input, source),
            Look::Tar => return self.take_tar(input, source),
            Look::Aggregate => self.take_packed_aggregate(&mut input, &mut source),
            Look::Capture => self.take_capture(&mut input, source),
            Look::Other => self.take_document(&mut input, source),
        }
        self.evidence.inputs.push(input);
    }

    fn next_id(&self) -> String {
        format!("i{}", self.evidence.inputs.len() + 1)
    }

    fn take_document(&mut self, input: &mut Input, mut source: Source<'_>) {
        let Some(bytes) = self.whole(&mut source, input) else { return };
        let verdict = recognise::document(&bytes);
        match verdict {
            recognise::Verdict::Sketch(text) => self.take_sketch(input, &text),
            recognise::Verdict::Json(text) => self.take_json(input, &text),
            recognise::Verdict::Document { kind, bytes, note } => {
                input.notes.extend(note);
                self.keep(input, kind, HeldBy::Publisher, bytes);
            }
            recognise::Verdict::None { what, prose } => {
                input.notes.push(recognise::none_of_ours(&what));
                if prose {
                    // Whether it quotes an error is told by who knows the products.
                    self.keep(input, InputKind::PastedText, HeldBy::Publisher, bytes);
                    input.kind = InputKind::Unrecognised;
                }
            }
        }
    }

    fn keep(&mut self, input: &mut Input, kind: InputKind, held_by: HeldBy, bytes: Vec<u8>) {
        input.kind = kind;
        self.evidence.documents.push(Document { input: input.id.clone(), kind, held_by, bytes });
    }

    /// All bytes of a file that is no capture, within the bound; the remark is written where that fails.
    fn whole(&mut self, source: &mut Source<'_>, input: &mut Input) -> Option<Vec<u8>> {
        let bounds = &self.options.bounds;
        let left = bounds.documents.saturating_sub(self.kept);
        let (word, most, limit) = if left < bounds.document {
            ("documents", bounds.documents, left)
        } else {
            ("document", bounds.document, bounds.document)
        };
        let bytes = self.within(word, most, limit, source, input)?;
        self.kept = self.kept.saturating_add(bytes.len() as u64);
        Some(bytes)
    }

    /// All bytes of a file where they are at most `limit`, which is what is left of the bound `word`.
    fn within(
        &mut self,
        word: &str,
        most: u64,
        limit: u64,
        source: &mut Source<'_>,
        input: &mut Input,
    ) -> Option<Vec<u8>> {
        let result = source.read_whole(Bounds::size(limit));
        self.report(source);
        match result {
            Ok(Some(bytes)) => {
                if let Some(note) = source.note() {
                    input.notes.push(note);
                }
                Some(bytes)
            }
            Ok(None) => {
                let shown = bounds::named(word).map(|bound| bound.shown(most)).unwrap_or_default();
                input.notes.push(match word {
                    "documents" => {
                        format!("All documents together are larger than {shown}: not used")
                    }
                    _ => format!("Larger than {shown}, which no document of ours is: not used"),
                });
                self.evidence.cross(word, most, Some(&input.id));
                None
            }
            Err(error) => {
                input.notes.push(format!("Could not be read: {error}"));
                None
            }
        }
    }

    /// Says that a bound was crossed, where it was.
    fn cross(&mut self, word: &str, gauge: &Gauge, input: &str) {
        if gauge.crossed() {
            let most = self.options.bounds.get(word).unwrap_or_default();
            self.evidence.cross(word, most, Some(input));
        }
    }

    fn report(&mut self, source: &Source<'_>) {
        (self.progress)(Progress {
            file: self.file,
            bytes: source.bytes_read(),
            entries: self.evidence.exchanges.len(),
        });
    }
}
