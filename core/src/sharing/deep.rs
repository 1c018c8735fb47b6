//! A text, and everything that is encoded in it.

use super::layers::{self, Layer};
use crate::mask::behind;

/// Levels of encoding in encoding.
pub(super) const DEEPEST: usize = 7;

/// Shows a text and everything that is encoded in it.
pub(super) fn every_layer(text: &str, see: &mut impl FnMut(&str)) {
    see_at(text, 0, see);
}

fn see_at(text: &str, depth: usize, see: &mut impl FnMut(&str)) {
    see(text);
    if depth < DEEPEST {
        for Layer { text, .. } in layers::of(without_record(text)) {
            see_at(&text, depth + 1, see);
        }
    }
}

/// A message without the record of a copy behind it: that holds hashes, and nothing that opens anything.
pub(super) fn without_record(text: &str) -> &str {
    match behind::split(text).or_else(|| behind::split_line(text)) {
        Some((message, record)) if record.starts_with("{\"schema\":\"diag-record/") => message,
        _ => text,
    }
}
