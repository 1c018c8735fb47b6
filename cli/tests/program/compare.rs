//! `diag compare`: a working and a failing case, by what differs in meaning.

use crate::support::{beside, diag, err, out};
use serde_json::Value;

const GOOD: &str = "../examples/healthy";
const BAD: &str = "../examples/reply-url-without-slash";

#[test]
fn what_makes_the_difference_comes_first() {
    let output = diag(&["compare", GOOD, BAD]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let text = out(&output);
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words}: {text}"));
    assert!(place("root cause:") < place("DIFFERENCES") && place("HEALTHY") < place("BROKEN"));
    assert!(place("named by the root cause") < place("\nSign-in\n"));
    assert!(
        text.contains("reply urls") && text.contains("only the trailing slash differs")
            || text.contains("trailing slash"),
        "{text}"
    );
    for noise in ["issue instant", "in response to", "xml id"] {
        assert!(!text.contains(noise), "{noise}: {text}");
    }
}

#[test]
fn programs_get_the_same() {
    let written: Value =
        serde_json::from_str(&out(&diag(&["compare", GOOD, BAD, "--format", "json"])))
            .expect("JSON");
    assert_eq!(
        (written["schema"].as_str(), written["failing"]["verdict"].as_str()),
        (Some("diag-compare/1"), Some("broken"))
    );
    assert_eq!(written["differences"][0]["named_as_cause"], true, "{written}");
    assert!(written["same"].as_u64().is_some_and(|same| same > 20), "{written}");
}

#[test]
fn a_case_is_no_different_from_itself_and_the_order_is_minded() {
    let same = diag(&["compare", GOOD, GOOD]);
    assert!(
        out(&same).contains("No fact differs") && err(&same).contains("both cases work"),
        "{}",
        out(&same)
    );
    assert!(err(&diag(&["compare", BAD, GOOD])).contains("give the working one first"));
    let missing = diag(&["compare", GOOD, "no-such-folder/"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(err(&missing).starts_with("error: "), "{}", err(&missing));
}

#[test]
fn nobody_is_named() {
    let text: String = ["text", "json", "markdown", "html"]
        .map(|format| out(&diag(&["compare", GOOD, BAD, "--format", format])))
        .concat();
    assert!(!text.contains("ann@") && !text.contains("anna"), "{text}");
}

#[test]
fn tickets_and_browsers_get_the_same() {
    let marked = out(&diag(&["compare", GOOD, BAD, "--format", "markdown"]));
    let place = |words: &str| marked.find(words).unwrap_or_else(|| panic!("no {words}: {marked}"));
    assert!(
        place("**root cause:**") < place("## Differences")
            && place("named by the root cause") < place("### Sign-in")
    );
    let page = out(&diag(&["compare", GOOD, BAD, "--format", "html"]));
    assert!(
        page.starts_with("<!DOCTYPE html>")
            && page.contains("Content-Security-Policy")
            && !page.contains("<script"),
        "{page}"
    );
    assert!(
        page.contains("named by the root cause")
            && page.contains("only the trailing slash differs"),
        "{page}"
    );
}

/// Of two captures of one set-up, one of them broken, what was broken is told first: over all pairs there are.
#[test]
fn the_fault_of_a_set_up_is_among_the_first_three() {
    let Some(captures) = beside("cases/captures") else { return };
    let mut cases: Vec<(String, Value)> = std::fs::read_dir(&captures)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| {
            Some((
                path.display().to_string(),
                serde_json::from_slice(&std::fs::read(path.join("truth.json")).ok()?).ok()?,
            ))
        })
        .collect();
    cases.sort_by(|left, right| left.0.cmp(&right.0));
    let setup = |truth: &Value| {
        let name = |side: &str| {
            truth[side]
                .as_str()
                .unwrap_or_default()
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        (name("idp"), name("sp"))
    };
    let (mut pairs, mut missed) = (0, Vec::new());
    for (path, truth) in cases.iter().filter(|(_, truth)| truth["healthy"] == false) {
        let Some((good, _)) = cases
            .iter()
            .find(|(_, other)| other["healthy"] == true && setup(other) == setup(truth))
        else {
            continue;
        };
        pairs += 1;
        let output = diag(&["compare", good, path, "--format", "json"]);
        let written: Value = serde_json::from_str(&out(&output))
            .unwrap_or_else(|error| panic!("{path}: {error} {}", err(&output)));
        let first: Vec<&Value> = written["only_in_failing"]
            .as_array()
            .expect("findings")
            .iter()
            .take(3)
            .map(|one| &one["check"])
            .collect();
        let expected = truth["expect"].as_array().expect("checks");
        if !expected.iter().any(|check| first.contains(&check)) {
            missed.push(format!("{path}: {first:?}, expected {expected:?}"));
        }
    }
    println!(
        "{} of {pairs} pairs name the fault of the set-up among the first three",
        pairs - missed.len()
    );
    assert!(pairs > 30 && missed.is_empty(), "{}", missed.join("\n"));
}
