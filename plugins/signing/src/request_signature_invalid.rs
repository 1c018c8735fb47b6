//! The signature of the request does not verify.

use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::message::Message;
use diag_sdk::case::signature::{QuerySignature, Verdict};
use diag_sdk::view::{Delivery, MetadataCopy, keys};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};
use std::collections::HashSet;

static REENCODED: CauseData = CauseData {
    text: "A gateway, redirector or application in between decoded and re-encoded the URL; the signature covers the exact octets of the query",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Pass the query on byte for byte, or use the POST binding for requests",
};
static SIGNED_OTHERWISE: CauseData = CauseData {
    text: "The service provider signs another encoding of the query than it sends",
    who: Who::Sp,
    setting: Setting::SpSigningAlgorithm,
    fix: "Update the service provider, or let it send signed requests by POST",
};
static OTHER_KEY: CauseData = CauseData {
    text: "The service provider signs with a key that is not in the metadata given: its certificate was renewed",
    who: Who::Sp,
    setting: Setting::SpCertificate,
    fix: "Download the service provider's metadata anew and hand it to the identity provider's administrator",
};

/// Codes by which Entra ID says that it could not verify a request.
const CODES: &[&str] = &["AADSTS50006", "AADSTS76023", "AADSTS76025"];

check! {
    /// The signature of the request does not verify.
    ///
    /// With the Redirect binding the signature covers the octets of the query exactly as they were sent.
    /// Whatever decodes and re-encodes the URL on the way (lower-case hexadecimal digits, `+` for a
    /// blank, another order) breaks it without changing a single value. Else the service provider signs
    /// with a key nobody knows. An identity provider that verifies requests refuses; one that does not
    /// never notices.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "authn-request", "root": "AuthnRequest", "delivery": 0, "sightings": [{"carrier": "query"}],
    ///    "query_signature": {"algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "value": "wrong", "keys_tried": 1,
    ///      "verifies_reencoded": "lower-case hexadecimal in the percent-encoding"}}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "authn-request", "root": "AuthnRequest", "delivery": 0, "sightings": [{"carrier": "query"}],
    ///    "query_signature": {"algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "value": "right", "keys_tried": 1,
    ///      "verified_by": [{"sha1": "CC33", "subject": "CN=sp", "metadata": ["d1"]}]}}]}
    /// ```
    pub(crate) static REQUEST_SIGNATURE_INVALID = {
        id: "signing/request-signature-invalid",
        title: "The signature of the request does not verify",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered", "flow/response-not-posted"],
        accounts: [Account::looping(&[Meaning::RequestSignature, Meaning::Signature, Meaning::Logout]), Account::idp(&[Meaning::RequestSignature, Meaning::Signature, Meaning::Logout]).codes(CODES), Account::logout(&[Meaning::RequestSignature, Meaning::Signature, Meaning::Logout])],
        causes: [REENCODED, SIGNED_OTHERWISE, OTHER_KEY],
        references: [
            Reference::section(Specification::SamlBindings, "3.4.4.1"),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/howto-enforce-signed-saml-authentication", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let (keys_known, required) = (case.knows_sp_keys(), case.signed_requests_required());
    let mut told: HashSet<&str> = HashSet::new();
    for delivery in case.sent_by_sp() {
        let request = delivery.message;
        let query_wrong = request.query_signature.as_ref().is_some_and(|query| {
            query.value == Verdict::Wrong
                && (query.verifies_reencoded.is_some() || !query.made_by.is_empty() || keys_known)
        });
        let xml_wrong = request.own_signatures().find(|signature| {
            let unfit = signature.value == Verdict::Wrong && signature.verified_by.is_empty();
            signature.digest_wrong() || (unfit && (!signature.key_info.is_empty() || keys_known))
        });
        if let Some(query) = request.query_signature.as_ref()
            && let Some(why) = worthless(query)
        {
            told.extend(delivery.attempt.map(|attempt| attempt.id.as_str()));
            let finding = judged(&delivery, required).at(&query.place).detail(why).actual(
                if query.algorithm.is_empty() { "no SigAlg" } else { &query.algorithm },
                "SigAlg in the query",
            );
            out.push(finding.because(&SIGNED_OTHERWISE, case));
            continue;
        }
        if request.query_signature.as_ref().is_some_and(|query| query.value != Verdict::Right)
            && !keys_known
        {
            out.missing(Need::SpMetadata);
        }
        if !query_wrong && xml_wrong.is_none() {
            continue;
        }
        told.extend(delivery.attempt.map(|attempt| attempt.id.as_str()));
        let mut finding = judged(&delivery, required);
        if let Some(query) = request.query_signature.as_ref().filter(|_| query_wrong) {
            finding = finding.at(&query.place).detail(match &query.verifies_reencoded {
                Some(form) => format!("It verifies over another encoding of the same query: {form}. What was signed is not what was sent."),
                None if !query.made_by.is_empty() => {
                    "A known key made the signature, but over another query than the one the browser sent: it was changed on the way."
                        .to_owned()
                }
                None => format!(
                    "{} tried, and none verifies it over the query as the browser sent it.",
                    if query.keys_tried == 1 { "One known key was".to_owned() } else { format!("{} known keys were", query.keys_tried) }
                ),
            });
        } else if let Some(signature) = xml_wrong {
            finding = finding.at(&signature.place).detail(if signature.digest_wrong() {
                "The digest is wrong: the request was changed after it was signed."
            } else {
                "None of the known keys verifies it."
            });
        }
        let made_by_known_key = |query: &QuerySignature| {
            query.verifies_reencoded.is_some() || !query.made_by.is_empty()
        };
        let reencoded = request.query_signature.as_ref().is_some_and(made_by_known_key)
            || xml_wrong
                .is_some_and(|signature| signature.digest_wrong() || !signature.made_by.is_empty());
        out.push(causes(case, finding, reencoded));
    }
    refusals(case, told, out);
}

/// A signature that nobody can verify with the public key of the service provider.
fn worthless(query: &QuerySignature) -> Option<&'static str> {
    if query.algorithm.is_empty() {
        Some(
            "There is a Signature in the query but no SigAlg beside it: nobody can tell what it is to be verified with.",
        )
    } else if query.algorithm.to_ascii_lowercase().contains("hmac") {
        Some(
            "Its SigAlg is an HMAC: whoever can verify it can also make it, and no public key does.",
        )
    } else {
        None
    }
}

/// An identity provider that does not verify requests accepts any signature.
fn judged(delivery: &Delivery<'_>, required: bool) -> Finding {
    let headline = format!("The signature of the {} does not verify", delivery.message.root);
    let failed = delivery.attempt.is_some_and(Attempt::failed);
    if !delivery.accepted() && (failed || required) {
        delivery.finding(Severity::Error, headline)
    } else {
        delivery.finding(Severity::Warning, headline).likely()
    }
}

/// The identity provider says so, whatever we could verify.
fn refusals<'a>(case: &'a Case, mut told: HashSet<&'a str>, out: &mut Findings) {
    // Without any key nothing speaks of a damaged query; that the identity provider lacks the key is another finding.
    let tried = case.knows_sp_keys();
    let judged = |request: &Message| {
        tried || request.query_signature.iter().any(|query| !query.verified_by.is_empty())
    };
    let held = case.sp_metadata_held();
    // Where the key is the reason, that is a finding of its own.
    let mut sent = case.sent_in_attempts();
    sent.retain(|_, delivery| {
        signed(delivery.message)
            && judged(delivery.message)
            && !unknown_to_idp(&held, delivery.message)
    });
    for seen in case.refusing_codes() {
        let Some(attempt) = seen.attempt.filter(|_| CODES.contains(&seen.code)) else {
            continue;
        };
        let Some(delivery) = sent.get(attempt.id.as_str()) else { continue };
        if told.insert(&attempt.id) {
            let meaning = case.code(seen.code).map_or("", |code| code.text.as_str());
            let finding = delivery
                .finding(
                    Severity::Error,
                    format!("The identity provider could not verify the request ({})", seen.code),
                )
                .detail(meaning)
                .at(seen.place);
            out.push(causes(case, finding, false));
        }
    }
    for attempt in case.attempts.iter().filter(|attempt| attempt.failed()) {
        let Some(delivery) = sent.get(attempt.id.as_str()).filter(|delivery| !delivery.accepted())
        else {
            continue;
        };
        if let Some(said) = delivery.statement(&[Meaning::RequestSignature, Meaning::Signature])
            && told.insert(&attempt.id)
        {
            let finding = delivery
                .finding(Severity::Error, "The identity provider could not verify the request")
                .detail(said.quoted())
                .at_all(&said.place);
            out.push(causes(case, finding, false));
        }
    }
}

