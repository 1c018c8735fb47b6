//! The certificate the identity provider has made active is in none of the metadata.

use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::certificate::same_thumbprint;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::case::signature::KeyMatch;
use diag_sdk::view::{Delivery, MetadataCopy, keys};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Sited, Stage, Who, check,
};

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
        accounts: [Account::sp_or_loop(&[Meaning::Signature, Meaning::Certificate, Meaning::UnknownKey])],
        causes: [NEW_ACTIVE, OTHER_APPLICATION, WRONG_ACTIVE],
        references: [
            Reference::page("https://learn.microsoft.com/graph/api/resources/serviceprincipal", "2026-11-24").about("preferredTokenSigningKeyThumbprint"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/federation-metadata", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let (held, published) = (case.idp_metadata_held(), case.idp_metadata_published());
    let responses = case.sent_by_idp();
    for registration in case.relevant_registrations() {
        let Some(active) = &registration.active_signing_thumbprint else {
            out.missing(Need::ServicePrincipal);
            continue;
        };
        let lacking = |copies: &[MetadataCopy<'_>]| {
            copies.iter().filter(|copy| lacks(copy, &active.value)).count()
        };
        let with_certificates =
            held.iter().filter(|copy| copy.idp_signing_certificates().next().is_some()).count();
        // Several entry points may hold copies of several applications: one good copy is enough.
        if lacking(&held) > 0 && lacking(&held) == with_certificates {
            out.push(describe(case, registration, active, &held, &responses));
        } else if held.is_empty() && !published.is_empty() && lacking(&published) == published.len()
        {
            out.push(describe(case, registration, active, &published, &responses));
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
fn lacks(copy: &MetadataCopy<'_>, thumbprint: &str) -> bool {
    let mut certificates = copy
        .idp_signing_certificates()
        .filter(|certificate| certificate.usable() && !certificate.sha1.is_empty())
        .peekable();
    certificates.peek().is_some()
        && !certificates.any(|certificate| same_thumbprint(&certificate.sha1, thumbprint))
}

/// What none of the copies that list certificates has. All of them have the same holder.
fn describe(
    case: &Case,
    registration: &IdpRegistration,
    active: &Sited<String>,
    copies: &[MetadataCopy<'_>],
    responses: &[Delivery<'_>],
) -> Finding {
    let copies: Vec<MetadataCopy<'_>> =
        copies.iter().copied().filter(|copy| lacks(copy, &active.value)).collect();
    let held = copies.iter().any(|copy| copy.held_by == HeldBy::Sp);
    let certificates = keys::idp_signing(&copies);
    // What the capture verifies with a key of the copy is not signed with the active certificate (yet).
    let disproved = case.signed_in()
        || responses
            .iter()
            .flat_map(verifying)
            .any(|key| keys::lists(&copies, key) && !same_thumbprint(&key.sha1, &active.value));
    let failed = responses.iter().find(|response| {
        response.attempt.is_some_and(Attempt::failed)
            && verifying(response).any(|key| same_thumbprint(&key.sha1, &active.value))
    });
    let severity =
        if !disproved && (held || failed.is_some()) { Severity::Error } else { Severity::Warning };
    let whose = if held { "the SP's copy of the metadata" } else { "the metadata given" };
    let mut finding =
        Finding::new(severity, format!("The active signing certificate is not in {whose}"));
    finding = finding.detail(match (held, disproved) {
        (_, true) => "The capture shows a response signed with another certificate, or a sign-in that worked; once the active one signs, it will not.",
        (true, false) => "The identity provider signs with it, and the service provider cannot verify that.",
        (false, false) => "The document was fetched before the certificate was made active, or belongs to another application.",
    });
    if severity == Severity::Warning {
        finding = finding.likely();
    }
    if let Some(attempt) =
        failed.and_then(|response| response.attempt).filter(|_| severity == Severity::Error)
    {
        finding = finding.attempt(&attempt.id);
    }
    let origins: Vec<&str> = copies.iter().map(|copy| copy.metadata.origin.as_str()).collect();
    finding
        .expected(&active.value, "preferredTokenSigningKeyThumbprint of the registration")
        .actual(
            keys::labels(&certificates),
            format!("signing certificates in {}", origins.join(", ")),
        )
        .at(&active.place)
        .at_all(certificates.iter().map(|certificate| &certificate.place))
        .because(&NEW_ACTIVE, case)
        .because_in(&OTHER_APPLICATION, registration, None)
        .because_in(&WRONG_ACTIVE, registration, None)
}

/// Keys that verify a signature of the response.
fn verifying<'a>(response: &Delivery<'a>) -> impl Iterator<Item = &'a KeyMatch> + use<'a> {
    response.message.signatures.iter().flat_map(|signature| &signature.verified_by)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{
        findings, idp_metadata, key_match, levels, registration, sign_in, signed, signed_with,
    };

    fn case(mut case: Case, active: &str, held: &[&str], published: &[&str]) -> Case {
        let mut known = registration(&[], &[]);
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
        assert_eq!(
            levels(id, &case(signed(Outcome::SignedIn), "BB", &["AA"], &[])),
            [Severity::Warning]
        );
        // Refused for something else: the response was signed with the certificate the copy has.
        assert_eq!(
            levels(id, &case(signed(Outcome::RefusedBySp), "BB", &["AA"], &[])),
            [Severity::Warning]
        );
    }

    #[test]
    fn a_failure_with_the_active_certificate_makes_it_an_error() {
        let failed = signed_with(sign_in(Outcome::RefusedBySp), key_match("BB", &[]));
        let found =
            findings(&ACTIVE_CERTIFICATE_NOT_IN_METADATA, &case(failed, "BB", &[], &["AA"]));
        assert_eq!(
            (found[0].severity, found[0].attempts.as_slice()),
            (Severity::Error, ["a1".to_owned()].as_slice())
        );
    }
}
