//! Runs checks over a Case, each on its own: what one check does cannot touch another.
//!
//! Every check ends in one of four ways: clean, found, skipped (an input is missing) or crashed.
//! A report that hides the last two would lie.

use crate::judgement::apart;
use crate::recorded;
use diag_sdk::manifest::CheckAnswer;
use diag_sdk::{Case, Check, Finding, Need, Plugin};
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It looked and found nothing.
    Clean,
    /// It found something.
    Found,
    /// It could not look, or only in part: these inputs are missing.
    Skipped(Vec<Need>),
    /// It looked and could not tell; the text is for people.
    Undecided(String),
    /// It failed; the text is for people.
    Crashed(String),
}

/// One check and how it ended.
#[derive(Debug, Clone)]
pub struct CheckRun {
    /// Id of the check.
    pub id: String,
    /// How it ended.
    pub ending: Ending,
}

/// What all checks together gave.
#[derive(Debug, Default)]
pub struct Run {
    /// Findings in the order of checks.
    pub findings: Vec<Finding>,
    /// Every check that was asked to run, sorted by id.
    pub checks: Vec<CheckRun>,
}

/// Which checks to run: ids (`endpoints/acs-not-registered`) or families (`endpoints`).
#[derive(Debug, Default, Clone)]
pub struct Selection {
    /// Only these; empty means all.
    pub only: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
}

impl Selection {
    /// Whether a check is to run.
    pub fn wants(&self, id: &str) -> bool {
        let named = |list: &[String]| {
            list.iter().any(|name| name == id || id.split('/').next() == Some(name.as_str()))
        };
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}

impl Run {
    /// Takes in how checks of a loaded plugin ended; the order of checks stays that of their ids.
    pub fn take_in(&mut self, answers: impl IntoIterator<Item = CheckAnswer>) {
        for answer in answers {
            let ending = match answer.crashed {
                Some(why) => Ending::Crashed(why),
                None => match (Ending::of(&answer.findings, answer.missing), answer.undecided) {
                    (Ending::Clean, Some(why)) => Ending::Undecided(why),
                    (ending, _) => ending,
                },
            };
            self.findings.extend(answer.findings);
            self.checks.push(CheckRun { id: answer.id, ending });
        }
        self.checks.sort_by(|left, right| left.id.cmp(&right.id));
    }
}

impl Run {
    /// Keeps at most so many findings of each check, the most severe of them; the last says how many were left out.
    pub fn keep(&mut self, most: usize) {
        let mut of_check: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, finding) in self.findings.iter().enumerate() {
            of_check.entry(finding.check.clone()).or_default().push(index);
        }
        let mut dropped: HashSet<usize> = HashSet::new();
        for (_, mut indexes) in of_check.into_iter().filter(|(_, indexes)| indexes.len() > most) {
            indexes.sort_by_key(|index| {
                self.findings.get(*index).map(|finding| std::cmp::Reverse(finding.severity))
            });
            let more = indexes.split_off(most.max(1));
            if let Some(last) = indexes.iter().max().and_then(|last| self.findings.get_mut(*last)) {
                let sentence = format!(
                    "{} more findings of this check are left out (bound `findings`).",
                    more.len()
                );
                let detail = last.detail.take().map(|detail| format!("{detail} {sentence}"));
                last.detail = Some(detail.unwrap_or(sentence));
            }
            dropped.extend(more);
        }
        let mut index = 0;
        self.findings.retain(|_| {
            index += 1;
            !dropped.contains(&(index - 1))
        });
    }
}

impl Run {
    /// What the same checks gave for two parts of a case.
    fn joined(mut self, other: Self) -> Self {
        for finding in other.findings {
            if !self.findings.contains(&finding) {
                self.findings.push(finding);
            }
        }
        self.findings.sort_by(|one, other| one.check.cmp(&other.check));
        for (own, others) in self.checks.iter_mut().zip(other.checks) {
            own.ending = std::mem::replace(&mut own.ending, Ending::Clean).joined(others.ending);
        }
        self
    }
}

impl Ending {
    /// How a check ended that ended so for two parts of a case: what it found anywhere was found, and what was judged
    /// anywhere was not skipped.
    fn joined(self, other: Self) -> Self {
        match (self, other) {
            (Self::Crashed(why), _) | (_, Self::Crashed(why)) => Self::Crashed(why),
            (Self::Found, _) | (_, Self::Found) => Self::Found,
            (Self::Undecided(why), _) | (_, Self::Undecided(why)) => Self::Undecided(why),
            (Self::Clean, _) | (_, Self::Clean) => Self::Clean,
            (Self::Skipped(mut needs), Self::Skipped(more)) => {
                needs.retain(|need| more.contains(need));
                Self::Skipped(if needs.is_empty() { more } else { needs })
            }
        }
    }

    fn of(found: &[Finding], missing: Vec<Need>) -> Self {
        match (found.is_empty(), missing.is_empty()) {
            (false, _) => Self::Found,
            (true, false) => Self::Skipped(missing),
            (true, true) => Self::Clean,
        }
    }
}

