//! The report: what `--format json` prints, and what every other format is made from.
//!
//! The shape is fixed as schema `diag-report/1`; fields may be added, none changes its meaning.

use crate::runner::{Ending, Run};
use crate::verdict::{self, Verdict};
use diag_sdk::case::attempt::{Actor, AttemptKind, Outcome};
use diag_sdk::case::input::Input;
use diag_sdk::manifest::CheckInfo;
use diag_sdk::{Case, Cause, Difference, Need, Place, Severity};
use jiff::Timestamp;
use serde::Serialize;

/// Who wrote the report.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tool {
    /// `diag`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// An input, as reported.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportedInput {
    /// Its id.
    pub id: String,
    /// The path as given.
    pub path: String,
    /// What it is.
    pub kind: diag_sdk::case::input::InputKind,
    /// Who wrote it.
    pub producer: Option<String>,
    /// Remarks for people.
    pub notes: Vec<String>,
}

/// A step of an attempt, as reported.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportedStep {
    /// When.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub time: Option<Timestamp>,
    /// Who sends.
    pub from: Actor,
    /// Who receives.
    pub to: Actor,
    /// What.
    pub what: String,
    /// Index of the entry in the capture.
    pub entry: Option<usize>,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Host and path.
    pub url: Option<String>,
    /// Id of the message it carries.
    pub message: Option<String>,
}

/// An attempt, as reported.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportedAttempt {
    /// Its id.
    pub id: String,
    /// Signing in or out.
    pub kind: AttemptKind,
    /// When it started.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub started: Option<Timestamp>,
    /// How it ended.
    pub outcome: Outcome,
    /// One sentence for people.
    pub ending: String,
    /// Its steps.
    pub steps: Vec<ReportedStep>,
}

/// A finding, as reported.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportedFinding {
    /// Its id in this report: `f1`, `f2`, …
    pub id: String,
    /// Id of the check.
    pub check: String,
    /// How much it matters.
    pub severity: Severity,
    /// Proven, rather than likely.
    pub certain: bool,
    /// The headline.
    pub message: String,
    /// Further sentences.
    pub detail: Option<String>,
    /// Where it shows.
    #[serde(rename = "where")]
    pub places: Vec<Place>,
    /// What would have been right.
    pub expected: Option<String>,
    /// Where that comes from.
    pub expected_origin: Option<String>,
    /// What was found.
    pub actual: Option<String>,
    /// Where that comes from.
    pub actual_origin: Option<String>,
    /// The near miss between the two.
    pub difference: Option<Difference>,
    /// Likely causes with their fixes.
    pub causes: Vec<Cause>,
    /// Ids of the attempts it is about.
    pub attempts: Vec<String>,
    /// Ids of findings that follow from it.
    pub explains: Vec<String>,
    /// Id of the finding it follows from.
    pub explained_by: Option<String>,
    /// Specification sections and product pages.
    pub references: Vec<String>,
}

/// How a check ended, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CheckOutcome {
    /// It looked and found nothing.
    Clean,
    /// It found something.
    Found,
    /// Inputs are missing.
    Skipped,
    /// It failed.
    Crashed,
}

/// A check, as reported.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportedCheck {
    /// Its id.
    pub id: String,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// Missing inputs, where skipped.
    pub needs: Vec<Need>,
    /// What happened, where crashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The report.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// `diag-report/1`.
    pub schema: String,
    /// Who wrote it.
    pub tool: Tool,
    /// The moment of judgement.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub judged_at: Option<Timestamp>,
    /// The verdict.
    pub verdict: Verdict,
    /// Ids of the root causes, most decisive first.
    pub root_causes: Vec<String>,
    /// Inputs.
    pub inputs: Vec<ReportedInput>,
    /// Attempts.
    pub attempts: Vec<ReportedAttempt>,
    /// Findings, root causes first.
    pub findings: Vec<ReportedFinding>,
    /// Every check and how it ended.
    pub checks: Vec<ReportedCheck>,
}

/// Schema of the report.
pub const SCHEMA: &str = "diag-report/1";

