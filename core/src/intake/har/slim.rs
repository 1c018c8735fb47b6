//! An entry without its long strings: a copy that is quick to parse and to repair, in which each
//! long string is replaced by its number. Nearly all bytes of a capture are bodies nobody looks at;
//! those that matter are decoded from the entry when asked for.

use super::lenient::Text;
use std::borrow::Cow;
use std::ops::Range;

/// The long strings of an entry.
#[derive(Clone, Copy)]
pub(super) struct Long<'a> {
    pub(super) entry: &'a [u8],
    pub(super) ranges: &'a [Range<usize>],
}

impl<'a> Long<'a> {
    /// The JSON text of a string, with its quotes.
    pub(super) fn raw(self, number: usize) -> &'a [u8] {
        self.ranges.get(number).and_then(|range| self.entry.get(range.clone())).unwrap_or_default()
    }

    /// A string decoded, repaired where it has to be.
    pub(super) fn decoded(self, number: usize) -> Option<Cow<'a, str>> {
        decoded(self.raw(number)).map(Cow::Owned)
    }

    /// The text of a field.
    pub(super) fn text(self, field: &'a Text<'_>) -> Option<Cow<'a, str>> {
        match field {
            Text::Absent => None,
            Text::Here(text) => Some(Cow::Borrowed(text)),
            Text::Long(number) => self.decoded(*number),
        }
    }

    /// The text of a field, empty where there is none.
    pub(super) fn owned(self, field: &'a Text<'_>) -> String {
        self.text(field).map(Cow::into_owned).unwrap_or_default()
    }
}

/// A JSON string decoded, repaired where it has to be.
pub(super) fn decoded(raw: &[u8]) -> Option<String> {
    if let Ok(text) = serde_json::from_slice::<String>(raw) {
        return Some(text);
    }
    let mut repaired = String::from_utf8_lossy(raw).into_owned().into_bytes();
    repair(&mut repaired);
    serde_json::from_slice::<String>(&repaired).ok()
}

/// Writes the slim copy of an entry. A long string in place of a value becomes `[number]`: no field
/// we read as text is ever an array. A long field name is nothing we know and becomes empty.
pub(super) fn slim(long: Long<'_>, out: &mut Vec<u8>) {
    out.clear();
    let mut from = 0;
    for (number, range) in long.ranges.iter().enumerate() {
        out.extend_from_slice(long.entry.get(from..range.start).unwrap_or_default());
        let after = long.entry.get(range.end..).unwrap_or_default();
        let names_a_field = after.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
        if names_a_field {
            out.extend_from_slice(b"\"\"");
        } else {
            out.extend_from_slice(format!("[{number}]").as_bytes());
        }
        from = range.end;
    }
    out.extend_from_slice(long.entry.get(from..).unwrap_or_default());
}

/// Writes an even slimmer copy, for a glance: without what stands in lists, too.
pub(super) fn without_lists(long: Long<'_>, lists: &[Range<usize>], out: &mut Vec<u8>) {
    out.clear();
    let mut from = 0;
    let mut strings = long.ranges.iter().peekable();
    let mut lists = lists.iter().peekable();
    loop {
        while strings.next_if(|range| range.start < from).is_some() {}
        let list_first = match (lists.peek(), strings.peek()) {
            (None, None) => break,
            (Some(list), Some(string)) => list.start < string.start,
            (list, _) => list.is_some(),
        };
        let Some(range) = (if list_first { lists.next() } else { strings.next() }) else { break };
        out.extend_from_slice(long.entry.get(from..range.start).unwrap_or_default());
        out.extend_from_slice(if list_first { b"[]" } else { b"\"\"" });
        from = range.end;
    }
    out.extend_from_slice(long.entry.get(from..).unwrap_or_default());
}

/// Makes acceptable what careless exporters write into strings: control characters as they are,
/// escapes that do not exist, halves of surrogate pairs. Length and structure stay.
pub(super) fn repair(json: &mut [u8]) {
    let mut at = 0;
    while let Some(&byte) = json.get(at) {
        if byte == b'\\' {
            at += repair_escape(json.get_mut(at..).unwrap_or_default());
            continue;
        }
        if byte < 0x20
            && let Some(byte) = json.get_mut(at)
        {
            *byte = b' ';
        }
        at += 1;
    }
}

/// Repairs the escape at the beginning; how many bytes it takes.
fn repair_escape(json: &mut [u8]) -> usize {
    match json.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
        Some(b'u') => match unit(json) {
            Some(0xd800..=0xdbff)
                if matches!(json.get(6..).and_then(unit), Some(0xdc00..=0xdfff)) =>
            {
                12
            }
            Some(0xd800..=0xdfff) => {
                if let Some(digits) = json.get_mut(2..6) {
                    digits.copy_from_slice(b"fffd");
                }
                6
            }
            Some(_) => 6,
            None => blank(json),
        },
        _ => blank(json),
    }
}

fn blank(json: &mut [u8]) -> usize {
    if let Some(first) = json.first_mut() {
        *first = b' ';
    }
    1
}

/// The code unit of the `\uXXXX` at the beginning.
fn unit(json: &[u8]) -> Option<u16> {
    let digits = json.strip_prefix(b"\\u")?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_become_numbers_and_long_names_vanish() {
        let entry = br#"{"aaaa" :"bbbb","c":["dddd"]}"#;
        let ranges = [1..7, 9..15, 21..27];
        let mut out = Vec::new();
        let long = Long { entry, ranges: &ranges };
        slim(long, &mut out);
        assert_eq!(out, br#"{"" :[1],"c":[[2]]}"#);
        assert_eq!(long.decoded(1).as_deref(), Some("bbbb"));
        assert_eq!(long.decoded(7), None);
    }

    #[test]
    fn a_glance_sees_no_lists() {
        let entry = br#"{"r":{"h":["aaaa",{}],"t":"bbbb"},"x":"cccc"}"#;
        let ranges = [11..17, 26..32, 38..44];
        assert_eq!(ranges.clone().map(|range| entry[range.start]), [b'"'; 3]);
        let mut out = Vec::new();
        let lists = std::iter::once(10..21).collect::<Vec<_>>();
        without_lists(Long { entry, ranges: &ranges }, &lists, &mut out);
        assert_eq!(out, br#"{"r":{"h":[],"t":""},"x":""}"#);
        without_lists(Long { entry, ranges: &[] }, &[], &mut out);
        assert_eq!(out, entry);
    }

    #[test]
    fn careless_strings_are_repaired() {
        for (broken, good) in [
            ("\"a\u{1}b\nc\"", "a b c"),
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\ude00\ud83dx""#, "\u{fffd}\u{fffd}x"),
            (r#""\x41\\x""#, " x41\\x"),
            (r#""\u12""#, " u12"),
            (r#""\"""#, "\""),
        ] {
            let mut bytes = broken.as_bytes().to_vec();
            repair(&mut bytes);
            assert_eq!(serde_json::from_slice::<String>(&bytes).unwrap(), good, "{broken}");
        }
        let mut cut = b"\"\\".to_vec();
        repair(&mut cut);
    }
}
