//! Tags, and attributes in them.

use std::ops::Range;

/// Where a tag closes that is open at `from`: nowhere, if another opens first. No byte is looked at for more than one tag.
pub(super) fn closing(text: &str, from: usize) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    let at = memchr::memchr2(b'<', b'>', rest)?;
    (rest.get(at) == Some(&b'>')).then_some(from + at)
}

/// The value of an attribute in a tag.
pub(super) fn attribute(tag: &str, name: &str) -> Option<Range<usize>> {
    let mut from = 0;
    loop {
        let at = from + tag.get(from..)?.find(name)?;
        from = at + name.len();
        let rest = tag.get(from..)?;
        let value = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let start = tag.len() - value.len() + 1;
        let alone = tag.get(..at)?.ends_with(|before: char| before.is_whitespace());
        if alone {
            return Some(start..start + tag.get(start..)?.find(quote)?);
        }
    }
}
