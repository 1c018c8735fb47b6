//! The copies of a whole case, made and proved: what `diag redact` writes, and what the page hands out.
//!
//! [`make`] collects every value from all files, writes the copies with their record, searches each as it was written
//! for every value that went, and examines original and copy. What may be given away is a [`Proven`] alone, and that
//! is only had from [`Unjudged::judged`], which refuses where both are judged differently. No file, clock or source of
//! chance of its own: copies lie on a [`Shelf`], the day and the key of the marks are handed in.

mod called;
mod shelf;
mod unpacked;

pub use shelf::{InMemory, Shelf};
pub use unpacked::{Keep, Unpacked, unpack};

use crate::examine::Examination;
use crate::intake::Supplied;
use crate::recorded;
use crate::report::Report;
use crate::sharing::{self, Change, Copy, Copying, Form, Gathering, Map, Options};
use crate::verdict::Verdict;
use diag_sdk::case::input::HeldBy;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::{self, BufWriter, Read, Write};

/// Differences that are named; the rest is counted.
const NAMED: usize = 4;

/// What stands beside copies where there are several: none of them is called so.
const BESIDE: [&str; 4] = ["receipt.txt", "receipt.json", "report.html", "report.json"];

/// Hands out the content of a file from its beginning, as often as it is asked for.
pub type Opened<'a> = Box<dyn Fn() -> Box<dyn Read + 'a> + 'a>;

/// A file of the case.
pub struct Original<'a> {
    /// The path as given, for people.
    pub path: String,
    /// The person named this very path, rather than a folder that holds it.
    pub named: bool,
    /// Whose copy it is.
    pub held_by: HeldBy,
    /// Its size in bytes, where known beforehand: for progress alone.
    pub size: u64,
    /// Its content.
    pub open: Opened<'a>,
}

/// Reads files as one case, in the manner in which original and copy are to be judged.
pub type Examine<'m> = dyn Fn(Vec<Supplied<'_>>) -> Examination + 'm;

/// How copies are made.
pub struct Manner<'m> {
    /// What goes beyond secrets, and what stays.
    pub options: Options,
    /// The key of the marks, of chance, used once and thrown away; and what stands for what in another copy, where equal
    /// values are to have equal marks in both.
    pub map: Map,
    /// The day on which it is done, as `2026-11-24`.
    pub today: String,
    /// What the copy is called where there is a single one and its name is settled.
    pub called: Option<String>,
    /// Reads the case.
    pub examine: &'m Examine<'m>,
}

/// Why there are no copies, in a line for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What went wrong, where.
    pub why: String,
    /// What can be done.
    pub hint: Option<String>,
}

impl Refusal {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), hint: None }
    }

    fn hint(self, hint: &str) -> Self {
        Self { hint: Some(hint.to_owned()), ..self }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// Copies that were written and searched, and are still to be judged.
#[derive(Debug)]
pub struct Made {
    /// The originals of which there are copies.
    pub original: Examination,
    /// Their copies.
    pub copy: Examination,
    /// The copies.
    pub unjudged: Unjudged,
}

/// Copies of which nobody has said yet that they are judged as their originals.
#[derive(Debug)]
pub struct Unjudged {
    copied: Vec<Copied>,
    left_out: Vec<LeftOut>,
    copying: Copying,
    options: Options,
    today: String,
}

/// Copies that hold none of the values that were to go, and are judged as their originals.
#[derive(Debug)]
pub struct Proven {
    /// The copies, in the order in which they lie on the shelf.
    pub copied: Vec<Copied>,
    /// Files of which there is none.
    pub left_out: Vec<LeftOut>,
    /// What was replaced.
    pub copying: Copying,
    /// What was asked for.
    pub options: Options,
    /// The day on which it was done.
    pub today: String,
    /// The verdict over original and copy.
    pub verdict: Verdict,
}

/// A copy on the shelf.
#[derive(Debug)]
pub struct Copied {
    /// The file it was made from, its last part alone; names in it are replaced.
    pub from: String,
    /// What it is called, safe to write; no other copy is called so.
    pub name: String,
    /// SHA-256 of the copy, in hexadecimal digits.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// What was changed in it.
    pub changes: Vec<Change>,
    /// What could not be copied.
    pub remarks: Vec<String>,
}

/// A file of which there is no copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its path; once copies are proven, the last part alone, and names in it are replaced.
    pub path: String,
    /// Why.
    pub why: String,
}