/// Runs each check once; on every part of a case of several service providers, which have nothing to do with each other.
fn run_once(case: &Case, plugins: &[&'static Plugin], selection: &Selection) -> Run {
    let parts = apart::parts(case);
    if parts.is_empty() {
        return run_whole(case, plugins, selection);
    }
    parts
        .iter()
        .map(|part| run_whole(part, plugins, selection))
        .reduce(Run::joined)
        .unwrap_or_default()
}

/// Runs each check once.
fn run_whole(case: &Case, plugins: &[&'static Plugin], selection: &Selection) -> Run {
    let mut checks: Vec<&'static Check> =
        plugins.iter().flat_map(|plugin| plugin.checks.iter().copied()).collect();
    checks.sort_by_key(|check| check.id);
    let mut run = Run::default();
    for check in checks.into_iter().filter(|check| selection.wants(check.id)) {
        let ending = match catch_unwind(AssertUnwindSafe(|| check.judge(case))) {
            Err(_) => Ending::Crashed(
                "the check panicked; this is a bug in the check, the other checks are not affected"
                    .to_owned(),
            ),
            Ok(findings) => {
                let (found, missing) = findings.into_parts();
                let ending = Ending::of(&found, missing);
                run.findings.extend(found);
                ending
            }
        };
        run.checks.push(CheckRun { id: check.id.to_owned(), ending });
    }
    run
}

/// Runs the selected checks of the plugins, in order of their ids. Where facts come from the record of a copy, findings
/// that are not made without it say that they rest on it.
pub fn run(case: &Case, plugins: &[&'static Plugin], selection: &Selection) -> Run {
    let mut first = run_once(case, plugins, selection);
    if let Some(on) = recorded::believed(case) {
        let otherwise = run_once(&recorded::without(case), plugins, selection);
        recorded::mention(&mut first.findings, &otherwise.findings, on);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::{Findings, Severity, Stage, check};

    check! {
        /// Always finds.
        static FINDS = { id: "test/finds", title: "Finds", levels: [Severity::Notice], stage: Stage::Observation, needs: [], explains: [],
            causes: [], references: ["reference"], run: |_, out| out.push(Finding::notice("Found")) }
    }
    check! {
        /// Panics.
        static PANICS = { id: "test/panics", title: "Panics", levels: [Severity::Error], stage: Stage::Observation, needs: [], explains: [],
            causes: [], references: [], run: panics }
    }
    check! {
        /// Needs a capture.
        static NEEDS = { id: "test/needs", title: "Needs", levels: [Severity::Error], stage: Stage::Observation, needs: [Need::Capture], explains: [],
            causes: [], references: [], run: |_, _| {} }
    }
    static PLUGIN: Plugin =
        Plugin { name: "test", version: "0.0.0", about: "", checks: &[&FINDS, &NEEDS, &PANICS] };

    fn panics(case: &Case, _: &mut Findings) {
        assert!(!case.inputs.is_empty(), "no inputs");
    }

    #[test]
    fn four_honest_endings() {
        let run = run(&Case::default(), &[&PLUGIN], &Selection::default());
        let endings: Vec<_> =
            run.checks.iter().map(|check| (check.id.as_str(), &check.ending)).collect();
        assert_eq!(endings[0], ("test/finds", &Ending::Found));
        assert_eq!(endings[1], ("test/needs", &Ending::Skipped(vec![Need::Capture])));
        assert!(matches!(endings[2], ("test/panics", Ending::Crashed(_))));
        assert_eq!(run.findings[0].check, "test/finds");
        assert_eq!(run.findings[0].references, ["reference"]);
    }

    #[test]
    fn answers_of_loaded_plugins_are_taken_in() {
        let mut run = run(&Case::default(), &[&PLUGIN], &Selection::default());
        let answer = |id: &str| CheckAnswer { id: id.to_owned(), ..CheckAnswer::default() };
        run.take_in([
            CheckAnswer { findings: vec![Finding::notice("Loaded")], ..answer("acme/found") },
            CheckAnswer { missing: vec![Need::Capture], ..answer("acme/skipped") },
            CheckAnswer { crashed: Some("died".into()), ..answer("zeta/crashed") },
            answer("acme/clean"),
            CheckAnswer { undecided: Some("no issuer".into()), ..answer("acme/undecided") },
        ]);
        assert!(run.checks.is_sorted_by(|left, right| left.id < right.id));
        let ending = |id: &str| {
            run.checks.iter().find(|check| check.id == id).map(|check| check.ending.clone())
        };
        assert_eq!(ending("acme/found"), Some(Ending::Found));
        assert_eq!(ending("acme/skipped"), Some(Ending::Skipped(vec![Need::Capture])));
        assert_eq!(ending("acme/clean"), Some(Ending::Clean));
        assert_eq!(ending("acme/undecided"), Some(Ending::Undecided("no issuer".into())));
        assert_eq!(ending("zeta/crashed"), Some(Ending::Crashed("died".into())));
        assert!(run.findings.iter().any(|finding| finding.message == "Loaded"));
    }

    #[test]
    fn of_many_findings_the_most_severe_stay() {
        let finding =
            |check: &str, finding: Finding| Finding { check: check.to_owned(), ..finding };
        let many = (0..9).map(|number| match number {
            7 => finding("a/many", Finding::error("7")),
            _ => finding("a/many", Finding::notice(number.to_string()).detail("Seen.")),
        });
        let mut run = Run {
            findings: many.chain([finding("b/one", Finding::notice("b"))]).collect(),
            ..Run::default()
        };
        run.keep(3);
        let kept: Vec<&str> = run.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(kept, ["0", "1", "7", "b"]);
        assert_eq!(
            run.findings[2].detail.as_deref(),
            Some("6 more findings of this check are left out (bound `findings`).")
        );
        run.keep(3);
        assert_eq!(run.findings.len(), 4);
    }

    #[test]
    fn selection_by_id_and_family() {
        let only = |names: &[&str]| Selection {
            only: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Selection::default()
        };
        assert!(only(&["test"]).wants("test/finds"));
        assert!(only(&["test/finds"]).wants("test/finds"));
        assert!(!only(&["test/find"]).wants("test/finds"));
        assert!(!only(&["tes"]).wants("test/finds"));
        assert!(
            !Selection { skip: vec!["test".into()], ..Selection::default() }.wants("test/finds")
        );
    }
}
