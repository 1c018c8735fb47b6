//! A text as it reads once its encodings are undone, every byte with the place it came from.
//!
//! A value comes up again in whatever form the text around it has: percent-encoded once or twice, in either letter
//! case, as an HTML entity, as a JSON or script escape, or several of these. Undoing them in the text finds all of
//! them, where writing out every form of the value would miss the next one.

use crate::references;
use std::ops::Range;

/// Longest reference to a character, and most digits of the number of a letter with what ends it.
const LONGEST_REFERENCE: usize = 16;
const LONGEST_CODE: usize = 7;
/// More layers than any real text has.
const DEEPEST: usize = 4;

/// Bytes, and where each stood in the original text.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub(super) bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

impl Layer {
    /// Where a run of bytes stood in the original text.
    pub(super) fn place(&self, range: Range<usize>) -> Range<usize> {
        let start = self.places.get(range.start).map_or(0, |place| place.start);
        let end = range
            .end
            .checked_sub(1)
            .and_then(|last| self.places.get(last))
            .map_or(start, |place| place.end);
        start..end.max(start)
    }
}

/// The layers beneath a text, and each of them as a mail would write it: the text itself is none of them.
pub(super) fn beneath(text: &str) -> Vec<Layer> {
    let mut layers = chain(text);
    let mut quoted: Vec<Layer> = mail(text.as_bytes(), |at| at..at + 1).into_iter().collect();
    quoted.extend(
        layers.iter().filter_map(|layer| mail(&layer.bytes, |at| layer.places[at].clone())),
    );
    layers.extend(quoted);
    layers
}

fn chain(text: &str) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::new();
    for _ in 0..DEEPEST {
        let next = match layers.last() {
            Some(layer) => undone(&layer.bytes, |at| layer.places[at].clone()),
            None => undone(text.as_bytes(), |at| at..at + 1),
        };
        match next {
            Some(layer) => layers.push(layer),
            None => break,
        }
    }
    layers
}

/// A value with all its encodings undone.
pub(super) fn innermost(text: &str) -> Option<String> {
    chain(text).pop().and_then(|layer| String::from_utf8(layer.bytes).ok())
}

/// One layer undone; `None` where nothing is encoded.
fn undone(bytes: &[u8], place: impl Fn(usize) -> Range<usize>) -> Option<Layer> {
    let first = bytes.iter().position(|byte| matches!(byte, b'%' | b'&' | b'\\'))?;
    rewritten(bytes, first, place, escape)
}

/// `=3D`, and lines that go on behind an equals sign. Whatever else has such signs in it may look so, and is one layer beside the
/// others, in which nothing further is undone.
fn mail(bytes: &[u8], place: impl Fn(usize) -> Range<usize>) -> Option<Layer> {
    let sign = |text: &[u8]| -> Option<(Escaped, usize)> {
        let folded = [&b"=\r\n"[..], b"=\n"]
            .into_iter()
            .find(|fold| text.starts_with(fold))
            .map_or(0, <[u8]>::len);
        let behind = text.get(folded..)?;
        let digits = behind.strip_prefix(b"=").and_then(|digits| digits.get(..2));
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let byte = digits
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match byte {
            Some(byte) => Some((Escaped::Byte(byte), folded + 3)),
            None if folded > 0 => Some((Escaped::Byte(*behind.first()?), folded + 1)),
            None => None,
        }
    };
    let first = memchr::memchr_iter(b'=', bytes).find(|at| sign(&bytes[*at..]).is_some())?;
    rewritten(
        bytes,
        first,
        place,
        |text| if text.first() == Some(&b'=') { sign(text) } else { None },
    )
}

