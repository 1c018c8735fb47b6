//! How a product's settings are written: the field of an export that holds one, and the tools that send a changed
//! field back. Data for `diag fix`, which changes nothing itself.

use diag_sdk::{Need, Setting};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The field of an export that holds a setting.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The setting.
    pub setting: Setting,
    /// Only for what these checks find; all, where none is named.
    #[serde(default)]
    pub checks: Vec<String>,
    /// The export it stands in.
    pub of: Need,
    /// The names that lead to it from the object, with dots between.
    pub at: String,
    /// It is a list: a value is added to it, and what is there stays.
    #[serde(default)]
    pub list: bool,
    /// The value that was found wrong leaves the list.
    #[serde(default)]
    pub replaces: bool,
    /// What is written for a word that people choose on the screen; other words are then not written.
    #[serde(default)]
    pub words: BTreeMap<String, Plain>,
    /// What is written where the cause has no value of its own, since the fix leaves no choice.
    #[serde(default)]
    pub to: Option<Plain>,
    /// The product copies it here from elsewhere: it is never sent.
    #[serde(default)]
    pub copied: bool,
    /// How tools that take parameters are given it, by the name of the tool; the changed object is `$b` there.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Where that was read.
    #[serde(default)]
    pub source: String,
}

/// A value of a field that is no list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Plain {
    /// Yes or no.
    Switch(bool),
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

impl From<&Plain> for serde_json::Value {
    fn from(plain: &Plain) -> Self {
        match plain {
            Plain::Switch(switch) => (*switch).into(),
            Plain::Number(number) => (*number).into(),
            Plain::Text(text) => text.as_str().into(),
        }
    }
}

/// A tool that sends changed fields of an object.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// The export whose objects it changes.
    pub of: Need,
    /// Its name.
    pub name: String,
    /// The lines to run. `{body}` is the file with the changed fields, `{parameters}` what the fields say for this tool,
    /// and any other name in braces the object's own field of that name.
    pub run: String,
    /// Where that was read.
    #[serde(default)]
    pub source: String,
}

impl Tool {
    /// It takes fields one by one, so that it cannot change a field without a parameter.
    pub fn takes_parameters(&self) -> bool {
        self.run.contains("{parameters}")
    }
}
