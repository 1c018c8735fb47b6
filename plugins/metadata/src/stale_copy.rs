//! `metadata/stale-copy`: what the service provider holds is not what the identity provider publishes.

use diag_sdk::address::reaches;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::certificate::{Certificate, same_thumbprint};
use diag_sdk::case::metadata::{Endpoint, Metadata};
use diag_sdk::case::signature::KeyMatch;
use diag_sdk::difference::{self, Difference};
use diag_sdk::host::host_of;
use diag_sdk::spec::{BINDING_POST, BINDING_REDIRECT};
use diag_sdk::view::{MetadataCopy, Request, Response, keys};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static ROLLED_OVER: CauseData = CauseData {
    text: "The identity provider's signing certificate was renewed and the service provider still has the metadata from before",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Download the identity provider's current metadata and upload it at every SAML entry point",
};

static URL_ALTERED: CauseData = CauseData {
    text: "The copy was edited, or it is that of another application, tenant or environment",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Upload the identity provider's current metadata; its SSO URL is the value given here",
};

check! {
    /// The copy of the identity provider's metadata that the service provider holds is not what is published any more.
    ///
    /// A copy uploaded by hand does not follow when the identity provider renews its signing certificate or moves its log-in
    /// address. People sign in at the identity provider as always; then the service provider refuses the response because it
    /// cannot verify it (with Qlik Sense: error 400), or the browser is sent to an address that answers 404. Certificates are
    /// compared by their key, addresses character by character. While a rollover is being prepared the two may differ without
    /// harm: that is a warning.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp-new}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
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
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp-new}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static STALE_COPY = {
        id: "metadata/stale-copy",
        title: "The SP's copy of the IdP metadata is out of date",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp],
        explains: ["signing/active-certificate-not-in-metadata", "flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp(&[Meaning::Signature, Meaning::Certificate, Meaning::UnknownKey])],
        causes: [ROLLED_OVER, URL_ALTERED],
        references: [
            Reference::section(Specification::SamlMetadata, "2.4.3"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/federation-metadata", "2026-11-24").about("signing key rollover"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let held = case.idp_metadata_held();
    if held.is_empty() {
        out.missing(Need::IdpMetadataInSp);
        return;
    }
    let published = case.idp_metadata_published();
    let (requests, responses) = (case.requests(), case.responses());
    for copy in &held {
        let Some(source) = counterpart(&published, copy) else {
            out.missing(Need::IdpMetadata);
            continue;
        };
        out.extend(compare_certificates(copy, source, &responses));
        out.extend(compare_sso_urls(copy, source, &requests));
    }
}

/// The published document the copy was once taken from: same entityID, else an SSO URL on the same host.
fn counterpart<'p, 'a>(
    published: &'p [MetadataCopy<'a>],
    copy: &MetadataCopy<'_>,
) -> Option<&'p MetadataCopy<'a>> {
    let hosts = |copy: &MetadataCopy<'_>| -> Vec<String> {
        copy.idp
            .iter()
            .flat_map(|role| &role.sso)
            .filter_map(|endpoint| host_of(&endpoint.location))
            .collect()
    };
    let wanted = hosts(copy);
    published.iter().find(|source| source.entity_id.value == copy.entity_id.value).or_else(|| {
        published.iter().find(|source| hosts(source).iter().any(|host| wanted.contains(host)))
    })
}

