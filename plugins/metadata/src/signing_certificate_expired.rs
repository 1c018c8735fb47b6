//! `metadata/signing-certificate-expired`: signing certificates past the end of their validity.

use diag_sdk::case::certificate::{Certificate, same_thumbprint};
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::judgement::Party;
use diag_sdk::case::product::Habit;
use diag_sdk::case::registration::Credential;
use diag_sdk::view::MetadataCopy;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};
use std::collections::BTreeSet;

static NOT_RENEWED: CauseData = CauseData {
    text: "The signing certificate was not renewed before it ended",
    who: Who::Idp,
    setting: Setting::IdpSigningCertificate,
    fix: "Create a new signing certificate, activate it, and hand the new metadata to the service provider at the same time",
};

static LEFT_OVER: CauseData = CauseData {
    text: "It is left over from a renewal: a certificate that is valid stands beside it",
    who: Who::Idp,
    setting: Setting::IdpSigningCertificate,
    fix: "Remove the expired certificate once nothing is signed with it any more, and publish the metadata without it",
};

static LEFT_OVER_AT_SP: CauseData = CauseData {
    text: "It is left over from a renewal: a certificate that is valid stands beside it",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the identity provider's current metadata, or take the expired certificate out once nothing is signed with it any more",
};

static ANOTHER_SIGNS: CauseData = CauseData {
    text: "Another certificate of the application is valid, and the identity provider signs with that one although it is not the active one",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Give the service provider the valid certificate, then make it the active one at the identity provider",
};

static NOT_REPLACED_AT_SP: CauseData = CauseData {
    text: "The service provider still holds the metadata from before the renewal",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Download the identity provider's current metadata and upload it",
};

/// Codes by which Entra ID says that it has no certificate it could sign with.
const REFUSALS: &[&str] = &["AADSTS50003", "AADSTS50146"];

check! {
    /// A signing certificate of the identity provider was past the end of its validity at the moment of the sign-in.
    ///
    /// Service providers that look at the dates refuse every response once no valid certificate is left; others never
    /// notice. Entra ID goes on signing with an expired certificate, unless another one of the application is valid: then
    /// it signs with that one by itself, active or not, and a service provider that holds the old one only refuses from
    /// that moment. In metadata a valid one beside it makes the expired one what remains of a rollover. So without a
    /// refusal this is a warning. The moment judged is the capture's own time: an old capture is not blamed for the time
    /// it lay around.
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
        accounts: [
            Account::sp(&[Meaning::Certificate, Meaning::Signature, Meaning::UnknownKey]),
            Account::idp(&[Meaning::Certificate, Meaning::Signature]).codes(REFUSALS),
        ],
        causes: [NOT_RENEWED, NOT_REPLACED_AT_SP, ANOTHER_SIGNS, LEFT_OVER, LEFT_OVER_AT_SP],
        references: [
            Reference::section(Specification::Rfc(5280), "4.1.2.5"),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/tutorial-manage-certificates-for-federated-single-sign-on", "2026-11-24"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reference-error-codes", "2026-12-01").about("AADSTS50146"),
        ],
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
        let Some(latest) = expired.iter().max_by_key(|certificate| certificate.not_after) else {
            continue;
        };
        let breaks = valid.is_empty() && copy.level() == Severity::Error && refused_for_it(case);
        let severity = if breaks { Severity::Error } else { Severity::Warning };
        let message = match (valid.is_empty(), expired.len()) {
            (true, 1) => "The signing certificate in the IdP metadata has expired".to_owned(),
            (true, _) => "All signing certificates in the IdP metadata have expired".to_owned(),
            (false, count) => format!(
                "{count} of {} signing certificates in the IdP metadata expired",
                count + valid.len()
            ),
        };
        out.push(
            finding(&copy, severity, message, latest, !valid.is_empty())
                .at_all(expired.iter().map(|certificate| &certificate.place)),
        );
    }
    judge_active(case, out);
}

fn finding(
    copy: &MetadataCopy<'_>,
    severity: Severity,
    message: String,
    latest: &Certificate,
    others_are_valid: bool,
) -> Finding {
    let case = copy.case;
    let end = latest.not_after.map(|end| end.to_string()).unwrap_or_default();
    let judged = case.judged_at.map(|now| now.to_string()).unwrap_or_default();
    let finding = copy
        .finding(severity, message)
        .detail(match severity {
            Severity::Error => {
                format!("{} ended at {end}; judged at {judged}. Service providers refuse what its key signs.", latest.label())
            }
            _ if others_are_valid => format!(
                "{} ended at {end}; judged at {judged}. It can be taken out once nothing is signed with it any more.",
                latest.label()
            ),
            _ => format!(
                "{} ended at {end}; judged at {judged}. Service providers that look at the dates refuse what its key signs, others go on.",
                latest.label()
            ),
        })
        .expected(format!("valid at {judged}"), "the moment of the sign-in")
        .actual(format!("valid until {end}"), copy.origin.clone());
    let at_sp = copy.held_by == HeldBy::Sp;
    if others_are_valid && !signs(case, latest) {
        return finding.because(if at_sp { &LEFT_OVER_AT_SP } else { &LEFT_OVER }, case);
    }
    let finding = if at_sp { finding.because(&NOT_REPLACED_AT_SP, case) } else { finding };
    if renewed(case) { finding } else { finding.because(&NOT_RENEWED, case) }
}

