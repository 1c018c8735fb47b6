//! Values in quotes that the words around them call a secret: `“abc” as password`, `"a b c" als Kennwort`, `le mot de passe « x1y2 »`.

use super::letters::makes_no_word;
use crate::beginning;
use crate::blotted::without;
use std::borrow::Cow;
use std::ops::Range;

/// Words for what is typed, after which a text may show it.
pub(super) const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "kennwort",
    "contraseña",
    "senha",
    "wachtwoord",
    "pwd",
];
/// What stands between the value and the word for it.
const AS: &[&str] = &["as", "als", "comme", "como", "come"];
/// Words for what people type, besides those that are given.
pub(super) const TYPED: &[&str] = &["passe", "pin", "otp", "secret", "geheimnis", "clave"];
/// What may stand before the word.
const BETWEEN: &[&str] = &[
    "a",
    "an",
    "the",
    "your",
    "his",
    "her",
    "their",
    "my",
    "new",
    "old",
    "current",
    "user",
    "user's",
    "temporary",
    "das",
    "ihr",
    "sein",
    "dein",
    "neues",
    "altes",
    "mot",
    "de",
    "votre",
    "la",
    "su",
    "sua",
];
/// Most words between the value and the word for it.
const MOST_WORDS: usize = 4;
/// Longest text behind a value that is looked at.
const LONGEST_BEHIND: usize = 64;
/// Longest value.
const LONGEST: usize = 200;
/// Quotes as they open and close.
const QUOTES: &[(char, &[char])] = &[
    ('"', &['"']),
    ('\'', &['\'']),
    ('`', &['`', '\'']),
    ('“', &['”', '“']),
    ('„', &['“', '”', '"']),
    ('‘', &['’', '‘']),
    ('‚', &['‘', '’']),
    ('«', &['»']),
    ('»', &['«']),
];

/// Where in a text such values stand.
pub fn called(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut opened: Option<(usize, &[char])> = None;
    for (at, character) in text.char_indices() {
        if let Some((start, closing)) = opened.filter(|(start, _)| at - start <= LONGEST)
            && closing.contains(&character)
        {
            let behind = &text[at + character.len_utf8()..];
            if !text[start..at].trim().is_empty()
                && (is_called(behind) || is_announced(&text[..start], &text[start..at]))
            {
                let inside = &text[start..at];
                let begins = start + inside.len() - inside.trim_start().len();
                found.push(begins..begins + inside.trim().len());
                opened = None;
                continue;
            }
            // A quote that closes one may open the next: most of them look the same.
            opened = opening(text, at, character);
        } else if opened.is_none_or(|(start, _)| at - start > LONGEST) {
            opened = opening(text, at, character);
        }
    }
    found
}

/// The text without what is so called.
pub(super) fn without_called(text: &str) -> Cow<'_, str> {
    without(text, called(text))
}

fn opening(text: &str, at: usize, character: char) -> Option<(usize, &'static [char])> {
    // An apostrophe within a word opens nothing.
    let within = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    QUOTES
        .iter()
        .find(|(open, _)| *open == character && !within)
        .map(|(_, closing)| (at + character.len_utf8(), *closing))
}

/// Whether a text goes on with ` as password`.
fn is_called(behind: &str) -> bool {
    let near = beginning::of(behind, LONGEST_BEHIND).to_lowercase();
    if !near.starts_with(char::is_whitespace) {
        return false;
    }
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let mut words = near.split_whitespace().map(bare);
    words.next().is_some_and(|first| AS.contains(&first.as_str()))
        && words.take(MOST_WORDS).find(|word| !BETWEEN.contains(&word.as_str())).is_some_and(
            |word| PASSWORDS.contains(&word.as_str()) || TYPED.contains(&word.as_str()),
        )
}

/// Whether the word before the quote is one for what is typed, and what is quoted no word.
fn is_announced(before: &str, value: &str) -> bool {
    const SHORTEST: usize = 6;
    let value = value.trim();
    let no_word = !value.contains(char::is_whitespace)
        && value.chars().count() >= SHORTEST
        && value.chars().any(char::is_alphabetic)
        && (value.chars().any(|letter| letter.is_ascii_digit()) || makes_no_word(value))
        && !value.starts_with("AADSTS")
        && !value.contains(['/', ':', '.']);
    no_word
        && beginning::end(before, LONGEST_BEHIND)
            .trim_end_matches(|letter: char| !letter.is_alphanumeric())
            .rsplit(|letter: char| !letter.is_alphanumeric())
            .next()
            .map(str::to_lowercase)
            .is_some_and(|word| {
                PASSWORDS.contains(&word.as_str()) || TYPED.contains(&word.as_str())
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_and_called_a_password_goes_and_other_quotes_stay() {
        let shown = |text: &str| without_called(text).into_owned();
        for (text, is) in [
            ("gave \"blue lake tree\" as password, refused", "gave \"…\" as password, refused"),
            ("don't use 'abc' as the password", "don't use '…' as the password"),
            ("user 'ann' gave 'abc' as password", "user 'ann' gave '…' as password"),
            (
                "Sie haben „a b c“ als Ihr Kennwort angegeben",
                "Sie haben „…“ als Ihr Kennwort angegeben",
            ),
            ("`1234` as PIN and 'ann' as user", "`…` as PIN and 'ann' as user"),
            ("\"abc\" comme mot de passe", "\"…\" comme mot de passe"),
            (
                "the field \"user\" as shown; the password",
                "the field \"user\" as shown; the password",
            ),
            ("policy \"long\" for all, password \"x\"", "policy \"long\" for all, password \"x\""),
            ("\"\" as password", "\"\" as password"),
            ("Le mot de passe « x1y2z3 » est incorrect", "Le mot de passe « … » est incorrect"),
            ("password \"required1\": see \"rules7\"", "password \"…\": see \"rules7\""),
        ] {
            assert_eq!(shown(text), is);
        }
    }
}
