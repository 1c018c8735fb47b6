//! Where configurations lie: in the current folder or above it, and the person's own; never in the folder under
//! analysis.

use super::USUAL_NAME;
use std::env;
use std::path::{Path, PathBuf};

/// A configuration that is read without being named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// As people would write it from the current folder.
    pub(super) path: PathBuf,
    /// It lies in a folder above the current one.
    pub(super) above: bool,
    /// The one of the current folder was passed by, because it lies in the folder under analysis.
    pub(super) instead: bool,
}

/// Why none is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotRead {
    /// There is none.
    Missing,
    /// It lies in the folder under analysis.
    UnderAnalysis,
}

impl NotRead {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Missing => "there is no diag.toml in this folder or above it",
            Self::UnderAnalysis => {
                "diag.toml in this folder is not read, because files of this folder are analysed"
            }
        }
    }
}

/// The file in the current folder, else in the nearest folder above it.
pub(super) fn usual(analysed: &[PathBuf]) -> Result<Found, NotRead> {
    let Ok(here) = Path::new(".").canonicalize() else { return Err(NotRead::Missing) };
    found(&here, analysed)
}

fn found(here: &Path, analysed: &[PathBuf]) -> Result<Found, NotRead> {
    let mut way = PathBuf::new();
    let mut held_back = NotRead::Missing;
    for (depth, folder) in here.ancestors().enumerate() {
        let file = folder.join(USUAL_NAME);
        if file.is_file() && (depth == 0 || same_owner(&file, here)) {
            if !is_analysed(folder, analysed) {
                let instead = held_back == NotRead::UnderAnalysis;
                return Ok(Found { path: way.join(USUAL_NAME), above: depth > 0, instead });
            }
            if depth == 0 {
                held_back = NotRead::UnderAnalysis;
            }
        }
        way.push("..");
    }
    Err(held_back)
}

/// Where the person's own file belongs.
pub(crate) fn own_path() -> Option<PathBuf> {
    Some(own_folder()?.join("diag").join(USUAL_NAME))
}

/// The person's own file, where there is one.
pub(super) fn own(analysed: &[PathBuf]) -> Option<PathBuf> {
    let file = own_path()?;
    let folder = file.parent()?;
    (file.is_file() && !folder.canonicalize().is_ok_and(|folder| is_analysed(&folder, analysed)))
        .then_some(file)
}

/// Where programs keep what a person has set up.
fn own_folder() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        set("APPDATA")
    } else {
        set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))
    }
}

/// Files of this folder are analysed: a folder holds what lies below it, a file lies in its folder.
fn is_analysed(folder: &Path, analysed: &[PathBuf]) -> bool {
    analysed.iter().any(|path| match path.canonicalize() {
        Ok(path) if path.is_dir() => folder.starts_with(path),
        Ok(path) => path.parent() == Some(folder),
        Err(_) => false,
    })
}

/// In a folder that everybody may write to, anybody could leave one.
#[cfg(unix)]
fn same_owner(file: &Path, here: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = |path: &Path| path.metadata().ok().map(|metadata| metadata.uid());
    owner(file).is_some_and(|owning| owning == 0 || Some(owning) == owner(here))
}

#[cfg(not(unix))]
fn same_owner(_: &Path, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_nearest_above_is_read_but_never_one_in_the_case() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path().canonicalize().expect("a folder");
        let case = root.join("team/case/day-1");
        fs::create_dir_all(&case).expect("folders");
        assert_eq!(found(&case, &[]), Err(NotRead::Missing));
        fs::write(root.join("team/diag.toml"), "").expect("a file");
        fs::write(root.join("team/case/diag.toml"), "").expect("a file");
        fs::write(root.join("team/case/a.har"), "").expect("a file");
        let read = |depth: &str, above| {
            Ok(Found { path: PathBuf::from(depth).join("diag.toml"), above, instead: false })
        };
        assert_eq!(found(&case, std::slice::from_ref(&case)), read("..", true));
        assert_eq!(
            found(&case, &[root.join("team/case")]),
            read("../..", true),
            "one in the case is passed by"
        );
        let beside = found(&root.join("team/case"), &[root.join("team/case/a.har")]);
        assert_eq!(beside, read("..", true).map(|found| Found { instead: true, ..found }));
        assert_eq!(found(&root.join("team"), &[]), read("", false));
        assert_eq!(found(&root.join("team"), &[root.join("team")]), Err(NotRead::UnderAnalysis));
    }
}
