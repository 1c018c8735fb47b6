//! `hosts/allow-list-entry-malformed`: an entry of the host allow list that is no bare host name.

use diag_sdk::difference;
use diag_sdk::host::{bare_host, host_of};
use diag_sdk::{Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check};

static NOT_A_HOST: CauseData = CauseData {
    text: "A URL or pattern was entered where a bare host name belongs",
    who: Who::Sp,
    setting: Setting::SpHostAllowList,
    fix: "Replace the entry by the bare host name and apply (linked proxies restart)",
};

check! {
    /// An entry of the host allow list is more than a bare host name.
    ///
    /// The list is compared with host names. The set-up guide asks for the host of the SAML host URI "without the https://";
    /// an entry with a scheme, a port, a path, blanks or `*.` in it is likely to match no host at all, and whoever reads the
    /// list believes that the host is allowed. Hosts below an entry are covered without any wildcard.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example",
    ///   "websocketCrossOriginWhiteList": ["sense.example", "https://bi.example:443"] }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example",
    ///   "websocketCrossOriginWhiteList": ["sense.example", "bi.example"] }
    /// ```
    pub(crate) static ALLOW_LIST_ENTRY_MALFORMED = {
        id: "hosts/allow-list-entry-malformed",
        title: "A host allow list entry is not a bare host name",
        levels: [Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: [],
        causes: [NOT_A_HOST],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24").about("step 10: Host allow list"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.entry_points() {
        let Some(list) = &entry.host_allow_list else {
            out.missing(Need::Virtualproxyconfig);
            continue;
        };
        for item in list {
            let Some(flaw) = flaw(&item.value) else { continue };
            let repaired = repaired(&item.value);
            let mut finding = entry
                .finding(Severity::Warning, format!("Host allow list entry {flaw}"))
                .detail("Entries are compared with host names; an entry with more than that in it is likely to match nothing.")
                .at(&item.place)
                .actual(item.value.clone(), format!("Host allow list of {}", entry.name))
                .because_at(&NOT_A_HOST, &entry, repaired.as_deref());
            finding = match repaired {
                Some(host) => {
                    let kind = difference::between(&host, &item.value)
                        .filter(|kind| *kind != difference::Difference::Unrelated);
                    let finding = finding.expected(host, "the host part of the entry");
                    match kind {
                        Some(kind) => finding.difference(kind),
                        None => finding,
                    }
                }
                None => finding.expected("a host name such as sense.example", "Host allow list"),
            };
            out.push(finding);
        }
    }
}

/// What is wrong with an entry, as the end of a headline.
fn flaw(entry: &str) -> Option<&'static str> {
    if entry.trim().is_empty() {
        Some("is blank")
    } else if entry.contains("://") || entry.starts_with("//") {
        Some("has a scheme")
    } else if entry.contains('*') {
        Some("has a wildcard")
    } else if entry.chars().any(char::is_whitespace) {
        Some("has blanks in it")
    } else if entry.contains(['/', '\\', '?', '#']) {
        Some("has a path")
    } else if entry.contains([',', ';']) {
        Some("holds several names")
    } else if entry.starts_with('.') {
        Some("begins with a dot")
    } else if bare_host(entry).is_some() {
        None
    } else if entry.contains(':') {
        Some("has a port")
    } else {
        Some("is not a host name")
    }
}

/// The host name somebody meant.
fn repaired(entry: &str) -> Option<String> {
    let trimmed = entry.trim();
    let text = trimmed.trim_start_matches('/').trim_start_matches("*.").trim_start_matches('.');
    let url = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    host_of(&url).filter(|host| bare_host(host).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::entry_point_with;

    /// The virtual proxy with a host below a domain of its own, and that allow list.
    fn with_list(allow_list: &[&str]) -> Case {
        entry_point_with(|entry| {
            entry.host_uri = Some("https://sense.contoso.example".into());
            entry.acs_url = None;
            entry.host_allow_list = Some(allow_list.iter().map(|host| (*host).into()).collect());
        })
    }

    #[test]
    fn bare_host_names_of_all_kinds_are_fine() {
        for entry in [
            "sense.contoso.example",
            "contoso.example",
            "SENSE",
            "10.0.0.7",
            "[::1]",
            "büro.example",
        ] {
            assert!(
                ALLOW_LIST_ENTRY_MALFORMED.judge(&with_list(&[entry])).found().is_empty(),
                "{entry}"
            );
        }
    }

    #[test]
    fn every_flaw_is_named_and_repaired() {
        for (entry, flaw, value) in [
            ("https://sense.example", "Host allow list entry has a scheme", Some("sense.example")),
            (
                "https://sense.example:443/hub",
                "Host allow list entry has a scheme",
                Some("sense.example"),
            ),
            ("sense.example:443", "Host allow list entry has a port", Some("sense.example")),
            ("sense.example/azure", "Host allow list entry has a path", Some("sense.example")),
            ("*.example", "Host allow list entry has a wildcard", Some("example")),
            (" sense.example", "Host allow list entry has blanks in it", Some("sense.example")),
            (".sense.example", "Host allow list entry begins with a dot", Some("sense.example")),
            ("", "Host allow list entry is blank", None),
            ("a.example,b.example", "Host allow list entry holds several names", None),
        ] {
            let found = ALLOW_LIST_ENTRY_MALFORMED.judge(&with_list(&[entry]));
            let [finding] = found.found() else { panic!("one finding for {entry:?}") };
            assert_eq!(finding.message, flaw, "{entry}");
            if value.is_some() || entry.is_empty() {
                assert_eq!(finding.causes[0].value.as_deref(), value, "{entry}");
            }
            assert!(!finding.certain);
        }
    }

    #[test]
    fn an_unknown_list_is_missing() {
        let mut case = with_list(&[]);
        case.sp_configurations[0].host_allow_list = None;
        assert_eq!(ALLOW_LIST_ENTRY_MALFORMED.judge(&case).missed(), [Need::Virtualproxyconfig]);
    }
}
