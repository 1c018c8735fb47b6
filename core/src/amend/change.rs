//! A change of an export of configuration: of which object, which field, and what becomes of it.

use diag_sdk::case::input::InputKind;
use diag_sdk::{Need, Vendor};
use serde_json::Value;
use std::collections::BTreeMap;

/// An export of configuration as it was read.
#[derive(Debug, Clone, Default)]
pub struct Export {
    /// Its number among the documents of the case, by which [`crate::examine::Request::amended`] knows it.
    pub document: usize,
    /// Id of the input it came from.
    pub input: String,
    /// What it is.
    pub kind: InputKind,
    /// Its text, in whichever encoding it was.
    pub text: String,
}

/// An object of an export.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The number of its export among the documents of the case.
    pub document: usize,
    /// Pointer to it.
    pub pointer: String,
    /// What the export is.
    pub of: Need,
    /// The product.
    pub vendor: Vendor,
    /// What people call the object.
    pub name: String,
}

/// A change of one field of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The object.
    pub target: Target,
    /// The names that lead to the field, with dots between.
    pub field: String,
    /// The product copies the field here from elsewhere.
    pub copied: bool,
    pub(super) operation: Operation,
    pub(super) parameters: BTreeMap<String, String>,
}

/// What becomes of the field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operation {
    Set(Value),
    Add { value: String, instead_of: Option<String> },
}
