//! What `diag fix` did, and what is left to people: the document that `--format json` prints.

use diag_core::repair::Change;
use diag_core::report::Tool;
use diag_sdk::case::input::HeldBy;
use diag_sdk::{Cause, Severity, Who};
use serde::Serialize;

/// Schema of the record.
const SCHEMA: &str = "diag-fix/1";

/// Corrected copies, and values to enter by hand.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fixes {
    /// `diag-fix/1`.
    pub schema: String,
    /// Who wrote it.
    pub tool: Tool,
    /// Nothing was written; the paths are those that would be.
    pub dry_run: bool,
    /// Corrected copies.
    pub copies: Vec<Copied>,
    /// Documents that want mending and were not mended.
    pub refused: Vec<Refused>,
    /// What people enter, root causes first.
    pub by_hand: Vec<Task>,
}

/// A corrected copy.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Copied {
    /// Where it was written.
    pub path: String,
    /// The document it was made from.
    pub from: String,
    /// Whose copy that was.
    pub held_by: HeldBy,
    /// Where it goes.
    pub uploads: Vec<Upload>,
    /// The entities in it.
    pub entity_ids: Vec<String>,
    /// What differs from the document it was made from; everything else is the same, byte for byte.
    pub changes: Vec<Change>,
    /// It carries a signature of its own that does not verify any more.
    pub signature_outdated: bool,
}

/// Where a copy is uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Upload {
    /// Who acts.
    pub who: Who,
    /// The screen.
    #[serde(rename = "where")]
    pub screen: String,
}

/// A document that was not mended.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refused {
    /// The document.
    pub from: String,
    /// Why.
    pub reason: String,
}

/// Something to enter by hand.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Task {
    /// The check that asks for it.
    pub check: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do: one of these, likeliest first.
    pub causes: Vec<Step>,
}

/// A cause, and the copy that its fix has uploaded.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// The cause with its fix.
    #[serde(flatten)]
    pub cause: Cause,
    /// The corrected copy of what is published, where that is to be uploaded.
    pub copy: Option<String>,
}

impl Fixes {
    /// A record with nothing in it yet.
    pub fn new(dry_run: bool) -> Self {
        let tool = Tool { name: "diag".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
        Self { schema: SCHEMA.to_owned(), tool, dry_run, copies: Vec::new(), refused: Vec::new(), by_hand: Vec::new() }
    }
}
