//! The copies while they are made: in a folder of their own beside where they go, removed with the run.

use super::names::Target;
use crate::failure::Failure;
use crate::files::File;
use diag_core::sharing::{Copy, Copying};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// The copies of a case.
pub(super) struct Copies {
    folder: tempfile::TempDir,
    pub(super) all: Vec<One>,
}

/// The copy of one file.
pub(super) struct One {
    /// The file it is a copy of.
    pub(super) of: File,
    /// What it is called.
    pub(super) name: String,
    pub(super) copy: Copy,
    /// Without its end.
    body: PathBuf,
    /// With its end.
    pub(super) whole: PathBuf,
    pub(super) recorded: bool,
}

impl Copies {
    /// Writes the copies but for their ends.
    pub(super) fn write(copying: &Copying, files: Vec<File>, target: &Target) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new()
            .prefix(".diag-")
            .tempdir_in(target.folder())
            .map_err(|error| Failure::new(format!("{}: nothing can be written there: {error}", target.folder().display())))?;
        let mut all: Vec<One> = Vec::new();
        for (number, of) in files.into_iter().enumerate() {
            let body = folder.path().join(format!("{number}.part"));
            let failed = |error: io::Error| Failure::new(format!("the copy of {} cannot be written: {error}", of.shown));
            let mut out = BufWriter::new(fs::File::create(&body).map_err(failed)?);
            let copy = copying.copy(of.reader(), &mut out).map_err(|why| Failure::new(format!("{}: {why}", of.shown)))?;
            out.flush().map_err(failed)?;
            let name = target.name_of(&of, copying, all.iter().map(|one| one.name.as_str()));
            let whole = folder.path().join(number.to_string());
            all.push(One { of, name, copy, body, whole, recorded: false });
        }
        Ok(Self { folder, all })
    }

    /// The copies as files to read: without a record, or with the one that is given.
    pub(super) fn files(&mut self, record: Option<&serde_json::Value>) -> Result<Vec<File>, Failure> {
        self.all.iter_mut().map(|one| one.with(record)).collect()
    }

    /// Searches each copy for every value that was to go.
    pub(super) fn prove(&self, copying: &Copying) -> Result<(), Failure> {
        for one in &self.all {
            let reader = fs::File::open(&one.whole)
                .map_err(|error| Failure::new(format!("the copy of {} cannot be read: {error}", one.of.shown)))?;
            let left = copying.search(Box::new(reader)).map_err(|why| Failure::new(format!("the copy of {}: {why}", one.of.shown)))?;
            if let Some((first, times)) = left.first() {
                let more: usize = left.iter().map(|(_, times)| times).sum::<usize>() - times;
                return Err(Failure::new(format!(
                    "{}: {} in {} would be left {times} times, and {more} other values; nothing was written",
                    one.of.shown,
                    first.kind.words(),
                    first.place
                ))
                .hint("this is a fault of diag: please report it with the place, not with the file"));
            }
        }
        let nothing_done = self.all.iter().all(|one| one.copy.unchanged());
        let secrets: usize = copying.counts().values().sum();
        if nothing_done && secrets > copying.only_in_place() {
            return Err(Failure::new(format!("{secrets} secrets were found and none was replaced; nothing was written")));
        }
        Ok(())
    }

    /// The folder they lie in.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl One {
    fn with(&mut self, record: Option<&serde_json::Value>) -> Result<File, Failure> {
        let failed = |error: io::Error| Failure::new(format!("the copy of {} cannot be written: {error}", self.of.shown));
        // A copy in which nothing was changed says what it said.
        let earlier = self.copy.record.as_ref().filter(|_| self.copy.unchanged());
        let record = record.map(|record| earlier.unwrap_or(record));
        self.recorded = record.is_some();
        fs::copy(&self.body, &self.whole).map_err(failed)?;
        let mut out = fs::OpenOptions::new().append(true).open(&self.whole).map_err(failed)?;
        out.write_all(&self.copy.ending(record)).map_err(failed)?;
        let size = out.metadata().map_err(failed)?.len();
        Ok(File {
            path: Some(self.whole.clone()),
            typed: None,
            shown: self.of.shown.clone(),
            named: self.of.named,
            held_by: self.of.held_by,
            size,
        })
    }

    /// SHA-256 of the copy as it was written, and its length.
    pub(super) fn hash(&self) -> io::Result<(String, u64)> {
        let mut file = fs::File::open(&self.whole)?;
        let (mut hasher, mut buffer, mut length) = (Sha256::new(), vec![0; 1 << 16], 0);
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hasher.update(buffer.get(..read).unwrap_or_default());
            length += read as u64;
        }
        Ok((hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat(), length))
    }
}
