//! Examples in check documentation: the fenced blocks under `## Fails` and `## Passes`, each of
//! which is an input file. A check that documents itself this way is tested by its documentation:
//! our own by the test suite, anybody's by `diag plugin test`.

use crate::examine::{Request, examine};
use crate::intake::Supplied;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diag_sdk::case::input::HeldBy;
use diag_sdk::manifest::CheckInfo;
use diag_sdk::{Case, Finding, Need, Place};
use jiff::Timestamp;
use serde_json::Value;
use std::io::Cursor;

/// A fenced block: its label and text.
#[derive(Debug, Clone)]
pub struct Block {
    /// What the block is: `idp-metadata`, `virtualproxyconfig`, `sketch`, `facts`, …
    pub label: String,
    /// Its text, indentation of the fence removed.
    pub text: String,
}

/// Certificates that examples may name, so that nobody has to paste base64 into documentation:
/// `{{certificate:idp}}`. Their keys are the fixtures of our tests and guard nothing; the suite holds both copies together.
const CERTIFICATES: &[(&str, &str)] = &[
    ("idp", include_str!("example/idp.crt")),
    ("idp-new", include_str!("example/idp-new.crt")),
    ("sp", include_str!("example/sp.crt")),
    ("sp-new", include_str!("example/sp-new.crt")),
    ("expired", include_str!("example/expired.crt")),
    ("expiring", include_str!("example/expiring.crt")),
    ("weak", include_str!("example/weak.crt")),
    ("tenant-level", include_str!("example/tenant-level.crt")),
];

/// The moment at which examples without a time of their own are judged: 2026-11-24T10:00:00Z.
const MOMENT: i64 = 1_795_514_400;

/// The blocks of one section of a check's documentation.
pub fn section(docs: &str, title: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut inside = false;
    let mut open: Option<Block> = None;
    for line in docs.lines() {
        // Doc comments carry a blank before every line.
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
        } else if let Some(info) =
            line.strip_prefix("```").filter(|info| inside && !info.is_empty())
        {
            let label = info.split_whitespace().nth(1).unwrap_or(info).to_owned();
            open = Some(Block { label, text: String::new() });
        }
    }
    blocks
}

/// The Case that some blocks make.
///
/// # Errors
/// A block names a certificate or a block that is not there, or its facts are no facts.
pub fn case(blocks: &[Block]) -> Result<Case, String> {
    let filled: Vec<Block> = blocks
        .iter()
        .map(|block| {
            let text = replace(&block.text, "{{certificate:", certificate)?;
            Ok(Block {
                label: block.label.clone(),
                text: replace(&text, "{{thumbprint:", thumbprint)?,
            })
        })
        .collect::<Result<_, String>>()?;
    let sibling = |label: &str| {
        let block = filled.iter().find(|block| block.label == label);
        block
            .map(|block| STANDARD.encode(block.text.trim_end()))
            .ok_or_else(|| format!("no block `{label}` beside this one"))
    };
    let mut files = Vec::new();
    for block in
        filled.iter().filter(|block| block.label != "facts" && !block.label.starts_with("only-"))
    {
        let text = replace(&block.text, "{{base64:", sibling)?;
        files.push(Supplied {
            path: name_of(&block.label),
            named: true,
            held_by: held_by(&block.label),
            reader: Box::new(Cursor::new(text.into_bytes())),
        });
    }
    let now = Timestamp::from_second(MOMENT).unwrap_or_default();
    let case = examine(Request { now, ..Request::new(files) }, &mut |_| {}).case;
    filled
        .iter()
        .filter(|block| block.label == "facts")
        .try_fold(case, |case, block| with_facts(&case, &block.text))
}

/// A Case with some of its facts replaced.
fn with_facts(case: &Case, facts: &str) -> Result<Case, String> {
    let facts = serde_json::from_str(facts)
        .map_err(|error| format!("a block `facts` is not JSON: {error}"))?;
    let mut value = serde_json::to_value(case).map_err(|error| error.to_string())?;
    merge(&mut value, facts);
    serde_json::from_value(value)
        .map_err(|error| format!("a block `facts` does not fit the schema of the Case: {error}"))
}

fn certificate(name: &str) -> Result<String, String> {
    let Some((_, pem)) = CERTIFICATES.iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = CERTIFICATES.iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "no certificate `{name}` to put into an example, expected one of {}",
            known.join(", ")
        ));
    };
    Ok(pem.lines().filter(|line| !line.starts_with("-----")).collect())
}

fn thumbprint(name: &str) -> Result<String, String> {
    Ok(crate::certificate::read(&certificate(name)?, Place::default()).sha1)
}

