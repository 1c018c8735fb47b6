//! `diag ask`: the message that asks for what is missing.

use crate::support::{diag, diag_in, err, json, out};
use serde_json::Value;
use std::fs;

const FAILING: &str = "../examples/reply-url-without-slash";

fn asked(written: &Value) -> Vec<String> {
    written["files"]
        .as_array()
        .expect("files")
        .iter()
        .filter_map(|file| file["file"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn a_capture_comes_first_and_what_was_given_is_not_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["application.json", "servicePrincipal.json"] {
        fs::copy(format!("{FAILING}/{name}"), folder.path().join(name)).expect("a copy");
    }
    let written = json(&diag_in(folder.path(), &["ask", ".", "--format", "json"]));
    assert_eq!(written["schema"], "diag-ask/1");
    let files = asked(&written);
    assert_eq!(files.first().map(String::as_str), Some("login.har"), "{written}");
    assert!(
        !files.iter().any(|file| file == "application.json" || file == "servicePrincipal.json"),
        "{written}"
    );
    let steps = written["files"][0]["steps"].as_array().expect("steps");
    assert!(
        steps.len() >= 4 && written["files"][0]["why"].as_str().is_some_and(|why| !why.is_empty()),
        "{written}"
    );
}

#[test]
fn steps_are_those_of_the_products_at_hand() {
    let text = out(&diag(&["ask", &format!("{FAILING}/capture.har")]));
    assert!(
        text.contains("graph.microsoft.com/v1.0/applications") && text.contains("application.json"),
        "{text}"
    );
    assert!(text.contains("The cause is known") && text.contains("diag redact"), "{text}");
    let marked = out(&diag(&["ask", &format!("{FAILING}/capture.har"), "--format", "markdown"]));
    assert!(
        marked.starts_with("## ")
            && marked.contains("1. **")
            && marked.contains("### Before you send anything"),
        "{marked}"
    );
}

#[test]
fn where_nothing_is_missing_nothing_is_asked() {
    let written = json(&diag(&["ask", FAILING, "--format", "json"]));
    let given: Vec<String> = fs::read_dir(FAILING)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert!(asked(&written).iter().all(|file| !given.contains(file)), "{written}");
    let missing = diag(&["ask", "no-such-file.har"]);
    assert_eq!(
        (missing.status.code(), err(&missing).starts_with("error: ")),
        (Some(2), true),
        "{}",
        err(&missing)
    );
}

/// The schema of what is written says of every field whether it is there, and no field is written that it does not know.
#[test]
fn the_schema_is_that_of_the_message() {
    for (words, document) in
        [(&["ask"][..], "ask"), (&["compare", "../examples/healthy"], "compare")]
    {
        let schema = json(&diag(&["schema", document]));
        let arguments: Vec<&str> =
            words.iter().copied().chain([FAILING, "--format", "json"]).collect();
        let written = json(&diag(&arguments));
        let fields: Vec<&String> = written.as_object().expect("an object").keys().collect();
        let required = schema["required"].as_array().expect("required fields");
        for field in &fields {
            assert!(
                schema["properties"][field.as_str()].is_object(),
                "{document}: {field} is not in {schema}"
            );
        }
        for field in required {
            assert!(
                fields.iter().any(|known| Some(known.as_str()) == field.as_str()),
                "{document}: {field} is not in {written}"
            );
        }
    }
}
