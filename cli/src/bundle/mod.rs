//! A bundle: packs, product files, libraries and programs of a team in one file, `team.diagpack`, so that there is one
//! thing to hand on and one SHA-256 to trust.
//!
//! It is a ZIP archive whose first file, `diagpack.json`, lists the others with what they are and their SHA-256. Packs
//! and product files are read from memory; a library or program has to be a file, so it is put into a folder of this run.

mod make;
mod open;

pub(crate) use crate::loading::is_bundle;
pub(crate) use make::make;
pub(crate) use open::{Opened, open};

use serde::{Deserialize, Serialize};

/// What `schema` says in the list of a bundle.
const SCHEMA: &str = "diag-bundle/1";
/// The list.
const LIST: &str = "diagpack.json";
/// Largest bundle, packed and unpacked, in bytes, and most files in it.
const LARGEST: u64 = 256 << 20;
const MOST: usize = 200;

/// What a file of a bundle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Checks in expressions.
    Pack,
    /// What a product says, as data.
    Product,
    /// A library or a program.
    Plugin,
}

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    /// Its path in the bundle, with slashes.
    pub(crate) path: String,
    /// What it is.
    pub(crate) kind: Kind,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub(crate) sha256: String,
    /// Its name, where this system could tell: of a library for another one it cannot.
    pub(crate) name: Option<String>,
    /// Its version.
    pub(crate) version: Option<String>,
}

/// The list of a bundle.
#[derive(Debug, Serialize, Deserialize)]
struct List {
    schema: String,
    files: Vec<Listed>,
}
