//! Where a finding shows, with the line of the source and carets under what is meant.

use super::page::{Page, styled};
use crate::render::Judged;
use crate::terminal::{DIM, ERROR, STRONG, visible};
use diag_core::sources::Excerpt;
use diag_sdk::Place;
use unicode_width::UnicodeWidthStr;

/// Columns that the frame around an excerpt takes.
const FRAME: usize = 10;

/// Writes the first place with its excerpt; `all` adds the other places, one line each.
pub(crate) fn write(page: &mut Page, indent: usize, judged: &Judged, places: &[Place], all: bool) {
    let Some(first) = places.first() else { return };
    let room = page.width().saturating_sub(indent + FRAME).max(20);
    let blank = " ".repeat(indent);
    page.hanging(&format!("{blank}{}", styled(DIM, "at")), indent + 3, &styled(DIM, &describe(judged, first)));
    if let Some(excerpt) = judged.sources.excerpt(first, room) {
        framed(page, indent, &excerpt);
    }
    let others = &places[1..];
    if all {
        for place in others {
            page.hanging(&format!("{blank}{}", styled(DIM, "also")), indent + 5, &styled(DIM, &describe(judged, place)));
        }
    } else if !others.is_empty() {
        page.paragraph(indent, &styled(DIM, &format!("and {} (-v shows them)", crate::wording::count(others.len(), "more place"))));
    }
}

/// A place in words: file, entry, position, element path.
pub(crate) fn describe(judged: &Judged, place: &Place) -> String {
    let mut parts = Vec::new();
    let file = judged.case.file_of(&place.input);
    let file = if file == "-" { "standard input" } else { file };
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
        let url = judged.case.exchanges.iter().find(|exchange| exchange.place.input == place.input && exchange.place.entry == Some(entry));
        parts.push(match url {
            Some(exchange) => format!("entry {entry} ({} {})", exchange.method, short_url(&exchange.url)),
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

/// The line with its number, and carets under what is meant.
fn framed(page: &mut Page, indent: usize, excerpt: &Excerpt) {
    // One for one, so that columns stay true.
    let text: Vec<char> = excerpt.text.chars().map(|character| if is_shown(character) { character } else { '·' }).collect();
    let piece = |range: std::ops::Range<usize>| text.get(range).map(|part| part.iter().collect::<String>()).unwrap_or_default();
    let end = (excerpt.start + excerpt.length).min(text.len());
    let (before, meant, after) = (piece(0..excerpt.start), piece(excerpt.start..end), piece(end..text.len()));
    let number = excerpt.line.to_string();
    let blank = " ".repeat(indent);
    let bar = styled(DIM, "│");
    page.line(&format!("{blank}{} {bar} {before}{}{after}", styled(DIM, &number), styled(STRONG, &meant)));
    let carets = "^".repeat(meant.width().max(1));
    page.line(&format!("{blank}{} {bar} {}{}", " ".repeat(number.len()), " ".repeat(before.width()), styled(ERROR, &carets)));
}

fn is_shown(character: char) -> bool {
    matches!(visible(character.encode_utf8(&mut [0; 4])), std::borrow::Cow::Borrowed(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_what_is_meant() {
        let mut page = Page::new(80);
        framed(&mut page, 2, &Excerpt { text: "…a日\u{202e}x<HERE>…".replace("\\u{202e}", "\u{202e}"), start: 6, length: 4, line: 12 });
        let text = anstream::adapter::strip_str(&page.finish()).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "  12 │ …a日·x<HERE>…");
        assert_eq!(lines[1], "     │        ^^^^");
    }

    #[test]
    fn a_caret_shows_even_at_the_end_of_a_line() {
        let mut page = Page::new(80);
        framed(&mut page, 0, &Excerpt { text: "ab".into(), start: 2, length: 1, line: 1 });
        assert!(page.finish().contains('^'));
    }
}
