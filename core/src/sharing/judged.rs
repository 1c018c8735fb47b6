//! Whether a copy is judged as its original: the same verdict, causes, findings, attempts and outcomes of checks.

use crate::report::Report;
use std::collections::BTreeMap;

/// In what a copy is judged otherwise than its original, in words for people; nothing where it is judged alike.
pub fn differences(original: &Report, copy: &Report) -> Vec<String> {
    let mut differences = Vec::new();
    if original.verdict != copy.verdict {
        differences.push(
            format!("the verdict is {:?}, of the copy {:?}", original.verdict, copy.verdict)
                .to_lowercase(),
        );
    }
    let roots = |report: &Report| -> Vec<String> {
        report.root_causes.iter().filter_map(|id| Some(report.finding(id)?.check.clone())).collect()
    };
    let (was, is) = (roots(original), roots(copy));
    if was != is {
        differences.push(format!("root causes are {}, of the copy {}", listed(&was), listed(&is)));
    }
    let findings = |report: &Report| -> Vec<String> {
        let mut all: Vec<String> = report
            .findings
            .iter()
            .map(|finding| {
                let difference = finding
                    .difference
                    .map(|difference| format!(", {difference:?}"))
                    .unwrap_or_default();
                let certain = if finding.certain { "" } else { ", likely" };
                format!("{} ({:?}{certain}{difference})", finding.check, finding.severity)
                    .to_lowercase()
            })
            .collect();
        all.sort();
        all
    };
    let (was, is) = (findings(original), findings(copy));
    differences.extend(
        only_in(&was, &is).map(|finding| format!("{finding} is found in the original alone")),
    );
    differences
        .extend(only_in(&is, &was).map(|finding| format!("{finding} is found in the copy alone")));
    let attempts = |report: &Report| -> Vec<String> {
        report
            .attempts
            .iter()
            .map(|attempt| format!("{:?}, {} steps", attempt.outcome, attempt.steps.len()))
            .collect()
    };
    if attempts(original) != attempts(copy) {
        differences.push("attempts to sign in end otherwise".to_owned());
    }
    let outcomes = |report: &Report| -> BTreeMap<String, String> {
        report
            .checks
            .iter()
            .map(|check| (check.id.clone(), format!("{:?}", check.outcome).to_lowercase()))
            .collect()
    };
    let (was, is) = (outcomes(original), outcomes(copy));
    if differences.is_empty() {
        differences.extend(was.iter().filter_map(|(id, was)| {
            is.get(id)
                .filter(|is| *is != was)
                .map(|is| format!("{id} ends {was}, of the copy {is}"))
        }));
    }
    differences
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// What one list holds more often than the other.
fn only_in<'a>(one: &'a [String], other: &'a [String]) -> impl Iterator<Item = &'a String> {
    let count = |list: &[String], name: &String| list.iter().filter(|known| *known == name).count();
    let mut seen: Vec<&String> = Vec::new();
    one.iter().filter(move |name| {
        let first = !seen.contains(name);
        seen.push(name);
        first && count(one, name) > count(other, name)
    })
}
