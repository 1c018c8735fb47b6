//! Responses are signed with SHA-1.

use diag_sdk::algorithm;
use diag_sdk::case::product::Habit;
use diag_sdk::case::signature::{Signature, Verdict};
use diag_sdk::view::{Delivery, keys};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

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
            Reference::whole(Specification::Rfc(6194)),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/certificate-signing-options", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let deliveries = case.sent_by_idp();
    let mut captured: Vec<(&Delivery<'_>, &Signature)> = deliveries
        .iter()
        .filter_map(|delivery| {
            Some((
                delivery,
                delivery.message.signatures.iter().find(|signature| uses_sha1(signature))?,
            ))
        })
        .collect();
    // The refused one says most.
    captured.sort_by_key(|(delivery, _)| !delivery.refused());
    if let Some((delivery, signature)) = captured.first() {
        out.push(describe(case, delivery, signature));
    }
    if captured.is_empty() {
        for registration in case.relevant_registrations() {
            let Some(algorithm) = registration
                .signing_algorithm
                .as_ref()
                .filter(|algorithm| algorithm::is_sha1(&algorithm.value))
            else {
                continue;
            };
            out.push(
                Finding::warning("The signing policy asks for SHA-1")
                    .detail("Service providers that refuse SHA-1 will refuse every response.")
                    .expected("rsa-sha256", "what service providers accept")
                    .actual(
                        algorithm::name(&algorithm.value),
                        "SigningAlgorithm of the token issuance policy",
                    )
                    .at(&algorithm.place)
                    .because_in(&SET_TO_SHA1, registration, "SHA-256"),
            );
        }
    }
}

fn uses_sha1(signature: &Signature) -> bool {
    algorithm::is_sha1(&signature.algorithm)
        || signature
            .references
            .iter()
            .any(|reference| algorithm::is_sha1(&reference.digest_algorithm))
}

fn describe(case: &Case, delivery: &Delivery<'_>, signature: &Signature) -> Finding {
    let refused = delivery.refused() && explains_refusal(case, delivery);
    let digest = signature
        .references
        .first()
        .map_or("", |reference| algorithm::name(&reference.digest_algorithm));
    let finding = if refused {
        delivery
            .finding(Severity::Error, "The response is signed with SHA-1, and the service provider refused it")
            .detail("The signature itself is right and nothing else about the response explains the refusal.")
    } else {
        delivery
            .finding(Severity::Warning, "The response is signed with SHA-1")
            .detail("SHA-1 is deprecated; a service provider may refuse it at any update.")
    };
    let policies = case
        .relevant_registrations()
        .filter_map(|registration| registration.signing_algorithm.as_ref());
    let finding = finding
        .expected("rsa-sha256 with digest sha256", "what service providers accept")
        .actual(
            format!("{} with digest {digest}", algorithm::name(&signature.algorithm)),
            format!("signature of {}", keys::carrier(&signature.parent)),
        )
        .at(&signature.place)
        .at_all(
            policies.filter(|policy| algorithm::is_sha1(&policy.value)).map(|policy| &policy.place),
        )
        .because_with(&SET_TO_SHA1, case, "SHA-256");
    if refused { finding.because(&SP_REFUSES_SHA1, case) } else { finding }
}

/// A refusal that speaks of signatures although the signature is right with a key the service
/// provider has; or one without any reason, where nothing else is wrong.
fn explains_refusal(case: &Case, delivery: &Delivery<'_>) -> bool {
    let held = case.idp_metadata_held();
    let right = delivery.message.signatures.iter().all(|signature| {
        !signature.digest_wrong()
            && signature.value != Verdict::Wrong
            && (held.is_empty()
                || signature.verified_by.is_empty()
                || signature.verified_by.iter().any(|key| keys::lists(&held, key)))
    });
    // A product that takes it, or gives the same page for everything, tells nothing by refusing.
    let unstated = || !case.sp_has_habit(Habit::TakesSha1) && delivery.otherwise_sound();
    right && delivery.reason_is(&[Meaning::Signature, Meaning::Algorithm]).unwrap_or_else(unstated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::spec;
    use diag_sdk::testing;
    use diag_sdk::testing::{
        SHA1, findings, idp_metadata, key_match, levels, registration, says, signed,
    };

    fn sha1(outcome: Outcome, meaning: Option<Meaning>) -> Case {
        let mut case = signed(outcome);
        case.messages[1].signatures[0].algorithm = spec::RSA_SHA1.to_owned();
        if let Some(meaning) = meaning {
            says(&mut case, meaning);
        }
        case
    }

    #[test]
    fn tolerated_it_is_a_warning() {
        assert_eq!(
            levels(&RESPONSE_ALGORITHM_SHA1, &sha1(Outcome::SignedIn, None)),
            [Severity::Warning]
        );
        assert!(findings(&RESPONSE_ALGORITHM_SHA1, &signed(Outcome::SignedIn)).is_empty());
    }

    #[test]
    fn the_digest_counts_too() {
        let mut case = signed(Outcome::SignedIn);
        case.messages[1].signatures[0].references[0].digest_algorithm = SHA1.to_owned();
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &case), [Severity::Warning]);
    }

    #[test]
    fn refused_for_its_signature_it_is_an_error() {
        assert_eq!(
            levels(&RESPONSE_ALGORITHM_SHA1, &sha1(Outcome::RefusedBySp, Some(Meaning::Signature))),
            [Severity::Error]
        );
        assert_eq!(
            levels(&RESPONSE_ALGORITHM_SHA1, &sha1(Outcome::RefusedBySp, Some(Meaning::Algorithm))),
            [Severity::Error]
        );
        assert_eq!(
            levels(&RESPONSE_ALGORITHM_SHA1, &sha1(Outcome::RefusedBySp, Some(Meaning::Expired))),
            [Severity::Warning]
        );
    }

    #[test]
    fn an_unknown_key_or_a_wrong_digest_explains_more() {
        let mut case = sha1(Outcome::RefusedBySp, Some(Meaning::Signature));
        case.metadata = vec![idp_metadata("d9", HeldBy::Sp, &["BB"])];
        case.messages[1].signatures[0].verified_by = vec![key_match("AA", &[])];
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &case), [Severity::Warning]);
        let mut case = sha1(Outcome::RefusedBySp, Some(Meaning::Signature));
        case.messages[1].signatures[0].references[0].digest = Verdict::Wrong;
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &case), [Severity::Warning]);
    }

    #[test]
    fn a_refusal_without_reason_counts_where_all_else_is_sound() {
        assert_eq!(
            levels(&RESPONSE_ALGORITHM_SHA1, &sha1(Outcome::RefusedBySp, None)),
            [Severity::Error]
        );
        let mut qlik = sha1(Outcome::RefusedBySp, Some(Meaning::Refused));
        testing::qlik_serves(&mut qlik);
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &qlik), [Severity::Warning]);
        let mut unsound = sha1(Outcome::RefusedBySp, None);
        unsound.messages[1].in_response_to = Some("_other".into());
        assert_eq!(levels(&RESPONSE_ALGORITHM_SHA1, &unsound), [Severity::Warning]);
    }

    #[test]
    fn the_policy_alone_is_a_warning() {
        let mut known = registration(&[], &[]);
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
