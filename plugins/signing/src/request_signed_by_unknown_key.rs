//! The request is signed rightly, but the identity provider does not hold the key.

use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::certificate::same_thumbprint;
use diag_sdk::case::message::Message;
use diag_sdk::case::signature::{KeyMatch, QuerySignature};
use diag_sdk::view::{Delivery, MetadataCopy, keys};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};
use std::collections::HashSet;

static CERTIFICATE_RENEWED: CauseData = CauseData {
    text: "The service provider's certificate was renewed and the identity provider still verifies with the old one",
    who: Who::Idp,
    setting: Setting::IdpRequestVerification,
    fix: "Upload the certificate of the service provider's present metadata, and remove the old one",
};
static OTHER_KEY: CauseData = CauseData {
    text: "The service provider signs with another key than its metadata names",
    who: Who::Sp,
    setting: Setting::SpCertificate,
    fix: "Let the service provider sign with the key of its metadata, then download and hand over the metadata anew",
};

/// Codes by which Entra ID says that its certificates are not the ones for this request.
const CODES: &[&str] = &["AADSTS76024"];

/// Codes by which it says that the signature of a request does not verify.
const UNVERIFIED: &[&str] = &["AADSTS50006", "AADSTS76023"];

/// All of these.
const ACCOUNTED: &[&str] = &["AADSTS50006", "AADSTS76023", "AADSTS76024"];

check! {
    /// The request is signed with a key the identity provider does not have for this service provider.
    ///
    /// The signature is right, but the identity provider verifies requests with the certificate it was
    /// given, and that is another one: the certificate of the service provider was renewed (for Qlik
    /// Sense: the proxy's certificate) and nobody told the identity provider. It refuses every request
    /// before the log-in page.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "authn-request", "root": "AuthnRequest", "delivery": 0, "sightings": [{"carrier": "query"}],
    ///    "query_signature": {"algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "value": "right",
    ///      "verified_by": [{"sha1": "CC33", "subject": "CN=new", "metadata": ["d1"]}]}}],
    ///  "metadata": [
    ///    {"id": "d1", "held_by": "publisher", "origin": "sp.xml", "sp": {"keys": [{"usage": "signing", "certificates": [{"sha1": "CC33", "subject": "CN=new"}]}]}},
    ///    {"id": "d2", "held_by": "idp", "origin": "copy.xml", "sp": {"keys": [{"usage": "signing", "certificates": [{"sha1": "BB22", "subject": "CN=old"}]}]}}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "authn-request", "root": "AuthnRequest", "delivery": 0, "sightings": [{"carrier": "query"}],
    ///    "query_signature": {"algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "value": "right",
    ///      "verified_by": [{"sha1": "CC33", "subject": "CN=new", "metadata": ["d1", "d2"]}]}}],
    ///  "metadata": [
    ///    {"id": "d1", "held_by": "publisher", "origin": "sp.xml", "sp": {"keys": [{"usage": "signing", "certificates": [{"sha1": "CC33", "subject": "CN=new"}]}]}},
    ///    {"id": "d2", "held_by": "idp", "origin": "copy.xml", "sp": {"keys": [{"usage": "signing", "certificates": [{"sha1": "CC33", "subject": "CN=new"}]}]}}]}
    /// ```
    pub(crate) static REQUEST_SIGNED_BY_UNKNOWN_KEY = {
        id: "signing/request-signed-by-unknown-key",
        title: "The request is signed with a key the IdP does not have",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::IdpRequest,
        needs: [Need::Capture, Need::SpMetadata, Need::SpMetadataInIdp, Need::Application, Need::ServicePrincipal],
        explains: ["flow/request-not-answered", "flow/response-not-posted", "metadata/stale-copy", "signing/request-signature-invalid"],
        accounts: [Account::looping(&[Meaning::RequestSignature, Meaning::Signature, Meaning::Certificate, Meaning::Logout]), Account::idp(&[Meaning::RequestSignature, Meaning::Signature, Meaning::Certificate, Meaning::Logout]).codes(ACCOUNTED), Account::logout(&[Meaning::RequestSignature, Meaning::Signature, Meaning::Certificate, Meaning::Logout])],
        logged: "The identity provider cannot verify the request's signature",
        causes: [CERTIFICATE_RENEWED, OTHER_KEY],
        references: [
            Reference::section(Specification::SamlMetadata, "2.4.1.1"),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/howto-enforce-signed-saml-authentication", "2026-11-24"),
        ],
        run: run,
    }
}

