//! The RelayState did not come back as it was sent.

use diag_sdk::address::Address;
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::message::{Carrier, Message};
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Personal, Reference,
    Setting, Severity, Specification, Stage, Who, check,
};

static NOT_ECHOED: CauseData = CauseData {
    text: "The identity provider does not send the RelayState of the request back with its response",
    who: Who::Idp,
    setting: Setting::IdpRelayState,
    fix: "Have the RelayState returned unchanged, and remove a fixed RelayState configured for the application",
};
static ENCODED_ONCE_MORE: CauseData = CauseData {
    text: "Somebody between request and response percent-encoded the RelayState once more",
    who: Who::Idp,
    setting: Setting::IdpRelayState,
    fix: "Return the RelayState exactly as it was received after decoding it once",
};
static CHANGED: CauseData = CauseData {
    text: "The identity provider, a fixed setting of the application, or a gateway replaced or shortened the RelayState",
    who: Who::Idp,
    setting: Setting::IdpRelayState,
    fix: "Return the RelayState unchanged",
};

static NOT_SENT: CauseData = CauseData {
    text: "The service provider sends a fixed RelayState, or none, in place of the page the person asked for",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Look for a setting, or a newer version, by which the page that was asked for is sent as RelayState or kept in the session",
};

static NOT_KEPT: CauseData = CauseData {
    text: "The service provider keeps the page that was asked for on its own side, under a key, and did not find it again",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "See whether the cookie or session that holds it lives as long as the sign-in takes, and is sent with the post from the identity provider",
};

/// What happened to the value on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Lost,
    EncodedOnceMore,
    Shortened,
    Replaced,
}

