//! What is said of a finding is decided by the check that made it: the program that shows it knows no check.

use diag_families::checks;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code itself: made-up cases and tests name checks, and may.
fn code(path: &Path) -> String {
    let made_up = path.file_name().is_some_and(|name| name == "sample.rs" || name == "tests.rs");
    let text = std::fs::read_to_string(path).expect("readable");
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines()
        .filter(|line| !made_up && !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_program_knows_no_check_by_its_id() {
    let mut files = Vec::new();
    for room in ["../cli/src", "../cli/render/src"] {
        sources(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(room), &mut files);
    }
    assert!(files.len() > 50, "only {} files", files.len());
    for path in files {
        let code = code(&path);
        for check in checks() {
            assert!(
                !code.contains(&format!("\"{}\"", check.id)),
                "{} decides by the id {}",
                path.display(),
                check.id
            );
        }
    }
}
