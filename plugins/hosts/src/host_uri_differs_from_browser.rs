//! `hosts/host-uri-differs-from-browser`: people come by another host than the one sign-ins end on.

use crate::visits::{self, Visit};
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::sp_configuration::SpConfiguration;
use diag_sdk::host::host_of;
use diag_sdk::{Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Vendor, Who, check};
use std::collections::BTreeSet;

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
            "RFC 6265 section 5.1.3 (a cookie belongs to its host)",
            "Microsoft Learn: Microsoft Entra SSO integration with Qlik Sense Enterprise Client-Managed, step 7c (SAML host URI)",
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: BTreeSet<String> = BTreeSet::new();
    for entry in case.relevant_configurations() {
        let Some(own) = visits::own_host(case, entry) else { continue };
        let visits = visits::at(case, entry);
        let others: BTreeSet<&str> =
            visits.iter().filter(|visit| !visit.exchange.websocket).map(|visit| visit.host.as_str()).filter(|host| *host != own).collect();
        for host in others {
            let there: Vec<&Visit<'_>> = visits.iter().filter(|visit| visit.host == host).collect();
            let refused = there.first().filter(|visit| visit.refused_for_host());
            let ended_there = refused.and_then(|visit| case.attempt_at(visit.index)).map(|attempt| attempt.id.as_str());
            let proves = |attempt: &&Attempt| proves(case, attempt, &there, &own) || Some(attempt.id.as_str()) == ended_there;
            let proof: Vec<&Attempt> = case.attempts.iter().filter(proves).collect();
            let refused = refused.is_some();
            // Whoever came by the alias and ended, signed in, on the host of the ACS has no trouble.
            let harmless = case.signed_in() && !landed_on(case, host);
            if proof.is_empty() && !refused && harmless {
                continue;
            }
            told.insert(host.to_owned());
            out.push(finding(Some(entry), host, &own, &there, &proof, refused));
        }
    }
    for attempt in case.attempts.iter().filter(|attempt| attempt.failed()) {
        without_configuration(case, attempt, &mut told, out);
    }
}

