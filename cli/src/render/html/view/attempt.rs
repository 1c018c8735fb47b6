//! Attempts as timelines: who sent what to whom, when, and where it stopped.

use super::tone::tone;
use crate::render::Judged;
use crate::render::text::{headline, timeline};
use crate::wording;
use diag_sdk::case::attempt;
use serde::Serialize;

/// Most attempts, and steps of one: a loop can make hundreds.
const ATTEMPTS_SHOWN: usize = 24;
const STEPS_SHOWN: usize = 120;

#[derive(Debug, Serialize)]
pub(super) struct Attempt<'j> {
    id: &'j str,
    what: String,
    when: Option<String>,
    words: &'static str,
    tone: &'static str,
    ending: &'j str,
    steps: Vec<Step<'j>>,
    more_steps: Option<String>,
    again: Option<String>,
    open: bool,
}

#[derive(Debug, Serialize)]
struct Step<'j> {
    offset: Option<String>,
    entry: Option<usize>,
    from: &'static str,
    to: &'static str,
    what: &'j str,
    status: Option<String>,
    tone: &'static str,
    url: &'j str,
}

/// The attempts, rounds of a loop as one, and how many there is no room for.
pub(super) fn attempts(judged: &Judged) -> (Vec<Attempt<'_>>, Option<String>) {
    let decisive = headline::decisive(judged).map(|attempt| attempt.id.as_str());
    let mut attempts = Vec::new();
    let mut rest = judged.report.attempts.as_slice();
    while let Some((attempt, later)) = rest.split_first() {
        if attempts.len() == ATTEMPTS_SHOWN {
            return (attempts, Some(format!("and {}", wording::count(rest.len(), "more attempt"))));
        }
        let rounds = later.iter().take_while(|other| timeline::is_same_round(attempt, other)).count();
        let (same, others) = later.split_at(rounds);
        rest = others;
        let open = decisive.is_some_and(|id| attempt.id == id || same.iter().any(|other| other.id == id));
        attempts.push(attempt_view(attempt, same, open));
    }
    (attempts, None)
}

fn attempt_view<'j>(attempt: &'j attempt::Attempt, same: &[attempt::Attempt], open: bool) -> Attempt<'j> {
    let (words, style) = wording::outcome(attempt.outcome);
    let hidden = attempt.steps.len().saturating_sub(STEPS_SHOWN);
    Attempt {
        id: &attempt.id,
        what: capitalised(wording::purpose(attempt.kind, attempt.outcome).unwrap_or_default()),
        when: attempt.started.map(wording::moment),
        words,
        tone: tone(style),
        ending: &attempt.ending,
        steps: attempt.steps.iter().take(STEPS_SHOWN).map(|one| step(attempt, one)).collect(),
        more_steps: (hidden > 0).then(|| format!("and {}", wording::count(hidden, "more step"))),
        again: same.last().map(|last| format!("{} like {}, up to {}", wording::count(same.len(), "more attempt"), attempt.id, last.id)),
        open,
    }
}

fn step<'j>(attempt: &attempt::Attempt, step: &'j attempt::Step) -> Step<'j> {
    Step {
        offset: timeline::offset(attempt, step),
        entry: step.entry,
        from: wording::actor(step.from),
        to: wording::actor(step.to),
        what: &step.what,
        status: step.status.map(|status| if status == 0 { "no answer".to_owned() } else { status.to_string() }),
        tone: step.status.map_or("quiet", |status| tone(timeline::status_style(status))),
        url: step.url.as_deref().unwrap_or_default(),
    }
}

fn capitalised(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
