//! Whether the suite passes depends on the sources alone: no property test draws its cases anew.

use diag_tests::plugin::workspace;
use std::path::{Path, PathBuf};

/// The sources below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn property_tests_have_fixed_seeds() {
    let mut found = Vec::new();
    for folder in ["cli", "core", "plugins", "tests"] {
        sources(&workspace().join(folder), &mut found);
    }
    let mut blocks = 0;
    for path in found {
        let text = std::fs::read_to_string(&path).expect("readable");
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            if let [opening, config] = pair
                && (*opening == "proptest! {" || *opening == "proptest::proptest! {")
            {
                assert!(
                    config.starts_with("#![proptest_config(crate::seeds::fixed("),
                    "{}: a property test begins with `#![proptest_config(crate::seeds::fixed(…))]`, found `{config}`",
                    path.display()
                );
                blocks += 1;
            }
        }
    }
    assert!(blocks >= 9, "only {blocks} blocks of property tests were found");
}
