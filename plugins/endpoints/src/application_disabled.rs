//! Nobody may sign in to the application.

use diag_sdk::case::judgement::Party;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Reference, Setting,
    Severity, Stage, Who, check,
};

static DISABLED: CauseData = CauseData {
    text: "The application is disabled for sign-in",
    who: Who::Idp,
    setting: Setting::IdpEnabled,
    fix: "Enable the application for users to sign in",
};
static DEACTIVATED: CauseData = CauseData {
    text: "The registration of the application was deactivated, which goes before whether people may sign in to it",
    who: Who::Idp,
    setting: Setting::IdpReactivation,
    fix: "Reactivate the application's registration; to enable it for sign-in does not help",
};
static BLOCKED_BY_VENDOR: CauseData = CauseData {
    text: "The maker of the identity provider has blocked the application",
    who: Who::Idp,
    setting: Setting::IdpVendorBlock,
    fix: "Ask the maker's support why: no setting of an administrator lifts it",
};

/// Codes by which Entra ID says that the application is disabled or not available.
const CODES: &[&str] = &["AADSTS1000031", "AADSTS7000112"];

check! {
    /// The application is disabled at the identity provider.
    ///
    /// An administrator (or an automatic clean-up of unused applications) can disable an application
    /// without deleting it. All its settings look right, and yet everybody is refused by the identity
    /// provider (AADSTS7000112 in Entra ID). There, three settings do so, each with a screen of its own:
    /// the service principal is not enabled for sign-in (`accountEnabled`), the registration itself is
    /// deactivated (`isDisabled`), or Microsoft blocked it (`disabledByMicrosoftStatus`).
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
        accounts: [Account::idp(&[Meaning::ApplicationDisabled]).codes(CODES)],
        logged: "The identity provider says that the application is disabled",
        causes: [DISABLED, DEACTIVATED, BLOCKED_BY_VENDOR],
        references: [
            Reference::page("https://learn.microsoft.com/graph/api/resources/serviceprincipal", "2026-12-01").about("accountEnabled, disabledByMicrosoftStatus"),
            Reference::page("https://learn.microsoft.com/graph/api/resources/application", "2026-12-01").about("isDisabled"),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/deactivate-app-registration", "2026-12-01"),
        ],
        run: run,
    }
}

/// One of the settings that keep everybody out.
struct Switch<'a> {
    headline: &'static str,
    cause: &'static CauseData,
    field: &'static str,
    expected: &'static str,
    actual: &'a str,
    place: &'a Place,
    value: Option<&'static str>,
}

/// The settings that keep everybody out of this application, the strongest first.
fn switches(registration: &IdpRegistration) -> Vec<Switch<'_>> {
    let blocked = registration.blocked_by_vendor.as_ref().map(|status| Switch {
        headline: "The maker of the identity provider has blocked the application",
        cause: &BLOCKED_BY_VENDOR,
        field: "disabledByMicrosoftStatus",
        expected: "null",
        actual: &status.value,
        place: &status.place,
        value: None,
    });
    let deactivated =
        registration.deactivated.as_ref().filter(|disabled| disabled.value).map(|disabled| {
            Switch {
                headline: "The application's registration is deactivated",
                cause: &DEACTIVATED,
                field: "isDisabled",
                expected: "false",
                actual: "true",
                place: &disabled.place,
                value: None,
            }
        });
    let disabled =
        registration.enabled.as_ref().filter(|enabled| !enabled.value).map(|enabled| Switch {
            headline: "The application is disabled at the identity provider",
            cause: &DISABLED,
            field: "accountEnabled",
            expected: "true",
            actual: "false",
            place: &enabled.place,
            value: Some("Yes"),
        });
    blocked.into_iter().chain(deactivated).chain(disabled).collect()
}

