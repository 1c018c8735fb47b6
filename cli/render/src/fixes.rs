//! What `diag fix` did, and what is left to people: the document that `--format json` prints.

use diag_core::repair::Change;
use diag_core::report::Tool;
use diag_sdk::case::input::HeldBy;
use diag_sdk::{Cause, Severity, Who};
use schemars::JsonSchema;
use serde::Serialize;

/// Schema of the record.
const SCHEMA: &str = "diag-fix/1";

/// Corrected copies, and values to enter by hand.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Fixes {
    /// `diag-fix/1`.
    pub(crate) schema: String,
    /// Who wrote it.
    pub(crate) tool: Tool,
    /// Nothing was written; the paths are those that would be.
    pub(crate) dry_run: bool,
    /// Corrected copies.
    pub(crate) copies: Vec<Copied>,
    /// Documents that want mending and were not mended.
    pub(crate) refused: Vec<Refused>,
    /// What people enter, root causes first.
    pub(crate) by_hand: Vec<Task>,
}

/// A corrected copy.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Copied {
    /// Where it was written.
    pub(crate) path: String,
    /// The document it was made from.
    pub(crate) from: String,
    /// Whose copy that was.
    pub(crate) held_by: HeldBy,
    /// Where it goes.
    pub(crate) uploads: Vec<Upload>,
    /// The entities in it.
    pub(crate) entity_ids: Vec<String>,
    /// What differs from the document it was made from; everything else is the same, byte for byte.
    pub(crate) changes: Vec<Change>,
    /// It carries a signature of its own that does not verify any more.
    pub(crate) signature_outdated: bool,
}

/// Where a copy is uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Upload {
    /// Who acts.
    pub(crate) who: Who,
    /// The screen.
    #[serde(rename = "where")]
    pub(crate) screen: String,
}

/// A document that was not mended.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Refused {
    /// The document.
    pub(crate) from: String,
    /// Why.
    pub(crate) reason: String,
}

/// Something to enter by hand.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Task {
    /// The check that asks for it.
    pub(crate) check: String,
    /// How much it matters.
    pub(crate) severity: Severity,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do: one of these, likeliest first.
    pub(crate) causes: Vec<Step>,
}

/// A cause, and the copy that its fix has uploaded.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Step {
    /// The cause with its fix.
    #[serde(flatten)]
    pub(crate) cause: Cause,
    /// The corrected copy of what is published, where that is to be uploaded.
    pub(crate) copy: Option<String>,
}

impl Fixes {
    /// A record with nothing in it yet.
    pub(crate) fn new(dry_run: bool) -> Self {
        let tool = Tool { name: "diag".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
        Self { schema: SCHEMA.to_owned(), tool, dry_run, copies: Vec::new(), refused: Vec::new(), by_hand: Vec::new() }
    }
}
