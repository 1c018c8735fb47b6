//! Parameters in which an address says what went wrong: their codes and sentences are what diagnosis lives on.

use super::jumbled::is_jumbled;
use super::shown::shown;
use super::token::is_token;
use crate::secrets::places;
use percent_encoding::percent_decode_str;

/// Longest code.
const LONGEST_CODE: usize = 48;
/// Longest sentence.
const LONGEST_SENTENCE: usize = 300;

/// Whether a parameter of this name only stands where something went wrong.
pub fn states_an_error(name: &str) -> bool {
    let plain = name.to_ascii_lowercase();
    places::states_a_reason(name)
        && (plain.contains("err") || plain.contains("fail") || plain.contains("fehler"))
}

/// Whether the value of such a parameter is a code (`access_denied`, `AADSTS50105`), or a sentence in which nothing had
/// to be hidden. What is neither may be anything.
pub(super) fn is_plain(value: &str) -> bool {
    let text = percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned();
    // A phrase that somebody chose has no words in it.
    !is_jumbled(&text.replace(' ', "-")) && (is_code(&text) || is_sentence(&text))
}

/// Words of letters with marks between them, and numbers; at most one word of capitals that goes on in digits.
fn is_code(text: &str) -> bool {
    text.len() <= LONGEST_CODE
        && !text.is_empty()
        && text.split(['_', '-', '.', ':', ' ']).all(is_word_or_number)
        && !is_token(text)
}

fn is_word_or_number(word: &str) -> bool {
    let letters = word.trim_end_matches(|character: char| character.is_ascii_digit());
    let digits = word.len() - letters.len();
    let word_alone = digits == 0
        && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
        && is_one_word(letters);
    let number = letters.is_empty() && digits <= 7;
    let numbered = !letters.is_empty()
        && letters.len() <= 8
        && digits <= 7
        && letters.bytes().all(|byte| byte.is_ascii_uppercase());
    word_alone || number || numbered
}

/// `denied`, `DENIED`, `accessDenied`: letters change their case seldom.
fn is_one_word(letters: &str) -> bool {
    let changes = letters
        .as_bytes()
        .windows(2)
        .filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase())
        .count();
    letters.len() <= 24 && changes <= 3 && changes * 4 <= letters.len()
}

fn is_sentence(text: &str) -> bool {
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = plain.split(' ').count();
    words >= 3
        && plain.len() <= LONGEST_SENTENCE
        && shown(&plain, LONGEST_SENTENCE) == plain
        && !plain.split(' ').any(is_mixed)
}

/// Letters and digits in one word, unless it is a code: what passwords and keys are made of.
fn is_mixed(word: &str) -> bool {
    let word = word.trim_matches(|character: char| !character.is_alphanumeric());
    let digits = word.chars().any(|character| character.is_ascii_digit());
    digits && word.chars().any(char::is_alphabetic) && !is_code(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_sentences_are_shown_and_what_may_let_somebody_in_is_not() {
        for value in [
            "access_denied",
            "invalid_client",
            "AADSTS50105",
            "E1042",
            "accessDenied",
            "SSO_SESSION_EXPIRED",
            "50011",
            "login-failed",
            "AADSTS65004%3a+User+declined+to+consent",
            "User%20is%20not%20assigned%20to%20the%20application.",
        ] {
            assert!(is_plain(value), "{value}");
        }
        for value in [
            "",
            "hunter2",
            "hT8sLq2vXy91Kz",
            "a8f3d9c2-secret",
            "aBcDeFgH",
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.x",
            "krtzwb%20wqplmx%20bnmvcd%20hpfqzv",
            "The+password+hunter2x+is+wrong",
            "Signed+in+as+ada%40contoso.example+before",
            "sent+to+https%3A%2F%2Fa.example%2F%3Ftoken%3Dabc+before",
            "abcde-abcde-abcde-abcde-abcde-abcde-abcde-abcde-abcde",
        ] {
            assert!(!is_plain(value), "{value}");
        }
        assert!(
            places::states_a_reason("error_subcode")
                && states_an_error("suberror")
                && places::states_a_reason("Reason")
                && !states_an_error("message")
        );
    }
}
