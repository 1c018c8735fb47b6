//! Everything that is bounded, in one table: what is the most that is read, kept and judged of what people hand in.
//!
//! Inputs are hostile, and honest ones are sometimes enormous. Crossing a bound never ends a run: what lies beyond is
//! left out, the Case says so under the bound's own word (`crossed`), and the rest is judged. `diag.toml` may set each
//! of them under `[bounds]`; `docs/bounds.md` is this table.

use diag_sdk::case::input::Crossed;
use std::cell::Cell;
use std::fmt::Write as _;

/// What the number of a bound counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// How many there are.
    Number,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// Its word.
    pub word: &'static str,
    /// What is allowed unless somebody sets it otherwise.
    pub usual: u64,
    /// What that counts.
    pub unit: Unit,
    /// What is bounded, as a noun.
    pub what: &'static str,
    /// What becomes of what lies beyond.
    pub beyond: &'static str,
}

macro_rules! bounds {
    ($($(#[$meta:meta])* $field:ident = $word:literal, $usual:expr, $unit:ident, $what:literal, $beyond:literal;)*) => {
        /// The bounds of one run.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Bounds {
            $(#[doc = $what] pub $field: u64,)*
        }

        impl Default for Bounds {
            fn default() -> Self {
                Self { $($field: $usual,)* }
            }
        }

        /// The table.
        pub static TABLE: &[Bound] = &[
            $(Bound { word: $word, usual: $usual, unit: Unit::$unit, what: $what, beyond: $beyond },)*
        ];

        impl Bounds {
            /// Sets the bound of that word; `false` where there is none.
            pub fn set(&mut self, word: &str, most: u64) -> bool {
                match word {
                    $($word => self.$field = most,)*
                    _ => return false,
                }
                true
            }

            /// The bound of that word.
            pub fn get(&self, word: &str) -> Option<u64> {
                match word {
                    $($word => Some(self.$field),)*
                    _ => None,
                }
            }
        }
    };
}

bounds! {
    string = "string", 16 << 20, Bytes, "One string of a capture, such as a body", "its end is passed over; the entry it stands in is judged without it";
    entry = "entry", 64 << 20, Bytes, "One entry of a capture, long strings cut", "the entry is left out";
    entries = "entries", 2_000_000, Number, "Entries of one capture", "the entries behind them are not read";
    light = "light", 10_000, Number, "Scripts, pictures and background requests kept of one capture", "further ones are counted, not kept; sign-ins are never among them";
    pages = "pages", 1 << 20, Bytes, "Pages after each step of a sign-in that show no sign of SAML", "further ones are counted, not looked at; those just before the next step are";
    posted = "posted", 8 << 20, Bytes, "One form or message that a browser posted", "it is not read";
    fields = "fields", 4_096, Number, "Fields of one posted form", "the fields behind them are not read";
    expanded = "expanded", 32 << 20, Bytes, "What the messages of one sketch are expanded to", "further ones stay as they are written";
    body = "body", 1 << 20, Bytes, "One page", "the page is not looked at";
    bodies = "bodies", 64 << 20, Bytes, "All pages of one capture that show no sign of SAML", "further ones are not looked at";
    document = "document", 64 << 20, Bytes, "One document that is no capture", "the document is not used";
    documents = "documents", 128 << 20, Bytes, "All documents together, aggregates of metadata apart", "the documents behind them are not used";
    aggregate = "aggregate", 512 << 20, Bytes, "One aggregate of metadata in an archive, which is kept in memory, packed", "the aggregate is not used; outside of an archive it is";
    unpacked = "unpacked", 4 << 30, Bytes, "Everything that is unpacked in one run", "the archive is read up to there";
    files = "files", 5_000, Number, "Files taken from folders for one case", "the files behind them are not read";
    members = "members", 1_000, Number, "Files of one archive", "the files behind them are not read";
    objects = "objects", 2_000, Number, "Objects of one export of configuration, rows of one of them, and entries of a list in it", "those behind them are not read; a longer list counts as not given";
    certificates = "certificates", 500, Number, "Certificates of one file", "the certificates behind them are not read";
    lines = "lines", 4_000, Number, "Lines of one log that say something known", "the earlier ones are left out";
    entities = "entities", 2_000, Number, "Entities that are read of one document of metadata", "the entities behind them are not read";
    entity = "entity", 16 << 20, Bytes, "One entity of an aggregate of metadata", "the entity is not read";
    items = "items", 2_000, Number, "Elements of one kind in one message or one entity of metadata, such as assertions, addresses, keys or signatures", "those behind them are not read";
    secrets = "secrets", 250_000, Number, "Secrets of one case, which are looked for wherever they may come up again", "the exchanges behind them are left out";
    messages = "messages", 2_000, Number, "SAML messages of one case", "the messages behind them are not read";
    message = "message", 4 << 20, Bytes, "One SAML message, unpacked; one that inflates to more than 200 times its size is too large as well", "it is not read, and what it says stays open";
    depth = "depth", 128, Number, "Elements nested in one another in one message (never more than 1000)", "the message is not read, and what it says stays open";
    names = "names", 10_000_000, Number, "Steps that resolving the namespaces and attributes of one message takes; 8 more are free for each of its bytes", "the message is not read, and what it says stays open";
    keys = "keys", 500, Number, "Keys of one side that signatures are tried with; those of whoever takes part come first", "further keys are not tried";
    signing = "signing", 64 << 20, Bytes, "Bytes that are canonicalised for the signatures of one message; each namespace in scope of an element counts as 16", "the signatures behind them are not judged; those of a large message are, up to two";
    attempts = "attempts", 500, Number, "Attempts to sign in or out of one case", "the attempts behind them are not told";
    steps = "steps", 1_000, Number, "Exchanges of one attempt", "the exchanges behind them are not counted to it";
    findings = "findings", 200, Number, "Findings of one check", "less severe ones are counted, at the last one that is told";
}

impl Bounds {
    /// A bound as a size in memory.
    pub fn size(bound: u64) -> usize {
        usize::try_from(bound).unwrap_or(usize::MAX)
    }
}

/// A bound at work: lets through as many things as are allowed, and remembers whether there were more.
#[derive(Debug)]
pub(crate) struct Gauge {
    most: usize,
    crossed: Cell<bool>,
}

impl Gauge {
    /// Of so many.
    pub(crate) fn new(most: u64) -> Self {
        Self { most: Bounds::size(most), crossed: Cell::new(false) }
    }

    /// Whether one more is allowed where there are already so many.
    pub(crate) fn allows(&self, already: usize) -> bool {
        let allowed = already < self.most;
        self.crossed.set(self.crossed.get() || !allowed);
        allowed
    }

    /// The first of them.
    pub(crate) fn first_of<I: IntoIterator>(&self, all: I) -> impl Iterator<Item = I::Item> {
        all.into_iter()
            .enumerate()
            .take_while(|(already, _)| self.allows(*already))
            .map(|(_, one)| one)
    }

    /// Drops all but the last of them.
    pub(crate) fn last_of<T>(&self, all: &mut Vec<T>) {
        let surplus = all.len().saturating_sub(self.most);
        self.crossed.set(self.crossed.get() || surplus > 0);
        all.drain(..surplus);
    }

    /// How many are allowed.
    pub(crate) fn size(&self) -> usize {
        self.most
    }

    /// There were more.
    pub(crate) fn crossed(&self) -> bool {
        self.crossed.get()
    }
}

/// The row of a word.
pub fn named(word: &str) -> Option<&'static Bound> {
    TABLE.iter().find(|bound| bound.word == word)
}

impl Bound {
    /// The number in words: `64 MiB`, `2000000`.
    pub fn shown(self, most: u64) -> String {
        match self.unit {
            Unit::Bytes if most >= 1 << 30 && most.is_multiple_of(1 << 30) => {
                format!("{} GiB", most >> 30)
            }
            Unit::Bytes if most >= 1 << 20 => format!("{} MiB", most >> 20),
            Unit::Bytes if most >= 1 << 10 => format!("{} KiB", most >> 10),
            Unit::Bytes => format!("{most} bytes"),
            Unit::Number => most.to_string(),
        }
    }
}

/// That a bound was crossed, for the Case.
pub(crate) fn crossed(word: &str, most: u64, input: Option<&str>) -> Crossed {
    let bound = named(word);
    let text = |part: fn(&Bound) -> &'static str| bound.map(part).unwrap_or_default().to_owned();
    Crossed {
        bound: word.to_owned(),
        input: input.map(str::to_owned),
        most: bound.map_or_else(|| most.to_string(), |bound| bound.shown(most)),
        what: text(|bound| bound.what),
        beyond: text(|bound| bound.beyond),
    }
}

/// The table as a page of the documentation.
pub fn page() -> String {
    let mut out = String::from(PREFACE);
    for bound in TABLE {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            bound.word,
            bound.what,
            bound.shown(bound.usual),
            bound.beyond
        );
    }
    out
}

