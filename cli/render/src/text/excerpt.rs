//! Where a finding shows, with the line of the source and carets under what is meant.

use super::page::{Page, styled};
use crate::terminal::{DIM, ERROR, STRONG};
use crate::view::{Line, PlaceView};
use crate::wording;
use unicode_width::UnicodeWidthStr;

/// Columns that the frame around an excerpt takes.
const FRAME: usize = 10;

/// Characters of a line that there is room for.
pub(super) fn room(width: usize, indent: usize) -> usize {
    width.saturating_sub(indent + FRAME).max(20)
}

/// Writes the first place of a finding with its line; `all` adds the other places, one line each.
pub(super) fn write(page: &mut Page, indent: usize, places: &[PlaceView], all: bool) {
    let Some((first, others)) = places.split_first() else { return };
    let blank = " ".repeat(indent);
    page.hanging(&format!("{blank}{}", styled(DIM, "at")), indent + 3, &styled(DIM, &first.words));
    if let Some(line) = &first.line {
        framed(page, indent, line);
    }
    if all {
        for place in others {
            page.hanging(
                &format!("{blank}{}", styled(DIM, "also")),
                indent + 5,
                &styled(DIM, &place.words),
            );
        }
    } else if !others.is_empty() {
        page.paragraph(
            indent,
            &styled(
                DIM,
                &format!("and {} (-v shows them)", wording::count(others.len(), "more place")),
            ),
        );
    }
}

/// The line with its number, and carets under what is meant.
fn framed(page: &mut Page, indent: usize, line: &Line) {
    let Line { before, meant, after, .. } = line;
    let number = line.number.to_string();
    let blank = " ".repeat(indent);
    let bar = styled(DIM, "│");
    page.line(&format!(
        "{blank}{} {bar} {before}{}{after}",
        styled(DIM, &number),
        styled(STRONG, meant)
    ));
    let carets = "^".repeat(meant.width().max(1));
    page.line(&format!(
        "{blank}{} {bar} {}{}",
        " ".repeat(number.len()),
        " ".repeat(before.width()),
        styled(ERROR, &carets)
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_core::sources::Excerpt;

    #[test]
    fn carets_stand_under_what_is_meant() {
        let mut page = Page::new(80);
        let text = "…a日\\u{202e}x<HERE>…".replace("\\u{202e}", "\u{202e}");
        framed(&mut page, 2, &Line::of(&Excerpt { text, start: 6, length: 4, line: 12 }));
        let text = anstream::adapter::strip_str(&page.finish()).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "  12 │ …a日·x<HERE>…");
        assert_eq!(lines[1], "     │        ^^^^");
    }

    #[test]
    fn a_caret_shows_even_at_the_end_of_a_line() {
        let mut page = Page::new(80);
        framed(
            &mut page,
            0,
            &Line::of(&Excerpt { text: "ab".into(), start: 2, length: 1, line: 1 }),
        );
        assert!(page.finish().contains('^'));
    }
}
