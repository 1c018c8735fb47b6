//! What shows in an entry's bytes that it may belong to a sign-in: words found in one pass, however many they are.

use aho_corasick::{AhoCorasick, Anchored, Input};
use std::sync::LazyLock;

/// Words of bodies that are kept although they are large, or plain data.
const TELLING: &[&str] = &["SAML", "saml", "AADSTS"];
/// Words of entries that are read in full wherever they stand.
const BELONGING: &[&str] = &["SAML", "saml", "AADSTS", "wresult", "wsignin"];

/// Where words stand; nothing is found where none could be built, which these always can.
struct Words(Option<AhoCorasick>);

impl Words {
    fn of(words: &[&str]) -> Self {
        Self(AhoCorasick::new(words).ok())
    }

    fn any_in(&self, bytes: &[u8]) -> bool {
        // Without an end to look for, the first word found is enough.
        let input = Input::new(bytes).anchored(Anchored::No).earliest(true);
        self.0.as_ref().is_some_and(|words| words.find(input).is_some())
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
