//! A value to which a sentence about a password leads: `Password for the console: x1y2z3!4`, `keystore password was incorrect: …`,
//! `password -> …`. Few words stand between, and the value has letters with digits or signs among them.

use super::called::{PASSWORDS, TYPED};
use super::words::is_guid;
use crate::beginning;
use std::ops::Range;

/// What leads to the value.
const LEADS: &[&str] = &[": ", " -> ", " => "];
/// Words between, by which something else is told.
const ABOUT: &[&str] = &[
    "by",
    "to",
    "algorithm",
    "policy",
    "agent",
    "source",
    "required",
    "encoder",
    "hash",
    "type",
    "provider",
    "sync",
    "user",
    "abgelaufen",
    "expired",
    "requested",
    "delivered",
];
/// Most words, and most bytes, between the word for it and the value.
const MOST_WORDS: usize = 6;
const NEAR: usize = 80;
/// Lengths of a value.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=64;

/// Where such values stand in a text.
pub fn led(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = LEADS
        .iter()
        .flat_map(|sign| {
            memchr::memmem::find_iter(text.as_bytes(), sign.as_bytes())
                .filter_map(move |at| value(text, at, at + sign.len()))
        })
        .collect();
    found.sort_by_key(|range| range.start);
    found.dedup_by(|later, earlier| later.start < earlier.end);
    found
}

fn value(text: &str, sign: usize, start: usize) -> Option<Range<usize>> {
    let rest = beginning::of(text.get(start..)?, NEAR);
    let word = rest.split(|c: char| c.is_whitespace() || "<\"'".contains(c)).next()?;
    let value = word.trim_end_matches(['.', ',', ';', ')']);
    is_value(value).then_some(())?;
    let before = beginning::end(text.get(..sign)?, NEAR);
    // A sentence of its own.
    let before = before.rsplit(['.', ';', '\n', '>', '"', '{']).next()?;
    let mut words = before.rsplit(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let speaks = |word: &str| {
        let word = word.to_lowercase();
        PASSWORDS.contains(&word.as_str()) || TYPED.contains(&word.as_str())
    };
    let between: Vec<&str> =
        words.by_ref().take(MOST_WORDS).take_while(|word| !speaks(word)).collect();
    // What is told of a password, or of who asked for it, is none.
    let of_another = |word: &&str| ABOUT.iter().any(|about| word.eq_ignore_ascii_case(about));
    if between.iter().any(of_another) {
        return None;
    }
    let mut words = before.rsplit(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.by_ref().take(MOST_WORDS).any(speaks).then(|| start..start + value.len())
}

fn is_value(value: &str) -> bool {
    let has = |of: fn(char) -> bool| value.chars().any(of);
    // `ORA-01017`, `AADSTS50126`: the number of an error.
    let number = value.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = number.len() < value.len()
        && number.chars().all(|letter| letter.is_ascii_uppercase() || letter == '-');
    LENGTHS.contains(&value.len())
        && has(char::is_alphabetic)
        && has(|letter| letter.is_ascii_digit())
        && !value.contains(['/', ':', '=', '@', '(', '[', '{', '…'])
        && (!value.contains('.') || has(|letter| "!$%^&*#+~".contains(letter)))
        && !numbered
        && !is_guid(value)
}

#[cfg(test)]
mod tests {
    use super::led;

    #[test]
    fn a_sentence_about_a_password_leads_to_it() {
        let found =
            |text: &str| led(text).into_iter().map(|at| text[at].to_owned()).collect::<Vec<_>>();
        for (text, is) in [
            ("Password for the admin console: Quartz6810\nnext", "Quartz6810"),
            ("keystore.jks password -> L4ntern-Marble34#", "L4ntern-Marble34#"),
            ("keystore password was incorrect: Must4rd_V47#", "Must4rd_V47#"),
        ] {
            assert_eq!(found(text), [is], "{text}");
        }
        for text in [
            "Invalid username or password: AADSTS50126",
            "The password expired. Correlation: a1b2c3d4e5",
            "password reset: https://a.example/x1y2z3w4",
            "password hash: sense01.example",
            "password: incorrect",
            "Password reset requested by: admin01x",
            "password encryption algorithm: PBKDF2WithHmacSHA512",
            "OTP delivered to: iPhone13mini",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
