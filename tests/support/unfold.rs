//! Everything that a file decodes to, for looking whether a value is in it. It shares no code with what writes copies.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::DeflateDecoder;
use percent_encoding::percent_decode;
use std::collections::BTreeSet;
use std::io::Read;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
/// Encodings in one another that are undone.
const DEEPEST: usize = 5;

/// Which of the values stand in the content, in whatever encoding; each value also as it is without percent-encoding.
pub fn found<'v>(content: &[u8], values: &'v [String]) -> BTreeSet<&'v str> {
    let lossy = |bytes: &[u8]| percent_decode(bytes).decode_utf8_lossy().into_owned();
    let mut forms: Vec<(&str, String)> = values
        .iter()
        .flat_map(|value| {
            let once = lossy(value.as_bytes());
            let twice = lossy(once.as_bytes());
            [(value.as_str(), value.clone()), (value, once), (value, twice)]
        })
        .filter(|(_, form)| form.len() >= 6)
        .collect();
    forms.dedup();
    let mut seen = BTreeSet::new();
    let mut found = BTreeSet::new();
    let mut open = vec![(content.to_vec(), 0)];
    while let Some((text, depth)) = open.pop() {
        let plain = String::from_utf8_lossy(&text);
        for (value, form) in &forms {
            if plain.contains(form.as_str()) {
                found.insert(*value);
            }
        }
        if depth < DEEPEST {
            open.extend(
                decoded(&text)
                    .into_iter()
                    .filter(|inner| seen.insert(inner.clone()))
                    .map(|inner| (inner, depth + 1)),
            );
        }
    }
    found
}

fn decoded(text: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    if text.contains(&b'%') {
        all.push(percent_decode(text).collect());
    }
    if text.contains(&b'\\') {
        let plain: Vec<u8> = String::from_utf8_lossy(text)
            .replace("\\\"", "\"")
            .replace("\\/", "/")
            .replace("\\u0026", "&")
            .into_bytes();
        all.push(plain);
    }
    if text.contains(&b'&') {
        let plain = String::from_utf8_lossy(text)
            .replace("&#x2F;", "/")
            .replace("&#43;", "+")
            .replace("&quot;", "\"")
            .replace("&amp;", "&");
        all.push(plain.into_bytes());
    }
    for run in text
        .split(|byte| !(byte.is_ascii_alphanumeric() || b"+/-_".contains(byte)))
        .filter(|run| run.len() >= 16)
    {
        let digits: Vec<u8> = run
            .iter()
            .map(|byte| {
                if *byte == b'-' {
                    b'+'
                } else if *byte == b'_' {
                    b'/'
                } else {
                    *byte
                }
            })
            .collect();
        let whole = digits.len() - usize::from(digits.len() % 4 == 1);
        let Ok(bytes) = BASE64.decode(&digits[..whole]) else { continue };
        let mut inflated = Vec::new();
        let _ = DeflateDecoder::new(bytes.as_slice()).take(4 << 20).read_to_end(&mut inflated);
        if inflated.first() == Some(&b'<') {
            all.push(inflated);
        }
        if bytes.iter().filter(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()).count()
            * 2
            > bytes.len()
        {
            all.push(bytes);
        }
    }
    all.retain(|inner| inner != text);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn values_are_found_in_their_encodings() {
        let values = ["aB3/dE5+gH7jK9".to_owned(), "absent-value".to_owned()];
        let inner = STANDARD.encode(format!("{{\"token\": \"{}\"}}", values[0]));
        for text in [
            values[0].clone(),
            format!("x={}", values[0].replace('/', "%2F").replace('+', "%2B")),
            inner,
        ] {
            assert_eq!(
                found(text.as_bytes(), &values),
                BTreeSet::from([values[0].as_str()]),
                "{text}"
            );
        }
        assert!(found(b"nothing of it", &values).is_empty());
    }
}
