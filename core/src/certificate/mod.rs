//! Reads certificates as metadata, messages and exports carry them: base64 with or without line
//! breaks or PEM armour, or plain DER.
//!
//! Products differ in what they tolerate, so everything beyond plain base64 is tolerated here and
//! noted; what cannot be used says precisely why, because "invalid certificate" sends people to
//! the wrong screen.

mod armour;
mod distinguished_name;
mod hexadecimal;

pub(crate) use armour::is_certificate_label;
pub use hexadecimal::hexadecimal;

use crate::bounds::Gauge;
use armour::{BEGIN, DASHES, Decoded, NOTE_ARMOUR, NOTE_LINES, decode, describe_label, label};
use diag_sdk::case::certificate::{Certificate, KeyKind};
use diag_sdk::case::place::Place;
use distinguished_name::written;
use jiff::Timestamp;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use x509_parser::objects::{oid_registry, oid2sn};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo, X509Certificate};
use x509_parser::public_key::RSAPublicKey;

/// Reads the certificate that an `X509Certificate` element or a field of an export holds.
pub fn read(text: &str, place: Place) -> Certificate {
    match decode(text) {
        Ok(Decoded { der, notes }) => {
            let mut certificate = read_der(&der, place);
            certificate.notes.splice(0..0, notes);
            certificate
        }
        Err(reason) => unusable(reason, place),
    }
}

/// Reads a certificate in DER.
pub fn read_der(der: &[u8], place: Place) -> Certificate {
    let (rest, parsed) = match X509Certificate::from_der(der) {
        Ok(read) => read,
        Err(error) => return unusable(why_not_a_certificate(der, &error), place),
    };
    let (key_kind, key_bits) = key_facts(parsed.public_key());
    let exact = der.get(..der.len() - rest.len()).unwrap_or(der);
    Certificate {
        place,
        unusable: None,
        notes: if rest.is_empty() {
            Vec::new()
        } else {
            vec![format!("{} more bytes follow the certificate", rest.len())]
        },
        sha1: hexadecimal(&Sha1::digest(exact)),
        sha256: hexadecimal(&Sha256::digest(exact)),
        spki_sha256: hexadecimal(&Sha256::digest(parsed.public_key().raw)),
        subject: written(parsed.subject()),
        issuer: written(parsed.issuer()),
        serial: hexadecimal(parsed.raw_serial()),
        not_before: Some(timestamp(parsed.validity().not_before.timestamp())),
        not_after: Some(timestamp(parsed.validity().not_after.timestamp())),
        key_kind,
        key_bits,
        signature_algorithm: algorithm_name(&parsed),
        self_signed: parsed.subject().as_raw() == parsed.issuer().as_raw(),
        spki: parsed.public_key().raw.to_vec(),
    }
}

/// Reads a certificate file: DER, or PEM with one or several certificates among other things.
/// A file without any gives one certificate that says why it cannot be used.
pub fn read_pem_file(bytes: &[u8], place: &Place) -> Vec<Certificate> {
    read_within(bytes, place, &Gauge::new(u64::MAX))
}

/// The same for a bounded number of certificates.
pub(crate) fn read_within(bytes: &[u8], place: &Place, most: &Gauge) -> Vec<Certificate> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return vec![read_der(bytes, place.clone())];
    };
    let text = text.trim_start_matches('\u{feff}');
    let mut found = Vec::new();
    let mut labels = Vec::new();
    let mut line: u32 = 1;
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        line = line.saturating_add(line_breaks(rest.get(..start).unwrap_or_default()));
        let block = rest.get(start..).unwrap_or_default();
        let label = label(block);
        let length = block.find("-----END ").map_or(block.len(), |end| {
            let tail = block.get(end + DASHES.len()..).unwrap_or_default();
            tail.find(DASHES)
                .map_or(block.len(), |dashes| end + DASHES.len() + dashes + DASHES.len())
        });
        let (whole, after) = block.split_at(length.max(BEGIN.len()).min(block.len()));
        if is_certificate_label(label) {
            if !most.allows(found.len()) {
                break;
            }
            let mut place = place.clone();
            place.line = Some(line);
            place.column = Some(1);
            let mut certificate = read(whole, place);
            certificate.notes.retain(|note| note != NOTE_ARMOUR && note != NOTE_LINES);
            found.push(certificate);
        } else {
            labels.push(label.to_owned());
        }
        line = line.saturating_add(line_breaks(whole));
        rest = after;
    }
    if found.is_empty() {
        let certificate = match labels.first() {
            Some(label) => unusable(
                format!("the file holds no certificate but {}", describe_label(label)),
                place.clone(),
            ),
            None => read(text, place.clone()),
        };
        found.push(certificate);
    }
    found
}

