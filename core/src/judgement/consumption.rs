//! The assertion a service provider would take, in each way service providers look for it, and the
//! signature that rightly covers it.
//!
//! Products differ: some take the first child of the response, some the first assertion anywhere in
//! the document, some what the signed ID names, some whatever is called `Assertion`, some what comes out
//! of decrypting; many read all of them. Where all ways lead to what is covered there is one answer;
//! where one does not, what such a product verifies is not what it reads.

use super::cover::{Keys, cover};
use diag_sdk::case::judgement::{Consumption, Lookup};
use diag_sdk::case::message::{Message, MessageKind};
use std::collections::HashSet;

/// Ways of one message that are written down; the first ones are those that products take.
const MOST: usize = 50;

/// What would be consumed of a response, or of an assertion that stands alone; nothing where there is
/// no assertion.
pub(super) fn of(message: &Message, keys: &Keys<'_>) -> Vec<Consumption> {
    if !carries_assertions(message) {
        return Vec::new();
    }
    let mut seen: HashSet<(Lookup, &str)> = HashSet::new();
    let mut known: HashSet<&str> = HashSet::new();
    let mut all = Vec::new();
    for (lookup, path) in ways(message) {
        // What a product would take anyway is not told again as something that merely stands there.
        let again = matches!(lookup, Lookup::EachChild | Lookup::Anywhere) && known.contains(path);
        if again || all.len() >= MOST || !seen.insert((lookup, path)) {
            continue;
        }
        known.insert(path);
        let judged = cover(message, path, keys);
        all.push(Consumption {
            lookup,
            path: path.to_owned(),
            covered_by: judged.verified,
            cover: judged.cover,
            signature: judged.signature,
            instead: judged.instead,
        });
    }
    all
}

/// A response, a token that is encrypted or not, or a file that holds an assertion alone.
pub(super) fn carries_assertions(message: &Message) -> bool {
    message.kind == MessageKind::Response
        || (message.kind == MessageKind::WsFederationToken && !message.encrypted.is_empty())
        || (matches!(message.kind, MessageKind::Other | MessageKind::WsFederationToken)
            && message.root == "Assertion")
}

/// Every way, and where it leads.
fn ways(message: &Message) -> Vec<(Lookup, &str)> {
    let mut ways: Vec<(Lookup, &str)> = Vec::new();
    let assertions =
        || message.assertions.iter().filter_map(|one| Some((one, one.place.path.as_deref()?)));
    let alone = message.kind != MessageKind::Response;
    let token = message.kind == MessageKind::WsFederationToken;
    let direct =
        || assertions().filter(|(one, path)| one.direct || (alone && *path == message.root));
    ways.extend(
        direct().find(|(one, _)| !one.decrypted).map(|(_, path)| (Lookup::DirectChild, path)),
    );
    ways.extend(direct().find(|(one, _)| one.decrypted).map(|(_, path)| (Lookup::Decrypted, path)));
    let sealed = message
        .encrypted
        .iter()
        .filter(|part| part.element == "EncryptedAssertion" && !part.decrypted);
    ways.extend(
        sealed
            .filter_map(|part| part.place.path.as_deref())
            .filter(|path| is_child(path) || token)
            .map(|path| (Lookup::Decrypted, path)),
    );
    ways.extend(assertions().next().map(|(_, path)| (Lookup::DocumentOrder, path)));
    ways.extend(by_id(message).into_iter().map(|path| (Lookup::ById, path)));
    let foreign = message.foreign_names.iter().find(|name| name.value == "Assertion");
    ways.extend(
        foreign.and_then(|name| name.place.path.as_deref()).map(|path| (Lookup::LocalName, path)),
    );
    ways.extend(direct().map(|(_, path)| (Lookup::EachChild, path)));
    ways.extend(assertions().map(|(_, path)| (Lookup::Anywhere, path)));
    ways
}

/// Assertions whose ID is one that a signature names and that occurs more than once.
fn by_id(message: &Message) -> Vec<&str> {
    let named: HashSet<&str> = message
        .signatures
        .iter()
        .flat_map(|signature| &signature.references)
        .filter_map(|reference| reference.uri.strip_prefix('#'))
        .collect();
    let twice: HashSet<&str> = message
        .duplicate_ids
        .iter()
        .map(|id| id.value.as_str())
        .filter(|id| named.contains(id))
        .collect();
    let assertions = message
        .assertions
        .iter()
        .filter(|one| one.xml_id.as_ref().is_some_and(|id| twice.contains(id.value.as_str())));
    assertions.filter_map(|one| one.place.path.as_deref()).collect()
}

