//! Opens a bundle: every file held against the list, nothing believed that does not agree with it.

use super::{Kind, LARGEST, LIST, List, Listed, MOST, SCHEMA};
use crate::checkers::Absent;
use crate::failure::Failure;
use crate::loading;
use crate::products;
use crate::shown::shown as written;
use diag_host::kind::{self, NotAPlugin};
use diag_host::{Launcher, Loaded, Terms, digest};
use diag_products::Product;
use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use tempfile::TempDir;

/// What a bundle brings.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    /// SHA-256 of the bundle.
    pub(crate) sha256: String,
    pub(crate) plugins: Vec<Loaded>,
    pub(crate) products: Vec<Product>,
    /// What of it cannot be used here; the rest is.
    pub(crate) absent: Vec<Absent>,
    /// Where libraries and programs lie while they are used.
    pub(crate) folder: Option<TempDir>,
}

/// Opens a bundle, where it is the file that is trusted.
pub(crate) fn open(path: &Path, launcher: &Launcher, terms: &Terms) -> Result<Opened, Failure> {
    let shown = written(path);
    let no_bundle = |why: String| {
        Failure::new(format!("bundle {shown}: {why}"))
            .hint("diag plugin pack DIR -o team.diagpack makes one; docs/writing-a-plugin.md")
    };
    let mut bytes = Vec::new();
    let file =
        fs::File::open(path).map_err(|error| no_bundle(format!("cannot be read: {error}")))?;
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| no_bundle(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(no_bundle(format!("is larger than {} MB", LARGEST >> 20)));
    }
    let sha256 = digest::sha256_of(&bytes);
    if let Some(trusted) = terms.sha256.as_ref().filter(|trusted| **trusted != sha256) {
        return Err(Failure::new(format!(
            "bundle {shown}: has changed since it was trusted (SHA-256 {sha256:.12}…, trusted {trusted:.12}…)"
        ))
        .hint(format!("if that change is wanted, diag plugin trust {shown} pins the new one")));
    }
    let (listed, mut contents) = unpacked(bytes).map_err(no_bundle)?;
    let mut opened = Opened { sha256, ..Opened::default() };
    let mut foreign: Vec<(&Listed, Failure)> = Vec::new();
    for one in &listed {
        let Some(content) = contents.remove(&one.path) else { continue };
        let inside = PathBuf::from(format!("{shown}/{}", one.path));
        let taken = match one.kind {
            Kind::Pack => loading::load_pack(&inside, content, terms)
                .map(|plugin| opened.plugins.push(plugin)),
            Kind::Product => product(&inside, content).map(|product| opened.products.push(product)),
            Kind::Plugin => {
                match library(one, &inside, &content, &mut opened.folder, launcher, terms) {
                    Ok(Some(plugin)) => {
                        opened.plugins.push(plugin);
                        Ok(())
                    }
                    Ok(None) => {
                        foreign.push((
                            one,
                            Failure::new(format!(
                                "plugin {}: is built for another system",
                                inside.display()
                            )),
                        ));
                        Ok(())
                    }
                    Err(why) => Err(why),
                }
            }
        };
        if let Err(why) = taken {
            opened.absent.push(Absent { path: inside, why, asked_for: false });
        }
    }
    // What is for another system is no loss where its like for this one is there.
    for (one, why) in foreign {
        let like = |other: &&Listed| other.path != one.path && stem(&other.path) == stem(&one.path);
        let used =
            |other: &Listed| opened.plugins.iter().any(|plugin| plugin.path.ends_with(&other.path));
        if !listed.iter().filter(like).any(used) {
            opened.absent.push(Absent {
                path: PathBuf::from(format!("{shown}/{}", one.path)),
                why,
                asked_for: false,
            });
        }
    }
    Ok(opened)
}

/// The name of a library or program without what each system puts around it.
fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.split('.').next().unwrap_or(file);
    stem.strip_prefix("lib").unwrap_or(stem)
}

fn product(inside: &Path, content: Vec<u8>) -> Result<Product, Failure> {
    let shown = written(inside);
    let text = String::from_utf8(content)
        .map_err(|_| Failure::new(format!("product file {shown}: it is not UTF-8")))?;
    products::parse(&shown, &text)
}

