//! The search of a written copy for what must not be in it. It shares nothing with what wrote the copy but the
//! list of values: it undoes every encoding of whole texts, whatever stands there, and looks for the values as such.

use super::finder;
use super::kind::Kind;
use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::DeflateDecoder;
use percent_encoding::percent_decode;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read as _;

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
/// Encodings in encodings that are undone.
const DEEPEST: usize = 6;
/// Most bytes that one text may come to when everything in it is decoded.
const MOST: usize = 64 << 20;

/// A value that was found where it must not be. The value itself is not in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// Where, as a path of member names.
    pub place: String,
    /// What it is.
    pub kind: Kind,
}

/// Looks for values.
pub(super) struct Search {
    finder: Option<AhoCorasick>,
    values: Vec<(Kind, bool)>,
    /// Words, in any case.
    names: Option<AhoCorasick>,
    kinds: Vec<Kind>,
    found: BTreeMap<Left, usize>,
}

impl Search {
    pub(super) fn new<'v>(
        values: impl Iterator<Item = (&'v str, Kind, bool)>,
        names: impl Iterator<Item = (&'v str, Kind)>,
    ) -> Self {
        let (mut patterns, mut known) = (Vec::new(), Vec::new());
        for (value, kind, word) in values {
            patterns.push(value);
            known.push((kind, word));
        }
        let finder = finder::of(&mut AhoCorasick::builder(), &patterns);
        let (words, kinds): (Vec<&str>, Vec<Kind>) = names.unzip();
        let names = finder::of(AhoCorasick::builder().ascii_case_insensitive(true), &words);
        Self { finder, values: known, names, kinds, found: BTreeMap::new() }
    }

    /// Looks through a value of JSON, names included.
    pub(super) fn json(&mut self, value: &Value, place: &str) {
        let mut open = vec![(value, place.to_owned())];
        while let Some((value, place)) = open.pop() {
            match value {
                Value::Array(list) => {
                    open.extend(list.iter().map(|element| (element, place.clone())));
                }
                Value::Object(object) => {
                    for (name, value) in object {
                        self.text(name.as_bytes(), &place);
                        open.push((value, format!("{place}.{name}")));
                    }
                }
                Value::String(text) => self.text(text.as_bytes(), &place),
                Value::Number(_) | Value::Bool(_) | Value::Null => {}
            }
        }
    }

    /// Looks through a text, and through everything that it decodes to.
    pub(super) fn text(&mut self, text: &[u8], place: &str) {
        let mut budget = MOST;
        self.at_depth(text, place, 0, &mut budget);
    }

    pub(super) fn into_found(self) -> Vec<(Left, usize)> {
        self.found.into_iter().collect()
    }

    fn at_depth(&mut self, text: &[u8], place: &str, depth: usize, budget: &mut usize) {
        let Some(left) = budget.checked_sub(text.len()) else { return };
        *budget = left;
        self.look(text, place);
        if depth == DEEPEST {
            return;
        }
        if text.contains(&b'=') {
            let decoded = without_quoting(text);
            // Below it anything may look encoded: only the values are looked for.
            if decoded.len() < text.len() {
                self.look(&decoded, place);
            }
        }
        if text.contains(&b'%') {
            let decoded: Vec<u8> = percent_decode(&without_units(text)).collect();
            if decoded.len() < text.len() {
                self.at_depth(&decoded, place, depth + 1, budget);
            }
        }
        if text.contains(&b'\\') {
            let decoded = without_escapes(text);
            if decoded.len() < text.len() {
                self.at_depth(&decoded, place, depth + 1, budget);
            }
        }
        if text.contains(&b'&') {
            let decoded = without_references(text);
            if decoded.len() < text.len() {
                self.at_depth(&decoded, place, depth + 1, budget);
            }
        }
        // Lines that were folded are one value.
        let folded = text.iter().any(u8::is_ascii_whitespace);
        for (url, digits) in [(false, &b"+/"[..]), (true, &b"-_"[..])] {
            let digit = |byte: &u8| byte.is_ascii_alphanumeric() || digits.contains(byte);
            let runs = |text: &[u8]| -> Vec<Vec<u8>> {
                text.split(|byte| !digit(byte))
                    .filter(|run| run.len() >= 8)
                    .map(<[u8]>::to_vec)
                    .collect()
            };
            for run in runs(text) {
                self.base64(&run, url, place, depth, budget);
            }
            if folded && depth < 3 {
                let joined: Vec<u8> =
                    text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
                for run in runs(&joined).into_iter().filter(|run| run.len() >= 60) {
                    self.base64(&run, url, place, depth, budget);
                }
            }
        }
    }

    fn base64(&mut self, run: &[u8], url: bool, place: &str, depth: usize, budget: &mut usize) {
        let whole = run.get(..run.len() - usize::from(run.len() % 4 == 1)).unwrap_or_default();
        let engine = GeneralPurpose::new(if url { &URL_SAFE } else { &STANDARD }, CONFIG);
        let Ok(decoded) = engine.decode(whole) else { return };
        let printable = decoded
            .iter()
            .filter(|byte| (b' '..=b'~').contains(byte) || byte.is_ascii_whitespace())
            .count();
        if printable * 2 > decoded.len() {
            self.at_depth(&decoded, place, depth + 1, budget);
        }
        let mut inflated = Vec::new();
        let most = u64::try_from(*budget).unwrap_or_default();
        let _ = DeflateDecoder::new(decoded.as_slice()).take(most).read_to_end(&mut inflated);
        if inflated.len() >= 8 {
            self.at_depth(&inflated, place, depth + 1, budget);
        }
    }

    fn look(&mut self, text: &[u8], place: &str) {
        let beside = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80)
        };
        let alone = |start: usize, end: usize| {
            !beside(start.checked_sub(1).and_then(|before| text.get(before)))
                && !beside(text.get(end))
        };
        let mut found = Vec::new();
        for hit in self.finder.iter().flat_map(|finder| finder.find_overlapping_iter(text)) {
            let Some((kind, word)) = self.values.get(hit.pattern().as_usize()).copied() else {
                continue;
            };
            if !word || alone(hit.start(), hit.end()) {
                found.push(kind);
            }
        }
        for hit in self.names.iter().flat_map(|finder| finder.find_overlapping_iter(text)) {
            if let Some(kind) =
                self.kinds.get(hit.pattern().as_usize()).filter(|_| alone(hit.start(), hit.end()))
            {
                found.push(*kind);
            }
        }
        for kind in found {
            *self.found.entry(Left { place: place.to_owned(), kind }).or_default() += 1;
        }
    }
}

