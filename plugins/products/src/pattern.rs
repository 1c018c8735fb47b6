//! The words of a sentence with the values in it: literal pieces, and what may stand between them.
//!
//! No regular expressions: a pattern is found by its longest piece, and the pieces beside it are looked for
//! within a bounded distance, so that no product file can make a page slow.

use thiserror::Error;

/// Widest gap `{*}`, in bytes.
const WIDEST_GAP: usize = 400;
/// Longest value, in bytes.
const LONGEST_VALUE: usize = 300;
/// Most pieces of a pattern.
const MOST_PIECES: usize = 12;
/// Longest pattern, in characters.
const LONGEST: usize = 400;

/// Names of values.
pub const VALUES: &[&str] =
    &["expected", "actual", "attribute", "entity", "url", "subject", "status", "code"];

/// Values that are names or addresses.
const NAMES: &[&str] = &["attribute", "entity", "url", "code"];

/// What stands between two literal pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Gap {
    /// Anything.
    Any,
    /// One word or name.
    Word,
    /// A value with its name.
    Value(&'static str),
}

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// No words.
    #[error("it has no words")]
    Empty,
    /// Too long.
    #[error("it is longer than {LONGEST} characters, or has more than {MOST_PIECES} pieces")]
    TooLong,
    /// A brace that is not closed.
    #[error("a brace is not closed; a brace itself is written twice")]
    Unclosed,
    /// Not a value's name.
    #[error("{{{0}}} is no value: use {{~}}, {{*}} or one of {names}", names = VALUES.join(", "))]
    UnknownValue(String),
    /// A gap at an end.
    #[error("it begins or ends with {{~}} or {{*}}, or begins with a value: words must come first")]
    OpenEnd,
    /// Two gaps without words between.
    #[error("two values stand side by side: words must part them")]
    Adjoining,
}

/// A pattern, in folded characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<String>,
    /// Between pieces; one more than gaps between where the pattern ends in a value.
    gaps: Vec<Gap>,
    anchor: usize,
}

/// Where a pattern was found, in bytes of the folded text, and the values in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Start of its first words.
    pub start: usize,
    /// End of its last words or value.
    pub end: usize,
    /// Ranges of its values, by name.
    pub values: Vec<(&'static str, std::ops::Range<usize>)>,
}

impl Pattern {
    /// Reads the words of an entry.
    pub fn read(says: &str) -> Result<Self, Fault> {
        if says.chars().count() > LONGEST {
            return Err(Fault::TooLong);
        }
        let (mut pieces, mut gaps) = (Vec::new(), Vec::new());
        let mut piece = String::new();
        let mut rest = says.chars().peekable();
        while let Some(character) = rest.next() {
            match character {
                '{' | '}' if rest.peek() == Some(&character) => {
                    rest.next();
                    piece.push(character);
                }
                '{' => {
                    let mut name = String::new();
                    loop {
                        match rest.next() {
                            Some('}') => break,
                            Some(character) => name.push(character),
                            None => return Err(Fault::Unclosed),
                        }
                    }
                    let gap = match name.as_str() {
                        "*" => Gap::Any,
                        "~" => Gap::Word,
                        _ => Gap::Value(
                            VALUES
                                .iter()
                                .find(|known| **known == name)
                                .ok_or(Fault::UnknownValue(name))?,
                        ),
                    };
                    let words = crate::folded::fold(&piece).trim().to_owned();
                    if words.is_empty() {
                        return Err(if pieces.is_empty() {
                            Fault::OpenEnd
                        } else {
                            Fault::Adjoining
                        });
                    }
                    pieces.push(words);
                    gaps.push(gap);
                    piece.clear();
                }
                '}' => return Err(Fault::Unclosed),
                other => piece.push(other),
            }
        }
        let words = crate::folded::fold(&piece).trim().to_owned();
        if words.is_empty() {
            match gaps.last() {
                None => return Err(Fault::Empty),
                Some(Gap::Value(_)) => {}
                Some(_) => return Err(Fault::OpenEnd),
            }
        } else {
            pieces.push(words);
        }
        if pieces.len() > MOST_PIECES {
            return Err(Fault::TooLong);
        }
        let longest = (0..pieces.len())
            .max_by_key(|index| (pieces[*index].len(), usize::MAX - index))
            .unwrap_or_default();
        Ok(Self { pieces, gaps, anchor: longest })
    }

