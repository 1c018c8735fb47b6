//! Fields of forms and of what is written like them: what each holds, by its name and its looks.

use super::common;
use super::issued;
use super::kind::Kind;
use super::names;
use super::opaque;
use super::prose;
use crate::redact::makes_no_word;
use crate::secrets::places as secret_places;
use diag_products::words_of;

/// Most words of what is typed.
const MOST_WORDS: usize = 5;
/// Fewest digits, letters, and characters of hexadecimal in pairs, that are a secret by their name alone.
const SHORTEST_DIGITS: usize = 6;
const SHORTEST_LETTERS: usize = 8;
const SHORTEST_PAIRS: usize = 32;

/// What a field of a form holds.
pub(super) fn field(name: &str, value: &str) -> Option<Kind> {
    if value.trim().is_empty() || names::carries_a_message(name) && !names::is_state(name) {
        return None;
    }
    let telling = |shortest: usize| {
        (opaque::is_opaque(value, shortest) || opaque::jwt_signature(value).is_some())
            && !opaque::holds_markup(value)
    };
    if names::is_state(name) {
        return ((telling(12) || prose::is_credible(value)) && !opaque::is_place(value))
            .then_some(Kind::Token);
    }
    match names::kind_of(name) {
        Some(Kind::Password) => Some(Kind::Password),
        Some(kind) => (telling(6)
            || value.len() >= 4
                && !is_word(value)
                && !value.contains(' ')
                && !opaque::is_place(value)
            || value.contains(' ')
                && value.split(' ').count() <= MOST_WORDS
                && value.split(' ').any(prose::is_credible)
                && names::speaks_of(name).is_some())
        .then_some(kind),
        None => {
            (telling(20) && !names::is_harmless(name) && !names_a_key(value)).then_some(Kind::Token)
        }
    }
}

/// What a field that was posted holds, where nothing is known of its name: letters and digits as passwords and codes have
/// them, or words that make no sentence.
pub(super) fn posted(name: &str, value: &str) -> Option<Kind> {
    let unknown = secret_places::named(name) == secret_places::Standing::Unknown
        && !names::is_harmless(name)
        && !names::names_a_person(name);
    let phrase = prose::is_passphrase(value);
    let looks = phrase || prose::is_credible(value) && !opaque::is_moment(value);
    // Words in small letters that make no sentence are typed; those with capitals may be somebody's name.
    let typed = phrase && !value.contains(char::is_uppercase);
    (!opaque::is_place(value) && (unknown && looks || issued::is_issued(name, value)))
        .then_some(if typed { Kind::Password } else { Kind::Token })
}

/// Whether a name speaks of nothing but a secret, so that what stands there is one however plain it looks: letters with digits,
/// digits alone, letters alone, hexadecimal in pairs. Words say what became of it: `"session": "expired"`. `labelled`: in pages
/// such names are those of labels as well, so that words count only where they make none.
pub(super) fn plainly(name: &str, value: &str, labelled: bool) -> bool {
    let pairs = || {
        let pair =
            |pair: &str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
        value.len() >= SHORTEST_PAIRS && value.split([' ', ':', '-']).all(pair)
    };
    let digits =
        || value.len() >= SHORTEST_DIGITS && value.bytes().all(|byte| byte.is_ascii_digit());
    let letters = || {
        value.len() >= SHORTEST_LETTERS
            && value.bytes().all(|byte| byte.is_ascii_alphabetic())
            && (makes_no_word(value)
                || !labelled
                    && !words_of(value).all(|word| common::is_common(&word.to_lowercase())))
    };
    let mixed = || prose::is_credible(value) && !issued::is_known(value);
    // Ids of requests and objects are of that form as well; under these names they open something.
    let id = || opaque::is_guid(value) && names::holds_ids(name);
    // Most values are told by their looks, which cost less to ask than names.
    (mixed() || pairs() || digits() || letters() || id()) && names::speaks_of(name).is_some()
}

/// Public by design: certificates, digests, policies.
pub(super) fn names_a_key(value: &str) -> bool {
    value.starts_with("MII")
        || value.starts_with("sha256-")
        || value.starts_with("sha384-")
        || value.starts_with("sha512-")
}

/// A short word or number.
pub(super) fn is_word(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphabetic()) && value.len() < 12
        || value.bytes().all(|byte| byte.is_ascii_digit()) && value.len() < 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_posted_is_told_by_its_looks() {
        assert_eq!(posted("x17", "mwxmr!39"), Some(Kind::Token));
        for (name, value) in
            [("lang", "en-us1"), ("x17", "/hub1234"), ("x17", "submit"), ("id", "a1b2c3")]
        {
            assert_eq!(posted(name, value), None, "{name}={value}");
        }
        assert_eq!(posted("x17", "krtzwb wqplmx bnmvcd"), Some(Kind::Password));
        assert_eq!(posted("sn", "k7r2v9q"), Some(Kind::Token));
        assert_eq!(posted("sn", "Garcia Lopez Alonso"), None);
    }

    #[test]
    fn under_the_name_of_a_secret_plain_values_are_one_and_words_are_none() {
        for (name, value) in [
            ("access_token", "482913774021"),
            ("sessionId", "qzwvtkxbma"),
            ("accessToken", "Dragonfruit"),
            ("csrfToken", "d95a9ab9-c23d-4876-9f14-bbd630a1aeb6"),
            ("csrfToken", "cTmwMLJcl8"),
            ("client_secret", "a1 b2 c3 d4 e5 f6 a7 b8 c9 d0 e1"),
        ] {
            assert!(plainly(name, value, false), "{name}={value}");
        }
        for (name, value) in [
            ("session", "expired"),
            ("sessionState", "AuthenticationRequired"),
            ("token_type", "BearerOnly"),
            ("tokenEndpoint", "qzwvtkxbma"),
            ("access_token", "12"),
            ("title", "qzwvtkxbma"),
            ("sessionId", "d95a9ab9-c23d-4876-9f14-bbd630a1aeb6"),
            ("tokenEncryptionKeyId", "d95a9ab9-c23d-4876-9f14-bbd630a1aeb6"),
            ("csrf_header", "X-CSRF-TOKEN"),
        ] {
            assert!(!plainly(name, value, false), "{name}={value}");
        }
    }

    #[test]
    fn in_pages_words_are_labels() {
        assert!(plainly("csrfToken", "qzwvtkxbma", true) && plainly("csrfToken", "482913", true));
        assert!(!plainly("passwordToken", "Dragonfruit", true));
    }
}
