//! `hosts/host-uri-differs-from-browser`: people come by another host than the one sign-ins end on.

use diag_sdk::case::attempt::{Attempt, LostCookie};
use diag_sdk::case::exchange::Side;
use diag_sdk::host::host_of;
use diag_sdk::view::{EntryPoint, Visit};
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Reference, Setting,
    Severity, Specification, Stage, Who, check,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

static ALIAS_IN_USE: CauseData = CauseData {
    text: "People use a short name, an alias or the load balancer's name; the session cookie belongs to the host of the ACS only",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Redirect the other name to this address before the service provider sees it, and hand out links with it only",
};

static HOST_URI_OUTDATED: CauseData = CauseData {
    text: "The host URI names a host that people do not use (any more)",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Set the host URI to the host people use, then register the ACS and Identifier that follow from it at the identity provider",
};

check! {
    /// People enter the service provider by another host name than the one its SAML host URI, and so its ACS, names.
    ///
    /// The response always goes to the ACS, and the session cookie set there belongs to that host. When the browser is then sent
    /// back to the short name, the alias or the load balancer's name that people typed, the cookie stays behind: no session, and
    /// the sign-in begins again, without end. The other way round the pending request was noted on one host and is looked for on
    /// the other. A capture that shows this is an error; the mere use of another name is a warning.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example",
    ///   "websocketCrossOriginWhiteList": ["sense.example", "bi.example"] }
    /// ```
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"
    ///   AssertionConsumerServiceURL="https://sense.example:443/azure/samlauthn/"/>
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_2" Version="2.0" IssueInstant="{now+3s}"
    ///   InResponseTo="_1"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:Response>
    ///
    /// GET https://bi.example/azure/hub @0s
    /// < 302
    /// < Location: https://idp.example/saml2?SAMLRequest={redirect:request}
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request} @1s
    /// < 200
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > Origin: https://idp.example
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://bi.example/azure/hub
    /// < Set-Cookie: X-Qlik-Session=abc; Path=/; Secure; SameSite=None
    ///
    /// GET https://bi.example/azure/hub @4s
    /// > Sec-Fetch-Dest: document
    /// < 401
    /// < Content-Type: text/html
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example",
    ///   "websocketCrossOriginWhiteList": ["sense.example", "bi.example"] }
    /// ```
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"
    ///   AssertionConsumerServiceURL="https://sense.example:443/azure/samlauthn/"/>
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_2" Version="2.0" IssueInstant="{now+3s}"
    ///   InResponseTo="_1"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:Response>
    ///
    /// GET https://sense.example/azure/hub @0s
    /// < 302
    /// < Location: https://idp.example/saml2?SAMLRequest={redirect:request}
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request} @1s
    /// < 200
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > Origin: https://idp.example
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// < Set-Cookie: X-Qlik-Session=abc; Path=/; Secure; SameSite=None
    ///
    /// GET https://sense.example/azure/hub @4s
    /// > Sec-Fetch-Dest: document
    /// < 200
    /// < Content-Type: text/html
    /// ```
    pub(crate) static HOST_URI_DIFFERS_FROM_BROWSER = {
        id: "hosts/host-uri-differs-from-browser",
        title: "People use another host than the SAML host URI",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Capture],
        explains: ["flow/session-cookie-lost", "flow/relay-state-lost", "flow/response-not-posted", "identity/required-attribute-missing"],
        accounts: [Account::sp_or_loop(&[Meaning::HostHeader, Meaning::RedirectRefused, Meaning::NoSession, Meaning::Destination, Meaning::RelayState]), Account::between(&[Meaning::HostHeader, Meaning::RedirectRefused, Meaning::NoSession, Meaning::Destination, Meaning::RelayState])],
        causes: [ALIAS_IN_USE, HOST_URI_OUTDATED],
        references: [
            Reference::section(Specification::Rfc(6265), "5.1.3").about("a cookie belongs to its host"),
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24").about("step 7c: SAML host URI"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: HashSet<String> = HashSet::new();
    let (landed, cookies) = (landed_on(case), decisive_cookies(case));
    for entry in case.entry_points() {
        let Some(own) = entry.own_host() else { continue };
        let visits = Visits::of(entry.visits());
        let mut proofs: HashMap<&str, Vec<&Attempt>> = HashMap::new();
        for attempt in case.attempts.iter().filter(|attempt| attempt.failed()) {
            for host in hosts_at_fault(case, attempt, &cookies, &visits, &own) {
                proofs.entry(host).or_default().push(attempt);
            }
        }
        for (host, there) in &visits.by_host {
            if *host == own || there.iter().all(|visit| visit.exchange.websocket) {
                continue;
            }
            let refused = there.first().filter(|visit| visit.refused_for_host());
            let mut proof = proofs.remove(host.as_str()).unwrap_or_default();
            if let Some(ended_there) = refused.and_then(|visit| visit.attempt)
                && !proof.iter().any(|attempt| attempt.id == ended_there.id)
            {
                proof.insert(0, ended_there);
            }
            // Whoever came by the alias and ended, signed in, on the host of the ACS has no trouble.
            let harmless = case.signed_in() && !landed.contains(host);
            if proof.is_empty() && refused.is_none() && harmless {
                continue;
            }
            told.insert(host.clone());
            let alias = Alias { host, own: &own, there, refused: refused.is_some() };
            out.push(finding(case, Some(&entry), &alias, &proof));
        }
    }
    // Of other products the host is known from where the response was posted to.
    if !case.relevant_configurations().any(|entry| entry.host_uri.is_some()) {
        without_configuration(case, &cookies, &mut told, out);
    }
}

