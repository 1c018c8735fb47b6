//! Finds many texts in another one by the bytes they begin with.
//!
//! An automaton over thousands of texts takes longer to build than a capture takes to read, and most runs look through
//! a few pages only. Here each text costs one entry of a table, and each byte of what is searched one look into bits
//! that a core's cache holds: whether any text begins as the four bytes here do. Bytes are compared without the case of
//! ASCII letters; whoever asks compares what follows.

use std::borrow::Cow;
use std::ops::ControlFlow;

/// Bytes by which texts are found that have as many.
const LONG: usize = 16;
const MIDDLE: usize = 8;
const SHORT: usize = 4;
/// Bits of a filter for each text, as a power of two: few places that hold nothing pass it.
const SPARSE: u32 = 4;
/// Least and largest filter, as a power of two.
const LEAST: u32 = 6;
const LARGEST: u32 = 23;

/// Texts by what they begin with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Openings {
    /// How any text of a table begins.
    gate: Filter,
    long: Table,
    middle: Table,
    short: Table,
    /// Texts of fewer bytes than any table takes.
    tiny: Vec<(Vec<u8>, usize)>,
}

impl Openings {
    /// Texts, numbered as they come; an empty one is nowhere.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t [u8]>) -> Self {
        let (mut long, mut middle, mut short) = (Vec::new(), Vec::new(), Vec::new());
        let (mut tiny, mut gate) = (Vec::new(), Vec::new());
        for (number, text) in texts.into_iter().enumerate() {
            gate.extend(text.first_chunk().map(|opening| u64::from(alike(*opening))));
            match text.len() {
                0 => {}
                LONG.. => long.push((both(word(text), word(&text[MIDDLE..])), number)),
                MIDDLE.. => middle.push((word(text), number)),
                SHORT.. => short.push((word(text) & SHORT_MASK, number)),
                _ => tiny.push((text.to_ascii_lowercase(), number)),
            }
        }
        Self {
            gate: Filter::of(gate.len(), gate.iter().copied()),
            long: Table::of(long),
            middle: Table::of(middle),
            short: Table::of(short),
            tiny,
        }
    }

    /// Texts that were put in order when a program was built; of none are there fewer bytes than any table takes.
    pub const fn ready(
        gate: Bits,
        long: (Bits, Entries),
        middle: (Bits, Entries),
        short: (Bits, Entries),
    ) -> Self {
        Self {
            gate: Filter::ready(gate),
            long: Table::ready(long.0, long.1),
            middle: Table::ready(middle.0, middle.1),
            short: Table::ready(short.0, short.1),
            tiny: Vec::new(),
        }
    }

    /// What makes the same of these texts in a program that is built, as Rust.
    ///
    /// # Panics
    ///
    /// Where one of the texts is so short that no table is made for it.
    pub fn source(&self) -> String {
        assert!(self.tiny.is_empty(), "a build has no table of texts of under {SHORT} bytes");
        let [long, middle, short] = [&self.long, &self.middle, &self.short].map(Table::source);
        format!("Openings::ready({}, ({long}), ({middle}), ({short}))", self.gate.source())
    }

    /// Says of each place which texts may stand there, in the order of the places: of a text that has sixteen bytes or
    /// more the first sixteen do, of others the first eight or four, or all.
    pub fn look(&self, text: &[u8], mut see: impl FnMut(usize, usize) -> ControlFlow<()>) {
        for at in 0..text.len() {
            let here = text.get(at..).unwrap_or_default();
            for (tiny, number) in &self.tiny {
                let opening = here.get(..tiny.len());
                if opening.is_some_and(|opening| opening.eq_ignore_ascii_case(tiny))
                    && see(at, *number).is_break()
                {
                    return;
                }
            }
            let opening = here.first_chunk().map(|opening| u64::from(alike(*opening)));
            if !opening.is_some_and(|opening| self.gate.passes(opening)) {
                continue;
            }
            // As if nothing stood behind the end: whoever asks finds that a text goes on where nothing is left.
            let (first, second) = (word(here), word(here.get(MIDDLE..).unwrap_or_default()));
            let tables = [
                self.short.at(first & SHORT_MASK),
                self.middle.at(first),
                self.long.at(both(first, second)),
            ];
            for (_, number) in tables.into_iter().flatten() {
                if see(at, *number).is_break() {
                    return;
                }
            }
        }
    }
}

/// Four bytes as a number in which the case of letters makes no difference; some signs are alike in it, too.
fn alike(bytes: [u8; SHORT]) -> u32 {
    u32::from_le_bytes(bytes) | u32::from_le_bytes([0x20; SHORT])
}

/// Of eight bytes those that a short text has.
const SHORT_MASK: u64 = u32::MAX as u64;

/// The first eight bytes as a number, the first of them lowest.
fn word(text: &[u8]) -> u64 {
    let bytes = text.iter().take(MIDDLE).zip((0..).step_by(8));
    bytes.fold(0, |word, (byte, shift)| word | u64::from(byte.to_ascii_lowercase()) << shift)
}

