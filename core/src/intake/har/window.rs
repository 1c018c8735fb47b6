//! A window that slides over a byte stream: what is being looked at stays whole in memory, what has
//! been passed is dropped, and lines are counted on the way.

use memchr::{memchr_iter, memrchr};
use std::io::Read;
use std::ops::Range;

/// Bytes the window holds before it has to grow: most entries fit several times, and a core's cache holds most of it.
pub(super) const CAPACITY: usize = 1024 << 10;

/// A place in the stream, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    /// Bytes before it.
    pub(super) byte: u64,
    /// Its line, from 1.
    pub(super) line: u32,
    /// Its column in characters, from 1.
    pub(super) column: u32,
}

/// What sliding forward came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    /// There is more to see.
    More,
    /// The stream has ended, or failed.
    Ended,
    /// The window may not grow further.
    Full,
}

/// A part that was cut out of the window: it holds no line break.
#[derive(Debug, Clone, Copy)]
struct Gap {
    /// The position in the window behind it.
    at: usize,
    bytes: u64,
    characters: u32,
}

/// The window. Positions are indexes into [`Window::bytes`] and move with every [`Window::fill`].
pub(super) struct Window<R> {
    reader: R,
    buffer: Vec<u8>,
    filled: usize,
    limit: usize,
    dropped: u64,
    counted: usize,
    /// Parts behind `counted`, counted from it, that hold no line break.
    unbroken: Vec<Range<usize>>,
    /// Where parts were cut out behind `counted`, and how much that was.
    gaps: Vec<Gap>,
    line: u32,
    column: u32,
    ended: bool,
    failure: Option<String>,
}

impl<R: Read> Window<R> {
    /// A window over a stream that never holds more than `limit` bytes.
    pub(super) fn new(reader: R, capacity: usize, limit: usize) -> Self {
        Self {
            reader,
            buffer: vec![0; capacity.max(16)],
            filled: 0,
            limit: limit.max(capacity),
            dropped: 0,
            counted: 0,
            unbroken: Vec::new(),
            gaps: Vec::new(),
            line: 1,
            column: 1,
            ended: false,
            failure: None,
        }
    }

    /// What is in the window.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.filled).unwrap_or_default()
    }

    /// Why the stream ended early, where it failed.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Slides so that `keep` becomes the first byte, and reads on behind what is there. Every
    /// position is less by `keep` afterwards.
    pub(super) fn fill(&mut self, keep: usize) -> Fill {
        let keep = keep.min(self.filled);
        if keep > 0 {
            self.count_to(keep);
            self.buffer.copy_within(keep..self.filled, 0);
            self.filled -= keep;
            self.counted -= keep;
            for gap in &mut self.gaps {
                gap.at -= keep;
            }
            self.dropped += keep as u64;
        }
        if self.ended {
            return Fill::Ended;
        }
        if self.filled > self.buffer.len() / 4 * 3 {
            let grown = (self.buffer.len() * 2).min(self.limit);
            if grown > self.buffer.len() {
                self.buffer.resize(grown, 0);
            } else if self.filled == self.buffer.len() {
                return Fill::Full;
            }
        } else if self.filled == 0 && self.buffer.len() > CAPACITY * 8 {
            self.buffer.truncate(CAPACITY);
            self.buffer.shrink_to(CAPACITY);
        }
        loop {
            let Some(room) = self.buffer.get_mut(self.filled..) else { return Fill::Full };
            match self.reader.read(room) {
                Ok(0) => {
                    self.ended = true;
                    return Fill::Ended;
                }
                Ok(read) => {
                    self.filled = (self.filled + read).min(self.buffer.len());
                    return Fill::More;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.failure = Some(error.to_string());
                    return Fill::Ended;
                }
            }
        }
    }

    /// Where a position stands in the stream. Positions have to be asked for in order.
    pub(super) fn at(&mut self, position: usize) -> At {
        self.count_to(position.min(self.filled));
        At { byte: self.dropped + self.counted as u64, line: self.line, column: self.column }
    }

    /// Says which parts from `from` on hold no line break: long strings of JSON do not, and looking
    /// for some in them is most of the cost of counting.
    pub(super) fn unbroken(&mut self, from: usize, parts: &[Range<usize>]) {
        if from == self.counted {
            self.unbroken.clear();
            self.unbroken.extend_from_slice(parts);
        }
    }

    /// Cuts a part out of the window that holds no line break: every position behind it is less by its length.
    pub(super) fn cut(&mut self, part: Range<usize>) {
        let Some(bytes) = self
            .buffer
            .get(part.clone())
            .filter(|bytes| !bytes.is_empty() && part.start >= self.counted)
        else {
            return;
        };
        let gap = Gap { at: part.start, bytes: bytes.len() as u64, characters: characters(bytes) };
        match self.gaps.last_mut().filter(|last| last.at == gap.at) {
            Some(last) => {
                last.bytes += gap.bytes;
                last.characters = last.characters.saturating_add(gap.characters);
            }
            None => self.gaps.push(gap),
        }
        self.buffer.copy_within(part.end..self.filled, part.start);
        self.filled -= part.len();
    }

    fn count_to(&mut self, position: usize) {
        while let Some(gap) = self.gaps.first().copied().filter(|gap| gap.at <= position) {
            self.gaps.remove(0);
            self.count_part(gap.at);
            self.dropped += gap.bytes;
            self.column = self.column.saturating_add(gap.characters);
        }
        self.count_part(position);
    }

    fn count_part(&mut self, position: usize) {
        let Some(passed) = self.buffer.get(self.counted..position) else { return };
        if passed.is_empty() {
            return;
        }
        (self.line, self.column) = advance(self.line, self.column, passed, &self.unbroken);
        self.unbroken.clear();
        self.counted = position;
    }
}

