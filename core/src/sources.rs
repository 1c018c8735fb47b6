//! The texts behind the places of a Case, for excerpts in reports.
//!
//! Only what is safe to show is kept: values of secrets and of people are blotted out character by
//! character, so that lines and columns stay true.

use crate::beginning;
use crate::redact;
use crate::runs::Runs;
use crate::saml::xml;
use crate::secrets::{Known, Reach, places};
use diag_sdk::Place;
use roxmltree::Node;
use std::collections::{BTreeMap, BTreeSet};
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
/// Longest prefix of a name, with what opens the tag.
const LONGEST_PREFIX: usize = 64;
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
        // Nobody is meant to read a comment, also where the document does not parse.
        let mut ranges = xml::comments(text);
        ranges.extend(secret_values(text));
        ranges.extend(redact::quoted(text));
        ranges.sort_by_key(|range| range.start);
        self.texts.insert(id.to_owned(), dotted(text, ranges));
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
            let mut places = known.places(text, Reach::Everywhere);
            // What somebody states is read as running text, in which words and short codes go, too.
            for stated in stated(text) {
                let inner = known.places(&text[stated.clone()], Reach::Prose).into_iter();
                places.extend(
                    inner.map(|place| stated.start + place.start..stated.start + place.end),
                );
            }
            places.sort_by_key(|place| place.start);
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
        // Of data in one line the members beside are other things, of which nothing is said here.
        let (from, to) = if line.len() > width && text.starts_with(['{', '[']) {
            member_around(&line, start..start + shown, from..to)
        } else {
            (from, to)
        };
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

/// The part of a line of JSON, within what may be shown of it, that has no member but those that what is meant stands in.
fn member_around(line: &[char], meant: Range<usize>, within: Range<usize>) -> (usize, usize) {
    let begins = |at: usize| {
        // A comma or a bracket before the quote of a name.
        matches!(line[at], ',' | '{' | '[') && line.get(at + 1) == Some(&'"')
    };
    let ends = |at: usize| {
        matches!(line[at], ',' | '}' | ']') && at > 0 && !matches!(line[at - 1], '[' | '{')
    };
    let before = line[within.start..meant.start].iter().rposition(|character| *character == ':');
    let name = before.map_or(meant.start, |at| within.start + at);
    let from = (within.start..name).rev().find(|at| begins(*at)).map_or(within.start, |at| at + 1);
    let to = (meant.end..within.end).find(|at| ends(*at)).unwrap_or(within.end);
    (from, to.max(meant.start + 1).max(meant.end.min(within.end)))
}

/// Where the text of such elements stands.
fn stated(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for name in STATING_ELEMENTS {
        let mut opened = None;
        for named in memchr::memmem::find_iter(text.as_bytes(), name) {
            match before_name(text.get(..named).unwrap_or_default()) {
                Some("<") => {
                    let tag = text.get(named..).and_then(|rest| rest.find('>'));
                    opened = tag.map(|close| named + close + 1);
                }
                Some("</") => {
                    let start = opened.take().filter(|start| *start < named);
                    found.extend(start.map(|start| start..named));
                }
                _ => {}
            }
        }
    }
    found
}

/// What opens a tag, or closes an element, whose name ends a text but for its prefix.
fn before_name(text: &str) -> Option<&str> {
    let near = beginning::end(text, LONGEST_PREFIX);
    let bare = match near.strip_suffix(':') {
        Some(prefixed) => prefixed.trim_end_matches(|letter: char| {
            letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.')
        }),
        None => near,
    };
    ["</", "<"].into_iter().find(|opens| bare.ends_with(opens))
}

