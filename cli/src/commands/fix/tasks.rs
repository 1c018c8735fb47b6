//! What people enter by hand: everything a root cause asks for that no copy answers, and the values
//! that further findings have.

use super::plan::is_upload;
use diag_core::report::ReportedFinding;
use diag_render::Judged;
use diag_render::fixes::{Step, Task};
use diag_sdk::{Cause, Severity};
use std::collections::BTreeSet;

/// The tasks, root causes first. `answered` are ids of findings that a copy does away with; `fresh` is the file with the
/// identity provider's present metadata, where one is at hand.
pub(super) fn by_hand(
    judged: &Judged,
    answered: &BTreeSet<String>,
    fresh: Option<&str>,
) -> Vec<Task> {
    let left = |finding: &&ReportedFinding| !answered.contains(&finding.id);
    let fresh = |cause: &Cause| fresh.filter(|_| is_upload(cause)).map(str::to_owned);
    let mut asked: BTreeSet<[Option<String>; 3]> = BTreeSet::new();
    let mut tasks = Vec::new();
    let mut add = |finding: &ReportedFinding, causes: Vec<&Cause>| {
        // The same is done once on the same screen, however many findings ask for it.
        let key = |cause: &Cause| {
            [
                Some(cause.screen.clone()),
                cause.value.clone(),
                Some(cause.fix.clone()).filter(|_| cause.value.is_none()),
            ]
        };
        let new = causes.iter().any(|cause| !asked.contains(&key(cause)));
        if causes.is_empty() || !new {
            return;
        }
        asked.extend(causes.iter().map(|cause| key(cause)));
        tasks.push(Task {
            check: finding.check.clone(),
            severity: finding.severity,
            message: finding.message.clone(),
            causes: causes
                .into_iter()
                .map(|cause| Step { cause: cause.clone(), copy: fresh(cause), bodies: Vec::new() })
                .collect(),
        });
    };
    for finding in judged.root_causes().into_iter().filter(left) {
        add(finding, finding.causes.iter().collect());
    }
    for severity in [Severity::Error, Severity::Warning] {
        for finding in judged.others(severity).into_iter().filter(left) {
            add(finding, finding.causes.iter().filter(|cause| cause.value.is_some()).collect());
        }
    }
    tasks
}
