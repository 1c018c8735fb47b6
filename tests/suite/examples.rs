//! Every check's documentation is executed: its failing example is found, its passing one is not.

use diag_families::checks;
use diag_tests::example::complaints;

#[test]
fn documented_examples_hold() {
    let complaints: Vec<String> = checks().flat_map(complaints).collect();
    assert!(
        complaints.is_empty(),
        "{} of the documented examples do not hold:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}
