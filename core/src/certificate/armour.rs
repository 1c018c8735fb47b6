//! From the text of a certificate to its bytes: PEM armour, line breaks, base64 and its accidents.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Longest text read as one certificate. Real ones stay below 8 KiB.
pub(super) const LONGEST_TEXT: usize = 256 * 1024;

/// Trailing bits are not checked: encoders that leave them set exist, and every product reads them.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

pub(super) const BEGIN: &str = "-----BEGIN ";
pub(super) const DASHES: &str = "-----";

pub(super) const NOTE_ARMOUR: &str = "it stands in PEM armour (-----BEGIN CERTIFICATE-----)";
pub(super) const NOTE_LINES: &str = "its base64 has line breaks";
pub(super) const NOTE_BLANKS: &str = "its base64 has blanks";
pub(super) const NOTE_TWICE: &str = "it is a PEM file encoded in base64 once more";

/// A certificate's bytes, and what was odd about their text.
pub(super) struct Decoded {
    pub(super) der: Vec<u8>,
    pub(super) notes: Vec<String>,
}

/// The bytes that a text stands for, or why it stands for none.
pub(super) fn decode(text: &str) -> Result<Decoded, String> {
    if text.len() > LONGEST_TEXT {
        return Err(format!(
            "it is {} bytes long; no certificate is longer than {LONGEST_TEXT}",
            text.len()
        ));
    }
    let mut notes = Vec::new();
    let body = without_armour(text, &mut notes)?;
    let der = decode_base64(body, &mut notes)?;
    // Windows and OpenSSL load PEM where DER is due, so people get away with encoding a PEM file.
    if der.starts_with(BEGIN.as_bytes()) {
        let inner = std::str::from_utf8(&der)
            .map_err(|_| "it is a damaged PEM file in base64".to_owned())?;
        notes.push(NOTE_TWICE.to_owned());
        let mut ignored = Vec::new();
        let body = without_armour(inner, &mut ignored)?;
        let der = decode_base64(body, &mut ignored)?;
        return Ok(Decoded { der, notes });
    }
    Ok(Decoded { der, notes })
}

/// The base64 between the first pair of armour lines, or the text itself where there is no armour.
fn without_armour<'a>(text: &'a str, notes: &mut Vec<String>) -> Result<&'a str, String> {
    let Some(start) = text.find(BEGIN) else {
        return Ok(text);
    };
    let block = text.get(start..).unwrap_or_default();
    let label = label(block);
    if !is_certificate_label(label) {
        return Err(format!("it is {}, not a certificate", describe_label(label)));
    }
    notes.push(NOTE_ARMOUR.to_owned());
    let opening = BEGIN.len() + label.len() + DASHES.len();
    let body = block.get(opening..).unwrap_or_default();
    let Some((body, tail)) = body.split_once("-----END ") else {
        return Err("its PEM armour has no -----END CERTIFICATE----- line".to_owned());
    };
    if tail.contains(BEGIN) {
        notes.push("more PEM blocks follow; the first certificate is read".to_owned());
    }
    Ok(body)
}

fn decode_base64(text: &str, notes: &mut Vec<String>) -> Result<Vec<u8>, String> {
    let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace());
    if trimmed.is_empty() {
        return Err("it is empty".to_owned());
    }
    if trimmed.contains(['\n', '\r']) {
        notes.push(NOTE_LINES.to_owned());
    }
    if trimmed.contains([' ', '\t']) {
        notes.push(NOTE_BLANKS.to_owned());
    }
    let mut compact = String::with_capacity(trimmed.len());
    let mut padding = 0_usize;
    for (position, character) in text.chars().enumerate() {
        match character {
            ' ' | '\t' | '\n' | '\r' | '\u{c}' => {}
            '=' => padding += 1,
            'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' if padding == 0 => {
                compact.push(character);
            }
            'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' => {
                return Err(format!(
                    "its base64 goes on after the padding, at character {}",
                    position + 1
                ));
            }
            '-' | '_' => {
                return Err(format!(
                    "character {} is `{character}`: URL-safe base64, where plain base64 is due",
                    position + 1
                ));
            }
            other => {
                return Err(format!(
                    "character {} is {}, which base64 does not have",
                    position + 1,
                    describe_character(other)
                ));
            }
        }
    }
    let expected_padding = match compact.len() % 4 {
        0 => 0,
        1 => {
            return Err("its base64 is cut short: one character is left over at the end".to_owned());
        }
        left => 4 - left,
    };
    if padding != expected_padding {
        return Err(format!(
            "its base64 ends in {padding} `=` where {expected_padding} are due: characters are missing or too many"
        ));
    }
    compact.extend(std::iter::repeat_n('=', padding));
    BASE64.decode(&compact).map_err(|error| format!("its base64 does not decode: {error}"))
}

fn describe_character(character: char) -> String {
    if character.is_ascii_graphic() {
        format!("`{character}`")
    } else {
        format!("U+{:04X}", u32::from(character))
    }
}

/// The words between `-----BEGIN ` and the dashes that close the line.
pub(super) fn label(block: &str) -> &str {
    let after = block.get(BEGIN.len()..).unwrap_or_default();
    after
        .find(DASHES)
        .and_then(|end| after.get(..end))
        .filter(|label| label.len() <= 64 && !label.contains('\n'))
        .unwrap_or_default()
}

/// What PEM calls a certificate.
pub(crate) fn is_certificate_label(label: &str) -> bool {
    matches!(label, "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE")
}

pub(super) fn describe_label(label: &str) -> String {
    match label {
        _ if label.ends_with("PRIVATE KEY") => "a private key".to_owned(),
        _ if label.ends_with("PUBLIC KEY") => "a bare public key".to_owned(),
        _ if label.ends_with("CERTIFICATE REQUEST") => "a certificate request".to_owned(),
        "PKCS7" => "a PKCS#7 bundle".to_owned(),
        "" => "a damaged PEM block".to_owned(),
        other => format!("a PEM block of the kind {other}"),
    }
}
