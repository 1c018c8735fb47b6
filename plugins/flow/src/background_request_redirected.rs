//! A script's request was sent to the identity provider.

use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::message::{Carrier, MessageKind};
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Specification, Stage,
    Who, check, shown,
};
use std::collections::BTreeSet;

static ANSWER_401: CauseData = CauseData {
    text: "The session at the service provider ended, and it answers requests of scripts with the redirect that is meant for pages",
    who: Who::Sp,
    setting: Setting::SpInactivityTimeout,
    fix: "Answer requests of scripts (fetch, XMLHttpRequest) with 401, and let the page reload itself or open the sign-in in the window",
};

check! {
    /// A script's request was sent to the identity provider.
    ///
    /// The session at the service provider has ended while a page was open. The page's scripts go on asking, and
    /// each request is answered with a redirect to the identity provider, as a page would be. A browser does not
    /// let a script follow it: the identity provider is another site and does not share its answers (CORS), and
    /// nobody could type a password there. The page freezes or shows "network error" until it is loaded anew.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [one]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://sp.example/app @0s
    /// > Sec-Fetch-Dest: document
    /// < 200
    /// < Content-Type: text/html
    /// | <html><h1>Reports</h1></html>
    ///
    /// GET https://sp.example/api/rows @5s
    /// > Sec-Fetch-Mode: cors
    /// > Sec-Fetch-Dest: empty
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}
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
    /// > Sec-Fetch-Dest: document
    /// < 302
    /// < Location: https://idp.example/sso?SAMLRequest={redirect:one}
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @1s
    /// > Sec-Fetch-Dest: document
    /// < 200
    /// ```
    pub static BACKGROUND_REQUEST_REDIRECTED = {
        id: "flow/background-request-redirected",
        title: "A script's request was sent to the identity provider",
        levels: [Severity::Warning],
        stage: Stage::Session,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered"],
        accounts: [],
        causes: [ANSWER_401],
        references: [
            Reference::section(Specification::Fetch, "4.4").about("CORS check"),
            Reference::section(Specification::FetchMetadata, "2.1"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let sent: BTreeSet<usize> = case
        .messages_of(MessageKind::AuthnRequest)
        .flat_map(|request| &request.sightings)
        .filter(|sighting| sighting.carrier == Carrier::LocationHeader)
        .filter_map(|sighting| sighting.exchange)
        .collect();
    let redirected: Vec<(usize, &Exchange)> = sent
        .iter()
        .filter_map(|index| Some((*index, case.exchanges.get(*index)?)))
        .filter(|(_, exchange)| by_script(exchange) && leads_elsewhere(exchange))
        .collect();
    let Some((_, first)) = redirected.first() else { return };
    let times = match redirected.len() {
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    let to = first.location.as_deref().map(shown::host_and_path).unwrap_or_default();
    let mut finding = Finding::warning("A script's request was sent to the identity provider")
        .likely()
        .detail(format!(
            "{} was answered {times} with a redirect to {to}; browsers do not let scripts follow it.",
            shown::host_and_path(&first.url)
        ))
        .at_all(redirected.iter().take(3).map(|(_, exchange)| &exchange.place))
        .because(&ANSWER_401, case);
    for attempt in redirected.iter().filter_map(|(index, _)| case.attempt_at(*index)) {
        finding = finding.attempt(attempt.id.clone());
    }
    out.push(finding);
}

/// A script asked, rather than the window or a frame.
fn by_script(exchange: &Exchange) -> bool {
    let kind = exchange.kind.as_deref().map(str::to_ascii_lowercase);
    let said = exchange.fetch_dest.as_deref() == Some("empty");
    !exchange.navigation
        && (said || matches!(kind.as_deref(), Some("xhr" | "fetch" | "xmlhttprequest" | "beacon")))
}

fn leads_elsewhere(exchange: &Exchange) -> bool {
    let host = |url: &str| diag_sdk::host::host_of(url);
    (300..400).contains(&exchange.status)
        && exchange.location.as_deref().and_then(host) != host(&exchange.url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_scripts_ask_counts() {
        let asked = |kind: &str, dest: Option<&str>, navigation: bool| {
            by_script(&Exchange {
                kind: Some(kind.to_owned()),
                fetch_dest: dest.map(str::to_owned),
                navigation,
                ..Exchange::default()
            })
        };
        assert!(
            asked("xhr", None, false)
                && asked("fetch", Some("empty"), false)
                && asked("other", Some("empty"), false)
        );
        assert!(
            !asked("image", None, false)
                && !asked("document", Some("document"), true)
                && !asked("xhr", None, true)
        );
    }

    #[test]
    fn a_redirect_on_the_same_host_is_followed() {
        let led = |location: &str| {
            leads_elsewhere(&Exchange {
                url: "https://sp.example/api".to_owned(),
                status: 302,
                location: Some(location.to_owned()),
                ..Exchange::default()
            })
        };
        assert!(led("https://idp.example/sso") && !led("https://sp.example/login"));
    }
}
