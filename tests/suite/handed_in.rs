//! What people hand in, in every wrapping: told apart, unpacked, read.

use diag_core::verdict::Verdict;
use diag_sdk::case::input::{HeldBy, InputKind};
use diag_sdk::case::message::MessageKind;
use diag_sdk::{Case, Severity};
use diag_tests::diagnose::{File, case_of, report_on};
use diag_tests::fixture;

const IDP: &str = r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{{certificate:NAME}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/PATH"/></IDPSSODescriptor></EntityDescriptor>"#;

const SP: &str = r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://app.example"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">ACS</SPSSODescriptor></EntityDescriptor>"#;

const ACS: &str = r#"<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="LOCATION" index="1"/>"#;

fn idp(certificate: &str, path: &str) -> String {
    fixture::fill(&IDP.replace("NAME", certificate).replace("PATH", path))
}

fn sp(locations: &[&str]) -> String {
    let mut endpoints = String::new();
    for location in locations {
        endpoints.push_str(&ACS.replace("LOCATION", location));
    }
    SP.replace("ACS", &endpoints)
}

fn errors(case: &Case) -> Vec<String> {
    let report = report_on(case);
    report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.check.clone())
        .collect()
}

/// A sign-in whose request goes to an address, and what came of it.
fn asking(address: &str, answer: &str) -> String {
    format!(
        "diag-sketch/1 2026-11-24T10:00:00Z\n\n[request]\n<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"{{now}}\" AssertionConsumerServiceURL=\"https://app.example/acs\"><saml:Issuer>https://app.example</saml:Issuer></samlp:AuthnRequest>\n\nGET https://app.example/ @0s\n< 302\n< Location: {address}?SAMLRequest={{redirect:request}}\n\nGET {address}?SAMLRequest={{redirect:request}} @1s\n{answer}\n"
    )
}

#[test]
fn copies_of_an_identity_provider_are_told_apart_by_where_requests_go() {
    let sketch = asking(
        "https://idp.example/old",
        "< 404\n< Content-Type: text/html\n| <title>Not found</title>",
    );
    for order in [["a.xml", "b.xml"], ["b.xml", "a.xml"]] {
        let texts = [idp("idp", "new"), idp("idp", "old")];
        let mut files: Vec<File> =
            order.iter().zip(texts).map(|(name, text)| File::new(name, text)).collect();
        files.sort_by(|one, other| one.name.cmp(&other.name));
        files.push(File::new("sketch.txt", sketch.clone()));
        let case = case_of(&files);
        let held: Vec<&str> = case
            .metadata
            .iter()
            .filter(|metadata| metadata.held_by == HeldBy::Sp)
            .flat_map(|metadata| &metadata.idp.as_ref().expect("a role").sso)
            .map(|endpoint| endpoint.location.value.as_str())
            .collect();
        assert_eq!(held, ["https://idp.example/old"]);
        assert!(
            case.inputs.iter().any(|input| input
                .about
                .as_deref()
                .is_some_and(|about| about.contains("has loaded")))
        );
        assert!(
            errors(&case)
                .iter()
                .any(|check| check == "metadata/stale-copy" || check == "endpoints/sso-url-wrong"),
            "{:?}",
            errors(&case)
        );
    }
}

#[test]
fn copies_of_a_service_provider_are_told_apart_by_what_was_refused() {
    let answer = "< 400\n< Content-Type: text/html\n| <title>Error</title><h1>Invalid request</h1><p>The ACS URL https://app.example/acs is not registered</p>";
    let files = [
        File::new("a.xml", sp(&["https://app.example/old"])),
        File::new("b.xml", sp(&["https://app.example/acs"])),
        File::new("sketch.txt", asking("https://idp.example/sso", answer)),
    ];
    let case = case_of(&files);
    let holders: Vec<HeldBy> = case.metadata.iter().map(|metadata| metadata.held_by).collect();
    assert_eq!(holders, [HeldBy::Idp, HeldBy::Publisher]);
    assert_eq!(errors(&case).first().map(String::as_str), Some("endpoints/acs-not-registered"));
}

