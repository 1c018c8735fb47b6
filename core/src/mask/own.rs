//! Our own marks. A mark has the length of what it stands for, the same mark stands for equal values, and it
//! carries a checksum of its own, so that any later run knows it without a list.
//!
//! Twelve characters and more begin with `REDACTED` (or `REDX`), go on with a keyed hash and end in a checksum
//! of six. Shorter ones are made of the letters x, z and q, of which no word or number consists.

use sha2::{Digest, Sha256};
use std::ops::Range;

const SMALL: &[u8] = b"xzqXZQ";
const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// Length from which a mark carries a checksum.
const CHECKED: usize = 12;
const CHECKSUM: usize = 6;
/// What a mark begins with.
const BEGINNINGS: [char; 2] = ['R', '9'];
/// Letters up to which a mark is followed in a text.
const LONGEST: usize = 8192;
/// Letters up to which a mark is followed within a longer word: values are replaced there, too.
const LONGEST_WITHIN: usize = 64;
/// Letters and digits beside marks from which they are a value of their own.
const SHORTEST_REST: usize = 8;
/// Signs in a row that may stand between two letters of a mark: what stands for JSON keeps its quotes and braces.
const MOST_SIGNS: usize = 12;

/// The mark for a value under a key. With `separators`, whatever is no letter or digit stays where it is: codes
/// of several parts keep their parts, and what percent-encoding or base64 makes of them keeps its form.
/// `attempt` tells apart marks that fall together, which short ones do.
pub fn make(value: &str, separators: bool, key: &[u8], attempt: u32) -> String {
    let replaced = |character: char| !separators || character.is_alphanumeric();
    let length = value.chars().filter(|character| replaced(*character)).count();
    let begins_with_digit = value
        .chars()
        .find(|character| replaced(*character))
        .is_some_and(|first| first.is_ascii_digit());
    let letters = letters(
        length,
        begins_with_digit,
        &mut Stream::new(&[key, value.as_bytes(), &attempt.to_le_bytes()]),
    );
    let mut letters = letters.into_iter();
    value
        .chars()
        .map(
            |character| if replaced(character) { letters.next().unwrap_or('x') } else { character },
        )
        .collect()
}

fn letters(length: usize, begins_with_digit: bool, stream: &mut Stream) -> Vec<char> {
    if length < CHECKED {
        let mut out: Vec<char> = Vec::with_capacity(length);
        while out.len() < length {
            let next = char::from(stream.one_of(SMALL));
            // A letter three times over is how others mask.
            let again = |letter: &char| letter.eq_ignore_ascii_case(&next);
            if out.len() < 2 || !out[out.len() - 2..].iter().all(again) {
                out.push(next);
            }
        }
        return out;
    }
    let mut out: Vec<char> = prefix(length).chars().collect();
    if begins_with_digit && let Some(first) = out.first_mut() {
        // An identifier that must not begin with a digit, and does, is a fault that has to stay.
        *first = '9';
    }
    while out.len() < length - CHECKSUM {
        out.push(char::from(stream.one_of(DIGITS)));
    }
    let checksum = checksum(&out);
    out.extend(checksum);
    out
}

fn prefix(length: usize) -> &'static str {
    if length >= 20 { "REDACTED" } else { "REDX" }
}

fn checksum(body: &[char]) -> Vec<char> {
    let text: String = body.iter().collect();
    let mut stream = Stream::new(&[b"diag mark 1", text.as_bytes()]);
    (0..CHECKSUM).map(|_| char::from(stream.one_of(DIGITS))).collect()
}

/// Whether a value is a mark of ours.
pub fn is_own(value: &str) -> bool {
    let letters: Vec<char> =
        value.chars().filter(|character| character.is_alphanumeric()).collect();
    if letters.is_empty() || !letters.iter().all(char::is_ascii_alphanumeric) {
        return false;
    }
    if letters.len() < CHECKED {
        return letters.iter().all(|letter| SMALL.contains(&(*letter as u8)));
    }
    is_checked(&letters)
}