fn signed(request: &Message) -> bool {
    request.query_signature.is_some() || request.own_signatures().next().is_some()
}

/// The identity provider's copies were given and lack the key.
fn unknown_to_idp(held: &[MetadataCopy<'_>], request: &Message) -> bool {
    let query = request.query_signature.iter().flat_map(|query| &query.verified_by);
    let mut used = query
        .chain(request.own_signatures().flat_map(|signature| &signature.verified_by))
        .peekable();
    !held.is_empty() && used.peek().is_some() && !used.any(|key| keys::lists(held, key))
}

fn causes(case: &Case, finding: Finding, reencoded: bool) -> Finding {
    let finding = if reencoded { finding } else { finding.because(&OTHER_KEY, case) };
    finding.because(&REENCODED, case).because(&SIGNED_OTHERWISE, case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::spec;
    use diag_sdk::testing::{
        findings, key_match, levels, query_signature, refused_by_idp, sign_in, signature,
        sp_metadata,
    };

    fn wrong(mut case: Case, reencoded: bool) -> Case {
        let mut query = query_signature(spec::RSA_SHA256, None);
        query.verifies_reencoded = reencoded.then(|| "lower-case hexadecimal".to_owned());
        case.messages[0].query_signature = Some(query);
        case.metadata = vec![sp_metadata("d3", HeldBy::Publisher, &["CC"], &[])];
        case
    }

    #[test]
    fn refused_it_is_an_error_accepted_it_is_not() {
        assert_eq!(
            levels(&REQUEST_SIGNATURE_INVALID, &wrong(refused_by_idp(&[], &[]), false)),
            [Severity::Error]
        );
        assert_eq!(
            levels(&REQUEST_SIGNATURE_INVALID, &wrong(sign_in(Outcome::SignedIn), false)),
            [Severity::Warning]
        );
    }

    #[test]
    fn without_a_key_of_the_service_provider_nothing_is_proven() {
        let mut case = wrong(refused_by_idp(&[], &[]), false);
        case.metadata.clear();
        let judged = REQUEST_SIGNATURE_INVALID.judge(&case);
        assert!(judged.found().is_empty() && judged.missed().contains(&Need::SpMetadata));
        // A re-encoding under which it verifies proves it with any key.
        let mut case = wrong(refused_by_idp(&[], &[]), true);
        case.metadata.clear();
        assert_eq!(levels(&REQUEST_SIGNATURE_INVALID, &case), [Severity::Error]);
    }

    #[test]
    fn re_encoding_is_named_as_the_cause() {
        let found = findings(&REQUEST_SIGNATURE_INVALID, &wrong(refused_by_idp(&[], &[]), true));
        assert_eq!(found[0].causes[0].who, Who::Network);
        assert!(
            found[0]
                .detail
                .as_deref()
                .is_some_and(|detail| detail.contains("lower-case hexadecimal"))
        );
        let found = findings(&REQUEST_SIGNATURE_INVALID, &wrong(refused_by_idp(&[], &[]), false));
        assert_eq!(found[0].causes[0].who, Who::Sp);
    }

    #[test]
    fn a_right_signature_is_left_alone_unless_the_identity_provider_complains() {
        let mut case = refused_by_idp(&[], &[]);
        case.messages[0].query_signature =
            Some(query_signature(spec::RSA_SHA256, Some(key_match("CC", &["d3"]))));
        assert!(findings(&REQUEST_SIGNATURE_INVALID, &case).is_empty());
        let mut complained = refused_by_idp(&["AADSTS76023"], &[]);
        complained.messages[0].query_signature = case.messages[0].query_signature.clone();
        assert_eq!(levels(&REQUEST_SIGNATURE_INVALID, &complained), [Severity::Error]);
        // Where the identity provider lacks the key, that is the finding.
        complained.metadata = vec![sp_metadata("d4", HeldBy::Idp, &["AA"], &[])];
        assert!(findings(&REQUEST_SIGNATURE_INVALID, &complained).is_empty());
    }

    #[test]
    fn signatures_in_the_xml_count_too() {
        let mut case = refused_by_idp(&[], &[]);
        let mut own = signature("AuthnRequest", "AuthnRequest", key_match("CC", &["d3"]));
        own.references[0].digest = Verdict::Wrong;
        case.messages[0].signatures = vec![own];
        assert_eq!(levels(&REQUEST_SIGNATURE_INVALID, &case), [Severity::Error]);
    }
}
