//! Finds the entries of a capture in a byte stream, without parsing them.
//!
//! Captures run to hundreds of megabytes, nearly all of it bodies nobody needs. So the splitter
//! only follows strings and nesting: inside strings it leaps from quote to quote (memchr picks the
//! widest SIMD the machine has, at run time), and what passes is dropped unless it belongs to the
//! current entry. Nesting is counted, not recursed into, so no depth can hurt it.

use super::scan::{Parts, Scan};
use super::window::{At, Fill, Window};
use std::io::Read;
use std::ops::Range;

/// Names are looked at up to this size.
const SMALL: usize = 64 << 10;

/// Other members of `log`, such as its pages, are looked at up to this size.
const MEMBER: usize = 16 << 20;

const NOTHING_KEPT: usize = usize::MAX;

/// One element of `entries`.
pub(super) struct Piece<'a> {
    /// Its index.
    pub(super) index: usize,
    /// Where it begins.
    pub(super) at: At,
    /// Its text.
    pub(super) bytes: &'a [u8],
    /// Long strings in it, with their quotes.
    pub(super) long: &'a [Range<usize>],
    /// Lists in the members of its members, such as `request.headers`.
    pub(super) lists: &'a [Range<usize>],
    /// The end of a string in it was passed over.
    pub(super) cut: bool,
}

/// How much the splitter holds at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Bytes of the stream at first.
    pub(super) capacity: usize,
    /// Bytes of an entry.
    pub(super) entry: usize,
    /// Bytes of a string; the end of a longer one is passed over.
    pub(super) string: usize,
}