/// Where marks of twelve letters and more stand in a text, whatever signs are between their letters.
pub fn all_own(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) =
        text.get(at..).and_then(|rest| rest.find(BEGINNINGS)).map(|next| at + next)
    {
        match text.get(start..).and_then(one_own) {
            Some(length) => {
                found.push(start..start + length);
                at = start + length;
            }
            None => at = start + 1,
        }
    }
    found
}

/// Whether a value is marks of ours and what stood around them: a place, a name, a number, nothing that lets anybody in.
/// A mark may look more like a token than what it stands for.
pub fn is_around_own(value: &str) -> bool {
    let marks = all_own(value);
    if marks.is_empty() {
        return false;
    }
    let mut at = 0;
    let mut rest: Vec<&str> = Vec::new();
    for mark in &marks {
        rest.push(value.get(at..mark.start).unwrap_or_default());
        at = mark.end;
    }
    rest.push(value.get(at..).unwrap_or_default());
    let is_value = |run: &str| {
        run.len() >= SHORTEST_REST
            && run.bytes().any(|byte| byte.is_ascii_digit())
            && run.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    !rest
        .iter()
        .any(|text| text.split(|character: char| !character.is_ascii_alphanumeric()).any(is_value))
}

/// The length in bytes of the longest mark with which a text begins.
fn one_own(text: &str) -> Option<usize> {
    let mut letters = Vec::new();
    let mut longest = None;
    let mut signs = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if !character.is_ascii_alphanumeric() {
            signs += 1;
            if signs > MOST_SIGNS {
                break;
            }
            continue;
        }
        signs = 0;
        letters.push(character);
        // Behind its beginning a mark has small letters and digits, so that few places of a text are followed far.
        let goes_on =
            letters.len() <= prefix(usize::MAX).len() || DIGITS.contains(&(character as u8));
        if !goes_on || !is_spelled(&letters) || letters.len() > LONGEST {
            break;
        }
        let ends = characters.peek().is_none_or(|(_, next)| !next.is_ascii_alphanumeric());
        if (ends || letters.len() <= LONGEST_WITHIN)
            && letters.len() >= CHECKED
            && is_checked(&letters)
        {
            longest = Some(at + 1);
        }
    }
    longest
}

/// Whether letters begin as a mark does, as far as they go.
fn is_spelled(letters: &[char]) -> bool {
    ["REDACTED", "REDX"].iter().any(|prefix| begins(prefix, letters))
}

fn begins(prefix: &str, letters: &[char]) -> bool {
    let mut pairs = prefix.chars().zip(letters).enumerate();
    pairs.all(|(at, (want, is))| want == *is || (at == 0 && *is == '9'))
}

fn is_checked(letters: &[char]) -> bool {
    let (body, last) = letters.split_at(letters.len() - CHECKSUM);
    begins(prefix(letters.len()), body) && checksum(body) == last
}

/// Letters for letters and digits for digits, in the same case: a name that reads like one. Each character
/// follows from the whole value, so equal values stay equal. Hexadecimal digits stay hexadecimal with `hex`.
/// `attempt` tells apart marks that fall together.
pub fn of_letters(value: &str, hex: bool, key: &[u8], attempt: u32) -> String {
    // A letter beyond ASCII is what some receivers stumble over: one stays one.
    const BEYOND: [char; 16] =
        ['à', 'á', 'â', 'ã', 'ä', 'å', 'ç', 'è', 'é', 'ê', 'ë', 'ì', 'í', 'î', 'ö', 'ü'];
    let mut stream =
        Stream::new(&[key, b"letters", value.to_lowercase().as_bytes(), &attempt.to_le_bytes()]);
    value
        .chars()
        .map(|character| match character {
            'a'..='f' if hex => char::from(stream.one_of(b"abcdef")),
            'A'..='F' if hex => char::from(stream.one_of(b"abcdef")).to_ascii_uppercase(),
            '0'..='9' => char::from(stream.one_of(b"0123456789")),
            'a'..='z' => char::from(stream.one_of(b"abcdefghijklmnopqrstuvwxyz")),
            'A'..='Z' => {
                char::from(stream.one_of(b"abcdefghijklmnopqrstuvwxyz")).to_ascii_uppercase()
            }
            other if other.is_alphabetic() => {
                let letter =
                    BEYOND.get(usize::from(stream.next()) % BEYOND.len()).copied().unwrap_or('ä');
                if other.is_uppercase() {
                    letter.to_uppercase().next().unwrap_or(letter)
                } else {
                    letter
                }
            }
            other => other,
        })
        .collect()
}

