use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::judgement::Party;
use diag_sdk::{Account, Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Who, check};

static SESSION_NOT_KEPT: CauseData = CauseData {
    text: "The service provider does not find the session it has just made, so it asks to sign in again",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Follow the session cookie from the answer that sets it to the next page: its domain, path, Secure and SameSite, and the host people come by",
};
static NODES_DISAGREE: CauseData = CauseData {
    text: "Several nodes behind one name do not share sessions",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Send each person to the same node for the time of a session (sticky sessions)",
};

check! {
    /// The sign-in repeats without end.
    ///
    /// The service provider accepts the response, and on the next page behaves as if nobody were signed
    /// in: it asks the identity provider, which has a session and answers at once, and so on. The browser
    /// gives up with "too many redirects", or Entra ID does with AADSTS50196. Nearly always the session
    /// cookie is not kept or not sent.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [one]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// [two]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_2" Version="2.0" IssueInstant="{now}"/>
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// GET https://sp.example/app @0s
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @1s
    /// < 200
    ///
    /// POST https://sp.example/acs @2s
    /// > SAMLResponse={post:answer}
    /// < 302
    /// < Location: https://sp.example/app
    ///
    /// GET https://sp.example/app @3s
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:two}
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:two} @4s
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
    /// GET https://sp.example/app @0s
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @1s
    /// < 200
    /// ```
    pub static REDIRECT_LOOP = {
        id: "flow/redirect-loop",
        title: "The sign-in repeats without end",
        levels: [Severity::Error],
        stage: Stage::Observation,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered", "flow/response-not-posted", "flow/idp-error-page"],
        accounts: [Account::bare(Party::Sp, &[Stage::Session])],
        causes: [SESSION_NOT_KEPT, NODES_DISAGREE],
        references: ["Microsoft Entra: AADSTS50196"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let looping: Vec<&Attempt> = case.sign_in_attempts().filter(|attempt| attempt.outcome == Outcome::Looping).collect();
    let detected = case.vendor_codes().into_iter().find(|seen| seen.code == "AADSTS50196" && !case.signed_in());
    let Some(first) = looping.first() else {
        if let Some(seen) = detected {
            let finding = Finding::error("The identity provider stopped a sign-in that repeats without end")
                .at(seen.place)
                .actual(seen.code, "the error page");
            let finding = finding.attempt(seen.attempt.map(|attempt| attempt.id.clone()).unwrap_or_default());
            out.push(finding.cause(&SESSION_NOT_KEPT, case.sp_vendor));
        }
        return;
    };
    let count = looping.iter().filter(|attempt| attempt.consumption.is_some()).count();
    let seconds = looping.last().and_then(|last| Some(last.ended?.duration_since(first.started?).as_secs())).unwrap_or_default();
    let mut finding = Finding::error("The sign-in repeats without end")
        .detail(format!(
            "The service provider accepted {count} response{} within {seconds} s and each time asked to sign in again.",
            if count == 1 { "" } else { "s" }
        ))
        .cause(&SESSION_NOT_KEPT, case.sp_vendor)
        .cause(&NODES_DISAGREE, case.sp_vendor);
    for attempt in &looping {
        finding = finding.attempt(attempt.id.clone());
    }
    let places = looping.iter().take(3).filter_map(|attempt| case.exchanges.get(attempt.consumption?)).map(|exchange| &exchange.place);
    out.push(finding.at_all(places));
}
