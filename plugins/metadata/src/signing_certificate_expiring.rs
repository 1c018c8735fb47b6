//! `metadata/signing-certificate-expiring`: a signing certificate ends within thirty days.

use diag_sdk::case::certificate::same_thumbprint;
use diag_sdk::case::input::HeldBy;
use diag_sdk::jiff::{SignedDuration, Timestamp};
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Place, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};
use std::collections::BTreeMap;

/// How long before its end a certificate is worth a word.
const NOTICE_PERIOD: SignedDuration = SignedDuration::from_hours(30 * 24);

static RENEWAL_DUE: CauseData = CauseData {
    text: "The signing certificate is about to end",
    who: Who::Idp,
    setting: Setting::IdpSigningCertificate,
    fix: "Create the next signing certificate now, agree on a time, then activate it and replace the metadata at the service provider together",
};

static NEXT_IS_ACTIVE: CauseData = CauseData {
    text: "The certificate was renewed, and the service provider does not have the one that is active now",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Upload the identity provider's current metadata at every SAML entry point",
};

static NEXT_IS_THERE: CauseData = CauseData {
    text: "The signing certificate is about to end; the next one is there and not active yet",
    who: Who::Idp,
    setting: Setting::IdpSigningCertificate,
    fix: "Agree on a time, then activate the next certificate and replace the metadata at the service provider together",
};

static REPLACE_AT_SP: CauseData = CauseData {
    text: "The service provider has to learn the next certificate before the identity provider signs with it",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Upload the identity provider's new metadata at every SAML entry point when the new certificate becomes active",
};

check! {
    /// A certificate the identity provider signs with ends within thirty days of the judged moment.
    ///
    /// Nothing is broken yet. On that day every sign-in stops unless a new certificate is active at the identity provider and
    /// known to the service provider, which takes people on both sides and, with Qlik Sense, a restart of the proxies. When
    /// the successor already stands in the same metadata the rollover is prepared, and the check says nothing.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:expiring}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata
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
    pub(crate) static SIGNING_CERTIFICATE_EXPIRING = {
        id: "metadata/signing-certificate-expiring",
        title: "A signing certificate ends within thirty days",
        levels: [Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp, Need::ServicePrincipal],
        explains: [],
        causes: [RENEWAL_DUE, REPLACE_AT_SP, NEXT_IS_THERE, NEXT_IS_ACTIVE],
        references: [
            Reference::section(Specification::Rfc(5280), "4.1.2.5"),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/tutorial-manage-certificates-for-federated-single-sign-on", "2026-11-24"),
        ],
        run: run,
    }
}

/// A certificate that ends soon, and everywhere it was found.
struct Ending {
    label: String,
    end: Timestamp,
    places: Vec<Place>,
    subject: String,
    held_by_sp: bool,
}

fn run(case: &Case, out: &mut Findings) {
    let Some(now) = case.judged_at else { return };
    let soon = |end: Timestamp| end >= now && end.duration_since(now) < NOTICE_PERIOD;
    // The same certificate in several documents is one thing to do.
    let mut ending: BTreeMap<String, Ending> = BTreeMap::new();
    for copy in case.idp_metadata_copies() {
        let successor = copy
            .idp_signing_certificates()
            .any(|other| other.not_after.is_some_and(|end| end > now && !soon(end)));
        // With its successor in the same document the rollover is prepared.
        if successor {
            continue;
        }
        for certificate in
            copy.idp_signing_certificates().filter(|certificate| certificate.usable())
        {
            let Some(end) = certificate.not_after.filter(|end| soon(*end)) else { continue };
            let known = ending.entry(certificate.sha1.to_uppercase()).or_insert_with(|| Ending {
                label: certificate.label(),
                end,
                places: Vec::new(),
                subject: copy.id.clone(),
                held_by_sp: copy.held_by == HeldBy::Sp,
            });
            known.places.push(certificate.place.clone());
        }
    }
    for registration in case.relevant_registrations() {
        let Some(thumbprint) = &registration.active_signing_thumbprint else { continue };
        for key in registration
            .credentials
            .iter()
            .filter(|key| key.sha1.as_ref().is_some_and(|sha1| same_thumbprint(sha1, thumbprint)))
        {
            let Some(end) = key.end.filter(|end| soon(*end)) else { continue };
            let known = ending.entry(thumbprint.to_uppercase()).or_insert_with(|| Ending {
                label: key.name.as_ref().map_or_else(
                    || thumbprint.value.clone(),
                    |name| format!("{name} ({})", thumbprint.value),
                ),
                end,
                places: Vec::new(),
                subject: registration.id.clone(),
                held_by_sp: false,
            });
            known.places.push(key.place.clone());
        }
    }
    for (sha1, certificate) in ending {
        let days = certificate.end.duration_since(now).as_hours() / 24;
        let headline = match days {
            0 => "A signing certificate ends within a day".to_owned(),
            1 => "A signing certificate ends in one day".to_owned(),
            _ => format!("A signing certificate ends in {days} days"),
        };
        let mut finding = Finding::warning(headline)
            .detail(format!(
                "{} ends at {}; from then on responses signed with it are refused.",
                certificate.label, certificate.end
            ))
            .at_all(&certificate.places)
            .expected("at least 30 days left", "the time a rollover takes")
            .actual(format!("valid until {}", certificate.end), "the certificate")
            .subject(certificate.subject);
        match next(case, &sha1, certificate.end) {
            Some(Next::Active) => finding = finding.because(&NEXT_IS_ACTIVE, case),
            next => {
                let due = if next.is_some() { &NEXT_IS_THERE } else { &RENEWAL_DUE };
                finding = finding.because(due, case);
                if certificate.held_by_sp {
                    finding = finding.because(&REPLACE_AT_SP, case);
                }
            }
        }
        out.push(finding);
    }
}

