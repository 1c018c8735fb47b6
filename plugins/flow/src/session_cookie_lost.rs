//! A cookie the sign-in depends on was set and did not come back.

mod written_over;

use diag_sdk::case::attempt::{Attempt, AttemptKind, LostCookie, Outcome};
use diag_sdk::case::exchange::{Exchange, SameSite, Side};
use diag_sdk::case::message::Carrier;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static STRICT: CauseData = CauseData {
    text: "The cookie is SameSite=Strict: browsers leave it out of everything that follows a navigation from another site, the redirect after the response included",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Set SameSite=Lax for a session that begins at the ACS, SameSite=None with Secure for a cookie the ACS itself needs",
};
static LAX: CauseData = CauseData {
    text: "The cookie is SameSite=Lax, and the response arrives as a POST from another site, with which Lax cookies are not sent",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Set SameSite=None together with Secure",
};
static LAX_BY_DEFAULT: CauseData = CauseData {
    text: "The cookie has no SameSite attribute; browsers then treat it as Lax, and send it with a POST from another site only within two minutes",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Set SameSite=None together with Secure",
};
static NONE_WITHOUT_SECURE: CauseData = CauseData {
    text: "The cookie is SameSite=None without Secure, and browsers reject such cookies",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Set Secure as well",
};
static NONE_OVER_HTTP: CauseData = CauseData {
    text: "The cookie is SameSite=None without Secure, which browsers reject, and people come over http, where a Secure cookie would not be kept either",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Serve the application over https first, and use https in every address of the sign-in; then set Secure as well",
};
static DOMAIN: CauseData = CauseData {
    text: "The cookie's Domain does not cover the host that sets it, and browsers reject such cookies",
    who: Who::Sp,
    setting: Setting::SpSessionCookieDomain,
    fix: "Clear the cookie domain, or set one that the host lies in",
};
static OTHER_HOST: CauseData = CauseData {
    text: "The cookie belongs to one host name of the service provider and is needed on another: people come by an alias, and the ACS is under the other name",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Lead people to one host name only, the one of the ACS, or build the ACS from the host they use",
};
static SCHEME: CauseData = CauseData {
    text: "The cookie is set over one of http and https and needed over the other",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Use https all the way, and let the gateway tell the service provider so",
};
static PATH: CauseData = CauseData {
    text: "The cookie's Path does not include the place where it is needed",
    who: Who::Sp,
    setting: Setting::SpSessionCookiePath,
    fix: "Set the path to /",
};
static PREFIX: CauseData = CauseData {
    text: "The cookie's name begins with __Host- or __Secure- and its attributes do not fulfil what that prefix demands",
    who: Who::Sp,
    setting: Setting::SpSessionCookieName,
    fix: "Set Secure (and for __Host- Path=/ without Domain), or rename the cookie",
};
static NOT_RECORDED: CauseData = CauseData {
    text: "The cookie set with the request did not come with the response; which of its attributes kept it back cannot be told, as the capture holds no cookies",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Set SameSite=None together with Secure and Path=/, without a Domain, for the cookie that the ACS needs; to see which it is, record again with sensitive data",
};
static OTHER_NODE: CauseData = CauseData {
    text: "Several nodes stand behind one name, each keeps the sign-ins it began to itself, and the response reached another one",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Keep a browser on one node through the whole sign-in, by a cookie that also comes with posts of other sites (SameSite=None; Secure), or share the sessions",
};
static HELD_BACK: CauseData = CauseData {
    text: "The cookie is set as it should be, and the browser or device holds it back: blocking of cookies in frames, private mode, an app's own browser, a policy",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Try another browser or a window of its own; then allow cookies of this site there, or keep the sign-in out of frames",
};
static NONE_WAS_SET: CauseData = CauseData {
    text: "The service provider set no cookie with its request: nobody agreed to cookies yet and it counts this one as optional, or it cannot set any there",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Mark the cookie that carries the sign-in as essential, so that it is set before anybody agrees to cookies",
};
/// What a service provider says that does not find the sign-in it began.
const LOST: &[Meaning] =
    &[Meaning::NoSession, Meaning::InResponseTo, Meaning::RelayState, Meaning::Unsolicited];

