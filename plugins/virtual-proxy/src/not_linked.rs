//! `virtual-proxy/not-linked`: no proxy serves the virtual proxy.

use diag_sdk::address::Address;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::sp_configuration::ProxyService;
use diag_sdk::view::EntryPoint;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Stage, Who,
    check,
};

static LINK_FORGOTTEN: CauseData = CauseData {
    text: "The virtual proxy was created and not linked to a proxy, or the link was removed",
    who: Who::Sp,
    setting: Setting::SpLinkedProxies,
    fix: "Link the virtual proxy to the proxy that people reach; the proxy restarts",
};

static LINKED_TO_SOME: CauseData = CauseData {
    text: "The virtual proxy is linked to some of the proxies only, and the balancer sends people to all of them",
    who: Who::Sp,
    setting: Setting::SpLinkedProxies,
    fix: "Link the virtual proxy to every proxy that people reach by this name, or take the others out of the balancer's pool; the proxies restart",
};

check! {
    /// No proxy of the site lists the virtual proxy, so nothing serves it.
    ///
    /// A virtual proxy is a set of rules; a proxy service has to be linked to it before its URLs answer. Without the link people
    /// who open `/prefix/hub` get 404, or the default virtual proxy with its Windows log-in, and responses posted to the
    /// assertion consumer service find nobody. The export of the proxies tells, provided it is complete.
    /// The link is made for each proxy: where only one of two behind a balancer has it, every other request falls through.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example" }
    /// ```
    /// ```json proxyservice
    /// { "id": "c8b5e0a2-93d7-4e16-8f40-6d2b1a9c7e58", "serverNodeConfiguration": { "name": "Central" },
    ///   "settings": { "listenPort": 443, "virtualProxies": [] } }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example" }
    /// ```
    /// ```json proxyservice
    /// { "id": "c8b5e0a2-93d7-4e16-8f40-6d2b1a9c7e58", "serverNodeConfiguration": { "name": "Central" },
    ///   "settings": { "listenPort": 443, "virtualProxies": [{ "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33" }] } }
    /// ```
    pub(crate) static NOT_LINKED = {
        id: "virtual-proxy/not-linked",
        title: "No proxy serves the virtual proxy",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig, Need::Proxyservice],
        explains: ["flow/request-not-answered", "endpoints/acs-port-differs-from-proxy", "flow/no-saml-messages"],
        accounts: [Account::sp(&[]), Account::between(&[])],
        causes: [LINK_FORGOTTEN, LINKED_TO_SOME],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin/May2023/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/create-virtual-proxy.htm", "2026-12-01").about("must be linked to a proxy service before it is available"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    // A list that is unknown or cut may hold the link.
    if case.proxies.is_empty() || case.proxies.iter().any(|proxy| proxy.entry_points.is_none()) {
        out.missing(Need::Proxyservice);
        return;
    }
    for entry in case.saml_entry_points().filter(|entry| entry.vendor_id.is_some()) {
        if !entry.linked_proxies.is_empty() {
            out.extend(linked_to_some(case, &entry));
            continue;
        }
        // An answer below its prefix shows that some proxy, not among the exports, serves it.
        let by_another = handed_to_another(case, &entry);
        let severity =
            if entry.served() && !by_another { Severity::Warning } else { entry.level() };
        let names: Vec<&str> = case.proxies.iter().map(|proxy| proxy.name.as_str()).collect();
        let first = names.first().copied().map(str::to_owned);
        out.push(
            entry.finding(severity, "No proxy serves the virtual proxy")
                .detail(format!(
                    "None of the exported proxies ({}) lists it. A virtual proxy that is linked to no proxy is not available: its URLs answer 404 or fall to \
                     the default one.",
                    names.join(", ")
                ))
                .at_all(case.proxies.iter().map(|proxy| &proxy.place))
                .at(&entry.place)
                .expected(entry.vendor_id.clone().unwrap_or_default(), format!("id of {}", entry.name))
                .actual(listed(case), "settings.virtualProxies of the proxies")
                .because_at(&LINK_FORGOTTEN, &entry, first.as_deref()),
        );
    }
}

/// Most proxies that are named.
const NAMED: usize = 5;

