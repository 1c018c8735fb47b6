//! Undoes what a binding does to a message: percent-encoding, base64, DEFLATE.
//!
//! Tolerant where the meaning is unambiguous, and honest about it: every repair is reported as
//! damage, because the receiver will have been less tolerant.

use super::inflate::{MAX_RATIO, Outcome, inflate};
use super::xml::{self, decode_text, looks_like_xml};
use crate::mask;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use diag_sdk::case::message::Damage;
use percent_encoding::percent_decode_str;

/// A message larger than this is not read (the largest real responses stay below 1 MiB).
pub const MAX_MESSAGE: usize = 4 << 20;
/// A parameter value of more characters for each byte is not read: base64 and two percent-encodings.
const VALUE_PER_BYTE: usize = 4;
/// What the binding prescribes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expected {
    /// DEFLATE, then base64 (saml-bindings-2.0-os §3.4.4.1).
    Deflated,
    /// Base64 (saml-bindings-2.0-os §3.5.4).
    Plain,
    /// Unknown: a value on its own.
    Either,
}

/// A parameter value undone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Undone {
    /// The XML as text, also where only its beginning could be recovered.
    pub xml: Option<String>,
    /// What happened to it on the way.
    pub damage: Vec<Damage>,
    /// In words for people, why there is no whole XML.
    pub reason: Option<String>,
    /// No encoding fits the bytes: Windows-1252 was only assumed.
    guessed: bool,
    /// Length of the message in bytes, before they became text.
    length: usize,
}

impl Undone {
    fn read(&mut self, bytes: &[u8]) {
        let source = decode_text(bytes);
        self.guessed = source.is_guessed();
        self.length = bytes.len();
        self.xml = Some(source.text);
    }

    fn note(&mut self, damage: Damage) {
        if !self.damage.contains(&damage) {
            self.damage.push(damage);
        }
    }

    fn failed(mut self, damage: Damage, reason: impl Into<String>) -> Self {
        self.note(damage);
        self.reason = Some(reason.into());
        self
    }
}

/// Undoes a value from which form encoding was removed once.
pub fn undo(value: &str, expected: Expected) -> Undone {
    undo_within(value, expected, MAX_MESSAGE)
}

/// The same for a message of at most so many bytes.
pub(super) fn undo_within(value: &str, expected: Expected, largest: usize) -> Undone {
    let mut undone = Undone::default();
    let longest = largest.saturating_mul(VALUE_PER_BYTE);
    if value.len() > longest {
        return undone.failed(
            Damage::TooLarge,
            format!("the value has {} characters; at most {longest} are read", value.len()),
        );
    }
    if is_placeholder(value) {
        let reason = if value.trim().is_empty() {
            "the value is empty: it was removed".to_owned()
        } else {
            "a placeholder stands in place of the value: it was removed from the capture".to_owned()
        };
        return undone.failed(Damage::Sanitised, reason);
    }
    // A blank at the end may be a `+` that was lost: `</a>` often ends in one.
    let ends = |c: char| matches!(c, '\r' | '\n' | '\t');
    let mut value = value.trim_matches(ends).to_owned();
    for _ in 0..3 {
        if value.trim_start().starts_with('<') || !has_percent_encoding(&value) {
            break;
        }
        undone.note(Damage::DoubleEncoded);
        let decoded = percent_decode_str(&value).decode_utf8_lossy().into_owned();
        decoded.trim_matches(ends).clone_into(&mut value);
    }
    if value.trim_start().starts_with('<') {
        // Readable nevertheless: the value was never encoded. A file of its own need not be.
        if expected != Expected::Either {
            undone.note(Damage::NotBase64);
        }
        undone.xml = Some(value);
        return undone;
    }
    let candidates = unbase64(&value, &mut undone);
    if candidates.is_err() && is_masked_inside(&value) {
        return undone.failed(
            Damage::Sanitised,
            "a part of the value was taken out of the capture: a mark stands in its place",
        );
    }
    if expected == Expected::Either {
        // Files wrap lines as they like.
        undone.damage.retain(|damage| *damage != Damage::LineWrapped);
    }
    match candidates {
        Ok(candidates) => unpack(candidates, expected, &undone, largest),
        Err(reason) => undone.failed(Damage::NotBase64, reason),
    }
}

