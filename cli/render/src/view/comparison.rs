//! Expected and actual, with what differs marked where that can be told.

use crate::differing::{self, Aligned};
use crate::tone::Tone;
use diag_core::report::ReportedFinding;
use diag_sdk::Difference;
use serde::Serialize;
use std::borrow::Cow;
use std::ops::Range;

/// Widest gap shown for characters that are missing.
const WIDEST_GAP: usize = 40;

/// What was compared.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Comparison<'j> {
    /// Expected, then actual; one of them, or none.
    pub(crate) values: Vec<Compared<'j>>,
    /// They can stand one above the other, for what differs is marked in both.
    pub(crate) aligned: bool,
    /// The difference in words, where both have something in common.
    pub(crate) difference: Option<&'static str>,
}

/// A value that was compared.
#[derive(Debug, Serialize)]
pub(crate) struct Compared<'j> {
    pub(crate) label: &'static str,
    pub(crate) tone: Tone,
    #[serde(skip)]
    pub(crate) text: Cow<'j, str>,
    /// Characters in which it differs; an empty range where characters are missing.
    #[serde(skip)]
    pub(crate) marks: Vec<Range<usize>>,
    /// The text, cut where it begins or ceases to differ.
    pieces: Vec<Piece>,
    /// Where it comes from.
    pub(crate) origin: Option<&'j str>,
}

/// Characters of a value; `gap` stands for those that only the other value has.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) gap: String,
    pub(crate) differs: bool,
}

const LABELS: [(&str, Tone); 2] = [("expected", Tone::Good), ("actual", Tone::Bad)];

/// What a finding compares.
pub(crate) fn of(finding: &ReportedFinding) -> Comparison<'_> {
    let origins = [finding.expected_origin.as_deref(), finding.actual_origin.as_deref()]
        .map(|origin| origin.filter(|text| !text.is_empty()));
    let difference = finding
        .difference
        .filter(|difference| *difference != Difference::Unrelated)
        .map(Difference::words);
    if let Some(Aligned { expected, actual, marks }) = differing::aligned(finding) {
        let pieces = [
            pieces(&expected, &marks.expected, &marks.actual),
            pieces(&actual, &marks.actual, &marks.expected),
        ];
        let sides = [(expected, marks.expected), (actual, marks.actual)];
        let values = LABELS
            .into_iter()
            .zip(sides)
            .zip(pieces)
            .zip(origins)
            .map(|((((label, tone), (text, marks)), pieces), origin)| Compared {
                label,
                tone,
                text,
                marks,
                pieces,
                origin,
            })
            .collect();
        return Comparison { values, aligned: true, difference };
    }
    let values: Vec<Compared<'_>> = LABELS
        .into_iter()
        .zip([finding.expected.as_deref(), finding.actual.as_deref()])
        .zip(origins)
        .filter_map(|(((label, tone), value), origin)| {
            let text = value?;
            let pieces = pieces(text, &[], &[]);
            Some(Compared {
                label,
                tone,
                text: Cow::Borrowed(text),
                marks: Vec::new(),
                pieces,
                origin,
            })
        })
        .collect();
    let difference = difference.filter(|_| values.len() == LABELS.len());
    Comparison { values, aligned: false, difference }
}

/// A value cut where it begins or ceases to differ. Gaps are as wide as what the other value has there,
/// so that both stay aligned.
pub(super) fn pieces(value: &str, marks: &[Range<usize>], others: &[Range<usize>]) -> Vec<Piece> {
    let characters: Vec<char> = value.chars().collect();
    let piece = |range: Range<usize>| {
        characters.get(range).map(|part| part.iter().collect::<String>()).unwrap_or_default()
    };
    let mut pieces = Vec::new();
    let mut at = 0;
    for (mark, other) in marks.iter().zip(others) {
        pieces.push(Piece { text: piece(at..mark.start), gap: String::new(), differs: false });
        let gap = " ".repeat(other.len().saturating_sub(mark.len()).min(WIDEST_GAP));
        pieces.push(Piece { text: piece(mark.clone()), gap, differs: true });
        at = mark.end;
    }
    pieces.push(Piece { text: piece(at..characters.len()), gap: String::new(), differs: false });
    pieces.retain(|piece| !piece.text.is_empty() || !piece.gap.is_empty());
    pieces
}
