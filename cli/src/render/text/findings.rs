//! Findings: root causes whole, everything else as short as it allows.

use super::page::{Page, plain, screen_path, styled, with_code};
use super::{comparison, excerpt};
use crate::render::{Detail, Judged};
use crate::terminal::{DIM, ERROR, GOOD, PLAIN, STRONG};
use crate::wording;
use diag_core::report::ReportedFinding;
use diag_sdk::{Cause, Severity};

/// Most causes shown of a root cause without `-v`.
const CAUSES_SHOWN: usize = 3;
/// Most symptoms shown of a root cause without `-v`.
const SYMPTOMS_SHOWN: usize = 6;

/// A root cause: everything a person needs to act on it. Where the same is the case in several
/// places, the first one is told whole.
pub(crate) fn root_cause(page: &mut Page, judged: &Judged, alike: &[&ReportedFinding], label: &str, detail: Detail) {
    let Some((finding, others)) = alike.split_first() else { return };
    page.blank();
    page.line(&format!("{}  {}", styled(ERROR, label), styled(DIM, &finding.check)));
    page.paragraph(0, &styled(STRONG, &finding.message));
    if let Some(text) = &finding.detail {
        page.blank();
        page.prose(2, text);
    }
    if !finding.places.is_empty() {
        page.blank();
        excerpt::write(page, 2, judged, finding, detail == Detail::Full);
    }
    if finding.expected.is_some() || finding.actual.is_some() {
        page.blank();
        comparison::write(page, 2, finding);
    }
    for other in others {
        again(page, judged, finding, other);
    }
    fixes(page, &finding.causes, detail);
    symptoms(page, judged, alike, detail);
    page.blank();
    page.paragraph(0, &format!("{} {}", styled(DIM, "More:"), styled(DIM, &format!("diag explain {}", finding.check))));
    if detail == Detail::Full {
        for reference in &finding.references {
            page.hanging(&styled(DIM, "See:"), 6, &styled(DIM, reference));
        }
    }
}

/// What differs where the same is the case once more.
fn again(page: &mut Page, judged: &Judged, first: &ReportedFinding, other: &ReportedFinding) {
    page.blank();
    page.line(&styled(STRONG, "THE SAME"));
    if let Some(text) = other.detail.as_ref().filter(|detail| first.detail.as_ref() != Some(detail)) {
        page.prose(2, text);
    }
    if let Some(place) = other.places.first() {
        page.hanging(&format!("  {}", styled(DIM, "at")), 5, &styled(DIM, &excerpt::describe(judged, place)));
    }
    if (&other.expected, &other.actual) != (&first.expected, &first.actual) {
        comparison::write(page, 2, other);
    }
    let values =
        other.causes.iter().filter(|cause| !first.causes.iter().any(|known| known.text == cause.text && known.value == cause.value));
    for cause in values {
        short_fix(page, cause, 2);
    }
}

/// What to do, likeliest first.
fn fixes(page: &mut Page, causes: &[Cause], detail: Detail) {
    let shown = if detail == Detail::Full { causes.len() } else { CAUSES_SHOWN };
    for (index, cause) in causes.iter().take(shown).enumerate() {
        page.blank();
        let label = if index == 0 { "FIX" } else { "OR" };
        page.line(&format!("{}  {}", styled(GOOD, label), styled(STRONG, wording::person(cause.who))));
        if causes.len() > 1 && !cause.text.is_empty() {
            page.paragraph(2, &format!("{} {}", styled(DIM, "If:"), with_code(&cause.text)));
        } else if !cause.text.is_empty() {
            page.paragraph(2, &with_code(&cause.text));
        }
        if let Some(screen) = wording::screen(cause) {
            page.hanging("  →", 4, &screen_path(STRONG, screen));
        }
        page.hanging("  →", 4, &with_code(&cause.fix));
        if let Some(value) = &cause.value {
            paste(page, 6, value);
        }
    }
    if causes.len() > shown {
        page.paragraph(2, &styled(DIM, &format!("and {} (-v shows them)", wording::count(causes.len() - shown, "further possible cause"))));
    }
}

/// A value to enter, on a line of its own and never wrapped, so that it can be copied.
fn paste(page: &mut Page, indent: usize, value: &str) {
    page.blank();
    for line in value.lines() {
        page.line(&format!("{}{}", " ".repeat(indent), styled(GOOD, line)));
    }
}

/// Findings that follow from a root cause, directly or through others.
fn symptoms(page: &mut Page, judged: &Judged, roots: &[&ReportedFinding], detail: Detail) {
    let following: Vec<&ReportedFinding> = roots.iter().flat_map(|root| judged.following(root)).collect();
    if following.is_empty() {
        return;
    }
    page.blank();
    page.line(&styled(STRONG, "EXPLAINS"));
    if detail == Detail::Full {
        for finding in following {
            page.hanging("  ·", 4, &format!("{}  {}", plain(&finding.message), styled(DIM, &finding.check)));
            more(page, judged, finding, 4);
        }
        return;
    }
    let alike = Judged::alike(following);
    for (finding, times) in alike.iter().take(SYMPTOMS_SHOWN) {
        let often = if *times > 1 { format!(" ({times} times)") } else { String::new() };
        page.hanging("  ·", 4, &format!("{}{often}  {}", plain(&finding.message), styled(DIM, &finding.check)));
    }
    if alike.len() > SYMPTOMS_SHOWN {
        page.paragraph(4, &styled(DIM, &format!("and {} more (-v shows them)", alike.len() - SYMPTOMS_SHOWN)));
    }
}

/// A finding in a list: headline, and for warnings the fix.
pub(crate) fn listed(page: &mut Page, judged: &Judged, finding: &ReportedFinding, detail: Detail) {
    let style = wording::style(finding.severity);
    let likely = if finding.certain { "" } else { "Likely: " };
    page.hanging(
        &format!("  {}", styled(style, mark(finding.severity))),
        4,
        &format!("{likely}{}  {}", plain(&finding.message), styled(DIM, &finding.check)),
    );
    match (detail, finding.severity) {
        (Detail::Full, _) => {
            more(page, judged, finding, 4);
            for cause in &finding.causes {
                short_fix(page, cause, 4);
            }
            for reference in &finding.references {
                page.hanging(&format!("    {}", styled(DIM, "see")), 8, &styled(DIM, reference));
            }
        }
        (Detail::Brief, _) | (_, Severity::Notice) => {}
        (_, _) => {
            if let Some(cause) = finding.causes.first() {
                short_fix(page, cause, 4);
            }
        }
    }
}

fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "✗",
        Severity::Warning => "!",
        Severity::Notice => "·",
    }
}

/// Detail, places and values of a finding in a list.
fn more(page: &mut Page, judged: &Judged, finding: &ReportedFinding, indent: usize) {
    if let Some(text) = &finding.detail {
        page.prose(indent, text);
    }
    excerpt::write(page, indent, judged, finding, true);
    comparison::write(page, indent, finding);
}

/// A fix in one paragraph, its value on a line of its own.
fn short_fix(page: &mut Page, cause: &Cause, indent: usize) {
    let lead = format!("{}→", " ".repeat(indent));
    let screen = wording::screen(cause).map(|screen| format!("{} — ", screen_path(PLAIN, screen))).unwrap_or_default();
    page.hanging(&lead, indent + 2, &format!("{}: {screen}{}", styled(STRONG, wording::person(cause.who)), with_code(&cause.fix)));
    for line in cause.value.iter().flat_map(|value| value.lines()) {
        page.line(&format!("{}{}", " ".repeat(indent + 4), styled(GOOD, line)));
    }
}
