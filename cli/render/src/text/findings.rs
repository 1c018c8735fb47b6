//! Findings: root causes whole, everything else as short as it allows.

use super::page::{Page, plain, screen_path, styled, with_code};
use super::{comparison, excerpt};
use crate::Detail;
use crate::terminal::{DIM, ERROR, GOOD, PLAIN, STRONG};
use crate::view::{Block, Finding, Fix, Root};
use crate::wording;
use diag_sdk::Severity;

/// Columns before what is said of a root cause, and of a finding in a list.
pub(super) const ROOT_INDENT: usize = 2;
pub(super) const LIST_INDENT: usize = 4;

/// Further places of the same fault told without `-v`.
const AGAIN_SHOWN: usize = 3;
/// Most symptoms shown of a root cause without `-v`.
const SYMPTOMS_SHOWN: usize = 6;

/// A root cause: everything a person needs to act on it. Where the same is the case in several
/// places, the first one is told whole.
pub(super) fn root_cause(page: &mut Page, root: &Root<'_>, detail: Detail) {
    let finding = &root.finding;
    page.blank();
    page.line(&format!(
        "{}  {}",
        styled(ERROR, &root.label.to_uppercase()),
        styled(DIM, finding.check)
    ));
    page.paragraph(0, &styled(STRONG, finding.message.0));
    if !finding.detail.is_empty() {
        page.blank();
        prose(page, ROOT_INDENT, &finding.detail);
    }
    if !finding.places.is_empty() {
        page.blank();
        excerpt::write(page, ROOT_INDENT, &finding.places, detail == Detail::Full);
    }
    if !finding.comparison.values.is_empty() {
        page.blank();
        comparison::write(page, ROOT_INDENT, &finding.comparison);
    }
    let shown = if detail == Detail::Full { root.again.len() } else { AGAIN_SHOWN };
    for other in root.again.iter().take(shown) {
        again(page, other);
    }
    let left = root.again.len().saturating_sub(shown);
    if left > 0 {
        page.blank();
        let words = format!("and {} (-v shows them)", wording::count(left, "more place"));
        page.paragraph(ROOT_INDENT, &styled(DIM, &words));
    }
    fixes(page, finding, detail);
    symptoms(page, root, detail);
    page.blank();
    if let Some(because) = &finding.because {
        page.paragraph(0, &styled(DIM, because));
    }
    if detail == Detail::Full {
        for line in &finding.weighed {
            page.paragraph(0, &styled(DIM, line));
        }
    }
    page.paragraph(
        0,
        &format!(
            "{} {}",
            styled(DIM, "More:"),
            styled(DIM, &format!("diag explain {}", finding.check))
        ),
    );
    if detail == Detail::Full {
        for reference in &finding.references {
            page.hanging(
                &styled(DIM, "See:"),
                6,
                &styled(DIM, &format!("{}{}", reference.address, reference.text)),
            );
        }
    }
}

/// What differs where the same is the case once more.
fn again(page: &mut Page, other: &Finding<'_>) {
    page.blank();
    page.line(&styled(STRONG, "THE SAME FAULT IN ANOTHER PLACE"));
    prose(page, ROOT_INDENT, &other.detail);
    if let Some(place) = other.places.first() {
        page.hanging(&format!("  {}", styled(DIM, "at")), 5, &styled(DIM, &place.words));
    }
    comparison::write(page, ROOT_INDENT, &other.comparison);
    for fix in &other.fixes {
        short_fix(page, fix, ROOT_INDENT);
    }
}

