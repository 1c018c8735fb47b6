//! Responses are signed with SHA-1.

use crate::{algorithms, refusal, trust};
use diag_sdk::case::message::Message;
use diag_sdk::case::signature::Signature;
use diag_sdk::{Account, Case, CauseData, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Vendor, Who, check};

static SET_TO_SHA1: CauseData = CauseData {
    text: "The identity provider is set to sign responses for this application with SHA-1",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Choose SHA-256 as the signing algorithm",
};
static SP_REFUSES_SHA1: CauseData = CauseData {
    text: "The service provider does not accept SHA-1",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Leave that as it is: let the identity provider sign with SHA-256",
};

check! {
    /// The identity provider signs with SHA-1.
    ///
    /// How responses are signed is a setting of the identity provider, per application. Signature and
    /// digest each name an algorithm. SHA-1 is deprecated: newer service providers refuse it, mostly with
    /// the same words as for a signature that does not verify, while others still take it. Where it was
    /// refused this is an error, otherwise a warning.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "signatures": [
    ///    {"parent": "Assertion", "algorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    ///     "references": [{"covers": "Response/Assertion", "digest_algorithm": "http://www.w3.org/2000/09/xmldsig#sha1"}]}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "signatures": [
    ///    {"parent": "Assertion", "algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    ///     "references": [{"covers": "Response/Assertion", "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256"}]}]}]}
    /// ```
    pub(crate) static RESPONSE_ALGORITHM_SHA1 = {
        id: "signing/response-algorithm-sha1",
        title: "The identity provider signs with SHA-1",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture, Need::TokenIssuancePolicies],
        explains: ["flow/metadata-or-signing-error-at-sp", "signing/algorithm-differs-from-setting"],
        accounts: [Account::sp_or_loop(&[Meaning::Algorithm, Meaning::Signature])],
        causes: [SET_TO_SHA1, SP_REFUSES_SHA1],
        references: [
            "RFC 6194",
            "https://learn.microsoft.com/entra/identity/enterprise-apps/certificate-signing-options",
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut captured: Vec<(&Message, &Signature)> = trust::from_idp(case)
        .filter_map(|message| message.signatures.iter().find(|signature| uses_sha1(signature)).map(|signature| (message, signature)))
        .collect();
    // The refused one says most.
    captured.sort_by_key(|(message, _)| refusal::refused_by_sp(case, message).is_none());
    if let Some((message, signature)) = captured.first() {
        out.push(describe(case, message, signature));
    }
    if captured.is_empty() {
        for registration in case.relevant_registrations() {
            let Some(algorithm) = registration.signing_algorithm.as_ref().filter(|algorithm| algorithms::is_sha1(&algorithm.value)) else {
                continue;
            };
            out.push(
                Finding::warning("The signing policy asks for SHA-1")
                    .detail("Service providers that refuse SHA-1 will refuse every response.")
                    .expected("rsa-sha256", "what service providers accept")
                    .actual(algorithms::name(&algorithm.value), "SigningAlgorithm of the token issuance policy")
                    .at(&algorithm.place)
                    .cause_with(&SET_TO_SHA1, registration.vendor, registration.name.as_deref(), Some("SHA-256")),
            );
        }
    }
}

fn uses_sha1(signature: &Signature) -> bool {
    algorithms::is_sha1(&signature.algorithm)
        || signature.references.iter().any(|reference| algorithms::is_sha1(&reference.digest_algorithm))
}

fn describe(case: &Case, message: &Message, signature: &Signature) -> Finding {
    let refused = refusal::refused_by_sp(case, message).filter(|_| explains_refusal(case, message));
    let digest = signature.references.first().map_or("", |reference| algorithms::name(&reference.digest_algorithm));
    let mut finding = match refused {
        Some(attempt) => Finding::error("The response is signed with SHA-1, and the service provider refused it")
            .detail("The signature itself is right and nothing else about the response explains the refusal.")
            .attempt(&attempt.id),
        None => Finding::warning("The response is signed with SHA-1")
            .detail("SHA-1 is deprecated; a service provider may refuse it at any update."),
    };
    finding = finding
        .expected("rsa-sha256 with digest sha256", "what service providers accept")
        .actual(
            format!("{} with digest {digest}", algorithms::name(&signature.algorithm)),
            format!("signature of {}", trust::carrier(&signature.parent)),
        )
        .at(&signature.place)
        .subject(message.id.clone());
    let (idp, application) = trust::registration(case);
    for registration in case.relevant_registrations() {
        if let Some(policy) = registration.signing_algorithm.as_ref().filter(|policy| algorithms::is_sha1(&policy.value)) {
            finding = finding.at(&policy.place);
        }
    }
    finding = finding.cause_with(&SET_TO_SHA1, idp, application, Some("SHA-256"));
    if refused.is_some() { finding.cause(&SP_REFUSES_SHA1, case.sp_vendor) } else { finding }
}

/// A refusal that speaks of signatures although the signature is right with a key the service
/// provider has; or one without any reason, where nothing else is wrong.
fn explains_refusal(case: &Case, message: &Message) -> bool {
    let held = trust::held_by_sp(case);
    let right = message.signatures.iter().all(|signature| {
        !signature.digest_wrong()
            && signature.value != diag_sdk::case::signature::Verdict::Wrong
            && (held.is_empty() || signature.verified_by.is_empty() || signature.verified_by.iter().any(|key| trust::lists(&held, key)))
    });
    right
        && match refusal::said_signature(case, message, &[Meaning::Signature, Meaning::Algorithm]) {
            Some(said) => said,
            // Whether Qlik Sense takes SHA-1 is not documented, and it gives the same page for everything.
            None => case.sp_vendor != Vendor::Qlik && refusal::otherwise_sound(case, message),
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{SHA1, findings, idp_metadata, key_match, levels, page, registration, sign_in};
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::signature::Verdict;
    use diag_sdk::spec;

    fn sha1(outcome: Outcome, meanings: &[Meaning]) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].signatures[0].algorithm = spec::RSA_SHA1.to_owned();
        if !meanings.is_empty() {
            case.exchanges[1].page = Some(page(&[], meanings));
        }
        case
    }

    #[test]
    fn tolerated_it_is_a_warning() {
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &sha1(Outcome::SignedIn, &[])), [Severity::Warning]);
        assert!(findings(&RESPONSE_ALGORITHM_SHA1, &sign_in(Outcome::SignedIn)).is_empty());
    }

    #[test]
    fn the_digest_counts_too() {
        let mut case = sign_in(Outcome::SignedIn);
        case.messages[1].signatures[0].references[0].digest_algorithm = SHA1.to_owned();
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &case), [Severity::Warning]);
    }

    #[test]
    fn refused_for_its_signature_it_is_an_error() {
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &sha1(Outcome::RefusedBySp, &[Meaning::Signature])), [Severity::Error]);
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &sha1(Outcome::RefusedBySp, &[Meaning::Algorithm])), [Severity::Error]);
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &sha1(Outcome::RefusedBySp, &[Meaning::Expired])), [Severity::Warning]);
    }

    #[test]
    fn an_unknown_key_or_a_wrong_digest_explains_more() {
        let mut case = sha1(Outcome::RefusedBySp, &[Meaning::Signature]);
        case.metadata = vec![idp_metadata("d9", HeldBy::Sp, &["BB"])];
        case.messages[1].signatures[0].verified_by = vec![key_match("AA", &[])];
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &case), [Severity::Warning]);
        let mut case = sha1(Outcome::RefusedBySp, &[Meaning::Signature]);
        case.messages[1].signatures[0].references[0].digest = Verdict::Wrong;
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &case), [Severity::Warning]);
    }

    #[test]
    fn a_refusal_without_reason_counts_where_all_else_is_sound() {
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &sha1(Outcome::RefusedBySp, &[])), [Severity::Error]);
        let mut qlik = sha1(Outcome::RefusedBySp, &[Meaning::Refused]);
        qlik.sp_vendor = Vendor::Qlik;
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &qlik), [Severity::Warning]);
        let mut unsound = sha1(Outcome::RefusedBySp, &[]);
        unsound.messages[1].in_response_to = Some("_other".into());
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &unsound), [Severity::Warning]);
    }

    #[test]
    fn the_policy_alone_is_a_warning() {
        let mut known = registration();
        known.signing_algorithm = Some(spec::RSA_SHA1.into());
        let case = Case {
            registrations: vec![known],
            inputs: vec![diag_sdk::case::input::Input {
                kind: diag_sdk::case::input::InputKind::TokenIssuancePolicies,
                ..Default::default()
            }],
            ..Case::default()
        };
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &case), [Severity::Warning]);
    }
}