/// The bytes from a place on, with what is read as an escape undone.
fn rewritten(
    bytes: &[u8],
    first: usize,
    place: impl Fn(usize) -> Range<usize>,
    escape: impl Fn(&[u8]) -> Option<(Escaped, usize)>,
) -> Option<Layer> {
    let mut layer =
        Layer { bytes: Vec::with_capacity(bytes.len()), places: Vec::with_capacity(bytes.len()) };
    let mut changed = false;
    let mut at = 0;
    while at < bytes.len() {
        let escape = if at < first { None } else { escape(&bytes[at..]) };
        if let Some((character, length)) = escape {
            let stood = place(at).start..place(at + length - 1).end;
            let mut buffer = [0; 4];
            let written: &[u8] = match &character {
                Escaped::Byte(byte) => std::slice::from_ref(byte),
                Escaped::Character(character) => character.encode_utf8(&mut buffer).as_bytes(),
            };
            for byte in written {
                layer.bytes.push(*byte);
                layer.places.push(stood.clone());
            }
            changed = true;
            at += length;
        } else {
            layer.bytes.push(bytes[at]);
            layer.places.push(place(at));
            at += 1;
        }
    }
    changed.then_some(layer)
}

enum Escaped {
    Byte(u8),
    Character(char),
}

/// The escape a text begins with, and its length in bytes.
fn escape(text: &[u8]) -> Option<(Escaped, usize)> {
    let number = |from: usize, length: usize| {
        let digits = text.get(from..from + length)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let character = |code: u32| char::from_u32(code).map(Escaped::Character);
    match (text.first()?, text.get(1)?) {
        (b'\\', b'u') if text.get(2) == Some(&b'{') => {
            let digits = text.iter().skip(3).take(LONGEST_CODE).position(|byte| *byte == b'}')?;
            Some((character(number(3, digits)?)?, digits + 4))
        }
        (b'%', b'u' | b'U') | (b'\\', b'u') => Some((character(number(2, 4)?)?, 6)),
        (b'%', _) => Some((Escaped::Byte(u8::try_from(number(1, 2)?).ok()?), 3)),
        (b'\\', b'x') => Some((Escaped::Byte(u8::try_from(number(2, 2)?).ok()?), 4)),
        (b'\\', b'n') => Some((Escaped::Byte(b'\n'), 2)),
        (b'\\', b'r') => Some((Escaped::Byte(b'\r'), 2)),
        (b'\\', b't') => Some((Escaped::Byte(b'\t'), 2)),
        (b'\\', mark @ (b'"' | b'\'' | b'/' | b'\\')) => Some((Escaped::Byte(*mark), 2)),
        (b'\\', b'0'..=b'3') => {
            let digits = std::str::from_utf8(text.get(1..4)?).ok()?;
            Some((Escaped::Byte(u8::from_str_radix(digits, 8).ok()?), 4))
        }
        (b'&', _) => {
            let near = text.get(..LONGEST_REFERENCE.min(text.len()))?;
            let near = near.split(|byte| !byte.is_ascii()).next()?;
            let (character, length) = references::at(std::str::from_utf8(near).ok()?)?;
            Some((Escaped::Character(character), length))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_is_undone_and_keeps_its_place() {
        for (text, plain) in [
            ("a%21b", "a!b"),
            ("a%2521b", "a!b"),
            ("a%252521b", "a!b"),
            ("a&#33;b", "a!b"),
            ("a&#x21;b", "a!b"),
            ("a&amp;#33;b", "a!b"),
            ("a\\u0021b", "a!b"),
            ("a\\x21b", "a!b"),
            ("a%26excl%3bb", "a!b"),
            ("a%u0021b", "a!b"),
            ("a\\u{21}b", "a!b"),
            ("a\\041b", "a!b"),
            ("a&#33b", "a!b"),
        ] {
            assert_eq!(innermost(text).as_deref(), Some(plain), "{text}");
            let layers = beneath(text);
            let last = layers.last().expect("a layer");
            assert_eq!(last.place(1..2), 1..text.len() - 1, "{text}");
            assert_eq!(last.place(0..3), 0..text.len(), "{text}");
        }
        for text in ["a=21b", "a=\r\n=21b", "a%3D21b", "a=\n!b"] {
            let layers = beneath(text);
            let last = layers.last().expect("a layer");
            assert_eq!(last.bytes, b"a!b", "{text}");
            assert_eq!(last.place(1..2), 1..text.len() - 1, "{text}");
        }
        assert_eq!(innermost("a=21b"), None);
        assert!(beneath("plain & simple 100% \\o/").is_empty());
    }
}