#[test]
fn what_only_dates_tell_is_said_with_its_condition() {
    let files = [File::new("a.xml", idp("idp", "sso")), File::new("b.xml", idp("idp-new", "sso"))];
    let case = case_of(&files);
    let report = report_on(&case);
    assert!(errors(&case).is_empty(), "{:?}", errors(&case));
    let stale = report
        .findings
        .iter()
        .find(|finding| finding.check == "metadata/stale-copy")
        .expect("the difference is told");
    assert!(
        stale.detail.as_deref().unwrap_or_default().contains("does not show"),
        "{:?}",
        stale.detail
    );
}

#[test]
fn the_same_file_twice_is_one_document() {
    let one = report_on(&case_of(&[File::new("a.xml", idp("idp", "sso"))]));
    let two = report_on(&case_of(&[
        File::new("a.xml", idp("idp", "sso")),
        File::new("b.xml", idp("idp", "sso")),
    ]));
    assert_eq!(one.verdict, two.verdict);
}

#[test]
fn one_document_with_both_schemes_contradicts_nobody() {
    let file = File::new("sp.xml", sp(&["https://app.example/acs", "http://app.example/acs"]));
    let case = case_of(&[file]);
    assert!(errors(&case).is_empty(), "{:?}", errors(&case));
}

#[test]
fn messages_in_envelopes_are_read() {
    let message = "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol' ID='_r' Version='2.0' IssueInstant='2026-11-24T10:00:00Z'><p:Status><p:StatusCode Value='urn:oasis:names:tc:SAML:2.0:status:Responder'/></p:Status></p:Response>";
    let envelope = format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>{message}</s:Body></s:Envelope>"
    );
    for name in ["ecp.xml", "ecp.txt"] {
        let case = case_of(&[File::new(name, envelope.clone())]);
        assert_eq!(case.inputs[0].kind, InputKind::SamlMessage);
        assert_eq!(
            case.messages.iter().map(|message| message.kind).collect::<Vec<_>>(),
            [MessageKind::Response]
        );
        assert_eq!(errors(&case), ["assertion/status-not-success"]);
    }
}

#[test]
fn an_artifact_is_followed_where_both_channels_are_in_the_capture() {
    let resolve = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><p:ArtifactResolve xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol' ID='_q'><p:Artifact>AAQAAA==</p:Artifact></p:ArtifactResolve></s:Body></s:Envelope>";
    let answer = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><p:ArtifactResponse xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol' ID='_s'><p:Response ID='_r' Version='2.0' IssueInstant='2026-11-24T10:00:04Z'><p:Status><p:StatusCode Value='urn:oasis:names:tc:SAML:2.0:status:Success'/></p:Status></p:Response></p:ArtifactResponse></s:Body></s:Envelope>";
    let sketch = format!(
        "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://app.example/acs?SAMLart=AAQAAA%3D%3D @3s\n< 302\n< Location: /hub\n< Set-Cookie: session=CANARY; Path=/\n\nPOST https://idp.example/artifact @4s\n> Content-Type: text/xml\n> {resolve}\n< 200\n< Content-Type: text/xml\n| {answer}\n\nGET https://app.example/hub @5s\n< 200\n< Content-Type: text/html\n| <title>Hub</title>\n"
    );
    let case = case_of(&[File::new("sketch.txt", sketch)]);
    let response = case
        .messages
        .iter()
        .find(|message| message.kind == MessageKind::Response)
        .expect("the response");
    assert_eq!(response.delivered_to(), Some("https://app.example/acs"));
    assert_eq!(report_on(&case).verdict, Verdict::Healthy);
}

/// Texts as people paste them, and what must lead.
const PASTED: &[(&str, &str)] = &[
    (
        "Hello,\nsince today everybody gets\n\nAADSTS700016: Application with identifier 'https://app.example' was not found in the directory 'Example'.\nTrace ID: 1\n\nRegards",
        "endpoints/entity-id-not-registered",
    ),
    (
        "AADSTS50011: The reply URL 'https://app.example/acs' specified in the request does not match the reply URLs configured for the application 'x'.",
        "endpoints/acs-not-registered",
    ),
    (
        "AADSTS50105: Your administrator has configured the application Example ('1') to block users unless they are specifically granted access.",
        "flow/user-not-assigned",
    ),
    (
        "opensaml::FatalProfileException\nUnable to locate metadata for identity provider (https://idp.example/)",
        "endpoints/idp-unknown-to-sp",
    ),
];

