//! What is wrong with a product file: where it stands, what was expected, what to do. Written like a compiler's
//! message, with the line and a caret.

use std::fmt;
use std::ops::Range;

/// One fault of a product file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file, as it was named.
    pub file: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub help: Option<String>,
    /// Line and column, from 1, and the line itself with the length of what is marked.
    pub at: Option<Spot>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The text of the line.
    pub text: String,
    /// How many characters are marked.
    pub length: usize,
}

/// Longest line that is shown, and longest part of it that is marked, in characters.
const LONGEST_LINE: usize = 160;
const LONGEST_MARK: usize = 40;

impl Fault {
    pub(crate) fn new(
        file: &str,
        source: &str,
        span: Option<Range<usize>>,
        what: impl Into<String>,
    ) -> Self {
        Self {
            file: file.to_owned(),
            what: what.into(),
            help: None,
            at: span.map(|span| Spot::of(source, &span)),
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Spot {
    fn of(source: &str, span: &Range<usize>) -> Self {
        let mut start = span.start.min(source.len());
        while !source.is_char_boundary(start) {
            start -= 1;
        }
        let before = &source[..start];
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        let text: String =
            source[begin..].lines().next().unwrap_or_default().chars().take(LONGEST_LINE).collect();
        let column = source[begin..start].chars().count() + 1;
        let marked = source
            .get(start..span.end.min(source.len()))
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default();
        let room = text.chars().count().saturating_sub(column - 1).max(1);
        Self {
            line: before.matches('\n').count() + 1,
            column,
            text,
            length: marked.chars().count().clamp(1, room.min(LONGEST_MARK)),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => {
                let number = at.line.to_string();
                let margin = " ".repeat(number.len());
                let indent: String = at
                    .text
                    .chars()
                    .take(at.column - 1)
                    .map(|one| if one == '\t' { '\t' } else { ' ' })
                    .collect();
                writeln!(f, "{}:{}:{}: {}", self.file, at.line, at.column, self.what)?;
                writeln!(f, "{margin} |")?;
                writeln!(f, "{number} | {}", at.text)?;
                write!(f, "{margin} | {indent}{}", "^".repeat(at.length))?;
            }
            None => write!(f, "{}: {}", self.file, self.what)?,
        }
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "\n  = {help}"))
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_place() {
        let source = "a = 1\nsays = \"x\"\n";
        let fault = Fault::new("p.toml", source, Some(13..16), "too short").help("write more");
        assert_eq!(
            fault.to_string(),
            "p.toml:2:8: too short\n  |\n2 | says = \"x\"\n  |        ^^^\n  = write more"
        );
        let end = Fault::new("p.toml", source, Some(500..600), "past the end");
        assert_eq!(end.at.unwrap().line, 3);
    }
}
