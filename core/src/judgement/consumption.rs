//! The assertion a service provider would take, in each way service providers look for it, and the
//! signature that rightly covers it.
//!
//! Products differ: some take the first child of the response, some the first assertion anywhere in
//! the document. Where both ways lead to the same element there is one answer; where they differ,
//! what one product verifies another does not read.

use diag_sdk::case::judgement::{Consumption, Lookup};
use diag_sdk::case::message::{Message, MessageKind};

/// What would be consumed of a response; nothing where it holds no readable assertion.
pub(super) fn of(message: &Message) -> Vec<Consumption> {
    if message.kind != MessageKind::Response {
        return Vec::new();
    }
    let path = |lookup: Lookup| -> Option<String> {
        let assertions = || message.assertions.iter();
        let found = match lookup {
            Lookup::DirectChild => assertions().find(|assertion| assertion.direct),
            Lookup::DocumentOrder => assertions().next(),
        };
        found.and_then(|assertion| assertion.place.path.clone())
    };
    [Lookup::DirectChild, Lookup::DocumentOrder]
        .into_iter()
        .filter_map(|lookup| {
            let path = path(lookup)?;
            let covered_by = covering(message, &path);
            Some(Consumption { lookup, path, covered_by })
        })
        .collect()
}

/// The first signature that verifies and whose reference is the element or what holds it.
fn covering(message: &Message, path: &str) -> Option<usize> {
    let holds = |covers: &str| path == covers || path.strip_prefix(covers).is_some_and(|rest| rest.starts_with('/'));
    message.signatures.iter().position(|signature| {
        signature.verifies() && signature.references.iter().any(|reference| reference.covers.as_deref().is_some_and(holds))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Place;
    use diag_sdk::case::assertion::Assertion;
    use diag_sdk::case::signature::{Reference, Signature, Verdict};

    fn assertion(path: &str, direct: bool) -> Assertion {
        Assertion { direct, place: Place { path: Some(path.to_owned()), ..Place::default() }, ..Assertion::default() }
    }

    fn message(assertions: Vec<Assertion>, covers: &str, digest: Verdict) -> Message {
        let reference = Reference { covers: Some(covers.to_owned()), digest, ..Reference::default() };
        let signature = Signature { value: Verdict::Right, references: vec![reference], ..Signature::default() };
        Message { kind: MessageKind::Response, assertions, signatures: vec![signature], ..Message::default() }
    }

    #[test]
    fn the_element_or_what_holds_it_must_be_covered_by_what_verifies() {
        let only = || vec![assertion("Response/Assertion", true)];
        let covered = |covers, digest| of(&message(only(), covers, digest))[0].covered_by;
        assert_eq!(covered("Response/Assertion", Verdict::Right), Some(0));
        assert_eq!(covered("Response", Verdict::Right), Some(0));
        assert_eq!(covered("Response/Assertion", Verdict::Wrong), None);
        assert_eq!(covered("Response/Status", Verdict::Right), None);
        assert_eq!(covered("Response/Assert", Verdict::Right), None);
    }

    #[test]
    fn products_that_look_differently_may_take_different_ones() {
        let hidden = vec![assertion("Response/Extensions/Assertion", false), assertion("Response/Assertion", true)];
        let told = of(&message(hidden, "Response/Extensions/Assertion", Verdict::Right));
        let paths: Vec<_> = told.iter().map(|one| (one.lookup, one.path.as_str(), one.covered_by)).collect();
        assert_eq!(
            paths,
            [(Lookup::DirectChild, "Response/Assertion", None), (Lookup::DocumentOrder, "Response/Extensions/Assertion", Some(0))]
        );
    }
}
