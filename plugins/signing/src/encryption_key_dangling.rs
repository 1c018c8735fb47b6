//! The key that tokens are to be encrypted for is none of the application's keys.

use diag_sdk::case::registration::{IdpRegistration, RegistrationObject};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Stage, Who,
    check,
};

static REMOVED: CauseData = CauseData {
    text: "The certificate that was active for token encryption is gone, and the application still points at it",
    who: Who::Idp,
    setting: Setting::IdpTokenEncryption,
    fix: "Import the service provider's encryption certificate and activate it, or switch token encryption off",
};

/// The code by which Entra ID says that there is no certificate to encrypt for.
const CODE: &str = "AADSTS50007";

check! {
    /// The key selected for token encryption does not exist.
    ///
    /// Where assertions are to be encrypted, the application points at one of its keys (`tokenEncryptionKeyId`). A script
    /// or an import can set it to a key that was removed, or was never there. The person signs in, and the identity
    /// provider cannot make the response (AADSTS50007 in Entra ID).
    ///
    /// ## Fails
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense", "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn/"]},
    ///  "tokenEncryptionKeyId": "3d9a5f10-7c2e-4b68-9d41-0e8f6a2b7c53", "keyCredentials": []}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense", "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn/"]},
    ///  "tokenEncryptionKeyId": "3d9a5f10-7c2e-4b68-9d41-0e8f6a2b7c53",
    ///  "keyCredentials": [{"keyId": "3d9a5f10-7c2e-4b68-9d41-0e8f6a2b7c53", "type": "AsymmetricX509Cert", "usage": "Encrypt"}]}
    /// ```
    pub(crate) static ENCRYPTION_KEY_DANGLING = {
        id: "signing/encryption-key-dangling",
        title: "The key selected for token encryption does not exist",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Application, Need::ServicePrincipal, Need::Capture],
        explains: ["flow/idp-error-page"],
        accounts: [Account::idp(&[]).codes(&[CODE])],
        causes: [REMOVED],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/howto-saml-token-encryption", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let said: Vec<_> = case.refusing_codes().into_iter().filter(|seen| seen.code == CODE).collect();
    let mut found = false;
    for registration in case.relevant_registrations() {
        let Some(id) =
            registration.encryption_key_id.as_ref().filter(|id| dangles(registration, &id.value))
        else {
            continue;
        };
        found = true;
        let headline = "The key selected for token encryption does not exist";
        // The certificate stands on the application; the service principal alone may not show it.
        let whole = registration.objects.contains(&RegistrationObject::Application)
            && registration.credentials_stated;
        let mut finding = if said.is_empty()
            && (case.signed_in() || case.refused_by_other_codes(&[CODE]) || !whole)
        {
            Finding::warning(headline)
                .likely()
                .detail("The exports given may not be all that is set, or were changed since the sign-in in the capture.")
        } else {
            Finding::error(headline)
                .detail("The identity provider has nothing to encrypt the assertion for.")
        };
        for seen in &said {
            finding = finding
                .at(seen.place)
                .attempt(seen.attempt.map_or("", |attempt| attempt.id.as_str()));
        }
        out.push(
            finding
                .subject(registration.id.clone())
                .expected("the keyId of one of keyCredentials", "tokenEncryptionKeyId")
                .actual_sited(id, "tokenEncryptionKeyId")
                .because_in(&REMOVED, registration, None),
        );
    }
    if !found {
        for seen in said {
            let headline =
                format!("The identity provider has no certificate to encrypt for ({CODE})");
            out.push(
                seen.finding(Severity::Error, headline).at(seen.place).because(&REMOVED, case),
            );
        }
    }
}

fn dangles(registration: &IdpRegistration, id: &str) -> bool {
    let keys_are_shown = registration.credentials_stated || !registration.credentials.is_empty();
    keys_are_shown
        && !registration.credentials.iter().any(|key| key.key_id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::registration::Credential;
    use diag_sdk::testing::{levels, refused_by_idp, registration, sign_in};

    fn encrypting(mut case: Case, keys: &[&str]) -> Case {
        case.registrations = vec![IdpRegistration {
            encryption_key_id: Some("K1".into()),
            credentials_stated: true,
            credentials: keys
                .iter()
                .map(|id| Credential { key_id: (*id).to_owned(), ..Credential::default() })
                .collect(),
            ..registration(&[], &[])
        }];
        case
    }

    #[test]
    fn a_key_of_that_id_has_to_be_there() {
        assert_eq!(
            levels(&ENCRYPTION_KEY_DANGLING, &encrypting(Case::default(), &[])),
            [Severity::Error]
        );
        assert_eq!(
            levels(&ENCRYPTION_KEY_DANGLING, &encrypting(Case::default(), &["K2"])),
            [Severity::Error]
        );
        assert!(levels(&ENCRYPTION_KEY_DANGLING, &encrypting(Case::default(), &["k1"])).is_empty());
    }

    #[test]
    fn what_only_the_service_principal_shows_is_likely_at_most() {
        let mut case = encrypting(Case::default(), &["K2"]);
        case.registrations[0].credentials_stated = false;
        assert_eq!(levels(&ENCRYPTION_KEY_DANGLING, &case), [Severity::Warning]);
        case.registrations[0].credentials.clear();
        assert!(levels(&ENCRYPTION_KEY_DANGLING, &case).is_empty());
        assert_eq!(
            levels(&ENCRYPTION_KEY_DANGLING, &encrypting(sign_in(Outcome::SignedIn), &[])),
            [Severity::Warning]
        );
    }

    #[test]
    fn the_code_alone_is_enough() {
        assert_eq!(
            levels(&ENCRYPTION_KEY_DANGLING, &refused_by_idp(&[CODE], &[])),
            [Severity::Error]
        );
        assert_eq!(
            levels(&ENCRYPTION_KEY_DANGLING, &encrypting(refused_by_idp(&[CODE], &[]), &[])),
            [Severity::Error]
        );
    }
}