check! {
    /// A cookie the sign-in depends on was set and did not come back.
    ///
    /// A service provider sets a cookie when it sends the request, to know the browser again when the
    /// response arrives, and a session cookie when it has accepted the response. When the browser rejects
    /// one of them, or may not send it where it is due, the service provider does not recognise the
    /// person: it refuses the response as unexpected, or starts over in a loop. Browsers never say so on
    /// the page; the attributes of the cookie tell.
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
    /// > Cookie: theme=dark
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}
    /// < Set-Cookie: pending=abc; Path=/; SameSite=None
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @1s
    /// < 200
    ///
    /// POST https://sp.example/acs @9s
    /// > Cookie: theme=dark
    /// > Origin: https://idp.example
    /// > SAMLResponse={post:answer}
    /// < 400
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
    /// GET https://sp.example/app @0s
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}
    /// < Set-Cookie: pending=abc; Path=/; Secure; SameSite=None
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @1s
    /// < 200
    ///
    /// POST https://sp.example/acs @9s
    /// > Cookie: pending=abc
    /// > Origin: https://idp.example
    /// > SAMLResponse={post:answer}
    /// < 400
    /// ```
    pub static SESSION_COOKIE_LOST = {
        id: "flow/session-cookie-lost",
        title: "A cookie the sign-in depends on did not come back",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Session,
        needs: [Need::Capture],
        explains: ["assertion/in-response-to-unknown", "assertion/unsolicited", "flow/relay-state-lost", "identity/required-attribute-missing"],
        accounts: [Account::sp_or_loop(&[Meaning::NoSession, Meaning::InResponseTo, Meaning::RelayState, Meaning::Unsolicited])],
        causes: [STRICT, LAX, LAX_BY_DEFAULT, NONE_WITHOUT_SECURE, NONE_OVER_HTTP, DOMAIN, OTHER_HOST, SCHEME, PATH, PREFIX, NOT_RECORDED, OTHER_NODE, HELD_BACK, NONE_WAS_SET, written_over::ONE_NAME_FOR_TWO],
        references: [
            Reference::sections(Specification::CookiesDraft, "5.6", &["5.7", "8.8"]),
            Reference::section(Specification::Rfc(6265), "5.3"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: Vec<(&str, &str)> = Vec::new();
    let mut together: Vec<(usize, &str)> = Vec::new();
    let moved: Vec<Moved<'_>> =
        case.sign_in_attempts().filter_map(|attempt| moved(case, attempt)).collect();
    let by_node = |lost: &LostCookie| {
        moved.iter().any(|moved| lost.attempt.as_ref() == Some(&moved.attempt.id))
            && keeps_the_node(&lost.name)
    };
    for lost in case.lost_cookies.iter().filter(|lost| lost.decisive && !by_node(lost)) {
        let key = (lost.name.as_str(), lost.reason.as_str());
        if told.contains(&key) {
            continue;
        }
        told.push(key);
        // What one answer sets and loses for the same reason is one loss, in how many cookies it may come.
        if together.contains(&(lost.set_by, lost.reason.as_str())) {
            continue;
        }
        together.push((lost.set_by, &lost.reason));
        let mut names: Vec<&str> = case
            .lost_cookies
            .iter()
            .filter(|other| {
                other.decisive && other.set_by == lost.set_by && other.reason == lost.reason
            })
            .map(|other| other.name.as_str())
            .collect();
        names.dedup();
        let same: Vec<&LostCookie> = case
            .lost_cookies
            .iter()
            .filter(|other| other.decisive && (other.name.as_str(), other.reason.as_str()) == key)
            .collect();
        let Some(why) = cause(&lost.reason) else { continue };
        let setter = case.exchanges.get(lost.set_by);
        // Over http Secure alone would lose the cookie for good.
        let over_http = setter.is_some_and(|exchange| exchange.url.starts_with("http:"));
        let why =
            if over_http && lost.reason == "none-without-secure" { &NONE_OVER_HTTP } else { why };
        let due = case.exchanges.get(lost.missing_in);
        let again = if same.len() > 1 {
            format!(" This happened {} times.", same.len())
        } else {
            String::new()
        };
        let detail = format!(
            "Set by {} ({}), missing in {}.{again}",
            setter.map(shown).unwrap_or_default(),
            setter.map(|exchange| attributes(exchange, &lost.name)).unwrap_or_default(),
            due.map(shown).unwrap_or_default(),
        );
        let mut finding = Finding::error(match names.as_slice() {
            [_, _, ..] => {
                format!("The cookies {} were set and did not come back", names.join(", "))
            }
            _ => format!("The cookie {} was set and did not come back", lost.name),
        })
        .detail(detail)
        .at(&lost.place)
        .at_all(due.map(|exchange| &exchange.place))
        .cause(why, case.sp_vendor);
        for other in same {
            finding = finding.attempt(other.attempt.clone().unwrap_or_default());
        }
        out.push(finding);
    }
    out.extend(moved.iter().map(|moved| other_node(case, moved)));
    let explained: Vec<&Option<String>> =
        case.lost_cookies.iter().filter(|lost| lost.decisive).map(|lost| &lost.attempt).collect();
    for attempt in
        case.sign_in_attempts().filter(|attempt| !explained.contains(&&Some(attempt.id.clone())))
    {
        if moved.iter().any(|moved| moved.attempt.id == attempt.id) {
            continue;
        }
        let found = written_over::written_over(case, attempt)
            .or_else(|| held_back(case, attempt))
            .or_else(|| none_was_set(case, attempt))
            .or_else(|| missed_by_the_service(case, attempt));
        out.extend(found);
    }
}

/// A sign-in that another node finished than the one that began it.
struct Moved<'a> {
    attempt: &'a Attempt,
    receipt: &'a Exchange,
    header: &'a str,
    from: &'a str,
    to: &'a str,
}

/// The service provider does not know the sign-in, and headers name different machines at its begin and end.
fn moved<'a>(case: &'a Case, attempt: &'a Attempt) -> Option<Moved<'a>> {
    missed(case, attempt).then_some(())?;
    let (_, issued) = begun(case, attempt)?;
    let receipt = case.exchanges.get(attempt.consumption?)?;
    issued.answered_by.iter().find_map(|(header, from)| {
        let (_, to) =
            receipt.answered_by.iter().find(|(other, to)| other == header && to != from)?;
        (names_a_machine(header, from) && names_a_machine(header, to)).then_some(Moved {
            attempt,
            receipt,
            header,
            from,
            to,
        })
    })
}

/// A header of proxies names many things; a number at the end of one short name tells machines apart.
fn names_a_machine(header: &str, value: &str) -> bool {
    let name = value.rsplit(' ').next().unwrap_or(value);
    header != "via"
        || (!value.contains(',')
            && !name.contains('.')
            && name.ends_with(|last: char| last.is_ascii_digit()))
}

/// Cookies by which balancers keep a browser on one node.
fn keeps_the_node(cookie: &str) -> bool {
    const NAMES: &[&str] = &[
        "serverid", "route", "awsalb", "sticky", "affinity", "backend", "bigip", "node", "lb",
        "srv",
    ];
    NAMES.iter().any(|name| cookie.to_lowercase().contains(name))
}

fn other_node(case: &Case, moved: &Moved<'_>) -> Finding {
    let kept = case.lost_cookies.iter().find(|lost| {
        lost.attempt.as_ref() == Some(&moved.attempt.id) && keeps_the_node(&lost.name)
    });
    let lost = kept
        .map(|lost| {
            format!(
                " The cookie {} that keeps a browser on one node did not come with the response.",
                lost.name
            )
        })
        .unwrap_or_default();
    Finding::error("Another node got the response than the one that asked")
        .detail(format!(
            "{} {}: the service provider does not know the request.{lost}",
            moved.receipt.method,
            shown(moved.receipt).trim_start_matches("POST ")
        ))
        .expected(moved.from, format!("{} of the answer that sent the request", moved.header))
        .actual(moved.to, format!("{} of the answer to the response", moved.header))
        .at(&moved.receipt.place)
        .at_all(kept.map(|lost| &lost.place))
        .attempt(moved.attempt.id.clone())
        .because(&OTHER_NODE, case)
}

/// The answer with which the sign-in began.
fn begun<'a>(case: &'a Case, attempt: &Attempt) -> Option<(usize, &'a Exchange)> {
    let request = case.message(attempt.request.as_deref()?)?;
    let sent = |carrier: Carrier| matches!(carrier, Carrier::LocationHeader | Carrier::PageForm);
    let index = request.sightings.iter().find(|sighting| sent(sighting.carrier))?.exchange?;
    Some((index, case.exchanges.get(index)?))
}

