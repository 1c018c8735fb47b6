//! `diag fix`: corrected copies for what can be repaired mechanically, and the exact values to enter
//! for the rest.
//!
//! What is wrong is found as `check` finds it. Copies and bodies go to a folder of their own; what was handed in is never
//! touched, and nothing is sent anywhere. Then the case is judged again, with all of it in place.

mod again;
mod changes;
mod folder;
mod plan;
mod sent;
mod tasks;

use super::check::{WHAT_IS_READ, say_notes};
use super::examining::{Manner, examine, judge};
use crate::args::{CheckArguments, FixArguments, ListFormat};
use crate::checkers::Checkers;
use crate::config;
use crate::console;
use crate::failure::{self, Failure, UNABLE};
use crate::files::{self, File, Given};
use crate::keys;
use crate::output;
use crate::plugins;
use crate::products;
use crate::progress::Meter;
use again::Replaced;
use changes::Fresh;
use diag_core::amend::Export;
use diag_core::repair::{self, Refusal};
use diag_core::runner::Selection;
use diag_render::fixes::{AsItIs, Copied, Fixes, Refused};
use diag_render::reading::{remark, understood};
use diag_render::text;
use diag_render::{Judged, json};
use diag_sdk::Severity;
use diag_sdk::case::sp_configuration::SpConfiguration;
use folder::Folder;
use sent::Written;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::process::ExitCode;

pub(crate) fn run(arguments: &FixArguments) -> anyhow::Result<ExitCode> {
    let mut defaults = CheckArguments {
        paths: arguments.paths.clone(),
        beside: arguments.beside.clone(),
        at: arguments.at,
        defaults: arguments.defaults.clone(),
        ..CheckArguments::default()
    };
    let configured = config::apply(&mut defaults)?;
    let checkers = plugins::checkers(&arguments.plugins, &configured.plugins)?;
    for one in checkers.absent() {
        failure::say_failure(&one.why, false);
    }
    let read = configured.read_beside([
        &defaults.beside.key,
        &arguments.plugins.plugins,
        &arguments.products.products,
    ]);
    let manner = Manner {
        levels: configured.levels,
        entity: None,
        strict: defaults.strict,
        at: defaults.at,
        selection: Selection { only: defaults.only, skip: defaults.skip },
        keys: keys::load(&defaults.beside.key)?,
        products: products::set_with(
            configured.products.iter().chain(&arguments.products.products),
            checkers.products(),
        )?,
        suppressions: configured.suppressions,
        bounds: configured.bounds,
        expectations: configured.expectations,
        headers: checkers.headers(),
    };
    let mut folder = Folder::new(arguments.output.as_deref(), arguments.force)?.spare(read);
    let mut collected = files::collect(&Given {
        paths: &arguments.paths,
        sp_has: &defaults.beside.sp_has,
        idp_has: &defaults.beside.idp_has,
        most: manner.bounds.files,
    });
    folder.leave_out(&mut collected.files, &arguments.paths);
    let mut collected = collected.told()?;

    // What comes by a pipe is judged more than once, too.
    buffer(&mut collected.files)?;
    let meter = Meter::new(collected.files.iter().map(|file| file.size).sum());
    let mut examination = examine(&collected.files, &manner, &meter);
    let found = Found {
        documents: std::mem::take(&mut examination.documents),
        exports: std::mem::take(&mut examination.exports),
    };
    let judged = judge(examination, &manner, &checkers);
    meter.finish();
    if !understood(&judged) {
        return Err(match judged.case.inputs.as_slice() {
            [only] => Failure::new(remark(only)),
            _ => Failure::new("none of the files holds anything to judge"),
        }
        .hint(WHAT_IS_READ)
        .into());
    }
    say_notes(std::iter::once(&judged));

    let dry_run = arguments.dry_run || arguments.output.is_none();
    let work = Work {
        judged: &judged,
        found: &found,
        files: &collected.files,
        manner: &manner,
        checkers: &checkers,
    };
    let (fixes, written, doubtful) = work.out(&mut folder, dry_run)?;
    if !dry_run {
        // Nothing is written before everything is known to be writable.
        for (path, bytes) in &written {
            folder.write(path, bytes)?;
        }
    }
    for refused in &fixes.refused {
        let line = format!("{}: not repaired: {}", refused.from, refused.reason);
        if doubtful { failure::say_error(&line) } else { failure::say_note(&line) }
    }
    match arguments.format {
        ListFormat::Text => output::print(&text::fixes::render(&fixes, console::width()))?,
        ListFormat::Json => output::print_bytes(json::pretty(&fixes)?.as_bytes())?,
    }
    Ok(ExitCode::from(if doubtful { UNABLE } else { 0 }))
}

/// Reads standard input into memory, where it is among the files.
fn buffer(files: &mut [File]) -> Result<(), Failure> {
    for file in files.iter_mut().filter(|file| file.is_standard_input()) {
        let mut bytes = Vec::new();
        file.reader()
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::new(format!("standard input: cannot be read: {error}")))?;
        file.size = bytes.len() as u64;
        file.typed = Some(bytes.into());
    }
    Ok(())
}

/// What can be mended: documents and exports as they were read.
struct Found {
    documents: Vec<repair::Document>,
    exports: Vec<Export>,
}

/// What a document is called for people: the path as given, or where in which object it stands.
fn name_of(judged: &Judged, document: &repair::Document) -> String {
    let input = judged
        .case
        .inputs
        .iter()
        .find(|input| input.id == document.input)
        .filter(|_| document.message.is_none());
    input.map_or_else(|| document.origin.clone(), |input| input.path.clone())
}

