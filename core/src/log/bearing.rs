//! Which line of a log speaks for which attempt.
//!
//! A line counts for an attempt within minutes of it. Where it was written at another time it is history: the
//! same refusal may have had another cause then, or none that is left. Clocks of servers go wrong by minutes,
//! and local time is often written without its zone; both are allowed for, the latter more narrowly, because
//! with any zone a line is near something once an hour.

use diag_sdk::Case;
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::{Phrase, Side};
use diag_sdk::case::judgement::{Part, Party};
use diag_sdk::case::witness::{Bearing, Witness};
use jiff::Timestamp;

/// Seconds around an attempt within which a line counts for it.
const NEAR: f64 = 300.0;
/// Seconds around an attempt within which a line counts whose zone is not known.
const NEAR_IN_SOME_ZONE: f64 = 120.0;
/// A clock is put right only where it is further off than this, in seconds.
const CLOCK_OFF: f64 = 60.0;
/// Lines up to this many seconds before the last refusal of a log belong to it, where nothing was captured.
const LAST: f64 = 86_400.0;

/// Says of every line how it stands to what was captured, and for which attempt it speaks.
pub(crate) fn bear(case: &mut Case) {
    let mut witnesses = std::mem::take(&mut case.witnesses);
    let captured = span(case);
    let attempts: Vec<(&Attempt, Timestamp, Timestamp)> = case
        .attempts
        .iter()
        .filter_map(|attempt| Some((attempt, attempt.started?, attempt.ended.or(attempt.started)?)))
        .collect();
    let any_failed = case.attempts.iter().any(Attempt::failed);
    let any_worked = case.signed_in();
    for witness in &mut witnesses {
        if witness.phrase.part == Part::Pasted {
            // Whoever pastes an error means the sign-in that is judged; where that worked, another one.
            witness.bearing = match (case.attempts.is_empty(), any_failed || !any_worked) {
                (true, _) => Bearing::Last,
                (false, true) => Bearing::Open,
                (false, false) => Bearing::History,
            };
            continue;
        }
        let Some(time) = witness.time else { continue };
        let ahead = clock_of(case, witness.party);
        (witness.bearing, witness.attempt) = if attempts.is_empty() {
            let near = captured.map(|span| gap(time, ahead, span, witness.zoned));
            (
                near.map_or(Bearing::Open, |gap| {
                    if gap.is_some() { Bearing::Present } else { Bearing::History }
                }),
                None,
            )
        } else {
            match nearest(&attempts, time, ahead, witness.zoned) {
                Some(attempt) => (Bearing::Present, Some(attempt.id.clone())),
                None => (Bearing::History, None),
            }
        };
    }
    if case.exchanges.is_empty() {
        last_of_all(&mut witnesses);
    }
    set_other_applications_aside(case, &mut witnesses);
    case.log_phrases = counting(&witnesses);
    case.witnesses = witnesses;
}

/// Lines about another application than the one whose export was given tell nothing of it.
fn set_other_applications_aside(case: &Case, witnesses: &mut [Witness]) {
    let own: Vec<&str> =
        case.relevant_registrations().filter_map(|one| one.app_id.as_deref()).collect();
    let is_another = |witness: &&mut Witness| {
        let id = witness.application.as_deref();
        id.is_some_and(|id| !own.iter().any(|own| own.eq_ignore_ascii_case(id)))
    };
    for witness in witnesses.iter_mut().filter(is_another).filter(|_| !own.is_empty()) {
        (witness.bearing, witness.attempt) = (Bearing::History, None);
    }
}

/// From the first to the last moment of the capture.
fn span(case: &Case) -> Option<(Timestamp, Timestamp)> {
    let times = || case.exchanges.iter().filter_map(|exchange| exchange.started);
    Some((times().min()?, times().max()?))
}

