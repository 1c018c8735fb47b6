//! Attempts as timelines: who sent what to whom, when, and where it stopped.

use crate::tone::Tone;
use crate::wording;
use diag_sdk::Case;
use diag_sdk::case::attempt::{self, Actor, AttemptKind, Outcome};
use diag_sdk::case::exchange::Side;
use diag_sdk::case::judgement::Fate;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Pages in a row from hosts that take no part that are told one by one.
const MOST_ELSEWHERE: usize = 3;

/// An attempt; the rounds of a loop are told as one.
#[derive(Debug, Serialize)]
pub(crate) struct Attempt<'j> {
    pub(crate) id: &'j str,
    /// The capture it stands in.
    pub(crate) capture: Option<&'j str>,
    #[serde(skip)]
    kind: AttemptKind,
    #[serde(skip)]
    outcome: Outcome,
    /// What it is for.
    pub(crate) what: &'static str,
    /// What it is for, where its outcome does not say that itself.
    pub(crate) purpose: Option<&'static str>,
    pub(crate) when: Option<String>,
    /// The time of day alone.
    pub(crate) clock: Option<String>,
    /// How it ended, in a few words and in a sentence.
    pub(crate) words: &'static str,
    pub(crate) tone: Tone,
    pub(crate) ending: &'j str,
    pub(crate) steps: Vec<Step<'j>>,
    /// How many more are like it, and the id of the last one.
    pub(crate) again: Option<Again<'j>>,
    /// The headline is about it.
    pub(crate) decisive: bool,
}

/// Further rounds that differ in nothing but their time.
#[derive(Debug, Serialize)]
pub(crate) struct Again<'j> {
    pub(crate) times: usize,
    pub(crate) number: String,
    pub(crate) last: &'j str,
}

/// A step of an attempt.
#[derive(Debug, Serialize)]
pub(crate) struct Step<'j> {
    /// When, counted from the beginning of the attempt.
    pub(crate) offset: Option<String>,
    pub(crate) entry: Option<usize>,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    #[serde(skip)]
    pub(crate) towards: Actor,
    #[serde(skip)]
    pub(crate) sender: Actor,
    /// The exchange of the Case it is.
    #[serde(skip)]
    pub(crate) exchange: Option<usize>,
    /// The message it carries, by its id.
    #[serde(skip)]
    pub(crate) message: Option<&'j str>,
    pub(crate) what: Cow<'j, str>,
    /// Status of the answer; 0 where there was none.
    pub(crate) status: Option<u16>,
    pub(crate) tone: Tone,
    /// It is where the attempt failed.
    pub(crate) failing: bool,
    /// Host and path.
    pub(crate) url: Cow<'j, str>,
}

/// The attempts, rounds of a loop as one.
pub(crate) fn attempts<'j>(
    case: &'j Case,
    all: &'j [attempt::Attempt],
    decisive: Option<&attempt::Attempt>,
) -> Vec<Attempt<'j>> {
    let mut attempts = Vec::new();
    let mut rest = all;
    while let Some((first, later)) = rest.split_first() {
        let rounds = later.iter().take_while(|other| is_same_round(first, other)).count();
        let (same, others) = later.split_at(rounds);
        rest = others;
        let is_decisive =
            |one: &attempt::Attempt| decisive.is_some_and(|decisive| decisive.id == one.id);
        let decisive = is_decisive(first) || same.iter().any(is_decisive);
        attempts.push(view(case, first, same, decisive));
    }
    attempts
}

/// The path of the capture an attempt stands in.
pub(crate) fn capture<'j>(case: &'j Case, attempt: &attempt::Attempt) -> Option<&'j str> {
    let index = attempt
        .exchanges
        .first()
        .copied()
        .or_else(|| attempt.steps.iter().find_map(|step| step.exchange))?;
    let input = &case.exchanges.get(index)?.place.input;
    case.inputs.iter().find(|known| known.id == *input).map(|input| wording::path(&input.path))
}

/// What a list, which tells no steps, says of an attempt: those where it is the same look alike.
pub(super) fn looks<'j>(attempt: &Attempt<'j>) -> (AttemptKind, Outcome, &'j str) {
    (attempt.kind, attempt.outcome, attempt.ending)
}

