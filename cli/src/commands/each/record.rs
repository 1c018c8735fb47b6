//! A capture's record: the line that is written of it, whole or short.

use diag_core::report::{CheckOutcome, Report};
use diag_core::verdict::Verdict;
use diag_render::{json, wording};
use diag_sdk::Severity;
use diag_sdk::case::attempt::{AttemptKind, Outcome};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Schema of short records.
pub(crate) const SCHEMA: &str = "diag-record/1";

/// Bytes of a short record, with its line end.
const SHORT: usize = 4_000;
/// Characters of one text in it.
const TEXT: usize = 240;
/// Findings, attempts and root causes in it, at most.
const MOST: usize = 20;

/// The whole report with the capture it is about.
#[derive(Debug, Serialize)]
struct Whole<'r> {
    capture: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'r str>,
    root_checks: Vec<&'r str>,
    #[serde(flatten)]
    report: &'r Report,
}

/// What a report comes to, in few bytes.
#[derive(Debug, Serialize)]
struct Short<'r> {
    /// The capture.
    capture: &'r str,
    /// `diag-record/1`.
    schema: &'static str,
    /// Why it could not be judged, where that is so.
    error: Option<String>,
    /// The moment of judgement.
    judged_at: Option<Timestamp>,
    verdict: Verdict,
    worst: Option<Severity>,
    /// Ids of the checks that name root causes, most decisive first.
    root_checks: Vec<&'r str>,
    root_causes: Vec<Root<'r>>,
    attempts: Vec<Tried<'r>>,
    findings: Vec<Found<'r>>,
    /// Checks that crashed.
    crashed: Vec<&'r str>,
    /// Findings and attempts that did not fit.
    left_out: usize,
}

/// A root cause.
#[derive(Debug, Serialize)]
struct Root<'r> {
    check: &'r str,
    message: String,
    expected: Option<String>,
    actual: Option<String>,
    fix: Option<String>,
    value: Option<String>,
}

/// An attempt.
#[derive(Debug, Serialize)]
struct Tried<'r> {
    id: &'r str,
    kind: AttemptKind,
    started: Option<Timestamp>,
    outcome: Outcome,
}

/// A finding.
#[derive(Debug, Serialize)]
struct Found<'r> {
    check: &'r str,
    severity: Severity,
    certain: bool,
    message: String,
}

/// The line of a whole record.
pub(crate) fn whole(
    capture: &str,
    report: &Report,
    error: Option<&str>,
) -> serde_json::Result<String> {
    json::line(&Whole { capture, error, root_checks: root_checks(report), report })
}

/// The line of a short record: never longer than four kilobytes, unless the path itself is.
pub(crate) fn short(
    capture: &str,
    report: &Report,
    error: Option<&str>,
) -> serde_json::Result<String> {
    let roots = report.root_causes.iter().filter_map(|id| report.finding(id));
    let root = |finding: &'_ diag_core::report::ReportedFinding| {
        let cause = finding.causes.first();
        (
            cut(&finding.message),
            finding.expected.as_deref().map(cut),
            finding.actual.as_deref().map(cut),
            cause.map(|cause| (cut(&cause.fix), cause.value.as_deref().map(cut))),
        )
    };
    let mut record = Short {
        capture,
        schema: SCHEMA,
        error: error.map(cut),
        judged_at: report.judged_at,
        verdict: report.verdict,
        worst: report.worst(),
        root_checks: root_checks(report),
        root_causes: roots
            .take(MOST)
            .map(|finding| {
                let (message, expected, actual, cause) = root(finding);
                let (fix, value) = cause.map_or((None, None), |(fix, value)| (Some(fix), value));
                Root { check: &finding.check, message, expected, actual, fix, value }
            })
            .collect(),
        attempts: (report.attempts.iter().take(MOST))
            .map(|attempt| Tried {
                id: &attempt.id,
                kind: attempt.kind,
                started: attempt.started,
                outcome: attempt.outcome,
            })
            .collect(),
        findings: (report.findings.iter().take(MOST))
            .map(|finding| Found {
                check: &finding.check,
                severity: finding.severity,
                certain: finding.certain,
                message: cut(&finding.message),
            })
            .collect(),
        crashed: report
            .checks
            .iter()
            .filter(|check| check.outcome == CheckOutcome::Crashed)
            .take(MOST)
            .map(|check| check.id.as_str())
            .collect(),
        left_out: report.findings.len().saturating_sub(MOST)
            + report.attempts.len().saturating_sub(MOST),
    };
    record.root_checks.truncate(MOST);
    loop {
        let line = json::line(&record)?;
        if line.len() <= SHORT || !record.shorten() {
            return Ok(line);
        }
    }
}

