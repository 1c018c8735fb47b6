//! Attempts as timelines: who sent what to whom, when, and where it stopped.

use super::lanes;
use super::page::{Page, plain, styled};
use crate::Judged;
use crate::terminal::{DIM, ERROR, STRONG, WARNING, visible};
use crate::view::{self, Attempt, Step};
use crate::wording;
use anstyle::Style;
use diag_sdk::case::attempt::Actor;
use unicode_width::UnicodeWidthStr;

/// From this width on attempts are drawn as lanes.
const WIDE: usize = 100;
/// Widest column of what was sent.
const WIDEST_WHAT: usize = 28;
/// A URL gets this much even where the page is too narrow for it.
const SHORTEST_URL: usize = 24;

/// Writes all attempts of a case.
pub fn render(judged: &Judged, width: usize) -> String {
    let mut page = Page::new(width);
    let attempts = view::attempts(&judged.case, &judged.report.attempts, None);
    if attempts.is_empty() {
        page.line(&styled(WARNING, "No sign-in in this capture"));
        let read = wording::count(judged.case.exchanges.len(), "request");
        let rest = match view::other_protocol(&judged.case) {
            Some(name) => format!(
                "People sign in by {name} in it; diag tells the story of SAML and WS-Federation, and stops there."
            ),
            None => "None of them carries a SAML message or belongs to a sign-in.".to_owned(),
        };
        page.paragraph(0, &format!("{read} were read. {rest}"));
    }
    for attempt in &attempts {
        page.blank();
        one(&mut page, attempt);
        if let Some(again) = &attempt.again {
            page.blank();
            page.line(&styled(
                DIM,
                &format!("… {} like {}, up to {}", again.number, attempt.id, again.last),
            ));
        }
    }
    if attempts.iter().flat_map(|attempt| &attempt.steps).any(|step| step.entry.is_some()) {
        page.blank();
        page.line(&styled(DIM, "#: number of the entry in the capture, from 0"));
    }
    page.finish()
}

fn one(page: &mut Page, attempt: &Attempt<'_>) {
    let style = attempt.tone.style();
    let when =
        attempt.when.as_deref().map(|when| format!("  {}", styled(DIM, when))).unwrap_or_default();
    // Of several captures, whose attempt is it? Of one, where does it come from?
    if let Some(capture) = attempt.capture {
        page.line(&styled(DIM, capture));
    }
    let title = styled(STRONG, &format!("{} {}", attempt.id, attempt.what));
    page.line(&format!("{title}{when}  {}", styled(style, attempt.words)));
    if page.width() >= WIDE && lanes::fit(attempt, page.width()) {
        lanes::write(page, attempt, &shortened);
    } else {
        columns(page, attempt);
    }
    if !attempt.ending.is_empty() {
        page.hanging(&format!("  {}", styled(style, "■")), 4, &styled(style, attempt.ending));
    }
}

fn columns(page: &mut Page, attempt: &Attempt<'_>) {
    let widest = attempt
        .steps
        .iter()
        .map(|step| step.what.width())
        .max()
        .unwrap_or_default()
        .min(WIDEST_WHAT);
    for step in &attempt.steps {
        write_step(page, step, widest);
    }
}

fn write_step(page: &mut Page, step: &Step<'_>, widest: usize) {
    let offset = step.offset.as_deref().unwrap_or_default();
    let entry = step.entry.map(|entry| format!("#{entry}")).unwrap_or_default();
    let arrow =
        format!("{}{:>7} → {:<7}{:#}", side(step.towards), step.from, step.to, side(step.towards));
    let what = plain(&step.what);
    let padding = " ".repeat(widest.saturating_sub(what.width()));
    let status = match step.status {
        Some(0) => styled(ERROR, "---"),
        Some(status) => styled(step.tone.style(), &status.to_string()),
        None => "   ".to_owned(),
    };
    let lead = format!(
        "{} {} {arrow} {}{padding} {status} ",
        styled(DIM, &format!("{entry:>5}")),
        styled(DIM, &format!("{offset:>9}")),
        styled(STRONG, &what)
    );
    let room = page.width().saturating_sub(textwrap::core::display_width(&lead));
    page.line(&format!("{lead}{}", shortened(&visible(&step.url), room.max(SHORTEST_URL))));
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
    let (start, end) = (
        characters.get(..head).unwrap_or_default(),
        characters.get(characters.len() - tail..).unwrap_or_default(),
    );
    format!("{}…{}", text(start), text(end))
}

/// The colour tells at a glance which way it goes.
fn side(towards: Actor) -> Style {
    match towards {
        Actor::Idp | Actor::Broker => crate::terminal::NOTICE,
        Actor::Sp => crate::terminal::WARNING,
        Actor::Browser => DIM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn long_urls_keep_host_and_end() {
        let url = "login.microsoftonline.com/5f3a9c1e-7b2d-4e60-9a41-0c8d2e6f7a13/saml2";
        assert_eq!(shortened(url, 40), "login.microsoftonline.com/5f3a9c1…/saml2");
        assert_eq!(shortened("a.example/x", 40), "a.example/x");
        assert_eq!(
            shortened("sense.contoso.example/azure/samlauthn/", 34),
            "sense.contoso.example/…/samlauthn/"
        );
        assert_eq!(shortened(&format!("a.example/{}", "y".repeat(90)), 24).chars().count(), 24);
    }

    #[test]
    fn steps_stand_in_columns() {
        insta::assert_snapshot!(
            anstream::adapter::strip_str(&render(&sample::broken(), 96)).to_string()
        );
    }
}
