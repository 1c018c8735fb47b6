//! A message was sent by a binding its receiver does not serve.

use diag_sdk::address::reaches;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::message::{Carrier, Message};
use diag_sdk::case::metadata::Endpoint;
use diag_sdk::spec::{BINDING_POST, BINDING_REDIRECT, short};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, shown,
};

static RESPONSE_BY_REDIRECT: CauseData = CauseData {
    text: "The identity provider is set to return the response in the address (HTTP-Redirect), which Web SSO does not allow",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Set the binding of the response to HTTP-POST",
};
static POST_BECAME_GET: CauseData = CauseData {
    text: "A gateway or a redirect on the way turned the POST into a GET",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Let the POST to the assertion consumer service through unchanged",
};
static REQUEST_BINDING: CauseData = CauseData {
    text: "The service provider sends its request by a binding that this endpoint of the identity provider does not serve",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the identity provider's current metadata, and choose one of the bindings it lists",
};

check! {
    /// A message was sent by a binding its receiver does not serve.
    ///
    /// An endpoint answers to the bindings its metadata lists. A response must not come by HTTP-Redirect at
    /// all: it is too long for an address, and the Web SSO profile allows HTTP-POST and HTTP-Artifact only
    /// (saml-profiles-2.0-os §4.1.2). The receiver answers 405, or says that a message is missing.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// GET https://sp.example/acs?SAMLResponse={redirect:answer} @2s
    /// < 405
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sp.example/acs @2s
    /// > SAMLResponse={post:answer}
    /// < 302
    /// < Location: https://sp.example/app
    /// ```
    pub static WRONG_BINDING = {
        id: "flow/wrong-binding",
        title: "A message came by a binding its receiver does not serve",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["endpoints/sso-url-wrong", "endpoints/response-sent-to-wrong-acs", "flow/request-not-answered"],
        accounts: [Account::sp(&[Meaning::WrongBinding, Meaning::MethodNotAllowed, Meaning::MessageMissing]), Account::idp(&[Meaning::WrongBinding, Meaning::MethodNotAllowed, Meaning::MessageMissing]), Account::between(&[Meaning::WrongBinding, Meaning::MethodNotAllowed, Meaning::MessageMissing])],
        causes: [RESPONSE_BY_REDIRECT, POST_BECAME_GET, REQUEST_BINDING],
        references: [
            Reference::section(Specification::SamlProfiles, "4.1.2"),
            Reference::section(Specification::SamlMetadata, "2.4.3"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for attempt in case.sign_in_attempts() {
        let message = |id: &Option<String>| id.as_deref().and_then(|id| case.message(id));
        if let Some(finding) = message(&attempt.response)
            .and_then(|response| response_finding(case, attempt, response))
        {
            out.push(finding);
        }
        if let Some(finding) =
            message(&attempt.request).and_then(|request| request_finding(case, attempt, request))
        {
            out.push(finding);
        }
    }
}

fn response_finding(case: &Case, attempt: &Attempt, response: &Message) -> Option<Finding> {
    let sighting = response.delivered().filter(|sighting| sighting.carrier == Carrier::Query)?;
    let answer = sighting.exchange.and_then(|index| case.exchanges.get(index));
    let severity = if attempt.failed() { Severity::Error } else { Severity::Warning };
    let posted_before = response.sightings.iter().any(|seen| seen.carrier == Carrier::PageForm);
    let status =
        answer.map(|exchange| format!(", answered with {}", exchange.status)).unwrap_or_default();
    let mut finding = Finding::new(severity, "The response came by HTTP-Redirect")
        .detail(format!(
            "It stood in the address of a GET to {}{status}.",
            sighting.to.as_deref().map(shown::host_and_path).unwrap_or_default()
        ))
        .expected(short(BINDING_POST), "saml-profiles-2.0-os §4.1.2")
        .actual(short(BINDING_REDIRECT), "the capture")
        .at(&sighting.place)
        .attempt(attempt.id.clone())
        .subject(response.id.clone());
    if posted_before {
        finding = finding.cause(&POST_BECAME_GET, case.sp_vendor);
    }
    Some(
        finding
            .cause(&RESPONSE_BY_REDIRECT, case.idp_vendor)
            .cause(&POST_BECAME_GET, case.sp_vendor),
    )
}

/// The request against the bindings that metadata lists for that very location.
fn request_finding(case: &Case, attempt: &Attempt, request: &Message) -> Option<Finding> {
    let sighting = request.delivered()?;
    let binding = match sighting.carrier {
        Carrier::Query => BINDING_REDIRECT,
        Carrier::PostForm => BINDING_POST,
        _ => return None,
    };
    let to = sighting.to.as_deref()?;
    let endpoints: Vec<&Endpoint> = case
        .metadata
        .iter()
        .filter_map(|metadata| metadata.idp.as_ref())
        .flat_map(|role| &role.sso)
        .filter(|endpoint| reaches(&endpoint.location.value, to))
        .collect();
    if endpoints.is_empty() || endpoints.iter().any(|endpoint| endpoint.binding == binding) {
        return None;
    }
    let mut served: Vec<&str> = endpoints.iter().map(|endpoint| short(&endpoint.binding)).collect();
    served.sort_unstable();
    served.dedup();
    let severity = if attempt.failed() { Severity::Error } else { Severity::Warning };
    Some(
        Finding::new(severity, "The request came by a binding the endpoint does not serve")
            .expected(
                served.join(" or "),
                "SingleSignOnService in the identity provider's metadata",
            )
            .actual(short(binding), "the capture")
            .at(&sighting.place)
            .at_all(endpoints.first().map(|endpoint| &endpoint.location.place))
            .attempt(attempt.id.clone())
            .subject(request.id.clone())
            .cause(&REQUEST_BINDING, case.sp_vendor),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::message::Sighting;
    use diag_sdk::case::metadata::{IdpRole, Metadata};

    fn case(carrier: Carrier, listed: &str, outcome: Outcome) -> Case {
        let sighting =
            Sighting { carrier, to: Some("https://idp.example/sso".into()), ..Sighting::default() };
        let request = Message {
            id: "m1".into(),
            sightings: vec![sighting],
            delivery: Some(0),
            ..Message::default()
        };
        let endpoint = Endpoint {
            binding: listed.into(),
            location: "https://idp.example/sso".into(),
            ..Endpoint::default()
        };
        let metadata = Metadata {
            idp: Some(IdpRole { sso: vec![endpoint], ..IdpRole::default() }),
            ..Metadata::default()
        };
        let attempt =
            Attempt { id: "a1".into(), request: Some("m1".into()), outcome, ..Attempt::default() };
        Case {
            messages: vec![request],
            metadata: vec![metadata],
            attempts: vec![attempt],
            ..Case::default()
        }
    }

    #[test]
    fn a_request_is_held_against_the_endpoint_it_went_to() {
        let found = |carrier, listed, outcome| {
            WRONG_BINDING
                .judge(&case(carrier, listed, outcome))
                .found()
                .first()
                .map(|finding| finding.severity)
        };
        assert_eq!(found(Carrier::Query, BINDING_REDIRECT, Outcome::RefusedByIdp), None);
        assert_eq!(
            found(Carrier::PostForm, BINDING_REDIRECT, Outcome::RefusedByIdp),
            Some(Severity::Error)
        );
        assert_eq!(
            found(Carrier::PostForm, BINDING_REDIRECT, Outcome::SignedIn),
            Some(Severity::Warning)
        );
    }
}
