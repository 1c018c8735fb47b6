//! `diag compare`: a working and a failing case, by what differs in meaning.

mod support;

use serde_json::Value;
use std::path::Path;
use std::process::Output;
use support::diag_in;

const GOOD: &str = "../examples/healthy";
const BAD: &str = "../examples/reply-url-without-slash";

fn diag(arguments: &[&str]) -> Output {
    diag_in(Path::new("."), arguments)
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

#[test]
fn what_makes_the_difference_comes_first() {
    let output = diag(&["compare", GOOD, BAD]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let text = out(&output);
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words}: {text}"));
    assert!(place("root cause:") < place("DIFFERENCES") && place("HEALTHY") < place("BROKEN"));
    assert!(place("named by the root cause") < place("\nSign-in\n"));
    assert!(text.contains("reply urls") && text.contains("only the trailing slash differs") || text.contains("trailing slash"), "{text}");
    for noise in ["issue instant", "in response to", "xml id"] {
        assert!(!text.contains(noise), "{noise}: {text}");
    }
}

#[test]
fn programs_get_the_same() {
    let written: Value = serde_json::from_str(&out(&diag(&["compare", GOOD, BAD, "--format", "json"]))).expect("JSON");
    assert_eq!((written["schema"].as_str(), written["failing"]["verdict"].as_str()), (Some("diag-compare/1"), Some("broken")));
    assert_eq!(written["differences"][0]["named_as_cause"], true, "{written}");
    assert!(written["same"].as_u64().is_some_and(|same| same > 20), "{written}");
}

#[test]
fn a_case_is_no_different_from_itself_and_the_order_is_minded() {
    let same = diag(&["compare", GOOD, GOOD]);
    assert!(out(&same).contains("No fact differs") && err(&same).contains("both cases work"), "{}", out(&same));
    assert!(err(&diag(&["compare", BAD, GOOD])).contains("give the working one first"));
    let missing = diag(&["compare", GOOD, "no-such-folder/"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(err(&missing).starts_with("error: "), "{}", err(&missing));
}

#[test]
fn nobody_is_named() {
    let text = format!("{}{}", out(&diag(&["compare", GOOD, BAD])), out(&diag(&["compare", GOOD, BAD, "--format", "json"])));
    assert!(!text.contains("ann@") && !text.contains("anna"), "{text}");
}
