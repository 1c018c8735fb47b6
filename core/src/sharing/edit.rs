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

impl Edit {
    /// One value of which the others are pieces.
    fn is_whole_of(&self, parts: &[Edit]) -> bool {
        let one = matches!(self.values.as_slice(), [(_, 1)]);
        let inside = |part: &Edit| {
            part.range != self.range
                && self.range.start <= part.range.start
                && part.range.end <= self.range.end
        };
        one && parts.iter().all(inside)
    }
}

/// Edits that do not overlap: a value as a whole before its parts, and else those that were there first.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<Edit>);

impl Edits {
    pub(super) fn add(&mut self, edit: Edit) {
        if edit.range.is_empty() {
            return;
        }
        let from = self.0.partition_point(|known| known.range.end <= edit.range.start);
        let to = self.0.partition_point(|known| known.range.start < edit.range.end).max(from);
        let parts = self.0.get(from..to).unwrap_or_default();
        if parts.is_empty() || edit.is_whole_of(parts) {
            self.0.splice(from..to, std::iter::once(edit));
        }
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