/// The rounds of a loop differ in nothing but their time.
fn is_same_round(one: &attempt::Attempt, other: &attempt::Attempt) -> bool {
    let step = |step: &attempt::Step| {
        (step.from, step.to, step.what.clone(), step.status, step.url.clone())
    };
    (one.kind, one.outcome, &one.ending) == (other.kind, other.outcome, &other.ending)
        && one.steps.iter().map(step).eq(other.steps.iter().map(step))
}

fn view<'j>(
    case: &'j Case,
    attempt: &'j attempt::Attempt,
    same: &'j [attempt::Attempt],
    decisive: bool,
) -> Attempt<'j> {
    let (words, tone) = wording::outcome(attempt.outcome);
    Attempt {
        id: &attempt.id,
        capture: capture(case, attempt),
        kind: attempt.kind,
        outcome: attempt.outcome,
        what: wording::attempt(attempt.kind),
        purpose: wording::purpose(attempt.kind, attempt.outcome),
        when: attempt.started.map(wording::moment),
        clock: attempt.started.map(|time| time.strftime("%H:%M:%S").to_string()),
        words,
        tone,
        ending: &attempt.ending,
        steps: steps(case, attempt),
        again: same.last().map(|last| Again {
            times: same.len(),
            number: wording::count(same.len(), "more attempt"),
            last: &last.id,
        }),
        decisive,
    }
}

fn steps<'j>(case: &Case, attempt: &'j attempt::Attempt) -> Vec<Step<'j>> {
    let failed = failing(case, attempt);
    let end = attempt.steps.len().checked_sub(1);
    let mut steps = Vec::new();
    let mut run = Vec::new();
    for (index, one) in attempt.steps.iter().enumerate() {
        let step = step(case, attempt, one, failed == Some(index));
        if is_elsewhere(case, &step) && end != Some(index) {
            run.push(step);
        } else {
            steps.append(&mut folded(std::mem::take(&mut run)));
            steps.push(step);
        }
    }
    steps
}

/// A page that came as it should from a host that takes no part: a frame or another window asked for it.
fn is_elsewhere(case: &Case, step: &Step<'_>) -> bool {
    let exchange = step.exchange.and_then(|index| case.exchanges.get(index));
    step.message.is_none()
        && !step.failing
        && step.what == "page"
        && matches!(step.status, Some(200..=299))
        && exchange.is_some_and(|exchange| exchange.side == Side::Other)
}

/// A long run of pages from elsewhere as one step.
fn folded(run: Vec<Step<'_>>) -> Vec<Step<'_>> {
    if run.len() <= MOST_ELSEWHERE {
        return run;
    }
    let host = |step: &Step<'_>| step.url.split('/').next().unwrap_or_default().to_owned();
    let hosts: BTreeSet<String> = run.iter().map(host).collect();
    let number = wording::count(run.len(), "page");
    let Some(first) = run.into_iter().next() else { return Vec::new() };
    let url = match hosts.len() - 1 {
        0 => host(&first),
        more => format!("{} and {}", host(&first), wording::count(more, "more host")),
    };
    let browser = wording::actor(Actor::Browser);
    let folded = Step {
        from: browser,
        to: browser,
        towards: Actor::Browser,
        sender: Actor::Browser,
        exchange: None,
        what: format!("{number} elsewhere").into(),
        status: None,
        tone: Tone::Quiet,
        url: url.into(),
        ..first
    };
    vec![folded]
}

/// The step at which an attempt failed: where the failure shows, else its last one.
fn failing(case: &Case, attempt: &attempt::Attempt) -> Option<usize> {
    if !attempt.failed() {
        return None;
    }
    let shown = case
        .failures
        .iter()
        .find(|failure| failure.attempt.as_deref() == Some(attempt.id.as_str()))
        .and_then(|failure| failure.exchange);
    let at =
        |exchange: usize| attempt.steps.iter().rposition(|step| step.exchange == Some(exchange));
    let last =
        || attempt.steps.len().checked_sub(1).filter(|_| attempt.outcome != Outcome::Looping);
    shown.and_then(at).or_else(|| attempt.end.and_then(at)).or_else(last)
}

fn step<'j>(
    case: &Case,
    attempt: &attempt::Attempt,
    step: &'j attempt::Step,
    failing: bool,
) -> Step<'j> {
    #[expect(clippy::cast_precision_loss, reason = "offsets are shown with one decimal")]
    let seconds = |from, to: jiff::Timestamp| to.duration_since(from).as_millis() as f64 / 1000.0;
    Step {
        offset: step
            .time
            .zip(attempt.started)
            .map(|(time, started)| format!("{:+.1} s", seconds(started, time))),
        entry: step.entry,
        from: wording::actor(step.from),
        to: wording::actor(step.to),
        towards: step.to,
        sender: step.from,
        exchange: step.exchange,
        message: step.message.as_deref(),
        what: Cow::Borrowed(&step.what),
        status: step.status,
        tone: tone(case, step, failing),
        failing,
        url: Cow::Borrowed(step.url.as_deref().unwrap_or_default()),
    }
}

