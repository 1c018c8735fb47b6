//! Only the response is signed, and the service provider needs the assertion signed.

use diag_sdk::case::product::Habit;
use diag_sdk::case::registration::SigningOption;
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Reference, Setting,
    Severity, Specification, Stage, Who, check,
};

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

/// Statements that speak of signatures and keys.
const SIGNATURE: &[Meaning] = &[
    Meaning::Signature,
    Meaning::Algorithm,
    Meaning::Certificate,
    Meaning::UnsignedAssertion,
    Meaning::UnsignedMessage,
];

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
        logged: "The service provider demands a signed assertion",
        causes: [RESPONSE_ONLY, SP_DEMANDS],
        references: [
            Reference::section(Specification::SamlMetadata, "2.4.4").about("WantAssertionsSigned"),
            Reference::section(Specification::SamlProfiles, "4.1.4.5"),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/certificate-signing-options", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let demanded = demanded(case);
    let mut captured = false;
    for response in case.sent_by_idp() {
        let message = response.message;
        if !message.succeeded() || message.assertions.is_empty() {
            continue;
        }
        captured = true;
        let assertion_signed = message.assertions.iter().any(|assertion| assertion.signed)
            || message.signatures.iter().any(|signature| signature.parent == "Assertion");
        // A service provider that took it does not need the assertion signed; a signature of the response that is wrong
        // or covers something else is another fault.
        let open = message.consumptions.iter().any(|consumption| consumption.cover.is_open());
        if message.own_signatures().next().is_some()
            && !assertion_signed
            && !open
            && !response.accepted()
        {
            out.extend(judge(case, &response, demanded.as_ref()));
        }
    }
    if !captured {
        by_policy(case, demanded.as_ref(), out);
    }
}

fn judge(case: &Case, response: &Delivery<'_>, demanded: Option<&Demand<'_>>) -> Option<Finding> {
    let said = response.reason_is(SIGNATURE);
    // It gave another reason.
    if said == Some(false) && demanded.is_none() {
        return None;
    }
    // Most service providers take either signature: a refusal without a reason may have any.
    let must_break = said == Some(true) || demanded.is_some();
    let finding = if must_break {
        response.finding(
            Severity::Error,
            "Only the response is signed, the SP needs the assertion signed",
        )
    } else {
        response
            .finding(Severity::Warning, "Only the response is signed, not the assertion")
            .likely()
    };
    // Where nobody says that it was refused for that, it is told beside the failure and not as its cause.
    let unsaid = !must_break && response.refused() && said.is_none();
    let finding = if unsaid { Finding { attempts: Vec::new(), ..finding } } else { finding };
    let finding = finding
        .at_all(response.message.own_signatures().next().map(|signature| &signature.place))
        .at_all(response.message.assertions.iter().map(|assertion| &assertion.place))
        .actual("the response only", "signatures of the response");
    Some(worded(case, finding, demanded))
}

/// No response was captured: what the signing policy says against what the service provider needs.
fn by_policy(case: &Case, demanded: Option<&Demand<'_>>, out: &mut Findings) {
    for registration in case.relevant_registrations() {
        let Some(option) = registration
            .signing_option
            .as_ref()
            .filter(|option| option.value == SigningOption::Response)
        else {
            continue;
        };
        let finding = if demanded.is_some() && !case.signed_in() {
            Finding::error("The policy signs the response only, the SP needs the assertion")
        } else {
            Finding::warning("The signing policy signs the response only, not the assertion")
                .likely()
        };
        out.push(worded(
            case,
            finding
                .actual("the response only", "signing option of the token issuance policy")
                .at(&option.place),
            demanded,
        ));
    }
}

/// Who says that the service provider needs the assertion signed, and where.
struct Demand<'a> {
    place: Option<&'a Place>,
    origin: &'static str,
}

