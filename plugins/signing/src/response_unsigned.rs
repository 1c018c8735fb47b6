//! The service provider wants the response signed, and only the assertion is.

use diag_sdk::case::judgement::Statement;
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static ASSERTION_ONLY: CauseData = CauseData {
    text: "The identity provider is set to sign the assertion only, which is what many are delivered with",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Sign response and assertion",
};
static SP_DEMANDS: CauseData = CauseData {
    text: "The service provider is set to take signed responses only",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Or let the service provider be content with a signed assertion, which the specification allows",
};

check! {
    /// The response is not signed, only the assertion in it.
    ///
    /// A signature may stand on the response, on the assertion, or on both. Most identity providers sign the
    /// assertion unless they are told otherwise; some service providers want the response signed, and say of one
    /// that is not that its signature is invalid, although the signature of the assertion is right. Where the
    /// service provider says so this is an error; where it only complains of a signature, and the one that is there
    /// verifies, it is one thing that it may mean.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "fate": "refused", "status": {"codes": [{"value": "urn:oasis:names:tc:SAML:2.0:status:Success"}]},
    ///    "consumptions": [{"lookup": "direct-child", "path": "Response/Assertion", "cover": "right", "covered_by": 0, "signature": 0}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion", "digest": "right"}]}]}],
    ///  "failures": [{"id": "fail1", "message": "m1", "stage": "consumption", "party": "sp", "said": [{"text": "The message of the response is not signed", "meaning": "unsigned-message"}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "fate": "refused", "status": {"codes": [{"value": "urn:oasis:names:tc:SAML:2.0:status:Success"}]},
    ///    "consumptions": [{"lookup": "direct-child", "path": "Response/Assertion", "cover": "right", "covered_by": 0, "signature": 0}],
    ///    "signatures": [{"parent": "Response", "value": "right", "references": [{"covers": "Response", "digest": "right"}]}]}],
    ///  "failures": [{"id": "fail1", "message": "m1", "stage": "consumption", "party": "sp", "said": [{"text": "The message of the response is not signed", "meaning": "unsigned-message"}]}]}
    /// ```
    pub(crate) static RESPONSE_UNSIGNED = {
        id: "signing/response-unsigned",
        title: "The response is not signed, only the assertion",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp_or_loop(&[Meaning::UnsignedMessage])],
        causes: [ASSERTION_ONLY, SP_DEMANDS],
        references: [
            Reference::section(Specification::SamlProfiles, "4.1.4.5"),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/certificate-signing-options", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for response in case.sent_by_idp() {
        let message = response.message;
        let signed = message.own_signatures().next().is_some() || message.query_signature.is_some();
        if signed || response.accepted() || !message.succeeded() || !response.protected() {
            continue;
        }
        let Some((severity, said)) = demanded(&response) else { continue };
        let finding = response
            .finding(severity, "The SP wants the response signed, only the assertion is")
            .detail(format!("The signature of the assertion is right. {}", said.quoted()))
            .expected("a signature of the response", "what the service provider says")
            .actual("the assertion only", "signatures of the response")
            .at(&message.place)
            .at_all(message.signatures.first().map(|signature| &signature.place))
            .at_all(&said.place)
            .because(&ASSERTION_ONLY, case)
            .because(&SP_DEMANDS, case);
        out.push(if severity == Severity::Error { finding } else { finding.likely() });
    }
}

/// What the service provider says that means it, and how surely.
fn demanded(response: &Delivery<'_>) -> Option<(Severity, Statement)> {
    if let Some(said) = response.statement(&[Meaning::UnsignedMessage]) {
        return Some((Severity::Error, said));
    }
    Some((Severity::Warning, response.statement(&[Meaning::Signature])?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::judgement::Cover;
    use diag_sdk::testing::{consumes, findings, key_match, levels, says, signature, signed};

    fn said(outcome: Outcome, meaning: Meaning) -> Case {
        let mut case = signed(outcome);
        says(&mut case, meaning);
        case
    }

    #[test]
    fn what_the_service_provider_says_decides() {
        assert_eq!(
            levels(&RESPONSE_UNSIGNED, &said(Outcome::RefusedBySp, Meaning::UnsignedMessage)),
            [Severity::Error]
        );
        assert_eq!(
            levels(&RESPONSE_UNSIGNED, &said(Outcome::RefusedBySp, Meaning::Signature)),
            [Severity::Warning]
        );
        assert!(
            findings(&RESPONSE_UNSIGNED, &said(Outcome::RefusedBySp, Meaning::Audience)).is_empty()
        );
        assert!(
            findings(&RESPONSE_UNSIGNED, &said(Outcome::SignedIn, Meaning::UnsignedMessage))
                .is_empty()
        );
    }

    #[test]
    fn a_signed_response_or_a_wrong_signature_is_another_matter() {
        let mut both = said(Outcome::RefusedBySp, Meaning::Signature);
        both.messages[1].signatures.push(signature(
            "Response",
            "Response",
            key_match("AA", &["d1"]),
        ));
        assert!(findings(&RESPONSE_UNSIGNED, &both).is_empty());
        let mut wrong = said(Outcome::RefusedBySp, Meaning::Signature);
        consumes(&mut wrong, "Response/Assertion", Cover::Wrong);
        assert!(findings(&RESPONSE_UNSIGNED, &wrong).is_empty());
    }
}
