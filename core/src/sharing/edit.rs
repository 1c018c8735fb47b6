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
    /// What was there, and how many values: an encoded one may hold several.
    pub(super) values: Vec<(Kind, usize)>,
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

/// What all edits replace, by kind.
pub(super) fn values(edits: &[Edit]) -> Vec<(Kind, usize)> {
    let mut all: Vec<(Kind, usize)> = Vec::new();
    for (kind, count) in edits.iter().flat_map(|edit| &edit.values) {
        match all.iter_mut().find(|(known, _)| known == kind) {
            Some((_, known)) => *known += count,
            None => all.push((*kind, *count)),
        }
    }
    all
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
