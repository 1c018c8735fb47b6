//! What the service provider would read is not what was signed.

use diag_sdk::case::judgement::{Consumption, Cover, Lookup};
use diag_sdk::case::message::Message;
use diag_sdk::case::signature::{Oddity, Signature};
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Reference, Setting,
    Severity, Specification, Stage, Who, check,
};

static REBUILT: CauseData = CauseData {
    text: "A broker or proxy rebuilt the response around a signed assertion, or a test tool made it",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Find out what produced this message; nothing between the identity provider and the browser should write into it",
};
static ONE_ID_FOR_BOTH: CauseData = CauseData {
    text: "The identity provider gives the response and its assertion the same ID, which must be unique in a document",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Let the identity provider make an ID of its own for each; until then receivers that validate the schema refuse its responses",
};
static SP_MUST_REFUSE: CauseData = CauseData {
    text: "The message has the structure of signature wrapping, which a service provider must refuse",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Make sure that the service provider refuses it; if it signed somebody in, update its SAML library and review its log",
};

check! {
    /// The assertion a service provider would read is not the one that is signed.
    ///
    /// A signature covers one element, found by its `ID`. If the message holds a second assertion, a
    /// duplicate `ID`, or the signed element stands where nobody looks for it, a service provider may
    /// verify one and read the other. The pattern is known as signature wrapping. What was seen is the
    /// structure of the message: it tells nothing about who made it, and a careless broker can produce it
    /// as well. A service provider must refuse such a message; one that takes it takes whatever anybody
    /// writes into it, and that is an error even though the sign-in works.
    ///
    /// Service providers look for the assertion in different ways: the first child of the response, the first
    /// in the document, by its ID, by its name, by decrypting. Each of these must lead to what is signed. A
    /// signed assertion in the `Advice` of another one is allowed and no fault.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "consumed": "Response/Assertion[1]",
    ///    "consumptions": [{"lookup": "direct-child", "path": "Response/Assertion[1]", "cover": "elsewhere", "instead": ["Response/Assertion[2]"]}],
    ///    "assertions": [{"direct": true, "place": {"input": "i1", "path": "Response/Assertion[1]"}}, {"direct": true, "signed": true, "place": {"input": "i1", "path": "Response/Assertion[2]"}}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion[2]", "digest": "right"}],
    ///      "verified_by": [{"sha1": "AA11", "subject": "CN=idp", "embedded": true}]}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "consumed": "Response/Assertion",
    ///    "consumptions": [{"lookup": "direct-child", "path": "Response/Assertion", "cover": "right", "covered_by": 0, "signature": 0}],
    ///    "assertions": [{"direct": true, "signed": true, "place": {"input": "i1", "path": "Response/Assertion"}}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion", "digest": "right"}],
    ///      "verified_by": [{"sha1": "AA11", "subject": "CN=idp", "embedded": true}]}]}]}
    /// ```
    pub(crate) static WRAPPED = {
        id: "signing/wrapped",
        title: "The assertion that would be read is not the signed one",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp", "signing/assertion-unsigned", "signing/reference-unusual", "signing/signature-invalid"],
        accounts: [Account::sp(&[Meaning::Signature, Meaning::UnsignedMessage, Meaning::Malformed, Meaning::UnsignedAssertion])],
        causes: [REBUILT, SP_MUST_REFUSE, ONE_ID_FOR_BOTH],
        references: [
            Reference::section(Specification::SamlCore, "5.4.2").about("references"),
            Reference::page("https://www.usenix.org/conference/usenixsecurity12/technical-sessions/presentation/somorovsky", "2026-11-24").about("Somorovsky et al., On Breaking SAML: Be Whoever You Want to Be, 2012"),
            Reference::advisories(&["CVE-2022-41912", "CVE-2024-45409", "CVE-2025-47949"]),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for delivery in case.sent_by_idp() {
        let message = delivery.message;
        if let Some(consumed) = delivery.consumed(Cover::Elsewhere) {
            out.push(moved(case, &delivery, consumed));
        } else if let Some((headline, place)) = ambiguous(message) {
            let finding = delivery.unprotected(headline, PATTERN).at(place);
            let made_so = is_shared_with_the_response(message);
            let finding = if made_so { finding.because(&ONE_ID_FOR_BOTH, case) } else { finding };
            out.push(finding.because(&REBUILT, case).because(&SP_MUST_REFUSE, case));
        } else if let Some(sealed) = beside(message) {
            let detail = "What is in it does not show without its key; encrypting needs nothing but a public key, so it protects only if it is signed inside.";
            let finding = delivery
                .finding(Severity::Warning, "An encrypted assertion stands beside one that is not")
                .likely()
                .detail(detail)
                .at_all(
                    message
                        .encrypted
                        .iter()
                        .map(|part| &part.place)
                        .filter(|place| place.path.as_deref() == Some(sealed.path.as_str())),
                );
            out.push(finding.because(&REBUILT, case));
            out.missing(Need::DecryptionKey);
        }
    }
}

/// What was seen is the structure of the message.
const PATTERN: &str = "Pattern seen in the message; it says nothing about who made it.";

/// Something else is signed than what would be read.
fn moved(case: &Case, delivery: &Delivery<'_>, consumed: &Consumption) -> Finding {
    let message = delivery.message;
    let detail = format!(
        "Pattern seen in the message: {}. It says nothing about who made it.",
        words(consumed.lookup)
    );
    let place = message
        .assertions
        .iter()
        .map(|assertion| &assertion.place)
        .find(|place| place.path.as_deref() == Some(&consumed.path));
    let signatures = message.signatures.iter().filter(|signature| {
        signature.references.iter().any(|reference| {
            reference.covers.as_ref().is_some_and(|covered| consumed.instead.contains(covered))
        })
    });
    let covered = if consumed.instead.is_empty() {
        "nothing".to_owned()
    } else {
        consumed.instead.join(", ")
    };
    delivery
        .unprotected(
            format!("Signed is {}, not the assertion that would be read", what(&consumed.instead)),
            detail,
        )
        .expected(&consumed.path, "element a service provider reads")
        .actual(covered, "elements the signatures cover")
        .at_all(place)
        .at_all(signatures.map(|signature| &signature.place))
        .because(&REBUILT, case)
        .because(&SP_MUST_REFUSE, case)
}

/// What is signed instead, for people: its name, where that is short enough for a headline.
fn what(instead: &[String]) -> String {
    let name = |path: &str| -> String {
        let last = path.rsplit('/').next().unwrap_or(path);
        last.split('[').next().unwrap_or(last).to_owned()
    };
    match instead.first().map(|path| name(path)).as_deref() {
        None => "nothing in clear".to_owned(),
        Some("Assertion") => "another assertion".to_owned(),
        Some("Response") => "another response".to_owned(),
        Some("EntityDescriptor" | "EntitiesDescriptor") => "metadata".to_owned(),
        Some("EncryptedAssertion") => "at most what is encrypted".to_owned(),
        Some(name) if name.chars().count() <= 20 => format!("the {name}"),
        Some(_) => "something else".to_owned(),
    }
}

/// How a service provider looks that reads what is not signed.
fn words(lookup: Lookup) -> &'static str {
    match lookup {
        Lookup::DirectChild => "no signature covers the first assertion in the response",
        Lookup::DocumentOrder => {
            "no signature covers the assertion that stands first in the document"
        }
        Lookup::EachChild => {
            "an assertion that no signature covers stands beside one that is signed"
        }
        Lookup::ById => {
            "several assertions have the ID that is signed, and not all of them are covered"
        }
        Lookup::LocalName => "an element of that name in another namespace is not covered",
        Lookup::Decrypted => "no signature covers what was encrypted, and anybody can encrypt",
        Lookup::Anywhere => {
            "an assertion that no signature covers stands somewhere in the response"
        }
    }
}

/// Two elements answer to what is signed, or two texts to what the signature says, and receivers choose differently.
fn ambiguous(message: &Message) -> Option<(&'static str, &Place)> {
    message.signatures.iter().find_map(|signature| {
        if signature.oddities.contains(&Oddity::DuplicateId)
            || refers_to_duplicate(message, signature)
        {
            Some(("The ID that the signature refers to occurs more than once", &signature.place))
        } else if signature.oddities.contains(&Oddity::SeveralSignedInfo) {
            Some(("A signature has more than one SignedInfo", &signature.place))
        } else {
            None
        }
    })
}

/// The response has one assertion, and the two have one ID: nothing else in it could be taken for either.
fn is_shared_with_the_response(message: &Message) -> bool {
    let [assertion] = message.assertions.as_slice() else { return false };
    let same = message.xml_id.as_ref().zip(assertion.xml_id.as_ref());
    let [duplicate] = message.duplicate_ids.as_slice() else { return false };
    message.encrypted.is_empty()
        && same.is_some_and(|(response, own)| {
            response.value == own.value && own.value == duplicate.value
        })
}

fn refers_to_duplicate(message: &Message, signature: &Signature) -> bool {
    signature.references.iter().any(|reference| {
        let id = reference.uri.strip_prefix('#').unwrap_or_default();
        !id.is_empty() && message.duplicate_ids.iter().any(|duplicate| duplicate.value == id)
    })
}

/// An encrypted assertion that nobody opened, beside another one.
fn beside(message: &Message) -> Option<&Consumption> {
    let sealed = message
        .consumptions
        .iter()
        .find(|one| one.lookup == Lookup::Decrypted && one.cover == Cover::Unknown)?;
    message.consumptions.iter().any(|one| one.path != sealed.path).then_some(sealed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{consumes, findings, levels, says, signed};

    fn case(outcome: Outcome, cover: Cover, instead: &str) -> Case {
        let mut case = signed(outcome);
        consumes(&mut case, "Response/Assertion", cover);
        case.messages[1].consumptions[0].instead = vec![instead.to_owned()];
        case.messages[1].keys_known = true;
        case
    }

    fn headline(instead: &str) -> String {
        findings(&WRAPPED, &case(Outcome::RefusedBySp, Cover::Elsewhere, instead))[0]
            .message
            .clone()
    }

    #[test]
    fn what_is_read_must_be_what_is_signed() {
        for cover in [
            Cover::Right,
            Cover::Embedded,
            Cover::Unknown,
            Cover::OtherKey,
            Cover::Wrong,
            Cover::Worthless,
            Cover::Nothing,
        ] {
            assert!(
                findings(&WRAPPED, &case(Outcome::RefusedBySp, cover, "")).is_empty(),
                "{cover:?}"
            );
        }
        assert_eq!(
            levels(&WRAPPED, &case(Outcome::RefusedBySp, Cover::Elsewhere, "Response/Status")),
            [Severity::Error]
        );
    }

    #[test]
    fn what_was_taken_is_an_error_where_the_keys_are_known() {
        let mut taken = case(Outcome::SignedIn, Cover::Elsewhere, "Response/Status");
        assert_eq!(levels(&WRAPPED, &taken), [Severity::Error]);
        taken.messages[1].keys_known = false;
        assert_eq!(levels(&WRAPPED, &taken), [Severity::Warning]);
    }

    #[test]
    fn what_is_signed_instead_is_named() {
        assert_eq!(
            headline("Response/Status"),
            "Signed is the Status, not the assertion that would be read"
        );
        assert_eq!(
            headline("Response/Assertion[2]"),
            "Signed is another assertion, not the assertion that would be read"
        );
        assert_eq!(
            headline("Response/Response"),
            "Signed is another response, not the assertion that would be read"
        );
        assert!(headline("Response/Extensions/EntityDescriptor").starts_with("Signed is metadata"));
        assert!(
            headline("Response/AnElementWithARatherLongName")
                .starts_with("Signed is something else")
        );
        for instead in
            ["Response/Subject", "Response/EncryptedAssertion", "Response/AnElementOfTwentyCha"]
        {
            assert!(headline(instead).chars().count() <= 80, "{instead}");
        }
    }

    #[test]
    fn duplicate_ids_and_second_signed_infos_show() {
        let mut case = case(Outcome::RefusedBySp, Cover::Right, "");
        case.messages[1].signatures[0].references[0].uri = "#_3".to_owned();
        case.messages[1].duplicate_ids = vec!["_9".into()];
        assert!(findings(&WRAPPED, &case).is_empty());
        case.messages[1].signatures[0].oddities = vec![Oddity::SeveralSignedInfo];
        assert!(findings(&WRAPPED, &case)[0].message.contains("SignedInfo"));
        case.messages[1].duplicate_ids.push("_3".into());
        assert!(findings(&WRAPPED, &case)[0].message.contains("more than once"));
    }

    #[test]
    fn what_is_sealed_beside_another_one_may_be_anybodys() {
        let mut case = case(Outcome::SignedIn, Cover::Right, "");
        let sealed = Consumption {
            lookup: Lookup::Decrypted,
            path: "Response/EncryptedAssertion".to_owned(),
            ..Consumption::default()
        };
        case.messages[1].consumptions.push(sealed);
        assert_eq!(levels(&WRAPPED, &case), [Severity::Warning]);
        case.messages[1].consumptions.remove(0);
        assert!(findings(&WRAPPED, &case).is_empty());
    }

    #[test]
    fn the_wording_accuses_nobody() {
        let mut case = case(Outcome::RefusedBySp, Cover::Elsewhere, "Response/Status");
        says(&mut case, diag_sdk::Meaning::Signature);
        assert!(
            findings(&WRAPPED, &case)[0]
                .detail
                .as_deref()
                .is_some_and(|detail| detail.starts_with("Pattern seen in the message"))
        );
    }
}
