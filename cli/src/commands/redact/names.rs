//! Where copies go.

use crate::failure::Failure;
use crate::files::File;
use crate::output;
use std::fs;
use std::path::{Path, PathBuf};

/// Where copies go.
pub(super) enum Place {
    /// One file.
    File,
    /// A folder.
    Folder,
    /// A ZIP archive with receipt and report.
    Bundle,
}

/// Nothing that is read is written to.
pub(super) fn not_read(path: &Path, inputs: &[File], read: &[PathBuf]) -> Result<(), Failure> {
    if inputs.iter().any(|file| file.is_at(path)) || output::is_read(path, read) {
        return Err(Failure::new(format!(
            "{}: is one of the files to read; it would be overwritten",
            path.display()
        ))
        .hint("name another file after -o"));
    }
    Ok(())
}

/// Where copies go, checked before the work begins.
pub(super) struct Target {
    pub(super) path: PathBuf,
    pub(super) place: Place,
    pub(super) force: bool,
    /// Files that the run reads.
    read: Vec<PathBuf>,
}

impl Target {
    /// `several`: there are several files to copy, archives unpacked.
    pub(super) fn new(
        path: &Path,
        inputs: &[File],
        read: &[PathBuf],
        several: bool,
        force: bool,
    ) -> Result<Self, Failure> {
        let shown = path.display();
        let is_folder = path.is_dir() || path.as_os_str().to_string_lossy().ends_with(['/', '\\']);
        let place = match path.extension().and_then(|ending| ending.to_str()) {
            Some(ending) if ending.eq_ignore_ascii_case("zip") && !is_folder => Place::Bundle,
            _ if is_folder || several => Place::Folder,
            _ => Place::File,
        };
        if matches!(place, Place::Folder) && fs::metadata(path).is_ok_and(|found| !found.is_dir()) {
            return Err(Failure::new(format!(
                "{shown}: expected a folder for several copies, found a file"
            ))
            .hint("name a folder, or case.zip"));
        }
        if !matches!(place, Place::Folder) && fs::symlink_metadata(path).is_ok() && !force {
            return Err(Failure::new(format!("{shown}: exists already"))
                .hint("--force replaces it, or name another file after -o"));
        }
        let read = inputs
            .iter()
            .filter_map(|file| file.path.clone())
            .chain(read.iter().cloned())
            .collect();
        let target = Self { path: path.to_owned(), place, force, read };
        if !target.folder().is_dir() {
            return Err(Failure::new(format!(
                "{}: the folder to write to does not exist",
                target.folder().display()
            )));
        }
        Ok(target)
    }

    /// Whether a copy may stand there.
    pub(super) fn is_free(&self, path: &Path) -> Result<(), Failure> {
        let shown = path.display();
        if output::is_read(path, &self.read) {
            return Err(Failure::new(format!(
                "{shown}: is one of the files to read; it would be overwritten"
            ))
            .hint("name another folder after -o"));
        }
        if fs::symlink_metadata(path).is_ok() && !self.force {
            return Err(Failure::new(format!("{shown}: exists already"))
                .hint("--force replaces it, or name another folder after -o"));
        }
        Ok(())
    }

    /// An existing folder beside or in which the copies go.
    pub(super) fn folder(&self) -> &Path {
        if self.path.is_dir() {
            return &self.path;
        }
        match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        }
    }

    /// What the copy is called where there is one.
    pub(super) fn called(&self) -> Option<String> {
        matches!(self.place, Place::File).then(|| self.path.display().to_string())
    }
}
