//! Captures that another tool cleaned before they were handed on: nobody is accused of what the tool did.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diag_core::report::Report;
use diag_core::verdict::Verdict;
use diag_sdk::Severity;
use diag_tests::capture::Capture;
use diag_tests::diagnose::{File, report_of};
use diag_tests::one_fault;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// What browsers, sanitisers of captures and people write where a message was.
const MARKS: &[&str] = &[
    "AUTH_942511bf",
    "FIELD_9f86d081",
    "***HIDDEN***",
    "[SAMLResponse redacted]",
    "REDACTED",
    "(removed)",
    "{overwritten}",
    "{hash:9f86d081884c7d65}",
    "[HAR_SANITIZER:REMOVED]",
    "Hashed:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "{{SAML_RESPONSE}}",
    "PHNhbWxwOlJlc3BvbnNl...",
    "xxxxxxxxxxxx",
];

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// What is said of the set-up with this capture.
fn said(har: String) -> Report {
    let base = std::fs::read_to_string(one_fault::folder().join("base/idp-metadata.xml"))
        .expect("the base");
    report_of(&[
        File::new("capture.har", har),
        File::new("idp-metadata.xml", diag_tests::fixture::fill(&base)),
    ])
}

fn accused(report: &Report) -> Vec<&str> {
    let of_messages = |check: &&str| {
        check.starts_with("signing/")
            || check.starts_with("assertion/")
            || *check == "flow/message-damaged"
    };
    let findings = report.findings.iter().filter(|finding| finding.severity > Severity::Notice);
    findings.map(|finding| finding.check.as_str()).filter(of_messages).collect()
}

fn is_noted(report: &Report) -> bool {
    report
        .findings
        .iter()
        .any(|finding| finding.check == "flow/capture-sanitised" && finding.detail.is_some())
}

#[test]
fn a_mark_in_place_of_a_message_is_no_cut_message() {
    let posted = "2026-11-24T09:58:12Z".parse().expect("a timestamp");
    for (status, verdict) in [(302, Verdict::Healthy), (400, Verdict::Broken)] {
        let capture = Capture {
            acs_status: status,
            acs_location: (status == 302).then(|| "/bi/hub".to_owned()),
            ..Capture::default()
        };
        let message = STANDARD.encode(capture.response(posted));
        for mark in MARKS {
            let har = capture.har();
            assert!(har.contains(&encoded(&message)), "the message is not in the capture");
            let report =
                said(har.replace(&encoded(&message), &encoded(mark)).replace(&message, mark));
            assert_eq!((report.verdict, accused(&report)), (verdict, Vec::new()), "{mark}");
            assert!(is_noted(&report), "{mark}: {:#?}", report.findings);
        }
    }
}

#[test]
fn a_mark_within_a_message_is_no_forgery() {
    let posted = "2026-11-24T09:58:12Z".parse().expect("a timestamp");
    let whole = Capture::default().response(posted);
    for mark in ["[redacted]", "***", "mi***@example.org", "FIELD_9f86d081", "REDACTED"] {
        let masked = Capture {
            message: Some(whole.replace("mira@example.org", mark)),
            ..Capture::default()
        };
        let report = said(masked.har());
        assert_eq!((report.verdict, accused(&report)), (Verdict::Healthy, Vec::new()), "{mark}");
        assert!(is_noted(&report), "{mark}");
    }
    // Where nothing is masked, the digest of a changed message accuses as ever.
    let changed = Capture {
        message: Some(whole.replace("mira@example.org", "eve@example.org")),
        ..Capture::default()
    };
    assert_eq!(accused(&said(changed.har())), ["signing/signature-invalid"]);
}
