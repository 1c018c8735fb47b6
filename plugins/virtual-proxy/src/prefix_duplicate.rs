//! `virtual-proxy/prefix-duplicate`: two virtual proxies have the same prefix.

use diag_sdk::view::EntryPoint;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Stage, Who,
    check,
};

static USED_TWICE: CauseData = CauseData {
    text: "A virtual proxy was copied or created with a prefix that another one already has",
    who: Who::Sp,
    setting: Setting::SpPrefix,
    fix: "Give each virtual proxy a prefix of its own, then register the URLs that follow from it",
};

check! {
    /// Two virtual proxies of the site have the same prefix.
    ///
    /// The prefix tells the proxy which virtual proxy a request is meant for; Qlik requires it to be unique. With two of them the
    /// request may be handled with the settings of the other: another authentication method, another session cookie, another copy
    /// of the identity provider's metadata. Sign-in then fails or loops, sometimes only on some nodes. All virtual proxies of the
    /// export are compared, not only the one in use.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// [
    ///   { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///     "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///     "samlEntityId": "https://sense.example" },
    ///   { "id": "0f9e8d7c-6b5a-4938-8271-6f5e4d3c2b1a", "prefix": "azure", "description": "Copy",
    ///     "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///     "samlEntityId": "https://sense.example" }
    /// ]
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// [
    ///   { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///     "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///     "samlEntityId": "https://sense.example" },
    ///   { "id": "0f9e8d7c-6b5a-4938-8271-6f5e4d3c2b1a", "prefix": "azure2", "description": "Copy",
    ///     "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///     "samlEntityId": "https://sense.example" }
    /// ]
    /// ```
    pub(crate) static PREFIX_DUPLICATE = {
        id: "virtual-proxy/prefix-duplicate",
        title: "Two virtual proxies have the same prefix",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: ["flow/session-cookie-lost"],
        accounts: [Account::sp_or_loop(&[Meaning::NoSession]), Account::between(&[Meaning::NoSession])],
        causes: [USED_TWICE],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin/May2023/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/create-virtual-proxy.htm", "2026-12-01").about("the prefix must be unique for each virtual proxy"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let entries: Vec<EntryPoint<'_>> = case.all_entry_points().collect();
    for (index, entry) in entries.iter().enumerate() {
        let Some(prefix) = entry.own_prefix() else { continue };
        let twin = |other: &&EntryPoint<'_>| {
            other.own_prefix().is_some_and(|known| known.eq_ignore_ascii_case(prefix))
                && entry.same_site(other)
        };
        // Each group once, told of its first member.
        if entries.iter().take(index).any(|other| twin(&other)) {
            continue;
        }
        let twins: Vec<&EntryPoint<'_>> = entries.iter().skip(index + 1).filter(twin).collect();
        if twins.is_empty() {
            continue;
        }
        let concerned = entry.relevant || twins.iter().any(|other| other.relevant);
        let severity = if concerned { entry.level() } else { Severity::Warning };
        let others: Vec<&str> =
            twins.iter().map(|other| other.configuration.name.as_str()).collect();
        let finding = entry
            .finding(severity, format!("The prefix {prefix} is used twice"))
            .detail(format!(
                "{} and {} have it. Which of them answers is a matter of chance.",
                entry.name,
                others.join(", ")
            ))
            .at_all(entry.prefix.iter().map(|prefix| &prefix.place))
            .at_all(
                twins.iter().filter_map(|other| other.prefix.as_ref()).map(|prefix| &prefix.place),
            )
            .expected("a prefix of its own for each virtual proxy", "Qlik help: Virtual proxies")
            .actual(prefix, format!("prefix of {} and {}", entry.name, others.join(", ")));
        out.push(finding.because_at(&USED_TWICE, entry, None));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::sp_configuration::SpConfiguration;
    use diag_sdk::testing::{entry_point, levels};

    fn case(sp_configurations: Vec<SpConfiguration>) -> Case {
        Case { sp_configurations, ..Case::default() }
    }

    fn second(prefix: &str) -> SpConfiguration {
        SpConfiguration {
            id: "c2".into(),
            name: "second".into(),
            relevant: false,
            prefix: Some(prefix.into()),
            ..entry_point()
        }
    }

    #[test]
    fn equal_prefixes_are_an_error_whatever_their_letter_case() {
        for (prefix, level) in [
            ("azure", Some(Severity::Error)),
            ("AZURE", Some(Severity::Error)),
            ("azure2", None),
            ("", None),
        ] {
            let case = case(vec![entry_point(), second(prefix)]);
            assert_eq!(levels(&PREFIX_DUPLICATE, &case).first().copied(), level, "{prefix}");
        }
    }

    #[test]
    fn a_group_is_told_once_and_only_warned_about_where_it_is_of_no_concern() {
        let case = case(vec![second("x"), second("x"), second("x")]);
        assert_eq!(levels(&PREFIX_DUPLICATE, &case), [Severity::Warning]);
    }

    #[test]
    fn exports_of_different_sites_do_not_clash() {
        let mut other = second("azure");
        other.host_uri = Some("https://test.contoso.example".into());
        other.place.input = "i2".into();
        assert_eq!(levels(&PREFIX_DUPLICATE, &case(vec![entry_point(), other])), []);
    }
}
