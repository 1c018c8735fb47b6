//! Whether a copy is judged as its original.

use crate::failure::Failure;
use diag_core::examine::Examination;
use diag_core::report::Report;
use diag_render::Judged;
use std::collections::BTreeMap;

/// Differences that are named; the rest is counted.
const NAMED: usize = 4;

/// The hashes of the copy's messages by the ids of the original's: messages are numbered as they are first seen.
pub(super) fn paired(original: &Examination, copy: &Examination) -> Result<BTreeMap<String, String>, Failure> {
    let (was, is) = (original.case.messages.len(), copy.case.messages.len());
    if was != is {
        return Err(refused(&[format!("the original holds {was} messages, the copy {is}")]));
    }
    Ok(copy.hashes.clone())
}

/// Refuses a copy that would be judged otherwise.
pub(super) fn judged(original: &Judged, copy: &Judged) -> Result<(), Failure> {
    let differences = differences(&original.report, &copy.report);
    if differences.is_empty() { Ok(()) } else { Err(refused(&differences)) }
}

fn refused(differences: &[String]) -> Failure {
    let named = differences.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    let more = differences.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more differences") } else { String::new() };
    Failure::new(format!("the copy would be judged differently, so none was written: {named}{more}"))
}

fn differences(original: &Report, copy: &Report) -> Vec<String> {
    let mut differences = Vec::new();
    if original.verdict != copy.verdict {
        differences.push(format!("the verdict is {:?}, of the copy {:?}", original.verdict, copy.verdict).to_lowercase());
    }
    let roots =
        |report: &Report| -> Vec<String> { report.root_causes.iter().filter_map(|id| Some(report.finding(id)?.check.clone())).collect() };
    let (was, is) = (roots(original), roots(copy));
    if was != is {
        differences.push(format!("root causes are {}, of the copy {}", listed(&was), listed(&is)));
    }
    let findings = |report: &Report| -> Vec<String> {
        let mut all: Vec<String> = report
            .findings
            .iter()
            .map(|finding| {
                let difference = finding.difference.map(|difference| format!(", {difference:?}")).unwrap_or_default();
                let certain = if finding.certain { "" } else { ", likely" };
                format!("{} ({:?}{certain}{difference})", finding.check, finding.severity).to_lowercase()
            })
            .collect();
        all.sort();
        all
    };
    let (was, is) = (findings(original), findings(copy));
    differences.extend(only_in(&was, &is).map(|finding| format!("{finding} is found in the original alone")));
    differences.extend(only_in(&is, &was).map(|finding| format!("{finding} is found in the copy alone")));
    let attempts = |report: &Report| -> Vec<String> {
        report.attempts.iter().map(|attempt| format!("{:?}, {} steps", attempt.outcome, attempt.steps.len())).collect()
    };
    if attempts(original) != attempts(copy) {
        differences.push("attempts to sign in end otherwise".to_owned());
    }
    let outcomes = |report: &Report| -> BTreeMap<String, String> {
        report.checks.iter().map(|check| (check.id.clone(), format!("{:?}", check.outcome).to_lowercase())).collect()
    };
    let (was, is) = (outcomes(original), outcomes(copy));
    if differences.is_empty() {
        differences.extend(
            was.iter().filter_map(|(id, was)| is.get(id).filter(|is| *is != was).map(|is| format!("{id} ends {was}, of the copy {is}"))),
        );
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
