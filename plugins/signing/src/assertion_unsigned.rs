//! Only the response is signed, and the service provider needs the assertion signed.

use crate::{refusal, trust};
use diag_sdk::case::message::Message;
use diag_sdk::case::registration::SigningOption;
use diag_sdk::{Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Setting, Severity, Stage, Vendor, Who, check};

static RESPONSE_ONLY: CauseData = CauseData {
    text: "The identity provider is set to sign the response only",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Choose to sign the assertion, or response and assertion",
};
static SP_DEMANDS: CauseData = CauseData {
    text: "The service provider is set to demand a signed assertion",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Better let the identity provider sign the assertion; only if that is impossible, let the service provider accept a signed response",
};

check! {
    /// The assertion is not signed, only the response around it.
    ///
    /// An identity provider can sign the response, the assertion in it, or both. A service provider that
    /// looks only at the signature of the assertion refuses a response that is signed as a whole: Qlik
    /// Sense does not use the signature of the response, and others say so in their metadata with
    /// `WantAssertionsSigned`. In Entra ID the signing option `Sign SAML response` brings this about.
    ///
    /// ## Fails
    ///
    /// ```json tokenIssuancePolicies
    /// {"value": [{"id": "1", "definition": ["{\"TokenIssuancePolicy\":{\"Version\":1,\"TokenResponseSigningPolicy\":\"ResponseOnly\",\"SamlTokenVersion\":\"2.0\"}}"]}]}
    /// ```
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example"}
    /// ```
    /// ```json servicePrincipal
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "appDisplayName": "Qlik Sense", "accountEnabled": true,
    ///  "preferredSingleSignOnMode": "saml", "servicePrincipalNames": ["https://sense.example"], "replyUrls": ["https://sense.example:443/azure/samlauthn/"]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json tokenIssuancePolicies
    /// {"value": [{"id": "1", "definition": ["{\"TokenIssuancePolicy\":{\"Version\":1,\"TokenResponseSigningPolicy\":\"TokenOnly\",\"SamlTokenVersion\":\"2.0\"}}"]}]}
    /// ```
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example"}
    /// ```
    pub(crate) static ASSERTION_UNSIGNED = {
        id: "signing/assertion-unsigned",
        title: "The assertion is not signed, only the response",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture, Need::TokenIssuancePolicies],
        explains: ["flow/metadata-or-signing-error-at-sp", "signing/algorithm-differs-from-setting"],
        accounts: [Account::sp_or_loop(&[Meaning::UnsignedAssertion, Meaning::Signature])],
        causes: [RESPONSE_ONLY, SP_DEMANDS],
        references: [
            "saml-metadata-2.0-os §2.4.4 (WantAssertionsSigned)",
            "saml-profiles-2.0-os §4.1.4.5",
            "https://learn.microsoft.com/entra/identity/enterprise-apps/certificate-signing-options",
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut captured = false;
    for response in trust::from_idp(case).filter(|message| message.succeeded() && !message.assertions.is_empty()) {
        captured = true;
        let response_signed = response.own_signatures().next().is_some();
        let assertion_signed = response.assertions.iter().any(|assertion| assertion.signed)
            || response.signatures.iter().any(|signature| signature.parent == "Assertion");
        if !response_signed || assertion_signed {
            continue;
        }
        if let Some(finding) = judge(case, response) {
            out.push(finding);
        }
    }
    if !captured {
        by_policy(case, out);
    }
}

fn judge(case: &Case, response: &Message) -> Option<Finding> {
    let attempt = case.attempt_of(&response.id);
    // A service provider that took it does not need the assertion signed.
    if attempt.is_some_and(refusal::taken) {
        return None;
    }
    let said = refusal::said_signature(case, response, refusal::SIGNATURE);
    let demanded = demanded(case);
    let refused = refusal::refused_by_sp(case, response).is_some();
    // It gave another reason.
    if said == Some(false) && demanded.is_none() {
        return None;
    }
    let must_break = said == Some(true) || demanded.is_some() || (refused && said.is_none() && refusal::otherwise_sound(case, response));
    let mut finding = if must_break {
        Finding::error("Only the response is signed, the SP needs the assertion signed")
    } else {
        Finding::warning("Only the response is signed, not the assertion").likely()
    };
    if let Some(attempt) = attempt {
        finding = finding.attempt(&attempt.id);
    }
    if let Some(signature) = response.own_signatures().next() {
        finding = finding.at(&signature.place);
    }
    finding = finding
        .at_all(response.assertions.iter().map(|assertion| &assertion.place))
        .actual("the response only", "signatures of the response")
        .subject(response.id.clone());
    Some(worded(case, finding, demanded))
}

/// No response was captured: what the signing policy says against what the service provider needs.
fn by_policy(case: &Case, out: &mut Findings) {
    for registration in case.relevant_registrations() {
        let Some(option) = registration.signing_option.as_ref().filter(|option| option.value == SigningOption::Response) else { continue };
        let demanded = demanded(case);
        let finding = if demanded.is_some() && !case.signed_in() {
            Finding::error("The policy signs the response only, the SP needs the assertion")
        } else {
            Finding::warning("The signing policy signs the response only, not the assertion").likely()
        };
        out.push(worded(
            case,
            finding.actual("the response only", "signing option of the token issuance policy").at(&option.place),
            demanded,
        ));
    }
}

/// Who says that the service provider needs the assertion signed, and where.
fn demanded(case: &Case) -> Option<(Option<&Place>, &'static str)> {
    let wanted = trust::published_by_sp(case)
        .into_iter()
        .chain(trust::held_by_idp(case))
        .filter_map(|metadata| metadata.sp.as_ref())
        .find(|role| role.want_assertions_signed == Some(true));
    match wanted {
        Some(role) => Some((Some(&role.place), "WantAssertionsSigned in the service provider's metadata")),
        None if case.sp_vendor == Vendor::Qlik => Some((None, "Qlik Sense, which does not use the signature of the response")),
        None => None,
    }
}

fn worded(case: &Case, finding: Finding, demanded: Option<(Option<&Place>, &'static str)>) -> Finding {
    let (idp, application) = trust::registration(case);
    let mut finding = finding.expected("a signed assertion", demanded.map_or("what many service providers demand", |(_, origin)| origin));
    if let Some((Some(place), _)) = demanded {
        finding = finding.at(place);
    }
    finding = finding.cause_with(&RESPONSE_ONLY, idp, application, Some("Sign SAML response and assertion"));
    if case.sp_vendor == Vendor::Qlik { finding } else { finding.cause(&SP_DEMANDS, case.sp_vendor) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{findings, key_match, levels, page, registration, sign_in, signature, sp_metadata};
    use diag_sdk::Sited;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::{HeldBy, Input, InputKind};

    fn response_only(outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].assertions[0].signed = false;
        case.messages[1].signatures = vec![signature("Response", "Response", key_match("AA", &["d1"]))];
        case
    }

    #[test]
    fn the_service_providers_demand_decides() {
        let mut wanted = response_only(Outcome::RefusedBySp);
        wanted.exchanges[1].page = Some(page(&[], &[Meaning::Expired]));
        assert!(findings(&ASSERTION_UNSIGNED, &wanted).is_empty());
        wanted.metadata = vec![sp_metadata("d3", HeldBy::Publisher, &[], &[])];
        wanted.metadata[0].sp.as_mut().expect("a role").want_assertions_signed = Some(true);
        assert_eq!(levels(&ASSERTION_UNSIGNED, &wanted), [Severity::Error]);
        let mut qlik = response_only(Outcome::Incomplete);
        assert_eq!(levels(&ASSERTION_UNSIGNED, &qlik), [Severity::Warning]);
        qlik.sp_vendor = Vendor::Qlik;
        assert_eq!(levels(&ASSERTION_UNSIGNED, &qlik), [Severity::Error]);
    }

    #[test]
    fn the_service_providers_words_decide() {
        let mut said = response_only(Outcome::RefusedBySp);
        said.exchanges[1].page = Some(page(&[], &[Meaning::UnsignedAssertion]));
        assert_eq!(levels(&ASSERTION_UNSIGNED, &said), [Severity::Error]);
        assert_eq!(levels(&ASSERTION_UNSIGNED, &response_only(Outcome::RefusedBySp)), [Severity::Error]);
    }

    #[test]
    fn a_signed_assertion_and_one_that_was_accepted_are_fine() {
        assert!(findings(&ASSERTION_UNSIGNED, &sign_in(Outcome::RefusedBySp)).is_empty());
        assert!(findings(&ASSERTION_UNSIGNED, &response_only(Outcome::SignedIn)).is_empty());
        let mut both = response_only(Outcome::RefusedBySp);
        both.messages[1].assertions[0].signed = true;
        assert!(findings(&ASSERTION_UNSIGNED, &both).is_empty());
    }

    #[test]
    fn the_policy_alone_breaks_qlik() {
        let mut known = registration();
        known.signing_option = Some(Sited::new(SigningOption::Response, Place::default()));
        let mut case = Case {
            registrations: vec![known],
            inputs: vec![Input { kind: InputKind::TokenIssuancePolicies, ..Input::default() }],
            ..Case::default()
        };
        assert_eq!(levels(&ASSERTION_UNSIGNED, &case), [Severity::Warning]);
        case.sp_vendor = Vendor::Qlik;
        assert_eq!(levels(&ASSERTION_UNSIGNED, &case), [Severity::Error]);
        case.registrations[0].signing_option = Some(Sited::new(SigningOption::Both, Place::default()));
        assert!(findings(&ASSERTION_UNSIGNED, &case).is_empty());
    }
}
