//! The page of words: what each fact that is one of few words can be, and those that packs and plugins name, from the
//! very types that hold them.

use diag_sdk::{Case, Class, Difference, Need, Severity};
use schemars::{JsonSchema, Schema, schema_for};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const MADE_BY: &str = "<!-- Written by `diag docs`; edit the types instead. -->\n";

/// The page.
pub(super) fn page() -> String {
    let mut lists: BTreeMap<String, Value> = BTreeMap::new();
    let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let case = schema_for!(Case).to_value();
    for (name, definition) in case.get("$defs").and_then(Value::as_object).into_iter().flatten() {
        if !words(definition).is_empty() {
            lists.insert(name.clone(), definition.clone());
        }
        note_fields(definition, name, &mut fields);
    }
    note_fields(&case, "Case", &mut fields);
    for (name, schema) in [
        of::<Class>("Class"),
        of::<Difference>("Difference"),
        of::<Need>("Need"),
        of::<Severity>("Severity"),
    ] {
        lists.entry(name).or_insert_with(|| schema.to_value());
    }
    let mut out = format!(
        "# Words\n\n{MADE_BY}\nFacts, packs and plugins say many things in one of few words. A word that is none of them is told when a pack is\n\
         loaded, with the nearest one. Which words there are grows with `diag`; what one means does not change\n\
         ([stability.md](stability.md)).\n"
    );
    for (name, definition) in &lists {
        let about = definition.get("description").and_then(Value::as_str).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = write!(out, "\n## {name}\n\n{}\n", one_line(about));
        if let Some(of) = fields.get(name) {
            let _ = write!(
                out,
                "\nIn: {}\n",
                of.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ")
            );
        }
        out.push_str("\n| word | says |\n|---|---|\n");
        for (word, says) in words(definition) {
            let _ = writeln!(out, "| `{word}` | {} |", one_line(says).replace('|', "\\|"));
        }
    }
    out
}

fn of<T: JsonSchema>(name: &str) -> (String, Schema) {
    (name.to_owned(), schema_for!(T))
}

/// The words of a list, each with what it says.
fn words(definition: &Value) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for word in definition
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        found.push((word, ""));
    }
    for option in definition.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
        let about = option.get("description").and_then(Value::as_str).unwrap_or_default();
        if let Some(word) = option.get("const").and_then(Value::as_str) {
            found.push((word, about));
        }
        for word in option
            .get("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            found.push((word, about));
        }
    }
    found
}

/// Notes which fields hold a list of words.
fn note_fields(definition: &Value, of: &str, fields: &mut BTreeMap<String, Vec<String>>) {
    for (field, schema) in
        definition.get("properties").and_then(Value::as_object).into_iter().flatten()
    {
        let mut named = Vec::new();
        named_in(schema, &mut named);
        for list in named {
            fields.entry(list).or_default().push(format!("{of}.{field}"));
        }
    }
}

fn named_in(schema: &Value, named: &mut Vec<String>) {
    match schema {
        Value::Object(fields) => {
            let target = fields
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|target| target.strip_prefix("#/$defs/"));
            named.extend(target.map(str::to_owned));
            ["anyOf", "oneOf", "items"]
                .iter()
                .filter_map(|key| fields.get(*key))
                .for_each(|part| named_in(part, named));
        }
        Value::Array(parts) => parts.iter().for_each(|part| named_in(part, named)),
        _ => {}
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_with_the_facts_that_hold_them() {
        let page = page();
        for (list, field, word) in [
            ("Meaning", "Phrase.meaning", "access-denied"),
            ("Fate", "Message.fate", "refused"),
            ("Outcome", "Attempt.outcome", "looping"),
            ("Stage", "Failure.stage", "consumption"),
            ("MessageKind", "Message.kind", "authn-request"),
        ] {
            let (_, section) =
                page.split_once(&format!("\n## {list}\n")).unwrap_or_else(|| panic!("{list}"));
            let section = section.split("\n## ").next().unwrap_or_default();
            assert!(section.contains(&format!("`{field}`")), "{field} in {section}");
            assert!(section.contains(&format!("| `{word}` | ")), "{word} in {section}");
        }
        for list in ["Setting", "Need", "Class", "Severity", "Difference", "Who"] {
            assert!(page.contains(&format!("\n## {list}\n")), "{list}");
        }
    }
}
