//! What somebody decided to live with: how much is kept back and why, which decisions have run out, which mean
//! nothing any more.

use crate::Judged;
use crate::tone::Tone;
use crate::wording;
use diag_core::suppression::{Applied, Standing};
use serde::Serialize;

/// Findings that are kept back.
#[derive(Debug, Serialize)]
pub(crate) struct Suppressed<'j> {
    /// `2 findings`.
    pub(crate) number: String,
    pub(crate) decisions: Vec<Decision<'j>>,
}

/// A decision, and what became of it.
#[derive(Debug, Serialize)]
pub(crate) struct Decision<'j> {
    /// The check or family it is about.
    pub(crate) check: &'j str,
    pub(crate) tone: Tone,
    pub(crate) words: String,
}

/// What is kept back; `None` where nobody decided anything.
pub(super) fn of(judged: &Judged) -> Option<Suppressed<'_>> {
    let report = &judged.report;
    if report.suppressions.is_empty() {
        return None;
    }
    let decisions = report.suppressions.iter().map(decision).collect();
    Some(Suppressed { number: wording::count(report.suppressed.len(), "finding"), decisions })
}

fn decision(applied: &Applied) -> Decision<'_> {
    let suppression = &applied.suppression;
    let number = wording::count(applied.findings, "finding");
    let of =
        suppression.entity.as_deref().map(|entity| format!(" of {entity}")).unwrap_or_default();
    let until = suppression.until.map(|day| format!(", until {day}")).unwrap_or_default();
    let reason = &suppression.reason;
    let (tone, words) = match applied.standing {
        Standing::Used => (Tone::Quiet, format!("{number}{of} kept back{until}: {reason}")),
        Standing::Expired => {
            let day = suppression.until.map(|day| format!(" on {day}")).unwrap_or_default();
            let verb = if applied.findings == 1 { "is" } else { "are" };
            (Tone::Warn, format!("ran out{day}: {number}{of} {verb} reported again ({reason})"))
        }
        Standing::Unmatched => {
            (Tone::Warn, format!("keeps nothing back{of} in this case ({reason})"))
        }
    };
    Decision { check: &suppression.check, tone, words }
}
