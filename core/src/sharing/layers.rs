//! Encodings that stand around values: each undone to a text, and edits of that text brought back into the same
//! form. What an edit does not touch stays as it was written, byte for byte, faults and all.

use super::edit::{Edit, apply, values};
use super::kind::Kind;
use crate::references;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use encoding_rs::{UTF_16BE, UTF_16LE};
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use std::fmt::Write as _;
use std::io::Read;
use std::ops::Range;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
/// Shortest base64 that is looked into: shorter ones are words.
const SHORTEST_BASE64: usize = 12;
/// Most digits of the number of a letter, with what ends it.
const LONGEST_CODE: usize = 7;
/// Most that a message expands to.
const MOST: u64 = 8 << 20;

/// A decoded part of a text.
pub(super) struct Layer {
    /// What it decodes to.
    pub(super) text: String,
    /// Where it stands in the text around it.
    range: Range<usize>,
    back: Back,
}

enum Back {
    /// Each byte of the decoded text has its place in the one around it.
    Mapped {
        places: Vec<u32>,
        escape: Escape,
    },
    Base64(Base64),
    Deflated(Base64),
}

#[derive(Clone, Copy)]
enum Escape {
    Percent { upper: bool },
    Json,
    Markup,
    Quoted,
}

struct Base64 {
    /// Places of its digits in the text around it.
    digits: Vec<u32>,
    url: bool,
    padded: bool,
    bytes: Vec<u8>,
    /// How its bytes write a text.
    writing: Writing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    Utf8,
    /// Each byte is a character, since they are no UTF-8.
    Latin,
    /// Two bytes for each letter, the lower one first, or last.
    Wide {
        lower_first: bool,
    },
}

/// Every encoded part of a text, one level deep.
pub(super) fn of(text: &str) -> Vec<Layer> {
    let mut layers = Vec::new();
    if memchr::memchr(b'\\', text.as_bytes()).is_some() {
        layers.extend(json(text));
    }
    if memchr::memchr(b'&', text.as_bytes()).is_some() {
        layers.extend(markup(text));
    }
    if memchr::memchr(b'%', text.as_bytes()).is_some() {
        percent(text, &mut layers);
    }
    base64(text, &mut layers);
    layers
}

/// A text as mails write it, `=3D` for an equals sign and `=` before the end of a line that goes on, with those undone.
/// Whatever else has equals signs in it may look so: only what is known is looked for below.
pub(super) fn quoted(text: &str) -> Option<Layer> {
    let bytes = text.as_bytes();
    let goes_on = |at: usize| {
        bytes
            .get(at + 1)
            .is_some_and(|next| next.is_ascii_hexdigit() || matches!(next, b'\r' | b'\n'))
    };
    memchr::memchr_iter(b'=', bytes).find(|at| goes_on(*at))?;
    mapped(text, '=', Escape::Quoted, |rest| {
        let folded =
            ["=\r\n", "=\n"].into_iter().find(|fold| rest.starts_with(fold)).map_or(0, str::len);
        let behind = rest.get(folded..)?;
        let written = sign(behind, '=');
        let character = || behind.chars().next().filter(|_| folded > 0);
        let (character, length) =
            written.or_else(|| character().map(|next| (next, next.len_utf8())))?;
        Some((character, folded + length))
    })
}

/// The whole of a text with percent-encoding undone, across what ends the runs of [`of`]: a value of which some signs are
/// encoded and others are not. Again only what is known is looked for below.
pub(super) fn across(text: &str) -> Option<Layer> {
    memchr::memchr(b'%', text.as_bytes())?;
    mapped(text, '%', Escape::Percent { upper: true }, |rest| {
        unicode(rest.as_bytes()).or_else(|| sign(rest, '%'))
    })
}

/// `=3D`, `%3D`, or several of them that are one letter.
fn sign(text: &str, begins: char) -> Option<(char, usize)> {
    let byte = |at: usize| {
        let digits = text.get(at..at + 3)?.strip_prefix(begins)?;
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
        u8::from_str_radix(digits, 16).ok()
    };
    let count = match byte(0)? {
        0..0x80 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    };
    let bytes: Vec<u8> = (0..count).map_while(|index| byte(index * 3)).collect();
    let letter = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    Some((letter, bytes.len() * 3))
}

