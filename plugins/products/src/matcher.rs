//! Finds every sentence of every product in one pass over a text.
//!
//! Each sentence is looked for by its longest words; only where those stand is the rest of it compared. Work is
//! counted and bounded: a text that repeats the words of a sentence a million times costs no more than a few.

use crate::file::{Product, ProvenBy, Text};
use crate::folded::fold;
use crate::openings::Openings;
use crate::packed::Listed;
use crate::pattern::{Hit, Pattern};
use crate::set::Scope;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::OnceLock;

/// Most places at which one sentence is compared in one text.
const MOST_TRIES: u16 = 200;
/// Most comparisons in one text.
const MOST_STEPS: usize = 10_000;

/// All sentences, ready to be found.
#[derive(Debug)]
pub(crate) struct Matcher {
    /// The longest words of each entry, one behind the other.
    words: Cow<'static, str>,
    entries: Cow<'static, [Entry]>,
    openings: Openings,
    /// Read once the longest words of an entry stand somewhere: of most sentences they never do.
    patterns: OnceLock<Vec<OnceLock<Option<Box<Pattern>>>>>,
}

/// A sentence, and where its longest words stand among those of all: none of one that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    product: u32,
    text: u32,
    from: u32,
    to: u32,
}

/// A sentence and where it stands in the folded text.
#[derive(Debug, Clone)]
pub(crate) struct Matched {
    pub(crate) product: usize,
    pub(crate) text: usize,
    pub(crate) hit: Hit,
    pub(crate) weight: usize,
}

/// The sentences of the product files, folded and put in order when diag was built.
#[allow(clippy::unreadable_literal, reason = "a program writes the numbers")]
static BUILTIN: (&[Entry], Openings) = include!(concat!(env!("OUT_DIR"), "/sentences.rs"));

impl Matcher {
    /// Of any products.
    pub(crate) fn new(products: &[Product]) -> Self {
        let (mut words, mut entries) = (String::new(), Vec::new());
        for (product, known) in (0..).zip(products) {
            for (text, sentence) in (0..).zip(known.texts.iter()) {
                let pattern = Pattern::read(&sentence.says);
                let from = offset(words.len());
                words += pattern.as_ref().map_or("", |pattern| pattern.anchor());
                entries.push(Entry { product, text, from, to: offset(words.len()) });
            }
        }
        let longest = entries.iter().map(|entry| entry.words(&words).as_bytes());
        let openings = Openings::of(longest);
        Self { words: words.into(), entries: entries.into(), openings, patterns: OnceLock::new() }
    }

    /// Of the products that diag carries, whose sentences need not be read for it.
    pub(crate) fn builtin() -> Self {
        let (entries, openings) = &BUILTIN;
        Self {
            words: Cow::Borrowed(include_str!(concat!(env!("OUT_DIR"), "/anchors.txt"))),
            entries: Cow::Borrowed(entries),
            openings: openings.clone(),
            patterns: OnceLock::new(),
        }
    }

    fn pattern(&self, number: usize, text: &Text) -> Option<&Pattern> {
        let unread = || self.entries.iter().map(|_| OnceLock::new()).collect();
        let pattern = self.patterns.get_or_init(unread).get(number)?;
        pattern.get_or_init(|| Pattern::read(&text.says).ok().map(Box::new)).as_deref()
    }

    /// Every sentence of these products that stands in a text.
    pub(crate) fn find(&self, products: &[Listed], text: &str, scope: &Scope) -> Vec<Matched> {
        let folded = fold(text);
        let mut compared = vec![0; self.entries.len()];
        let mut found: BTreeMap<usize, Matched> = BTreeMap::new();
        let mut steps = 0;
        self.openings.look(folded.as_bytes(), |at, index| {
            let (entry, tried) = (&self.entries[index], &mut compared[index]);
            let words = entry.words(&self.words);
            let stands = || folded.get(at..).is_some_and(|rest| rest.starts_with(words));
            if *tried == MOST_TRIES || found.contains_key(&index) || !stands() {
                return ControlFlow::Continue(());
            }
            let (product, text) = (entry.product as usize, entry.text as usize);
            let sentence = &products[product].texts[text];
            if sentence.places.contains(&scope.place)
                && (sentence.proof == ProvenBy::Text || scope.proven.holds(product))
            {
                *tried += 1;
                steps += 1;
                let pattern = self.pattern(index, sentence);
                if let Some((pattern, hit)) =
                    pattern.zip(pattern.and_then(|own| own.at(&folded, at)))
                {
                    let weight = pattern.weight();
                    found.insert(index, Matched { product, text, hit, weight });
                }
            }
            if steps > MOST_STEPS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        found.into_values().collect()
    }
}

impl Entry {
    /// Its longest words, of those of all.
    fn words(self, all: &str) -> &str {
        all.get(self.from as usize..self.to as usize).unwrap_or_default()
    }
}

/// A place among all words: product files are bounded, and there are never four billion bytes of them.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Products;

    #[test]
    fn what_was_folded_when_diag_was_built_is_what_sentences_are_found_by() {
        let products = Products::builtin();
        let list: Vec<Product> = products.iter().cloned().collect();
        let (built, read) = (Matcher::builtin(), Matcher::new(&list));
        assert!(built.entries.len() > 1_000);
        assert_eq!((&built.words, &built.entries), (&read.words, &read.entries));
        assert_eq!(built.openings, read.openings);
        assert!(built.entries.iter().all(|entry| !entry.words(&built.words).is_empty()));
    }
}