/// Seconds by which that party's clock is ahead, where it is far off.
fn clock_of(case: &Case, party: Party) -> f64 {
    let side = if party == Party::Idp { Side::Idp } else { Side::Sp };
    let offsets =
        case.clocks.iter().filter(|clock| clock.side == side).map(|clock| clock.ahead_seconds);
    offsets
        .max_by(|a, b| a.abs().total_cmp(&b.abs()))
        .filter(|ahead| ahead.abs() > CLOCK_OFF)
        .unwrap_or(0.0)
}

/// The attempt a line speaks for: of those near it one that failed, of those the nearest.
fn nearest<'a>(
    attempts: &[(&'a Attempt, Timestamp, Timestamp)],
    time: Timestamp,
    ahead: f64,
    zoned: bool,
) -> Option<&'a Attempt> {
    let near = attempts.iter().filter_map(|(attempt, start, end)| {
        Some((*attempt, gap(time, ahead, (*start, *end), zoned)?))
    });
    let worked = |attempt: &Attempt| {
        matches!(attempt.outcome, Outcome::SignedIn | Outcome::SignedOut | Outcome::Abandoned)
    };
    near.min_by(|(a, gap_a), (b, gap_b)| worked(a).cmp(&worked(b)).then(gap_a.total_cmp(gap_b)))
        .map(|(attempt, _)| attempt)
}

/// Seconds between a line and a span of time, where that is near: 0 within it.
fn gap(
    time: Timestamp,
    ahead: f64,
    (start, end): (Timestamp, Timestamp),
    zoned: bool,
) -> Option<f64> {
    let outside = |shift: f64| {
        let at = seconds(time) - ahead - shift;
        (seconds(start) - at).max(at - seconds(end)).max(0.0)
    };
    let gap = outside(0.0);
    if gap <= NEAR {
        return Some(gap);
    }
    // Zones lie on whole and half hours, a few on quarters.
    let in_some_zone = || {
        (-24..=28)
            .map(|half| f64::from(half) * 1800.0)
            .chain([20_700.0, 31_500.0, 45_900.0])
            .map(outside)
    };
    (!zoned).then(in_some_zone)?.filter(|gap| *gap <= NEAR_IN_SOME_ZONE).min_by(f64::total_cmp)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 have room in 53 bits")]
fn seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}

/// Nothing was captured: what was refused last is what is asked about.
fn last_of_all(witnesses: &mut [Witness]) {
    let Some(latest) = witnesses.iter().filter_map(|witness| witness.time).max() else { return };
    for witness in witnesses {
        let Some(time) = witness.time else { continue };
        witness.bearing =
            if seconds(latest) - seconds(time) <= LAST { Bearing::Last } else { Bearing::History };
    }
}

/// What counts, each meaning once.
fn counting(witnesses: &[Witness]) -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for witness in witnesses.iter().filter(|witness| witness.counts()) {
        if !phrases.iter().any(|known| known.meaning == witness.phrase.meaning) {
            phrases.push(witness.phrase.clone());
        }
    }
    phrases
}