/// The SubjectPublicKeyInfo (DER) of the certificate in `text`, as [`read`] reads it.
pub fn spki_der(text: &str) -> Option<Vec<u8>> {
    let decoded = decode(text).ok()?;
    spki_of_der(&decoded.der)
}

/// The SubjectPublicKeyInfo of a certificate in DER.
pub fn spki_of_der(der: &[u8]) -> Option<Vec<u8>> {
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    Some(parsed.public_key().raw.to_vec())
}

fn unusable(reason: String, place: Place) -> Certificate {
    Certificate { place, unusable: Some(reason), ..Certificate::default() }
}

/// Says what the bytes are instead, as far as their outermost DER header tells.
fn why_not_a_certificate(der: &[u8], error: &dyn std::fmt::Display) -> String {
    const PKCS7_SIGNED_DATA: &[u8] =
        &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    let Some((header, length)) = sequence_header(der) else {
        return match der.first() {
            None => "it is empty".to_owned(),
            Some(_)
                if der.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) =>
            {
                "it decodes to plain text, not to DER".to_owned()
            }
            Some(first) => format!(
                "it is not DER: it starts with byte 0x{first:02X}, a certificate starts with 0x30"
            ),
        };
    };
    let there = der.len() - header;
    if there < length {
        return format!(
            "it is cut short: its header announces {} bytes, only {} are there",
            header + length,
            der.len()
        );
    }
    if der.get(header..).is_some_and(|content| content.starts_with(PKCS7_SIGNED_DATA)) {
        return "it is a PKCS#7 bundle, not a certificate".to_owned();
    }
    if SubjectPublicKeyInfo::from_der(der).is_ok() {
        return "it is a bare public key, not a certificate".to_owned();
    }
    format!("its DER is not a certificate: {error}")
}

/// Length of the header of an ASN.1 SEQUENCE in definite form, and the length it announces.
fn sequence_header(der: &[u8]) -> Option<(usize, usize)> {
    let [0x30, first, rest @ ..] = der else {
        return None;
    };
    let octets = usize::from(first & 0x7f);
    if first & 0x80 == 0 {
        return Some((2, octets));
    }
    if octets == 0 || octets > 4 {
        return None;
    }
    let length =
        rest.get(..octets)?.iter().fold(0_usize, |length, byte| (length << 8) | usize::from(*byte));
    Some((2 + octets, length))
}

fn key_facts(key: &SubjectPublicKeyInfo<'_>) -> (KeyKind, Option<u32>) {
    let bits = |number: usize| u32::try_from(number).ok();
    match key.algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.7" | "1.2.840.113549.1.1.10" => {
            let size = RSAPublicKey::from_der(&key.subject_public_key.data)
                .ok()
                .and_then(|(_, rsa)| bits(bit_length(rsa.modulus)));
            (KeyKind::Rsa, size)
        }
        "1.2.840.10045.2.1" => (KeyKind::Ec, curve_bits(key)),
        "1.2.840.10040.4.1" => (KeyKind::Dsa, None),
        "1.3.101.112" => (KeyKind::Ed, Some(256)),
        "1.3.101.113" => (KeyKind::Ed, Some(456)),
        _ => (KeyKind::Other, None),
    }
}

