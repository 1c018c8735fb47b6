//! What a check hands back.

use crate::finding::Finding;
use crate::need::Need;

/// What a check hands back: findings, and inputs it missed on the way.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
    missing: Vec<Need>,
}

impl Findings {
    /// Reports a finding. The id of the check is filled in by whoever runs it.
    pub fn push(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// Says that an input was missing without which (part of) the question stays open. Where
    /// nothing was found the check then counts as skipped rather than clean.
    pub fn missing(&mut self, need: Need) {
        if !self.missing.contains(&need) {
            self.missing.push(need);
        }
    }

    /// Says that all these inputs were missing.
    pub(crate) fn missing_all(&mut self, needs: &[Need]) {
        self.missing = needs.to_vec();
    }

    /// The findings, for whoever completes them.
    pub(crate) fn found_mut(&mut self) -> &mut [Finding] {
        &mut self.found
    }

    /// The findings and the missing inputs.
    pub fn into_parts(self) -> (Vec<Finding>, Vec<Need>) {
        (self.found, self.missing)
    }

    /// The findings so far.
    pub fn found(&self) -> &[Finding] {
        &self.found
    }

    /// The inputs missed so far.
    pub fn missed(&self) -> &[Need] {
        &self.missing
    }
}

impl Extend<Finding> for Findings {
    /// Reports every finding there is: of an `Option` the one or none.
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        self.found.extend(findings);
    }
}
