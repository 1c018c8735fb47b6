//! `virtual-proxy/not-linked`: no proxy serves the virtual proxy.

use diag_sdk::address::Address;
use diag_sdk::view::EntryPoint;
use diag_sdk::{
    Account, Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
};

static LINK_FORGOTTEN: CauseData = CauseData {
    text: "The virtual proxy was created and not linked to a proxy, or the link was removed",
    who: Who::Sp,
    setting: Setting::SpLinkedProxies,
    fix: "Link the virtual proxy to the proxy that people reach; the proxy restarts",
};

check! {
    /// No proxy of the site lists the virtual proxy, so nothing serves it.
    ///
    /// A virtual proxy is a set of rules; a proxy service has to be linked to it before its URLs answer. Without the link people
    /// who open `/prefix/hub` get 404, or the default virtual proxy with its Windows log-in, and responses posted to the
    /// assertion consumer service find nobody. The export of the proxies tells, provided it is complete.
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
        causes: [LINK_FORGOTTEN],
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
    for entry in case
        .saml_entry_points()
        .filter(|entry| entry.vendor_id.is_some() && entry.linked_proxies.is_empty())
    {
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
    use diag_sdk::case::exchange::Exchange;
    use diag_sdk::case::sp_configuration::ProxyService;
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
    fn without_an_id_nothing_can_be_compared() {
        let mut case = with(Some(vec![]), &[]);
        case.sp_configurations[0].vendor_id = None;
        assert_eq!(levels(&NOT_LINKED, &case), []);
    }
}
