//! The text of a pack, and positions in it.
//!
//! An expression stands inside a TOML string, which may be escaped or run over several lines. An
//! error in it has to be shown where its author typed it, so offsets into the value of a string
//! are carried back to offsets into the file.

use super::problem::{PackError, ProblemKind};
use std::ops::Range;

/// Longest part of a line that is shown.
const EXCERPT: usize = 96;

/// The text of a pack.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) file: String,
    pub(super) text: String,
}

/// A TOML string: its value, and where it stands, quotes included.
#[derive(Debug, Clone)]
pub(super) struct Quoted {
    pub(super) value: String,
    pub(super) span: Range<usize>,
}

impl Source {
    /// A problem at a range of bytes of the file.
    pub(super) fn problem(
        &self,
        kind: ProblemKind,
        at: Range<usize>,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) -> PackError {
        let start = floor(&self.text, at.start);
        let (line, column) = self.position(start);
        let begin = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[start..].find('\n').map_or(self.text.len(), |newline| start + newline);
        let whole: Vec<char> =
            self.text[begin..end].trim_end_matches('\r').chars().map(visible).collect();
        let meant =
            self.text[start..floor(&self.text, at.end).clamp(start, end)].chars().count().max(1);
        let first = if column > EXCERPT * 2 / 3 { column - EXCERPT / 2 } else { 0 };
        let caret = column - 1 - first;
        PackError {
            kind,
            file: self.file.clone(),
            line,
            column,
            length: meant.min(EXCERPT.saturating_sub(caret)).max(1),
            message: message.into(),
            expected: expected.into(),
            excerpt: whole.iter().skip(first).take(EXCERPT).collect(),
            caret,
        }
    }

    /// Line and column of a byte, both from 1; columns count characters.
    pub(super) fn position(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..floor(&self.text, offset)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// Where bytes of a string's value stand in the file.
    pub(super) fn inside(&self, quoted: &Quoted, at: Range<usize>) -> Range<usize> {
        let start = self.offset_inside(quoted, at.start);
        let end = self.offset_inside(quoted, at.end.max(at.start + 1));
        start..end.max(start + 1)
    }

    fn offset_inside(&self, quoted: &Quoted, wanted: usize) -> usize {
        let Some(raw) = self.text.get(quoted.span.clone()) else { return quoted.span.start };
        let (literal, opener) = match raw {
            _ if raw.starts_with("'''") => (true, 3),
            _ if raw.starts_with("\"\"\"") => (false, 3),
            _ => (raw.starts_with('\''), 1),
        };
        let mut at = opener;
        if opener == 3 {
            // A line break right after the opening quotes is not part of the value.
            at += ["\r\n", "\n"]
                .iter()
                .find(|newline| raw[at..].starts_with(**newline))
                .map_or(0, |newline| newline.len());
        }
        for (offset, character) in quoted.value.char_indices() {
            if !literal {
                at += continued_line(&raw[at..]);
            }
            if offset >= wanted {
                return quoted.span.start + at;
            }
            at += written_length(&raw[at..], character, literal);
        }
        quoted.span.start + at.min(raw.len().saturating_sub(opener))
    }
}

/// Bytes of a backslash at the end of a line and the white space it swallows.
fn continued_line(raw: &str) -> usize {
    let Some(rest) = raw.strip_prefix('\\') else { return 0 };
    let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    if rest[..blank].contains('\n') { 1 + blank } else { 0 }
}

/// Bytes by which a character of the value is written.
fn written_length(raw: &str, character: char, literal: bool) -> usize {
    if !literal && let Some(escape) = raw.strip_prefix('\\') {
        return match escape.chars().next() {
            Some('u') => 6,
            Some('U') => 10,
            Some('x') => 4,
            _ => 2,
        }
        .min(raw.len());
    }
    // Line breaks of the file may be longer than those of the value.
    if character == '\n' && raw.starts_with("\r\n") {
        2
    } else {
        character.len_utf8().min(raw.len())
    }
}

/// The last boundary between characters at or before an offset.
fn floor(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// A character as it can be shown in one column.
fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        control if control.is_control() => '\u{fffd}',
        // Characters that turn the direction of text could disguise a line.
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(raw: &str, value: &str, wanted: &str) -> String {
        let text = format!("key = {raw}\n");
        let source = Source { file: "x.checks.toml".into(), text: text.clone() };
        let quoted = Quoted { value: value.into(), span: 6..6 + raw.len() };
        let start = value.find(wanted).expect("wanted part");
        let range = source.inside(&quoted, start..start + wanted.len());
        text[range].to_owned()
    }

    #[test]
    fn offsets_lead_back_through_every_kind_of_string() {
        assert_eq!(at("'it.x == 1'", "it.x == 1", "=="), "==");
        assert_eq!(at(r#""it.x == \"ä\" && y""#, "it.x == \"ä\" && y", "y"), "y");
        assert_eq!(at(r#""\u00e4 + b""#, "ä + b", "b"), "b");
        assert_eq!(at("'''\nit.x\n  == 1'''", "it.x\n  == 1", "=="), "==");
        assert_eq!(at("\"\"\"\r\na \\\r\n   b\"\"\"", "a b", "b"), "b");
        assert_eq!(at("'''a\r\nb'''", "a\nb", "b"), "b");
    }

    #[test]
    fn long_lines_are_shown_around_the_caret() {
        let source = Source {
            file: "x".into(),
            text: format!("{}\u{1b}here{}", "ä".repeat(200), "z".repeat(200)),
        };
        let start = source.text.find("here").expect("here");
        let problem = source.problem(ProblemKind::Toml, start..start + 4, "m", "e");
        assert_eq!((problem.line, problem.column), (1, 202));
        let shown: String =
            problem.excerpt.chars().skip(problem.caret).take(problem.length).collect();
        assert_eq!(shown, "here");
        assert!(!problem.excerpt.contains('\u{1b}'));
        assert!(problem.excerpt.chars().count() <= EXCERPT);
    }

    #[test]
    fn positions_never_split_characters() {
        let source = Source { file: "x".into(), text: "ä".into() };
        assert_eq!(source.position(1), (1, 1));
        assert_eq!(source.problem(ProblemKind::Toml, 99..100, "m", "e").column, 2);
    }
}
