//! The sign-in repeats without end.

use diag_sdk::address::Address;
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::judgement::Party;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Stage, Who,
    check,
};
use std::collections::{BTreeSet, HashMap};

static SESSION_NOT_KEPT: CauseData = CauseData {
    text: "The service provider does not find the session it has just made, so it asks to sign in again",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Follow the session cookie from the answer that sets it to the next page: its domain, path, Secure and SameSite, and the host people come by",
};
static SESSION_ENDS_AT_ONCE: CauseData = CauseData {
    text: "The identity provider lets the session end as soon as the person is signed in (SessionNotOnOrAfter), and a service provider that keeps to it asks again",
    who: Who::Idp,
    setting: Setting::IdpPolicy,
    fix: "Let the session that the assertion announces last for hours, or leave SessionNotOnOrAfter out",
};
static NODES_DISAGREE: CauseData = CauseData {
    text: "Several nodes behind one name do not share sessions",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Send each person to the same node for the time of a session (sticky sessions)",
};
static TLS_ENDS_BEFORE: CauseData = CauseData {
    text: "TLS ends at a balancer or proxy, the application behind it sees http and sends people to https, where they already are",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Let the gateway tell the application the scheme people use (X-Forwarded-Proto), and the application trust it",
};
static TWO_RULES: CauseData = CauseData {
    text: "Two redirect rules contradict each other: one leads to a spelling of the address (host name, slash, letter case) that the other leads away from",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Decide on one spelling of the address and keep one of the two rules",
};
static SECURE_OVER_HTTP: CauseData = CauseData {
    text: "People come over http, and the cookie that would end the circle is Secure: browsers neither keep nor send it there",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Lead everybody to https before anything else, and use https in every address of the sign-in",
};

check! {
    /// The sign-in repeats without end.
    ///
    /// The service provider accepts the response, and on the next page behaves as if nobody were signed
    /// in: it asks the identity provider, which has a session and answers at once, and so on. The browser
    /// gives up with "too many redirects", or Entra ID does with AADSTS50196. Nearly always the session
    /// cookie is not kept or not sent. A circle can also close before any SAML message is made: where TLS ends
    /// in front of the application, or two rules rewrite the address, a page redirects to itself.
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
        explains: ["flow/request-not-answered", "flow/response-not-posted", "flow/idp-error-page", "flow/no-saml-messages"],
        accounts: [Account::bare(Party::Sp, &[Stage::Session])],
        causes: [SESSION_NOT_KEPT, SESSION_ENDS_AT_ONCE, NODES_DISAGREE, TLS_ENDS_BEFORE, TWO_RULES, SECURE_OVER_HTTP],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reference-error-codes", "2026-11-24").about("AADSTS50196"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let looping: Vec<&Attempt> =
        case.sign_in_attempts().filter(|attempt| attempt.outcome == Outcome::Looping).collect();
    let detected = case
        .vendor_codes()
        .into_iter()
        .find(|seen| seen.code == "AADSTS50196" && !case.signed_in());
    let Some(first) = looping.first() else {
        if let Some(seen) = detected {
            let finding =
                Finding::error("The identity provider stopped a sign-in that repeats without end")
                    .at(seen.place)
                    .actual(seen.code, "the error page");
            let finding =
                finding.attempt(seen.attempt.map(|attempt| attempt.id.clone()).unwrap_or_default());
            out.push(finding.cause(&SESSION_NOT_KEPT, case.sp_vendor));
        } else if let Some(circle) = before_any_message(case) {
            out.push(circle_found(case, &circle));
        }
        return;
    };
    let count = looping.iter().filter(|attempt| attempt.consumption.is_some()).count();
    let seconds = looping
        .last()
        .and_then(|last| Some(last.ended?.duration_since(first.started?).as_secs()))
        .unwrap_or_default();
    let mut finding = Finding::error("The sign-in repeats without end")
        .detail(format!(
            "The service provider accepted {count} response{} within {seconds} s and each time asked to sign in again.",
            if count == 1 { "" } else { "s" }
        ));
    if let Some(lasts) = shortest_session(case, &looping) {
        finding = finding
            .cause(&SESSION_ENDS_AT_ONCE, case.idp_vendor)
            .actual(format!("{lasts} s"), "from IssueInstant to SessionNotOnOrAfter");
    }
    finding =
        finding.cause(&SESSION_NOT_KEPT, case.sp_vendor).cause(&NODES_DISAGREE, case.sp_vendor);
    for attempt in &looping {
        finding = finding.attempt(attempt.id.clone());
    }
    let places = looping
        .iter()
        .take(3)
        .filter_map(|attempt| case.exchanges.get(attempt.consumption?))
        .map(|exchange| &exchange.place);
    out.push(finding.at_all(places));
}

