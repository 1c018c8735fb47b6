//! Puts what was proved where it was asked for: whole, or not at all.

use super::copies::Copies;
use super::names::{Place, Target};
use crate::failure::Failure;
use diag_render::bundle::Bundle;
use diag_render::json;
use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Puts what was proved where it was asked for.
pub(super) fn put(target: &Target, copies: &Copies, bundle: Bundle<'_>) -> anyhow::Result<()> {
    match target.place {
        Place::File => {
            for path in copies.paths() {
                move_to(target, path, &target.path)?;
            }
        }
        Place::Folder => {
            let paths: Vec<PathBuf> =
                bundle.proven.copied.iter().map(|one| target.path.join(&one.name)).collect();
            let receipts = ["receipt.txt", "receipt.json"].map(|name| target.path.join(name));
            for path in paths.iter().chain(&receipts) {
                target.is_free(path)?;
            }
            if !target.path.is_dir() {
                fs::create_dir(&target.path).map_err(|error| {
                    Failure::new(format!("{}: cannot be made: {error}", target.path.display()))
                })?;
            }
            for (from, to) in copies.paths().zip(&paths) {
                move_to(target, from, to)?;
            }
            for (path, text) in
                receipts.iter().zip([bundle.receipt.text(), json::pretty(bundle.receipt)?])
            {
                let part = copies.folder().join("receipt");
                fs::write(&part, text).map_err(|error| {
                    Failure::new(format!("{}: cannot be written: {error}", path.display()))
                })?;
                move_to(target, &part, path)?;
            }
        }
        Place::Bundle => {
            let part = copies.folder().join("bundle");
            let file = fs::File::create(&part).map_err(anyhow::Error::from);
            file.and_then(|file| bundle.write(BufWriter::new(file)))
                .map_err(|error| Failure::new(format!("the bundle cannot be written: {error}")))?;
            move_to(target, &part, &target.path)?;
        }
    }
    Ok(())
}

/// Puts a file in its place: whole, since it lies on the same file system already.
fn move_to(target: &Target, from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(format!("{}: cannot be written: {error}", to.display()))
    };
    if !target.force && fs::symlink_metadata(to).is_ok() {
        return Err(
            Failure::new(format!("{}: exists already", to.display())).hint("--force replaces it")
        );
    }
    fs::File::open(from).and_then(|file| file.sync_all()).map_err(failed)?;
    fs::rename(from, to).map_err(failed)
}