impl Short<'_> {
    /// Leaves out what is needed least; whether anything was left to leave out.
    fn shorten(&mut self) -> bool {
        let dropped = if self.findings.len() > 1 {
            self.findings.pop().is_some()
        } else if self.attempts.len() > 1 {
            self.attempts.pop().is_some()
        } else if self.root_causes.len() > 1 {
            return self.root_causes.pop().is_some();
        } else {
            return self.crashed.pop().is_some() || self.root_causes.pop().is_some();
        };
        self.left_out += usize::from(dropped);
        dropped
    }
}

fn root_checks(report: &Report) -> Vec<&str> {
    let mut checks: Vec<&str> = Vec::new();
    for finding in report.root_causes.iter().filter_map(|id| report.finding(id)) {
        if !checks.contains(&finding.check.as_str()) {
            checks.push(&finding.check);
        }
    }
    checks
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

/// As much of a record of an earlier run as tells what it came to.
#[derive(Debug, Deserialize)]
pub(crate) struct Earlier {
    /// The capture.
    pub(crate) capture: String,
    verdict: String,
    error: Option<String>,
    worst: Option<Severity>,
    #[serde(default)]
    findings: Vec<EarlierFinding>,
    #[serde(default)]
    checks: Vec<EarlierCheck>,
    #[serde(default)]
    crashed: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct EarlierFinding {
    severity: Severity,
}

#[derive(Debug, Deserialize)]
struct EarlierCheck {
    outcome: String,
}

/// What all records together come to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// The most severe level of any finding.
    pub(crate) worst: Option<Severity>,
    /// A check crashed.
    pub(crate) crashed: bool,
    broken: usize,
    at_risk: usize,
    undetermined: usize,
    healthy: usize,
    unreadable: usize,
}

impl Tally {
    /// Counts a report.
    pub(crate) fn add(&mut self, report: &Report, unreadable: bool) {
        let word = match report.verdict {
            Verdict::Healthy => "healthy",
            Verdict::AtRisk => "at-risk",
            Verdict::Broken => "broken",
            Verdict::Undetermined => "undetermined",
        };
        let crashed = report.checks.iter().any(|check| check.outcome == CheckOutcome::Crashed);
        self.count(word, report.worst(), crashed, unreadable);
    }

    /// Counts a record of an earlier run.
    pub(crate) fn add_earlier(&mut self, record: &Earlier) {
        let worst = record.findings.iter().map(|finding| finding.severity).max().max(record.worst);
        let crashed = !record.crashed.is_empty()
            || record.checks.iter().any(|check| check.outcome == "crashed");
        self.count(&record.verdict, worst, crashed, record.error.is_some());
    }

    fn count(&mut self, verdict: &str, worst: Option<Severity>, crashed: bool, unreadable: bool) {
        self.worst = self.worst.max(worst);
        self.crashed |= crashed;
        let counter = match verdict {
            _ if unreadable => &mut self.unreadable,
            "broken" => &mut self.broken,
            "at-risk" => &mut self.at_risk,
            "healthy" => &mut self.healthy,
            _ => &mut self.undetermined,
        };
        *counter += 1;
    }

    /// How many captures there are.
    pub(crate) fn all(&self) -> usize {
        self.broken + self.at_risk + self.undetermined + self.healthy + self.unreadable
    }

    /// None of them could be judged.
    pub(crate) fn none_judged(&self) -> bool {
        self.undetermined + self.unreadable == self.all()
    }

    /// `3 captures: 1 broken, 2 healthy`.
    pub(crate) fn words(&self) -> String {
        let parts = [
            (self.broken, "broken"),
            (self.at_risk, "at risk"),
            (self.undetermined, "undetermined"),
            (self.healthy, "healthy"),
            (self.unreadable, "unreadable"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{number} {word}"))
            .collect();
        format!("{}: {}", wording::count(self.all(), "capture"), parts.join(", "))
    }
}
