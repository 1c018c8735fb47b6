//! Secrets in words for people: `token=…` in a title, `your password is …` on a page.
//!
//! Scripts are full of names with values that are none, so that nothing in them counts here.

use super::common;
use super::kind::Kind;
use super::names;
use super::opaque;
use crate::beginning;
use crate::redact;
use crate::redact::{is_jumbled, makes_no_word};
use aho_corasick::AhoCorasick;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

/// Shortest and longest value that is believed.
const LENGTHS: std::ops::RangeInclusive<usize> = 6..=64;

/// Longest value in quotes that has blanks in it.
const LONGEST_PHRASE: usize = 200;

/// Shortest word that mixes letters with digits and is no measure.
const SHORTEST_MIXED: usize = 8;

/// What stands between the name of a secret and its value.
const VERBS: &[&str] = &[
    " is ",
    " is: ",
    " was ",
    " ist ",
    " lautet ",
    " lautet: ",
    " war ",
    " est ",
    " est : ",
    " es ",
    " es: ",
    " \"",
    " '",
    " &quot;",
    " &#39;",
];

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
        "jwt",
    ];
    let plain = names::plain(name);
    let is_one = !names::tells_of_one(name);
    names::kind_of(name).filter(|kind| {
        *kind != Kind::Signature && is_one && TOLD.iter().any(|word| plain.contains(word))
    })
}

/// A value with both letters and digits, or with letters that make no word, as a password or a code has, and no place,
/// person or host.
pub(super) fn is_credible(value: &str) -> bool {
    LENGTHS.contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_graphic())
        && (value.bytes().any(|byte| byte.is_ascii_digit())
            || is_jumbled(value)
            || makes_no_word(value))
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !value.contains(['/', '@', '='])
        && !value.starts_with(['.', '#', '$'])
        && !opaque::is_guid(value)
        && !opaque::looks_like_host(value)
        && !value.to_ascii_uppercase().starts_with("AADSTS")
}

fn verbs() -> Option<&'static AhoCorasick> {
    static FINDER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    FINDER.get_or_init(|| AhoCorasick::new(VERBS).ok()).as_ref()
}

/// Words that make no sentence: none is short, none is what pages and products say; three of them, or two of which one mixes
/// letters with digits.
pub(super) fn is_passphrase(value: &str) -> bool {
    let is_one = |word: &str| {
        word.len() >= 4
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !common::is_common(&word.to_lowercase())
    };
    // The first word that is none ends it, however long the text goes on.
    let mut mixed = false;
    let mut words = 0;
    value.split(' ').all(|word| {
        words += 1;
        let is_mixed = is_credible(word) && word.len() >= SHORTEST_MIXED;
        mixed |= is_mixed;
        is_mixed || is_one(word)
    }) && (words > 2 || words == 2 && mixed)
}

/// Two or three words, of which one mixes letters with digits.
pub(super) fn is_mixed_phrase(value: &str) -> bool {
    let mixed = |word: &str| is_credible(word) && word.len() >= SHORTEST_MIXED;
    value.contains(' ') && is_passphrase(value) && value.split(' ').any(mixed)
}

/// Small letters alone that no page and no product says: two words in one, as some people choose passwords.
pub(super) fn is_joined(value: &str) -> bool {
    value.len() >= SHORTEST_MIXED
        && value.bytes().all(|byte| byte.is_ascii_lowercase())
        && !common::is_common(value)
        && !diag_products::is_word(value)
}

/// How long the words are that begin there and make no sentence, where they are three or more.
pub(super) fn phrase_at(text: &str, start: usize) -> Option<usize> {
    const FEWEST: usize = 3;
    const MOST: usize = 8;
    let rest = beginning::of(text.get(start..)?, LONGEST_PHRASE);
    let (mut length, mut words) = (0, 0);
    for word in rest.split(' ').take(MOST) {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        let bare = bare.split(['\n', '\r', '<', ',', '"', '\'', '\\']).next().unwrap_or_default();
        let is_one = bare.len() >= 4
            && bare.bytes().all(|byte| byte.is_ascii_lowercase())
            && !common::is_common(bare)
            && !diag_products::is_word(bare);
        if !is_one {
            break;
        }
        words += 1;
        length += bare.len() + usize::from(words > 1);
        if bare.len() < word.len() {
            break;
        }
    }
    (words >= FEWEST).then_some(length)
}