/// Paragraphs and lists.
fn prose(page: &mut Page, indent: usize, blocks: &[Block<'_>]) {
    for block in blocks {
        for line in &block.lines {
            if block.list {
                page.hanging(&format!("{}·", " ".repeat(indent)), indent + 2, &with_code(line.0));
            } else {
                page.paragraph(indent, &with_code(line.0));
            }
        }
    }
}

/// What to do, likeliest first.
fn fixes(page: &mut Page, finding: &Finding<'_>, detail: Detail) {
    let further = finding.further_fixes.iter().filter(|_| detail == Detail::Full);
    for fix in finding.fixes.iter().chain(further) {
        page.blank();
        page.line(&format!(
            "{}  {}",
            styled(GOOD, &fix.label.to_uppercase()),
            styled(STRONG, fix.person)
        ));
        if let Some(reason) = fix.reason {
            let lead =
                if fix.alternative { format!("{} ", styled(DIM, "If:")) } else { String::new() };
            page.paragraph(2, &format!("{lead}{}", with_code(reason.0)));
        }
        if let Some(screen) = fix.screen {
            page.hanging("  →", 4, &screen_path(STRONG, screen.0));
        }
        page.hanging("  →", 4, &with_code(fix.action.0));
        if let Some(value) = &fix.value {
            // On a line of its own and never wrapped, so that it can be copied.
            page.blank();
            for line in value {
                page.line(&format!("{}{}", " ".repeat(6), styled(GOOD, line)));
            }
        }
    }
    let hidden = finding.further_fixes.len();
    if hidden > 0 && detail != Detail::Full {
        page.paragraph(
            2,
            &styled(
                DIM,
                &format!(
                    "and {} (-v shows them)",
                    wording::count(hidden, "further possible cause")
                ),
            ),
        );
    }
}

/// Findings that follow from a root cause, directly or through others.
fn symptoms(page: &mut Page, root: &Root<'_>, detail: Detail) {
    if root.follows.is_empty() {
        return;
    }
    page.blank();
    page.line(&styled(STRONG, "EXPLAINS"));
    if detail == Detail::Full {
        for finding in &root.following {
            page.hanging(
                "  ·",
                4,
                &format!("{}  {}", plain(finding.message.0), styled(DIM, finding.check)),
            );
            more(page, finding);
        }
        return;
    }
    for symptom in root.follows.iter().take(SYMPTOMS_SHOWN) {
        let often =
            if symptom.times > 1 { format!(" ({} times)", symptom.times) } else { String::new() };
        page.hanging(
            "  ·",
            4,
            &format!("{}{often}  {}", plain(symptom.message.0), styled(DIM, symptom.check)),
        );
    }
    let hidden = root.follows.len().saturating_sub(SYMPTOMS_SHOWN);
    if hidden > 0 {
        page.paragraph(4, &styled(DIM, &format!("and {hidden} more (-v shows them)")));
    }
}

/// A finding in a list: headline, and for warnings the fix.
pub(super) fn listed(page: &mut Page, finding: &Finding<'_>, detail: Detail) {
    let likely = if finding.likely { "Likely: " } else { "" };
    page.hanging(
        &format!("  {}", styled(wording::tone(finding.severity).style(), mark(finding.severity))),
        4,
        &format!("{likely}{}  {}", plain(finding.message.0), styled(DIM, finding.check)),
    );
    if detail == Detail::Full {
        more(page, finding);
    }
    for fix in finding.fixes_in_list(detail) {
        short_fix(page, fix, LIST_INDENT);
    }
    if detail == Detail::Full {
        for reference in &finding.references {
            let text = format!("{}{}", reference.address, reference.text);
            page.hanging(&format!("    {}", styled(DIM, "see")), 8, &styled(DIM, &text));
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
fn more(page: &mut Page, finding: &Finding<'_>) {
    prose(page, LIST_INDENT, &finding.detail);
    excerpt::write(page, LIST_INDENT, &finding.places, true);
    comparison::write(page, LIST_INDENT, &finding.comparison);
}

/// A fix in one paragraph, its value on a line of its own.
fn short_fix(page: &mut Page, fix: &Fix<'_>, indent: usize) {
    let lead = format!("{}→", " ".repeat(indent));
    let screen =
        fix.screen.map(|screen| format!("{} — ", screen_path(PLAIN, screen.0))).unwrap_or_default();
    page.hanging(
        &lead,
        indent + 2,
        &format!("{}: {screen}{}", styled(STRONG, fix.person), with_code(fix.action.0)),
    );
    for line in fix.value.iter().flatten() {
        page.line(&format!("{}{}", " ".repeat(indent + 4), styled(GOOD, line)));
    }
}
