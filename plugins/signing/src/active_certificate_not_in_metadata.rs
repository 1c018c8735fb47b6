//! The certificate the identity provider has made active is in none of the metadata.

use crate::trust;
use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::{Account, Case, CauseData, Finding, Findings, Meaning, Need, Setting, Severity, Sited, Stage, Who, check};

static NEW_ACTIVE: CauseData = CauseData {
    text: "A new signing certificate was made active after the metadata had been handed over",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the identity provider's present metadata at every entry point that uses it",
};
static OTHER_APPLICATION: CauseData = CauseData {
    text: "The metadata is that of the tenant or of another application, whose certificates are others",
    who: Who::Idp,
    setting: Setting::IdpMetadata,
    fix: "Hand over the metadata of exactly this application",
};
static WRONG_ACTIVE: CauseData = CauseData {
    text: "The wrong one of several certificates was made active",
    who: Who::Idp,
    setting: Setting::IdpSigningCertificate,
    fix: "Make the certificate active that the service provider has",
};

check! {
    /// The active signing certificate of the application is not in the metadata.
    ///
    /// The registration names the certificate with which responses are signed from now on. If the
    /// metadata that the service provider holds does not list it, the next response cannot be verified.
    /// If only the document given as published lacks it, that document was fetched before the certificate
    /// was made active, or belongs to another application.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"registrations": [{"id": "r1", "relevant": true, "vendor": "entra", "objects": ["service-principal"],
    ///    "active_signing_thumbprint": {"value": "BB22"}}],
    ///  "metadata": [{"id": "d1", "held_by": "sp", "origin": "copy.xml", "idp": {"keys": [{"usage": "signing", "certificates": [{"sha1": "AA11", "subject": "CN=old"}]}]}}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"registrations": [{"id": "r1", "relevant": true, "vendor": "entra", "objects": ["service-principal"],
    ///    "active_signing_thumbprint": {"value": "bb:22"}}],
    ///  "metadata": [{"id": "d1", "held_by": "sp", "origin": "copy.xml", "idp": {"keys": [{"usage": "signing", "certificates": [
    ///    {"sha1": "AA11", "subject": "CN=old"}, {"sha1": "BB22", "subject": "CN=new"}]}]}}]}
    /// ```
    pub(crate) static ACTIVE_CERTIFICATE_NOT_IN_METADATA = {
        id: "signing/active-certificate-not-in-metadata",
        title: "The active signing certificate is not in the metadata",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::ServicePrincipal],
        explains: ["flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp_or_loop(&[Meaning::Signature, Meaning::Certificate])],
        causes: [NEW_ACTIVE, OTHER_APPLICATION, WRONG_ACTIVE],
        references: [
            "https://learn.microsoft.com/graph/api/resources/serviceprincipal (preferredTokenSigningKeyThumbprint)",
            "https://learn.microsoft.com/entra/identity-platform/federation-metadata",
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let held = trust::held_by_sp(case);
    let published = trust::published_by_idp(case);
    for registration in case.relevant_registrations() {
        let Some(active) = &registration.active_signing_thumbprint else {
            out.missing(Need::ServicePrincipal);
            continue;
        };
        let lacking = |documents: &[&Metadata]| -> Vec<Metadata> {
            documents.iter().filter(|metadata| lacks(metadata, &active.value)).map(|metadata| (*metadata).clone()).collect()
        };
        let (without, old) = (lacking(&held), lacking(&published));
        // Several entry points may hold copies of several applications: one good copy is enough.
        if !without.is_empty()
            && without.len() == held.iter().filter(|metadata| metadata.idp_signing_certificates().next().is_some()).count()
        {
            out.push(describe(case, registration, active, &without, HeldBy::Sp));
        } else if held.is_empty() && !old.is_empty() && old.len() == published.len() {
            out.push(describe(case, registration, active, &old, HeldBy::Publisher));
        }
        if held.is_empty() {
            out.missing(Need::IdpMetadataInSp);
            if published.is_empty() {
                out.missing(Need::IdpMetadata);
            }
        }
    }
}

/// It lists certificates, and not this one.
fn lacks(metadata: &Metadata, thumbprint: &str) -> bool {
    let mut certificates =
        metadata.idp_signing_certificates().filter(|certificate| certificate.usable() && !certificate.sha1.is_empty()).peekable();
    certificates.peek().is_some() && !certificates.any(|certificate| trust::same_thumbprint(&certificate.sha1, thumbprint))
}

fn describe(case: &Case, registration: &IdpRegistration, active: &Sited<String>, documents: &[Metadata], holder: HeldBy) -> Finding {
    let documents: Vec<&Metadata> = documents.iter().collect();
    let certificates: Vec<&Certificate> = trust::idp_signing(&documents);
    // What the capture verifies with a key of the copy is not signed with the active certificate (yet).
    let disproved = case.signed_in()
        || trust::from_idp(case)
            .flat_map(|message| message.signatures.iter().flat_map(|signature| &signature.verified_by))
            .any(|key| trust::lists(&documents, key) && !trust::same_thumbprint(&key.sha1, &active.value));
    let failed = case.attempts.iter().find(|attempt| {
        attempt.failed()
            && attempt.response.as_deref().and_then(|id| case.message(id)).is_some_and(|response| {
                response
                    .signatures
                    .iter()
                    .flat_map(|signature| &signature.verified_by)
                    .any(|key| trust::same_thumbprint(&key.sha1, &active.value))
            })
    });
    let severity = match holder {
        _ if disproved => Severity::Warning,
        HeldBy::Sp => Severity::Error,
        _ if failed.is_some() => Severity::Error,
        _ => Severity::Warning,
    };
    let whose = if holder == HeldBy::Sp { "the SP's copy of the metadata" } else { "the metadata given" };
    let mut finding = Finding::new(severity, format!("The active signing certificate is not in {whose}"));
    finding = finding.detail(match (holder, disproved) {
        (_, true) => "The capture shows a response signed with another certificate, or a sign-in that worked; once the active one signs, it will not.",
        (HeldBy::Sp, false) => "The identity provider signs with it, and the service provider cannot verify that.",
        _ => "The document was fetched before the certificate was made active, or belongs to another application.",
    });
    if severity == Severity::Warning {
        finding = finding.likely();
    }
    if let Some(attempt) = failed.filter(|_| severity == Severity::Error) {
        finding = finding.attempt(&attempt.id);
    }
    let origins: Vec<&str> = documents.iter().map(|metadata| metadata.origin.as_str()).collect();
    let (sp, entry_point) = trust::entry_point(case);
    finding = finding
        .expected(&active.value, "preferredTokenSigningKeyThumbprint of the registration")
        .actual(trust::labels(&certificates), format!("signing certificates in {}", origins.join(", ")))
        .at(&active.place)
        .at_all(certificates.iter().map(|certificate| &certificate.place));
    finding
        .cause_with(&NEW_ACTIVE, sp, entry_point, None)
        .cause_with(&OTHER_APPLICATION, registration.vendor, registration.name.as_deref(), None)
        .cause_with(&WRONG_ACTIVE, registration.vendor, registration.name.as_deref(), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{findings, idp_metadata, key_match, levels, registration, sign_in, signature};
    use diag_sdk::case::attempt::Outcome;

    fn case(mut case: Case, active: &str, held: &[&str], published: &[&str]) -> Case {
        let mut known = registration();
        known.active_signing_thumbprint = Some(active.into());
        case.registrations = vec![known];
        if !held.is_empty() {
            case.metadata.push(idp_metadata("d1", HeldBy::Sp, held));
        }
        if !published.is_empty() {
            case.metadata.push(idp_metadata("d2", HeldBy::Publisher, published));
        }
        case
    }

    #[test]
    fn the_service_providers_copy_counts_most() {
        let id = &ACTIVE_CERTIFICATE_NOT_IN_METADATA;
        assert_eq!(levels(id, &case(Case::default(), "BB", &["AA"], &["AA"])), [Severity::Error]);
        assert!(findings(id, &case(Case::default(), "b b", &["AA", "BB"], &["AA"])).is_empty());
        assert_eq!(levels(id, &case(Case::default(), "BB", &[], &["AA"])), [Severity::Warning]);
        assert!(findings(id, &case(Case::default(), "BB", &[], &[])).is_empty());
    }

    #[test]
    fn a_capture_that_worked_makes_it_a_warning() {
        let id = &ACTIVE_CERTIFICATE_NOT_IN_METADATA;
        assert_eq!(levels(id, &case(sign_in(Outcome::SignedIn), "BB", &["AA"], &[])), [Severity::Warning]);
        // Refused for something else: the response was signed with the certificate the copy has.
        assert_eq!(levels(id, &case(sign_in(Outcome::RefusedBySp), "BB", &["AA"], &[])), [Severity::Warning]);
    }

    #[test]
    fn a_failure_with_the_active_certificate_makes_it_an_error() {
        let mut failed = sign_in(Outcome::RefusedBySp);
        failed.messages[1].signatures = vec![signature("Assertion", "Response/Assertion", key_match("BB", &[]))];
        let found = findings(&ACTIVE_CERTIFICATE_NOT_IN_METADATA, &case(failed, "BB", &[], &["AA"]));
        assert_eq!((found[0].severity, found[0].attempts.as_slice()), (Severity::Error, ["a1".to_owned()].as_slice()));
    }
}