#[test]
fn a_pasted_error_is_read_quoted_and_judged() {
    for (text, check) in PASTED {
        let case = case_of(&[File::new("ticket.txt", *text)]);
        assert_eq!(case.inputs[0].kind, InputKind::PastedText, "{text}");
        assert!(
            case.inputs[0].about.as_deref().is_some_and(|about| about.contains("quotes")),
            "{text}"
        );
        let report = report_on(&case);
        assert_eq!(report.verdict, Verdict::Broken, "{text}");
        let lead =
            report.root_causes.first().and_then(|id| report.finding(id)).expect("a root cause");
        assert_eq!(lead.check, *check, "{text}");
        assert_eq!(lead.actual_origin.as_deref(), Some("the pasted text"), "{text}");
    }
}

#[test]
fn a_saved_error_page_is_evidence_as_pasted_text_is() {
    let page = "<!doctype html><html><head><title>Sign in</title><script>var x = 1;</script></head><body><div>AADSTS50105: Your administrator has configured the application Orders to block users unless they are specifically granted access.</div></body></html>";
    let report = report_on(&case_of(&[File::new("error.html", page)]));
    assert_eq!(report.verdict, Verdict::Broken);
    let plain = report_on(&case_of(&[File::new(
        "page.html",
        "<!doctype html><html><body><h1>Access denied</h1></body></html>",
    )]));
    assert!(plain.findings.iter().all(|finding| finding.severity != Severity::Error));
}

#[test]
fn a_saved_page_is_quoted_with_its_line() {
    let page = "<!DOCTYPE html>\n<!-- saved from url=(0042)https://login.microsoftonline.com/x -->\n<html>\n<head><title>Sign in</title>\n<script>\nvar a = 1;\n</script></head>\n<body>\n<p>Sorry,\nbut we&#8217;re having trouble signing you in.</p>\n<div\n class=\"x\">AADSTS50105: Your administrator has configured the application Orders\n to block users.</div>\n</body></html>";
    let report = report_on(&case_of(&[File::new("error.html", page)]));
    let lead = report.root_causes.first().and_then(|id| report.finding(id)).expect("a root cause");
    assert_eq!(lead.check, "flow/user-not-assigned");
    assert_eq!(lead.places.first().and_then(|place| place.line), Some(12), "{:?}", lead.places);
}

#[test]
fn a_pasted_error_says_nothing_of_a_sign_in_that_works() {
    let working = "diag-sketch/1 2026-11-24T10:00:00Z\n\n[response]\n<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_2\" Version=\"2.0\" IssueInstant=\"{now}\"><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status></samlp:Response>\n\nPOST https://app.example/acs @2s\n> SAMLResponse={post:response}\n< 302\n< Location: /hub\n< Set-Cookie: session=CANARY; Path=/\n\nGET https://app.example/hub @3s\n> Cookie: session=CANARY\n< 200\n< Content-Type: text/html\n| <title>Hub</title>\n";
    let alone = report_on(&case_of(&[File::new("sketch.txt", working)]));
    for (text, _) in PASTED {
        let both = report_on(&case_of(&[
            File::new("sketch.txt", working),
            File::new("ticket.txt", *text),
        ]));
        assert_eq!(
            (both.verdict, both.root_causes.len()),
            (alone.verdict, alone.root_causes.len()),
            "{text}"
        );
    }
}

#[test]
fn a_plain_website_has_nothing_that_is_clean() {
    let site = "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://www.example/ @0s\n< 200\n< Content-Type: text/html\n| <title>News</title>\n";
    let report = report_on(&case_of(&[File::new("sketch.txt", site)]));
    assert_eq!(report.verdict, Verdict::Undetermined);
    let clean: Vec<&str> = report
        .checks
        .iter()
        .filter(|check| {
            check.outcome == diag_core::report::CheckOutcome::Clean
                && !check.id.starts_with("flow/capture-")
        })
        // Whatever is handed in is within its bounds or is not.
        .filter(|check| check.id != "flow/judged-in-part")
        .map(|check| check.id.as_str())
        .collect();
    assert!(clean.is_empty(), "{clean:?}");
}

