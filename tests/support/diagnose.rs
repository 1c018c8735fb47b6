//! Runs the whole engine over files held in memory.

use diag_core::examine::{Examination, Request, examine};
use diag_core::intake::Supplied;
use diag_core::report::Report;
use diag_core::runner::{Selection, run};
use diag_families::BUILTIN;
use diag_products::Products;
use diag_sdk::Case;
use diag_sdk::case::input::HeldBy;
use diag_sdk::manifest::checks_of;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::io::Cursor;

/// A file: name, whose copy it is, content.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name, as a report shows it.
    pub name: String,
    /// Whose copy of a metadata document it is.
    pub held_by: HeldBy,
    /// Its content.
    pub content: Vec<u8>,
}

impl File {
    /// A file as its owner publishes it; the names that the recorded cases use for the other
    /// side's copies are understood.
    pub fn new(name: &str, content: impl Into<Vec<u8>>) -> Self {
        let held_by = match name {
            "idp-metadata-in-sp.xml" => HeldBy::Sp,
            "sp-metadata-in-idp.xml" => HeldBy::Idp,
            _ => HeldBy::Publisher,
        };
        Self { name: name.to_owned(), held_by, content: content.into() }
    }
}

/// The moment at which configuration alone is judged in tests.
pub fn now() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().expect("a timestamp")
}

/// The Case made of some files.
pub fn case_of(files: &[File]) -> Case {
    examination_of(files, BTreeMap::new(), false).case
}

/// What is made of some files, were the documents with these numbers changed; without captures where that is wanted.
pub fn examination_of(
    files: &[File],
    amended: BTreeMap<usize, Vec<u8>>,
    without_captures: bool,
) -> Examination {
    examine(
        Request { now: now(), amended, without_captures, ..Request::new(supplied(files)) },
        &mut |_| {},
    )
}

/// Files as they are handed in.
pub fn supplied(files: &[File]) -> Vec<Supplied<'static>> {
    let supply = |file: &File| Supplied {
        path: file.name.clone(),
        named: true,
        held_by: file.held_by,
        reader: Box::new(Cursor::new(file.content.clone())),
    };
    files.iter().map(supply).collect()
}

/// The report on a Case, with all first-party checks.
pub fn report_on(case: &Case) -> Report {
    Report::new(
        case,
        run(case, BUILTIN, &Selection::default()),
        &checks_of(BUILTIN),
        &Products::builtin(),
    )
}

/// The report on some files.
pub fn report_of(files: &[File]) -> Report {
    report_on(&case_of(files))
}
