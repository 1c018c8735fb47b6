//! The same cookie reached the service provider with two values.

use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, shown,
};
use std::collections::BTreeMap;

static PATHS: CauseData = CauseData {
    text: "The cookie is set with different paths, and browsers send the one with the longer path first, whichever is newer",
    who: Who::Sp,
    setting: Setting::SpSessionCookiePath,
    fix: "Set the cookie with one path everywhere, mostly /, and let people delete the cookies of the site once",
};
static DOMAINS: CauseData = CauseData {
    text: "The cookie is set for the host and for a parent domain, by two applications or by one whose cookie domain was changed",
    who: Who::Sp,
    setting: Setting::SpSessionCookieDomain,
    fix: "Give each application a cookie name or domain of its own, and let people delete the cookies of the site once",
};
/// What a service provider says that does not find the session it made.
const LOST: &[Meaning] = &[
    Meaning::NoSession,
    Meaning::InResponseTo,
    Meaning::RelayState,
    Meaning::Unsolicited,
    Meaning::CrossSite,
];

check! {
    /// The same cookie reached the service provider with two values.
    ///
    /// A cookie is kept under its name, domain and path. Where an application sets its session cookie now for `/`
    /// and now for `/app`, or for `sp.example` and for `example`, the browser keeps both and sends both, the one
    /// with the longer path first and then the older one. Most servers read the first: an old session, in which
    /// the sign-in that just ran never began. The person is asked to sign in again, or the response is refused.
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
    /// > Cookie: sid=stale
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}
    /// < Set-Cookie: sid=fresh; Path=/; Secure; SameSite=None
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @1s
    /// < 200
    ///
    /// POST https://sp.example/app/acs @3s
    /// > Cookie: sid=stale; sid=fresh
    /// > SAMLResponse={post:answer}
    /// < 400
    /// < Content-Type: text/html
    /// | <html><title>Error</title><h1>Your session has expired</h1><p>Session not found</p></html>
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
    /// < Set-Cookie: sid=fresh; Path=/; Secure; SameSite=None
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @1s
    /// < 200
    ///
    /// POST https://sp.example/app/acs @3s
    /// > Cookie: sid=fresh; sid=fresh
    /// > SAMLResponse={post:answer}
    /// < 400
    /// < Content-Type: text/html
    /// | <html><title>Error</title><h1>Your session has expired</h1></html>
    /// ```
    pub static SESSION_COOKIE_TWICE = {
        id: "flow/session-cookie-twice",
        title: "The same cookie reached the service provider with two values",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Session,
        needs: [Need::Capture],
        explains: ["assertion/in-response-to-unknown", "assertion/unsolicited", "flow/relay-state-lost", "flow/session-cookie-lost"],
        accounts: [Account::sp_or_loop(LOST)],
        causes: [PATHS, DOMAINS],
        references: [
            Reference::section(Specification::Rfc(6265), "5.4"),
            Reference::section(Specification::Rfc(6265), "4.2.2"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: BTreeMap<String, Finding> = BTreeMap::new();
    for attempt in case.sign_in_attempts().filter(|attempt| attempt.failed()) {
        let doubled = attempt
            .exchanges
            .iter()
            .rev()
            .filter_map(|index| Some((*index, case.exchanges.get(*index)?)));
        let doubled = doubled
            .filter(|(_, exchange)| exchange.side == Side::Sp)
            .find_map(|(index, exchange)| Some((index, exchange, twice(exchange)?)));
        let Some((index, exchange, name)) = doubled else { continue };
        let finding = finding(case, attempt, index, exchange, name);
        told.entry(name.to_owned())
            .and_modify(|known| *known = known.clone().attempt(attempt.id.clone()))
            .or_insert(finding);
    }
    out.extend(told.into_values());
}

/// A cookie that was sent with two values; one that may hold a session first.
fn twice(exchange: &Exchange) -> Option<&str> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let mut doubled: Vec<&str> = Vec::new();
    for cookie in exchange.cookies.iter().flatten().filter(|cookie| !cookie.name.is_empty()) {
        let first = seen.entry(cookie.name.as_str()).or_insert(cookie.value.mark.as_str());
        if *first != cookie.value.mark {
            doubled.push(&cookie.name);
        }
    }
    let holds = |name: &&&str| {
        ["sess", "sid", "auth", "state", "saml", "token"]
            .iter()
            .any(|part| name.to_lowercase().contains(part))
    };
    doubled.iter().find(holds).or_else(|| doubled.first()).copied()
}

fn finding(
    case: &Case,
    attempt: &Attempt,
    index: usize,
    exchange: &Exchange,
    name: &str,
) -> Finding {
    let stated = case.failure_of(attempt).is_some_and(|failure| failure.means(LOST));
    let certain = stated || attempt.outcome == Outcome::Looping;
    let set = |exchange: &Exchange| {
        exchange
            .set_cookies
            .iter()
            .flatten()
            .filter(|cookie| cookie.name == name)
            .cloned()
            .collect::<Vec<_>>()
    };
    let before = case.exchanges.get(..index).unwrap_or_default();
    let newest = before.iter().rev().find_map(|exchange| set(exchange).pop());
    let first = exchange.cookies.iter().flatten().find(|cookie| cookie.name == name);
    let stale =
        newest.as_ref().zip(first).is_some_and(|(newest, first)| newest.value != first.value);
    let mut domains: Vec<Option<String>> =
        before.iter().flat_map(set).map(|cookie| cookie.domain).collect();
    domains.sort();
    domains.dedup();
    let order = if stale { " The first of them is not the one that was set last." } else { "" };
    let severity = if certain { Severity::Error } else { Severity::Warning };
    let detail = format!(
        "{} {} carries {name} twice, with different values.{order}",
        exchange.method,
        shown::host_and_path(&exchange.url)
    );
    let finding = Finding::new(severity, format!("The cookie {name} was sent with two values"))
        .detail(detail)
        .at(&exchange.place);
    let finding = if certain { finding } else { finding.likely() };
    let finding = finding.attempt(attempt.id.clone());
    if domains.len() > 1 {
        finding.because(&DOMAINS, case).because(&PATHS, case)
    } else {
        finding.because(&PATHS, case).because(&DOMAINS, case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Secret;
    use diag_sdk::case::exchange::SentCookie;
    use diag_sdk::testing;

    fn sent(cookies: &[(&str, &str)], meaning: Meaning) -> Case {
        let mut case = testing::sign_in(Outcome::RefusedBySp);
        testing::says(&mut case, meaning);
        let cookie = |(name, value): &(&str, &str)| SentCookie {
            name: (*name).to_owned(),
            value: Secret { length: value.len(), mark: (*value).to_owned() },
        };
        case.exchanges[1].cookies = Some(cookies.iter().map(cookie).collect());
        case
    }

    #[test]
    fn two_values_matter_where_the_session_was_missed() {
        let level = |case: &Case| {
            SESSION_COOKIE_TWICE.judge(case).found().first().map(|finding| finding.severity)
        };
        let twice = [("theme", "a"), ("sid", "old"), ("sid", "new")];
        assert_eq!(level(&sent(&twice, Meaning::NoSession)), Some(Severity::Error));
        assert_eq!(level(&sent(&twice, Meaning::Unknown)), Some(Severity::Warning));
        assert_eq!(level(&sent(&[("sid", "a"), ("sid", "a")], Meaning::NoSession)), None);
        assert_eq!(level(&testing::sign_in(Outcome::SignedIn)), None);
    }
}
