//! Attempts as timelines: who sent what to whom, when, and where it stopped.

use super::page::{Page, plain, styled, unbroken};
use crate::render::Judged;
use crate::terminal::{DIM, ERROR, GOOD, STRONG, WARNING};
use crate::wording;
use anstyle::Style;
use diag_core::report::{ReportedAttempt, ReportedStep};
use diag_sdk::case::attempt::Actor;
use unicode_width::UnicodeWidthStr;

/// Widest column of what was sent.
const WIDEST_WHAT: usize = 28;

/// Writes all attempts of a case.
pub(crate) fn render(judged: &Judged, width: usize) -> String {
    let mut page = Page::new(width);
    if judged.report.attempts.is_empty() {
        page.line(&styled(WARNING, "No sign-in in this capture"));
        page.paragraph(
            0,
            &format!(
                "{} were read; none of them carries a SAML message or belongs to a sign-in.",
                wording::count(judged.case.exchanges.len(), "request")
            ),
        );
    }
    for attempt in &judged.report.attempts {
        page.blank();
        one(&mut page, attempt);
    }
    page.finish()
}

fn one(page: &mut Page, attempt: &ReportedAttempt) {
    let (words, style) = wording::outcome(attempt.outcome);
    let when = attempt.started.map(|time| format!("  {}", styled(DIM, &wording::moment(time)))).unwrap_or_default();
    page.line(&format!(
        "{}{when}  {}",
        styled(STRONG, &format!("{} {}", attempt.id, wording::attempt(attempt.kind))),
        styled(style, words)
    ));
    let widest = attempt.steps.iter().map(|step| step.what.width()).max().unwrap_or_default().min(WIDEST_WHAT);
    for step in &attempt.steps {
        write_step(page, attempt, step, widest);
    }
    if !attempt.ending.is_empty() {
        page.hanging(&format!("  {}", styled(style, "■")), 4, &styled(style, &attempt.ending));
    }
}

fn write_step(page: &mut Page, attempt: &ReportedAttempt, step: &ReportedStep, widest: usize) {
    let offset = match (attempt.started, step.time) {
        (Some(started), Some(time)) => {
            #[expect(clippy::cast_precision_loss, reason = "offsets are shown with one decimal")]
            let seconds = time.duration_since(started).as_millis() as f64 / 1000.0;
            format!("{seconds:+.1} s")
        }
        _ => String::new(),
    };
    let arrow = format!("{:>7} → {:<7}", wording::actor(step.from), wording::actor(step.to));
    let arrow = format!("{}{arrow}{:#}", side(step), side(step));
    let what = plain(&step.what);
    let padding = " ".repeat(widest.saturating_sub(what.width()));
    let status = match step.status {
        Some(0) => styled(ERROR, "---"),
        Some(status) => styled(status_style(status), &status.to_string()),
        None => "   ".to_owned(),
    };
    let lead = format!("  {} {arrow}  {}{padding}  {status}", styled(DIM, &format!("{offset:>9}")), styled(STRONG, &what));
    let indent = textwrap::core::display_width(&lead) + 2;
    let mut rest = Vec::new();
    if let Some(url) = &step.url {
        rest.push(plain(url));
    }
    if let Some(entry) = step.entry {
        rest.push(unbroken(DIM, &format!("entry {entry}")));
    }
    page.hanging(&lead, indent, &rest.join(" "));
}

fn status_style(status: u16) -> Style {
    match status {
        100..=299 => GOOD,
        300..=399 => DIM,
        _ => ERROR,
    }
}

/// The colour tells at a glance which way it goes.
fn side(step: &ReportedStep) -> Style {
    match step.to {
        Actor::Idp | Actor::Broker => crate::terminal::NOTICE,
        Actor::Sp => crate::terminal::WARNING,
        Actor::Browser => DIM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn steps_stand_in_columns() {
        insta::assert_snapshot!(anstream::adapter::strip_str(&render(&sample::broken(), 96)).to_string());
    }
}
