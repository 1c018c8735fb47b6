//! The tests a pack brings along: facts, and whether the check finds something in them.

use super::Pack;
use diag_sdk::Finding;
use diag_sdk::manifest::CheckAnswer;

/// How one test of a pack ended.
#[derive(Debug, Clone, PartialEq)]
pub struct TestOutcome {
    /// Id of the check.
    pub check: String,
    /// Name of the test.
    pub name: String,
    /// What it expects.
    pub expects: Expected,
    /// What went otherwise than expected; nothing where it passed.
    pub failure: Option<String>,
    /// What the check found.
    pub findings: Vec<Finding>,
}

/// What a test expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A finding.
    Found,
    /// None.
    Clean,
    /// That the check cannot tell.
    Skipped,
}

impl TestOutcome {
    /// It went as expected.
    pub fn passed(&self) -> bool {
        self.failure.is_none()
    }
}

/// Runs every test of every check, twice: the same facts must give the same findings.
pub(super) fn run(pack: &Pack) -> Vec<TestOutcome> {
    let mut outcomes = Vec::new();
    for check in &pack.0.definition.checks {
        let id = &check.info.id;
        for test in &check.tests {
            let ask = || {
                pack.run(std::slice::from_ref(id), &test.case)
                    .into_iter()
                    .next()
                    .unwrap_or_default()
            };
            let answer = ask();
            let failure = failure(test.expects, &answer).or_else(|| {
                (ask() != answer)
                    .then(|| "the same facts gave other findings the second time".to_owned())
            });
            outcomes.push(TestOutcome {
                check: id.clone(),
                name: test.name.clone(),
                expects: test.expects,
                failure,
                findings: answer.findings,
            });
        }
    }
    outcomes
}

/// What went otherwise than expected.
fn failure(expects: Expected, answer: &CheckAnswer) -> Option<String> {
    if let Some(why) = &answer.crashed {
        return Some(format!("it crashed: {why}"));
    }
    let messages: Vec<&str> =
        answer.findings.iter().map(|finding| finding.message.as_str()).take(3).collect();
    let found = messages.join("; ");
    let unsure = match &answer.undecided {
        Some(why) => Some(format!("it could not tell: {why}")),
        None if answer.missing.is_empty() => None,
        None => Some("it was skipped: the facts hold none of the inputs in `needs`, or `missing_when` was true".to_owned()),
    };
    match (expects, messages.is_empty(), unsure) {
        (Expected::Found, false, _)
        | (Expected::Clean, true, None)
        | (Expected::Skipped, true, Some(_)) => None,
        (Expected::Found | Expected::Clean, true, Some(unsure)) => Some(unsure),
        (Expected::Found, true, None) => Some("expected a finding, found none".to_owned()),
        (Expected::Clean, false, _) => Some(format!("expected nothing, found: {found}")),
        (Expected::Skipped, true, None) => {
            Some("expected that it cannot tell, found nothing wrong".to_owned())
        }
        (Expected::Skipped, false, _) => {
            Some(format!("expected that it cannot tell, found: {found}"))
        }
    }
}