/// Sixteen bytes as one number: different ones may come to the same, which costs a comparison.
fn both(first: u64, second: u64) -> u64 {
    first.wrapping_mul(ODD).rotate_left(32) ^ second
}

/// A number that spreads what is multiplied by it.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Numbers of texts by their keys, behind a filter that most places do not pass. Keys stand in order, so that nobody
/// can choose some that make it slow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Table {
    filter: Filter,
    entries: Cow<'static, [(u64, usize)]>,
}

impl Table {
    const fn ready(filter: Bits, entries: Entries) -> Self {
        Self { filter: Filter::ready(filter), entries: Cow::Borrowed(entries) }
    }

    fn source(&self) -> String {
        format!("{}, &{:?}", self.filter.source(), self.entries)
    }

    fn of(mut entries: Vec<(u64, usize)>) -> Self {
        entries.sort_unstable();
        let filter = Filter::of(entries.len(), entries.iter().map(|(key, _)| *key));
        Self { filter, entries: entries.into() }
    }

    fn at(&self, key: u64) -> &[(u64, usize)] {
        if !self.filter.passes(key) {
            return &[];
        }
        let from = self.entries.partition_point(|(known, _)| *known < key);
        let rest = self.entries.get(from..).unwrap_or_default();
        let of_key = rest.iter().take_while(|(known, _)| *known == key).count();
        rest.get(..of_key).unwrap_or_default()
    }
}

/// A bit for each key, and a few keys to a bit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Filter {
    bits: Cow<'static, [u64]>,
    shift: u32,
}

/// The bits of a filter and its shift, as [`Openings::source`] writes them.
type Bits = (&'static [u64], u32);
/// The entries of a table, likewise.
type Entries = &'static [(u64, usize)];

impl Filter {
    const fn ready((bits, shift): Bits) -> Self {
        Self { bits: Cow::Borrowed(bits), shift }
    }

    fn source(&self) -> String {
        format!("(&{:?}, {})", self.bits, self.shift)
    }

    fn of(many: usize, keys: impl Iterator<Item = u64>) -> Self {
        if many == 0 {
            return Self::default();
        }
        let bits = (usize::BITS - many.leading_zeros() + SPARSE).clamp(LEAST, LARGEST);
        let mut set = vec![0; 1 << (bits - LEAST)];
        let filter = Self { bits: Cow::Borrowed(&[]), shift: u64::BITS - bits };
        for key in keys {
            let (word, bit) = filter.place(key);
            if let Some(word) = set.get_mut(word) {
                *word |= bit;
            }
        }
        Self { bits: set.into(), ..filter }
    }

    fn passes(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.bits.get(word).is_some_and(|word| word & bit != 0)
    }

    /// The word, and the bit in it, of a key.
    fn place(&self, key: u64) -> (usize, u64) {
        let bit = (key ^ key >> 32).wrapping_mul(ODD) >> self.shift.min(u64::BITS - 1);
        (usize::try_from(bit >> LEAST).unwrap_or_default(), 1 << (bit & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[&str], text: &str) -> Vec<(usize, usize)> {
        let openings = Openings::of(texts.iter().map(|text| text.as_bytes()));
        let mut found = Vec::new();
        openings.look(text.as_bytes(), |at, number| {
            found.push((at, number));
            ControlFlow::Continue(())
        });
        found.sort_unstable();
        found
    }

    #[test]
    fn each_text_is_found_wherever_it_stands_in_either_case() {
        let texts = ["a", "ab", "abc", "abcd", "abcdefg", "abcdefgh", "ABCDEFGHIJ", "", "zz"];
        let all = [(2, 0), (2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (2, 6)];
        assert_eq!(found(&texts, "xxABCDefghij"), all);
        let long = "the quick brown fox jumps";
        assert_eq!(found(&[long, "THE QUICK BROWN FOX JUMPS"], long), [(0, 0), (0, 1)]);
        assert_eq!(found(&[long], "the quick brawn fox jumps"), []);
        assert_eq!(found(&texts, "abcd"), [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4)]);
        assert_eq!(found(&texts, "zz"), [(0, 8)]);
        assert_eq!(found(&texts, ""), []);
        assert_eq!(found(&[], "abcdefgh"), []);
    }

    #[test]
    fn thousands_of_texts_are_told_apart() {
        let texts: Vec<String> =
            (0..5_000).map(|number| format!("the-value-{number:05}-of-many")).collect();
        let listed: Vec<&str> = texts.iter().map(String::as_str).collect();
        for number in [0, 1, 17, 4_999] {
            let text = format!("before {} after", texts[number]);
            assert_eq!(found(&listed, &text), [(7, number)], "{text}");
        }
    }

    #[test]
    fn a_search_ends_when_told() {
        let openings = Openings::of([&b"aaaa"[..]]);
        let mut seen = 0;
        openings.look(&[b'a'; 100], |_, _| {
            seen += 1;
            if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(seen, 3);
    }
}
