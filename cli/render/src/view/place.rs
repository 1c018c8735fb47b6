//! Where a finding shows, with the line of the source and what is meant in it: the very characters that
//! differ, where the text holds the value that was compared.

use crate::terminal::visible;
use crate::wording;
use crate::{Judged, differing};
use diag_core::report::ReportedFinding;
use diag_core::sources::Excerpt;
use diag_sdk::Place;
use serde::Serialize;
use std::ops::Range;

/// Wide enough for a line that is not cut.
const WHOLE: usize = 1 << 30;

/// A place of a finding.
#[derive(Debug, Serialize)]
pub(crate) struct PlaceView {
    /// File, entry, position, element path.
    pub(crate) words: String,
    /// What stands there.
    pub(crate) line: Option<Line>,
}

/// A line of a file with what is meant in it.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) number: u32,
    pub(crate) before: String,
    pub(crate) meant: String,
    pub(crate) after: String,
}

/// The places of a finding, the first one with its line cut to the room there is.
pub(super) fn all(judged: &Judged, finding: &ReportedFinding, room: usize) -> Vec<PlaceView> {
    let line = |index: usize, place: &Place| {
        (index == 0).then(|| shown(judged, place, finding, room)).flatten()
    };
    let view = |(index, place): (usize, &Place)| PlaceView {
        words: describe(judged, place),
        line: line(index, place).as_ref().map(Line::of),
    };
    finding.places.iter().enumerate().map(view).collect()
}

impl Line {
    /// The line in three pieces: before what is meant, what is meant, and after it.
    pub(crate) fn of(excerpt: &Excerpt) -> Self {
        // One for one, so that columns stay true.
        let text: Vec<char> = excerpt
            .text
            .chars()
            .map(|character| if is_shown(character) { character } else { '·' })
            .collect();
        let piece = |range: Range<usize>| {
            text.get(range).map(|part| part.iter().collect::<String>()).unwrap_or_default()
        };
        let end = (excerpt.start + excerpt.length).min(text.len());
        Self {
            number: excerpt.line,
            before: piece(0..excerpt.start),
            meant: piece(excerpt.start..end),
            after: piece(end..text.len()),
        }
    }
}

fn is_shown(character: char) -> bool {
    matches!(visible(character.encode_utf8(&mut [0; 4])), std::borrow::Cow::Borrowed(_))
}

/// The line at a place, with what differs in it where that can be told; the whole value is shown if
/// there is room for it.
fn shown(
    judged: &Judged,
    place: &Place,
    finding: &ReportedFinding,
    room: usize,
) -> Option<Excerpt> {
    let line = judged.sources.excerpt(place, WHOLE)?;
    let Some(Differing { value, marked }) = difference_in(&line, finding) else {
        return judged.sources.excerpt(place, room);
    };
    let at = |range: &Range<usize>| {
        let (column, length) =
            (u32::try_from(range.start + 1).ok(), u32::try_from(range.len()).ok());
        judged.sources.excerpt(&Place { column, length, ..place.clone() }, room)
    };
    match at(&value) {
        Some(whole) if whole.length == value.len() => Some(Excerpt {
            start: whole.start + (marked.start - value.start),
            length: marked.len(),
            ..whole
        }),
        _ => at(&marked),
    }
}

/// Characters of a line.
#[derive(Debug, PartialEq, Eq)]
struct Differing {
    /// The value that was compared.
    value: Range<usize>,
    /// From the first to the last character in which it differs.
    marked: Range<usize>,
}

/// Where the line holds the value that was compared, and what differs in it.
fn difference_in(line: &Excerpt, finding: &ReportedFinding) -> Option<Differing> {
    let (expected, actual) = (finding.expected.as_deref()?, finding.actual.as_deref()?);
    let marks = differing::between(expected, actual, finding.difference?).actual;
    let (first, last) = (marks.first()?, marks.last()?);
    let meant: String = line.text.chars().skip(line.start).take(line.length).collect();
    let start = line.start + meant.get(..meant.find(actual)?)?.chars().count();
    let from = start + first.start;
    Some(Differing {
        value: start..start + actual.chars().count(),
        marked: from..(start + last.end).max(from + 1),
    })
}

/// A place in words: file, entry, position, element path.
fn describe(judged: &Judged, place: &Place) -> String {
    let mut parts = Vec::new();
    let file = judged.case.file_of(&place.input);
    let file = wording::path(file);
    let position = |line: Option<u32>, column: Option<u32>| match (line, column) {
        (Some(line), Some(column)) => format!(":{line}:{column}"),
        (Some(line), None) => format!(":{line}"),
        _ => String::new(),
    };
    // Where the text was decoded out of the file, its own lines mean nothing in the file.
    let decoded = place.message.is_some();
    let in_file = if place.file_line.is_some() {
        position(place.file_line, place.file_column)
    } else if decoded {
        String::new()
    } else {
        position(place.line, place.column)
    };
    if !file.is_empty() {
        parts.push(format!("{file}{in_file}"));
    }
    if let Some(entry) = place.entry {
        let url = judged.case.exchanges.iter().find(|exchange| {
            exchange.place.input == place.input && exchange.place.entry == Some(entry)
        });
        parts.push(match url {
            Some(exchange) => {
                format!("entry {entry} ({} {})", exchange.method, short_url(&exchange.url))
            }
            None => format!("entry {entry}"),
        });
    }
    if let Some(path) = &place.path {
        parts.push(path.clone());
    } else if let Some(pointer) = place.pointer.as_deref().filter(|_| place.entry.is_none()) {
        parts.push(pointer.to_owned());
    }
    parts.join(", ")
}

/// Host and path of a URL, shortened: enough to find the request in the browser's list.
fn short_url(url: &str) -> String {
    let base = url.split(['?', '#']).next().unwrap_or(url);
    let base = base.split_once("://").map_or(base, |(_, rest)| rest);
    if base.chars().count() <= 48 {
        return base.to_owned();
    }
    format!("{}…", base.chars().take(47).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_narrow_to_what_differs() {
        let finding = |expected: &str, actual: &str| {
            let compared =
                diag_sdk::Finding::error("").expected(expected, "").actual(actual, "").compared();
            crate::sample::reported("f1", "test/x", compared)
        };
        let marked = |text: &str, finding: &ReportedFinding| {
            difference_in(
                &Excerpt { text: text.into(), start: 2, length: text.len() - 4, line: 1 },
                finding,
            )
        };
        let slash = finding("https://a.example/acs", "https://a.example/acs/");
        assert_eq!(
            marked("x=\"https://a.example/acs/\" y", &slash),
            Some(Differing { value: 3..25, marked: 24..25 })
        );
        let missing = finding("https://a.example/acs/", "https://a.example/acs");
        let at_the_gap = Differing { value: 3..24, marked: 24..25 };
        assert_eq!(marked("x=\"https://a.example/acs\" y", &missing), Some(at_the_gap));
        assert_eq!(
            marked("x=\"something else\" y", &slash),
            None,
            "another text than was compared"
        );
        assert_eq!(
            marked("x=\"urn:b\" y", &finding("https://a", "urn:b")),
            None,
            "nothing in common"
        );
    }
}
