//! `hosts/host-not-in-allow-list`: a host name the service provider does not accept.

use diag_sdk::difference::{self, Difference};
use diag_sdk::host::is_within;
use diag_sdk::view::{EntryPoint, Visit};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Stage, Who, check, shown,
};
use std::collections::{BTreeMap, HashSet};

static NOT_ENTERED: CauseData = CauseData {
    text: "The host name people use was never entered in the host allow list, or was entered with a scheme, port or another spelling",
    who: Who::Sp,
    setting: Setting::SpHostAllowList,
    fix: "Add the bare host name to the list and apply (linked proxies restart)",
};

static GATEWAY_CHANGES_HOST: CauseData = CauseData {
    text: "A reverse proxy hands requests on under another host name than people typed",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Let it keep the Host header that the browser sent, or add the name it sends to the allow list",
};

check! {
    /// A host name that people or the configuration use is not covered by the virtual proxy's host allow list.
    ///
    /// Qlik Sense answers by the names in this list only. By any other name people get error 400 ("The http header is
    /// incorrect") before a sign-in begins, or the hub's frame appears and its web socket is refused. An entry covers the very
    /// host and hosts below it: `contoso.example` covers `sense.contoso.example`, and does not cover `evilcontoso.example`.
    /// Entries are bare host names; with `https://` or a port they match nothing.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "websocketCrossOriginWhiteList": ["qlik.example"] }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "websocketCrossOriginWhiteList": ["sense.example"] }
    /// ```
    pub(crate) static HOST_NOT_IN_ALLOW_LIST = {
        id: "hosts/host-not-in-allow-list",
        title: "The host name in use is not in the host allow list",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig, Need::Capture],
        explains: ["hosts/host-uri-differs-from-browser", "hosts/websocket-refused", "flow/request-not-answered", "flow/relay-state-lost"],
        accounts: [Account::sp(&[Meaning::HostHeader])],
        causes: [NOT_ENTERED, GATEWAY_CHANGES_HOST],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24").about("step 10: Host allow list"),
            Reference::page("https://help.qlik.com/en-US/sense-admin/May2023/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/create-virtual-proxy.htm", "2026-12-01").about("Host allow list"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut judged = false;
    for entry in case.entry_points() {
        let Some(list) = &entry.configuration.host_allow_list else { continue };
        judged = true;
        let list: Vec<&str> = list.iter().map(|item| item.value.as_str()).collect();
        let own = entry.own_host();
        let mut hosts: BTreeMap<String, Vec<Visit<'_>>> =
            own.iter().map(|host| (host.clone(), Vec::new())).collect();
        for visit in entry.visits() {
            hosts.entry(visit.host.clone()).or_default().push(visit);
        }
        // A host that never answered is none that people could be let in by.
        let answered = |there: &[Visit<'_>]| {
            there.is_empty() || there.iter().any(|visit| visit.exchange.status != 0)
        };
        for (host, there) in hosts.iter().filter(|(host, there)| {
            answered(there) && !list.iter().any(|item| is_within(host, item))
        }) {
            out.push(not_covered(&entry, &list, host, there, own.as_ref() == Some(host)));
        }
    }
    if !judged {
        out.missing(Need::Virtualproxyconfig);
        refused_in_capture(case, out);
    }
}

fn not_covered(
    entry: &EntryPoint<'_>,
    list: &[&str],
    host: &str,
    there: &[Visit<'_>],
    own: bool,
) -> Finding {
    let refused = there.first().filter(|visit| visit.refused_for_host());
    let socket = there.iter().find(|visit| {
        visit.exchange.websocket && visit.exchange.status != 101 && visit.exchange.status != 0
    });
    let proof = refused.or(socket);
    let machine = entry.engine_nodes.iter().flatten().any(|node| node.eq_ignore_ascii_case(host))
        || entry.case.proxies.iter().any(|proxy| proxy.name.eq_ignore_ascii_case(host));
    let (severity, what) = if refused.is_some() {
        (
            Severity::Error,
            "The capture shows that requests by this name are refused before anything else is looked at.",
        )
    } else if socket.is_some() {
        (Severity::Error, "The capture shows that web sockets by this name are refused.")
    } else if machine {
        (
            Severity::Warning,
            "It is the name of one of the site's own machines, which the product is believed to accept without an entry.",
        )
    } else if there.iter().any(Visit::served) {
        (
            Severity::Warning,
            "The capture shows that pages are served by this name; web sockets and redirects may still be refused.",
        )
    } else if own {
        (
            Severity::Error,
            "The set-up guide asks for the host of the SAML host URI in this list; requests and web sockets by other names are refused.",
        )
    } else {
        (Severity::Warning, "Requests and web sockets by names outside the list are refused.")
    };
    let near = difference::nearest(list.iter().copied(), host)
        .filter(|(_, kind)| *kind != Difference::Unrelated);
    let mut finding = entry
        .finding(severity, format!("{host} is not in the host allow list"))
        .detail(what)
        .expected(host, if own { "SAML host URI" } else { "the browser's requests" })
        .actual(
            if list.is_empty() {
                "an empty list".to_owned()
            } else {
                listed(list, near.map(|(entry, _)| entry))
            },
            format!("Host allow list of {}", entry.name),
        )
        .difference(near.map_or(Difference::Host, |(_, kind)| kind))
        .at(&entry.host_allow_list_place)
        .because_at(&NOT_ENTERED, entry, host);
    if let Some(visit) = proof {
        finding = visit.mark(finding).because_at(&GATEWAY_CHANGES_HOST, entry, None);
    }
    match entry.host_uri.as_ref().filter(|_| own) {
        Some(uri) => finding.at(&uri.place),
        None => finding,
    }
}

/// Without the configuration the page that refuses a host name still says so.
fn refused_in_capture(case: &Case, out: &mut Findings) {
    let mut told = HashSet::new();
    for visit in case.visits().filter(Visit::says_host_refused) {
        if !told.insert(visit.host.clone()) {
            continue;
        }
        let finding = Finding::error(format!("The service provider refuses the host name {}", visit.host))
            .detail(format!(
                "It answers {} and says that the HTTP header is wrong: the Host header names a host it does not accept.",
                visit.exchange.status
            ))
            .actual(visit.host.clone(), "the browser's request")
            .because_with(&NOT_ENTERED, case, visit.host.as_str())
            .because(&GATEWAY_CHANGES_HOST, case);
        out.push(visit.mark(finding));
    }
}

/// The entries of the list; one that is meant, perhaps, is not left out of a long one.
fn listed(list: &[&str], near: Option<&str>) -> String {
    let beyond = list.iter().skip(shown::MOST_LISTED).find(|entry| Some(**entry) == near);
    shown::list(beyond.into_iter().chain(list).copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::{Attempt, Outcome};
    use diag_sdk::case::exchange::{Exchange, Side};
    use diag_sdk::testing::{entry_point_with, exchange, page};

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

    fn levels(case: &Case) -> Vec<Severity> {
        HOST_NOT_IN_ALLOW_LIST.judge(case).found().iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn the_host_or_a_parent_domain_covers_a_mere_suffix_does_not() {
        for (list, level) in [
            (&["sense.contoso.example"][..], None),
            (&["SENSE.Contoso.Example"], None),
            (&["other.example", "contoso.example"], None),
            (&["ense.contoso.example"], Some(Severity::Error)),
            (&["contoso"], Some(Severity::Error)),
            (&["bi.contoso.example"], Some(Severity::Error)),
            (&["https://sense.contoso.example"], Some(Severity::Error)),
            (&["sense.contoso.example:443"], Some(Severity::Error)),
            (&[], Some(Severity::Error)),
        ] {
            assert_eq!(levels(&with_list(list)).first().copied(), level, "{list:?}");
        }
    }

    #[test]
    fn the_bare_host_is_what_to_enter_and_the_near_miss_is_named() {
        let found = HOST_NOT_IN_ALLOW_LIST.judge(&with_list(&["https://sense.contoso.example"]));
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(finding.causes[0].value.as_deref(), Some("sense.contoso.example"));
        assert_eq!(finding.difference, Some(Difference::Scheme));
    }

    #[test]
    fn an_unknown_list_is_missing_not_empty() {
        let mut case = with_list(&[]);
        case.sp_configurations[0].host_allow_list = None;
        let found = HOST_NOT_IN_ALLOW_LIST.judge(&case);
        assert!(found.found().is_empty());
        assert_eq!(found.missed(), [Need::Virtualproxyconfig]);
    }

    #[test]
    fn a_refused_first_request_proves_it_a_served_one_does_not() {
        let mut case = with_list(&["sense.contoso.example"]);
        case.exchanges = vec![get("https://bi.contoso.example/azure/hub", 400)];
        case.attempts = vec![Attempt {
            id: "a1".into(),
            outcome: Outcome::RefusedBySp,
            exchanges: vec![0],
            ..Attempt::default()
        }];
        let found = HOST_NOT_IN_ALLOW_LIST.judge(&case);
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(
            (finding.severity, finding.attempts.as_slice()),
            (Severity::Error, ["a1".to_owned()].as_slice())
        );
        assert_eq!(finding.causes[0].value.as_deref(), Some("bi.contoso.example"));
        case.exchanges[0].status = 302;
        assert_eq!(levels(&case), [Severity::Warning]);
    }

    #[test]
    fn a_refused_web_socket_proves_it() {
        let mut case = with_list(&[]);
        case.exchanges = vec![
            get("https://sense.contoso.example/azure/hub", 200),
            socket("wss://sense.contoso.example/azure/app/1", 101),
        ];
        assert_eq!(levels(&case), [Severity::Warning], "it works");
        case.exchanges[1].status = 403;
        assert_eq!(levels(&case), [Severity::Error]);
        case.exchanges[1].status = 0;
        assert_eq!(levels(&case), [Severity::Warning], "no answer tells nothing");
    }

    #[test]
    fn the_machines_own_name_is_believed_to_be_accepted() {
        let mut case = with_list(&[]);
        case.sp_configurations[0].engine_nodes = Some(vec!["Sense.contoso.example".into()]);
        assert_eq!(levels(&case), [Severity::Warning]);
    }

    #[test]
    fn the_refusing_page_is_enough_without_the_configuration() {
        let mut refused = get("https://bi.contoso.example/azure/hub", 400);
        refused.page = Some(page(&[], &[Meaning::HostHeader]));
        let case = Case { exchanges: vec![refused.clone(), refused], ..Case::default() };
        assert_eq!(levels(&case), [Severity::Error]);
    }

    #[test]
    fn entry_points_of_no_concern_and_other_paths_are_left_alone() {
        let mut case = with_list(&["sense.contoso.example"]);
        case.exchanges = vec![get("https://bi.contoso.example/other/hub", 400)];
        assert_eq!(levels(&case), []);
        case.exchanges[0] = Exchange {
            side: Side::Other,
            navigation: false,
            ..get("https://cdn.example/azure/logo.png", 200)
        };
        assert_eq!(
            levels(&case),
            [],
            "a picture from elsewhere whose path begins with the same word"
        );
        let mut case = with_list(&[]);
        case.sp_configurations[0].relevant = false;
        assert_eq!(levels(&case), []);
    }
}
