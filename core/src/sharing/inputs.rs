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

/// Longest name of an element.
const LONGEST_NAME: usize = 64;

/// Values of such fields.
pub(super) fn values(text: &str) -> Vec<Standing> {
    let mut found = Vec::new();
    inputs(text, &mut found);
    textareas(text, &mut found);
    metas(text, &mut found);
    of_elements(text, &mut found);
    found
}

/// `<input name="x" value="y">`, in any order of attributes.
fn inputs(text: &str, found: &mut Vec<Standing>) {
    let tags =
        ["input", "button", "param", "option"].into_iter().flat_map(|name| tags::of(text, name));
    for within in tags {
        let start = within.start;
        let tag = text.get(within).unwrap_or_default();
        let get = |name: &str| attribute(tag, name).and_then(|range| tag.get(range));
        let Some(value) = attribute(tag, "value") else { continue };
        let content = tag.get(value.clone()).unwrap_or_default();
        let name = get("name").or_else(|| get("id")).unwrap_or_default();
        let typed = get("type").unwrap_or_default().to_ascii_lowercase();
        let hidden =
            || (typed == "hidden" && issued::is_issued(name, content)).then_some(Kind::Token);
        let kind = match typed.as_str() {
            "submit" | "button" | "checkbox" | "radio" => None,
            "password" => Some(Kind::Password),
            _ => field(name, content).or_else(hidden),
        };
        let range = start + value.start..start + value.end;
        found.extend(kind.map(|kind| Standing { range, kind }));
    }
}

/// `<textarea name="x">y</textarea>`
fn textareas(text: &str, found: &mut Vec<Standing>) {
    for within in tags::of(text, "textarea") {
        let start = within.end + 1;
        let tag = text.get(within).unwrap_or_default();
        let name = attribute(tag, "name").or_else(|| attribute(tag, "id"));
        let name = name.and_then(|range| tag.get(range)).unwrap_or_default();
        let content = text.get(start..).and_then(|rest| rest.split('<').next()).unwrap_or_default();
        let range = start..start + content.len();
        found.extend(field(name, content).map(|kind| Standing { range, kind }));
    }
}

/// `<meta name="csrf-token" content="…">`
fn metas(text: &str, found: &mut Vec<Standing>) {
    for within in tags::of(text, "meta") {
        let start = within.start;
        let tag = text.get(within).unwrap_or_default();
        let name = attribute(tag, "name").or_else(|| attribute(tag, "property"));
        let (Some(name), Some(content)) = (name, attribute(tag, "content")) else { continue };
        let name = tag.get(name).unwrap_or_default();
        let value = tag.get(content.clone()).unwrap_or_default();
        let kind = names::speaks_of(name).and_then(|_| field(name, value));
        let range = start + content.start..start + content.end;
        found.extend(kind.map(|kind| Standing { range, kind }));
    }
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
        let Some(open) = inside.rfind(opening) else { continue };
        let value = inside.get(open + 1..).unwrap_or_default();
        let shown = value.trim();
        if prose::is_credible(shown) || prose::is_passphrase(shown) || opaque::is_opaque(shown, 8) {
            let start = open + 1 + (value.len() - value.trim_start().len());
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
