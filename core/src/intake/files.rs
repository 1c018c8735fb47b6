//! Files as they are, for whoever writes a copy: a capture in its parts, anything else whole.

use super::recognise::{self, Look, Verdict};
use super::source::{Source, Unpacking};
use super::{Options, encoding, har};
use crate::bounds::Bounds;
use diag_sdk::case::input::InputKind;
use serde_json::Value;
use std::io::Read;

/// A part of a file.
#[derive(Debug)]
pub enum Part<'a> {
    /// It is a capture, and what follows are its parts.
    Capture,
    /// A member of a capture's `log` other than its entries.
    Member(&'a str, Value),
    /// An entry of a capture.
    Entry(Value),
    /// A document as a whole: its bytes, and what it is.
    Document(&'a [u8], Sort),
}

/// What a document is, as far as copying it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// JSON: an export, or a trace.
    Json,
    /// A SAML message, in any packing.
    Message,
    /// Metadata or a certificate: published on purpose.
    Public,
    /// Text: a log, a listing, a pasted error.
    Text,
    /// A ZIP or tar archive: its files are to be copied, not itself.
    Archive,
    /// Binary data, or nothing we know.
    Unknown,
}

/// Shows the parts of a file; remarks on what could not be read. An error where nothing could.
pub fn parts<'a>(
    reader: Box<dyn Read + 'a>,
    options: &Options,
    see: &mut dyn FnMut(Part<'_>),
) -> Result<Vec<String>, String> {
    let mut source = Source::open(reader, &Unpacking::of(options.bounds.unpacked));
    let mut limit = options.bounds.document;
    match recognise::at_first_sight(source.prefix()) {
        Look::Capture => {
            see(Part::Capture);
            return Ok(match encoding::utf16(source.prefix()) {
                Some(utf16) => har::parts(encoding::Transcoder::new(source, utf16), see),
                None => har::parts(source, see),
            });
        }
        Look::Zip | Look::Tar => {
            see(Part::Document(&[], Sort::Archive));
            return Ok(Vec::new());
        }
        Look::Aggregate => limit = options.bounds.aggregate,
        Look::Other => {}
    }
    let bytes = match source.read_whole(Bounds::size(limit)) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            return Err(format!("larger than {} MiB, which no document of ours is", limit >> 20));
        }
        Err(error) => return Err(format!("cannot be read: {error}")),
    };
    let is_text = || std::str::from_utf8(&bytes).is_ok_and(|text| !text.contains('\0'));
    let sort = match recognise::document(&bytes) {
        Verdict::Json(_) => Sort::Json,
        Verdict::Document { kind, .. } => match kind {
            InputKind::Metadata | InputKind::Certificate => Sort::Public,
            InputKind::SamlMessage => Sort::Message,
            _ => Sort::Text,
        },
        Verdict::None { prose: false, .. } if !is_text() => Sort::Unknown,
        Verdict::Sketch(_) | Verdict::None { .. } => Sort::Text,
    };
    see(Part::Document(&bytes, sort));
    Ok(Vec::new())
}
