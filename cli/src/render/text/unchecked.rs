//! What could not be checked, by the input that would decide it, and how to get that input.

use super::page::{Page, plain, styled};
use crate::render::{Detail, Judged};
use crate::terminal::{DIM, ERROR, STRONG};
use crate::wanted;
use crate::wording::count;
use diag_core::report::CheckOutcome;
use diag_core::verdict::Verdict;
use diag_sdk::Need;
use std::collections::{BTreeMap, BTreeSet};

/// Inputs explained without `-v`; the others are named only.
const MOST_SHOWN: usize = 5;

/// Writes skipped checks, grouped by missing input, and crashed ones.
pub(crate) fn write(page: &mut Page, judged: &Judged, detail: Detail) {
    skipped(page, judged, detail);
    crashed(page, judged);
}

fn skipped(page: &mut Page, judged: &Judged, detail: Detail) {
    // The need, and whether something of it is there, only not what was asked of it.
    let mut by_need: BTreeMap<(bool, Need), Vec<&str>> = BTreeMap::new();
    let mut total = 0;
    for check in judged.report.checks.iter().filter(|check| check.outcome == CheckOutcome::Skipped) {
        total += 1;
        let absent: Vec<Need> = check.needs.iter().copied().filter(|need| !judged.case.has(*need)).collect();
        let partial = absent.is_empty();
        for need in if partial { check.needs.clone() } else { absent } {
            by_need.entry((partial, need)).or_default().push(&check.id);
        }
    }
    if total == 0 {
        return;
    }
    let (idp, sp) = (judged.case.idp_vendor, judged.case.sp_vendor);
    let foreign = |need: Need| wanted::is_foreign(&judged.case, need);
    let mut wanted_inputs: Vec<((bool, Need), Vec<&str>)> = by_need.into_iter().collect();
    wanted_inputs.sort_by_key(|((partial, need), checks)| (*partial, foreign(*need), std::cmp::Reverse(checks.len()), *need));
    if judged.report.verdict == Verdict::Healthy && detail != Detail::Full {
        let names: Vec<&str> = wanted_inputs
            .iter()
            .filter(|((partial, need), _)| !partial && !foreign(*need))
            .map(|((_, need), _)| wanted::name(*need))
            .collect();
        if !names.is_empty() {
            page.blank();
            let text = format!("for lack of: {} (-v tells how to get them)", names.join("; "));
            page.hanging(&styled(STRONG, "NOT CHECKED"), 13, &styled(DIM, &text));
        }
        return;
    }
    page.blank();
    let of_all = format!("{total} of {}", count(judged.report.checks.len(), "check"));
    // Exports of products that take no part are nothing to ask for: one line is enough.
    if detail != Detail::Full && wanted_inputs.iter().all(|((partial, need), _)| *partial || foreign(*need)) {
        let text = format!("{of_all}: they concern products or messages that are not in this case (-v lists them)");
        page.hanging(&styled(STRONG, "NOT CHECKED"), 13, &styled(DIM, &text));
        return;
    }
    page.line(&format!("{}  {}", styled(STRONG, "NOT CHECKED"), styled(DIM, &format!("{of_all} for lack of input"))));
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut hidden: BTreeMap<bool, BTreeSet<&str>> = BTreeMap::new();
    let mut shown = 0;
    let mut further: Vec<Need> = Vec::new();
    for ((partial, need), checks) in wanted_inputs {
        if (partial || foreign(need)) && detail != Detail::Full {
            hidden.entry(partial).or_default().extend(checks);
            continue;
        }
        if shown == MOST_SHOWN && detail != Detail::Full {
            further.push(need);
            told.extend(checks);
            continue;
        }
        shown += 1;
        page.hanging("  ·", 4, &format!("{}  {}", plain(wanted::name(need)), styled(DIM, &format!("({})", count(checks.len(), "check")))));
        let how = if partial { "it is there, but does not hold what this asks for" } else { wanted::how(need, idp, sp) };
        page.paragraph(4, &styled(DIM, how));
        if detail == Detail::Full {
            page.paragraph(4, &styled(DIM, &checks.join(", ")));
        }
        told.extend(checks);
    }
    if !further.is_empty() {
        let names = further.into_iter().map(wanted::name).collect::<Vec<_>>().join("; ");
        page.hanging("  ·", 4, &styled(DIM, &format!("less decisive: {names} (-v tells more)")));
    }
    for (partial, checks) in hidden {
        let rest = checks.difference(&told).count();
        if rest > 0 {
            let why = if partial {
                "nothing in what was given is for them to judge"
            } else {
                "they read exports of a product that does not seem to take part here"
            };
            page.hanging("  ·", 4, &styled(DIM, &format!("{}: {why} (-v lists them)", count(rest, "further check"))));
        }
        told.extend(checks);
    }
}

fn crashed(page: &mut Page, judged: &Judged) {
    let crashed: Vec<_> = judged.report.checks.iter().filter(|check| check.outcome == CheckOutcome::Crashed).collect();
    if crashed.is_empty() {
        return;
    }
    page.blank();
    page.line(&styled(ERROR, "CRASHED"));
    // A plugin that cannot go on takes many of its checks with it for one reason.
    let mut by_error: Vec<(&str, Vec<&str>)> = Vec::new();
    for check in crashed {
        let error = check.error.as_deref().unwrap_or_default();
        match by_error.iter_mut().find(|(known, _)| *known == error) {
            Some((_, ids)) => ids.push(&check.id),
            None => by_error.push((error, vec![&check.id])),
        }
    }
    for (error, ids) in by_error {
        page.hanging("  ✗", 4, &plain(&ids.join(", ")));
        page.paragraph(4, &styled(DIM, error));
    }
}
