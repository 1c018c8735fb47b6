//! The assertion is encrypted for a key the service provider does not have.

use diag_sdk::case::certificate::{Certificate, same_thumbprint};
use diag_sdk::case::registration::{Credential, IdpRegistration};
use diag_sdk::case::signature::Encryption;
use diag_sdk::view::keys;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static OLD_CERTIFICATE: CauseData = CauseData {
    text: "The service provider's certificate was renewed and the identity provider still encrypts for the old one",
    who: Who::Idp,
    setting: Setting::IdpTokenEncryption,
    fix: "Import the certificate of the service provider's present metadata and activate it for token encryption",
};
static NOT_ITS_OWN: CauseData = CauseData {
    text: "A certificate was imported for encryption that is not the service provider's at all",
    who: Who::Idp,
    setting: Setting::IdpTokenEncryption,
    fix: "Import the encryption certificate of the service provider's metadata, or turn token encryption off",
};

check! {
    /// The assertion is encrypted for another certificate than the service provider's.
    ///
    /// Only the holder of the private key can read an encrypted assertion. Where the identity provider
    /// encrypts for an old certificate, or for one imported by mistake, the service provider cannot
    /// decrypt it and refuses the response, whatever it says as the reason.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "encrypted": [
    ///    {"element": "EncryptedAssertion", "content_algorithm": "http://www.w3.org/2009/xmlenc11#aes256-gcm", "recipient": {"sha1": "BB22", "subject": "CN=old"}}]}],
    ///  "metadata": [{"id": "d1", "held_by": "publisher", "origin": "sp.xml", "sp": {"keys": [{"usage": "encryption", "certificates": [{"sha1": "CC33", "subject": "CN=new"}]}]}}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "encrypted": [
    ///    {"element": "EncryptedAssertion", "content_algorithm": "http://www.w3.org/2009/xmlenc11#aes256-gcm", "recipient": {"sha1": "CC33", "subject": "CN=new"}}]}],
    ///  "metadata": [{"id": "d1", "held_by": "publisher", "origin": "sp.xml", "sp": {"keys": [{"usage": "any", "certificates": [{"sha1": "CC33", "subject": "CN=new"}]}]}}]}
    /// ```
    pub(crate) static ENCRYPTED_FOR_OTHER_CERTIFICATE = {
        id: "signing/encrypted-for-other-certificate",
        title: "The assertion is encrypted for another certificate",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture, Need::SpMetadata, Need::ServicePrincipal, Need::Application, Need::SpMetadataInIdp],
        explains: ["flow/metadata-or-signing-error-at-sp", "signing/assertion-undecryptable"],
        accounts: [Account::sp_or_loop(&[Meaning::Decrypt])],
        causes: [OLD_CERTIFICATE, NOT_ITS_OWN],
        references: [
            Reference::section(Specification::SamlMetadata, "2.4.1.1").about("use=\"encryption\""),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/howto-saml-token-encryption", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let own = keys::sp_encryption(&case.sp_metadata_published());
    if own.is_empty() {
        out.missing(Need::SpMetadata);
        return;
    }
    let mut captured = false;
    for delivery in case.sent_by_idp() {
        let Some((part, recipient)) = delivery.message.encrypted.iter().find_map(recipient) else {
            continue;
        };
        captured = true;
        if own.iter().any(|known| known.same_key(recipient)) || part.decrypted {
            continue;
        }
        let finding = delivery
            .fault("The assertion is encrypted for another certificate than the SP's")
            .actual(recipient.label(), "certificate the assertion is encrypted for")
            .at(&part.place);
        out.push(describe(case, finding, &own));
    }
    if !captured {
        configured(case, &own, out);
    }
}

fn recipient(part: &Encryption) -> Option<(&Encryption, &Certificate)> {
    part.recipient
        .as_ref()
        .filter(|certificate| certificate.usable() && !certificate.sha1.is_empty())
        .map(|certificate| (part, certificate))
}

/// What the identity provider is set to encrypt for.
fn configured(case: &Case, own: &[&Certificate], out: &mut Findings) {
    for registration in case.relevant_registrations() {
        let Some((thumbprint, credential)) = active(registration) else { continue };
        if own.iter().any(|known| same_thumbprint(&known.sha1, thumbprint)) {
            continue;
        }
        let headline = "The identity provider encrypts for another certificate than the SP's";
        let finding = if case.signed_in() {
            Finding::warning(headline).likely()
        } else {
            Finding::error(headline)
        };
        let finding = finding
            .detail("Only the holder of that certificate's private key can read the assertions.")
            .actual(thumbprint, "certificate activated for token encryption")
            .at(&credential.place);
        out.push(describe(case, finding, own));
    }
    let copies = keys::sp_encryption(&case.sp_metadata_held());
    if copies.is_empty() || copies.iter().any(|copy| own.iter().any(|known| known.same_key(copy))) {
        return;
    }
    // Whether the identity provider encrypts at all is not known from its copy.
    let finding =
        Finding::warning("The IdP's copy has another encryption certificate than the SP's")
            .likely()
            .detail("It matters as soon as the identity provider encrypts assertions.")
            .actual(
                keys::labels(&copies),
                "encryption certificates in the copy the identity provider holds",
            )
            .at_all(copies.iter().map(|certificate| &certificate.place));
    out.push(describe(case, finding, own));
}

/// Thumbprint of the certificate a registration encrypts for, where the export tells.
fn active(registration: &IdpRegistration) -> Option<(&str, &Credential)> {
    let id = registration.encryption_key_id.as_ref().filter(|id| !id.value.is_empty())?;
    let credential = registration
        .credentials
        .iter()
        .find(|credential| credential.key_id.eq_ignore_ascii_case(&id.value))?;
    credential.sha1.as_deref().map(|sha1| (sha1, credential))
}

fn describe(case: &Case, finding: Finding, own: &[&Certificate]) -> Finding {
    finding
        .expected(keys::labels(own), "encryption certificates in the service provider's metadata")
        .at_all(own.iter().map(|certificate| &certificate.place))
        .because(&OLD_CERTIFICATE, case)
        .because(&NOT_ITS_OWN, case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::testing::{certificate, findings, levels, registration, sign_in, sp_metadata};

    fn encrypted(outcome: Outcome, recipient: &str, own: &[&str]) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].encrypted = vec![Encryption {
            element: "EncryptedAssertion".to_owned(),
            recipient: Some(certificate(recipient)),
            ..Encryption::default()
        }];
        case.metadata = vec![sp_metadata("d3", HeldBy::Publisher, &[], own)];
        case
    }

    #[test]
    fn the_recipient_must_be_the_service_providers() {
        assert_eq!(
            levels(
                &ENCRYPTED_FOR_OTHER_CERTIFICATE,
                &encrypted(Outcome::RefusedBySp, "BB", &["CC"])
            ),
            [Severity::Error]
        );
        assert_eq!(
            levels(&ENCRYPTED_FOR_OTHER_CERTIFICATE, &encrypted(Outcome::SignedIn, "BB", &["CC"])),
            [Severity::Warning]
        );
        assert!(
            findings(
                &ENCRYPTED_FOR_OTHER_CERTIFICATE,
                &encrypted(Outcome::RefusedBySp, "CC", &["BB", "CC"])
            )
            .is_empty()
        );
    }

    #[test]
    fn without_an_encryption_key_there_is_nothing_to_compare() {
        let case = encrypted(Outcome::RefusedBySp, "BB", &[]);
        assert!(findings(&ENCRYPTED_FOR_OTHER_CERTIFICATE, &case).is_empty());
        assert!(ENCRYPTED_FOR_OTHER_CERTIFICATE.judge(&case).missed().contains(&Need::SpMetadata));
    }

    #[test]
    fn the_registration_alone_is_enough() {
        let mut known = registration(&[], &[]);
        known.encryption_key_id = Some("k1".into());
        known.credentials = vec![Credential {
            key_id: "K1".to_owned(),
            usage: "Encrypt".to_owned(),
            sha1: Some("BB".to_owned()),
            ..Credential::default()
        }];
        let mut case = Case {
            registrations: vec![known],
            metadata: vec![sp_metadata("d3", HeldBy::Publisher, &[], &["CC"])],
            ..Case::default()
        };
        assert_eq!(levels(&ENCRYPTED_FOR_OTHER_CERTIFICATE, &case), [Severity::Error]);
        case.registrations[0].credentials[0].sha1 = Some("cc".to_owned());
        assert!(findings(&ENCRYPTED_FOR_OTHER_CERTIFICATE, &case).is_empty());
    }

    #[test]
    fn the_identity_providers_copy_only_warns() {
        let case = Case {
            metadata: vec![
                sp_metadata("d3", HeldBy::Publisher, &[], &["CC"]),
                sp_metadata("d4", HeldBy::Idp, &[], &["BB"]),
            ],
            ..Case::default()
        };
        assert_eq!(levels(&ENCRYPTED_FOR_OTHER_CERTIFICATE, &case), [Severity::Warning]);
    }
}
