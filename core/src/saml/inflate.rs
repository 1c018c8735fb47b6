//! Undoes DEFLATE within bounds, framed or not.

use super::xml::looks_like_xml;
use flate2::{Decompress, FlushDecompress, Status};

/// XML of messages deflates about 1:5; a ratio like this is a bomb.
pub(super) const MAX_RATIO: usize = 200;
/// Below this size the ratio does not matter.
const RATIO_COUNTS_FROM: usize = 256 << 10;

/// What came out.
pub(super) struct Inflated {
    pub(super) bytes: Vec<u8>,
    /// It was framed as zlib or gzip, which the binding does not provide for.
    pub(super) framed: bool,
    pub(super) outcome: Outcome,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// No DEFLATE data.
    Nothing,
    /// Inflated to its end.
    Whole,
    /// Ended, or broke, before its end.
    Cut,
    /// Exceeds a bound.
    TooLarge,
}

/// Inflates raw DEFLATE, or DEFLATE framed as zlib or gzip, to at most `longest` bytes.
pub(super) fn inflate(bytes: &[u8], longest: usize) -> Inflated {
    let raw = inflate_raw(bytes, false, longest);
    if raw.outcome == Outcome::Whole && looks_like_xml(&raw.bytes) {
        return raw;
    }
    let framed = match bytes {
        [0x78, _, ..] => Some(inflate_raw(bytes.get(2..).unwrap_or_default(), true, longest)),
        [0x1f, 0x8b, 8, ..] => gzip_data(bytes).map(|data| inflate_raw(data, true, longest)),
        _ => None,
    };
    match framed {
        Some(framed) if framed.outcome != Outcome::Nothing && looks_like_xml(&framed.bytes) => {
            framed
        }
        _ => raw,
    }
}

/// What follows the gzip header (RFC 1952 §2.3).
fn gzip_data(bytes: &[u8]) -> Option<&[u8]> {
    let flags = *bytes.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(*bytes.get(at)?) + (usize::from(*bytes.get(at + 1)?) << 8);
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            at += memchr::memchr(0, bytes.get(at..)?)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    bytes.get(at..)
}

fn inflate_raw(bytes: &[u8], framed: bool, longest: usize) -> Inflated {
    let mut state = Decompress::new(false);
    let mut out = Vec::new();
    let mut chunk = vec![0; 32 << 10];
    let outcome = loop {
        let consumed = usize::try_from(state.total_in()).unwrap_or(usize::MAX);
        let before = state.total_out();
        let status = state.decompress(
            bytes.get(consumed..).unwrap_or_default(),
            &mut chunk,
            FlushDecompress::None,
        );
        let produced = usize::try_from(state.total_out() - before).unwrap_or_default();
        out.extend_from_slice(chunk.get(..produced).unwrap_or_default());
        if out.len() > longest
            || (out.len() > RATIO_COUNTS_FROM && out.len() > bytes.len().saturating_mul(MAX_RATIO))
        {
            break Outcome::TooLarge;
        }
        let stuck =
            produced == 0 && usize::try_from(state.total_in()).unwrap_or(usize::MAX) == consumed;
        match status {
            Ok(Status::StreamEnd) => break Outcome::Whole,
            Ok(_) if !stuck => {}
            Err(_) if out.is_empty() => break Outcome::Nothing,
            Ok(_) | Err(_) => break Outcome::Cut,
        }
    };
    Inflated { bytes: out, framed, outcome }
}
