//! The response answers a request that the service provider does not expect an answer to.

use diag_sdk::case::judgement::Fate;
use diag_sdk::case::message::{Carrier, Message, MessageKind};
use diag_sdk::host::host_of;
use diag_sdk::jiff::Timestamp;
use diag_sdk::view::Response;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Sited, Specification, Stage, Who, check, shown, spec,
};

static SECOND_TAB: CauseData = CauseData {
    text: "The sign-in was started twice (a second tab, the back button, an impatient second click), and the response answers the earlier request",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Close the other tabs and start once at the application; do not bookmark or go back to a log-in page",
};
static LOST_STATE: CauseData = CauseData {
    text: "The service provider no longer knows the request: it was restarted, another node received the response, or it keeps what it asked for in a session whose cookie did not come back",
    who: Who::Sp,
    setting: Setting::Gateway,
    fix: "Make the load balancer keep a browser on one node, or share the state of sign-ins between the nodes",
};
static OTHER_NODE: CauseData = CauseData {
    text: "Another node received the response than the one that sent the request, and the nodes do not share the sign-ins they began",
    who: Who::Sp,
    setting: Setting::Gateway,
    fix: "Share the state of sign-ins between the nodes, or make the load balancer keep a browser on one node also for the POST that comes from the identity provider's site (its cookie needs SameSite=None; Secure)",
};
static OTHER_BROWSER: CauseData = CauseData {
    text: "The response answers a request that was sent before, from a log-in page that was kept open, bookmarked or gone back to",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Start at the application; do not bookmark or go back to a log-in page",
};
static OF_THE_PROXY: CauseData = CauseData {
    text: "The identity provider asks another one in turn, and puts the id of its own request into the answer in place of the one it was asked by",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Have the identity provider in between answer with the id of the service provider's request; where it lost that one, see whether its session and cookie last through the sign-in",
};
static BOOKMARKED: CauseData = CauseData {
    text: "The sign-in began at the identity provider with a request that was made long before: its address was bookmarked, or stands in a link, and the service provider has long forgotten the request",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Start at the application, and correct the bookmark or link to its address",
};
static CACHED: CauseData = CauseData {
    text: "The redirect or page with the request came from a cache: everybody gets the same old request, which the service provider has long forgotten",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Let no cache keep answers of the service provider that begin a sign-in (Cache-Control: no-store), and purge what it keeps",
};
/// Seconds by which clocks may differ, and a page be made before it is sent.
const FRESH: i64 = 600;

check! {
    /// The response answers a request that the service provider does not expect an answer to.
    ///
    /// A service provider remembers the id of the request it sent and takes only the response to it.
    /// When a person starts a sign-in twice and finishes the first one, or goes back to an old log-in
    /// page, the response answers the wrong request and is refused, though nothing is misconfigured.
    /// The same happens when the node that sent the request is not the one that gets the response.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [first]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_first" Version="2.0" IssueInstant="{now}"/>
    ///
    /// [second]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_second" Version="2.0" IssueInstant="{now+5s}"/>
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" InResponseTo="_first" IssueInstant="{now+9s}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:first} @0s
    /// < 200
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:second} @5s
    /// < 200
    ///
    /// POST https://sense.example/azure/samlauthn/ @10s
    /// > SAMLResponse={post:response}
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_first" Version="2.0" IssueInstant="{now}"/>
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" InResponseTo="_first" IssueInstant="{now+9s}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request} @0s
    /// < 200
    ///
    /// POST https://sense.example/azure/samlauthn/ @10s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static IN_RESPONSE_TO_UNKNOWN = {
        id: "assertion/in-response-to-unknown",
        title: "The service provider does not expect the request that is answered",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::sp_or_loop(&[Meaning::InResponseTo, Meaning::NoSession])],
        logged: "The service provider does not remember the request that was answered",
        causes: [SECOND_TAB, LOST_STATE, OTHER_NODE, OTHER_BROWSER, CACHED, OF_THE_PROXY, BOOKMARKED],
        references: [
            Reference::section(Specification::SamlCore, "3.2.2"),
            Reference::section(Specification::SamlProfiles, "4.1.4.3"),
        ],
        run: run,
    }
}

const MEANINGS: &[Meaning] = &[Meaning::InResponseTo, Meaning::NoSession];