/// Keys the identity provider verifies requests with.
struct Held<'a> {
    copies: Vec<MetadataCopy<'a>>,
    thumbprints: Vec<String>,
    /// For people.
    labels: String,
    /// Where they come from.
    origin: String,
}

impl Held<'_> {
    fn has(&self, sha1: &str) -> bool {
        self.thumbprints.iter().any(|thumbprint| same_thumbprint(thumbprint, sha1))
    }

    /// Its copies are of other service providers: another one asks here.
    fn is_of_others(&self, request: &Message) -> bool {
        let own = |name: &str| self.copies.iter().any(|copy| copy.entity_id.value == name);
        !self.copies.is_empty() && request.issuer.as_ref().is_some_and(|issuer| !own(&issuer.value))
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told = refusals(case, out);
    unverified(case, &mut told, out);
    let Some(held) = held(case) else {
        // A registration without such certificates verifies nothing.
        if case.registrations.is_empty() {
            out.missing(Need::SpMetadataInIdp);
            out.missing(Need::Application);
        }
        return;
    };
    let required = case.signed_requests_required();
    let mut captured = false;
    for delivery in case.sent_by_sp() {
        let used = verifying(delivery.message);
        if used.is_empty() || held.is_of_others(delivery.message) {
            continue;
        }
        captured = true;
        let known = used.iter().any(|key| held.has(&key.sha1) || keys::lists(&held.copies, key));
        if known || delivery.attempt.is_some_and(|attempt| told.contains(attempt.id.as_str())) {
            continue;
        }
        out.push(unknown(case, &delivery, &used, &held, required));
    }
    if !captured {
        announced(case, &held, required, out);
    }
}

fn unknown(
    case: &Case,
    delivery: &Delivery<'_>,
    used: &[&KeyMatch],
    held: &Held<'_>,
    required: bool,
) -> Finding {
    let request = delivery.message;
    let headline =
        format!("The {} is signed with a key the identity provider does not have", request.root);
    let enforced = required || delivery.attempt.is_none_or(Attempt::failed);
    let mut finding = if delivery.accepted() || !enforced {
        let finding = delivery.finding(Severity::Warning, headline).likely();
        finding
            .detail("The identity provider answered it, so it does not verify requests at present.")
    } else {
        let finding = delivery.finding(Severity::Error, headline);
        finding.detail(
            "The signature is right, but the identity provider verifies with other certificates.",
        )
    };
    finding = finding
        .at(&request.place)
        .at_all(request.query_signature.as_ref().map(|query| &query.place));
    if let Some(key) = used.first() {
        finding = finding.expected(&held.labels, &held.origin).actual(
            format!("{} ({})", key.subject, key.sha1),
            "certificate that verifies the signature",
        );
    }
    causes(case, finding)
}

/// Nothing was captured: compares what the service provider publishes with what the identity provider holds.
fn announced(case: &Case, held: &Held<'_>, required: bool, out: &mut Findings) {
    let certificates = keys::sp_signing(&case.sp_metadata_published());
    if certificates.is_empty() {
        out.missing(Need::SpMetadata);
        return;
    }
    let listed = || held.copies.iter().flat_map(|copy| copy.metadata.sp_signing_certificates());
    if certificates
        .iter()
        .any(|own| held.has(&own.sha1) || listed().any(|known| own.same_key(known)))
    {
        return;
    }
    let headline = "The IdP has other certificates of the SP than the SP publishes";
    let finding = if required && !case.signed_in() {
        Finding::error(headline).detail("The identity provider requires signed requests and cannot verify those of this service provider.")
    } else {
        Finding::warning(headline)
            .likely()
            .detail("It matters as soon as the identity provider verifies requests.")
    };
    out.push(causes(
        case,
        finding
            .expected(
                keys::labels(&certificates),
                "signing certificates in the service provider's metadata",
            )
            .actual(&held.labels, &held.origin)
            .at_all(certificates.iter().map(|certificate| &certificate.place)),
    ));
}

/// What the identity provider itself said, and the attempts it was said in.
fn refusals<'a>(case: &'a Case, out: &mut Findings) -> HashSet<&'a str> {
    let mut told = HashSet::new();
    for seen in case.refusing_codes().into_iter().filter(|seen| CODES.contains(&seen.code)) {
        told.extend(seen.attempt.map(|attempt| attempt.id.as_str()));
        let meaning = case.code(seen.code).map_or("", |code| code.text.as_str());
        let finding = seen.finding(
            Severity::Error,
            format!("The identity provider has no certificate for the request ({})", seen.code),
        );
        out.push(causes(case, finding.detail(meaning).at(seen.place)));
    }
    told
}

