//! `diag fix` over recorded cases: every body is JSON, and merged into its export cures what it was made for. Skips where
//! the cases are not there.

use crate::support::{beside, diag, diag_in, json};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Checks that still find the fault in the service provider's metadata and in what is registered of it: both follow from
/// what was changed, and are not made by it.
const UNTIL_DOWNLOADED: &[&str] = &["endpoints/acs-insecure"];

/// The arguments by which a case is given, its copies named.
fn arguments(folder: &Path) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.is_file()) {
        let shown = path.display().to_string();
        match path.file_name().and_then(|name| name.to_str()).unwrap_or_default() {
            "truth.json" | "README.md" => {}
            "idp-metadata-in-sp.xml" => arguments.extend(["--sp-has".to_owned(), shown]),
            "sp-metadata-in-idp.xml" => arguments.extend(["--idp-has".to_owned(), shown]),
            name if name.ends_with(".key.pem") => arguments.extend(["--key".to_owned(), shown]),
            _ => arguments.push(shown),
        }
    }
    arguments
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            from.iter().for_each(|(name, value)| {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            });
        }
        (into, from) => *into = from.clone(),
    }
}

/// The export whose fields a body changes, with the body merged in.
fn merged(case: &Path, body: &Value) -> Option<(String, Value)> {
    let file = match body["of"].as_str()? {
        "virtualproxyconfig" => "virtualproxy.json".to_owned(),
        of => format!("{of}.json"),
    };
    let mut export: Value = serde_json::from_slice(&fs::read(case.join(&file)).ok()?).ok()?;
    let object = if export.is_array() { export.get_mut(0)? } else { &mut export };
    merge(object, &body["body"]);
    Some((file, export))
}

#[test]
fn every_body_cures_what_it_was_made_for() {
    let Some(captures) = beside("cases/captures") else { return };
    let out = tempfile::tempdir().expect("a folder");
    let mut cases: Vec<PathBuf> = fs::read_dir(captures)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    cases.sort();
    let (mut bodies, mut changed, mut cured) = (0, 0, 0);
    let mut complaints = Vec::new();
    for case in cases.iter().filter(|case| case.is_dir()) {
        let given = arguments(case);
        let target = out.path().join(case.file_name().expect("a name"));
        let shown = target.display().to_string();
        let mut line = vec!["fix", "--format", "json", "-o", &shown];
        line.extend(given.iter().map(String::as_str));
        let record = json(&diag(&line));
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        for body in record["bodies"].as_array().expect("bodies") {
            bodies += 1;
            let written: Value = serde_json::from_slice(
                &fs::read(body["path"].as_str().expect("a path")).expect("written"),
            )
            .expect("JSON");
            assert_eq!(written, body["body"], "{name}");
            let Some((file, export)) = merged(case, body) else {
                complaints.push(format!("{name}: {} has no export", body["path"]));
                continue;
            };
            // The configuration alone, as it will be.
            let folder = tempfile::tempdir().expect("a folder");
            for path in given.iter().filter(|path| Path::new(path).is_file()) {
                let own =
                    Path::new(path).file_name().expect("a name").to_string_lossy().into_owned();
                // Copies are what exports hold.
                if !own.starts_with("capture.") && !own.contains("-in-") {
                    fs::copy(path, folder.path().join(own)).expect("a copy");
                }
            }
            fs::write(folder.path().join(&file), export.to_string()).expect("a file");
            let at = record_time(case);
            let after =
                json(&diag_in(folder.path(), &["check", ".", "--format", "json", "--at", &at]));
            let found: Vec<&str> = after["findings"]
                .as_array()
                .expect("findings")
                .iter()
                .filter_map(|finding| finding["check"].as_str())
                .collect();
            for check in
                body["answers"].as_array().expect("checks").iter().filter_map(Value::as_str)
            {
                if found.contains(&check) && !UNTIL_DOWNLOADED.contains(&check) {
                    complaints.push(format!("{name}: {check} is found again"));
                }
            }
        }
        if let Some(again) = record["judged_again"].as_object() {
            changed += 1;
            let root = record["by_hand"][0]["check"].as_str();
            let gone = |list: &str| {
                again[list]
                    .as_array()
                    .is_some_and(|lines| lines.iter().any(|line| line["check"].as_str() == root))
            };
            cured += usize::from(root.is_none() || gone("cured") || gone("awaiting"));
        }
    }
    println!(
        "{bodies} bodies; {cured} of {changed} changed cases no longer have their first cause in the configuration"
    );
    assert!(bodies >= 10, "{bodies}");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// When the case was recorded.
fn record_time(case: &Path) -> String {
    let line = arguments(case);
    let mut check = vec!["check", "--format", "json"];
    check.extend(line.iter().map(String::as_str));
    json(&diag(&check))["judged_at"].as_str().unwrap_or("2026-11-24T04:00:00Z").to_owned()
}
