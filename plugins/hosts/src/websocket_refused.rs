//! `hosts/websocket-refused`: the page loads, its web socket does not.

use diag_sdk::case::exchange::Side;
use diag_sdk::host::{host_of, is_within};
use diag_sdk::view::{EntryPoint, Visit};
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Sited, Specification,
    Stage, Who, check,
};
use std::collections::{BTreeMap, HashMap};

static HOST_NOT_ALLOWED: CauseData = CauseData {
    text: "The host in the socket's Origin is not in the virtual proxy's host allow list",
    who: Who::Sp,
    setting: Setting::SpHostAllowList,
    fix: "Add the bare host name to the list and apply (linked proxies restart)",
};

static ORIGIN_HEADERS: CauseData = CauseData {
    text: "The page is of another origin, which newer versions let in only with headers that name it",
    who: Who::Sp,
    setting: Setting::SpResponseHeaders,
    fix: "Add Access-Control-Allow-Origin with that origin, Access-Control-Allow-Credentials and Access-Control-Expose-Headers",
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
    /// whose Origin (the page that opens them, not the host they go to) is not in the virtual proxy's host allow list, and reverse proxies or firewalls that do not know web sockets
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
        causes: [HOST_NOT_ALLOWED, ORIGIN_HEADERS, GATEWAY_DROPS_UPGRADE, SESSION_NOT_KNOWN],
        references: [
            Reference::section(Specification::Rfc(6455), "4.1"),
            Reference::page("https://help.qlik.com/en-US/sense-admin/May2023/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/create-virtual-proxy.htm", "2026-12-01").about("Host allow list"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let entries: Vec<EntryPoint<'_>> = case.entry_points().collect();
    let mut by_hosts: BTreeMap<(String, Option<String>), Vec<Visit<'_>>> = BTreeMap::new();
    // Where each host first served a page.
    let mut loaded: HashMap<String, usize> = HashMap::new();
    for visit in case.visits() {
        if !visit.exchange.websocket && visit.exchange.status == 200 {
            loaded.entry(visit.host.clone()).or_insert(visit.index);
        }
        // The socket belongs to the service provider of this sign-in.
        if visit.exchange.websocket
            && (visit.exchange.side == Side::Sp
                || entries.iter().any(|entry| entry.is_visited_by(&visit)))
        {
            by_hosts.entry((visit.host.clone(), foreign(&visit))).or_default().push(visit);
        }
    }
    for ((host, page_host), sockets) in by_hosts {
        // A socket that opened shows that the host is fine; what failed beside it is something else.
        if sockets.iter().any(|visit| visit.exchange.status == 101) {
            continue;
        }
        // The page may have been there before the capture began, where it is of another host.
        let page = loaded.get(page_host.as_ref().unwrap_or(&host)).copied();
        if page.is_none() && page_host.is_none() {
            continue;
        }
        let mut after_page =
            sockets.iter().filter(|visit| page.is_none_or(|page| visit.index > page));
        let Some((refused, (severity, answer))) =
            after_page.find_map(|visit| Some((visit, answer(visit)?)))
        else {
            continue;
        };
        let entry = entries.iter().find(|entry| entry.is_visited_by(refused));
        let mut finding = Finding::new(severity, format!("The web socket to {host} is refused"))
            .detail(match &page_host {
                None => format!(
                    "The page came with status 200, its web socket {answer}. The frame of the hub appears, then \"connection lost\"."
                ),
                Some(page) => format!(
                    "A page of {page} opened it, and it {answer}. What is let in or not is {page}, the Origin of the socket, rather than {host}."
                ),
            })
            .expected("101 Switching Protocols", "RFC 6455")
            .actual(answer, "the answer to the web socket");
        if let Some(entry) = entry {
            finding = finding.subject(entry.id.clone());
        }
        finding = refused.mark(finding);
        let listed = |page: &String| {
            entry
                .and_then(|entry| entry.host_allow_list.as_ref())
                .is_some_and(|list| covers(list, page))
        };
        // What a gateway answers for itself tells of no list behind it.
        let by_gateway = refused.exchange.got_no_answer();
        if by_gateway {
            finding = finding.because(&GATEWAY_DROPS_UPGRADE, case);
        }
        finding = match &page_host {
            None if by_gateway || listed(&host) => finding,
            Some(page) if by_gateway && listed(page) => finding,
            None => finding.because_with(&HOST_NOT_ALLOWED, case, host.as_str()),
            Some(page) if listed(page) => finding.because(&ORIGIN_HEADERS, case),
            Some(page) => finding
                .because_with(&HOST_NOT_ALLOWED, case, page.as_str())
                .because(&ORIGIN_HEADERS, case),
        };
        if !by_gateway {
            finding = finding.because(&GATEWAY_DROPS_UPGRADE, case);
        }
        if matches!(refused.exchange.status, 401 | 403) {
            finding = finding.because(&SESSION_NOT_KNOWN, case);
        }
        out.push(if severity == Severity::Warning { finding.likely() } else { finding });
    }
}

/// The host of the page that opened a socket, where that is another one.
fn foreign(visit: &Visit<'_>) -> Option<String> {
    visit.exchange.origin.as_deref().and_then(host_of).filter(|origin| *origin != visit.host)
}

/// The list has the host or a domain above it.
fn covers(list: &[Sited<String>], host: &str) -> bool {
    list.iter().any(|entry| is_within(host, &entry.value))
}

/// How a socket was answered, where that is a refusal. No answer at all has many reasons.
fn answer(visit: &Visit<'_>) -> Option<(Severity, String)> {
    match (visit.exchange.status, visit.exchange.failure.as_deref()) {
        (101, _) | (0, None) => None,
        (0, Some(reason)) if reason.contains("ABORTED") || reason.contains("BLOCKED_BY_CLIENT") => {
            None
        }
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

    #[test]
    fn the_origin_is_what_must_be_let_in() {
        for (list, first) in
            [(&["sense.contoso.example"][..], "portal.other.example"), (&["other.example"], "")]
        {
            let mut case = with_list(list);
            let from_portal = Exchange {
                origin: Some("https://portal.other.example".to_owned()),
                ..socket(SOCKET, 403)
            };
            case.exchanges = vec![get(HUB, 200), socket(SOCKET, 101), from_portal];
            let found = WEBSOCKET_REFUSED.judge(&case);
            let [finding] = found.found() else {
                panic!("one finding: the socket of the hub itself opened")
            };
            assert!(
                finding
                    .detail
                    .as_deref()
                    .is_some_and(|detail| detail.contains("portal.other.example"))
            );
            assert_eq!(finding.causes[0].value.as_deref().unwrap_or_default(), first, "{list:?}");
        }
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
    fn what_a_gateway_answers_or_the_list_disproves_is_not_the_lists_fault() {
        let settings = |case: &Case| -> Vec<Option<diag_sdk::Setting>> {
            WEBSOCKET_REFUSED.judge(case).found()[0]
                .causes
                .iter()
                .map(|cause| cause.setting)
                .collect()
        };
        assert_eq!(settings(&with(502, None)), [Some(Setting::Gateway)]);
        assert_eq!(settings(&with(400, None)), [Some(Setting::Gateway)], "the host is listed");
        let unlisted =
            Case { exchanges: with(400, None).exchanges, ..with_list(&["other.example"]) };
        assert_eq!(settings(&unlisted), [Some(Setting::SpHostAllowList), Some(Setting::Gateway)]);
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