/// Replaces the characters of secret and personal values. `None` where the XML does not parse, for
/// then nobody can tell what is secret in it.
fn blot_xml(text: &str) -> Option<String> {
    // What nobody reads as a message is not shown either: the tree parser alone needs hours for nested namespaces.
    let document = xml::parse(text).ok()?.document;
    let mut ranges = Vec::new();
    // What refers to an id says it, too.
    let hidden: BTreeSet<&str> = document.descendants().filter_map(hidden_id).collect();
    let refers = |value: &str| hidden.contains(value.strip_prefix('#').unwrap_or(value));
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
            if within(STATING_ELEMENTS) && redact::stated(value) != value || refers(value.trim()) {
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
            let is_name = matches!(attribute.name(), "ID" | "Id" | "InResponseTo" | "URI");
            if refers(attribute.value())
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

/// The id of a message or an assertion; that of a request is told wherever the answer to it is.
fn hidden_id<'d>(node: Node<'d, '_>) -> Option<&'d str> {
    node.attribute("ID").filter(|id| !id.is_empty() && node.tag_name().name() != "AuthnRequest")
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

/// The values of parameters in an address or text that are secret by name, or by being a token.
fn secret_values(text: &str) -> Vec<Range<usize>> {
    values(text, |name, value| places::named(name).is_secret() || redact::is_token(value))
}

/// The values of parameters in an address or text that are meant.
fn values(text: &str, meant: impl Fn(&str, &str) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut runs =
        Runs::new(text, |character| character.is_whitespace() || "&\"'<>#;,".contains(character));
    for (at, _) in text.match_indices('=') {
        let before = &text[..at];
        let start = before
            .rfind(|character: char| !(character.is_alphanumeric() || "_-.%".contains(character)));
        let name = &before[start
            .map_or(0, |start| start + before[start..].chars().next().map_or(1, char::len_utf8))..];
        let end = runs.behind(at + 1).end;
        let value = &text[at + 1..end];
        if !value.is_empty() && !name.is_empty() && meant(name, value) {
            found.push(at + 1..end);
        }
    }
    found
}

/// Of an address in an export: what stands before its host, and the values of secret parameters.
fn in_addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = values(text, |name, _| places::named(name).is_secret());
    if let Some(start) = text.find("://").map(|scheme| scheme + "://".len()) {
        let rest = &text[start..];
        let authority = &rest[..rest.find(['/', '?', '#', '"']).unwrap_or(rest.len())];
        found.extend(authority.rfind('@').map(|at| start..start + at));
    }
    found.sort_by_key(|range| range.start);
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
        } else if is_key {
            out.push_str(literal);
        } else {
            out.push_str(&dotted(literal, in_addresses(literal)));
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
    fn what_a_status_quotes_is_hidden_as_in_running_text() {
        let met = crate::secrets::Met {
            value: "221131".into(),
            standing: places::Standing::Typed,
            posted: true,
        };
        let known = Known::from_met(&[met]);
        let mut sources = Sources::default();
        sources
            .add_xml("m1", "<p:R xmlns:p=\"urn:p\" Port=\"221131\"><p:StatusMessage>A StatusMessage: bad 221131 here</p:StatusMessage></p:R>");
        sources.blot(&known);
        let text = sources.text("m1").expect("it is kept");
        assert!(text.contains("bad •••••• here") && text.contains("Port=\"221131\""), "{text}");
    }

    #[test]
    fn what_refers_to_a_hidden_id_hides_it_too() {
        let mut sources = Sources::default();
        sources.add_xml(
            "m1",
            "<Response ID=\"_r1\" InResponseTo=\"_q1\"><Assertion ID=\"_a1\"><Reference URI=\"#_a1\"/><Reference URI=\"#_b2\"/><AssertionIDRef>_a1</AssertionIDRef></Assertion></Response>",
        );
        let text = sources.text("m1").expect("it is kept");
        assert!(!text.contains("_a1") && !text.contains("_r1"), "{text}");
        assert!(text.contains("_q1") && text.contains("#_b2"), "{text}");
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
    fn of_json_in_one_line_only_what_is_meant_is_shown() {
        let mut sources = Sources::default();
        let text = format!(
            "[{{\"attributeValue\":\"625547\",\"samlAttributeUserId\":\"[mail\",\"remark\":\"admin/Zebra\",\"x\":\"{}\"}}]",
            "y".repeat(100)
        );
        sources.add_json("i1", &text);
        let column = text.find("[mail").expect("it is there") + 1;
        let place = Place {
            input: "i1".into(),
            line: Some(1),
            column: u32::try_from(column).ok(),
            length: Some(5),
            ..Place::default()
        };
        let excerpt = sources.excerpt(&place, 70).expect("the line exists");
        assert_eq!(excerpt.text, "…\"samlAttributeUserId\":\"[mail\"…");
        let meant: String = excerpt.text.chars().skip(excerpt.start).take(excerpt.length).collect();
        assert_eq!(meant, "[mail");
    }

    #[test]
    fn json_secrets_are_blotted() {
        let text =
            "{\"secretText\": \"hunter2\", \"samlHostUri\": \"https://a\\\"b\", \"long\": \"LONG\", \"out\": \"https://bob:pq1@c/?x=1&token=zz7\"}".replace("LONG", &"x".repeat(300));
        let blotted = blot_json(&text);
        assert!(!blotted.contains("hunter2") && !blotted.contains("xxx"));
        assert!(blotted.contains("@c/?x=1&token=") && !blotted.contains("pq1"), "{blotted}");
        assert!(!blotted.contains("zz7"), "{blotted}");
        assert!(blotted.contains("https://a\\\"b"));
        assert_eq!(blotted.chars().count(), text.chars().count());
    }
}