fn compare_certificates(
    copy: &MetadataCopy<'_>,
    source: &MetadataCopy<'_>,
    responses: &[Response<'_>],
) -> Option<Finding> {
    let usable = |metadata| distinct(Metadata::idp_signing_certificates(metadata));
    let (held, published) = (usable(copy.metadata), usable(source.metadata));
    // Metadata without any certificate is a finding of its own.
    if held.is_empty() || published.is_empty() {
        return None;
    }
    let unknown: Vec<&Certificate> = published
        .iter()
        .copied()
        .filter(|certificate| !held.iter().any(|known| known.same_key(certificate)))
        .collect();
    // An old certificate that lingers in the copy beside all current ones is the end of a rollover.
    if unknown.is_empty() {
        return None;
    }
    let none_shared = unknown.len() == published.len();
    let good = copy.proven() || verified_by(copy, responses) || has_active(copy.case, &held);
    let severity =
        if none_shared && !good && !copy.assumed() { Severity::Error } else { Severity::Warning };
    let message = if none_shared {
        "The SP's copy has none of the IdP's signing certificates"
    } else if unknown.len() == 1 {
        "The SP's copy lacks a signing certificate the IdP publishes"
    } else {
        "The SP's copy lacks signing certificates the IdP publishes"
    };
    let detail = if none_shared {
        format!(
            "Whatever the identity provider signs with what {} lists, {} cannot verify.",
            source.origin, copy.origin
        )
    } else {
        format!(
            "{} lists {} as well; once the identity provider signs with it, sign-in stops.",
            source.origin,
            keys::labels(&unknown)
        )
    };
    let finding = copy
        .finding(severity, message)
        .detail(conditional(copy, detail))
        .at_all(held.iter().map(|certificate| &certificate.place))
        .at_all(unknown.iter().map(|certificate| &certificate.place))
        .expected(keys::labels(&published), source.origin.clone())
        .actual(keys::labels(&held), copy.origin.clone());
    Some(worded(copy, finding, &ROLLED_OVER, None, &refused_for_key(copy, source, responses)))
}

fn compare_sso_urls(
    copy: &MetadataCopy<'_>,
    source: &MetadataCopy<'_>,
    requests: &[Request<'_>],
) -> Option<Finding> {
    let known: Vec<&str> =
        endpoints(source).map(|endpoint| endpoint.location.value.as_str()).collect();
    if known.is_empty() || endpoints(copy).next().is_none() {
        return None;
    }
    let strangers: Vec<&Endpoint> = endpoints(copy)
        .filter(|endpoint| !known.contains(&endpoint.location.value.as_str()))
        .collect();
    // A service provider picks the first address it can serve: one good one of the same kind is enough.
    let stranger = strangers.first()?;
    let all_differ = strangers.len() == endpoints(copy).count();
    let same_binding = endpoints(source)
        .filter(|endpoint| endpoint.binding == stranger.binding)
        .map(|endpoint| endpoint.location.value.as_str());
    let (right, kind) = difference::nearest(same_binding, &stranger.location)
        .or_else(|| difference::nearest(known.iter().copied(), &stranger.location))?;
    let breaks = all_differ
        && must_break(kind)
        && !copy.assumed()
        && !copy.proven()
        && !answered(copy.case, requests, &stranger.location);
    let severity = if breaks { Severity::Error } else { Severity::Warning };
    let finding = copy
        .finding(severity, "The SP's copy has another SSO URL than the IdP publishes")
        .detail(conditional(
            copy,
            format!("Requests go to the address in {}: {}.", copy.origin, kind.words()),
        ))
        .at(&stranger.location.place)
        .expected(right, format!("SingleSignOnService in {}", source.origin))
        .actual(stranger.location.value.clone(), format!("SingleSignOnService in {}", copy.origin))
        .difference(kind);
    Some(worded(
        copy,
        finding,
        &URL_ALTERED,
        Some(right),
        &refused_at(copy.case, requests, &stranger.location),
    ))
}

/// Where nothing tells which document is loaded, that is the condition of all that follows.
fn conditional(copy: &MetadataCopy<'_>, detail: String) -> String {
    if !copy.assumed() {
        return detail;
    }
    format!(
        "Which document the service provider has loaded does not show; give it with `--sp-has`. If it is {}: {detail}",
        copy.origin
    )
}

/// What both findings have in common: the cause with the value to enter, and the attempts that show it.
fn worded(
    copy: &MetadataCopy<'_>,
    finding: Finding,
    reason: &CauseData,
    value: Option<&str>,
    attempts: &[&Attempt],
) -> Finding {
    let tenant = copy.case.tenant_of(&copy.entity_id).map(|tenant| tenant.to_string());
    let value = value.map(str::to_owned).or_else(|| copy.case.metadata_url(tenant.as_deref()));
    let finding = finding.because_with(reason, copy.case, value.as_deref());
    attempts.iter().fold(finding, |finding, attempt| finding.attempt(&attempt.id))
}

fn endpoints(metadata: &Metadata) -> impl Iterator<Item = &Endpoint> {
    let browser = |endpoint: &&Endpoint| {
        endpoint.binding == BINDING_REDIRECT || endpoint.binding == BINDING_POST
    };
    metadata.idp.iter().flat_map(|role| &role.sso).filter(browser)
}

/// Servers are lenient about these; about the rest they cannot be.
fn must_break(kind: Difference) -> bool {
    !matches!(
        kind,
        Difference::TrailingSlash
            | Difference::LetterCase
            | Difference::DefaultPort
            | Difference::Whitespace
            | Difference::PercentEncoding
    )
}

fn distinct<'a>(certificates: impl Iterator<Item = &'a Certificate>) -> Vec<&'a Certificate> {
    let mut found: Vec<&Certificate> = Vec::new();
    for certificate in certificates.filter(|certificate| certificate.usable()) {
        if !found.iter().any(|known| known.sha1 == certificate.sha1) {
            found.push(certificate);
        }
    }
    found
}

