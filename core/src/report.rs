//! The report: what `--format json` prints, and what every other format is made from.
//!
//! The shape is fixed as schema `diag-report/1`; fields may be added, none changes its meaning.

use crate::runner::{Ending, Run};
use crate::screen::Names;
use crate::suppression::{Applied, Suppressed};
use crate::verdict::{self, Because, Verdict};
use diag_products::Products;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::input::Input;
use diag_sdk::manifest::CheckInfo;
use diag_sdk::{Case, Class, Finding, Need, Severity, unseen};
use jiff::Timestamp;
use serde::Serialize;
use std::ops::Deref;

/// Who wrote the report.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tool {
    /// `diag`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A finding, with what ranking all of them added.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportedFinding {
    /// Its id in this report: `f1`, `f2`, …
    pub id: String,
    /// What the check reported; the screens of its causes are written.
    #[serde(flatten)]
    pub finding: Finding,
    /// `policy` where it is a rule that is not kept rather than something that breaks.
    #[serde(skip_serializing_if = "is_breakage")]
    pub class: Class,
    /// Ids of findings that follow from it.
    pub explains: Vec<String>,
    /// Id of the finding it follows from.
    pub explained_by: Option<String>,
    /// Why it is named as a root cause, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
}

impl Deref for ReportedFinding {
    type Target = Finding;
    fn deref(&self) -> &Finding {
        &self.finding
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_breakage(class: &Class) -> bool {
    *class == Class::Breakage
}

/// A plugin that took part in the judgement, or should have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Extension {
    /// Its file, as it was named.
    pub path: String,
    /// Its name: the first part of the ids of its checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// SHA-256 of the bytes that ran, lower-case hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Why it took no part, where it could not be loaded: none of its checks stand in this report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
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
    /// What happened, where crashed; why it could not tell, where it was skipped for that.
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
    pub inputs: Vec<Input>,
    /// Attempts.
    pub attempts: Vec<Attempt>,
    /// Findings, root causes first.
    pub findings: Vec<ReportedFinding>,
    /// Every check and how it ended.
    pub checks: Vec<ReportedCheck>,
    /// Findings that somebody decided to live with: they count neither for the verdict nor for the exit code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<Suppressed>,
    /// Those decisions, and what became of each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<Applied>,
    /// Plugins that took part, or should have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
    /// Nothing stands against health but checks that crashed: what they look at is open, and so is the verdict.
    #[serde(skip)]
    pub open_for_crashes: bool,
}

/// Schema of the report.
pub const SCHEMA: &str = "diag-report/1";

impl Report {
    /// Ranks the findings of a run and writes the report.
    pub fn new(case: &Case, run: Run, checks: &[CheckInfo], products: &Products) -> Self {
        let names = Names::of(case, products);
        let ranked = verdict::rank(case, run.findings, checks);
        let crashed = run.checks.iter().any(|check| matches!(check.ending, Ending::Crashed(_)));
        let verdict = verdict::verdict(case, &ranked);
        let open_for_crashes = crashed && verdict == Verdict::Healthy;
        let id = |index: usize| format!("f{}", index + 1);
        let root_causes = ranked.roots.iter().map(|index| id(*index)).collect();
        let findings = ranked
            .findings
            .into_iter()
            .enumerate()
            .map(|(index, mut finding)| {
                finding.causes = finding
                    .causes
                    .into_iter()
                    .map(|cause| names.write(&finding.check, cause))
                    .collect();
                name_what_nobody_sees(&mut finding);
                ReportedFinding {
                    id: id(index),
                    class: if index < ranked.kept_apart { Class::Breakage } else { Class::Policy },
                    finding,
                    explains: ranked.explains[index].iter().map(|symptom| id(*symptom)).collect(),
                    explained_by: ranked.explained_by[index].map(id),
                    because: ranked.because.get(index).cloned(),
                }
            })
            .collect();
        Self {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "diag".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            judged_at: case.judged_at,
            verdict: if open_for_crashes { Verdict::Undetermined } else { verdict },
            root_causes,
            inputs: case.inputs.clone(),
            attempts: case.attempts.clone(),
            findings,
            checks: run.checks.into_iter().map(ReportedCheck::from).collect(),
            suppressed: Vec::new(),
            suppressions: Vec::new(),
            extensions: Vec::new(),
            open_for_crashes,
        }
    }

    /// Number of checks that crashed.
    pub fn crashed(&self) -> usize {
        self.checks.iter().filter(|check| check.outcome == CheckOutcome::Crashed).count()
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

/// Two values that look the same differ by a character that nobody sees: it is named.
fn name_what_nobody_sees(finding: &mut Finding) {
    const LONGEST: usize = 400;
    let (Some(expected), Some(actual), Some(_)) =
        (&finding.expected, &finding.actual, finding.difference)
    else {
        return;
    };
    if expected.len().max(actual.len()) > LONGEST {
        return;
    }
    let Some(words) = unseen::difference(expected, actual) else { return };
    let sentence = format!("One of the two values holds {words}, which the other has not.");
    finding.detail = Some(match finding.detail.take() {
        Some(detail) => format!("{detail} {sentence}"),
        None => sentence,
    });
}

impl From<crate::runner::CheckRun> for ReportedCheck {
    fn from(run: crate::runner::CheckRun) -> Self {
        let (outcome, needs, error) = match run.ending {
            Ending::Clean => (CheckOutcome::Clean, Vec::new(), None),
            Ending::Found => (CheckOutcome::Found, Vec::new(), None),
            Ending::Skipped(needs) => (CheckOutcome::Skipped, needs, None),
            Ending::Undecided(why) => (CheckOutcome::Skipped, Vec::new(), Some(why)),
            Ending::Crashed(error) => (CheckOutcome::Crashed, Vec::new(), Some(error)),
        };
        Self { id: run.id, outcome, needs, error }
    }
}
