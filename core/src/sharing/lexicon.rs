//! Every value that goes, once, with the mark that stands for it wherever it comes up.

use super::certificates;
use super::common;
use super::finder;
use super::kind::Kind;
use super::layers;
use super::opaque::is_guid;
use super::words::{Gathered, Names, stands_alone};
use crate::mask;
use crate::redact::{is_branded, is_jumbled, makes_no_word};
use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

/// Characters from which a value is replaced wherever it comes up, also inside longer words.
const UNBOUNDED: usize = 8;
/// Characters from which it is replaced wherever it stands as a word of its own; shorter ones only where they stand.
const BOUNDED: usize = 4;
/// Characters from which a password is looked for in other writings, too.
const SHORTEST_WRITTEN: usize = 6;
/// Layers of encoding that are undone of a value.
const DEEPEST: usize = 4;
/// Most values of one case.
const MOST: usize = 400_000;
/// Most of what is public that is kept to compare with.
const MOST_PUBLIC: usize = 32 << 20;

/// Collects values.
#[derive(Debug, Default)]
pub(super) struct Collecting {
    values: BTreeMap<String, Kind>,
    /// Random words that nothing names: secrets unless they are public.
    strays: BTreeSet<String>,
    /// Texts in which everything else is public: a value that stands there identifies, and opens nothing.
    public: Vec<String>,
    public_bytes: usize,
    /// Certificates, in which names stand, too.
    pub(super) certificates: BTreeSet<Vec<u8>>,
    /// There were more values than are kept.
    pub(super) overflowed: bool,
    /// Marks that values have in another copy.
    pub(super) known: BTreeMap<String, String>,
}

impl Collecting {
    /// Adds a value, however it was encoded.
    pub(super) fn add(&mut self, value: &str, kind: Kind) {
        let value = canonical(value);
        if value.trim().is_empty() || mask::is_marked(&value) {
            return;
        }
        if self.values.len() >= MOST {
            self.overflowed = true;
            return;
        }
        // What a person typed stays what it is, wherever else it stands.
        let known = self.values.entry(value).or_insert(kind);
        *known = (*known).min_by_weight(kind);
    }

    /// Adds a random word that nothing names.
    pub(super) fn stray(&mut self, value: &str) {
        let value = canonical(value);
        if mask::is_marked(&value) {
            return;
        }
        if self.strays.len() >= MOST {
            self.overflowed = true;
            return;
        }
        self.strays.insert(value);
    }

    /// Of random words those are secrets that stand in nothing public.
    fn settle_strays(&mut self) {
        let strays: Vec<String> = std::mem::take(&mut self.strays)
            .into_iter()
            .filter(|value| !self.values.contains_key(value))
            .collect();
        let mut public = vec![false; strays.len()];
        if let Some(finder) = finder::of(&mut AhoCorasick::builder(), &strays) {
            for text in &self.public {
                for hit in finder.find_overlapping_iter(text) {
                    if let Some(public) = public.get_mut(hit.pattern().as_usize()) {
                        *public = true;
                    }
                }
            }
        }
        for (value, _) in strays.into_iter().zip(public).filter(|(_, public)| !public) {
            self.values.insert(value, Kind::Token);
        }
    }

    /// Remembers a text whose values are public but for those that were taken out of it.
    pub(super) fn public(&mut self, text: String) {
        if self.public_bytes + text.len() <= MOST_PUBLIC {
            self.public_bytes += text.len();
            self.public.push(text);
        }
    }

    /// Settles marks under a key.
    pub(super) fn settle(mut self, key: &[u8], names: Gathered) -> Lexicon {
        self.settle_strays();
        let names = names.settle(key);
        let mut marks: BTreeMap<String, Entry> = BTreeMap::new();
        let mut taken: BTreeSet<String> = self.known.values().cloned().collect();
        for (value, kind) in &self.values {
            let made = |attempt| mask::make(value, kind.keeps_separators(), key, attempt);
            let free = |mark: &String| !taken.contains(mark) && mark != value;
            let known = self.known.get(value).cloned();
            let mark = known.or_else(|| (0..24).map(made).find(free)).unwrap_or_else(|| made(0));
            taken.insert(mark.clone());
            let reach = self.reach(value, *kind);
            marks.insert(value.clone(), Entry { kind: *kind, mark, reach });
        }
        for (was, is) in self.certificates.iter().flat_map(|der| certificates::renamed(der, &names))
        {
            marks.entry(was).or_insert(Entry {
                kind: Kind::Object,
                mark: is,
                reach: Reach::Anywhere,
            });
        }
        let mut patterns = Vec::new();
        let mut meant = Vec::new();
        for (value, entry) in &marks {
            if entry.reach == Reach::Place {
                continue;
            }
            patterns.push(value.clone());
            meant.push((value.clone(), Writing::Plain));
            if value.contains(' ') {
                // As forms write it.
                patterns.push(value.replace(' ', "+"));
                meant.push((value.clone(), Writing::Plain));
            }
            if entry.kind == Kind::Password && value.chars().count() >= SHORTEST_WRITTEN {
                for writing in [Writing::Hexadecimal, Writing::Capitals, Writing::Wide] {
                    patterns.push(writing.of(value));
                    meant.push((value.clone(), writing));
                }
            }
        }
        let mut longest = AhoCorasick::builder();
        longest.match_kind(MatchKind::LeftmostLongest);
        let finder = finder::of(&mut longest, &patterns);
        let words: Vec<String> = marks
            .iter()
            .filter(|(value, entry)| entry.reach == Reach::Place && is_spoken(value, entry.kind))
            .map(|(value, _)| value.clone())
            .collect();
        let spoken = finder::of(&mut longest, &words);
        Lexicon { marks, meant, finder, words, spoken, names, key: key.to_vec() }
    }