    /// The piece it is found by.
    pub fn anchor(&self) -> &str {
        &self.pieces[self.anchor]
    }

    /// Bytes of its words.
    pub fn weight(&self) -> usize {
        self.pieces.iter().map(String::len).sum()
    }

    /// Letters and other characters of its words.
    pub fn letters(&self) -> usize {
        self.pieces.iter().map(|piece| piece.chars().count()).sum()
    }

    /// Looks at a place of the folded text where the anchor stands.
    pub fn at(&self, text: &str, anchor: usize) -> Option<Hit> {
        let mut values = Vec::new();
        let mut start = anchor;
        for index in (0..self.anchor).rev() {
            let piece = &self.pieces[index];
            let from = floor(text, start.saturating_sub(WIDEST_GAP + piece.len()));
            let found = from + text[from..start].rfind(piece.as_str())?;
            values.extend(self.gaps[index].take(text, found + piece.len()..start)?);
            start = found;
        }
        values.reverse();
        if !begins_a_word(text, start) {
            return None;
        }
        let mut end = anchor + self.anchor().len();
        for index in self.anchor + 1..self.pieces.len() {
            let piece = &self.pieces[index];
            let to = floor(text, end + WIDEST_GAP + piece.len());
            let found = end + text[end..to].find(piece.as_str())?;
            values.extend(self.gaps[index - 1].take(text, end..found)?);
            end = found + piece.len();
        }
        if self.gaps.len() == self.pieces.len() {
            let last = &self.gaps[self.pieces.len() - 1];
            let tail = if matches!(last, Gap::Value(name) if NAMES.contains(name)) {
                name_end(text, end)
            } else {
                sentence_end(text, end)
            };
            values.extend(last.take(text, end..tail)?);
            end = tail;
        }
        Some(Hit { start, end, values })
    }

    /// How far the pattern's words get in a folded text: those that are there in order, and the first that is not.
    /// Of one piece that is not there, the words it begins with.
    pub fn progress(&self, text: &str) -> (String, Option<String>) {
        let mut from = 0;
        let mut there = Vec::new();
        for piece in &self.pieces {
            if let Some(at) = text[from..].find(piece.as_str()) {
                from += at + piece.len();
                there.push(piece.clone());
                continue;
            }
            let words: Vec<&str> = piece.split(' ').collect();
            let begun = (1..words.len())
                .rev()
                .map(|count| words[..count].join(" "))
                .find(|begun| text[from..].contains(begun.as_str()));
            let missing =
                begun.as_ref().map_or(piece.as_str(), |begun| piece[begun.len()..].trim_start());
            there.extend(begun.clone());
            return (there.join(" … "), Some(missing.to_owned()));
        }
        (there.join(" … "), None)
    }
}

impl Gap {
    /// Checks what stands in the gap; the outer `Option` is whether it may, the inner a value to keep.
    #[expect(clippy::option_option, reason = "the inner one is extended into a list")]
    fn take(
        &self,
        text: &str,
        range: std::ops::Range<usize>,
    ) -> Option<Option<(&'static str, std::ops::Range<usize>)>> {
        let raw = text.get(range.clone())?;
        let inner = raw.trim_matches(|character: char| {
            character.is_whitespace() || "\"'`«»".contains(character)
        });
        match self {
            Self::Any => Some(None),
            Self::Word => (!inner.contains(char::is_whitespace)).then_some(None),
            Self::Value(name) => {
                let start = range.start + raw.find(inner).unwrap_or_default();
                // Names and addresses have no blanks, unless they are quoted.
                let quoted = raw.trim().starts_with(['"', '\'', '`', '«']);
                let whole = quoted || !NAMES.contains(name) || !inner.contains(char::is_whitespace);
                let sound = !inner.is_empty()
                    && inner.len() <= LONGEST_VALUE
                    && !inner.contains('\n')
                    && whole;
                sound.then_some(Some((*name, start..start + inner.len())))
            }
        }
    }
}

/// The place is at the start of a word, or its first character is no letter or digit.
fn begins_a_word(text: &str, at: usize) -> bool {
    let first = text[at..].chars().next().is_some_and(char::is_alphanumeric);
    !first || !text[..at].chars().next_back().is_some_and(char::is_alphanumeric)
}

