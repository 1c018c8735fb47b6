//! Finds every sentence of every product in one pass over a text.
//!
//! Each sentence is looked for by its longest words; only where those stand is the rest of it compared. Work is
//! counted and bounded: a text that repeats the words of a sentence a million times costs no more than a few.

use crate::file::{Product, ProvenBy, Text};
use crate::folded::fold;
use crate::openings::Openings;
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

/// The longest words of every sentence of the product files, folded when diag was built: a line for each file, a zero
/// byte behind each sentence.
const ANCHORS: &str = include_str!(concat!(env!("OUT_DIR"), "/anchors.txt"));

/// All sentences, ready to be found.
#[derive(Debug)]
pub(crate) struct Matcher {
    /// The longest words of each entry.
    anchors: Openings,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    product: usize,
    text: usize,
    /// The longest words: none of a sentence that cannot be read.
    anchor: Cow<'static, str>,
    /// Read once its longest words stand somewhere: of most sentences they never do.
    pattern: OnceLock<Option<Pattern>>,
}

impl Entry {
    fn pattern(&self, text: &Text) -> Option<&Pattern> {
        self.pattern.get_or_init(|| Pattern::read(&text.says).ok()).as_ref()
    }
}

/// A sentence and where it stands in the folded text.
#[derive(Debug, Clone)]
pub(crate) struct Matched {
    pub(crate) product: usize,
    pub(crate) text: usize,
    pub(crate) hit: Hit,
    pub(crate) weight: usize,
}

impl Matcher {
    /// Of any products.
    pub(crate) fn new(products: &[Product]) -> Self {
        let entry = |product, text, sentence: &Text| {
            let pattern = Pattern::read(&sentence.says).ok();
            let anchor = pattern.as_ref().map(|pattern| pattern.anchor().to_owned());
            let anchor = Cow::Owned(anchor.unwrap_or_default());
            Entry { product, text, anchor, pattern: OnceLock::from(pattern) }
        };
        Self::of(
            entries(products).map(|(product, text, says)| entry(product, text, says)).collect(),
        )
    }

    /// Of the products that diag carries, whose sentences need not be read for it.
    pub(crate) fn builtin() -> Self {
        let entry = |product, (text, anchor)| Entry {
            product,
            text,
            anchor: Cow::Borrowed(anchor),
            pattern: OnceLock::new(),
        };
        let entries = ANCHORS.lines().enumerate().flat_map(|(product, line)| {
            line.split_terminator('\0').enumerate().map(move |sentence| entry(product, sentence))
        });
        Self::of(entries.collect())
    }

    fn of(entries: Vec<Entry>) -> Self {
        let anchors = Openings::of(entries.iter().map(|entry| entry.anchor.as_bytes()));
        Self { anchors, entries }
    }

    /// Every sentence of these products that stands in a text.
    pub(crate) fn find(&self, products: &[Product], text: &str, scope: &Scope) -> Vec<Matched> {
        let folded = fold(text);
        let mut compared = vec![0; self.entries.len()];
        let mut found: BTreeMap<usize, Matched> = BTreeMap::new();
        let mut steps = 0;
        self.anchors.look(folded.as_bytes(), |at, index| {
            let (entry, tried) = (&self.entries[index], &mut compared[index]);
            let stands = || folded.get(at..).is_some_and(|rest| rest.starts_with(&*entry.anchor));
            if *tried == MOST_TRIES || found.contains_key(&index) || !stands() {
                return ControlFlow::Continue(());
            }
            let sentence = &products[entry.product].texts[entry.text];
            if sentence.places.contains(&scope.place)
                && (sentence.proof == ProvenBy::Text || scope.proven.holds(entry.product))
            {
                *tried += 1;
                steps += 1;
                let pattern = entry.pattern(sentence);
                if let Some((pattern, hit)) =
                    pattern.zip(pattern.and_then(|own| own.at(&folded, at)))
                {
                    let (product, text, weight) = (entry.product, entry.text, pattern.weight());
                    found.insert(index, Matched { product, text, hit, weight });
                }
            }
            if steps > MOST_STEPS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        found.into_values().collect()
    }
}

/// Every sentence, with the numbers of its product and of it in there.
fn entries(products: &[Product]) -> impl Iterator<Item = (usize, usize, &Text)> {
    products.iter().enumerate().flat_map(|(product, known)| {
        known.texts.iter().enumerate().map(move |(text, sentence)| (product, text, sentence))
    })
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
        assert_eq!(built.entries.len(), entries(&list).count());
        for (built, read) in built.entries.iter().zip(&read.entries) {
            assert_eq!(
                (built.product, built.text, &built.anchor),
                (read.product, read.text, &read.anchor)
            );
            assert!(!built.anchor.is_empty());
        }
    }
}
