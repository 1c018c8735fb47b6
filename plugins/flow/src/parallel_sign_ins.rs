//! Several sign-ins at once overwrite each other.

use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::message::Carrier;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Secret, Setting,
    Severity, Specification, Stage, Who, check, shown,
};

static ONE_COOKIE: CauseData = CauseData {
    text: "Each sign-in that begins without a session gets a new one, and the last cookie overwrites those of the others",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Begin one sign-in and open the further frames or tabs once it is done, or keep the state of each sign-in apart (by RelayState)",
};
static ONE_TAB: CauseData = CauseData {
    text: "The person opened the application several times before the first sign-in was done, as a browser does that restores its tabs",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Sign in once in one tab and reload the others",
};
/// What a service provider says that does not find the state of a sign-in.
const LOST: &[Meaning] = &[
    Meaning::NoSession,
    Meaning::InResponseTo,
    Meaning::RelayState,
    Meaning::Unsolicited,
    Meaning::Replay,
];

check! {
    /// Several sign-ins at once overwrite each other.
    ///
    /// A page with several frames of one application, or a browser that restores its tabs, begins several sign-ins
    /// at the same time. None of them has a session yet, so each gets one, and the cookie of the last overwrites
    /// those before it. When the responses arrive, all carry the last cookie: one sign-in succeeds and the others
    /// find no state ("state information lost", "unknown InResponseTo"). Alone, each would have worked.
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
    /// GET https://sp.example/one @1s
    /// > Sec-Fetch-Dest: iframe
    /// > Cookie: theme=dark
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}
    /// < Set-Cookie: sid=first; Path=/; Secure; SameSite=None
    ///
    /// GET https://sp.example/two @2s
    /// > Sec-Fetch-Dest: iframe
    /// > Cookie: theme=dark
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:two}
    /// < Set-Cookie: sid=second; Path=/; Secure; SameSite=None
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @3s
    /// > Sec-Fetch-Dest: iframe
    /// < 200
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:two} @4s
    /// > Sec-Fetch-Dest: iframe
    /// < 200
    ///
    /// POST https://sp.example/acs @5s
    /// > Cookie: theme=dark; sid=second
    /// > SAMLResponse={post:answer}
    /// < 500
    /// < Content-Type: text/html
    /// | <html><title>Error</title><h1>Error</h1></html>
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
    /// GET https://sp.example/one @1s
    /// > Cookie: theme=dark
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}
    /// < Set-Cookie: sid=first; Path=/; Secure; SameSite=None
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @3s
    /// < 200
    ///
    /// POST https://sp.example/acs @5s
    /// > Cookie: theme=dark; sid=first
    /// > SAMLResponse={post:answer}
    /// < 500
    /// < Content-Type: text/html
    /// | <html><title>Error</title><h1>Error</h1></html>
    /// ```
    pub static PARALLEL_SIGN_INS = {
        id: "flow/parallel-sign-ins",
        title: "Several sign-ins at once overwrite each other",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Session,
        needs: [Need::Capture],
        explains: ["assertion/in-response-to-unknown", "assertion/unsolicited", "flow/session-cookie-lost", "flow/relay-state-lost", "flow/session-cookie-twice"],
        accounts: [Account::sp_or_loop(LOST)],
        causes: [ONE_COOKIE, ONE_TAB],
        references: [
            Reference::section(Specification::Rfc(6265), "5.3"),
            Reference::section(Specification::SamlBindings, "3.5.3"),
        ],
        run: run,
    }
}

/// A cookie that a later sign-in wrote anew before the response of an earlier one arrived.
struct Overwritten<'a> {
    attempt: &'a Attempt,
    by: &'a Attempt,
    cookie: Option<&'a str>,
    receipt: &'a Exchange,
}

fn run(case: &Case, out: &mut Findings) {
    let begun: Vec<Begun<'_>> =
        case.sign_in_attempts().filter_map(|attempt| begun(case, attempt)).collect();
    let overwritten: Vec<Overwritten<'_>> =
        begun.iter().filter_map(|own| overwritten(case, own, &begun)).collect();
    let Some(first) = overwritten.first() else { return };
    let certain = overwritten.iter().any(|one| one.cookie.is_some());
    let detail = match first.cookie {
        Some(name) => format!(
            "The cookie {name} that came with the response to {} is that of another sign-in, begun later.",
            shown::host_and_path(&first.receipt.url)
        ),
        None => {
            "They began before the first was answered, at the same service provider.".to_owned()
        }
    };
    let mut involved: Vec<&str> =
        overwritten.iter().flat_map(|one| [one.attempt.id.as_str(), one.by.id.as_str()]).collect();
    involved.sort_unstable();
    involved.dedup();
    let severity = if certain { Severity::Error } else { Severity::Warning };
    let mut finding = Finding::new(
        severity,
        format!("{} sign-ins ran at once and overwrote each other", involved.len()),
    )
    .detail(detail);
    for one in &overwritten {
        finding = finding.at(&one.receipt.place).attempt(one.attempt.id.clone());
    }
    let finding = if certain { finding } else { finding.likely() };
    out.push(finding.because(&ONE_COOKIE, case).because(&ONE_TAB, case));
}

/// A sign-in, and the answer with which it began.
struct Begun<'a> {
    attempt: &'a Attempt,
    index: usize,
    issued: &'a Exchange,
}

