//! Where records go: standard output, a file that is written whole or not at all, or one that an interrupted run goes
//! on with.

use super::record::{Earlier, Tally};
use crate::failure::Failure;
use crate::shown::shown;
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Longest record that is read back.
const LONGEST: u64 = 256 << 20;
/// How every record begins.
const BEGINNING: &str = "{\"capture\":\"";

/// What an earlier run left.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// Captures that have a record.
    pub(crate) done: BTreeSet<String>,
    /// What those records come to.
    pub(crate) tally: Tally,
}

/// Opens the file to go on with, and reads what stands in it. A last line that was cut off is taken away.
pub(crate) fn resume(path: &Path) -> Result<(File, Left), Failure> {
    let shown = shown(path);
    let cannot =
        |error: io::Error| Failure::new(format!("{shown}: cannot be read and written: {error}"));
    let mut file =
        OpenOptions::new().read(true).append(true).create(true).open(path).map_err(cannot)?;
    if !file.metadata().map_err(cannot)?.is_file() {
        return Err(Failure::new(format!(
            "{shown}: expected a file of records, found a device or pipe"
        ))
        .hint("leave out --resume"));
    }
    let strange = |line: usize, why: &str| {
        Failure::new(format!(
            "{shown}:{line}: expected a record that diag check --each wrote, found {why}"
        ))
        .hint("name another file after --output, or leave out --resume")
    };
    let mut left = Left::default();
    let mut whole = 0;
    let mut reader = BufReader::new(&mut file);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(cannot)?;
        if read == 0 {
            break;
        }
        if line.last() != Some(&b'\n') {
            let ours =
                line.starts_with(BEGINNING.as_bytes()) || BEGINNING.as_bytes().starts_with(&line);
            if !ours {
                return Err(strange(number, "something else"));
            }
            break;
        }
        let record: Earlier = serde_json::from_slice(&line)
            .map_err(|error| strange(number, &format!("something else ({error})")))?;
        left.tally.add_earlier(&record);
        left.done.insert(record.capture);
        whole += read as u64;
    }
    drop(reader);
    file.set_len(whole).map_err(cannot)?;
    file.seek(SeekFrom::End(0)).map_err(cannot)?;
    Ok((file, left))
}

/// Writes one record, so that whoever reads along has it at once. `false` where the reader went away.
pub(crate) fn write(out: &mut dyn Write, line: &str) -> io::Result<bool> {
    match out.write_all(line.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const RECORD: &str =
        "{\"capture\":\"a.har\",\"verdict\":\"broken\",\"findings\":[{\"severity\":\"error\"}]}\n";

    fn resumed(text: &str) -> (Result<Left, Failure>, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("records.ndjson");
        fs::write(&path, text).expect("a file");
        let result = resume(&path).map(|(mut file, left)| {
            file.write_all(b"next\n").expect("writable");
            left
        });
        (result, fs::read_to_string(&path).expect("readable"))
    }

    #[test]
    fn a_record_that_was_cut_off_is_written_anew() {
        let (left, text) = resumed(&format!("{RECORD}{{\"capture\":\"b.h"));
        let left = left.expect("readable");
        assert_eq!(left.done.into_iter().collect::<Vec<_>>(), ["a.har"]);
        assert_eq!(left.tally.words(), "1 capture: 1 broken");
        assert_eq!(left.tally.worst, Some(diag_sdk::Severity::Error));
        assert_eq!(text, format!("{RECORD}next\n"));
    }

    #[test]
    fn what_is_not_ours_stays_as_it_is() {
        for text in ["precious", "precious\n", "{\"a\":1}\n", "{\"capture\":1}\n"] {
            let (left, after) = resumed(text);
            assert!(left.expect_err("not ours").has_hint());
            assert_eq!(after, text);
        }
    }

    #[test]
    fn a_new_file_is_begun() {
        let (left, text) = resumed("");
        assert!(left.expect("readable").done.is_empty());
        assert_eq!(text, "next\n");
    }
}
