//! Requests are signed with SHA-1.

use diag_sdk::algorithm;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::message::Message;
use diag_sdk::case::product::Habit;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::case::sp_configuration::RequestAlgorithm;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Reference, Setting,
    Severity, Specification, Stage, Who, check, spec,
};

static SET_TO_SHA1: CauseData = CauseData {
    text: "The service provider is set to sign its requests with SHA-1",
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
            Reference::whole(Specification::Rfc(6194)),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/howto-enforce-signed-saml-authentication", "2026-11-24"),
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let requests = case.requests();
    let signed: Vec<_> = requests
        .iter()
        .filter_map(|request| Some((request, signed_with(request.message)?)))
        .collect();
    let sha1: Vec<_> = signed.iter().filter(|(_, (name, _))| algorithm::is_sha1(name)).collect();
    let configured: Vec<_> = case
        .entry_points()
        .filter_map(|entry| Some((entry, entry.configuration.request_algorithm.as_ref()?)))
        .filter(|(_, setting)| setting.value == RequestAlgorithm::Sha1)
        .collect();
    let refusal = case.relevant_registrations().find(|registration| refuses_sha1(registration));
    // The failing request says most; one finding is enough for one setting.
    let failing = sha1.iter().find(|(request, _)| request.attempt.is_some_and(Attempt::failed));
    if let Some((request, (name, place))) = failing.or_else(|| sha1.first()) {
        let accepted = sha1.iter().any(|(request, _)| request.accepted());
        let refused = !accepted && (refusal.is_some() || request.said(&[Meaning::Algorithm]));
        let mut finding = worded(refused)
            .actual(algorithm::name(name), "signature algorithm of the request")
            .at(place);
        if refused {
            finding = request.mark(finding);
        } else if let Some(attempt) =
            request.attempt.filter(|attempt| !accepted && attempt.failed())
            && case.idp_has_habit(Habit::DemandsSha256)
        {
            let name = case.product_name(case.idp_vendor, "The identity provider");
            finding = finding.attempt(attempt.id.clone()).detail(format!(
                "{name} refuses it unless the application is set to SHA-1 there, and may tell the reason to its log alone."
            ));
        }
        finding = finding.at_all(configured.iter().map(|(_, setting)| &setting.place));
        out.push(allowed(finding.because_with(&SET_TO_SHA1, case, "SHA-256"), refusal));
        return;
    }
    // The captured request was signed otherwise: a later, or earlier, setting.
    let captured_better = !signed.is_empty();
    for (entry, setting) in configured {
        let refused = refusal.is_some() && !case.signed_in();
        let mut finding = worded(refused)
            .actual(algorithm::name(spec::RSA_SHA1), format!("signing algorithm of {}", entry.name))
            .at(&setting.place)
            .because_at(&SET_TO_SHA1, &entry, "SHA-256");
        if captured_better {
            finding = finding
                .detail("The captured request is signed with a better algorithm: the setting was changed before or after the capture.");
        }
        out.push(allowed(finding, refusal));
    }
}

/// Algorithm and place of a request's signature, in the query or in the XML.
fn signed_with(message: &Message) -> Option<(&str, &Place)> {
    if let Some(query) = &message.query_signature {
        return Some((query.algorithm.as_str(), &query.place));
    }
    message
        .own_signatures()
        .next()
        .map(|signature| (signature.algorithm.as_str(), &signature.place))
}

/// It requires signed requests and does not allow SHA-1.
fn refuses_sha1(registration: &IdpRegistration) -> bool {
    let required =
        registration.signed_requests_required.as_ref().is_some_and(|required| required.value);
    let allowed = registration
        .weak_algorithms_allowed
        .as_ref()
        .is_some_and(|allowed| allowed.value.to_ascii_lowercase().contains("rsasha1"));
    required && !allowed
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
        if refused {
            "what the identity provider accepts"
        } else {
            "what identity providers that verify requests accept"
        },
    )
}