fn run(case: &Case, out: &mut Findings) {
    for response in case.responses() {
        let (Some(time), Some(answered)) = (response.time(), answered(&response)) else { continue };
        out.extend(judge(&response, time, answered));
    }
}

/// The request the response says it answers; the assertion's word counts where the response has none.
fn answered<'a>(response: &Response<'a>) -> Option<&'a Sited<String>> {
    response.message.in_response_to.as_ref().filter(|id| !id.value.is_empty()).or_else(|| {
        let bearer = response
            .assertion()?
            .confirmations
            .iter()
            .find(|confirmation| confirmation.method == spec::BEARER)?;
        bearer.in_response_to.as_ref()
    })
}

fn judge(response: &Response<'_>, time: Timestamp, answered: &Sited<String>) -> Option<Finding> {
    let contradiction = contradiction(response, answered);
    let requests = requests_before(response, time);
    let matching = requests.iter().position(|(_, id, _)| **id == answered.value);
    let other_node = other_node(response, answered);
    let answers_another = |at: usize| {
        let answered = requests.get(at).map(|(request, ..)| *request);
        response.refused() && answered.is_some_and(|request| is_of_another(response, request))
    };
    let of_proxy = matching.is_some_and(answers_another);
    let refused = response.refused() && !response.said_otherwise(MEANINGS);
    let said = response.refused() && response.said(MEANINGS) && !of_the_application(response);
    let last = requests.last();
    let old = matching
        .filter(|_| refused)
        .and_then(|at| days_before_it_was_sent(response, requests.get(at)?.0));
    let (headline, detail) = match (matching, last) {
        _ if contradiction.is_some() => (
            "Response and assertion answer different requests".to_owned(),
            "InResponseTo of the response and of the assertion's subject confirmation differ; one of them cannot match the request.".to_owned(),
        ),
        (Some(at), Some((_, _, sent))) if at + 1 < requests.len() => {
            let later = requests.len() - at - 1;
            (
                "The response answers an earlier request, not the last one".to_owned(),
                format!(
                    "The service provider sent {later} more request{} after the one that was answered, the last at {sent}. \
                     It keeps only the last in mind.",
                    if later == 1 { "" } else { "s" }
                ),
            )
        }
        (None, Some(_)) => (
            "The response answers a request this browser never carried".to_owned(),
            "None of the requests in the capture has the id in InResponseTo: it comes from another browser, another tab before the capture \
             began, or from a log-in page that was kept open."
                .to_owned(),
        ),
        (Some(_), _) if of_proxy => (
            "The response answers a request that another service provider sent".to_owned(),
            "The request with that id asks for the answer at another address than the response was sent to: it is the one by which an \
             identity provider in between asked another."
                .to_owned(),
        ),
        (Some(_), _) if said => (
            "The service provider does not remember the request it sent".to_owned(),
            format!(
                "{}\nThe response answers the very request that this browser carried: what was lost is the service provider's memory of it.{}",
                response.statement(MEANINGS).map_or_else(String::new, |said| said.quoted()),
                other_node.as_ref().map_or_else(String::new, |nodes| format!(" {nodes}"))
            ),
        ),
        (Some(_), _) if old.is_some() => (
            "The sign-in began with a request that was made long before".to_owned(),
            format!(
                "Nothing in the capture hands the request out, and it was {} days old when the browser sent it. A service provider takes \
                 answers to what it asked a moment ago.",
                old.unwrap_or_default()
            ),
        ),
        _ if said => (
            "The service provider does not know the request that was answered".to_owned(),
            response.statement(MEANINGS).map_or_else(String::new, |said| said.quoted()),
        ),
        _ => return None,
    };
    // Services differ in how many open requests they remember, so what was accepted is no fault.
    let severity = match response.fate() {
        Fate::Accepted => return None,
        Fate::Refused if said || refused && old.is_none() => Severity::Error,
        Fate::Refused | Fate::Open | Fate::Lost => Severity::Warning,
    };
    let mut finding = response
        .finding(severity, headline)
        .detail(detail)
        .at(&answered.place)
        .actual(shown::id(&answered.value), "Response/@InResponseTo");
    if severity == Severity::Warning {
        finding = finding.likely();
    }
    if let Some(other) = contradiction {
        finding =
            finding.at(&other.place).expected(shown::id(&answered.value), "Response/@InResponseTo");
        finding = finding.actual(shown::id(&other.value), "SubjectConfirmationData/@InResponseTo");
    } else if let Some((request, id, _)) = last.filter(|(_, id, _)| **id != answered.value) {
        finding = finding.expected(shown::id(id), "ID of the last request").at(&request.place);
    }
    let case = response.case;
    let earlier = matching.is_some_and(|at| at + 1 < requests.len());
    Some(match (matching, last) {
        _ if contradiction.is_some() => finding.because(&LOST_STATE, case),
        // Only somebody who asked twice can have finished the wrong one.
        _ if earlier => finding.because(&SECOND_TAB, case).because(&LOST_STATE, case),
        _ if of_proxy => finding.because(&OF_THE_PROXY, case),
        (Some(at), _)
            if requests.get(at).is_some_and(|(request, ..)| is_cached(response, request)) =>
        {
            finding.because(&CACHED, case).because(&LOST_STATE, case)
        }
        _ if old.is_some() && !said => finding.because(&BOOKMARKED, case),
        (Some(_), _) if other_node.is_some() => finding.because(&OTHER_NODE, case),
        (None, Some(_)) => finding.because(&OTHER_BROWSER, case).because(&LOST_STATE, case),
        _ => finding.because(&LOST_STATE, case).because(&OTHER_BROWSER, case),
    })
}

