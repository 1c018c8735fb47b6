//! What makes the difference between a case that works and one with a single fault is told first.

use diag_core::compare::{Side, contrast};
use diag_core::report::Report;
use diag_sdk::{Case, Severity};
use diag_tests::capture::Capture;
use diag_tests::diagnose::{case_of, report_on};
use diag_tests::one_fault::{self, Expect, OneFault};

/// The set-up of the one-fault cases with nothing wrong in it, with a sign-in or without.
fn sound(capture: Option<Capture>) -> (Case, Report) {
    let expect = Expect {
        check: String::new(),
        severity: Severity::Notice,
        difference: None,
        value: None,
        also: Vec::new(),
    };
    let about = "Nothing is wrong".to_owned();
    let case = case_of(
        &OneFault { about, remove: Vec::new(), edit: Vec::new(), add: Vec::new(), capture, expect }
            .inputs(),
    );
    let report = report_on(&case);
    (case, report)
}

#[test]
fn the_fault_is_among_the_first_three_that_only_the_failing_case_has() {
    let (signed_in, configured) = (sound(Some(Capture::default())), sound(None));
    let (mut compared, mut missed) = (0, Vec::new());
    for path in one_fault::files() {
        let fault = OneFault::read(&path);
        if fault.expect.severity != Severity::Error || fault.expect.check.is_empty() {
            continue;
        }
        let bad = case_of(&fault.inputs());
        let told = report_on(&bad);
        let (good, report) = if fault.capture.is_some() { &signed_in } else { &configured };
        let differs = contrast(Side { case: good, report }, Side { case: &bad, report: &told });
        compared += 1;
        if !differs.only_in_failing.iter().take(3).any(|found| found.check == fault.expect.check) {
            let first: Vec<&str> =
                differs.only_in_failing.iter().take(3).map(|found| found.check.as_str()).collect();
            missed.push(format!("{}: {first:?}", path.display()));
        }
    }
    assert!(compared > 60 && missed.is_empty(), "{compared} compared\n{}", missed.join("\n"));
}