/// The copy has the certificate that the registration names as active: then it is the published file
/// that is another's, such as the tenant's instead of the application's.
fn has_active(case: &Case, held: &[&Certificate]) -> bool {
    let mut active = case
        .relevant_registrations()
        .filter_map(|registration| registration.active_signing_thumbprint.as_ref());
    active.any(|thumbprint| {
        held.iter().any(|certificate| same_thumbprint(&certificate.sha1, thumbprint))
    })
}

/// A captured response verifies with a key of the copy: the copy is good, whatever the file says.
fn verified_by(copy: &MetadataCopy<'_>, responses: &[Response<'_>]) -> bool {
    responses.iter().flat_map(verifying).any(|key| key.metadata.contains(&copy.id))
}

/// Attempts that failed over a response signed with a published key the copy lacks.
fn refused_for_key<'a>(
    copy: &MetadataCopy<'_>,
    source: &MetadataCopy<'_>,
    responses: &[Response<'a>],
) -> Vec<&'a Attempt> {
    let only_published =
        |key: &KeyMatch| key.metadata.contains(&source.id) && !key.metadata.contains(&copy.id);
    let signed_so = responses.iter().filter(|response| verifying(response).any(only_published));
    signed_so.filter_map(|response| response.attempt).filter(|attempt| attempt.failed()).collect()
}

fn verifying<'a>(response: &Response<'a>) -> impl Iterator<Item = &'a KeyMatch> + use<'a> {
    response.message.signatures.iter().flat_map(|signature| &signature.verified_by)
}

/// A captured request to that address got somewhere: not an error status, and no failed attempt.
fn answered(case: &Case, requests: &[Request<'_>], location: &str) -> bool {
    sent_to(case, requests, location).any(|(_, status)| (200..400).contains(&status))
        && refused_at(case, requests, location).is_empty()
}

/// Attempts whose request to that address was answered with an error status.
fn refused_at<'a>(case: &Case, requests: &[Request<'a>], location: &str) -> Vec<&'a Attempt> {
    let broken =
        sent_to(case, requests, location).filter(|(_, status)| *status == 0 || *status >= 400);
    broken.filter_map(|(request, _)| request.attempt).filter(|attempt| attempt.failed()).collect()
}