/// Seconds for which the sessions of a loop last, where each of them ends within minutes.
fn shortest_session(case: &Case, looping: &[&Attempt]) -> Option<i64> {
    const MINUTES: i64 = 600;
    let lasts = |attempt: &&Attempt| {
        let response = case.message(attempt.response.as_deref()?)?;
        let assertion = response.assertions.first()?;
        let issued = assertion.issue_instant.as_ref()?.value;
        let ends = assertion.authn.as_ref().and_then(|one| one.session_not_on_or_after)?;
        Some(ends.duration_since(issued).as_secs())
    };
    let answered = looping.iter().filter(|attempt| attempt.response.is_some());
    let all: Option<Vec<i64>> = answered.map(lasts).collect();
    all?.into_iter().min().filter(|seconds| *seconds <= MINUTES)
}

/// Exchanges of one turn of a circle of redirects.
type Circle<'a> = Vec<&'a Exchange>;

/// A circle of redirects in which no message travels, and from which the browser did not come out.
fn before_any_message(case: &Case) -> Option<Circle<'_>> {
    /// Cookies are tried out, and addresses tidied up, by leading to the same address once more.
    const TURNS: usize = 3;
    /// A page that leads to itself with other parameters may count its steps.
    const STEPS: usize = 8;
    let carries: BTreeSet<usize> = case
        .messages
        .iter()
        .flat_map(|message| &message.sightings)
        .filter_map(|seen| seen.exchange)
        .collect();
    let navigations =
        || case.exchanges.iter().enumerate().filter(|(_, exchange)| exchange.navigation);
    let last = navigations().next_back().map(|(index, _)| index);
    let mut chain: Vec<(usize, &Exchange)> = Vec::new();
    let mut met: HashMap<&str, usize> = HashMap::new();
    let mut pages: HashMap<&str, usize> = HashMap::new();
    for (index, exchange) in navigations() {
        let follows = chain
            .last()
            .and_then(|(_, before)| before.location.as_deref())
            .is_some_and(|location| same(location, &exchange.url));
        if !follows || carries.contains(&index) {
            chain.clear();
            met.clear();
            pages.clear();
        }
        if carries.contains(&index) {
            continue;
        }
        let gave_up = exchange.status == 0
            && exchange
                .failure
                .as_deref()
                .is_some_and(|failure| failure.to_uppercase().contains("REDIRECT"));
        if !(300..400).contains(&exchange.status) && !gave_up {
            chain.clear();
            met.clear();
            pages.clear();
            continue;
        }
        chain.push((index, exchange));
        let times = met.entry(exchange.url.as_str()).or_default();
        *times += 1;
        if *times >= TURNS || (*times == TURNS - 1 && (Some(index) == last || gave_up)) {
            return first_turn(&chain, |other| other.url == exchange.url);
        }
        let steps = pages.entry(page_of(exchange)).or_default();
        *steps += 1;
        if *steps >= STEPS && (Some(index) == last || gave_up) {
            return first_turn(&chain, |other| page_of(other) == page_of(exchange));
        }
    }
    None
}

/// The first turn: what is set on the way is set there.
fn first_turn<'a>(
    chain: &[(usize, &'a Exchange)],
    again: impl Fn(&Exchange) -> bool,
) -> Option<Circle<'a>> {
    let mut turns = chain
        .iter()
        .enumerate()
        .filter(|(_, (_, other))| again(other))
        .map(|(position, _)| position);
    let (from, to) = (turns.next()?, turns.next()?);
    Some(chain.get(from..to)?.iter().map(|(_, exchange)| *exchange).collect())
}

/// An address without its parameters.
fn page_of(exchange: &Exchange) -> &str {
    exchange.url.split(['?', '#']).next().unwrap_or_default()
}

/// The same address but for its fragment.
fn same(left: &str, right: &str) -> bool {
    let bare = |url: &str| Address::parse(url);
    left == right || (bare(left).is_some() && bare(left) == bare(right))
}

