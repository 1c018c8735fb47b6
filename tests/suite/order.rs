//! In which order files are handed in says nothing: the report is the same.

use diag_core::report::Report;
use diag_tests::diagnose::{File, report_of};
use diag_tests::one_fault::{OneFault, files};

/// What a report says, without the ids that count inputs.
fn said(report: &Report) -> (String, Vec<String>, Vec<String>) {
    let roots = report.root_causes.iter().filter_map(|id| report.finding(id));
    let roots = roots.map(|finding| format!("{} {}", finding.check, finding.message)).collect();
    let mut findings: Vec<String> = report
        .findings
        .iter()
        .map(|finding| format!("{} {:?} {}", finding.check, finding.severity, finding.message))
        .collect();
    findings.sort();
    (format!("{:?}", report.verdict), roots, findings)
}

#[test]
fn the_order_of_inputs_does_not_change_the_report() {
    let mut complaints = Vec::new();
    // Every third case: each is judged three times.
    for path in files().into_iter().step_by(3) {
        let given = OneFault::read(&path).inputs();
        let expected = said(&report_of(&given));
        let reversed: Vec<File> = given.iter().rev().cloned().collect();
        let mut turned = given.clone();
        turned.rotate_left(given.len() / 2);
        for other in [reversed, turned] {
            let names: Vec<&str> = other.iter().map(|file| file.name.as_str()).collect();
            let found = said(&report_of(&other));
            if found != expected {
                complaints
                    .push(format!("{} as {names:?}:\n  {found:?}\n  {expected:?}", path.display()));
            }
        }
    }
    assert!(
        complaints.is_empty(),
        "{} orders change the report:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}
