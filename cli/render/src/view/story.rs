//! The attempts as they are looked at: each with its lanes and its exchanges opened. Attempts in a row that look alike
//! are one; where there are many, those apart from each other are, too. Of very many the first ones are told, with the
//! one that the verdict is about always among them.

use super::attempt::{Attempt, looks};
use super::exchange::{ExchangeView, Opener};
use super::lanes::{self, Lanes, MOST_STEPS};
use super::message::{self, MessageView, Ties};
use crate::Judged;
use crate::tone::Tone;
use crate::wording;
use serde::Serialize;
use std::collections::HashMap;

/// Attempts that are told with all their steps.
const MOST_TALES: usize = 24;
/// Attempts that are told in the order of their time, whether they are alike or not.
const MOST_IN_ORDER: usize = 12;
/// Attempts that paper unfolds; of more only those that are open.
const MOST_UNFOLDED: usize = 4;
/// Messages that are told outside attempts.
const MOST_LOOSE: usize = 12;
/// Attempts alike that are named one by one.
const MOST_ALIKE: usize = 12;

/// All attempts of a case.
#[derive(Debug, Serialize)]
pub(crate) struct Story<'a> {
    pub(crate) tales: Vec<Tale<'a>>,
    /// Attempts that ended alike are one, though others stand between them.
    pub(crate) regrouped: bool,
    /// Too many to unfold them all on paper.
    pub(crate) many: bool,
    /// Attempts beyond those, by how they ended.
    pub(crate) beyond: Vec<Beyond>,
    /// Messages that belong to no attempt.
    pub(crate) loose: Vec<MessageView<'a>>,
    /// Ids of all messages that are told.
    pub(crate) told: Vec<&'a str>,
}

/// An attempt with everything.
#[derive(Debug, Serialize)]
pub(crate) struct Tale<'a> {
    pub(crate) attempt: &'a Attempt<'a>,
    pub(crate) lanes: Lanes<'a>,
    /// One for each step that is drawn.
    pub(crate) exchanges: Vec<Option<ExchangeView<'a>>>,
    /// Others that ended the same way.
    pub(crate) alike: Vec<Alike<'a>>,
    /// Those that are not named, in words.
    pub(crate) more_alike: Option<String>,
    /// How many of them there are, in words; loops included.
    pub(crate) also: Option<String>,
}

/// An attempt that is like another.
#[derive(Debug, Serialize)]
pub(crate) struct Alike<'a> {
    pub(crate) id: &'a str,
    pub(crate) when: Option<&'a str>,
}

/// Attempts that are only counted.
#[derive(Debug, Serialize)]
pub(crate) struct Beyond {
    pub(crate) number: String,
    pub(crate) words: &'static str,
    pub(crate) tone: Tone,
}

/// The story of a case.
pub(crate) fn of<'a>(judged: &'a Judged, attempts: &'a [Attempt<'a>]) -> Story<'a> {
    let (groups, regrouped) = groups(attempts);
    let decisive = groups.iter().position(|group| group.iter().any(|attempt| attempt.decisive));
    let is_told = |index: usize| index < MOST_TALES || Some(index) == decisive;
    let mut opener = Opener::new(judged);
    let mut tales = Vec::new();
    let mut beyond: Vec<(usize, &'static str, Tone)> = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let Some(main) = group.iter().find(|attempt| attempt.decisive).or(group.first()) else {
            continue;
        };
        if is_told(index) {
            tales.push(tale(judged, main, group, &mut opener));
            continue;
        }
        let number: usize = group.iter().map(|attempt| rounds(attempt)).sum();
        match beyond.iter_mut().find(|(_, words, _)| *words == main.words) {
            Some((known, ..)) => *known += number,
            None => beyond.push((number, main.words, main.tone)),
        }
    }
    let ties = Ties::of(judged);
    let pointed = |id: &str| {
        judged
            .report
            .findings
            .iter()
            .flat_map(|finding| &finding.places)
            .any(|place| place.message.as_deref() == Some(id))
    };
    let mut told: Vec<&str> = opener.told().iter().copied().collect();
    let untold = judged.case.messages.iter().filter(|message| !told.contains(&message.id.as_str()));
    let loose: Vec<MessageView<'_>> = untold
        .filter(|message| {
            judged.case.attempt_of(&message.id).is_none()
                && (judged.case.exchanges.is_empty() || pointed(&message.id))
        })
        .filter(|message| judged.sources.text(&message.id).is_some())
        .take(MOST_LOOSE)
        .map(|message| message::of(judged, message, &ties))
        .collect();
    told.extend(loose.iter().map(|message| message.id));
    let beyond = beyond
        .into_iter()
        .map(|(number, words, tone)| Beyond {
            number: wording::count(number, "more attempt"),
            words,
            tone,
        })
        .collect();
    Story { many: tales.len() > MOST_UNFOLDED, tales, regrouped, beyond, loose, told }
}