fn bit_length(integer: &[u8]) -> usize {
    let significant = integer.iter().skip_while(|byte| **byte == 0);
    let (count, first) = significant
        .fold((0_usize, None), |(count, first), byte| (count + 1, first.or(Some(*byte))));
    first.map_or(0, |byte: u8| count * 8 - byte.leading_zeros() as usize)
}

fn curve_bits(key: &SubjectPublicKeyInfo<'_>) -> Option<u32> {
    let curve = key.algorithm.parameters.as_ref()?.as_oid().ok()?;
    match curve.to_id_string().as_str() {
        "1.2.840.10045.3.1.7" | "1.3.132.0.10" | "1.3.36.3.3.2.8.1.1.7" => Some(256),
        "1.3.132.0.34" | "1.3.36.3.3.2.8.1.1.11" => Some(384),
        "1.3.132.0.35" => Some(521),
        "1.3.36.3.3.2.8.1.1.13" => Some(512),
        "1.2.840.10045.3.1.1" => Some(192),
        "1.3.132.0.33" => Some(224),
        _ => None,
    }
}

/// A certificate may end "never" (9999-12-31), which lies past what a timestamp holds.
fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

fn algorithm_name(certificate: &X509Certificate<'_>) -> String {
    let algorithm = &certificate.signature_algorithm.algorithm;
    oid2sn(algorithm, oid_registry()).map_or_else(|_| algorithm.to_id_string(), str::to_owned)
}