/// What the browser did, by host.
struct Visits<'a> {
    by_host: BTreeMap<String, Vec<Visit<'a>>>,
    /// The host of each exchange.
    hosts: HashMap<usize, String>,
}

impl<'a> Visits<'a> {
    fn of(visits: impl IntoIterator<Item = Visit<'a>>) -> Self {
        let mut all = Self { by_host: BTreeMap::new(), hosts: HashMap::new() };
        for visit in visits {
            all.hosts.insert(visit.index, visit.host.clone());
            all.by_host.entry(visit.host.clone()).or_default().push(visit);
        }
        all
    }

    fn host(&self, exchange: usize) -> Option<&str> {
        self.hosts.get(&exchange).map(String::as_str)
    }
}

/// A host people come by that is not the one sign-ins end on.
struct Alias<'v, 'a> {
    host: &'v str,
    own: &'v str,
    there: &'v [Visit<'a>],
    /// The very first request to it was refused.
    refused: bool,
}

fn finding(
    case: &Case,
    entry: Option<&EntryPoint<'_>>,
    alias: &Alias<'_, '_>,
    proof: &[&Attempt],
) -> Finding {
    let Alias { host, own, there, refused } = alias;
    let severity = if *refused || !proof.is_empty() { Severity::Error } else { Severity::Warning };
    let uri = entry.and_then(|entry| entry.configuration.host_uri.as_ref());
    let origin = if uri.is_some() { "SAML host URI" } else { "the URL the response was posted to" };
    let lost = proof.iter().any(|attempt| unreachable(case, attempt, own));
    let detail = if lost {
        format!(
            "The sign-in begins on {host}, and the response is sent to {own}, which this browser cannot reach."
        )
    } else if *refused {
        format!(
            "The very first request to {host} is refused; the service provider expects to be called {own}."
        )
    } else {
        format!(
            "The sign-in begins on {host} and ends on {own}. The session cookie set on {own} is not sent to {host}, where people start again."
        )
    };
    let right = format!("https://{own}");
    let right = uri.map_or(right.as_str(), |uri| uri.value.as_str());
    let headline = format!("People use {host}, sign-ins end on {own}");
    let mut finding = match entry {
        Some(entry) => entry.finding(severity, headline),
        None => Finding::new(severity, headline),
    };
    finding = finding
        .detail(detail)
        .at_all(there.iter().take(2).map(|visit| &visit.exchange.place))
        .expected(*own, origin)
        .actual(*host, "the browser's requests")
        .difference(Difference::Host);
    let people = format!("https://{host}");
    let outdated = |finding: Finding| match entry.zip(uri) {
        Some((entry, uri)) => {
            finding.at(&uri.place).because_at(&HOST_URI_OUTDATED, entry, people.as_str())
        }
        None if lost => finding.because_with(&HOST_URI_OUTDATED, case, people.as_str()),
        None => finding,
    };
    // People cannot be led to a host that does not exist for them.
    finding = if lost {
        outdated(finding).because_with(&ALIAS_IN_USE, case, right)
    } else {
        outdated(finding.because_with(&ALIAS_IN_USE, case, right))
    };
    finding.attempts = proof.iter().map(|attempt| attempt.id.clone()).collect();
    finding
}

