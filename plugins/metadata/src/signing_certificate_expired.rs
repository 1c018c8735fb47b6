//! `metadata/signing-certificate-expired`: signing certificates past the end of their validity.

use diag_sdk::case::certificate::{Certificate, same_thumbprint};
use diag_sdk::case::input::HeldBy;
use diag_sdk::view::MetadataCopy;
use diag_sdk::{Account, Case, CauseData, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Who, check};
use std::collections::BTreeSet;

static NOT_RENEWED: CauseData = CauseData {
    text: "The signing certificate was not renewed before it ended",
    who: Who::Idp,
    setting: Setting::IdpSigningCertificate,
    fix: "Create a new signing certificate, activate it, and hand the new metadata to the service provider at the same time",
};

static NOT_REPLACED_AT_SP: CauseData = CauseData {
    text: "The service provider still holds the metadata from before the renewal",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Download the identity provider's current metadata and upload it",
};

check! {
    /// A signing certificate of the identity provider was past the end of its validity at the moment of the sign-in.
    ///
    /// When no valid one is left, service providers that check validity refuse every response, and Entra ID itself refuses
    /// to sign with an expired certificate (AADSTS50146). When a valid one stands beside it, the expired one is what remains
    /// of a rollover: sign-in works and the document could be tidied up. The moment judged is the capture's own time, so an
    /// old capture is not blamed for the time it lay around.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:expired}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
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
    pub(crate) static SIGNING_CERTIFICATE_EXPIRED = {
        id: "metadata/signing-certificate-expired",
        title: "A signing certificate of the identity provider has expired",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp, Need::ServicePrincipal],
        explains: ["signing/certificate-expired", "flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp(&[Meaning::Certificate, Meaning::Signature]), Account::idp(&[Meaning::Certificate, Meaning::Signature])],
        causes: [NOT_RENEWED, NOT_REPLACED_AT_SP],
        references: ["RFC 5280 section 4.1.2.5", "Microsoft Learn: Manage certificates for federated single sign-on", "AADSTS50146"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let Some(now) = case.judged_at else { return };
    for copy in case.idp_metadata_copies() {
        let mut known = BTreeSet::new();
        let (expired, valid): (Vec<&Certificate>, Vec<&Certificate>) = copy
            .metadata
            .idp_signing_certificates()
            .filter(|certificate| certificate.usable() && known.insert(certificate.sha1.clone()))
            .partition(|certificate| certificate.expired_at(now));
        let Some(latest) = expired.iter().max_by_key(|certificate| certificate.not_after) else { continue };
        let severity = if valid.is_empty() { copy.level() } else { Severity::Warning };
        let message = match (valid.is_empty(), expired.len()) {
            (true, 1) => "The signing certificate in the IdP metadata has expired".to_owned(),
            (true, _) => "All signing certificates in the IdP metadata have expired".to_owned(),
            (false, count) => format!("{count} of {} signing certificates in the IdP metadata expired", count + valid.len()),
        };
        out.push(finding(&copy, severity, message, latest).at_all(expired.iter().map(|certificate| &certificate.place)));
    }
    judge_active(case, out);
}

fn finding(copy: &MetadataCopy<'_>, severity: Severity, message: String, latest: &Certificate) -> Finding {
    let case = copy.case;
    let end = latest.not_after.map(|end| end.to_string()).unwrap_or_default();
    let judged = case.judged_at.map(|now| now.to_string()).unwrap_or_default();
    let finding = copy
        .finding(severity, message)
        .detail(match severity {
            Severity::Error => {
                format!("{} ended at {end}; judged at {judged}. Service providers refuse what its key signs.", latest.label())
            }
            _ => format!(
                "{} ended at {end}; judged at {judged}. It can be taken out once nothing is signed with it any more.",
                latest.label()
            ),
        })
        .expected(format!("valid at {judged}"), "the moment of the sign-in")
        .actual(format!("valid until {end}"), copy.origin.clone());
    let finding = if copy.held_by == HeldBy::Sp { finding.because(&NOT_REPLACED_AT_SP, case) } else { finding };
    finding.because(&NOT_RENEWED, case)
}

/// The certificate the registration names as the one it signs with.
fn judge_active(case: &Case, out: &mut Findings) {
    let Some(now) = case.judged_at else { return };
    for registration in case.relevant_registrations() {
        let Some(thumbprint) = &registration.active_signing_thumbprint else { continue };
        let active = registration.credentials.iter().find(|key| key.sha1.as_ref().is_some_and(|sha1| same_thumbprint(sha1, thumbprint)));
        let Some((key, end)) = active.and_then(|key| key.end.map(|end| (key, end))).filter(|(_, end)| *end < now) else { continue };
        let severity = if case.signed_in() { Severity::Warning } else { Severity::Error };
        let mut finding = Finding::new(severity, "The active signing certificate of the application has expired")
            .detail(format!(
                "{} ended at {end}; judged at {now}. The identity provider refuses to sign with it, or signs what is refused.",
                thumbprint.value
            ))
            .at(&key.place)
            .at(&thumbprint.place)
            .expected(format!("valid at {now}"), "the moment of the sign-in")
            .actual(format!("valid until {end}"), "keyCredentials")
            .subject(registration.id.clone())
            .because_in(&NOT_RENEWED, registration, None);
        if severity == Severity::Warning {
            finding = finding.likely();
        }
        out.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::certificate::{Key, KeyUse};
    use diag_sdk::case::registration::{Credential, IdpRegistration};
    use diag_sdk::testing::{attempt, certificate, idp_metadata, with_metadata};

    /// A copy whose certificates end then.
    fn signing(certificates: Vec<Certificate>) -> Key {
        Key { usage: KeyUse::Signing, certificates, ..Key::default() }
    }

    fn ending(ends: &[&str]) -> Case {
        let mut copy = idp_metadata("d1", HeldBy::Sp, &[]);
        if let Some(role) = &mut copy.idp {
            role.keys = ends
                .iter()
                .enumerate()
                .map(|(index, end)| {
                    let certificate = certificate(&format!("c{index}"));
                    signing(vec![Certificate { not_after: end.parse().ok(), ..certificate }])
                })
                .collect();
        }
        with_metadata(vec![copy])
    }

    fn levels(case: &Case) -> Vec<Severity> {
        SIGNING_CERTIFICATE_EXPIRED.judge(case).found().iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn the_boundary_is_the_judged_moment() {
        assert_eq!(levels(&ending(&["2026-11-24T10:00:10Z"])), [], "still valid in its last second");
        assert_eq!(levels(&ending(&["2026-11-24T10:00:09Z"])), [Severity::Error]);
    }

    #[test]
    fn all_expired_is_an_error_some_a_warning() {
        assert_eq!(levels(&ending(&["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"])), [Severity::Error]);
        assert_eq!(levels(&ending(&["2026-01-01T00:00:00Z", "2029-02-01T00:00:00Z"])), [Severity::Warning]);
    }

    #[test]
    fn a_sign_in_that_worked_or_an_unknown_moment_forbids_an_error() {
        let mut case = ending(&["2026-01-01T00:00:00Z"]);
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&case), [Severity::Warning]);
        case.judged_at = None;
        assert_eq!(levels(&case), []);
    }

    #[test]
    fn the_active_certificate_of_the_registration_is_judged_by_its_credential() {
        let registration = IdpRegistration {
            relevant: true,
            active_signing_thumbprint: Some("AB".into()),
            credentials: vec![
                Credential { sha1: Some("CD".into()), end: "2020-01-01T00:00:00Z".parse().ok(), ..Credential::default() },
                Credential { sha1: Some("AB".into()), end: "2026-11-23T00:00:00Z".parse().ok(), ..Credential::default() },
            ],
            objects: vec![diag_sdk::case::registration::RegistrationObject::ServicePrincipal],
            ..IdpRegistration::default()
        };
        let mut case = with_metadata(vec![]);
        case.registrations = vec![registration];
        assert_eq!(levels(&case), [Severity::Error]);
        case.registrations[0].active_signing_thumbprint = Some("EF".into());
        assert_eq!(levels(&case), [], "the export does not hold the active one");
    }
}
