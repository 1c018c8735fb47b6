//! Follows one JSON value through a byte stream, piece by piece, without parsing it.
//!
//! Most bytes of a capture stand inside strings, so finding where a string ends is what reading
//! captures costs. Long ones are leapt through with memchr, which picks the widest SIMD the machine
//! has at run time, and in strides that compile to SIMD; short ones are passed by the [`Block`].
//! Brackets are counted, not recursed into.

use super::block::{BLOCK, Block};
use memchr::memchr;
use std::ops::Range;

/// Strings longer than this are listed with their entry, so that readers can leave them out.
pub(super) const LONG: usize = 1024;

/// Parts of the current value, counted from its start, in order.
#[derive(Default)]
pub(super) struct Parts {
    /// Strings longer than [`LONG`], with their quotes.
    pub(super) long: Vec<Range<usize>>,
    /// Lists in the members of its members, such as `request.headers`.
    pub(super) lists: Vec<Range<usize>>,
}

/// Follows one value through as many pieces as it takes.
#[derive(Default)]
pub(super) struct Scan {
    depth: usize,
    begun: bool,
    /// The value is a number or word, which ends where something else begins.
    pub(super) bare: bool,
    /// Where the current string begins, counted from the kept start.
    pub(super) string: Option<usize>,
    /// Where the current list of the third level begins, counted likewise.
    list: Option<usize>,
}

