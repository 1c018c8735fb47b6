//! Data in XML, posted or answered, and configuration in XML: elements, attributes and parameters by the names they have. Messages of
//! sign-ins are none: in them only what has its place goes.

use super::around::{Around, Standing};
use super::fields;
use super::folded;
use super::kind::Kind;
use super::names;
use super::opaque;
use super::prose;
use super::tags;
use crate::beginning;
use crate::saml::xml::{local_name, root_name};
use crate::secrets::places;
use std::ops::Range;

/// So long and without blanks a value is no word, and so random a token whatever it is called.
const LONG: usize = 40;
/// Longest value, and room for the blanks and marks of a section around it.
const LONGEST: usize = 4_096;
const ROOM: usize = 256;
/// Texts that say what they are by one of these are no data of a form.
const MESSAGES: &[&str] = &["urn:oasis:names:tc:SAML:", "EntityDescriptor"];
/// Elements with which pages and pieces of them begin.
const OF_PAGES: &[&str] = &[
    "html", "head", "body", "title", "script", "style", "div", "span", "p", "form", "input",
    "table", "tr", "td", "ul", "ol", "li", "a", "b", "h1", "h2", "h3", "dl", "label", "meta",
    "link", "section", "main", "svg",
];
/// Attributes that name what the element is about.
const NAMING: &[&str] = &["name", "key", "id", "Name", "Key"];

/// Values that their names tell; of what is posted, also those of which nothing is known.
pub(super) fn values(text: &str, around: Around) -> Vec<Standing> {
    let mut found = Vec::new();
    let is_page = || {
        root_name(text)
            .is_none_or(|root| OF_PAGES.iter().any(|known| root.eq_ignore_ascii_case(known)))
    };
    if !opaque::begins_as_markup(text)
        || is_page()
        || MESSAGES.iter().any(|message| text.contains(message))
    {
        return found;
    }
    let mut at = 0;
    while let Some(open) =
        memchr::memchr(b'<', text.as_bytes().get(at..).unwrap_or_default()).map(|open| at + open)
    {
        at = open + 1;
        let Some(close) = tags::closing(text, at) else { continue };
        let tag = text.get(at..close).unwrap_or_default();
        if tag.starts_with(['/', '!', '?']) {
            continue;
        }
        let element = local_name(
            tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default(),
        );
        let mut about = element;
        let mut value = None;
        for (name, range) in tags::attributes(tag) {
            let written = tag.get(range.clone()).unwrap_or_default();
            let range = at + range.start..at + range.end;
            if NAMING.contains(&name) && names::kind_of(written).is_some() {
                about = written;
            } else if matches!(name, "value" | "Value") {
                value = Some(range);
            } else {
                one(text, local_name(name), range, around, &mut found);
            }
        }
        if let Some(range) = value {
            one(text, if about == element { "value" } else { about }, range, around, &mut found);
        }
        if !tag.ends_with('/') {
            one(text, about, inner(text, close + 1), around, &mut found);
        }
        at = close + 1;
    }
    found
}

/// The text of an element, without blanks around it and what says that it is taken as it is.
fn inner(text: &str, start: usize) -> Range<usize> {
    const BEGINS: &str = "<![CDATA[";
    // A longer value is none, and what is never closed is not looked for up to the end for every element.
    let near = beginning::of(text.get(start..).unwrap_or_default(), LONGEST + ROOM);
    let whole = near.get(..folded::end_of_text(near, 0)).unwrap_or_default();
    let mut inner = whole.trim();
    if let Some(section) = inner.strip_prefix(BEGINS) {
        inner = section.split("]]>").next().unwrap_or_default();
    }
    let from = start + (inner.as_ptr() as usize - whole.as_ptr() as usize);
    from..from + inner.len()
}

fn one(text: &str, name: &str, range: Range<usize>, around: Around, found: &mut Vec<Standing>) {
    let value = text.get(range.clone()).unwrap_or_default();
    if value.is_empty() || value.len() > LONGEST || value.contains('<') {
        return;
    }
    let believed = || {
        prose::is_credible(value)
            || prose::is_passphrase(value)
            || prose::is_code(value)
            || opaque::is_opaque(value, 8)
            || value.len() >= LONG && !value.contains(char::is_whitespace)
            || opaque::jwt_signature(value).is_some()
    };
    let kind = match names::kind_of(name) {
        Some(Kind::Password) if !places::states_a_reason(name) => Some(Kind::Password),
        Some(kind) => believed().then_some(kind),
        None if around == Around::Data => fields::posted(name, value),
        None => (opaque::is_opaque(value, LONG)
            && !fields::names_a_key(value)
            && !names::is_harmless(name))
        .then_some(Kind::Token),
    };
    if let Some(kind) = kind.filter(|_| !opaque::is_place(value) && !value.contains("://")) {
        found.push(Standing { range, kind });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_elements_and_attributes_hold() {
        let found = |text: &str| {
            let found = values(text, Around::Data).into_iter();
            found.map(|one| text[one.range].to_owned()).collect::<Vec<_>>()
        };
        for text in [
            "<r><user>ann</user><otp> mwxmr!39 </otp></r>",
            "<r><password><![CDATA[mwxmr!39]]></password></r>",
            "<r><ticket>mwxmr!39</ticket></r>",
            "<r><пароль>mwxmr!39</пароль></r>",
            "<r xmlns='urn:x'><l user='ann' sessionId='mwxmr!39'/></r>",
            "<r><param name=\"password\" value=\"mwxmr!39\"/></r>",
            "<r><param name=\"pin\">mwxmr!39</param></r>",
            "<r><x17>mwxmr!39</x17></r>",
        ] {
            assert_eq!(found(text), ["mwxmr!39"], "{text}");
        }
        assert_eq!(found("<r><pin>4711</pin></r>"), ["4711"]);
        let text = "<c><entry key=\"db.password\">meadow</entry><x17>mwxmr!39</x17><identity password=\"two words\"/></c>";
        let configured = values(text, Around::Page).into_iter();
        assert_eq!(
            configured.map(|one| &text[one.range]).collect::<Vec<_>>(),
            ["meadow", "two words"]
        );
        for text in [
            "<r><Code>AccessDenied</Code><Message>no</Message><Key>a/b.txt</Key></r>",
            "<r><token type='x'><id>1</id></token></r>",
            "<html><p>otp</p><otp>mwxmr!39</otp></html>",
            "<r xmlns='urn:oasis:names:tc:SAML:2.0:protocol'><otp>mwxmr!39</otp></r>",
            "<r><created>2026-11-24T10:00:00Z</created><lang>en-us1</lang></r>",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
