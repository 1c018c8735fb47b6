//! Where a report goes: standard output, or a file that is written whole or not at all.

use crate::failure::Failure;
use crate::files::{File, is_same_file};
use crate::shown::shown;
use anyhow::Context;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Prints on standard output. Styles are removed where it is no terminal. A reader that goes away
/// (`diag … | head`) is no failure.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    must_be_open()?;
    let mut out = anstream::stdout().lock();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Prints what carries no styles, byte for byte.
pub(crate) fn print_bytes(bytes: &[u8]) -> anyhow::Result<()> {
    must_be_open()?;
    let mut out = io::stdout().lock();
    written(out.write_all(bytes).and_then(|()| out.flush()))
}

fn written(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

/// What is written to a closed standard output is lost without an error.
pub(crate) fn must_be_open() -> Result<(), Failure> {
    if diag_host::standard_output::was_closed() {
        return Err(Failure::new("standard output is closed: there is nowhere to write to")
            .hint("write to a file with --output FILE"));
    }
    Ok(())
}

/// The path is, or lies in, something that the run reads: a file, or a folder such as that of a plugin.
pub(crate) fn is_read(path: &Path, others: &[PathBuf]) -> bool {
    // What does not exist yet is told by the folder it is to stand in.
    let place = fs::canonicalize(path).ok().or_else(|| {
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
    });
    others.iter().any(|other| {
        is_same_file(path, other)
            || (other.is_dir()
                && place.as_ref().is_some_and(|place| {
                    fs::canonicalize(other).is_ok_and(|other| place.starts_with(other))
                }))
    })
}

/// The text without styles.
pub(crate) fn unstyled(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// Who may read what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Readers {
    /// As the system has it for new files.
    Usual,
    /// Only whoever writes it.
    Owner,
}

/// A file to write a report to, checked before the work begins.
#[derive(Debug)]
pub(crate) struct Target {
    path: PathBuf,
    shown: String,
}

impl Target {
    /// Checks that the file can be written and is none of those read: inputs, and what else the run reads.
    pub(crate) fn new(path: &Path, inputs: &[File], others: &[PathBuf]) -> Result<Self, Failure> {
        let shown = shown(path);
        if inputs.iter().any(|file| file.is_at(path)) || is_read(path, others) {
            return Err(Failure::new(format!(
                "{shown}: is one of the files to read; it would be overwritten"
            ))
            .hint("name another file after --output"));
        }
        if path.is_dir() {
            return Err(Failure::new(format!(
                "{shown}: expected a file to write to, found a folder"
            )));
        }
        // Behind a symbolic link the file it leads to is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let target = Self { path, shown };
        if !target.folder().is_dir() {
            return Err(Failure::new(format!(
                "{}: the folder to write to does not exist",
                target.shown
            )));
        }
        Ok(target)
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => Path::new("."),
        }
    }

    /// Writes the text.
    pub(crate) fn write(&self, text: &str) -> anyhow::Result<()> {
        self.write_bytes(text.as_bytes(), Readers::Usual).map_err(|error| {
            Failure::new(format!("{}: cannot be written: {error}", self.shown)).into()
        })
    }

    /// Writes bytes.
    pub(crate) fn write_whole(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let written = self.write_bytes(bytes, Readers::Usual);
        written.map_err(|error| {
            Failure::new(format!("{}: cannot be written: {error}", self.shown)).into()
        })
    }

    /// Writes what nobody else on this computer may read.
    pub(crate) fn write_private(&self, text: &str) -> anyhow::Result<()> {
        let written = self.write_bytes(text.as_bytes(), Readers::Owner);
        written.map_err(|error| {
            Failure::new(format!("{}: cannot be written: {error}", self.shown)).into()
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Begins to write piece by piece; the file is there whole once that is finished, and else as it was.
    pub(crate) fn stream(self) -> anyhow::Result<Stream> {
        let cannot = |error| Failure::new(format!("{}: cannot be written: {error}", self.shown));
        let file = if self.is_device() {
            Piece::Device(fs::OpenOptions::new().write(true).open(&self.path).map_err(cannot)?)
        } else {
            Piece::Whole(self.temporary(Readers::Usual).map_err(cannot)?)
        };
        Ok(Stream { target: self, file })
    }

    /// A device or pipe cannot be replaced, only written to.
    fn is_device(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|metadata| !metadata.is_file())
    }

    #[cfg_attr(
        not(unix),
        expect(unused_variables, reason = "elsewhere the folder says who may read")
    )]
    fn temporary(&self, readers: Readers) -> io::Result<tempfile::NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".diag-");
        // Without a word about it, temporary files are their owner's alone.
        #[cfg(unix)]
        if readers == Readers::Usual {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        builder.tempfile_in(self.folder())
    }

    fn write_bytes(&self, bytes: &[u8], readers: Readers) -> io::Result<()> {
        // A device or pipe cannot be replaced, only written to.
        if self.is_device() {
            return fs::OpenOptions::new().write(true).open(&self.path)?.write_all(bytes);
        }
        let mut file = self.temporary(readers)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// A file that is being written piece by piece.
#[derive(Debug)]
pub(crate) struct Stream {
    target: Target,
    file: Piece,
}

#[derive(Debug)]
enum Piece {
    Device(fs::File),
    Whole(tempfile::NamedTempFile),
}

impl Stream {
    /// Puts the file in its place.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let Piece::Whole(file) = self.file else { return Ok(()) };
        let done = file
            .as_file()
            .sync_all()
            .and_then(|()| file.persist(&self.target.path).map(drop).map_err(|error| error.error));
        done.map_err(|error| {
            Failure::new(format!("{}: cannot be written: {error}", self.target.shown)).into()
        })
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Piece::Device(file) => file.write(bytes),
            Piece::Whole(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.file {
            Piece::Device(file) => file.flush(),
            Piece::Whole(file) => file.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::input::HeldBy;

    #[test]
    fn inputs_are_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("login.har");
        fs::write(&path, "x").expect("a file");
        let input = File {
            path: Some(path.clone()),
            typed: None,
            shown: "login.har".into(),
            named: true,
            held_by: HeldBy::Publisher,
            size: 1,
        };
        assert!(Target::new(&folder.path().join("./login.har"), &[input], &[]).is_err());
        assert!(
            Target::new(&folder.path().join("./login.har"), &[], std::slice::from_ref(&path))
                .is_err()
        );
        assert!(Target::new(&path, &[], &[]).is_ok());
        assert!(Target::new(folder.path(), &[], &[]).is_err());
        assert!(Target::new(Path::new("/nonexistent/report.json"), &[], &[]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn another_name_of_an_input_is_an_input() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("login.har"), "x").expect("a file");
        fs::hard_link(at("login.har"), at("second")).expect("a link");
        std::os::unix::fs::symlink(at("login.har"), at("third")).expect("a link");
        fs::create_dir(at("plugin")).expect("a folder");
        fs::write(at("plugin/run.py"), "x").expect("a file");
        let input = File {
            path: Some(at("login.har")),
            typed: None,
            shown: "x".into(),
            named: true,
            held_by: HeldBy::Publisher,
            size: 1,
        };
        for name in ["second", "third", "login.har"] {
            assert!(Target::new(&at(name), std::slice::from_ref(&input), &[]).is_err(), "{name}");
            assert!(Target::new(&at(name), &[], &[at("login.har")]).is_err(), "{name}");
        }
        assert!(Target::new(&at("plugin/run.py"), &[], &[at("plugin")]).is_err());
        assert!(Target::new(&at("plugin/new.json"), &[], &[at("plugin")]).is_err());
        assert!(Target::new(&at("fourth"), &[input], &[at("plugin")]).is_ok());
    }

    #[test]
    fn files_are_replaced_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.txt");
        fs::write(&path, "a longer text from before").expect("a file");
        Target::new(&path, &[], &[])
            .expect("writable")
            .write(&unstyled("\u{1b}[31mBROKEN\u{1b}[0m\n"))
            .expect("written");
        assert_eq!(fs::read_to_string(&path).expect("readable"), "BROKEN\n");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