fn demanded(case: &Case) -> Option<Demand<'_>> {
    let copies = case.sp_metadata_published().into_iter().chain(case.sp_metadata_held());
    let wanted = copies
        .filter_map(|copy| copy.metadata.sp.as_ref())
        .find(|role| role.want_assertions_signed == Some(true));
    match wanted {
        Some(role) => Some(Demand {
            place: Some(&role.place),
            origin: "WantAssertionsSigned in the service provider's metadata",
        }),
        None if case.sp_has_habit(Habit::IgnoresResponseSignature) => Some(Demand {
            place: None,
            origin: "this service provider's product, which does not use the signature of the response",
        }),
        None => None,
    }
}

fn worded(case: &Case, finding: Finding, demanded: Option<&Demand<'_>>) -> Finding {
    let finding = finding
        .expected(
            "a signed assertion",
            demanded.map_or("what many service providers demand", |demand| demand.origin),
        )
        .at_all(demanded.and_then(|demand| demand.place))
        .because(&RESPONSE_ONLY, case);
    if case.sp_has_habit(Habit::IgnoresResponseSignature) {
        finding
    } else {
        finding.because(&SP_DEMANDS, case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Sited;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::{HeldBy, Input, InputKind};
    use diag_sdk::testing;
    use diag_sdk::testing::{
        findings, key_match, levels, registration, says, sign_in, signature, signed, sp_metadata,
    };

    fn response_only(outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].signatures =
            vec![signature("Response", "Response", key_match("AA", &["d1"]))];
        testing::consumes(
            &mut case,
            "Response/Assertion",
            diag_sdk::case::judgement::Cover::Embedded,
        );
        case
    }

    #[test]
    fn the_service_providers_demand_decides() {
        let mut wanted = response_only(Outcome::RefusedBySp);
        says(&mut wanted, Meaning::Expired);
        assert!(findings(&ASSERTION_UNSIGNED, &wanted).is_empty());
        wanted.metadata = vec![sp_metadata("d3", HeldBy::Publisher, &[], &[])];
        wanted.metadata[0].sp.as_mut().expect("a role").want_assertions_signed = Some(true);
        assert_eq!(levels(&ASSERTION_UNSIGNED, &wanted), [Severity::Error]);
        let mut qlik = response_only(Outcome::Incomplete);
        assert_eq!(levels(&ASSERTION_UNSIGNED, &qlik), [Severity::Warning]);
        testing::qlik_serves(&mut qlik);
        assert_eq!(levels(&ASSERTION_UNSIGNED, &qlik), [Severity::Error]);
    }

    #[test]
    fn the_service_providers_words_decide() {
        let mut said = response_only(Outcome::RefusedBySp);
        says(&mut said, Meaning::UnsignedAssertion);
        assert_eq!(levels(&ASSERTION_UNSIGNED, &said), [Severity::Error]);
        assert_eq!(
            levels(&ASSERTION_UNSIGNED, &response_only(Outcome::RefusedBySp)),
            [Severity::Warning]
        );
    }

    #[test]
    fn a_signed_assertion_and_one_that_was_accepted_are_fine() {
        assert!(findings(&ASSERTION_UNSIGNED, &signed(Outcome::RefusedBySp)).is_empty());
        assert!(findings(&ASSERTION_UNSIGNED, &response_only(Outcome::SignedIn)).is_empty());
        let mut both = response_only(Outcome::RefusedBySp);
        both.messages[1].assertions[0].signed = true;
        assert!(findings(&ASSERTION_UNSIGNED, &both).is_empty());
    }

    #[test]
    fn the_policy_alone_breaks_qlik() {
        let mut known = registration(&[], &[]);
        known.signing_option = Some(Sited::new(SigningOption::Response, Place::default()));
        let mut case = Case {
            registrations: vec![known],
            inputs: vec![Input { kind: InputKind::TokenIssuancePolicies, ..Input::default() }],
            ..Case::default()
        };
        assert_eq!(levels(&ASSERTION_UNSIGNED, &case), [Severity::Warning]);
        testing::qlik_serves(&mut case);
        assert_eq!(levels(&ASSERTION_UNSIGNED, &case), [Severity::Error]);
        case.registrations[0].signing_option =
            Some(Sited::new(SigningOption::Both, Place::default()));
        assert!(findings(&ASSERTION_UNSIGNED, &case).is_empty());
    }
}
