//! What could not be checked, by the input that would decide it, and how to get that input.

use super::page::{Page, plain, styled};
use crate::Detail;
use crate::terminal::{DIM, ERROR, STRONG};
use crate::view::{Unchecked, Wanted};

/// Inputs explained without `-v`; the others are named only.
const MOST_SHOWN: usize = 5;

/// Writes skipped checks, grouped by missing input, and crashed ones.
pub(super) fn write(page: &mut Page, unchecked: &Unchecked<'_>, detail: Detail) {
    if let Some(summary) = &unchecked.summary {
        skipped(page, unchecked, summary, detail);
    }
    if unchecked.crashes.is_empty() {
        return;
    }
    page.blank();
    page.line(&styled(ERROR, "CRASHED"));
    for crash in &unchecked.crashes {
        page.hanging("  ✗", 4, &plain(&crash.checks.join(", ")));
        page.paragraph(4, &styled(DIM, crash.error));
    }
}

fn skipped(page: &mut Page, unchecked: &Unchecked<'_>, summary: &str, detail: Detail) {
    let title = styled(STRONG, "NOT CHECKED");
    let names = |wanted: &[Wanted<'_>]| {
        wanted.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("; ")
    };
    if unchecked.in_passing {
        if !unchecked.wanted.is_empty() {
            page.blank();
            let text =
                format!("for lack of: {} (-v tells how to get them)", names(&unchecked.wanted));
            page.hanging(&title, 13, &styled(DIM, &text));
        }
        return;
    }
    page.blank();
    if let ([], [rest, ..]) = (unchecked.wanted.as_slice(), unchecked.rest.as_slice()) {
        page.hanging(&title, 13, &styled(DIM, &format!("{summary}: {} (-v lists them)", rest.why)));
        return;
    }
    page.line(&format!("{title}  {}", styled(DIM, &format!("{summary} for lack of input"))));
    let shown = if detail == Detail::Full {
        unchecked.wanted.len()
    } else {
        unchecked.wanted.len().min(MOST_SHOWN)
    };
    let (told, further) = unchecked.wanted.split_at(shown);
    for one in told {
        page.hanging(
            "  ·",
            4,
            &format!("{}  {}", plain(&one.name), styled(DIM, &format!("({})", one.number))),
        );
        page.paragraph(4, &styled(DIM, &one.how));
        if detail == Detail::Full {
            page.paragraph(4, &styled(DIM, &one.checks.join(", ")));
        }
    }
    if !further.is_empty() {
        page.hanging(
            "  ·",
            4,
            &styled(DIM, &format!("less decisive: {} (-v tells more)", names(further))),
        );
    }
    for rest in &unchecked.rest {
        page.hanging(
            "  ·",
            4,
            &styled(DIM, &format!("{}: {} (-v lists them)", rest.number, rest.why)),
        );
    }
}
