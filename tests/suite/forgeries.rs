//! Forged responses, taken and refused, and for each a harmless twin: what a service provider consumes must be covered.

use diag_core::report::Report;
use diag_core::verdict::Verdict;
use diag_sdk::Severity;
use diag_tests::capture::Capture;
use diag_tests::diagnose::{File, report_of};
use diag_tests::forgery::forgeries;
use diag_tests::one_fault::OneFault;

/// A sign-in with this response that the service provider took, or refused without a word about why.
fn report(message: &str, taken: bool) -> Report {
    let base: OneFault =
        toml::from_str("about = 'a forged response'\n[expect]\ncheck = ''\nseverity = 'error'")
            .expect("a case");
    let refusal = "<html><title>Forbidden</title><h1>Forbidden</h1><p>Sign-in failed.</p></html>";
    let answer = if taken {
        Capture::default()
    } else {
        Capture { acs_status: 403, acs_page: Some(refusal.to_owned()), ..Capture::default() }
    };
    let capture = Capture { message: Some(message.to_owned()), ..answer };
    let mut files = base.inputs();
    files.push(File::new("capture.har", capture.har()));
    report_of(&files)
}

fn errors(report: &Report) -> Vec<&str> {
    report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.check.as_str())
        .collect()
}

#[test]
fn a_forgery_is_an_error_of_signing_whether_it_was_taken_or_refused() {
    for forgery in forgeries() {
        for (taken, verdict) in [(true, Verdict::AtRisk), (false, Verdict::Broken)] {
            let report = report(&forgery.forged, taken);
            let root = report
                .root_causes
                .first()
                .and_then(|id| report.finding(id))
                .map(|finding| finding.check.as_str());
            assert!(
                root.is_some_and(|check| check.starts_with("signing/")),
                "{} taken {taken}: {root:?}, {:?}",
                forgery.name,
                errors(&report)
            );
            assert_eq!(report.verdict, verdict, "{} taken {taken}", forgery.name);
        }
    }
}

#[test]
fn what_only_looks_like_it_is_left_alone() {
    for forgery in forgeries() {
        let taken = report(&forgery.twin, true);
        assert_eq!(
            (taken.verdict, errors(&taken)),
            (Verdict::Healthy, Vec::new()),
            "twin of {}",
            forgery.name
        );
        let refused = report(&forgery.twin, false);
        let blamed = [
            "signing/wrapped",
            "signing/signature-invalid",
            "signing/nothing-signed",
            "signing/signed-by-unknown-key",
        ];
        let errors = errors(&refused);
        assert!(
            !errors.iter().any(|check| blamed.contains(check)),
            "twin of {}: {errors:?}",
            forgery.name
        );
    }
}

#[test]
fn an_assertion_alone_is_verified_and_nothing_else_is_said_of_it() {
    let response =
        Capture::default().response("2026-11-24T09:58:12Z".parse().expect("a timestamp"));
    let (start, end) = (response.find("<saml:Assertion"), response.rfind("</samlp:Response>"));
    let assertion = &response[start.expect("an assertion")..end.expect("an end")];
    let judged = |text: String| report_of(&[File::new("assertion.xml", text)]);
    let right = judged(assertion.to_owned());
    let outcome = |id: &str| {
        right.checks.iter().find(|check| check.id == id).map(|check| format!("{:?}", check.outcome))
    };
    assert_eq!(errors(&right), Vec::<&str>::new());
    assert!(
        outcome("assertion/expired").is_some_and(|outcome| outcome.contains("Skipped")),
        "{:?}",
        outcome("assertion/expired")
    );
    assert_eq!(errors(&judged(assertion.replace("mira@", "mora@"))), ["signing/signature-invalid"]);
}
