//! `diag open`: a copy of the page with the case in it.

use crate::support::diag_in;
use std::fs;
use std::path::Path;
use std::process::Output;

const PAGE: &str = "<!DOCTYPE html><title>diag</title><script type=\"application/json\" id=\"diag-case\"></script><p>rest</p>";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("diag.html"), PAGE).expect("a page");
    fs::create_dir(folder.path().join("case")).expect("a folder");
    fs::write(folder.path().join("case/login.har"), "{\"log\":{}}").expect("a file");
    fs::write(folder.path().join("case/sp.xml"), "<x/>").expect("a file");
    folder
}

fn open(folder: &Path, arguments: &[&str]) -> Output {
    diag_in(folder, &[&["open", "--no-open"], arguments].concat())
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

#[test]
fn the_copy_carries_the_files() {
    let folder = folder();
    let output = open(folder.path(), &["case", "--page", "diag.html"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(
        err(&output).contains("diag-case.html holds the files as they were given"),
        "{}",
        err(&output)
    );
    let written = fs::read_to_string(folder.path().join("diag-case.html")).expect("the copy");
    assert!(written.ends_with("</script><p>rest</p>"));
    let json = written
        .split_once("id=\"diag-case\">")
        .expect("the element")
        .1
        .split_once("</script>")
        .expect("its end")
        .0;
    let case: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let names: Vec<_> = case["files"]
        .as_array()
        .expect("files")
        .iter()
        .map(|file| file["path"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, ["case/login.har", "case/sp.xml"]);
    assert_eq!(case["files"][0]["named"], false);
    assert_eq!(
        fs::read_to_string(folder.path().join("diag.html")).expect("the page"),
        PAGE,
        "the page itself stays as it is"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path().join("diag-case.html"))
            .expect("the copy")
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}: nobody else may read it");
    }
}

#[test]
fn nothing_is_overwritten_unasked() {
    let folder = folder();
    fs::write(folder.path().join("diag-case.html"), "mine").expect("a file");
    let output = open(folder.path(), &["case", "--page", "diag.html"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("diag-case.html: there is such a file already"),
        "{}",
        err(&output)
    );
    for own in ["diag.html", "case/login.har"] {
        let output = open(folder.path(), &["case", "--page", "diag.html", "--output", own]);
        assert_eq!(output.status.code(), Some(2), "{own}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("diag-case.html")).expect("a file"), "mine");
    assert_eq!(fs::read_to_string(folder.path().join("diag.html")).expect("the page"), PAGE);
}

#[test]
fn what_is_no_page_is_said() {
    let folder = folder();
    for (page, words) in
        [("case/sp.xml", "expected the page of diag"), ("none.html", "the page cannot be read")]
    {
        let output = open(folder.path(), &["case", "--page", page]);
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains(words), "{}", err(&output));
    }
    assert!(!folder.path().join("diag-case.html").exists());
}
