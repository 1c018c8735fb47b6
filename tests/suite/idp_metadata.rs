//! Metadata as identity providers publish it, after their public documentation: read without an error, under the name of
//! the product, with the addresses that requests go to.

use diag_core::verdict::Verdict;
use diag_sdk::Severity;
use diag_tests::diagnose::{File, case_of, report_on};
use diag_tests::fixture;

/// A product's metadata: its id, the document, and where requests go.
const DOCUMENTS: &[(&str, &str, &str)] = &[
    (
        "google",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://accounts.google.com/o/saml2?idpid=C01example" validUntil="2031-11-23T10:00:00.000Z"><md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>{{certificate:idp}}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://accounts.google.com/o/saml2/idp?idpid=C01example"/><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://accounts.google.com/o/saml2/idp?idpid=C01example"/></md:IDPSSODescriptor></md:EntityDescriptor>"#,
        "https://accounts.google.com/o/saml2/idp?idpid=C01example",
    ),
    (
        "pingone",
        r#"<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://auth.pingone.com/11111111-0000-0000-0000-000000000001"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" WantAuthnRequestsSigned="false"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>{{certificate:idp}}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://auth.pingone.com/11111111-0000-0000-0000-000000000001/saml20/idp/slo"/><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://auth.pingone.com/11111111-0000-0000-0000-000000000001/saml20/idp/sso"/><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://auth.pingone.com/11111111-0000-0000-0000-000000000001/saml20/idp/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>"#,
        "https://auth.pingone.com/11111111-0000-0000-0000-000000000001/saml20/idp/sso",
    ),
    (
        "pingfederate",
        r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" ID="a1b2" cacheDuration="PT1440M" entityID="https://fed.corp.example"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" WantAuthnRequestsSigned="false"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>{{certificate:idp}}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:ArtifactResolutionService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://fed.corp.example/idp/ARS.ssaml2" isDefault="true"/><md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://fed.corp.example/idp/SSO.saml2"/><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://fed.corp.example/idp/SSO.saml2"/></md:IDPSSODescriptor><md:ContactPerson contactType="administrative"/></md:EntityDescriptor>"#,
        "https://fed.corp.example/idp/SSO.saml2",
    ),
];

#[test]
fn documents_of_other_identity_providers_are_read_without_an_error() {
    for (product, text, address) in DOCUMENTS {
        let case = case_of(&[File::new("metadata.xml", fixture::fill(text))]);
        assert!(case.broken_documents.is_empty(), "{product}: {:?}", case.broken_documents);
        let role = case
            .metadata
            .first()
            .and_then(|metadata| metadata.idp.as_ref())
            .unwrap_or_else(|| panic!("{product}"));
        assert!(role.sso.iter().all(|endpoint| endpoint.location.value == *address), "{product}");
        assert_eq!(role.sso.len(), 2, "{product}");
        let report = report_on(&case);
        assert_eq!(report.verdict, Verdict::Healthy, "{product}: {:?}", report.findings);
        assert!(
            report.findings.iter().all(|finding| finding.severity != Severity::Error),
            "{product}: {:?}",
            report.findings
        );
    }
}

#[test]
fn a_host_that_is_one_products_names_it() {
    for (product, text, _) in DOCUMENTS.iter().take(2) {
        let case = case_of(&[File::new("metadata.xml", fixture::fill(text))]);
        assert_eq!(case.idp_vendor.id(), *product);
    }
}

#[test]
fn a_sign_in_started_by_openid_connect_is_told_so() {
    let sketch = "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://idp.example/authorize?client_id=22222222-0000-0000-0000-000000000001&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Facs&scope=openid @0s\n< 200\n< Content-Type: text/html\n| <title>Sign in</title>\n";
    let sp = "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://app.example\"><SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://app.example/acs\" index=\"1\"/></SPSSODescriptor></EntityDescriptor>";
    let report = report_on(&case_of(&[File::new("sketch.txt", sketch), File::new("sp.xml", sp)]));
    let told = report
        .findings
        .iter()
        .find(|finding| finding.check == "flow/no-saml-messages")
        .expect("the notice");
    assert!(
        told.detail.as_deref().is_some_and(|detail| detail.contains("OpenID Connect")),
        "{told:?}"
    );
    assert!(told.causes.iter().any(|cause| cause.fix.contains("Choose SAML")), "{:?}", told.causes);
    assert_ne!(report.verdict, Verdict::Healthy);
}
