//! Finds every sentence of every product in one pass over a text.
//!
//! Each sentence is looked for by its longest words; only where those stand is the rest of it compared. Work is
//! counted and bounded: a text that repeats the words of a sentence a million times costs no more than a few.

use crate::file::{Product, ProvenBy, Where};
use crate::folded::fold;
use crate::pattern::{Hit, Pattern};
use crate::set::Scope;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::HashMap;

/// Most places at which the words that sentences are found by are looked at in one text.
const MOST_TRIES: u16 = 200;
/// Most comparisons in one text.
const MOST_STEPS: usize = 10_000;

/// Bytes of an anchor that are looked for: enough to be rare, and few enough to be ready at once.
const LOOKED_FOR: usize = 14;

/// The beginning of an anchor, cut between two characters.
fn beginning(anchor: &str) -> &str {
    let mut end = anchor.len().min(LOOKED_FOR);
    while !anchor.is_char_boundary(end) {
        end -= 1;
    }
    &anchor[..end]
}

/// All sentences, ready to be found.
#[derive(Debug)]
pub(crate) struct Matcher {
    automaton: AhoCorasick,
    /// For each anchor, the entries that are found by it.
    by_anchor: Vec<Vec<usize>>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    product: usize,
    text: usize,
    pattern: Pattern,
    places: Vec<Where>,
    proof: ProvenBy,
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
    pub(crate) fn new(products: &[Product]) -> Self {
        let mut anchors: HashMap<String, usize> = HashMap::new();
        let (mut by_anchor, mut entries) = (Vec::<Vec<usize>>::new(), Vec::new());
        for (product, known) in products.iter().enumerate() {
            for (text, entry) in known.texts.iter().enumerate() {
                let Ok(pattern) = Pattern::read(&entry.says) else { continue };
                let number = by_anchor.len();
                let anchor =
                    *anchors.entry(beginning(pattern.anchor()).to_owned()).or_insert(number);
                if anchor == number {
                    by_anchor.push(Vec::new());
                }
                by_anchor[anchor].push(entries.len());
                entries.push(Entry {
                    product,
                    text,
                    pattern,
                    places: entry.places.clone(),
                    proof: entry.proof,
                });
            }
        }
        let mut ordered: Vec<(usize, String)> =
            anchors.into_iter().map(|(anchor, number)| (number, anchor)).collect();
        ordered.sort();
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(ordered.iter().map(|(_, anchor)| anchor))
            .expect("the sentences of product files are bounded in number and size");
        Self { automaton, by_anchor, entries }
    }

    pub(crate) fn find(&self, text: &str, scope: &Scope) -> Vec<Matched> {
        let folded = fold(text);
        let mut tries: HashMap<usize, u16> = HashMap::new();
        let mut found: HashMap<usize, Matched> = HashMap::new();
        let mut steps = 0;
        for anchor in self.automaton.find_overlapping_iter(&folded) {
            let looks = tries.entry(anchor.pattern().as_usize()).or_default();
            if *looks >= MOST_TRIES {
                continue;
            }
            *looks += 1;
            for index in &self.by_anchor[anchor.pattern().as_usize()] {
                let entry = &self.entries[*index];
                let known = entry.places.contains(&scope.place)
                    && (entry.proof == ProvenBy::Text || scope.proven.holds(entry.product));
                if !known || found.contains_key(index) {
                    continue;
                }
                if !folded[anchor.start()..].starts_with(entry.pattern.anchor()) {
                    continue;
                }
                steps += 1;
                if let Some(hit) = entry.pattern.at(&folded, anchor.start()) {
                    let weight = entry.pattern.weight();
                    found.insert(
                        *index,
                        Matched { product: entry.product, text: entry.text, hit, weight },
                    );
                }
            }
            if steps > MOST_STEPS {
                break;
            }
        }
        let mut found: Vec<(usize, Matched)> = found.into_iter().collect();
        found.sort_by_key(|(index, _)| *index);
        found.into_iter().map(|(_, matched)| matched).collect()
    }
}
