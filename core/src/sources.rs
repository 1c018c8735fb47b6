//! The texts behind the places of a Case, for excerpts in reports.
//!
//! Only what is safe to show is kept: values of secrets and of people are blotted out character by
//! character, so that lines and columns stay true.

use crate::redact;
use crate::saml::xml;
use crate::secrets::{Known, Reach, places};
use diag_sdk::Place;
use std::collections::BTreeMap;
use std::ops::Range;

/// Texts by input id and by message or document id.
#[derive(Debug, Default)]
pub struct Sources {
    texts: BTreeMap<String, String>,
}

/// One line around a place, short enough for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The text; `…` marks where the line was cut.
    pub text: String,
    /// Characters of `text` before what is meant.
    pub start: usize,
    /// Length in characters of what is meant, at least 1.
    pub length: usize,
    /// Line number in the source.
    pub line: u32,
}

const BLOT: char = '•';
/// Elements whose text is a secret or about a person.
const BLOTTED_ELEMENTS: &[&str] = &[
    "SignatureValue",
    "CipherValue",
    "NameID",
    "NameIdentifier",
    "AttributeValue",
    "SessionIndex",
    "BinarySecurityToken",
    "Password",
];
/// Elements that hold what looks like a token and is for everybody to read: keys, digests, names of systems.
const PUBLISHED_ELEMENTS: &[&str] = &[
    "X509Certificate",
    "X509SKI",
    "X509Digest",
    "DigestValue",
    "Modulus",
    "PublicKey",
    "X",
    "Y",
    "Issuer",
    "Audience",
    "KeyName",
    "OAEPparams",
];
/// Elements in which somebody writes what they like.
const STATING_ELEMENTS: &[&str] = &["StatusMessage", "StatusDetail"];
/// Longest string of a JSON document that is shown; longer ones are keys, certificates or metadata.
const LONGEST_JSON_STRING: usize = 200;
/// JSON fields that hold secrets.
const BLOTTED_FIELDS: &[&str] = &["\"secretText\"", "\"key\"", "\"value\"", "\"hint\""];

impl Sources {
    /// Keeps a message or an XML document under its id.
    pub fn add_xml(&mut self, id: &str, text: &str) {
        if let Some(masked) = blot_xml(text) {
            self.texts.insert(id.to_owned(), masked);
        }
    }

    /// Keeps an XML document that holds neither secrets nor people, even where it does not parse.
    pub fn add_metadata(&mut self, id: &str, text: &str) {
        self.texts.insert(id.to_owned(), text.to_owned());
    }

    /// Keeps a configuration export.
    pub fn add_json(&mut self, id: &str, text: &str) {
        self.texts.insert(id.to_owned(), blot_json(text));
    }

    /// The whole text of a message or a document, with what is not to be shown blotted out.
    pub fn text(&self, id: &str) -> Option<&str> {
        self.texts.get(id).map(String::as_str)
    }

    /// Blots what is known to be secret, wherever it stands.
    pub(crate) fn blot(&mut self, known: &Known) {
        for text in self.texts.values_mut() {
            let places = known.places(text, Reach::Everywhere);
            if !places.is_empty() {
                *text = dotted(text, places);
            }
        }
    }

    /// The line at a place, cut to `width` characters around it.
    pub fn excerpt(&self, place: &Place, width: usize) -> Option<Excerpt> {
        let text = self.texts.get(place.message.as_deref().unwrap_or(&place.input))?;
        let line_number = place.line?;
        let line: Vec<char> =
            text.lines().nth(line_number.checked_sub(1)? as usize)?.chars().collect();
        let start = (place.column? as usize).checked_sub(1)?;
        if start > line.len() {
            return None;
        }
        let length =
            place.length.map_or(1, |length| length as usize).clamp(1, (line.len() - start).max(1));
        let shown = length.min(width.saturating_sub(8).max(1));
        let before = width.saturating_sub(shown) / 2;
        let from = start.saturating_sub(before);
        let to = (from + width).min(line.len());
        let from = if to == line.len() { to.saturating_sub(width) } else { from };
        let mut cut = String::new();
        if from > 0 {
            cut.push('…');
        }
        cut.extend(
            line[from..to]
                .iter()
                .map(|character| if character.is_control() { ' ' } else { *character }),
        );
        if to < line.len() {
            cut.push('…');
        }
        Some(Excerpt {
            text: cut,
            start: start - from + usize::from(from > 0),
            length: length.min(to - start).max(1),
            line: line_number,
        })
    }
}