fn run(case: &Case, out: &mut Findings) {
    let said: Vec<_> =
        case.refusing_codes().into_iter().filter(|seen| CODES.contains(&seen.code)).collect();
    let mut set = false;
    for registration in case.relevant_registrations() {
        for switch in switches(registration) {
            set = true;
            let mut finding = if said.is_empty()
                && (case.signed_in() || case.refused_by_other_codes(CODES))
            {
                Finding::warning(switch.headline)
                    .detail("The capture shows a sign-in from before, or to another application.")
            } else {
                Finding::error(switch.headline)
                    .detail("Nobody can sign in to it until that is undone.")
            };
            for seen in &said {
                finding = finding
                    .at(seen.place)
                    .attempt(seen.attempt.map_or("", |attempt| attempt.id.as_str()));
            }
            out.push(
                finding
                    .subject(registration.id.clone())
                    .expected(switch.expected, "an application people sign in to")
                    .actual(switch.actual, switch.field)
                    .at(switch.place)
                    .because_in(switch.cause, registration, switch.value),
            );
        }
    }
    if set {
        return;
    }
    // Where the export shows people enabled to sign in, another of the switches is the one.
    let enabled = case
        .relevant_registrations()
        .any(|registration| registration.enabled.as_ref().is_some_and(|enabled| enabled.value));
    for seen in said {
        let meaning = case.code(seen.code).map_or("", |code| code.text.as_str());
        let finding = seen
            .finding(
                Severity::Error,
                format!(
                    "The identity provider says that the application is disabled ({})",
                    seen.code
                ),
            )
            .detail(meaning)
            .at(seen.place);
        out.push(if enabled {
            finding.because(&DEACTIVATED, case).because(&BLOCKED_BY_VENDOR, case)
        } else {
            finding.because_with(&DISABLED, case, "Yes").because(&DEACTIVATED, case)
        });
    }
    for failure in case.failures.iter().filter(|failure| failure.party == Party::Idp) {
        let stated =
            failure.said.iter().find(|statement| statement.meaning == Meaning::ApplicationDisabled);
        let Some(stated) = stated else { continue };
        out.push(
            Finding::error("The identity provider says that the application is disabled")
                .detail(stated.quoted())
                .at_all(stated.place.as_ref())
                .attempt(failure.attempt.clone().unwrap_or_default())
                .because_with(&DISABLED, case, "Yes"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{
        ACS_URL, ENTITY_ID, findings, levels, refused_by_idp, registration, sign_in, sited,
    };

    fn with(mut case: Case, enabled: Option<bool>) -> Case {
        let mut known = registration(&[ENTITY_ID], &[ACS_URL]);
        known.enabled = enabled.map(sited);
        case.registrations = vec![known];
        case
    }

    #[test]
    fn an_identity_provider_without_codes_says_it_in_words() {
        let mut case = refused_by_idp(&[], &[Meaning::ApplicationDisabled]);
        let told = findings(&APPLICATION_DISABLED, &case);
        assert_eq!(told.len(), 1);
        case = refused_by_idp(&[], &[Meaning::UnknownSp]);
        assert!(findings(&APPLICATION_DISABLED, &case).is_empty());
    }

    #[test]
    fn disabled_is_an_error_and_enabled_or_unknown_is_not() {
        assert_eq!(
            levels(&APPLICATION_DISABLED, &with(Case::default(), Some(false))),
            [Severity::Error]
        );
        assert!(findings(&APPLICATION_DISABLED, &with(Case::default(), Some(true))).is_empty());
        assert!(findings(&APPLICATION_DISABLED, &with(Case::default(), None)).is_empty());
        assert_eq!(
            levels(&APPLICATION_DISABLED, &with(sign_in(Outcome::SignedIn), Some(false))),
            [Severity::Warning]
        );
    }

    #[test]
    fn each_setting_has_its_own_screen() {
        let mut case = with(Case::default(), Some(true));
        case.registrations[0].deactivated = Some(sited(true));
        assert_eq!(
            findings(&APPLICATION_DISABLED, &case)[0].causes[0].setting,
            Some(Setting::IdpReactivation)
        );
        case.registrations[0].deactivated = Some(sited(false));
        assert!(findings(&APPLICATION_DISABLED, &case).is_empty());
        case.registrations[0].blocked_by_vendor =
            Some(sited("DisabledDueToViolationOfServicesAgreement".to_owned()));
        assert_eq!(
            findings(&APPLICATION_DISABLED, &case)[0].causes[0].setting,
            Some(Setting::IdpVendorBlock)
        );
    }

    #[test]
    fn the_code_alone_and_with_the_export_is_one_finding() {
        let code = || refused_by_idp(&["AADSTS7000112"], &[]);
        let found = findings(&APPLICATION_DISABLED, &code());
        assert_eq!((found.len(), found[0].attempts.len()), (1, 1));
        let found = findings(&APPLICATION_DISABLED, &with(code(), Some(false)));
        assert_eq!((found.len(), found[0].attempts.len()), (1, 1));
        let found = findings(&APPLICATION_DISABLED, &with(code(), Some(true)));
        assert_eq!(
            found[0].causes[0].setting,
            Some(Setting::IdpReactivation),
            "that people may sign in is not the reason"
        );
    }
}
