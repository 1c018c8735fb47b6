use diag_sdk::case::attempt::{Attempt, AttemptKind, LostCookie, Outcome};
use diag_sdk::case::exchange::{Exchange, SameSite};
use diag_sdk::{Account, Case, CauseData, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Who, check};

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
    setting: Setting::SpSessionCookieAttributes,
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
        levels: [Severity::Error],
        stage: Stage::Session,
        needs: [Need::Capture],
        explains: ["assertion/in-response-to-unknown", "assertion/unsolicited", "flow/relay-state-lost", "identity/required-attribute-missing"],
        accounts: [Account::sp_or_loop(&[Meaning::NoSession, Meaning::InResponseTo, Meaning::RelayState, Meaning::Unsolicited])],
        causes: [STRICT, LAX, LAX_BY_DEFAULT, NONE_WITHOUT_SECURE, DOMAIN, OTHER_HOST, SCHEME, PATH, PREFIX, NOT_RECORDED],
        references: ["RFC 6265bis §5.6, §5.7, §8.8", "RFC 6265 §5.3"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: Vec<(&str, &str)> = Vec::new();
    for lost in case.lost_cookies.iter().filter(|lost| lost.decisive) {
        let key = (lost.name.as_str(), lost.reason.as_str());
        if told.contains(&key) {
            continue;
        }
        told.push(key);
        let same: Vec<&LostCookie> =
            case.lost_cookies.iter().filter(|other| other.decisive && (other.name.as_str(), other.reason.as_str()) == key).collect();
        let Some(why) = cause(&lost.reason) else { continue };
        let setter = case.exchanges.get(lost.set_by);
        let due = case.exchanges.get(lost.missing_in);
        let again = if same.len() > 1 { format!(" This happened {} times.", same.len()) } else { String::new() };
        let detail = format!(
            "Set by {} ({}), missing in {}.{again}",
            setter.map(shown).unwrap_or_default(),
            setter.map(|exchange| attributes(exchange, &lost.name)).unwrap_or_default(),
            due.map(shown).unwrap_or_default(),
        );
        let mut finding = Finding::error(format!("The cookie {} was set and did not come back", lost.name))
            .detail(detail)
            .at(&lost.place)
            .at_all(due.map(|exchange| &exchange.place))
            .cause(why, case.sp_vendor);
        for other in same {
            finding = finding.attempt(other.attempt.clone().unwrap_or_default());
        }
        out.push(finding);
    }
    for finding in case.attempts.iter().filter_map(|attempt| missed_by_the_service(case, attempt)) {
        out.push(finding);
    }
}

/// The service provider says that it does not know the browser again, and the capture was recorded without cookies.
fn missed_by_the_service(case: &Case, attempt: &Attempt) -> Option<Finding> {
    if attempt.kind != AttemptKind::SignIn || attempt.outcome != Outcome::RefusedBySp {
        return None;
    }
    let receipt = case.exchanges.get(attempt.consumption?).filter(|exchange| exchange.cookies.is_none())?;
    let response = case.message(attempt.response.as_deref()?)?;
    // A response nobody asked for has no session to belong to.
    response.in_response_to.as_ref()?;
    let said = case.said_about(response).into_iter().find(|seen| seen.phrase.meaning == Meaning::NoSession)?;
    let finding = Finding::error("The service provider misses the session it began the sign-in with")
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
    let Some(cookie) = setter.set_cookies.iter().flatten().find(|cookie| cookie.name == name) else {
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
    use diag_sdk::case::exchange::{Page, Phrase, SentCookie, Side};
    use diag_sdk::case::message::{Message, MessageKind};

    #[test]
    fn the_word_of_the_service_counts_where_no_cookies_were_recorded() {
        let told = |cookies: Option<Vec<SentCookie>>, in_response_to: Option<&str>| {
            let phrase = Phrase { meaning: Meaning::NoSession, text: "No pending login".into(), ..Phrase::default() };
            let page = Page { error: true, phrases: vec![phrase], ..Page::default() };
            let receipt = Exchange { method: "POST".into(), status: 401, side: Side::Sp, page: Some(page), cookies, ..Exchange::default() };
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
            let case = Case { exchanges: vec![receipt], messages: vec![response], attempts: vec![attempt], ..Case::default() };
            SESSION_COOKIE_LOST.judge(&case).found().len()
        };
        assert_eq!(told(None, Some("_1")), 1);
        assert_eq!(told(Some(Vec::new()), Some("_1")), 0, "the recorded cookies tell");
        assert_eq!(told(None, None), 0);
    }

    #[test]
    fn a_cookie_nobody_missed_is_no_matter() {
        let lost = |decisive| LostCookie { name: "sid".into(), reason: "same-site-strict".into(), decisive, ..LostCookie::default() };
        let case =
            |decisive| Case { lost_cookies: vec![lost(decisive), lost(decisive)], exchanges: vec![Exchange::default()], ..Case::default() };
        assert!(SESSION_COOKIE_LOST.judge(&case(false)).found().is_empty());
        let judged = SESSION_COOKIE_LOST.judge(&case(true));
        assert_eq!(judged.found().len(), 1, "the same loss is told once");
        assert!(judged.found()[0].detail.as_deref().is_some_and(|detail| detail.contains("2 times")));
    }
}
