//! Texts with parts blotted out.

use std::borrow::Cow;
use std::ops::Range;

/// What stands in place of a secret in running text.
pub const BLOT: char = '…';

/// The text with [`BLOT`] in place of these ranges, which stand in order and do not overlap.
pub(crate) fn without(text: &str, ranges: Vec<Range<usize>>) -> Cow<'_, str> {
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for range in ranges {
        out.push_str(&text[at..range.start]);
        out.push(BLOT);
        at = range.end;
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}