/// The request wants its answer at another host than the response went to, and its sender is none the response is for.
fn is_of_another(response: &Response<'_>, request: &Message) -> bool {
    let wanted = request.request.as_ref().and_then(|asked| asked.acs_url.as_ref());
    let wanted = wanted.and_then(|url| host_of(&url.value));
    let went = response.message.delivered_to().and_then(host_of);
    let conditions = response.assertion().and_then(|assertion| assertion.conditions.as_ref());
    let meant_for = conditions.map_or(&[][..], |conditions| &conditions.audiences);
    let sender = request.issuer.as_ref().map(|issuer| issuer.value.as_str());
    let is_for = |sender: &str| meant_for.iter().any(|audience| audience.value == sender);
    wanted.zip(went).is_some_and(|(wanted, went)| wanted != went)
        && !meant_for.is_empty()
        && sender.is_some_and(|sender| !is_for(sender))
}

/// What is missed is the session of the application, some pages after the response was taken and a session begun: the
/// request is not what anybody misses there.
fn of_the_application(response: &Response<'_>) -> bool {
    let case = response.case;
    let Some(said) = response.statement(MEANINGS) else { return false };
    let Some(index) = response.message.delivered_in() else { return false };
    let Some(receipt) = case.exchanges.get(index) else { return false };
    let Some(stated) = said.exchange.and_then(|at| case.exchanges.get(at)) else { return false };
    let begun = (300..400).contains(&receipt.status)
        && receipt.set_cookies.iter().flatten().any(|cookie| !cookie.removes);
    // Who refuses the response may lead to a page that says so.
    let led_to = receipt.location.as_deref() == Some(stated.url.as_str());
    said.meaning == Meaning::NoSession && begun && said.exchange != Some(index) && !led_to
}

/// The request was made long before the answer that handed it out: by a clock that agrees with the service provider's, which
/// answers the response a moment later.
fn is_cached(response: &Response<'_>, request: &Message) -> bool {
    let announced = handed_out(response.case, request).min();
    announced.is_some_and(|sent| age(response, request, sent) > FRESH)
}

/// How many days old the request was when the browser sent it, where that is a day or more and no answer handed it out.
fn days_before_it_was_sent(response: &Response<'_>, request: &Message) -> Option<i64> {
    const DAY: i64 = 86_400;
    let case = response.case;
    if handed_out(case, request).next().is_some() {
        return None;
    }
    let sent = |index: usize| case.exchanges.get(index)?.started;
    let sightings = request.sightings.iter().filter_map(|sighting| sighting.exchange);
    let days = age(response, request, sightings.filter_map(sent).min()?) / DAY;
    (days > 0).then_some(days)
}

/// When the answers were given that handed the request out.
fn handed_out<'c>(case: &'c Case, request: &'c Message) -> impl Iterator<Item = Timestamp> + 'c {
    request
        .sightings
        .iter()
        .filter(|sighting| matches!(sighting.carrier, Carrier::LocationHeader | Carrier::PageForm))
        .filter_map(|sighting| case.exchanges.get(sighting.exchange?)?.started)
}

