//! A text, and everything that is encoded in it.

use super::layers::{self, Layer};

/// Levels of encoding in encoding.
pub(super) const DEEPEST: usize = 7;

/// Shows a text and everything that is encoded in it.
pub(super) fn every_layer(text: &str, see: &mut impl FnMut(&str)) {
    see_at(text, 0, see);
}

fn see_at(text: &str, depth: usize, see: &mut impl FnMut(&str)) {
    see(text);
    if depth < DEEPEST {
        for Layer { text, .. } in layers::of(text) {
            see_at(&text, depth + 1, see);
        }
    }
}
