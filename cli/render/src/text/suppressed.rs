//! What is kept back, and why.

use super::page::{Page, plain, styled};
use crate::terminal::{DIM, STRONG, WARNING};
use crate::tone::Tone;
use crate::view::Suppressed;

/// Writes the decisions to live with findings, and what became of each.
pub(super) fn write(page: &mut Page, suppressed: &Suppressed<'_>) {
    page.blank();
    page.line(&format!("{}  {}", styled(STRONG, "SUPPRESSED"), styled(DIM, &suppressed.number)));
    for decision in &suppressed.decisions {
        let lead = if decision.tone == Tone::Warn { styled(WARNING, "!") } else { "·".to_owned() };
        page.hanging(
            &format!("  {lead}"),
            4,
            &format!("{}  {}", plain(decision.check), styled(DIM, &decision.words)),
        );
    }
}