fn finding(entry: Option<&SpConfiguration>, host: &str, own: &str, there: &[&Visit<'_>], proof: &[&Attempt], refused: bool) -> Finding {
    let severity = if refused || !proof.is_empty() { Severity::Error } else { Severity::Warning };
    let vendor = entry.map_or(Vendor::Other, |entry| entry.vendor);
    let uri = entry.and_then(|entry| entry.host_uri.as_ref());
    let origin = if uri.is_some() { "SAML host URI" } else { "the URL the response was posted to" };
    let detail = if refused {
        format!("The very first request to {host} is refused; the service provider expects to be called {own}.")
    } else {
        format!(
            "The sign-in begins on {host} and ends on {own}. The session cookie set on {own} is not sent to {host}, where people start again."
        )
    };
    let right = format!("https://{own}");
    let right = uri.map_or(right.as_str(), |uri| uri.value.as_str());
    let mut finding = Finding::new(severity, format!("People use {host}, sign-ins end on {own}"))
        .detail(detail)
        .at_all(there.iter().take(2).map(|visit| &visit.exchange.place))
        .expected(own, origin)
        .actual(host, "the browser's requests")
        .difference(Difference::Host)
        .cause_with(&ALIAS_IN_USE, vendor, None, Some(right));
    if let Some((entry, uri)) = entry.zip(uri) {
        let alternative = format!("https://{host}");
        finding = finding.at(&uri.place).cause_with(&HOST_URI_OUTDATED, entry.vendor, visits::object(entry), Some(&alternative));
    }
    let finding = proof.iter().fold(finding, |finding, attempt| finding.attempt(attempt.id.clone()));
    if severity == Severity::Warning { finding.likely() } else { finding }
}

/// The attempt failed because host and host URI differ: the response was accepted on the one host,
/// and the person, back on the other, had no session; or a cookie of the one was due on the other.
fn proves(case: &Case, attempt: &Attempt, there: &[&Visit<'_>], own: &str) -> bool {
    if !attempt.failed() {
        return false;
    }
    let visited = |from: usize| there.iter().any(|visit| visit.index >= from && attempt.exchanges.contains(&visit.index));
    let back_on_the_other = attempt.accepted() && visited(attempt.consumption.map_or(0, |index| index + 1));
    let host_at = |index: usize| case.exchanges.get(index).and_then(|exchange| host_of(&exchange.url));
    let is_there = |index: usize| there.iter().any(|visit| visit.index == index);
    let cookie =
        case.lost_cookies.iter().filter(|cookie| cookie.decisive && cookie.attempt.as_deref() == Some(attempt.id.as_str())).any(|cookie| {
            (is_there(cookie.set_by) && host_at(cookie.missing_in).as_deref() == Some(own))
                || (is_there(cookie.missing_in) && host_at(cookie.set_by).as_deref() == Some(own))
        });
    back_on_the_other || cookie
}

/// Somebody who signed in ended on that host, or was sent there last.
fn landed_on(case: &Case, host: &str) -> bool {
    let ends = case.attempts.iter().filter(|attempt| attempt.accepted()).filter_map(|attempt| attempt.end);
    ends.filter_map(|index| case.exchanges.get(index)).any(|exchange| {
        let last = exchange.location.as_ref().unwrap_or(&exchange.url);
        host_of(last).as_deref() == Some(host)
    })
}

/// Of other products the host is known from where the response was posted to; only what the capture
/// proves is said.
fn without_configuration(case: &Case, attempt: &Attempt, told: &mut BTreeSet<String>, out: &mut Findings) {
    let Some(own) = attempt.consumption.and_then(|index| case.exchanges.get(index)).and_then(|exchange| host_of(&exchange.url)) else {
        return;
    };
    if case.relevant_configurations().any(|entry| entry.host_uri.is_some()) {
        return;
    }
    let visits: Vec<Visit<'_>> = visits::all(case)
        .filter(|visit| visit.exchange.navigation && visit.exchange.side == diag_sdk::case::exchange::Side::Sp)
        .filter(|visit| visit.host != own && attempt.exchanges.contains(&visit.index))
        .collect();
    let Some(host) = visits.first().map(|visit| visit.host.clone()) else { return };
    let there: Vec<&Visit<'_>> = visits.iter().filter(|visit| visit.host == host).collect();
    if (proves(case, attempt, &there, &own) || will_not_lead_there(case, attempt)) && told.insert(host.clone()) {
        out.push(finding(None, &host, &own, &there, &[attempt], false));
    }
}

/// The service provider says that it does not lead people to the host they came by.
fn will_not_lead_there(case: &Case, attempt: &Attempt) -> bool {
    let response = attempt.response.as_deref().and_then(|id| case.message(id));
    response.is_some_and(|response| case.said_about(response).iter().any(|seen| seen.phrase.meaning == Meaning::RedirectRefused))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use diag_sdk::case::attempt::{LostCookie, Outcome};
    use diag_sdk::case::exchange::{Page, Phrase};
    use diag_sdk::case::message::Message;

    const ALIAS: &str = "https://bi.contoso.example/azure/hub";
    const ACS: &str = "https://sense.contoso.example/azure/samlauthn/";

    /// Alias, ACS, alias again.
    fn round_trip(outcome: Outcome) -> Case {
        let mut case = sample::case(&["contoso.example"]);
        case.exchanges = vec![sample::get(ALIAS, 302), sample::get(ACS, 302), sample::get(ALIAS, 302)];
        case.attempts =
            vec![Attempt { id: "a1".into(), outcome, exchanges: vec![0, 1, 2], consumption: Some(1), end: Some(2), ..Attempt::default() }];
        case
    }

    fn levels(case: &Case) -> Vec<Severity> {
        HOST_URI_DIFFERS_FROM_BROWSER.judge(case).found().iter().map(|finding| finding.severity).collect()
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
        case.exchanges[2] = sample::get("https://sense.contoso.example/azure/hub", 401);
        assert_eq!(levels(&case), [Severity::Warning], "the page that was denied is on the right host");
    }

    #[test]
    fn a_cookie_lost_between_the_two_hosts_proves_it() {
        let mut case = round_trip(Outcome::RefusedBySp);
        assert_eq!(levels(&case), [Severity::Warning]);
        case.lost_cookies =
            vec![LostCookie { set_by: 0, missing_in: 1, attempt: Some("a1".into()), decisive: true, ..LostCookie::default() }];
        assert_eq!(levels(&case), [Severity::Error]);
        case.lost_cookies[0].decisive = false;
        assert_eq!(levels(&case), [Severity::Warning]);
    }

    #[test]
    fn signed_in_on_the_right_host_is_silent_on_the_alias_a_warning() {
        let mut case = round_trip(Outcome::SignedIn);
        assert_eq!(levels(&case), [Severity::Warning]);
        case.exchanges[2] = sample::get("https://sense.contoso.example/azure/hub", 200);
        assert_eq!(levels(&case), []);
        case.attempts[0].end = Some(1);
        case.exchanges[1].location = Some(ALIAS.into());
        assert_eq!(levels(&case), [Severity::Warning], "sent back to the alias last");
    }

    #[test]
    fn one_host_throughout_is_silent_whatever_its_letter_case_and_port() {
        let mut case = round_trip(Outcome::Looping);
        for index in [0, 2] {
            case.exchanges[index] = sample::get("https://SENSE.contoso.example:443/azure/hub", 302);
        }
        assert_eq!(levels(&case), []);
    }

    #[test]
    fn a_refused_host_header_is_an_error() {
        let mut case = sample::case(&["sense.contoso.example"]);
        case.exchanges = vec![sample::get(ALIAS, 400)];
        case.attempts = vec![Attempt { id: "a1".into(), outcome: Outcome::RefusedBySp, exchanges: vec![0], ..Attempt::default() }];
        let found = HOST_URI_DIFFERS_FROM_BROWSER.judge(&case);
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!((finding.severity, finding.attempts.as_slice()), (Severity::Error, ["a1".to_owned()].as_slice()));
    }

    #[test]
    fn other_products_are_judged_by_the_url_of_the_post() {
        let mut case = round_trip(Outcome::Looping);
        case.sp_configurations.clear();
        assert_eq!(levels(&case), [Severity::Error]);
        case.attempts[0].outcome = Outcome::RefusedBySp;
        assert_eq!(levels(&case), []);
        // The service provider itself says that it does not lead there.
        let phrase = Phrase { meaning: Meaning::RedirectRefused, ..Phrase::default() };
        case.exchanges[1].page = Some(Page { error: true, phrases: vec![phrase], ..Page::default() });
        case.messages = vec![Message { id: "m1".into(), ..Message::default() }];
        case.attempts[0].response = Some("m1".into());
        assert_eq!(levels(&case), [Severity::Error]);
    }
}
