//! Sign-ins that have nothing to do with each other in one folder: none is held to what belongs to the other.

use diag_core::report::Report;
use diag_core::verdict::Verdict;
use diag_sdk::Severity;
use diag_tests::capture::Capture;
use diag_tests::diagnose::{File, case_of, report_of, report_on};
use diag_tests::one_fault::{Expect, OneFault};

/// A healthy sign-in, with the configuration of both its sides.
fn healthy() -> Vec<File> {
    let case = OneFault {
        about: String::new(),
        remove: Vec::new(),
        edit: Vec::new(),
        add: Vec::new(),
        capture: Some(Capture::default()),
        expect: Expect {
            check: String::new(),
            severity: Severity::Error,
            difference: None,
            value: None,
            also: Vec::new(),
        },
    };
    case.inputs()
}

/// Somebody else's sign-in, refused by somebody else's identity provider.
const OTHER: &str = "diag-sketch/1 2026-11-24T10:00:00Z\n\n[one]\n<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"{now}\" AssertionConsumerServiceURL=\"https://wiki.other/acs\"><saml:Issuer>https://wiki.other</saml:Issuer></samlp:AuthnRequest>\n\nGET https://wiki.other/ @0s\n< 302\n< Location: https://idp.other/sso?SAMLRequest={redirect:one}\n\nGET https://idp.other/sso?SAMLRequest={redirect:one} @1s\n< 400\n< Content-Type: text/html\n| <title>Error</title><h1>Invalid request</h1>\n";

fn errors(report: &Report) -> Vec<(String, Option<String>)> {
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| (finding.check.clone(), finding.expected.clone())).collect()
}

#[test]
fn a_sign_in_is_not_held_to_what_belongs_to_another() {
    let own = errors(&report_of(&[File::new("other.txt", OTHER)]));
    assert!(!own.is_empty());
    let mut files = healthy();
    files.push(File::new("other.txt", OTHER));
    let case = case_of(&files);
    let report = report_on(&case);
    assert_eq!(report.verdict, Verdict::Broken);
    assert_eq!(errors(&report), own);
    let notes: Vec<&str> =
        case.inputs.iter().flat_map(|input| &input.notes).map(String::as_str).collect();
    assert!(
        notes.iter().any(|note| note.contains("between other parties") && note.contains("--each")),
        "{notes:?}"
    );
}

#[test]
fn configuration_of_somebody_else_is_set_aside() {
    let own = errors(&report_of(&[File::new("other.txt", OTHER)]));
    let mut files: Vec<File> =
        healthy().into_iter().filter(|file| !file.name.contains(".har")).collect();
    files.push(File::new("other.txt", OTHER));
    let case = case_of(&files);
    assert_eq!(errors(&report_on(&case)), own);
    let notes: Vec<&str> =
        case.inputs.iter().flat_map(|input| &input.notes).map(String::as_str).collect();
    assert!(notes.iter().any(|note| note.contains("set aside")), "{notes:?}");
}

#[test]
fn two_captures_of_one_service_provider_are_one_case() {
    let mut files = healthy();
    let again =
        Capture { acs_status: 403, acs_location: None, landing_status: 0, ..Capture::default() };
    files.push(File::new("again.har", again.har()));
    let case = case_of(&files);
    assert!(
        case.inputs
            .iter()
            .flat_map(|input| &input.notes)
            .all(|note| !note.contains("other parties"))
    );
}