/// Requests the browser took to that address, with the status of the answer.
fn sent_to<'r, 'a>(
    case: &'r Case,
    requests: &'r [Request<'a>],
    location: &'r str,
) -> impl Iterator<Item = (&'r Request<'a>, u16)> {
    requests.iter().filter_map(move |request| {
        let sighting = request
            .message
            .delivered()
            .filter(|sighting| sighting.to.as_deref().is_some_and(|to| reaches(location, to)))?;
        Some((request, case.exchanges.get(sighting.exchange?)?.status))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::{Attempt, Outcome};
    use diag_sdk::case::exchange::Exchange;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::message::{Message, MessageKind, Sighting};
    use diag_sdk::case::registration::IdpRegistration;
    use diag_sdk::case::signature::{KeyMatch, Signature};
    use diag_sdk::testing::{TENANT, attempt, ended, idp_metadata, of_tenant, with_metadata};

    fn idp(id: &str, held_by: HeldBy, certificates: &[&str]) -> Metadata {
        of_tenant(idp_metadata(id, held_by, certificates))
    }

    fn pair(held: &[&str], published: &[&str]) -> Case {
        with_metadata(vec![idp("d1", HeldBy::Sp, held), idp("d2", HeldBy::Publisher, published)])
    }

    fn levels(case: &Case) -> Vec<Severity> {
        STALE_COPY.judge(case).found().iter().map(|finding| finding.severity).collect()
    }

    fn with_sso(location: &str) -> Case {
        let mut case = pair(&["a"], &["a"]);
        if let Some(role) = &mut case.metadata[0].idp {
            role.sso.iter_mut().for_each(|endpoint| endpoint.location = location.into());
        }
        case
    }

    #[test]
    fn equal_copies_and_leftovers_of_a_rollover_are_silent() {
        assert_eq!(levels(&pair(&["a"], &["a"])), []);
        assert_eq!(levels(&pair(&["new", "old"], &["new"])), []);
        assert_eq!(levels(&pair(&["a", "a"], &["a"])), []);
    }

    #[test]
    fn nothing_shared_is_an_error_something_lacking_a_warning() {
        assert_eq!(levels(&pair(&["old"], &["new"])), [Severity::Error]);
        assert_eq!(levels(&pair(&["old"], &["old", "new"])), [Severity::Warning]);
    }

    #[test]
    fn a_renewed_certificate_for_the_same_key_is_no_difference() {
        let mut case = pair(&["a"], &["a"]);
        if let Some(role) = &mut case.metadata[1].idp {
            role.keys[0].certificates[0].sha1 = "OTHER".into();
        }
        assert_eq!(levels(&case), []);
    }

    #[test]
    fn a_sign_in_or_a_signature_that_verified_with_the_copy_forbids_an_error() {
        let mut case = pair(&["old"], &["new"]);
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&case), [Severity::Warning]);
        ended(&mut case, Outcome::RefusedBySp);
        assert_eq!(levels(&case), [Severity::Error]);
        let key = KeyMatch { metadata: vec!["d1".into()], ..KeyMatch::default() };
        case.messages[1].signatures =
            vec![Signature { verified_by: vec![key], ..Signature::default() }];
        assert_eq!(levels(&case), [Severity::Warning]);
    }

    #[test]
    fn the_attempt_that_failed_over_the_unknown_key_is_named() {
        let mut case = pair(&["old"], &["new"]);
        attempt(&mut case, Outcome::RefusedBySp);
        assert!(
            STALE_COPY.judge(&case).found()[0].attempts.is_empty(),
            "nothing shows that the key was the reason"
        );
        let key = KeyMatch { metadata: vec!["d2".into()], ..KeyMatch::default() };
        case.messages[1].signatures =
            vec![Signature { verified_by: vec![key], ..Signature::default() }];
        assert_eq!(STALE_COPY.judge(&case).found()[0].attempts, ["a1"]);
    }

    #[test]
    fn a_copy_with_the_active_certificate_is_no_error() {
        let mut case = pair(&["app"], &["tenant"]);
        let active = |thumbprint: &str| {
            vec![IdpRegistration {
                relevant: true,
                active_signing_thumbprint: Some(thumbprint.into()),
                ..IdpRegistration::default()
            }]
        };
        case.registrations = active("tenant");
        assert_eq!(levels(&case), [Severity::Error]);
        case.registrations = active("app");
        assert_eq!(levels(&case), [Severity::Warning]);
    }

    #[test]
    fn an_sso_url_is_compared_exactly_and_weighed_by_how_it_differs() {
        let right = format!("https://login.microsoftonline.com/{TENANT}/saml2");
        for (location, level, kind) in [
            (format!("{right}/sso"), Some(Severity::Error), Some(Difference::Path)),
            (format!("{right}/"), Some(Severity::Warning), Some(Difference::TrailingSlash)),
            (right.replace("https", "http"), Some(Severity::Error), Some(Difference::Scheme)),
            (
                right.replace(".com/", ".com:443/"),
                Some(Severity::Warning),
                Some(Difference::DefaultPort),
            ),
            (right.clone(), None, None),
        ] {
            let found = STALE_COPY.judge(&with_sso(&location));
            assert_eq!(found.found().first().map(|finding| finding.severity), level, "{location}");
            assert_eq!(
                found.found().first().and_then(|finding| finding.difference),
                kind,
                "{location}"
            );
            if let Some(finding) = found.found().first() {
                assert_eq!(finding.causes[0].value.as_deref(), Some(right.as_str()));
            }
        }
    }

    #[test]
    fn one_right_address_is_enough_for_a_warning() {
        let mut case = pair(&["a"], &["a"]);
        if let Some(role) = &mut case.metadata[0].idp {
            role.sso[1].location = "https://other.example/x".into();
        }
        assert_eq!(levels(&case), [Severity::Warning]);
    }

    #[test]
    fn the_capture_tells_whether_the_other_address_works() {
        let location = format!("https://login.microsoftonline.com/{TENANT}/saml2/sso");
        let mut case = with_sso(&location);
        case.exchanges = vec![Exchange { status: 200, ..Exchange::default() }];
        case.messages = vec![Message {
            id: "m1".into(),
            kind: MessageKind::AuthnRequest,
            sightings: vec![Sighting {
                exchange: Some(0),
                to: Some(location),
                ..Sighting::default()
            }],
            delivery: Some(0),
            ..Message::default()
        }];
        case.attempts =
            vec![Attempt { id: "a1".into(), request: Some("m1".into()), ..Attempt::default() }];
        assert_eq!(levels(&case), [Severity::Warning]);
        case.exchanges[0].status = 404;
        case.attempts[0].outcome = Outcome::RefusedByIdp;
        assert_eq!(levels(&case), [Severity::Error]);
        assert_eq!(STALE_COPY.judge(&case).found()[0].attempts, ["a1"]);
    }

    #[test]
    fn without_a_counterpart_it_says_what_is_missing() {
        let held = with_metadata(vec![idp("d1", HeldBy::Sp, &["a"])]);
        assert_eq!(STALE_COPY.judge(&held).missed(), [Need::IdpMetadata]);
        let published = with_metadata(vec![idp("d1", HeldBy::Publisher, &["a"])]);
        assert_eq!(STALE_COPY.judge(&published).missed(), [Need::IdpMetadataInSp]);
    }
}