/// Seconds from when the request was made to a moment; none by a clock that is wrong, or where nothing tells.
fn age(response: &Response<'_>, request: &Message, then: Timestamp) -> i64 {
    let apart = |left: Timestamp, right: Timestamp| left.as_second() - right.as_second();
    let receipt =
        response.message.delivered_in().and_then(|index| response.case.exchanges.get(index));
    let receipt = receipt.and_then(|receipt| receipt.started.zip(receipt.date));
    let clock_is_right = receipt.is_none_or(|(seen, told)| apart(seen, told).abs() <= FRESH);
    let made = request.issue_instant.as_ref().map(|made| made.value);
    made.filter(|_| clock_is_right).map_or(0, |made| apart(then, made))
}

/// The answers to where the request came from and where the response went name two nodes.
fn other_node(response: &Response<'_>, answered: &Sited<String>) -> Option<String> {
    let request = response
        .request()
        .filter(|request| request.xml_id.as_ref().is_some_and(|id| id.value == answered.value))?;
    let answer =
        response.message.delivered_in().and_then(|index| response.case.exchanges.get(index))?;
    let host = host_of(&answer.url);
    // The redirect or page that carried the request is the service provider's own answer.
    let made_by = request
        .sightings
        .iter()
        .filter_map(|sighting| response.case.exchanges.get(sighting.exchange?));
    let own = made_by.into_iter().find(|exchange| host_of(&exchange.url) == host)?;
    let header = own.answered_by.iter().find_map(|(name, first)| {
        let (_, second) = answer.answered_by.iter().find(|(other, _)| other == name)?;
        (first != second).then_some((name, first, second))
    });
    if let Some((name, first, second)) = header {
        return Some(format!(
            "The answer with the request came from {first}, the answer to the response from {second} (header {name})."
        ));
    }
    let (before, after) = (own.set_cookies.as_ref()?, answer.set_cookies.as_ref()?);
    let changed = before.iter().filter(|cookie| names_a_node(&cookie.name)).find_map(|cookie| {
        let again = after.iter().find(|other| other.name == cookie.name)?;
        (again.value != cookie.value && !again.removes).then_some(&cookie.name)
    })?;
    Some(format!(
        "The answer to the response sets the balancer's cookie {changed} to another value than the one that came with the request: it was another node."
    ))
}

/// Cookies by which load balancers keep a browser on one node, and which change only with the node.
fn names_a_node(cookie: &str) -> bool {
    const NAMES: &[&str] = &[
        "serverid",
        "routeid",
        "route",
        "srv",
        "node",
        "sticky",
        "stickysession",
        "ingresscookie",
        "backend",
        "lb",
        "arraffinity",
    ];
    NAMES.contains(&cookie.to_ascii_lowercase().as_str())
}

fn contradiction<'a>(
    response: &Response<'a>,
    answered: &Sited<String>,
) -> Option<&'a Sited<String>> {
    let assertion = response.assertion()?;
    let ids: Vec<&Sited<String>> = assertion
        .confirmations
        .iter()
        .filter_map(|confirmation| confirmation.in_response_to.as_ref())
        .collect();
    if ids.iter().any(|id| id.value == answered.value) { None } else { ids.first().copied() }
}

