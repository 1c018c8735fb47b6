//! The folder that copies are written to. Names are made from those of the inputs, which are hostile:
//! a member of an archive may be called anything.

use crate::failure::{self, Failure};
use crate::files::File;
use crate::output;
use crate::shown::shown;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Longest name, in bytes: what file systems take, with room to spare.
const LONGEST: usize = 120;

/// A folder, and the names in it that are spoken for.
pub(super) struct Folder {
    path: PathBuf,
    force: bool,
    taken: BTreeSet<String>,
    /// What the run reads beside its inputs: keys, plugins, configuration.
    read: Vec<PathBuf>,
}

impl Folder {
    /// Without a path nothing will be written, and paths are names.
    pub(super) fn new(path: Option<&Path>, force: bool) -> Result<Self, Failure> {
        if let Some(path) = path
            && fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir())
        {
            return Err(Failure::new(format!(
                "{}: expected a folder to write to, found a file",
                path.display()
            )));
        }
        Ok(Self {
            path: path.map(Path::to_owned).unwrap_or_default(),
            force,
            taken: BTreeSet::new(),
            read: Vec::new(),
        })
    }

    /// Files that are no inputs and are read all the same.
    pub(super) fn spare(mut self, read: Vec<PathBuf>) -> Self {
        self.read = read;
        self
    }

    /// Leaves out files that lie in this folder and were found by walking through one around it: copies
    /// of an earlier run are no part of the case.
    pub(super) fn leave_out(&self, files: &mut Vec<File>, given: &[PathBuf]) {
        let Ok(here) = self.path.canonicalize() else { return };
        let lies_here = |path: &Path| path.canonicalize().is_ok_and(|path| path.starts_with(&here));
        if given.iter().any(|path| lies_here(path)) {
            return;
        }
        let before = files.len();
        files.retain(|file| file.named || !file.path.as_deref().is_some_and(lies_here));
        if files.len() < before {
            failure::say_note(&format!(
                "{}: not read, since the copies go there",
                self.path.display()
            ));
        }
    }

    /// The path of a copy that is to be called like this.
    pub(super) fn claim(&mut self, name: &str, inputs: &[File]) -> Result<String, Failure> {
        let mut free = name.to_owned();
        let mut number = 1;
        // Letter case makes no difference on some file systems.
        while !self.taken.insert(free.to_lowercase()) {
            number += 1;
            let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "xml"));
            free = format!("{stem}-{number}.{ending}");
        }
        let path = self.path.join(free);
        let shown = shown(&path);
        if self.path.as_os_str().is_empty() {
            return Ok(shown);
        }
        if inputs.iter().any(|file| file.is_at(&path)) || output::is_read(&path, &self.read) {
            return Err(Failure::new(format!(
                "{shown}: is one of the files to read; it would be overwritten"
            ))
            .hint("name another folder after -o"));
        }
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => {
                Err(Failure::new(format!("{shown}: a folder of that name is in the way")))
            }
            Ok(_) if !self.force => Err(Failure::new(format!("{shown}: exists already"))
                .hint("--force replaces it, or name another folder after -o")),
            _ => Ok(shown),
        }
    }

    /// Writes a copy under a path that was claimed, whole or not at all.
    pub(super) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        // The path is for people; the folder's own may have bytes that no text has.
        let target = self.path.join(Path::new(path).file_name().unwrap_or_default());
        self.try_write(&target, bytes)
            .map_err(|error| Failure::new(format!("{path}: cannot be written: {error}")))
    }

    fn try_write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.path)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".diag-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(&self.path)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        // The name is replaced, never followed: a link put there leads nowhere.
        let kept = if self.force { file.persist(path) } else { file.persist_noclobber(path) };
        kept.map(|_| ()).map_err(|error| error.error)
    }
}

/// The name of a copy: the input's own, or for what an export holds the export's and the entry's.
pub(super) fn name_of(input: &str, entry: Option<&str>) -> String {
    let last = input.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = last.strip_suffix(".gz").unwrap_or(last);
    match entry {
        Some(entry) => safe(&format!("{}-{entry}-samlMetadataIdP", stem(name)), "xml"),
        None => safe(name, "xml"),
    }
}

/// The name of a changed copy of an export.
pub(super) fn name_of_export(input: &str) -> String {
    let last = input.rsplit(['/', '\\']).next().unwrap_or_default();
    safe(last.strip_suffix(".gz").unwrap_or(last), "json")
}

