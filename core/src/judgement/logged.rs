//! What logs add to failures, and what failed where only a log tells of it.

use super::reason;
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::judgement::{Failure, Part, Party, Statement};
use diag_sdk::case::witness::{Bearing, Witness};
use diag_sdk::{Case, Meaning, Stage};
use std::collections::BTreeMap;

/// Most lines of logs taken for one failure.
const MOST: usize = 6;
/// Most other days that are named.
const DAYS: usize = 3;
/// Lines of a log within this many seconds tell of one failure.
const TOGETHER: i64 = 5;

/// What logs say about a failure of an attempt: lines written within minutes of it, by whoever failed. A line
/// without a time speaks for a response that was refused.
pub(super) fn said_about(
    case: &Case,
    attempt: &Attempt,
    stage: Stage,
    party: Party,
) -> Vec<Statement> {
    let refused = stage == Stage::Consumption && party == Party::Sp;
    let refused_at_idp =
        matches!(stage, Stage::IdpRequest | Stage::Authentication) && party == Party::Idp;
    let mut told: Vec<&Witness> = Vec::new();
    for witness in
        case.witnesses.iter().filter(|witness| witness.party == party && witness.counts())
    {
        let meant = witness.attempt.as_ref() == Some(&attempt.id)
            || (witness.attempt.is_none()
                && (refused || (refused_at_idp && witness.phrase.part == Part::Pasted)));
        let new = !told.iter().any(|known| known.phrase.meaning == witness.phrase.meaning);
        if meant && new && told.len() < MOST {
            told.push(witness);
        }
    }
    told.into_iter().map(|witness| statement(case, witness)).collect()
}

/// What failed and shows in no attempt that is known to have failed: in one whose end was not captured, or where
/// nothing was captured at all.
pub(super) fn failures(case: &Case) -> Vec<Failure> {
    if case.attempts.is_empty() {
        return pasted(case).into_iter().chain(together(case, &crate::log::last(case))).collect();
    }
    let open = || case.attempts.iter().filter(|attempt| attempt.outcome == Outcome::Incomplete);
    // Who pastes an error beside a capture that shows no sign-in to have worked means the last that it leaves open.
    let decided = case.signed_in() || case.attempts.iter().any(Attempt::failed);
    let meant = open().next_back().filter(|_| !decided);
    open()
        .filter_map(|attempt| {
            let own = |witness: &&Witness| {
                (witness.bearing == Bearing::Present
                    && witness.attempt.as_ref() == Some(&attempt.id))
                    || (witness.phrase.part == Part::Pasted
                        && witness.counts()
                        && meant.is_some_and(|meant| meant.id == attempt.id))
            };
            let lines: Vec<&Witness> = case
                .witnesses
                .iter()
                .filter(own)
                .filter(|witness| !witness.phrase.meaning.is_vague())
                .collect();
            let first = lines.first()?;
            let (stage, party) = (stage(first.phrase.meaning, first.party), first.party);
            Some(Failure {
                attempt: Some(attempt.id.clone()),
                message: attempt.response.clone().or_else(|| attempt.request.clone()),
                stage,
                party,
                said: said_about(case, attempt, stage, party),
                place: Some(first.place.clone()),
                time: first.time,
                ..Failure::default()
            })
        })
        .collect()
}

/// Says of a log beside captures that it tells of sign-ins which failed, and of none that was captured: whoever reads
/// that the captured one works is to know of the others.
pub(super) fn note_other_times(case: &mut Case) {
    if case.exchanges.is_empty() {
        return;
    }
    let mut logs: BTreeMap<&str, Vec<&Witness>> = BTreeMap::new();
    for witness in case.witnesses.iter().filter(|witness| witness.phrase.part == Part::Log) {
        logs.entry(&witness.place.input).or_default().push(witness);
    }
    let notes: BTreeMap<String, String> = logs
        .into_iter()
        .filter(|(_, lines)| lines.iter().all(|line| line.bearing == Bearing::History))
        .filter_map(|(input, lines)| {
            let last = lines.iter().filter_map(|line| line.time).max()?;
            let told = if lines.len() == 1 { "1 line tells" } else { &format!("{} lines tell", lines.len()) };
            let note = format!(
                "{told} of sign-ins that failed at other times than what was captured, the last on {}: give the log alone to have them judged",
                last.strftime("%F at %T UTC")
            );
            Some((input.to_owned(), note))
        })
        .collect();
    for input in &mut case.inputs {
        input.notes.extend(notes.get(&input.id).cloned());
    }
}

