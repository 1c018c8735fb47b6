//! What was captured is not what is configured.

use crate::{algorithms, trust};
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::registration::SigningOption;
use diag_sdk::case::sp_configuration::RequestAlgorithm;
use diag_sdk::{Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Who, check};

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
        references: ["https://learn.microsoft.com/graph/api/resources/tokenissuancepolicy"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    requests(case, out);
    responses(case, out);
}

fn requests(case: &Case, out: &mut Findings) {
    let settings: Vec<_> = case
        .relevant_configurations()
        .filter_map(|configuration| configuration.request_algorithm.as_ref().map(|setting| (configuration, setting)))
        .collect();
    let captured = case.messages_of(MessageKind::AuthnRequest).find_map(|message| {
        let query = message.query_signature.as_ref().map(|query| (query.algorithm.as_str(), &query.place));
        let xml = message.own_signatures().next().map(|signature| (signature.algorithm.as_str(), &signature.place));
        query.or(xml).map(|found| (message, found))
    });
    let Some((message, (algorithm, place))) = captured else {
        out.missing(Need::Capture);
        return;
    };
    let hash = algorithms::hash(algorithm);
    let agrees = |setting: RequestAlgorithm| match setting {
        RequestAlgorithm::Sha1 => hash == Some(algorithms::Hash::Sha1),
        RequestAlgorithm::Sha256 => hash == Some(algorithms::Hash::Sha2),
    };
    if hash.is_none() || settings.iter().any(|(_, setting)| agrees(setting.value)) {
        return;
    }
    let Some((configuration, setting)) = settings.first() else { return };
    let wanted = match setting.value {
        RequestAlgorithm::Sha1 => "rsa-sha1",
        RequestAlgorithm::Sha256 => "rsa-sha256",
    };
    out.push(
        Finding::warning("The captured request is signed with another algorithm than configured")
            .expected(wanted, format!("signing algorithm of {}", configuration.name))
            .actual(algorithms::name(algorithm), "signature of the captured request")
            .at(place)
            .at(&setting.place)
            .subject(message.id.clone())
            .cause_with(&NOT_APPLIED, configuration.vendor, Some(&configuration.name), None),
    );
}

fn responses(case: &Case, out: &mut Findings) {
    for registration in case.relevant_registrations() {
        let Some(response) = case.messages_of(MessageKind::Response).find(|message| message.succeeded() && !message.signatures.is_empty())
        else {
            return;
        };
        let policy_cause = |finding: Finding| {
            finding.cause_with(&POLICY_NOT_IN_FORCE, registration.vendor, registration.name.as_deref(), None).subject(response.id.clone())
        };
        if let (Some(policy), Some(signature)) = (&registration.signing_algorithm, response.signatures.first())
            && algorithms::hash(&policy.value) != algorithms::hash(&signature.algorithm)
        {
            out.push(policy_cause(
                Finding::warning("The response is signed with another algorithm than the policy says")
                    .expected(algorithms::name(&policy.value), "SigningAlgorithm of the token issuance policy")
                    .actual(algorithms::name(&signature.algorithm), format!("signature of {}", trust::carrier(&signature.parent)))
                    .at(&signature.place)
                    .at(&policy.place),
            ));
        }
        if let (Some(option), Some(signed)) = (&registration.signing_option, signed_parts(response))
            && option.value != signed
        {
            out.push(policy_cause(
                Finding::warning("Other parts of the response are signed than the policy says")
                    .expected(words(option.value), "signing option of the token issuance policy")
                    .actual(words(signed), "what the response has signed")
                    .at(&response.place)
                    .at(&option.place),
            ));
        }
    }
}

/// Which parts are signed; `None` where encryption hides it.
fn signed_parts(response: &Message) -> Option<SigningOption> {
    if response.encrypted.iter().any(|part| part.element == "EncryptedAssertion" && !part.decrypted) {
        return None;
    }
    let on = |element: &str| response.signatures.iter().any(|signature| signature.parent == element);
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
    use crate::fixture::{configuration, findings, query_signature, registration, sign_in};
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::{Place, Sited, spec};

    fn case(setting: RequestAlgorithm, captured: &str) -> Case {
        let mut case = sign_in(Outcome::SignedIn);
        let mut known = configuration();
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
            assert_eq!(findings(&ALGORITHM_DIFFERS_FROM_SETTING, &case(setting, captured)).len(), count, "{setting:?} {captured}");
        }
    }

    #[test]
    fn response_and_policy_are_compared() {
        let mut case = case(RequestAlgorithm::Sha256, spec::RSA_SHA256);
        let mut known = registration();
        known.signing_algorithm = Some(spec::RSA_SHA256.into());
        known.signing_option = Some(Sited::new(SigningOption::Assertion, Place::default()));
        case.registrations = vec![known];
        assert!(findings(&ALGORITHM_DIFFERS_FROM_SETTING, &case).is_empty());
        case.registrations[0].signing_algorithm = Some(spec::RSA_SHA1.into());
        case.registrations[0].signing_option = Some(Sited::new(SigningOption::Response, Place::default()));
        assert_eq!(findings(&ALGORITHM_DIFFERS_FROM_SETTING, &case).len(), 2);
    }
}