/// An endless stream of bytes that follows from what it was begun with.
struct Stream {
    seed: [u8; 32],
    block: [u8; 32],
    at: usize,
    number: u64,
}

impl Stream {
    fn new(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self { seed: hasher.finalize().into(), block: [0; 32], at: 32, number: 0 }
    }

    fn next(&mut self) -> u8 {
        if self.at == self.block.len() {
            let mut hasher = Sha256::new();
            hasher.update(self.seed);
            hasher.update(self.number.to_le_bytes());
            self.block = hasher.finalize().into();
            self.number += 1;
            self.at = 0;
        }
        let byte = self.block.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        byte
    }

    fn one_of(&mut self, letters: &[u8]) -> u8 {
        letters.get(usize::from(self.next()) % letters.len().max(1)).copied().unwrap_or(b'x')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mark_looks_like_one_of_others() {
        for number in 0..2_000_u32 {
            let mark = make("abcd", true, b"key", number);
            assert!(!crate::mask::is_masked_by_others(&format!("a={mark}")), "{mark}");
        }
    }

    #[test]
    fn marks_are_known_again_and_values_are_not() {
        for value in [
            "abc",
            "hunter2",
            "Canary-Passw0rd-7f3a",
            "ss:mem:58bdf6ffad2ee2555061b6d09096b6e0",
            "0c57da53-ced5-4d1d-b155-2db151aa0001",
        ] {
            for separators in [false, true] {
                let mark = make(value, separators, b"key", 0);
                assert_eq!(mark.chars().count(), value.chars().count());
                assert!(is_own(&mark), "{mark}");
                assert!(!is_own(value), "{value}");
                assert_eq!(mark, make(value, separators, b"key", 0));
                assert_ne!(mark, make(value, separators, b"another", 0));
            }
        }
        let mark = make("0c57da53-ced5-4d1d-b155-2db151aa0001", true, b"key", 0);
        assert_eq!((&mark[8..9], &mark[13..14], &mark[..1]), ("-", "-", "9"));
        let mut changed = make("Canary-Passw0rd-7f3a", false, b"key", 0);
        changed.pop();
        assert!(!is_own(&changed));
        assert!(!is_own("") && !is_own("==") && !is_own("REDACTED") && !is_own("saml"));
    }

    #[test]
    fn marks_are_found_among_other_things() {
        let parts = make("11-22-3:1hc4wdc2b10vpjys9uweo1q9qsh05c8m77a17b8sd3h", true, b"key", 0);
        let whole = make("Canary-Passw0rd-7f3a", false, b"key", 0);
        let text = format!("cup2key={parts}&Red 9 a=\"{whole}\" REDACTED REDX");
        let found: Vec<&str> = all_own(&text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, [parts.as_str(), whole.as_str()]);
        assert!(all_own("REDACTED REDX 9EDACTED").is_empty());
        assert_eq!(all_own(&format!("REDACTEDREDX{whole}")).len(), 1);
        let word = make("correcthorse", false, b"key", 0);
        for around in [format!("shop-{word}"), format!("ab{word}yz"), format!("/x/{word}?{whole}")]
        {
            assert!(is_around_own(&around), "{around}");
        }
        for other in [format!("{word}-ab3dE5gH7jK9"), "shop-correcthorse".to_owned(), String::new()]
        {
            assert!(!is_around_own(&other), "{other}");
        }
    }

    #[test]
    fn names_keep_case_separators_and_equality() {
        let mark = of_letters("Ann.Smith", false, b"key", 0);
        assert!(mark.chars().zip("Ann.Smith".chars()).all(|(is, was)| is.is_uppercase()
            == was.is_uppercase()
            && (is == '.') == (was == '.')));
        assert_eq!(mark.to_lowercase(), of_letters("ann.smith", false, b"key", 0));
        assert!(
            of_letters("c9f1d7a4", true, b"key", 0).bytes().all(|byte| byte.is_ascii_hexdigit())
        );
    }
}
