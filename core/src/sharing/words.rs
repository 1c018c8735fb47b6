//! Words that name people, objects and hosts, each with the one that stands for it. Names are replaced word by word, in
//! whatever case they are written: so a name that is part of an address, and an address that is part of a user, stay so.

use super::common;
use super::finder;
use super::kind::Kind;
use super::opaque::is_guid;
use crate::mask;
use aho_corasick::{AhoCorasick, MatchKind};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Letters from which a word is replaced wherever it stands by itself; shorter ones only where somebody is named.
const SHORTEST: usize = 4;
/// Most words of one case.
const MOST: usize = 200_000;

/// The words of a file, or of a case.
#[derive(Debug, Default, Clone)]
pub(super) struct Gathered {
    /// By the word in lower case.
    words: BTreeMap<String, Kind>,
    pub(super) overflowed: bool,
    /// What stands for words in another copy.
    pub(super) known: BTreeMap<String, String>,
}

impl Gathered {
    /// Adds a word. Common ones only with `surely`, and then they are replaced only where somebody is named.
    pub(super) fn add(&mut self, word: &str, kind: Kind, surely: bool) {
        let word = word.to_lowercase();
        let known = if kind == Kind::Object {
            common::is_common_id(&word)
        } else {
            !surely && common::is_common(&word)
        };
        if known || word.is_empty() || self.words.contains_key(&word) {
            return;
        }
        if self.words.len() >= MOST {
            self.overflowed = true;
            return;
        }
        self.words.insert(word, kind);
    }

    /// Takes in those of a file, but for words that the file's own record says to stand for others.
    pub(super) fn take(&mut self, file: Self, recorded: &[String]) {
        self.overflowed |= file.overflowed;
        for (word, kind) in file.words {
            if !recorded.contains(&hash(&word)) {
                self.words.entry(word).or_insert(kind);
            }
        }
    }

    /// Settles what stands for each word.
    pub(super) fn settle(self, key: &[u8]) -> Names {
        let mut taken: BTreeSet<String> = self.known.values().cloned().collect();
        let mut words = BTreeMap::new();
        for (word, kind) in &self.words {
            let made = |attempt| mask::of_letters(word, is_guid(word), key, attempt);
            let free = |mark: &String| {
                !taken.contains(mark)
                    && !self.words.contains_key(mark)
                    && !common::is_common(mark)
                    && !mask::is_mark(mark)
            };
            // What stands for a name elsewhere may be a name here.
            let known =
                self.known.get(word).filter(|mark| !self.words.contains_key(*mark)).cloned();
            let mark = known.or_else(|| (0..64).map(made).find(free)).unwrap_or_else(|| made(0));
            taken.insert(mark.clone());
            words.insert(word.clone(), (*kind, mark));
        }
        let sought: Vec<String> = words
            .iter()
            .filter(|(word, (kind, _))| is_sought(word, *kind))
            .map(|(word, _)| word.clone())
            .collect();
        // Letters beyond ASCII are compared as they are written, so that both cases are looked for.
        let patterns: Vec<String> =
            sought.iter().flat_map(|word| [word.clone(), word.to_uppercase()]).collect();
        let finder = finder::of(
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .ascii_case_insensitive(true),
            &patterns,
        );
        Names { words, sought, finder }
    }
}

/// Whether a word is looked for everywhere.
fn is_sought(word: &str, kind: Kind) -> bool {
    let letters = word.chars().filter(|character| character.is_alphabetic()).count();
    let telling = if kind == Kind::Host { 2 } else { 3 };
    kind == Kind::Object
        || word.chars().count() >= SHORTEST && letters >= telling && !common::is_common(word)
}

