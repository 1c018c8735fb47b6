//! What `diag fix` did, and what is left to people: the document that `--format json` prints.

use diag_core::amend::Command;
use diag_core::repair::Change;
use diag_core::report::Tool;
use diag_core::verdict::Verdict;
use diag_sdk::case::input::HeldBy;
use diag_sdk::{Cause, Severity, Who};
use serde::Serialize;
use serde_json::Value;

/// Schema of the record.
const SCHEMA: &str = "diag-fix/1";

/// Corrected copies, bodies to send, and values to enter by hand.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fixes {
    /// `diag-fix/1`.
    pub schema: String,
    /// Who wrote it.
    pub tool: Tool,
    /// Nothing was written; the paths are those that would be.
    pub dry_run: bool,
    /// Corrected copies of metadata.
    pub copies: Vec<Copied>,
    /// Files that are to be uploaded as they are.
    pub as_they_are: Vec<AsItIs>,
    /// Copies of exports with every change in them that leaves no choice.
    pub exports: Vec<Exported>,
    /// What is sent to change an object.
    pub bodies: Vec<Sent>,
    /// Documents that want mending and were not mended.
    pub refused: Vec<Refused>,
    /// What people enter, root causes first.
    pub by_hand: Vec<Task>,
    /// How the case is judged with all of that done; none where nothing was changed.
    pub judged_again: Option<Again>,
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

/// A file in which nothing wants mending, and which is to be uploaded.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AsItIs {
    /// The file.
    pub path: String,
    /// Where it goes.
    pub uploads: Vec<Upload>,
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

/// A changed copy of an export.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Exported {
    /// Where it was written.
    pub path: String,
    /// The export it was made from.
    pub from: String,
    /// The fields that differ; everything else is the same.
    pub fields: Vec<String>,
}

/// The changed fields of an object, as its product's interface takes them.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sent {
    /// Where it was written.
    pub path: String,
    /// What the object is: `application`, `servicePrincipal`, `virtualproxyconfig`.
    pub of: String,
    /// What people call it.
    pub object: String,
    /// It is one of several ways to mend the same: choose one.
    pub one_of_several: bool,
    /// The fields, with what stands there now.
    pub fields: Vec<FieldChanged>,
    /// The body: changed fields alone, lists whole.
    pub body: Value,
    /// How it is sent.
    pub commands: Vec<Command>,
    /// The screens on which the same is done by hand.
    pub screens: Vec<String>,
    /// The checks that ask for it.
    pub answers: Vec<String>,
}

/// A changed field.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldChanged {
    /// The names that lead to it.
    pub field: String,
    /// What stands there now; null where nothing does.
    pub before: Value,
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
    /// What to do: one of these, likeliest first. Several are a decision that nobody takes for those who answer for it.
    pub causes: Vec<Step>,
}

/// A cause, and the files that carry out its fix.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// The cause with its fix.
    #[serde(flatten)]
    pub cause: Cause,
    /// The file to upload, where the fix is to upload what is published.
    pub copy: Option<String>,
    /// Bodies that do the same without the screen.
    pub bodies: Vec<String>,
}

/// How the case is judged with copies and bodies in place, in memory.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Again {
    /// The verdict.
    pub verdict: Verdict,
    /// Decisions of which the first way was supposed: what is to be done in it.
    pub supposed: Vec<String>,
    /// What is found no more.
    pub cured: Vec<Line>,
    /// What the recording still shows, since it is older than the change, and what configuration alone no longer does:
    /// a new recording tells.
    pub awaiting: Vec<Line>,
    /// What remains to be done.
    pub remaining: Vec<Line>,
}

/// A finding, in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Line {
    /// The check.
    pub check: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
}

impl Fixes {
    /// A record with nothing in it yet.
    pub fn new(dry_run: bool) -> Self {
        let tool = Tool { name: "diag".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
        Self {
            schema: SCHEMA.to_owned(),
            tool,
            dry_run,
            copies: Vec::new(),
            as_they_are: Vec::new(),
            exports: Vec::new(),
            bodies: Vec::new(),
            refused: Vec::new(),
            by_hand: Vec::new(),
            judged_again: None,
        }
    }

    /// There is neither a file nor a value.
    pub fn is_empty(&self) -> bool {
        self.copies.is_empty()
            && self.as_they_are.is_empty()
            && self.bodies.is_empty()
            && self.refused.is_empty()
            && self.by_hand.is_empty()
    }
}