/// Attempts that differ in their steps only: those in a row, or of many all of them. Whether it is all of them.
fn groups<'a>(attempts: &'a [Attempt<'a>]) -> (Vec<Vec<&'a Attempt<'a>>>, bool) {
    let in_a_row: Vec<Vec<&Attempt<'_>>> = attempts
        .chunk_by(|one, next| looks(one) == looks(next))
        .map(|group| group.iter().collect())
        .collect();
    if in_a_row.len() <= MOST_IN_ORDER {
        return (in_a_row, false);
    }
    let rows = in_a_row.len();
    let mut groups: Vec<Vec<&Attempt<'_>>> = Vec::new();
    let mut by_looks = HashMap::new();
    for attempt in attempts {
        let index = *by_looks.entry(looks(attempt)).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.push(attempt),
            None => groups.push(vec![attempt]),
        }
    }
    let regrouped = groups.len() < rows;
    (groups, regrouped)
}

/// How many attempts one stands for.
fn rounds(attempt: &Attempt<'_>) -> usize {
    1 + attempt.again.as_ref().map_or(0, |again| again.times)
}

fn tale<'a>(
    judged: &'a Judged,
    main: &'a Attempt<'a>,
    group: &[&'a Attempt<'a>],
    opener: &mut Opener<'a>,
) -> Tale<'a> {
    let others = group.iter().filter(|attempt| attempt.id != main.id);
    let unnamed = (group.len() - 1).saturating_sub(MOST_ALIKE);
    let number = group.iter().map(|attempt| rounds(attempt)).sum::<usize>() - 1;
    Tale {
        attempt: main,
        lanes: lanes::of(&judged.case, main),
        exchanges: main
            .steps
            .iter()
            .take(MOST_STEPS)
            .map(|step| opener.open(step.exchange, step.message, step.tone))
            .collect(),
        alike: others
            .take(MOST_ALIKE)
            .map(|attempt| Alike { id: attempt.id, when: attempt.when.as_deref() })
            .collect(),
        more_alike: (unnamed > 0).then(|| format!("and {unnamed} more")),
        also: (number > 0).then(|| wording::count(number, "more attempt")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::view::attempts;

    /// `number` attempts, each ending in words of its own where `apart`.
    fn many(number: usize, apart: bool) -> Judged {
        let mut judged = sample::broken();
        let first = judged.report.attempts[0].clone();
        judged.report.attempts = (0..number)
            .map(|index| {
                let mut one = first.clone();
                one.id = format!("a{}", index + 1);
                // Every other one has a step less, so that they are no rounds of a loop.
                if index % 2 == 1 {
                    one.steps.truncate(1);
                }
                if apart {
                    one.ending = format!("ending {index}");
                }
                one
            })
            .collect();
        judged
    }

    #[test]
    fn attempts_that_end_alike_are_one() {
        let judged = many(200, false);
        let attempts =
            attempts(&judged.case, &judged.report.attempts, judged.report.attempts.get(150));
        let story = of(&judged, &attempts);
        assert_eq!(story.tales.len(), 1);
        assert_eq!(
            (story.tales[0].attempt.id, story.tales[0].also.as_deref()),
            ("a151", Some("199 more attempts"))
        );
        assert_eq!(story.tales[0].alike.len(), MOST_ALIKE);
    }

    #[test]
    fn of_many_those_that_end_alike_are_one_though_others_stand_between() {
        let mut judged = many(200, true);
        for (index, attempt) in judged.report.attempts.iter_mut().enumerate() {
            attempt.ending = format!("ending {}", index % 3);
        }
        let in_order = judged.report.attempts[..MOST_IN_ORDER].to_vec();
        let all = attempts(&judged.case, &judged.report.attempts, judged.report.attempts.get(150));
        let story = of(&judged, &all);
        assert_eq!((story.tales.len(), story.beyond.len(), story.regrouped), (3, 0, true));
        let counted: Vec<(&str, Option<&str>, Option<&str>)> = story
            .tales
            .iter()
            .map(|tale| (tale.attempt.id, tale.also.as_deref(), tale.more_alike.as_deref()))
            .collect();
        assert_eq!(
            counted,
            [
                ("a151", Some("66 more attempts"), Some("and 54 more")),
                ("a2", Some("66 more attempts"), Some("and 54 more")),
                ("a3", Some("65 more attempts"), Some("and 53 more")),
            ]
        );
        let few = attempts(&judged.case, &in_order, None);
        let story = of(&judged, &few);
        assert_eq!((story.tales.len(), story.regrouped), (MOST_IN_ORDER, false));
    }

    #[test]
    fn of_very_many_the_decisive_one_is_always_told() {
        let judged = many(200, true);
        let attempts =
            attempts(&judged.case, &judged.report.attempts, judged.report.attempts.get(150));
        let story = of(&judged, &attempts);
        assert_eq!(story.tales.len(), MOST_TALES + 1);
        assert!(story.tales.iter().any(|tale| tale.attempt.id == "a151"));
        assert_eq!(story.beyond[0].number, "175 more attempts");
    }

    #[test]
    fn each_message_is_told_once() {
        let judged = many(30, true);
        let attempts = attempts(&judged.case, &judged.report.attempts, None);
        let story = of(&judged, &attempts);
        let told = story
            .tales
            .iter()
            .flat_map(|tale| &tale.exchanges)
            .flatten()
            .filter(|exchange| exchange.message.is_some())
            .count();
        assert_eq!((told, story.told.as_slice()), (1, ["m1"].as_slice()));
    }
}