/// `password is X`, `token 'X'`.
pub(super) fn stated(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut found = Vec::new();
    // Most texts state nothing: only where one does it is looked for scripts.
    let mut known = None;
    let mut scripted = |at: usize| within(known.get_or_insert_with(|| scripts(text)), at);
    for verb in verbs().iter().flat_map(|verbs| verbs.find_iter(text)) {
        let sign = verb.start();
        let before = text.get(..sign).unwrap_or_default();
        let name = before
            .rsplit(|c: char| !(c.is_alphanumeric() || "_-".contains(c)))
            .next()
            .unwrap_or_default();
        let Some(kind) = spoken_of(name).filter(|_| !scripted(sign)) else { continue };
        let rest = text.get(verb.end()..).unwrap_or_default();
        let word = rest.split(|c: char| c.is_whitespace() || c == '<').next().unwrap_or_default();
        let quoted = word.len() - word.trim_start_matches(['"', '\'', '(']).len();
        let value = word
            .get(quoted..)
            .unwrap_or_default()
            .split(['"', '\''])
            .next()
            .unwrap_or_default()
            .trim_end_matches([')', '.', ',', ';', '!', '?']);
        let start = verb.end() + quoted;
        if is_credible(value) || kind == Kind::Password && is_code(value) {
            found.push((start..start + value.len(), kind));
            continue;
        }
        // In quotes a value may have blanks.
        let opened = text.get(..start).is_some_and(|before| before.ends_with(['"', '\'']));
        let rest = beginning::of(text.get(start..).unwrap_or_default(), LONGEST_PHRASE);
        let phrase = rest.split(['"', '\'', '&', '<']).next().unwrap_or_default();
        let typed = is_passphrase(phrase) || kind == Kind::Password && is_joined(phrase);
        if opened && phrase.len() < rest.len() && typed {
            found.push((start..start + phrase.len(), kind));
        }
    }
    // `"…" as password`, `Login failed for ann:…`, `Your verification code is …`
    let believed = |range: &Range<usize>| {
        let value = text.get(range.clone()).unwrap_or_default();
        is_credible(value) || is_passphrase(value)
    };
    // What stands in JSON within JSON ends before the backslash of the quote behind it.
    let unescaped = |range: Range<usize>| {
        let value = text.get(range.clone()).unwrap_or_default();
        range.start..range.start + value.trim_end_matches('\\').len()
    };
    let called = redact::called(text).into_iter().map(unescaped).filter(believed);
    let starts: BTreeSet<usize> = found.iter().map(|(range, _)| range.start).collect();
    for range in
        called.chain(redact::paired(text)).chain(redact::led(text)).chain(redact::sent(text))
    {
        if !starts.contains(&range.start) && !scripted(range.start) {
            found.push((range, Kind::Password));
        }
    }
    found
}

/// Digits that people type: a PIN, a one-time code.
pub(super) fn is_code(value: &str) -> bool {
    (4..=8).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is said of in words: what people are sent and type, too.
pub(super) fn spoken_of(name: &str) -> Option<Kind> {
    const SENT: &[&str] = &["pin", "otp", "tan", "passcode", "passe"];
    told(name).or_else(|| SENT.contains(&name.to_lowercase().as_str()).then_some(Kind::Password))
}

/// What servers issue, besides tokens, and the shortest that is told by standing right behind the word: `Session … has expired`.
const OF_SERVERS: &[&str] = &["session", "sessionid", "ticket", "key", "cookie"];
const SHORTEST_ISSUED: usize = 16;

/// `password X is wrong`, `token X expired`: a value right behind the word for it.
pub(super) fn beside(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut found = Vec::new();
    let mut scripted = None;
    for blank in memchr::memchr_iter(b' ', text.as_bytes()) {
        let rest = text.get(blank + 1..).unwrap_or_default();
        let ends = |c: char| c.is_whitespace() || "<\"'\\".contains(c);
        let word = rest.get(..rest.find(ends).unwrap_or(rest.len())).unwrap_or_default();
        let value = word.trim_end_matches([')', '.', ',', ';', ':', '?']);
        let code = is_code(value);
        let id = opaque::is_guid(value);
        let phrase = phrase_at(text, blank + 1);
        if !code && !id && phrase.is_none() && !is_credible(value) {
            continue;
        }
        let before = text.get(..blank).unwrap_or_default();
        let name = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        // Ids are of objects, unless the word before them says that they open something.
        if id && !names::holds_ids(name) {
            continue;
        }
        let issued = || {
            let of_servers = OF_SERVERS.iter().any(|word| name.eq_ignore_ascii_case(word));
            (of_servers && opaque::is_opaque(value, SHORTEST_ISSUED)).then_some(Kind::Token)
        };
        let kind = Some(Kind::Token)
            .filter(|_| id)
            .or_else(|| spoken_of(name))
            .filter(|kind| !code || *kind == Kind::Password)
            .or_else(issued);
        let Some(kind) = kind.filter(|kind| phrase.is_none() || *kind == Kind::Password) else {
            continue;
        };
        if !within(scripted.get_or_insert_with(|| scripts(text)), blank) {
            found.push((blank + 1..blank + 1 + phrase.unwrap_or(value.len()), kind));
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

/// Scripts, styles and tags.
pub(super) fn silent(text: &str) -> Vec<Range<usize>> {
    let scripts = scripts(text);
    let mut found = scripts.clone();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('<')).map(|open| at + open) {
        let end = text
            .get(open..)
            .and_then(|rest| rest.find('>'))
            .map_or(text.len(), |end| open + end + 1);
        if !within(&scripts, open) {
            found.push(open..end);
        }
        at = end;
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
        for text in [
            "<p>Your temporary password is xwdwm!38.</p>",
            "Ihr Kennwort lautet xwdwm!38",
            "Invalid token 'xwdwm!38' given",
            "The password \"xwdwm!38\" is wrong",
            "Your PIN is xwdwm!38",
            "You gave 'xwdwm!38' as password",
            "Your backup code: xwdwm!38",
            "Your new password is: xwdwm!38",
            "Votre mot de passe est xwdwm!38",
        ] {
            assert_eq!(found(text), ["xwdwm!38"], "{text}");
        }
        for text in
            ["The password \"krtzw wqplm bnmvc\" is wrong", "“krtzw wqplm bnmvc” as password"]
        {
            assert_eq!(found(text), ["krtzw wqplm bnmvc"], "{text}");
        }
        assert!(found("The password \"Only for administrators here\" page").is_empty());
        let beside = |text: &str| {
            beside(text).into_iter().map(|(range, _)| text[range].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(beside("the one-time password xwdwm!38 has expired"), ["xwdwm!38"]);
        assert_eq!(beside("Error: pin xwdwm!38, token endpoint v2token1x"), ["xwdwm!38"]);
        assert_eq!(beside("Initial password 791875 must be changed"), ["791875"]);
        assert!(beside("token 791875 of the code 50011, password 90").is_empty());
        assert!(beside("<script>var token a1b2c3d4</script> the token is2 late").is_empty());
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
