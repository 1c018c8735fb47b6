//! What an identity provider says in the status of its response counts as much as what it says on a page.

use diag_tests::diagnose::{File, case_of, report_on};

/// A signed-in person's identity provider answers, and its status says why it vouches for nobody.
fn refusing(code: &str, message: &str) -> String {
    format!(
        "diag-sketch/1 2026-11-24T10:00:00Z\n\n\
        [request]\n<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"{{now}}\" AssertionConsumerServiceURL=\"https://desk.contoso.example/acs\"><saml:Issuer>https://desk.contoso.example/saml</saml:Issuer><samlp:NameIDPolicy Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\"/><samlp:RequestedAuthnContext Comparison=\"exact\"><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></samlp:RequestedAuthnContext></samlp:AuthnRequest>\n\n\
        [answer]\n<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_r\" Version=\"2.0\" InResponseTo=\"_1\" Destination=\"https://desk.contoso.example/acs\" IssueInstant=\"{{now}}\"><saml:Issuer>https://login.contoso.example/</saml:Issuer><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:{code}\"/><samlp:StatusMessage>{message}</samlp:StatusMessage></samlp:Status></samlp:Response>\n\n\
        GET https://desk.contoso.example/ @0s\n< 302\n< Location: https://login.contoso.example/sso?SAMLRequest={{redirect:request}}\n\n\
        GET https://login.contoso.example/sso?SAMLRequest={{redirect:request}} @1s\n< 200\n< Content-Type: text/html\n| <title>Sign in</title>\n\n\
        POST https://desk.contoso.example/acs @4s\n> SAMLResponse={{post:answer}}\n< 500\n< Content-Type: text/html\n| <title>Error</title><h1>Sign-in failed</h1>\n"
    )
}

#[test]
fn the_reason_in_a_status_leads_to_its_check() {
    for (code, message, expected) in [
        (
            "Requester",
            "Unknown AssertionConsumerServiceURL https://desk.contoso.example/acs",
            "endpoints/acs-not-registered",
        ),
        ("Requester", "The ACS URL is invalid", "endpoints/acs-not-registered"),
        (
            "Requester",
            "Unbekannter Dienstanbieter https://desk.contoso.example/saml",
            "endpoints/entity-id-not-registered",
        ),
        (
            "Requester",
            "Unknown issuer in the authentication request",
            "endpoints/entity-id-not-registered",
        ),
        ("Requester", "AuthnRequest must be signed", "signing/request-unsigned"),
        (
            "Requester",
            "Requested NameID format is not supported",
            "identity/name-id-format-unsupported",
        ),
        (
            "Responder",
            "Requested authentication context can not be satisfied",
            "assertion/authn-context-refused",
        ),
        (
            "Responder",
            "User is not authorized to access this application",
            "flow/user-not-assigned",
        ),
        ("Responder", "Try again later", "assertion/status-not-success"),
    ] {
        let report = report_on(&case_of(&[File::new("sketch.txt", refusing(code, message))]));
        let root = report
            .root_causes
            .first()
            .and_then(|id| report.findings.iter().find(|finding| finding.id == *id));
        let root = root.unwrap_or_else(|| panic!("nothing is named for {message}"));
        assert_eq!(root.check, expected, "{message}");
    }
}

#[test]
fn what_is_put_beside_the_address_is_compared_with_it() {
    let message = "ACS URL https://desk.contoso.example/acs of the request does not match the registered https://desk.contoso.example/acs/";
    let report = report_on(&case_of(&[File::new("sketch.txt", refusing("Requester", message))]));
    let finding = report
        .findings
        .iter()
        .find(|finding| finding.check == "endpoints/acs-not-registered")
        .expect("the refusal");
    assert_eq!(finding.expected.as_deref(), Some("https://desk.contoso.example/acs/"));
}
