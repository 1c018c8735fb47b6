//! The tests a pack brings along: facts, and whether the check finds something in them.

use super::Pack;
use diag_sdk::Finding;

/// How one test of a pack ended.
#[derive(Debug, Clone, PartialEq)]
pub struct TestOutcome {
    /// Id of the check.
    pub check: String,
    /// Name of the test.
    pub name: String,
    /// It expects a finding rather than none.
    pub expects_finding: bool,
    /// What went otherwise than expected; nothing where it passed.
    pub failure: Option<String>,
    /// What the check found.
    pub findings: Vec<Finding>,
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
            let ask = || pack.run(std::slice::from_ref(id), &test.case).into_iter().next().unwrap_or_default();
            let answer = ask();
            let failure = if let Some(why) = &answer.crashed {
                Some(format!("it crashed: {why}"))
            } else if !answer.missing.is_empty() {
                Some("it was skipped: the facts hold none of the inputs in `needs`".to_owned())
            } else if test.found && answer.findings.is_empty() {
                Some("expected a finding, found none".to_owned())
            } else if !test.found && !answer.findings.is_empty() {
                let messages: Vec<&str> = answer.findings.iter().map(|finding| finding.message.as_str()).take(3).collect();
                Some(format!("expected nothing, found: {}", messages.join("; ")))
            } else if ask() != answer {
                Some("the same facts gave other findings the second time".to_owned())
            } else {
                None
            };
            outcomes.push(TestOutcome {
                check: id.clone(),
                name: test.name.clone(),
                expects_finding: test.found,
                failure,
                findings: answer.findings,
            });
        }
    }
    outcomes
}