/// What pasted texts tell, where nothing was captured: one failure for each party that states something.
fn pasted(case: &Case) -> Vec<Failure> {
    let mut failures: Vec<Failure> = Vec::new();
    for witness in case
        .witnesses
        .iter()
        .filter(|witness| witness.phrase.part == Part::Pasted && witness.counts())
    {
        let position = failures.iter().position(|failure| failure.party == witness.party);
        let index = position.unwrap_or_else(|| {
            let stage = stage(witness.phrase.meaning, witness.party);
            failures.push(Failure {
                stage,
                party: witness.party,
                place: Some(witness.place.clone()),
                ..Failure::default()
            });
            failures.len() - 1
        });
        if let Some(failure) = failures.get_mut(index).filter(|failure| failure.said.len() < MOST) {
            failure.said.push(statement(case, witness));
            failure.codes.extend(witness.codes.iter().cloned());
        }
    }
    for failure in &mut failures {
        failure.said.sort_by_key(|statement| statement.meaning.is_vague());
    }
    failures
}

/// Lines, latest first, as failures: those written together are one.
fn together(case: &Case, lines: &[&Witness]) -> Vec<Failure> {
    let mut failures: Vec<Failure> = Vec::new();
    for line in lines {
        let (stage, said) = (stage(line.phrase.meaning, line.party), statement(case, line));
        let codes = &line.codes;
        let same = |failure: &&mut Failure| {
            let apart =
                failure.time.zip(line.time).map(|(a, b)| a.duration_since(b).as_secs().abs());
            failure.party == line.party
                && failure.stage == stage
                && apart.is_some_and(|seconds| seconds <= TOGETHER)
        };
        match failures.iter_mut().find(same) {
            Some(failure) if failure.said.len() < MOST => {
                failure.said.push(said);
                failure.codes.extend(codes.iter().cloned());
            }
            Some(_) => {}
            None => failures.push(Failure {
                stage,
                party: line.party,
                said: vec![said],
                codes: codes.clone(),
                place: Some(line.place.clone()),
                time: line.time,
                ..Failure::default()
            }),
        }
    }
    for failure in &mut failures {
        failure.said.sort_by_key(|statement| statement.meaning.is_vague());
    }
    failures
}

/// Where it fails who writes such a line.
fn stage(meaning: Meaning, party: Party) -> Stage {
    match (party, meaning) {
        (_, Meaning::Logout) => Stage::Logout,
        (Party::Idp, Meaning::Credentials | Meaning::Policy | Meaning::UserDisabled) => {
            Stage::Authentication
        }
        (Party::Idp, _) => Stage::IdpRequest,
        (
            _,
            Meaning::AccessDenied
            | Meaning::UserDisabled
            | Meaning::NoLicence
            | Meaning::SessionLimit
            | Meaning::Origin,
        ) => Stage::Landing,
        (_, Meaning::OwnAlgorithm | Meaning::OwnCertificate) => Stage::Request,
        _ => Stage::Consumption,
    }
}

fn statement(case: &Case, witness: &Witness) -> Statement {
    let own = witness.day();
    let same = |other: &&Witness| {
        other.phrase.meaning == witness.phrase.meaning && other.party == witness.party
    };
    let mut days: Vec<String> = case
        .witnesses
        .iter()
        .filter(same)
        .filter_map(Witness::day)
        .filter(|day| Some(day) != own.as_ref())
        .collect();
    days.sort();
    days.dedup();
    let also_on = days.split_off(days.len().saturating_sub(DAYS));
    Statement {
        time: witness.time,
        also_on,
        ..reason::of_phrase(&witness.phrase, None, Some(witness.place.clone()))
    }
}
