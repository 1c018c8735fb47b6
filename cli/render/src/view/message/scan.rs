//! The tokens of well-formed XML, as ranges of bytes.

use super::Kind;
use std::ops::Range;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A start tag, by its parts; the element is empty where it closes itself.
    Start {
        whole: Range<usize>,
        parts: Vec<(Kind, Range<usize>)>,
        empty: bool,
    },
    End(Range<usize>),
    Text(Range<usize>),
    Aside(Range<usize>),
}

/// The tokens of a text that is known to be well-formed; what is not ends the list.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let Some(end) = (match rest.as_bytes() {
            [b'<', b'!', b'-', b'-', ..] => rest.find("-->").map(|end| at + end + 3),
            [b'<', b'!', b'[', ..] => rest.find("]]>").map(|end| at + end + 3),
            [b'<', b'?', ..] => rest.find("?>").map(|end| at + end + 2),
            [b'<', ..] => tag_end(rest).map(|end| at + end),
            _ => Some(rest.find('<').map_or(text.len(), |end| at + end)),
        }) else {
            break;
        };
        let range = at..end;
        tokens.push(match rest.as_bytes() {
            [b'<', b'!' | b'?', ..] if rest.starts_with("<![") => Token::Text(range),
            [b'<', b'!' | b'?', ..] => Token::Aside(range),
            [b'<', b'/', ..] => Token::End(range),
            [b'<', ..] => Token::Start {
                parts: parts(text, &range),
                empty: text[..end].ends_with("/>"),
                whole: range,
            },
            _ => Token::Text(range),
        });
        at = end;
    }
    tokens
}

/// Where a tag ends: the first `>` outside quotes.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (index, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(index + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    None
}

/// The parts of a start tag; blanks belong to what follows them.
fn parts(text: &str, whole: &Range<usize>) -> Vec<(Kind, Range<usize>)> {
    let mut parts: Vec<(Kind, Range<usize>)> = Vec::new();
    let mut kind = Kind::Tag;
    let mut quote = None;
    let mut from = whole.start;
    for (index, byte) in text.bytes().enumerate().take(whole.end).skip(whole.start) {
        let next = match (quote, byte) {
            (Some(open), close) if open == close => {
                quote = None;
                parts.push((Kind::Value, from..index + 1));
                from = index + 1;
                kind = Kind::Attribute;
                continue;
            }
            (Some(_), _) => continue,
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                Kind::Value
            }
            (None, b'>') => Kind::Tag,
            (None, b'/') if index + 2 == whole.end => Kind::Tag,
            (None, byte) if kind == Kind::Tag && byte.is_ascii_whitespace() => Kind::Attribute,
            (None, _) => kind,
        };
        if next != kind && index > from {
            parts.push((kind, from..index));
            from = index;
        }
        kind = next;
    }
    if from < whole.end {
        parts.push((kind, from..whole.end));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_belongs_to_one_token() {
        let text = "<?xml version='1.0'?><a:b x='1>2' y=\"'\"><!-- c --> text &amp; <c/><![CDATA[<d>]]></a:b>";
        let mut at = 0;
        for token in tokens(text) {
            let range = match token {
                Token::Start { whole, parts, .. } => {
                    assert_eq!(parts.first().map(|part| part.1.start), Some(whole.start));
                    assert_eq!(parts.last().map(|part| part.1.end), Some(whole.end));
                    assert!(
                        parts.windows(2).all(|pair| pair[0].1.end == pair[1].1.start),
                        "{parts:?}"
                    );
                    whole
                }
                Token::End(range) | Token::Text(range) | Token::Aside(range) => range,
            };
            assert_eq!(range.start, at);
            at = range.end;
        }
        assert_eq!(at, text.len());
    }

    #[test]
    fn tags_are_cut_into_names_and_values() {
        let text = "<a x='1' yy=\"2\"/>";
        let Some(Token::Start { parts, empty, .. }) = tokens(text).into_iter().next() else {
            panic!("a start tag")
        };
        assert!(empty);
        let cut: Vec<(Kind, &str)> =
            parts.iter().map(|(kind, range)| (*kind, &text[range.clone()])).collect();
        assert_eq!(
            cut,
            [
                (Kind::Tag, "<a"),
                (Kind::Attribute, " x="),
                (Kind::Value, "'1'"),
                (Kind::Attribute, " yy="),
                (Kind::Value, "\"2\""),
                (Kind::Tag, "/>")
            ]
        );
    }
}
