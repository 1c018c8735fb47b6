//! What the page asks: files by their names, and how to judge them.

use diag_sdk::case::input::HeldBy;
use serde::Deserialize;

/// What the page asks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The files, as they were dropped, chosen or pasted.
    pub files: Vec<GivenFile>,
    /// The browser's time, in milliseconds since 1970.
    pub now: i64,
    /// The moment to judge at, in place of the capture's own, as a person wrote it (RFC 3339).
    #[serde(default)]
    pub at: Option<String>,
    /// The entity that is meant, of metadata of many.
    #[serde(default)]
    pub entity: Option<String>,
    /// Index of the one capture to judge, with the files that belong to it. Without it all files are one case.
    #[serde(default)]
    pub alone: Option<usize>,
    /// Copies are asked for, in place of a report.
    #[serde(default)]
    pub copies: Option<Copies>,
}

/// What goes from copies beyond secrets, and what stays; as the options of `diag redact`.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copies {
    /// Names of people, their addresses, and ids of directories and objects go, too.
    pub identities: bool,
    /// Host names go, too.
    pub hosts: bool,
    /// Bodies that no diagnosis needs stay.
    pub keep_bodies: bool,
}

/// A file of the question. Its content is read when it is its turn.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenFile {
    /// Its name, below the folder that was given, with `/` between the parts.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// It was named itself, and not found in a folder.
    pub named: bool,
    /// Whose copy of a metadata document it is.
    #[serde(default)]
    pub held_by: HeldBy,
}
