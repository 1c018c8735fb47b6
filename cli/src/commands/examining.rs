//! From files to a judged case: what `check` and `flow` share.

use crate::builtin::BUILTIN;
use crate::files::File;
use crate::progress::Meter;
use crate::render::Judged;
use diag_core::report::Report;
use diag_core::runner::{self, Selection};
use diag_core::sources::Sources;
use diag_sdk::Case;
use diag_sdk::case::input::{Input, InputKind};
use diag_sdk::manifest::checks_of;
use jiff::Timestamp;
use std::io;

/// How to judge.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manner {
    pub(crate) strict: bool,
    pub(crate) at: Option<Timestamp>,
    pub(crate) selection: Selection,
}

/// A case and the texts behind its places.
pub(crate) struct Examination {
    case: Case,
    sources: Sources,
}

/// Reads the files as one case.
pub(crate) fn examine(files: &[File], manner: &Manner, meter: &Meter) -> Examination {
    // Until core examines, only the files themselves are told.
    let mut case = Case { judged_at: Some(manner.at.unwrap_or_else(Timestamp::now)), ..Case::default() };
    for (index, file) in files.iter().enumerate() {
        let _ = io::copy(&mut meter.watch(file.reader()), &mut io::sink());
        case.inputs.push(Input { id: format!("i{}", index + 1), path: file.shown.clone(), named: file.named, ..Input::default() });
    }
    let _ = manner.strict;
    Examination { case, sources: Sources::default() }
}

/// Judges a case.
pub(crate) fn judge(examination: Examination, manner: &Manner) -> Judged {
    let run = runner::run(&examination.case, BUILTIN, &manner.selection);
    let report = Report::new(&examination.case, run, &checks_of(BUILTIN));
    Judged { case: examination.case, sources: examination.sources, report }
}

/// At least one file was something we know.
pub(crate) fn understood(judged: &Judged) -> bool {
    judged.case.inputs.iter().any(|input| input.kind != InputKind::Unrecognised) || !judged.case.broken_documents.is_empty()
}
