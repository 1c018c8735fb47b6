//! Expected and actual in two lines, one above the other, with carets under what differs.

use super::page::{Page, plain, styled};
use crate::terminal::{DIM, ERROR, visible};
use crate::view::comparison::{Compared, Comparison};
use anstyle::Style;
use std::fmt::Write as _;
use std::ops::Range;
use textwrap::core::display_width;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const LABEL_WIDTH: usize = 10;

/// Writes both values, or the one there is.
pub(super) fn write(page: &mut Page, indent: usize, comparison: &Comparison<'_>) {
    if let ([expected, actual], true) = (comparison.values.as_slice(), comparison.aligned) {
        compare(page, indent, expected, actual, comparison.difference);
        return;
    }
    let column = origin_column(page, indent, &comparison.values);
    for value in &comparison.values {
        one(page, indent, value, column);
    }
    if let Some(words) = comparison.difference {
        page.paragraph(indent + LABEL_WIDTH, &styled(ERROR, words));
    }
}

/// One value with where it comes from. `column` is where origins begin, if they stand beside.
fn one(page: &mut Page, indent: usize, value: &Compared<'_>, column: Option<usize>) {
    let label = value.label;
    let lead = format!("{}{}", " ".repeat(indent), styled(DIM, label));
    let shown = shown_value(&value.text);
    let Some(origin) = value.origin.map(plain) else {
        page.hanging(&lead, indent + LABEL_WIDTH, &shown);
        return;
    };
    if let Some(column) = column {
        let gap = " ".repeat(column.saturating_sub(display_width(&shown)));
        page.line(&format!(
            "{lead}{}{shown}{gap}{}",
            " ".repeat(LABEL_WIDTH - label.len()),
            styled(DIM, &origin)
        ));
    } else {
        page.hanging(&lead, indent + LABEL_WIDTH, &shown);
        page.paragraph(indent + LABEL_WIDTH, &styled(DIM, &format!("from {origin}")));
    }
}

fn shown_value(value: &str) -> String {
    if value.is_empty() { styled(DIM, "(empty)") } else { plain(value) }
}

/// The column at which origins can stand beside all of the values, counted from the values' own.
fn origin_column(page: &Page, indent: usize, values: &[Compared<'_>]) -> Option<usize> {
    let widest = values
        .iter()
        .map(|value| display_width(&shown_value(&value.text)))
        .max()
        .unwrap_or_default();
    let longest = values
        .iter()
        .filter_map(|value| value.origin)
        .map(|origin| visible(origin).width())
        .max()
        .unwrap_or_default();
    (indent + LABEL_WIDTH + widest + 3 + longest <= page.width()).then_some(widest + 3)
}

/// Two values aligned, and carets under the characters in which the actual one differs.
fn compare(
    page: &mut Page,
    indent: usize,
    expected: &Compared<'_>,
    actual: &Compared<'_>,
    difference: Option<&str>,
) {
    let room = page.width().saturating_sub(indent + LABEL_WIDTH).max(20);
    let window = window(expected, actual, room);
    let lines = [expected, actual].map(|value| {
        (value, cut(&value.text, &window), shifted(&value.marks, &value.text, &window))
    });
    let widest = lines.iter().map(|(_, text, _)| text.width()).max().unwrap_or_default();
    let longest_origin = lines
        .iter()
        .filter_map(|(value, ..)| value.origin)
        .map(|origin| visible(origin).width())
        .max()
        .unwrap_or_default();
    let beside = longest_origin > 0 && widest + 3 + longest_origin <= room;
    for (value, text, marked) in &lines {
        let label = value.label;
        let mut line = format!(
            "{}{}{}",
            " ".repeat(indent),
            styled(DIM, label),
            " ".repeat(LABEL_WIDTH - label.len())
        );
        line.push_str(&highlighted(text, marked, value.tone.style()));
        if let Some(origin) = value.origin.filter(|_| beside) {
            line.push_str(&" ".repeat(widest + 3 - text.width()));
            line.push_str(&styled(DIM, origin));
        }
        page.line(&line);
    }
    let (_, actual_text, actual_marks) = &lines[1];
    if let Some(words) = difference {
        point(page, indent + LABEL_WIDTH, &carets(actual_text, actual_marks), words);
    }
    if !beside {
        for value in [expected, actual] {
            if let Some(origin) = value.origin {
                let lead = format!(
                    "{}{}",
                    " ".repeat(indent + LABEL_WIDTH),
                    styled(DIM, &format!("{}:", value.label))
                );
                page.hanging(&lead, indent + 2 * LABEL_WIDTH, &styled(DIM, origin));
            }
        }
    }
}

/// Carets with what they mean: behind them, else before them, else below, as the width allows.
fn point(page: &mut Page, indent: usize, carets: &str, words: &str) {
    let blank = " ".repeat(indent);
    let gap = carets.len() - carets.trim_start().len();
    if indent + carets.len() + 1 + words.len() <= page.width() {
        page.line(&format!("{blank}{}", styled(ERROR, &format!("{carets} {words}"))));
    } else if words.len() < gap {
        page.line(&format!(
            "{blank}{}{}",
            " ".repeat(gap - words.len() - 1),
            styled(ERROR, &format!("{words} {}", carets.trim_start()))
        ));
    } else {
        page.line(&format!("{blank}{}", styled(ERROR, carets)));
        page.paragraph(indent, &styled(ERROR, words));
    }
}

/// Which characters of both texts are shown, so that what differs is among them: the same stretch
/// of both, for they are aligned.
fn window(expected: &Compared<'_>, actual: &Compared<'_>, room: usize) -> Range<usize> {
    let longest = expected.text.chars().count().max(actual.text.chars().count());
    if expected.text.width().max(actual.text.width()) <= room {
        return 0..longest;
    }
    let shown = room.saturating_sub(2).max(10);
    let first = actual
        .marks
        .iter()
        .chain(&expected.marks)
        .map(|range| range.start)
        .min()
        .unwrap_or_default();
    let from = first.saturating_sub(shown / 2).min(longest.saturating_sub(shown));
    from..(from + shown).min(longest)
}

/// The stretch of a text in the window; `…` marks what was cut.
fn cut(text: &str, window: &Range<usize>) -> String {
    let length = text.chars().count();
    let mut out = String::new();
    if window.start > 0 {
        out.push('…');
    }
    out.extend(text.chars().skip(window.start).take(window.len()));
    if window.end < length {
        out.push('…');
    }
    out
}

/// Ranges of the whole text as ranges of what [`cut`] left of it.
fn shifted(ranges: &[Range<usize>], text: &str, window: &Range<usize>) -> Vec<Range<usize>> {
    let lead = usize::from(window.start > 0);
    let end = text.chars().count().min(window.end);
    ranges
        .iter()
        .filter(|range| range.start <= end && range.end >= window.start)
        .map(|range| {
            let start = range.start.max(window.start) - window.start + lead;
            let stop = range.end.min(end).max(window.start) - window.start + lead;
            start..stop.max(start)
        })
        .collect()
}

/// The text with the ranges in a style.
fn highlighted(text: &str, ranges: &[Range<usize>], style: Style) -> String {
    let characters: Vec<char> = text.chars().collect();
    let piece = |range: Range<usize>| {
        characters.get(range).map(|part| part.iter().collect::<String>()).unwrap_or_default()
    };
    let mut out = String::new();
    let mut at = 0;
    for range in ranges {
        out.push_str(&piece(at..range.start));
        if !range.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(out, "{style}{}{style:#}", piece(range.clone()));
        }
        at = range.end;
    }
    out.push_str(&piece(at..characters.len()));
    out
}