/// Replaces every `OPEN name}}` by what `value` gives for the name.
fn replace(
    text: &str,
    open: &str,
    value: impl Fn(&str) -> Result<String, String>,
) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        let Some((name, after)) = after.split_once("}}") else { break };
        out.push_str(before);
        out.push_str(&value(name)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// File name for a label, so that reports of examples read like real ones.
fn name_of(label: &str) -> String {
    match label {
        "idp-metadata" | "sp-metadata" | "idp-metadata-in-sp" | "sp-metadata-in-idp" => {
            format!("{label}.xml")
        }
        "sketch" | "certutil" | "proxy-log" => format!("{label}.txt"),
        _ => format!("{label}.json"),
    }
}

fn held_by(label: &str) -> HeldBy {
    match label {
        "idp-metadata-in-sp" => HeldBy::Sp,
        "sp-metadata-in-idp" => HeldBy::Idp,
        _ => HeldBy::Publisher,
    }
}

/// Merges `patch` over `base`: objects field by field, arrays element by element, the rest replaced.
fn merge(base: &mut Value, patch: Value) {
    match (base, patch) {
        (Value::Object(base), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(base), Value::Array(patch)) => {
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

/// What a check says of an example.
pub type Said = Result<(Vec<Finding>, Vec<Need>), String>;

/// What is wrong with a check's examples; empty where they hold.
pub fn complaints(check: &CheckInfo, mut judge: impl FnMut(&Case) -> Said) -> Vec<String> {
    let id = &check.id;
    let (fails, passes) = (section(&check.docs, "Fails"), section(&check.docs, "Passes"));
    if fails.is_empty() || passes.is_empty() {
        return vec![format!("{id}: needs an example under `## Fails` and one under `## Passes`")];
    }
    let mut complaints = Vec::new();
    match case(&fails).and_then(|case| judge(&case)) {
        Err(why) => complaints.push(format!("{id}: its failing example: {why}")),
        Ok((findings, missing)) => {
            if findings.is_empty() {
                complaints.push(format!(
                    "{id}: finds nothing in its own failing example{}",
                    for_lack_of(&missing)
                ));
            }
            for finding in
                findings.iter().filter(|finding| !check.levels.contains(&finding.severity))
            {
                complaints.push(format!(
                    "{id}: reports {:?}, which it does not declare",
                    finding.severity
                ));
            }
        }
    }
    // Where the example shows nothing of the kind the check ends as skipped all the same; then at least an input must be there.
    let given =
        |case: &Case| check.needs.is_empty() || check.needs.iter().any(|need| case.has(*need));
    match case(&passes).and_then(|case| judge(&case).map(|(findings, _)| (findings, given(&case))))
    {
        Err(why) => complaints.push(format!("{id}: its passing example: {why}")),
        Ok((findings, given)) => {
            for finding in &findings {
                complaints
                    .push(format!("{id}: finds `{}` in its passing example", finding.message));
            }
            if findings.is_empty() && !given {
                complaints.push(format!("{id}: its passing example lacks every input it needs, so it passes for the wrong reason"));
            }
        }
    }
    complaints
}

fn for_lack_of(missing: &[Need]) -> String {
    if missing.is_empty() {
        return String::new();
    }
    let names: Vec<String> = missing.iter().map(|need| format!("{need:?}")).collect();
    format!(" (it lacks {})", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Severity;

    const DOCS: &str = " A summary.\n\n ## Fails\n\n ```xml sp-metadata\n <a>\n   <b/>\n </a>\n ```\n\n ## Passes\n ```json facts\n {}\n ```\n";

    #[test]
    fn blocks_are_cut_out_with_their_indentation() {
        let fails = section(DOCS, "Fails");
        assert_eq!(
            (fails.len(), fails[0].label.as_str(), fails[0].text.as_str()),
            (1, "sp-metadata", "<a>\n  <b/>\n</a>\n")
        );
        assert_eq!(section(DOCS, "passes").len(), 1);
        assert!(section(DOCS, "Other").is_empty());
    }

    #[test]
    fn placeholders_are_filled_or_complained_about() {
        let block = |text: &str| Block { label: "facts".into(), text: text.into() };
        assert!(
            case(&[block(
                "{\"certificates\": [{\"place\": {\"input\": \"{{certificate:idp}}\"}}]}"
            )])
            .is_ok()
        );
        assert!(
            case(&[block("{{certificate:nobody}}")])
                .expect_err("unknown")
                .contains("no certificate `nobody`")
        );
        assert!(case(&[block("{")]).expect_err("broken").contains("not JSON"));
        assert!(case(&[block("{\"inputs\": 7}")]).expect_err("broken").contains("schema"));
        let sibling =
            Block { label: "virtualproxyconfig".into(), text: "{{base64:idp-metadata}}".into() };
        assert!(case(&[sibling]).expect_err("alone").contains("no block `idp-metadata`"));
    }

    #[test]
    fn examples_must_hold_both_ways() {
        let check = CheckInfo {
            id: "acme/problem".into(),
            levels: vec![Severity::Notice],
            docs: DOCS.into(),
            ..CheckInfo::default()
        };
        let finds = |found: bool| {
            (if found { vec![Finding::notice("Found")] } else { Vec::new() }, Vec::new())
        };
        let mut calls = 0;
        let sound = complaints(&check, |_| {
            calls += 1;
            Ok(finds(calls == 1))
        });
        assert!(sound.is_empty(), "{sound:?}");
        assert_eq!(complaints(&check, |_| Ok(finds(true))).len(), 1);
        assert_eq!(complaints(&check, |_| Ok(finds(false))).len(), 1);
        assert_eq!(complaints(&check, |_| Err("died".into())).len(), 2);
        assert_eq!(complaints(&CheckInfo::default(), |_| Ok(finds(true))).len(), 1);
    }
}