/// A captured message is signed with the key of this certificate.
fn signs(case: &Case, certificate: &Certificate) -> bool {
    let signatures = case.messages.iter().flat_map(|message| &message.signatures);
    signatures
        .flat_map(|signature| &signature.verified_by)
        .any(|key| same_thumbprint(&key.sha1, &certificate.sha1))
}

/// The registration shows that the active certificate is another one, which is valid.
fn renewed(case: &Case) -> bool {
    let Some(now) = case.judged_at else { return false };
    case.relevant_registrations().any(|registration| {
        registration.active_signing_thumbprint.as_ref().is_some_and(|active| {
            registration.credentials.iter().any(|key| {
                key.sha1.as_ref().is_some_and(|sha1| same_thumbprint(sha1, active))
                    && key.end.is_some_and(|end| end > now)
            })
        })
    })
}

/// A sign-in was refused, for the certificate or for no reason that is given.
fn refused_for_it(case: &Case) -> bool {
    let about = [Meaning::Certificate, Meaning::Signature];
    case.failures.iter().any(|failure| {
        let theirs = failure.codes.iter().any(|code| REFUSALS.contains(&code.as_str()));
        match failure.party {
            Party::Sp => {
                failure.stage == Stage::Consumption
                    && (failure.means(&about) || !failure.is_particular())
            }
            Party::Idp => theirs || failure.means(&about),
            _ => false,
        }
    })
}

/// The certificate the registration names as the one it signs with.
fn judge_active(case: &Case, out: &mut Findings) {
    let Some(now) = case.judged_at else { return };
    for registration in case.relevant_registrations() {
        let Some(thumbprint) = &registration.active_signing_thumbprint else { continue };
        let is_active = |key: &Credential| {
            key.sha1.as_ref().is_some_and(|sha1| same_thumbprint(sha1, thumbprint))
        };
        let active = registration.credentials.iter().find(|key| is_active(key));
        let Some((key, end)) =
            active.and_then(|key| key.end.map(|end| (key, end))).filter(|(_, end)| *end < now)
        else {
            continue;
        };
        let valid = |key: &&Credential| {
            key.end.is_some_and(|end| end > now) && key.start.is_none_or(|start| start <= now)
        };
        let another = registration
            .credentials
            .iter()
            .filter(|key| key.usage.eq_ignore_ascii_case("sign") && !is_active(key))
            .find(valid);
        let signs_on = case.has_habit(registration.vendor, Habit::SignsPastExpiry);
        let severity =
            if refused_for_it(case) && !signs_on { Severity::Error } else { Severity::Warning };
        let finding =
            Finding::new(severity, "The active signing certificate of the application has expired")
                .at(&key.place)
                .at(&thumbprint.place)
                .expected(format!("valid at {now}"), "the moment of the sign-in")
                .actual(format!("valid until {end}"), "keyCredentials")
                .subject(registration.id.clone());
        let ended = format!("{} ended at {end}; judged at {now}.", thumbprint.value);
        let Some(sha1) = another.and_then(|key| key.sha1.as_deref()).filter(|_| signs_on) else {
            let then = if signs_on {
                "The identity provider goes on signing with it; service providers that look at the dates refuse what it signs."
            } else {
                "The identity provider refuses to sign with it, or signs what is refused."
            };
            out.push(settled(finding.detail(format!("{ended} {then}")).because_in(
                &NOT_RENEWED,
                registration,
                None,
            )));
            continue;
        };
        let held = case.idp_metadata_held();
        let known = held
            .iter()
            .flat_map(|copy| copy.metadata.idp_signing_certificates())
            .any(|certificate| same_thumbprint(&certificate.sha1, sha1));
        let whether = match (held.is_empty(), known) {
            (true, _) => "Whether the service provider has that one is not known.",
            (false, true) => "The service provider has that one.",
            (false, false) => {
                "The service provider does not have that one, so it refuses every response from then on."
            }
        };
        let mut finding = finding
            .detail(format!("{ended} Another certificate is valid, and the identity provider signs with that one although it is not active: {sha1}. {whether}"))
            .at_all(another.map(|key| &key.place));
        // What a captured response is signed with tells it better.
        if !held.is_empty() && !known && case.responses().is_empty() {
            finding.severity = Severity::Error;
        }
        out.push(settled(finding.because_with(
            &ANOTHER_SIGNS,
            case,
            case.metadata_url(None).as_deref(),
        )));
    }
}