/// Requests of the same service provider that the browser carried before the response, in time order.
fn requests_before<'a>(
    response: &Response<'a>,
    time: Timestamp,
) -> Vec<(&'a Message, &'a String, Timestamp)> {
    let issuer = response
        .request()
        .map(|request| request.issuer.as_ref().map(|issuer| issuer.value.as_str()));
    let mut requests: Vec<_> = response
        .case
        .messages_of(MessageKind::AuthnRequest)
        // A broker in between sends requests of its own, under its own name.
        .filter(|request| {
            issuer.is_none_or(|issuer| {
                request.issuer.as_ref().map(|own| own.value.as_str()) == issuer
            })
        })
        .filter_map(|request| {
            Some((request, &request.xml_id.as_ref()?.value, request.delivered_at()?))
        })
        .filter(|(_, _, sent)| *sent <= time)
        .collect();
    requests.sort_by_key(|(_, _, sent)| *sent);
    requests
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::exchange::{Exchange, SetCookie, Side};
    use diag_sdk::case::message::{Carrier, Sighting};
    use diag_sdk::testing::{LANDING, exchange, from_post, levels, personal, says, sign_in};

    /// A second request of the same service provider, sent some seconds from the POST.
    fn second_request(case: &mut Case, seconds: i64) {
        let mut second = case.messages[0].clone();
        second.id = "m3".to_owned();
        second.xml_id = Some("_request-of-the-second-tab".into());
        second.sightings[0].time = Some(from_post(seconds).value);
        case.messages.push(second);
    }

    #[test]
    fn an_identity_provider_in_between_answers_its_own_request() {
        let mut case = sign_in(Outcome::RefusedBySp);
        says(&mut case, Meaning::InResponseTo);
        let first =
            |case: &Case| IN_RESPONSE_TO_UNKNOWN.judge(case).found()[0].causes[0].text.clone();
        assert_ne!(first(&case), OF_THE_PROXY.text);
        let asked = case.messages[0].request.get_or_insert_default();
        asked.acs_url = Some("https://proxy.example/acs".into());
        assert_ne!(first(&case), OF_THE_PROXY.text, "the service provider itself, by another name");
        case.messages[0].issuer = Some("https://proxy.example".into());
        assert_eq!(first(&case), OF_THE_PROXY.text);
    }

    #[test]
    fn a_clock_that_is_wrong_is_no_cache() {
        let mut case = sign_in(Outcome::RefusedBySp);
        says(&mut case, Meaning::InResponseTo);
        let redirect = case.exchanges.len();
        case.exchanges.push(Exchange {
            started: Some(from_post(-20).value),
            ..exchange(Side::Sp, "GET", LANDING, 302)
        });
        case.messages[0].sightings.push(Sighting {
            exchange: Some(redirect),
            carrier: Carrier::LocationHeader,
            ..Sighting::default()
        });
        case.messages[0].issue_instant = Some(from_post(-3 * 86_400));
        let cached = |case: &Case| {
            let judged = IN_RESPONSE_TO_UNKNOWN.judge(case);
            judged.found()[0].causes[0].text == CACHED.text
        };
        assert!(cached(&case));
        case.exchanges[1].started = Some(from_post(0).value);
        case.exchanges[1].date = Some(from_post(-3 * 86_400).value);
        assert!(!cached(&case), "the service provider's clock is three days behind");
    }

    #[test]
    fn a_request_that_was_made_days_before_comes_from_a_bookmark() {
        let judged = |days: i64| {
            let mut case = sign_in(Outcome::RefusedBySp);
            let sent = case.messages[0].sightings[0].time.expect("it was sent");
            case.messages[0].sightings.truncate(1);
            case.messages[0].sightings[0].carrier = Carrier::Query;
            case.messages[0].sightings[0].exchange = Some(0);
            case.exchanges[0].started = Some(sent);
            case.messages[0].issue_instant = Some(from_post(-days * 86_400));
            let judged = IN_RESPONSE_TO_UNKNOWN.judge(&case);
            judged.found().first().map(|found| (found.severity, found.causes[0].text.clone()))
        };
        assert_eq!(judged(0), None);
        assert_eq!(judged(114), Some((Severity::Warning, BOOKMARKED.text.to_owned())));
    }

    #[test]
    fn the_last_request_is_the_one_to_answer() {
        let mut case = sign_in(Outcome::RefusedBySp);
        assert!(levels(&IN_RESPONSE_TO_UNKNOWN, &case).is_empty());
        second_request(&mut case, -2);
        assert_eq!(levels(&IN_RESPONSE_TO_UNKNOWN, &case), [Severity::Error]);
        let outcome = IN_RESPONSE_TO_UNKNOWN.judge(&case);
        assert_eq!(outcome.found()[0].expected.as_deref(), Some("_request…-tab"));
    }

    #[test]
    fn a_second_tab_needs_a_second_request() {
        let mut case = sign_in(Outcome::RefusedBySp);
        says(&mut case, Meaning::InResponseTo);
        let judged = IN_RESPONSE_TO_UNKNOWN.judge(&case);
        let [finding] = judged.found() else { panic!("one finding") };
        assert_eq!((finding.severity, finding.expected.as_deref()), (Severity::Error, None));
        assert!(finding.causes.iter().all(|cause| cause.text != SECOND_TAB.text));
        second_request(&mut case, -2);
        assert_eq!(IN_RESPONSE_TO_UNKNOWN.judge(&case).found()[0].causes[0].text, SECOND_TAB.text);
    }

    #[test]
    fn a_balancers_cookie_tells_of_another_node() {
        let mut case = sign_in(Outcome::RefusedBySp);
        says(&mut case, Meaning::InResponseTo);
        let cookie = |value: &str| SetCookie {
            name: "SERVERID".to_owned(),
            value: personal(value).secret,
            ..SetCookie::default()
        };
        // The request came by a redirect of the service provider itself.
        case.exchanges.push(Exchange {
            set_cookies: Some(vec![cookie("one")]),
            ..exchange(Side::Sp, "GET", LANDING, 302)
        });
        let redirect = case.exchanges.len() - 1;
        case.messages[0].sightings.push(Sighting {
            exchange: Some(redirect),
            carrier: Carrier::LocationHeader,
            ..Sighting::default()
        });
        case.exchanges[1].set_cookies = Some(vec![cookie("one")]);
        assert_ne!(IN_RESPONSE_TO_UNKNOWN.judge(&case).found()[0].causes[0].text, OTHER_NODE.text);
        case.exchanges[1].set_cookies = Some(vec![cookie("two")]);
        assert_eq!(IN_RESPONSE_TO_UNKNOWN.judge(&case).found()[0].causes[0].text, OTHER_NODE.text);
        case.exchanges[1].set_cookies = Some(vec![cookie("one")]);
        case.exchanges[1].answered_by = vec![("x-backend".to_owned(), "chat-2".to_owned())];
        case.exchanges[redirect].answered_by = vec![("x-backend".to_owned(), "chat-1".to_owned())];
        let judged = IN_RESPONSE_TO_UNKNOWN.judge(&case);
        assert!(
            judged.found()[0].detail.as_deref().is_some_and(|detail| detail.contains("chat-1"))
        );
    }

    #[test]
    fn a_request_sent_after_the_response_does_not_count() {
        let mut case = sign_in(Outcome::RefusedBySp);
        second_request(&mut case, 2);
        assert!(levels(&IN_RESPONSE_TO_UNKNOWN, &case).is_empty());
    }

    #[test]
    fn a_request_of_a_broker_does_not_count() {
        let mut case = sign_in(Outcome::RefusedBySp);
        second_request(&mut case, -2);
        case.messages[2].issuer = Some("https://broker.example".into());
        assert!(levels(&IN_RESPONSE_TO_UNKNOWN, &case).is_empty());
    }

    #[test]
    fn an_unknown_request_matters_only_where_requests_were_captured() {
        let mut case = sign_in(Outcome::RefusedBySp);
        case.messages[1].in_response_to = Some("_somebody-elses-request".into());
        case.messages[1].assertions.clear();
        assert_eq!(levels(&IN_RESPONSE_TO_UNKNOWN, &case), [Severity::Error]);
        case.messages.remove(0);
        case.attempts[0].request = None;
        assert!(levels(&IN_RESPONSE_TO_UNKNOWN, &case).is_empty());
        says(&mut case, Meaning::InResponseTo);
        assert_eq!(levels(&IN_RESPONSE_TO_UNKNOWN, &case), [Severity::Error]);
    }

    #[test]
    fn what_was_accepted_is_silent_and_another_reason_makes_it_a_warning() {
        let mut case = sign_in(Outcome::SignedIn);
        second_request(&mut case, -2);
        assert!(levels(&IN_RESPONSE_TO_UNKNOWN, &case).is_empty());
        let mut case = sign_in(Outcome::RefusedBySp);
        second_request(&mut case, -2);
        says(&mut case, Meaning::Audience);
        assert_eq!(levels(&IN_RESPONSE_TO_UNKNOWN, &case), [Severity::Warning]);
    }

    #[test]
    fn response_and_assertion_must_agree() {
        let mut case = sign_in(Outcome::RefusedBySp);
        case.messages[1].assertions[0].confirmations[0].in_response_to = Some("_another".into());
        assert_eq!(levels(&IN_RESPONSE_TO_UNKNOWN, &case), [Severity::Error]);
    }
}