/// Where the sentence or line ends that goes on from here.
fn sentence_end(text: &str, from: usize) -> usize {
    let to = floor(text, from + LONGEST_VALUE);
    let rest = &text[from..to];
    let mut characters = rest.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let ends = match character {
            '\n' => true,
            '.' | '!' | '?' => {
                at > 0 && characters.peek().is_none_or(|(_, next)| next.is_whitespace())
            }
            _ => false,
        };
        if ends {
            return from + at;
        }
    }
    to
}

/// Where a name or address ends that begins here: at the mark that closes it, else at the next blank.
fn name_end(text: &str, from: usize) -> usize {
    let to = floor(text, from + LONGEST_VALUE);
    let rest = &text[from..to];
    let begin = rest.len() - rest.trim_start().len();
    let name = &rest[begin..];
    let end = if let Some(mark @ ('"' | '\'' | '`')) = name.chars().next() {
        name[1..].find(mark).map_or(name.len(), |at| at + 2)
    } else {
        let whole = &name[..name.find(char::is_whitespace).unwrap_or(name.len())];
        whole.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']).len()
    };
    from + begin + end
}

/// The nearest place at or before `at` that parts two characters.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folded::fold;

    fn values(says: &str, text: &str) -> Option<Vec<(&'static str, String)>> {
        let pattern = Pattern::read(says).unwrap();
        let folded = fold(text);
        let hit =
            folded.match_indices(pattern.anchor()).find_map(|(at, _)| pattern.at(&folded, at))?;
        Some(hit.values.into_iter().map(|(name, range)| (name, folded[range].to_owned())).collect())
    }

    #[test]
    fn values_stand_between_words() {
        let says = "The InResponseTo of the Response: {actual}, does not match the ID of the AuthNRequest sent by the SP: {expected}";
        let text = "x The InResponseTo of the Response: _a1, does not match the ID of the AuthNRequest sent by the SP: _b2. More.";
        assert_eq!(
            values(says, text),
            Some(vec![("actual", "_a1".to_owned()), ("expected", "_b2".to_owned())])
        );
        assert_eq!(values(says, "The InResponseTo of the Response: _a1 matches"), None);
        assert_eq!(
            values("attribute {~} missing", "attribute \"urn:oid:1\" missing"),
            Some(vec![])
        );
        assert_eq!(values("attribute {~} missing", "attribute of the person is missing"), None);
        assert_eq!(values("unsolicited", "UnsolicitedResponse"), Some(vec![]));
        assert_eq!(values("solicited", "unsolicited"), None);
        assert_eq!(values("a {{b}} c", "A {B} C"), Some(vec![]));
    }

    #[test]
    fn values_come_in_the_order_of_the_sentence() {
        let says = "got {actual} where the long words of this sentence wanted {expected} here";
        let text = "Got 1 where the long words of this sentence wanted 2 here";
        assert_eq!(
            values(says, text),
            Some(vec![("actual", "1".to_owned()), ("expected", "2".to_owned())])
        );
    }

    #[test]
    fn a_name_at_the_end_is_one_word_or_what_is_quoted() {
        for (text, name) in [
            ("Missing attribute: Email. Go back", "email"),
            ("missing attribute: \"Full Name\" (500)", "full name"),
        ] {
            assert_eq!(
                values("missing attribute: {attribute}", text),
                Some(vec![("attribute", name.to_owned())]),
                "{text}"
            );
        }
    }

    #[test]
    fn a_gap_is_bounded() {
        let far = format!("invalid audience {} for this response", "x ".repeat(400));
        assert_eq!(values("invalid audience {*} for this response", &far), None);
        assert_eq!(
            values(
                "invalid audience {*} for this response",
                "Invalid audience of old for this response"
            ),
            Some(vec![])
        );
    }

    #[test]
    fn faults_are_told() {
        for (says, fault) in [
            ("", Fault::Empty),
            ("{~} is missing", Fault::OpenEnd),
            ("missing {*}", Fault::OpenEnd),
            ("a {~}{actual} b", Fault::Adjoining),
            ("a {actual", Fault::Unclosed),
            ("a {colour} b", Fault::UnknownValue("colour".to_owned())),
            ("a } b", Fault::Unclosed),
        ] {
            assert_eq!(Pattern::read(says).unwrap_err(), fault, "{says}");
        }
        assert_eq!(Pattern::read(&"x".repeat(500)).unwrap_err(), Fault::TooLong);
    }
}
