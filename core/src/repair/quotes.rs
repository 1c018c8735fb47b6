//! Typographic quotes where an attribute's value needs straight ones. Those inside a value that is
//! quoted as it should be are part of a text and stay.

use super::Kind;
use super::edit::Edits;
use super::markup::{self, Markup};
use crate::saml::xml::is_smart_quote;

/// Edits of the quotes around values. None at all where it is not plain which quotes those are.
pub(super) fn straighten(text: &str) -> Edits {
    let mut edits = Edits::default();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + found;
        let end = match markup::at(text, start) {
            Markup::Tag => tag(text, start, &mut edits),
            Markup::Other(end) => Some(end),
            Markup::Endless => None,
        };
        match end {
            Some(end) => at = end,
            None => return Edits::default(),
        }
    }
    edits
}

/// Reads a tag and notes its typographic quotes; where it ends.
fn tag(text: &str, start: usize, edits: &mut Edits) -> Option<usize> {
    let mut at = start + 1;
    let mut noted = false;
    loop {
        let rest = text.get(at..)?;
        let c = rest.chars().next()?;
        match c {
            '>' => return Some(at + 1),
            // Another tag begins inside this one: something else is wrong here.
            '<' => return None,
            '"' | '\'' => {
                let value = rest.get(1..)?;
                let length = value.find(c)?;
                // A value that a typographic quote seems to end would swallow the next attribute.
                if value.get(..length)?.contains('=')
                    && value.get(..length)?.contains(is_smart_quote)
                    || value.get(..length)?.contains('<')
                {
                    return None;
                }
                at += 1 + length + 1;
            }
            _ if is_smart_quote(c) => {
                let value = rest.get(c.len_utf8()..)?;
                let (length, closing) = value
                    .char_indices()
                    .find(|(_, c)| is_smart_quote(*c) || matches!(c, '"' | '\'' | '<' | '>'))?;
                let follows = value.get(length + closing.len_utf8()..)?;
                let straight = if is_single(c) { '\'' } else { '"' };
                let pair = (is_smart_quote(closing) && is_single(closing) == is_single(c))
                    || closing == straight;
                if !pair
                    || !follows.starts_with(|c: char| {
                        c.is_ascii_whitespace() || matches!(c, '>' | '/' | '?')
                    })
                {
                    return None;
                }
                edits.replace(at..at + c.len_utf8(), straight);
                let end = at + c.len_utf8() + length;
                edits.replace(end..end + closing.len_utf8(), straight);
                if !noted {
                    edits.note(
                        Kind::QuotesStraightened,
                        at,
                        "typographic quotes in this tag made straight",
                    );
                    noted = true;
                }
                at = end + closing.len_utf8();
            }
            _ => at += c.len_utf8(),
        }
    }
}

fn is_single(c: char) -> bool {
    matches!(c, '\u{2018}'..='\u{201b}' | '\u{2032}' | '\'')
}