#[test]
fn clients_of_other_identity_providers_are_registrations() {
    for text in [
        r#"{"clientId":"https://app.example","protocol":"saml","publicClient":false,"rootUrl":"https://app.example","redirectUris":["/acs"],"attributes":{"saml.client.signature":"true"}}"#,
        r#"{"id":"0oa1","label":"App","status":"ACTIVE","signOnMode":"SAML_2_0","settings":{"signOn":{"ssoAcsUrl":"https://app.example/acs","audience":"https://app.example"}}}"#,
        r#"{"Name":"App","Enabled":true,"Identifier":["https://app.example"],"SamlEndpoints":[{"Protocol":"SAMLAssertionConsumer","Location":"https://app.example/acs"}]}"#,
    ] {
        let case = case_of(&[File::new("client.json", text)]);
        assert_eq!(case.inputs[0].kind, InputKind::SamlClient, "{text}");
        let registration = case.registrations.first().unwrap_or_else(|| panic!("{text}"));
        assert_eq!(registration.identifiers[0].value.value, "https://app.example", "{text}");
        assert_eq!(registration.reply_urls[0].value.value, "https://app.example/acs", "{text}");
        assert!(case.inputs[0].notes.is_empty(), "{:?}", case.inputs[0].notes);
        assert!(errors(&case).is_empty(), "{text}: {:?}", errors(&case));
    }
    let oidc = r#"{"clientId":"portal","protocol":"openid-connect","publicClient":true,"redirectUris":["*"]}"#;
    assert!(case_of(&[File::new("client.json", oidc)]).registrations.is_empty());
}

