//! The signature is right, but the receiver does not hold the key that made it.

use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::judgement::{Failure, Party};
use diag_sdk::case::message::Message;
use diag_sdk::case::signature::{KeyMatch, Signature, Verdict};
use diag_sdk::view::{Delivery, MetadataCopy, keys};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Reference, Setting,
    Severity, Specification, Stage, Who, check,
};

static ROLLED_OVER: CauseData = CauseData {
    text: "The identity provider signs with a new certificate and the service provider still has the metadata from before",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the identity provider's present metadata at every entry point that uses it",
};
static WRONG_CERTIFICATE_ACTIVE: CauseData = CauseData {
    text: "The identity provider has made another certificate active than the one its metadata lists",
    who: Who::Idp,
    setting: Setting::IdpSigningCertificate,
    fix: "Make the certificate active that the service provider has, or hand over the metadata with the new one",
};
static OTHER_METADATA: CauseData = CauseData {
    text: "The metadata belongs to another application, tenant or environment, whose keys are others",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the metadata of exactly this application",
};

check! {
    /// The response is signed with a key that the service provider does not have.
    ///
    /// The signature itself is right: nothing was changed on the way. But the service provider accepts
    /// only keys of the identity provider's metadata it has loaded, and the key that signed is not in
    /// that copy. That is what happens when a signing certificate was renewed and the copy was not. The
    /// person signs in at the identity provider and is then refused (with Qlik Sense: error 400).
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "signatures": [
    ///    {"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion", "digest": "right"}],
    ///     "verified_by": [{"sha1": "BB22", "subject": "CN=new", "metadata": ["d2"], "embedded": true}]}]}],
    ///  "metadata": [
    ///    {"id": "d1", "held_by": "sp", "origin": "copy.xml", "idp": {"keys": [{"usage": "signing", "certificates": [{"sha1": "AA11", "subject": "CN=old"}]}]}},
    ///    {"id": "d2", "held_by": "publisher", "origin": "idp.xml", "idp": {"keys": [{"usage": "signing", "certificates": [{"sha1": "BB22", "subject": "CN=new"}]}]}}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "signatures": [
    ///    {"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion", "digest": "right"}],
    ///     "verified_by": [{"sha1": "BB22", "subject": "CN=new", "metadata": ["d1"], "embedded": true}]}]}],
    ///  "metadata": [
    ///    {"id": "d1", "held_by": "sp", "origin": "copy.xml", "idp": {"keys": [{"usage": "signing", "certificates": [
    ///      {"sha1": "AA11", "subject": "CN=old"}, {"sha1": "BB22", "subject": "CN=new"}]}]}}]}
    /// ```
    pub(crate) static SIGNED_BY_UNKNOWN_KEY = {
        id: "signing/signed-by-unknown-key",
        title: "The response is signed with a key the SP does not have",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp", "metadata/signing-certificate-expired", "metadata/stale-copy", "metadata/tenant-level-certificate", "signing/active-certificate-not-in-metadata", "signing/certificate-expired"],
        accounts: [Account::sp_or_loop(&[Meaning::UnknownKey]), Account::sp_or_loop(&[Meaning::Signature, Meaning::UnsignedMessage, Meaning::Certificate, Meaning::Logout]), Account::logout(&[Meaning::Signature, Meaning::UnsignedMessage, Meaning::Certificate, Meaning::Logout])],
        logged: "The service provider cannot verify the signature",
        causes: [ROLLED_OVER, WRONG_CERTIFICATE_ACTIVE, OTHER_METADATA],
        references: [
            Reference::section(Specification::SamlProfiles, "4.1.4.3"),
            Reference::section(Specification::SamlMetadataInterop, "2.5"),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/tutorial-manage-certificates-for-federated-single-sign-on", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let (held, published) = (case.idp_metadata_held(), case.idp_metadata_published());
    let mut told: Vec<Option<String>> = Vec::new();
    for delivery in case.sent_by_idp().into_iter().chain(case.tokens()) {
        let Some(seen) = verified(delivery.message)
            .into_iter()
            .find(|seen| !known(&held, &published, seen, out))
        else {
            continue;
        };
        if let Some(key) = seen.keys.first() {
            told.push(delivery.attempt.map(|attempt| attempt.id.clone()));
            out.push(describe(&delivery, &seen, key, &held, &published));
        }
    }
    // What the service provider holds may be in no file: its word is enough, unless the copy given shows otherwise.
    if held.is_empty() {
        for failure in case
            .failures
            .iter()
            .filter(|failure| failure.party == Party::Sp && !told.contains(&failure.attempt))
        {
            out.extend(stated(case, failure));
        }
    }
}

/// The service provider says that the certificate is none of those it has.
fn stated(case: &Case, failure: &Failure) -> Option<Finding> {
    let said = failure.said.iter().find(|said| said.meaning == Meaning::UnknownKey)?;
    let mut finding =
        Finding::error("The service provider says that the response is signed with another key")
            .detail(said.quoted())
            .at_all(said.place.as_ref())
            .attempt(failure.attempt.clone().unwrap_or_default());
    let message = failure.message.as_deref().and_then(|id| case.message(id));
    let signed = message.into_iter().flat_map(verified).next();
    if let Some((seen, key)) = signed.as_ref().and_then(|seen| Some((seen, seen.keys.first()?))) {
        let label = case
            .certificate_of(seen.signature, key)
            .map_or_else(|| format!("{} ({})", key.subject, key.sha1), Certificate::label);
        finding = finding.actual(label, "certificate that verifies the signature").at(seen.place);
    }
    let address = case.metadata_url(None);
    Some(
        finding.because_with(&ROLLED_OVER, case, address.as_deref()).because(&OTHER_METADATA, case),
    )
}

/// A signature that verifies with some key.
struct Verified<'a> {
    keys: &'a [KeyMatch],
    place: &'a Place,
    signature: Option<&'a Signature>,
    carrier: String,
}

fn verified(message: &Message) -> Vec<Verified<'_>> {
    let xml = message
        .signatures
        .iter()
        .filter(|signature| !signature.verified_by.is_empty() && !signature.digest_wrong());
    let mut all: Vec<Verified<'_>> = xml
        .map(|signature| Verified {
            keys: &signature.verified_by,
            place: &signature.place,
            signature: Some(signature),
            carrier: keys::carrier(&signature.parent),
        })
        .collect();
    if let Some(query) = message
        .query_signature
        .as_ref()
        .filter(|query| !query.verified_by.is_empty() && query.verifies_reencoded.is_none())
    {
        all.push(Verified {
            keys: &query.verified_by,
            place: &query.place,
            signature: None,
            carrier: format!("the {}", message.root),
        });
    }
    all
}

/// The service provider holds one of the keys. Where its copy was not given, what is published stands
/// in for it: a key that is nowhere listed is unknown to everybody.
fn known(
    held: &[MetadataCopy<'_>],
    published: &[MetadataCopy<'_>],
    seen: &Verified<'_>,
    out: &mut Findings,
) -> bool {
    if !held.is_empty() {
        return seen.keys.iter().any(|key| keys::lists(held, key));
    }
    if published.is_empty() || seen.keys.iter().any(|key| keys::lists(published, key)) {
        out.missing(Need::IdpMetadataInSp);
        return true;
    }
    false
}

fn describe(
    delivery: &Delivery<'_>,
    seen: &Verified<'_>,
    key: &KeyMatch,
    held: &[MetadataCopy<'_>],
    published: &[MetadataCopy<'_>],
) -> Finding {
    let case = delivery.case;
    let copies = if held.is_empty() { published } else { held };
    let certificates = keys::idp_signing(copies);
    let is_published = seen.keys.iter().any(|key| keys::lists(published, key));
    let registered = seen.keys.iter().any(|key| key.registered);
    let whose = if held.is_empty() { "no metadata lists" } else { "the SP does not have" };
    let origins: Vec<&str> = copies.iter().map(|copy| copy.metadata.origin.as_str()).collect();
    let why = if is_published {
        "The identity provider publishes that key: the service provider's copy is older."
    } else if registered {
        "The identity provider's registration names that key as active, but neither its metadata nor the copy lists it."
    } else {
        "The key is known only from the signature itself; none of the metadata given lists it."
    };
    let headline = format!("The {} is signed with a key {whose}", delivery.message.root);
    // Where values were masked before the capture was handed on, the digest tells nothing.
    let all_right = seen.signature.is_none_or(|one| {
        one.references.iter().all(|reference| reference.digest == Verdict::Right)
    });
    let unchanged = if all_right {
        ", so nothing was changed on the way"
    } else {
        "; whether content was changed on the way does not show here"
    };
    let detail = format!("The signature of {} is right{unchanged}. {why}", seen.carrier);
    // Where the identity provider itself names the key, the service provider that took it has a newer copy than the one given.
    let nobodys = !is_published
        && !registered
        && seen.signature.is_some_and(|signature| delivery.rests_on(signature));
    let mut finding = if nobodys {
        delivery.unprotected(headline, detail)
    } else {
        delivery.fault(headline).detail(detail)
    };
    if !certificates.is_empty() {
        finding = finding.expected(
            keys::labels(&certificates),
            format!("signing certificates in {}", origins.join(", ")),
        );
    }
    let label = case
        .certificate_of(seen.signature, key)
        .map_or_else(|| format!("{} ({})", key.subject, key.sha1), Certificate::label);
    finding = finding
        .actual(label, "certificate that verifies the signature")
        .at(seen.place)
        .at_all(certificates.iter().map(|certificate| &certificate.place));
    let address = case.metadata_url(None);
    finding = finding.because_with(&ROLLED_OVER, case, address.as_deref());
    let metadata_is_known = is_published || registered;
    if metadata_is_known {
        finding.because(&WRONG_CERTIFICATE_ACTIVE, case)
    } else {
        finding.because(&OTHER_METADATA, case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::judgement::Cover;
    use diag_sdk::case::message::MessageKind;
    use diag_sdk::case::signature::Verdict;
    use diag_sdk::testing::{
        consumes, findings, idp_metadata, key_match, levels, query_signature, says, sign_in,
        signed_with,
    };

    fn case(outcome: Outcome, held: &[&str], published: &[&str]) -> Case {
        let mut case = signed_with(sign_in(outcome), key_match("BB", &[]));
        if !held.is_empty() {
            case.metadata.push(idp_metadata("d1", HeldBy::Sp, held));
        }
        if !published.is_empty() {
            case.metadata.push(idp_metadata("d2", HeldBy::Publisher, published));
        }
        case
    }

    #[test]
    fn only_a_copy_without_the_key_is_wrong() {
        assert_eq!(
            levels(&SIGNED_BY_UNKNOWN_KEY, &case(Outcome::RefusedBySp, &["AA"], &["BB"])),
            [Severity::Error]
        );
        assert_eq!(
            levels(&SIGNED_BY_UNKNOWN_KEY, &case(Outcome::SignedIn, &["AA"], &["BB"])),
            [Severity::Warning]
        );
        assert!(
            findings(&SIGNED_BY_UNKNOWN_KEY, &case(Outcome::RefusedBySp, &["AA", "BB"], &["BB"]))
                .is_empty()
        );
        assert!(
            findings(&SIGNED_BY_UNKNOWN_KEY, &case(Outcome::RefusedBySp, &["BB"], &["AA"]))
                .is_empty()
        );
    }

    #[test]
    fn without_the_copy_what_is_published_decides() {
        assert_eq!(
            levels(&SIGNED_BY_UNKNOWN_KEY, &case(Outcome::RefusedBySp, &[], &["AA"])),
            [Severity::Error]
        );
        let open = case(Outcome::RefusedBySp, &[], &["BB"]);
        assert!(findings(&SIGNED_BY_UNKNOWN_KEY, &open).is_empty());
        assert!(SIGNED_BY_UNKNOWN_KEY.judge(&open).missed().contains(&Need::IdpMetadataInSp));
        assert!(
            SIGNED_BY_UNKNOWN_KEY
                .judge(&case(Outcome::RefusedBySp, &[], &[]))
                .missed()
                .contains(&Need::IdpMetadataInSp)
        );
    }

    #[test]
    fn a_key_of_nobody_that_was_taken_is_an_error() {
        let mut taken = case(Outcome::SignedIn, &["AA"], &["AA"]);
        consumes(&mut taken, "Response/Assertion", Cover::OtherKey);
        taken.messages[1].keys_known = true;
        assert_eq!(levels(&SIGNED_BY_UNKNOWN_KEY, &taken), [Severity::Error]);
        taken.metadata[1] = idp_metadata("d2", HeldBy::Publisher, &["BB"]);
        assert_eq!(levels(&SIGNED_BY_UNKNOWN_KEY, &taken), [Severity::Warning]);
    }

    #[test]
    fn what_does_not_verify_is_another_finding() {
        let mut changed = case(Outcome::RefusedBySp, &["AA"], &["BB"]);
        changed.messages[1].signatures[0].references[0].digest = Verdict::Wrong;
        assert!(findings(&SIGNED_BY_UNKNOWN_KEY, &changed).is_empty());
    }

    #[test]
    fn the_word_of_the_service_provider_is_enough_where_its_copy_is_not_given() {
        let mut open = case(Outcome::RefusedBySp, &[], &["BB"]);
        says(&mut open, Meaning::Signature);
        assert!(findings(&SIGNED_BY_UNKNOWN_KEY, &open).is_empty());
        says(&mut open, Meaning::UnknownKey);
        let told = findings(&SIGNED_BY_UNKNOWN_KEY, &open);
        assert_eq!(told.len(), 1);
        assert!(told[0].actual.is_some(), "{told:?}");
        open.metadata.push(idp_metadata("d1", HeldBy::Sp, &["BB"]));
        assert!(findings(&SIGNED_BY_UNKNOWN_KEY, &open).is_empty(), "its copy has the key");
    }

    #[test]
    fn signatures_in_the_query_count_too() {
        let mut case = case(Outcome::SignOutFailed, &["AA"], &["BB"]);
        case.messages[1].kind = MessageKind::LogoutResponse;
        case.messages[1].signatures.clear();
        case.messages[1].query_signature =
            Some(query_signature("", Some(key_match("BB", &["d2"]))));
        assert_eq!(levels(&SIGNED_BY_UNKNOWN_KEY, &case), [Severity::Error]);
    }
}
