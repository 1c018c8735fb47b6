use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::{Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Who, check, shown};
use std::collections::BTreeSet;
use std::fmt::Write;

static WRONG_PART: CauseData = CauseData {
    text: "The capture was taken of another part of the work, or filtered before it was saved",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Record from before the first click until the error shows, in a private window, and save everything",
};

static STARTED_OTHERWISE: CauseData = CauseData {
    text: "The application is set up for SAML here, and its sign-in was started by another protocol",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Choose SAML as the way of signing in at the application, or set it up at the identity provider for the protocol it uses",
};

static FAILS_BEFORE: CauseData = CauseData {
    text: "The service provider, or a web server in front of it, fails before it sends anybody to sign in",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Look into its log at that moment, and record again with the content of pages, so that what the page says can be judged",
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
        causes: [STARTED_OTHERWISE, FAILS_BEFORE, WRONG_PART],
        references: [],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    // A request of WS-Federation alone leaves nothing to judge.
    let judged = |message: &Message| match message.kind {
        MessageKind::WsFederationSignIn | MessageKind::WsFederationSignOut => false,
        MessageKind::WsFederationToken => message.broken.is_none(),
        _ => true,
    };
    if case.exchanges.is_empty() || case.messages.iter().any(judged) {
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
        detail.push_str(&beyond(&case.other_protocols));
    }
    let otherwise =
        case.other_protocols.iter().any(|name| matches!(name.as_str(), "openid-connect" | "ws-federation")) && set_up_for_saml(case);
    let failed = case.exchanges.iter().rfind(|exchange| exchange.navigation).filter(|exchange| exchange.status >= 400);
    let finding = match failed {
        Some(exchange) => Finding::notice(format!("No SAML message: {} answered {}", shown::host_and_path(&exchange.url), exchange.status))
            .likely()
            .detail(detail)
            .at(&exchange.place)
            .cause(&FAILS_BEFORE, case.sp_vendor)
            .cause(&WRONG_PART, case.sp_vendor),
        None => Finding::notice("The capture contains no SAML message")
            .detail(detail)
            .at_all(case.exchanges.first().map(|exchange| &exchange.place))
            .cause(&WRONG_PART, case.sp_vendor),
    };
    out.push(if otherwise { finding.cause(&STARTED_OTHERWISE, case.sp_vendor) } else { finding });
}

/// Why nothing more is said of a sign-in by these protocols.
fn beyond(protocols: &[String]) -> String {
    let names = [
        ("openid-connect", "OpenID Connect"),
        ("ws-federation", "WS-Federation"),
        ("kerberos", "Kerberos"),
        ("ntlm", "NTLM"),
        ("cas", "CAS"),
    ];
    let met: Vec<&str> = names.iter().filter(|(id, _)| protocols.iter().any(|protocol| protocol == id)).map(|(_, name)| *name).collect();
    if met.is_empty() {
        String::new()
    } else {
        format!(" People sign in by {} here; diag judges SAML, so it stops there.", met.join(" and "))
    }
}

/// What was given beside the capture sets the application up for SAML.
fn set_up_for_saml(case: &Case) -> bool {
    let registered = case
        .registrations
        .iter()
        .any(|registration| registration.sso_mode.as_ref().is_some_and(|mode| mode.value.as_deref() == Some("saml")));
    registered
        || case.sp_configurations.iter().any(diag_sdk::case::sp_configuration::SpConfiguration::is_saml)
        || case.metadata.iter().any(|metadata| metadata.sp.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::Exchange;

    fn seen(statuses: &[u16]) -> Case {
        let page = |status: &u16| Exchange {
            url: "https://sense.example/hub?x=1".into(),
            status: *status,
            navigation: true,
            ..Exchange::default()
        };
        Case { exchanges: statuses.iter().map(page).collect(), ..Case::default() }
    }

    fn told(case: &Case) -> Vec<(Severity, String)> {
        NO_SAML_MESSAGES.judge(case).found().iter().map(|finding| (finding.severity, finding.message.clone())).collect()
    }

    const NOTHING: &str = "The capture contains no SAML message";

    #[test]
    fn a_page_that_fails_before_any_message_is_named() {
        assert_eq!(told(&seen(&[302, 500])), [(Severity::Notice, "No SAML message: sense.example/hub answered 500".to_owned())]);
        assert_eq!(told(&seen(&[500, 200]))[0].1, NOTHING, "it went on");
        let mut picture = seen(&[200, 404]);
        picture.exchanges[1].navigation = false;
        assert_eq!(told(&picture)[0].1, NOTHING, "a picture that is missing is no page");
    }

    #[test]
    fn messages_silence_it() {
        let mut case = seen(&[500]);
        case.messages.push(Message::default());
        assert_eq!(told(&case), []);
        assert_eq!(told(&Case::default()), []);
    }
}