/// The one layer that stands around the whole of a value, escapes and percent-encoding only.
pub(super) fn whole(value: &str) -> Option<Layer> {
    let escaped = value.contains('\\').then(|| json(value)).flatten();
    let referenced = || value.contains('&').then(|| markup(value)).flatten();
    let encoded = || value.contains('%').then(|| percent_run(value, 0..value.len())).flatten();
    escaped.or_else(referenced).or_else(encoded)
}

impl Layer {
    /// Whether it stands for the whole of a value.
    pub(super) fn covers(&self, value: &str) -> bool {
        self.range.start == 0 && self.range.end >= value.trim_end().len()
    }

    /// Brings edits of the decoded text back into the text around it.
    pub(super) fn back(&self, edits: &[Edit], out: &mut Vec<Edit>) {
        if edits.is_empty() {
            return;
        }
        match &self.back {
            Back::Mapped { places, escape } => out.extend(edits.iter().filter_map(|edit| {
                let start = *places.get(edit.range.start)? as usize;
                let end = *places.get(edit.range.end)? as usize;
                Some(Edit { range: start..end, with: escape.write(&edit.with), ..edit.clone() })
            })),
            Back::Base64(base64) => {
                let changed = base64.bytes_of(&apply(&self.text, edits));
                base64.write(&changed, &self.range, values(edits), out);
            }
            Back::Deflated(base64) => {
                let changed = apply(&self.text, edits);
                let mut packed = Vec::new();
                if DeflateEncoder::new(changed.as_bytes(), Compression::default())
                    .read_to_end(&mut packed)
                    .is_ok()
                {
                    out.push(Edit {
                        range: self.range.clone(),
                        with: base64.encode(&packed),
                        values: values(edits),
                    });
                }
            }
        }
    }
}

impl Escape {
    fn write(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        match self {
            Self::Percent { upper } => {
                for byte in text.bytes() {
                    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                        out.push(char::from(byte));
                    } else if upper {
                        let _ = write!(out, "%{byte:02X}");
                    } else {
                        let _ = write!(out, "%{byte:02x}");
                    }
                }
            }
            Self::Quoted => {
                for byte in text.bytes() {
                    if byte != b'=' && (byte == b' ' || byte.is_ascii_graphic()) {
                        out.push(char::from(byte));
                    } else {
                        let _ = write!(out, "={byte:02X}");
                    }
                }
            }
            Self::Json => {
                let quoted = serde_json::Value::String(text.to_owned()).to_string();
                out.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
            }
            Self::Markup => {
                for character in text.chars() {
                    match character {
                        '&' => out.push_str("&amp;"),
                        '<' => out.push_str("&lt;"),
                        '>' => out.push_str("&gt;"),
                        '"' => out.push_str("&quot;"),
                        other => out.push(other),
                    }
                }
            }
        }
        out
    }
}

/// The text with the escapes of JSON and JavaScript undone, where it has any.
fn json(text: &str) -> Option<Layer> {
    let escape = |rest: &str| -> Option<(char, usize)> {
        let bytes = rest.as_bytes();
        let unit = |at: usize| u32::from_str_radix(rest.get(at..at + 4)?, 16).ok();
        match *bytes.get(1)? {
            b'"' => Some(('"', 2)),
            b'\'' => Some(('\'', 2)),
            b'\\' => Some(('\\', 2)),
            b'/' => Some(('/', 2)),
            b'n' => Some(('\n', 2)),
            b'r' => Some(('\r', 2)),
            b't' => Some(('\t', 2)),
            b'x' => Some((char::from_u32(u32::from_str_radix(rest.get(2..4)?, 16).ok()?)?, 4)),
            // `\041`
            b'0'..=b'3' => {
                Some((char::from_u32(u32::from_str_radix(rest.get(1..4)?, 8).ok()?)?, 4))
            }
            b'u' if bytes.get(2) == Some(&b'{') => {
                let digits =
                    rest.get(3..)?.bytes().take(LONGEST_CODE).position(|byte| byte == b'}')?;
                let code = u32::from_str_radix(rest.get(3..3 + digits)?, 16).ok()?;
                Some((char::from_u32(code)?, 4 + digits))
            }
            b'u' => {
                let first = unit(2)?;
                if (0xd800..0xdc00).contains(&first) && rest.get(6..8) == Some("\\u") {
                    let second = unit(8)?;
                    let low = second.checked_sub(0xdc00)?;
                    return Some((char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + low)?, 12));
                }
                Some((char::from_u32(first)?, 6))
            }
            _ => None,
        }
    };
    mapped(text, '\\', Escape::Json, escape)
}

