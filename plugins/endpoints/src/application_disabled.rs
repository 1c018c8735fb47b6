//! Nobody may sign in to the application.

use diag_sdk::{Account, Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Who, check};

static DISABLED: CauseData = CauseData {
    text: "The application is disabled for sign-in",
    who: Who::Idp,
    setting: Setting::IdpEnabled,
    fix: "Enable the application for users to sign in",
};

/// Codes by which Entra ID says that the application is disabled or not available.
const CODES: &[&str] = &["AADSTS1000031", "AADSTS7000112"];

check! {
    /// The application is disabled at the identity provider.
    ///
    /// An administrator (or an automatic clean-up of unused applications) can disable an application
    /// without deleting it. All its settings look right, and yet everybody is refused by the identity
    /// provider (AADSTS7000112 in Entra ID).
    ///
    /// ## Fails
    ///
    /// ```json servicePrincipal
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "appDisplayName": "Qlik Sense", "accountEnabled": false,
    ///  "preferredSingleSignOnMode": "saml", "replyUrls": ["https://sense.example:443/azure/samlauthn/"]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json servicePrincipal
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "appDisplayName": "Qlik Sense", "accountEnabled": true,
    ///  "preferredSingleSignOnMode": "saml", "replyUrls": ["https://sense.example:443/azure/samlauthn/"]}
    /// ```
    pub(crate) static APPLICATION_DISABLED = {
        id: "endpoints/application-disabled",
        title: "The application is disabled at the identity provider",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::ServicePrincipal, Need::Application, Need::Capture],
        explains: ["endpoints/entity-id-not-registered", "flow/request-not-answered", "flow/response-not-posted", "flow/user-not-assigned"],
        accounts: [Account::idp(&[]).codes(CODES)],
        causes: [DISABLED],
        references: ["https://learn.microsoft.com/graph/api/resources/serviceprincipal (accountEnabled)"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let said: Vec<_> = case.refusing_codes().into_iter().filter(|seen| CODES.contains(&seen.code)).collect();
    let disabled: Vec<_> =
        case.relevant_registrations().filter(|registration| registration.enabled.as_ref().is_some_and(|enabled| !enabled.value)).collect();
    for registration in &disabled {
        let Some(enabled) = &registration.enabled else { continue };
        let mut finding = if case.signed_in() && said.is_empty() {
            Finding::warning("The application is disabled at the identity provider")
                .detail("The capture shows a sign-in from before, or to another application.")
        } else {
            Finding::error("The application is disabled at the identity provider").detail("Nobody can sign in to it until it is enabled.")
        };
        for seen in &said {
            finding = finding.at(seen.place).attempt(seen.attempt.map_or("", |attempt| attempt.id.as_str()));
        }
        out.push(
            finding
                .subject(registration.id.clone())
                .expected("true", "an application people sign in to")
                .actual("false", "accountEnabled")
                .at(&enabled.place)
                .because_with(&DISABLED, case, "Yes"),
        );
    }
    if !disabled.is_empty() {
        return;
    }
    for seen in said {
        let meaning = case.code(seen.code).map_or("", |code| code.text.as_str());
        out.push(
            seen.finding(Severity::Error, format!("The identity provider says that the application is disabled ({})", seen.code))
                .detail(meaning)
                .at(seen.place)
                .because_with(&DISABLED, case, "Yes"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{ACS_URL, ENTITY_ID, findings, levels, refused_by_idp, registration, sign_in, sited};

    fn with(mut case: Case, enabled: Option<bool>) -> Case {
        let mut known = registration(&[ENTITY_ID], &[ACS_URL]);
        known.enabled = enabled.map(sited);
        case.registrations = vec![known];
        case
    }

    #[test]
    fn disabled_is_an_error_and_enabled_or_unknown_is_not() {
        assert_eq!(levels(&APPLICATION_DISABLED, &with(Case::default(), Some(false))), [Severity::Error]);
        assert!(findings(&APPLICATION_DISABLED, &with(Case::default(), Some(true))).is_empty());
        assert!(findings(&APPLICATION_DISABLED, &with(Case::default(), None)).is_empty());
        assert_eq!(levels(&APPLICATION_DISABLED, &with(sign_in(Outcome::SignedIn), Some(false))), [Severity::Warning]);
    }

    #[test]
    fn the_code_alone_and_with_the_export_is_one_finding() {
        let code = refused_by_idp(&["AADSTS7000112"], &[]);
        let found = findings(&APPLICATION_DISABLED, &code);
        assert_eq!((found.len(), found[0].attempts.len()), (1, 1));
        let found = findings(&APPLICATION_DISABLED, &with(code, Some(false)));
        assert_eq!((found.len(), found[0].attempts.len()), (1, 1));
    }
}
