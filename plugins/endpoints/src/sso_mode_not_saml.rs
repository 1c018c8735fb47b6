//! The application is not set up for SAML at all.

use diag_sdk::{Account, Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Who, check};

static OTHER_METHOD: CauseData = CauseData {
    text: "Another single sign-on method was chosen for the application, or none",
    who: Who::Idp,
    setting: Setting::IdpSsoMode,
    fix: "Choose SAML as the single sign-on method and fill in the basic SAML configuration",
};

check! {
    /// The application at the identity provider is not set up for SAML single sign-on.
    ///
    /// An application in Microsoft Entra ID has one single sign-on method. With another one (a password
    /// vault, OpenID Connect, a mere link) or none, its SAML settings are not in force: there is no
    /// signing certificate of its own, and requests are refused or answered with the wrong claims.
    ///
    /// ## Fails
    ///
    /// ```json servicePrincipal
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "appDisplayName": "Qlik Sense", "accountEnabled": true,
    ///  "preferredSingleSignOnMode": "oidc", "replyUrls": ["https://sense.example:443/azure/samlauthn/"]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json servicePrincipal
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "appDisplayName": "Qlik Sense", "accountEnabled": true,
    ///  "preferredSingleSignOnMode": "saml", "replyUrls": ["https://sense.example:443/azure/samlauthn/"]}
    /// ```
    pub(crate) static SSO_MODE_NOT_SAML = {
        id: "endpoints/sso-mode-not-saml",
        title: "The application is not set up for SAML",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::ServicePrincipal],
        explains: ["flow/request-not-answered", "flow/response-not-posted"],
        accounts: [Account::idp(&[])],
        causes: [OTHER_METHOD],
        references: ["https://learn.microsoft.com/graph/api/resources/serviceprincipal (preferredSingleSignOnMode)"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for registration in case.relevant_registrations() {
        let Some(mode) = &registration.sso_mode else {
            out.missing(Need::ServicePrincipal);
            continue;
        };
        let value = mode.value.as_deref().unwrap_or_default();
        if value == "saml" {
            continue;
        }
        let shown = if value.is_empty() { "not set" } else { value };
        // An application registered by script may work without the setting.
        let finding = if case.signed_in() {
            Finding::warning("The application is not set up for SAML")
                .likely()
                .detail("The capture shows a SAML sign-in that worked nevertheless.")
        } else {
            Finding::error("The application is not set up for SAML")
                .detail("Its SAML settings are not in force with another single sign-on method.")
        };
        out.push(
            finding
                .expected("saml", "single sign-on method that this sign-in uses")
                .actual(shown, "preferredSingleSignOnMode")
                .at(&mode.place)
                .subject(registration.id.clone())
                .because_with(&OTHER_METHOD, case, "SAML"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{ACS_URL, ENTITY_ID, findings, levels, registration, sign_in, sited};

    fn with_mode(mut case: Case, mode: Option<&str>) -> Case {
        let mut known = registration(&[ENTITY_ID], &[ACS_URL]);
        known.sso_mode = Some(sited(mode.map(str::to_owned)));
        case.registrations = vec![known];
        case
    }

    #[test]
    fn only_saml_will_do() {
        assert!(findings(&SSO_MODE_NOT_SAML, &with_mode(Case::default(), Some("saml"))).is_empty());
        for mode in [Some("oidc"), Some("password"), Some("SAML"), None] {
            assert_eq!(levels(&SSO_MODE_NOT_SAML, &with_mode(Case::default(), mode)), [Severity::Error], "{mode:?}");
        }
        assert_eq!(levels(&SSO_MODE_NOT_SAML, &with_mode(sign_in(Outcome::SignedIn), None)), [Severity::Warning]);
    }

    #[test]
    fn an_export_without_the_field_leaves_the_question_open() {
        let case = Case { registrations: vec![registration(&[ENTITY_ID], &[ACS_URL])], ..Case::default() };
        assert!(SSO_MODE_NOT_SAML.judge(&case).missed().contains(&Need::ServicePrincipal));
    }
}
