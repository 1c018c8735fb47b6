//! From paths to files: folders walked in a fixed order, trouble told in one line each.

pub(crate) mod typed;

use crate::failure::{self, Failure};
use crate::shown::shown;
use diag_core::bounds::Bounds;
use diag_sdk::case::input::HeldBy;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::{DirEntry, WalkDir};

/// Deepest folder below one that was given.
const DEEPEST: usize = 16;

/// What a message is called that stands on the command line.
pub(crate) const COMMAND_LINE: &str = "command line";

/// A file to read.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Where it is; `None` is standard input, or what stands on the command line.
    pub(crate) path: Option<PathBuf>,
    /// What stands on the command line itself.
    pub(crate) typed: Option<Arc<[u8]>>,
    /// The path as the person gave it, or below the folder they gave.
    pub(crate) shown: String,
    /// They named this very file.
    pub(crate) named: bool,
    /// Whose copy it is.
    pub(crate) held_by: HeldBy,
    /// Its size in bytes, where known beforehand.
    pub(crate) size: u64,
}

/// What the paths led to.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// Files in a fixed order: as given, folders sorted by name.
    pub(crate) files: Vec<File>,
    /// Lines about what could not be read.
    pub(crate) troubles: Vec<String>,
    /// What those are about.
    pub(crate) unopened: Vec<Unopened>,
    /// Lines about what was left out on purpose.
    pub(crate) notes: Vec<String>,
}

/// What could not be opened.
#[derive(Debug, Clone)]
pub(crate) struct Unopened {
    /// The path as a person knows it.
    pub(crate) shown: String,
    /// Why, in a few words.
    pub(crate) why: String,
}

/// The paths of a command line.
pub(crate) struct Given<'a> {
    /// Files, folders, `-`.
    pub(crate) paths: &'a [PathBuf],
    /// `--sp-has`.
    pub(crate) sp_has: &'a [PathBuf],
    /// `--idp-has`.
    pub(crate) idp_has: &'a [PathBuf],
    /// Files taken from one folder: more is no case but a disk, unless every file is one.
    pub(crate) most: u64,
}

/// How many files are taken from a folder where nobody sets it otherwise.
pub(crate) fn usual() -> u64 {
    Bounds::default().files
}

/// Finds the files behind the paths. A file given twice counts once; `--sp-has` and `--idp-has`
/// come first in that, because they say more about it.
pub(crate) fn collect(given: &Given<'_>) -> Collected {
    let mut out = Collected::default();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let mut held = Collected::default();
    for (paths, held_by) in [(given.sp_has, HeldBy::Sp), (given.idp_has, HeldBy::Idp)] {
        for path in paths {
            held.add_named(path, held_by, &mut seen);
        }
    }
    for path in given.paths {
        if path.as_os_str() == "-" {
            if !out.files.iter().any(File::is_standard_input) {
                out.files.push(File {
                    path: None,
                    typed: None,
                    shown: "-".to_owned(),
                    named: true,
                    held_by: HeldBy::Publisher,
                    size: 0,
                });
            }
        } else if path.is_dir() {
            out.walk(path, given.most, &mut seen);
        } else if let Some(text) =
            path.to_str().filter(|text| typed::is_message(text) && !path.is_file())
        {
            out.add_typed(text);
        } else {
            out.add_named(path, HeldBy::Publisher, &mut seen);
        }
    }
    out.files.append(&mut held.files);
    out.troubles.append(&mut held.troubles);
    out.unopened.append(&mut held.unopened);
    out
}

impl Collected {
    fn add_typed(&mut self, text: &str) {
        let number = 1 + self.files.iter().filter(|file| file.typed.is_some()).count();
        let shown = if number == 1 {
            COMMAND_LINE.to_owned()
        } else {
            format!("{COMMAND_LINE} ({number})")
        };
        let bytes: Arc<[u8]> = text.as_bytes().into();
        let size = bytes.len() as u64;
        self.files.push(File {
            path: None,
            typed: Some(bytes),
            shown,
            named: true,
            held_by: HeldBy::Publisher,
            size,
        });
    }

