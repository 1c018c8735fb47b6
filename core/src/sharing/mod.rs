//! Copies of a case that can be given away: nothing in them opens anything, and they are judged as the originals.
//!
//! First every value that must go is collected from where it stands ([`Gathering`]), then replaced wherever it comes
//! up, longest first, by undoing the encodings around it and writing the same form again ([`Copying`]). Marks are as
//! long as what they stand for, equal where the values were, and known again ([`crate::mask`]), so that a second run
//! changes nothing. The written copy is searched by code that shares nothing with the writing.
//!
//! No file, clock or source of chance of its own: the key of the marks is a parameter, to be thrown away.

mod addresses;
mod announced;
mod around;
mod binary;
mod capture;
mod certificates;
mod change;
mod columns;
mod common;
mod deep;
mod document;
mod edit;
mod engine;
mod fields;
mod finder;
mod folded;
mod gather;
mod headers;
mod inputs;
mod issued;
mod judged;
mod kind;
mod known;
mod layers;
mod lexicon;
mod login;
mod names;
mod opaque;
mod pairs;
mod parts;
mod people;
mod places;
mod posted_xml;
mod prose;
mod prove;
mod published;
mod receipt;
mod scripted;
mod settings;
mod spoken;
mod standing;
mod strays;
mod tags;
mod tidy;
mod unknown;
mod words;

pub use judged::differences;
pub use kind::Kind;
pub use known::Map;
pub use prove::Left;
pub use receipt::Change;

use crate::intake::Options as Reading;
use crate::intake::files::{self, Part, Sort};
use crate::recorded::Record;
use document::Document;
use lexicon::{Collecting, Lexicon};
use prove::Search;
use receipt::Tally;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

/// What is to go beyond secrets, and what stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Names of people, their addresses, and ids of directories and objects go, too.
    pub identities: bool,
    /// Host names go, too.
    pub hosts: bool,
    /// Bodies that no diagnosis needs stay.
    pub keep_bodies: bool,
}

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A capture in entries.
    Capture,
    /// Anything else that can be copied.
    Document,
    /// An archive: its files are to be handed in one by one.
    Archive,
    /// Nothing that can be copied safely, since nobody knows what is in it.
    Unknown,
}

/// The first pass, over all files of a case: values are collected.
#[derive(Debug)]
pub struct Gathering {
    collecting: Collecting,
    names: words::Gathered,
    options: Options,
}

impl Gathering {
    /// Nothing collected yet.
    pub fn new(options: Options) -> Self {
        Self { collecting: Collecting::default(), names: words::Gathered::default(), options }
    }

    /// Collects from a file. An error, in words for people, where it cannot be read.
    pub fn take<'a>(&mut self, reader: Box<dyn Read + 'a>) -> Result<Form, String> {
        let mut form = Form::Document;
        let (collecting, options) = (&mut self.collecting, self.options);
        let mut names = words::Gathered::default();
        let mut recorded = Vec::new();
        let reading = Reading::default();
        files::parts(reader, &reading, &mut |part| match part {
            Part::Capture => form = Form::Capture,
            Part::Member(capture::RECORD, value) => recorded.extend(names_recorded(&value)),
            Part::Entry(mut value) => {
                tidy::entry(&mut value, &mut Tally::default());
                if !options.keep_bodies {
                    // What will not be in the copy hides nothing in it.
                    capture::without_bodies(&mut value, &reading.bounds, &mut Tally::default());
                }
                gather::json(collecting, &mut value, true);
                people::json(&mut names, &mut value, options);
                if options.identities || options.hosts {
                    certificates::gather_json(&mut collecting.certificates, &value);
                }
            }
            Part::Member(name, mut value) => {
                if !tidy::member(name, &mut value, &mut Tally::default()) {
                    return;
                }
                gather::json(collecting, &mut value, true);
                people::json(&mut names, &mut value, options);
                if options.identities || options.hosts {
                    certificates::gather_json(&mut collecting.certificates, &value);
                }
            }
            Part::Document(bytes, sort) => match sort {
                Sort::Archive => form = Form::Archive,
                Sort::Unknown => form = Form::Unknown,
                _ => {
                    document::gather(collecting, &mut names, bytes, sort, options);
                    recorded
                        .extend(document::record_in(bytes, sort).iter().flat_map(names_recorded));
                }
            },
        })?;
        self.names.take(names, &recorded);
        Ok(form)
    }

    /// Everything was collected: marks are made under `key`, which nobody needs afterwards.
    pub fn settle(self, key: &[u8; 32]) -> Copying {
        self.settle_with(&Map::new(*key))
    }

    /// Everything was collected: what stands in the map of another copy gets the marks that it has there.
    pub fn settle_with(mut self, map: &Map) -> Copying {
        let overflowed = self.collecting.overflowed || self.names.overflowed;
        self.collecting.known.clone_from(&map.values);
        self.names.known.clone_from(&map.names);
        Copying {
            overflowed,
            lexicon: self.collecting.settle(&map.key, self.names),
            options: self.options,
            earlier: map.clone(),
        }
    }
}

