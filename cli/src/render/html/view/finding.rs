//! A finding with all that is told of it: where it shows, what was compared, what to do.

use crate::render::text::excerpt;
use crate::render::{Judged, differing, prose};
use crate::wording;
use diag_core::report::ReportedFinding;
use diag_sdk::{Cause, Difference};
use serde::Serialize;
use std::ops::Range;

/// Most causes of a finding that are not folded away.
const CAUSES_SHOWN: usize = 3;
/// Most further places of a finding: a loop can make hundreds.
const PLACES_SHOWN: usize = 12;
/// Characters of a line that is quoted.
const EXCERPT_WIDTH: usize = 160;
/// Widest gap shown for characters that are missing.
const WIDEST_GAP: usize = 40;

#[derive(Debug, Serialize)]
pub(super) struct Finding<'j> {
    check: &'j str,
    message: Text<'j>,
    likely: bool,
    detail: Vec<Block<'j>>,
    places: Vec<PlaceView>,
    more_places: Option<String>,
    values: Vec<Compared<'j>>,
    /// They stand one above the other.
    aligned: bool,
    difference: Option<&'static str>,
    fixes: Vec<Fix<'j>>,
    further_fixes: Vec<Fix<'j>>,
    references: Vec<Reference<'j>>,
    /// There is more to it than its headline.
    has_body: bool,
}

#[derive(Debug, Serialize)]
struct Reference<'j> {
    /// The address it begins with.
    address: &'j str,
    text: &'j str,
}

/// Stretches of prose and code.
pub(super) type Text<'j> = Vec<Stretch<'j>>;

#[derive(Debug, Serialize)]
pub(super) struct Stretch<'j> {
    text: &'j str,
    code: bool,
}

/// A paragraph, or the items of a list.
#[derive(Debug, Serialize)]
struct Block<'j> {
    list: bool,
    lines: Vec<Text<'j>>,
}

#[derive(Debug, Serialize)]
struct PlaceView {
    words: String,
    line: Option<Line>,
}

/// A line of a file with what is meant in it.
#[derive(Debug, Serialize)]
struct Line {
    number: u32,
    before: String,
    meant: String,
    after: String,
}

/// What was compared; `aligned` values stand one above the other.
#[derive(Debug)]
struct Comparison<'j> {
    values: Vec<Compared<'j>>,
    aligned: bool,
    difference: Option<&'static str>,
}

/// A value that was compared.
#[derive(Debug, Serialize)]
struct Compared<'j> {
    label: &'static str,
    tone: &'static str,
    pieces: Vec<Piece>,
    origin: Option<&'j str>,
}

/// Characters of a value; `gap` stands for those that only the other value has.
#[derive(Debug, Serialize)]
struct Piece {
    text: String,
    gap: String,
    differs: bool,
}

#[derive(Debug, Serialize)]
struct Fix<'j> {
    label: &'static str,
    person: &'static str,
    reason: Text<'j>,
    /// The reason is one of several.
    alternative: bool,
    screen: Vec<&'j str>,
    action: Text<'j>,
    value: Option<Vec<&'j str>>,
}

pub(super) fn finding<'j>(judged: &'j Judged, finding: &'j ReportedFinding) -> Finding<'j> {
    let mut places = finding.places.iter();
    let first = places.next().map(|place| PlaceView {
        words: excerpt::describe(judged, place),
        line: excerpt::shown(judged, place, finding, EXCERPT_WIDTH).map(|excerpt| {
            let [before, meant, after] = excerpt::pieces(&excerpt);
            Line { number: excerpt.line, before, meant, after }
        }),
    });
    let others = places.by_ref().take(PLACES_SHOWN).map(|place| PlaceView { words: excerpt::describe(judged, place), line: None });
    let places: Vec<PlaceView> = first.into_iter().chain(others).collect();
    let hidden = finding.places.len() - places.len();
    let mut fixes: Vec<Fix<'_>> =
        finding.causes.iter().enumerate().map(|(index, cause)| fix(cause, index, finding.causes.len() > 1)).collect();
    let further_fixes = fixes.split_off(fixes.len().min(CAUSES_SHOWN));
    let Comparison { values, aligned, difference } = compared(finding);
    Finding {
        check: &finding.check,
        message: text(&finding.message),
        likely: !finding.certain,
        detail: blocks(finding.detail.as_deref().unwrap_or_default()),
        has_body: finding.detail.is_some()
            || !places.is_empty()
            || !values.is_empty()
            || !fixes.is_empty()
            || !finding.references.is_empty(),
        places,
        more_places: (hidden > 0).then(|| format!("and {}", wording::count(hidden, "more place"))),
        values,
        aligned,
        difference,
        fixes,
        further_fixes,
        references: finding.references.iter().map(|text| reference(text)).collect(),
    }
}

