//! Signed requests are required, and there is no certificate to verify them with.

use diag_sdk::case::registration::{IdpRegistration, RegistrationObject};
use diag_sdk::view::keys::request_credentials;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Stage, Who,
    check,
};

static NONE_UPLOADED: CauseData = CauseData {
    text: "Signed requests were made a requirement before any certificate of the service provider was uploaded",
    who: Who::Idp,
    setting: Setting::IdpRequestVerification,
    fix: "Upload the certificate the service provider signs its requests with, or drop the requirement",
};

/// The code by which Entra ID says so.
const CODE: &str = "AADSTS76022";

check! {
    /// Signed requests are required, and no verification certificate was uploaded.
    ///
    /// An identity provider that demands signed requests verifies them with a certificate its administrator has to upload.
    /// With the demand switched on and no certificate there, it refuses every request, signed or not, before the log-in page
    /// (AADSTS76022 in Entra ID). Nothing has expired or been renewed: the certificate was never there.
    ///
    /// ## Fails
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense", "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn/"]}, "keyCredentials": [],
    ///  "requestSignatureVerification": {"isSignedRequestRequired": true}}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense", "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn/"]},
    ///  "keyCredentials": [{"customKeyIdentifier": "p9PEYmuKhP2oaMzGfSdNQC/9ChA=", "keyId": "k1", "type": "AsymmetricX509Cert", "usage": "Verify"}],
    ///  "requestSignatureVerification": {"isSignedRequestRequired": true}}
    /// ```
    pub(crate) static VERIFICATION_CERTIFICATE_MISSING = {
        id: "signing/verification-certificate-missing",
        title: "Signed requests are required, with no certificate to verify them",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Application, Need::Capture],
        explains: ["signing/request-signed-by-unknown-key", "flow/request-not-answered"],
        accounts: [Account::idp(&[]).codes(&[CODE])],
        causes: [NONE_UPLOADED],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/howto-enforce-signed-saml-authentication", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let said: Vec<_> = case.refusing_codes().into_iter().filter(|seen| seen.code == CODE).collect();
    let mut found = false;
    for registration in
        case.relevant_registrations().filter(|registration| lacks_certificate(registration))
    {
        let Some(required) = &registration.signed_requests_required else { continue };
        found = true;
        let headline = "Signed requests are required, with no certificate to verify them";
        let mut finding = if case.signed_in() && said.is_empty() {
            Finding::warning(headline).likely().detail("The capture shows a sign-in nevertheless.")
        } else if case.refused_by_other_codes(&[CODE]) {
            Finding::warning(headline)
                .likely()
                .detail("The refusal in the capture has another reason; once that is mended, this one is next.")
        } else {
            Finding::error(headline)
                .detail("Every request is refused, signed or not.")
                .explains("signing/request-unsigned")
        };
        for seen in &said {
            finding = finding
                .at(seen.place)
                .attempt(seen.attempt.map_or("", |attempt| attempt.id.as_str()));
        }
        out.push(
            finding
                .subject(registration.id.clone())
                .expected(
                    "a certificate of the service provider",
                    "the registration requires signed requests",
                )
                .actual("no key with usage Verify", "keyCredentials of the application")
                .at(&required.place)
                .because_in(&NONE_UPLOADED, registration, None),
        );
    }
    if !found {
        for seen in said {
            let headline = format!(
                "The identity provider has no certificate to verify requests with ({CODE})"
            );
            let meaning = case.code(CODE).map_or("", |code| code.text.as_str());
            out.push(
                seen.finding(Severity::Error, headline)
                    .detail(meaning)
                    .at(seen.place)
                    .because(&NONE_UPLOADED, case),
            );
        }
    }
}

/// It demands signatures, and the list of its keys is there and has none for verifying. A key whose thumbprint cannot be
/// told may be one, and the public halves of its own signing keys are none.
fn lacks_certificate(registration: &IdpRegistration) -> bool {
    let required =
        registration.signed_requests_required.as_ref().is_some_and(|required| required.value);
    let stated = registration.objects.contains(&RegistrationObject::Application)
        && registration.credentials_stated;
    let unclear = registration
        .credentials
        .iter()
        .any(|key| key.usage.eq_ignore_ascii_case("verify") && key.sha1.is_none());
    required && stated && !unclear && request_credentials(registration).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::registration::Credential;
    use diag_sdk::testing::{findings, levels, refused_by_idp, registration, sign_in, sited};

    fn demanding(mut case: Case, keys: &[(&str, Option<&str>)]) -> Case {
        let key = |(usage, sha1): &(&str, Option<&str>)| Credential {
            usage: (*usage).to_owned(),
            sha1: sha1.map(str::to_owned),
            ..Credential::default()
        };
        case.registrations = vec![IdpRegistration {
            signed_requests_required: Some(sited(true)),
            credentials_stated: true,
            credentials: keys.iter().map(key).collect(),
            ..registration(&[], &[])
        }];
        case
    }

    #[test]
    fn only_a_certificate_of_the_service_provider_verifies() {
        let of = |keys: &[(&str, Option<&str>)]| {
            levels(&VERIFICATION_CERTIFICATE_MISSING, &demanding(Case::default(), keys))
        };
        assert_eq!(of(&[]), [Severity::Error]);
        assert_eq!(
            of(&[("Sign", Some("AA")), ("Verify", Some("AA"))]),
            [Severity::Error],
            "the own signing key's other half"
        );
        assert!(of(&[("Verify", Some("CC"))]).is_empty());
        assert!(of(&[("Verify", None)]).is_empty(), "whose it is cannot be told");
    }

    #[test]
    fn a_list_that_is_not_there_is_not_empty() {
        let mut case = demanding(Case::default(), &[]);
        case.registrations[0].credentials_stated = false;
        assert!(findings(&VERIFICATION_CERTIFICATE_MISSING, &case).is_empty());
        case = demanding(Case::default(), &[]);
        case.registrations[0].signed_requests_required = Some(sited(false));
        assert!(findings(&VERIFICATION_CERTIFICATE_MISSING, &case).is_empty());
    }

    #[test]
    fn the_code_proves_it_and_a_sign_in_speaks_against_it() {
        assert_eq!(
            levels(&VERIFICATION_CERTIFICATE_MISSING, &refused_by_idp(&[CODE], &[])),
            [Severity::Error]
        );
        assert_eq!(
            findings(
                &VERIFICATION_CERTIFICATE_MISSING,
                &demanding(refused_by_idp(&[CODE], &[]), &[])
            )
            .len(),
            1
        );
        assert_eq!(
            levels(&VERIFICATION_CERTIFICATE_MISSING, &demanding(sign_in(Outcome::SignedIn), &[])),
            [Severity::Warning]
        );
    }
}
