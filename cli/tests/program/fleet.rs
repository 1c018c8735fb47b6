//! The job and the questions of docs/fleet.md, run where PySpark, Java and DuckDB are installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/fleet");

/// The Python that has a module, where there is one.
fn python(module: &str) -> Option<PathBuf> {
    let python =
        PathBuf::from(std::env::var_os("DIAG_TEST_PYTHON").unwrap_or_else(|| "python3".into()));
    let has = Command::new(&python)
        .args(["-c", &format!("import {module}")])
        .output()
        .is_ok_and(|output| output.status.success());
    if !has {
        eprintln!("left out: {} has no {module}", python.display());
    }
    has.then_some(python)
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let put = |folder: &str, name: &str, from: &str| {
        fs::create_dir_all(root.join(folder)).expect("a folder");
        fs::copy(examples.join(from), root.join(folder).join(name)).expect("a copy");
    };
    put("one", "works.har", "healthy/capture.har");
    put("two", "fails.har", "reply-url-without-slash/capture.har");
    put("three", "fails.har", "reply-url-without-slash/capture.har");
    fs::write(root.join("three/cut.har"), "{\"log\":{\"version\":\"1.2\",\"entries\":[{\"requ")
        .expect("a file");
    ["one", "two", "three"].map(|name| root.join(name)).into()
}

#[test]
fn spark_maps_folders_to_records() {
    let Some(python) = python("pyspark") else { return };
    if !Command::new("java").arg("-version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("left out: there is no Java");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("records");
    let output = Command::new(&python)
        .arg(Path::new(DOCS).join("captures.py"))
        .args(["--diag", env!("CARGO_BIN_EXE_diag"), "--partitions", "2", "--out"])
        .arg(&out)
        .args(folders(folder.path()))
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .env("PYSPARK_PYTHON", &python)
        .output()
        .expect("the job runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let parts = fs::read_dir(out).expect("records").map(|entry| entry.expect("an entry").path());
    let parts = parts.filter(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("part-"))
    });
    let text: String = parts.map(|path| fs::read_to_string(path).expect("a part")).collect();
    let records: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    assert_eq!(records.len(), 4);
    assert_eq!(records.iter().filter(|record| record["verdict"] == "broken").count(), 2);
    assert_eq!(records.iter().filter(|record| record["error"].is_string()).count(), 1);
}

#[test]
fn duckdb_answers_what_support_asks() {
    let Some(python) = python("duckdb") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("records")).expect("a folder");
    let judged = Command::new(env!("CARGO_BIN_EXE_diag"))
        .args(["--each", "--format", "ndjson", "--records", "short", "--output"])
        .arg(folder.path().join("records/part-0"))
        .args(folders(folder.path()))
        .output()
        .expect("diag runs");
    assert_eq!(judged.status.code(), Some(1), "{}", String::from_utf8_lossy(&judged.stderr));
    let script = "import duckdb, sys\nfor question in open(sys.argv[1]).read().split(';'):\n    if question.strip():\n        print(duckdb.sql(question).fetchall())";
    let output = Command::new(python)
        .args(["-c", script])
        .arg(Path::new(DOCS).join("questions.sql"))
        .current_dir(folder.path())
        .output()
        .expect("the questions are asked");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<&str> = answers.lines().collect();
    assert_eq!(lines[0], "[('endpoints/acs-not-registered', 2)]");
    assert!(lines[1].contains("three/cut.har") && lines[1].contains("Truncated"), "{answers}");
    assert_eq!(lines[2], "[('broken', 2), ('healthy', 1), ('undetermined', 1)]");
}
