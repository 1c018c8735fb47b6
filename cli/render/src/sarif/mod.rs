//! SARIF 2.1.0, for code scanning and editors. One run per case; files and lines where they are
//! known, element paths as logical locations.

mod fingerprint;
mod fixes;

use super::Judged;
use diag_core::report::{CheckOutcome, Extension, ReportedFinding};
use diag_sdk::manifest::CheckInfo;
use diag_sdk::{Class, Place, Severity, Specification};
use fingerprint::Fingerprints;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// All cases as one log.
pub(crate) fn render(judged: &[Judged], checks: &[CheckInfo]) -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": judged.iter().map(|one| run(one, checks)).collect::<Vec<_>>(),
    })
}

fn run(judged: &Judged, checks: &[CheckInfo]) -> Value {
    let report = &judged.report;
    let rules: Vec<&str> = report.checks.iter().map(|check| check.id.as_str()).collect();
    let crashed: Vec<Value> = report
        .checks
        .iter()
        .filter(|check| check.outcome == CheckOutcome::Crashed)
        .map(|check| json!({"level": "error", "message": {"text": check.error}, "associatedRule": {"id": check.id}}))
        .collect();
    let absent = report.extensions.iter().filter_map(|one| one.error.as_ref());
    let absent = absent.map(|error| json!({"level": "error", "message": {"text": error}}));
    let crashed: Vec<Value> = absent.chain(crashed).collect();
    let extensions: Vec<Value> =
        report.extensions.iter().filter(|one| one.error.is_none()).map(extension).collect();
    json!({
        "tool": {
            "driver": {"name": report.tool.name, "version": report.tool.version, "rules": rules.iter().map(|id| rule(id, checks, &report.extensions)).collect::<Vec<_>>()},
            "extensions": extensions,
        },
        "columnKind": "unicodeCodePoints",
        "artifacts": report.inputs.iter().map(|input| json!({"location": {"uri": uri(&input.path)}})).collect::<Vec<_>>(),
        "invocations": [{"executionSuccessful": crashed.is_empty(), "toolExecutionNotifications": crashed}],
        "results": results(judged, &rules),
        "properties": {"verdict": report.verdict, "judgedAt": report.judged_at, "rootCauses": report.root_causes},
    })
}

/// A plugin that took part.
fn extension(one: &Extension) -> Value {
    json!({"name": one.name, "version": one.version, "properties": {"sha256": one.sha256}})
}

/// Findings, then those that are kept back, each with why.
fn results(judged: &Judged, rules: &[&str]) -> Vec<Value> {
    let report = &judged.report;
    let mut prints = Fingerprints::default();
    let mut results: Vec<Value> =
        report.findings.iter().map(|finding| result(judged, rules, finding, &mut prints)).collect();
    results.extend(report.suppressed.iter().enumerate().map(|(index, one)| {
        let finding = ReportedFinding {
            id: format!("s{}", index + 1),
            finding: one.finding.clone(),
            class: Class::Breakage,
            explains: Vec::new(),
            explained_by: None,
            because: None,
        };
        let mut value = result(judged, rules, &finding, &mut prints);
        value["suppressions"] =
            json!([{"kind": "external", "status": "accepted", "justification": one.reason}]);
        value
    }));
    results
}

fn rule(id: &str, checks: &[CheckInfo], extensions: &[Extension]) -> Value {
    let Some(check) = checks.iter().find(|check| check.id == id) else { return json!({"id": id}) };
    let first =
        check.docs.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(&check.title);
    let mut rule = json!({
        "id": id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": first},
        "defaultConfiguration": {"level": level(check.level())},
    });
    // Whose rule it is, where it is not ours: the plugin, with its version and the hash of the file.
    let family = id.split('/').next();
    if let (Some(one), Some(rule)) =
        (extensions.iter().find(|one| one.name.as_deref() == family), rule.as_object_mut())
    {
        let source = json!({"name": one.name, "version": one.version, "path": one.path, "sha256": one.sha256});
        rule.insert("properties".to_owned(), json!({"source": source}));
    }
    // A page rather than a specification, which says what holds and not what to do.
    let page = check.references.iter().find(|reference| reference.starts_with("https://"));
    let page = page.map(|page| page.split_whitespace().next().unwrap_or(page).to_owned());
    let published = || {
        let (of, section) = check.references.iter().find_map(|one| Specification::named_in(one))?;
        Some(of.address(section))
    };
    if let (Some(page), Some(rule)) = (page.or_else(published), rule.as_object_mut()) {
        rule.insert("helpUri".to_owned(), json!(page));
    }
    rule
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "note",
    }
}