/// The text with references of XML and HTML undone.
pub(super) fn markup(text: &str) -> Option<Layer> {
    mapped(text, '&', Escape::Markup, references::at)
}

fn mapped(
    text: &str,
    begins: char,
    escape: Escape,
    undo: impl Fn(&str) -> Option<(char, usize)>,
) -> Option<Layer> {
    let mut out = String::with_capacity(text.len());
    let mut places: Vec<u32> = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    let mut undone = false;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let character = rest.chars().next()?;
        let (decoded, length) = match (character == begins).then(|| undo(rest)).flatten() {
            Some((decoded, length)) => {
                undone = true;
                (decoded, length)
            }
            None => (character, character.len_utf8()),
        };
        out.push(decoded);
        for byte in 0..decoded.len_utf8() {
            places.push(
                u32::try_from(if length == decoded.len_utf8() { at + byte } else { at }).ok()?,
            );
        }
        at += length;
    }
    places.push(u32::try_from(at).ok()?);
    undone.then_some(Layer {
        text: out,
        range: 0..text.len(),
        back: Back::Mapped { places, escape },
    })
}

/// Runs that hold percent-encoding, each decoded.
fn percent(text: &str, layers: &mut Vec<Layer>) {
    let ends = |byte: u8| byte.is_ascii_whitespace() || b"\"'<>&=?#;,{}()|\\".contains(&byte);
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) =
        memchr::memchr(b'%', bytes.get(from..).unwrap_or_default()).map(|found| from + found)
    {
        let start = bytes
            .get(..found)
            .unwrap_or_default()
            .iter()
            .rposition(|byte| ends(*byte))
            .map_or(0, |at| at + 1)
            .max(from.min(found));
        let end = bytes
            .get(found..)
            .unwrap_or_default()
            .iter()
            .position(|byte| ends(*byte))
            .map_or(bytes.len(), |at| found + at);
        from = end.max(found + 1);
        layers.extend(percent_run(text, start..end));
    }
}

