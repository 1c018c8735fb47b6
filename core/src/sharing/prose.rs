//! Secrets in words for people: `token=…` in a title, `your password is …` on a page.
//!
//! Scripts are full of names with values that are none, so that nothing in them counts here.

use super::kind::Kind;
use super::names;
use super::opaque;
use std::ops::Range;

/// Shortest and longest value that is believed.
const LENGTHS: std::ops::RangeInclusive<usize> = 6..=64;

/// What a word announces, where people read it: codes and keys are said of many things that let nobody in.
pub(super) fn told(name: &str) -> Option<Kind> {
    const TOLD: &[&str] = &[
        "pass",
        "pwd",
        "token",
        "secret",
        "apikey",
        "kennwort",
        "contrase",
        "senha",
        "motdepasse",
    ];
    let plain = names::plain(name);
    names::kind_of(name)
        .filter(|kind| *kind != Kind::Signature && TOLD.iter().any(|word| plain.contains(word)))
}

/// A value with both letters and digits, as a password or a code has, and no place, person or host.
pub(super) fn is_credible(value: &str) -> bool {
    LENGTHS.contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_graphic())
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !value.contains(['/', '@', '='])
        && !value.starts_with(['.', '#', '$'])
        && !opaque::is_guid(value)
        && !opaque::looks_like_host(value)
        && !value.to_ascii_uppercase().starts_with("AADSTS")
}

/// `password is X`, `token is X`.
pub(super) fn stated(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut found = Vec::new();
    let scripts = scripts(text);
    for sign in memchr::memmem::find_iter(text.as_bytes(), b" is ") {
        let before = text.get(..sign).unwrap_or_default();
        let name = before
            .rsplit(|c: char| !(c.is_alphanumeric() || "_-".contains(c)))
            .next()
            .unwrap_or_default();
        let Some(kind) = told(name).filter(|_| !within(&scripts, sign)) else { continue };
        let rest = text.get(sign + 4..).unwrap_or_default();
        let word = rest.split(|c: char| c.is_whitespace() || c == '<').next().unwrap_or_default();
        let quoted = word.len() - word.trim_start_matches(['"', '\'', '(']).len();
        let value = word
            .get(quoted..)
            .unwrap_or_default()
            .trim_end_matches(['"', '\'', ')', '.', ',', ';', '!', '?']);
        if is_credible(value) {
            let start = sign + 4 + quoted;
            found.push((start..start + value.len(), kind));
        }
    }
    found
}

/// Where scripts and styles stand in a page.
pub(super) fn scripts(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for name in ["script", "style"] {
        let mut at = 0;
        while let Some(open) =
            text.get(at..).and_then(|rest| rest.find(&format!("<{name}"))).map(|open| at + open)
        {
            let end = text
                .get(open..)
                .and_then(|rest| rest.find(&format!("</{name}")))
                .map_or(text.len(), |end| open + end);
            found.push(open..end);
            at = end.max(open + 1);
        }
    }
    found.sort_by_key(|range| range.start);
    found
}

/// Whether a place is within one of some ranges.
pub(super) fn within(ranges: &[Range<usize>], at: usize) -> bool {
    let after = ranges.partition_point(|range| range.start <= at);
    after
        .checked_sub(1)
        .and_then(|before| ranges.get(before))
        .is_some_and(|range| range.contains(&at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_to_be_a_password_is_one_and_words_are_none() {
        let found = |text: &str| {
            stated(text).into_iter().map(|(range, _)| text[range].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("<p>Your temporary password is xwdwm!38.</p>"), ["xwdwm!38"]);
        for text in [
            "Your password is incorrect.",
            "The token is 5",
            "the session is c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2",
            "<script>password is a1b2c3d4</script>",
            "the code is AADSTS50011",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