    fn reach(&self, value: &str, kind: Kind) -> Reach {
        let length = value.chars().count();
        let digits = value.bytes().any(|byte| byte.is_ascii_digit());
        let mixed = digits
            || value.bytes().any(|byte| byte.is_ascii_uppercase())
                && value.bytes().any(|byte| byte.is_ascii_lowercase());
        let punctuated = value.bytes().any(|byte| byte.is_ascii_punctuation());
        match kind {
            Kind::Password if common::is_common(&value.to_lowercase()) => return Reach::Place,
            Kind::Password if length >= UNBOUNDED => return Reach::Anywhere,
            // A plain word may stand anywhere for itself.
            Kind::Password if length >= BOUNDED && (mixed || punctuated) => return Reach::Word,
            Kind::Password => return Reach::Place,
            _ => {}
        }
        let mixed = mixed
            || value.contains(['!', '$', '*', '^', '~'])
            || is_jumbled(value)
            || makes_no_word(value)
            || is_branded(value);
        let is_address = value.contains("://") || value.starts_with('/');
        if length < UNBOUNDED && kind == Kind::Cookie
            || length < BOUNDED
            || is_address
            || !mixed
            || self.is_public(value)
        {
            return Reach::Place;
        }
        if length < UNBOUNDED { Reach::Word } else { Reach::Anywhere }
    }

    fn is_public(&self, value: &str) -> bool {
        (value.len() < 24 || is_guid(value))
            && self
                .public
                .iter()
                .any(|text| memchr::memmem::find(text.as_bytes(), value.as_bytes()).is_some())
    }
}

impl Kind {
    /// Of two kinds that one value has, the one that says more of how it must be treated.
    fn min_by_weight(self, other: Self) -> Self {
        let weight = |kind: Self| match kind {
            Self::Password => 0,
            Self::PrivateKey => 1,
            Self::Signature | Self::SessionIndex | Self::CipherValue => 2,
            Self::Token | Self::Cookie => 3,
            _ => 4,
        };
        if weight(other) < weight(self) { other } else { self }
    }
}

/// A password that is a word, but none that half of all pages have.
fn is_spoken(value: &str, kind: Kind) -> bool {
    kind == Kind::Password
        && value.chars().count() >= BOUNDED
        && value.chars().all(char::is_alphabetic)
        && !common::is_common(&value.to_lowercase())
}

/// How a pattern writes a value, other than the encodings that are undone wherever they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    Plain,
    Hexadecimal,
    Capitals,
    /// Two bytes for each letter, in base64 without its end.
    Wide,
}

impl Writing {
    fn of(self, value: &str) -> String {
        match self {
            Self::Plain => value.to_owned(),
            Self::Hexadecimal => value.bytes().fold(String::new(), |mut out, byte| {
                let _ = write!(out, "{byte:02x}");
                out
            }),
            Self::Capitals => Self::Hexadecimal.of(value).to_uppercase(),
            Self::Wide => {
                let bytes: Vec<u8> = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
                STANDARD_NO_PAD.encode(bytes)
            }
        }
    }
}

/// How far a value is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Anywhere,
    Word,
    Place,
}

#[derive(Debug)]
struct Entry {
    kind: Kind,
    mark: String,
    reach: Reach,
}

/// Values and marks.
#[derive(Debug)]
pub(super) struct Lexicon {
    marks: BTreeMap<String, Entry>,
    /// What each pattern of the finder stands for.
    meant: Vec<(String, Writing)>,
    finder: Option<AhoCorasick>,
    /// Passwords that are words: replaced in place, and where people are spoken to.
    words: Vec<String>,
    spoken: Option<AhoCorasick>,
    names: Names,
    key: Vec<u8>,
}

impl Lexicon {
    /// The mark of a value that is known, else the one it would have.
    pub(super) fn mark(&self, value: &str, kind: Kind) -> String {
        if mask::is_marked(value) {
            return value.to_owned();
        }
        self.marks.get(value).map_or_else(
            || mask::make(value, kind.keeps_separators(), &self.key, 0),
            |entry| entry.mark.clone(),
        )
    }