/// The service provider says that it does not know the sign-in, or asks over and over.
fn missed(case: &Case, attempt: &Attempt) -> bool {
    let stated = || case.failure_of(attempt).is_some_and(|failure| failure.means(LOST));
    attempt.outcome == Outcome::Looping || (attempt.outcome == Outcome::RefusedBySp && stated())
}

/// No rule for cookies explains that it is missing.
fn held_back(case: &Case, attempt: &Attempt) -> Option<Finding> {
    missed(case, attempt).then_some(())?;
    let lost = case
        .lost_cookies
        .iter()
        .find(|lost| lost.attempt.as_ref() == Some(&attempt.id) && lost.reason == "unknown")?;
    // A capture in which no cookie was ever sent may not show them.
    let shows_cookies = case
        .exchanges
        .iter()
        .any(|exchange| exchange.cookies.as_ref().is_some_and(|cookies| !cookies.is_empty()));
    let (setter, due) = (case.exchanges.get(lost.set_by)?, case.exchanges.get(lost.missing_in)?);
    shows_cookies.then(|| {
        Finding::error(format!("The cookie {} was set well and did not come back", lost.name))
            .detail(format!(
                "Set by {} ({}), missing in {}.",
                shown(setter),
                attributes(setter, &lost.name),
                shown(due)
            ))
            .at(&lost.place)
            .at(&due.place)
            .attempt(attempt.id.clone())
            .because(&HELD_BACK, case)
    })
}

