//! Who says what: every value on which both sides must agree, beside each other, one column for each source.
//!
//! Agreement is shown as well, for people ask what was compared. One cell of a row is the reference; the others
//! tell only in which characters they differ from it. That a source says nothing is an answer, too. Where several
//! service providers or identity providers are met, each two that talk to each other have a table of their own.

mod compare;
mod copies;
mod expected;
mod facts;
mod linked;
mod list;
mod parties;
mod wire;

pub(crate) use wire::same_site;

use parties::Pair;

use super::comparison::Piece;
use crate::Judged;
use crate::tone::Tone;
use diag_sdk::Place;
use serde::Serialize;

/// Tables of further pairs that are shown.
const MOST_OTHERS: usize = 8;

/// The table.
#[derive(Debug, Serialize)]
pub(crate) struct Says {
    /// Whom it is about, where the case has several pairs.
    pub(crate) between: Option<Between>,
    pub(crate) columns: Vec<Column>,
    /// Rows that differ or that a finding is about.
    pub(crate) open: Vec<Row>,
    /// Rows in which nothing speaks against another.
    pub(crate) folded: Vec<Row>,
    /// Sources that were not there to be asked.
    pub(crate) absent: Vec<&'static str>,
    /// The other pairs of the case.
    pub(crate) others: Vec<Self>,
    /// Pairs beyond those.
    pub(crate) more: usize,
}

/// Two parties, by their entityIDs or else by their hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Between {
    pub(crate) sp: Option<String>,
    pub(crate) idp: Option<String>,
}

/// Where a value is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Source {
    /// How the identity provider knows the service provider.
    Registration,
    /// The metadata the identity provider publishes.
    IdpMetadata,
    /// The copy of it that the service provider has.
    SpCopy,
    /// How the service provider is configured.
    SpConfiguration,
    /// The metadata the service provider publishes.
    SpMetadata,
    /// What was sent.
    Wire,
    /// What the team itself expects.
    Expected,
}

/// All sources, in the order of the columns.
const SOURCES: [Source; 7] = [
    Source::Registration,
    Source::IdpMetadata,
    Source::SpCopy,
    Source::SpConfiguration,
    Source::SpMetadata,
    Source::Wire,
    Source::Expected,
];

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Registration => "Registered at the identity provider",
            Self::IdpMetadata => "Identity provider's metadata",
            Self::SpCopy => "Copy the service provider has",
            Self::SpConfiguration => "Service provider's configuration",
            Self::SpMetadata => "Service provider's metadata",
            Self::Wire => "Seen on the wire",
            Self::Expected => "Expected by your file",
        }
    }
}

/// A source that is there.
#[derive(Debug, Serialize)]
pub(crate) struct Column {
    pub(crate) source: Source,
    pub(crate) name: &'static str,
}

/// What everybody says of one value.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) label: &'static str,
    pub(crate) state: State,
    /// The state in a few words.
    pub(crate) words: &'static str,
    pub(crate) tone: Tone,
    /// One for each column.
    pub(crate) cells: Vec<Cell>,
    /// The finding about it.
    pub(crate) finding: Option<Link>,
}

/// How a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// A finding is about it.
    Finding,
    /// Two sources say different things, and nothing shows that it matters.
    Differs,
    /// At least two sources say the same, and none anything else.
    Agrees,
    /// Nothing here is to be compared.
    Told,
}

/// A finding of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Link {
    /// Its id in the report, or that of the finding it is told under.
    pub(crate) id: String,
    pub(crate) message: String,
}

/// What one source says.
#[derive(Debug, Serialize)]
pub(crate) struct Cell {
    pub(crate) state: CellState,
    pub(crate) values: Vec<Value>,
    /// Values beyond those.
    pub(crate) more: usize,
}

/// How a cell stands to the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CellState {
    /// A source of this kind never says it.
    Silent,
    /// It could say it, and does not.
    NotGiven,
    /// The others are held against it.
    Reference,
    /// It says the same.
    Same,
    /// It says something else.
    Differs,
    /// It is told, and held against nothing.
    Told,
}

/// A value.
#[derive(Debug, Serialize)]
pub(crate) struct Value {
    /// The text, cut where it begins or ceases to differ from the reference.
    pub(crate) pieces: Vec<Piece>,
    /// It is the reference once more.
    pub(crate) same: bool,
    /// What else is known of it: a certificate's dates, what a list is for.
    pub(crate) note: Option<String>,
}

/// A value as a source has it.
#[derive(Debug, Default, Clone)]
struct Given {
    text: String,
    note: Option<String>,
    place: Option<Place>,
}

impl Given {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    fn at(text: &str, place: &Place) -> Self {
        Self { text: text.to_owned(), note: None, place: Some(place.clone()) }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// How the values of a row are held against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// A source agrees that has the reference among its values, character by character.
    Exactly,
    /// They are told beside each other.
    Beside,
}

/// A row before it is compared; a source that never says such a thing has no entry.
#[derive(Debug)]
struct Draft {
    label: &'static str,
    manner: Manner,
    /// Sources in the order in which they are the reference.
    first: Vec<Source>,
    said: Vec<(Source, Vec<Given>)>,
}

/// The table of a case, with those of its other pairs; nothing where fewer than two sources are there.
pub(crate) fn of(judged: &Judged) -> Option<Says> {
    let pairs = parties::pairs(judged);
    let mut tables = pairs.iter().filter_map(|pair| table(judged, pair));
    let mut first = tables.next()?;
    first.others = tables.by_ref().take(MOST_OTHERS).collect();
    first.more = tables.count();
    Some(first)
}

fn table(judged: &Judged, pair: &Pair<'_>) -> Option<Says> {
    let (there, absent): (Vec<Source>, Vec<Source>) =
        SOURCES.into_iter().partition(|source| facts::is_there(judged, pair, *source));
    if there.len() < 2 {
        return None;
    }
    let rows: Vec<Row> = facts::drafts(judged, pair)
        .into_iter()
        .filter(|draft| {
            draft.said.iter().any(|(source, values)| there.contains(source) && !values.is_empty())
        })
        .map(|draft| compare::row(&draft, &there, linked::finding(judged, &draft)))
        .collect();
    let (open, folded) =
        rows.into_iter().partition(|row| matches!(row.state, State::Finding | State::Differs));
    let columns =
        there.iter().map(|source| Column { source: *source, name: source.name() }).collect();
    // A file of one's own is not something that was not handed in.
    let absent =
        absent.into_iter().filter(|source| *source != Source::Expected).map(Source::name).collect();
    Some(Says {
        between: pair.between(),
        columns,
        open,
        folded,
        absent,
        others: Vec::new(),
        more: 0,
    })
}

#[cfg(test)]
mod tests;