/// Lost cookies that explain a failure, by their attempt.
fn decisive_cookies(case: &Case) -> HashMap<&str, Vec<&LostCookie>> {
    let mut cookies: HashMap<&str, Vec<&LostCookie>> = HashMap::new();
    for cookie in case.lost_cookies.iter().filter(|cookie| cookie.decisive) {
        cookies.entry(cookie.attempt.as_deref().unwrap_or_default()).or_default().push(cookie);
    }
    cookies
}

/// Hosts for whose difference from the own one a failed attempt failed: the response was accepted on the
/// own one, and the person, back on the other, had no session; or a cookie of the one was due on the other.
fn hosts_at_fault<'v>(
    case: &Case,
    attempt: &Attempt,
    cookies: &HashMap<&str, Vec<&LostCookie>>,
    visits: &'v Visits<'_>,
    own: &str,
) -> BTreeSet<&'v str> {
    let after = attempt.consumption.map_or(0, |index| index + 1);
    let back = attempt.exchanges.iter().filter(|index| attempt.accepted() && **index >= after);
    let mut hosts: BTreeSet<&str> = back.filter_map(|index| visits.host(*index)).collect();
    // Where the host of the ACS does not exist for this browser, people have to come by the other one.
    if unreachable(case, attempt, own) {
        hosts.extend(
            attempt
                .exchanges
                .iter()
                .filter_map(|index| visits.host(*index))
                .filter(|host| *host != own),
        );
    }
    let is_own = |index: usize| {
        case.exchanges.get(index).and_then(|exchange| host_of(&exchange.url)).as_deref()
            == Some(own)
    };
    for cookie in cookies.get(attempt.id.as_str()).into_iter().flatten() {
        for (here, there) in
            [(cookie.missing_in, cookie.set_by), (cookie.set_by, cookie.missing_in)]
        {
            hosts.extend(visits.host(there).filter(|_| is_own(here)));
        }
    }
    hosts
}

/// The attempt ended where the response was to be posted, at that host, which the browser could not reach.
fn unreachable(case: &Case, attempt: &Attempt, own: &str) -> bool {
    const REASONS: &[&str] = &[
        "NAME_NOT_RESOLVED",
        "UNKNOWN_HOST",
        "ADDRESS_UNREACHABLE",
        "CONNECTION_REFUSED",
        "CONNECTION_TIMED_OUT",
        "INTERNET_DISCONNECTED",
    ];
    let posted = attempt.consumption.and_then(|index| case.exchanges.get(index));
    posted.is_some_and(|exchange| {
        let reason = exchange.failure.as_deref().unwrap_or_default().to_uppercase();
        exchange.status == 0
            && REASONS.iter().any(|known| reason.contains(known))
            && host_of(&exchange.url).as_deref() == Some(own)
    })
}

/// Hosts on which somebody who signed in ended, or to which they were sent last.
fn landed_on(case: &Case) -> HashSet<String> {
    let ends =
        case.attempts.iter().filter(|attempt| attempt.accepted()).filter_map(|attempt| attempt.end);
    let exchanges = ends.filter_map(|index| case.exchanges.get(index));
    exchanges
        .filter_map(|exchange| host_of(exchange.location.as_ref().unwrap_or(&exchange.url)))
        .collect()
}