/// The other cause, where the registration refuses SHA-1.
fn allowed(finding: Finding, refusal: Option<&IdpRegistration>) -> Finding {
    let Some(registration) = refusal else { return finding };
    let required = registration.signed_requests_required.as_ref();
    finding.at_all(required.map(|required| &required.place)).because_in(
        &WEAK_NOT_ALLOWED,
        registration,
        None,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Sited;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{
        entry_point, findings, key_match, levels, query_signature, refused_by_idp, registration,
        sign_in,
    };

    fn configured(algorithm: RequestAlgorithm) -> Case {
        let mut known = entry_point();
        known.request_algorithm = Some(Sited::new(algorithm, Place::default()));
        Case { sp_configurations: vec![known], ..Case::default() }
    }

    fn requiring(mut case: Case, allowed: Option<&str>) -> Case {
        let mut known = registration(&[], &[]);
        known.signed_requests_required = Some(Sited::new(true, Place::default()));
        known.weak_algorithms_allowed = allowed.map(Into::into);
        case.registrations = vec![known];
        case
    }

    fn captured(mut case: Case, algorithm: &str) -> Case {
        case.messages[0].query_signature =
            Some(query_signature(algorithm, Some(key_match("CC", &["d3"]))));
        case
    }

    #[test]
    fn the_setting_warns_and_errs_where_it_must_be_refused() {
        assert!(
            findings(&REQUEST_ALGORITHM_SHA1, &configured(RequestAlgorithm::Sha256)).is_empty()
        );
        assert_eq!(
            levels(&REQUEST_ALGORITHM_SHA1, &configured(RequestAlgorithm::Sha1)),
            [Severity::Warning]
        );
        assert_eq!(
            levels(&REQUEST_ALGORITHM_SHA1, &requiring(configured(RequestAlgorithm::Sha1), None)),
            [Severity::Error]
        );
        assert_eq!(
            levels(
                &REQUEST_ALGORITHM_SHA1,
                &requiring(configured(RequestAlgorithm::Sha1), Some("rsaSha1"))
            ),
            [Severity::Warning]
        );
    }

    #[test]
    fn who_demands_sha256_may_refuse_without_a_word() {
        let mut case = captured(refused_by_idp(&[], &[]), spec::RSA_SHA1);
        assert!(findings(&REQUEST_ALGORITHM_SHA1, &case)[0].attempts.is_empty());
        let vendor = diag_sdk::Vendor::named("strict");
        case.idp_vendor = vendor;
        case.products = vec![diag_sdk::case::product::ProductFacts {
            id: vendor,
            habits: vec![Habit::DemandsSha256],
            ..diag_sdk::case::product::ProductFacts::default()
        }];
        let found = findings(&REQUEST_ALGORITHM_SHA1, &case);
        assert_eq!(
            (found[0].severity, found[0].attempts.as_slice()),
            (Severity::Warning, ["a1".to_owned()].as_slice())
        );
    }

    #[test]
    fn what_was_captured_counts_and_a_sign_in_that_works_is_no_error() {
        assert_eq!(
            levels(&REQUEST_ALGORITHM_SHA1, &captured(sign_in(Outcome::SignedIn), spec::RSA_SHA1)),
            [Severity::Warning]
        );
        assert!(
            findings(
                &REQUEST_ALGORITHM_SHA1,
                &captured(sign_in(Outcome::SignedIn), spec::RSA_SHA256)
            )
            .is_empty()
        );
        assert_eq!(
            levels(
                &REQUEST_ALGORITHM_SHA1,
                &requiring(captured(sign_in(Outcome::SignedIn), spec::RSA_SHA1), None)
            ),
            [Severity::Warning]
        );
        assert_eq!(
            levels(
                &REQUEST_ALGORITHM_SHA1,
                &requiring(captured(refused_by_idp(&[], &[]), spec::RSA_SHA1), None)
            ),
            [Severity::Error]
        );
    }

    #[test]
    fn the_identity_providers_own_words_make_it_an_error() {
        assert_eq!(
            levels(
                &REQUEST_ALGORITHM_SHA1,
                &captured(refused_by_idp(&[], &[Meaning::Algorithm]), spec::RSA_SHA1)
            ),
            [Severity::Error]
        );
        assert_eq!(
            levels(
                &REQUEST_ALGORITHM_SHA1,
                &captured(refused_by_idp(&[], &[Meaning::IdpError]), spec::RSA_SHA1)
            ),
            [Severity::Warning]
        );
    }
}
