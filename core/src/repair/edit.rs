//! Edits of a text: ranges that are replaced, and what people are told about them.

use super::Kind;
use std::ops::Range;

/// A document that wants mending in more places is none that a person made.
pub(super) const MAX_EDITS: usize = 10_000;

/// A range of bytes, and what stands there afterwards.
#[derive(Debug, Clone, PartialEq)]
struct Edit {
    range: Range<usize>,
    with: String,
}

/// What one or several edits amount to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Note {
    pub(super) kind: Kind,
    /// Byte offset in the text that is edited.
    pub(super) at: usize,
    pub(super) what: String,
}

/// Edits of one text. They never overlap: what lies inside another edit goes with it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Edits {
    edits: Vec<Edit>,
    notes: Vec<Note>,
}

impl Edits {
    /// Beyond the bound nothing is kept: a set that has so many is refused.
    pub(super) fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        if self.too_many() {
            return;
        }
        self.edits.push(Edit { range, with: with.into() });
    }

    pub(super) fn remove(&mut self, range: Range<usize>) {
        self.replace(range, "");
    }

    pub(super) fn note(&mut self, kind: Kind, at: usize, what: impl Into<String>) {
        if self.too_many() {
            return;
        }
        self.notes.push(Note { kind, at, what: what.into() });
    }

    /// Several sets of edits as one. Where an edit lies inside another, the outer one stays, and what
    /// was noted about the inner one is no news.
    pub(super) fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::default();
        for mut part in parts {
            all.edits.append(&mut part.edits);
            all.notes.append(&mut part.notes);
        }
        all.edits.sort_by_key(|edit| (edit.range.start, std::cmp::Reverse(edit.range.end)));
        let mut end = 0;
        all.edits.retain(|edit| {
            let stays = edit.range.start >= end;
            end = end.max(edit.range.end);
            stays
        });
        let edits = &all.edits;
        all.notes.retain(|note| {
            let around = edits.get(edits.partition_point(|edit| edit.range.end <= note.at));
            note.kind == Kind::RoleDescriptorRemoved
                || !around.is_some_and(|edit| edit.with.is_empty() && edit.range.start < note.at)
        });
        all.notes.sort_by_key(|note| note.at);
        all
    }

    pub(super) fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// More than any document of a person wants.
    pub(super) fn too_many(&self) -> bool {
        self.edits.len() > MAX_EDITS
    }

    pub(super) fn notes(&self) -> impl Iterator<Item = &Note> {
        self.notes.iter()
    }

    /// The text with the edits made.
    pub(super) fn applied(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for edit in &self.edits {
            out.push_str(text.get(at..edit.range.start).unwrap_or_default());
            out.push_str(&edit.with);
            at = edit.range.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }

    /// Where in the text as it was a byte of the edited text stood.
    pub(super) fn before(&self, offset: usize) -> usize {
        let mut shift = 0_isize;
        for edit in &self.edits {
            let removed = edit.range.len().cast_signed();
            let added = edit.with.len().cast_signed();
            if edit.range.start.cast_signed() - shift + added > offset.cast_signed() {
                break;
            }
            shift += removed - added;
        }
        offset.saturating_add_signed(shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_lead_back_to_the_text_as_it_was() {
        let mut edits = Edits::default();
        edits.remove(0..2);
        edits.replace(4..7, "x");
        let text = "--ab“cd";
        assert_eq!(edits.applied(text), "abxcd");
        for (now, before) in [(0, 2), (1, 3), (3, 7), (4, 8)] {
            assert_eq!(edits.before(now), before, "{now}");
        }
    }

    #[test]
    fn the_larger_of_two_nested_edits_stays() {
        let mut edits = Edits::default();
        edits.replace(5..6, "y");
        edits.note(Kind::NamespaceCorrected, 5, "inside");
        let mut larger = Edits::default();
        larger.remove(2..9);
        larger.note(Kind::RoleDescriptorRemoved, 3, "around");
        let edits = Edits::joined([edits, larger]);
        assert_eq!(edits.applied("0123456789"), "019");
        assert_eq!(edits.notes().map(|note| note.what.as_str()).collect::<Vec<_>>(), ["around"]);
    }
}
