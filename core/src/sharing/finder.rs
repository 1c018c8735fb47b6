//! Looking for many words at once.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};

/// Letters of all words up to which a table of every state is made. Making one takes the square of a word that repeats
/// itself.
const SMALL: usize = 1 << 13;

/// A finder of these words, as the builder wants it; none of no word.
pub(super) fn of<W: AsRef<[u8]>>(
    builder: &mut AhoCorasickBuilder,
    words: &[W],
) -> Option<AhoCorasick> {
    if words.is_empty() {
        return None;
    }
    let letters: usize = words.iter().map(|word| word.as_ref().len()).sum();
    let kind = (letters > SMALL).then_some(AhoCorasickKind::ContiguousNFA);
    builder.kind(kind).build(words).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_is_found_like_a_short_one() {
        let long = "/aB3dE5gH".repeat(SMALL);
        for (words, text) in [(vec!["ab", "cd"], "xxcd"), (vec!["ab", long.as_str()], &long)] {
            let finder = of(&mut AhoCorasick::builder(), &words).expect("words");
            assert_eq!(finder.find(text).map(|hit| hit.pattern().as_usize()), Some(1));
        }
        assert!(of::<&str>(&mut AhoCorasick::builder(), &[]).is_none());
    }
}
