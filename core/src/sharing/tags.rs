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

/// Every attribute of a tag: its name, and where its value stands.
pub(super) fn attributes(tag: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let sign = from + memchr::memchr(b'=', tag.as_bytes().get(from..)?)?;
            let before = tag.get(from..sign).unwrap_or_default().trim_end();
            let name = before.rsplit(char::is_whitespace).next().unwrap_or_default();
            let behind = tag.get(sign + 1..)?;
            let value = behind.trim_start();
            let start = tag.len() - value.len() + 1;
            let Some(quote) = value.bytes().next().filter(|quote| matches!(quote, b'"' | b'\''))
            else {
                from = sign + 1;
                continue;
            };
            let end = start + memchr::memchr(quote, tag.as_bytes().get(start..)?)?;
            from = end + 1;
            return Some((name, start..end));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_one_by_one() {
        let tag = "samlp:Response a=\"1\" x:b = '2=3\"' c=4 d=\"\" e=\"open";
        let all: Vec<_> = attributes(tag).map(|(name, value)| (name, &tag[value])).collect();
        assert_eq!(all, [("a", "1"), ("x:b", "2=3\""), ("d", "")]);
    }
}