fn percent_run(text: &str, range: Range<usize>) -> Option<Layer> {
    let run = text.get(range.clone())?.as_bytes();
    let mut out = Vec::with_capacity(run.len());
    let mut places = Vec::with_capacity(run.len() + 1);
    let (mut at, mut undone, mut upper) = (0, false, true);
    while let Some(byte) = run.get(at) {
        places.push(u32::try_from(range.start + at).ok()?);
        if let Some((letter, length)) = run.get(at..).and_then(unicode) {
            let mut buffer = [0; 4];
            let bytes = letter.encode_utf8(&mut buffer).as_bytes();
            // The place of the first byte is there already.
            let place = u32::try_from(range.start + at).ok()?;
            places.extend(std::iter::repeat_n(place, bytes.len() - 1));
            out.extend_from_slice(bytes);
            undone = true;
            at += length;
            continue;
        }
        let digits = run
            .get(at + 1..at + 3)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if let (b'%', Some(digits)) = (byte, digits) {
            upper &= !digits.bytes().any(|digit| digit.is_ascii_lowercase());
            undone = true;
            out.push(u8::from_str_radix(digits, 16).ok()?);
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    places.push(u32::try_from(range.end).ok()?);
    let text = String::from_utf8(out).ok().filter(|_| undone)?;
    Some(Layer { text, range, back: Back::Mapped { places, escape: Escape::Percent { upper } } })
}

/// `%u0041`, as scripts wrote it before there was percent-encoding of UTF-8, and two of them for a letter beyond.
fn unicode(run: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let escape = run.get(at..at + 6)?;
        let digits = escape.strip_prefix(b"%u").or_else(|| escape.strip_prefix(b"%U"))?;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let first = unit(0)?;
    if let Some(letter) = char::from_u32(u32::from(first)) {
        return Some((letter, 6));
    }
    let pair = [first, unit(6)?];
    let letter = char::decode_utf16(pair).next()?.ok()?;
    Some((letter, 12))
}

/// Runs of base64 that decode to text, or to what inflates to it.
fn base64(text: &str, layers: &mut Vec<Layer>) {
    let bytes = text.as_bytes();
    let digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    let mut at = 0;
    while at < bytes.len() {
        let Some(start) = bytes
            .get(at..)
            .unwrap_or_default()
            .iter()
            .position(|byte| digit(*byte))
            .map(|found| at + found)
        else {
            return;
        };
        let run = |from: usize| {
            bytes
                .get(from..)
                .unwrap_or_default()
                .iter()
                .position(|byte| !digit(*byte))
                .map_or(bytes.len(), |found| from + found)
        };
        let mut end = run(start);
        if end - start < SHORTEST_BASE64 {
            at = end;
            continue;
        }
        // Lines that were folded, and blanks where a `+` was lost, do not end what begins as XML or JSON does.
        if begins_a_text(bytes.get(start..end).unwrap_or_default()) {
            loop {
                let gap = bytes
                    .get(end..)
                    .unwrap_or_default()
                    .iter()
                    .take_while(|byte| byte.is_ascii_whitespace())
                    .count();
                let next = run(end + gap);
                if gap == 0 || gap > 4 || next == end + gap {
                    break;
                }
                end = next;
            }
        }
        let padded =
            bytes.get(end..).unwrap_or_default().iter().take_while(|byte| **byte == b'=').count();
        match base64_run(text, start..end, padded) {
            Some(layer) => layers.push(layer),
            // A slash is a digit, and also what parts the segments of a path.
            None => layers.extend(segments(text, start..end).filter_map(|range| {
                let padded = if range.end == end { padded } else { 0 };
                base64_run(text, range, padded)
            })),
        }
        at = end + padded;
    }
}

/// Pieces between slashes, where there are several, that are long enough.
fn segments(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let whole = range.clone();
    let mut at = range.start;
    text.get(range)
        .unwrap_or_default()
        .split('/')
        .map(move |piece| {
            let start = at;
            at += piece.len() + 1;
            start..start + piece.len()
        })
        .filter(move |piece| piece.len() >= SHORTEST_BASE64 && *piece != whole)
}

/// `<` and `{"` in base64.
fn begins_a_text(run: &[u8]) -> bool {
    [&b"PD"[..], b"PE", b"PF", b"PG", b"PH", b"77u/PD", b"eyJ", b"eyA", b"ew"]
        .iter()
        .any(|begin| run.starts_with(begin))
}

fn base64_run(text: &str, range: Range<usize>, padded: usize) -> Option<Layer> {
    let base64 = undone(text, range.clone(), padded)?;
    let range = range.start..range.end + padded;
    if base64.bytes.first() != Some(&b'<')
        && let Some(inflated) = inflated(&base64.bytes)
    {
        return Some(Layer { text: inflated, range, back: Back::Deflated(base64) });
    }
    let (text, writing) = readable(&base64.bytes)?;
    Some(Layer { text, range, back: Back::Base64(Base64 { writing, ..base64 }) })
}

/// Base64 undone, with the place of each of its digits.
fn undone(text: &str, range: Range<usize>, padded: usize) -> Option<Base64> {
    let mut digits = Vec::with_capacity(range.len());
    let mut plain = Vec::with_capacity(range.len());
    let mut url = false;
    let line = |at: usize| {
        text.as_bytes().get(at).is_some_and(|byte| matches!(byte, b'\r' | b'\n' | b'\t'))
    };
    for (offset, byte) in text.as_bytes().get(range.clone())?.iter().enumerate() {
        let place = range.start + offset;
        let digit = match byte {
            b'-' => b'+',
            b'_' => b'/',
            // A `+` that was lost; beside the end of a line a blank is nothing.
            b' ' if !line(place + 1) && (place == 0 || !line(place - 1)) => b'+',
            byte if byte.is_ascii_whitespace() => continue,
            byte => *byte,
        };
        url |= matches!(byte, b'-' | b'_');
        plain.push(digit);
        digits.push(u32::try_from(place).ok()?);
    }
    if plain.len() % 4 == 1 {
        plain.pop();
    }
    let bytes = BASE64.decode(&plain).ok()?;
    // Without padding where some was due, none is wanted; where none was due, nobody can tell.
    let padded_form = padded > 0 || plain.len().is_multiple_of(4);
    Some(Base64 { digits, url, padded: padded_form, writing: Writing::Utf8, bytes })
}

/// Certificates in base64, folded or not, each as characters of Latin-1.
pub(super) fn certificates(text: &str) -> Vec<Layer> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) =
        memchr::memmem::find(bytes.get(from..).unwrap_or_default(), b"MII").map(|at| from + at)
    {
        let digit = |byte: &u8| {
            byte.is_ascii_alphanumeric() || b"+/".contains(byte) || byte.is_ascii_whitespace()
        };
        let length =
            bytes.get(start..).unwrap_or_default().iter().take_while(|byte| digit(byte)).count();
        let end = start + text.get(start..start + length).unwrap_or_default().trim_end().len();
        from = end.max(start + 3);
        let padded =
            bytes.get(end..).unwrap_or_default().iter().take_while(|byte| **byte == b'=').count();
        if let Some(base64) = undone(text, start..end, padded)
            && crate::certificate::read_der(&base64.bytes, diag_sdk::Place::default()).usable()
        {
            let text = base64.bytes.iter().map(|byte| char::from(*byte)).collect();
            found.push(Layer {
                text,
                range: start..end + padded,
                back: Back::Base64(Base64 { writing: Writing::Latin, ..base64 }),
            });
        }
    }
    found
}