/// The service provider misses a cookie, and the capture shows that it set none.
fn none_was_set(case: &Case, attempt: &Attempt) -> Option<Finding> {
    (attempt.outcome == Outcome::RefusedBySp && missed(case, attempt)).then_some(())?;
    let (index, issued) = begun(case, attempt)?;
    let receipt = case.exchanges.get(attempt.consumption?)?;
    let came_without = receipt.cookies.as_ref().is_some_and(Vec::is_empty);
    let shows_cookies = case
        .exchanges
        .iter()
        .any(|exchange| exchange.cookies.as_ref().is_some_and(|cookies| !cookies.is_empty()));
    let set = attempt
        .exchanges
        .iter()
        .filter(|other| **other <= index)
        .filter_map(|other| case.exchanges.get(*other));
    let set_none = set
        .filter(|exchange| exchange.side == Side::Sp)
        .all(|exchange| exchange.set_cookies.iter().flatten().next().is_none());
    if !(came_without && shows_cookies && set_none) {
        return None;
    }
    let failure = case.failure_of(attempt)?;
    let names_cookies = failure.said.iter().any(|said| said.text.to_lowercase().contains("cookie"));
    let severity = if names_cookies { Severity::Error } else { Severity::Warning };
    let finding = Finding::new(severity, "The service provider set no cookie with its request")
        .detail(
            format!(
                "{} sets none, and {} came without one. {}",
                shown(issued),
                shown(receipt),
                failure.words().unwrap_or_default()
            )
            .trim()
            .to_owned(),
        )
        .at(&issued.place)
        .at(&receipt.place)
        .attempt(attempt.id.clone())
        .because(&NONE_WAS_SET, case);
    Some(if names_cookies { finding } else { finding.likely() })
}

