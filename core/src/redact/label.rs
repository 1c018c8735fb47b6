//! What a word announces of the next one: `password`, `token:`, `-u`.

use super::called::PASSWORDS;
use super::letters::makes_no_word;
use crate::secrets::places;

/// What a word announces of the next one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    None,
    /// `password:`: what follows is no text.
    Marked,
    /// `password`: what follows may go on with the sentence.
    Bare,
    /// `token`: what follows is hidden where it is no word.
    Named,
    /// `-u` of a command: a name and a password follow.
    Pair,
}

impl Label {
    pub(super) fn of(word: &str) -> Self {
        if matches!(word, "-u" | "--user" | "-U" | "--proxy-user") {
            return Self::Pair;
        }
        let word = word.trim_start_matches(['"', '\'', '(', '{', ',', '[', '<']);
        if let Some(name) = word.strip_suffix([':', '=']) {
            let name = name.trim_end_matches(['"', '\'', ']']);
            let is_label = places::named(name).is_secret()
                && !name.is_empty()
                && !CODES.contains(&name.to_lowercase().as_str());
            return if is_label { Self::Marked } else { Self::None };
        }
        let bare = word.trim_end_matches(['"', '\'', ']']);
        // `"message":"OTP …`: what a value begins with.
        let bare =
            bare.rsplit(['"', '\'', '{', '(', '[']).next().unwrap_or_default().to_lowercase();
        // `DB_PASSWORD`: the name of a setting, of which no sentence speaks.
        let last = bare.rsplit('_').next().unwrap_or_default();
        if PASSWORDS.contains(&bare.as_str()) {
            Self::Bare
        } else if NAMED.contains(&bare.as_str())
            || PASSWORDS.contains(&last)
            || is_name_of_a_program(&bare)
        {
            Self::Named
        } else {
            Self::None
        }
    }
}

/// `csrfmiddlewaretoken`, `_token`, `csrf`: names that no sentence has, and that say what stands behind them.
fn is_name_of_a_program(bare: &str) -> bool {
    const PARTS: &[&str] = &["token", "csrf", "xsrf", "sessionid", "apikey"];
    PARTS.iter().any(|part| bare.contains(part))
        && !bare.ends_with("tokens")
        && bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        && places::named(bare).is_secret()
}

/// Names under which running text gives what everybody may read: `Code: 401`, `State: failed`.
pub(super) const CODES: &[&str] = &[
    "code",
    "state",
    "session",
    "key",
    "target",
    "hint",
    "ticket",
    "execution",
    "signature",
    "assertion",
    "st",
];
/// Words for what servers issue and people type, after which a text may show it.
const NAMED: &[&str] = &[
    "token",
    "secret",
    "session",
    "pin",
    "otp",
    "tan",
    "apikey",
    "ticket",
    "nonce",
    "schlüssel",
    "clave",
    "jeton",
];
pub(super) fn is_verb(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "is" | "was" | "ist" | "war" | "lautet" | "es" | "est" | "=" | ":" | "=>"
    )
}

/// No word: letters and digits in one, letters by chance, or digits alone, as many as people type of a code they were sent.
pub(super) fn mixes(word: &str) -> bool {
    let word = word.trim_matches(|character: char| !character.is_alphanumeric());
    // The number of an error.
    if word.starts_with("AADSTS") {
        return false;
    }
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let length = word.chars().count();
    makes_no_word(word)
        || digits > 0
            && length >= 6
            && (digits < length || length <= 8)
            && word.chars().all(|character| !character.is_whitespace())
}
