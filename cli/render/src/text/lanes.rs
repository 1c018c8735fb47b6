//! An attempt as small lanes, for wide terminals: who sends what to whom shows without reading.

use super::page::{Page, plain, styled};
use crate::terminal::{DIM, ERROR, STRONG, visible};
use crate::tone::Tone;
use crate::view::{Attempt, Step};
use anstyle::Style;
use diag_sdk::case::attempt::Actor;
use unicode_width::UnicodeWidthChar;

/// Columns before the first lane: entry and time.
const LEAD: usize = 18;
/// Columns from one lane to the next.
const GAP: usize = 19;
/// Columns that are left for status and address.
const TAIL: usize = 24;

/// The lanes of an attempt, from left to right.
fn seats(attempt: &Attempt<'_>) -> Vec<(Actor, &'static str)> {
    let all = [
        (Actor::Sp, "SP"),
        (Actor::Browser, "browser"),
        (Actor::Broker, "broker"),
        (Actor::Idp, "IdP"),
    ];
    let brokered = attempt
        .steps
        .iter()
        .any(|step| step.sender == Actor::Broker || step.towards == Actor::Broker);
    all.into_iter().filter(|(actor, _)| *actor != Actor::Broker || brokered).collect()
}

/// There is room for lanes.
pub(super) fn fit(attempt: &Attempt<'_>, width: usize) -> bool {
    width >= LEAD + (seats(attempt).len() - 1) * GAP + TAIL
}

/// Writes the steps of an attempt.
pub(super) fn write(
    page: &mut Page,
    attempt: &Attempt<'_>,
    shortened: &dyn Fn(&str, usize) -> String,
) {
    let seats = seats(attempt);
    let column = |actor: Actor| {
        LEAD + GAP * seats.iter().position(|(seat, _)| *seat == actor).unwrap_or_default()
    };
    let end = LEAD + GAP * (seats.len() - 1);
    let mut heads = String::new();
    for (actor, name) in &seats {
        let start = column(*actor).saturating_sub(name.len() / 2);
        heads.push_str(&" ".repeat(start.saturating_sub(heads.len())));
        heads.push_str(name);
    }
    page.line(&styled(STRONG, &heads));
    for step in &attempt.steps {
        let entry = step.entry.map(|entry| format!("#{entry}")).unwrap_or_default();
        let lead = format!("{entry:>5} {:>9}", step.offset.as_deref().unwrap_or_default());
        let (from, to) = (column(step.sender), column(step.towards));
        let (left, right) = (from.min(to), from.max(to));
        let lanes: Vec<usize> = seats.iter().map(|(actor, _)| column(*actor)).collect();
        let before: String = (lead.chars().count()..left)
            .map(|at| if lanes.contains(&at) { '│' } else { ' ' })
            .collect();
        // Elsewhere no lane is crossed: the label stands beside the browser's own.
        let (arrow, right) = if left == right {
            (aside(step), left + GAP - 1)
        } else {
            (arrow(step, left, right, to < from, &lanes), right)
        };
        let after: String =
            (right + 1..=end).map(|at| if lanes.contains(&at) { '│' } else { ' ' }).collect();
        let status = match step.status {
            Some(0) => styled(ERROR, "---"),
            Some(status) => styled(style(step.tone), &status.to_string()),
            None => "   ".to_owned(),
        };
        let room = page.width().saturating_sub(end + 6);
        page.line(&format!(
            "{}{}{}{} {status} {}",
            styled(DIM, &lead),
            styled(DIM, &before),
            arrow,
            styled(DIM, &after),
            shortened(&visible(&step.url), room)
        ));
    }
}

/// What happened elsewhere, up to the next lane.
fn aside(step: &Step<'_>) -> String {
    let label = cut(&plain(&step.what), GAP - 3);
    let rest = " ".repeat(GAP - 2 - label.chars().count());
    format!("{} {}{rest}", styled(DIM, "│"), styled(DIM, &label))
}

/// From one lane to another; what is sent stands in its middle, a message is drawn double.
fn arrow(step: &Step<'_>, left: usize, right: usize, back: bool, lanes: &[usize]) -> String {
    let (line, cross) = if step.message.is_some() { ('═', '╪') } else { ('─', '┼') };
    let inner = right.saturating_sub(left + 1);
    let label = cut(&plain(&step.what), inner.saturating_sub(4));
    let width: usize = label.chars().map(|character| character.width().unwrap_or(0)).sum();
    // The label stands between two lanes, at the end it is sent from.
    let span = inner.min(GAP - 1);
    let offset = if back { inner - span } else { 0 } + span.saturating_sub(width + 2) / 2;
    let mut drawn: Vec<char> =
        (left + 1..right).map(|at| if lanes.contains(&at) { cross } else { line }).collect();
    let tip = if back { 0 } else { inner.saturating_sub(1) };
    if let Some(place) = drawn.get_mut(tip) {
        *place = if back { '◀' } else { '▶' };
    }
    let text = |range: &[char]| range.iter().collect::<String>();
    let start = text(drawn.get(..offset).unwrap_or_default());
    let rest = text(drawn.get((offset + width + 2).min(drawn.len())..).unwrap_or_default());
    let colour = style(step.tone);
    let mark = if step.failing { styled(ERROR, &label) } else { styled(STRONG, &label) };
    let bar = styled(DIM, "│");
    format!("{bar}{} {mark} {}{bar}", styled(colour, &start), styled(colour, &rest))
}

fn cut(label: &str, room: usize) -> String {
    if label.chars().count() <= room {
        return label.to_owned();
    }
    label.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Quiet => Style::new(),
        other => other.style(),
    }
}

#[cfg(test)]
mod tests {
    use crate::sample;
    use crate::text::timeline;

    fn drawn(width: usize) -> String {
        anstream::adapter::strip_str(&timeline::render(&sample::broken(), width)).to_string()
    }

    #[test]
    fn a_wide_terminal_shows_lanes() {
        insta::assert_snapshot!(drawn(100));
    }

    #[test]
    fn lines_keep_to_the_width() {
        for width in [82, 90, 100] {
            for line in drawn(width).lines() {
                assert!(line.chars().count() <= width, "{line}");
            }
        }
    }

    #[test]
    fn a_narrow_terminal_shows_columns() {
        assert!(!drawn(70).contains('◀') && drawn(70).contains("AuthnRequest"));
    }
}
