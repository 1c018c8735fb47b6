//! `hosts/session-proxied`: a session proxy stands in the browser's address bar.

use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
};
use std::collections::HashSet;

static SESSION_CONTROL: CauseData = CauseData {
    text: "A policy with session control sends people through a proxy that changes the host name",
    who: Who::Idp,
    setting: Setting::IdpPolicy,
    fix: "Take the application out of session control to see whether the trouble goes away, or allow and register the proxied host as well",
};

static PROXIED_HOST_UNKNOWN: CauseData = CauseData {
    text: "The service provider does not know the host name the proxy uses",
    who: Who::Sp,
    setting: Setting::SpHostAllowList,
    fix: "Add the proxied host name to the host allow list if session control is to stay",
};

check! {
    /// A session proxy such as Microsoft Defender for Cloud Apps stands between the browser and the service provider.
    ///
    /// Session control in Conditional Access sends people to `sense.example.mcas.ms` in place of `sense.example`. The service
    /// provider is then called by a name it may not accept, cookies belong to another host, and web sockets may not pass. The
    /// sign-in may well work; when it does not, this is one of the first things to take out of the way.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sense.example.mcas.ms/azure/hub/ @0s
    /// < 200
    /// < Content-Type: text/html
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
    /// ```
    pub(crate) static SESSION_PROXIED = {
        id: "hosts/session-proxied",
        title: "A session proxy changes the host name",
        levels: [Severity::Warning],
        stage: Stage::Landing,
        needs: [Need::Capture],
        explains: [],
        causes: [SESSION_CONTROL, PROXIED_HOST_UNKNOWN],
        references: [
            Reference::page("https://learn.microsoft.com/defender-cloud-apps/proxy-intro-aad", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told = HashSet::new();
    for visit in case.visits() {
        let Some((original, product)) = proxied(case, &visit.host) else { continue };
        if !told.insert(visit.host.clone()) {
            continue;
        }
        let finding = Finding::warning(format!("{product} stands in for {original}"))
            .detail(format!(
                "The browser's address is {}. Cookies, allow lists and ACS URLs that are made for {original} may not fit that name.",
                visit.host
            ))
            .expected(original, "the service provider's own host")
            .actual(visit.host.clone(), "the browser's request")
            .because(&SESSION_CONTROL, case)
            .because_with(&PROXIED_HOST_UNKNOWN, case, visit.host.as_str())
            .likely();
        out.push(visit.mark(finding));
    }
}

/// The host a proxied one stands in for. The proxy's own pages have no other host in front.
fn proxied<'a>(case: &'a Case, host: &'a str) -> Option<(&'a str, &'a str)> {
    case.products.iter().find_map(|product| {
        let original =
            product.stands_in.iter().find_map(|suffix| host.strip_suffix(suffix.as_str()))?;
        original.contains('.').then_some((original, product.name.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::Side;
    use diag_sdk::testing::exchange;

    fn messages(urls: &[&str]) -> Vec<String> {
        let case = Case {
            exchanges: urls.iter().map(|url| exchange(Side::Sp, "GET", url, 200)).collect(),
            products: diag_sdk::testing::products(),
            ..Case::default()
        };
        SESSION_PROXIED.judge(&case).found().iter().map(|finding| finding.message.clone()).collect()
    }

    #[test]
    fn a_proxied_host_is_told_once() {
        let url = "https://sense.contoso.example.proxy.example.net/azure/hub";
        assert_eq!(messages(&[url, url]), ["A session proxy stands in for sense.contoso.example"]);
    }

    #[test]
    fn other_hosts_and_the_proxys_own_pages_are_silent() {
        assert!(
            messages(&[
                "https://sense.contoso.example/azure/hub",
                "https://portal.proxy.example.net/",
                "https://evilmcas.ms/",
                "https://mcas.ms/"
            ])
            .is_empty()
        );
    }
}
