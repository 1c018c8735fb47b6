//! `virtual-proxy/authentication-method-not-saml`: the virtual proxy does not authenticate with SAML.

use diag_sdk::case::sp_configuration::{AuthenticationMethod, HeldMetadata};
use diag_sdk::{
    Account, Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
};

static METHOD_NOT_CHOSEN: CauseData = CauseData {
    text: "Another authentication method was chosen, or SAML was entered and not applied",
    who: Who::Sp,
    setting: Setting::SpAuthenticationMethod,
    fix: "Choose SAML as authentication method of this virtual proxy and apply",
};

check! {
    /// The virtual proxy people use authenticates by another method than SAML.
    ///
    /// `authenticationMethod` decides alone; filled SAML fields do nothing while it says Ticket, header, JWT or OIDC. People get
    /// the Windows log-in or another page instead of the identity provider's, and responses posted to `samlauthn` are not read.
    /// Only the virtual proxy of this sign-in is judged; others of the site may use what they like.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 0, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example" }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example" }
    /// ```
    pub(crate) static AUTHENTICATION_METHOD_NOT_SAML = {
        id: "virtual-proxy/authentication-method-not-saml",
        title: "The virtual proxy does not authenticate with SAML",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: ["virtual-proxy/idp-metadata-missing", "endpoints/acs-differs-from-sp-metadata", "endpoints/response-sent-to-wrong-acs", "flow/request-not-answered"],
        accounts: [Account::sp(&[]), Account::between(&[])],
        causes: [METHOD_NOT_CHOSEN],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-developer", "2026-11-24").about("VirtualProxyConfig.authenticationMethod: 3 is SAML"),
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24").about("step 7b"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    // Other entry points of the site may well use other methods.
    if case.entry_points().any(|entry| entry.is_saml()) {
        return;
    }
    let only = case.entry_points().count() == 1;
    for entry in case.entry_points() {
        let Some(method) = &entry.method else { continue };
        let set_up_for_saml = entry.host_uri.is_some()
            || entry.entity_id.is_some()
            || entry.idp_metadata == HeldMetadata::Read;
        if !only && !set_up_for_saml {
            continue;
        }
        let name = match method.value {
            AuthenticationMethod::Saml => continue,
            AuthenticationMethod::Ticket => "Ticket (0)",
            AuthenticationMethod::HeaderStatic => {
                "Header authentication, static user directory (1)"
            }
            AuthenticationMethod::HeaderDynamic => {
                "Header authentication, dynamic user directory (2)"
            }
            AuthenticationMethod::Jwt => "JWT (4)",
            AuthenticationMethod::Oidc => "OIDC (5)",
            AuthenticationMethod::Other => "an unknown method",
        };
        // Nothing of it is meant for SAML: people sign in there by another protocol, and may be meant to.
        let by_intent = !set_up_for_saml
            && matches!(method.value, AuthenticationMethod::Oidc | AuthenticationMethod::Jwt);
        let headline = "The virtual proxy does not authenticate with SAML";
        let fault = if by_intent {
            entry.finding(Severity::Warning, headline).likely()
        } else {
            entry.fault(headline)
        };
        out.push(
            fault
                .detail(
                    "It ignores its SAML settings: it sends no request to the identity provider and serves no assertion consumer service.",
                )
                .at(&method.place)
                .expected("SAML (3)", "the sign-in under judgement")
                .actual(name, format!("authenticationMethod of {}", entry.name))
                .because_at(&METHOD_NOT_CHOSEN, &entry, "SAML"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::sp_configuration::SpConfiguration;
    use diag_sdk::testing::{entry_point, entry_point_with, levels, sited};

    fn with(method: AuthenticationMethod) -> Case {
        entry_point_with(|entry| entry.method = Some(sited(method)))
    }

    #[test]
    fn another_protocol_by_intent_is_no_error() {
        let mut case = with(AuthenticationMethod::Oidc);
        assert_eq!(levels(&AUTHENTICATION_METHOD_NOT_SAML, &case), [Severity::Error]);
        let entry = &mut case.sp_configurations[0];
        (entry.host_uri, entry.entity_id, entry.idp_metadata) = (None, None, HeldMetadata::Missing);
        assert_eq!(levels(&AUTHENTICATION_METHOD_NOT_SAML, &case), [Severity::Warning]);
        case.sp_configurations[0].method = Some(sited(AuthenticationMethod::Ticket));
        assert_eq!(levels(&AUTHENTICATION_METHOD_NOT_SAML, &case), [Severity::Error]);
    }

    #[test]
    fn every_method_but_saml_is_an_error() {
        use AuthenticationMethod::{HeaderDynamic, HeaderStatic, Jwt, Oidc, Other, Saml, Ticket};
        assert_eq!(levels(&AUTHENTICATION_METHOD_NOT_SAML, &with(Saml)), []);
        for method in [Ticket, HeaderStatic, HeaderDynamic, Jwt, Oidc, Other] {
            assert_eq!(
                levels(&AUTHENTICATION_METHOD_NOT_SAML, &with(method)),
                [Severity::Error],
                "{method:?}"
            );
        }
    }

    #[test]
    fn an_unknown_method_and_entry_points_of_no_concern_are_silent() {
        assert_eq!(
            levels(&AUTHENTICATION_METHOD_NOT_SAML, &entry_point_with(|entry| entry.method = None)),
            []
        );
        let mut case = with(AuthenticationMethod::Ticket);
        case.sp_configurations[0].relevant = false;
        assert_eq!(levels(&AUTHENTICATION_METHOD_NOT_SAML, &case), []);
    }

    #[test]
    fn beside_a_saml_entry_point_others_may_do_as_they_like() {
        let mut case = with(AuthenticationMethod::Ticket);
        case.sp_configurations.push(entry_point());
        assert_eq!(levels(&AUTHENTICATION_METHOD_NOT_SAML, &case), []);
    }

    #[test]
    fn of_several_only_those_set_up_for_saml_are_meant() {
        let mut case = with(AuthenticationMethod::Ticket);
        let ticket = Some(sited(AuthenticationMethod::Ticket));
        let bare =
            SpConfiguration { host_uri: None, entity_id: None, method: ticket, ..entry_point() };
        case.sp_configurations.push(bare);
        assert_eq!(levels(&AUTHENTICATION_METHOD_NOT_SAML, &case), [Severity::Error]);
    }
}