/// The last lines of each thing that logs say and that belongs to no attempt, latest first: what failed, where
/// nothing was captured.
pub(crate) fn last(case: &Case) -> Vec<&Witness> {
    let mut told: Vec<&Witness> = Vec::new();
    let open = |witness: &&Witness| {
        witness.counts() && witness.attempt.is_none() && witness.phrase.part != Part::Pasted
    };
    for witness in case.witnesses.iter().rev().filter(open) {
        match told.iter_mut().find(|known| {
            known.phrase.meaning == witness.phrase.meaning && known.party == witness.party
        }) {
            Some(known) if known.time < witness.time => *known = witness,
            Some(_) => {}
            None => told.push(witness),
        }
    }
    told.sort_by_key(|witness| std::cmp::Reverse(witness.time));
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Meaning;
    use diag_sdk::case::exchange::Exchange;

    fn time(text: &str) -> Option<Timestamp> {
        text.parse().ok()
    }

    fn line(at: &str, zoned: bool) -> Witness {
        Witness {
            time: time(at),
            zoned,
            party: Party::Sp,
            phrase: Phrase { meaning: Meaning::Expired, ..Phrase::default() },
            ..Witness::default()
        }
    }

    fn case(outcome: Outcome, witnesses: Vec<Witness>) -> Case {
        let attempt = Attempt {
            id: "a1".to_owned(),
            started: time("2026-11-20T09:00:00Z"),
            ended: time("2026-11-20T09:00:10Z"),
            outcome,
            ..Attempt::default()
        };
        let exchange = Exchange { started: time("2026-11-20T09:00:00Z"), ..Exchange::default() };
        Case { attempts: vec![attempt], exchanges: vec![exchange], witnesses, ..Case::default() }
    }

    fn bearing(at: &str, zoned: bool) -> Bearing {
        let mut case = case(Outcome::RefusedBySp, vec![line(at, zoned)]);
        bear(&mut case);
        assert_eq!(case.log_phrases.len(), usize::from(case.witnesses[0].counts()));
        case.witnesses[0].bearing
    }

    #[test]
    fn minutes_count_and_hours_do_not() {
        for (at, zoned, expected) in [
            ("2026-11-20T09:00:05Z", true, Bearing::Present),
            ("2026-11-20T09:05:09Z", true, Bearing::Present),
            ("2026-11-20T08:55:01Z", true, Bearing::Present),
            ("2026-11-20T09:06:00Z", true, Bearing::History),
            ("2026-10-28T09:00:05Z", true, Bearing::History),
            ("2026-11-20T10:00:05Z", true, Bearing::History),
            ("2026-11-20T10:00:05Z", false, Bearing::Present),
            ("2026-11-20T14:45:05Z", false, Bearing::Present),
            ("2026-11-20T10:08:00Z", false, Bearing::History),
            ("2026-11-22T09:00:05Z", false, Bearing::History),
        ] {
            assert_eq!(bearing(at, zoned), expected, "{at} {zoned}");
        }
    }

    #[test]
    fn a_clock_that_is_far_off_is_put_right() {
        let mut off = case(Outcome::RefusedBySp, vec![line("2026-11-20T09:20:05Z", true)]);
        off.clocks = vec![diag_sdk::case::attempt::Clock {
            side: Side::Sp,
            ahead_seconds: 1200.0,
            ..diag_sdk::case::attempt::Clock::default()
        }];
        bear(&mut off);
        assert_eq!(off.witnesses[0].bearing, Bearing::Present);
    }

    #[test]
    fn of_two_attempts_the_one_that_failed_is_meant() {
        let mut two = case(Outcome::RefusedBySp, vec![line("2026-11-20T09:00:40Z", true)]);
        let worked = Attempt {
            id: "a2".to_owned(),
            started: time("2026-11-20T09:00:40Z"),
            ended: time("2026-11-20T09:00:50Z"),
            outcome: Outcome::SignedIn,
            ..Attempt::default()
        };
        two.attempts.push(worked);
        bear(&mut two);
        assert_eq!(two.witnesses[0].attempt.as_deref(), Some("a1"));
    }

    #[test]
    fn without_a_capture_the_last_day_counts() {
        let mut alone = Case {
            witnesses: vec![
                line("2026-10-28T09:00:00Z", true),
                line("2026-11-20T08:00:00Z", true),
                line("2026-11-20T09:00:00Z", true),
            ],
            ..Case::default()
        };
        bear(&mut alone);
        let bearings: Vec<Bearing> =
            alone.witnesses.iter().map(|witness| witness.bearing).collect();
        assert_eq!(bearings, [Bearing::History, Bearing::Last, Bearing::Last]);
        assert_eq!(
            last(&alone).iter().map(|witness| witness.time).collect::<Vec<_>>(),
            [time("2026-11-20T09:00:00Z")]
        );
    }

    #[test]
    fn without_a_time_nothing_tells() {
        let mut open = case(Outcome::RefusedBySp, vec![Witness { time: None, ..line("", false) }]);
        bear(&mut open);
        assert_eq!((open.witnesses[0].bearing, open.witnesses[0].counts()), (Bearing::Open, true));
    }
}