/// The identity provider could not verify a request, and without any key of the service provider nobody else can: by far
/// most often its certificate was renewed.
fn unverified<'a>(case: &'a Case, told: &mut HashSet<&'a str>, out: &mut Findings) {
    if case.knows_sp_keys() {
        return;
    }
    let sent = case.sent_in_attempts();
    for attempt in
        case.attempts.iter().filter(|attempt| attempt.failed() && case.vouched_for_nobody(attempt))
    {
        let signed = |request: &Message| {
            let unjudged = |query: &QuerySignature| {
                query.made_by.is_empty()
                    && query.verified_by.is_empty()
                    && query.verifies_reencoded.is_none()
            };
            let query = request
                .query_signature
                .as_ref()
                .is_some_and(|query| !query.algorithm.is_empty() && unjudged(query));
            query
                || request
                    .own_signatures()
                    .any(|signature| !signature.digest_wrong() && signature.key_info.is_empty())
        };
        let Some(delivery) = sent
            .get(attempt.id.as_str())
            .filter(|delivery| !delivery.accepted() && signed(delivery.message))
        else {
            continue;
        };
        let codes =
            case.failure_of(attempt).map(|failure| failure.codes.as_slice()).unwrap_or_default();
        let code = codes.iter().find(|code| UNVERIFIED.contains(&code.as_str()));
        let said = delivery.statement(&[Meaning::RequestSignature, Meaning::Signature]);
        if (code.is_none() && said.is_none()) || !told.insert(&attempt.id) {
            continue;
        }
        let meaning = code
            .and_then(|code| case.code(code))
            .map(|known| format!("{}.", known.text.trim_end_matches('.')));
        let words = meaning
            .or_else(|| said.as_ref().map(diag_sdk::case::judgement::Statement::quoted))
            .unwrap_or_default();
        let finding = delivery
            .finding(Severity::Error, "The identity provider cannot verify the request with what it has")
            .likely()
            .detail(format!("{words} No key of the service provider was given, so that its signature could not be judged here."))
            .at_all(said.as_ref().and_then(|said| said.place.as_ref()));
        out.push(causes(case, finding));
    }
}

fn verifying(request: &Message) -> Vec<&KeyMatch> {
    let query = request
        .query_signature
        .iter()
        .filter(|query| query.verifies_reencoded.is_none())
        .flat_map(|query| &query.verified_by);
    let xml = request
        .own_signatures()
        .filter(|signature| !signature.digest_wrong())
        .flat_map(|signature| &signature.verified_by);
    query.chain(xml).collect()
}

fn held(case: &Case) -> Option<Held<'_>> {
    let copies = case.sp_metadata_held();
    let certificates = keys::sp_signing(&copies);
    if !certificates.is_empty() {
        let origins: Vec<&str> = copies.iter().map(|copy| copy.metadata.origin.as_str()).collect();
        return Some(Held {
            thumbprints: certificates.iter().map(|certificate| certificate.sha1.clone()).collect(),
            labels: keys::labels(&certificates),
            origin: format!("signing certificates in {}", origins.join(", ")),
            copies,
        });
    }
    // Certificates of a registration count only where it verifies requests at all.
    let credentials: Vec<_> = case
        .relevant_registrations()
        .filter(|registration| {
            registration.signed_requests_required.as_ref().is_some_and(|required| required.value)
        })
        .flat_map(keys::request_credentials)
        .collect();
    if credentials.is_empty() {
        return None;
    }
    let thumbprints: Vec<String> =
        credentials.iter().filter_map(|credential| credential.sha1.clone()).collect();
    Some(Held {
        labels: thumbprints.join(", "),
        thumbprints,
        origin: "verification certificates of the registration".to_owned(),
        copies,
    })
}

