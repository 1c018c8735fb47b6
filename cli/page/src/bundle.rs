//! Copies that can be given away, with their receipt and their report, as one archive: what `diag redact -o case.zip` writes.

use crate::answer::{FORM, judge};
use crate::chosen::{Chosen, Open, chosen, now, opened, request};
use crate::question::{Copies, Question};
use diag_core::bounds::Bounds;
use diag_core::copies::{InMemory, Made, Manner, Opened, Original, Refusal, make, unpack};
use diag_core::examine::examine;
use diag_core::intake::{Progress, Supplied};
use diag_core::sharing::{Map, Options};
use diag_families::BUILTIN;
use diag_render::bundle::Bundle;
use diag_render::receipt::Receipt;
use diag_sdk::manifest::checks_of;
use jiff::tz::TimeZone;
use std::cell::{Cell, RefCell};
use std::io::{self, Cursor, Read};
use std::rc::Rc;

/// How often the files, or their copies, are examined: progress is told in bytes of all these rounds.
pub const ROUNDS: u64 = 3;

/// Bytes that archives may unpack to: what is in them is kept in memory while copies are made.
const UNPACKED: u64 = 1 << 30;

/// What the page saves.
#[derive(Debug)]
pub struct Saved {
    /// The archive.
    pub archive: Vec<u8>,
    /// The receipt in it, for people.
    pub receipt: String,
}

/// Makes the archive of what is asked. `key` marks what went: of chance, used once. `progress` hears of bytes and entries.
///
/// # Errors
/// One line for people, and one with advice: why there are no copies.
pub fn bundle(
    question: &Question,
    copies: Copies,
    key: [u8; 32],
    open: &Open<'_>,
    progress: &mut dyn FnMut(u64, usize),
) -> Result<Saved, String> {
    let Chosen { order, at, .. } = chosen(question, open)?;
    let original = |index: &usize| {
        let (index, file) = (*index, &question.files[*index]);
        Original {
            path: file.path.clone(),
            named: file.named,
            held_by: file.held_by,
            size: file.size,
            open: Box::new(move || opened(index, open)),
        }
    };
    let bounds = Bounds { unpacked: UNPACKED, ..Bounds::default() };
    let unpacked =
        unpack(order.iter().map(original).collect(), &bounds, &mut in_memory).map_err(told)?;
    let (mut begins, mut total) = (Vec::new(), 0);
    for original in &unpacked.originals {
        begins.push(total);
        total += original.size;
    }
    let (round, progress) = (Cell::new(0), RefCell::new(progress));
    let examine = |files: Vec<Supplied<'_>>| {
        let before = round.replace(round.get() + 1).min(ROUNDS - 1) * total;
        let mut told = |at: Progress| {
            let bytes = begins.get(at.file).copied().unwrap_or_default() + at.bytes;
            (*progress.borrow_mut())(before + bytes.min(total), at.entries);
        };
        examine(request(question, at, files), &mut told)
    };
    let Copies { identities, hosts, keep_bodies } = copies;
    let manner = Manner {
        options: Options { identities, hosts, keep_bodies },
        map: Map::new(key),
        today: now(question).to_zoned(TimeZone::UTC).date().to_string(),
        called: None,
        examine: &examine,
    };
    let mut shelf = InMemory::default();
    let Made { original, copy, unjudged } = make(unpacked, &mut shelf, manner).map_err(told)?;
    let checks = checks_of(BUILTIN);
    let (original, judged) = (judge(original, &checks), judge(copy, &checks));
    let proven = unjudged.judged(&original.report, &judged.report).map_err(told)?;
    let receipt = Receipt::of(&proven);
    let mut archive = Vec::new();
    Bundle {
        proven: &proven,
        shelf: &shelf,
        receipt: &receipt,
        judged: &judged,
        checks: &checks,
        form: FORM,
    }
    .write(&mut archive)
    .map_err(|error| format!("the bundle cannot be written: {error}"))?;
    Ok(Saved { archive, receipt: receipt.text() })
}

/// Keeps what is unpacked.
fn in_memory<'a>(content: &mut dyn Read) -> io::Result<(Opened<'a>, u64)> {
    let mut bytes = Vec::new();
    content.read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    let bytes: Rc<[u8]> = bytes.into();
    Ok((Box::new(move || Box::new(Cursor::new(Rc::clone(&bytes)))), size))
}

fn told(refusal: Refusal) -> String {
    match refusal.hint {
        Some(hint) => format!("{}\n{hint}", refusal.why),
        None => refusal.why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::GivenFile;
    use diag_sdk::case::input::HeldBy;
    use std::path::Path;

    const KEY: [u8; 32] = [7; 32];

    fn example() -> Vec<(String, Vec<u8>)> {
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/reply-url-without-slash");
        let mut files: Vec<(String, Vec<u8>)> =
            ["capture.har", "idp-metadata.xml", "servicePrincipal.json"]
                .map(|name| {
                    (name.to_owned(), std::fs::read(folder.join(name)).expect("an example"))
                })
                .into();
        files.push(("photo.png".to_owned(), vec![0x89, b'P', b'N', b'G', 0, 1, 2, 3]));
        files
    }

    fn question(files: &[(String, Vec<u8>)]) -> Question {
        let file = |(path, content): &(String, Vec<u8>)| GivenFile {
            path: path.clone(),
            size: content.len() as u64,
            named: true,
            held_by: HeldBy::Publisher,
        };
        let files = files.iter().map(file).collect();
        Question {
            files,
            now: 1_800_000_000_000,
            at: None,
            entity: None,
            alone: None,
            copies: None,
        }
    }

    fn saved(files: &[(String, Vec<u8>)], copies: Copies) -> Result<(Saved, u64), String> {
        let (mut last, question) = (0, question(files));
        let open = |index: u32| {
            Box::new(Cursor::new(files[index as usize].1.clone())) as Box<dyn std::io::Read>
        };
        let saved = bundle(&question, copies, KEY, &open, &mut |bytes, _| {
            assert!(bytes >= last, "it never goes back");
            last = bytes;
        })?;
        Ok((saved, last))
    }

    #[test]
    fn the_archive_holds_copies_receipt_and_report() {
        let files = example();
        let (Saved { archive, receipt }, told) = saved(&files, Copies::default()).expect("copies");
        for name in [
            "capture.har",
            "idp-metadata.xml",
            "receipt.txt",
            "receipt.json",
            "report.html",
            "report.json",
        ] {
            assert!(archive.windows(name.len()).any(|window| window == name.as_bytes()), "{name}");
        }
        assert!(
            receipt.contains("2 cookie values") && receipt.contains("not copied: photo.png: "),
            "{receipt}"
        );
        let total: u64 = files.iter().map(|(_, content)| content.len() as u64).sum();
        assert!(told > total && told <= ROUNDS * total, "{told} of {total}");
        let again = saved(&files, Copies::default()).expect("copies").0;
        assert_eq!(again.archive, archive, "the same key, the same bytes");
    }

    #[test]
    fn what_cannot_be_copied_is_refused_in_a_line() {
        let picture = example().split_off(3);
        let why = saved(&picture, Copies::default()).expect_err("nothing to copy");
        assert!(
            why.starts_with("none of the files can be copied") && why.lines().count() == 2,
            "{why}"
        );
    }
}
