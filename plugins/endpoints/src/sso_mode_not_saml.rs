//! The application is not set up for SAML at all.

use diag_sdk::case::message::MessageKind;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Stage, Who,
    check,
};

static OTHER_METHOD: CauseData = CauseData {
    text: "Another single sign-on method was chosen for the application, or none",
    who: Who::Idp,
    setting: Setting::IdpSsoMode,
    fix: "Choose SAML as the single sign-on method and fill in the basic SAML configuration",
};

static OTHER_PROTOCOL: CauseData = CauseData {
    text: "What was given is registered for OpenID Connect, not for SAML: another application is meant, or none was made for SAML yet",
    who: Who::Idp,
    setting: Setting::IdpApplications,
    fix: "Create an application of its own for SAML, with the service provider's identifier and reply URL, or export the one that people sign in to",
};

check! {
    /// The application at the identity provider is not set up for SAML single sign-on.
    ///
    /// An application in Microsoft Entra ID has one single sign-on method. With another one (a password
    /// vault, OpenID Connect, a mere link) or none, its SAML settings are not in force: there is no
    /// signing certificate of its own, and requests are refused or answered with the wrong claims.
    /// An app registration made for OpenID Connect has no page for SAML at all: there the fix is an
    /// application of its own, and none of its other settings is judged.
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
        needs: [Need::ServicePrincipal, Need::Application],
        explains: ["flow/request-not-answered", "flow/response-not-posted"],
        accounts: [Account::idp(&[])],
        causes: [OTHER_METHOD, OTHER_PROTOCOL],
        references: [
            Reference::page("https://learn.microsoft.com/graph/api/resources/serviceprincipal", "2026-11-24").about("preferredSingleSignOnMode"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    of_other_protocols(case, out);
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

/// Applications of another protocol: those that this sign-in names, or all there is.
fn of_other_protocols(case: &Case, out: &mut Findings) {
    let nothing_else = case.relevant_registrations().next().is_none();
    for registration in &case.registrations {
        let Some(sign) = &registration.other_protocol else { continue };
        let meant = names(case, registration);
        if case.signed_in() || !(meant || nothing_else) {
            continue;
        }
        // Whoever handed in the wrong application has nothing wrong in it.
        let finding = if meant {
            Finding::error("The application is registered for another protocol")
                .detail("The sign-in names this application, which has no SAML settings.")
        } else {
            Finding::warning("No application given is a SAML application").likely()
        };
        out.push(
            finding
                .expected("saml", "single sign-on method that this sign-in uses")
                .actual(&sign.value, "what the registration holds")
                .at(&sign.place)
                .subject(registration.id.clone())
                .because_in(&OTHER_PROTOCOL, registration, None),
        );
    }
}

/// A failed request was sent in the name of this application, or asked for an answer at one of its addresses.
fn names(case: &Case, registration: &IdpRegistration) -> bool {
    case.messages_of(MessageKind::AuthnRequest).any(|request| {
        let issuer = request.issuer.as_ref().map(|issuer| issuer.value.as_str());
        let identifiers =
            registration.identifiers.iter().map(|identifier| identifier.value.value.as_str());
        let asked = request
            .request
            .as_ref()
            .and_then(|asked| asked.acs_url.as_ref())
            .map(|url| url.value.as_str());
        issuer.is_some_and(|issuer| {
            identifiers.chain(registration.app_id.as_deref()).any(|own| own == issuer)
        }) || asked.is_some_and(|asked| {
            registration.reply_urls.iter().any(|reply| reply.value.value == asked)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{
        ACS_URL, ENTITY_ID, findings, levels, refused_by_idp, registration, sign_in, sited,
    };

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
            assert_eq!(
                levels(&SSO_MODE_NOT_SAML, &with_mode(Case::default(), mode)),
                [Severity::Error],
                "{mode:?}"
            );
        }
        assert_eq!(
            levels(&SSO_MODE_NOT_SAML, &with_mode(sign_in(Outcome::SignedIn), None)),
            [Severity::Warning]
        );
    }

    #[test]
    fn an_export_without_the_field_leaves_the_question_open() {
        let case =
            Case { registrations: vec![registration(&[ENTITY_ID], &[ACS_URL])], ..Case::default() };
        assert!(SSO_MODE_NOT_SAML.judge(&case).missed().contains(&Need::ServicePrincipal));
    }

    /// The same registration, made for OpenID Connect.
    fn of_openid(mut case: Case) -> Case {
        let mut known = registration(&[ENTITY_ID], &[ACS_URL]);
        known.relevant = false;
        known.other_protocol = Some(sited("spa.redirectUris".to_owned()));
        case.registrations.push(known);
        case
    }

    #[test]
    fn an_application_of_another_protocol_is_named_only_where_it_matters() {
        assert_eq!(levels(&SSO_MODE_NOT_SAML, &of_openid(Case::default())), [Severity::Warning]);
        let named = findings(&SSO_MODE_NOT_SAML, &of_openid(refused_by_idp(&[], &[])));
        assert_eq!((named.len(), named[0].severity), (1, Severity::Error));
        assert_eq!(named[0].causes[0].setting, Some(Setting::IdpApplications));
        assert!(findings(&SSO_MODE_NOT_SAML, &of_openid(sign_in(Outcome::SignedIn))).is_empty());
        let beside = of_openid(with_mode(Case::default(), Some("saml")));
        assert!(findings(&SSO_MODE_NOT_SAML, &beside).is_empty());
    }
}