fn inflated(bytes: &[u8]) -> Option<String> {
    let mut out = Vec::new();
    let _ = DeflateDecoder::new(bytes).take(MOST).read_to_end(&mut out);
    // A message that was cut inflates up to there.
    let whole = out.len() >= 8 && out.first() == Some(&b'<');
    whole.then(|| String::from_utf8(out).ok()).flatten()
}

/// Bytes as text, where they are one: mostly printable. What is no UTF-8 is read as Latin-1.
fn readable(bytes: &[u8]) -> Option<(String, Writing)> {
    if let Some(wide) = wide(bytes) {
        return Some(wide);
    }
    let printable =
        bytes.iter().filter(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()).count();
    if bytes.len() < 6 || printable * 10 < bytes.len() * 7 {
        return None;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some((text.to_owned(), Writing::Utf8));
    }
    (printable * 10 >= bytes.len() * 9)
        .then(|| (bytes.iter().map(|byte| char::from(*byte)).collect(), Writing::Latin))
}

/// A text in two bytes for each letter: every other byte of what is written in Latin letters is nothing.
fn wide(bytes: &[u8]) -> Option<(String, Writing)> {
    let nothing = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (low, high) = (nothing(0), nothing(1));
    let most = low.max(high);
    if bytes.len() < 12
        || !bytes.len().is_multiple_of(2)
        || most * 2 < bytes.len() / 2
        || low.min(high) > 0
    {
        return None;
    }
    let lower_first = high > low;
    let encoding = if lower_first { UTF_16LE } else { UTF_16BE };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    Some((text.into_owned(), Writing::Wide { lower_first }))
}

impl Base64 {
    fn bytes_of(&self, text: &str) -> Vec<u8> {
        match self.writing {
            Writing::Utf8 => text.as_bytes().to_vec(),
            Writing::Latin => text
                .chars()
                .map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?'))
                .collect(),
            Writing::Wide { lower_first } => text
                .encode_utf16()
                .flat_map(|unit| if lower_first { unit.to_le_bytes() } else { unit.to_be_bytes() })
                .collect(),
        }
    }

    fn encode(&self, bytes: &[u8]) -> String {
        let text = BASE64.encode(bytes);
        let text = if self.padded { text.as_str() } else { text.trim_end_matches('=') };
        if self.url { text.replace('+', "-").replace('/', "_") } else { text.to_owned() }
    }

    /// Of an edit that keeps the length only the groups of four that it touches are written anew.
    fn write(
        &self,
        changed: &[u8],
        range: &Range<usize>,
        values: Vec<(Kind, usize)>,
        out: &mut Vec<Edit>,
    ) {
        if changed.len() != self.bytes.len() {
            out.push(Edit { range: range.clone(), with: self.encode(changed), values });
            return;
        }
        let mut counted = values;
        for (group, (was, is)) in self.bytes.chunks(3).zip(changed.chunks(3)).enumerate() {
            if was == is {
                continue;
            }
            let text = BASE64.encode(is);
            for (digit, letter) in text.chars().take_while(|letter| *letter != '=').enumerate() {
                let Some(place) = self.digits.get(group * 4 + digit).map(|place| *place as usize)
                else {
                    continue;
                };
                let letter = match letter {
                    '+' if self.url => '-',
                    '/' if self.url => '_',
                    other => other,
                };
                out.push(Edit {
                    range: place..place + 1,
                    with: letter.to_string(),
                    values: std::mem::take(&mut counted),
                });
            }
        }
    }
}
