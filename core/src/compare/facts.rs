//! Facts laid flat: a path of names, and the values that stand there.
//!
//! Facts are walked as they are serialised, so that one that is added is compared without anybody thinking of it.

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Values by the path of names that leads to them. Several values have no order.
pub(super) type Facts = BTreeMap<String, BTreeSet<String>>;

/// Names of what differs in every sign-in, says where something stands, or is concluded from the rest.
const MEANINGLESS: &[&str] = &[
    "authn_instant",
    "consumed",
    "consumptions",
    "covers_id",
    "delivery",
    "description",
    "encoded_length",
    "entities_in_document",
    "exchange",
    "id",
    "idp_clock",
    "in_response_to",
    "input",
    "issue_instant",
    "keys_tried",
    "made_by",
    "markup_in_text",
    "metadata",
    "mark",
    "name_id_qualifiers",
    "origin",
    "parent_id",
    "path_in_file",
    "place",
    "places",
    "range",
    "relevant",
    "remarks",
    "secret",
    "serial",
    "session_index",
    "session_indexes",
    "session_not_on_or_after",
    "sightings",
    "signals",
    "sp_clock",
    "spki",
    "uri",
    "verified_by",
    "window",
    "xml_id",
    "idp_metadata_place",
    "held_by",
    "sha1",
    "spki_sha256",
    "objects",
    "foreign_names",
    "duplicate_ids",
];

/// Names by which the members of a list are told apart, first that is there.
const KEYS: &[&str] = &[
    "name",
    "attribute",
    "element",
    "parent",
    "binding",
    "usage",
    "method",
    "key_id",
    "role",
    "index",
];

/// What a message's fate is called.
pub(super) const FATE: &str = "what became of it";

/// Deepest path of names.
const DEEPEST: usize = 12;

/// Lays a value flat below a name.
pub(super) fn add(facts: &mut Facts, name: &str, value: &Value) {
    walk(facts, name, value, 0);
}

/// One fact.
pub(super) fn put(facts: &mut Facts, name: &str, value: impl Into<String>) {
    facts.entry(name.to_owned()).or_default().insert(value.into());
}

fn walk(facts: &mut Facts, path: &str, value: &Value, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Null => {}
        Value::Bool(yes) => put(facts, path, if *yes { "yes" } else { "no" }),
        Value::Number(number) => put(facts, path, number.to_string()),
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => put(facts, path, text.as_str()),
        Value::Array(members) => {
            for member in members {
                walk(facts, &below(path, member), member, depth + 1);
            }
        }
        Value::Object(fields) => object(facts, path, fields, depth),
    }
}

fn object(facts: &mut Facts, path: &str, fields: &Map<String, Value>, depth: usize) {
    if let Some(shape) = shape_of_personal(fields) {
        put(facts, path, shape);
        return;
    }
    // A value with its place is the value.
    if let (2, true, Some(value)) =
        (fields.len(), fields.contains_key("place"), fields.get("value"))
    {
        walk(facts, path, value, depth + 1);
        return;
    }
    for (name, value) in fields.iter().filter(|(name, _)| !is_meaningless(name, path)) {
        // Most switches are off, which is the same as not being there.
        if *value == Value::Bool(false) && !KEPT_WHEN_FALSE.contains(&name.as_str()) {
            continue;
        }
        let name = match name.as_str() {
            // What is registered, or an address: the list is named already.
            "value" if !path.is_empty() => path.to_owned(),
            "fate" => below_path(path, FATE),
            other => below_path(path, &other.replace('_', " ")),
        };
        walk(facts, &name, value, depth + 1);
    }
}

fn below_path(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path} › {name}") }
}

/// Switches of which "no" is said, not merely left out.
const KEPT_WHEN_FALSE: &[&str] = &[
    "value",
    "allow_create",
    "force_authn",
    "is_passive",
    "want_assertions_signed",
    "authn_requests_signed",
];

/// The times of certificates mean something, those of messages do not.
fn is_meaningless(name: &str, path: &str) -> bool {
    MEANINGLESS.contains(&name)
        || (matches!(name, "not_before" | "not_on_or_after") && !path.contains("certificate"))
}

/// The path of a member of a list: by what tells it apart from the others.
fn below(path: &str, member: &Value) -> String {
    let Value::Object(fields) = member else { return path.to_owned() };
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(inner) => inner.get("value").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    match KEYS.iter().find_map(|key| text(fields.get(*key)?)).filter(|key| !key.is_empty()) {
        Some(key) => format!("{path} [{}]", key.rsplit(':').next().unwrap_or(&key)),
        None => path.to_owned(),
    }
}

/// What is said of a person, by its shape: another person has other values, and that is no difference.
fn shape_of_personal(fields: &Map<String, Value>) -> Option<String> {
    let (secret, blank) = (fields.get("secret")?, fields.get("blank")?.as_bool()?);
    secret.as_object()?;
    let set = |name: &str| fields.get(name).and_then(Value::as_bool).unwrap_or_default();
    let mut shape = match fields.get("text").and_then(Value::as_str) {
        _ if blank => "empty",
        Some(text) => shape(text),
        None => "present",
    }
    .to_owned();
    for (name, words) in
        [("padded", ", with blanks around it"), ("interrupted", ", interrupted by markup")]
    {
        if set(name) && !blank {
            shape.push_str(words);
        }
    }
    Some(shape)
}

fn shape(text: &str) -> &'static str {
    let text = text.trim();
    let hexadecimal = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() == 5
        && groups.iter().zip([8, 4, 4, 4, 12]).all(|(group, length)| hexadecimal(group, length))
    {
        "a GUID"
    } else if text.contains("://") {
        "a URL"
    } else if text.contains('@') {
        "a name with @, as an e-mail address"
    } else if text.contains('\\') {
        "a name behind a domain and \\"
    } else if text.contains('=') && text.contains(',') {
        "a distinguished name"
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        "a number"
    } else if text.contains(' ') {
        "several words"
    } else {
        "one word"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn flat(value: &Value) -> Vec<String> {
        let mut facts = Facts::new();
        add(&mut facts, "", value);
        facts
            .into_iter()
            .map(|(name, values)| {
                format!("{name}={}", values.into_iter().collect::<Vec<_>>().join("|"))
            })
            .collect()
    }

    #[test]
    fn facts_are_told_by_their_names() {
        let value = json!({"issuer": {"value": "https://sp.example", "place": {"line": 3}}, "id": "m1", "empty": [], "off": false,
            "force_authn": false, "keys": [{"usage": "signing", "bits": 2048}, {"usage": "encryption", "bits": 1024}]});
        assert_eq!(
            flat(&value),
            [
                "force authn=no",
                "issuer=https://sp.example",
                "keys [encryption] › bits=1024",
                "keys [encryption] › usage=encryption",
                "keys [signing] › bits=2048",
                "keys [signing] › usage=signing"
            ]
        );
    }

    #[test]
    fn of_persons_only_the_shape_is_compared() {
        let person = |text: &str| json!({"name_id": {"value": {"text": text, "secret": {"length": 3, "mark": "ab"}, "blank": false, "padded": false}, "place": {}}});
        assert_eq!(flat(&person("ann@sp.example")), flat(&person("bob@sp.example")));
        assert_ne!(flat(&person("ann@sp.example")), flat(&person("SENSE\\ann")));
        assert!(!flat(&person("ann@sp.example"))[0].contains("ann@"));
    }
}
