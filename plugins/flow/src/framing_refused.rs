//! A page of the sign-in refuses to be shown in a frame.

use diag_sdk::address::Address;
use diag_sdk::case::attempt::{AttemptKind, Outcome};
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check, shown,
};

static NOT_IN_A_FRAME: CauseData = CauseData {
    text: "The application runs in a frame and signs people in there; identity providers refuse to be framed, so that nobody can catch clicks",
    who: Who::Sp,
    setting: Setting::SpPageHeaders,
    fix: "Begin the sign-in in the whole window or in a window of its own, and open the frame once the person is signed in",
};
static LET_IT_FRAME: CauseData = CauseData {
    text: "The identity provider's page lists no site, or not this one, that may show it in a frame",
    who: Who::Idp,
    setting: Setting::IdpPageHeaders,
    fix: "Where framing is wanted, add the site to frame-ancestors of the log-in pages and leave X-Frame-Options out",
};
static SP_LETS_NOBODY: CauseData = CauseData {
    text: "The application's own page does not list the site that shows it in a frame",
    who: Who::Sp,
    setting: Setting::SpPageHeaders,
    fix: "Add the site to frame-ancestors of the application, and leave X-Frame-Options out",
};

check! {
    /// A page of the sign-in refuses to be shown in a frame.
    ///
    /// An application that is embedded in a portal signs people in within that frame. The log-in page of the
    /// identity provider forbids it (`X-Frame-Options`, or `frame-ancestors` of its Content Security Policy): the
    /// browser has the page, shows an empty frame or "refused to connect", and the sign-in stops there. With a
    /// session at the identity provider no page is shown and it works, so that it fails for some people only.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [one]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://portal.example/start @0s
    /// > Sec-Fetch-Dest: document
    /// < 200
    /// < Content-Type: text/html
    /// | <html><iframe src="https://sp.example/app"></iframe></html>
    ///
    /// GET https://sp.example/app @1s
    /// > Sec-Fetch-Dest: iframe
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @2s
    /// > Sec-Fetch-Dest: iframe
    /// < 200
    /// < Content-Type: text/html
    /// < X-Frame-Options: DENY
    /// | <html><form><input type="password" name="p"/></form></html>
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
    /// GET https://portal.example/start @0s
    /// > Sec-Fetch-Dest: document
    /// < 200
    ///
    /// GET https://sp.example/app @1s
    /// > Sec-Fetch-Dest: iframe
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @2s
    /// > Sec-Fetch-Dest: iframe
    /// < 200
    /// < Content-Type: text/html
    /// < X-Frame-Options: DENY
    /// < Content-Security-Policy: frame-ancestors https://portal.example
    /// | <html><form><input type="password" name="p"/></form></html>
    /// ```
    pub static FRAMING_REFUSED = {
        id: "flow/framing-refused",
        title: "A page of the sign-in refuses to be shown in a frame",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Authentication,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered", "flow/response-not-posted"],
        accounts: [Account::browser(&[])],
        causes: [NOT_IN_A_FRAME, LET_IT_FRAME, SP_LETS_NOBODY],
        references: [
            Reference::section(Specification::Csp, "6.4.2"),
            Reference::page("https://html.spec.whatwg.org/multipage/document-lifecycle.html#the-x-frame-options-header", "2026-12-01"),
            Reference::section(Specification::FetchMetadata, "2.1"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut top: Option<&Exchange> = None;
    for (index, exchange) in case.exchanges.iter().enumerate() {
        if !in_frame(exchange) {
            top = Some(exchange)
                .filter(|exchange| exchange.navigation && (200..300).contains(&exchange.status))
                .or(top);
            continue;
        }
        // A redirect is not shown, and what the browser did not get neither; but it may say that it refused to show it.
        let stopped = exchange.failure.as_deref().filter(|failure| is_framing(failure));
        if !exchange.navigation
            || (exchange.status < 200 && stopped.is_none())
            || (300..400).contains(&exchange.status)
        {
            continue;
        }
        let Some(refusal) = refusal(exchange, top).or_else(|| stopped.map(str::to_owned)) else {
            continue;
        };
        out.extend(finding(case, index, exchange, top, &refusal));
    }
}

fn in_frame(exchange: &Exchange) -> bool {
    let dest = exchange.fetch_dest.as_deref().or(exchange.kind.as_deref());
    matches!(dest, Some("iframe" | "frame" | "sub_frame" | "subdocument" | "embed" | "object"))
}

/// The browser's words for a page that it may not show in a frame. Its words for other blocked answers go on after a dot.
fn is_framing(failure: &str) -> bool {
    let words = failure.trim().to_ascii_uppercase();
    words.ends_with("ERR_BLOCKED_BY_RESPONSE")
        || words.contains("XFO_VIOLATION")
        || words.contains("FRAME_ANCESTOR")
}

/// What forbids the page at `top` to show this one: the words of the header.
fn refusal(exchange: &Exchange, top: Option<&Exchange>) -> Option<String> {
    let embedder = top.map(|top| top.url.as_str());
    let ancestors = || exchange.content_policies.iter().filter(|policy| !policy.in_page);
    // Where a policy speaks of ancestors, browsers do not look at the older header.
    if ancestors().any(|policy| policy.directive("frame-ancestors").is_some()) {
        return ancestors()
            .find_map(|policy| policy.forbids_framing(&exchange.url, embedder))
            .map(|forbids| forbids.shown());
    }
    let elsewhere = match embedder {
        Some(embedder) => origin(embedder) != origin(&exchange.url),
        None => exchange.fetch_site.as_deref() == Some("cross-site"),
    };
    let options = exchange.frame_options.as_deref()?;
    (options == "DENY" || (options == "SAMEORIGIN" && elsewhere))
        .then(|| format!("X-Frame-Options: {options}"))
}

fn origin(url: &str) -> Option<String> {
    Address::parse(url).map(|address| address.origin())
}

fn finding(
    case: &Case,
    index: usize,
    exchange: &Exchange,
    top: Option<&Exchange>,
    refusal: &str,
) -> Option<Finding> {
    let attempt = case.attempt_at(index);
    let last = attempt.is_none_or(|attempt| {
        attempt.exchanges.iter().all(|other| *other <= index || !navigates(case, *other))
    });
    if !last || attempt.is_some_and(|attempt| attempt.kind == AttemptKind::SignOut) {
        return None;
    }
    // A log-in page that a link opens in a frame is as far as this sign-in came.
    let log_in = attempt.is_none() && exchange.page.as_ref().is_some_and(|page| page.login_form);
    let only = log_in && case.sign_in_attempts().next().is_none();
    let stopped = only
        || attempt.is_some_and(|attempt| {
            matches!(attempt.outcome, Outcome::Incomplete | Outcome::BrokenInTransit)
        });
    let severity = if stopped && !case.signed_in() { Severity::Error } else { Severity::Warning };
    // A page of neither side has nothing to do with signing in.
    if attempt.is_none() && exchange.side == Side::Other && !log_in {
        return None;
    }
    let shown_in = top.map_or_else(
        || "a page of another site".to_owned(),
        |top| shown::host_and_path(&top.url).to_owned(),
    );
    let by_browser = exchange.failure.as_deref() == Some(refusal);
    let (who_says, origin) = if by_browser {
        ("the browser", "the browser")
    } else {
        ("its answer", "header of the page")
    };
    let mut finding =
        Finding::new(severity, format!("{} refuses to be shown in a frame", host(&exchange.url)))
            .detail(format!(
                "{} was opened in a frame of {shown_in}, and {who_says} says `{refusal}`.",
                shown::host_and_path(&exchange.url)
            ))
            .actual(refusal, origin)
            .at(&exchange.place)
            .attempt(attempt.map(|attempt| attempt.id.clone()).unwrap_or_default());
    if severity == Severity::Warning {
        finding = finding.likely();
    }
    Some(if exchange.side == Side::Sp {
        finding.because(&SP_LETS_NOBODY, case)
    } else {
        finding.because(&NOT_IN_A_FRAME, case).because(&LET_IT_FRAME, case)
    })
}

fn navigates(case: &Case, index: usize) -> bool {
    case.exchanges.get(index).is_some_and(|exchange| exchange.navigation)
}

fn host(url: &str) -> String {
    diag_sdk::host::host_of(url).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing;

    fn framed(options: &str, top: &str) -> Case {
        let mut case = testing::sign_in(Outcome::Incomplete);
        case.exchanges.truncate(1);
        case.exchanges[0].kind = Some("iframe".to_owned());
        case.exchanges[0].frame_options = Some(options.to_owned());
        case.exchanges.insert(0, testing::exchange(Side::Other, "GET", top, 200));
        case.attempts[0].exchanges = vec![1];
        case
    }

    #[test]
    fn the_origin_of_the_page_around_it_decides() {
        let told = |case: &Case| {
            FRAMING_REFUSED
                .judge(case)
                .found()
                .iter()
                .map(|finding| finding.severity)
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&framed("DENY", testing::SSO_URL)), [Severity::Error]);
        assert_eq!(told(&framed("SAMEORIGIN", "https://portal.example/")), [Severity::Error]);
        assert!(told(&framed("SAMEORIGIN", testing::SSO_URL)).is_empty());
        assert!(
            told(&framed("ALLOW-FROM https://portal.example", "https://other.example/")).is_empty(),
            "browsers ignore it"
        );
        for (words, wanted) in [
            ("net::ERR_BLOCKED_BY_RESPONSE", 1),
            ("NS_ERROR_XFO_VIOLATION", 1),
            ("net::ERR_BLOCKED_BY_RESPONSE.NotSameSite", 0),
            ("net::ERR_CONNECTION_RESET", 0),
        ] {
            let mut blocked = framed("", "https://portal.example/");
            blocked.exchanges[1].status = 0;
            blocked.exchanges[1].failure = Some(words.to_owned());
            assert_eq!(told(&blocked).len(), wanted, "{words}");
        }
        let mut whole_window = framed("DENY", "https://portal.example/");
        whole_window.exchanges[1].kind = Some("document".to_owned());
        assert!(told(&whole_window).is_empty());
    }

    #[test]
    fn what_went_on_was_not_refused() {
        let mut case = framed("DENY", "https://portal.example/");
        case.exchanges.push(testing::exchange(Side::Sp, "POST", testing::ACS_SEEN, 302));
        case.attempts[0].exchanges.push(2);
        assert!(FRAMING_REFUSED.judge(&case).found().is_empty());
    }
}
