//! What was changed, counted by place and kind; no value in it.

use super::edit::Edit;
use super::kind::Kind;
use serde::Serialize;
use std::collections::BTreeMap;

/// Most places that are told apart.
const MOST_PLACES: usize = 2_000;

/// Changes of one kind in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// Where: the member of the file, such as `request.headers cookie`.
    pub place: String,
    /// What went.
    pub kind: Kind,
    /// How many values.
    pub values: usize,
}

/// Counts changes.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: BTreeMap<(String, Kind), usize>,
}

impl Tally {
    pub(super) fn edits(&mut self, place: &str, edits: &[Edit]) {
        for edit in edits {
            for (kind, count) in &edit.values {
                self.add(place, *kind, *count);
            }
        }
    }

    pub(super) fn add(&mut self, place: &str, kind: Kind, values: usize) {
        if values == 0 {
            return;
        }
        let place = if self.counts.len() < MOST_PLACES { place } else { "elsewhere" };
        *self.counts.entry((place.to_owned(), kind)).or_default() += values;
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.counts
            .into_iter()
            .map(|((place, kind), values)| Change { place, kind, values })
            .collect()
    }
}