/// The service provider says that it does not know the browser again, and the capture was recorded without cookies.
fn missed_by_the_service(case: &Case, attempt: &Attempt) -> Option<Finding> {
    if attempt.kind != AttemptKind::SignIn || attempt.outcome != Outcome::RefusedBySp {
        return None;
    }
    let receipt =
        case.exchanges.get(attempt.consumption?).filter(|exchange| exchange.cookies.is_none())?;
    let response = case.message(attempt.response.as_deref()?)?;
    // A response nobody asked for has no session to belong to.
    response.in_response_to.as_ref()?;
    let said = case
        .said_about(response)
        .into_iter()
        .find(|seen| seen.phrase.meaning == Meaning::NoSession)?;
    let finding =
        Finding::error("The service provider misses the session it began the sign-in with")
            .detail(format!("At {} it says: {}", shown(receipt), said.phrase.text))
            .at(&receipt.place)
            .cause(&NOT_RECORDED, case.sp_vendor);
    Some(finding.attempt(attempt.id.clone()))
}

fn cause(reason: &str) -> Option<&'static CauseData> {
    Some(match reason {
        "same-site-strict" => &STRICT,
        "same-site-lax" => &LAX,
        "same-site-default" => &LAX_BY_DEFAULT,
        "none-without-secure" => &NONE_WITHOUT_SECURE,
        "domain" => &DOMAIN,
        "host" => &OTHER_HOST,
        "scheme" | "secure" => &SCHEME,
        "path" => &PATH,
        "prefix" => &PREFIX,
        _ => return None,
    })
}

fn shown(exchange: &Exchange) -> String {
    format!("{} {}", exchange.method, exchange.url.split('?').next().unwrap_or(&exchange.url))
}

