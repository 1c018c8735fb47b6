//! How far what is hidden goes on behind its first word.

use super::words::goes_on;
use crate::beginning;

/// What stands behind the words that go on with one that is hidden: small letters, and none that a text about passwords has.
pub(super) fn behind_the_phrase<'t>(word: &str, mut rest: &'t str) -> &'t str {
    const SHORTEST: usize = 4;
    const MOST: usize = 8;
    let is_one = |word: &str| {
        word.len() >= SHORTEST
            && word.bytes().all(|byte| byte.is_ascii_lowercase())
            && !goes_on(word)
            && !diag_products::is_word(word)
    };
    if !is_one(word) {
        return rest;
    }
    for _ in 0..MOST {
        let (next, behind) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let bare = next.trim_end_matches(['.', ',', ';', '"', '\'']);
        if !is_one(bare) {
            break;
        }
        rest = behind.trim_start();
    }
    rest
}

/// What stands behind the quote that a word opens, whatever blanks are in it; the same where it opens none.
pub(super) fn behind_the_quote<'t>(word: &str, rest: &'t str) -> &'t str {
    const QUOTES: &[(char, char)] = &[('"', '"'), ('\'', '\''), ('“', '”'), ('«', '»'), ('„', '“')];
    const LONGEST: usize = 200;
    let closing =
        QUOTES.iter().find(|(opens, _)| word.starts_with(*opens)).map(|(_, closes)| *closes);
    let closed = |closing: &char| word.chars().skip(1).any(|character| character == *closing);
    closing
        .filter(|closing| !closed(closing))
        .and_then(|closing| {
            let end = beginning::of(rest, LONGEST).find(closing)?;
            rest.get(end + closing.len_utf8()..)
        })
        .map_or(rest, |rest| {
            rest.trim_start_matches(|c: char| c.is_whitespace() || ",;".contains(c))
        })
}