/// Words of placeholders, wherever in a short value they stand.
const PLACEHOLDERS: &[&str] = &[
    "redact", "removed", "sanitiz", "sanitis", "masked", "hidden", "filtered", "scrubbed",
    "omitted", "anonymi",
];

/// What exporters and people put in place of a removed value.
fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    if mask::is_mark(value) || is_bare_hash(value) {
        return true;
    }
    if value.len() > 80 {
        return false;
    }
    let lower = value.to_lowercase();
    PLACEHOLDERS.iter().any(|word| lower.contains(word))
        || lower.chars().all(|c| matches!(c, '*' | 'x' | '•' | '.' | '…' | '-' | '_' | '#'))
}

/// A hash in hexadecimal digits, which no base64 of XML or DEFLATE data is.
fn is_bare_hash(value: &str) -> bool {
    matches!(value.len(), 32 | 40 | 64 | 96 | 128)
        && value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

/// A value that is no base64 because a tool or a person left a part of it out: `PHNhbWxw…`, `PHNh[redacted]cD4=`.
fn is_masked_inside(value: &str) -> bool {
    mask::holds_foreign(value)
        || value.contains('…')
        || value.contains("...")
        || value.to_lowercase().contains("truncated")
}

fn has_percent_encoding(value: &str) -> bool {
    value.as_bytes().windows(3).any(
        |three| matches!(three, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()),
    )
}

/// Whether blanks stand where lines were folded: all lines of one length, but the last. A `+` that was
/// lost leaves them anywhere, and none is lost where another is left. One blank alone does not tell.
fn is_folded(text: &str) -> Option<bool> {
    /// Nobody folds lines shorter than this.
    const SHORTEST: usize = 16;
    if text.contains('+') {
        return Some(true);
    }
    let lines: Vec<usize> = text.split(' ').map(str::len).collect();
    match *lines.as_slice() {
        [first, ref between @ .., last] if !between.is_empty() => Some(
            first >= SHORTEST && between.iter().all(|length| *length == first) && last <= first,
        ),
        _ => None,
    }
}

/// The bytes a value may stand for: one reading, or two where blanks leave a choice.
struct Candidate {
    bytes: Vec<u8>,
    damage: Vec<Damage>,
    complete: bool,
    /// Where the blanks stand speaks for this reading.
    likely: bool,
}

fn unbase64(value: &str, undone: &mut Undone) -> Result<Vec<Candidate>, String> {
    let mut text = value.to_owned();
    if text.contains(['\r', '\n', '\t']) {
        undone.note(Damage::LineWrapped);
        text.retain(|c| !matches!(c, '\r' | '\n' | '\t'));
    }
    if text.contains(['-', '_']) && !text.contains(['+', '/']) {
        undone.note(Damage::UrlSafeAlphabet);
        text = text.replace('-', "+").replace('_', "/");
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | ' ');
    if let Some((index, bad)) = text.chars().enumerate().find(|(_, c)| !allowed(*c)) {
        return Err(format!(
            "not base64: the character `{}` at position {} is none of its alphabet",
            bad.escape_default(),
            index + 1
        ));
    }
    let readings = if text.contains(' ') {
        let inside = text.trim_matches(' ');
        let wrapped = inside.contains(' ').then_some(Damage::LineWrapped);
        let folded = is_folded(inside);
        vec![
            (text.replace(' ', "+"), Some(Damage::PlusLost), folded == Some(false)),
            (text.replace(' ', ""), wrapped, folded == Some(true)),
        ]
    } else {
        vec![(text, None, true)]
    };
    let candidates: Vec<Candidate> = readings
        .into_iter()
        .filter_map(|(text, damage, likely)| {
            let mut candidate = decode(&text)?;
            candidate.damage.extend(damage);
            candidate.likely = likely;
            Some(candidate)
        })
        .collect();
    if candidates.is_empty() {
        Err("not base64: `=` stands elsewhere than at the end".to_owned())
    } else {
        Ok(candidates)
    }
}

/// Decodes base64 without blanks. A length that base64 cannot have is a cut: whole groups are read.
fn decode(text: &str) -> Option<Candidate> {
    // Senders that leave bits set in the last character exist; the value is unambiguous without them.
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if digits.contains('=') || digits.is_empty() {
        return None;
    }
    let mut damage = Vec::new();
    let remainder = digits.len() % 4;
    let complete = remainder != 1 && padding <= 2;
    if complete && !(digits.len() + padding).is_multiple_of(4) {
        damage.push(Damage::PaddingLost);
    }
    let whole = if remainder == 1 { digits.get(..digits.len() - 1)? } else { digits };
    Some(Candidate { bytes: ENGINE.decode(whole).ok()?, damage, complete, likely: false })
}

/// Inflates or reads as text, whichever the bytes are. Of two readings the sounder one is meant.
fn unpack(
    candidates: Vec<Candidate>,
    expected: Expected,
    undone: &Undone,
    largest: usize,
) -> Undone {
    let choice = candidates.len() > 1;
    let attempts = candidates.into_iter().map(|candidate| {
        let mut attempt = undone.clone();
        for damage in &candidate.damage {
            attempt.note(*damage);
        }
        (unpack_one(&candidate, expected, attempt, largest), candidate.likely)
    });
    // A wrong reading has its bits shifted from the first blank to the last. Where they realign after
    // it and every tag stands outside, the structure is whole and only the text is mangled: structure
    // alone does not tell, nor does length, for mangled text may be the longer.
    let soundness = |(attempt, likely): &(Undone, bool)| {
        let xml = attempt.xml.as_deref().filter(|_| choice)?;
        let whole = attempt.reason.is_none() && xml::check_outline(xml).is_ok();
        Some((whole, !attempt.guessed, xml::parse(xml).is_ok(), *likely, attempt.length))
    };
    attempts.rev().max_by_key(soundness).map(|(attempt, _)| attempt).unwrap_or_default()
}

fn unpack_one(
    candidate: &Candidate,
    expected: Expected,
    mut undone: Undone,
    largest: usize,
) -> Undone {
    let bytes = &candidate.bytes;
    if bytes.len() > largest {
        return undone.failed(
            Damage::TooLarge,
            format!("the message has {} bytes; at most {largest} are read", bytes.len()),
        );
    }
    let beyond = || {
        format!(
            "it inflates to more than {largest} bytes, or to more than {MAX_RATIO} times its size"
        )
    };
    if looks_like_xml(bytes) {
        if expected == Expected::Deflated {
            undone.note(Damage::PlainInQuery);
        }
        undone.read(bytes);
        return if candidate.complete {
            undone
        } else {
            undone.failed(Damage::Truncated, "its base64 is cut short")
        };
    }
    let inflated = inflate(bytes, largest);
    if inflated.outcome != Outcome::Nothing && looks_like_xml(&inflated.bytes) {
        if inflated.framed {
            undone.note(Damage::ZlibFraming);
        }
        if expected == Expected::Plain {
            undone.note(Damage::DeflatedInPost);
        }
        undone.read(&inflated.bytes);
        return match inflated.outcome {
            Outcome::Whole => undone,
            Outcome::TooLarge => {
                undone.xml = None;
                undone.failed(Damage::TooLarge, beyond())
            }
            // A sender that flushes its compression and never closes it.
            _ if candidate.complete && is_whole(undone.xml.as_deref().unwrap_or_default()) => {
                undone.note(Damage::DeflateUnended);
                undone
            }
            _ => undone.failed(
                Damage::Truncated,
                "its DEFLATE data ends before the end: the value was cut short or altered",
            ),
        };
    }
    if inflated.outcome == Outcome::TooLarge {
        return undone.failed(Damage::TooLarge, beyond());
    }
    if !candidate.complete {
        undone.note(Damage::Truncated);
    }
    match expected {
        Expected::Deflated => {
            undone.failed(Damage::NotDeflate, "after base64 there is neither DEFLATE data nor XML")
        }
        Expected::Plain | Expected::Either => {
            undone.failed(Damage::NotXml, "after base64 there is no XML")
        }
    }
}

/// The element that opens a document also ends it.
fn is_whole(xml: &str) -> bool {
    let ended = xml.trim_end().strip_suffix('>').and_then(|rest| rest.rsplit_once("</"));
    ended.is_some_and(|(_, name)| xml::root_name(xml) == Some(name.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD as BASE64;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;
    use std::io::Write as _;

    const XML: &str = "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_1\">&#xfc;~~~???>>></samlp:AuthnRequest>";

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn redirect(xml: &str) -> String {
        BASE64.encode(deflated(xml.as_bytes()))
    }

    fn post(xml: &str) -> String {
        BASE64.encode(xml)
    }

    #[test]
    fn a_stream_that_nothing_ends_holds_a_whole_message() {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(XML.as_bytes()).unwrap();
        encoder.flush().unwrap();
        let flushed = BASE64.encode(encoder.get_ref());
        assert_eq!(damage_of(&flushed, Expected::Deflated), [Damage::DeflateUnended]);
    }

    fn damage_of(value: &str, expected: Expected) -> Vec<Damage> {
        let undone = undo(value, expected);
        assert_eq!(undone.xml.as_deref(), Some(XML), "{value}: {undone:?}");
        assert_eq!(undone.reason, None);
        undone.damage
    }

    #[test]
    fn intact_values_have_no_damage() {
        assert_eq!(damage_of(&redirect(XML), Expected::Deflated), []);
        assert_eq!(damage_of(&post(XML), Expected::Plain), []);
        assert_eq!(damage_of(&post(XML), Expected::Either), []);
        assert_eq!(damage_of(&redirect(XML), Expected::Either), []);
    }

    #[test]
    fn repairs_are_reported() {
        let encoded = post(XML);
        assert!(
            encoded.contains('+') && encoded.contains('/'),
            "the sample must exercise the alphabet: {encoded}"
        );
        assert_eq!(damage_of(&encoded.replace('+', " "), Expected::Plain), [Damage::PlusLost]);
        assert_eq!(
            damage_of(&encoded.replace('+', "%2B").replace('/', "%2F"), Expected::Plain),
            [Damage::DoubleEncoded]
        );
        assert_eq!(
            damage_of(&encoded.replace('+', "%252B"), Expected::Plain),
            [Damage::DoubleEncoded]
        );
        assert_eq!(
            damage_of(&encoded.replace('+', "-").replace('/', "_"), Expected::Plain),
            [Damage::UrlSafeAlphabet]
        );
        let wrapped: Vec<&str> =
            encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        assert_eq!(damage_of(&wrapped.join("\r\n"), Expected::Plain), [Damage::LineWrapped]);
        assert_eq!(damage_of(&wrapped.join(" "), Expected::Plain), [Damage::LineWrapped]);
        assert_eq!(damage_of(&redirect(XML), Expected::Plain), [Damage::DeflatedInPost]);
        assert_eq!(damage_of(&encoded, Expected::Deflated), [Damage::PlainInQuery]);
        assert_eq!(damage_of(XML, Expected::Plain), [Damage::NotBase64]);
    }

    /// Each of these was read with its blanks taken out, as text nobody wrote: all tags stand outside the
    /// stretch that is mangled by it.
    #[test]
    fn lost_pluses_are_not_mistaken_for_folded_lines() {
        let samples = [
            // Mangled, it is no UTF-8: it was read as Windows-1252, as `is5U^™FƒDÕ9`.
            ("PGFiPmlzNVV+emU+aDR+NU5+PC9hYj4=", Expected::Plain, "is5U~ze>h4~5N~"),
            (
                "s0m0qwjKN68rOLzNv+7wtsMbM+0Ozy+pyzc+vMLu8B7vdDsb/UQ7AA==",
                Expected::Deflated,
                "xRo7~pöO~öñi>ßt~o3è>üKg>",
            ),
            // Mangled, it is ASCII, and longer than what was written.
            (
                "HcRbqsIwEADQrUynGdL2o7HX9FZSYxBfqNQHKipUpR8KiiBUFCG4INfhxhThcOpFI3Icq1wBnpcohIpuDVg+cU97bnBj/M4ZpZjOqhozjDiFoZKACWA8timKfz4e6n11aZupxKzVZtixtWNM1A2eygtMvwzCm+HUkwtScBjVciejqx04XK3+Iunpoxuzy7abxKrNjJ+LCqUPvW4GpHZzQub7BZTlFe7vF/x8g7ooGh8=",
                Expected::Deflated,
                r#"1!!{:#/ ((7:" 0=CJ$\P#je'?"]?)El"4/QS3=""#,
            ),
            // Not allowed in XML: it does not parse, and is what was written nevertheless.
            ("PGFiPsOfw6h+cVI+77++PC9hYj4=", Expected::Plain, "ßè~qR>\u{fffe}"),
        ];
        for (value, expected, text) in samples {
            let intact = undo(value, expected);
            assert!(
                intact.xml.as_deref().is_some_and(|xml| xml.contains(text)),
                "{value}: {intact:?}"
            );
            let lost = undo(&value.replace('+', " "), expected);
            assert_eq!(
                (lost.xml, lost.reason, lost.damage),
                (intact.xml, None, vec![Damage::PlusLost]),
                "{value}"
            );
        }
    }

    #[test]
    fn folds_are_of_one_length() {
        let (long, less, short) = ("a".repeat(20), "a".repeat(19), "aaaa".to_owned());
        let folded = |lines: &[&String]| {
            is_folded(&lines.iter().map(|line| line.as_str()).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(folded(&[&long, &long, &short]), Some(true));
        assert_eq!(folded(&[&long, &long, &long]), Some(true));
        assert_eq!(folded(&[&long, &less, &short]), Some(false));
        assert_eq!(folded(&[&less, &less, &long]), Some(false));
        assert_eq!(folded(&[&short, &short, &short]), Some(false));
        assert_eq!(folded(&[&long, &short]), None);
        assert_eq!(folded(&[&long, &"a+".to_owned()]), Some(true));
        assert_eq!(folded(&[&long]), None);
    }

    #[test]
    fn blanks_around_a_value_are_no_damage() {
        let xml = format!("{XML}{}", " ".repeat(2 - (XML.len() + 2) % 3));
        let encoded = post(&xml);
        assert!(!encoded.ends_with('='), "a `=` would settle that no `+` was lost: {encoded}");
        for value in [format!(" {encoded}"), format!("{encoded} "), format!("{encoded}    ")] {
            let undone = undo(&value, Expected::Plain);
            assert_eq!(
                (undone.xml.as_deref(), undone.reason),
                (Some(xml.as_str()), None),
                "{value}"
            );
        }
    }

    #[test]
    fn lost_padding_is_restored() {
        let xml = format!("{XML} ");
        let encoded = post(&xml);
        let (xml, encoded) = if encoded.ends_with('=') {
            (xml, encoded)
        } else {
            (format!("{xml} "), post(&format!("{xml} ")))
        };
        let undone = undo(encoded.trim_end_matches('='), Expected::Plain);
        assert_eq!((undone.xml, undone.damage), (Some(xml), vec![Damage::PaddingLost]));
    }

    #[test]
    fn framed_deflate_is_read() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(XML.as_bytes()).unwrap();
        assert_eq!(
            damage_of(&BASE64.encode(zlib.finish().unwrap()), Expected::Deflated),
            [Damage::ZlibFraming]
        );
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(XML.as_bytes()).unwrap();
        assert_eq!(
            damage_of(&BASE64.encode(gzip.finish().unwrap()), Expected::Deflated),
            [Damage::ZlibFraming]
        );
    }

    #[test]
    fn cut_values_keep_their_beginning() {
        for (encoded, expected) in
            [(redirect(XML), Expected::Deflated), (post(XML), Expected::Plain)]
        {
            let cut = encoded.get(..encoded.len() - 21).unwrap();
            let undone = undo(cut, expected);
            assert!(
                undone.damage.contains(&Damage::Truncated) || undone.reason.is_none(),
                "{undone:?}"
            );
            assert!(
                undone.xml.is_some_and(
                    |xml| xml.starts_with("<samlp:AuthnRequest") && xml.len() < XML.len()
                )
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let damage = |value: &str, expected| undo(value, expected).damage;
        for placeholder in
            ["", "REDACTED", "[SAMLResponse redacted]", "***", "xxxxxxxx", "<removed>", "…"]
        {
            assert_eq!(damage(placeholder, Expected::Plain), [Damage::Sanitised], "{placeholder}");
        }
        assert_eq!(damage("PHNh!bA==", Expected::Plain), [Damage::NotBase64]);
        assert_eq!(damage("aGVsbG8gd29ybGQ=", Expected::Plain), [Damage::NotXml]);
        assert_eq!(damage("aGVsbG8gd29ybGQ=", Expected::Deflated), [Damage::NotDeflate]);
    }

    #[test]
    fn bombs_are_not_inflated() {
        let mut bomb = b"<a>".to_vec();
        bomb.resize(64 << 20, b'a');
        let undone = undo(&BASE64.encode(deflated(&bomb)), Expected::Deflated);
        assert_eq!((undone.xml, undone.damage), (None, vec![Damage::TooLarge]));
    }

    proptest! {
        #![proptest_config(crate::seeds::fixed(256))]

        #[test]
        fn never_panics(value in "\\PC{0,300}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for expected in [Expected::Deflated, Expected::Plain, Expected::Either] {
                undo(&value, expected);
                undo(&BASE64.encode(&bytes), expected);
                undo(&BASE64.encode(deflated(&bytes)), expected);
            }
        }

        #[test]
        fn every_message_round_trips_through_each_binding(text in "[^<&\\x00-\\x1f]{0,200}") {
            let xml = format!("<a>{text}</a>");
            for (value, expected) in [(redirect(&xml), Expected::Deflated), (post(&xml), Expected::Plain)] {
                let undone = undo(&value, expected);
                prop_assert_eq!(undone.xml.as_deref(), Some(xml.as_str()));
                prop_assert!(undone.damage.is_empty(), "{:?}", undone.damage);
                let lost = undo(&value.replace('+', " "), expected);
                prop_assert_eq!(lost.xml.as_deref(), Some(xml.as_str()));
            }
        }

        /// Text as it is written, which repeats itself and has a `+` in many places of its base64. The
        /// element `a` would hide mistakes: the base64 of its tag has a `+` of its own.
        #[test]
        fn lost_pluses_and_folded_lines_are_told_apart(text in "([a-z>~é]{1,6}|~~~|urn:oasis|[^<&\\x00-\\x1f]){0,60}", width in 16_usize..80) {
            let xml = format!("<ab>{text}</ab>");
            for (value, expected) in [(redirect(&xml), Expected::Deflated), (post(&xml), Expected::Plain)] {
                let lost = undo(&value.replace('+', " "), expected);
                prop_assert_eq!(lost.xml.as_deref(), Some(xml.as_str()));
                let lines: Vec<&str> = value.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
                let folded = undo(&lines.join(" "), expected);
                prop_assert_eq!(folded.xml.as_deref(), Some(xml.as_str()));
            }
        }
    }
}
