//! `diag fix`: corrected copies for what can be repaired mechanically, and the exact values to enter
//! for the rest.
//!
//! What is wrong is found as `check` finds it. Copies go to a folder of their own; what was handed in
//! is never touched.

mod folder;
mod plan;
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
use diag_core::repair::{self, Refusal};
use diag_core::runner::Selection;
use diag_render::fixes::{Copied, Fixes, Refused};
use diag_render::reading::{remark, understood};
use diag_render::text;
use diag_render::{Judged, json};
use diag_sdk::case::sp_configuration::SpConfiguration;
use folder::Folder;
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
    let manner = Manner {
        entity: None,
        strict: defaults.strict,
        at: defaults.at,
        selection: Selection { only: defaults.only, skip: defaults.skip },
        keys: keys::load(&defaults.beside.key)?,
        products: products::set(configured.products.iter().chain(&arguments.products.products))?,
        suppressions: configured.suppressions,
    };
    let mut folder = Folder::new(arguments.output.as_deref(), arguments.force)?;
    let mut collected =
        files::collect(&Given { paths: &arguments.paths, sp_has: &defaults.beside.sp_has, idp_has: &defaults.beside.idp_has });
    folder.leave_out(&mut collected.files, &arguments.paths);
    for note in &collected.notes {
        failure::say_note(note);
    }
    for trouble in &collected.troubles {
        failure::say_error(trouble);
    }
    if collected.files.is_empty() {
        return Err(files::nothing_read(&collected).into());
    }

    let meter = Meter::new(collected.files.iter().map(|file| file.size).sum());
    let (judged, documents) = examined(&collected.files, &manner, &checkers, &meter);
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

    let (fixes, contents, doubtful) = worked_out(&judged, &documents, &collected.files, &mut folder, arguments.dry_run)?;
    if !arguments.dry_run {
        // Nothing is written before everything is known to be writable.
        for (copy, bytes) in fixes.copies.iter().zip(&contents) {
            folder.write(&copy.path, bytes)?;
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

fn examined(files: &[File], manner: &Manner, checkers: &Checkers, meter: &Meter) -> (Judged, Vec<repair::Document>) {
    let mut examination = examine(files, manner, meter);
    let documents = std::mem::take(&mut examination.documents);
    (judge(examination, manner, checkers), documents)
}

/// What a document is called for people: the path as given, or where in which object it stands.
fn name_of(judged: &Judged, document: &repair::Document) -> String {
    let input = judged.case.inputs.iter().find(|input| input.id == document.input).filter(|_| document.message.is_none());
    input.map_or_else(|| document.origin.clone(), |input| input.path.clone())
}

/// What an entry point is called in the name of a file.
fn entry_name(entry: &SpConfiguration) -> &str {
    entry.prefix.as_ref().map(|prefix| prefix.value.as_str()).filter(|prefix| !prefix.is_empty()).unwrap_or(&entry.name)
}

/// Repairs what is to be repaired, in memory: the record, the contents of its copies, and whether a
/// repair failed that should not.
fn worked_out(
    judged: &Judged,
    documents: &[repair::Document],
    inputs: &[File],
    folder: &mut Folder,
    dry_run: bool,
) -> Result<(Fixes, Vec<Vec<u8>>, bool), Failure> {
    let mut fixes = Fixes::new(dry_run);
    let mut contents = Vec::new();
    let mut doubtful = false;
    let mut answered = Vec::new();
    for planned in plan::plan(judged, documents) {
        let document = planned.document;
        let from = name_of(judged, document);
        match repair::repair(&document.bytes, &planned.wanted) {
            Ok(None) => {}
            Ok(Some(repaired)) => {
                let input = judged.case.file_of(&document.input);
                let entry = document.configuration.as_deref().and_then(|id| judged.case.configuration(id));
                let path = folder.claim(&folder::name_of(input, entry.map(entry_name)), inputs)?;
                let findings = plan::answered(judged, document, &repaired.changes);
                answered.extend(findings.iter().map(|finding| finding.id.clone()));
                fixes.copies.push(Copied {
                    path,
                    from,
                    held_by: document.held_by,
                    uploads: plan::uploads(judged, document, &findings),
                    entity_ids: repaired.entity_ids,
                    changes: repaired.changes,
                    signature_outdated: repaired.signed,
                });
                contents.push(repaired.bytes);
            }
            Err(refusal) => {
                doubtful |= matches!(refusal, Refusal::Doubtful(_) | Refusal::TooMany);
                fixes.refused.push(Refused { from, reason: refusal.to_string() });
            }
        }
    }
    fixes.by_hand = tasks::by_hand(judged, &answered, &fixes.copies);
    Ok((fixes, contents, doubtful))
}
