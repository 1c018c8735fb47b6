//! Exports of a tenant hold applications of every kind. Only the one that people sign in to by SAML is judged, and
//! nobody is sent to screens that an application of another protocol does not have.

use diag_core::report::Report;
use diag_core::verdict::Verdict;
use diag_sdk::Severity;
use diag_tests::diagnose::{File, case_of, report_of};

const SAML: &str = r#"{"id":"1","appId":"22222222-0000-0000-0000-000000000002","appDisplayName":"Orders","accountEnabled":true,"preferredSingleSignOnMode":"saml","preferredTokenSigningKeyThumbprint":"AB","replyUrls":["https://app.example/acs"],"servicePrincipalNames":["https://app.example"],"tags":["WindowsAzureActiveDirectoryCustomSingleSignOnApplication","WindowsAzureActiveDirectoryIntegratedApp"]}"#;

/// Applications of other protocols, each told in another way.
const OTHERS: &[&str] = &[
    r#"{"id":"3","appId":"22222222-0000-0000-0000-000000000001","appDisplayName":"Portal","accountEnabled":true,"preferredSingleSignOnMode":null,"replyUrls":["https://portal.example/signin-oidc"],"servicePrincipalNames":["22222222-0000-0000-0000-000000000001"],"tags":["HideApp","WindowsAzureActiveDirectoryIntegratedApp"]}"#,
    r#"{"id":"4","appId":"22222222-0000-0000-0000-000000000001","displayName":"Portal","identifierUris":["api://22222222-0000-0000-0000-000000000001"],"applicationTemplateId":null,"web":{"redirectUris":[]},"spa":{"redirectUris":["https://portal.example/"]}}"#,
    r#"{"id":"5","appId":"22222222-0000-0000-0000-000000000001","displayName":"Portal","signInAudience":"AzureADMyOrg","web":{"redirectUris":[]},"publicClient":{"redirectUris":["msal22222222://auth"]}}"#,
    r#"{"appId":"22222222-0000-0000-0000-000000000001","name":"Portal","identifierUris":[],"replyUrlsWithType":[{"url":"https://portal.example/","type":"Spa"}],"signInUrl":null}"#,
];

const SKETCH: &str = "diag-sketch/1 2026-11-24T10:00:00Z\n\n[request]\n<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"{now}\" AssertionConsumerServiceURL=\"https://app.example/acs\"><saml:Issuer>ISSUER</saml:Issuer></samlp:AuthnRequest>\n\nGET https://app.example/ @0s\n< 302\n< Location: https://login.microsoftonline.com/11111111-0000-0000-0000-000000000001/saml2?SAMLRequest={redirect:request}\n\nGET https://login.microsoftonline.com/11111111-0000-0000-0000-000000000001/saml2?SAMLRequest={redirect:request} @1s\n< 400\n< Content-Type: text/html\n| <html><title>Sign in</title><body><div>Sorry, but we’re having trouble signing you in.</div></body></html>\n";

fn screens(report: &Report) -> Vec<&str> {
    report
        .findings
        .iter()
        .flat_map(|finding| &finding.causes)
        .map(|cause| cause.screen.as_str())
        .collect()
}

fn sends_to_saml(report: &Report) -> bool {
    screens(report).iter().any(|screen| {
        screen.contains("Basic SAML Configuration") || screen.contains("Single sign-on")
    })
}

#[test]
fn an_application_of_another_protocol_alone_is_nothing_to_judge() {
    for text in OTHERS {
        let report = report_of(&[File::new("export.json", *text)]);
        assert_eq!(report.verdict, Verdict::Undetermined, "{text}");
        assert!(
            report.findings.iter().all(|finding| finding.severity != Severity::Error),
            "{text}: {:?}",
            report.findings
        );
        assert!(
            report.findings.iter().any(|finding| finding.check == "endpoints/sso-mode-not-saml"),
            "{text}"
        );
        assert!(!sends_to_saml(&report), "{text}: {:?}", screens(&report));
        assert!(
            screens(&report).iter().any(|screen| screen.contains("Create your own application")),
            "{text}"
        );
    }
}

#[test]
fn of_several_applications_only_the_one_that_takes_part_is_judged() {
    for other in OTHERS {
        for files in [
            vec![File::new("all.json", format!("[{SAML},{other}]"))],
            vec![File::new("a.json", SAML), File::new("b.json", *other)],
        ] {
            let case = case_of(&files);
            let relevant: Vec<Option<&str>> = case
                .relevant_registrations()
                .map(|registration| registration.name.as_deref())
                .collect();
            assert_eq!(relevant, [Some("Orders")], "{other}");
            let set_aside = case
                .inputs
                .iter()
                .flat_map(|input| &input.notes)
                .any(|note| note.contains("“Portal” is another application"));
            assert!(set_aside, "{other}: nothing is said of it");
            let report = report_of(&files);
            assert!(
                report.findings.iter().all(|finding| !finding.message.contains("SAML application")),
                "{other}"
            );
        }
    }
}

#[test]
fn what_speaks_for_saml_in_one_object_outweighs_what_the_other_lacks() {
    // The same application's registration, with an address of a single-page application beside it.
    let application = OTHERS[1].replace("000000000001", "000000000002");
    let case =
        case_of(&[File::new("application.json", application), File::new("principal.json", SAML)]);
    assert_eq!(case.registrations.len(), 1);
    assert!(case.registrations[0].relevant && case.registrations[0].other_protocol.is_none());
}

#[test]
fn a_sign_in_in_its_name_is_told_which_application_is_missing() {
    let sketch = SKETCH.replace("ISSUER", "api://22222222-0000-0000-0000-000000000001");
    let report =
        report_of(&[File::new("sketch.txt", sketch), File::new("application.json", OTHERS[1])]);
    let told = report
        .findings
        .iter()
        .find(|finding| finding.check == "endpoints/sso-mode-not-saml")
        .expect("the finding");
    assert_eq!(told.severity, Severity::Error);
    assert!(told.causes[0].screen.contains("Create your own application"), "{:?}", told.causes);
    assert_eq!(report.root_causes.first(), Some(&told.id), "{:?}", report.findings);
}
