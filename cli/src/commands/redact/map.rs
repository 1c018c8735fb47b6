//! `--map FILE`: what stands for what, for whoever made the copy, and for a second copy in which equal values are to have
//! equal marks.

use crate::failure::{self, Failure};
use crate::files::File;
use crate::output;
use diag_core::sharing::Map;
use diag_render::json;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Largest map that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// The file of the map, with what stands in it so far.
pub(super) struct Kept {
    target: output::Target,
    pub(super) map: Map,
}

impl Kept {
    /// The map at `path`: of an earlier run where there is one, else a new one under `key`.
    pub(super) fn open(
        path: &Path,
        copies: &Path,
        inputs: &[File],
        read: &[PathBuf],
        key: [u8; 32],
    ) -> Result<Self, Failure> {
        let target = output::Target::new(path, inputs, read)?;
        let shown = path.display();
        let same = |one: &Path, other: &Path| {
            std::path::absolute(one)
                .ok()
                .is_some_and(|one| Some(one) == std::path::absolute(other).ok())
        };
        if same(path, copies) || output::is_read(path, &[copies.to_owned()]) {
            return Err(Failure::new(format!(
                "{shown}: the map would be given away with the copies"
            ))
            .hint("name a file elsewhere after --map: it undoes the copies"));
        }
        let map = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Map::new(key),
            _ => earlier(path).map_err(|why| {
                Failure::new(format!(
                    "{shown}: is not a map that diag redact wrote, and is left as it is: {why}"
                ))
                .hint("name the map of an earlier run after --map, or a file that is not there yet")
            })?,
        };
        Ok(Self { target, map })
    }

    /// Writes the map, whole, for nobody else on this computer to read.
    pub(super) fn write(&self, map: &Map) -> anyhow::Result<()> {
        self.target.write_private(&json::pretty(map)?)
    }
}

/// The map of an earlier run.
fn earlier(path: &Path) -> Result<Map, String> {
    let cannot = |error: io::Error| format!("it cannot be read: {error}");
    let file = fs::File::open(path).map_err(cannot)?;
    let metadata = file.metadata().map_err(cannot)?;
    if !metadata.is_file() {
        return Err("it is no file".to_owned());
    }
    if metadata.len() > LARGEST {
        return Err(format!("it is larger than {} MiB", LARGEST >> 20));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(cannot)?;
    let map = Map::parse(&bytes)?;
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
        failure::say_note(&format!(
            "{}: others on this computer were able to read this map, which undoes the copies",
            path.display()
        ));
    }
    Ok(map)
}