/// Takes what the splitter finds.
pub(super) trait Sink {
    /// `log` or `entries` begins.
    fn begins(&mut self, _name: &'static str) {}
    /// A member of `log` other than `entries`, if it is small. In strict mode every member, and also those outside `log`.
    fn member(&mut self, name: &[u8], value: &[u8], at: At);
    /// A whole entry.
    fn entry(&mut self, piece: Piece<'_>);
    /// An element of `entries` that is no object, or larger than the bound.
    fn passed_over(&mut self, index: usize, at: At, too_large: bool);
    /// The entry in which the stream ended; its text is empty where the entry was larger than the bound.
    fn cut_short(&mut self, piece: Piece<'_>);
    /// Whether enough entries were taken.
    fn full(&self) -> bool;
}

/// Why splitting stopped before the end of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The stream ended.
    Ended,
    /// Something else was expected here.
    Expected(&'static str),
    /// The sink had enough.
    Enough,
}

/// The splitter.
pub(super) struct Splitter<R> {
    window: Window<R>,
    pos: usize,
    keep: usize,
    parts: Parts,
    index: usize,
    strict: bool,
    string: usize,
    /// A string of the current value was cut.
    cut: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Log,
}

impl<R: Read> Splitter<R> {
    pub(super) fn new(reader: R, room: Room, strict: bool) -> Self {
        Self {
            window: Window::new(reader, room.capacity, room.entry),
            pos: 0,
            keep: NOTHING_KEPT,
            parts: Parts::default(),
            index: 0,
            strict,
            // Whoever asks for every byte to be looked at has it in memory.
            string: if strict { usize::MAX } else { room.string },
            cut: false,
        }
    }

    /// Where it stands.
    pub(super) fn at(&mut self) -> At {
        self.window.at(self.pos)
    }

    /// Why the stream failed, where it did.
    pub(super) fn failure(&self) -> Option<&str> {
        self.window.failure()
    }

    /// Entries found so far.
    pub(super) fn found(&self) -> usize {
        self.index
    }

    /// Skips white space (and zero bytes, with which aborted downloads are padded); whether anything follows.
    pub(super) fn anything_left(&mut self) -> bool {
        loop {
            match self.window.bytes().get(self.pos..).unwrap_or_default() {
                [b' ' | b'\n' | b'\r' | b'\t' | 0, ..] => self.pos += 1,
                [0xef, 0xbb, 0xbf, ..] => self.pos += 3,
                [] => {
                    if self.more().is_err() {
                        return false;
                    }
                }
                [0xef] | [0xef, 0xbb] => {
                    if self.more().is_err() {
                        return true;
                    }
                }
                _ => return true,
            }
        }
    }

    /// Splits one document: `{"log": {"entries": […]}}`, or what people make of it: a bare `log`
    /// object, or a bare array of entries.
    pub(super) fn document(&mut self, sink: &mut impl Sink) -> Result<(), Stop> {
        match self.peek()? {
            b'{' => self.object(Level::Root, sink),
            b'[' => self.entries(sink),
            _ => Err(Stop::Expected("an object")),
        }
    }

    fn object(&mut self, level: Level, sink: &mut impl Sink) -> Result<(), Stop> {
        self.pos += 1;
        loop {
            match self.peek()? {
                b'}' => {
                    self.pos += 1;
                    return Ok(());
                }
                b',' => self.pos += 1,
                b'"' => self.field(level, sink)?,
                _ => return Err(Stop::Expected("a field name in double quotes, or }")),
            }
        }
    }

    fn field(&mut self, level: Level, sink: &mut impl Sink) -> Result<(), Stop> {
        self.keep = self.pos;
        let whole = self.value(Some(SMALL))?;
        let name = if whole {
            self.window.bytes().get(self.keep + 1..self.pos - 1).unwrap_or_default().to_vec()
        } else {
            Vec::new()
        };
        self.keep = NOTHING_KEPT;
        if self.peek()? != b':' {
            return Err(Stop::Expected("a colon"));
        }
        self.pos += 1;
        match (self.peek()?, level, name.as_slice()) {
            (b'{', Level::Root, b"log") => {
                sink.begins("log");
                self.object(Level::Log, sink)
            }
            (b'[', _, b"entries") => {
                sink.begins("entries");
                self.entries(sink)
            }
            (b'}' | b']' | b',' | b':', ..) => Err(Stop::Expected("a value")),
            _ => self.member(&name, sink),
        }
    }

    fn member(&mut self, name: &[u8], sink: &mut impl Sink) -> Result<(), Stop> {
        let at = self.window.at(self.pos);
        self.keep = self.pos;
        let whole = self.value(if self.strict { None } else { Some(MEMBER) })?;
        if whole {
            sink.member(name, self.window.bytes().get(self.keep..self.pos).unwrap_or_default(), at);
        }
        self.keep = NOTHING_KEPT;
        Ok(())
    }

    fn entries(&mut self, sink: &mut impl Sink) -> Result<(), Stop> {
        self.pos += 1;
        loop {
            match self.peek()? {
                b']' => {
                    self.pos += 1;
                    return Ok(());
                }
                b',' => self.pos += 1,
                b'}' | b':' => return Err(Stop::Expected("an entry, or ]")),
                _ if sink.full() => return Err(Stop::Enough),
                b'{' => self.entry(sink)?,
                _ => {
                    let at = self.window.at(self.pos);
                    self.value(Some(0))?;
                    sink.passed_over(self.index, at, false);
                    self.index += 1;
                }
            }
        }
    }

    fn entry(&mut self, sink: &mut impl Sink) -> Result<(), Stop> {
        let at = self.window.at(self.pos);
        self.keep = self.pos;
        let result = self.value(None);
        let kept = self.keep != NOTHING_KEPT;
        let bytes = if kept {
            self.window.bytes().get(self.keep..self.pos).unwrap_or_default()
        } else {
            &[]
        };
        let piece = Piece {
            index: self.index,
            at,
            bytes,
            long: &self.parts.long,
            lists: &self.parts.lists,
            cut: self.cut,
        };
        match result {
            Ok(true) => sink.entry(piece),
            Ok(false) => sink.passed_over(self.index, at, true),
            Err(_) => sink.cut_short(piece),
        }
        if result == Ok(true) && !self.strict {
            self.window.unbroken(self.keep, &self.parts.long);
        }
        self.index += 1;
        self.keep = NOTHING_KEPT;
        result.map(|_| ())
    }

    /// Passes one value. It stays in the window from `keep` on, unless it is larger than `bound` or
    /// than the window may be: then `false`. Without `bound` its long strings are listed.
    fn value(&mut self, bound: Option<usize>) -> Result<bool, Stop> {
        self.parts.long.clear();
        self.parts.lists.clear();
        self.cut = false;
        let mut scan = Scan::default();
        loop {
            let base = if self.keep == NOTHING_KEPT { None } else { Some(self.keep) };
            let done = scan.run(self.window.bytes(), &mut self.pos, base, &mut self.parts);
            if done {
                return Ok(self.keep != NOTHING_KEPT);
            }
            if base.is_some_and(|base| bound.is_some_and(|bound| self.pos - base > bound)) {
                self.keep = NOTHING_KEPT;
            }
            self.cut_string(&scan);
            match self.more() {
                Err(Fill::Full) => self.keep = NOTHING_KEPT,
                // A bare number ends with the stream, too.
                Err(_) if scan.bare => return Ok(self.keep != NOTHING_KEPT),
                Err(_) => return Err(Stop::Ended),
                Ok(()) => {}
            }
        }
    }

    /// Passes over the end of a string that is longer than is held.
    fn cut_string(&mut self, scan: &Scan) {
        let Some(start) = scan.string.filter(|_| self.keep != NOTHING_KEPT) else { return };
        let most = (self.keep + start).saturating_add(self.string);
        if self.pos > most {
            // What is cut ends behind an even number of backslashes, and so does what stays before it.
            self.window.cut(most..self.pos);
            self.pos = most;
            self.cut = true;
        }
    }

    fn peek(&mut self) -> Result<u8, Stop> {
        loop {
            match self.window.bytes().get(self.pos) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.pos += 1,
                Some(byte) => return Ok(*byte),
                None => self.more().map_err(|_| Stop::Ended)?,
            }
        }
    }

    /// Reads on; positions move along.
    fn more(&mut self) -> Result<(), Fill> {
        let from = self.keep.min(self.pos);
        let result = self.window.fill(from);
        self.pos -= from;
        if self.keep != NOTHING_KEPT {
            self.keep = 0;
        }
        if result == Fill::More { Ok(()) } else { Err(result) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Found {
        members: Vec<(String, String)>,
        entries: Vec<(String, u32, u32)>,
        passed: Vec<(usize, bool)>,
        cut: usize,
        long: usize,
    }

    impl Sink for Found {
        fn member(&mut self, name: &[u8], value: &[u8], _: At) {
            self.members.push((
                String::from_utf8_lossy(name).into(),
                String::from_utf8_lossy(value).into(),
            ));
        }
        fn entry(&mut self, piece: Piece<'_>) {
            assert_eq!(piece.index, self.entries.len() + self.passed.len());
            for range in piece.long {
                assert_eq!(piece.bytes[range.start], b'"');
                assert_eq!(piece.bytes[range.end - 1], b'"');
            }
            self.long += piece.long.len();
            self.entries.push((
                String::from_utf8_lossy(piece.bytes).into(),
                piece.at.line,
                piece.at.column,
            ));
        }
        fn passed_over(&mut self, index: usize, _: At, too_large: bool) {
            self.passed.push((index, too_large));
        }
        fn cut_short(&mut self, _: Piece<'_>) {
            self.cut += 1;
        }
        fn full(&self) -> bool {
            false
        }
    }

    fn split(text: &str, capacity: usize, limit: usize) -> (Found, Result<(), Stop>) {
        split_within(text, Room { capacity, entry: limit, string: usize::MAX })
    }

    fn split_within(text: &str, room: Room) -> (Found, Result<(), Stop>) {
        let mut found = Found::default();
        let mut splitter = Splitter::new(text.as_bytes(), room, false);
        assert!(splitter.anything_left());
        let result = splitter.document(&mut found);
        (found, result)
    }

    #[test]
    fn entries_are_found_whatever_the_pieces() {
        let long = "x\\\\\\\"y".repeat(400);
        let text = format!(
            "\u{feff} {{\"log\": {{\"version\":\"1.2\",\n\"creator\":{{\"name\":\"W\"}}, \"pages\":[{{\"a\":[]}}],\"entries\" : [ {{\"a\":\"}}\\\"]\\\\\"}} ,\n {{\"b\":[{{}},\"{long}\"]}}, null, 12,{{}}],\"comment\":\"c\"}} }}"
        );
        let (whole, result) = split(&text, 1 << 20, 1 << 20);
        assert_eq!(result, Ok(()));
        assert_eq!(whole.entries.len(), 3);
        assert_eq!(whole.entries[0].0, "{\"a\":\"}\\\"]\\\\\"}");
        assert_eq!((whole.entries[0].1, whole.entries[0].2), (2, 58));
        assert_eq!((whole.entries[1].1, whole.entries[1].2), (3, 2));
        assert_eq!(whole.long, 1);
        assert_eq!(whole.passed, [(2, false), (3, false)]);
        assert!(whole.members.contains(&("version".into(), "\"1.2\"".into())));
        assert!(whole.members.contains(&("comment".into(), "\"c\"".into())));
        for capacity in (16..200).chain([1000, 2000, 3000]) {
            let (pieces, result) = split(&text, capacity, 1 << 20);
            assert_eq!(result, Ok(()), "{capacity}");
            assert_eq!(pieces.entries, whole.entries, "{capacity}");
            assert_eq!(pieces.members, whole.members, "{capacity}");
            assert_eq!(pieces.long, whole.long, "{capacity}");
        }
    }

    #[test]
    fn an_entry_beyond_the_bound_is_passed_over() {
        let big = "\\\\y".repeat(500);
        let text = format!("{{\"log\":{{\"entries\":[{{}},{{\"a\":\"{big}\"}},{{\"b\":1}}]}}}}");
        for capacity in 16..64 {
            let (found, result) = split(&text, capacity, 256);
            assert_eq!(result, Ok(()));
            assert_eq!(found.passed, [(1, true)]);
            assert_eq!(found.entries.len(), 2);
        }
    }

    #[test]
    fn a_long_string_is_cut_and_the_rest_of_its_entry_stays() {
        let body = "x\\\"é".repeat(2_000);
        let text =
            format!("{{\"log\":{{\"entries\":[{{\"a\":\"{body}\",\"b\":1}},\n {{\"c\":2}}]}}}}");
        for capacity in [16, 17, 64, 1000] {
            let (found, result) = split_within(&text, Room { capacity, entry: 4_000, string: 100 });
            assert_eq!(
                (result, found.passed.len(), found.entries.len()),
                (Ok(()), 0, 2),
                "{capacity}"
            );
            let (entry, line, column) = &found.entries[0];
            assert!(
                entry.len() < 3_000
                    && entry.starts_with("{\"a\":\"x\\\"")
                    && entry.ends_with("\",\"b\":1}"),
                "{entry}"
            );
            assert_eq!((line, column), (&1, &20));
            assert_eq!((found.entries[1].1, found.entries[1].2), (2, 2));
        }
    }

    #[test]
    fn the_place_of_a_break_is_known() {
        let (found, result) = split("{\"log\":{\"entries\":[{},{\"a\":\"", 16, 256);
        assert_eq!((found.entries.len(), found.cut, result), (1, 1, Err(Stop::Ended)));
        let (_, result) = split("{\"log\":{\"entries\":[{}:", 16, 256);
        assert_eq!(result, Err(Stop::Expected("an entry, or ]")));
        let (_, result) = split("{log:1}", 16, 256);
        assert!(matches!(result, Err(Stop::Expected(_))));
    }

    #[test]
    fn depth_does_not_matter() {
        let text = format!("[{{\"a\":{}{}}}]", "[".repeat(100_000), "]".repeat(100_000));
        let (found, result) = split(&text, 64, 1 << 20);
        assert_eq!((found.entries.len(), result), (1, Ok(())));
    }
}