/// What a record says of a word that stands for another: its hash, of eight hexadecimal digits.
fn hash(word: &str) -> String {
    Sha256::digest(format!("diag name {word}"))
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

/// Words, and what stands for them.
#[derive(Debug, Default)]
pub(super) struct Names {
    words: BTreeMap<String, (Kind, String)>,
    sought: Vec<String>,
    finder: Option<AhoCorasick>,
}

impl Names {
    /// Nothing is to be replaced.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Words that stand by themselves in a text.
    pub(super) fn find<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = (Range<usize>, Kind, String)> {
        self.finder.iter().flat_map(move |finder| finder.find_iter(text)).filter_map(move |found| {
            let range = found.range();
            let word = self.sought.get(found.pattern().as_usize() / 2)?;
            let (kind, mark) = self.words.get(word)?;
            stands_alone(text, &range).then(|| {
                (range.clone(), *kind, in_case_of(mark, text.get(range).unwrap_or_default()))
            })
        })
    }

    /// What stands for a word where somebody is named.
    pub(super) fn in_place(&self, word: &str) -> Option<(Kind, String)> {
        self.words.get(&word.to_lowercase()).map(|(kind, mark)| (*kind, in_case_of(mark, word)))
    }

    /// Words that must not be found afterwards.
    pub(super) fn sought(&self) -> impl Iterator<Item = (&str, Kind)> {
        self.sought.iter().filter_map(|word| Some((word.as_str(), self.words.get(word)?.0)))
    }

    /// Hashes of the words that stand for others, for the record.
    pub(super) fn hashes(&self) -> Vec<String> {
        self.words.values().map(|(_, mark)| hash(mark)).collect()
    }

    /// Words of each kind.
    pub(super) fn counts(&self, counts: &mut BTreeMap<Kind, usize>) {
        for (kind, _) in self.words.values() {
            *counts.entry(*kind).or_default() += 1;
        }
    }

    /// Each word with what stands for it.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.words.iter().map(|(word, (_, mark))| (word.as_str(), mark.as_str()))
    }
}

/// A mark in the case of the word it stands for, letter by letter.
fn in_case_of(mark: &str, word: &str) -> String {
    mark.chars()
        .zip(word.chars())
        .flat_map(|(letter, of)| {
            if of.is_uppercase() { letter.to_uppercase().collect::<Vec<_>>() } else { vec![letter] }
        })
        .collect()
}

pub(super) fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).and_then(|before| before.chars().next_back());
    let after = text.get(range.end..).and_then(|after| after.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str]) -> Names {
        let mut gathered = Gathered::default();
        for word in words {
            gathered.add(word, if is_guid(word) { Kind::Object } else { Kind::Person }, true);
        }
        gathered.settle(b"salt")
    }

    #[test]
    fn words_are_replaced_in_their_case_and_short_ones_only_in_place() {
        let names = names(&["Adele", "ann", "Müller", "admin"]);
        let found: Vec<String> = names
            .find("adele ADELE Adelebert ann MÜLLER müller admin")
            .map(|(.., mark)| mark)
            .collect();
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!(found[0].to_uppercase(), found[1]);
        assert_eq!(found[2].to_lowercase(), found[3]);
        assert!(names.in_place("Ann").is_some_and(|(_, mark)| {
            mark.chars().next().is_some_and(char::is_uppercase) && mark != "Ann"
        }));
        assert!(names.in_place("admin").is_some() && names.in_place("bob").is_none());
    }

    #[test]
    fn words_that_stand_for_others_are_known_from_their_record() {
        let names = names(&["adele", "vance"]);
        let mut again = Gathered::default();
        let mut file = Gathered::default();
        for (_, mark) in names.pairs() {
            file.add(mark, Kind::Person, true);
        }
        file.add("smith", Kind::Person, true);
        again.take(file, &names.hashes());
        assert_eq!(again.words.keys().collect::<Vec<_>>(), ["smith"]);
    }

    #[test]
    fn ids_of_everybody_stay() {
        assert!(names(&["00000000-0000-0000-c000-000000000046"]).is_empty());
        let names = names(&["c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2"]);
        let (.., mark) = names.find("_C9F1D7A4-2B55-4C0F-8A3E-91B6E0D5C7F2").next().expect("found");
        assert!(is_guid(&mark) && mark.bytes().all(|byte| !byte.is_ascii_lowercase()), "{mark}");
    }
}
