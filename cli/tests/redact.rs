//! `diag redact`, as people and scripts meet it: what goes, what stays, and that nothing is written otherwise.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use support::diag_in as diag;

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)
}

fn verdict(folder: &Path, path: &str) -> String {
    let out = diag(folder, &["check", path, "--format", "json", "--at", "2026-11-24T10:00:00Z"]);
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).expect("a report");
    let checks: Vec<&str> =
        report["findings"].as_array().expect("findings").iter().filter_map(|finding| finding["check"].as_str()).collect();
    format!("{} {checks:?}", report["verdict"])
}

#[test]
fn a_case_is_copied_and_judged_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["certificate-rolled-over", "healthy", "reply-url-without-slash"] {
        let case = example(name);
        let case = case.to_str().expect("a path");
        let out = diag(folder.path(), &["redact", case, "-o", &format!("{name}/"), "--at", "2026-11-24T10:00:00Z"]);
        assert!(out.status.success(), "{name}: {}", String::from_utf8_lossy(&out.stderr));
        assert_eq!(verdict(folder.path(), name), verdict(folder.path(), case), "{name}");
        // A second run knows its own marks, and changes nothing.
        let capture = format!("{name}/capture.har");
        let again = diag(folder.path(), &["redact", &capture, "-o", "again.har", "--force", "--at", "2026-11-24T10:00:00Z"]);
        assert!(again.status.success(), "{name}: {}", String::from_utf8_lossy(&again.stderr));
        let read = |path: &str| fs::read(folder.path().join(path)).expect("a copy");
        assert!(read(&capture) == read("again.har"), "{name}: a second run changed something");
    }
}

#[test]
fn findings_that_rest_on_the_record_say_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = example("certificate-rolled-over");
    let case = case.to_str().expect("a path");
    let out = diag(folder.path(), &["redact", case, "-o", "copy/"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let report = diag(folder.path(), &["check", "copy", "--format", "json"]);
    let report = String::from_utf8_lossy(&report.stdout).into_owned();
    assert!(report.contains("not verified here"), "{report}");
    let original = diag(folder.path(), &["check", case, "--format", "json"]);
    assert!(!String::from_utf8_lossy(&original.stdout).contains("not verified here"));
    // Without its record a copy is not called wrong: nobody can tell.
    let path = folder.path().join("copy/capture.har");
    let mut capture: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("a copy")).expect("JSON");
    capture["log"].as_object_mut().expect("a log").remove("_diag").expect("a record");
    fs::write(&path, capture.to_string()).expect("written");
    let report = diag(folder.path(), &["check", "copy", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).expect("a report");
    let checks: Vec<&str> =
        report["findings"].as_array().expect("findings").iter().filter_map(|finding| finding["check"].as_str()).collect();
    assert!(!checks.contains(&"signing/signature-invalid") && !checks.contains(&"signing/signed-by-unknown-key"), "{checks:?}");
}

#[test]
fn nothing_is_overwritten_and_what_is_unknown_is_not_copied() {
    let folder = tempfile::tempdir().expect("a folder");
    let capture = example("healthy/capture.har");
    let capture = capture.to_str().expect("a path");
    fs::write(folder.path().join("there.har"), "mine").expect("written");
    let refused = diag(folder.path(), &["redact", capture, "-o", "there.har"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read_to_string(folder.path().join("there.har")).expect("readable"), "mine");
    fs::write(folder.path().join("picture.png"), b"\x89PNG\r\n\x1a\n\0\0\0\0").expect("written");
    let refused = diag(folder.path(), &["redact", "picture.png", "-o", "copy.png"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(!folder.path().join("copy.png").exists());
    let found = diag(folder.path(), &["redact", "--check", capture]);
    assert_eq!(found.status.code(), Some(1));
}
