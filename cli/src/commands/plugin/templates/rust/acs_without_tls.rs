//! The service provider's metadata sends responses to an address without TLS.

use diag_sdk::case::input::HeldBy;
use diag_sdk::{Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Vendor, Who, check};

static PUBLISHED_WITHOUT_TLS: CauseData = CauseData {
    text: "The service provider builds its addresses from a host URI that begins with http://",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Enter the host URI with https:// and publish the metadata again",
};

check! {
    /// The metadata names a consumer service URL that begins with `http://`.
    ///
    /// Browsers warn when a page of the identity provider, which is always served with TLS, posts a
    /// form to an address without it, and everybody on the way can read the assertion.
    ///
    /// ## Fails
    ///
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="http://sense.example/saml"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sense.example/saml"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub static ACS_WITHOUT_TLS = {
        id: "@name@/acs-without-tls",
        title: "A consumer service URL has no TLS",
        levels: [Severity::Warning],
        stage: Stage::Configuration,
        reads: ["metadata"],
        needs: [Need::SpMetadata],
        explains: [],
        causes: [PUBLISHED_WITHOUT_TLS],
        references: [],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for metadata in case.sp_metadata(HeldBy::Publisher) {
        let endpoints = metadata.sp.iter().flat_map(|role| &role.acs);
        for endpoint in endpoints.filter(|endpoint| endpoint.location.value.starts_with("http://")) {
            let right = endpoint.location.value.replacen("http://", "https://", 1);
            out.push(
                Finding::warning("Responses are to be sent to an address without TLS")
                    .expected(&right, "house rule of @name@")
                    .actual_sited(&endpoint.location, &metadata.origin)
                    .compared()
                    .cause_with(&PUBLISHED_WITHOUT_TLS, Vendor::Other, None, Some(&right)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Sited;
    use diag_sdk::case::metadata::{Endpoint, Metadata, SpRole};

    /// A Case is plain data: a test writes down what it is about and leaves out the rest.
    fn case(location: &str) -> Case {
        let acs = Endpoint { location: Sited { value: location.to_owned(), ..Sited::default() }, ..Endpoint::default() };
        let sp = SpRole { acs: vec![acs], ..SpRole::default() };
        Case { metadata: vec![Metadata { sp: Some(sp), ..Metadata::default() }], ..Case::default() }
    }

    #[test]
    fn http_is_reported_and_https_is_not() {
        let findings = ACS_WITHOUT_TLS.judge(&case("http://sense.example/saml"));
        assert_eq!(findings.found()[0].expected.as_deref(), Some("https://sense.example/saml"));
        assert!(ACS_WITHOUT_TLS.judge(&case("https://sense.example/saml")).found().is_empty());
    }

    #[test]
    fn without_metadata_it_says_what_is_missing() {
        let findings = ACS_WITHOUT_TLS.judge(&Case::default());
        assert_eq!(findings.missed(), [Need::SpMetadata]);
    }
}