/// Puts a library or program where it can be started; nothing where it is for another system.
fn library(
    one: &Listed,
    inside: &Path,
    content: &[u8],
    folder: &mut Option<TempDir>,
    launcher: &Launcher,
    terms: &Terms,
) -> Result<Option<Loaded>, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::new(format!("plugin {}: cannot be unpacked: {error}", inside.display()))
    };
    if folder.is_none() {
        *folder = Some(tempfile::Builder::new().prefix("diag-plugins").tempdir().map_err(cannot)?);
    }
    let Some(folder) = folder else { return Ok(None) };
    let file = folder.path().join(&one.path);
    fs::create_dir_all(file.parent().unwrap_or(folder.path())).map_err(cannot)?;
    fs::write(&file, content).map_err(cannot)?;
    #[cfg(unix)]
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .map_err(cannot)?;
    if let Err(NotAPlugin::Foreign { .. }) = kind::of(&file).map_err(cannot)? {
        return Ok(None);
    }
    let terms =
        Terms { sha256: Some(one.sha256.clone()), shown: Some(inside.to_owned()), ..terms.clone() };
    loading::load(&file, launcher, &terms).map(Some)
}

type Unpacked = (Vec<Listed>, BTreeMap<String, Vec<u8>>);

/// The list, and the files it lists.
fn unpacked(bytes: Vec<u8>) -> Result<Unpacked, String> {
    let archive = ZipArchive::from_slice(bytes)
        .map_err(|_| "is no bundle: expected a ZIP archive".to_owned())?;
    let mut entries = archive.entries();
    let mut contents = BTreeMap::new();
    let mut left = LARGEST;
    while let Some(entry) = entries.next_entry().map_err(|error| format!("is damaged: {error}"))? {
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        if entry.is_dir() {
            continue;
        }
        if contents.len() > MOST {
            return Err(format!("holds more than {MOST} files"));
        }
        let method = entry.compression_method();
        let packed = archive
            .get_entry(entry.wayfinder())
            .map_err(|error| format!("is damaged: {name:?}: {error}"))?;
        let mut reader: Box<dyn Read + '_> = match method {
            CompressionMethod::STORE => Box::new(packed.verifying_reader(packed.data())),
            CompressionMethod::DEFLATE => {
                Box::new(packed.verifying_reader(DeflateDecoder::new(packed.data())))
            }
            _ => return Err(format!("holds {name:?} packed in a way that is not supported")),
        };
        let mut content = Vec::new();
        (&mut reader)
            .take(left + 1)
            .read_to_end(&mut content)
            .map_err(|error| format!("is damaged: {name:?}: {error}"))?;
        left = left
            .checked_sub(content.len() as u64)
            .ok_or_else(|| format!("unpacks to more than {} MB", LARGEST >> 20))?;
        contents.insert(name, content);
    }
    let list = contents.remove(LIST).ok_or_else(|| format!("is no bundle: it has no {LIST}"))?;
    let list: List = serde_json::from_slice(&list).map_err(|error| format!("{LIST}: {error}"))?;
    if list.schema != SCHEMA {
        return Err(format!(
            "{LIST}: schema `{}`, expected `{SCHEMA}`: a newer diag may read it",
            list.schema.escape_debug()
        ));
    }
    for one in &list.files {
        let plain =
            Path::new(&one.path).components().all(|part| matches!(part, Component::Normal(_)));
        if one.path.is_empty() || one.path.contains(['\\', ':']) || !plain {
            return Err(format!(
                "{LIST}: the path `{}` leads out of the bundle",
                one.path.escape_debug()
            ));
        }
        match contents.get(&one.path) {
            None => return Err(format!("{LIST} lists {}, which is not there", one.path)),
            Some(content) if digest::sha256_of(content) != one.sha256 => {
                return Err(format!(
                    "{} is not the file that {LIST} lists: its SHA-256 differs",
                    one.path
                ));
            }
            Some(_) => {}
        }
    }
    if let Some(stray) =
        contents.keys().find(|name| !list.files.iter().any(|one| &one.path == *name))
    {
        return Err(format!("holds {stray:?}, which {LIST} does not list"));
    }
    Ok((list.files, contents))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_system_puts_around_a_name_is_taken_off() {
        for path in [
            "linux/libacme_checks.so",
            "windows/acme_checks.dll",
            "macos/libacme_checks.dylib",
            "acme_checks",
        ] {
            assert_eq!(stem(path), "acme_checks");
        }
    }

    #[test]
    fn what_is_no_bundle_is_told() {
        assert!(
            unpacked(b"certainly".to_vec())
                .expect_err("no archive")
                .contains("expected a ZIP archive")
        );
    }
}