fn circle_found(case: &Case, circle: &Circle<'_>) -> Finding {
    let addresses: Vec<Address> =
        circle.iter().filter_map(|exchange| Address::parse(&exchange.url)).collect();
    let shown: Vec<&str> = circle
        .iter()
        .take(4)
        .map(|exchange| exchange.url.split('?').next().unwrap_or(&exchange.url))
        .collect();
    let (headline, detail) = match shown.as_slice() {
        [one] => (
            "A page redirects to itself, before any SAML message",
            format!("{one} is answered with a redirect to {one}."),
        ),
        _ => (
            "Pages redirect in a circle, before any SAML message",
            format!("{} and back to the first.", shown.join(" → ")),
        ),
    };
    let mut finding = Finding::error(headline)
        .detail(detail)
        .at_all(circle.iter().take(4).map(|exchange| &exchange.place));
    let cookie = |exchange: &&&Exchange| {
        exchange.url.starts_with("http:")
            && exchange.set_cookies.iter().flatten().any(|cookie| cookie.secure)
    };
    let schemes: BTreeSet<&str> = addresses.iter().map(|address| address.scheme.as_str()).collect();
    let paths: BTreeSet<String> =
        addresses.iter().map(|address| address.path.trim_end_matches('/').to_lowercase()).collect();
    let causes: &[&CauseData] = if circle.iter().any(|exchange| cookie(&exchange)) {
        &[&SECURE_OVER_HTTP, &TLS_ENDS_BEFORE]
    } else if paths.len() == 1 && (schemes.len() > 1 || circle.len() == 1) {
        &[&TLS_ENDS_BEFORE, &TWO_RULES]
    } else if paths.len() == 1 {
        &[&TWO_RULES, &TLS_ENDS_BEFORE]
    } else {
        &[&SESSION_NOT_KEPT, &TWO_RULES]
    };
    for why in causes {
        finding = finding.because(why, case);
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::{SetCookie, Side};
    use diag_sdk::testing;

    fn led(hops: &[(&str, &str)]) -> Case {
        let hop = |(url, location): &(&str, &str)| Exchange {
            location: Some((*location).to_owned()).filter(|location| !location.is_empty()),
            ..testing::exchange(Side::Sp, "GET", url, if location.is_empty() { 200 } else { 302 })
        };
        Case { exchanges: hops.iter().map(hop).collect(), ..Case::default() }
    }

    fn told(case: &Case) -> Option<String> {
        REDIRECT_LOOP.judge(case).found().first().map(|found| found.causes[0].text.clone())
    }

    #[test]
    fn circles_before_any_message_have_their_reasons() {
        let (plain, tls) = ("http://sp.example/app", "https://sp.example/app");
        assert_eq!(
            told(&led(&[(tls, tls), (tls, tls), (tls, tls)])).as_deref(),
            Some(TLS_ENDS_BEFORE.text)
        );
        assert_eq!(
            told(&led(&[(tls, plain), (plain, tls), (tls, plain), (plain, tls), (tls, plain)]))
                .as_deref(),
            Some(TLS_ENDS_BEFORE.text)
        );
        let (slash, alias) = ("https://sp.example/app/", "https://www.sp.example/app");
        assert_eq!(
            told(&led(&[(tls, slash), (slash, tls), (tls, slash), (slash, tls), (tls, slash)]))
                .as_deref(),
            Some(TWO_RULES.text)
        );
        assert_eq!(
            told(&led(&[(tls, alias), (alias, tls), (tls, alias), (alias, tls), (tls, alias)]))
                .as_deref(),
            Some(TWO_RULES.text)
        );
        let login = "https://sp.example/login";
        assert_eq!(
            told(&led(&[(tls, login), (login, tls), (tls, login), (login, tls), (tls, login)]))
                .as_deref(),
            Some(SESSION_NOT_KEPT.text)
        );
    }

    #[test]
    fn a_way_that_ends_on_a_page_is_no_circle() {
        let page = "https://sp.example/app";
        assert_eq!(
            told(&led(&[(page, page), (page, page), (page, "")])),
            None,
            "a cookie was tried out"
        );
        assert_eq!(
            told(&led(&[(page, "https://sp.example/login"), ("https://sp.example/login", "")])),
            None
        );
    }

    #[test]
    fn a_page_that_leads_to_itself_with_other_parameters_goes_in_circles_after_a_while() {
        let pages: Vec<String> =
            (0..12).map(|turn| format!("https://sp.example/login?once={turn}")).collect();
        let hops = |count: usize| {
            pages
                .iter()
                .zip(&pages[1..])
                .take(count)
                .map(|(from, to)| (from.as_str(), to.as_str()))
                .collect::<Vec<_>>()
        };
        assert!(told(&led(&hops(9))).is_some());
        assert!(told(&led(&hops(4))).is_none());
        let mut out = hops(9);
        out.push((pages[9].as_str(), ""));
        assert!(told(&led(&out)).is_none(), "the last step is a page");
    }

    #[test]
    fn a_secure_cookie_over_http_is_named() {
        let (plain, login) = ("http://sp.example/app", "http://sp.example/login");
        let mut case =
            led(&[(plain, login), (login, plain), (plain, login), (login, plain), (plain, login)]);
        case.exchanges[1].set_cookies =
            Some(vec![SetCookie { name: "sid".to_owned(), secure: true, ..SetCookie::default() }]);
        assert_eq!(told(&case).as_deref(), Some(SECURE_OVER_HTTP.text));
    }
}