fn begun<'a>(case: &'a Case, attempt: &'a Attempt) -> Option<Begun<'a>> {
    let request = case.message(attempt.request.as_deref()?)?;
    let sent = |carrier: Carrier| matches!(carrier, Carrier::LocationHeader | Carrier::PageForm);
    let index = request.sightings.iter().find(|sighting| sent(sighting.carrier))?.exchange?;
    Some(Begun { attempt, index, issued: case.exchanges.get(index)? })
}

fn overwritten<'a>(case: &'a Case, own: &Begun<'a>, all: &[Begun<'a>]) -> Option<Overwritten<'a>> {
    let consumption = own.attempt.consumption?;
    let receipt = case.exchanges.get(consumption)?;
    if !matches!(own.attempt.outcome, Outcome::RefusedBySp | Outcome::Looping) {
        return None;
    }
    let same_host = |other: &Begun<'_>| {
        diag_sdk::host::host_of(&other.issued.url) == diag_sdk::host::host_of(&own.issued.url)
    };
    let during = |other: &&Begun<'a>| {
        own.index < other.index && other.index < consumption && same_host(other)
    };
    // Who went back from a second try to the first ran them one after the other.
    let at_once =
        |other: &&Begun<'a>| other.attempt.consumption.is_some() || in_frame(other.issued);
    // The one that wrote last before the response came.
    let later = all.iter().filter(during).filter(at_once).max_by_key(|other| other.index)?;
    let theirs = |name: &str| set(later.issued, name);
    let ours = own.issued.set_cookies.iter().flatten().filter(|cookie| !cookie.removes);
    let cookie = ours.into_iter().find_map(|cookie| {
        let sent = receipt.cookies.iter().flatten().find(|sent| sent.name == cookie.name)?;
        let replaced = theirs(&cookie.name).is_some_and(|value| *value == sent.value)
            && cookie.value != sent.value;
        replaced.then_some(cookie.name.as_str())
    });
    let stated = || case.failure_of(own.attempt).is_some_and(|failure| failure.means(LOST));
    (cookie.is_some() || (receipt.cookies.is_none() && stated())).then_some(Overwritten {
        attempt: own.attempt,
        by: later.attempt,
        cookie,
        receipt,
    })
}

fn in_frame(exchange: &Exchange) -> bool {
    let dest = exchange.fetch_dest.as_deref().or(exchange.kind.as_deref());
    matches!(dest, Some("iframe" | "frame" | "sub_frame" | "subdocument"))
}

/// The value an answer sets a cookie to.
fn set<'a>(exchange: &'a Exchange, name: &str) -> Option<&'a Secret> {
    exchange
        .set_cookies
        .iter()
        .flatten()
        .find(|cookie| cookie.name == name && !cookie.removes)
        .map(|cookie| &cookie.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::{SentCookie, SetCookie, Side};
    use diag_sdk::case::message::{Message, Sighting};
    use diag_sdk::testing;

    fn two(sent: &str, outcome: Outcome) -> Case {
        let secret = |text: &str| Secret { length: text.len(), mark: text.to_owned() };
        let issue = |value: &str| {
            let mut exchange = testing::exchange(Side::Sp, "GET", "https://sp.example/", 302);
            exchange.kind = Some("iframe".to_owned());
            exchange.set_cookies = Some(vec![SetCookie {
                name: "sid".to_owned(),
                value: secret(value),
                ..SetCookie::default()
            }]);
            exchange
        };
        let mut receipt = testing::exchange(Side::Sp, "POST", "https://sp.example/acs", 500);
        receipt.cookies = Some(vec![SentCookie { name: "sid".to_owned(), value: secret(sent) }]);
        let request = |id: &str, exchange: usize| Message {
            id: id.to_owned(),
            sightings: vec![Sighting {
                exchange: Some(exchange),
                carrier: Carrier::LocationHeader,
                ..Sighting::default()
            }],
            ..Message::default()
        };
        let attempt = |id: &str, request: &str, consumption: Option<usize>| Attempt {
            id: id.to_owned(),
            request: Some(request.to_owned()),
            consumption,
            outcome: if consumption.is_some() { outcome } else { Outcome::Incomplete },
            ..Attempt::default()
        };
        Case {
            exchanges: vec![issue("a"), issue("b"), receipt],
            messages: vec![request("m1", 0), request("m2", 1)],
            attempts: vec![attempt("a1", "m1", Some(2)), attempt("a2", "m2", None)],
            ..Case::default()
        }
    }

    #[test]
    fn a_second_sign_in_matters_where_its_cookie_came_with_the_first_ones_response() {
        let told = |case: &Case| PARALLEL_SIGN_INS.judge(case).found().len();
        assert_eq!(told(&two("b", Outcome::RefusedBySp)), 1);
        assert_eq!(told(&two("a", Outcome::RefusedBySp)), 0);
        assert_eq!(told(&two("b", Outcome::SignedIn)), 0);
        let mut back = two("b", Outcome::RefusedBySp);
        back.exchanges[1].kind = Some("document".to_owned());
        assert_eq!(told(&back), 0, "the person went back from the second to the first");
        back.attempts[1].consumption = Some(3);
        assert_eq!(told(&back), 1, "both were answered");
    }
}