/// Replaces the characters of secret and personal values. `None` where the XML does not parse, for
/// then nobody can tell what is secret in it.
fn blot_xml(text: &str) -> Option<String> {
    // What nobody reads as a message is not shown either: the tree parser alone needs hours for nested namespaces.
    let document = xml::parse(text).ok()?.document;
    let mut ranges = Vec::new();
    for node in document.descendants() {
        if node.is_text()
            && node.ancestors().any(|above| {
                above.is_element() && BLOTTED_ELEMENTS.contains(&above.tag_name().name())
            })
        {
            ranges.push(node.range());
        }
        // Nobody is meant to read a comment, and what whoever wrote it left there is their business.
        if let (true, Some(comment)) = (node.is_comment(), text.get(node.range())) {
            let start = node.range().start + comment.find("<!--").map_or(0, |_| "<!--".len());
            ranges.push(start..(node.range().end - "-->".len()).max(start));
        }
        if node.is_pi() {
            ranges.push(
                node.range().start + "<?".len()
                    ..(node.range().end - "?>".len()).max(node.range().start + "<?".len()),
            );
        }
        if node.is_text()
            && let Some(value) = text.get(node.range())
        {
            let start = node.range().start;
            let within = |names: &[&str]| {
                node.ancestors()
                    .any(|above| above.is_element() && names.contains(&above.tag_name().name()))
            };
            if within(STATING_ELEMENTS) && redact::stated(value) != value {
                ranges.push(node.range());
            }
            let published = node
                .parent_element()
                .is_some_and(|parent| PUBLISHED_ELEMENTS.contains(&parent.tag_name().name()));
            if !published && redact::is_plainly_token(value.trim()) {
                ranges.push(node.range());
            }
            ranges.extend(
                secret_values(value)
                    .into_iter()
                    .map(|range| start + range.start..start + range.end),
            );
        }
        for attribute in node.attributes() {
            let of_assertion = attribute.name() == "ID" && node.tag_name().name() != "AuthnRequest";
            let is_name = matches!(attribute.name(), "ID" | "Id" | "InResponseTo" | "URI");
            if of_assertion
                || matches!(attribute.name(), "SessionIndex" | "SPProvidedID")
                || (!is_name && redact::is_plainly_token(attribute.value()))
            {
                ranges.push(attribute.range_value());
            } else if let Some(value) = text.get(attribute.range_value()) {
                let start = attribute.range_value().start;
                ranges.extend(
                    secret_values(value)
                        .into_iter()
                        .map(|range| start + range.start..start + range.end),
                );
            }
        }
    }
    ranges.sort_by_key(|range| range.start);
    Some(dotted(text, ranges))
}

/// The text with every character in these ranges, given in order, replaced, so that lines and columns stay.
fn dotted(text: &str, ranges: Vec<Range<usize>>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        let start = range.start.max(at);
        let (Some(before), Some(hidden)) = (text.get(at..start), text.get(start..range.end)) else {
            continue;
        };
        out.push_str(before);
        out.extend(hidden.chars().map(|character| if character == '\n' { '\n' } else { BLOT }));
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The values of secret parameters in an address or text.
fn secret_values(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('=') {
        let before = &text[..at];
        let start = before
            .rfind(|character: char| !(character.is_alphanumeric() || "_-.%".contains(character)));
        let name = &before[start
            .map_or(0, |start| start + before[start..].chars().next().map_or(1, char::len_utf8))..];
        let end = text[at + 1..]
            .find(|character: char| character.is_whitespace() || "&\"'<>#;,".contains(character))
            .map_or(text.len(), |end| at + 1 + end);
        let value = &text[at + 1..end];
        if !value.is_empty()
            && !name.is_empty()
            && (places::named(name).is_secret() || redact::is_token(value))
        {
            found.push(at + 1..end);
        }
    }
    found
}

/// Replaces the characters of long strings and of secret fields of a JSON text.
fn blot_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut last_key = "";
    while let Some(open) = rest.find('"') {
        out.push_str(&rest[..open]);
        let string = &rest[open..];
        let mut end = string.len();
        let mut escaped = false;
        for (index, character) in string.char_indices().skip(1) {
            match character {
                '\\' if !escaped => escaped = true,
                '"' if !escaped => {
                    end = index + 1;
                    break;
                }
                _ => escaped = false,
            }
        }
        let literal = &string[..end];
        let after = string[end..].trim_start();
        let is_key = after.starts_with(':');
        let secret = BLOTTED_FIELDS.contains(&last_key)
            || places::named(last_key.trim_matches('"')).is_secret();
        if !is_key && (literal.chars().count() > LONGEST_JSON_STRING || secret) {
            out.push('"');
            out.extend(
                literal
                    .chars()
                    .skip(1)
                    .take(literal.chars().count().saturating_sub(2))
                    .map(|_| BLOT),
            );
            out.push('"');
        } else {
            out.push_str(literal);
        }
        if is_key {
            last_key = literal;
        }
        rest = &string[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_keep_columns_and_hide_values() {
        let mut sources = Sources::default();
        sources.add_xml(
            "m1",
            "<R ID=\"_1\">\n<NameID>ann@contoso.example</NameID><Audience>spn:x</Audience></R>",
        );
        let place = Place {
            message: Some("m1".into()),
            line: Some(2),
            column: Some(47),
            length: Some(5),
            ..Place::default()
        };
        let excerpt = sources.excerpt(&place, 200).expect("the line exists");
        assert!(!excerpt.text.contains("ann"));
        let meant: String = excerpt.text.chars().skip(excerpt.start).take(excerpt.length).collect();
        assert_eq!(meant, "spn:x");
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let mut sources = Sources::default();
        let line = format!("{}HERE{}", "a".repeat(500), "b".repeat(500));
        sources.add_metadata("i1", &line);
        let place = Place {
            input: "i1".into(),
            line: Some(1),
            column: Some(501),
            length: Some(4),
            ..Place::default()
        };
        let excerpt = sources.excerpt(&place, 60).expect("the line exists");
        let meant: String = excerpt.text.chars().skip(excerpt.start).take(excerpt.length).collect();
        assert_eq!(meant, "HERE");
        assert!(excerpt.text.chars().count() <= 62);
    }

    #[test]
    fn json_secrets_are_blotted() {
        let text =
            "{\"secretText\": \"hunter2\", \"samlHostUri\": \"https://a\\\"b\", \"long\": \"LONG\"}".replace("LONG", &"x".repeat(300));
        let blotted = blot_json(&text);
        assert!(!blotted.contains("hunter2") && !blotted.contains("xxx"));
        assert!(blotted.contains("https://a\\\"b"));
        assert_eq!(blotted.chars().count(), text.chars().count());
    }
}
