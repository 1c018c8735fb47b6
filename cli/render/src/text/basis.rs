//! What the report rests on: the files read and the attempts seen in them.

use super::page::{Page, plain, styled};
use crate::Detail;
use crate::terminal::{DIM, STRONG, WARNING};
use crate::view::{CaseView, InputView, listed};
use crate::wording;
use unicode_width::UnicodeWidthStr;

/// Most attempts listed without `-v`.
const ATTEMPTS_SHOWN: usize = 8;
/// Widest column of paths.
const WIDEST_PATH: usize = 44;

/// Writes attempts, inputs and, where everything is asked for, the checks that found nothing.
pub(super) fn write(page: &mut Page, case: &CaseView<'_>, detail: Detail) {
    attempts(page, case, detail);
    inputs(page, &case.inputs);
    if !case.clean.is_empty() {
        page.blank();
        page.line(&format!(
            "{}  {}",
            styled(STRONG, "CLEAN"),
            styled(DIM, &wording::count(case.clean.len(), "check"))
        ));
        page.paragraph(2, &styled(DIM, &case.clean.join(" ")));
    }
    if let Some(judged_at) = &case.judged_at {
        page.blank();
        page.paragraph(0, &styled(DIM, &format!("Judged at {judged_at}")));
    }
}

fn attempts(page: &mut Page, case: &CaseView<'_>, detail: Detail) {
    let lines = listed(&case.attempts);
    let number: usize = lines.iter().map(|line| line.times).sum();
    // One attempt is told by the headline.
    if number == 0 || (number == 1 && detail != Detail::Full) {
        return;
    }
    page.blank();
    page.line(&format!(
        "{}  {}",
        styled(STRONG, "ATTEMPTS"),
        styled(DIM, "diag flow shows every step")
    ));
    let mut shown = 0;
    for (index, line) in lines.iter().enumerate() {
        if index == ATTEMPTS_SHOWN && detail != Detail::Full {
            page.paragraph(
                12,
                &styled(DIM, &format!("and {} more (-v shows them)", number - shown)),
            );
            break;
        }
        shown += line.times;
        let attempt = line.attempt;
        let time = attempt.clock.as_deref().unwrap_or("--:--:--");
        let what = attempt.purpose.map(|what| format!("{what} ")).unwrap_or_default();
        let ended = format!(
            "{what}{}: {}",
            styled(attempt.tone.style(), attempt.words),
            plain(attempt.ending)
        );
        page.hanging(&format!("  {}", styled(DIM, time)), 12, &ended);
        if line.times > 1 {
            page.paragraph(
                12,
                &styled(
                    DIM,
                    &format!("and {} like it", wording::count(line.times - 1, "more attempt")),
                ),
            );
        }
    }
}

fn inputs(page: &mut Page, inputs: &[InputView<'_>]) {
    page.blank();
    page.line(&styled(STRONG, "READ"));
    let longest = inputs
        .iter()
        .map(|input| plain(input.path).width())
        .max()
        .unwrap_or_default()
        .min(WIDEST_PATH);
    for input in inputs {
        let mut about = input.kind.clone();
        if let Some(producer) = input.producer {
            about = format!("{about}, {producer}");
        }
        let path = plain(input.path);
        let lead = format!("  · {path}{}", " ".repeat(longest.saturating_sub(path.width())));
        // Beside a long path there is no room for a column.
        if path.width() > WIDEST_PATH {
            page.line(&lead);
            page.paragraph(4, &styled(DIM, &about));
        } else {
            page.hanging(&lead, textwrap::core::display_width(&lead) + 2, &styled(DIM, &about));
        }
        if let Some(whose) = input.about {
            page.hanging("    ", 4, &plain(whose));
        }
        // Remarks on files that are none of ours were made on standard error.
        if input.recognised {
            for note in input.notes {
                page.hanging(&format!("    {}", styled(WARNING, "!")), 6, &plain(note));
            }
        }
    }
}