const PREFACE: &str = "# Bounds

What people hand in may be hostile, and honest captures are sometimes enormous. So everything that is read, kept and judged has a bound.
Crossing one never ends a run: what lies beyond is left out, the report says so (`flow/judged-in-part`, with the word of the bound), and the
rest is judged. A verdict on a part is marked as one.

Each may be set in `diag.toml`, as a number of bytes or of things, higher where memory allows it, lower where many runs share a machine:

```toml
[bounds]
documents = 268435456
entries = 100000
```

| word | what is bounded | usual | what becomes of the rest |
|---|---|---|---|
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_set_and_read_by_itself() {
        for bound in TABLE {
            let mut bounds = Bounds::default();
            assert_eq!(bounds.get(bound.word), Some(bound.usual), "{}", bound.word);
            assert!(bounds.set(bound.word, 7));
            assert_eq!(bounds.get(bound.word), Some(7));
            let others = TABLE.iter().filter(|other| other.word != bound.word);
            assert!(others.into_iter().all(|other| bounds.get(other.word) == Some(other.usual)));
        }
        assert!(!Bounds::default().set("entrys", 1));
    }

    #[test]
    fn a_gauge_lets_through_what_is_allowed_and_knows_of_more() {
        let gauge = Gauge::new(3);
        assert_eq!(gauge.first_of([1, 2, 3]).count(), 3);
        assert!(!gauge.crossed(), "as many as are allowed are not too many");
        assert_eq!(gauge.first_of([1, 2, 3, 4]).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(gauge.crossed());
        assert_eq!(gauge.first_of([1]).count(), 1);
        assert!(gauge.crossed(), "once is enough");
        let gauge = Gauge::new(2);
        let mut lines = vec![1, 2];
        gauge.last_of(&mut lines);
        assert_eq!((lines.as_slice(), gauge.crossed()), ([1, 2].as_slice(), false));
        lines.push(3);
        gauge.last_of(&mut lines);
        assert_eq!((lines.as_slice(), gauge.crossed()), ([2, 3].as_slice(), true));
    }

    #[test]
    fn numbers_are_told_in_the_unit_people_use() {
        let shown = |word: &str, most| named(word).map(|bound| bound.shown(most));
        assert_eq!(shown("unpacked", 4 << 30).as_deref(), Some("4 GiB"));
        assert_eq!(shown("document", 64 << 20).as_deref(), Some("64 MiB"));
        assert_eq!(shown("document", 100).as_deref(), Some("100 bytes"));
        assert_eq!(shown("entries", 2_000_000).as_deref(), Some("2000000"));
    }
}