impl Report {
    /// Ranks the findings of a run and writes the report.
    pub fn new(case: &Case, run: Run, checks: &[CheckInfo]) -> Self {
        let names = Names::of(case);
        let ranked = verdict::rank(case, run.findings, checks);
        let verdict = verdict::verdict(case, &ranked);
        let id = |index: usize| format!("f{}", index + 1);
        let root_causes = ranked.roots.iter().map(|index| id(*index)).collect();
        let findings = ranked
            .findings
            .into_iter()
            .enumerate()
            .map(|(index, finding)| ReportedFinding {
                id: id(index),
                check: finding.check,
                severity: finding.severity,
                certain: finding.certain,
                message: finding.message,
                detail: finding.detail,
                places: finding.places,
                expected: finding.expected,
                expected_origin: finding.expected_origin,
                actual: finding.actual,
                actual_origin: finding.actual_origin,
                difference: finding.difference,
                causes: finding.causes.into_iter().map(|cause| names.fill_in(cause)).collect(),
                attempts: finding.attempts,
                explains: ranked.explains[index].iter().map(|symptom| id(*symptom)).collect(),
                explained_by: ranked.explained_by[index].map(id),
                references: finding.references,
            })
            .collect();
        Self {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "diag".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            judged_at: case.judged_at,
            verdict,
            root_causes,
            inputs: case.inputs.iter().map(ReportedInput::from).collect(),
            attempts: case.attempts.iter().map(ReportedAttempt::from).collect(),
            findings,
            checks: run.checks.into_iter().map(ReportedCheck::from).collect(),
        }
    }

    /// The most severe level of any finding.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// A finding by its id.
    pub fn finding(&self, id: &str) -> Option<&ReportedFinding> {
        self.findings.iter().find(|finding| finding.id == id)
    }
}

/// Names of the objects whose screens are meant, where there is no doubt which.
struct Names<'c> {
    application: Option<&'c str>,
    entry_point: Option<&'c str>,
}

impl<'c> Names<'c> {
    fn of(case: &'c Case) -> Self {
        let mut applications = case.relevant_registrations().map(|registration| registration.name.as_deref());
        let mut entry_points = case.relevant_configurations().map(|configuration| configuration.name.as_str());
        let application = applications.next().flatten().filter(|_| applications.next().is_none());
        let entry_point = entry_points.next().filter(|name| !name.is_empty() && entry_points.next().is_none());
        Self { application, entry_point }
    }

    fn fill_in(&self, cause: Cause) -> Cause {
        Cause { screen: diag_sdk::setting::with_names(&cause.screen, self.application, self.entry_point), ..cause }
    }
}

impl From<&Input> for ReportedInput {
    fn from(input: &Input) -> Self {
        Self {
            id: input.id.clone(),
            path: input.path.clone(),
            kind: input.kind,
            producer: input.producer.clone(),
            notes: input.notes.clone(),
        }
    }
}

impl From<&diag_sdk::case::attempt::Attempt> for ReportedAttempt {
    fn from(attempt: &diag_sdk::case::attempt::Attempt) -> Self {
        Self {
            id: attempt.id.clone(),
            kind: attempt.kind,
            started: attempt.started,
            outcome: attempt.outcome,
            ending: attempt.ending.clone(),
            steps: attempt
                .steps
                .iter()
                .map(|step| ReportedStep {
                    time: step.time,
                    from: step.from,
                    to: step.to,
                    what: step.what.clone(),
                    entry: step.entry,
                    status: step.status,
                    url: step.url.clone(),
                    message: step.message.clone(),
                })
                .collect(),
        }
    }
}

impl From<crate::runner::CheckRun> for ReportedCheck {
    fn from(run: crate::runner::CheckRun) -> Self {
        let (outcome, needs, error) = match run.ending {
            Ending::Clean => (CheckOutcome::Clean, Vec::new(), None),
            Ending::Found => (CheckOutcome::Found, Vec::new(), None),
            Ending::Skipped(needs) => (CheckOutcome::Skipped, needs, None),
            Ending::Crashed(error) => (CheckOutcome::Crashed, Vec::new(), Some(error)),
        };
        Self { id: run.id, outcome, needs, error }
    }
}