/// A signing certificate of the registration that lasts longer than the one that ends.
enum Next {
    /// It is the active one.
    Active,
    /// It waits to be activated.
    Waiting,
}

fn next(case: &Case, sha1: &str, end: Timestamp) -> Option<Next> {
    let mut waiting = None;
    for registration in case.relevant_registrations() {
        for key in registration.credentials.iter().filter(|key| {
            key.usage.eq_ignore_ascii_case("sign") && key.end.is_some_and(|later| later > end)
        }) {
            let Some(own) = key.sha1.as_deref().filter(|own| !same_thumbprint(own, sha1)) else {
                continue;
            };
            let active = registration.active_signing_thumbprint.as_ref();
            if active.is_some_and(|active| same_thumbprint(own, active)) {
                return Some(Next::Active);
            }
            waiting = Some(Next::Waiting);
        }
    }
    waiting
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::certificate::Certificate;
    use diag_sdk::case::certificate::{Key, KeyUse};
    use diag_sdk::case::registration::{Credential, IdpRegistration, RegistrationObject};
    use diag_sdk::testing::{certificate, idp_metadata, with_metadata};

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

    fn headlines(case: &Case) -> Vec<String> {
        SIGNING_CERTIFICATE_EXPIRING
            .judge(case)
            .found()
            .iter()
            .map(|finding| finding.message.clone())
            .collect()
    }

    #[test]
    fn thirty_days_are_enough_a_second_less_is_not() {
        assert!(headlines(&ending(&["2026-12-24T10:00:10Z"])).is_empty());
        assert_eq!(
            headlines(&ending(&["2026-12-24T10:00:09Z"])),
            ["A signing certificate ends in 29 days"]
        );
        assert_eq!(
            headlines(&ending(&["2026-11-24T10:00:10Z"])),
            ["A signing certificate ends within a day"]
        );
        assert!(
            headlines(&ending(&["2026-11-24T10:00:09Z"])).is_empty(),
            "expired is another finding"
        );
    }

    #[test]
    fn a_prepared_rollover_is_normal() {
        assert!(headlines(&ending(&["2026-12-01T00:00:00Z", "2029-12-01T00:00:00Z"])).is_empty());
        assert_eq!(
            headlines(&ending(&["2026-12-01T00:00:00Z", "2020-12-01T00:00:00Z"])).len(),
            1,
            "an expired one is no successor"
        );
    }

    #[test]
    fn the_same_certificate_in_two_documents_and_in_the_registration_is_one_finding() {
        let mut case = ending(&["2026-12-01T00:00:00Z"]);
        let mut published = case.metadata[0].clone();
        published.id = "d2".into();
        published.held_by = HeldBy::Publisher;
        case.metadata.push(published);
        case.registrations = vec![IdpRegistration {
            relevant: true,
            active_signing_thumbprint: Some("c0".into()),
            credentials: vec![Credential {
                sha1: Some("C0".into()),
                end: "2026-12-01T00:00:00Z".parse().ok(),
                ..Credential::default()
            }],
            objects: vec![RegistrationObject::ServicePrincipal],
            ..IdpRegistration::default()
        }];
        assert_eq!(headlines(&case), ["A signing certificate ends in 6 days"]);
        // What is to be done depends on whether the next one is there, and is active.
        let first = |case: &Case| {
            SIGNING_CERTIFICATE_EXPIRING.judge(case).found()[0].causes[0].text.clone()
        };
        assert_eq!(first(&case), RENEWAL_DUE.text);
        let mut renewed = case.clone();
        renewed.registrations[0].credentials.push(Credential {
            sha1: Some("C9".into()),
            end: "2029-12-01T00:00:00Z".parse().ok(),
            usage: "Sign".to_owned(),
            ..Credential::default()
        });
        assert_eq!(first(&renewed), NEXT_IS_THERE.text);
        renewed.registrations[0].active_signing_thumbprint = Some("c9".into());
        assert_eq!(first(&renewed), NEXT_IS_ACTIVE.text);
        case.metadata.clear();
        assert_eq!(
            headlines(&case),
            ["A signing certificate ends in 6 days"],
            "the registration alone tells"
        );
    }
}
