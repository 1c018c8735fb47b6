//! The words of every language as one dictionary. They are data: a file for each language in `words/`, packed when
//! diag is built.

use super::term::{Term, Terms};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// Characters of a first word by which phrases are looked up.
const KEY: usize = 3;
/// Most words of a phrase.
pub(super) const LONGEST_PHRASE: usize = 8;

/// A file of words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Language {
    schema: String,
    lang: String,
    nouns: BTreeMap<Term, Vec<String>>,
    predicates: BTreeMap<Term, Vec<String>>,
    small: BTreeMap<Term, Vec<String>>,
    markers: BTreeMap<Term, Vec<String>>,
    other: BTreeMap<Term, Vec<String>>,
}

/// Phrases by the beginning of their first word.
#[derive(Debug, Default)]
struct Dictionary {
    phrases: HashMap<String, Vec<(Vec<String>, Term)>>,
}

/// Every language at once: a page need not say which it speaks.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    terms: Dictionary,
    small: Dictionary,
    markers: Dictionary,
    /// Words that are no names.
    fillers: Dictionary,
}

static BUILTIN: LazyLock<Vocabulary> = LazyLock::new(|| {
    let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/words.json"));
    let languages: Vec<Language> =
        serde_json::from_slice(bytes).expect("the suite reads every file of words");
    Vocabulary::of(&languages)
});

impl Vocabulary {
    pub(super) fn builtin() -> &'static Self {
        &BUILTIN
    }

    fn of(languages: &[Language]) -> Self {
        let mut all = Self::default();
        for language in languages
            .iter()
            .filter(|language| language.schema == "diag-words/1" && !language.lang.is_empty())
        {
            all.terms.add_all(&language.nouns);
            all.terms.add_all(&language.predicates);
            all.small.add_all(&language.small);
            all.markers.add_all(&language.markers);
            for (term, phrases) in &language.other {
                let dictionary =
                    if *term == Term::Filler { &mut all.fillers } else { &mut all.small };
                for phrase in phrases {
                    dictionary.add(phrase, *term);
                }
            }
        }
        all
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
    fn add_all(&mut self, phrases: &BTreeMap<Term, Vec<String>>) {
        for (term, phrase) in phrases
            .iter()
            .flat_map(|(term, phrases)| phrases.iter().map(move |phrase| (term, phrase)))
        {
            self.add(phrase, *term);
        }
    }

    fn add(&mut self, phrase: &str, term: Term) {
        let words: Vec<String> =
            plain(phrase).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let Some(first) = words.first() else { return };
        self.phrases.entry(key(first)).or_default().push((words, term));
    }

    fn longest(&self, words: &[&str]) -> Option<(usize, Terms)> {
        let candidates = self.phrases.get(&key(words.first()?))?;
        let mut best: Option<(usize, Terms)> = None;
        for (phrase, term) in candidates {
            let there = phrase.len() <= words.len()
                && phrase.iter().zip(words).all(|(wanted, word)| wanted == word);
            let longer = best.is_none_or(|(length, _)| phrase.len() >= length);
            if there && longer {
                let mut terms = best
                    .filter(|(length, _)| *length == phrase.len())
                    .map(|(_, terms)| terms)
                    .unwrap_or_default();
                terms.add(*term);
                best = Some((phrase.len(), terms));
            }
        }
        best
    }
}

fn key(word: &str) -> String {
    word.chars().take(KEY).collect()
}

/// Lower case, without accents, single blanks.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => out.push('a'),
            'ç' => out.push('c'),
            'è' | 'é' | 'ê' | 'ë' => out.push('e'),
            'ì' | 'í' | 'î' | 'ï' => out.push('i'),
            'ñ' => out.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => out.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            // Combining accents of decomposed text.
            '\u{300}'..='\u{36f}' => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_do_not_matter() {
        assert_eq!(
            plain("Désactivé ÜBERPRÜFT größe e\u{301}tat"),
            "desactive uberpruft grosse etat"
        );
    }

    #[test]
    fn no_phrase_is_longer_than_is_looked_for() {
        let all = Vocabulary::builtin();
        let longest = |dictionary: &Dictionary| {
            dictionary.phrases.values().flatten().map(|(words, _)| words.len()).max()
        };
        assert!(
            [&all.terms, &all.small, &all.markers]
                .into_iter()
                .all(|one| longest(one) <= Some(LONGEST_PHRASE))
        );
    }
}
