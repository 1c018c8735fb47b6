//! The words of every language as one dictionary. They are data: a file for each language in `words/`, folded and put in
//! order when diag is built, so that they are looked up where they lie.

use super::plain::KEY;
use super::term::{Term, Terms};

/// Most words of a phrase.
pub(super) const LONGEST_PHRASE: usize = 8;

/// All phrases, one behind the other.
const PHRASES: &str = include_str!(concat!(env!("OUT_DIR"), "/words.txt"));

/// Phrases, in order by the beginning of their first word.
#[derive(Debug)]
struct Dictionary(&'static [Entry]);

/// Where a phrase stands, and what it stands for.
#[derive(Debug)]
struct Entry {
    from: u32,
    to: u32,
    term: Term,
}

/// Every language at once: a page need not say which it speaks.
#[derive(Debug)]
pub(super) struct Vocabulary {
    terms: Dictionary,
    small: Dictionary,
    markers: Dictionary,
    /// Words that are no names.
    fillers: Dictionary,
}

#[allow(clippy::unreadable_literal, reason = "a program writes the numbers")]
static BUILTIN: Vocabulary = include!(concat!(env!("OUT_DIR"), "/words.rs"));

impl Vocabulary {
    pub(super) fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// The longest phrase that begins here, of things, what is said of them, and small words: how many words, and what they stand for.
    pub(super) fn terms(&self, words: &[&str]) -> Option<(usize, Terms)> {
        let (terms, small) = (self.terms.longest(words), self.small.longest(words));
        match (terms, small) {
            (Some((long, mut terms)), Some((short, small))) if long == short => {
                terms.join(small);
                Some((long, terms))
            }
            (Some(terms), Some(small)) => Some(if terms.0 > small.0 { terms } else { small }),
            (terms, small) => terms.or(small),
        }
    }

    /// The longest marker of values that begins here.
    pub(super) fn marker(&self, words: &[&str]) -> Option<(usize, Terms)> {
        self.markers.longest(words)
    }

    /// A word that names nothing.
    pub(super) fn is_filler(&self, word: &str) -> bool {
        self.fillers.longest(&[word]).is_some() || self.small.longest(&[word]).is_some()
    }
}

impl Dictionary {
    fn longest(&self, words: &[&str]) -> Option<(usize, Terms)> {
        let key = key(words.first()?);
        let from = self.0.partition_point(|entry| entry.key() < key);
        let mut best: Option<(usize, Terms)> = None;
        for entry in self.0.iter().skip(from).take_while(|entry| entry.key() == key) {
            let length = entry.phrase().split(' ').count();
            let there = length <= words.len()
                && entry.phrase().split(' ').zip(words).all(|(wanted, word)| wanted == *word);
            let longer = best.is_none_or(|(known, _)| length >= known);
            if there && longer {
                let mut terms = best
                    .filter(|(known, _)| *known == length)
                    .map(|(_, terms)| terms)
                    .unwrap_or_default();
                terms.add(entry.term);
                best = Some((length, terms));
            }
        }
        best
    }
}

impl Entry {
    fn phrase(&self) -> &'static str {
        PHRASES.get(self.from as usize..self.to as usize).unwrap_or_default()
    }

    fn key(&self) -> &'static str {
        key(self.phrase().split(' ').next().unwrap_or_default())
    }
}

fn key(word: &str) -> &str {
    word.char_indices().nth(KEY).map_or(word, |(end, _)| &word[..end])
}

#[cfg(test)]
mod tests {
    use super::super::plain::plain;
    use super::*;

    #[test]
    fn accents_do_not_matter() {
        assert_eq!(
            plain("Désactivé ÜBERPRÜFT größe e\u{301}tat"),
            "desactive uberpruft grosse etat"
        );
    }

    #[test]
    fn words_are_folded_once_and_none_is_longer_than_is_looked_for() {
        let all = Vocabulary::builtin();
        for dictionary in [&all.terms, &all.small, &all.markers, &all.fillers] {
            assert!(!dictionary.0.is_empty());
            let mut last = "";
            for entry in dictionary.0 {
                assert_eq!(plain(entry.phrase()), entry.phrase());
                assert!(last <= entry.key(), "{}", entry.phrase());
                last = entry.key();
                let words: Vec<&str> = entry.phrase().split(' ').collect();
                assert!(words.len() <= LONGEST_PHRASE, "{}", entry.phrase());
                let found = dictionary.longest(&words).expect("it is found by itself");
                assert!(found.0 == words.len() && found.1.has(entry.term), "{}", entry.phrase());
            }
        }
    }
}
