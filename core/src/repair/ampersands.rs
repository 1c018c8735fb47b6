//! A `&` that begins no reference, as in the address of an endpoint that was pasted from a browser.

use super::Kind;
use super::edit::Edits;
use super::markup::{self, Markup};

/// Escapes them. Whatever could be a reference stays, known or not.
pub(super) fn escape(text: &str) -> Edits {
    let mut edits = Edits::default();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['&', '<'])) {
        let here = at + found;
        let rest = text.get(here..).unwrap_or_default();
        at = here + 1;
        if rest.starts_with('<') {
            match markup::at(text, here) {
                Markup::Tag => {}
                Markup::Other(end) => at = end,
                Markup::Endless => return Edits::default(),
            }
        } else if !is_reference(rest) {
            edits.replace(here..here + 1, "&amp;");
            edits.note(
                Kind::AmpersandEscaped,
                here,
                "a & that begins no reference written as &amp;",
            );
        }
    }
    edits
}

/// `&name;`, `&#10;` or `&#xA;`.
fn is_reference(text: &str) -> bool {
    let body = text.get(1..).unwrap_or_default();
    let end = body
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '#' | '_' | ':' | '.' | '-')))
        .unwrap_or(body.len());
    end > 0 && body.get(end..).is_some_and(|rest| rest.starts_with(';'))
}
