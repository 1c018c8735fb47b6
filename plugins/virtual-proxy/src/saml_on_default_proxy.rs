//! `virtual-proxy/saml-on-default-proxy`: sAML is set up on the default virtual proxy.

use diag_sdk::{
    Account, Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
};

static DEFAULT_PROXY_USED: CauseData = CauseData {
    text: "SAML was set up on the virtual proxy that exists from the start, or without a prefix",
    who: Who::Sp,
    setting: Setting::SpPrefix,
    fix: "Create a virtual proxy of its own with a prefix for SAML, link it to the proxy, and register the URLs that follow from the prefix",
};

check! {
    /// SAML is set up on the default virtual proxy, or on one without a prefix.
    ///
    /// Qlik documents that SAML cannot be used there. Its log-in and its API answer under the bare host name, so that the
    /// assertion consumer service has no path of its own; people see the Windows log-in or an error instead of the identity
    /// provider. A virtual proxy of its own with a prefix is needed, and the URLs registered at the identity provider carry that
    /// prefix.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "defaultVirtualProxy": true }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "defaultVirtualProxy": false }
    /// ```
    pub(crate) static SAML_ON_DEFAULT_PROXY = {
        id: "virtual-proxy/saml-on-default-proxy",
        title: "SAML is set up on the default virtual proxy",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: ["flow/request-not-answered", "endpoints/sign-on-url-wrong"],
        accounts: [Account::sp(&[]), Account::between(&[])],
        causes: [DEFAULT_PROXY_USED],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin/August2022/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/Configure-SAML.htm", "2026-12-01").about("SAML cannot be used for a default virtual proxy"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.entry_points().filter(|entry| entry.is_saml()) {
        let no_prefix = entry.prefix.as_ref().filter(|prefix| prefix.value.trim().is_empty());
        let (fact, place) = match (entry.is_default, no_prefix) {
            (Some(true), prefix) => {
                ("defaultVirtualProxy is true", prefix.map_or(&entry.place, |prefix| &prefix.place))
            }
            (_, Some(prefix)) => ("the prefix is empty", &prefix.place),
            _ => continue,
        };
        out.push(
            entry.fault("SAML is set up on the default virtual proxy")
                .detail("Qlik Sense does not support SAML there: without a prefix of its own there is no place for the assertion consumer service.")
                .at(place)
                .expected("a virtual proxy with a prefix", "Qlik help: Configuring SAML")
                .actual(fact, entry.name.clone())
                .because_at(&DEFAULT_PROXY_USED, &entry, None),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::sp_configuration::AuthenticationMethod;
    use diag_sdk::testing::{attempt, entry_point_with, levels, sited};

    #[test]
    fn the_flag_or_an_empty_prefix_is_an_error() {
        assert_eq!(levels(&SAML_ON_DEFAULT_PROXY, &entry_point_with(|_| ())), []);
        assert_eq!(
            levels(
                &SAML_ON_DEFAULT_PROXY,
                &entry_point_with(|entry| entry.is_default = Some(true))
            ),
            [Severity::Error]
        );
        assert_eq!(
            levels(
                &SAML_ON_DEFAULT_PROXY,
                &entry_point_with(|entry| entry.prefix = Some("".into()))
            ),
            [Severity::Error]
        );
    }

    #[test]
    fn what_a_condensed_export_lacks_is_unknown() {
        let case = entry_point_with(|entry| {
            entry.prefix = None;
            entry.is_default = None;
        });
        assert_eq!(levels(&SAML_ON_DEFAULT_PROXY, &case), []);
    }

    #[test]
    fn the_default_proxy_with_another_method_is_normal() {
        let case = entry_point_with(|entry| {
            entry.is_default = Some(true);
            entry.method = Some(sited(AuthenticationMethod::Ticket));
        });
        assert_eq!(levels(&SAML_ON_DEFAULT_PROXY, &case), []);
    }

    #[test]
    fn a_sign_in_that_worked_makes_it_a_warning() {
        let mut case = entry_point_with(|entry| entry.is_default = Some(true));
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&SAML_ON_DEFAULT_PROXY, &case), [Severity::Warning]);
    }
}