/// Carets under the ranges; where characters are missing, one caret at the gap.
fn carets(text: &str, ranges: &[Range<usize>]) -> String {
    let characters: Vec<char> = text.chars().collect();
    let columns = |upto: usize| {
        characters.iter().take(upto).map(|character| character.width().unwrap_or(0)).sum::<usize>()
    };
    let mut out = String::new();
    for range in ranges {
        let start = columns(range.start);
        let length = (columns(range.end) - start).max(1);
        out.push_str(&" ".repeat(start.saturating_sub(out.len())));
        out.push_str(&"^".repeat(length));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::view::comparison;
    use diag_sdk::Finding;

    fn shown(expected: &str, actual: &str, width: usize) -> String {
        let finding = Finding::error("")
            .expected(expected, "the registration")
            .actual(actual, "the request")
            .compared();
        let finding = sample::reported("f1", "test/x", finding);
        let mut page = Page::new(width);
        write(&mut page, 2, &comparison::of(&finding));
        anstream::adapter::strip_str(&page.finish()).to_string()
    }

    #[test]
    fn a_missing_slash_gets_a_caret_at_the_gap() {
        let lines = [
            "  expected  https://a.example/acs/   the registration",
            "  actual    https://a.example/acs    the request",
            "                                 ^ only the trailing slash differs",
        ];
        assert_eq!(
            shown("https://a.example/acs/", "https://a.example/acs", 80)
                .lines()
                .collect::<Vec<_>>(),
            lines
        );
    }

    #[test]
    fn a_port_that_is_too_much_is_underlined() {
        let text = shown("https://a.example/acs", "https://a.example:443/acs", 80);
        let lines: Vec<&str> = text.lines().collect();
        let caret = lines[2].find("^^^^").expect("four carets");
        assert_eq!(&lines[1][caret..caret + 4], ":443");
    }

    #[test]
    fn letter_case_is_marked_character_by_character() {
        let text = shown("https://a.example/Azure/Hub", "https://a.example/azure/hub", 80);
        assert!(
            text.lines().nth(2).expect("a caret line").contains("^     ^ only letter case differs"),
            "{text}"
        );
    }

    #[test]
    fn long_values_are_cut_around_the_difference() {
        let path = "x".repeat(150);
        let text = shown(
            &format!("https://a.example/{path}/acs/"),
            &format!("https://a.example/{path}/acs"),
            60,
        );
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
        let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        let caret = lines[2].iter().position(|character| *character == '^').expect("a caret");
        assert_eq!(lines[0][caret], '/');
        assert_eq!(lines[1].len(), caret);
    }

    #[test]
    fn words_stand_before_carets_far_to_the_right() {
        let path = "x".repeat(40);
        let text =
            shown(&format!("https://a.example/{path}/"), &format!("https://a.example/{path}"), 80);
        let line = text.lines().nth(2).expect("a caret line");
        assert!(line.ends_with("only the trailing slash differs ^"), "{text}");
    }

    #[test]
    fn wide_characters_keep_the_carets_in_place() {
        assert_eq!(carets("日本x", std::slice::from_ref(&(2..3))), "    ^");
        assert_eq!(carets("abc", std::slice::from_ref(&(3..3))), "   ^");
    }

    #[test]
    fn invisible_differences_become_visible() {
        assert!(
            shown("https://a.example/acs", "https://a.example/acs\u{200b}", 80)
                .contains("\\u{200b}")
        );
    }

    #[test]
    fn unrelated_values_carry_no_carets() {
        assert!(!shown("urn:a", "https://b.example/", 80).contains('^'));
    }
}