/// A status alone makes nothing good: a page that says no has 200 as well.
fn tone(case: &Case, step: &attempt::Step, failing: bool) -> Tone {
    let fate = step.message.as_deref().and_then(|id| case.message(id)).map(|message| message.fate);
    match (fate, step.status) {
        _ if failing => Tone::Bad,
        (Some(Fate::Refused | Fate::Lost), _) | (_, Some(0 | 400..)) => Tone::Bad,
        (Some(Fate::Accepted), Some(_)) => Tone::Good,
        (Some(Fate::Open), _) | (_, Some(300..=399) | None) => Tone::Quiet,
        (_, Some(_)) => Tone::Good,
    }
}

/// A line of a list of attempts, which tells no steps.
#[derive(Debug)]
pub(crate) struct Listed<'a, 'j> {
    pub(crate) attempt: &'a Attempt<'j>,
    /// How many attempts in a row it stands for.
    pub(crate) times: usize,
}

/// The attempts as lines of a list: those of which it would say the same are one.
pub(crate) fn listed<'a, 'j>(attempts: &'a [Attempt<'j>]) -> Vec<Listed<'a, 'j>> {
    let mut lines: Vec<Listed<'a, 'j>> = Vec::new();
    for attempt in attempts {
        let times = 1 + attempt.again.as_ref().map_or(0, |again| again.times);
        match lines.last_mut().filter(|last| looks(last.attempt) == looks(attempt)) {
            Some(last) => last.times += times,
            None => lines.push(Listed { attempt, times }),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn pages_from_elsewhere_are_one_step_and_what_matters_stays() {
        let mut judged = sample::broken();
        let elsewhere = judged.case.exchanges.len();
        let page = |number: usize| diag_sdk::case::exchange::Exchange {
            url: format!("https://cdn{}.example/frame", number % 3),
            side: Side::Other,
            status: 200,
            ..Default::default()
        };
        judged.case.exchanges.extend((0..10).map(page));
        let steps = &mut judged.report.attempts[0].steps;
        let told = steps.len();
        for number in 0..10 {
            let step = attempt::Step {
                what: if number == 7 { "form".to_owned() } else { "page".to_owned() },
                exchange: Some(elsewhere + number),
                status: Some(200),
                url: Some(format!("cdn{}.example/frame", number % 3)),
                ..steps[0].clone()
            };
            steps.insert(1 + number, attempt::Step { message: None, ..step });
        }
        let attempts = attempts(&judged.case, &judged.report.attempts, None);
        let shown: Vec<(&str, &str)> =
            attempts[0].steps.iter().map(|step| (&*step.what, &*step.url)).collect();
        assert_eq!(shown[1], ("7 pages elsewhere", "cdn0.example and 2 more hosts"));
        assert_eq!(
            (shown[2].0, shown[3], shown[4]),
            ("form", ("page", "cdn2.example/frame"), ("page", "cdn0.example/frame"))
        );
        assert_eq!(shown.len(), told + 4);
    }
}
