//! Attempts as timelines: who sent what to whom, when, and where it stopped.

use super::page::{Page, plain, styled};
use crate::render::Judged;
use crate::terminal::{DIM, ERROR, GOOD, STRONG, WARNING, visible};
use crate::wording;
use anstyle::Style;
use diag_sdk::case::attempt::{Actor, Attempt, Step};
use unicode_width::UnicodeWidthStr;

/// Widest column of what was sent.
const WIDEST_WHAT: usize = 28;
/// A URL gets this much even where the page is too narrow for it.
const SHORTEST_URL: usize = 24;

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
    let mut rest = judged.report.attempts.as_slice();
    while let Some((attempt, later)) = rest.split_first() {
        page.blank();
        one(&mut page, attempt);
        let rounds = later.iter().take_while(|other| is_same_round(attempt, other)).count();
        rest = later.get(rounds..).unwrap_or_default();
        if let Some(last) = rounds.checked_sub(1).and_then(|last| later.get(last)) {
            page.blank();
            page.line(&styled(DIM, &format!("… {} like {}, up to {}", wording::count(rounds, "more attempt"), attempt.id, last.id)));
        }
    }
    if judged.report.attempts.iter().flat_map(|attempt| &attempt.steps).any(|step| step.entry.is_some()) {
        page.blank();
        page.line(&styled(DIM, "#: number of the entry in the capture, from 0"));
    }
    page.finish()
}

/// The rounds of a loop differ in nothing but their time.
pub(crate) fn is_same_round(one: &Attempt, other: &Attempt) -> bool {
    let step = |step: &Step| (step.from, step.to, step.what.clone(), step.status, step.url.clone());
    (one.kind, one.outcome, &one.ending) == (other.kind, other.outcome, &other.ending)
        && one.steps.iter().map(step).eq(other.steps.iter().map(step))
}

fn one(page: &mut Page, attempt: &Attempt) {
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

/// When a step was, counted from the beginning of the attempt.
pub(crate) fn offset(attempt: &Attempt, step: &Step) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "offsets are shown with one decimal")]
    let seconds = step.time?.duration_since(attempt.started?).as_millis() as f64 / 1000.0;
    Some(format!("{seconds:+.1} s"))
}

fn write_step(page: &mut Page, attempt: &Attempt, step: &Step, widest: usize) {
    let offset = offset(attempt, step).unwrap_or_default();
    let entry = step.entry.map(|entry| format!("#{entry}")).unwrap_or_default();
    let arrow = format!("{:>7} → {:<7}", wording::actor(step.from), wording::actor(step.to));
    let arrow = format!("{}{arrow}{:#}", side(step), side(step));
    let what = plain(&step.what);
    let padding = " ".repeat(widest.saturating_sub(what.width()));
    let status = match step.status {
        Some(0) => styled(ERROR, "---"),
        Some(status) => styled(status_style(status), &status.to_string()),
        None => "   ".to_owned(),
    };
    let lead = format!(
        "{} {} {arrow} {}{padding} {status} ",
        styled(DIM, &format!("{entry:>5}")),
        styled(DIM, &format!("{offset:>9}")),
        styled(STRONG, &what)
    );
    let room = page.width().saturating_sub(textwrap::core::display_width(&lead));
    let url = step.url.as_deref().map(|url| shortened(&visible(url), room.max(SHORTEST_URL))).unwrap_or_default();
    page.line(&format!("{lead}{url}"));
}

/// A URL's host and the end of its path, cut in the middle where it is too long. The entry number
/// leads to the whole of it.
fn shortened(url: &str, room: usize) -> String {
    let characters: Vec<char> = url.chars().collect();
    if characters.len() <= room {
        return url.to_owned();
    }
    // A slash at the very end belongs to the last segment.
    let inner = characters.get(..characters.len() - 1).unwrap_or_default();
    let last = inner.iter().rposition(|character| *character == '/').unwrap_or(0);
    let tail = (characters.len() - last).min(room / 2);
    let head = room.saturating_sub(tail + 1);
    let text = |part: &[char]| part.iter().collect::<String>();
    let (start, end) = (characters.get(..head).unwrap_or_default(), characters.get(characters.len() - tail..).unwrap_or_default());
    format!("{}…{}", text(start), text(end))
}

/// How an answer is coloured.
pub(crate) fn status_style(status: u16) -> Style {
    match status {
        100..=299 => GOOD,
        300..=399 => DIM,
        _ => ERROR,
    }
}

/// The colour tells at a glance which way it goes.
fn side(step: &Step) -> Style {
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
    fn long_urls_keep_host_and_end() {
        let url = "login.microsoftonline.com/5f3a9c1e-7b2d-4e60-9a41-0c8d2e6f7a13/saml2";
        assert_eq!(shortened(url, 40), "login.microsoftonline.com/5f3a9c1…/saml2");
        assert_eq!(shortened("a.example/x", 40), "a.example/x");
        assert_eq!(shortened("sense.contoso.example/azure/samlauthn/", 34), "sense.contoso.example/…/samlauthn/");
        assert_eq!(shortened(&format!("a.example/{}", "y".repeat(90)), 24).chars().count(), 24);
    }

    #[test]
    fn steps_stand_in_columns() {
        insta::assert_snapshot!(anstream::adapter::strip_str(&render(&sample::broken(), 96)).to_string());
    }
}
