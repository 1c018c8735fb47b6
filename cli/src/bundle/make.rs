//! Packs a folder: `diag plugin pack DIR -o team.diagpack`. Everything in it is tried first, and the same files make the
//! same bundle.

use super::{Kind, LARGEST, LIST, List, Listed, MOST, SCHEMA};
use crate::failure::Failure;
use crate::loading;
use crate::products;
use diag_host::kind::{self, NotAPlugin};
use diag_host::pack::is_pack;
use diag_host::{Launcher, Terms, digest};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::fs;
use std::io::Write;
use std::path::Path;
use walkdir::WalkDir;

/// A bundle, made.
pub(crate) struct Made {
    pub(crate) bytes: Vec<u8>,
    pub(crate) listed: Vec<Listed>,
    /// Files of the folder that are nothing a bundle holds.
    pub(crate) left_out: Vec<String>,
}

/// Packs what a folder holds.
pub(crate) fn make(folder: &Path, launcher: &Launcher) -> Result<Made, Failure> {
    let (mut listed, mut contents, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let walk = WalkDir::new(folder).sort_by_file_name().into_iter();
    let mut size = 0;
    for entry in walk.filter_entry(|entry| entry.depth() == 0 || !hidden(entry.file_name())) {
        let entry = entry.map_err(|error| {
            Failure::new(format!("{}: cannot be read: {error}", folder.display()))
        })?;
        if !entry.file_type().is_file() || loading::is_bundle(entry.path()) {
            continue;
        }
        let path = entry.path();
        let name = shown_in(folder, path)?;
        let Some(one) = look_at(path, &name, launcher)? else {
            left_out.push(name);
            continue;
        };
        let bytes = fs::read(path).map_err(|error| {
            Failure::new(format!("{}: cannot be read: {error}", path.display()))
        })?;
        size += bytes.len() as u64;
        listed.push(Listed { sha256: digest::sha256_of(&bytes), ..one });
        contents.push(bytes);
        if listed.len() > MOST || size > LARGEST {
            return Err(Failure::new(format!(
                "{}: a bundle holds at most {MOST} files and {} MB",
                folder.display(),
                LARGEST >> 20
            ))
            .hint("make several bundles"));
        }
    }
    if listed.is_empty() {
        return Err(Failure::new(format!(
            "{}: holds no pack, product file, library or program",
            folder.display()
        ))
        .hint("diag plugin new NAME writes a pack to begin with"));
    }
    let bytes = archive(&listed, &contents)
        .map_err(|error| Failure::new(format!("the bundle cannot be made: {error}")))?;
    Ok(Made { bytes, listed, left_out })
}

/// The path in the bundle: with slashes, whatever this system writes.
fn shown_in(folder: &Path, path: &Path) -> Result<String, Failure> {
    let inside = path.strip_prefix(folder).unwrap_or(path);
    let text = inside.to_str().ok_or_else(|| {
        Failure::new(format!("{}: the path is not UTF-8, which a bundle needs", path.display()))
    })?;
    Ok(text.replace('\\', "/"))
}

/// What a file is, tried; nothing where it is none of a bundle's. What is for another system cannot be tried here.
fn look_at(path: &Path, name: &str, launcher: &Launcher) -> Result<Option<Listed>, Failure> {
    let listed = |kind: Kind, known: Option<(String, String)>| {
        let (own, version) = known.unzip();
        Some(Listed { path: name.to_owned(), kind, sha256: String::new(), name: own, version })
    };
    let whole = |kind: Kind| -> Result<Option<Listed>, Failure> {
        let loaded = loading::load_whole(path, launcher, &Terms::default())?;
        Ok(listed(kind, Some((loaded.manifest.name, loaded.manifest.version))))
    };
    if is_pack(path) {
        return whole(Kind::Pack);
    }
    if path.extension().is_some_and(|ending| ending == "toml") {
        let text = products::text(path)?;
        if !text.contains(diag_products::file::SCHEMA) {
            return Ok(None);
        }
        let product = products::parse(&path.display().to_string(), &text)?;
        return Ok(listed(Kind::Product, Some((product.id, product.versions.unwrap_or_default()))));
    }
    match kind::of(path)
        .map_err(|error| Failure::new(format!("{}: cannot be read: {error}", path.display())))?
    {
        Ok(_) => whole(Kind::Plugin),
        Err(NotAPlugin::Foreign { .. }) => Ok(listed(Kind::Plugin, None)),
        Err(NotAPlugin::Neither | NotAPlugin::NotExecutable) => Ok(None),
    }
}

fn archive(listed: &[Listed], contents: &[Vec<u8>]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let list = List { schema: SCHEMA.to_owned(), files: listed.to_vec() };
    let list = serde_json::to_vec_pretty(&list)?;
    let mut archive = ZipArchiveWriter::new(Vec::new());
    let all = std::iter::once((LIST, &list))
        .chain(listed.iter().map(|one| one.path.as_str()).zip(contents));
    for (name, content) in all {
        let (mut entry, config) =
            archive.new_file(name).compression_method(CompressionMethod::DEFLATE).start()?;
        let mut data = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        data.write_all(content)?;
        let (encoder, descriptor) = data.finish()?;
        encoder.finish()?;
        entry.finish(descriptor)?;
    }
    Ok(archive.finish()?)
}
