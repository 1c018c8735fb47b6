//! What could not be checked: which inputs would decide it, and how many checks wait for each.

use crate::{Detail, Judged};
use crate::{wanted, wording};
use diag_core::report::CheckOutcome;
use diag_core::verdict::Verdict;
use diag_sdk::Need;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What could not be checked.
#[derive(Debug, Serialize)]
pub(crate) struct Unchecked<'j> {
    /// `12 of 121 checks`; `None` where none was skipped.
    pub(crate) summary: Option<String>,
    /// Inputs that would decide more, most decisive first.
    pub(crate) wanted: Vec<Wanted<'j>>,
    /// Nothing fails, so that it is enough to name them.
    pub(crate) in_passing: bool,
    /// Checks that wait for nothing that could be had.
    pub(crate) rest: Vec<Rest>,
    pub(crate) crashes: Vec<Crash<'j>>,
}

/// An input that checks wait for.
#[derive(Debug, Serialize)]
pub(crate) struct Wanted<'j> {
    #[serde(skip)]
    need: Need,
    pub(crate) name: String,
    /// How to get it.
    pub(crate) how: String,
    /// How many checks wait for it.
    pub(crate) number: String,
    /// Something of it is there, only not what was asked of it.
    #[serde(skip)]
    partial: bool,
    /// It is an export of a product that takes no part, so there is none to ask for.
    #[serde(skip)]
    foreign: bool,
    /// Ids of the checks.
    pub(crate) checks: Vec<&'j str>,
}

/// Checks that were skipped for another reason than a file that could be had.
#[derive(Debug, Serialize)]
pub(crate) struct Rest {
    pub(crate) number: String,
    pub(crate) why: &'static str,
}

/// Checks that could not go on, and why.
#[derive(Debug, Serialize)]
pub(crate) struct Crash<'j> {
    pub(crate) error: &'j str,
    pub(crate) checks: Vec<&'j str>,
}

/// What could not be checked. Where everything is asked for, every input is named that any check misses.
pub(super) fn of(judged: &Judged, detail: Detail) -> Unchecked<'_> {
    let total = skipped(judged).len();
    let (wanted, others): (Vec<Wanted<'_>>, Vec<Wanted<'_>>) = wanted(judged)
        .into_iter()
        .partition(|one| detail == Detail::Full || (!one.partial && !one.foreign));
    Unchecked {
        summary: (total > 0)
            .then(|| format!("{total} of {}", wording::count(judged.report.checks.len(), "check"))),
        rest: rest(&wanted, &others),
        wanted,
        in_passing: judged.report.verdict == Verdict::Healthy && detail != Detail::Full,
        crashes: crashed(judged),
    }
}

/// Checks that wait for none of the inputs that are told, by the reason.
fn rest(told: &[Wanted<'_>], others: &[Wanted<'_>]) -> Vec<Rest> {
    let mut told: BTreeSet<&str> = told.iter().flat_map(|one| &one.checks).copied().collect();
    // Where nothing at all could be had, one reason is enough.
    if told.is_empty() {
        let all: BTreeSet<&str> = others.iter().flat_map(|one| &one.checks).copied().collect();
        let number = wording::count(all.len(), "check");
        let why = "they concern products or messages that are not in this case";
        return if all.is_empty() { Vec::new() } else { vec![Rest { number, why }] };
    }
    let mut rest = Vec::new();
    for (partial, why) in [
        (false, "they read exports of a product that does not seem to take part here"),
        (true, "nothing in what was given is for them to judge"),
    ] {
        let checks: BTreeSet<&str> = others
            .iter()
            .filter(|one| one.partial == partial)
            .flat_map(|one| &one.checks)
            .copied()
            .collect();
        let number = checks.difference(&told).count();
        if number > 0 {
            rest.push(Rest { number: wording::count(number, "further check"), why });
        }
        told.extend(checks);
    }
    rest
}

/// Ids of the checks that were skipped.
fn skipped(judged: &Judged) -> Vec<&str> {
    judged
        .report
        .checks
        .iter()
        .filter(|check| check.outcome == CheckOutcome::Skipped)
        .map(|check| check.id.as_str())
        .collect()
}

/// The inputs that would decide what was skipped, most decisive first.
fn wanted(judged: &Judged) -> Vec<Wanted<'_>> {
    let products = &*judged.products;
    let mut by_need: BTreeMap<(bool, Need), Vec<&str>> = BTreeMap::new();
    for check in judged.report.checks.iter().filter(|check| check.outcome == CheckOutcome::Skipped)
    {
        let absent: Vec<Need> =
            check.needs.iter().copied().filter(|need| !judged.case.has(*need)).collect();
        let partial = absent.is_empty();
        for need in if partial { check.needs.clone() } else { absent } {
            by_need.entry((partial, need)).or_default().push(&check.id);
        }
    }
    let mut wanted: Vec<Wanted<'_>> = by_need
        .into_iter()
        .map(|((partial, need), checks)| {
            let how = if partial {
                "it is there, but does not hold what this asks for".to_owned()
            } else {
                wanted::how(need, &judged.case, products)
            };
            let foreign = wanted::is_foreign(&judged.case, need, products);
            Wanted {
                need,
                name: wanted::name(need, products),
                how,
                number: wording::count(checks.len(), "check"),
                partial,
                foreign,
                checks,
            }
        })
        .collect();
    wanted.sort_by_key(|one| {
        (one.partial, one.foreign, std::cmp::Reverse(one.checks.len()), one.need)
    });
    wanted
}

/// What crashed. A plugin that cannot go on takes many of its checks with it for one reason.
fn crashed(judged: &Judged) -> Vec<Crash<'_>> {
    // A plugin that could not be loaded brought no checks whose names could stand here.
    let absent =
        judged.report.extensions.iter().filter_map(|one| {
            Some(Crash { error: one.error.as_deref()?, checks: vec![&one.path] })
        });
    let mut crashes: Vec<Crash<'_>> = absent.collect();
    for check in judged.report.checks.iter().filter(|check| check.outcome == CheckOutcome::Crashed)
    {
        let error = check.error.as_deref().unwrap_or_default();
        match crashes.iter_mut().find(|known| known.error == error) {
            Some(known) => known.checks.push(&check.id),
            None => crashes.push(Crash { error, checks: vec![&check.id] }),
        }
    }
    crashes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(
        need: Need,
        partial: bool,
        foreign: bool,
        checks: &[&'static str],
    ) -> Wanted<'static> {
        let number = wording::count(checks.len(), "check");
        Wanted {
            need,
            name: String::new(),
            how: String::new(),
            number,
            partial,
            foreign,
            checks: checks.to_vec(),
        }
    }

    fn said(told: &[Wanted<'_>], others: &[Wanted<'_>]) -> Vec<String> {
        rest(told, others).into_iter().map(|rest| rest.number).collect()
    }

    #[test]
    fn a_check_is_counted_once_and_only_where_no_file_would_help() {
        let told = [waiting(Need::IdpMetadata, false, false, &["a", "b"])];
        let others = [
            waiting(Need::Application, false, true, &["b", "c"]),
            waiting(Need::Capture, true, false, &["c", "d", "e"]),
        ];
        assert_eq!(said(&told, &others), ["1 further check", "2 further checks"]);
        assert_eq!(said(&[], &others), ["4 checks"], "one reason is enough");
        assert_eq!(said(&told, &[]), Vec::<String>::new());
    }
}