/// The hashes of words that stand for others, of a record.
fn names_recorded(record: &Value) -> Vec<String> {
    serde_json::from_value(record.get("names").cloned().unwrap_or_default()).unwrap_or_default()
}

/// The second pass: copies are written, and searched.
#[derive(Debug)]
pub struct Copying {
    lexicon: Lexicon,
    options: Options,
    overflowed: bool,
    earlier: Map,
}

/// A copy, written but for its end.
#[derive(Debug, Default)]
pub struct Copy {
    /// What was changed.
    pub changes: Vec<Change>,
    /// What could not be copied.
    pub remarks: Vec<String>,
    /// The record that the file held already.
    pub record: Option<Value>,
    ending: Ending,
}

#[derive(Debug, Default)]
enum Ending {
    #[default]
    None,
    Capture,
    Document(Document),
}

impl Copying {
    /// Writes the copy of a file, but for its end: [`Copy::ending`] gives that, with a record or without.
    pub fn copy<'a>(
        &self,
        reader: Box<dyn Read + 'a>,
        out: &mut dyn Write,
    ) -> Result<Copy, String> {
        let failed = |error: io::Error| format!("the copy cannot be written: {error}");
        let mut writer =
            capture::Writer::new(out, &self.lexicon, self.options.keep_bodies, Tally::default());
        let mut document = None;
        let mut captured = false;
        let remarks = files::parts(reader, &Reading::default(), &mut |part| match part {
            Part::Capture => captured = true,
            Part::Member(name, value) => writer.member(name, value),
            Part::Entry(value) => writer.entry(value),
            Part::Document(bytes, sort) => {
                document = Some(document::copy(&self.lexicon, bytes, sort));
            }
        })?;
        if captured {
            let (tally, record) = writer.finish().map_err(failed)?;
            return Ok(Copy {
                changes: tally.into_changes(),
                remarks,
                record,
                ending: Ending::Capture,
            });
        }
        let Some((document, tally)) = document else {
            return Err("nothing in it can be read".to_owned());
        };
        let record = document.record();
        Ok(Copy {
            changes: tally.into_changes(),
            remarks,
            record,
            ending: Ending::Document(document),
        })
    }

    /// Looks in a written copy for every value that was to go.
    pub fn search<'a>(&self, reader: Box<dyn Read + 'a>) -> Result<Vec<(Left, usize)>, String> {
        let mut search = Search::new(self.lexicon.sought(), self.lexicon.names().sought());
        files::parts(reader, &Reading::default(), &mut |part| match part {
            Part::Capture => {}
            Part::Member(name, value) => search.json(&value, &format!("log.{name}")),
            Part::Entry(value) => search.json(&value, "entry"),
            Part::Document(bytes, _) => {
                search.text(&document::text_of(bytes).0.into_bytes(), "document");
            }
        })?;
        Ok(search.into_found())
    }

    /// A record with what a later run must know of the names in the copy.
    pub fn record(&self, record: Record) -> Record {
        Record { names: self.lexicon.names().hashes(), ..record }
    }

    /// Values of each kind that were collected, each counted once.
    pub fn counts(&self) -> BTreeMap<Kind, usize> {
        self.lexicon.counts()
    }

    /// Values that are replaced only where they stand: they are too short, or words, to look for elsewhere.
    pub fn only_in_place(&self) -> usize {
        self.lexicon.only_in_place()
    }

    /// There were more values than are kept, so that no copy may be called safe.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// What stands for what, here and in the map that there was: for whoever keeps it in private.
    pub fn map(&self) -> Map {
        let mut map = self.earlier.clone();
        let owned = |(was, is): (&str, &str)| (was.to_owned(), is.to_owned());
        map.values.extend(self.lexicon.pairs().map(owned));
        map.names.extend(self.lexicon.names().pairs().map(owned));
        map
    }

    /// A text about the case with every value replaced, such as the name of a file.
    pub fn text(&self, text: &str) -> String {
        change::text(&self.lexicon, text, &mut Tally::default(), "")
            .unwrap_or_else(|| text.to_owned())
    }
}

impl Copy {
    /// What ends the copy. `record`: what was known of the original's messages.
    pub fn ending(&self, record: Option<&Value>) -> Vec<u8> {
        match &self.ending {
            Ending::None => Vec::new(),
            Ending::Capture => capture::ending(record).into_bytes(),
            Ending::Document(document) => document.with_record(record),
        }
    }

    /// Whether nothing was changed.
    pub fn unchanged(&self) -> bool {
        self.changes.is_empty()
    }
}