/// The name of what is sent to change an object.
pub(super) fn name_of_body(sort: &str, object: &str, option: Option<usize>) -> String {
    let option = option.map(|number| format!("-option-{number}")).unwrap_or_default();
    // It stands on command lines, so that it has no blank.
    let object: String =
        object.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    safe(&format!("{sort}-{object}{option}-body"), "json")
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// A name that is one name on every system, and has this ending.
fn safe(name: &str, ending: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() || " ._-+()@".contains(c) { c } else { '_' })
        .collect();
    let plain = plain.trim_start_matches(['.', '-', ' ']).trim_end_matches(['.', ' ']);
    let stem = if plain.to_ascii_lowercase().ends_with(&format!(".{ending}")) {
        stem(plain)
    } else {
        plain
    };
    let end = (0..=LONGEST.min(stem.len()))
        .rev()
        .find(|end| stem.is_char_boundary(*end))
        .unwrap_or_default();
    let stem = stem.get(..end).unwrap_or_default().trim_end_matches(['.', ' ']);
    let first = stem.split('.').next().unwrap_or_default().trim_end();
    if stem.is_empty() {
        format!("{}.{ending}", if ending == "xml" { "metadata" } else { "export" })
    } else if is_device(first) {
        format!("_{stem}.{ending}")
    } else {
        format!("{stem}.{ending}")
    }
}

/// Names that Windows takes for devices, whatever follows them.
fn is_device(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let numbered =
        |device: &str| name.strip_prefix(device).is_some_and(|number| number.chars().count() == 1);
    matches!(name.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || numbered("COM")
        || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        for (input, name) in [
            ("case/FederationMetadata.xml", "FederationMetadata.xml"),
            ("a.zip/../../etc/passwd", "passwd.xml"),
            ("a.zip/..\\..\\evil.XML", "evil.xml"),
            ("a.zip/..", "metadata.xml"),
            ("-", "metadata.xml"),
            ("a.zip/C:evil.xml", "C_evil.xml"),
            ("a.zip/nul\0.xml", "nul_.xml"),
            ("NUL.xml", "_NUL.xml"),
            ("com1.idp.xml", "_com1.idp.xml"),
            ("idp.xml.gz", "idp.xml"),
            ("idp.txt", "idp.txt.xml"),
            ("a.zip/.ssh", "ssh.xml"),
            ("a\u{202e}b.xml", "a_b.xml"),
        ] {
            assert_eq!(name_of(input, None), name, "{input}");
        }
        assert_eq!(
            name_of("x/virtualproxy.json", Some("Entra ID / new")),
            "virtualproxy-Entra ID _ new-samlMetadataIdP.xml"
        );
        assert!(name_of(&"ü".repeat(500), None).len() <= LONGEST + 4);
        assert_eq!(
            (name_of_export("a.zip/../vp.JSON").as_str(), name_of_export("-").as_str()),
            ("vp.json", "export.json")
        );
        assert_eq!(
            name_of_body("virtualproxyconfig", "Entra / 'new'", Some(2)),
            "virtualproxyconfig-Entra----new--option-2-body.json"
        );
    }

    #[test]
    fn names_are_given_once() {
        let mut folder = Folder::new(None, false).expect("no folder");
        let names: Vec<_> = ["a.xml", "A.xml", "a.xml"]
            .iter()
            .map(|name| folder.claim(name, &[]).expect("free"))
            .collect();
        assert_eq!(names, ["a.xml", "A-2.xml", "a-3.xml"]);
    }

    #[test]
    fn a_key_is_never_replaced() {
        let home = tempfile::tempdir().expect("a folder");
        let key = home.path().join("sp-key.xml");
        fs::write(&key, "key").expect("a file");
        let folder = || Folder::new(Some(home.path()), true).expect("a folder");
        assert!(folder().claim("sp-key.xml", &[]).is_ok());
        assert!(folder().spare(vec![key]).claim("sp-key.xml", &[]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_replaced_and_not_followed() {
        let home = tempfile::tempdir().expect("a folder");
        let (outside, inside) = (home.path().join("outside"), home.path().join("out"));
        fs::write(&outside, "mine").expect("a file");
        fs::create_dir(&inside).expect("a folder");
        std::os::unix::fs::symlink(&outside, inside.join("idp.xml")).expect("a link");
        assert!(
            Folder::new(Some(&inside), false).expect("a folder").claim("idp.xml", &[]).is_err()
        );
        let mut folder = Folder::new(Some(&inside), true).expect("a folder");
        let path = folder.claim("idp.xml", &[]).expect("forced");
        folder.write(&path, b"copy").expect("written");
        assert_eq!(fs::read(&outside).expect("readable"), b"mine");
        assert_eq!(fs::read(inside.join("idp.xml")).expect("readable"), b"copy");
    }
}