/// A child of the root.
fn is_child(path: &str) -> bool {
    path.matches('/').count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Place;
    use diag_sdk::case::assertion::Assertion;
    use diag_sdk::case::judgement::Cover;
    use diag_sdk::case::signature::{Encryption, KeyMatch, Reference, Signature, Verdict};

    fn at(path: &str) -> Place {
        Place { path: Some(path.to_owned()), ..Place::default() }
    }

    fn assertion(path: &str, direct: bool) -> Assertion {
        Assertion { direct, place: at(path), ..Assertion::default() }
    }

    fn message(assertions: Vec<Assertion>, covers: &str, digest: Verdict) -> Message {
        let reference =
            Reference { covers: Some(covers.to_owned()), digest, ..Reference::default() };
        let verified_by = vec![KeyMatch { sha1: "AA".to_owned(), ..KeyMatch::default() }];
        let signature = Signature {
            value: Verdict::Right,
            references: vec![reference],
            verified_by,
            ..Signature::default()
        };
        Message {
            kind: MessageKind::Response,
            assertions,
            signatures: vec![signature],
            ..Message::default()
        }
    }

    fn told(message: &Message) -> Vec<(Lookup, String, Cover)> {
        of(message, &Keys::default())
            .into_iter()
            .map(|one| (one.lookup, one.path, one.cover))
            .collect()
    }

    #[test]
    fn the_element_or_what_holds_it_must_be_covered_by_what_verifies() {
        let only = || vec![assertion("Response/Assertion", true)];
        let covered =
            |covers, digest| of(&message(only(), covers, digest), &Keys::default())[0].covered_by;
        assert_eq!(covered("Response/Assertion", Verdict::Right), Some(0));
        assert_eq!(covered("Response", Verdict::Right), Some(0));
        assert_eq!(covered("Response/Assertion", Verdict::Wrong), None);
        assert_eq!(covered("Response/Status", Verdict::Right), None);
        assert_eq!(covered("Response/Assert", Verdict::Right), None);
    }

    #[test]
    fn products_that_look_differently_may_take_different_ones() {
        let hidden = vec![
            assertion("Response/Extensions/Assertion", false),
            assertion("Response/Assertion", true),
        ];
        assert_eq!(
            told(&message(hidden, "Response/Extensions/Assertion", Verdict::Right)),
            [
                (Lookup::DirectChild, "Response/Assertion".to_owned(), Cover::Elsewhere),
                (
                    Lookup::DocumentOrder,
                    "Response/Extensions/Assertion".to_owned(),
                    Cover::Embedded
                )
            ]
        );
    }

    #[test]
    fn every_child_counts_since_many_read_all_of_them() {
        let two = vec![
            assertion("Response/Assertion[1]", true),
            assertion("Response/Assertion[2]", true),
        ];
        let told = told(&message(two, "Response/Assertion[1]", Verdict::Right));
        assert_eq!(
            told.last(),
            Some(&(Lookup::EachChild, "Response/Assertion[2]".to_owned(), Cover::Elsewhere))
        );
    }

    #[test]
    fn of_equal_ids_each_bearer_may_be_taken() {
        let twin =
            |path, direct| Assertion { xml_id: Some("_3".into()), ..assertion(path, direct) };
        let mut message = message(
            vec![twin("Response/Extensions/Assertion", false), twin("Response/Assertion", true)],
            "Response/Assertion",
            Verdict::Right,
        );
        message.signatures[0].references[0].uri = "#_3".to_owned();
        assert!(!told(&message).iter().any(|(lookup, ..)| *lookup == Lookup::ById));
        message.duplicate_ids = vec!["_3".into()];
        assert_eq!(told(&message).iter().filter(|(lookup, ..)| *lookup == Lookup::ById).count(), 2);
    }

    #[test]
    fn what_is_encrypted_is_taken_too_and_may_not_be_told() {
        let mut message = message(
            vec![assertion("Response/Assertion", true)],
            "Response/Assertion",
            Verdict::Right,
        );
        let element = "EncryptedAssertion".to_owned();
        message.encrypted = vec![Encryption {
            element,
            place: at("Response/EncryptedAssertion"),
            ..Encryption::default()
        }];
        assert!(told(&message).contains(&(
            Lookup::Decrypted,
            "Response/EncryptedAssertion".to_owned(),
            Cover::Unknown
        )));
        message.encrypted[0].decrypted = true;
        let decrypted = Assertion {
            decrypted: true,
            ..assertion("Response/EncryptedAssertion/Assertion", true)
        };
        message.assertions.push(decrypted);
        assert!(told(&message).contains(&(
            Lookup::Decrypted,
            "Response/EncryptedAssertion/Assertion".to_owned(),
            Cover::Elsewhere
        )));
    }

    #[test]
    fn an_assertion_that_stands_alone_is_one() {
        let mut alone = message(vec![assertion("Assertion", false)], "Assertion", Verdict::Right);
        alone.kind = MessageKind::Other;
        "Assertion".clone_into(&mut alone.root);
        assert_eq!(told(&alone)[0], (Lookup::DirectChild, "Assertion".to_owned(), Cover::Embedded));
        "Envelope".clone_into(&mut alone.root);
        assert!(told(&alone).is_empty());
    }
}
