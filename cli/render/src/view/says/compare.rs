//! The cells of a row against its reference.

use super::{Cell, CellState, Draft, Given, Link, Manner, Row, Source, State, Value};
use crate::differing;
use crate::terminal::visible;
use crate::tone::Tone;
use crate::view::comparison::{Piece, pieces};
use diag_sdk::difference;

/// Values of a cell that are shown.
const MOST_VALUES: usize = 8;
/// Longer values are not held against each other character by character.
const LONGEST: usize = 400;

/// A row, compared.
pub(super) fn row(draft: &Draft, there: &[Source], finding: Option<Link>) -> Row {
    let said = |source: Source| {
        draft.said.iter().find(|(known, _)| *known == source).map(|(_, values)| values.as_slice())
    };
    let reference = draft
        .first
        .iter()
        .filter(|source| draft.manner == Manner::Exactly && there.contains(source))
        .find_map(|source| Some((*source, said(*source)?.first()?)));
    let cells: Vec<Cell> = there
        .iter()
        .map(|source| {
            cell(
                said(*source),
                reference.filter(|(of, _)| of != source).map(|(_, value)| value),
                reference.is_some(),
            )
        })
        .collect();
    let state = state(&cells, finding.is_some());
    let (words, tone) = match state {
        State::Finding => ("see the finding", Tone::Bad),
        State::Differs => ("differs", Tone::Warn),
        State::Agrees => ("agrees", Tone::Good),
        State::Told => ("nothing to compare", Tone::Quiet),
    };
    Row { label: draft.label, state, words, tone, cells, finding }
}

fn state(cells: &[Cell], found: bool) -> State {
    let any = |state| cells.iter().any(|cell| cell.state == state);
    match (found, any(CellState::Differs), any(CellState::Same)) {
        (true, ..) => State::Finding,
        (_, true, _) => State::Differs,
        (.., true) => State::Agrees,
        _ => State::Told,
    }
}

/// What a source says, held against a reference that is another's; without one it is the reference itself.
fn cell(said: Option<&[Given]>, reference: Option<&Given>, compared: bool) -> Cell {
    let plain = |given: &Given| Value {
        pieces: whole(&visible(&given.text)),
        same: false,
        note: given.note.clone(),
    };
    let (state, mut values): (CellState, Vec<Value>) = match (said, reference) {
        (None, _) => (CellState::Silent, Vec::new()),
        (Some([]), _) => (CellState::NotGiven, Vec::new()),
        (Some(given), None) => (
            if compared { CellState::Reference } else { CellState::Told },
            given.iter().map(plain).collect(),
        ),
        (Some(given), Some(reference)) => against(given, reference),
    };
    let more = values.len().saturating_sub(MOST_VALUES);
    values.truncate(MOST_VALUES);
    Cell { state, values, more }
}

/// The value that is the reference comes first, else the one nearest to it, with what differs.
fn against(given: &[Given], reference: &Given) -> (CellState, Vec<Value>) {
    let value = |given: &Given, pieces: Vec<Piece>, same: bool| Value {
        pieces,
        same,
        note: given.note.clone(),
    };
    let plain = |given: &Given| value(given, whole(&visible(&given.text)), false);
    let others = |but: usize| {
        given
            .iter()
            .enumerate()
            .filter(move |(index, _)| *index != but)
            .map(|(_, other)| plain(other))
    };
    if let Some(at) = given.iter().position(|one| one.text == reference.text) {
        let mut values: Vec<Value> = given
            .get(at)
            .map(|same| value(same, whole(&visible(&same.text)), true))
            .into_iter()
            .collect();
        values.extend(others(at));
        return (CellState::Same, values);
    }
    let nearest = difference::nearest(given.iter().map(|one| one.text.as_str()), &reference.text)
        .map(|(text, _)| text);
    let at = given.iter().position(|one| Some(one.text.as_str()) == nearest).unwrap_or_default();
    let mut values: Vec<Value> = given
        .get(at)
        .map(|near| value(near, marked(&reference.text, &near.text), false))
        .into_iter()
        .collect();
    values.extend(others(at));
    (CellState::Differs, values)
}

fn whole(text: &str) -> Vec<Piece> {
    vec![Piece { text: text.to_owned(), gap: String::new(), differs: false }]
}

/// A value with the characters marked in which it differs; all of it, where both have nothing in common.
fn marked(reference: &str, value: &str) -> Vec<Piece> {
    let (reference, value) = (visible(reference), visible(value));
    let all =
        || vec![Piece { text: value.clone().into_owned(), gap: String::new(), differs: true }];
    if reference.chars().count().max(value.chars().count()) > LONGEST {
        return all();
    }
    let Some(difference) = difference::between(&reference, &value) else { return whole(&value) };
    let marks = differing::between(&reference, &value, difference);
    if marks.actual.is_empty() { all() } else { pieces(&value, &marks.actual, &marks.expected) }
}