fn causes(case: &Case, finding: Finding) -> Finding {
    finding.because(&CERTIFICATE_RENEWED, case).because(&OTHER_KEY, case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::registration::Credential;
    use diag_sdk::testing::{
        findings, key_match, levels, query_signature, refused_by_idp, registration, sign_in,
        sp_metadata,
    };
    use diag_sdk::{Place, Sited, spec};

    fn signed(mut case: Case, held: &[&str]) -> Case {
        case.messages[0].query_signature =
            Some(query_signature(spec::RSA_SHA256, Some(key_match("CC", &["d3"]))));
        case.metadata = vec![
            sp_metadata("d3", HeldBy::Publisher, &["CC"], &[]),
            sp_metadata("d4", HeldBy::Idp, held, &[]),
        ];
        case
    }

    #[test]
    fn the_identity_providers_copy_decides() {
        assert_eq!(
            levels(&REQUEST_SIGNED_BY_UNKNOWN_KEY, &signed(refused_by_idp(&[], &[]), &["BB"])),
            [Severity::Error]
        );
        assert!(
            findings(
                &REQUEST_SIGNED_BY_UNKNOWN_KEY,
                &signed(refused_by_idp(&[], &[]), &["BB", "CC"])
            )
            .is_empty()
        );
        assert_eq!(
            levels(&REQUEST_SIGNED_BY_UNKNOWN_KEY, &signed(sign_in(Outcome::SignedIn), &["BB"])),
            [Severity::Warning]
        );
    }

    #[test]
    fn certificates_of_the_registration_count_where_requests_are_verified() {
        let mut case = signed(refused_by_idp(&[], &[]), &[]);
        case.metadata.truncate(1);
        let mut known = registration(&[], &[]);
        known.credentials = vec![Credential {
            usage: "Verify".to_owned(),
            sha1: Some("BB".to_owned()),
            ..Credential::default()
        }];
        case.registrations = vec![known];
        assert!(findings(&REQUEST_SIGNED_BY_UNKNOWN_KEY, &case).is_empty());
        case.registrations[0].signed_requests_required = Some(Sited::new(true, Place::default()));
        assert_eq!(levels(&REQUEST_SIGNED_BY_UNKNOWN_KEY, &case), [Severity::Error]);
        case.registrations[0].credentials[0].sha1 = Some("cc".to_owned());
        assert!(findings(&REQUEST_SIGNED_BY_UNKNOWN_KEY, &case).is_empty());
    }

    #[test]
    fn without_a_capture_the_copies_are_compared() {
        let mut case = Case {
            metadata: vec![
                sp_metadata("d3", HeldBy::Publisher, &["CC"], &[]),
                sp_metadata("d4", HeldBy::Idp, &["BB"], &[]),
            ],
            ..Case::default()
        };
        assert_eq!(levels(&REQUEST_SIGNED_BY_UNKNOWN_KEY, &case), [Severity::Warning]);
        case.metadata[1] = sp_metadata("d4", HeldBy::Idp, &["CC"], &[]);
        assert!(findings(&REQUEST_SIGNED_BY_UNKNOWN_KEY, &case).is_empty());
    }

    #[test]
    fn the_code_alone_is_enough() {
        assert_eq!(
            levels(&REQUEST_SIGNED_BY_UNKNOWN_KEY, &refused_by_idp(&["AADSTS76024"], &[])),
            [Severity::Error]
        );
    }

    #[test]
    fn what_nobody_can_verify_is_taken_for_another_key() {
        let refused = |code: &str, given: &[&str]| {
            let mut case = refused_by_idp(&[code], &[]);
            case.messages[0].query_signature = Some(query_signature(spec::RSA_SHA256, None));
            case.metadata = given
                .iter()
                .map(|key| sp_metadata("d3", HeldBy::Publisher, &[*key], &[]))
                .collect();
            case
        };
        let found = findings(&REQUEST_SIGNED_BY_UNKNOWN_KEY, &refused("AADSTS76023", &[]));
        assert_eq!(
            (found.len(), found[0].severity, found[0].causes[0].who),
            (1, Severity::Error, Who::Idp)
        );
        assert!(
            findings(&REQUEST_SIGNED_BY_UNKNOWN_KEY, &refused("AADSTS76023", &["CC"])).is_empty(),
            "the key given was tried"
        );
        assert!(findings(&REQUEST_SIGNED_BY_UNKNOWN_KEY, &refused("AADSTS50105", &[])).is_empty());
    }

    #[test]
    fn without_a_copy_the_question_stays_open() {
        let mut case = signed(refused_by_idp(&[], &[]), &["BB"]);
        case.metadata.truncate(1);
        assert!(
            REQUEST_SIGNED_BY_UNKNOWN_KEY.judge(&case).missed().contains(&Need::SpMetadataInIdp)
        );
    }
}
