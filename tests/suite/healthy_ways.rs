//! Sign-ins that work and look as if they did not: policies, frames, nodes and scripts that hold nobody up.

use diag_core::verdict::Verdict;
use diag_sdk::Severity;
use diag_tests::diagnose::{File, case_of, report_on};
use std::fs;
use std::path::Path;

#[test]
fn what_holds_nobody_up_is_no_error() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("healthy-ways");
    let mut complaints = Vec::new();
    let mut looked_at = 0;
    for entry in fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a sketch");
        let report = report_on(&case_of(&[File::new("way.sketch", text)]));
        let errors: Vec<&str> = report
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.check.as_str())
            .collect();
        if report.verdict != Verdict::Healthy || !errors.is_empty() {
            complaints.push(format!("{}: {:?} {errors:?}", path.display(), report.verdict));
        }
        looked_at += 1;
    }
    assert!(looked_at >= 7, "only {looked_at} ways");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
