//! The service provider does not know the algorithm that the response is signed with.

use diag_sdk::algorithm;
use diag_sdk::case::attempt::Outcome;
use diag_sdk::case::signature::Signature;
use diag_sdk::view::{Delivery, keys};
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static IDP_NEWER: CauseData = CauseData {
    text: "The identity provider signs with an algorithm that is newer than the service provider",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Let the identity provider sign with an algorithm that the service provider knows; nearly all know RSA with SHA-256",
};
static SP_OLDER: CauseData = CauseData {
    text: "The service provider's SAML library does not know the algorithm",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Update the service provider, which is better than an older algorithm",
};

check! {
    /// The response is signed with an algorithm that the service provider does not support.
    ///
    /// RSA with SHA-1 was the only algorithm that all products knew, RSA with SHA-256 is it today. Elliptic curves,
    /// RSA-PSS, SHA-384 and SHA-512 are right and verify, but many libraries know nothing of them; some very old
    /// ones not even of SHA-256. They refuse the response with a word about the algorithm, with one about the
    /// signature, or simply send the person back to sign in again.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "fate": "refused",
    ///    "consumptions": [{"lookup": "direct-child", "path": "Response/Assertion", "cover": "right", "covered_by": 0, "signature": 0}],
    ///    "signatures": [{"parent": "Assertion", "algorithm": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "value": "right",
    ///      "references": [{"covers": "Response/Assertion", "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256", "digest": "right"}]}]}],
    ///  "failures": [{"id": "fail1", "message": "m1", "stage": "consumption", "party": "sp", "said": [{"text": "Unsupported signature algorithm", "meaning": "algorithm"}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "fate": "accepted",
    ///    "consumptions": [{"lookup": "direct-child", "path": "Response/Assertion", "cover": "right", "covered_by": 0, "signature": 0}],
    ///    "signatures": [{"parent": "Assertion", "algorithm": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "value": "right",
    ///      "references": [{"covers": "Response/Assertion", "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256", "digest": "right"}]}]}]}
    /// ```
    pub(crate) static ALGORITHM_UNSUPPORTED_BY_SP = {
        id: "signing/algorithm-unsupported-by-sp",
        title: "The SP does not know the algorithm of the signature",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp", "signing/response-unsigned"],
        accounts: [Account::sp_or_loop(&[Meaning::Algorithm, Meaning::Signature])],
        causes: [IDP_NEWER, SP_OLDER],
        references: [
            Reference::whole(Specification::Rfc(9231)).about("algorithm identifiers of XML Signature"),
            Reference::section(Specification::SamlCore, "5.4.2"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for response in case.sent_by_idp() {
        let message = response.message;
        // What is deprecated is another matter: signing/response-algorithm-sha1.
        let newer = |signature: &&Signature| {
            !signature.algorithm.is_empty() && !algorithm::is_sha1(&signature.algorithm)
        };
        let Some(signature) = message
            .signatures
            .iter()
            .filter(newer)
            .max_by_key(|signature| rare(&signature.algorithm))
        else {
            continue;
        };
        let Some(severity) = severity(&response, signature) else { continue };
        let said = response.statement(&[Meaning::Algorithm, Meaning::Signature]);
        let name = algorithm::name(&signature.algorithm);
        let digest = signature
            .references
            .first()
            .map_or("", |reference| algorithm::name(&reference.digest_algorithm));
        let finding = response
            .finding(severity, format!("The SP may not know {} of the signature", name.chars().take(30).collect::<String>()))
            .detail(match &said {
                Some(said) => format!("The signature itself is no reason to refuse it. {}", said.quoted()),
                None => "The signature verifies, and nothing else about the response explains why it was not taken.".to_owned(),
            })
            .expected("rsa-sha256 with digest sha256", "what nearly all service providers know")
            .actual(format!("{name} with digest {digest}"), format!("signature of {}", keys::carrier(&signature.parent)))
            .at(&signature.place)
            .at_all(said.iter().filter_map(|said| said.place.as_ref()))
            .because(&IDP_NEWER, case)
            .because(&SP_OLDER, case);
        out.push(if severity == Severity::Error { finding } else { finding.likely() });
    }
}

/// Not every product of today knows it.
fn rare(algorithm: &str) -> bool {
    algorithm::name(algorithm) != "rsa-sha256"
}

fn severity(response: &Delivery<'_>, signature: &Signature) -> Option<Severity> {
    let looping = response.attempt.is_some_and(|attempt| attempt.outcome == Outcome::Looping);
    if response.accepted() && !looping {
        return None;
    }
    let wrong = response.message.consumptions.iter().any(|consumption| consumption.cover.is_open());
    // A word about an algorithm may be one about encryption.
    let encrypted =
        response.message.encrypted.iter().any(|part| part.element == "EncryptedAssertion");
    if response.said(&[Meaning::Algorithm]) && !wrong && !encrypted {
        return Some(Severity::Error);
    }
    let unstated = (response.refused() || looping)
        && response.reason_is(&[]).is_none()
        && response.otherwise_sound();
    let complains = response.said(&[Meaning::Signature]);
    (rare(&signature.algorithm) && response.verifies() && (complains || unstated))
        .then_some(Severity::Warning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{findings, levels, says, signed};

    const ECDSA: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";

    fn with(outcome: Outcome, algorithm: &str) -> Case {
        let mut case = signed(outcome);
        algorithm.clone_into(&mut case.messages[1].signatures[0].algorithm);
        case
    }

    #[test]
    fn a_word_about_the_algorithm_decides() {
        for algorithm in [ECDSA, diag_sdk::spec::RSA_SHA256] {
            let mut case = with(Outcome::RefusedBySp, algorithm);
            says(&mut case, Meaning::Algorithm);
            assert_eq!(
                levels(&ALGORITHM_UNSUPPORTED_BY_SP, &case),
                [Severity::Error],
                "{algorithm}"
            );
        }
        let mut sha1 = with(Outcome::RefusedBySp, diag_sdk::spec::RSA_SHA1);
        says(&mut sha1, Meaning::Algorithm);
        assert!(findings(&ALGORITHM_UNSUPPORTED_BY_SP, &sha1).is_empty());
    }

    #[test]
    fn a_rare_one_may_be_the_reason_where_all_else_is_right() {
        assert_eq!(
            levels(&ALGORITHM_UNSUPPORTED_BY_SP, &with(Outcome::RefusedBySp, ECDSA)),
            [Severity::Warning]
        );
        assert!(
            findings(
                &ALGORITHM_UNSUPPORTED_BY_SP,
                &with(Outcome::RefusedBySp, diag_sdk::spec::RSA_SHA256)
            )
            .is_empty()
        );
        assert!(findings(&ALGORITHM_UNSUPPORTED_BY_SP, &with(Outcome::SignedIn, ECDSA)).is_empty());
        let mut other = with(Outcome::RefusedBySp, ECDSA);
        says(&mut other, Meaning::Audience);
        assert!(findings(&ALGORITHM_UNSUPPORTED_BY_SP, &other).is_empty());
    }
}