/// Only what the capture proves is said.
fn without_configuration(
    case: &Case,
    cookies: &HashMap<&str, Vec<&LostCookie>>,
    told: &mut HashSet<String>,
    out: &mut Findings,
) {
    let pages =
        case.visits().filter(|visit| visit.exchange.navigation && visit.exchange.side == Side::Sp);
    let pages: HashMap<usize, Visit<'_>> = pages.map(|visit| (visit.index, visit)).collect();
    // The service provider says that it does not lead people to the host they came by.
    let responses = case.responses();
    let not_led_back = responses
        .iter()
        .filter(|response| response.said(&[Meaning::RedirectRefused]))
        .filter_map(|response| response.attempt);
    let not_led_back: HashSet<&str> = not_led_back.map(|attempt| attempt.id.as_str()).collect();
    for attempt in case.attempts.iter().filter(|attempt| attempt.failed()) {
        let consumption = attempt.consumption.and_then(|index| case.exchanges.get(index));
        let Some(own) = consumption.and_then(|exchange| host_of(&exchange.url)) else { continue };
        let elsewhere = attempt
            .exchanges
            .iter()
            .filter_map(|index| pages.get(index))
            .filter(|visit| visit.host != own);
        let visits = Visits::of(elsewhere.cloned());
        let Some(first) = visits.hosts.keys().min().and_then(|index| visits.host(*index)) else {
            continue;
        };
        let there = visits.by_host.get(first).map(Vec::as_slice).unwrap_or_default();
        let proven = not_led_back.contains(attempt.id.as_str())
            || hosts_at_fault(case, attempt, cookies, &visits, &own).contains(first);
        if proven && told.insert(first.to_owned()) {
            out.push(finding(
                case,
                None,
                &Alias { host: first, own: &own, there, refused: false },
                &[attempt],
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::exchange::Exchange;
    use diag_sdk::testing::{ended, entry_point_with, exchange, response, says_at};

    const ALIAS: &str = "https://bi.contoso.example/azure/hub";
    const ACS: &str = "https://sense.contoso.example/azure/samlauthn/";

    /// The virtual proxy with a host below a domain of its own, and that allow list.
    fn with_list(allow_list: &[&str]) -> Case {
        entry_point_with(|entry| {
            entry.host_uri = Some("https://sense.contoso.example".into());
            entry.acs_url = None;
            entry.host_allow_list = Some(allow_list.iter().map(|host| (*host).into()).collect());
        })
    }

    fn get(url: &str, status: u16) -> Exchange {
        exchange(Side::Sp, "GET", url, status)
    }

    #[test]
    fn a_host_that_does_not_exist_for_the_browser_is_not_the_right_one() {
        let mut case = with_list(&["contoso.example"]);
        let posted = Exchange {
            failure: Some("net::ERR_NAME_NOT_RESOLVED".to_owned()),
            ..exchange(Side::Sp, "POST", ACS, 0)
        };
        case.exchanges = vec![get(ALIAS, 302), posted];
        let outcome = Outcome::BrokenInTransit;
        case.attempts = vec![Attempt {
            id: "a1".into(),
            outcome,
            exchanges: vec![0, 1],
            consumption: Some(1),
            end: Some(1),
            ..Attempt::default()
        }];
        let found = HOST_URI_DIFFERS_FROM_BROWSER.judge(&case);
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(
            (finding.severity, finding.causes[0].value.as_deref()),
            (Severity::Error, Some("https://bi.contoso.example"))
        );
    }

    /// Alias, ACS, alias again.
    fn round_trip(outcome: Outcome) -> Case {
        let mut case = with_list(&["contoso.example"]);
        case.exchanges = vec![get(ALIAS, 302), get(ACS, 302), get(ALIAS, 302)];
        case.attempts = vec![Attempt {
            id: "a1".into(),
            outcome,
            exchanges: vec![0, 1, 2],
            consumption: Some(1),
            end: Some(2),
            ..Attempt::default()
        }];
        case
    }

    fn levels(case: &Case) -> Vec<Severity> {
        HOST_URI_DIFFERS_FROM_BROWSER
            .judge(case)
            .found()
            .iter()
            .map(|finding| finding.severity)
            .collect()
    }

    #[test]
    fn a_loop_or_refusal_back_on_the_alias_proves_it() {
        for outcome in [Outcome::Looping, Outcome::DeniedAfterSignIn] {
            let found = HOST_URI_DIFFERS_FROM_BROWSER.judge(&round_trip(outcome));
            let [finding] = found.found() else { panic!("one finding") };
            assert_eq!(finding.severity, Severity::Error);
            assert_eq!(finding.attempts, ["a1"]);
            assert_eq!(finding.causes[0].value.as_deref(), Some("https://sense.contoso.example"));
            assert_eq!(finding.causes[1].value.as_deref(), Some("https://bi.contoso.example"));
        }
    }

    #[test]
    fn another_failure_is_not_blamed_on_it() {
        assert_eq!(levels(&round_trip(Outcome::RefusedByIdp)), [Severity::Warning]);
        let mut case = round_trip(Outcome::DeniedAfterSignIn);
        case.exchanges[2] = get("https://sense.contoso.example/azure/hub", 401);
        assert_eq!(
            levels(&case),
            [Severity::Warning],
            "the page that was denied is on the right host"
        );
    }

    #[test]
    fn a_cookie_lost_between_the_two_hosts_proves_it() {
        let mut case = round_trip(Outcome::RefusedBySp);
        assert_eq!(levels(&case), [Severity::Warning]);
        case.lost_cookies = vec![LostCookie {
            set_by: 0,
            missing_in: 1,
            attempt: Some("a1".into()),
            decisive: true,
            ..LostCookie::default()
        }];
        assert_eq!(levels(&case), [Severity::Error]);
        case.lost_cookies[0].decisive = false;
        assert_eq!(levels(&case), [Severity::Warning]);
    }

    #[test]
    fn signed_in_on_the_right_host_is_silent_on_the_alias_a_warning() {
        let mut case = round_trip(Outcome::SignedIn);
        assert_eq!(levels(&case), [Severity::Warning]);
        case.exchanges[2] = get("https://sense.contoso.example/azure/hub", 200);
        assert_eq!(levels(&case), []);
        case.attempts[0].end = Some(1);
        case.exchanges[1].location = Some(ALIAS.into());
        assert_eq!(levels(&case), [Severity::Warning], "sent back to the alias last");
    }

    #[test]
    fn one_host_throughout_is_silent_whatever_its_letter_case_and_port() {
        let mut case = round_trip(Outcome::Looping);
        for index in [0, 2] {
            case.exchanges[index] = get("https://SENSE.contoso.example:443/azure/hub", 302);
        }
        assert_eq!(levels(&case), []);
    }

    #[test]
    fn a_refused_host_header_is_an_error() {
        let mut case = with_list(&["sense.contoso.example"]);
        case.exchanges = vec![get(ALIAS, 400)];
        case.attempts = vec![Attempt {
            id: "a1".into(),
            outcome: Outcome::RefusedBySp,
            exchanges: vec![0],
            ..Attempt::default()
        }];
        let found = HOST_URI_DIFFERS_FROM_BROWSER.judge(&case);
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(
            (finding.severity, finding.attempts.as_slice()),
            (Severity::Error, ["a1".to_owned()].as_slice())
        );
    }

    #[test]
    fn other_products_are_judged_by_the_url_of_the_post() {
        let mut case = round_trip(Outcome::Looping);
        case.sp_configurations.clear();
        assert_eq!(levels(&case), [Severity::Error]);
        case.attempts[0].outcome = Outcome::RefusedBySp;
        assert_eq!(levels(&case), []);
        // The service provider itself says that it does not lead there.
        case.messages = vec![response()];
        case.attempts[0].response = Some("m2".into());
        ended(&mut case, Outcome::RefusedBySp);
        says_at(&mut case, 1, Meaning::RedirectRefused, "");
        assert_eq!(levels(&case), [Severity::Error]);
    }
}
