//! Short values under names that tell nothing: of parameters in addresses, and of fields that were posted.
//!
//! What a server hands out, or a person types, may have any name. Under a name that says nothing known, letters that
//! are mixed with digits or signs are taken for a key; words, numbers, versions, sizes, dates, hosts and ids are none.

use super::common;
use super::names;
use super::opaque;
use super::standing;
use crate::secrets::places;
use std::ops::Range;

/// Fewest and most characters of a value that is told by its looks.
const LENGTHS: std::ops::RangeInclusive<usize> = 5..=64;
/// Longest value as an address has it, in its encoding.
const LONGEST: usize = 400;
/// Longest name of a parameter, in its encoding.
const LONGEST_NAME: usize = 128;
/// Letters of a unit: `100px`, `250ms`, `24h`.
const LONGEST_UNIT: usize = 3;
/// Signs that no word, version or name of a file has in it.
const SIGNS: &str = "!$*^~+|%";

/// Names under which ids, versions, measures and other public things are told, without letter case and signs.
const PUBLIC: &[&str] = &[
    "acr",
    "acrvalues",
    "alg",
    "app",
    "appid",
    "applicationid",
    "appname",
    "browser",
    "bundle",
    "charset",
    "chunk",
    "clientsdk",
    "codechallengemethod",
    "color",
    "connection",
    "country",
    "crv",
    "date",
    "digest",
    "enc",
    "encoding",
    "env",
    "environment",
    "expires",
    "file",
    "filename",
    "font",
    "hl",
    "icon",
    "instance",
    "kid",
    "kty",
    "lc",
    "lcid",
    "loa",
    "market",
    "mkt",
    "module",
    "node",
    "object",
    "objectid",
    "org",
    "orgid",
    "os",
    "page",
    "partner",
    "partnerspid",
    "platform",
    "policyid",
    "product",
    "rel",
    "release",
    "resource",
    "rev",
    "section",
    "server",
    "sheet",
    "site",
    "size",
    "sku",
    "so",
    "sp",
    "spid",
    "stream",
    "tab",
    "tenantid",
    "theme",
    "time",
    "timestamp",
    "timezone",
    "title",
    "ts",
    "tz",
    "ua",
    "v",
    "ver",
    "view",
    "wauth",
    "xclientos",
    "xclientsku",
    "zone",
];

/// Short words of formats that have numbers behind them: `utf-8`, `rs256`, `win32`.
const OF_FORMATS: &[&str] = &[
    "aes", "beta", "ecdsa", "edge", "es", "hmac", "hs", "http", "https", "ie", "ios", "ipv", "iso",
    "mac", "md", "oauth", "oidc", "ps", "rc", "rs", "rsa", "saml", "sha", "ssl", "tls", "utc",
    "utf", "win",
];

/// Where values stand in a text that are keys by their looks, under names in an address that tell nothing.
pub(super) fn parameters(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Where the address begins, and where the piece of its query.
    let (mut begins, mut piece) = (0, None);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'?' | b'#' => {
                piece.into_iter().for_each(|piece| pair(text, piece..at, &mut found));
                let open = piece.is_some() || begins_an_address(text, begins..at);
                piece = open.then_some(at + 1);
            }
            b'&' | b';' | b',' | b'|' => {
                if let Some(start) = piece.replace(at + 1) {
                    pair(text, start..at, &mut found);
                } else {
                    piece = None;
                }
            }
            b'"'
            | b'\''
            | b'<'
            | b'>'
            | b'('
            | b')'
            | b'{'
            | b'}'
            | b'\\'
            | b'`'
            | b'\0'..=b' ' => {
                piece.take().into_iter().for_each(|piece| pair(text, piece..at, &mut found));
                begins = at + 1;
            }
            _ => {}
        }
    }
    piece.into_iter().for_each(|piece| pair(text, piece..text.len(), &mut found));
    found
}

/// A path, a host or a scheme, and nothing that a script compares.
fn begins_an_address(text: &str, before: Range<usize>) -> bool {
    let before = text.get(before).unwrap_or_default();
    before.is_empty() || before.contains(['/', '.', ':'])
}

fn pair(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let Some(piece) = text.get(range.clone()).filter(|piece| piece.len() <= LONGEST) else {
        return;
    };
    let Some((name, value)) = piece.split_once('=') else { return };
    if name.is_empty() || name.len() > LONGEST_NAME {
        return;
    }
    let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
    if is_issued(name, &decoded) {
        found.push(range.end - value.len()..range.end);
    }
}

/// Whether what stands under a name that tells nothing is a key by its looks. Both without the encoding of an address.
pub(super) fn is_issued(name: &str, value: &str) -> bool {
    is_mixed(value) && tells_nothing(name) && !is_public(value)
}

/// Nothing is known of the name: neither what it holds, nor that everybody may know it.
fn tells_nothing(name: &str) -> bool {
    let plain = names::plain(&percent_encoding::percent_decode_str(name).decode_utf8_lossy());
    !plain.is_empty()
        && places::named(name) == places::Standing::Unknown
        && !names::carries_a_message(name)
        && !names::names_a_person(name)
        && !standing::is_harmless_name(name)
        && PUBLIC.binary_search(&plain.as_str()).is_err()
}

