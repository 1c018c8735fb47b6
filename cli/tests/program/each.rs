//! Many captures, each on its own: a record for every one, in order, and a run that can be gone on with.

use crate::support::diag_in;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// Two captures that work, one that fails, one that is cut and one that is none.
fn captures() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let examples = Path::new("..").join("examples");
    let copy = |from: &str, to: &str| {
        fs::copy(examples.join(from), folder.path().join(to)).expect("a copy")
    };
    for sub in ["a", "b", "c"] {
        fs::create_dir(folder.path().join(sub)).expect("a folder");
    }
    copy("healthy/capture.har", "a/works.har");
    copy("reply-url-without-slash/capture.har", "b/fails.har");
    copy("healthy/capture.har", "c/works.har");
    copy("healthy/sp-metadata.xml", "c/sp-metadata.xml");
    fs::write(
        folder.path().join("b/cut.har"),
        "{\"log\":{\"version\":\"1.2\",\"entries\":[{\"requ",
    )
    .expect("a file");
    fs::write(folder.path().join("b/text.har"), "nothing of the kind").expect("a file");
    folder
}

fn records(text: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(text)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect()
}

fn names(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["capture"].as_str().expect("a path")).collect()
}

fn each(folder: &TempDir, more: &[&str]) -> Output {
    let arguments: Vec<&str> = ["--each", "a", "b", "c", "--format", "ndjson"]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    diag_in(folder.path(), &arguments)
}

const ALL: [&str; 5] = ["a/works.har", "b/cut.har", "b/fails.har", "b/text.har", "c/works.har"];

#[test]
fn every_capture_has_its_record_in_order() {
    let folder = captures();
    let one = each(&folder, &["--jobs", "1"]);
    let several = each(&folder, &["--jobs", "5"]);
    assert_eq!(one.stdout, several.stdout);
    assert_eq!(several.status.code(), Some(1));
    let records = records(&several.stdout);
    assert_eq!(names(&records), ALL);
    let verdicts: Vec<&str> =
        records.iter().map(|record| record["verdict"].as_str().expect("a verdict")).collect();
    assert_eq!(verdicts, ["healthy", "undetermined", "broken", "undetermined", "healthy"]);
    assert!(records.iter().all(|record| record["schema"] == "diag-report/1"));
    assert_eq!(records[2]["root_checks"][0], "endpoints/acs-not-registered");
    assert!(
        records[1]["error"].as_str().is_some_and(|error| error.contains("Truncated")),
        "{}",
        records[1]
    );
    assert!(records[3]["error"].is_string() && records[0]["error"].is_null());
    let inputs: Vec<&str> = records[4]["inputs"]
        .as_array()
        .expect("inputs")
        .iter()
        .filter_map(|input| input["path"].as_str())
        .collect();
    assert_eq!(inputs, ["c/works.har", "c/sp-metadata.xml"]);
    let said = String::from_utf8_lossy(&several.stderr).into_owned();
    assert!(said.contains("5 captures: 1 broken, 2 healthy, 2 unreadable"), "{said}");
}

#[test]
fn short_records_are_short() {
    let folder = captures();
    let output = each(&folder, &["--records", "short"]);
    assert!(output.stdout.split(|byte| *byte == b'\n').all(|line| line.len() < 4_096));
    let records = records(&output.stdout);
    assert_eq!(names(&records), ALL);
    let broken = &records[2];
    assert_eq!(
        (&broken["schema"], &broken["worst"]),
        (&Value::from("diag-record/1"), &Value::from("error"))
    );
    assert_eq!(broken["root_causes"][0]["check"], "endpoints/acs-not-registered");
    assert!(broken["root_causes"][0]["fix"].is_string() && broken.get("checks").is_none());
}

#[test]
fn a_run_is_gone_on_with() {
    let folder = captures();
    let file = folder.path().join("records.ndjson");
    let whole = each(&folder, &["--output", "records.ndjson"]);
    let expected = fs::read(&file).expect("records");
    let lines: Vec<&[u8]> = expected.split_inclusive(|byte| *byte == b'\n').collect();
    // It ended in the middle of the fourth record.
    let cut = lines[..3].iter().map(|line| line.len()).sum::<usize>() + 20;
    fs::write(&file, &expected[..cut]).expect("a file");
    let resumed = each(&folder, &["--output", "records.ndjson", "--resume"]);
    assert_eq!(fs::read(&file).expect("records"), expected);
    let said = String::from_utf8_lossy(&resumed.stderr).into_owned();
    assert!(
        said.contains(
            "5 captures: 1 broken, 2 healthy, 2 unreadable; 3 of them had a record already"
        ),
        "{said}"
    );
    // The failure stands in what was there before.
    assert_eq!((whole.status.code(), resumed.status.code()), (Some(1), Some(1)));
    let again = each(&folder, &["--output", "records.ndjson", "--resume", "--fail-on", "never"]);
    assert_eq!((again.status.code(), fs::read(&file).expect("records")), (Some(0), expected));
}

#[test]
fn where_none_could_be_judged_nothing_has_passed() {
    let folder = captures();
    let output = diag_in(folder.path(), &["--each", "b/cut.har", "gone.har", "--format", "ndjson"]);
    assert_eq!(output.status.code(), Some(2));
    let records = records(&output.stdout);
    assert_eq!(names(&records), ["b/cut.har", "gone.har"]);
    assert_eq!(records[1]["error"], "no such file or folder");
}

#[test]
fn what_is_no_file_of_records_stays() {
    let folder = captures();
    fs::write(folder.path().join("notes.txt"), "my notes\n").expect("a file");
    let output = each(&folder, &["--output", "notes.txt", "--resume"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(folder.path().join("notes.txt")).expect("a file"), "my notes\n");
    let text = diag_in(folder.path(), &["--each", "a", "--output", "out.txt", "--resume"]);
    assert_eq!(text.status.code(), Some(2));
}
