//! Which finding follows from which: by what checks declare of each other, and by the failures that
//! one accounts for and the other merely shows.

use super::standing::Stand;
use diag_sdk::Finding;
use diag_sdk::manifest::CheckInfo;
use std::collections::BTreeMap;

/// Declared and derived links between findings.
pub(super) struct Links<'a> {
    pub(super) findings: &'a [Finding],
    /// How each finding stands to each failure.
    pub(super) stands: &'a [Vec<Stand>],
    pub(super) declared: &'a BTreeMap<&'a str, &'a CheckInfo>,
}

impl Links<'_> {
    /// One finding follows from another.
    pub(super) fn explains(&self, cause: usize, symptom: usize) -> bool {
        let (Some(a), Some(b)) = (self.findings.get(cause), self.findings.get(symptom)) else {
            return false;
        };
        if a.check == b.check || a.severity < b.severity || !related(a, b) {
            return false;
        }
        self.names(a, &b.check) || self.accounts_for_what_it_shows(cause, symptom)
    }

    fn names(&self, finding: &Finding, check: &str) -> bool {
        let fixed = self
            .declared
            .get(finding.check.as_str())
            .map_or(&[][..], |known| known.explains.as_slice());
        fixed.iter().chain(&finding.also_explains).any(|name| names_check(name, check))
    }

    /// There is a failure that one accounts for and the other shows.
    fn accounts_for_what_it_shows(&self, cause: usize, symptom: usize) -> bool {
        let stands = |index: usize| self.stands.get(index).map(Vec::as_slice).unwrap_or_default();
        stands(cause)
            .iter()
            .zip(stands(symptom))
            .any(|(a, b)| matches!(a, Stand::Accounts(_)) && *b == Stand::Shows)
    }
}

fn names_check(name: &str, check: &str) -> bool {
    match name.strip_suffix("/*") {
        Some(family) => check.split('/').next() == Some(family),
        None => name == check,
    }
}

/// Findings about different attempts, messages or documents have nothing to do with each other.
fn related(a: &Finding, b: &Finding) -> bool {
    let share_attempt = a.attempts.is_empty()
        || b.attempts.is_empty()
        || a.attempts.iter().any(|attempt| b.attempts.contains(attempt));
    let same_subject = match (&a.subject, &b.subject) {
        (Some(left), Some(right)) => left.may_concern(right),
        _ => true,
    };
    share_attempt && same_subject
}

/// Follows each chain of causes; a chain that returns to its start is cut there.
pub(super) fn break_circles(explained_by: &mut [Option<usize>]) {
    for start in 0..explained_by.len() {
        let mut at = start;
        for _ in 0..=explained_by.len() {
            let Some(next) = explained_by[at] else { break };
            if next == start {
                explained_by[start] = None;
                break;
            }
            at = next;
        }
    }
}
