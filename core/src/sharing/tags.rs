//! Tags, and attributes in them.

use std::ops::Range;

/// Where a tag closes that is open at `from`: nowhere, if another opens first. No byte is looked at for more than one tag.
pub(super) fn closing(text: &str, from: usize) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    let at = memchr::memchr2(b'<', b'>', rest)?;
    (rest.get(at) == Some(&b'>')).then_some(from + at)
}

/// The tags that open elements of some names, in whatever case: which name it is, where what is behind it begins, and where the
/// tag closes.
pub(super) fn of<'t>(
    text: &'t str,
    names: &'static [&'static str],
) -> impl Iterator<Item = (&'static str, Range<usize>)> + 't {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'<', bytes).filter_map(move |open| {
        let behind = bytes.get(open + 1..)?;
        let opens = |name: &&&str| {
            behind.get(..name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name.as_bytes()))
                && !behind.get(name.len()).is_some_and(u8::is_ascii_alphanumeric)
        };
        let name = names.iter().find(opens)?;
        let start = open + 1 + name.len();
        Some((*name, start..end_of_tag(text, start)))
    })
}

/// Longest tag.
const LONGEST_TAG: usize = 16 << 10;

/// Where a tag ends in a page: at a `>` outside of quotes, else before the next tag or at the end of the text.
pub(super) fn end_of_tag(text: &str, start: usize) -> usize {
    let inside = crate::beginning::of(text.get(start..).unwrap_or_default(), LONGEST_TAG);
    let (mut quote, mut assigned) = (None, false);
    for (at, byte) in inside.bytes().enumerate() {
        match (byte, quote) {
            (b'=', None) => assigned = true,
            (b'"' | b'\'', None) if assigned => (quote, assigned) = (Some(byte), false),
            (byte, Some(open)) if byte == open => quote = None,
            (b'>' | b'<', None) => return start + at,
            (byte, None) if !byte.is_ascii_whitespace() => assigned = false,
            _ => {}
        }
    }
    // A quote that nothing closes: the tag ends as if there were none.
    closing(text, start).unwrap_or_else(|| {
        let next = memchr::memchr(b'<', inside.as_bytes());
        start + next.unwrap_or(inside.len())
    })
}

/// The value of an attribute in a tag, in quotes or not, its name in whatever case.
pub(super) fn attribute(tag: &str, name: &str) -> Option<Range<usize>> {
    let lower = tag.to_ascii_lowercase();
    let name = name.to_ascii_lowercase();
    for at in memchr::memmem::find_iter(lower.as_bytes(), &name) {
        let alone = tag
            .get(..at)?
            .ends_with(|before: char| before.is_whitespace() || "\"'".contains(before));
        let behind = tag.get(at + name.len()..)?.trim_start();
        let Some(value) = behind.strip_prefix('=').map(str::trim_start).filter(|_| alone) else {
            continue;
        };
        let start = tag.len() - value.len();
        return Some(match value.chars().next()? {
            // Of a page that was cut short the last value goes to the end.
            quote @ ('"' | '\'') => {
                let inside = value.get(1..)?;
                start + 1..start + 1 + inside.find(quote).unwrap_or(inside.len())
            }
            _ => start..start + value.find(char::is_whitespace).unwrap_or(value.len()),
        });
    }
    None
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
    fn an_attribute_is_found_in_any_case_and_without_quotes() {
        let tag = "INPUT TYPE=password NAME='x' data-value=\"z\" VALUE=kzq!wv checked";
        let of = |name: &str| attribute(tag, name).map(|value| &tag[value]);
        assert_eq!(
            [of("type"), of("name"), of("value")],
            [Some("password"), Some("x"), Some("kzq!wv")]
        );
        assert_eq!([of("checked"), of("valu"), of("id")], [None, None, None]);
        assert_eq!(attribute("a b=\"open", "b"), Some(5..9));
    }

    #[test]
    fn attributes_are_read_one_by_one() {
        let tag = "samlp:Response a=\"1\" x:b = '2=3\"' c=4 d=\"\" e=\"open";
        let all: Vec<_> = attributes(tag).map(|(name, value)| (name, &tag[value])).collect();
        assert_eq!(all, [("a", "1"), ("x:b", "2=3\""), ("d", "")]);
    }
}
