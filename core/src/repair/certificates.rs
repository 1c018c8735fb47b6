//! Takes out of an `X509Certificate` what does not belong into base64: PEM armour, and characters that
//! nobody sees, as word processors and web pages leave them.

use super::Kind;
use super::edit::Edits;
use crate::certificate;
use diag_sdk::Place;
use std::ops::Range;

/// Edits of one element's content. None where what is left is no certificate, or where more than one
/// stands there: which one is meant, only people know.
pub(super) fn clear(text: &str, content: &Range<usize>) -> Edits {
    let mut edits = Edits::default();
    let inside = text.get(content.clone()).unwrap_or_default();
    // Comments, CDATA sections and references stand for other characters than they are.
    if inside.contains(['<', '&']) {
        return edits;
    }
    let Some(body) = body(inside) else { return edits };
    let mut done = Vec::new();
    if body.len() < inside.len() && inside.contains("-----BEGIN") {
        edits.remove(content.start..content.start + body.start);
        edits.remove(content.start + body.end..content.end);
        done.push("PEM armour");
    }
    let mut invisible = false;
    for (offset, character) in inside
        .get(body.clone())
        .unwrap_or_default()
        .char_indices()
        .filter(|(_, c)| is_invisible(*c))
    {
        let at = content.start + body.start + offset;
        edits.remove(at..at + character.len_utf8());
        invisible = true;
    }
    if invisible {
        done.push("invisible characters");
    }
    let left: String =
        inside.get(body).unwrap_or_default().chars().filter(|c| !is_invisible(*c)).collect();
    if done.is_empty() || !certificate::read(&left, Place::default()).usable() {
        return Edits::default();
    }
    edits.note(
        Kind::CertificateCleared,
        content.start,
        format!("{} removed from the certificate; its base64 is the same", done.join(" and ")),
    );
    edits
}

/// The base64 inside PEM armour, or everything where there is none.
fn body(inside: &str) -> Option<Range<usize>> {
    if !inside.contains("-----") {
        return Some(0..inside.len());
    }
    let trimmed = inside.trim_start();
    let label = trimmed.strip_prefix("-----BEGIN ")?.split_once("-----")?.0;
    if !certificate::is_certificate_label(label) {
        return None;
    }
    let (opening, closing) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let base64 =
        trimmed.strip_prefix(opening.as_str())?.trim_end().strip_suffix(closing.as_str())?;
    if base64.contains("-----") {
        return None;
    }
    let start = inside.len() - trimmed.len() + opening.len();
    let lead = base64.len() - base64.trim_start().len();
    Some(start + lead..start + lead + base64.trim().len())
}

/// Characters that take part in no word and no line, and those that look like a blank and are none.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}