fn result(
    judged: &Judged,
    rules: &[&str],
    finding: &ReportedFinding,
    prints: &mut Fingerprints,
) -> Value {
    let locations: Vec<Value> =
        finding.places.iter().filter_map(|place| location(judged, place)).collect();
    let mut result = json!({
        "ruleId": finding.check,
        "level": level(finding.severity),
        "message": {"text": message(finding)},
        "locations": locations.first().map(|first| vec![first.clone()]).unwrap_or_default(),
        "partialFingerprints": {"diagFinding/v1": prints.next(finding)},
        "properties": {
            "id": finding.id,
            "certain": finding.certain,
            "class": finding.class,
            "rootCause": judged.report.root_causes.contains(&finding.id),
            "explainedBy": finding.explained_by,
            "explains": finding.explains,
            "expected": finding.expected,
            "actual": finding.actual,
            "difference": finding.difference,
            "causes": finding.causes,
        },
    });
    if let Some(result) = result.as_object_mut() {
        if let Some(index) = rules.iter().position(|id| *id == finding.check) {
            result.insert("ruleIndex".to_owned(), json!(index));
        }
        if let Some(fix) = fixes::of(judged, finding, &uri) {
            result.insert("fixes".to_owned(), json!([fix]));
        }
        if locations.len() > 1 {
            result.insert("relatedLocations".to_owned(), json!(locations[1..]));
        }
    }
    result
}

/// Everything a person needs, for viewers that show nothing but the message.
fn message(finding: &ReportedFinding) -> String {
    let mut text = finding.message.clone();
    if let Some(detail) = &finding.detail {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{detail}");
    }
    for (label, value, origin) in [
        ("Expected", &finding.expected, &finding.expected_origin),
        ("Actual", &finding.actual, &finding.actual_origin),
    ] {
        if let Some(value) = value {
            let origin = origin.as_deref().map(|origin| format!(" ({origin})")).unwrap_or_default();
            let _ = write!(text, "\n{label}: {value}{origin}");
        }
    }
    for cause in &finding.causes {
        let value = cause.value.as_deref().map(|value| format!(": {value}")).unwrap_or_default();
        let screen =
            crate::wording::screen(cause).map(|screen| format!(" [{screen}]")).unwrap_or_default();
        let _ = write!(
            text,
            "\nFix ({}): {}{screen}{value}",
            crate::wording::person(cause.who),
            cause.fix
        );
    }
    text
}

fn location(judged: &Judged, place: &Place) -> Option<Value> {
    let input = judged.report.inputs.iter().position(|input| input.id == place.input)?;
    let path = &judged.report.inputs.get(input)?.path;
    let mut physical = Map::new();
    physical.insert("artifactLocation".to_owned(), json!({"uri": uri(path), "index": input}));
    // Lines of a message mean nothing in the file it was decoded from.
    let (line, column) = match (place.file_line, place.message.is_some()) {
        (Some(line), _) => (Some(line), place.file_column),
        (None, true) => (None, None),
        (None, false) => (place.line, place.column),
    };
    if let Some(line) = line.filter(|line| *line > 0) {
        let mut region = Map::new();
        region.insert("startLine".to_owned(), json!(line));
        if let Some(column) = column.filter(|column| *column > 0) {
            region.insert("startColumn".to_owned(), json!(column));
            // What is meant is as long in the file only where the file itself was read, not what was decoded from it.
            let plain = place.message.is_none() && place.file_line.is_none();
            if let Some(length) = place.length.filter(|_| plain) {
                region.insert("endColumn".to_owned(), json!(column + length.max(1)));
            }
        }
        physical.insert("region".to_owned(), Value::Object(region));
    }
    let mut location = json!({"physicalLocation": physical});
    let name = place.path.as_ref().or(place.pointer.as_ref());
    if let (Some(name), Some(location)) = (name, location.as_object_mut()) {
        location.insert("logicalLocations".to_owned(), json!([{"fullyQualifiedName": name}]));
    }
    Some(location)
}

/// A path as a URI reference: percent-encoded, slashes only, absolute ones as `file:`.
fn uri(path: &str) -> String {
    let slashed = path.replace('\\', "/");
    let mut out = String::new();
    let drive = slashed.as_bytes().get(1) == Some(&b':');
    if drive {
        out.push_str("file:///");
    } else if slashed.starts_with('/') {
        out.push_str("file://");
    }
    for byte in slashed.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            b':' if drive => out.push(':'),
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_crashed_is_no_success() {
        let log = render(&[crate::sample::broken()], &[]);
        let invocation = &log["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(
            invocation["toolExecutionNotifications"][0]["associatedRule"]["id"],
            "signing/wrapped"
        );
        let log = render(&[crate::sample::healthy()], &[]);
        assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
    }

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a b/login.har"), "a%20b/login.har");
        assert_eq!(uri("/tmp/ä.har"), "file:///tmp/%C3%A4.har");
        assert_eq!(uri("C:\\x\\login.har"), "file:///C:/x/login.har");
    }
}