fn settled(finding: Finding) -> Finding {
    if finding.severity == Severity::Warning { finding.likely() } else { finding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::certificate::{Key, KeyUse};
    use diag_sdk::case::registration::IdpRegistration;
    use diag_sdk::testing::{
        ENTRA, attempt, certificate, idp_metadata, refused_by_idp, with_metadata,
    };

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
        SIGNING_CERTIFICATE_EXPIRED
            .judge(case)
            .found()
            .iter()
            .map(|finding| finding.severity)
            .collect()
    }

    #[test]
    fn the_boundary_is_the_judged_moment() {
        assert_eq!(
            levels(&ending(&["2026-11-24T10:00:10Z"])),
            [],
            "still valid in its last second"
        );
        assert_eq!(levels(&ending(&["2026-11-24T10:00:09Z"])), [Severity::Warning]);
    }

    #[test]
    fn beside_a_valid_one_it_is_to_go_unless_it_still_signs() {
        let first =
            |case: &Case| SIGNING_CERTIFICATE_EXPIRED.judge(case).found()[0].causes[0].text.clone();
        let mut case = ending(&["2026-01-01T00:00:00Z", "2029-02-01T00:00:00Z"]);
        assert_eq!(first(&case), LEFT_OVER_AT_SP.text);
        case.metadata[0].held_by = HeldBy::Publisher;
        assert_eq!(first(&case), LEFT_OVER.text);
        let key = diag_sdk::testing::key_match(&certificate("c0").sha1, &["d1"]);
        case.messages = vec![diag_sdk::case::message::Message {
            signatures: vec![diag_sdk::testing::signature("Assertion", "Response/Assertion", key)],
            ..Default::default()
        }];
        assert_eq!(first(&case), NOT_RENEWED.text);
    }

    #[test]
    fn only_a_refusal_makes_it_an_error() {
        assert_eq!(
            levels(&ending(&["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"])),
            [Severity::Warning]
        );
        let mut case = ending(&["2026-01-01T00:00:00Z"]);
        case.failures = refused_by_idp(&["AADSTS50146"], &[]).failures;
        assert_eq!(levels(&case), [Severity::Error]);
        case.failures = refused_by_idp(&["AADSTS50105"], &[Meaning::NotAssigned]).failures;
        assert_eq!(levels(&case), [Severity::Warning]);
        let mut rollover = ending(&["2026-01-01T00:00:00Z", "2029-02-01T00:00:00Z"]);
        rollover.failures = refused_by_idp(&["AADSTS50146"], &[]).failures;
        assert_eq!(levels(&rollover), [Severity::Warning]);
    }

    #[test]
    fn a_sign_in_that_worked_or_an_unknown_moment_forbids_an_error() {
        let mut case = ending(&["2026-01-01T00:00:00Z"]);
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&case), [Severity::Warning]);
        case.judged_at = None;
        assert_eq!(levels(&case), []);
    }

    fn registered(thumbprint: &str, keys: &[(&str, &str)]) -> Case {
        let key = |(sha1, end): &(&str, &str)| Credential {
            sha1: Some((*sha1).to_owned()),
            end: end.parse().ok(),
            usage: "Sign".to_owned(),
            ..Credential::default()
        };
        let registration = IdpRegistration {
            relevant: true,
            vendor: ENTRA,
            active_signing_thumbprint: Some(thumbprint.into()),
            credentials: keys.iter().map(key).collect(),
            objects: vec![diag_sdk::case::registration::RegistrationObject::ServicePrincipal],
            ..IdpRegistration::default()
        };
        let mut case = with_metadata(vec![]);
        case.registrations = vec![registration];
        case
    }

    #[test]
    fn the_active_certificate_of_the_registration_is_judged_by_its_credential() {
        let keys = [("CD", "2020-01-01T00:00:00Z"), ("AB", "2026-11-23T00:00:00Z")];
        assert_eq!(levels(&registered("AB", &keys)), [Severity::Warning]);
        assert_eq!(levels(&registered("EF", &keys)), [], "the export does not hold the active one");
    }

    #[test]
    fn a_valid_one_signs_in_its_place_and_the_service_provider_needs_it() {
        let mut case =
            registered("AB", &[("AB", "2026-11-23T00:00:00Z"), ("EF", "2029-01-01T00:00:00Z")]);
        assert_eq!(
            levels(&case),
            [Severity::Warning],
            "what the service provider holds is not known"
        );
        case.metadata = vec![idp_metadata("d1", HeldBy::Sp, &["AB"])];
        let found = SIGNING_CERTIFICATE_EXPIRED.judge(&case);
        let active = found.found().last().expect("a finding");
        assert_eq!((active.severity, active.causes[0].who), (Severity::Error, Who::Sp));
        assert!(active.detail.as_deref().is_some_and(|detail| detail.contains("EF")));
        case.metadata = vec![idp_metadata("d1", HeldBy::Sp, &["AB", "EF"])];
        assert_eq!(levels(&case), [Severity::Warning]);
    }
}
