//! Secrets of a case: known by where they stand, blotted wherever they come up again.
//!
//! [`places`] is the one table of where secrets stand. From there [`Known`] collects them over a whole case before
//! anything of it is shown, and finds them again in whatever form a text has them.

pub(crate) mod beside;
pub(crate) mod case;
mod collect;
mod layers;
pub(crate) mod login;
mod names;
pub mod places;
mod value;
mod watch;

pub use crate::blotted::BLOT;
pub use collect::Met;
pub use value::Reach;

use crate::blotted::without;
use crate::bounds::Bounds;
use crate::evidence::Evidence;
use crate::redact::pieces;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use collect::Collection;
use diag_products::openings::Openings;
use places::Standing;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::{ControlFlow, Range};

/// Bytes of a form that have to be the same; pages shorten what they repeat.
const COMPARED: usize = 64;
/// Shorter pieces of base64 are letters of any word.
const SHORTEST_BASE64: usize = 6;
/// Shorter values in hexadecimal are numbers.
const SHORTEST_HEXADECIMAL: usize = 5;

/// One form in which a secret may stand in a text.
#[derive(Debug)]
struct Form {
    bytes: Vec<u8>,
    reach: Reach,
    base64: bool,
}

/// The secrets of all exchanges of a case; those of the messages in them are still to come.
pub(crate) struct Collected(Collection);

impl Collected {
    /// Collects from every exchange. A secret that is not known would be readable wherever it comes up outside of its
    /// place, so nothing is passed over: where there are more than `most`, the exchanges from there on are taken out of the
    /// evidence, and the input that has too many is returned.
    pub(crate) fn of(evidence: &mut Evidence, most: u64) -> (Self, Option<String>) {
        let most = Bounds::size(most);
        let mut collection = Collection::default();
        let first_beyond = evidence.exchanges.iter().position(|raw| {
            collection.exchange(raw);
            collection.met.len() > most
        });
        let too_many = first_beyond.map(|first| evidence.exchanges[first].place.input.clone());
        if let Some(first) = first_beyond {
            evidence.exchanges.truncate(first);
        }
        (Self(collection), too_many)
    }

    /// Takes what an export of configuration holds under the names of secrets: a page may repeat it.
    pub(crate) fn export(&mut self, text: &str) {
        self.0.export(text);
    }

    /// What was typed and holds blanks. Where a page repeats it behind `password`, only its first word looks like a value, so
    /// it has to go before the page is read.
    pub(crate) fn phrases(&self) -> Known {
        const SHORTEST: usize = 8;
        let typed = self.0.met.iter().filter(|met| met.standing == Standing::Typed);
        let phrases =
            typed.filter(|met| met.value.len() >= SHORTEST && met.value.trim().contains(' '));
        Known::from_met(&phrases.cloned().collect::<Vec<_>>())
    }

    /// All secrets, with those of these messages. How many messages there are, and how large, is bounded by itself.
    pub(crate) fn known<'m>(mut self, messages: impl Iterator<Item = &'m str>) -> Known {
        messages.for_each(|xml| self.0.message(xml));
        Known::from_met(&self.0.met.into_iter().collect::<Vec<_>>())
    }
}

/// All secrets of a case.
#[derive(Default)]
pub struct Known {
    forms: Vec<Form>,
    openings: Openings,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("forms", &self.forms.len()).finish_non_exhaustive()
    }
}

