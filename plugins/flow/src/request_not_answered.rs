//! The request got no answer.

use diag_sdk::case::attempt::Outcome;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Specification, Stage,
    Who, check, shown,
};

static UNREACHABLE: CauseData = CauseData {
    text: "The browser cannot reach the identity provider: name, network, proxy or TLS certificate",
    who: Who::Network,
    setting: Setting::Browser,
    fix: "Open the address of the identity provider from this browser and mend what it complains about",
};
static HELD_BY_BROWSER: CauseData = CauseData {
    text: "An extension of the browser, or a policy of the organisation for it, blocked the request",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Try a window without extensions; then let the blocker leave both sites alone, or the policy allow the address",
};
static ENDED_EARLY: CauseData = CauseData {
    text: "The recording ends before the sign-in does",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Record again, from before the first click to the final page",
};

check! {
    /// The request got no answer.
    ///
    /// The service provider sent the browser to the identity provider, and the capture shows no response.
    /// Where the browser could not reach the identity provider at all, that is the error; where a log-in page
    /// was shown and nothing followed, the recording was stopped or the person gave up, and the rest is open.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [one]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://sp.example/app @0s
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @1s
    /// < 200
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [one]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @1s
    /// < 200
    ///
    /// POST https://sp.example/acs @2s
    /// > SAMLResponse={post:answer}
    /// < 302
    /// < Location: https://sp.example/app
    /// ```
    pub static REQUEST_NOT_ANSWERED = {
        id: "flow/request-not-answered",
        title: "The request got no answer",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::IdpRequest,
        needs: [Need::Capture],
        explains: [],
        causes: [UNREACHABLE, HELD_BY_BROWSER, ENDED_EARLY],
        references: [Reference::section(Specification::SamlProfiles, "4.1.3")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let unanswered = case
        .sign_in_attempts()
        .filter(|attempt| attempt.request.is_some() && attempt.response.is_none());
    for attempt in unanswered {
        let Some(exchange) = case.end_of(attempt) else { continue };
        let place = shown::host_and_path(&exchange.url);
        let finding = match attempt.outcome {
            Outcome::BrokenInTransit if exchange.status == 0 => {
                Finding::error(format!("{} could not be reached", host(place)))
                    .actual(
                        exchange.failure.clone().unwrap_or_else(|| "no answer".to_owned()),
                        "the browser",
                    )
                    .cause(
                        if held(exchange) { &HELD_BY_BROWSER } else { &UNREACHABLE },
                        case.idp_vendor,
                    )
            }
            Outcome::BrokenInTransit => Finding::error(format!(
                "The request did not get through: {} answered {}",
                host(place),
                exchange.status
            ))
            .cause(&UNREACHABLE, case.idp_vendor),
            Outcome::Incomplete if !case.signed_in() => {
                Finding::warning("The capture shows no answer to the request")
                    .likely()
                    .detail(format!("{}.", attempt.ending.trim_end_matches('.')))
                    .cause(&ENDED_EARLY, case.idp_vendor)
                    .cause(&UNREACHABLE, case.idp_vendor)
            }
            _ => continue,
        };
        let mut finding = finding.at(&exchange.place).attempt(attempt.id.clone());
        if let Some(request) = &attempt.request {
            finding = finding.subject(request.clone());
        }
        out.push(finding);
    }
}

/// The browser itself held the request.
fn held(exchange: &Exchange) -> bool {
    let failure = exchange.failure.as_deref().unwrap_or_default().to_ascii_uppercase();
    failure.contains("BLOCKED_BY_CLIENT") || failure.contains("BLOCKED_BY_ADMINISTRATOR")
}

fn host(place: &str) -> &str {
    place.split('/').next().unwrap_or(place)
}
