//! What was captured is not what is configured.

use diag_sdk::algorithm::{self, Hash};
use diag_sdk::case::message::Message;
use diag_sdk::case::registration::SigningOption;
use diag_sdk::case::sp_configuration::RequestAlgorithm;
use diag_sdk::view::keys;
use diag_sdk::{Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check};

static NOT_APPLIED: CauseData = CauseData {
    text: "The setting was changed before or after the capture, was not applied yet, or the export is of another entry point",
    who: Who::Sp,
    setting: Setting::SpSigningAlgorithm,
    fix: "Export the configuration again, and capture again after the proxies have restarted",
};
static POLICY_NOT_IN_FORCE: CauseData = CauseData {
    text: "The policy is not assigned to this application, or was changed before or after the capture",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Look up signing option and algorithm of this application and capture again",
};

check! {
    /// The captured messages are signed otherwise than the configuration says.
    ///
    /// Configuration and capture should tell the same story. Where the request is signed with another
    /// algorithm than the virtual proxy is set to, or the response otherwise than the signing policy
    /// says, one of the two is from another time, another entry point or another application, and
    /// conclusions from it are doubtful.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"sp_configurations": [{"id": "c1", "relevant": true, "name": "azure", "request_algorithm": {"value": "sha256"}}],
    ///  "messages": [{"id": "m1", "kind": "authn-request", "root": "AuthnRequest",
    ///    "query_signature": {"algorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "value": "unknown"}}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"sp_configurations": [{"id": "c1", "relevant": true, "name": "azure", "request_algorithm": {"value": "sha256"}}],
    ///  "messages": [{"id": "m1", "kind": "authn-request", "root": "AuthnRequest",
    ///    "query_signature": {"algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "value": "unknown"}}]}
    /// ```
    pub(crate) static ALGORITHM_DIFFERS_FROM_SETTING = {
        id: "signing/algorithm-differs-from-setting",
        title: "What was captured is signed otherwise than configured",
        levels: [Severity::Warning],
        stage: Stage::Observation,
        needs: [Need::Virtualproxyconfig, Need::TokenIssuancePolicies],
        explains: [],
        causes: [NOT_APPLIED, POLICY_NOT_IN_FORCE],
        references: [
            Reference::page("https://learn.microsoft.com/graph/api/resources/tokenissuancepolicy", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    requests(case, out);
    responses(case, out);
}

fn requests(case: &Case, out: &mut Findings) {
    let settings: Vec<_> = case
        .entry_points()
        .filter_map(|entry| {
            entry.configuration.request_algorithm.as_ref().map(|setting| (entry, setting))
        })
        .collect();
    let captured = case.requests().into_iter().find_map(|request| {
        let query = request
            .message
            .query_signature
            .as_ref()
            .map(|query| (query.algorithm.as_str(), &query.place));
        let xml = request
            .message
            .own_signatures()
            .next()
            .map(|signature| (signature.algorithm.as_str(), &signature.place));
        query.or(xml).map(|found| (request, found))
    });
    let Some((request, (name, place))) = captured else {
        out.missing(Need::Capture);
        return;
    };
    let hash = algorithm::hash(name);
    let agrees = |setting: RequestAlgorithm| match setting {
        RequestAlgorithm::Sha1 => hash == Some(Hash::Sha1),
        RequestAlgorithm::Sha256 => hash == Some(Hash::Sha2),
    };
    if hash.is_none() || settings.iter().any(|(_, setting)| agrees(setting.value)) {
        return;
    }
    let Some((entry, setting)) = settings.first() else { return };
    let wanted = match setting.value {
        RequestAlgorithm::Sha1 => "rsa-sha1",
        RequestAlgorithm::Sha256 => "rsa-sha256",
    };
    out.push(
        request
            .finding(
                Severity::Warning,
                "The captured request is signed with another algorithm than configured",
            )
            .expected(wanted, format!("signing algorithm of {}", entry.name))
            .actual(algorithm::name(name), "signature of the captured request")
            .at(place)
            .at(&setting.place)
            .because_at(&NOT_APPLIED, entry, None),
    );
}

fn responses(case: &Case, out: &mut Findings) {
    let signed = case
        .responses()
        .into_iter()
        .find(|response| response.message.succeeded() && !response.message.signatures.is_empty());
    let Some(response) = signed else { return };
    for registration in case.relevant_registrations() {
        if let (Some(policy), Some(signature)) =
            (&registration.signing_algorithm, response.message.signatures.first())
            && algorithm::hash(&policy.value) != algorithm::hash(&signature.algorithm)
        {
            out.push(
                response
                    .finding(
                        Severity::Warning,
                        "The response is signed with another algorithm than the policy says",
                    )
                    .expected(
                        algorithm::name(&policy.value),
                        "SigningAlgorithm of the token issuance policy",
                    )
                    .actual(
                        algorithm::name(&signature.algorithm),
                        format!("signature of {}", keys::carrier(&signature.parent)),
                    )
                    .at(&signature.place)
                    .at(&policy.place)
                    .because_in(&POLICY_NOT_IN_FORCE, registration, None),
            );
        }
        if let (Some(option), Some(signed)) =
            (&registration.signing_option, signed_parts(response.message))
            && option.value != signed
        {
            out.push(
                response
                    .finding(
                        Severity::Warning,
                        "Other parts of the response are signed than the policy says",
                    )
                    .expected(words(option.value), "signing option of the token issuance policy")
                    .actual(words(signed), "what the response has signed")
                    .at(&response.message.place)
                    .at(&option.place)
                    .because_in(&POLICY_NOT_IN_FORCE, registration, None),
            );
        }
    }
}

/// Which parts are signed; `None` where encryption hides it.
fn signed_parts(response: &Message) -> Option<SigningOption> {
    if response.encrypted.iter().any(|part| part.element == "EncryptedAssertion" && !part.decrypted)
    {
        return None;
    }
    let on =
        |element: &str| response.signatures.iter().any(|signature| signature.parent == element);
    match (on("Response"), on("Assertion")) {
        (true, true) => Some(SigningOption::Both),
        (true, false) => Some(SigningOption::Response),
        (false, true) => Some(SigningOption::Assertion),
        (false, false) => None,
    }
}

fn words(option: SigningOption) -> &'static str {
    match option {
        SigningOption::Assertion => "the assertion",
        SigningOption::Response => "the response",
        SigningOption::Both => "response and assertion",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{entry_point, findings, query_signature, registration, signed};
    use diag_sdk::{Place, Sited, spec};

    fn case(setting: RequestAlgorithm, captured: &str) -> Case {
        let mut case = signed(Outcome::SignedIn);
        let mut known = entry_point();
        known.request_algorithm = Some(Sited::new(setting, Place::default()));
        case.sp_configurations = vec![known];
        case.messages[0].query_signature = Some(query_signature(captured, None));
        case
    }

    #[test]
    fn request_and_setting_are_compared() {
        for (setting, captured, count) in [
            (RequestAlgorithm::Sha1, spec::RSA_SHA1, 0),
            (RequestAlgorithm::Sha256, spec::RSA_SHA256, 0),
            (RequestAlgorithm::Sha256, spec::RSA_SHA1, 1),
            (RequestAlgorithm::Sha1, spec::RSA_SHA256, 1),
            (RequestAlgorithm::Sha1, "urn:unheard-of", 0),
        ] {
            assert_eq!(
                findings(&ALGORITHM_DIFFERS_FROM_SETTING, &case(setting, captured)).len(),
                count,
                "{setting:?} {captured}"
            );
        }
    }

    #[test]
    fn response_and_policy_are_compared() {
        let mut case = case(RequestAlgorithm::Sha256, spec::RSA_SHA256);
        let mut known = registration(&[], &[]);
        known.signing_algorithm = Some(spec::RSA_SHA256.into());
        known.signing_option = Some(Sited::new(SigningOption::Assertion, Place::default()));
        case.registrations = vec![known];
        assert!(findings(&ALGORITHM_DIFFERS_FROM_SETTING, &case).is_empty());
        case.registrations[0].signing_algorithm = Some(spec::RSA_SHA1.into());
        case.registrations[0].signing_option =
            Some(Sited::new(SigningOption::Response, Place::default()));
        assert_eq!(findings(&ALGORITHM_DIFFERS_FROM_SETTING, &case).len(), 2);
    }
}
