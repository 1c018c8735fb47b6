//! `diag redact`: a copy that can be given away. It opens nothing, and is judged as the original is.
//!
//! The run proves its own work before anything stands where it was asked for: it searches what it wrote for every
//! value that was to go, and judges original and copy. Where either fails, nothing is written and the reason is said.

mod check;
mod copies;
mod map;
mod names;
mod put;
mod spool;

use super::check::WHAT_IS_READ;
use super::examining::{Manner, Supposed, examine_supplied, judge};
use crate::args::{ListFormat, RedactArguments};
use crate::checkers::Checkers;
use crate::console;
use crate::failure::Failure;
use crate::files::{self, File, Given};
use crate::keys;
use crate::output;
use crate::progress::Meter;
use copies::Copies;
use diag_core::copies::{Made, Manner as Copying, Original, Refusal, make};
use diag_core::intake::Supplied;
use diag_core::sharing::{Map, Options};
use diag_render::bundle::Bundle;
use diag_render::reading::{remark, understood};
use diag_render::receipt::Receipt;
use diag_render::{Detail, FailOn, Form, Format, json};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::process::ExitCode;

pub(crate) fn run(arguments: &RedactArguments) -> anyhow::Result<ExitCode> {
    let collected = files::collect(&Given {
        paths: &arguments.paths,
        sp_has: &arguments.beside.sp_has,
        idp_has: &arguments.beside.idp_has,
        most: files::usual(),
    })
    .told()?;
    if !collected.troubles.is_empty() {
        return Err(Failure::new(
            "a copy of part of a case would not be the case; nothing was written",
        )
        .into());
    }
    let options = Options {
        identities: arguments.identities,
        hosts: arguments.hosts,
        keep_bodies: arguments.keep_bodies,
    };
    if arguments.check {
        let files = whole(collected.files)?;
        return check::run(spool::unpacked(&files).map_err(failed)?, options, arguments.format);
    }
    let Some(output) = arguments.output.as_deref() else {
        return Err(Failure::new("expected -o FILE|DIR").into());
    };
    let read: Vec<PathBuf> = arguments.beside.key.clone();
    names::not_read(output, &collected.files, &read)?;
    let open = |path: &PathBuf| map::Kept::open(path, output, &collected.files, &read, key()?);
    let map = arguments.map.as_ref().map(open).transpose()?;
    let files = whole(collected.files)?;
    let unpacked = spool::unpacked(&files).map_err(failed)?;
    let several = unpacked.originals.len() > 1;
    let target = names::Target::new(output, &files, &read, several, arguments.force)?;

    let manner =
        Manner { at: arguments.at, keys: keys::load(&arguments.beside.key)?, ..Manner::default() };
    let checkers = Checkers::builtin();
    let meter = Meter::new(unpacked.originals.iter().map(|original| original.size).sum());
    let examine = |mut files: Vec<Supplied<'_>>| {
        for file in &mut files {
            file.reader =
                meter.watch(std::mem::replace(&mut file.reader, Box::new(std::io::empty())));
        }
        examine_supplied(files, &manner, Supposed::default())
    };
    let known = match &map {
        Some(kept) => kept.map.clone(),
        None => Map::new(key()?),
    };
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date().to_string();
    let copying =
        Copying { options, map: known, today, called: target.called(), examine: &examine };
    let mut copies = Copies::beside(&target)?;
    let Made { original, copy, unjudged } = make(unpacked, &mut copies, copying).map_err(failed)?;
    meter.finish();

    let (original, copy) = (judge(original, &manner, &checkers), judge(copy, &manner, &checkers));
    if !understood(&original) && original.case.inputs.len() == 1 {
        return Err(Failure::new(original.case.inputs.first().map(remark).unwrap_or_default())
            .hint(WHAT_IS_READ)
            .into());
    }
    let proven = unjudged.judged(&original.report, &copy.report).map_err(failed)?;
    let receipt = Receipt::of(&proven);
    let form = Form {
        format: Format::Html,
        detail: Detail::Usual,
        width: console::USUAL,
        height: None,
        fail_on: FailOn::Error,
    };
    let (proven, receipt, judged) = (&proven, &receipt, &copy);
    // First the map: one that knows more than there are copies harms nobody, a copy whose marks it lacks would.
    if let Some(kept) = &map {
        kept.write(&proven.copying.map())?;
    }
    put::put(
        &target,
        &copies,
        Bundle { proven, shelf: &copies, receipt, judged, checks: checkers.checks(), form },
    )?;
    match arguments.format {
        ListFormat::Text => output::print(&receipt.text())?,
        ListFormat::Json => output::print_bytes(json::pretty(receipt)?.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Standard input is read once, and a copy needs several passes.
fn whole(files: Vec<File>) -> Result<Vec<File>, Failure> {
    files
        .into_iter()
        .map(|file| {
            if !file.is_standard_input() {
                return Ok(file);
            }
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut file.reader(), &mut bytes).map_err(|error| {
                Failure::new(format!("standard input: cannot be read: {error}"))
            })?;
            Ok(File { size: bytes.len() as u64, typed: Some(bytes.into()), ..file })
        })
        .collect()
}

fn original_of(file: &File) -> Original<'_> {
    Original {
        path: file.shown.clone(),
        named: file.named,
        held_by: file.held_by,
        size: file.size,
        open: Box::new(|| file.reader()),
    }
}

fn failed(refusal: Refusal) -> Failure {
    let failure = Failure::new(refusal.why);
    if let Some(hint) = refusal.hint { failure.hint(hint) } else { failure }
}

/// The key of the marks: of chance, used once.
fn key() -> Result<[u8; 32], Failure> {
    let mut key = [0; 32];
    getrandom::fill(&mut key)
        .map_err(|error| Failure::new(format!("the system gives no random numbers: {error}")))?;
    Ok(key)
}
