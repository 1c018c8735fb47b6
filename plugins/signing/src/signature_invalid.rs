//! No known key verifies the signature, or what was signed was changed.

use diag_sdk::case::judgement::Cover;
use diag_sdk::case::signature::{Signature, Verdict};
use diag_sdk::view::{Delivery, keys};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static CHANGED: CauseData = CauseData {
    text: "Something between the identity provider and the service provider (or the capture itself) changed the message after it was signed",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Take out whatever rewrites the message: a proxy, a web application firewall, a browser extension; capture again without masking",
};
static OTHER_KEY: CauseData = CauseData {
    text: "The identity provider signs with a key that none of the given metadata lists: its certificate was renewed",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the identity provider's present metadata",
};
static SIGNER_BROKEN: CauseData = CauseData {
    text: "The identity provider changes the message after signing it, or computes the signature wrongly",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Turn off whatever alters assertions after they are signed, or renew the signing certificate",
};

check! {
    /// The signature of the response does not verify.
    ///
    /// A signature has two parts that can be wrong. If a *digest* is wrong, the signed element is not
    /// what it was when it was signed: something changed, reformatted or re-encoded it. If the
    /// *signature value* is wrong, it was made with a key that is not among those known, or the signed
    /// part of the signature itself was altered. Either way a service provider must refuse the response.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "signatures": [
    ///    {"parent": "Assertion", "value": "right", "keys_tried": 1, "references": [{"covers": "Response/Assertion", "digest": "wrong"}],
    ///     "verified_by": [{"sha1": "AA11", "subject": "CN=idp", "metadata": ["d1"]}]}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "signatures": [
    ///    {"parent": "Assertion", "value": "right", "keys_tried": 1, "references": [{"covers": "Response/Assertion", "digest": "right"}],
    ///     "verified_by": [{"sha1": "AA11", "subject": "CN=idp", "metadata": ["d1"]}]}]}]}
    /// ```
    pub(crate) static SIGNATURE_INVALID = {
        id: "signing/signature-invalid",
        title: "The signature of the response does not verify",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/message-damaged", "flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp_or_loop(&[Meaning::Signature, Meaning::UnknownKey, Meaning::UnsignedMessage, Meaning::Damaged, Meaning::Logout]), Account::logout(&[Meaning::Signature, Meaning::UnsignedMessage, Meaning::Damaged, Meaning::Logout])],
        causes: [CHANGED, OTHER_KEY, SIGNER_BROKEN],
        references: [
            Reference::section(Specification::XmlSignature, "3.2").about("reference and signature validation"),
            Reference::section(Specification::SamlCore, "5"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let keys_known = case.knows_idp_keys();
    for delivery in case.sent_by_idp().into_iter().chain(case.tokens()) {
        let message = delivery.message;
        for signature in &message.signatures {
            // Of a kind that protects nothing whatever its values: signing/reference-unusual.
            let worthless =
                delivery.consumed(Cover::Worthless).is_some() && delivery.rests_on(signature);
            if let Some(fault) = fault_of(signature, keys_known).filter(|_| !worthless) {
                out.push(describe(case, &delivery, signature, fault));
                break;
            }
            if signature.withheld && signature.recorded.is_none() || delivery.altered_by_exporter()
            {
                out.missing(Need::Capture);
            }
            if signature.verified_by.is_empty() && signature.key_info.is_empty() && !keys_known {
                out.missing(Need::IdpMetadata);
            }
        }
        if let Some(query) = message.query_signature.as_ref().filter(|query| {
            let judged =
                query.verifies_reencoded.is_some() || !query.made_by.is_empty() || keys_known;
            query.value == Verdict::Wrong && judged
        }) {
            let finding = delivery
                .fault(format!("The signature in the query of the {} does not verify", message.root))
                .detail(query.verifies_reencoded.as_ref().map_or_else(
                    || "None of the known keys verifies it over the query as the browser sent it.".to_owned(),
                    |form| format!("It does verify over another encoding of the same query: {form}. Something re-encoded the URL."),
                ))
                .at(&query.place);
            out.push(causes(case, finding, query.verifies_reencoded.is_some()));
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The signed element was changed.
    Digest,
    /// A known key made the value, but over another `SignedInfo`.
    SignedInfo,
    /// No known key made the value.
    Value,
}

fn fault_of(signature: &Signature, keys_known: bool) -> Option<Fault> {
    if signature.digest_wrong() {
        Some(Fault::Digest)
    } else if signature.value == Verdict::Wrong && signature.verified_by.is_empty() {
        // Keys of others that do not fit prove nothing.
        let judged = !signature.made_by.is_empty() || !signature.key_info.is_empty() || keys_known;
        judged.then_some(if signature.made_by.is_empty() {
            Fault::Value
        } else {
            Fault::SignedInfo
        })
    } else {
        None
    }
}

fn describe(case: &Case, delivery: &Delivery<'_>, signature: &Signature, fault: Fault) -> Finding {
    let carrier = keys::carrier(&signature.parent);
    let covered = signature
        .references
        .iter()
        .find(|reference| reference.digest == Verdict::Wrong)
        .or_else(|| signature.references.first())
        .and_then(|reference| reference.covers.as_deref())
        .unwrap_or("what it covers");
    let (headline, detail) = match fault {
        Fault::Digest => (
            format!("The digest of {carrier} is wrong: it was changed after signing"),
            format!(
                "The signature covers {covered}, and that is not what it was when it was signed.{}",
                if signature.value == Verdict::Right {
                    " The signature value itself is right, so the key is the right one."
                } else {
                    ""
                }
            ),
        ),
        Fault::SignedInfo => (
            format!("The signature of {carrier} was altered after it was made"),
            format!(
                "A known key ({}) made the signature value, but over another SignedInfo than the one that stands there now.",
                signature
                    .made_by
                    .iter()
                    .map(|key| key.sha1.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        ),
        Fault::Value => (
            format!("No known key verifies the signature of {carrier}"),
            format!(
                "The digest of {covered} is {}; {} were tried, and the signature value fits none of them.",
                if signature.references.iter().all(|reference| reference.digest == Verdict::Right) {
                    "right"
                } else {
                    "not judged"
                },
                match signature.keys_tried {
                    1 => "one key".to_owned(),
                    count => format!("{count} keys"),
                }
            ),
        ),
    };
    let detail = [
        vec![detail],
        signature
            .remarks
            .iter()
            .map(|remark| format!("{}.", remark.trim_end_matches('.')))
            .collect(),
    ]
    .concat()
    .join(" ");
    let unprotected = delivery.consumed(Cover::Wrong).is_some() && delivery.rests_on(signature);
    let finding = if unprotected {
        delivery.unprotected(headline, detail)
    } else {
        delivery.fault(headline).detail(detail)
    };
    causes(case, finding.at(&signature.place), fault != Fault::Value)
}

fn causes(case: &Case, finding: Finding, content_changed: bool) -> Finding {
    let finding = if content_changed { finding } else { finding.because(&OTHER_KEY, case) };
    finding.because(&CHANGED, case).because(&SIGNER_BROKEN, case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{consumes, findings, key_match, levels, signed};

    fn with(outcome: Outcome, change: impl Fn(&mut Signature)) -> Case {
        let mut case = signed(outcome);
        change(&mut case.messages[1].signatures[0]);
        case
    }

    fn digest(signature: &mut Signature) {
        signature.references[0].digest = Verdict::Wrong;
    }

    fn value(signature: &mut Signature) {
        signature.value = Verdict::Wrong;
        signature.verified_by.clear();
        signature.keys_tried = 2;
    }

    #[test]
    fn digest_and_value_are_told_apart() {
        let found = findings(&SIGNATURE_INVALID, &with(Outcome::RefusedBySp, digest));
        assert_eq!((found[0].severity, found[0].causes[0].who), (Severity::Error, Who::Network));
        assert!(found[0].message.contains("digest"));
        let found = findings(&SIGNATURE_INVALID, &with(Outcome::RefusedBySp, value));
        assert_eq!((found[0].severity, found[0].causes[0].who), (Severity::Error, Who::Sp));
        assert!(found[0].message.contains("No known key"));
    }

    #[test]
    fn a_known_key_that_made_the_value_clears_the_key() {
        let made = with(Outcome::RefusedBySp, |signature| {
            value(signature);
            signature.made_by = vec![key_match("AA", &["d1"])];
            signature.remarks = vec!["SignedInfo has blanks in it".to_owned()];
        });
        let found = findings(&SIGNATURE_INVALID, &made);
        assert_eq!(found[0].causes[0].who, Who::Network);
        assert!(
            found[0]
                .detail
                .as_deref()
                .is_some_and(|detail| detail.ends_with("SignedInfo has blanks in it."))
        );
    }

    #[test]
    fn what_verifies_or_cannot_be_judged_is_left_alone() {
        assert!(findings(&SIGNATURE_INVALID, &signed(Outcome::RefusedBySp)).is_empty());
        let open = with(Outcome::RefusedBySp, |signature| {
            signature.value = Verdict::Unknown;
            signature.verified_by.clear();
            signature.key_info.clear();
        });
        let judged = SIGNATURE_INVALID.judge(&open);
        assert!(judged.found().is_empty() && judged.missed().contains(&Need::IdpMetadata));
    }

    #[test]
    fn what_was_accepted_is_an_error_where_nothing_else_protects_it() {
        let mut taken = with(Outcome::SignedIn, digest);
        taken.messages[1].keys_known = true;
        assert_eq!(levels(&SIGNATURE_INVALID, &taken), [Severity::Warning]);
        consumes(&mut taken, "Response/Assertion", Cover::Wrong);
        assert_eq!(levels(&SIGNATURE_INVALID, &taken), [Severity::Error]);
        taken.messages[1].keys_known = false;
        assert_eq!(levels(&SIGNATURE_INVALID, &taken), [Severity::Warning]);
    }
}
