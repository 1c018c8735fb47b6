//! What the service provider sends, publishes and is configured to serve.

use diag_sdk::view::{Source, Used};
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Reference, Setting,
    Severity, Specification, Stage, Who, address, check, difference,
};

static METADATA_IS_OLD: CauseData = CauseData {
    text: "The metadata file is older than the service provider's present host name, port or prefix",
    who: Who::Sp,
    setting: Setting::SpMetadata,
    fix: "Download the service provider's metadata anew and register its URL at the identity provider",
};
static HOST_OR_PREFIX: CauseData = CauseData {
    text: "Host URI or prefix of the entry point differ from what was agreed",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Correct host URI and prefix so that the service provider serves the URL it published",
};

check! {
    /// The service provider sends, publishes and serves different assertion consumer service URLs.
    ///
    /// The URL in the request, the one in the service provider's metadata and the one its configuration
    /// serves should be one and the same. Where they differ (another prefix, port, host or scheme, a
    /// doubled slash) the identity provider either refuses the request or posts the response to a URL
    /// that nobody serves. A port that is merely written out (`:443`) is a warning.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example"}
    /// ```
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    ///       Location="https://sense.example:443/entra/samlauthn/" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example"}
    /// ```
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    ///       Location="https://sense.example:443/azure/samlauthn/" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static ACS_DIFFERS_FROM_SP_METADATA = {
        id: "endpoints/acs-differs-from-sp-metadata",
        title: "The SP sends, publishes and serves different ACS URLs",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Capture, Need::SpMetadata, Need::Virtualproxyconfig],
        explains: ["endpoints/destination-mismatch", "endpoints/recipient-mismatch"],
        accounts: [Account::sp(&[Meaning::Acs, Meaning::Destination, Meaning::Recipient]), Account::idp(&[Meaning::Acs, Meaning::Destination, Meaning::Recipient])],
        causes: [METADATA_IS_OLD, HOST_OR_PREFIX],
        references: [
            Reference::section(Specification::SamlCore, "3.4.1"),
            Reference::section(Specification::SamlMetadata, "2.4.4"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let used = case.used_acs_urls();
    let of = |source: Source| used.iter().filter(|used| used.source == source).collect::<Vec<_>>();
    let (requests, configurations, metadata) =
        (of(Source::Request), of(Source::Configuration), of(Source::Metadata));
    for (source, need) in [
        (&requests, Need::Capture),
        (&configurations, Need::Virtualproxyconfig),
        (&metadata, Need::SpMetadata),
    ] {
        if source.is_empty() {
            out.missing(need);
        }
    }
    for request in &requests {
        differ(case, request, &metadata, out);
        differ(case, request, &configurations, out);
    }
    for configuration in &configurations {
        // Where a request already differs from the metadata, the same news twice helps nobody.
        if !requests.iter().any(|request| request.value == configuration.value) {
            differ(case, configuration, &metadata, out);
        }
    }
}

fn differ(case: &Case, live: &Used<'_>, others: &[&Used<'_>], out: &mut Findings) {
    if others.is_empty() || others.iter().any(|other| other.value == live.value) {
        return;
    }
    let Some((nearest, difference)) =
        difference::nearest(others.iter().map(|other| other.value), live.value)
    else {
        return;
    };
    let Some(other) = others.iter().find(|other| other.value == nearest) else { return };
    // A computed URL rests on the listening port; without the proxy's export that is a guess.
    let computed = live.source == Source::Configuration || other.source == Source::Configuration;
    if computed
        && case.proxies.is_empty()
        && matches!(difference, Difference::Port | Difference::DefaultPort)
    {
        return;
    }
    // A request of another service provider in the same capture.
    if live.accepted && matches!(difference, Difference::Unrelated | Difference::Host) {
        return;
    }
    let same_for_browsers = address::reaches(live.value, other.value);
    let mut finding = if live.accepted || case.signed_in() {
        Finding::warning("The service provider's consumer service URL differs between its copies")
            .likely()
            .detail("The capture shows a sign-in that worked; the other copy is old or belongs elsewhere.")
    } else if same_for_browsers {
        Finding::warning("The service provider's consumer service URLs differ only in spelling")
            .likely()
            .detail("They address the same resource, but the identity provider compares registered URLs as text.")
    } else {
        Finding::error("The service provider's consumer service URL differs between its copies")
            .detail(format!("The identity provider knows one of them and the service provider serves the other: {}.", difference.words()))
    };
    finding = other
        .owned(live.owned(finding))
        .expected(live.value, &live.origin)
        .actual(other.value, &other.origin)
        .difference(difference)
        .at(other.place)
        .at(live.place)
        .attempt(
            live.attempt
                .filter(|attempt| attempt.failed())
                .map_or("", |attempt| attempt.id.as_str()),
        );
    finding = if other.source == Source::Metadata {
        finding.because_with(&METADATA_IS_OLD, case, live.value).because(&HOST_OR_PREFIX, case)
    } else {
        finding.because(&HOST_OR_PREFIX, case)
    };
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::metadata::Metadata;
    use diag_sdk::case::sp_configuration::ProxyService;
    use diag_sdk::testing::{
        ACS_URL, acs_endpoints, entry_point_with, findings, levels, request, sign_in, sp_metadata,
    };

    fn published(acs: &str) -> Vec<Metadata> {
        let mut metadata = sp_metadata("d1", HeldBy::Publisher, &[], &[]);
        metadata.sp.as_mut().expect("the role").acs = acs_endpoints(&[acs]);
        vec![metadata]
    }

    fn case(acs: &str) -> Case {
        Case { messages: vec![request()], metadata: published(acs), ..Case::default() }
    }

    #[test]
    fn near_misses_are_named() {
        for (url, severity, difference) in [
            ("https://sense.example:443/samlauthn/", Severity::Error, Difference::Prefix),
            ("https://sense.example:443//azure/samlauthn/", Severity::Error, Difference::Path),
            ("https://sense.example:4443/azure/samlauthn/", Severity::Error, Difference::Port),
            ("https://sense.example/azure/samlauthn/", Severity::Warning, Difference::DefaultPort),
        ] {
            let found = findings(&ACS_DIFFERS_FROM_SP_METADATA, &case(url));
            assert_eq!(found.len(), 1, "{url}");
            assert_eq!(
                (found[0].severity, found[0].difference),
                (severity, Some(difference)),
                "{url}"
            );
        }
        assert!(findings(&ACS_DIFFERS_FROM_SP_METADATA, &case(ACS_URL)).is_empty());
    }

    #[test]
    fn a_sign_in_that_works_makes_it_a_warning() {
        let mut case = sign_in(Outcome::SignedIn);
        case.metadata = published("https://sense.example:443/old/samlauthn/");
        assert_eq!(levels(&ACS_DIFFERS_FROM_SP_METADATA, &case), [Severity::Warning]);
    }

    #[test]
    fn the_port_of_a_computed_url_needs_the_proxy() {
        let mut case = entry_point_with(|_| ());
        case.metadata = published("https://sense.example:4443/azure/samlauthn/");
        assert!(findings(&ACS_DIFFERS_FROM_SP_METADATA, &case).is_empty());
        case.proxies = vec![ProxyService::default()];
        assert_eq!(levels(&ACS_DIFFERS_FROM_SP_METADATA, &case), [Severity::Error]);
    }
}