check! {
    /// The RelayState did not come back as it was sent.
    ///
    /// With its request a service provider sends a RelayState: the page the person wanted, or a key under
    /// which it remembers that. The identity provider must return it unchanged with the response
    /// (saml-bindings-2.0-os §3.4.3, §3.5.3). When it is missing or altered, the service provider refuses the
    /// response, or the person is signed in and lands on a page that does not exist.
    ///
    /// ## Fails
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
    /// GET https://sp.example/app @0s
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}&RelayState=%2Fapp
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one}&RelayState=%2Fapp @1s
    /// < 200
    ///
    /// POST https://sp.example/acs @2s
    /// > SAMLResponse={post:answer}&RelayState=%252Fapp
    /// < 302
    /// < Location: https://sp.example/%2Fapp
    ///
    /// GET https://sp.example/%2Fapp @3s
    /// < 404
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
    /// GET https://idp.example/sso?SAMLRequest={redirect:one}&RelayState=%2Fapp @1s
    /// < 200
    ///
    /// POST https://sp.example/acs @2s
    /// > SAMLResponse={post:answer}&RelayState=%2Fapp
    /// < 404
    /// ```
    pub static RELAY_STATE_LOST = {
        id: "flow/relay-state-lost",
        title: "The RelayState did not come back as it was sent",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::sp_or_loop(&[Meaning::RelayState, Meaning::RedirectRefused, Meaning::NoSession]), Account::sp(&[Meaning::Unsolicited])],
        causes: [NOT_ECHOED, ENCODED_ONCE_MORE, CHANGED, NOT_SENT, NOT_KEPT],
        references: [
            Reference::section(Specification::SamlBindings, "3.4.3"),
            Reference::section(Specification::SamlBindings, "3.5.3"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for attempt in case.sign_in_attempts() {
        let message = |id: &Option<String>| id.as_deref().and_then(|id| case.message(id));
        let (Some(request), Some(response)) =
            (message(&attempt.request), message(&attempt.response))
        else {
            continue;
        };
        if response.delivered().is_none() {
            continue;
        }
        let came_back = relay_state(response);
        let Some((sent, change)) =
            relay_state(request).and_then(|sent| Some((sent, change(sent, came_back)?)))
        else {
            out.extend(never_sent(case, attempt, request, response));
            continue;
        };
        // Service providers that keep the target in a cookie do without: no harm, then only a warning.
        let elsewhere = landed_elsewhere(case, attempt, request);
        let harmed = elsewhere.is_some() || ended_for_it(case, attempt, response, change);
        let severity = if harmed { Severity::Error } else { Severity::Warning };
        let (headline, likely) = match change {
            Change::Lost => ("The RelayState did not come back with the response", &NOT_ECHOED),
            Change::EncodedOnceMore => {
                ("The RelayState came back percent-encoded once more", &ENCODED_ONCE_MORE)
            }
            Change::Shortened => ("The RelayState came back cut short", &CHANGED),
            Change::Replaced => ("The RelayState that came back is another one", &CHANGED),
        };
        let place = response.delivered().map(|sighting| &sighting.place);
        let mut finding = Finding::new(severity, headline)
            .expected(sent.to_string(), "sent with the request")
            .actual(
                came_back.map_or_else(|| "none".to_owned(), ToString::to_string),
                "posted with the response",
            )
            .at_all(place)
            .attempt(attempt.id.clone())
            .subject(response.id.clone())
            .cause(likely, case.idp_vendor);
        if let Some((wanted, landing)) = elsewhere {
            finding = finding
                .detail(format!(
                    "The person asked for {} and landed on {}.",
                    page(&wanted.url),
                    page(&landing.url)
                ))
                .at(&landing.place);
        }
        if change == Change::EncodedOnceMore {
            finding = finding.difference(Difference::PercentEncoding);
        }
        out.push(finding);
    }
}

/// The person came to rest on another page than the one asked for, which the RelayState never named.
fn never_sent(
    case: &Case,
    attempt: &Attempt,
    request: &Message,
    response: &Message,
) -> Option<Finding> {
    let (wanted, landing) = landed_elsewhere(case, attempt, request)?;
    let sent = relay_state(request);
    let asked = Address::parse(&wanted.url)?;
    // What is no address may be a key under which the page is remembered.
    let names_another = |text: &str| match Address::parse(text) {
        Some(named) => {
            named.host == asked.host && named.path.trim_matches('/') != asked.path.trim_matches('/')
        }
        None => {
            text.starts_with('/')
                && text.trim_matches('/').split(['?', '#']).next()
                    != Some(asked.path.trim_matches('/'))
        }
    };
    let is_address = |text: &str| text.starts_with('/') || Address::parse(text).is_some();
    let text = sent.and_then(|sent| sent.text.as_deref());
    let key = sent.is_some() && !text.is_some_and(is_address);
    if !key && text.is_some_and(|text| !names_another(text)) {
        return None;
    }
    let (headline, why) = if key {
        ("The page that was asked for was not found again after the sign-in", &NOT_KEPT)
    } else {
        ("The page that was asked for did not travel with the sign-in", &NOT_SENT)
    };
    Some(
        Finding::warning(headline)
            .likely()
            .detail(format!(
                "The person asked for {} and landed on {}.",
                page(&wanted.url),
                page(&landing.url)
            ))
            .expected(wanted.url.clone(), "page the person asked for")
            .actual(
                sent.map_or_else(|| "none".to_owned(), ToString::to_string),
                "RelayState of the request",
            )
            .at(&landing.place)
            .attempt(attempt.id.clone())
            .subject(response.id.clone())
            .because(why, case),
    )
}

/// The page the person asked for first, and the other one they came to rest on.
fn landed_elsewhere<'a>(
    case: &'a Case,
    attempt: &'a Attempt,
    request: &Message,
) -> Option<(&'a Exchange, &'a Exchange)> {
    /// Exchanges after the response among which the page that was asked for may still be opened.
    const REACH: usize = 60;
    let sent = |carrier: Carrier| matches!(carrier, Carrier::LocationHeader | Carrier::PageForm);
    let issued = request.sightings.iter().find(|sighting| sent(sighting.carrier))?.exchange?;
    let consumption = attempt.consumption.filter(|_| attempt.outcome == Outcome::SignedIn)?;
    let first = attempt.exchanges.iter().copied().find(|index| {
        case.exchanges.get(*index).is_some_and(|exchange| exchange.side == Side::Sp)
    })?;
    let wanted = case
        .exchanges
        .get(first.min(issued))
        .filter(|exchange| exchange.method == "GET" && exchange.navigation)?;
    let landing = case
        .end_of(attempt)
        .filter(|exchange| exchange.side == Side::Sp && (200..300).contains(&exchange.status))?;
    let (asked, rests) = (Address::parse(&wanted.url)?, Address::parse(&landing.url)?);
    let deep = asked.path.trim_matches('/').split('/').count() > 1
        && !is_entrance(&asked.path)
        && !leads_on(&wanted.url);
    let opened = |exchange: &Exchange| {
        Address::parse(&exchange.url)
            .is_some_and(|seen| seen.path.starts_with(asked.path.trim_end_matches('/')))
    };
    let later = case.exchanges.get(consumption..).unwrap_or_default().iter().take(REACH);
    (deep
        && asked.host == rests.host
        && attempt.end > Some(consumption)
        && !later.into_iter().any(opened))
    .then_some((wanted, landing))
}

/// An address that only signs people in: no page anybody asks for.
fn is_entrance(path: &str) -> bool {
    const ENTRANCES: &[&str] = &[
        "login", "signin", "sign-in", "sign_in", "logon", "sso", "saml", "saml2", "auth", "oauth",
        "acs", "start", "callback",
    ];
    let entrance = |step: &str| {
        ENTRANCES.contains(&step) || step.ends_with("login") || step.ends_with("logon")
    };
    path.to_lowercase().split(['/', '.', '_', '-']).any(entrance)
}

