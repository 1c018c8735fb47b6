//! Follows one JSON value through a byte stream, piece by piece, without parsing it.
//!
//! Most bytes of a capture stand inside strings, so finding where a string ends is what reading
//! captures costs. Strings are leapt through with memchr, which picks the widest SIMD the machine
//! has at run time, and in strides that compile to SIMD; brackets are counted, not recursed into.

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
        loop {
            if let Some(start) = self.string {
                let Some(end) = string_end(bytes, &mut at) else {
                    *pos = at;
                    return false;
                };
                at = end + 1;
                self.string = None;
                if let Some(base) = base {
                    let end = at - base;
                    if end - start > LONG {
                        parts.long.push(start..end);
                    }
                }
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
                    self.depth += 1;
                    self.begun = true;
                    if self.depth == 3 && *byte == b'[' {
                        self.list = base.map(|base| at - base);
                    }
                }
                b'}' | b']' | b',' | b' ' | b'\n' | b'\r' | b'\t' if self.bare => {
                    *pos = at;
                    return true;
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        *pos = at + 1;
                        return true;
                    }
                    if self.depth == 2
                        && let (Some(start), Some(base)) = (self.list.take(), base)
                    {
                        parts.lists.push(start..at + 1 - base);
                    }
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