/// Letters with digits or signs between them.
fn is_mixed(value: &str) -> bool {
    let has = |of: fn(char) -> bool| value.chars().any(of);
    LENGTHS.contains(&value.chars().count())
        && has(char::is_alphabetic)
        && (has(|character| character.is_ascii_digit()) || value.contains(|c| SIGNS.contains(c)))
        && !has(|character| character.is_whitespace() || character.is_control())
}

/// A place, an id, a moment, a version, a measure, or words with numbers.
fn is_public(value: &str) -> bool {
    let bare = value.trim_matches(['{', '}']).trim_end_matches('=');
    standing::is_place(value)
        || value.contains(['@', '=', '?', '&', '<', '>', '"'])
            && !value.trim_end_matches('=').bytes().all(|byte| byte.is_ascii_alphanumeric())
        || value.contains('/') && !opaque::is_opaque(value, 12)
        || value.to_ascii_lowercase().starts_with("urn:")
        || value.to_ascii_uppercase().starts_with("AADSTS")
        || opaque::is_guid(bare)
        || opaque::is_moment(value)
        || opaque::looks_like_host(value)
        || is_host_with_port(value)
        || is_version(value)
        || is_measure(value)
        || is_of_words(value)
}

fn is_host_with_port(value: &str) -> bool {
    value.split_once(':').is_some_and(|(host, port)| {
        !port.is_empty()
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
    })
}

/// `2.38.1`, `v7.0`, `9.4.0-rc1`: numbers with dots between them, and what release it is.
fn is_version(value: &str) -> bool {
    let numbers = value.trim_start_matches(['v', 'V', 'r']);
    let mut parts = numbers.split('.');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(is_number)
        && parts.next().is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()))
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
}

/// A number with its unit, or a moment written without signs: `100px`, `20261124T095800Z`.
fn is_measure(value: &str) -> bool {
    let unit = value.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = value.len() - unit.len();
    number > 0
        && (unit.len() <= LONGEST_UNIT
            && unit.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'%')
            || number == 8
                && unit.starts_with('T')
                && unit.trim_end_matches('Z').bytes().skip(1).all(|byte| byte.is_ascii_digit()))
}

/// Each run of letters is a word that everybody uses: `step2`, `rsa-sha256`, `error_404`.
fn is_of_words(value: &str) -> bool {
    if value.contains(|character| SIGNS.contains(character)) {
        return false;
    }
    let lower = value.to_lowercase();
    let mut runs =
        lower.split(|character: char| !character.is_alphabetic()).filter(|run| !run.is_empty());
    runs.all(|run| OF_FORMATS.contains(&run) || common::is_common(run))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_looked_up_by_halving() {
        assert!(PUBLIC.is_sorted());
    }

    #[test]
    fn short_keys_are_found_whatever_they_are_called() {
        for name in [
            "link",
            "salt",
            "Key-Pair-Id",
            "cjevent",
            "samlds",
            "парола",
            "%D0%BF%D0%B0%D1%80",
            "x17",
        ] {
            for value in ["ktf!73", "k7r2v", "mwxmr!39", "Zk4rTqWb9", "hunter2", "abc*def"] {
                let text = format!("https://a.example/x?page=2&{name}={value}&y=1#z");
                let values: Vec<&str> =
                    parameters(&text).into_iter().map(|range| &text[range]).collect();
                assert_eq!(values, [value], "{text}");
            }
        }
        for (text, value) in [
            ("?sv=k7r2v9q", "k7r2v9q"),
            ("/x#/view?sv=k7r2v9q", "k7r2v9q"),
            ("see https://a.example/#sv=mwx%2139 and", "mwx%2139"),
            ("<a href=\"/x?a=1&amp;sv=k7r2v9q\">", "k7r2v9q"),
            ("https://a.example/?a=1;sv=k7r2v9q", "k7r2v9q"),
        ] {
            let values: Vec<&str> =
                parameters(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(values, [value], "{text}");
        }
    }

    #[test]
    fn what_diagnosis_reads_stays() {
        for (name, value) in [
            ("v", "k7r2v9q"),
            ("lang", "en-us1"),
            ("idpid", "C03xyz789"),
            ("so", "00D3t000001abcd"),
            ("x17", "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2"),
            ("x17", "2026-11-24T10:00:00Z"),
            ("x17", "20261124T095800Z"),
            ("x17", "2.38.1-beta"),
            ("x17", "1.0.0.8a"),
            ("x17", "100px"),
            ("x17", "web1.sense.example"),
            ("x17", "sense01:4244"),
            ("x17", "/hub1234"),
            ("x17", "hub/app12"),
            ("x17", "rsa-sha256"),
            ("x17", "utf-8"),
            ("x17", "session2"),
            ("x17", "123456"),
            ("x17", "single_sign_on"),
            ("x17", "ann1@contoso.example"),
            ("x17", "AADSTS50011"),
        ] {
            assert!(!is_issued(name, value), "{name}={value}");
        }
        for text in ["var a=b?c&d=e1f2g3:h", "charset=k7r2v9q", "max-age=k7r2v9q; x=k7r2v9q"] {
            assert!(parameters(text).is_empty(), "{text}");
        }
    }
}