/// Some of the proxies list it and others do not, which may be meant so; where the capture shows answers below its prefix
/// as well as that nothing is there, it is not.
fn linked_to_some(case: &Case, entry: &EntryPoint<'_>) -> Option<Finding> {
    let without: Vec<&ProxyService> =
        case.proxies.iter().filter(|proxy| !entry.linked_proxies.contains(&proxy.id)).collect();
    if without.is_empty() || without.len() == case.proxies.len() {
        return None;
    }
    let prefix = entry.prefix.as_ref().filter(|prefix| !prefix.value.is_empty())?;
    let below = format!("/{}/", prefix.value);
    let under = |exchange: &&Exchange| {
        Address::parse(&exchange.url).is_some_and(|address| address.path.starts_with(&below))
    };
    let found_nothing: Vec<&Exchange> = case
        .exchanges
        .iter()
        .filter(under)
        .filter(|exchange| {
            exchange.status == 404 && (exchange.navigation || exchange.method == "POST")
        })
        .collect();
    let seen = entry.served() && !found_nothing.is_empty();
    let names: Vec<&str> = without.iter().take(NAMED).map(|proxy| proxy.name.as_str()).collect();
    let names = names.join(", ");
    let severity = if seen { Severity::Error } else { Severity::Warning };
    let finding = entry
        .finding(severity, format!("The virtual proxy is not linked to the proxy of {names}"))
        .detail(if seen {
            "Some requests below its prefix were answered, others found nothing there: whoever is sent to a proxy without the link gets 404."
        } else {
            "Whoever a balancer sends to a proxy without the link gets 404 there, or the default virtual proxy."
        })
        .expected(entry.vendor_id.clone().unwrap_or_default(), format!("id of {}", entry.name))
        .actual("not listed", format!("settings.virtualProxies of the proxy of {names}"))
        .at_all(without.iter().take(NAMED).map(|proxy| &proxy.place))
        .at_all(found_nothing.iter().take(2).map(|exchange| &exchange.place))
        .because_at(&LINKED_TO_SOME, entry, Some(names.as_str()));
    Some(if seen { finding } else { finding.likely() })
}

/// Who asks for a page below its prefix is sent to sign in in another way: the default virtual proxy answers there.
fn handed_to_another(case: &Case, entry: &EntryPoint<'_>) -> bool {
    const OTHER_WAYS: &[&str] =
        &["/internal_windows_authentication/", "/internal_forms_authentication/"];
    let Some(prefix) = entry.prefix.as_ref().filter(|prefix| !prefix.value.is_empty()) else {
        return false;
    };
    let below = format!("/{}/", prefix.value);
    let path = |url: &str| Address::parse(url).map(|address| address.path).unwrap_or_default();
    case.messages.is_empty()
        && case.exchanges.iter().any(|exchange| {
            let to = exchange.location.as_deref().map(path).unwrap_or_default();
            path(&exchange.url).starts_with(&below)
                && OTHER_WAYS.iter().any(|way| to.starts_with(way))
        })
}

fn listed(case: &Case) -> String {
    let ids: Vec<&str> = case
        .proxies
        .iter()
        .flat_map(|proxy| proxy.entry_points.iter().flatten())
        .map(String::as_str)
        .take(5)
        .collect();
    if ids.is_empty() { "none listed".to_owned() } else { ids.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{LANDING, entry_point_with, levels};

    fn with(entry_points: Option<Vec<String>>, linked: &[&str]) -> Case {
        let mut case = entry_point_with(|entry| {
            entry.linked_proxies = linked.iter().map(|id| (*id).to_owned()).collect();
        });
        case.proxies =
            vec![ProxyService { id: "x1".into(), entry_points, ..ProxyService::default() }];
        case
    }

    #[test]
    fn a_complete_list_without_it_is_an_error() {
        assert_eq!(levels(&NOT_LINKED, &with(Some(vec![]), &[])), [Severity::Error]);
        assert_eq!(levels(&NOT_LINKED, &with(Some(vec!["6f1d".into()]), &["x1"])), []);
    }

    #[test]
    fn an_unknown_list_or_no_proxy_is_missing() {
        assert_eq!(NOT_LINKED.judge(&with(None, &[])).missed(), [Need::Proxyservice]);
        assert_eq!(NOT_LINKED.judge(&entry_point_with(|_| ())).missed(), [Need::Proxyservice]);
    }

    #[test]
    fn an_answer_below_its_prefix_shows_that_it_is_served() {
        let mut case = with(Some(vec![]), &[]);
        case.exchanges =
            vec![Exchange { url: LANDING.to_owned(), status: 302, ..Exchange::default() }];
        assert_eq!(levels(&NOT_LINKED, &case), [Severity::Warning]);
        case.exchanges[0].status = 404;
        assert_eq!(levels(&NOT_LINKED, &case), [Severity::Error]);
    }

    #[test]
    fn a_link_to_one_of_two_proxies_is_an_error_where_the_other_answered() {
        let mut case = with(Some(vec!["6f1d".into()]), &["x1"]);
        let other =
            ProxyService { id: "x2".into(), entry_points: Some(vec![]), ..ProxyService::default() };
        case.proxies.push(other);
        assert_eq!(levels(&NOT_LINKED, &case), [Severity::Warning]);
        let page = |status: u16| Exchange {
            url: LANDING.to_owned(),
            status,
            navigation: true,
            ..Exchange::default()
        };
        case.exchanges = vec![page(302)];
        assert_eq!(levels(&NOT_LINKED, &case), [Severity::Warning]);
        case.exchanges.push(page(404));
        assert_eq!(levels(&NOT_LINKED, &case), [Severity::Error]);
    }

    #[test]
    fn without_an_id_nothing_can_be_compared() {
        let mut case = with(Some(vec![]), &[]);
        case.sp_configurations[0].vendor_id = None;
        assert_eq!(levels(&NOT_LINKED, &case), []);
    }
}