/// Writes the copies of these files on the shelf, searches them, and examines them beside their originals.
///
/// # Errors
/// Where a file cannot be read or written, none can be copied, or a value would be left in a copy.
pub fn make(
    unpacked: Unpacked<'_>,
    shelf: &mut dyn Shelf,
    manner: Manner<'_>,
) -> Result<Made, Refusal> {
    // First every value from where it stands, in all files: what is secret in one may stand in another.
    let mut gathering = Gathering::new(manner.options);
    let Unpacked { originals, mut left_out } = unpacked;
    let mut kept = Vec::new();
    for original in originals {
        let form = gathering
            .take((original.open)())
            .map_err(|why| Refusal::new(format!("{}: {why}", original.path)))?;
        match reason_to_leave_out(form) {
            None => kept.push(original),
            Some(why) => left_out.push(LeftOut { path: original.path, why: why.to_owned() }),
        }
    }
    if kept.is_empty() {
        return Err(nothing_to_copy(&left_out));
    }
    let copying = gathering.settle_with(&manner.map);
    for left in &mut left_out {
        left.path = copying.text(called::last(&left.path));
    }
    if copying.overflowed() {
        return Err(Refusal::new(
            "there are more secrets in these files than are followed; no copy would be safe",
        ));
    }
    let examination = (manner.examine)(
        kept.iter().map(|original| original.supplied((original.open)())).collect(),
    );
    let written = write(&copying, &kept, shelf)?;

    // The copies are read as anybody would read them, for the hashes by which the record names messages.
    end(&kept, &written, None, shelf)?;
    let bare = (manner.examine)(supplied(&kept, shelf)?);
    let (was, is) = (examination.case.messages.len(), bare.case.messages.len());
    if was != is {
        return Err(judged_differently(&[format!(
            "the original holds {was} messages, the copy {is}"
        )]));
    }
    let record = copying.record(recorded::make(
        &examination.case,
        &bare.hashes,
        &examination.records,
        &manner.today,
    ));
    let record = serde_json::to_value(&record)
        .map_err(|error| Refusal::new(format!("the record cannot be written: {error}")))?;
    end(&kept, &written, Some(&record), shelf)?;
    search(&copying, &kept, &written, shelf)?;
    let again = (manner.examine)(supplied(&kept, shelf)?);
    let copied = receipts(&copying, &kept, written, shelf, manner.called.as_deref())?;
    let unjudged =
        Unjudged { copied, left_out, copying, options: manner.options, today: manner.today };
    Ok(Made { original: examination, copy: again, unjudged })
}

impl Unjudged {
    /// The copies as what may be given away.
    ///
    /// # Errors
    /// Where the copy is judged otherwise than the original.
    pub fn judged(self, original: &Report, copy: &Report) -> Result<Proven, Refusal> {
        let differences = sharing::differences(original, copy);
        if !differences.is_empty() {
            return Err(judged_differently(&differences));
        }
        let Self { copied, left_out, copying, options, today } = self;
        Ok(Proven { copied, left_out, copying, options, today, verdict: copy.verdict })
    }
}

impl Original<'_> {
    fn supplied<'r>(&self, reader: Box<dyn Read + 'r>) -> Supplied<'r> {
        Supplied { path: self.path.clone(), named: self.named, held_by: self.held_by, reader }
    }
}

impl fmt::Debug for Original<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Original").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Why there is not a single copy.
fn nothing_to_copy(left_out: &[LeftOut]) -> Refusal {
    let first = left_out.first().map(|left| format!(": {}: {}", left.path, left.why));
    let more = left_out.len().saturating_sub(1);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    Refusal::new(format!("none of the files can be copied{}{more}", first.unwrap_or_default()))
        .hint("captures, messages, metadata, exports of configuration and texts can, also in archives")
}

/// Why there is no copy of a file of this form.
pub fn reason_to_leave_out(form: Form) -> Option<&'static str> {
    match form {
        Form::Capture | Form::Document => None,
        Form::Archive => Some("an archive: unpack it, and give the folder"),
        Form::Unknown => Some("nobody knows what is in it, so that nothing can be taken out"),
    }
}

