//! Examples in check documentation: the fenced blocks under `## Fails` and `## Passes`, each of
//! which is an input file.

use crate::diagnose::{File, case_of};
use crate::fixture;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diag_sdk::{Case, Check};

/// A fenced block: its label and text.
#[derive(Debug, Clone)]
pub struct Block {
    /// What the block is: `idp-metadata`, `virtualproxyconfig`, `sketch`, `facts`, …
    pub label: String,
    /// Its text, indentation of the fence removed.
    pub text: String,
}

/// The blocks of one section of a check's documentation.
pub fn section(docs: &str, title: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut inside = false;
    let mut open: Option<Block> = None;
    for line in docs.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if let Some(block) = &mut open {
            if line.trim() == "```" {
                blocks.extend(open.take());
            } else {
                block.text.push_str(line);
                block.text.push('\n');
            }
        } else if let Some(heading) = line.strip_prefix("## ") {
            inside = heading.trim().eq_ignore_ascii_case(title);
        } else if let Some(info) = line.strip_prefix("```").filter(|info| inside && !info.is_empty()) {
            let label = info.split_whitespace().nth(1).unwrap_or(info).to_owned();
            open = Some(Block { label, text: String::new() });
        }
    }
    blocks
}

/// The Case that some blocks make.
pub fn case(blocks: &[Block]) -> Case {
    let filled: Vec<Block> = blocks.iter().map(|block| Block { label: block.label.clone(), text: fixture::fill(&block.text) }).collect();
    let sibling = |label: &str| {
        let block = filled.iter().find(|block| block.label == label).unwrap_or_else(|| panic!("no block {label} beside this one"));
        STANDARD.encode(block.text.trim_end())
    };
    let files: Vec<File> = filled
        .iter()
        .filter(|block| block.label != "facts" && !block.label.starts_with("only-"))
        .map(|block| File::new(&name_of(&block.label), fixture::replace(&block.text, "{{base64:", sibling)))
        .collect();
    let case = case_of(&files);
    filled.iter().filter(|block| block.label == "facts").fold(case, |case, block| {
        let facts = serde_json::from_str(&block.text).unwrap_or_else(|error| panic!("facts: {error}\n{}", block.text));
        let mut value = serde_json::to_value(case).expect("a Case serialises");
        merge(&mut value, facts);
        serde_json::from_value(value).expect("the merged facts are a Case")
    })
}

/// File name for a label, so that reports of examples read like real ones.
fn name_of(label: &str) -> String {
    match label {
        "idp-metadata" | "sp-metadata" | "idp-metadata-in-sp" | "sp-metadata-in-idp" => format!("{label}.xml"),
        "sketch" | "certutil" | "proxy-log" => format!("{label}.txt"),
        _ => format!("{label}.json"),
    }
}

/// Merges `patch` over `base`: objects field by field, arrays element by element, the rest replaced.
fn merge(base: &mut serde_json::Value, patch: serde_json::Value) {
    match (base, patch) {
        (serde_json::Value::Object(base), serde_json::Value::Object(patch)) => {
            for (key, value) in patch {
                merge(base.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (serde_json::Value::Array(base), serde_json::Value::Array(patch)) => {
            for (index, value) in patch.into_iter().enumerate() {
                match base.get_mut(index) {
                    Some(slot) => merge(slot, value),
                    None => base.push(value),
                }
            }
        }
        (base, patch) => *base = patch,
    }
}

/// What is wrong with a check's examples; empty where they hold.
pub fn complaints(check: &Check) -> Vec<String> {
    let mut complaints = Vec::new();
    let (fails, passes) = (section(check.docs, "Fails"), section(check.docs, "Passes"));
    if fails.is_empty() || passes.is_empty() {
        return vec![format!("{}: needs an example under `## Fails` and one under `## Passes`", check.id)];
    }
    let outcome = check.judge(&case(&fails));
    if outcome.found().is_empty() {
        complaints.push(format!("{}: finds nothing in its own failing example (missing: {:?})", check.id, outcome.missed()));
    }
    for finding in outcome.found() {
        if !check.levels.contains(&finding.severity) {
            complaints.push(format!("{}: reports {:?}, which it does not declare", check.id, finding.severity));
        }
    }
    let outcome = check.judge(&case(&passes));
    for finding in outcome.found() {
        complaints.push(format!("{}: finds `{}` in its passing example", check.id, finding.message));
    }
    if outcome.found().is_empty() && !check.needs.is_empty() && outcome.missed().len() == check.needs.len() {
        complaints.push(format!("{}: its passing example lacks every input it needs, so it passes for the wrong reason", check.id));
    }
    complaints
}
