//! What could not be checked: which inputs would decide it, and how many checks wait for each.

use super::Judged;
use crate::wanted;
use diag_core::report::CheckOutcome;
use diag_sdk::Need;
use std::collections::BTreeMap;

/// An input that checks wait for.
#[derive(Debug)]
pub(crate) struct Wanted<'j> {
    pub(crate) need: Need,
    /// Something of it is there, only not what was asked of it.
    pub(crate) partial: bool,
    /// It is an export of a product that takes no part, so there is none to ask for.
    pub(crate) foreign: bool,
    /// Ids of the checks.
    pub(crate) checks: Vec<&'j str>,
}

impl Wanted<'_> {
    /// It is worth asking for.
    pub(crate) fn is_to_be_had(&self) -> bool {
        !self.partial && !self.foreign
    }
}

/// Checks that could not go on, and why.
#[derive(Debug)]
pub(crate) struct Crash<'j> {
    pub(crate) error: &'j str,
    pub(crate) checks: Vec<&'j str>,
}

/// Ids of the checks that were skipped.
pub(crate) fn skipped(judged: &Judged) -> Vec<&str> {
    judged.report.checks.iter().filter(|check| check.outcome == CheckOutcome::Skipped).map(|check| check.id.as_str()).collect()
}

/// The inputs that would decide what was skipped, most decisive first.
pub(crate) fn wanted(judged: &Judged) -> Vec<Wanted<'_>> {
    let mut by_need: BTreeMap<(bool, Need), Vec<&str>> = BTreeMap::new();
    for check in judged.report.checks.iter().filter(|check| check.outcome == CheckOutcome::Skipped) {
        let absent: Vec<Need> = check.needs.iter().copied().filter(|need| !judged.case.has(*need)).collect();
        let partial = absent.is_empty();
        for need in if partial { check.needs.clone() } else { absent } {
            by_need.entry((partial, need)).or_default().push(&check.id);
        }
    }
    let mut wanted: Vec<Wanted<'_>> = by_need
        .into_iter()
        .map(|((partial, need), checks)| Wanted { need, partial, foreign: wanted::is_foreign(&judged.case, need), checks })
        .collect();
    wanted.sort_by_key(|one| (one.partial, one.foreign, std::cmp::Reverse(one.checks.len()), one.need));
    wanted
}

/// What crashed. A plugin that cannot go on takes many of its checks with it for one reason.
pub(crate) fn crashed(judged: &Judged) -> Vec<Crash<'_>> {
    let mut crashes: Vec<Crash<'_>> = Vec::new();
    for check in judged.report.checks.iter().filter(|check| check.outcome == CheckOutcome::Crashed) {
        let error = check.error.as_deref().unwrap_or_default();
        match crashes.iter_mut().find(|known| known.error == error) {
            Some(known) => known.checks.push(&check.id),
            None => crashes.push(Crash { error, checks: vec![&check.id] }),
        }
    }
    crashes
}
