//! From files to a judged case: what `check` and `flow` share.

use crate::checkers::Checkers;
use crate::files::File;
use crate::levels::{self, Level};
use crate::progress::Meter;
use diag_core::bounds::Bounds;
use diag_core::crypto::PrivateKey;
use diag_core::examine::{Examination, Request};
use diag_core::intake::Supplied;
use diag_core::report::Report;
use diag_core::runner::Selection;
use diag_core::suppression::{self, Suppression};
use diag_products::Products;
use diag_render::Judged;
use diag_sdk::case::expectation::Expectation;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How to judge.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    pub(crate) strict: bool,
    /// The entity that is meant, of metadata of many.
    pub(crate) entity: Option<String>,
    pub(crate) at: Option<Timestamp>,
    pub(crate) selection: Selection,
    pub(crate) keys: Vec<PrivateKey>,
    pub(crate) products: Arc<Products>,
    /// Findings to live with.
    pub(crate) suppressions: Vec<Suppression>,
    /// Levels at which findings of checks are reported.
    pub(crate) levels: Vec<Level>,
    /// What is the most that is read, kept and judged.
    pub(crate) bounds: Bounds,
    /// What the team expects of its own sign-in.
    pub(crate) expectations: Vec<Expectation>,
    /// Response headers that plugins look at.
    pub(crate) headers: BTreeSet<String>,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            strict: false,
            entity: None,
            at: None,
            selection: Selection::default(),
            keys: Vec::new(),
            products: Products::builtin(),
            suppressions: Vec::new(),
            levels: Vec::new(),
            bounds: Bounds::default(),
            expectations: Vec::new(),
            headers: BTreeSet::new(),
        }
    }
}

/// A case as it would be, were it changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Supposed {
    /// Texts in place of documents, by their numbers.
    pub(crate) amended: BTreeMap<usize, Vec<u8>>,
    /// Configuration alone, without what was recorded.
    pub(crate) without_captures: bool,
}

/// Reads the files as one case.
pub(crate) fn examine(files: &[File], manner: &Manner, meter: &Meter) -> Examination {
    examine_supposed(files, manner, meter, Supposed::default())
}

/// Reads the files as the case that they would be.
pub(crate) fn examine_supposed(
    files: &[File],
    manner: &Manner,
    meter: &Meter,
    supposed: Supposed,
) -> Examination {
    let supplied = files
        .iter()
        .map(|file| Supplied {
            path: file.shown.clone(),
            named: file.named,
            held_by: file.held_by,
            reader: meter.watch(file.reader()),
        })
        .collect();
    examine_supplied(supplied, manner, supposed)
}

/// Reads what is handed in as the case that it would be.
pub(crate) fn examine_supplied(
    files: Vec<Supplied<'_>>,
    manner: &Manner,
    supposed: Supposed,
) -> Examination {
    let request = Request {
        files,
        strict: manner.strict,
        entity: manner.entity.clone(),
        at: manner.at,
        now: Timestamp::now(),
        keys: manner.keys.clone(),
        products: Arc::clone(&manner.products),
        amended: supposed.amended,
        without_captures: supposed.without_captures,
        bounds: manner.bounds.clone(),
        expectations: manner.expectations.clone(),
        headers: manner.headers.clone(),
    };
    diag_core::examine::examine(request, &mut |_| {})
}

/// Judges a case.
pub(crate) fn judge(examination: Examination, manner: &Manner, checkers: &Checkers) -> Judged {
    let mut run = checkers.run(&examination.case, &manner.selection);
    levels::apply(&mut run, &manner.levels);
    run.keep(Bounds::size(manner.bounds.findings));
    // A decision is an agreement between people, so that the day on which they look counts.
    let today = manner.at.unwrap_or_else(Timestamp::now).to_zoned(TimeZone::UTC).date();
    let (suppressed, suppressions) =
        suppression::apply(&examination.case, &mut run, &manner.suppressions, today);
    let extensions = checkers.extensions().to_vec();
    let report = Report {
        suppressed,
        suppressions,
        extensions,
        ..Report::new(&examination.case, run, checkers.checks(), &manner.products)
    };
    Judged {
        case: examination.case,
        sources: examination.sources,
        report,
        products: Arc::clone(&manner.products),
    }
}
