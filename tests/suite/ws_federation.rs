//! Sign-ins by WS-Federation: read, told as a story, and judged by what they share with SAML.

use diag_core::crypto::load_key;
use diag_core::examine::{Request, examine};
use diag_core::report::CheckOutcome;
use diag_core::verdict::Verdict;
use diag_sdk::case::attempt::{AttemptKind, Outcome};
use diag_sdk::case::message::MessageKind;
use diag_sdk::{Case, Need, Severity};
use diag_tests::diagnose::{File, case_of, report_on, supplied};
use diag_tests::fixture;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

const TOKENS: [&str; 2] = ["saml11.xml", "saml20.xml"];

const IDP: &str = r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="http://sts.example/trust"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{{certificate:NAME}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://sts.example/ls/"/></IDPSSODescriptor></EntityDescriptor>"#;

const REQUEST: &str =
    "https://sts.example/ls/?wa=wsignin1.0&wtrealm=urn%3Aapp%3Aorders&wctx=ru%3D%252forders";

const TAKEN: &str = "< 302\n< Location: https://app.example/orders/\n< Set-Cookie: FedAuth=77u; path=/; secure; HttpOnly\n\nGET https://app.example/orders/ @4s\n> Cookie: FedAuth=77u\n< 200\n< Content-Type: text/html\n| <html><title>Orders</title><h1>Orders</h1></html>\n";

const REFUSED: &str =
    "< 403\n< Content-Type: text/html\n| <html><title>Forbidden</title><h1>Forbidden</h1></html>\n";

/// What the identity provider hands over, as it was signed.
fn answer(token: &str) -> String {
    let path = fixture::folder().join("ws-federation").join(token);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sketch(start: &str, answer: &str, ending: &str) -> String {
    let posted = utf8_percent_encode(answer, NON_ALPHANUMERIC);
    let field = answer
        .replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('\n', "&#10;");
    format!(
        "diag-sketch/1 {start}\n\nGET https://app.example/orders @0s\n< 302\n< Location: {REQUEST}\n\nGET {REQUEST} @1s\n< 200\n< Content-Type: text/html\n| <form method=post action=\"https://app.example/orders\"><input type=hidden name=wa value=wsignin1.0><input type=hidden name=wresult value=\"{field}\"><input type=hidden name=wctx value=\"ru=%2forders\"></form>\n\nPOST https://app.example/orders @3s\n> wa=wsignin1.0&wresult={posted}&wctx=ru%3D%252forders\n{ending}"
    )
}

fn given(sketch: String, certificate: &str) -> Case {
    case_of(&[
        File::new("sketch.txt", sketch),
        File::new("idp.xml", fixture::fill(&IDP.replace("NAME", certificate))),
    ])
}

fn found(case: &Case) -> (Verdict, Vec<(String, Severity)>) {
    let report = report_on(case);
    let worth = report.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    (report.verdict, worth.map(|finding| (finding.check.clone(), finding.severity)).collect())
}

const START: &str = "2026-11-24T10:00:00Z";

#[test]
fn a_healthy_sign_in_is_read_and_found_healthy() {
    for token in TOKENS {
        let case = given(sketch(START, &answer(token), TAKEN), "idp");
        let kinds: Vec<MessageKind> = case.messages.iter().map(|message| message.kind).collect();
        assert_eq!(
            kinds,
            [MessageKind::WsFederationSignIn, MessageKind::WsFederationToken],
            "{token}"
        );
        assert_eq!(case.attempts.len(), 1, "{token}");
        assert_eq!(case.attempts[0].outcome, Outcome::SignedIn, "{token}");
        let steps: Vec<&str> =
            case.attempts[0].steps.iter().map(|step| step.what.as_str()).collect();
        assert_eq!(
            steps,
            ["redirect", "sign-in request (wsignin1.0)", "token (wresult)", "page"],
            "{token}"
        );
        let assertion = &case.messages[1].assertions[0];
        assert_eq!(
            assertion.conditions.as_ref().map(|conditions| conditions.audiences[0].value.as_str()),
            Some("urn:app:orders")
        );
        assert!(!case.messages[1].signatures[0].verified_by.is_empty(), "{token}");
        assert_eq!(found(&case), (Verdict::Healthy, Vec::new()), "{token}");
    }
}

/// The same with private keys of the service provider.
fn opened(sketch: String, keys: &[&str]) -> Case {
    let files = [
        File::new("sketch.txt", sketch),
        File::new("idp.xml", fixture::fill(&IDP.replace("NAME", "idp"))),
    ];
    let keys = keys
        .iter()
        .map(|name| load_key(&fixture::private_key(name), None).expect("a key"))
        .collect();
    examine(Request { keys, ..Request::new(supplied(&files)) }, &mut |_| {}).case
}

#[test]
fn an_encrypted_token_is_judged_with_the_key_and_asks_for_it_without() {
    for token in ["saml11-encrypted.xml", "saml20-encrypted.xml"] {
        let token = answer(token);
        let case = opened(sketch(START, &token, TAKEN), &["sp"]);
        let message = &case.messages[1];
        assert_eq!(
            (message.kind, message.encrypted[0].decrypted),
            (MessageKind::WsFederationToken, true),
            "{:?}",
            message.encrypted
        );
        assert_eq!(
            message.issuer.as_ref().map(|issuer| issuer.value.as_str()),
            Some("http://sts.example/trust")
        );
        let audiences = message.assertions[0]
            .conditions
            .as_ref()
            .map(|conditions| conditions.audiences[0].value.as_str());
        assert_eq!(audiences, Some("urn:app:orders"));
        assert!(!message.signatures[0].verified_by.is_empty());
        assert_eq!(found(&case), (Verdict::Healthy, Vec::new()));
        let late = opened(sketch("2026-11-24T12:30:00Z", &token, REFUSED), &["sp"]);
        assert!(
            found(&late).1.contains(&("assertion/expired".to_owned(), Severity::Error)),
            "{:?}",
            found(&late)
        );

        let closed = opened(sketch(START, &token, TAKEN), &[]);
        assert_eq!(found(&closed), (Verdict::Healthy, Vec::new()));
        let report = report_on(&closed);
        assert!(
            report
                .findings
                .iter()
                .any(|finding| finding.check == "signing/assertion-undecryptable"),
            "{:?}",
            report.findings
        );
        let expired =
            report.checks.iter().find(|check| check.id == "assertion/expired").expect("the check");
        assert_eq!(
            (expired.outcome, expired.needs.contains(&Need::DecryptionKey)),
            (CheckOutcome::Skipped, true),
            "{:?}",
            expired.needs
        );
        let mistaken = opened(sketch(START, &token, TAKEN), &["sp-new"]);
        let why = mistaken.messages[1].encrypted[0].not_decrypted.as_deref().unwrap_or_default();
        assert!(why.contains("the key given is not the one"), "{why}");
    }
}

#[test]
fn what_holds_of_any_assertion_is_judged() {
    for token in TOKENS {
        let token = answer(token);
        let late = given(sketch("2026-11-24T12:30:00Z", &token, REFUSED), "idp");
        assert!(
            found(&late).1.contains(&("assertion/expired".to_owned(), Severity::Error)),
            "{:?}",
            found(&late)
        );
        let early = given(sketch("2026-11-24T08:00:00Z", &token, REFUSED), "idp");
        assert!(
            found(&early).1.contains(&("assertion/not-yet-valid".to_owned(), Severity::Error)),
            "{:?}",
            found(&early)
        );
        let changed = given(
            sketch(START, &token.replace("ada@example.org", "eve@example.org"), REFUSED),
            "idp",
        );
        assert!(
            found(&changed).1.contains(&("signing/signature-invalid".to_owned(), Severity::Error)),
            "{:?}",
            found(&changed)
        );
        let other_key = given(sketch(START, &token, REFUSED), "idp-new");
        assert!(
            found(&other_key)
                .1
                .contains(&("signing/signed-by-unknown-key".to_owned(), Severity::Error)),
            "{:?}",
            found(&other_key)
        );
        let other_realm = given(
            sketch(START, &token, REFUSED)
                .replace("wtrealm=urn%3Aapp%3Aorders", "wtrealm=urn%3Aapp%3Abills"),
            "idp",
        );
        assert!(
            found(&other_realm)
                .1
                .contains(&("endpoints/audience-mismatch".to_owned(), Severity::Error)),
            "{:?}",
            found(&other_realm)
        );
    }
}

#[test]
fn a_refusal_names_nothing_of_saml_that_a_token_need_not_have() {
    for token in TOKENS {
        let (verdict, found) = found(&given(sketch(START, &answer(token), REFUSED), "idp"));
        assert_eq!(verdict, Verdict::Broken, "{token}");
        let about_it = |check: &String| {
            ["assertion/", "signing/", "identity/", "endpoints/"]
                .iter()
                .any(|family| check.starts_with(family))
        };
        assert!(!found.iter().any(|(check, _)| about_it(check)), "{token}: {found:?}");
    }
}

#[test]
fn signing_out_is_told() {
    let sketch = "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://app.example/logout @0s\n< 302\n< Location: https://sts.example/ls/?wa=wsignout1.0&wreply=https%3A%2F%2Fapp.example%2F\n\nGET https://sts.example/ls/?wa=wsignout1.0&wreply=https%3A%2F%2Fapp.example%2F @1s\n< 200\n< Content-Type: text/html\n| <title>Sign out</title>\n";
    let case = case_of(&[File::new("sketch.txt", sketch)]);
    let told: Vec<(AttemptKind, Outcome)> =
        case.attempts.iter().map(|attempt| (attempt.kind, attempt.outcome)).collect();
    assert_eq!(told, [(AttemptKind::SignOut, Outcome::SignedOut)]);
}

#[test]
fn a_token_that_identity_providers_pass_between_them_is_their_business() {
    // The application speaks SAML; its identity provider gets the person from another one by WS-Federation.
    let hop = "https://adfs.example/ls/?wa=wsignin1.0&wtrealm=urn%3Afederation%3Aidp&wctx=x1";
    let token = utf8_percent_encode(&answer("saml11.xml"), NON_ALPHANUMERIC).to_string();
    let sketch = format!(
        "diag-sketch/1 2026-11-24T15:00:00Z\n\n[one]\n<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"{{now}}\"><saml:Issuer>https://app.example</saml:Issuer></samlp:AuthnRequest>\n\nGET https://app.example/ @0s\n< 302\n< Location: https://idp.example/sso?SAMLRequest={{redirect:one}}\n\nGET https://idp.example/sso?SAMLRequest={{redirect:one}} @1s\n< 302\n< Location: {hop}\n\nGET {hop} @2s\n< 200\n< Content-Type: text/html\n| <title>Working</title>\n\nPOST https://idp.example/login.srf @3s\n> wa=wsignin1.0&wresult={token}&wctx=x1\n< 200\n< Content-Type: text/html\n| <title>Stay signed in?</title>\n"
    );
    let case = case_of(&[File::new("sketch.txt", sketch)]);
    assert_eq!(case.attempts.len(), 1);
    assert_eq!(case.attempts[0].response, None);
    let (_, found) = found(&case);
    assert!(!found.iter().any(|(_, severity)| *severity == Severity::Error), "{found:?}");
}