fn line_breaks(text: &str) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', text.as_bytes()).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::armour::{LONGEST_TEXT, NOTE_BLANKS, NOTE_TWICE};
    use super::*;
    use base64::Engine as _;
    use proptest::prelude::*;

    const IDP: &str = include_str!("../../../tests/fixtures/keys/idp.crt");
    const WEAK: &str = include_str!("../../../tests/fixtures/keys/weak.crt");
    const EC521: &str = include_str!("../../../tests/fixtures/keys/ec521.crt");
    const KEY: &str = include_str!("../../../tests/fixtures/keys/sp.key");

    fn bare(pem: &str) -> String {
        pem.lines().filter(|line| !line.starts_with('-')).collect()
    }

    fn read_text(text: &str) -> Certificate {
        read(text, Place::default())
    }

    #[test]
    fn facts_of_an_ordinary_certificate() {
        let certificate = read_text(&bare(IDP));
        assert_eq!(certificate.unusable, None);
        assert_eq!(certificate.notes, Vec::<String>::new());
        assert_eq!(certificate.subject, "CN=Microsoft Azure Federated SSO Certificate");
        assert!(certificate.self_signed);
        assert_eq!(certificate.not_before.unwrap().to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(certificate.not_after.unwrap().to_string(), "2029-01-01T00:00:00Z");
        assert_eq!((certificate.key_kind, certificate.key_bits), (KeyKind::Rsa, Some(2048)));
        assert_eq!(certificate.signature_algorithm, "sha256WithRSAEncryption");
        assert_eq!(
            (certificate.sha1.len(), certificate.sha256.len(), certificate.spki_sha256.len()),
            (40, 64, 64)
        );
        assert_eq!(certificate.spki_sha256, hexadecimal(&Sha256::digest(spki_der(IDP).unwrap())));
    }

    #[test]
    fn key_sizes_are_exact() {
        let weak = read_text(WEAK);
        assert_eq!(
            (weak.key_bits, weak.signature_algorithm.as_str()),
            (Some(1024), "sha1WithRSAEncryption")
        );
        let curve = read_text(EC521);
        assert_eq!((curve.key_kind, curve.key_bits), (KeyKind::Ec, Some(521)));
    }

    #[test]
    fn armour_and_line_breaks_are_tolerated_and_noted() {
        let plain = read_text(&bare(IDP));
        let armoured = read_text(IDP);
        assert_eq!(armoured.sha1, plain.sha1);
        assert_eq!(armoured.notes, [NOTE_ARMOUR, NOTE_LINES]);
        let broken_up = read_text(&bare(IDP).replace('M', "M\r\n "));
        assert_eq!(broken_up.sha1, plain.sha1);
        assert_eq!(broken_up.notes, [NOTE_LINES, NOTE_BLANKS]);
        let twice = read_text(&base64::engine::general_purpose::STANDARD.encode(IDP));
        assert_eq!(twice.sha1, plain.sha1);
        assert_eq!(twice.notes, [NOTE_TWICE]);
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let text = bare(IDP);
        let reason = |text: &str| read_text(text).unusable.unwrap_or_default();
        assert_eq!(reason(" \n"), "it is empty");
        assert_eq!(
            reason(&format!("{}\u{200b}{}", &text[..4], &text[4..])),
            "character 5 is U+200B, which base64 does not have"
        );
        assert_eq!(
            reason(&text.replacen("MIID", "MI%D", 1)),
            "character 3 is `%`, which base64 does not have"
        );
        assert!(reason(&text.replace('+', "-")).contains("URL-safe base64"));
        assert_eq!(
            reason(&text[..401]),
            "its base64 is cut short: one character is left over at the end"
        );
        assert_eq!(
            reason(&text[..402]),
            "its base64 ends in 0 `=` where 2 are due: characters are missing or too many"
        );
        assert!(
            reason(&text[..400]).starts_with("it is cut short: its header announces "),
            "{}",
            reason(&text[..400])
        );
        assert_eq!(reason("aGVsbG8gd29ybGQh"), "it decodes to plain text, not to DER");
        assert_eq!(
            reason("/////w=="),
            "it is not DER: it starts with byte 0xFF, a certificate starts with 0x30"
        );
        assert_eq!(reason(KEY), "it is a private key, not a certificate");
        let spki = base64::engine::general_purpose::STANDARD.encode(spki_der(IDP).unwrap());
        assert_eq!(reason(&spki), "it is a bare public key, not a certificate");
        assert!(!reason(&"A".repeat(LONGEST_TEXT + 1)).is_empty());
    }

    #[test]
    fn files_hold_several_certificates_among_other_things() {
        let found = read_pem_file(
            format!("Bag Attributes\n{KEY}{IDP}{WEAK}").as_bytes(),
            &Place::default(),
        );
        let subjects: Vec<&str> =
            found.iter().map(|certificate| certificate.subject.as_str()).collect();
        assert_eq!(subjects, ["CN=Microsoft Azure Federated SSO Certificate", "CN=weak.example"]);
        assert_eq!(found[0].place.line, Some(u32::try_from(KEY.lines().count()).unwrap() + 2));
        assert_eq!(found[0].notes, Vec::<String>::new());
        let der = base64::engine::general_purpose::STANDARD.decode(bare(WEAK)).unwrap();
        assert_eq!(read_pem_file(&der, &Place::default())[0].subject, "CN=weak.example");
        let none = read_pem_file(KEY.as_bytes(), &Place::default());
        assert_eq!(
            none[0].unusable.as_deref(),
            Some("the file holds no certificate but a private key")
        );
    }

    proptest! {
        #![proptest_config(crate::seeds::fixed(256))]

        #[test]
        fn nothing_makes_it_panic(text in "(-----BEGIN |CERTIFICATE|-----|-----END |MII[A-Za-z0-9+/=]{0,40}|\\PC{0,20}){0,8}", cut in 0..900_usize, byte: u8) {
            let _ = read_text(&text);
            let _ = read_pem_file(text.as_bytes(), &Place::default());
            let mut der = decode(IDP).unwrap().der;
            if let Some(slot) = der.get_mut(cut) {
                *slot = byte;
            }
            let _ = read_der(&der, Place::default());
            let _ = read_der(der.get(..cut).unwrap_or_default(), Place::default());
        }
    }
}
