//! Private keys from files. Passphrases are asked for on the terminal and never taken from an
//! argument or the environment, where other people and logs could see them.

use crate::failure::Failure;
use crate::shown::shown;
use diag_core::crypto::{KeyError, PrivateKey, load_key};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Times one may mistype a passphrase.
const TRIES: usize = 3;
const COPY: &str = "decrypt a copy of the key beforehand (openssl pkey -in KEY -out COPY) and remove it afterwards";
/// A file larger than this holds no key.
const LARGEST: u64 = 1 << 20;

/// Loads all keys.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Vec<PrivateKey>, Failure> {
    paths.iter().map(|path| one(path)).collect()
}

fn one(path: &Path) -> Result<PrivateKey, Failure> {
    let shown = shown(path);
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
        .map_err(|error| Failure::new(format!("{shown}: cannot be read: {error}")))?;
    let text = String::from_utf8_lossy(&bytes);
    let unusable = |error: &KeyError| Failure::new(format!("{shown}: {error}"));
    match load_key(&text, None) {
        Err(KeyError::NeedsPassphrase) => {}
        loaded => return loaded.map_err(|error| unusable(&error)),
    }
    for _ in 0..TRIES {
        let passphrase =
            rpassword::prompt_password(format!("Passphrase of {}: ", diag_render::terminal::visible(&shown))).map_err(|_| {
                Failure::new(format!("{shown}: the key is encrypted, and there is no terminal to ask for its passphrase on")).hint(COPY)
            })?;
        match load_key(&text, Some(&passphrase)) {
            Err(KeyError::WrongPassphrase) => {
                crate::failure::say_error(&format!("{shown}: {}", KeyError::WrongPassphrase));
            }
            loaded => return loaded.map_err(|error| unusable(&error)),
        }
    }
    Err(unusable(&KeyError::WrongPassphrase)
        .hint("without the key encrypted assertions stay closed, everything else is judged"))
}
