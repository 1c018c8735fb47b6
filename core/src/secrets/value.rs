//! How far a secret value is looked for: words only where people write, random ones everywhere.
//!
//! A password may be a word. Blotting it out of addresses and identifiers would take from diagnosis what it needs and
//! would protect nobody: nothing tells that this word was the password.

use super::places::Standing;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Where a value is blotted when it comes up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// In running text alone, as a whole word.
    Prose,
    /// Wherever it stands.
    Everywhere,
}

/// Shorter values are not looked for: half of all texts hold them.
const SHORTEST_TYPED: usize = 4;
/// What servers issue is longer; a shorter one is a word or a number.
const SHORTEST_ISSUED: usize = 8;
/// Letters and digits that short are a mark of something, rather than a word.
const SHORTEST_MARK: usize = 6;
/// A value of that length is no word.
const LONGEST_WORD: usize = 20;

/// Letters that change their case within a word, and are that many, are none.
const SHORTEST_MIXED: usize = 12;

/// Words that tell nothing, even where they are a password: options of forms, and what half of all pages say.
const COMMON: &str = include_str!("common.txt");

/// How far a value is to be looked for; `None` where it is no secret worth the name.
pub(super) fn reach(value: &str, standing: Standing, posted: bool) -> Option<Reach> {
    let value = value.trim();
    let length = value.chars().count();
    let typed = posted || standing == Standing::Typed;
    let mixed = value.chars().any(|character| character.is_ascii_digit())
        && value.chars().filter(|character| character.is_alphabetic()).count() >= 3;
    let shortest = match (typed, mixed) {
        (true, _) => SHORTEST_TYPED,
        (false, true) => SHORTEST_MARK,
        (false, false) => SHORTEST_ISSUED,
    };
    if length < shortest || is_common(value) {
        return None;
    }
    if !standing.is_secret() && (is_of_systems(value) || value.contains("://")) {
        return None;
    }
    // Ids of sessions look like those of tenants, which addresses are made of.
    let everywhere =
        is_random(value) && !is_of_systems(value) || typed && is_phrase(value, standing);
    Some(if everywhere { Reach::Everywhere } else { Reach::Prose })
}

/// Of an address of the web the pieces that may let somebody in; `None` where the value is no such address.
///
/// Where the person wanted to go is told in every message: scheme, host and the words of the path are no secret, and
/// the consumer service URL may well begin with them.
pub(super) fn beside_the_place(value: &str) -> Option<Vec<String>> {
    let scheme_of = |text: &str| {
        let begins = |scheme: &&str| {
            text.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme))
        };
        ["https://", "http://"].into_iter().find(begins)
    };
    // What is encoded once more is undone as a whole; else each value by itself.
    let decoded =
        super::layers::innermost(value.trim()).filter(|_| scheme_of(value.trim()).is_none());
    let address = decoded.as_deref().unwrap_or(value).trim();
    let scheme = scheme_of(address)?;
    let rest = &address[scheme.len()..];
    let (place, more) = rest.split_at(rest.find(['?', '#', ';']).unwrap_or(rest.len()));
    let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
    let password = authority
        .rsplit_once('@')
        .and_then(|(user, _)| user.split_once(':'))
        .map(|(_, password)| password.to_owned());
    let segments =
        path.split('/').filter(|segment| crate::redact::is_token(segment)).map(str::to_owned);
    let values = more
        .split(['?', '#', ';', '&'])
        .map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
    let plain = |value: &str| {
        super::layers::innermost(&value.replace('+', " ")).unwrap_or_else(|| value.to_owned())
    };
    // An address within this one is one more place.
    let values = values.filter(|value| !value.is_empty()).map(plain);
    let values = values.flat_map(|value| beside_the_place(&value).unwrap_or_else(|| vec![value]));
    Some(password.into_iter().chain(segments).chain(values).collect())
}

fn is_common(value: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| COMMON.lines().collect());
    WORDS.contains(value.to_lowercase().as_str())
        || value.chars().all(|character| !character.is_alphanumeric())
}

