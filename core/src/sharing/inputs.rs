//! Fields that pages and data show, with what is in them: `<input>`, `<textarea>`, `<meta>`, and elements that are named after
//! what they hold.

use super::around::Standing;
use super::fields::field;
use super::issued;
use super::kind::Kind;
use super::names;
use super::opaque;
use super::prose;
use super::tags::{self, attribute};
use crate::beginning;
use std::ops::Range;

/// Longest name of an element, and longest text in one.
const LONGEST_NAME: usize = 64;
const LONGEST_VALUE: usize = 16 << 10;

/// Values of such fields.
pub(super) fn values(text: &str) -> Vec<Standing> {
    let mut found = Vec::new();
    for (name, within) in tags::of(
        text,
        &[
            "input", "button", "param", "option", "textarea", "meta", "add", "property", "setting",
            "entry",
        ],
    ) {
        found.extend(match name {
            "textarea" => area(text, within),
            "meta" => meta(text, within),
            _ => input(text, within),
        });
    }
    of_elements(text, &mut found);
    found
}

/// `<input name="x" value="y">`, in any order of attributes.
fn input(text: &str, within: Range<usize>) -> Option<Standing> {
    let start = within.start;
    let tag = text.get(within)?;
    let get = |name: &str| attribute(tag, name).and_then(|range| tag.get(range));
    let value = attribute(tag, "value")?;
    let content = tag.get(value.clone())?;
    let name = get("name").or_else(|| get("id")).or_else(|| get("key")).unwrap_or_default();
    let typed = get("type").unwrap_or_default().to_ascii_lowercase();
    let hidden = || (typed == "hidden" && issued::is_issued(name, content)).then_some(Kind::Token);
    let kind = match typed.as_str() {
        "submit" | "button" | "checkbox" | "radio" => None,
        "password" => Some(Kind::Password),
        _ => field(name, content).or_else(hidden),
    };
    Some(Standing { range: start + value.start..start + value.end, kind: kind? })
}

/// `<textarea name="x">y</textarea>`
fn area(text: &str, within: Range<usize>) -> Option<Standing> {
    let start = within.end + 1;
    let tag = text.get(within)?;
    let name = tag.get(attribute(tag, "name").or_else(|| attribute(tag, "id"))?)?;
    let content = text.get(start..)?.split('<').next()?;
    Some(Standing { range: start..start + content.len(), kind: field(name, content)? })
}

/// `<meta name="csrf-token" content="…">`
fn meta(text: &str, within: Range<usize>) -> Option<Standing> {
    let start = within.start;
    let tag = text.get(within)?;
    let name = tag.get(attribute(tag, "name").or_else(|| attribute(tag, "property"))?)?;
    let content = attribute(tag, "content")?;
    let kind = names::speaks_of(name).and_then(|_| field(name, tag.get(content.clone())?))?;
    Some(Standing { range: start + content.start..start + content.end, kind })
}

/// `<accessToken>…</accessToken>` in data: no page has such elements.
fn of_elements(text: &str, found: &mut Vec<Standing>) {
    let bytes = text.as_bytes();
    for close in memchr::memmem::find_iter(bytes, b"</") {
        let tag = bytes.get(close + 2..).unwrap_or_default();
        let end = memchr::memchr(b'>', tag.get(..LONGEST_NAME).unwrap_or(tag));
        let name = end.and_then(|end| text.get(close + 2..close + 2 + end)).unwrap_or_default();
        let name = name.trim_end().rsplit(':').next().unwrap_or_default();
        let Some(kind) = prose::told(name) else { continue };
        let before = text.get(..close).unwrap_or_default();
        // `<![CDATA[…]]>`
        let inside = before.strip_suffix("]]>").unwrap_or(before);
        let opening = if inside.len() < before.len() { '[' } else { '>' };
        let near = beginning::end(inside, LONGEST_VALUE);
        let Some(value) = near.rfind(opening).and_then(|open| near.get(open + 1..)) else {
            continue;
        };
        let open = inside.len() - value.len();
        let shown = value.trim();
        if prose::is_credible(shown) || prose::is_passphrase(shown) || opaque::is_opaque(shown, 8) {
            let start = open + (value.len() - value.trim_start().len());
            found.push(Standing { range: start..start + shown.len(), kind });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_show_what_was_typed_and_what_was_issued() {
        let found = |text: &str| {
            values(text).into_iter().map(|one| text[one.range].to_owned()).collect::<Vec<_>>()
        };
        for text in [
            "<input type=password name=x17 value=\"hunter\">",
            "<textarea name=\"password\">hunter</textarea>",
            "<TEXTAREA rows=2 id=pin>hunter</TEXTAREA>",
        ] {
            assert_eq!(found(text), ["hunter"], "{text}");
        }
        assert_eq!(found("<META name=csrf-token content=\"mvnmr72\">"), ["mvnmr72"]);
        assert_eq!(found("<d><accessToken>mvnmr!72</accessToken></d>"), ["mvnmr!72"]);
        assert_eq!(found("<d><token><![CDATA[mvnmr!72]]></token></d>"), ["mvnmr!72"]);
        for text in [
            "<textarea name=\"comment\">hunter</textarea>",
            "<textarea name=\"SAMLResponse\">PHNhbWxw</textarea>",
            "<input type=submit name=password value=\"Reset\">",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