    fn add_named(&mut self, path: &Path, held_by: HeldBy, seen: &mut BTreeSet<PathBuf>) {
        let shown = typed::shortened(path);
        // Opening tells more than asking for metadata: it fails where reading would.
        let size = match fs::File::open(path).and_then(|file| file.metadata()) {
            Ok(metadata) if metadata.is_dir() => {
                self.trouble(shown, "expected a file, found a folder".to_owned());
                return;
            }
            Ok(metadata) => metadata.len(),
            Err(error) => {
                self.trouble(shown, unreadable(&error));
                return;
            }
        };
        if seen.insert(identity(path)) {
            self.files.push(File {
                path: Some(path.to_owned()),
                typed: None,
                shown,
                named: true,
                held_by,
                size,
            });
        }
    }

    fn trouble(&mut self, shown: String, why: String) {
        self.troubles.push(format!("{shown}: {why}"));
        self.unopened.push(Unopened { shown, why });
    }

    fn walk(&mut self, folder: &Path, most: u64, seen: &mut BTreeSet<PathBuf>) {
        let hidden = |entry: &DirEntry| {
            entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
        };
        let walker = WalkDir::new(folder).follow_links(true).max_depth(DEEPEST).sort_by_file_name();
        let mut taken = 0;
        for entry in walker.into_iter().filter_entry(|entry| !hidden(entry)) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.note_walk_error(&error);
                    continue;
                }
            };
            if !entry.file_type().is_file() {
                continue;
            }
            // One more, so that whoever reads them sees that there were.
            if taken > most {
                break;
            }
            if taken == most {
                self.notes.push(format!(
                    "{}: holds more than {most} files; the rest is left out",
                    shown(folder)
                ));
            }
            taken += 1;
            // `./` tells nothing.
            let shown = shown(entry.path().strip_prefix(".").unwrap_or(entry.path()));
            match fs::File::open(entry.path()).and_then(|file| file.metadata()) {
                Ok(metadata) => {
                    if seen.insert(identity(entry.path())) {
                        self.files.push(File {
                            path: Some(entry.into_path()),
                            typed: None,
                            shown,
                            named: false,
                            held_by: HeldBy::Publisher,
                            size: metadata.len(),
                        });
                    }
                }
                Err(error) => self.trouble(shown, unreadable(&error)),
            }
        }
    }

    fn note_walk_error(&mut self, error: &walkdir::Error) {
        let shown = error.path().map(shown).unwrap_or_default();
        if error.loop_ancestor().is_some() {
            self.notes.push(format!(
                "{shown}: a symbolic link that leads back to a folder above it; not followed"
            ));
        } else if let Some(error) = error.io_error() {
            self.trouble(shown, unreadable(error));
        }
    }
}

impl File {
    /// Whether the path leads to the same file.
    pub(crate) fn is_at(&self, other: &Path) -> bool {
        self.path
            .as_deref()
            .is_some_and(|path| identity(path) == identity(other) || is_same_file(path, other))
    }

    /// The folder it lies in.
    pub(crate) fn folder(&self) -> PathBuf {
        self.path.as_deref().and_then(Path::parent).map(Path::to_owned).unwrap_or_default()
    }

    /// It is standard input.
    pub(crate) fn is_standard_input(&self) -> bool {
        self.path.is_none() && self.typed.is_none()
    }

    /// A reader that opens the file when it is first asked, so that many files need no more
    /// handles than are read at a time.
    pub(crate) fn reader(&self) -> Box<dyn Read> {
        match (&self.path, &self.typed) {
            (Some(path), _) => Box::new(OnDemand { path: path.clone(), file: None, done: false }),
            (None, Some(typed)) => Box::new(io::Cursor::new(Arc::clone(typed))),
            (None, None) => Box::new(io::stdin().lock()),
        }
    }
}

struct OnDemand {
    path: PathBuf,
    file: Option<fs::File>,
    done: bool,
}

impl Read for OnDemand {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.done {
            return Ok(0);
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(fs::File::open(&self.path)?),
        };
        let read = file.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            self.done = true;
            self.file = None;
        }
        Ok(read)
    }
}

/// Both paths lead to one file: by name, by symbolic links, or as two names of it.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    let (Ok(left), Ok(right)) = (fs::metadata(one), fs::metadata(other)) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        left.is_file() && right.is_file() && (left.dev(), left.ino()) == (right.dev(), right.ino())
    }
    #[cfg(not(unix))]
    {
        left.is_file()
            && right.is_file()
            && fs::canonicalize(one)
                .is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
    }
}

fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Why a file cannot be read.
fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "no permission to read it".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

impl Collected {
    /// Tells what is to be noted of these files, and what could not be read.
    ///
    /// # Errors
    /// Where there is nothing to read.
    pub(crate) fn told(self) -> Result<Self, Failure> {
        for note in &self.notes {
            failure::say_note(note);
        }
        if self.files.is_empty() {
            return Err(nothing_read(&self));
        }
        for trouble in &self.troubles {
            failure::say_error(trouble);
        }
        Ok(self)
    }
}

/// Why there is nothing to judge: the troubles, the last of which is the failure itself.
pub(crate) fn nothing_read(collected: &Collected) -> Failure {
    let Some((last, others)) = collected.troubles.split_last() else {
        return Failure::new("the folder holds no files")
            .hint("hidden files are skipped; name a file to have it read");
    };
    for trouble in others {
        failure::say_error(trouble);
    }
    Failure::new(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_may_stand_on_the_command_line() {
        let found = collected(
            &[
                PathBuf::from("SAMLResponse=PHM%2B"),
                PathBuf::from("https://idp.example/saml2?SAMLRequest=nZJL"),
            ],
            &[],
        );
        let shown: Vec<_> = found.files.iter().map(|file| file.shown.as_str()).collect();
        assert_eq!(shown, ["command line", "command line (2)"]);
        let mut text = String::new();
        found.files[0].reader().read_to_string(&mut text).expect("readable");
        assert_eq!(text, "SAMLResponse=PHM%2B");
    }

    fn collected(paths: &[PathBuf], sp_has: &[PathBuf]) -> Collected {
        collect(&Given { paths, sp_has, idp_has: &[], most: usual() })
    }

    #[test]
    fn folders_are_walked_in_order_and_hidden_files_skipped() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::create_dir(root.join("sub")).expect("a folder");
        for name in ["b.har", "a.xml", ".hidden", "sub/c.json"] {
            fs::write(root.join(name), name).expect("a file");
        }
        let found = collected(&[root.to_owned()], &[root.join("a.xml")]);
        let names: Vec<_> = found
            .files
            .iter()
            .map(|file| (file.shown.replace(&format!("{}/", shown(root)), ""), file.held_by))
            .collect();
        let expected = [
            ("b.har", HeldBy::Publisher),
            ("sub/c.json", HeldBy::Publisher),
            ("a.xml", HeldBy::Sp),
        ]
        .map(|(name, by)| (name.to_owned(), by));
        assert_eq!(names, expected);
        assert!(found.troubles.is_empty());
    }

    #[test]
    fn one_case_has_a_cap_and_many_have_none() {
        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..6 {
            fs::write(folder.path().join(format!("{number}")), "").expect("a file");
        }
        let paths = [folder.path().to_owned()];
        let found = |most| collect(&Given { paths: &paths, sp_has: &[], idp_has: &[], most });
        assert_eq!((found(6).files.len(), found(6).notes.len()), (6, 0));
        // One more than is read shows that there are more.
        assert_eq!((found(3).files.len(), found(3).notes.len()), (4, 1));
        assert_eq!((found(u64::MAX).files.len(), found(u64::MAX).notes.len()), (6, 0));
    }

    #[cfg(unix)]
    #[test]
    fn circles_end() {
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).expect("a link");
        fs::write(folder.path().join("a"), "x").expect("a file");
        let found = collected(&[folder.path().to_owned()], &[]);
        assert_eq!(found.files.len(), 1);
        assert_eq!(found.notes.len(), 1);
    }

    #[test]
    fn what_is_not_there_is_told() {
        let found = collected(&[PathBuf::from("/nonexistent/login.har")], &[]);
        assert_eq!(found.troubles, ["/nonexistent/login.har: no such file or folder"]);
    }

    #[test]
    fn files_are_read_on_demand() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        fs::write(&path, "content").expect("a file");
        let file = File {
            path: Some(path),
            typed: None,
            shown: "a".into(),
            named: true,
            held_by: HeldBy::Publisher,
            size: 7,
        };
        let mut text = String::new();
        file.reader().read_to_string(&mut text).expect("readable");
        assert_eq!(text, "content");
    }
}
