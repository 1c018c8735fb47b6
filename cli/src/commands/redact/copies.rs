//! The copies while they are made: in a folder of their own beside where they go, removed with the run.

use super::names::Target;
use crate::failure::Failure;
use diag_core::copies::Shelf;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Copies in files.
pub(super) struct Copies {
    folder: tempfile::TempDir,
    all: Vec<Body>,
}

struct Body {
    path: PathBuf,
    /// Its length without the end.
    without_end: Option<u64>,
}

impl Copies {
    pub(super) fn beside(target: &Target) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new()
            .prefix(".diag-")
            .tempdir_in(target.folder())
            .map_err(|error| {
                Failure::new(format!(
                    "{}: nothing can be written there: {error}",
                    target.folder().display()
                ))
            })?;
        Ok(Self { folder, all: Vec::new() })
    }

    /// The files in which they lie, in order.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.all.iter().map(|body| body.path.as_path())
    }

    /// The folder they lie in.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Shelf for Copies {
    fn add(&mut self) -> io::Result<Box<dyn Write + '_>> {
        let path = self.folder.path().join(self.all.len().to_string());
        let file = fs::File::create(&path)?;
        self.all.push(Body { path, without_end: None });
        Ok(Box::new(file))
    }

    fn end(&mut self, number: usize, ending: &[u8]) -> io::Result<()> {
        let body = self.all.get_mut(number).ok_or(io::ErrorKind::NotFound)?;
        let mut file = fs::OpenOptions::new().write(true).open(&body.path)?;
        let without_end = match body.without_end {
            Some(length) => length,
            None => *body.without_end.insert(file.metadata()?.len()),
        };
        file.set_len(without_end)?;
        file.seek(SeekFrom::Start(without_end))?;
        file.write_all(ending)
    }

    fn open(&self, number: usize) -> io::Result<Box<dyn Read + '_>> {
        let body = self.all.get(number).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(fs::File::open(&body.path)?))
    }
}
