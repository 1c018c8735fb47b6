//! What under a name that says nothing known is taken for a key: letters that are mixed with digits or signs. Words,
//! numbers, versions, sizes, dates, hosts and ids are none.

use super::common;
use super::names;
use super::opaque;
use crate::redact::{is_jumbled, takes_turns};
use crate::secrets::places;

/// Fewest and most characters of a value that is told by its looks.
const LENGTHS: std::ops::RangeInclusive<usize> = 5..=64;
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
    "mac", "md", "mgf", "oauth", "oidc", "ps", "rc", "rs", "rsa", "saml", "sha", "ssl", "tls",
    "utc", "utf", "win",
];

/// Names under which people are named by words alone: what is mixed there is something else, whatever `sn` is short for.
const OF_WORDS: &[&str] = &["familyname", "firstname", "givenname", "lastname", "sn", "surname"];

/// Whether what stands under a name that tells nothing is a key by its looks. Both without the encoding of an address.
pub(super) fn is_issued(name: &str, value: &str) -> bool {
    is_mixed(value) && tells_nothing(name) && !is_public(value)
}

/// Words in names of headers that tell which machine answered, and by what number it knows the request: people compare those.
const OF_SERVERS: &[&str] = &[
    "backend", "build", "cache", "cdn", "cluster", "edge", "host", "id", "instance", "machine",
    "node", "pod", "pop", "proxy", "ray", "ref", "region", "release", "revision", "route",
    "served", "server", "site", "trace", "upstream", "version", "worker", "zone",
];

/// Whether what stands in a header of one's own is a key by its looks, more surely than in an address: servers tell a
/// lot of themselves.
pub(super) fn is_issued_in_header(name: &str, value: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let own = lower.starts_with("x-") && !lower.split('-').any(|word| OF_SERVERS.contains(&word));
    let surely = value.chars().any(|character| "!$^~".contains(character))
        || takes_turns(value)
        || is_jumbled(value);
    own && surely && is_issued(name, value)
}

/// Nothing is known of the name: neither what it holds, nor that everybody may know it.
pub(super) fn tells_nothing(name: &str) -> bool {
    let plain = names::plain(&percent_encoding::percent_decode_str(name).decode_utf8_lossy());
    !plain.is_empty()
        && places::named(name) == places::Standing::Unknown
        && !names::carries_a_message(name)
        && (!names::names_a_person(name) || OF_WORDS.contains(&plain.as_str()))
        && !names::is_harmless(name)
        && PUBLIC.binary_search(&plain.as_str()).is_err()
}

/// Letters with digits or signs between them, or letters that make no word.
pub(super) fn is_mixed(value: &str) -> bool {
    let has = |of: fn(char) -> bool| value.chars().any(of);
    LENGTHS.contains(&value.chars().count())
        && has(char::is_alphabetic)
        && (has(|character| character.is_ascii_digit()) || has_sign(value) || is_jumbled(value))
        && !has(|character| character.is_whitespace() || character.is_control())
}

pub(super) fn has_sign(value: &str) -> bool {
    value.contains(|character| SIGNS.contains(character))
}

/// A place, an id, a moment, a version, a measure, or words with numbers.
pub(super) fn is_public(value: &str) -> bool {
    is_known(value)
        || value.contains(['@', '=', '?', '&', '<', '>', '"'])
            && !value.trim_end_matches('=').bytes().all(|byte| byte.is_ascii_alphanumeric())
        || value.contains('/') && !opaque::is_opaque(value, 12)
}

/// The same, by its form alone.
pub(super) fn is_known(value: &str) -> bool {
    let bare = value.trim_matches(['{', '}']).trim_end_matches('=');
    opaque::is_place(value)
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
    if has_sign(value) {
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
    fn what_diagnosis_reads_stays() {
        for (name, value) in [
            ("v", "k7r2v9q"),
            ("lang", "en-us1"),
            ("idpid", "C03xyz789"),
            ("so", "00D3t000001abcd"),
            ("key_mask", "mgf1sha384"),
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
    }
}
