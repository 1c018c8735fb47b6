//! The finding that a row is about: one that stands where a value of the row stands, or that compared it.

use super::{Draft, Given, Link};
use crate::Judged;
use diag_core::report::ReportedFinding;
use diag_sdk::{Place, Severity};

/// Shorter values, such as `bi`, are said in many places.
const SHORTEST: usize = 6;

/// The most decisive finding about a row.
pub(super) fn finding(judged: &Judged, draft: &Draft) -> Option<Link> {
    let given: Vec<&Given> = draft.said.iter().flat_map(|(_, values)| values).collect();
    let about = |finding: &&ReportedFinding| {
        finding.severity >= Severity::Warning && is_about(finding, &given)
    };
    let found = judged.report.findings.iter().find(about)?;
    Some(Link { id: judged.origin(found).to_owned(), message: found.message.clone() })
}

fn is_about(finding: &ReportedFinding, given: &[&Given]) -> bool {
    let compared = |text: &str| {
        text.chars().count() >= SHORTEST
            && [&finding.expected, &finding.actual].into_iter().flatten().any(|value| value == text)
    };
    given.iter().any(|one| {
        compared(&one.text)
            || one
                .place
                .as_ref()
                .is_some_and(|place| finding.places.iter().any(|other| same(place, other)))
    })
}

/// Both are the same spot, not only the same file.
fn same(one: &Place, other: &Place) -> bool {
    let spot = |place: &Place| {
        (place.pointer.is_some() && place.message.is_none()) || place.line.is_some()
    };
    spot(one)
        && (&one.input, &one.message, one.line, one.column, &one.path)
            == (&other.input, &other.message, other.line, other.column, &other.path)
        && (one.message.is_some() || one.pointer == other.pointer)
}