/// Line and column after `passed`, when it began at `line` and `column`; its parts `unbroken` are in
/// order and hold no line break.
pub(super) fn advance(
    line: u32,
    column: u32,
    passed: &[u8],
    unbroken: &[Range<usize>],
) -> (u32, u32) {
    let mut lines = 0;
    let mut last = 0;
    let mut count = |range: Range<usize>| {
        let part = passed.get(range.clone()).unwrap_or_default();
        if let Some(at) = memrchr(b'\n', part) {
            lines += memchr_iter(b'\n', part).count();
            last = range.start + at + 1;
        }
    };
    let mut from = 0;
    for part in unbroken.iter().filter(|part| part.end <= passed.len()) {
        count(from..part.start);
        from = part.end;
    }
    count(from..passed.len());
    if lines == 0 {
        return (line, column.saturating_add(characters(passed)));
    }
    let line = line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    (line, 1_u32.saturating_add(characters(passed.get(last..).unwrap_or_default())))
}

/// Characters of UTF-8 text: all bytes but continuations. Summed in bytes, 255 at a time, so that
/// the compiler can do sixteen or more at once.
fn characters(bytes: &[u8]) -> u32 {
    bytes
        .chunks(255)
        .map(|chunk| {
            u32::from(
                chunk.iter().map(|byte| u8::from(byte & 0xc0 != 0x80)).fold(0_u8, u8::wrapping_add),
            )
        })
        .fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_across_slides() {
        let text = "ab\ncdé中x\n\ny".as_bytes();
        for capacity in 16..40 {
            let mut window = Window::new(text, capacity, 64);
            while window.fill(0) == Fill::More {}
            let x = text.iter().position(|byte| *byte == b'x').unwrap();
            assert_eq!(window.at(x), At { byte: x as u64, line: 2, column: 5 });
            window.ended = false;
            window.fill(x);
            assert_eq!(window.bytes().first(), Some(&b'x'));
            let end = window.bytes().len() - 1;
            assert_eq!(window.at(end), At { byte: text.len() as u64 - 1, line: 4, column: 1 });
        }
    }

    #[test]
    fn what_is_cut_out_counts_all_the_same() {
        let text = "a\nb\"cé中d\"e\nf".as_bytes();
        for capacity in [16, 64] {
            let mut window = Window::new(text, capacity, 64);
            while window.fill(0) == Fill::More {}
            let find = |window: &Window<&[u8]>, wanted: u8| {
                window.bytes().iter().position(|byte| *byte == wanted).unwrap()
            };
            let from = find(&window, b'c');
            window.cut(from..from + 3);
            window.cut(from..from + 3);
            let d = find(&window, b'd');
            assert_eq!((d, window.at(d)), (from, At { byte: 10, line: 2, column: 6 }));
            let f = find(&window, b'f');
            assert_eq!(window.at(f), At { byte: text.len() as u64 - 1, line: 3, column: 1 });
        }
    }

    #[test]
    fn it_grows_to_its_limit_and_says_so() {
        let bytes = [b'x'; 100];
        let mut window = Window::new(&bytes[..], 16, 64);
        let mut last = Fill::More;
        for _ in 0..20 {
            last = window.fill(0);
            if last != Fill::More {
                break;
            }
        }
        assert_eq!(last, Fill::Full);
        assert_eq!(window.bytes().len(), 64);
    }
}
