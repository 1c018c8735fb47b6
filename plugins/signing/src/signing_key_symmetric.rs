//! A symmetric key stands among the signing keys of the application.

use diag_sdk::case::registration::Credential;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Stage, Who,
    check,
};

static SYMMETRIC: CauseData = CauseData {
    text: "A symmetric key with usage Sign was added to the application, by which no response can be signed",
    who: Who::Idp,
    setting: Setting::IdpSigningCertificate,
    fix: "Remove the Symmetric key from keyCredentials, and sign with a certificate",
};

/// The code by which Entra ID says that it could not issue a token.
const CODE: &str = "AADSTS50000";

check! {
    /// A symmetric key stands among the application's signing keys.
    ///
    /// SAML responses are signed with the private key of a certificate. A key of type `Symmetric` with usage `Sign`, left
    /// over from another protocol or added by a script, makes Entra ID fail when it issues the response: people sign in and
    /// then see AADSTS50000, which says no more than that something went wrong.
    ///
    /// ## Fails
    ///
    /// ```json servicePrincipal
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "appDisplayName": "Qlik Sense", "preferredSingleSignOnMode": "saml",
    ///  "replyUrls": ["https://sense.example:443/azure/samlauthn/"],
    ///  "keyCredentials": [{"keyId": "k1", "type": "Symmetric", "usage": "Sign", "displayName": "legacy"}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json servicePrincipal
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "appDisplayName": "Qlik Sense", "preferredSingleSignOnMode": "saml",
    ///  "replyUrls": ["https://sense.example:443/azure/samlauthn/"],
    ///  "keyCredentials": [{"keyId": "k1", "type": "X509CertAndPassword", "usage": "Sign", "displayName": "CN=Microsoft Azure Federated SSO Certificate"}]}
    /// ```
    pub(crate) static SIGNING_KEY_SYMMETRIC = {
        id: "signing/signing-key-symmetric",
        title: "A symmetric key stands among the signing keys",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::ServicePrincipal, Need::Application],
        explains: ["flow/idp-error-page"],
        accounts: [Account::idp(&[]).codes(&[CODE])],
        causes: [SYMMETRIC],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reference-error-codes", "2026-12-01").about("AADSTS50000, cause 4"),
            Reference::page("https://learn.microsoft.com/graph/api/resources/keycredential", "2026-12-01"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let said: Vec<_> = case.refusing_codes().into_iter().filter(|seen| seen.code == CODE).collect();
    for registration in case.relevant_registrations() {
        let keys: Vec<&Credential> =
            registration.credentials.iter().filter(|key| is_symmetric(key)).collect();
        if keys.is_empty() {
            continue;
        }
        let headline = "A symmetric key stands among the signing keys";
        let mut finding =
            if said.is_empty() && (case.signed_in() || case.refused_by_other_codes(&[CODE])) {
                Finding::warning(headline)
                    .likely()
                    .detail("What the capture shows came to another end.")
            } else {
                Finding::error(headline)
                    .detail("The identity provider cannot issue a response with it.")
            };
        for seen in &said {
            finding = finding
                .at(seen.place)
                .attempt(seen.attempt.map_or("", |attempt| attempt.id.as_str()));
        }
        let names: Vec<String> = keys.iter().map(|key| named(key)).collect();
        out.push(
            finding
                .subject(registration.id.clone())
                .expected("certificates alone", "the signing keys of an application that uses SAML")
                .actual(
                    format!("type Symmetric, usage Sign: {}", names.join(", ")),
                    "keyCredentials",
                )
                .at_all(keys.iter().map(|key| &key.place))
                .because_in(&SYMMETRIC, registration, None),
        );
    }
}

fn is_symmetric(key: &Credential) -> bool {
    key.kind.eq_ignore_ascii_case("symmetric") && key.usage.eq_ignore_ascii_case("sign")
}

fn named(key: &Credential) -> String {
    match &key.name {
        Some(name) if !key.key_id.is_empty() => format!("{name} (keyId {})", key.key_id),
        Some(name) => name.clone(),
        None => format!("keyId {}", key.key_id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{levels, refused_by_idp, registration, sign_in};

    fn with_key(mut case: Case, kind: &str, usage: &str) -> Case {
        let mut known = registration(&[], &[]);
        known.credentials = vec![Credential {
            kind: kind.to_owned(),
            usage: usage.to_owned(),
            ..Credential::default()
        }];
        case.registrations = vec![known];
        case
    }

    #[test]
    fn only_a_symmetric_key_that_signs_is_meant() {
        assert_eq!(
            levels(&SIGNING_KEY_SYMMETRIC, &with_key(Case::default(), "Symmetric", "Sign")),
            [Severity::Error]
        );
        assert!(
            levels(&SIGNING_KEY_SYMMETRIC, &with_key(Case::default(), "Symmetric", "Verify"))
                .is_empty()
        );
        assert!(
            levels(
                &SIGNING_KEY_SYMMETRIC,
                &with_key(Case::default(), "X509CertAndPassword", "Sign")
            )
            .is_empty()
        );
    }

    #[test]
    fn a_sign_in_outweighs_the_export() {
        assert_eq!(
            levels(
                &SIGNING_KEY_SYMMETRIC,
                &with_key(sign_in(Outcome::SignedIn), "Symmetric", "Sign")
            ),
            [Severity::Warning]
        );
        assert_eq!(
            levels(
                &SIGNING_KEY_SYMMETRIC,
                &with_key(refused_by_idp(&[CODE], &[]), "Symmetric", "Sign")
            ),
            [Severity::Error]
        );
    }
}
