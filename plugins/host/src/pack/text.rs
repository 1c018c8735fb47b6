//! Texts with values in them: `Response from {{ it.issuer.value }}`.

use super::expression::Expression;
use super::inspect::Scope;
use super::problem::{PackError, ProblemKind};
use super::shape::Shape;
use super::source::{Quoted, Source};

/// A text with expressions in it.
#[derive(Debug)]
pub(super) struct Text(pub(super) Vec<Piece>);

/// A part of a text.
#[derive(Debug)]
pub(super) enum Piece {
    /// As it stands.
    Plain(String),
    /// A value.
    Value(Box<Expression>),
}

impl Text {
    /// Takes a text apart.
    pub(super) fn parse(
        source: &Source,
        quoted: &Quoted,
        scope: &Scope,
    ) -> Result<Self, Vec<PackError>> {
        let text = quoted.value.as_str();
        let (mut pieces, mut problems) = (Vec::new(), Vec::new());
        let mut at = 0;
        while let Some(open) = text[at..].find("{{").map(|found| at + found) {
            if open > at {
                pieces.push(Piece::Plain(text[at..open].to_owned()));
            }
            let Some(close) = closing(text, open + 2) else {
                let here = source.inside(quoted, open..open + 2);
                problems.push(source.problem(
                    ProblemKind::Syntax,
                    here,
                    "`{{` is never closed",
                    "}} after the expression",
                ));
                return Err(problems);
            };
            match Expression::parse(source, quoted, open + 2..close, scope) {
                Ok(value) if value.shape.readable() => pieces.push(Piece::Value(Box::new(value))),
                Ok(value) => {
                    let here = source.inside(quoted, open + 2..close);
                    let message = format!("{} cannot stand in a text", value.shape.words());
                    let expected = match value.shape {
                        Shape::List(_) => "a list of plain values, as list.map(x, x.…) makes one",
                        _ => "a value of the record: a name after a dot",
                    };
                    problems.push(source.problem(
                        ProblemKind::WrongResult,
                        here,
                        message,
                        expected,
                    ));
                }
                Err(more) => problems.extend(more),
            }
            at = close + 2;
        }
        if at < text.len() {
            pieces.push(Piece::Plain(text[at..].to_owned()));
        }
        if problems.is_empty() { Ok(Self(pieces)) } else { Err(problems) }
    }
}

impl Text {
    /// The expressions in it.
    pub(super) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Plain(_) => None,
            Piece::Value(expression) => Some(expression.as_ref()),
        })
    }
}

/// Where the expression that begins here ends: at `}}` outside of texts and brackets.
fn closing(text: &str, start: usize) -> Option<usize> {
    let mut quote = None;
    let mut depth = 0_usize;
    let mut characters = text[start..].char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => {
                characters.next();
            }
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '{') => depth += 1,
            (None, '}') if depth > 0 => depth -= 1,
            (None, '}') if characters.peek().is_some_and(|(_, next)| *next == '}') => {
                return Some(start + at);
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_end_where_they_end() {
        let end = |text: &str| closing(text, 2).map(|at| text[2..at].to_owned());
        assert_eq!(end("{{ a }} b }}").as_deref(), Some(" a "));
        assert_eq!(end("{{ '}}' }}").as_deref(), Some(" '}}' "));
        assert_eq!(end("{{ {'a': {'b': 1}}.a.b }}").as_deref(), Some(" {'a': {'b': 1}}.a.b "));
        assert_eq!(end("{{ a }"), None);
    }
}
