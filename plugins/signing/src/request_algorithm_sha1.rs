//! Requests are signed with SHA-1.

use crate::{algorithms, trust};
use diag_sdk::case::exchange::Side;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::case::sp_configuration::RequestAlgorithm;
use diag_sdk::{Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Setting, Severity, Stage, Who, check, spec};

static SET_TO_SHA1: CauseData = CauseData {
    text: "The service provider is set to sign its requests with SHA-1, in Qlik Sense the default",
    who: Who::Sp,
    setting: Setting::SpSigningAlgorithm,
    fix: "Choose SHA-256; the private key has to be in a provider that can do it",
};
static WEAK_NOT_ALLOWED: CauseData = CauseData {
    text: "The identity provider verifies requests and does not allow SHA-1",
    who: Who::Idp,
    setting: Setting::IdpRequestVerification,
    fix: "Better let the service provider sign with SHA-256; allowing weak algorithms is a way around it",
};

check! {
    /// The service provider signs its requests with SHA-1.
    ///
    /// Which algorithm requests are signed with is a setting of the service provider (in a virtual proxy
    /// `SAML signing algorithm`, SHA-1 unless changed) and has nothing to do with how the identity
    /// provider signs its responses. Many identity providers do not verify requests, so SHA-1 goes
    /// unnoticed until one that does refuses them: Microsoft Entra ID accepts only SHA-256 where signed
    /// requests are required, unless weak algorithms are allowed.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3, "samlAttributeSigningAlgorithm": 0,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example"}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3, "samlAttributeSigningAlgorithm": 1,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example"}
    /// ```
    pub(crate) static REQUEST_ALGORITHM_SHA1 = {
        id: "signing/request-algorithm-sha1",
        title: "The service provider signs its requests with SHA-1",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Virtualproxyconfig, Need::Capture],
        explains: ["flow/request-not-answered", "signing/request-signature-invalid"],
        accounts: [Account::idp(&[Meaning::Algorithm, Meaning::RequestSignature])],
        causes: [SET_TO_SHA1, WEAK_NOT_ALLOWED],
        references: [
            "RFC 6194",
            "https://learn.microsoft.com/entra/identity/enterprise-apps/howto-enforce-signed-saml-authentication",
            "https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial",
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let requests: Vec<(&Message, &str, &Place)> = case.messages_of(MessageKind::AuthnRequest).filter_map(signed_with).collect();
    let sha1: Vec<&(&Message, &str, &Place)> = requests.iter().filter(|(_, algorithm, _)| algorithms::is_sha1(algorithm)).collect();
    let configured: Vec<_> = case
        .relevant_configurations()
        .filter_map(|configuration| configuration.request_algorithm.as_ref().map(|algorithm| (configuration, algorithm)))
        .filter(|(_, algorithm)| algorithm.value == RequestAlgorithm::Sha1)
        .collect();
    let refusal = case.registrations.iter().filter(|registration| registration.relevant).find(|registration| refuses_sha1(registration));
    // The failing request says most; one finding is enough for one setting.
    let request = sha1
        .iter()
        .find(|(message, _, _)| case.attempt_of(&message.id).is_some_and(diag_sdk::case::attempt::Attempt::failed))
        .or_else(|| sha1.first());
    if let Some((message, algorithm, place)) = request {
        let accepted = sha1.iter().any(|(message, _, _)| case.idp_accepted(message));
        let refused = !accepted && (refusal.is_some() || refused_for_algorithm(case, message));
        let mut finding = worded(refused).actual(algorithms::name(algorithm), "signature algorithm of the request").at(place);
        if let Some(attempt) = case.attempt_of(&message.id).filter(|_| refused) {
            finding = finding.attempt(&attempt.id).subject(message.id.clone());
        }
        for (_, setting) in &configured {
            finding = finding.at(&setting.place);
        }
        out.push(causes(case, finding, refusal));
        return;
    }
    // The captured request was signed otherwise: a later, or earlier, setting.
    let captured_better = !requests.is_empty();
    for (configuration, setting) in configured {
        let refused = refusal.is_some() && !case.signed_in();
        let mut finding = worded(refused)
            .actual(algorithms::name(spec::RSA_SHA1), format!("signing algorithm of {}", configuration.name))
            .at(&setting.place);
        if captured_better {
            finding = finding
                .detail("The captured request is signed with a better algorithm: the setting was changed before or after the capture.");
        }
        out.push(causes(case, finding, refusal));
    }
}

/// Algorithm and place of a request's signature, in the query or in the XML.
fn signed_with(message: &Message) -> Option<(&Message, &str, &Place)> {
    if let Some(query) = &message.query_signature {
        return Some((message, query.algorithm.as_str(), &query.place));
    }
    message.own_signatures().next().map(|signature| (message, signature.algorithm.as_str(), &signature.place))
}

/// It requires signed requests and does not allow SHA-1.
fn refuses_sha1(registration: &IdpRegistration) -> bool {
    let required = registration.signed_requests_required.as_ref().is_some_and(|required| required.value);
    let allowed =
        registration.weak_algorithms_allowed.as_ref().is_some_and(|allowed| allowed.value.to_ascii_lowercase().contains("rsasha1"));
    required && !allowed
}

/// The identity provider's page speaks of the algorithm.
fn refused_for_algorithm(case: &Case, request: &Message) -> bool {
    let Some(attempt) = case.attempt_of(&request.id) else { return false };
    case.phrases_of(Side::Idp)
        .iter()
        .any(|seen| seen.phrase.meaning == Meaning::Algorithm && seen.attempt.is_some_and(|known| known.id == attempt.id))
}

fn worded(refused: bool) -> Finding {
    let finding = if refused {
        Finding::error("Requests are signed with SHA-1, which the identity provider refuses")
    } else {
        Finding::warning("Requests are signed with SHA-1")
            .detail("It works as long as the identity provider does not verify requests, or tolerates SHA-1.")
    };
    finding.expected(
        "rsa-sha256",
        if refused { "what the identity provider accepts" } else { "what identity providers that verify requests accept" },
    )
}

fn causes(case: &Case, finding: Finding, refusal: Option<&IdpRegistration>) -> Finding {
    let (sp, entry_point) = trust::entry_point(case);
    let mut finding = finding.cause_with(&SET_TO_SHA1, sp, entry_point, Some("SHA-256"));
    if let Some(registration) = refusal {
        if let Some(required) = &registration.signed_requests_required {
            finding = finding.at(&required.place);
        }
        finding = finding.cause_with(&WEAK_NOT_ALLOWED, registration.vendor, registration.name.as_deref(), None);
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{configuration, findings, key_match, levels, query_signature, refused_by_idp, registration, sign_in};
    use diag_sdk::Sited;
    use diag_sdk::case::attempt::Outcome;

    fn configured(algorithm: RequestAlgorithm) -> Case {
        let mut known = configuration();
        known.request_algorithm = Some(Sited::new(algorithm, Place::default()));
        Case { sp_configurations: vec![known], ..Case::default() }
    }

    fn requiring(mut case: Case, allowed: Option<&str>) -> Case {
        let mut known = registration();
        known.signed_requests_required = Some(Sited::new(true, Place::default()));
        known.weak_algorithms_allowed = allowed.map(Into::into);
        case.registrations = vec![known];
        case
    }

    fn captured(mut case: Case, algorithm: &str) -> Case {
        case.messages[0].query_signature = Some(query_signature(algorithm, Some(key_match("CC", &["d3"]))));
        case
    }

    #[test]
    fn the_setting_warns_and_errs_where_it_must_be_refused() {
        assert!(findings(&REQUEST_ALGORITHM_SHA1, &configured(RequestAlgorithm::Sha256)).is_empty());
        assert_eq!(levels(&REQUEST_ALGORITHM_SHA1, &configured(RequestAlgorithm::Sha1)), [Severity::Warning]);
        assert_eq!(levels(&REQUEST_ALGORITHM_SHA1, &requiring(configured(RequestAlgorithm::Sha1), None)), [Severity::Error]);
        assert_eq!(levels(&REQUEST_ALGORITHM_SHA1, &requiring(configured(RequestAlgorithm::Sha1), Some("rsaSha1"))), [Severity::Warning]);
    }

    #[test]
    fn what_was_captured_counts_and_a_sign_in_that_works_is_no_error() {
        assert_eq!(levels(&REQUEST_ALGORITHM_SHA1, &captured(sign_in(Outcome::SignedIn), spec::RSA_SHA1)), [Severity::Warning]);
        assert!(findings(&REQUEST_ALGORITHM_SHA1, &captured(sign_in(Outcome::SignedIn), spec::RSA_SHA256)).is_empty());
        assert_eq!(
            levels(&REQUEST_ALGORITHM_SHA1, &requiring(captured(sign_in(Outcome::SignedIn), spec::RSA_SHA1), None)),
            [Severity::Warning]
        );
        assert_eq!(
            levels(&REQUEST_ALGORITHM_SHA1, &requiring(captured(refused_by_idp(&[], &[]), spec::RSA_SHA1), None)),
            [Severity::Error]
        );
    }

    #[test]
    fn the_identity_providers_own_words_make_it_an_error() {
        assert_eq!(
            levels(&REQUEST_ALGORITHM_SHA1, &captured(refused_by_idp(&[], &[Meaning::Algorithm]), spec::RSA_SHA1)),
            [Severity::Error]
        );
        assert_eq!(
            levels(&REQUEST_ALGORITHM_SHA1, &captured(refused_by_idp(&[], &[Meaning::IdpError]), spec::RSA_SHA1)),
            [Severity::Warning]
        );
    }
}
