//! What a document that everybody may read holds and nobody should: elements and attributes under names that speak of nothing but
//! a secret, as hands and programs leave them in extensions of metadata.

use super::opaque;
use super::tags;
use crate::saml::xml::local_name;
use crate::secrets::places;
use std::ops::Range;

/// Attributes that name what the element is about, and those that hold its value.
const NAMING: &[&str] = &["name", "key", "id", "Name", "Key"];
const HOLDING: &[&str] = &["value", "Value"];
/// Lengths of such a value.
const LENGTHS: Range<usize> = 4..500;

/// Where in such a document secrets stand.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) =
        memchr::memchr(b'<', text.as_bytes().get(at..).unwrap_or_default()).map(|open| at + open)
    {
        at = open + 1;
        // Also of a document that does not parse.
        let close = tags::end_of_tag(text, at);
        let tag = text.get(at..close).unwrap_or_default();
        if tag.starts_with(['/', '!', '?']) {
            continue;
        }
        let element = tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        let mut secret = places::is_opened_by(local_name(element));
        let mut held = None;
        for (name, range) in tags::attributes(tag) {
            let written = tag.get(range.clone()).unwrap_or_default();
            let range = at + range.start..at + range.end;
            if NAMING.contains(&name) {
                secret |= places::is_opened_by(written);
            } else if HOLDING.contains(&name) {
                held = Some(range);
            } else if places::is_opened_by(local_name(name)) {
                found.push(range);
            }
        }
        if secret {
            let behind = text.get(close + 1..).unwrap_or_default();
            let length = memchr::memchr(b'<', behind.as_bytes()).unwrap_or(behind.len());
            let inner = behind.get(..length).unwrap_or_default();
            let from = close + 1 + (inner.len() - inner.trim_start().len());
            let text_of_it = (is_closed(text, close) && !tag.ends_with('/'))
                .then(|| from..from + inner.trim().len());
            found.extend(held.into_iter().chain(text_of_it));
        }
        at = close;
    }
    found.retain(|range| {
        let value = text.get(range.clone()).unwrap_or_default();
        LENGTHS.contains(&value.len()) && !opaque::is_place(value) && !value.contains("://")
    });
    found
}

/// A tag ends there, rather than the text or at the next one.
fn is_closed(text: &str, close: usize) -> bool {
    text.as_bytes().get(close) == Some(&b'>')
}

#[cfg(test)]
mod tests {
    use super::secrets;

    #[test]
    fn what_lets_somebody_in_is_found_in_what_is_published() {
        let found = |text: &str| {
            secrets(text).into_iter().map(|at| text[at].to_owned()).collect::<Vec<_>>()
        };
        let text = "<md:Extensions><x:ClientSecret>PKe8Q~yt72</x:ClientSecret><x:Property name=\"password\" value=\"B4dger!\"/>\
                    <Secret password='Velvet.39#' <<</Secret></md:Extensions><md:AssertionConsumerService Location=\"https://a.example/?secret=1\"/>";
        assert_eq!(found(text), ["PKe8Q~yt72", "B4dger!", "Velvet.39#"]);
        assert!(found("<md:X protocol=\"urn:x\"><TokenType>urn:a</TokenType><ds:KeyName>secret</ds:KeyName></md:X>").is_empty());
    }
}
