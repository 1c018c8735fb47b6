//! Signed elements in which a tool or a person put marks in place of values, before the capture was handed on.
//!
//! The digest of such an element cannot be right any more. That tells of the masking, and nothing of what the
//! service provider received.

use crate::mask;
use crate::saml::xml;
use diag_sdk::case::message::{Damage, Message};
use std::ops::Range;

/// Why a digest tells nothing.
pub(super) const MASKED: &str =
    "values in what it covers were masked in this copy, so its digest tells nothing";

/// Whether a mark of another tool stands in the element at this range, as a text or as the value of an attribute.
pub(super) fn holds_marks(text: &str, range: &Range<usize>) -> bool {
    let Ok(tree) = xml::parse(text) else { return false };
    let Some(covered) =
        tree.document.descendants().find(|node| node.is_element() && node.range() == *range)
    else {
        return false;
    };
    covered.descendants().any(|node| {
        let masked = node.text().filter(|_| node.is_text()).is_some_and(mask::is_masked_by_others);
        masked || node.attributes().any(|attribute| mask::is_masked_by_others(attribute.value()))
    })
}

/// Notes on a message that was judged that values in it were masked.
pub(super) fn note(message: &mut Message) {
    let masked =
        message.signatures.iter().any(|signature| signature.not_judged.as_deref() == Some(MASKED));
    if masked && !message.damage.contains(&Damage::Sanitised) {
        message.damage.push(Damage::Sanitised);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_covered_counts() {
        let text = "<r a='***'><b c='x'>[redacted]</b><d>Jane</d></r>";
        let range = |name: &str| {
            let start = text.find(&format!("<{name}")).unwrap();
            let end = text.find(&format!("</{name}>")).unwrap() + name.len() + 3;
            start..end
        };
        assert!(holds_marks(text, &range("r")) && holds_marks(text, &range("b")));
        assert!(
            !holds_marks(text, &range("d"))
                && !holds_marks(text, &(0..3))
                && !holds_marks("<", &(0..1))
        );
    }
}
