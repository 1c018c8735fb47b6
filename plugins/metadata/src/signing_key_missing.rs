//! `metadata/signing-key-missing`: metadata without a certificate to verify responses with.

use diag_sdk::case::certificate::{Certificate, Key};
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::metadata::{IdpRole, Metadata};
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Mend, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static LOST_IN_EDIT: CauseData = CauseData {
    text: "The KeyDescriptor of the IDPSSODescriptor was lost or damaged while the file was edited",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Start again from the downloaded file, let `diag fix` remove the RoleDescriptors only, and upload the result",
};

static NO_ACTIVE_CERTIFICATE: CauseData = CauseData {
    text: "The application had no signing certificate when the metadata was downloaded",
    who: Who::Idp,
    setting: Setting::IdpSigningCertificate,
    fix: "Create and activate a signing certificate, then download the metadata again and upload it at the service provider",
};

check! {
    /// The identity provider's metadata lists no usable signing certificate for its SAML role.
    ///
    /// A service provider verifies responses with the certificates it finds there and with nothing else: a certificate that
    /// travels inside the message proves nothing. Without one every response is refused after the person has signed in. The
    /// element gets lost in edits by hand, or its base64 is broken by a line that was cut; metadata downloaded before the
    /// application had a signing certificate has none either.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static SIGNING_KEY_MISSING = {
        id: "metadata/signing-key-missing",
        title: "IdP metadata has no usable signing certificate",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Documents,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp],
        explains: ["metadata/stale-copy", "signing/active-certificate-not-in-metadata", "signing/signed-by-unknown-key", "signing/signature-invalid", "flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp(&[Meaning::Signature, Meaning::Certificate, Meaning::UnknownKey, Meaning::UnknownIdp])],
        causes: [LOST_IN_EDIT, NO_ACTIVE_CERTIFICATE],
        references: [Reference::section(Specification::SamlMetadata, "2.4.1.1")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for copy in case.idp_metadata_copies() {
        let Some(role) = &copy.idp else { continue };
        let unusable: Vec<&Certificate> =
            copy.idp_signing_certificates().filter(|certificate| !certificate.usable()).collect();
        let usable = copy.idp_signing_certificates().any(Certificate::usable)
            || role.keys.iter().any(|key| key.signs() && key.key_value);
        let (severity, message) = match (usable, unusable.len()) {
            (true, 0) => continue,
            (true, 1) => (
                Severity::Warning,
                "One signing certificate in the IdP metadata cannot be read".to_owned(),
            ),
            (true, count) => (
                Severity::Warning,
                format!("{count} signing certificates in the IdP metadata cannot be read"),
            ),
            (false, 0) => (copy.level(), "IdP metadata has no signing certificate".to_owned()),
            (false, _) => {
                (copy.level(), "IdP metadata has no usable signing certificate".to_owned())
            }
        };
        let mut finding = copy
            .finding(severity, message)
            .detail(detail(&copy, role, &unusable))
            .at_all(unusable.iter().map(|certificate| &certificate.place))
            .at(&role.place)
            .expected("a KeyDescriptor with an X.509 certificate for signing", "SAML metadata");
        if !unusable.is_empty() {
            finding = finding.repair(Mend::ClearCertificates, &copy.place);
        } else if copy.encoding.https_namespace.is_some() {
            // The certificate is there, in elements that nobody knows.
            finding = finding.repair(Mend::CorrectNamespaces, &copy.place);
        }
        if copy.held_by == HeldBy::Sp {
            finding = finding.because(&LOST_IN_EDIT, case);
        }
        out.push(finding.because(&NO_ACTIVE_CERTIFICATE, case));
    }
}

fn detail(copy: &Metadata, role: &IdpRole, unusable: &[&Certificate]) -> String {
    if let Some(reason) = unusable.first().and_then(|certificate| certificate.unusable.as_deref()) {
        return format!(
            "{}: {}. Responses signed with its key are refused.",
            copy.origin,
            reason.trim_end_matches('.')
        );
    }
    let signs_unseen = |key: &Key| key.signs() && (key.key_name.is_some() || key.key_value);
    let instead = if role.keys.is_empty() {
        ""
    } else if role.keys.iter().any(signs_unseen) {
        " It names a key for signing, without a certificate that holds it."
    } else {
        " It lists keys for encryption only."
    };
    format!("With {} a service provider can verify no response.{instead}", copy.origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::certificate::KeyUse;
    use diag_sdk::testing::{attempt, certificate, idp_metadata, with_metadata};

    fn signing(certificates: Vec<Certificate>) -> Key {
        Key { usage: KeyUse::Signing, certificates, ..Key::default() }
    }

    fn levels(case: &Case) -> Vec<Severity> {
        SIGNING_KEY_MISSING.judge(case).found().iter().map(|finding| finding.severity).collect()
    }

    fn with_keys(keys: Vec<Key>) -> Case {
        let mut copy = idp_metadata("d1", HeldBy::Sp, &[]);
        copy.idp = copy.idp.map(|role| IdpRole { keys, ..role });
        with_metadata(vec![copy])
    }

    fn broken() -> Certificate {
        Certificate { unusable: Some("not base64".into()), ..Certificate::default() }
    }

    #[test]
    fn a_usable_certificate_or_key_is_enough() {
        assert_eq!(levels(&with_keys(vec![signing(vec![certificate("a")])])), []);
        assert_eq!(
            levels(&with_keys(vec![Key {
                certificates: vec![certificate("a")],
                ..Key::default()
            }])),
            [],
            "no use: both"
        );
        assert_eq!(levels(&with_keys(vec![Key { key_value: true, ..Key::default() }])), []);
    }

    #[test]
    fn none_or_only_broken_ones_are_an_error_some_broken_a_warning() {
        assert_eq!(levels(&with_keys(vec![])), [Severity::Error]);
        assert_eq!(levels(&with_keys(vec![signing(vec![broken()])])), [Severity::Error]);
        assert_eq!(
            levels(&with_keys(vec![signing(vec![broken(), certificate("a")])])),
            [Severity::Warning]
        );
        let encryption = Key {
            usage: KeyUse::Encryption,
            certificates: vec![certificate("a")],
            ..Key::default()
        };
        assert_eq!(levels(&with_keys(vec![encryption])), [Severity::Error]);
    }

    #[test]
    fn a_published_file_beside_a_good_copy_and_a_sign_in_that_worked_forbid_an_error() {
        let mut case = with_keys(vec![]);
        case.metadata[0].held_by = HeldBy::Publisher;
        case.metadata.push(idp_metadata("d2", HeldBy::Sp, &["a"]));
        assert_eq!(levels(&case), [Severity::Warning]);
        let mut case = with_keys(vec![]);
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&case), [Severity::Warning]);
    }
}