/// What an entry point is called in the name of a file.
fn entry_name(entry: &SpConfiguration) -> &str {
    entry
        .prefix
        .as_ref()
        .map(|prefix| prefix.value.as_str())
        .filter(|prefix| !prefix.is_empty())
        .unwrap_or(&entry.name)
}

/// A judged case, and what it takes to judge it again.
struct Work<'w> {
    judged: &'w Judged,
    found: &'w Found,
    files: &'w [File],
    manner: &'w Manner,
    checkers: &'w Checkers,
}

impl Work<'_> {
    /// Mends in memory what is to be mended: the record, the files to write, and whether a repair failed that should not.
    fn out(
        &self,
        folder: &mut Folder,
        dry_run: bool,
    ) -> anyhow::Result<(Fixes, Vec<Written>, bool)> {
        let (judged, found) = (self.judged, self.found);
        let mut fixes = Fixes::new(dry_run);
        let mut copies: Vec<(Copied, Vec<u8>)> = Vec::new();
        let mut mended: Vec<&repair::Document> = Vec::new();
        let mut answered: BTreeSet<String> = BTreeSet::new();
        let mut replaced = Replaced { documents: BTreeMap::new(), loaded: None };
        let mut doubtful = false;
        for planned in plan::plan(judged, &found.documents) {
            let document = planned.document;
            let from = name_of(judged, document);
            match repair::repair(&document.bytes, &planned.wanted) {
                Ok(None) => {}
                Ok(Some(repaired)) => {
                    let input = judged.case.file_of(&document.input);
                    let entry = document
                        .configuration
                        .as_deref()
                        .and_then(|id| judged.case.configuration(id));
                    let path =
                        folder.claim(&folder::name_of(input, entry.map(entry_name)), self.files)?;
                    let findings = plan::answered(judged, document, &repaired.changes);
                    answered.extend(findings.iter().map(|finding| finding.id.clone()));
                    if let Some(number) = document.number.filter(|_| {
                        findings.iter().any(|finding| finding.severity >= Severity::Warning)
                    }) {
                        replaced.documents.insert(number, repaired.bytes.clone());
                    }
                    let copy = Copied {
                        path,
                        from,
                        held_by: document.held_by,
                        uploads: plan::uploads(judged, document, &findings),
                        entity_ids: repaired.entity_ids,
                        changes: repaired.changes,
                        signature_outdated: repaired.signed,
                    };
                    copies.push((copy, repaired.bytes));
                    mended.push(document);
                }
                Err(refusal) => {
                    doubtful |= matches!(refusal, Refusal::Doubtful(_) | Refusal::TooMany);
                    fixes.refused.push(Refused { from, reason: refusal.to_string() });
                }
            }
        }
        let fresh = changes::fresh(judged, &found.documents, &copies);
        fixes.by_hand =
            tasks::by_hand(judged, &answered, fresh.as_ref().map(|fresh| fresh.path.as_str()));
        if let Some(fresh) = &fresh {
            self.take_fresh(fresh, &copies, &mut fixes, &mut replaced);
        }
        let held: Vec<(&repair::Document, &[u8])> =
            mended.iter().copied().zip(copies.iter().map(|(_, bytes)| bytes.as_slice())).collect();
        let changes = changes::of(judged, &found.exports, &fixes.by_hand, &held, fresh.as_ref());
        let mut written: Vec<Written> =
            copies.iter().map(|(copy, bytes)| (copy.path.clone(), bytes.clone())).collect();
        written.extend(sent::record(
            &mut fixes,
            judged,
            &found.exports,
            &changes,
            (folder, self.files),
        )?);
        let carried_out = fixes.by_hand.iter().filter(|task| {
            task.causes.iter().any(|step| !step.bodies.is_empty() || step.copy.is_some())
        });
        for task in carried_out {
            let of_task =
                judged.report.findings.iter().filter(|finding| {
                    finding.check == task.check && finding.message == task.message
                });
            answered.extend(of_task.map(|finding| finding.id.clone()));
        }
        fixes.copies = copies.into_iter().map(|(copy, _)| copy).collect();
        fixes.judged_again = again::judged_again(
            judged,
            self.files,
            (self.manner, self.checkers),
            replaced,
            &changes,
            &answered,
        );
        Ok((fixes, written, doubtful))
    }

    /// What is published stands in place of the copies that the service provider has.
    fn take_fresh(
        &self,
        fresh: &Fresh<'_>,
        copies: &[(Copied, Vec<u8>)],
        fixes: &mut Fixes,
        replaced: &mut Replaced,
    ) {
        let (judged, documents) = (self.judged, &self.found.documents);
        if copies.iter().all(|(copy, _)| copy.path != fresh.path) {
            let published = documents.iter().find(|document| plan::is_published(judged, document));
            let uploads =
                published.map(|document| plan::uploads(judged, document, &[])).unwrap_or_default();
            fixes.as_they_are.push(AsItIs { path: fresh.path.clone(), uploads });
        }
        let held: Vec<&repair::Document> =
            documents.iter().filter(|document| plan::superseded(judged, document)).collect();
        for number in held.iter().filter_map(|document| document.number) {
            replaced.documents.insert(number, fresh.bytes.to_vec());
        }
        if held.is_empty() && judged.case.sp_configurations.is_empty() {
            replaced.loaded = Some((fresh.path.clone(), fresh.bytes.to_vec()));
        }
    }
}
