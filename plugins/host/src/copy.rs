//! The bytes of a plugin, taken once: what is hashed is what is run.
//!
//! A path can lead to another file a moment later. On Linux the worker therefore reads the file into memory of
//! its own that nobody can change any more (a sealed `memfd`), hashes that, and opens or becomes that. On Windows the
//! file is opened so that nobody may write, replace or rename it while the worker lives. Elsewhere the bytes are hashed
//! when they are read, and the path is opened afterwards.

use crate::digest;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Largest plugin, in bytes.
const LARGEST: u64 = 1 << 30;

/// A plugin's own bytes.
#[derive(Debug)]
pub struct Copy {
    /// Where they can be opened.
    pub path: PathBuf,
    /// Their SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Keeps the copy, or the file as it is.
    _kept: File,
}

impl Copy {
    /// Takes the bytes of a file.
    pub fn of(path: &Path) -> io::Result<Self> {
        let file = held(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
        }
        let mut bytes = Vec::new();
        (&file).take(LARGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it is larger than {} MB", LARGEST >> 20),
            ));
        }
        let sha256 = digest::sha256_of(&bytes);
        match sealed(&bytes) {
            Some((path, file)) => Ok(Self { path, sha256, _kept: file }),
            None => Ok(Self { path: path.to_owned(), sha256, _kept: file }),
        }
    }
}

/// The file, opened for reading and held as it is for as long as it is open.
#[cfg(windows)]
fn held(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    /// Others may read, and do nothing else.
    const FILE_SHARE_READ: u32 = 1;
    File::options().read(true).share_mode(FILE_SHARE_READ).open(path)
}

/// The file, opened for reading.
#[cfg(not(windows))]
fn held(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Memory with these bytes that cannot be changed, and the path it is opened by. It stays open in the program that
/// the worker becomes: an interpreter reads its script there.
#[cfg(target_os = "linux")]
fn sealed(bytes: &[u8]) -> Option<(PathBuf, File)> {
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
    use std::io::Write;
    use std::os::fd::AsRawFd;
    // Newer kernels want to be told that it is to be executed; older ones do not know the flag.
    let execute = MemfdFlags::from_bits_retain(0x10);
    let made = memfd_create("diag-plugin", MemfdFlags::ALLOW_SEALING | execute)
        .or_else(|_| memfd_create("diag-plugin", MemfdFlags::ALLOW_SEALING))
        .ok()?;
    let mut file = File::from(made);
    file.write_all(bytes).ok()?;
    fcntl_add_seals(
        &file,
        SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL,
    )
    .ok()?;
    let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    // Where /proc is not mounted the file itself has to do.
    path.exists().then_some((path, file))
}

#[cfg(not(target_os = "linux"))]
fn sealed(_: &[u8]) -> Option<(PathBuf, File)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_hashed_is_what_is_opened_whatever_becomes_of_the_file() {
        let folder = std::env::temp_dir().join(format!("diag-copy-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("plugin");
        std::fs::write(&path, "reviewed").expect("a file");
        let copy = Copy::of(&path).expect("readable");
        assert_eq!(copy.sha256, digest::sha256(&path).expect("readable"));
        std::fs::write(&path, "something else").expect("a file");
        if cfg!(target_os = "linux") {
            assert_eq!(std::fs::read_to_string(&copy.path).expect("readable"), "reviewed");
            assert!(std::fs::write(&copy.path, "something else").is_err(), "sealed");
            assert_eq!(digest::sha256(&copy.path).expect("readable"), copy.sha256);
        }
        assert!(Copy::of(&folder).is_err(), "a folder");
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
