//! Tags, their attributes, and character references in both.

use crate::references;
use memchr::{memchr, memchr3_iter};
use std::borrow::Cow;

/// Elements that never have a closing tag.
pub(super) const VOID: &[&str] = &[
    "input", "br", "img", "hr", "meta", "link", "area", "base", "col", "embed", "source", "track",
    "wbr",
];

/// Longest tag, in bytes.
const LONGEST_TAG: usize = (1 << 17) + 2;

/// The name of an element, in lower case as nearly all are written.
pub(super) fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// The `>` that ends the tag at the start of `text`, outside quoted attribute values.
pub(super) fn end_of_tag(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let head = bytes.get(..LONGEST_TAG).unwrap_or(bytes);
    let (mut quote, mut looked) = (None, 0);
    let mut assigned = false;
    for index in memchr3_iter(b'>', b'"', b'\'', head) {
        match (head.get(index).copied(), quote) {
            (Some(b'>'), None) => return Some(index),
            (Some(byte), Some(open)) if byte == open => quote = None,
            (Some(byte @ (b'"' | b'\'')), None) => {
                let passed = head.get(looked..index).unwrap_or_default();
                assigned |= memchr(b'=', passed).is_some();
                looked = index;
                quote = assigned.then_some(byte);
            }
            _ => {}
        }
    }
    if head.len() < bytes.len() { None } else { text.find('>') }
}

/// Where the closing tag of a raw-text element begins; the end where it is missing.
pub(super) fn find_closing(text: &str, name: &str) -> usize {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find("</")) {
        let start = from + found;
        let after = start + 2;
        if bytes
            .get(after..after + name.len())
            .is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
        {
            return start;
        }
        from = after;
    }
    text.len()
}

/// The value of an attribute in the inside of a tag.
pub(in crate::story) fn attribute<'t>(tag: &'t str, wanted: &str) -> Option<Cow<'t, str>> {
    let mut rest = tag;
    for _ in 0..100 {
        rest = rest
            .trim_start_matches(|character: char| character.is_whitespace() || character == '/');
        if rest.is_empty() {
            return None;
        }
        let name_length = rest
            .find(|character: char| character.is_whitespace() || "=/>".contains(character))
            .unwrap_or(rest.len());
        let name = &rest[..name_length];
        rest = rest[name_length..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''));
            (value, rest) = match quote {
                Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
        } else if name.is_empty() {
            return None;
        }
        if name.eq_ignore_ascii_case(wanted) {
            return Some(decode_entities(value));
        }
    }
    None
}

/// White space collapsed to single blanks.
pub(in crate::story) fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Character references: numeric ones and the names that texts use.
pub(in crate::story) fn decode_entities(text: &str) -> Cow<'_, str> {
    let Some(mut start) = memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        // One without its end may as well be the beginning of a parameter.
        let ended = |(_, length): &(char, usize)| rest[..*length].ends_with(';');
        let (character, length) = references::at(rest).filter(ended).unwrap_or(('&', 1));
        out.push(character);
        rest = &rest[length..];
        let Some(next) = memchr(b'&', rest.as_bytes()) else { break };
        start = next;
    }
    out.push_str(rest);
    Cow::Owned(out)
}
