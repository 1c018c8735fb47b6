//! The case judged once more, with copies and changes in place: what is cured, and what remains.

use super::changes::Changes;
use crate::checkers::Checkers;
use crate::commands::examining::{Manner, Supposed, examine_supposed, judge};
use crate::files::File;
use crate::progress::Meter;
use diag_core::report::{Report, ReportedFinding};
use diag_render::Judged;
use diag_render::fixes::{Again, Line};
use diag_sdk::Severity;
use diag_sdk::case::input::HeldBy;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What stands in place of what was read.
pub(super) struct Replaced {
    /// Documents of their own, by number.
    pub(super) documents: BTreeMap<usize, Vec<u8>>,
    /// A document that the service provider has from now on, where nothing tells which it has now.
    pub(super) loaded: Option<(String, Vec<u8>)>,
}

/// Judges the case as it would be. `answered` are the ids of findings that a change answers.
pub(super) fn judged_again(
    before: &Judged,
    files: &[File],
    (manner, checkers): (&Manner, &Checkers),
    replaced: Replaced,
    changes: &Changes<'_>,
    answered: &BTreeSet<String>,
) -> Option<Again> {
    let mut amended = replaced.documents;
    amended.extend(
        changes.supposed.texts().iter().map(|(number, text)| (*number, text.clone().into_bytes())),
    );
    if amended.is_empty() && replaced.loaded.is_none() {
        return None;
    }
    let mut files = files.to_vec();
    files.extend(replaced.loaded.map(|(shown, bytes)| File {
        path: None::<PathBuf>,
        size: bytes.len() as u64,
        typed: Some(bytes.into()),
        shown,
        named: true,
        held_by: HeldBy::Sp,
    }));
    // The moment stays that of the first judgement, whatever is left out.
    let manner = Manner { at: before.report.judged_at, ..manner.clone() };
    let again = |without_captures: bool| {
        let supposed = Supposed { amended: amended.clone(), without_captures };
        judge(examine_supposed(&files, &manner, &Meter::new(0), supposed), &manner, checkers)
    };
    let after = again(false);
    let left: BTreeSet<(&str, &str)> = weighty(&after.report).map(key).collect();
    let cured = lines(weighty(&before.report).filter(|finding| !left.contains(&key(finding))));
    let was_answered = |finding: &ReportedFinding| {
        let same = before.report.findings.iter().find(|known| key(known) == key(finding));
        same.is_some_and(|known| {
            answered.contains(&known.id) || answered.contains(before.origin(known))
        })
    };
    let recorded = !before.case.exchanges.is_empty()
        || !before.case.messages.is_empty()
        || !before.case.witnesses.is_empty();
    let alone = (recorded && weighty(&after.report).any(was_answered)).then(|| again(true));
    let shown_alone: Option<BTreeSet<(&str, &str)>> =
        alone.as_ref().map(|alone| weighty(&alone.report).map(key).collect());
    let waits = |finding: &&ReportedFinding| {
        was_answered(finding)
            && shown_alone.as_ref().is_some_and(|shown| !shown.contains(&key(finding)))
    };
    Some(Again {
        verdict: after.report.verdict,
        supposed: changes.decided.clone(),
        cured,
        awaiting: lines(weighty(&after.report).filter(waits)),
        remaining: lines(weighty(&after.report).filter(|finding| !waits(finding))),
    })
}

fn key(finding: &ReportedFinding) -> (&str, &str) {
    (&finding.check, &finding.message)
}

fn weighty(report: &Report) -> impl Iterator<Item = &ReportedFinding> {
    report.findings.iter().filter(|finding| finding.severity >= Severity::Warning)
}

/// Each finding once, in a line.
fn lines<'r>(findings: impl Iterator<Item = &'r ReportedFinding>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for finding in findings {
        let line = Line {
            check: finding.check.clone(),
            severity: finding.severity,
            message: finding.message.clone(),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}