/// The address names the page that comes after it, as an entrance does: `?next=…`.
fn leads_on(url: &str) -> bool {
    const NAMES: &[&str] = &[
        "next",
        "from",
        "return",
        "returnto",
        "returnurl",
        "return_to",
        "return_url",
        "redirect",
        "redirecturl",
        "redirect_uri",
        "redirect_to",
        "target",
        "goto",
        "continue",
        "url",
        "dest",
        "destination",
        "service",
        "back",
        "backurl",
        "origin",
        "originalurl",
        "rd",
        "r",
    ];
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let mut names = query.split('&').filter_map(|pair| pair.split('=').next());
    names.any(|name| NAMES.contains(&name.to_lowercase().as_str()))
}

fn page(url: &str) -> &str {
    diag_sdk::shown::host_and_path(url)
}

/// The RelayState that went with the delivered message.
fn relay_state(message: &Message) -> Option<&Personal> {
    let delivered = message.delivered().map(|sighting| sighting.relay_state.as_ref());
    let state = delivered.unwrap_or(message.relay_state.as_ref());
    state.filter(|state| state.secret.length > 0)
}

fn change(sent: &Personal, came_back: Option<&Personal>) -> Option<Change> {
    let Some(came_back) = came_back else { return Some(Change::Lost) };
    if sent.secret == came_back.secret {
        return None;
    }
    Some(match (&sent.text, &came_back.text) {
        (Some(sent), Some(back))
            if diag_sdk::difference::between(sent, back) == Some(Difference::PercentEncoding) =>
        {
            Change::EncodedOnceMore
        }
        (Some(sent), Some(back)) if sent.starts_with(back.as_str()) => Change::Shortened,
        // The encoded form of a path is no path, so its text is withheld: each of / : ? = & grew by two.
        (Some(sent), None) if came_back.secret.length == encoded_length(sent) => {
            Change::EncodedOnceMore
        }
        _ => Change::Replaced,
    })
}

/// Length of a text once everything but unreserved characters (RFC 3986 §2.3) is percent-encoded.
fn encoded_length(text: &str) -> usize {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { 1 } else { 3 })
        .sum()
}

/// The attempt ended wrong, and nothing the service provider says points elsewhere.
fn ended_for_it(case: &Case, attempt: &Attempt, response: &Message, change: Change) -> bool {
    let meanings: Vec<Meaning> =
        case.said_about(response).into_iter().map(|seen| seen.phrase.meaning).collect();
    let told = |meaning: &Meaning| match meaning {
        Meaning::RelayState | Meaning::RedirectRefused | Meaning::NoSession => true,
        // Who asked and finds nothing of it in the answer takes it for one that nobody asked for.
        Meaning::Unsolicited => change == Change::Lost && !attempt.idp_initiated,
        _ => false,
    };
    if attempt.failed() && meanings.iter().any(told) {
        return true;
    }
    let status = case
        .end_of(attempt)
        .filter(|exchange| exchange.side == Side::Sp)
        .map(|exchange| exchange.status);
    let unspecific = meanings.iter().all(|meaning| {
        matches!(
            *meaning,
            Meaning::Refused | Meaning::ServerError | Meaning::Malformed | Meaning::MessageMissing
        )
    });
    match attempt.outcome {
        Outcome::DeniedAfterSignIn => status == Some(404) || (change != Change::Lost && unspecific),
        Outcome::RefusedBySp => unspecific,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Secret;

    fn state(text: &str, shown: bool) -> Personal {
        Personal {
            text: shown.then(|| text.to_owned()),
            secret: Secret { length: text.chars().count(), mark: text.to_owned() },
            ..Personal::default()
        }
    }

    #[test]
    fn an_entrance_names_the_page_that_comes_after_it() {
        for url in
            ["https://a.example/x/capture-url?next=…", "https://a.example/x/y?a=1&returnUrl=…"]
        {
            assert!(leads_on(url), "{url}");
        }
        assert!(
            !leads_on("https://a.example/app/7?sheet=2") && !leads_on("https://a.example/next")
        );
        assert!(is_entrance("/securityRealm/commenceLogin") && !is_entrance("/authors/logins"));
    }

    #[test]
    fn each_change_has_its_name() {
        let sent = state("/azure/hub", true);
        assert_eq!(change(&sent, Some(&state("/azure/hub", true))), None);
        assert_eq!(change(&sent, None), Some(Change::Lost));
        assert_eq!(
            change(&sent, Some(&state("%2Fazure%2Fhub", false))),
            Some(Change::EncodedOnceMore)
        );
        assert_eq!(
            change(&sent, Some(&state("%2Fazure%2Fhub", true))),
            Some(Change::EncodedOnceMore)
        );
        assert_eq!(change(&sent, Some(&state("/azure", true))), Some(Change::Shortened));
        assert_eq!(change(&sent, Some(&state("/other", true))), Some(Change::Replaced));
    }
}