/// The attributes of a cookie as its header gives them, never its value.
fn attributes(setter: &Exchange, name: &str) -> String {
    let Some(cookie) = setter.set_cookies.iter().flatten().find(|cookie| cookie.name == name)
    else {
        return "attributes unknown".to_owned();
    };
    let mut parts = Vec::new();
    if let Some(domain) = cookie.domain.as_deref().filter(|domain| !domain.is_empty()) {
        parts.push(format!("Domain={domain}"));
    }
    if let Some(path) = &cookie.path {
        parts.push(format!("Path={path}"));
    }
    if cookie.secure {
        parts.push("Secure".to_owned());
    }
    match cookie.same_site {
        SameSite::Absent => parts.push("no SameSite".to_owned()),
        SameSite::None => parts.push("SameSite=None".to_owned()),
        SameSite::Lax => parts.push("SameSite=Lax".to_owned()),
        SameSite::Strict => parts.push("SameSite=Strict".to_owned()),
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::{Page, Phrase, SentCookie};
    use diag_sdk::case::message::{Message, MessageKind, Sighting};
    use diag_sdk::testing;

    #[test]
    fn the_word_of_the_service_counts_where_no_cookies_were_recorded() {
        let told = |cookies: Option<Vec<SentCookie>>, in_response_to: Option<&str>| {
            let phrase = Phrase {
                meaning: Meaning::NoSession,
                text: "No pending login".into(),
                ..Phrase::default()
            };
            let page = Page { error: true, phrases: vec![phrase], ..Page::default() };
            let receipt = Exchange {
                method: "POST".into(),
                status: 401,
                side: Side::Sp,
                page: Some(page),
                cookies,
                ..Exchange::default()
            };
            let response = Message {
                id: "m1".into(),
                kind: MessageKind::Response,
                in_response_to: in_response_to.map(Into::into),
                ..Message::default()
            };
            let attempt = Attempt {
                id: "a1".into(),
                outcome: Outcome::RefusedBySp,
                response: Some("m1".into()),
                consumption: Some(0),
                exchanges: vec![0],
                ..Attempt::default()
            };
            let case = Case {
                exchanges: vec![receipt],
                messages: vec![response],
                attempts: vec![attempt],
                ..Case::default()
            };
            SESSION_COOKIE_LOST.judge(&case).found().len()
        };
        assert_eq!(told(None, Some("_1")), 1);
        assert_eq!(told(Some(Vec::new()), Some("_1")), 0, "the recorded cookies tell");
        assert_eq!(told(None, None), 0);
    }

    #[test]
    fn a_cookie_nobody_missed_is_no_matter() {
        let lost = |decisive| LostCookie {
            name: "sid".into(),
            reason: "same-site-strict".into(),
            decisive,
            ..LostCookie::default()
        };
        let case = |decisive| Case {
            lost_cookies: vec![lost(decisive), lost(decisive)],
            exchanges: vec![Exchange::default()],
            ..Case::default()
        };
        assert!(SESSION_COOKIE_LOST.judge(&case(false)).found().is_empty());
        let judged = SESSION_COOKIE_LOST.judge(&case(true));
        assert_eq!(judged.found().len(), 1, "the same loss is told once");
        assert!(
            judged.found()[0].detail.as_deref().is_some_and(|detail| detail.contains("2 times"))
        );
    }

    /// A sign-in whose state the service provider does not know again; each end told by its headers and cookies.
    fn missed_sign_in(from: &str, to: &str, cookies: Option<&[&str]>) -> Case {
        let mut case = testing::sign_in(Outcome::RefusedBySp);
        testing::says(&mut case, Meaning::InResponseTo);
        let node = |name: &str| vec![("x-backend".to_owned(), name.to_owned())];
        let mut issued = testing::exchange(Side::Sp, "GET", "https://sp.example/", 302);
        issued.answered_by = node(from);
        let sent = |names: &&[&str]| {
            names
                .iter()
                .map(|name| SentCookie { name: (*name).to_owned(), ..SentCookie::default() })
                .collect()
        };
        case.exchanges[1].answered_by = node(to);
        case.exchanges[1].cookies = cookies.as_ref().map(sent);
        case.exchanges.push(issued);
        let mut elsewhere = testing::exchange(Side::Idp, "GET", testing::SSO_URL, 200);
        elsewhere.cookies =
            Some(vec![SentCookie { name: "ids".to_owned(), ..SentCookie::default() }]);
        case.exchanges.push(elsewhere);
        let begun =
            Sighting { exchange: Some(2), carrier: Carrier::LocationHeader, ..Sighting::default() };
        case.messages[0].sightings.insert(0, begun);
        case.messages[0].delivery = case.messages[0].delivery.map(|delivery| delivery + 1);
        case
    }

    fn first_cause(case: &Case) -> Option<String> {
        SESSION_COOKIE_LOST.judge(case).found().first().map(|found| found.causes[0].text.clone())
    }

    #[test]
    fn another_node_is_told_by_its_header() {
        assert_eq!(
            first_cause(&missed_sign_in("app-1", "app-2", Some(&["sid"]))).as_deref(),
            Some(OTHER_NODE.text)
        );
        assert_eq!(first_cause(&missed_sign_in("app-1", "app-1", Some(&["sid"]))), None);
        assert!(
            names_a_machine("via", "1.1 rp01")
                && !names_a_machine("via", "1.1 a1b2.cdn.example")
                && names_a_machine("x-node", "a")
        );
    }

    #[test]
    fn no_cookie_at_all_is_a_matter_of_the_service() {
        assert_eq!(
            first_cause(&missed_sign_in("a", "a", Some(&[]))).as_deref(),
            Some(NONE_WAS_SET.text)
        );
        assert_eq!(first_cause(&missed_sign_in("a", "a", Some(&["sid"]))), None);
        let mut set = missed_sign_in("a", "a", Some(&[]));
        set.exchanges[2].set_cookies = Some(vec![diag_sdk::case::exchange::SetCookie::default()]);
        set.attempts[0].exchanges.push(2);
        assert_eq!(first_cause(&set), None);
    }

    #[test]
    fn a_cookie_that_no_rule_holds_back_was_held_by_the_browser() {
        let mut case = missed_sign_in("a", "a", Some(&["other"]));
        let lost = LostCookie {
            name: "sid".into(),
            reason: "unknown".into(),
            attempt: Some("a1".into()),
            set_by: 2,
            missing_in: 1,
            ..LostCookie::default()
        };
        case.lost_cookies = vec![lost];
        assert_eq!(first_cause(&case).as_deref(), Some(HELD_BACK.text));
        testing::says(&mut case, Meaning::Audience);
        assert_eq!(first_cause(&case), None);
    }
}
