//! `hosts/websocket-refused`: the page loads, its web socket does not.

use diag_sdk::case::exchange::Side;
use diag_sdk::view::{EntryPoint, Visit};
use diag_sdk::{Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Who, check};
use std::collections::{BTreeMap, HashMap};

static HOST_NOT_ALLOWED: CauseData = CauseData {
    text: "The host in the socket's Origin is not in the virtual proxy's host allow list",
    who: Who::Sp,
    setting: Setting::SpHostAllowList,
    fix: "Add the bare host name to the list and apply (linked proxies restart)",
};

static GATEWAY_DROPS_UPGRADE: CauseData = CauseData {
    text: "A reverse proxy, firewall or application proxy on the way does not hand on web sockets",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Let it forward the Upgrade and Connection headers for this host and keep idle connections open",
};

static SESSION_NOT_KNOWN: CauseData = CauseData {
    text: "The session cookie was not sent with the socket, or belongs to another host",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Check name, domain, SameSite and Secure of the session cookie",
};

check! {
    /// The hub's page loads, but the web socket it needs is not opened.
    ///
    /// Signing in worked; then the frame of the hub appears and says that the connection was lost. Qlik Sense refuses web sockets
    /// whose Origin is not in the virtual proxy's host allow list, and reverse proxies or firewalls that do not know web sockets
    /// answer the upgrade with an ordinary status. An opened socket is answered with 101. Sockets without any recorded answer
    /// are not judged: many exporters leave it out.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sense.example/azure/hub/ @0s
    /// < 200
    /// < Content-Type: text/html
    ///
    /// GET wss://sense.example/azure/app/engineData @1s
    /// > Origin: https://sense.example
    /// < 403
    /// ```
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "websocketCrossOriginWhiteList": ["qlik.example"] }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sense.example/azure/hub/ @0s
    /// < 200
    /// < Content-Type: text/html
    ///
    /// GET wss://sense.example/azure/app/engineData @1s
    /// > Origin: https://sense.example
    /// < 101
    /// ```
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "websocketCrossOriginWhiteList": ["sense.example"] }
    /// ```
    pub(crate) static WEBSOCKET_REFUSED = {
        id: "hosts/websocket-refused",
        title: "The web socket is refused although the page loads",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Landing,
        needs: [Need::Capture],
        explains: [],
        causes: [HOST_NOT_ALLOWED, GATEWAY_DROPS_UPGRADE, SESSION_NOT_KNOWN],
        references: ["RFC 6455 section 4.1", "Qlik help: Virtual proxies, Host allow list"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let entries: Vec<EntryPoint<'_>> = case.entry_points().collect();
    let mut by_host: BTreeMap<String, Vec<Visit<'_>>> = BTreeMap::new();
    // Where each host first served a page.
    let mut loaded: HashMap<String, usize> = HashMap::new();
    for visit in case.visits() {
        if !visit.exchange.websocket && visit.exchange.status == 200 {
            loaded.entry(visit.host.clone()).or_insert(visit.index);
        }
        // The socket belongs to the service provider of this sign-in.
        if visit.exchange.websocket && (visit.exchange.side == Side::Sp || entries.iter().any(|entry| entry.is_visited_by(&visit))) {
            by_host.entry(visit.host.clone()).or_default().push(visit);
        }
    }
    for (host, sockets) in by_host {
        // A socket that opened shows that the host is fine; what failed beside it is something else.
        if sockets.iter().any(|visit| visit.exchange.status == 101) {
            continue;
        }
        let Some(page) = loaded.get(&host) else { continue };
        let mut after_page = sockets.iter().filter(|visit| visit.index > *page);
        let Some((refused, (severity, answer))) = after_page.find_map(|visit| Some((visit, answer(visit)?))) else { continue };
        let mut finding = Finding::new(severity, format!("The web socket to {host} is refused"))
            .detail(format!(
                "The page came with status 200, its web socket {answer}. The frame of the hub appears, then \"connection lost\"."
            ))
            .expected("101 Switching Protocols", "RFC 6455")
            .actual(answer, "the answer to the web socket");
        if let Some(entry) = entries.iter().find(|entry| entry.is_visited_by(refused)) {
            finding = finding.subject(entry.id.clone());
        }
        finding = refused.mark(finding).because_with(&HOST_NOT_ALLOWED, case, host.as_str()).because(&GATEWAY_DROPS_UPGRADE, case);
        if matches!(refused.exchange.status, 401 | 403) {
            finding = finding.because(&SESSION_NOT_KNOWN, case);
        }
        out.push(if severity == Severity::Warning { finding.likely() } else { finding });
    }
}

/// How a socket was answered, where that is a refusal. No answer at all has many reasons.
fn answer(visit: &Visit<'_>) -> Option<(Severity, String)> {
    match (visit.exchange.status, visit.exchange.failure.as_deref()) {
        (101, _) | (0, None) => None,
        (0, Some(reason)) if reason.contains("ABORTED") || reason.contains("BLOCKED_BY_CLIENT") => None,
        (0, Some(reason)) => Some((Severity::Warning, format!("got no answer ({reason})"))),
        (status, _) => Some((Severity::Error, format!("was answered with {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::Exchange;
    use diag_sdk::testing::{entry_point_with, exchange};

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

    fn socket(url: &str, status: u16) -> Exchange {
        Exchange { websocket: true, navigation: false, ..get(url, status) }
    }

    const HUB: &str = "https://sense.contoso.example/azure/hub";
    const SOCKET: &str = "wss://sense.contoso.example/azure/app/1";

    fn with(status: u16, failure: Option<&str>) -> Case {
        let socket = Exchange { failure: failure.map(str::to_owned), ..socket(SOCKET, status) };
        Case { exchanges: vec![get(HUB, 200), socket], ..with_list(&["sense.contoso.example"]) }
    }

    fn levels(case: &Case) -> Vec<Severity> {
        WEBSOCKET_REFUSED.judge(case).found().iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn the_answer_decides() {
        assert_eq!(levels(&with(101, None)), []);
        for status in [200, 400, 403, 404, 502] {
            assert_eq!(levels(&with(status, None)), [Severity::Error], "{status}");
        }
        assert_eq!(levels(&with(0, None)), [], "the capture does not tell");
        assert_eq!(levels(&with(0, Some("net::ERR_ABORTED"))), []);
        assert_eq!(levels(&with(0, Some("net::ERR_CONNECTION_RESET"))), [Severity::Warning]);
    }

    #[test]
    fn a_page_must_have_loaded_before() {
        let mut case = with(403, None);
        case.exchanges[0].status = 302;
        assert_eq!(levels(&case), []);
        case.exchanges[0].status = 200;
        case.exchanges.swap(0, 1);
        assert_eq!(levels(&case), []);
    }

    #[test]
    fn a_socket_that_opened_clears_the_host() {
        let mut case = with(403, None);
        case.exchanges.push(socket(SOCKET, 101));
        assert_eq!(levels(&case), []);
    }

    #[test]
    fn sockets_of_other_sites_do_not_count() {
        let mut case = with(403, None);
        case.sp_configurations.clear();
        case.exchanges[1].side = Side::Other;
        assert_eq!(levels(&case), []);
    }
}
