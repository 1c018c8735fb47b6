//! What the report rests on: the files read and the attempts seen in them.

use super::page::{Page, plain, styled};
use crate::render::{Detail, Judged};
use crate::terminal::{DIM, STRONG, WARNING};
use crate::wording;
use diag_core::report::CheckOutcome;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::input::InputKind;
use unicode_width::UnicodeWidthStr;

/// Most attempts listed without `-v`.
const ATTEMPTS_SHOWN: usize = 8;
/// Widest column of paths.
const WIDEST_PATH: usize = 44;

/// Writes attempts, inputs and, where everything is asked for, the checks that found nothing.
pub(crate) fn write(page: &mut Page, judged: &Judged, detail: Detail) {
    // One attempt is told by the headline.
    if judged.report.attempts.len() > 1 || detail == Detail::Full {
        attempts(page, judged, detail);
    }
    inputs(page, judged);
    if detail == Detail::Full {
        clean(page, judged);
    }
    if let Some(time) = judged.report.judged_at {
        page.blank();
        let by = wording::judged_by(judged.case.judged_by);
        page.paragraph(0, &styled(DIM, &format!("Judged at {} ({by})", wording::moment(time))));
    }
}

fn attempts(page: &mut Page, judged: &Judged, detail: Detail) {
    let attempts = &judged.report.attempts;
    if attempts.is_empty() {
        return;
    }
    page.blank();
    page.line(&format!("{}  {}", styled(STRONG, "ATTEMPTS"), styled(DIM, "diag flow shows every step")));
    let mut rest = attempts.as_slice();
    let mut lines = 0;
    while let Some((attempt, later)) = rest.split_first() {
        if lines == ATTEMPTS_SHOWN && detail != Detail::Full {
            page.paragraph(12, &styled(DIM, &format!("and {} more (-v shows them)", rest.len())));
            break;
        }
        lines += 1;
        let time = attempt.started.map_or_else(|| "--:--:--".to_owned(), |time| time.strftime("%H:%M:%S").to_string());
        let (words, style) = wording::outcome(attempt.outcome);
        let what = wording::purpose(attempt.kind, attempt.outcome).map(|what| format!("{what} ")).unwrap_or_default();
        page.hanging(&format!("  {}", styled(DIM, &time)), 12, &format!("{what}{}: {}", styled(style, words), plain(&attempt.ending)));
        rest = later;
        if detail == Detail::Full {
            continue;
        }
        // The rounds of a loop differ in nothing but their time.
        let same = |other: &&Attempt| (other.kind, other.outcome, &other.ending) == (attempt.kind, attempt.outcome, &attempt.ending);
        let again = later.iter().take_while(same).count();
        if again > 0 {
            rest = later.get(again..).unwrap_or_default();
            page.paragraph(12, &styled(DIM, &format!("and {} like it", wording::count(again, "more attempt"))));
        }
    }
}

fn inputs(page: &mut Page, judged: &Judged) {
    page.blank();
    page.line(&styled(STRONG, "READ"));
    let longest =
        judged.report.inputs.iter().map(|input| plain(wording::path(&input.path)).width()).max().unwrap_or_default().min(WIDEST_PATH);
    for input in &judged.report.inputs {
        let mut about = wording::kind(input.kind).to_owned();
        if let Some(producer) = &input.producer {
            about = format!("{about}, {producer}");
        }
        let path = plain(wording::path(&input.path));
        let lead = format!("  · {path}{}", " ".repeat(longest.saturating_sub(path.width())));
        page.hanging(&lead, textwrap::core::display_width(&lead) + 2, &styled(DIM, &about));
        // Remarks on files that are none of ours were made on standard error.
        if input.kind != InputKind::Unrecognised {
            for note in &input.notes {
                page.hanging(&format!("    {}", styled(WARNING, "!")), 6, &plain(note));
            }
        }
    }
}

fn clean(page: &mut Page, judged: &Judged) {
    let clean: Vec<&str> =
        judged.report.checks.iter().filter(|check| check.outcome == CheckOutcome::Clean).map(|check| check.id.as_str()).collect();
    if clean.is_empty() {
        return;
    }
    page.blank();
    page.line(&format!("{}  {}", styled(STRONG, "CLEAN"), styled(DIM, &wording::count(clean.len(), "check"))));
    page.paragraph(2, &styled(DIM, &clean.join(" ")));
}
