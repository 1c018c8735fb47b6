//! Edits of a text: what is replaced by what, at which bytes.

use super::kind::Kind;
use std::ops::Range;

/// One replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// Which bytes.
    pub(super) range: Range<usize>,
    /// What stands there afterwards.
    pub(super) with: String,
    /// What was there; the first of several where an encoded value held more than one.
    pub(super) kind: Kind,
    /// How many values this replaces.
    pub(super) values: usize,
}

/// Edits that do not overlap, those that were there first before later ones.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<Edit>);

impl Edits {
    pub(super) fn free(&self, range: &Range<usize>) -> bool {
        let after = self.0.partition_point(|edit| edit.range.start < range.end);
        after == 0 || self.0.get(after - 1).is_none_or(|before| before.range.end <= range.start)
    }

    pub(super) fn add(&mut self, edit: Edit) {
        if edit.range.is_empty() || !self.free(&edit.range) {
            return;
        }
        let at = self.0.partition_point(|known| known.range.start < edit.range.start);
        self.0.insert(at, edit);
    }

    pub(super) fn all(self) -> Vec<Edit> {
        self.0
    }
}

/// The text with its edits made; in ascending order, as [`Edits`] gives them.
pub(super) fn apply(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.range.start).unwrap_or_default());
        out.push_str(&edit.with);
        at = edit.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}