/// Names of hosts, addresses of people, numbers, moments: nothing that lets anybody in.
fn is_of_systems(value: &str) -> bool {
    let host = value.contains('.')
        && value.split('.').all(|label| {
            !label.is_empty()
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
        && value.rsplit('.').next().is_some_and(|last| {
            last.bytes().all(|byte| byte.is_ascii_alphabetic()) && last.len() < LONGEST_WORD
        })
        && value.split('.').all(|label| label.len() <= LONGEST_WORD);
    let mail = value
        .split_once('@')
        .is_some_and(|(_, domain)| domain.contains('.') && !domain.contains(' '));
    let number =
        value.len() <= 13 && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    host || mail
        || number
        || is_guid(value)
        || value.starts_with("urn:")
        || value.starts_with('/')
        || value.parse::<jiff::Timestamp>().is_ok()
}

/// It mixes what words do not mix, or is longer than words are.
fn is_random(value: &str) -> bool {
    let length = value.chars().count();
    let letters = value.chars().any(char::is_alphabetic);
    let digits = value.chars().any(|character| character.is_ascii_digit());
    let marks =
        value.chars().any(|character| !character.is_alphanumeric() && !"-._/ ".contains(character));
    let cased = value
        .chars()
        .zip(value.chars().skip(1))
        .filter(|(left, right)| left.is_lowercase() && right.is_uppercase())
        .count();
    length >= SHORTEST_ISSUED
        && (letters && digits
            || marks
            || length >= LONGEST_WORD
            || (cased >= 2 && length >= SHORTEST_MIXED))
}

/// Several words that no name of anything has, as some people choose passwords. Where nothing says that they are one,
/// words in capitals are somebody's name, two of them may be anything, and short ones make a sentence.
fn is_phrase(value: &str, standing: Standing) -> bool {
    let words = value.split_whitespace().count();
    let letters = value.chars().filter(|character| character.is_alphanumeric()).count();
    let told = standing == Standing::Typed;
    let spoken = |word: &str| word.chars().filter(|letter| letter.is_alphanumeric()).count() < 4;
    let untold = words >= 3
        && !value.chars().any(char::is_uppercase)
        && !value.split_whitespace().any(spoken);
    letters >= SHORTEST_ISSUED && (told && words >= 2 || untold)
}

/// Ids of tenants, applications and requests.
pub(super) fn is_guid(value: &str) -> bool {
    let value = value.trim_start_matches('{').trim_end_matches('}');
    value.len() == 36
        && value.bytes().enumerate().all(|(index, byte)| {
            if [8, 13, 18, 23].contains(&index) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_counts_however_short_and_what_says_nothing_does_not() {
        let typed = |value: &str| reach(value, Standing::Typed, true);
        assert_eq!(typed("hunter2"), Some(Reach::Prose));
        assert_eq!(typed("Summer"), Some(Reach::Prose));
        assert_eq!(typed("Qzabcdef!12"), Some(Reach::Everywhere));
        assert_eq!(typed("correct horse battery staple"), Some(Reach::Everywhere));
        assert_eq!(typed("blue lake tree"), Some(Reach::Everywhere));
        let posted = |value: &str| reach(value, Standing::Unknown, true);
        assert_eq!(posted("blue lake tree"), Some(Reach::Everywhere));
        assert_eq!(posted("Ann Mary Smith"), Some(Reach::Prose));
        assert_eq!(posted("user is not known"), Some(Reach::Prose));
        for common in ["admin", "1", "abc", "Password", "true", "***", ""] {
            assert_eq!(typed(common), None, "{common}");
        }
    }

    #[test]
    fn of_an_address_only_what_may_let_somebody_in_is_secret() {
        let pieces = |value: &str| beside_the_place(value).unwrap_or_default();
        assert_eq!(beside_the_place("tpklJAdYRRAsziJoZ3uHcw"), None);
        assert_eq!(beside_the_place("/hub?token=1"), None);
        assert!(pieces("https://node2.sense-emea.example/azure/").is_empty());
        assert!(pieces("https%3A%2F%2Fintranet-portal.sense.example%2Fazure").is_empty());
        assert_eq!(
            pieces("https://sense.example/index.php?r=saml/login&t=Zq81kkWp#x"),
            ["saml/login", "Zq81kkWp", "x"]
        );
        assert_eq!(pieces("https://sense.example/?key=Zq%2381%26kkWp"), ["Zq#81&kkWp"]);
        assert_eq!(
            pieces("https://ada:hunter22@sense.example/reset/a1b2c3d4e5f6a1b2c3d4e5f6"),
            ["hunter22", "a1b2c3d4e5f6a1b2c3d4e5f6"]
        );
        assert_eq!(
            pieces("https://sense.example/?next=https://sense.example/x?k=Zq81kkWp"),
            ["Zq81kkWp"]
        );
    }

    #[test]
    fn systems_and_people_are_no_secrets_where_nothing_says_so() {
        let posted = |value: &str| reach(value, Standing::Unknown, true);
        for plain in [
            "sense.example",
            "ada@contoso.example",
            "8d1f0a1e-9a53-4c39-8b63-5d1c0a2f7e11",
            "https://sp.example/acs",
            "20261124",
            "/hub",
        ] {
            assert_eq!(posted(plain), None, "{plain}");
        }
        assert_eq!(posted("hunter2"), Some(Reach::Prose));
        let session = |value: &str| reach(value, Standing::Issued, false);
        assert_eq!(session("8d1f0a1e-9a53-4c39-8b63-5d1c0a2f7e11"), Some(Reach::Prose));
        let cookie = |value: &str| reach(value, Standing::Unknown, false);
        assert_eq!(cookie("8d1f0a1e-9a53-4c39-8b63-5d1c0a2f7e11"), None);
        assert_eq!(cookie("sense.example"), None);
        assert_eq!(cookie("AAECAwQFBgcICQ"), Some(Reach::Everywhere));
        assert_eq!(cookie("estsfd"), None);
    }
}
