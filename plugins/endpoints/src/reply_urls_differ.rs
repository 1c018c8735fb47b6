//! Application and service principal hold different reply URLs.

use diag_sdk::case::registration::{IdpRegistration, Registered, RegistrationObject};
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
    shown,
};

/// Places that are told of lists that differ in many entries.
const MOST_PLACES: usize = 20;

static NOT_COPIED: CauseData = CauseData {
    text: "One of the two objects was changed by script; the portal keeps them alike",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Enter the reply URLs at the application; the identity provider copies them to the service principal",
};

check! {
    /// Application and service principal of the same application hold different reply URLs.
    ///
    /// Microsoft Entra ID keeps reply URLs at the application and copies them to the service principal,
    /// which is what a sign-in uses. Where a script changed only one of them, the portal shows a list
    /// that is not the one in force, and a URL that seems to be registered is refused.
    ///
    /// ## Fails
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense", "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn/"]}}
    /// ```
    /// ```json servicePrincipal
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "appDisplayName": "Qlik Sense", "accountEnabled": true,
    ///  "replyUrls": ["https://sense.example:443/old/samlauthn/"], "servicePrincipalNames": ["https://sense.example"]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense", "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn/"]}}
    /// ```
    /// ```json servicePrincipal
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "appDisplayName": "Qlik Sense", "accountEnabled": true,
    ///  "replyUrls": ["https://sense.example:443/azure/samlauthn/"], "servicePrincipalNames": ["https://sense.example"]}
    /// ```
    pub(crate) static REPLY_URLS_DIFFER = {
        id: "endpoints/reply-urls-differ",
        title: "Application and service principal have different reply URLs",
        levels: [Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Application, Need::ServicePrincipal],
        explains: [],
        causes: [NOT_COPIED],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reply-url", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for registration in case.relevant_registrations() {
        for (object, need) in [
            (RegistrationObject::Application, Need::Application),
            (RegistrationObject::ServicePrincipal, Need::ServicePrincipal),
        ] {
            if !registration.objects.contains(&object) {
                out.missing(need);
            }
        }
        let application = of(registration, RegistrationObject::Application);
        let principal = of(registration, RegistrationObject::ServicePrincipal);
        // An export made with a selection of fields says nothing by leaving the list out.
        if application.is_empty() || principal.is_empty() {
            continue;
        }
        let only = |here: &[&Registered], there: &[&Registered]| -> Vec<Registered> {
            here.iter()
                .filter(|entry| !there.iter().any(|other| other.value.value == entry.value.value))
                .map(|entry| (*entry).clone())
                .collect()
        };
        let (extra, missing) = (only(&principal, &application), only(&application, &principal));
        if extra.is_empty() && missing.is_empty() {
            continue;
        }
        let list = |entries: &[&Registered]| {
            shown::list(entries.iter().map(|entry| entry.value.value.as_str()))
        };
        let mut detail = Vec::new();
        for (entries, object) in [(&extra, "service principal"), (&missing, "application")] {
            if !entries.is_empty() {
                let only = entries.iter().map(|entry| entry.value.value.as_str());
                detail.push(format!("Only the {object} has {}.", shown::list(only)));
            }
        }
        out.push(
            Finding::warning("Application and service principal have different reply URLs")
                .detail(detail.join(" "))
                .expected(list(&application), "web.redirectUris of the application")
                .actual(list(&principal), "replyUrls of the service principal")
                .at_all(
                    extra.iter().chain(&missing).take(MOST_PLACES).map(|entry| &entry.value.place),
                )
                .subject(registration.id.clone())
                .because_with(
                    &NOT_COPIED,
                    case,
                    missing.first().map(|entry| entry.value.value.as_str()),
                ),
        );
    }
}

fn of(registration: &IdpRegistration, object: RegistrationObject) -> Vec<&Registered> {
    registration.reply_urls.iter().filter(|entry| entry.object == object).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{ACS_URL, ENTITY_ID, findings, registration};

    fn case(application: &[&str], principal: &[&str]) -> Case {
        let mut known = registration(&[ENTITY_ID], application);
        known.reply_urls.extend(principal.iter().map(|url| Registered {
            value: (*url).into(),
            object: RegistrationObject::ServicePrincipal,
        }));
        Case { registrations: vec![known], ..Case::default() }
    }

    #[test]
    fn lists_are_compared_as_sets() {
        assert!(
            findings(
                &REPLY_URLS_DIFFER,
                &case(&[ACS_URL, "https://b.example/"], &["https://b.example/", ACS_URL])
            )
            .is_empty()
        );
        assert_eq!(
            findings(&REPLY_URLS_DIFFER, &case(&[ACS_URL], &[ACS_URL, "https://old.example/"]))
                .len(),
            1
        );
        assert_eq!(
            findings(&REPLY_URLS_DIFFER, &case(&[ACS_URL, "https://old.example/"], &[ACS_URL]))
                .len(),
            1
        );
    }

    #[test]
    fn a_list_that_was_not_exported_is_no_difference() {
        assert!(findings(&REPLY_URLS_DIFFER, &case(&[ACS_URL], &[])).is_empty());
        let mut alone = case(&[ACS_URL], &[]);
        alone.registrations[0].objects = vec![RegistrationObject::Application];
        assert!(REPLY_URLS_DIFFER.judge(&alone).missed().contains(&Need::ServicePrincipal));
    }
}
