//! The logout reached the service provider without its session cookie.

use diag_sdk::case::exchange::{Exchange, SentCookie, Side};
use diag_sdk::case::message::MessageKind;
use diag_sdk::host::host_of;
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Specification, Stage,
    Who, check, shown,
};

static NOT_IN_FRAMES: CauseData = CauseData {
    text: "The session cookie is SameSite=Lax or Strict, and browsers leave such cookies out of frames and posts of other sites",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Set SameSite=None with Secure for the session cookie, or find the session by NameID and SessionIndex of the logout request",
};
static NOT_IN_A_FRAME: CauseData = CauseData {
    text: "The identity provider logs out in frames, in which browsers that block cookies of other sites send none at all",
    who: Who::Idp,
    setting: Setting::IdpLogoutUrl,
    fix: "Have logout messages sent through the whole window, or directly between the servers",
};

check! {
    /// The logout reached the service provider without its session cookie.
    ///
    /// An identity provider that ends all sessions opens the logout addresses of the service providers in frames of
    /// its own page. A frame of another site gets only cookies with `SameSite=None`. Without its session cookie the
    /// service provider cannot find whom to sign out; it answers with success, or sets a new cookie that the browser
    /// does not keep in a frame, and the old session lives on. The person believes to be signed out and is not.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [out]
    /// <samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_o" Version="2.0" IssueInstant="{now}"/>
    ///
    /// [bye]
    /// <samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_b" InResponseTo="_o" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:LogoutResponse>
    ///
    /// GET https://sp.example/ @0s
    /// > Cookie: sid=1
    /// < 200
    ///
    /// GET https://idp.example/logout @1s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><iframe src="https://sp.example/sls?SAMLRequest={redirect:out}"></iframe></html>
    ///
    /// GET https://sp.example/sls?SAMLRequest={redirect:out} @2s
    /// > Sec-Fetch-Dest: iframe
    /// > Sec-Fetch-Site: cross-site
    /// < 302
    /// < Location: https://idp.example/slo?SAMLResponse={redirect:bye}
    ///
    /// GET https://idp.example/slo?SAMLResponse={redirect:bye} @3s
    /// > Sec-Fetch-Dest: iframe
    /// < 200
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [out]
    /// <samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_o" Version="2.0" IssueInstant="{now}"/>
    ///
    /// [bye]
    /// <samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_b" InResponseTo="_o" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:LogoutResponse>
    ///
    /// GET https://sp.example/ @0s
    /// > Cookie: sid=1
    /// < 200
    ///
    /// GET https://idp.example/logout @1s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><iframe src="https://sp.example/sls?SAMLRequest={redirect:out}"></iframe></html>
    ///
    /// GET https://sp.example/sls?SAMLRequest={redirect:out} @2s
    /// > Sec-Fetch-Dest: iframe
    /// > Sec-Fetch-Site: cross-site
    /// > Cookie: sid=1
    /// < 302
    /// < Location: https://idp.example/slo?SAMLResponse={redirect:bye}
    ///
    /// GET https://idp.example/slo?SAMLResponse={redirect:bye} @3s
    /// > Sec-Fetch-Dest: iframe
    /// < 200
    /// ```
    pub static LOGOUT_WITHOUT_SESSION_COOKIE = {
        id: "flow/logout-without-session-cookie",
        title: "The logout reached the service provider without its session cookie",
        levels: [Severity::Warning],
        stage: Stage::Logout,
        needs: [Need::Capture],
        explains: [],
        accounts: [],
        causes: [NOT_IN_FRAMES, NOT_IN_A_FRAME],
        references: [
            Reference::section(Specification::CookiesDraft, "5.2"),
            Reference::section(Specification::CookiesDraft, "5.8.3"),
            Reference::section(Specification::SamlProfiles, "4.4.3.3"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let requests = case
        .messages_of(MessageKind::LogoutRequest)
        .filter_map(|message| Some((message, message.delivered_in()?)));
    for (message, index) in requests {
        let Some(exchange) = case
            .exchanges
            .get(index)
            .filter(|exchange| exchange.side != Side::Idp && from_elsewhere(exchange))
        else {
            continue;
        };
        let Some((cookie, survives)) = missing(case, index, exchange) else { continue };
        let after = if survives { " Later requests still carry it and are served." } else { "" };
        let finding = Finding::warning("The logout reached the service provider without its session cookie")
            .likely()
            .detail(format!(
                "{} was opened {} and came without the cookie {}, which earlier requests to this host carry.{after}",
                shown::host_and_path(&exchange.url),
                if in_frame(exchange) { "in a frame of another site" } else { "by another site" },
                cookie.name
            ))
            .at(&exchange.place)
            .attempt(case.attempt_at(index).map(|attempt| attempt.id.clone()).unwrap_or_default())
            .subject(message.id.clone());
        out.push(finding.because(&NOT_IN_FRAMES, case).because(&NOT_IN_A_FRAME, case));
        return;
    }
}

fn in_frame(exchange: &Exchange) -> bool {
    let dest = exchange.fetch_dest.as_deref().or(exchange.kind.as_deref());
    matches!(
        dest,
        Some(
            "iframe"
                | "frame"
                | "sub_frame"
                | "subdocument"
                | "image"
                | "img"
                | "script"
                | "embed"
                | "object"
        )
    )
}

/// A frame or picture of another site's page, or a form of it.
fn from_elsewhere(exchange: &Exchange) -> bool {
    in_frame(exchange)
        || (exchange.fetch_site.as_deref() == Some("cross-site") && exchange.method == "POST")
}

/// A cookie that the host gets otherwise and did not get here; and whether it still works afterwards.
fn missing<'a>(
    case: &'a Case,
    index: usize,
    exchange: &Exchange,
) -> Option<(&'a SentCookie, bool)> {
    let sent = exchange.cookies.as_ref()?;
    let host = host_of(&exchange.url)?;
    let here = |other: &&Exchange| {
        host_of(&other.url).as_deref() == Some(host.as_str()) && !in_frame(other)
    };
    let (before, after) = (case.exchanges.get(..index)?, case.exchanges.get(index + 1..)?);
    let removed = |name: &str| {
        before
            .iter()
            .filter(here)
            .flat_map(|other| other.set_cookies.iter().flatten())
            .any(|cookie| cookie.removes && cookie.name == name)
    };
    let earlier = before
        .iter()
        .rev()
        .filter(here)
        .find(|other| other.cookies.iter().flatten().next().is_some())?;
    let lacking: Vec<&SentCookie> = earlier
        .cookies
        .iter()
        .flatten()
        .filter(|cookie| {
            !sent.iter().any(|sent| sent.name == cookie.name) && !removed(&cookie.name)
        })
        .collect();
    let survives = |cookie: &SentCookie| {
        after.iter().filter(here).any(|other| {
            let carries = other
                .cookies
                .iter()
                .flatten()
                .any(|sent| sent.name == cookie.name && sent.value == cookie.value);
            let served = (200..300).contains(&other.status)
                && !other.page.as_ref().is_some_and(|page| page.login_form || page.error);
            carries && served
        })
    };
    if let Some(cookie) = lacking.iter().find(|cookie| survives(cookie)) {
        return Some((cookie, true));
    }
    // Without what came afterwards only a cookie that is named for a session tells.
    let named = |cookie: &&&SentCookie| {
        ["sess", "sid", "auth", "login", "identity"]
            .iter()
            .any(|part| cookie.name.to_lowercase().contains(part))
    };
    lacking.iter().find(named).map(|cookie| (*cookie, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Secret;
    use diag_sdk::case::message::{Carrier, Message, Sighting};
    use diag_sdk::testing;

    fn logged_out(kind: &str, sent: &[&str], later: u16) -> Case {
        let cookie = |name: &&str| SentCookie {
            name: (*name).to_owned(),
            value: Secret { length: 1, mark: "1".to_owned() },
        };
        let at = |status: u16, kind: &str, cookies: &[&str]| Exchange {
            kind: Some(kind.to_owned()),
            cookies: Some(cookies.iter().map(cookie).collect()),
            ..testing::exchange(Side::Sp, "GET", "https://sp.example/sls", status)
        };
        Case {
            exchanges: vec![
                at(200, "document", &["theme", "app"]),
                at(302, kind, sent),
                at(later, "document", &["theme", "app"]),
            ],
            messages: vec![Message {
                kind: MessageKind::LogoutRequest,
                sightings: vec![Sighting {
                    exchange: Some(1),
                    carrier: Carrier::Query,
                    ..Sighting::default()
                }],
                delivery: Some(0),
                ..Message::default()
            }],
            ..Case::default()
        }
    }

    #[test]
    fn a_frame_without_the_cookie_ends_no_session() {
        let told = |case: &Case| LOGOUT_WITHOUT_SESSION_COOKIE.judge(case).found().len();
        assert_eq!(told(&logged_out("iframe", &["theme"], 200)), 1);
        assert_eq!(told(&logged_out("iframe", &["theme", "app"], 200)), 0);
        assert_eq!(told(&logged_out("document", &["theme"], 200)), 0, "the whole window gets it");
        assert_eq!(
            told(&logged_out("iframe", &["theme"], 302)),
            0,
            "no cookie by its name, and nothing shows that it lives on"
        );
    }
}