/// A reference, with the address it begins with apart from what is said of it.
fn reference(text: &str) -> Reference<'_> {
    let end = if text.starts_with("https://") { text.find(char::is_whitespace).unwrap_or(text.len()) } else { 0 };
    let (address, text) = text.split_at(end);
    Reference { address, text }
}

/// What differs where the same is the case once more.
pub(super) fn again<'j>(judged: &'j Judged, first: &ReportedFinding, other: &'j ReportedFinding) -> Finding<'j> {
    let mut view = finding(judged, other);
    if other.detail == first.detail {
        view.detail.clear();
    }
    if (&other.expected, &other.actual) == (&first.expected, &first.actual) {
        view.values.clear();
        view.difference = None;
    }
    let is_new = |cause: &&Cause| !first.causes.iter().any(|known| known.text == cause.text && known.value == cause.value);
    view.fixes = other.causes.iter().filter(is_new).enumerate().map(|(index, cause)| fix(cause, index, other.causes.len() > 1)).collect();
    view.further_fixes.clear();
    view
}

fn fix(cause: &Cause, index: usize, alternative: bool) -> Fix<'_> {
    Fix {
        label: if index == 0 { "Fix" } else { "Or" },
        person: wording::person(cause.who),
        reason: text(&cause.text),
        alternative,
        screen: wording::screen(cause).map(|screen| screen.split(" › ").collect()).unwrap_or_default(),
        action: text(&cause.fix),
        value: cause.value.as_deref().map(|value| value.lines().collect()),
    }
}

pub(super) fn text(text: &str) -> Text<'_> {
    prose::spans(text).into_iter().map(|span| Stretch { text: span.text, code: span.code }).collect()
}

fn blocks(detail: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for paragraph in prose::paragraphs(detail) {
        let line = text(paragraph.text);
        match blocks.last_mut().filter(|last| last.list && paragraph.item) {
            Some(list) => list.lines.push(line),
            None => blocks.push(Block { list: paragraph.item, lines: vec![line] }),
        }
    }
    blocks
}

/// Expected and actual, with what differs marked where that can be told.
fn compared(finding: &ReportedFinding) -> Comparison<'_> {
    let origins =
        [finding.expected_origin.as_deref(), finding.actual_origin.as_deref()].map(|origin| origin.filter(|text| !text.is_empty()));
    let one = |label, tone, pieces, origin| Compared { label, tone, pieces, origin };
    if let Some(aligned) = differing::aligned(finding) {
        let (expected, actual) = (&aligned.marks.expected, &aligned.marks.actual);
        let values = vec![
            one("expected", "good", pieces(&aligned.expected, expected, actual), origins[0]),
            one("actual", "bad", pieces(&aligned.actual, actual, expected), origins[1]),
        ];
        let difference = (aligned.difference != Difference::Unrelated).then(|| aligned.difference.words());
        return Comparison { values, aligned: true, difference };
    }
    let single = |value: &str| vec![Piece { text: value.to_owned(), gap: String::new(), differs: false }];
    let expected = finding.expected.as_deref().map(|value| one("expected", "good", single(value), origins[0]));
    let actual = finding.actual.as_deref().map(|value| one("actual", "bad", single(value), origins[1]));
    Comparison { values: expected.into_iter().chain(actual).collect(), aligned: false, difference: None }
}

/// A value cut where it begins or ceases to differ. Gaps are as wide as what the other value has there,
/// so that both stay aligned.
fn pieces(value: &str, marks: &[Range<usize>], others: &[Range<usize>]) -> Vec<Piece> {
    let characters: Vec<char> = value.chars().collect();
    let piece = |range: Range<usize>| characters.get(range).map(|part| part.iter().collect::<String>()).unwrap_or_default();
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
