//! What logs tell: a known sentence with the clock of whoever wrote it.
//!
//! A log of weeks holds refusals of every kind. A line speaks for an attempt that it was written within
//! minutes of; every other line is history, and no cause of what was captured.

use super::exchange::Phrase;
use super::judgement::Party;
use super::place::Place;
use crate::secret::Secret;
use jiff::Timestamp;

words! {
    /// How a line of a log stands to what was captured.
    pub enum Bearing {
        /// Nothing tells: the line or the capture has no time.
        Open,
        /// It was written within minutes of an attempt.
        Present,
        /// Nothing was captured, and it belongs to the last that the log tells of.
        Last,
        /// It was written at another time.
        History,
    }
}

facts! {
    /// A line of a log that says something known.
    pub struct Witness {
        /// Where it stands: input and line.
        pub place: Place,
        /// When it was written, where its stamp can be understood.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub time: Option<Timestamp>,
        /// Its stamp names its time zone; one that does not is read as UTC.
        pub zoned: bool,
        /// Who writes the log.
        pub party: Party,
        /// What it says.
        pub phrase: Phrase,
        /// Vendors' codes in it.
        pub codes: Vec<String>,
        /// Id of the application it is about, where it names one.
        pub application: Option<String>,
        /// Whom it names, sealed: the name as it stands, and without the directory before it.
        pub person: Vec<Secret>,
        /// How it stands to what was captured.
        pub bearing: Bearing,
        /// The attempt it speaks for.
        pub attempt: Option<String>,
    }
}

impl Witness {
    /// It speaks for what is judged here, rather than for another day.
    pub fn counts(&self) -> bool {
        self.bearing != Bearing::History
    }

    /// The day it was written, in UTC.
    pub fn day(&self) -> Option<String> {
        self.time.map(|time| time.strftime("%Y-%m-%d").to_string())
    }
}