/// `\n`, `\"`, `\u0041`, `\x41`.
fn without_escapes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        let code = |digits: Option<&[u8]>| {
            digits
                .and_then(|digits| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
        };
        let braced = rest
            .strip_prefix(b"u{")
            .and_then(|digits| digits.get(..digits.iter().take(7).position(|byte| *byte == b'}')?));
        let (decoded, taken) = match rest.first() {
            Some(b'u') if braced.is_some() => (code(braced), 3 + braced.map_or(0, <[u8]>::len)),
            Some(b'0'..=b'3')
                if rest.get(..3).is_some_and(|digits| {
                    digits.iter().all(|digit| matches!(digit, b'0'..=b'7'))
                }) =>
            {
                let digits = rest.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
                (digits.and_then(|digits| u32::from_str_radix(digits, 8).ok()), 3)
            }
            Some(b'u') => (code(rest.get(1..5)), 5),
            Some(b'x') => (code(rest.get(1..3)), 3),
            Some(b'n') => (Some(10), 1),
            Some(b't') => (Some(9), 1),
            Some(b'r') => (Some(13), 1),
            Some(other) => (Some(u32::from(*other)), 1),
            None => (None, 0),
        };
        if let Some(character) = decoded.and_then(char::from_u32) {
            out.extend(character.to_string().as_bytes());
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    out
}

/// `=3D`, and lines that go on.
fn without_quoting(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let decoded = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let line = [&b"\r\n"[..], b"\n"].into_iter().find_map(|line| after.strip_prefix(line));
        match (byte, line, decoded) {
            (b'=', Some(behind), _) => rest = behind,
            (b'=', None, Some(decoded)) => {
                out.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => out.push(*byte),
        }
    }
    out
}

/// `%u0041` as it would be percent-encoded today.
fn without_units(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let unit = |text: &[u8]| {
            let digits = text.strip_prefix(b"u").or_else(|| text.strip_prefix(b"U"))?.get(..4)?;
            u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
        };
        match unit(after).filter(|_| *byte == b'%') {
            Some(first) => {
                rest = after.get(5..).unwrap_or_default();
                let second = rest
                    .strip_prefix(b"%")
                    .and_then(unit)
                    .filter(|_| (0xd800..0xdc00).contains(&first));
                if second.is_some() {
                    rest = rest.get(6..).unwrap_or_default();
                }
                let units = std::iter::once(first).chain(second);
                out.extend(
                    char::decode_utf16(units).filter_map(Result::ok).collect::<String>().bytes(),
                );
            }
            None => out.push(*byte),
        }
    }
    out
}

