//! Sound configuration is healthy; every single fault leads with its own id and nothing unrelated.

use diag_core::verdict::Verdict;
use diag_families::checks;
use diag_sdk::Severity;
use diag_tests::one_fault::{OneFault, files};
use std::collections::BTreeSet;

/// Families whose every check has at least one one-fault case.
const COVERED: &[&str] = &["endpoints", "hosts", "metadata", "virtual-proxy"];
/// Needs a document signed by somebody else, or is about a file of the team's own; its documented example stands in.
const NOT_COVERED: &[&str] = &["endpoints/not-as-expected", "metadata/edited-after-signing"];

#[test]
fn sound_configuration_is_healthy() {
    let sound: OneFault =
        toml::from_str("about = \"nothing\"\n[expect]\ncheck = \"\"\nseverity = \"notice\"")
            .expect("a case");
    let report = sound.report();
    let errors: Vec<_> =
        report.findings.iter().filter(|finding| finding.severity > Severity::Notice).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(report.verdict, Verdict::Healthy);
}

#[test]
fn every_single_fault_leads_with_its_own_id() {
    let mut complaints = Vec::new();
    let files = files();
    assert!(files.len() > 50, "only {} cases", files.len());
    for path in files {
        let name = path
            .strip_prefix(diag_tests::one_fault::folder())
            .expect("below the folder")
            .display()
            .to_string();
        complaints.extend(
            OneFault::read(&path)
                .complaints()
                .into_iter()
                .map(|complaint| format!("{name}: {complaint}")),
        );
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn every_check_of_the_configuration_families_has_a_case() {
    let covered: BTreeSet<String> =
        files().iter().map(|path| OneFault::read(path).expect.check).collect();
    let missing: Vec<&str> = checks()
        .filter(|check| COVERED.contains(&check.family()))
        .map(|check| check.id)
        .filter(|id| !covered.contains(*id) && !NOT_COVERED.contains(id))
        .collect();
    assert!(missing.is_empty(), "checks without a one-fault case: {missing:?}");
}
