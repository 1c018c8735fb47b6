//! Values that tell nothing but open something: long runs of letters and digits mixed, as tokens and keys are.

use super::layers;
use crate::redact::{is_jumbled, makes_no_word};

/// Longest word of a sentence.
const LONGEST_WORD: usize = 24;
/// Fewest words of a sentence.
const FEWEST_WORDS: usize = 3;
/// Most digits of a number in a name.
const LONGEST_NUMBER: usize = 4;

/// Base64 in which a message stands: it is read, and only what is in it is secret.
pub(super) fn holds_markup(value: &str) -> bool {
    layers::of(value).iter().any(|layer| {
        layer.covers(value)
            && (begins_as_markup(&layer.text)
                || layer.text.contains('%') && holds_markup(&layer.text)
                || holds_markup_in_base64(layer))
    })
}

fn holds_markup_in_base64(layer: &layers::Layer) -> bool {
    layers::of(&layer.text)
        .iter()
        .any(|inner| inner.covers(&layer.text) && begins_as_markup(&inner.text))
}

/// `<`, also behind a byte order mark or blanks.
pub(super) fn begins_as_markup(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

/// A value that looks like a token: at least `shortest` characters of those that tokens are made of, letters
/// and digits mixed, no address, date or word among words.
pub(super) fn is_opaque(value: &str, shortest: usize) -> bool {
    // What an address escapes is no digit of a token.
    let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
    let value = if holds_address(value) || is_mail_address(value) { value } else { &*decoded };
    let length = value.len();
    if length < shortest
        || !value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-.~:%|*!".contains(&byte))
    {
        return false;
    }
    if holds_address(value)
        || is_mail_address(value)
        || value.starts_with('/')
        || value.starts_with("urn:")
        || is_guid(value)
        || is_moment(value)
        || looks_like_host(value)
        || is_sentence(value)
        || is_slug(value)
    {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let longest_run = value
        .split(|character: char| !character.is_ascii_alphanumeric())
        .map(str::len)
        .max()
        .unwrap_or_default();
    digits >= 2 && letters >= 2 && longest_run >= 8
        || (longest_run >= 24 && digits + letters > 0 && mixed_case(value))
        || (length >= 16 && digits >= 16)
}

/// `User+is+not+assigned`: words with the blanks of an address between them.
fn is_sentence(value: &str) -> bool {
    let is_word = |piece: &str| {
        let word = piece.trim_end_matches(['.', ':', '!', '-']);
        let rest = word.strip_prefix(|first: char| first.is_ascii_alphabetic()).unwrap_or(word);
        word.len() <= LONGEST_WORD && rest.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let pieces = || value.split('+').filter(|piece| !piece.is_empty());
    let all = pieces().count();
    all >= FEWEST_WORDS && pieces().filter(|piece| is_word(piece)).count() * 2 > all
}

/// `some-plugin-20-single-sign-on`: words in small letters with hyphens between them, and short numbers.
fn is_slug(value: &str) -> bool {
    let is_word = |piece: &str| {
        piece.len() <= LONGEST_WORD
            && piece.bytes().all(|byte| byte.is_ascii_lowercase())
            && !makes_no_word(piece)
    };
    let is_number = |piece: &str| {
        piece.len() <= LONGEST_NUMBER && piece.bytes().all(|byte| byte.is_ascii_digit())
    };
    let pieces = || value.split(['-', '_']);
    let (all, words) = (pieces().count(), pieces().filter(|piece| is_word(piece)).count());
    all >= FEWEST_WORDS
        && words >= 2
        && pieces().all(|piece| is_word(piece) || is_number(piece))
        && !is_jumbled(&pieces().filter(|piece| is_word(piece)).collect::<Vec<_>>().join("-"))
}

/// `ann.smith%40contoso.example`
fn is_mail_address(value: &str) -> bool {
    value.contains('%')
        && percent_encoding::percent_decode_str(value)
            .decode_utf8_lossy()
            .split_once('@')
            .is_some_and(|(local, domain)| {
                !local.is_empty() && domain.contains('.') && looks_like_host(domain)
            })
}

/// `https://` in it, however often it is percent-encoded.
fn holds_address(value: &str) -> bool {
    let mut value = std::borrow::Cow::Borrowed(value);
    for _ in 0..4 {
        if value.contains("://") {
            return true;
        }
        if !value.contains('%') {
            return false;
        }
        let decoded = percent_encoding::percent_decode_str(&value).decode_utf8_lossy().into_owned();
        if decoded.len() == value.len() {
            return false;
        }
        value = decoded.into();
    }
    false
}

fn mixed_case(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_uppercase())
        && value.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// `8-4-4-4-12` hexadecimal digits: ids of tenants, applications, requests.
pub(super) fn is_guid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(at, byte)| {
            if [8, 13, 18, 23].contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

/// `2026-11-24T…`
pub(super) fn is_moment(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes.len() >= 10
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && bytes.iter().take(4).all(u8::is_ascii_digit)
}

/// Labels with dots between them of which the last is letters only, as `sense.contoso.example`.
pub(super) fn looks_like_host(value: &str) -> bool {
    let mut labels = value.rsplit('.');
    let last = labels.next().unwrap_or_default();
    labels.next().is_some()
        && (2..=12).contains(&last.len())
        && last.bytes().all(|byte| byte.is_ascii_lowercase())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte))
}

/// Three parts in base64url, whatever is behind them (`.txt`), of which the first two begin as JSON does: where the third begins.
pub(super) fn jwt_signature(token: &str) -> Option<usize> {
    let mut parts = token.split('.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let of_base64 = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let is_one = header.starts_with("eyJ") && payload.starts_with("ey") && signature.len() >= 8;
    (is_one && [header, payload, signature].into_iter().all(of_base64))
        .then_some(header.len() + payload.len() + 2)
}

/// Five parts in base64url, of which the first begins as JSON does: where the second begins.
pub(super) fn of_encrypted_token(token: &str) -> Option<usize> {
    let of_base64 = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let first = token.split('.').next().filter(|first| first.starts_with("eyJ"))?;
    (token.split('.').count() == 5 && token.split('.').all(of_base64)).then_some(first.len() + 1)
}

/// A path or address: where to go to.
pub(super) fn is_place(value: &str) -> bool {
    let mut value = value.to_ascii_lowercase();
    // Encoded once more than due, it still says where to go.
    while value.starts_with("%25") || value.starts_with("https%25") {
        value = value.replace("%25", "%");
    }
    value.starts_with('/') || value.starts_with("http") || value.starts_with("%2f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_from_what_only_looks_long() {
        for value in [
            "1sc6TYmZk_BWyY6OF92-yA",
            "gko2g1t34qihu8h7pjjcacdvrg",
            "of+HNEZTGiBytXtM07CDwc++z6Klch==",
            "ss:mem:58bdf6ffad2ee255506",
            "kqzvtmwp-12-bxdkmefh-rkzgtpw",
        ] {
            assert!(is_opaque(value, 16), "{value}");
        }
        for value in [
            "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2",
            "2026-11-24T10:00:00.000Z",
            "/azure/samlauthn/",
            "https://sense.example/hub",
            "AnnSmith%40contoso.onmicrosoft.com",
            "_9f86d081884c7d659a2feaa0c55ad015%253Ahttps%253A%252F%252Fidp.example",
            "web1.sense.contoso.example",
            "urn:oasis:names:tc:SAML:2.0",
            "application/x-www-form-urlencoded",
            "en-US",
            "miniorange-saml-20-single-sign-on",
            "release_2026_11_candidate",
            "Email+can%27t+be+blank%2C+Notification+email+is+invalid",
            "AADSTS50105:+The+signed+in+user+is+not+assigned+to+a+role",
        ] {
            assert!(!is_opaque(value, 16), "{value}");
        }
        assert_eq!(jwt_signature("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"), Some(36));
        assert_eq!(jwt_signature("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl.txt"), Some(36));
        assert_eq!(jwt_signature("a.b.c"), None);
        assert_eq!(of_encrypted_token("eyJhbGciOiJkaXIifQ..aB-1.c_2.d3"), Some(19));
        assert_eq!(of_encrypted_token("eyJhbGciOiJkaXIifQ.aB-1.c_2"), None);
    }
}