impl Scan {
    /// Follows the value from `pos`; whether it ended, with `pos` behind it. Else `pos` is where to
    /// go on once there is more.
    pub(super) fn run(
        &mut self,
        bytes: &[u8],
        pos: &mut usize,
        base: Option<usize>,
        parts: &mut Parts,
    ) -> bool {
        let mut at = *pos;
        // Blocks with backslashes are followed byte by byte, up to here.
        let mut exact = 0;
        loop {
            if self.depth > 0
                && at >= exact
                && let Some(signs) = bytes.get(at..).and_then(<[u8]>::first_chunk)
                && let Some(block) = Block::of(signs)
            {
                exact = at + BLOCK;
                let goes_on = self.string.is_some() && block.quotes == 0;
                if block.backslashes == 0 && !goes_on {
                    if let Some(end) = self.pass((block, signs), at, base, parts) {
                        *pos = end;
                        return true;
                    }
                    at = exact;
                    continue;
                }
            }
            if let Some(start) = self.string {
                let Some(end) = string_end(bytes, &mut at) else {
                    *pos = at;
                    return false;
                };
                at = end + 1;
                self.string = None;
                note_string(start, at, base, parts);
                if self.depth == 0 {
                    *pos = at;
                    return true;
                }
            }
            let Some(byte) = bytes.get(at) else {
                *pos = at;
                return false;
            };
            match byte {
                b'"' => {
                    self.string = Some(base.map_or(0, |base| at - base));
                    self.begun = true;
                }
                b'{' | b'[' => {
                    self.begun = true;
                    self.opens(*byte, at, base);
                }
                b'}' | b']' | b',' | b' ' | b'\n' | b'\r' | b'\t' if self.bare => {
                    *pos = at;
                    return true;
                }
                b'}' | b']' if self.closes(at, base, parts) => {
                    *pos = at + 1;
                    return true;
                }
                _ if !self.begun => {
                    self.bare = true;
                    self.begun = true;
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Passes a block in which nothing is escaped; where the value ends in it, the place behind.
    fn pass(
        &mut self,
        (block, bytes): (Block, &[u8; BLOCK]),
        at: usize,
        base: Option<usize>,
        parts: &mut Parts,
    ) -> Option<usize> {
        let inside = block.in_strings(self.string.is_some());
        if block.quotes != 0 {
            let first = at + block.quotes.trailing_zeros() as usize;
            if let Some(start) = self.string.take() {
                note_string(start, first + 1, base, parts);
            }
        }
        let mut brackets = (block.opening | block.closing) & !inside;
        while brackets != 0 {
            let here = brackets.trailing_zeros() as usize;
            if block.opening >> here & 1 == 1 {
                self.opens(bytes[here], at + here, base);
            } else if self.closes(at + here, base, parts) {
                return Some(at + here + 1);
            }
            brackets &= brackets - 1;
        }
        if inside >> (BLOCK - 1) == 1 {
            let last = at + BLOCK - 1 - block.quotes.leading_zeros() as usize;
            self.string = Some(base.map_or(0, |base| last - base));
        }
        None
    }

    fn opens(&mut self, bracket: u8, at: usize, base: Option<usize>) {
        self.depth += 1;
        if self.depth == 3 && bracket == b'[' {
            self.list = base.map(|base| at - base);
        }
    }

    /// Whether the value ends here.
    fn closes(&mut self, at: usize, base: Option<usize>, parts: &mut Parts) -> bool {
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 2
            && let (Some(start), Some(base)) = (self.list.take(), base)
        {
            parts.lists.push(start..at + 1 - base);
        }
        self.depth == 0
    }
}

/// Lists a string that is long; it ends before `end`.
fn note_string(start: usize, end: usize, base: Option<usize>, parts: &mut Parts) {
    if let Some(base) = base
        && end - base - start > LONG
    {
        parts.long.push(start..end - base);
    }
}

/// Bytes looked at one by one before taking longer strides: most strings of a capture are short.
const NEAR: usize = 32;

/// Bytes of a stride: enough for the compiler to use the widest registers it may.
const STRIDE: usize = 128;

/// The closing quote of the string that `at` is inside of. An even number of backslashes stands
/// before `at`, and again when there is no end in sight and `at` was moved on.
fn string_end(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let near = bytes.len().min(*at + NEAR);
    while *at < near {
        match bytes.get(*at)? {
            b'"' => return Some(*at),
            b'\\' if *at + 1 == bytes.len() => return None,
            b'\\' => *at += 2,
            _ => *at += 1,
        }
    }
    // Pictures in base64 have no quote but the last: memchr leaps to it. Scripts have an escaped one
    // every few bytes: strides pass those by without a stop.
    let from = *at;
    let mut stride = from + memchr(b'"', bytes.get(from..)?).unwrap_or(bytes.len() - from);
    if stride < bytes.len() && backslashes(bytes.get(from..stride)?).is_multiple_of(2) {
        return Some(stride);
    }
    while let Some(window) = bytes.get(stride.checked_sub(2)?..stride + STRIDE) {
        if may_close(window)
            && let Some(end) = exact_end(bytes, from, stride..stride + STRIDE)
        {
            return Some(end);
        }
        stride += STRIDE;
    }
    if stride < bytes.len()
        && let Some(end) = exact_end(bytes, from, stride..bytes.len())
    {
        return Some(end);
    }
    *at = bytes.len() - backslashes(bytes.get(from..)?) % 2;
    None
}

/// Whether a stride may hold a closing quote: any but those behind a lone backslash. The window
/// begins two bytes before the stride.
fn may_close(window: &[u8]) -> bool {
    let behind = window.get(1..).unwrap_or_default();
    let quotes = window.get(2..).unwrap_or_default();
    let closing = quotes.iter().zip(behind).zip(window).fold(
        0_u8,
        |closing, ((byte, before), before_that)| {
            // Branch-free, so that it is compiled to SIMD.
            let not_escaped = u8::from(*before != b'\\') | u8::from(*before_that == b'\\');
            closing | (u8::from(*byte == b'"') & not_escaped)
        },
    );
    closing != 0
}

/// The first closing quote in a range of a string; an even number of backslashes stands before `from`.
fn exact_end(bytes: &[u8], from: usize, mut range: Range<usize>) -> Option<usize> {
    loop {
        let quote = range.start + memchr(b'"', bytes.get(range.clone())?)?;
        if backslashes(bytes.get(from..quote)?).is_multiple_of(2) {
            return Some(quote);
        }
        range.start = quote + 1;
    }
}

fn backslashes(bytes: &[u8]) -> usize {
    bytes.iter().rev().take_while(|byte| **byte == b'\\').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows a value whole, and in pieces of which most are shorter than a block.
    fn followed(json: &[u8], piece: usize) -> (usize, Vec<Range<usize>>, Vec<Range<usize>>) {
        let (mut scan, mut parts, mut at) = (Scan::default(), Parts::default(), 0);
        for end in (piece..).step_by(piece) {
            if scan.run(&json[..end.min(json.len())], &mut at, Some(0), &mut parts) {
                break;
            }
            assert!(end < json.len(), "{}", String::from_utf8_lossy(json));
        }
        (at, parts.long, parts.lists)
    }

    #[test]
    fn blocks_pass_what_single_bytes_pass() {
        let mut seed = 5_u32;
        let mut next = |most: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % most
        };
        for _ in 0..2_000 {
            let mut fields = String::new();
            for _ in 0..next(12) {
                let text = ["a", "[{", "}\\\"]", "\\\\", "é,:"][next(5) as usize];
                let long = if next(9) == 0 { 1_200 } else { next(40) };
                let text = text.repeat(long as usize);
                let value = [
                    format!("\"{text}\""),
                    format!("[{{\"name\":\"{text}\",\"value\":[]}}, 12 ,null]"),
                    format!("{{\"{text}\": true}}"),
                ];
                fields.extend(["\"x\":", &value[next(3) as usize], ","]);
            }
            let json = format!("{{\"request\":{{{fields}\"z\":0}} }}, {{");
            let whole = followed(json.as_bytes(), json.len());
            assert_eq!(whole.0, json.len() - 3);
            for piece in [7, 64, 100] {
                assert_eq!(followed(json.as_bytes(), piece), whole, "{json}");
            }
        }
    }

    #[test]
    fn strings_end_where_they_end() {
        // Against the plain rule, on strings dense in quotes and backslashes.
        let plain = |bytes: &[u8]| {
            let mut at = 0;
            while let Some(byte) = bytes.get(at) {
                match byte {
                    b'"' => return Some(at),
                    b'\\' => at += 2,
                    _ => at += 1,
                }
            }
            None
        };
        let mut seed = 7_u32;
        for round in 0..3000 {
            let bytes: Vec<u8> = (0..round % 700)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    match seed >> 24 {
                        0..=1 => b'"',
                        2..=40 => b'\\',
                        _ => b'x',
                    }
                })
                .flat_map(|byte| {
                    if byte == b'\\' && round % 2 == 0 { vec![byte, b'"'] } else { vec![byte] }
                })
                .collect();
            let mut at = 0;
            let end = string_end(&bytes, &mut at);
            assert_eq!(end, plain(&bytes), "{}", String::from_utf8_lossy(&bytes));
            if end.is_none() {
                assert_eq!(backslashes(&bytes[..at]) % 2, 0);
                assert!(at + 1 >= bytes.len());
            }
        }
    }
}
