//! The service provider wants the certificate inside the signature.

use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static IDP_LEAVES_OUT: CauseData = CauseData {
    text: "The identity provider is set to leave the certificate out of its signatures, or to name the key only",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Let the identity provider write its X.509 certificate into the signature (KeyInfo)",
};
static SP_NEEDS_IT: CauseData = CauseData {
    text: "The service provider looks for the certificate in the signature instead of taking the one it has loaded",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Or load the identity provider's certificate into the service provider, where it can be set to use that one",
};

check! {
    /// The signature carries no certificate, and the service provider wants one.
    ///
    /// `KeyInfo` is optional: a receiver knows the keys of its partner from metadata and needs none in the
    /// signature. Some libraries nevertheless begin with the certificate they find there, compare it with the one
    /// they have, and fail where there is none, sometimes by saying no more than that the signature is invalid.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "fate": "refused",
    ///    "consumptions": [{"lookup": "direct-child", "path": "Response/Assertion", "cover": "right", "covered_by": 0, "signature": 0}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion", "digest": "right"}]}]}],
    ///  "failures": [{"id": "fail1", "message": "m1", "stage": "consumption", "party": "sp", "said": [{"text": "No certificate in the signature", "meaning": "certificate"}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "fate": "refused",
    ///    "consumptions": [{"lookup": "direct-child", "path": "Response/Assertion", "cover": "right", "covered_by": 0, "signature": 0}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "has_key_info": true, "key_info": [{"sha1": "AA11", "subject": "CN=idp"}],
    ///      "references": [{"covers": "Response/Assertion", "digest": "right"}]}]}],
    ///  "failures": [{"id": "fail1", "message": "m1", "stage": "consumption", "party": "sp", "said": [{"text": "No certificate in the signature", "meaning": "certificate"}]}]}
    /// ```
    pub(crate) static CERTIFICATE_NOT_IN_SIGNATURE = {
        id: "signing/certificate-not-in-signature",
        title: "The signature carries no certificate, and the SP wants one",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp", "signing/response-unsigned"],
        accounts: [Account::sp_or_loop(&[Meaning::Certificate, Meaning::Signature])],
        causes: [IDP_LEAVES_OUT, SP_NEEDS_IT],
        references: [
            Reference::section(Specification::XmlSignature, "4.5").about("KeyInfo"),
            Reference::section(Specification::SamlCore, "5.4.5"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for response in case.sent_by_idp() {
        let signatures = &response.message.signatures;
        let without = signatures.iter().find(|signature| signature.key_info.is_empty());
        let Some(signature) = without
            .filter(|_| !response.accepted() && signatures.iter().all(|one| !one.digest_wrong()))
        else {
            continue;
        };
        let severity = match (
            response.statement(&[Meaning::Certificate]),
            response.statement(&[Meaning::Signature]),
        ) {
            (Some(_), _) => Severity::Error,
            (None, Some(_)) if response.verifies() => Severity::Warning,
            _ => continue,
        };
        let carries =
            if signature.has_key_info { "a KeyInfo without a certificate" } else { "no KeyInfo" };
        let said = response.statement(&[Meaning::Certificate, Meaning::Signature]);
        let finding = response
            .finding(severity, "The signature carries no certificate, and the SP wants one")
            .detail(
                said.as_ref().map(diag_sdk::case::judgement::Statement::quoted).unwrap_or_default(),
            )
            .expected("an X509Certificate", "KeyInfo of the signature")
            .actual(carries, "the signature")
            .at(&signature.place)
            .at_all(said.iter().filter_map(|said| said.place.as_ref()))
            .because(&IDP_LEAVES_OUT, case)
            .because(&SP_NEEDS_IT, case);
        out.push(if severity == Severity::Error { finding } else { finding.likely() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{findings, levels, says, signed};

    fn without(outcome: Outcome, meaning: Meaning) -> Case {
        let mut case = signed(outcome);
        case.messages[1].signatures[0].key_info.clear();
        says(&mut case, meaning);
        case
    }

    #[test]
    fn the_service_providers_words_decide() {
        assert_eq!(
            levels(
                &CERTIFICATE_NOT_IN_SIGNATURE,
                &without(Outcome::RefusedBySp, Meaning::Certificate)
            ),
            [Severity::Error]
        );
        assert_eq!(
            levels(
                &CERTIFICATE_NOT_IN_SIGNATURE,
                &without(Outcome::RefusedBySp, Meaning::Signature)
            ),
            [Severity::Warning]
        );
        assert!(
            findings(
                &CERTIFICATE_NOT_IN_SIGNATURE,
                &without(Outcome::RefusedBySp, Meaning::Audience)
            )
            .is_empty()
        );
        assert!(
            findings(
                &CERTIFICATE_NOT_IN_SIGNATURE,
                &without(Outcome::SignedIn, Meaning::Certificate)
            )
            .is_empty()
        );
    }

    #[test]
    fn a_certificate_in_the_signature_is_enough() {
        let mut case = signed(Outcome::RefusedBySp);
        says(&mut case, Meaning::Certificate);
        assert!(findings(&CERTIFICATE_NOT_IN_SIGNATURE, &case).is_empty());
    }
}
