//! The capture misses the start of the sign-in.

use diag_sdk::{Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Who, check};

static RECORDED_LATE: CauseData = CauseData {
    text: "Recording began when the sign-in was already under way",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Open the developer tools, keep the log across pages, and only then open the application",
};

check! {
    /// The capture misses the start of the sign-in.
    ///
    /// A response answers a request that the capture does not contain, and it is the first one in it: the
    /// recording began in the middle. What the request asked for, and the cookies set with it, cannot be
    /// judged.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sp.example/acs @2s
    /// > SAMLResponse={post:answer}
    /// < 302
    /// < Location: https://sp.example/app
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
    pub static CAPTURE_STARTS_LATE = {
        id: "flow/capture-starts-late",
        title: "The capture misses the start of the sign-in",
        levels: [Severity::Notice],
        stage: Stage::Observation,
        needs: [Need::Capture],
        explains: [],
        causes: [RECORDED_LATE],
        references: [],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let Some(first) = case.sign_in_attempts().next().filter(|attempt| attempt.request.is_none())
    else {
        return;
    };
    let Some(response) = first.response.as_deref().and_then(|id| case.message(id)) else { return };
    let Some(answered) = &response.in_response_to else { return };
    out.push(
        Finding::notice("The capture misses the start of the sign-in")
            .detail("The first response answers a request that is not in the capture.")
            .at(&answered.place)
            .attempt(first.id.clone())
            .cause(&RECORDED_LATE, case.sp_vendor),
    );
}