/// `&amp;`, `&#65;`, `&#x41;`.
fn without_references(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        // A number needs no end.
        let numbered = after.strip_prefix(b"#").map(|number| {
            let hexadecimal =
                usize::from(number.first().is_some_and(|byte| matches!(byte, b'x' | b'X')));
            let is_digit = |byte: &&u8| {
                if hexadecimal > 0 { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() }
            };
            1 + hexadecimal + number.iter().skip(hexadecimal).take(9).take_while(is_digit).count()
        });
        let end = match numbered {
            _ if *byte != b'&' => None,
            None => after.iter().take(10).position(|byte| *byte == b';'),
            numbered => numbered,
        };
        let character = end.and_then(|end| {
            let name = std::str::from_utf8(after.get(..end)?).ok()?;
            match name {
                "amp" => Some('&'),
                "lt" => Some('<'),
                "gt" => Some('>'),
                "quot" => Some('"'),
                "apos" => Some('\''),
                "nbsp" => Some(' '),
                "excl" => Some('!'),
                "equals" => Some('='),
                "dollar" => Some('$'),
                "plus" => Some('+'),
                "sol" => Some('/'),
                "commat" => Some('@'),
                _ => {
                    let number = name.strip_prefix('#')?;
                    let (digits, radix) =
                        number.strip_prefix(['x', 'X']).map_or((number, 10), |digits| (digits, 16));
                    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
                }
            }
        });
        if let (Some(character), Some(end)) = (character, end) {
            out.extend(character.to_string().as_bytes());
            let ended = usize::from(after.get(end) == Some(&b';'));
            rest = after.get(end + ended..).unwrap_or_default();
        } else {
            out.push(*byte);
            rest = after;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;
    use flate2::Compression;
    use flate2::read::DeflateEncoder;
    use std::io::Read;

    const VALUE: &str = "aB3/dE5+gH7jK9mN1==";

    fn finds(text: &str) -> bool {
        let mut search =
            Search::new(std::iter::once((VALUE, Kind::Token, false)), std::iter::empty());
        search.text(text.as_bytes(), "x");
        !search.into_found().is_empty()
    }

    #[test]
    fn values_are_found_in_any_encoding() {
        let percent = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let deflated = |text: &str| {
            let mut out = Vec::new();
            DeflateEncoder::new(text.as_bytes(), Compression::default())
                .read_to_end(&mut out)
                .expect("packs");
            STANDARD.encode(out)
        };
        let utf16: String = VALUE
            .chars()
            .map(|character| format!("\\u{:04x}", u32::from(character)))
            .collect::<Vec<_>>()
            .concat();
        for text in [
            format!("a {VALUE} b"),
            percent(VALUE),
            percent(&percent(VALUE)),
            STANDARD.encode(VALUE),
            STANDARD.encode(STANDARD.encode(format!("some words {VALUE}"))),
            percent(&deflated(&format!("<a>{VALUE}</a>"))),
            VALUE.replace('/', "\\/"),
            VALUE.replace('/', "%u002F"),
            percent(&VALUE.replace('/', "%u002F")),
            VALUE.replace('=', "=3D"),
            VALUE.replace('+', "=\r\n+"),
            VALUE.replace('/', "\\057"),
            VALUE.replace('/', "\\u{2f}"),
            VALUE.replace('=', "&#61"),
            VALUE.replace('+', "&#43;").replace('=', "&#x3d;"),
            utf16,
        ] {
            assert!(finds(&text), "{text}");
        }
        assert!(
            !finds("aB3/dE5+gH7jK9mN1=") && !finds(&STANDARD.encode("something else altogether"))
        );
    }
}
