//! The capture contains no SAML message.

use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::host::host_of;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Who,
    check, shown,
};
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
    /// Where the files given set the application up for SAML, its sign-in was started by the other protocol by
    /// mistake: what the identity provider then says of addresses and names is about that protocol's registration.
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
        levels: [Severity::Error, Severity::Warning, Severity::Notice],
        stage: Stage::Observation,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::idp(&[Meaning::Acs, Meaning::UnknownSp]).codes(&["AADSTS50011", "AADSTS700016"])],
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
    if let Some(asked) = Asked::of(case) {
        out.push(asked.finding(case));
        return;
    }
    let hosts: BTreeSet<String> = case
        .exchanges
        .iter()
        .filter(|exchange| exchange.navigation)
        .filter_map(|exchange| host_of(&exchange.url))
        .collect();
    let mut detail = format!("It holds {} exchanges", case.exchanges.len());
    if !hosts.is_empty() {
        let shown: Vec<&str> = hosts.iter().take(5).map(String::as_str).collect();
        let _ = write!(detail, ", with pages of {}", shown.join(", "));
    }
    detail.push('.');
    if !case.other_protocols.is_empty() {
        let _ =
            write!(detail, " Other sign-in protocols in it: {}.", case.other_protocols.join(", "));
        detail.push_str(&beyond(&case.other_protocols));
    }
    let failed = case
        .exchanges
        .iter()
        .rfind(|exchange| exchange.navigation)
        .filter(|exchange| exchange.status >= 400 || says_why(exchange));
    if let Some(words) = failed.and_then(Exchange::headline) {
        let _ = write!(detail, " It says: “{}”.", cut(words).trim_end_matches('.'));
    }
    out.push(match failed {
        Some(exchange) => Finding::notice(format!(
            "No SAML message: {} answered {}",
            shown::host_and_path(&exchange.url),
            exchange.status
        ))
        .likely()
        .detail(detail)
        .at(&exchange.place)
        .cause(&FAILS_BEFORE, case.sp_vendor)
        .cause(&WRONG_PART, case.sp_vendor),
        None => Finding::notice("The capture contains no SAML message")
            .detail(detail)
            .at_all(case.exchanges.first().map(|exchange| &exchange.place))
            .cause(&WRONG_PART, case.sp_vendor),
    });
}

/// A sign-in that was started by another protocol.
struct Asked<'a> {
    /// Its name.
    protocol: &'static str,
    /// The last page on its way.
    last: &'a Exchange,
    /// The attempt, where it is one of those that are told.
    attempt: Option<&'a Attempt>,
}

impl<'a> Asked<'a> {
    fn of(case: &'a Case) -> Option<Self> {
        let by_openid = |exchange: &&Exchange| exchange.navigation && exchange.asked_by.is_some();
        if let Some(last) = case.exchanges.iter().rfind(by_openid) {
            return Some(Self { protocol: "OpenID Connect", last, attempt: None });
        }
        let federated = |attempt: &&Attempt| {
            case.request_of(attempt)
                .is_some_and(|request| request.kind == MessageKind::WsFederationSignIn)
        };
        let attempt = case.attempts.iter().rfind(federated)?;
        Some(Self {
            protocol: "WS-Federation",
            last: case.end_of(attempt)?,
            attempt: Some(attempt),
        })
    }

    fn finding(&self, case: &Case) -> Finding {
        let mut detail = format!(
            "{} was asked by {} and answered {}",
            shown::host_and_path(&self.last.url),
            self.protocol,
            self.last.status
        );
        match self.words() {
            Some(words) => _ = write!(detail, ": “{}”.", words.trim_end_matches('.')),
            None => detail.push('.'),
        }
        if !is_the_applications(case) {
            detail.push_str(&beyond(&case.other_protocols));
            let finding = Finding::notice("The capture contains no SAML message")
                .detail(detail)
                .at(&self.last.place);
            let finding = finding.cause(&WRONG_PART, case.sp_vendor);
            return if set_up_for_saml(case) {
                finding.cause(&STARTED_OTHERWISE, case.sp_vendor)
            } else {
                finding
            };
        }
        detail.push_str(
            " What was given sets the application up for SAML: whether that works does not show.",
        );
        let refused = self.attempt.filter(|attempt| attempt.outcome == Outcome::RefusedByIdp);
        let severity = if refused.is_some() { Severity::Error } else { Severity::Warning };
        Finding::new(severity, format!("The sign-in was started by {}, not by SAML", self.protocol))
            .likely()
            .detail(detail)
            .at(&self.last.place)
            .attempt(refused.map_or("", |attempt| attempt.id.as_str()))
            .cause(&STARTED_OTHERWISE, case.sp_vendor)
            .cause(&WRONG_PART, case.sp_vendor)
    }

    /// What the page says, from its code on where it has one.
    fn words(&self) -> Option<String> {
        let page = self.last.page.as_ref().filter(|page| page.error)?;
        let coded = page
            .codes
            .iter()
            .find_map(|code| page.text.find(code.as_str()))
            .and_then(|at| page.text.get(at..));
        let text = coded.map(str::to_owned).or_else(|| self.last.headline())?;
        Some(cut(text))
    }
}

/// A page that comes with a success and says in an alert that something failed.
fn says_why(exchange: &Exchange) -> bool {
    exchange.page.as_ref().is_some_and(|page| page.error && !page.alerts.is_empty())
}

/// The first words of a text, whole.
fn cut(text: String) -> String {
    if text.chars().count() <= MOST_WORDS {
        return text;
    }
    let cut: String = text.chars().take(MOST_WORDS).collect();
    format!("{} …", cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before))
}

/// The capture is one of the service provider whose files were given, and they set it up for SAML.
fn is_the_applications(case: &Case) -> bool {
    let hosts = case.sp_hosts();
    let visited =
        |exchange: &Exchange| host_of(&exchange.url).is_some_and(|host| hosts.contains(&host));
    case.sp_is_set_up_for_saml() && case.exchanges.iter().any(visited)
}

/// Characters of what a page says that are quoted.
const MOST_WORDS: usize = 200;

/// Why nothing more is said of a sign-in by these protocols.
fn beyond(protocols: &[String]) -> String {
    let names = [
        ("openid-connect", "OpenID Connect"),
        ("ws-federation", "WS-Federation"),
        ("kerberos", "Kerberos"),
        ("ntlm", "NTLM"),
        ("cas", "CAS"),
    ];
    let met: Vec<&str> = names
        .iter()
        .filter(|(id, _)| protocols.iter().any(|protocol| protocol == id))
        .map(|(_, name)| *name)
        .collect();
    if met.is_empty() {
        String::new()
    } else {
        format!(
            " People sign in by {} here; diag judges SAML, so it stops there.",
            met.join(" and ")
        )
    }
}

/// What was given beside the capture sets the application up for SAML.
fn set_up_for_saml(case: &Case) -> bool {
    let registered = case.registrations.iter().any(|registration| {
        registration.sso_mode.as_ref().is_some_and(|mode| mode.value.as_deref() == Some("saml"))
    });
    registered || case.sp_is_set_up_for_saml()
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
        NO_SAML_MESSAGES
            .judge(case)
            .found()
            .iter()
            .map(|finding| (finding.severity, finding.message.clone()))
            .collect()
    }

    const NOTHING: &str = "The capture contains no SAML message";

    #[test]
    fn a_page_that_fails_before_any_message_is_named() {
        assert_eq!(
            told(&seen(&[302, 500])),
            [(Severity::Notice, "No SAML message: sense.example/hub answered 500".to_owned())]
        );
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