/// Writes the copies but for their ends.
fn write(
    copying: &Copying,
    kept: &[Original<'_>],
    shelf: &mut dyn Shelf,
) -> Result<Vec<Copy>, Refusal> {
    let mut written = Vec::new();
    for original in kept {
        let failed = |error: io::Error| cannot_be_written(original, &error);
        let mut out = BufWriter::new(shelf.add().map_err(failed)?);
        let copy = copying
            .copy((original.open)(), &mut out)
            .map_err(|why| Refusal::new(format!("{}: {why}", original.path)))?;
        out.flush().map_err(failed)?;
        written.push(copy);
    }
    Ok(written)
}

/// Ends each copy: without a record, or with the one that is given.
fn end(
    kept: &[Original<'_>],
    written: &[Copy],
    record: Option<&Value>,
    shelf: &mut dyn Shelf,
) -> Result<(), Refusal> {
    for (number, (original, copy)) in kept.iter().zip(written).enumerate() {
        // A copy in which nothing was changed says what it said.
        let earlier = copy.record.as_ref().filter(|_| copy.unchanged());
        let record = record.map(|record| earlier.unwrap_or(record));
        shelf
            .end(number, &copy.ending(record))
            .map_err(|error| cannot_be_written(original, &error))?;
    }
    Ok(())
}

fn supplied<'r>(kept: &[Original<'_>], shelf: &'r dyn Shelf) -> Result<Vec<Supplied<'r>>, Refusal> {
    let open = |(number, original): (usize, &Original<'_>)| {
        Ok(original.supplied(opened(shelf, number, original)?))
    };
    kept.iter().enumerate().map(open).collect()
}

fn opened<'r>(
    shelf: &'r dyn Shelf,
    number: usize,
    original: &Original<'_>,
) -> Result<Box<dyn Read + 'r>, Refusal> {
    shelf.open(number).map_err(|error| {
        Refusal::new(format!("the copy of {} cannot be read: {error}", original.path))
    })
}

/// Searches each copy for every value that was to go.
fn search(
    copying: &Copying,
    kept: &[Original<'_>],
    written: &[Copy],
    shelf: &dyn Shelf,
) -> Result<(), Refusal> {
    for (number, original) in kept.iter().enumerate() {
        let reader = opened(shelf, number, original)?;
        let left = copying
            .search(reader)
            .map_err(|why| Refusal::new(format!("the copy of {}: {why}", original.path)))?;
        if let Some((first, times)) = left.first() {
            let more: usize = left.iter().map(|(_, times)| times).sum::<usize>() - times;
            let (path, kind, place) = (&original.path, first.kind.words(), &first.place);
            return Err(Refusal::new(format!(
                "{path}: {kind} in {place} would be left {times} times, and {more} other values; nothing was written"
            ))
            .hint("this is a fault of diag: please report it with the place, not with the file"));
        }
    }
    let secrets: usize = copying.counts().values().sum();
    if written.iter().all(Copy::unchanged) && secrets > copying.only_in_place() {
        return Err(Refusal::new(format!(
            "{secrets} secrets were found and none was replaced; nothing was written"
        )));
    }
    Ok(())
}

fn receipts(
    copying: &Copying,
    kept: &[Original<'_>],
    written: Vec<Copy>,
    shelf: &dyn Shelf,
    settled: Option<&str>,
) -> Result<Vec<Copied>, Refusal> {
    let mut copied: Vec<Copied> = Vec::new();
    for (number, (original, copy)) in kept.iter().zip(written).enumerate() {
        let reader = opened(shelf, number, original)?;
        let (sha256, bytes) = hash(reader).map_err(|error| {
            Refusal::new(format!("the copy of {} cannot be read: {error}", original.path))
        })?;
        let from = copying.text(called::last(&original.path));
        let taken = copied.iter().map(|one| one.name.as_str()).chain(BESIDE);
        let name = settled.map_or_else(|| called::free(&from, taken), str::to_owned);
        copied.push(Copied {
            from,
            name,
            sha256,
            bytes,
            changes: copy.changes,
            remarks: copy.remarks,
        });
    }
    Ok(copied)
}

/// SHA-256 and length.
fn hash(mut reader: Box<dyn Read + '_>) -> io::Result<(String, u64)> {
    let (mut hasher, mut buffer, mut length) = (Sha256::new(), vec![0; 1 << 16], 0);
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
        length += read as u64;
    }
    Ok((
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat(),
        length,
    ))
}

fn cannot_be_written(original: &Original<'_>, error: &io::Error) -> Refusal {
    Refusal::new(format!("the copy of {} cannot be written: {error}", original.path))
}

fn judged_differently(differences: &[String]) -> Refusal {
    let named = differences.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    let more = differences.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more differences") } else { String::new() };
    Refusal::new(format!(
        "the copy would be judged differently, so none was written: {named}{more}"
    ))
}