#[test]
fn an_aggregate_alone_is_summed_up_and_asks_who_is_meant() {
    let mut text =
        String::from("<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">");
    for number in 0..250 {
        text.push_str("<md:EntityDescriptor entityID=\"https://e");
        text.push_str(&number.to_string());
        text.push_str(
            ".example\"><md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/></md:EntityDescriptor>",
        );
    }
    text.push_str("</md:EntitiesDescriptor>");
    let case = case_of(&[File::new("aggregate.xml", text)]);
    assert!(case.metadata.is_empty());
    assert!(
        case.inputs[0]
            .about
            .as_deref()
            .is_some_and(|about| about.contains("250 entities") && about.contains("--entity"))
    );
    assert_eq!(report_on(&case).verdict, Verdict::Undetermined);
}

#[test]
fn a_sign_in_started_by_another_protocol_is_told_so() {
    let sketch = "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://idp.example/wsfed?wa=wsignin1.0&wtrealm=https%3A%2F%2Fapp.example @0s\n< 200\n< Content-Type: text/html\n| <title>Sign in</title>\n";
    let case = case_of(&[
        File::new("sketch.txt", sketch),
        File::new("sp.xml", sp(&["https://app.example/acs"])),
    ]);
    let report = report_on(&case);
    let told = report
        .findings
        .iter()
        .find(|finding| finding.check == "flow/no-saml-messages")
        .expect("the notice");
    assert!(told.detail.as_deref().is_some_and(|detail| detail.contains("WS-Federation")));
    assert!(told.causes.iter().any(|cause| cause.text.contains("started by another protocol")));
    assert_ne!(report.verdict, Verdict::Healthy);
}

const TENANT: &str = "https://login.microsoftonline.com/11111111-0000-0000-0000-000000000001";

/// A sign-in that begins at the application, goes to the identity provider with these parameters, and is refused.
fn refused(asked: &str, words: &str) -> String {
    let address = format!("{TENANT}/{asked}");
    format!(
        "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://app.example/ @0s\n< 302\n< Location: {address}\n\nGET {address} @1s\n< 400\n< Content-Type: text/html\n| <html><title>Sign in to your account</title><body><div>Sorry, but we’re having trouble signing you in.</div><div>{words}</div></body></html>\n"
    )
}

const OPENID: &str = "oauth2/v2.0/authorize?client_id=22222222-0000-0000-0000-000000000002&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fsignin-oidc";

const FEDERATED: &str =
    "wsfed?wa=wsignin1.0&wtrealm=https%3A%2F%2Fapp.example&wreply=https%3A%2F%2Fapp.example%2Ffed";

const NO_SUCH_ADDRESS: &str = "AADSTS50011: The redirect URI 'https://app.example/signin-oidc' specified in the request does not match the redirect URIs configured for the application.";

#[test]
fn what_is_said_of_an_openid_registration_is_no_word_on_saml() {
    let sketch = || File::new("sketch.txt", refused(OPENID, NO_SUCH_ADDRESS));
    let metadata = || File::new("sp.xml", sp(&["https://app.example/acs"]));
    for files in [vec![sketch()], vec![sketch(), metadata()]] {
        let case = case_of(&files);
        assert!(errors(&case).is_empty(), "{:?}", errors(&case));
        let report = report_on(&case);
        assert_eq!(report.verdict, Verdict::Undetermined);
        let told = report
            .findings
            .iter()
            .find(|finding| finding.check == "flow/no-saml-messages")
            .expect("the finding");
        let detail = told.detail.as_deref().unwrap_or_default();
        assert!(
            detail.contains("OpenID Connect") && detail.contains("AADSTS50011: The redirect URI"),
            "{detail}"
        );
        if files.len() == 2 {
            assert_eq!((told.severity, told.certain), (Severity::Warning, false));
            assert!(told.message.contains("started by OpenID Connect"), "{}", told.message);
            assert!(
                told.causes[0].text.contains("started by another protocol"),
                "{:?}",
                told.causes
            );
        }
    }
    // Another application's capture lies beside it: nothing was started by mistake.
    let elsewhere = File::new("sp.xml", sp(&["https://other.example/acs"]));
    let report = report_on(&case_of(&[sketch(), elsewhere]));
    assert!(
        report.findings.iter().all(|finding| finding.severity == Severity::Notice),
        "{:?}",
        report.findings
    );
}

#[test]
fn who_may_not_sign_in_may_not_by_any_protocol() {
    let sketch = refused(OPENID, PASTED[2].0);
    let report = report_on(&case_of(&[File::new("sketch.txt", sketch)]));
    let lead = report.root_causes.first().and_then(|id| report.finding(id)).expect("a root cause");
    assert_eq!((report.verdict, lead.check.as_str()), (Verdict::Broken, "flow/user-not-assigned"));
}

#[test]
fn a_sign_in_by_ws_federation_beside_saml_metadata_was_started_by_mistake() {
    let sketch = || {
        File::new("sketch.txt", refused(FEDERATED, &NO_SUCH_ADDRESS.replace("signin-oidc", "fed")))
    };
    let lead = |files: &[File]| {
        let report = report_on(&case_of(files));
        let lead =
            report.root_causes.first().and_then(|id| report.finding(id)).expect("a root cause");
        (lead.check.clone(), lead.actual.clone(), lead.causes[0].text.clone())
    };
    let (check, _, cause) =
        lead(&[sketch(), File::new("sp.xml", sp(&["https://app.example/acs"]))]);
    assert_eq!(check, "flow/no-saml-messages");
    assert!(cause.contains("started by another protocol"), "{cause}");
    // Without it the address of WS-Federation is what is to be registered.
    let (check, actual, _) = lead(&[sketch()]);
    assert_eq!(
        (check.as_str(), actual.as_deref()),
        ("endpoints/acs-not-registered", Some("https://app.example/fed"))
    );
}

#[test]
fn a_capture_without_a_sign_in_is_never_healthy() {
    let site = "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://app.example/ @0s\n< 200\n< Content-Type: text/html\n| <title>News</title>\n";
    let files = [
        File::new("sp.xml", sp(&["https://app.example/acs"])),
        File::new("idp.xml", idp("idp", "sso")),
    ];
    assert_eq!(report_on(&case_of(&files)).verdict, Verdict::Healthy, "configuration alone");
    let with_site = [files.as_slice(), &[File::new("sketch.txt", site)]].concat();
    assert_eq!(report_on(&case_of(&with_site)).verdict, Verdict::Undetermined);
}

#[test]
fn exports_of_powershell_are_read_or_named_with_the_command() {
    let pascal = r#"{"AccountEnabled":true,"AppDisplayName":"Orders","AppId":"22222222-0000-0000-0000-000000000002","PreferredSingleSignOnMode":"saml","ReplyUrls":["https://app.example/acs"],"ServicePrincipalNames":["https://app.example"],"KeyCredentials":["Microsoft.Graph.PowerShell.Models.MicrosoftGraphKeyCredential"],"ServicePrincipalType":"Application","AdditionalProperties":{}}"#;
    let case = case_of(&[File::new("export.json", pascal)]);
    assert_eq!(case.inputs[0].kind, InputKind::ServicePrincipal);
    assert_eq!(case.registrations[0].reply_urls[0].value.value, "https://app.example/acs");
    assert!(
        case.inputs[0].notes.iter().any(|note| note.contains("ConvertTo-Json -Depth 10")),
        "{:?}",
        case.inputs[0].notes
    );
    let cut = r#"[{"Name":"Orders","Enabled":true,"Identifier":"https://app.example","SamlEndpoints":"Microsoft.IdentityServer.Management.Resources.SamlEndpoint"}]"#;
    let case = case_of(&[File::new("trust.json", cut)]);
    assert!(
        case.inputs[0].notes.iter().any(|note| note.contains("ConvertTo-Json -Depth 10")),
        "{:?}",
        case.inputs[0].notes
    );
    for printed in [
        "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\"><Obj RefId=\"0\"><Props><S N=\"AppId\">1</S></Props></Obj></Objs>",
        "\nDisplayName : Orders\nAppId       : 1\nReplyUrls   : {https://app.example/acs}\n",
        "\nDisplayName Id AppId ServicePrincipalType\n----------- -- ----- --------------------\nOrders      1  2     Application\n",
    ] {
        let case = case_of(&[File::new("export.txt", printed)]);
        assert_eq!(case.inputs[0].kind, InputKind::Unrecognised, "{printed}");
        assert!(
            case.inputs[0].notes.iter().any(|note| note.contains("ConvertTo-Json -Depth 10")),
            "{:?}",
            case.inputs[0].notes
        );
    }
}

#[test]
fn a_manifest_and_metadata_of_any_identity_provider_are_read() {
    let manifest = r#"{"id":"1","acceptMappedClaims":null,"appId":"22222222-0000-0000-0000-000000000002","identifierUris":["https://app.example"],"name":"Orders","oauth2AllowImplicitFlow":false,"replyUrlsWithType":[{"url":"https://app.example/acs","type":"Web"}],"samlMetadataUrl":null,"signInUrl":"https://app.example/","signInAudience":"AzureADMyOrg"}"#;
    let case = case_of(&[File::new("manifest.json", manifest)]);
    assert_eq!(case.inputs[0].kind, InputKind::Application);
    assert_eq!(case.registrations[0].reply_urls[0].value.value, "https://app.example/acs");
    for (entity, address) in [
        (
            "https://accounts.google.com/o/saml2?idpid=C01",
            "https://accounts.google.com/o/saml2/idp?idpid=C01",
        ),
        (
            "https://auth.pingone.eu/5b5f0b0a-0000-0000-0000-000000000000",
            "https://auth.pingone.eu/5b5f0b0a-0000-0000-0000-000000000000/saml20/idp/sso",
        ),
    ] {
        let text = idp("idp", "sso")
            .replace("https://idp.example/sso", address)
            .replace("https://idp.example/", entity);
        let case = case_of(&[File::new("idp.xml", text)]);
        assert_eq!(
            (case.metadata[0].entity_id.value.as_str(), errors(&case)),
            (entity, Vec::new())
        );
        assert!(
            case.inputs[0]
                .about
                .as_deref()
                .is_some_and(|about| about.contains("identity provider") && about.contains(entity))
        );
        assert!(case.idp_vendor.is_known(), "{entity}");
    }
}