impl Known {
    /// Every secret of the evidence, and of the messages in it as they read once decoded.
    #[cfg(test)]
    pub(crate) fn of<'m>(evidence: &mut Evidence, messages: impl Iterator<Item = &'m str>) -> Self {
        Collected::of(evidence, u64::MAX).0.known(messages)
    }

    /// The secrets given.
    pub fn from_met(met: &[Met]) -> Self {
        let mut values: BTreeMap<String, Reach> = BTreeMap::new();
        let mut add = |value: &str, reach: Reach| {
            let kept = values.entry(value.to_owned()).or_insert(reach);
            *kept = (*kept).max(reach);
        };
        for one in met {
            if one.standing != Standing::Typed
                && let Some(pieces) = value::beside_the_place(&one.value)
            {
                // Years, numbers and words of an address are in half of all texts.
                let random = |piece: &&String| {
                    value::reach(piece, one.standing, one.posted) == Some(Reach::Everywhere)
                };
                pieces.iter().filter(random).for_each(|piece| add(piece, Reach::Everywhere));
                continue;
            }
            let Some(reach) = value::reach(&one.value, one.standing, one.posted) else { continue };
            add(&one.value, reach);
            if let Some(plain) = layers::innermost(&one.value) {
                add(&plain, reach);
            }
            let parts = pieces(&one.value).filter(|_| reach == Reach::Everywhere);
            parts.for_each(|part| add(part, reach));
        }
        let mut forms: BTreeMap<(Vec<u8>, bool), Reach> = BTreeMap::new();
        for (value, reach) in &values {
            for (form, base64) in written(value) {
                let kept = forms.entry((form, base64)).or_insert(*reach);
                *kept = (*kept).max(*reach);
            }
        }
        let forms = forms
            .into_iter()
            .map(|((bytes, base64), reach)| Form { bytes, reach, base64 })
            .collect();
        Self::from_forms(forms)
    }

    fn from_forms(forms: Vec<Form>) -> Self {
        let openings = Openings::of(forms.iter().map(|form| form.bytes.as_slice()));
        Self { forms, openings }
    }

    /// Where secrets stand in a text, in order, none overlapping another.
    pub fn places(&self, text: &str, reach: Reach) -> Vec<Range<usize>> {
        if self.forms.is_empty() {
            return Vec::new();
        }
        let mut found = self.within(text.as_bytes(), reach);
        for layer in layers::beneath(text) {
            found.extend(
                self.within(&layer.bytes, reach).into_iter().map(|range| layer.place(range)),
            );
        }
        merged(text, found)
    }

    fn within(&self, text: &[u8], reach: Reach) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        self.openings.look(text, |start, number| {
            let form = &self.forms[number];
            if form.reach < reach {
                return ControlFlow::Continue(());
            }
            let same = text[start..]
                .iter()
                .zip(&form.bytes)
                .take_while(|(left, right)| left.eq_ignore_ascii_case(right))
                .count();
            if same < form.bytes.len().min(COMPARED) {
                return ControlFlow::Continue(());
            }
            let end = start + same;
            let word = form.bytes.len() < COMPARED && (form.reach == Reach::Prose) && !form.base64;
            if !word || stands_alone(text, start..end) {
                found.push(start..end);
            }
            ControlFlow::Continue(())
        });
        found
    }

    /// The text with every secret in it blotted; `None` where there is none.
    pub fn blotted(&self, text: &str, reach: Reach) -> Option<String> {
        let places = self.places(text, reach);
        if places.is_empty() {
            return None;
        }
        Some(without(text, places).into_owned())
    }

    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }
}

/// Longest character in bytes.
const LONGEST_CHARACTER: usize = 4;

/// Neither letter nor digit stands on either side; quotes and dashes are no part of a word, in whatever script.
fn stands_alone(text: &[u8], range: Range<usize>) -> bool {
    let before = text.get(range.start.saturating_sub(LONGEST_CHARACTER)..range.start);
    let behind = text.get(range.end..text.len().min(range.end + LONGEST_CHARACTER));
    // Of scripts that put no blanks between words a letter ends nothing.
    let is_part = |character: Option<char>| {
        character.is_some_and(|character| character.is_alphanumeric() && character < '\u{2e80}')
    };
    // Of a text in another encoding there is a byte that is no character: it may be a letter.
    let last = |bytes: &[u8]| {
        bytes.utf8_chunks().last().and_then(|chunk| {
            if chunk.invalid().is_empty() { chunk.valid().chars().next_back() } else { Some('x') }
        })
    };
    let first = |bytes: &[u8]| {
        bytes.utf8_chunks().next().and_then(|chunk| {
            let invalid = !chunk.invalid().is_empty();
            chunk.valid().chars().next().or(invalid.then_some('x'))
        })
    };
    !is_part(before.and_then(last)) && !is_part(behind.and_then(first))
}

/// Ranges in order, on boundaries of characters, those that touch made one.
fn merged(text: &str, mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    for range in &mut ranges {
        while !text.is_char_boundary(range.start) {
            range.start -= 1;
        }
        while !text.is_char_boundary(range.end) {
            range.end += 1;
        }
    }
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// The forms of a value that are not undone by reading a text: blanks as forms write them, hexadecimal, and base64.
fn written(value: &str) -> Vec<(Vec<u8>, bool)> {
    let mut forms = vec![(value.as_bytes().to_vec(), false)];
    if value.contains(char::is_whitespace) {
        forms.push((value.split_whitespace().collect::<Vec<_>>().join(" ").into_bytes(), false));
        forms.push((value.replace(' ', "+").into_bytes(), false));
    }
    if value.len() >= SHORTEST_HEXADECIMAL {
        let digits = value.bytes().take(COMPARED / 2).flat_map(|byte| [byte >> 4, byte & 15]);
        let hexadecimal: String =
            digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect();
        forms.push((hexadecimal.into_bytes(), true));
    }
    // Inside a longer text base64 has three forms, by how many bytes stand before the value.
    let head = &value.as_bytes()[..value.len().min(COMPARED)];
    for before in 0..3_usize {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(head);
        let whole = (before + head.len()).is_multiple_of(3);
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let text = engine.encode(&bytes);
            let start = if before == 0 { 0 } else { before + 1 };
            let end = text.len() - usize::from(!whole);
            if let Some(piece) = text.get(start..end).filter(|piece| piece.len() >= SHORTEST_BASE64)
            {
                forms.push((piece.as_bytes().to_vec(), true));
            }
        }
    }
    forms
}

#[cfg(test)]
mod tests;
