//! What shows in an entry's bytes that it may belong to a sign-in.

use memchr::memmem::Finder;
use std::sync::LazyLock;

/// Words of bodies that are kept although they are large, or plain data.
const TELLING: &[&str] = &["SAML", "saml", "AADSTS"];
/// Words of entries that are read in full wherever they stand.
const BELONGING: &[&str] = &["SAML", "saml", "AADSTS", "wresult", "wsignin"];

/// Searches that are prepared once. One after another they are several times as fast as one search for all of the words,
/// whose letters stand everywhere in pages.
struct Words(Vec<Finder<'static>>);

impl Words {
    fn of(words: &[&'static str]) -> Self {
        Self(words.iter().map(|word| Finder::new(*word)).collect())
    }

    fn any_in(&self, bytes: &[u8]) -> bool {
        self.0.iter().any(|word| word.find(bytes).is_some())
    }
}

/// Whether a body speaks of SAML, or has an error code of a sign-in.
pub(super) fn tells(body: &[u8]) -> bool {
    static WORDS: LazyLock<Words> = LazyLock::new(|| Words::of(TELLING));
    WORDS.any_in(body)
}

/// Whether an entry may belong to a sign-in.
pub(super) fn belongs(entry: &[u8]) -> bool {
    static WORDS: LazyLock<Words> = LazyLock::new(|| Words::of(BELONGING));
    WORDS.any_in(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_found_wherever_it_stands() {
        for word in BELONGING {
            for before in [0, 1, 100, 5_000] {
                let text = format!("{}{word}{}", "sAMLx".repeat(before), "AADST".repeat(30));
                assert!(belongs(text.as_bytes()), "{word}");
                assert_eq!(tells(text.as_bytes()), TELLING.contains(word), "{word}");
            }
        }
        assert!(!belongs("sAMLx AADST wresul wsigni ".repeat(500).as_bytes()) && !tells(b""));
    }
}
