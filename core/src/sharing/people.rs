//! Names of people, ids and hosts, collected only where they are asked to go.

use super::Options;
use super::engine;
use super::kind::Kind;
use super::lexicon::Collecting;
use super::names;
use super::opaque::is_guid;
use serde_json::Value;

/// Elements of messages whose text is about a person.
const ELEMENTS: &[&str] = &["NameID", "NameIdentifier", "AttributeValue"];
/// Labels of hosts that many have: they tell nothing.
const COMMON: &[&str] = &[
    "www",
    "login",
    "sso",
    "idp",
    "sp",
    "app",
    "apps",
    "auth",
    "saml",
    "localhost",
    "example",
    "test",
    "internal",
    "local",
    "dev",
    "prod",
    "proxy",
];

/// Collects from a document of JSON.
pub(super) fn json(collecting: &mut Collecting, value: &mut Value, options: Options) {
    if !options.identities && !options.hosts {
        return;
    }
    let mut open = vec![(&*value, "")];
    while let Some((value, key)) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list.iter().map(|element| (element, key))),
            Value::Object(object) => {
                let name = object.get("name").and_then(Value::as_str);
                for (key, value) in object {
                    let key = if key == "value" { name.unwrap_or(key) } else { key };
                    open.push((value, key));
                }
            }
            Value::String(value) => {
                if options.identities && key != "name" && names::names_a_person(key) && value.len() >= 3 {
                    person(collecting, value);
                }
                text(collecting, value, options);
            }
            _ => {}
        }
    }
}

/// Collects from a text.
pub(super) fn text(collecting: &mut Collecting, text: &str, options: Options) {
    if !options.identities && !options.hosts {
        return;
    }
    engine::every_layer(text, &mut |layer| {
        if options.identities {
            addresses(collecting, layer);
            elements(collecting, layer);
            parameters(collecting, layer);
            ids(collecting, layer);
        }
        if options.hosts {
            hosts(collecting, layer);
        }
    });
}

/// A person's name in its parts, so that what is part of it elsewhere stays part of it.
fn person(collecting: &mut Collecting, value: &str) {
    let local = value.split('@').next().unwrap_or(value);
    if value.contains("://") || local.len() > 80 {
        return;
    }
    let local = local.rsplit('\\').next().unwrap_or(local);
    for part in local.split([' ', '.', '_', ',']) {
        if part.chars().count() >= 3 && part.chars().any(char::is_alphabetic) {
            collecting.add(part, if is_guid(part) { Kind::Object } else { Kind::Person });
        }
    }
}

/// `ann.smith@contoso.example`
fn addresses(collecting: &mut Collecting, text: &str) {
    for (at, _) in text.match_indices('@') {
        let local = |character: char| character.is_alphanumeric() || "._+-'".contains(character);
        let start = text
            .get(..at)
            .unwrap_or_default()
            .rfind(|character| !local(character))
            .map_or(0, |before| before + text[before..].chars().next().map_or(1, char::len_utf8));
        let rest = text.get(at + 1..).unwrap_or_default();
        let domain = rest
            .split(|character: char| !(character.is_ascii_alphanumeric() || character == '.' || character == '-'))
            .next()
            .unwrap_or_default();
        if domain.contains('.') && start < at {
            person(collecting, text.get(start..at).unwrap_or_default());
        }
    }
}

fn elements(collecting: &mut Collecting, text: &str) {
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| rest.find('<')).map(|open| from + open) {
        from = open + 1;
        let Some(close) = text.get(from..).and_then(|rest| rest.find('>')).map(|close| from + close) else { return };
        let name = text.get(from..close).unwrap_or_default().split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        if ELEMENTS.contains(&name.rsplit(':').next().unwrap_or_default()) {
            let end = text.get(close..).and_then(|rest| rest.find('<')).map_or(text.len(), |end| close + end);
            person(collecting, text.get(close + 1..end).unwrap_or_default().trim());
        }
    }
}

/// `login=ann`
fn parameters(collecting: &mut Collecting, text: &str) {
    for pair in text.split(['&', '?', '#']) {
        if let Some((name, value)) = pair.split_once('=')
            && names::names_a_person(name)
            && !value.contains(['<', ' ', '"'])
        {
            person(collecting, value);
        }
    }
}

/// Ids in addresses and names of entities.
fn ids(collecting: &mut Collecting, text: &str) {
    for word in text.split(|character: char| !(character.is_ascii_hexdigit() || character == '-')) {
        if is_guid(word) {
            collecting.add(word, Kind::Object);
        }
    }
}

fn hosts(collecting: &mut Collecting, text: &str) {
    for (at, _) in text.match_indices("://") {
        let rest = text.get(at + 3..).unwrap_or_default();
        let host = rest
            .split(|character: char| !(character.is_ascii_alphanumeric() || character == '.' || character == '-'))
            .next()
            .unwrap_or_default();
        host_of(collecting, host);
    }
}

/// Each label but the last, and those that many have.
fn host_of(collecting: &mut Collecting, host: &str) {
    let labels: Vec<&str> = host.split('.').collect();
    let Some((_, own)) = labels.split_last() else { return };
    if labels.len() < 2 || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return;
    }
    for label in own.iter().filter(|label| label.len() >= 4 && !COMMON.contains(&label.to_ascii_lowercase().as_str())) {
        collecting.add(label, Kind::Host);
    }
}