    /// Words that name people, objects and hosts.
    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// The kind of a value that is known.
    pub(super) fn kind(&self, value: &str) -> Option<Kind> {
        self.marks.get(value).map(|entry| entry.kind)
    }

    /// The kind of a value that is known, and replaced only where it stands.
    pub(super) fn kind_in_place(&self, value: &str) -> Option<Kind> {
        self.marks.get(value).filter(|entry| entry.reach == Reach::Place).map(|entry| entry.kind)
    }

    /// Known values in a text, leftmost and longest first.
    pub(super) fn find<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = (Range<usize>, Kind, Cow<'a, str>)> {
        self.finder.iter().flat_map(move |finder| finder.find_iter(text)).filter_map(move |found| {
            let (value, writing) = self.meant.get(found.pattern().as_usize())?;
            let entry = self.marks.get(value)?;
            let range = found.range();
            let alone = entry.reach != Reach::Word || stands_alone(text, &range);
            alone.then(|| {
                let with = match writing {
                    Writing::Plain => Cow::Borrowed(entry.mark.as_str()),
                    // A mark that is known as one by itself.
                    other => Cow::Owned(mask::make(&other.of(value), true, &self.key, 0)),
                };
                (range, entry.kind, with)
            })
        })
    }

    /// Passwords that are words, in a text that speaks to people.
    pub(super) fn spoken<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = (Range<usize>, Kind, &'a str)> {
        let found = self.spoken.iter().flat_map(move |finder| finder.find_iter(text));
        found.filter_map(|found| {
            let entry = self.marks.get(self.words.get(found.pattern().as_usize())?)?;
            Some((found.range(), entry.kind, entry.mark.as_str()))
        })
    }

    /// Values that must not be found afterwards, each with whether it counts only as a word of its own.
    pub(super) fn sought(&self) -> impl Iterator<Item = (&str, Kind, bool)> {
        self.marks
            .iter()
            .filter(|(_, entry)| entry.reach != Reach::Place)
            .map(|(value, entry)| (value.as_str(), entry.kind, entry.reach == Reach::Word))
    }

    /// Number of values that are replaced only where they stand, since they are short or words.
    pub(super) fn only_in_place(&self) -> usize {
        self.marks.values().filter(|entry| entry.reach == Reach::Place).count()
    }

    /// Values of each kind.
    pub(super) fn counts(&self) -> BTreeMap<Kind, usize> {
        let mut counts = BTreeMap::new();
        for entry in self.marks.values() {
            *counts.entry(entry.kind).or_default() += 1;
        }
        self.names.counts(&mut counts);
        counts
    }

    /// Each value with its mark.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.marks.iter().map(|(value, entry)| (value.as_str(), entry.mark.as_str()))
    }
}

/// A value without the encodings around it, so that it is one value however it was written.
pub(super) fn canonical(value: &str) -> String {
    let mut value = value.to_owned();
    for _ in 0..DEEPEST {
        match layers::whole(&value) {
            Some(layer) => value = layer.text,
            None => break,
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon(values: &[(&str, Kind)]) -> Lexicon {
        let mut collecting = Collecting::default();
        for (value, kind) in values {
            collecting.add(value, *kind);
        }
        collecting.settle(b"salt", Gathered::default())
    }

    #[test]
    fn a_value_is_one_however_it_was_written() {
        let lexicon = lexicon(&[("aB3%2FdE5gH7%3D", Kind::Cookie), ("aB3/dE5gH7=", Kind::Token)]);
        assert_eq!(lexicon.marks.len(), 1);
        let found: Vec<_> =
            lexicon.find("x aB3/dE5gH7= y").map(|(range, ..)| (range.start, range.end)).collect();
        assert_eq!(found, [(2, 13)]);
    }

    #[test]
    fn words_and_short_values_are_left_alone_elsewhere() {
        let lexicon = lexicon(&[
            ("post", Kind::Password),
            ("1234", Kind::Password),
            ("1", Kind::Cookie),
            ("https://sense.example/hub", Kind::Cookie),
        ]);
        assert!(lexicon.find("post 12345 https://sense.example/hub 1").next().is_none());
        let typed = self::lexicon(&[("Qzbcdf!45", Kind::Password)]);
        for written in ["x 517a62636466213435", "517A62636466213435", "UQB6AGIAYwBkAGYAIQA0ADUA="] {
            assert_eq!(typed.find(written).count(), 1, "{written}");
        }
        assert_eq!(typed.find("517a6263646621343").count(), 0);
        assert_eq!(lexicon.find("pin 1234.").count(), 1);
        assert_eq!(lexicon.only_in_place(), 3);
    }

    #[test]
    fn what_is_public_elsewhere_is_replaced_only_in_its_place() {
        let mut collecting = Collecting::default();
        collecting.add("c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", Kind::Cookie);
        collecting.public(
            "<Issuer>https://sts.example/c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2/</Issuer>".to_owned(),
        );
        assert_eq!(
            collecting
                .settle(b"salt", Gathered::default())
                .find("c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2")
                .count(),
            0
        );
    }
}
