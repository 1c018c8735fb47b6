//! `diag redact`: a copy that can be given away. It opens nothing, and is judged as the original is.
//!
//! The run proves its own work before anything stands where it was asked for: it searches what it wrote for every
//! value that was to go, and judges original and copy. Where either fails, nothing is written and the reason is said.

mod bundle;
mod check;
mod copies;
mod names;
mod put;
mod receipt;
mod same;

use super::check::WHAT_IS_READ;
use super::examining::{Manner, examine, judge};
use crate::args::{ListFormat, RedactArguments};
use crate::checkers::Checkers;
use crate::failure::{self, Failure};
use crate::files::{self, File, Given};
use crate::keys;
use crate::output;
use crate::progress::Meter;
use copies::Copies;
use diag_core::recorded;
use diag_core::sharing::{Form, Gathering, Options};
use diag_render::json;
use diag_render::reading::{remark, understood};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use receipt::{LeftOut, Receipt};
use std::path::PathBuf;
use std::process::ExitCode;

pub(crate) fn run(arguments: &RedactArguments) -> anyhow::Result<ExitCode> {
    let collected = files::collect(&Given {
        paths: &arguments.paths,
        sp_has: &arguments.beside.sp_has,
        idp_has: &arguments.beside.idp_has,
        many: false,
    });
    for note in &collected.notes {
        failure::say_note(note);
    }
    for trouble in &collected.troubles {
        failure::say_error(trouble);
    }
    if collected.files.is_empty() {
        return Err(files::nothing_read(&collected).into());
    }
    if !collected.troubles.is_empty() {
        return Err(Failure::new("a copy of part of a case would not be the case; nothing was written").into());
    }
    let options = Options { identities: arguments.identities, hosts: arguments.hosts, keep_bodies: arguments.keep_bodies };
    if arguments.check {
        return check::run(&collected.files, options, arguments.format);
    }
    let Some(output) = arguments.output.as_deref() else { return Err(Failure::new("expected -o FILE|DIR").into()) };
    let read: Vec<PathBuf> = arguments.beside.key.clone();
    let target = names::Target::new(output, &collected.files, &read, arguments.force)?;
    let map = arguments.map.as_deref().map(|path| output::Target::new(path, &collected.files, &read)).transpose()?;
    let files = whole(collected.files)?;

    // First every value from where it stands, in all files: what is secret in one may stand in another.
    let mut gathering = Gathering::new(options);
    let (mut kept, mut left_out): (Vec<File>, Vec<LeftOut>) = (Vec::new(), Vec::new());
    for file in files {
        match gathering.take(file.reader()) {
            Ok(Form::Capture | Form::Document) => kept.push(file),
            Ok(Form::Archive) => left_out.push(LeftOut::new(&file, "an archive: unpack it, and give the folder")),
            Ok(Form::Unknown) => left_out.push(LeftOut::new(&file, "nobody knows what is in it, so that nothing can be taken out")),
            Err(why) => return Err(Failure::new(format!("{}: {why}", file.shown)).into()),
        }
    }
    if kept.is_empty() {
        return Err(Failure::new("none of the files can be copied: of pictures and archives nobody knows what is in them")
            .hint("unpack archives, and give the folder")
            .into());
    }
    let copying = gathering.settle(&salt()?);
    if copying.overflowed() {
        return Err(Failure::new("there are more secrets in these files than are followed; no copy would be safe").into());
    }

    let manner = Manner { at: arguments.at, keys: keys::load(&arguments.beside.key)?, ..Manner::default() };
    let checkers = Checkers::builtin();
    let meter = Meter::new(kept.iter().map(|file| file.size).sum());
    let original = examine(&kept, &manner, &meter);
    let mut copies = Copies::write(&copying, kept, &target)?;

    // The copies are read as anybody would read them, for the hashes by which the record names messages.
    let bare = examine(&copies.files(None)?, &manner, &meter);
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date().to_string();
    let record = copying.record(recorded::make(&original.case, &same::paired(&original, &bare)?, &original.records, &today));
    let record = serde_json::to_value(&record)?;
    let written = copies.files(Some(&record))?;
    copies.prove(&copying)?;
    let again = examine(&written, &manner, &meter);
    meter.finish();

    let (original, again) = (judge(original, &manner, &checkers), judge(again, &manner, &checkers));
    if !understood(&original) && original.case.inputs.len() == 1 {
        return Err(Failure::new(original.case.inputs.first().map(remark).unwrap_or_default()).hint(WHAT_IS_READ).into());
    }
    same::judged(&original, &again)?;

    let receipt = Receipt::new(&copying, &copies, left_out, options, &again, &today);
    put::put(&target, &copies, &receipt, &again, &checkers)?;
    if let Some(map) = map {
        map.write(&json::pretty(&copying.map())?)?;
        put::private(arguments.map.as_deref());
    }
    match arguments.format {
        ListFormat::Text => output::print(&receipt.text())?,
        ListFormat::Json => output::print_bytes(json::pretty(&receipt)?.as_bytes())?,
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
            std::io::Read::read_to_end(&mut file.reader(), &mut bytes)
                .map_err(|error| Failure::new(format!("standard input: cannot be read: {error}")))?;
            Ok(File { size: bytes.len() as u64, typed: Some(bytes.into()), ..file })
        })
        .collect()
}

/// The key of the marks: of chance, used once.
fn salt() -> Result<[u8; 32], Failure> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).map_err(|error| Failure::new(format!("the system gives no random numbers: {error}")))?;
    Ok(salt)
}
