//! One-fault cases: a sound configuration with exactly one thing wrong, and what must be said of it.
//!
//! `tests/cases/base` is the sound configuration; each `tests/cases/<family>/<problem>*.toml` says
//! in a few lines how it departs from it and which finding must lead.

use crate::capture::Capture;
use crate::diagnose::{File, case_of, report_on};
use crate::fixture;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diag_core::report::Report;
use diag_core::verdict::Verdict;
use diag_sdk::{Difference, Severity};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The copy of the identity provider's metadata that the virtual proxy holds; not an input itself.
const HELD: &str = "held-metadata.xml";

/// A case as its file describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneFault {
    /// What is wrong, one sentence.
    pub about: String,
    /// Base files left out.
    #[serde(default)]
    pub remove: Vec<String>,
    /// Changes to base files.
    #[serde(default)]
    pub edit: Vec<Edit>,
    /// Further files.
    #[serde(default)]
    pub add: Vec<Added>,
    /// A sign-in in the capture, where there is one; what is left out is as in a healthy one.
    pub capture: Option<Capture>,
    /// What must be said.
    pub expect: Expect,
}

/// A change to a base file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The file.
    pub file: String,
    /// JSON pointers and their new values; the string `<remove>` removes the field.
    #[serde(default)]
    pub set: BTreeMap<String, serde_json::Value>,
    /// Texts and what replaces them; each must occur.
    #[serde(default)]
    pub replace: BTreeMap<String, String>,
}

/// A further file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Added {
    /// Its name.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// What must be said of a case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Id of the check that must report it: the first root cause, where it is an error. Empty: nothing is wrong.
    pub check: String,
    /// At which level.
    pub severity: Severity,
    /// The near miss that must be named.
    pub difference: Option<Difference>,
    /// A value that must be offered to paste.
    pub value: Option<String>,
    /// Other checks that may rightly report an error for the same fault.
    #[serde(default)]
    pub also: Vec<String>,
}

/// The folder of cases.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("cases")
}

/// All case files, sorted.
pub fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for family in entries(&folder()).into_iter().filter(|path| path.is_dir()) {
        found.extend(
            entries(&family)
                .into_iter()
                .filter(|path| path.extension().is_some_and(|extension| extension == "toml")),
        );
    }
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

impl OneFault {
    /// Reads a case file.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("the case file");
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The input files the case consists of.
    pub fn inputs(&self) -> Vec<File> {
        let mut texts: BTreeMap<String, String> = entries(&folder().join("base"))
            .into_iter()
            .map(|path| {
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                (name, std::fs::read_to_string(&path).expect("a base file"))
            })
            .collect();
        for edit in &self.edit {
            let text =
                texts.get_mut(&edit.file).unwrap_or_else(|| panic!("no base file {}", edit.file));
            edit.apply(text);
        }
        for name in &self.remove {
            assert!(texts.remove(name).is_some(), "no base file {name}");
        }
        for added in &self.add {
            texts.insert(added.file.clone(), added.text.clone());
        }
        if let Some(capture) = &self.capture {
            texts.insert("capture.har".to_owned(), capture.har());
        }
        let held = texts
            .remove(HELD)
            .map(|text| STANDARD.encode(fixture::fill(&text)))
            .unwrap_or_default();
        texts
            .into_iter()
            .map(|(name, text)| {
                File::new(
                    &name,
                    fixture::fill(&text).replace("{{base64:held-metadata.xml}}", &held),
                )
            })
            .collect()
    }

    /// What the engine says of it.
    pub fn report(&self) -> Report {
        report_on(&case_of(&self.inputs()))
    }

    /// What is wrong with the engine's answer; empty where it is right.
    pub fn complaints(&self) -> Vec<String> {
        let report = self.report();
        if self.expect.check.is_empty() {
            return self.unsound(&report);
        }
        let mut complaints = Vec::new();
        let errors: Vec<&str> = report
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error && finding.explained_by.is_none())
            .map(|finding| finding.check.as_str())
            .collect();
        let expected = &self.expect;
        let Some(hit) = report.findings.iter().find(|finding| {
            finding.check == expected.check && finding.severity == expected.severity
        }) else {
            let said: Vec<String> = report
                .findings
                .iter()
                .map(|finding| format!("{:?} {}", finding.severity, finding.check))
                .collect();
            return vec![format!(
                "{} is not reported as {:?}; said: {said:?}",
                expected.check, expected.severity
            )];
        };
        if expected.severity == Severity::Error {
            let lead = report
                .root_causes
                .first()
                .and_then(|id| report.finding(id))
                .map(|finding| finding.check.as_str());
            if lead != Some(expected.check.as_str()) {
                complaints.push(format!("the root cause is {lead:?}, not {}", expected.check));
            }
        }
        for error in errors
            .iter()
            .filter(|id| **id != expected.check && !expected.also.iter().any(|also| also == *id))
        {
            complaints.push(format!("unrelated error {error}"));
        }
        if expected.difference.is_some() && hit.difference != expected.difference {
            complaints.push(format!(
                "the difference is {:?}, not {:?}",
                hit.difference, expected.difference
            ));
        }
        if let Some(value) = &expected.value
            && !hit.causes.iter().any(|cause| cause.value.as_deref() == Some(value))
        {
            complaints.push(format!("no cause offers the value {value}; causes: {:?}", hit.causes));
        }
        complaints
    }
}

impl OneFault {
    /// What is said against a case with nothing wrong.
    fn unsound(&self, report: &Report) -> Vec<String> {
        let spared = |check: &str| self.expect.also.iter().any(|also| also == check);
        let said = report
            .findings
            .iter()
            .filter(|finding| finding.severity > Severity::Notice && !spared(&finding.check));
        let mut complaints: Vec<String> = said
            .map(|finding| format!("{:?} {} on a sound case", finding.severity, finding.check))
            .collect();
        if report.verdict != Verdict::Healthy {
            complaints.push(format!("the verdict is {:?}", report.verdict));
        }
        complaints
    }
}

impl Edit {
    fn apply(&self, text: &mut String) {
        for (old, new) in &self.replace {
            assert!(text.contains(old.as_str()), "{} does not contain {old}", self.file);
            *text = text.replace(old.as_str(), new);
        }
        if self.set.is_empty() {
            return;
        }
        let mut json: serde_json::Value = serde_json::from_str(text).expect("a base file of JSON");
        for (pointer, value) in &self.set {
            let (parent, field) = pointer.rsplit_once('/').expect("a JSON pointer");
            let parent =
                json.pointer_mut(parent).unwrap_or_else(|| panic!("{}: no {pointer}", self.file));
            match parent {
                serde_json::Value::Object(object) if value == "<remove>" => {
                    drop(object.remove(field));
                }
                serde_json::Value::Object(object) => {
                    drop(object.insert(field.to_owned(), value.clone()));
                }
                serde_json::Value::Array(array) if field == "-" => array.push(value.clone()),
                serde_json::Value::Array(array) => {
                    array[field.parse::<usize>().expect("an index")] = value.clone();
                }
                _ => panic!("{}: {pointer} has no parent", self.file),
            }
        }
        *text = serde_json::to_string_pretty(&json).expect("JSON");
    }
}
