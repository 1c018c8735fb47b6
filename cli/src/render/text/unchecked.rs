//! What could not be checked, by the input that would decide it, and how to get that input.

use super::page::{Page, plain, styled};
use crate::render::unchecked::{self, Wanted};
use crate::render::{Detail, Judged};
use crate::terminal::{DIM, ERROR, STRONG};
use crate::wanted;
use crate::wording::count;
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
    let total = unchecked::skipped(judged).len();
    if total == 0 {
        return;
    }
    let (idp, sp) = (judged.case.idp_vendor, judged.case.sp_vendor);
    let wanted_inputs = unchecked::wanted(judged);
    if judged.report.verdict == Verdict::Healthy && detail != Detail::Full {
        let names: Vec<&str> = wanted_inputs.iter().filter(|one| one.is_to_be_had()).map(|one| wanted::name(one.need)).collect();
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
    if detail != Detail::Full && !wanted_inputs.iter().any(Wanted::is_to_be_had) {
        let text = format!("{of_all}: they concern products or messages that are not in this case (-v lists them)");
        page.hanging(&styled(STRONG, "NOT CHECKED"), 13, &styled(DIM, &text));
        return;
    }
    page.line(&format!("{}  {}", styled(STRONG, "NOT CHECKED"), styled(DIM, &format!("{of_all} for lack of input"))));
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut hidden: BTreeMap<bool, BTreeSet<&str>> = BTreeMap::new();
    let mut shown = 0;
    let mut further: Vec<Need> = Vec::new();
    for Wanted { need, partial, foreign, checks } in wanted_inputs {
        if (partial || foreign) && detail != Detail::Full {
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
    let crashes = unchecked::crashed(judged);
    if crashes.is_empty() {
        return;
    }
    page.blank();
    page.line(&styled(ERROR, "CRASHED"));
    for crash in crashes {
        page.hanging("  ✗", 4, &plain(&crash.checks.join(", ")));
        page.paragraph(4, &styled(DIM, crash.error));
    }
}
