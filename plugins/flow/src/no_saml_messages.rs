use diag_sdk::{Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Who, check};
use std::collections::BTreeSet;
use std::fmt::Write;

static WRONG_PART: CauseData = CauseData {
    text: "The capture was taken of another part of the work, or filtered before it was saved",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Record from before the first click until the error shows, in a private window, and save everything",
};

check! {
    /// The capture contains no SAML message.
    ///
    /// Neither a request nor a response was found, so there is no sign-in to judge. What the capture does
    /// contain often tells why: another protocol is used (OpenID Connect, WS-Federation, Windows
    /// authentication), a session already existed, or the application fails before it sends anybody away.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://idp.example/authorize?response_type=code&client_id=x @0s
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
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @1s
    /// < 200
    /// ```
    pub static NO_SAML_MESSAGES = {
        id: "flow/no-saml-messages",
        title: "The capture contains no SAML message",
        levels: [Severity::Notice],
        stage: Stage::Observation,
        needs: [Need::Capture],
        explains: [],
        causes: [WRONG_PART],
        references: [],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    if case.exchanges.is_empty() || !case.messages.is_empty() {
        return;
    }
    let hosts: BTreeSet<String> = case
        .exchanges
        .iter()
        .filter(|exchange| exchange.navigation)
        .filter_map(|exchange| diag_sdk::host::host_of(&exchange.url))
        .collect();
    let mut detail = format!("It holds {} exchanges", case.exchanges.len());
    if !hosts.is_empty() {
        let shown: Vec<&str> = hosts.iter().take(5).map(String::as_str).collect();
        let _ = write!(detail, ", with pages of {}", shown.join(", "));
    }
    detail.push('.');
    if !case.other_protocols.is_empty() {
        let _ = write!(detail, " Other sign-in protocols in it: {}.", case.other_protocols.join(", "));
    }
    let first = case.exchanges.first().map(|exchange| &exchange.place);
    out.push(Finding::notice("The capture contains no SAML message").detail(detail).at_all(first).cause(&WRONG_PART, case.sp_vendor));
}
