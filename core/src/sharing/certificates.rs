//! Certificates in which names stand: they are replaced in place, so that a certificate stays one with the same key, and
//! its thumbprints follow wherever they stand.

use super::deep::every_layer;
use super::edit::{Edit, apply};
use super::layers;
use super::words::Names;
use crate::certificate::read_der;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use diag_sdk::Place;
use diag_sdk::case::certificate::Certificate;
use serde_json::Value;
use std::collections::BTreeSet;

/// Most certificates of one case.
const MOST: usize = 5_000;

/// Takes the certificates of a document of JSON.
pub(super) fn gather_json(all: &mut BTreeSet<Vec<u8>>, value: &Value) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(object) => open.extend(object.values()),
            Value::String(text) => gather(all, text),
            _ => {}
        }
    }
}

/// Takes the certificates of a text.
pub(super) fn gather(all: &mut BTreeSet<Vec<u8>>, text: &str) {
    every_layer(text, &mut |layer| {
        for certificate in layers::certificates(layer) {
            if all.len() < MOST {
                all.insert(bytes(&certificate.text));
            }
        }
    });
}

/// A certificate's bytes as characters of Latin-1, back as bytes.
fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or_default()).collect()
}

/// The edits of a certificate, written as characters of Latin-1; none where it would be none any more.
pub(super) fn edits(names: &Names, text: &str) -> Vec<Edit> {
    let edits: Vec<Edit> = names
        .find(text)
        .filter(|(range, _, with)| with.is_ascii() && with.len() == range.len())
        .map(|(range, kind, with)| Edit { range, with, values: vec![(kind, 1)] })
        .collect();
    if edits.is_empty() {
        return edits;
    }
    let (was, is) = (of(&bytes(text)), of(&bytes(&apply(text, &edits))));
    if is.usable() && was.spki == is.spki { edits } else { Vec::new() }
}

fn of(der: &[u8]) -> Certificate {
    read_der(der, Place::default())
}

/// Thumbprints of a certificate in which names are replaced: as they were, and as they are.
pub(super) fn renamed(der: &[u8], names: &Names) -> Vec<(String, String)> {
    let text: String = der.iter().map(|byte| char::from(*byte)).collect();
    let edits = edits(names, &text);
    if edits.is_empty() {
        return Vec::new();
    }
    let (was, is) = (of(der), of(&bytes(&apply(&text, &edits))));
    [(was.sha1, is.sha1), (was.sha256, is.sha256)]
        .iter()
        .flat_map(|(was, is)| forms(was).into_iter().zip(forms(is)))
        .collect()
}

/// A thumbprint in hexadecimal digits, as it may be written.
fn forms(thumbprint: &str) -> Vec<String> {
    let upper = thumbprint.to_ascii_uppercase();
    let pairs: Vec<&str> =
        upper.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok()).collect();
    let raw: Vec<u8> = pairs.iter().filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
    let (colons, blanks) = (pairs.join(":"), pairs.join(" "));
    let lower = [upper.to_lowercase(), colons.to_lowercase(), blanks.to_lowercase()];
    let mut all = vec![upper, colons, blanks];
    all.extend(lower);
    all.extend([STANDARD.encode(&raw), STANDARD_NO_PAD.encode(&raw), URL_SAFE_NO_PAD.encode(&raw)]);
    all
}

#[cfg(test)]
mod tests {
    use super::super::kind::Kind;
    use super::super::words::Gathered;
    use super::*;

    #[test]
    fn a_certificate_stays_one_with_the_same_key_and_another_name() {
        let pem = include_str!("../../../tests/fixtures/keys/ec256.crt");
        let text = pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
        let mut all = BTreeSet::new();
        gather(&mut all, &format!("<X509Certificate>{text}</X509Certificate>"));
        let der = all.iter().next().expect("a certificate");
        assert_eq!(of(der).subject, "CN=ec256.example");
        let mut gathered = Gathered::default();
        gathered.add("ec256", Kind::Host, true);
        let names = gathered.settle(b"salt");
        let renamed = renamed(der, &names);
        assert!(
            renamed.iter().all(|(was, is)| was != is && was.len() == is.len())
                && renamed.len() == 18,
            "{renamed:?}"
        );
    }
}
