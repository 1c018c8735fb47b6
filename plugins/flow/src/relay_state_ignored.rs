//! RelayState came back, and the service provider led elsewhere.

use diag_sdk::address::Address;
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::message::Message;
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Personal, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static OTHER_HOST: CauseData = CauseData {
    text: "RelayState names a host that the service provider does not lead people to, so that nobody can abuse it as a redirect",
    who: Who::Sp,
    setting: Setting::SpHostAllowList,
    fix: "Add the host to the addresses the service provider may lead to, or let RelayState name one of its own",
};
static NOT_READ: CauseData = CauseData {
    text: "The service provider does not lead to what RelayState names, but always to its start page, or to what it keeps elsewhere",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Look for a setting by which RelayState decides where people land, and for the form it expects: path, whole address or a key of its own",
};

check! {
    /// RelayState came back, and the service provider led elsewhere.
    ///
    /// RelayState carries the page the person asked for through the sign-in. It came back as it was sent, the person
    /// is signed in, and the service provider leads somewhere else: to its start page, because it does not read
    /// RelayState, or because the address lies on a host it does not lead to. People lose their deep links.
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
    /// POST https://sp.example/acs @3s
    /// > SAMLResponse={post:answer}&RelayState=https%3A%2F%2Fother.example%2Freports%2F7
    /// < 302
    /// < Location: https://sp.example/home
    /// < Set-Cookie: sid=1; Path=/
    ///
    /// GET https://sp.example/home @4s
    /// > Cookie: sid=1
    /// < 200
    /// < Content-Type: text/html
    /// | <html><h1>Welcome</h1></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sp.example/acs @3s
    /// > SAMLResponse={post:answer}&RelayState=https%3A%2F%2Fsp.example%2Freports%2F7
    /// < 302
    /// < Location: https://sp.example/reports/7
    /// < Set-Cookie: sid=1; Path=/
    ///
    /// GET https://sp.example/reports/7 @4s
    /// > Cookie: sid=1
    /// < 200
    /// < Content-Type: text/html
    /// | <html><h1>Report</h1></html>
    /// ```
    pub static RELAY_STATE_IGNORED = {
        id: "flow/relay-state-ignored",
        title: "RelayState came back, and the service provider led elsewhere",
        levels: [Severity::Warning],
        stage: Stage::Landing,
        needs: [Need::Capture],
        explains: [],
        accounts: [],
        causes: [OTHER_HOST, NOT_READ],
        references: [
            Reference::section(Specification::SamlBindings, "3.4.3"),
            Reference::section(Specification::SamlProfiles, "4.1.5"),
        ],
        run: run,
    }
}

/// Exchanges after the response among which the page that was asked for may still be opened.
const REACH: usize = 60;

fn run(case: &Case, out: &mut Findings) {
    for attempt in case.sign_in_attempts().filter(|attempt| attempt.outcome == Outcome::SignedIn) {
        let Some((response, landing)) = landed(case, attempt) else { continue };
        let Some(state) = response.delivered().and_then(|sighting| sighting.relay_state.as_ref())
        else {
            continue;
        };
        let sent = attempt.request.as_deref().and_then(|id| case.message(id));
        let sent = sent
            .and_then(|request| request.delivered())
            .and_then(|sighting| sighting.relay_state.as_ref());
        if sent.is_some_and(|sent| sent.secret != state.secret) {
            continue;
        }
        out.extend(ignored(case, attempt, response, landing, state));
    }
}

/// The response, and the page the browser came to rest at.
fn landed<'a>(case: &'a Case, attempt: &'a Attempt) -> Option<(&'a Message, &'a Exchange)> {
    let response = case.message(attempt.response.as_deref()?)?;
    let landing = case
        .end_of(attempt)
        .filter(|exchange| exchange.navigation && (200..300).contains(&exchange.status))?;
    (attempt.end > attempt.consumption).then_some((response, landing))
}

fn ignored(
    case: &Case,
    attempt: &Attempt,
    response: &Message,
    landing: &Exchange,
    state: &Personal,
) -> Option<Finding> {
    let here = Address::parse(&landing.url)?;
    let text = state.text.as_deref()?;
    // A bare path is one of the service provider's own.
    let wanted = if text.starts_with('/') && !text.starts_with("//") {
        Address { path: text.to_owned(), query: None, ..here.clone() }
    } else {
        Address::parse(text)?
    };
    let foreign = wanted.host != here.host;
    let reached = |exchange: &Exchange| {
        Address::parse(&exchange.url)
            .is_some_and(|seen| seen.host == wanted.host && same_page(&seen.path, &wanted.path))
    };
    let from = attempt.consumption?;
    let seen = case.exchanges.get(from..).unwrap_or_default().iter().take(REACH);
    if seen.into_iter().any(reached) || (!foreign && is_entrance(&wanted.path)) {
        return None;
    }
    let why = if foreign { &OTHER_HOST } else { &NOT_READ };
    Some(
        Finding::warning("RelayState came back, and the service provider led elsewhere")
            .likely()
            .expected(text, "RelayState of the response")
            .actual(landing.url.clone(), "page the person landed on")
            .at(&landing.place)
            .at_all(response.delivered().map(|sighting| &sighting.place))
            .attempt(attempt.id.clone())
            .subject(response.id.clone())
            .because(why, case),
    )
}

/// The same page, or one below it.
fn same_page(seen: &str, wanted: &str) -> bool {
    let wanted = wanted.trim_end_matches('/');
    seen.strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ';', '.']))
}

/// The start page, or an address that only signs people in: no page anybody asks for.
fn is_entrance(path: &str) -> bool {
    const ENTRANCES: &[&str] = &[
        "login", "signin", "sign-in", "sign_in", "logon", "sso", "saml", "saml2", "auth", "acs",
        "callback", "index",
    ];
    path.trim_matches('/').is_empty()
        || path.to_lowercase().split(['/', '.', '_']).any(|step| ENTRANCES.contains(&step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Secret;
    use diag_sdk::testing;

    fn landed_with(state: &str) -> Case {
        let mut case = testing::sign_in(Outcome::SignedIn);
        let personal = Personal {
            text: Some(state.to_owned()),
            secret: Secret { length: state.len(), mark: state.to_owned() },
            ..Personal::default()
        };
        for sighting in &mut case.messages[1].sightings {
            sighting.relay_state = Some(personal.clone());
        }
        case
    }

    #[test]
    fn where_people_land_is_compared_with_where_they_were_going() {
        let told = |state: &str| {
            RELAY_STATE_IGNORED
                .judge(&landed_with(state))
                .found()
                .first()
                .map(|found| found.causes[0].text.clone())
        };
        let own = Address::parse(testing::LANDING).expect("a page");
        assert_eq!(told("https://elsewhere.example/x").as_deref(), Some(OTHER_HOST.text));
        assert_eq!(told("/quarterly/report").as_deref(), Some(NOT_READ.text));
        for fine in [own.path.as_str(), testing::LANDING, "/", "/saml/login", "a1b2c3"] {
            assert_eq!(told(fine), None, "{fine}");
        }
    }
}
