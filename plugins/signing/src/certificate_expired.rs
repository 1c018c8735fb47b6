//! The certificate that signed was outside its validity.

use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::product::Habit;
use diag_sdk::jiff::Timestamp;
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static IDP_CERTIFICATE: CauseData = CauseData {
    text: "The signing certificate of the identity provider ran out (or is not valid yet)",
    who: Who::Idp,
    setting: Setting::IdpSigningCertificate,
    fix: "Create a new signing certificate, hand over the metadata with it, then make it active",
};
static SP_CERTIFICATE: CauseData = CauseData {
    text: "The certificate of the service provider ran out (or is not valid yet)",
    who: Who::Sp,
    setting: Setting::SpCertificate,
    fix: "Renew the certificate and hand the service provider's new metadata to the identity provider's administrator",
};

check! {
    /// The certificate that signed the message was expired when the message was sent.
    ///
    /// SAML trusts keys because metadata lists them, and many products ignore the dates of a
    /// certificate. Others refuse a signature whose certificate is past its end or before its start.
    /// Judged at the moment the browser delivered the message.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "delivery": 0,
    ///    "sightings": [{"carrier": "post-form", "time": "2026-11-24T10:00:00Z"}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion", "digest": "right"}],
    ///      "key_info": [{"sha1": "AA11", "subject": "CN=idp", "not_before": "2020-01-01T00:00:00Z", "not_after": "2023-01-01T00:00:00Z"}],
    ///      "verified_by": [{"sha1": "AA11", "subject": "CN=idp", "embedded": true}]}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "delivery": 0,
    ///    "sightings": [{"carrier": "post-form", "time": "2026-11-24T10:00:00Z"}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion", "digest": "right"}],
    ///      "key_info": [{"sha1": "AA11", "subject": "CN=idp", "not_before": "2025-01-01T00:00:00Z", "not_after": "2028-01-01T00:00:00Z"}],
    ///      "verified_by": [{"sha1": "AA11", "subject": "CN=idp", "embedded": true}]}]}]}
    /// ```
    pub(crate) static CERTIFICATE_EXPIRED = {
        id: "signing/certificate-expired",
        title: "The certificate that signed was outside its validity",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp", "metadata/signing-certificate-expired", "metadata/signing-certificate-expiring"],
        accounts: [Account::sp_or_loop(&[Meaning::Certificate, Meaning::Signature, Meaning::UnknownKey])],
        causes: [IDP_CERTIFICATE, SP_CERTIFICATE],
        references: [
            Reference::section(Specification::SamlMetadataInterop, "2.6.1"),
            Reference::section(Specification::Rfc(5280), "4.1.2.5"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: Vec<String> = Vec::new();
    for delivery in case.deliveries().into_iter().chain(case.tokens()) {
        let Some(at) = delivery.time().or(case.judged_at) else { continue };
        let message = delivery.message;
        let xml =
            message.signatures.iter().map(|signature| (Some(signature), &signature.verified_by));
        let query = message.query_signature.iter().map(|query| (None, &query.verified_by));
        for (signature, keys) in xml.chain(query) {
            // All of these are the same key; a renewed certificate of it that is valid is enough.
            let certificates: Vec<&Certificate> =
                keys.iter().filter_map(|key| case.certificate_of(signature, key)).collect();
            let outside = |certificate: &&Certificate| {
                certificate.expired_at(at) || certificate.not_yet_valid_at(at)
            };
            let Some(certificate) =
                certificates.first().filter(|_| certificates.iter().all(outside))
            else {
                continue;
            };
            if !told.contains(&certificate.sha1) {
                told.push(certificate.sha1.clone());
                out.push(describe(case, &delivery, certificate, at));
            }
        }
    }
}

fn describe(
    case: &Case,
    delivery: &Delivery<'_>,
    certificate: &Certificate,
    at: Timestamp,
) -> Finding {
    let expired = certificate.expired_at(at);
    let state = if expired { "had expired" } else { "was not valid yet" };
    let refused = delivery.refused() && !delivery.sent_by_sp() && explains_refusal(case, delivery);
    let severity = if refused { Severity::Error } else { Severity::Warning };
    let mut finding =
        delivery.finding(severity, format!("The certificate that signed the {} {state}", delivery.message.root)).detail(if refused {
            "The service provider refused the response, and nothing else about it explains that."
        } else {
            "Many products ignore the dates of certificates that metadata lists; those that do not refuse the signature."
        });
    let (bound, word) = if expired {
        (certificate.not_after, "valid until")
    } else {
        (certificate.not_before, "valid from")
    };
    if let Some(bound) = bound {
        finding = finding
            .expected(format!("a certificate valid at {at}"), "when the message was delivered")
            .actual(format!("{word} {bound}"), certificate.label());
    }
    let reason = if delivery.sent_by_sp() { &SP_CERTIFICATE } else { &IDP_CERTIFICATE };
    finding.at(&certificate.place).at(&delivery.message.place).because(reason, case)
}

/// A refusal that speaks of signatures or certificates, or one without reason where nothing else is wrong.
fn explains_refusal(case: &Case, delivery: &Delivery<'_>) -> bool {
    let said = delivery.reason_is(&[Meaning::Signature, Meaning::Certificate]);
    said.unwrap_or_else(|| {
        !case.sp_has_habit(Habit::IgnoresCertificateDates) && delivery.otherwise_sound()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::testing::{findings, idp_metadata, key_match, levels, says, signed, time};

    fn with(outcome: Outcome, not_before: &str, not_after: &str) -> Case {
        let mut case = signed(outcome);
        let certificate = &mut case.messages[1].signatures[0].key_info[0];
        certificate.not_before = Some(time(not_before));
        certificate.not_after = Some(time(not_after));
        case
    }

    #[test]
    fn the_moment_of_delivery_decides() {
        for (not_before, not_after, count) in [
            ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 0),
            ("2026-01-01T00:00:00Z", "2026-11-24T10:00:10Z", 0),
            ("2026-01-01T00:00:00Z", "2026-11-24T10:00:09Z", 1),
            ("2026-11-24T10:00:11Z", "2027-01-01T00:00:00Z", 1),
            ("2026-11-24T10:00:10Z", "2027-01-01T00:00:00Z", 0),
        ] {
            let found =
                levels(&CERTIFICATE_EXPIRED, &with(Outcome::SignedIn, not_before, not_after));
            assert_eq!(found, vec![Severity::Warning; count], "{not_before} {not_after}");
        }
    }

    #[test]
    fn refused_for_its_signature_it_is_an_error() {
        let mut case = with(Outcome::RefusedBySp, "2020-01-01T00:00:00Z", "2023-01-01T00:00:00Z");
        assert_eq!(levels(&CERTIFICATE_EXPIRED, &case), [Severity::Error]);
        says(&mut case, Meaning::Audience);
        assert_eq!(levels(&CERTIFICATE_EXPIRED, &case), [Severity::Warning]);
        says(&mut case, Meaning::Signature);
        assert_eq!(levels(&CERTIFICATE_EXPIRED, &case), [Severity::Error]);
    }

    #[test]
    fn a_valid_certificate_of_the_same_key_is_enough() {
        let mut case = with(Outcome::RefusedBySp, "2020-01-01T00:00:00Z", "2023-01-01T00:00:00Z");
        case.messages[1].signatures[0].verified_by.push(key_match("BB", &["d1"]));
        assert_eq!(levels(&CERTIFICATE_EXPIRED, &case), [Severity::Error]);
        case.metadata = vec![idp_metadata("d1", HeldBy::Sp, &["BB"])];
        assert!(findings(&CERTIFICATE_EXPIRED, &case).is_empty());
    }

    #[test]
    fn one_certificate_is_told_once() {
        let mut case = with(Outcome::SignedIn, "2020-01-01T00:00:00Z", "2023-01-01T00:00:00Z");
        let again = case.messages[1].signatures[0].clone();
        case.messages[1].signatures.push(again);
        assert_eq!(findings(&CERTIFICATE_EXPIRED, &case).len(), 1);
    }
}
