//! Values in scripts that stand behind their names otherwise than `name = "…"`: `setItem("name", "…")`,
//! `elements["name"].value = "…"`, `name || "…"`, `"…?name=" + "…"`, and what is put together of pieces.

use super::around::Standing;
use super::fields::plainly;
use super::kind::Kind;
use super::names;
use super::opaque;
use crate::beginning;
use std::ops::Range;

/// Longest name, what stands between it and its value, and value.
const LONGEST_NAME: usize = 64;
const LONGEST_BETWEEN: usize = 24;
const LONGEST_VALUE: usize = 4_096;
/// Most pieces of one value.
const MOST_PIECES: usize = 20;
const QUOTES: [char; 3] = ['"', '\'', '`'];

/// Where such values stand.
pub(super) fn values(text: &str) -> Vec<Standing> {
    let mut found = Vec::new();
    for at in memchr::memchr3_iter(b'"', b'\'', b'`', text.as_bytes()) {
        let Some(name) = named_before(text, at) else { continue };
        let rest = beginning::of(text.get(at + 1..).unwrap_or_default(), LONGEST_VALUE);
        let Some(quote) = text.get(at..).and_then(|text| text.chars().next()) else { continue };
        let Some(length) = rest.find(quote) else { continue };
        let value = rest.get(..length).unwrap_or_default();
        if let Some(kind) = kind(name, value) {
            found.push(Standing { range: at + 1..at + 1 + length, kind });
        }
    }
    found
}

fn kind(name: &str, value: &str) -> Option<Kind> {
    let kind = names::speaks_of(name)?;
    (plainly(name, value, true) || opaque::is_opaque(value, 8)).then_some(kind)
}

/// The name that stands before a literal, with what may be between them.
fn named_before(text: &str, at: usize) -> Option<&str> {
    let before = beginning::end(text.get(..at)?, LONGEST_NAME + LONGEST_BETWEEN).trim_end();
    if let Some(before) = before.strip_suffix("||").or_else(|| before.strip_suffix("??")) {
        let name = before.trim_end();
        return name.rsplit(|c: char| !(c.is_alphanumeric() || "_$".contains(c))).next();
    }
    let added = before.strip_suffix('+').map(str::trim_end);
    let before = if let Some(before) = added {
        before
    } else {
        let before = before.strip_suffix(['=', ',', ':'])?.trim_end();
        before.strip_suffix(".value").unwrap_or(before).trim_end_matches([')', ']'])
    };
    let name = before.strip_suffix(QUOTES)?;
    let name = name.rsplit(QUOTES).next()?;
    // Only an address that ends in the name of a parameter goes on with its value.
    match added {
        Some(_) => name.strip_suffix('=')?.rsplit(['?', '&', '#']).next(),
        None => Some(name),
    }
}

/// The pieces that are added to a literal that ends at a place: `"abc" + "def"`.
pub(super) fn added(text: &str, end: usize, quote: u8) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = end;
    let mut quote = char::from(quote);
    while found.len() < MOST_PIECES {
        let rest = text.get(at..).and_then(|rest| rest.strip_prefix(quote)).unwrap_or_default();
        let Some(behind) = rest.trim_start().strip_prefix('+').map(str::trim_start) else { break };
        let Some(next) = behind.chars().next().filter(|next| QUOTES.contains(next)) else { break };
        let start = text.len() - behind.len() + 1;
        let inside = beginning::of(text.get(start..).unwrap_or_default(), LONGEST_VALUE);
        let Some(length) = inside.find(next) else { break };
        found.push(start..start + length);
        (at, quote) = (start + length, next);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_behind_their_names() {
        for text in [
            "localStorage.setItem(\"access_token\", \"r5eSVqe684\");",
            "document.getElementById('csrfToken').value=\"r5eSVqe684\"",
            "f.elements[\"csrfToken\"].value = 'r5eSVqe684'",
            "var t = window.csrfToken || \"r5eSVqe684\"",
            "location.href=\"/x?ticket=\"+\"r5eSVqe684\"",
            "{\"X-CSRF-Token\": `r5eSVqe684`}",
        ] {
            let found: Vec<&str> = values(text).into_iter().map(|one| &text[one.range]).collect();
            assert_eq!(found, ["r5eSVqe684"], "{text}");
        }
        for text in [
            "t(\"password\", \"Enter your password\")",
            "{\"passwordLabel\": \"Password2\"}",
            "setItem(\"theme\", \"r5eSVqe684\")",
            "a(\"csrfToken\", \"Anmelden\")",
        ] {
            assert!(values(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_is_added_belongs_to_it() {
        let text = "x=\"abc\" + 'def'+\"g\"; y='h'";
        let pieces: Vec<&str> = added(text, 6, b'"').into_iter().map(|one| &text[one]).collect();
        assert_eq!(pieces, ["def", "g"]);
        assert!(added("x=\"abc\";", 6, b'"').is_empty() && added("x=\"abc", 6, b'"').is_empty());
    }
}
