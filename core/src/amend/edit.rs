//! Writes one value into JSON text: everything around it stays, byte for byte.

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::Value as Json;

/// The value at a pointer below which a path of names leads; `None` where the text does not parse, or has none there.
pub(super) fn value(text: &str, pointer: &str, path: &[&str]) -> Option<Json> {
    let ast = parsed(text)?;
    let object = at(&ast, pointer)?;
    let found = path.iter().try_fold(object, |value, name| member(value.as_object()?, name))?;
    serde_json::from_str(found.text(text)).ok()
}

/// It is an object that stands at the pointer.
pub(super) fn is_object(text: &str, pointer: &str) -> bool {
    parsed(text)
        .is_some_and(|ast| at(&ast, pointer).is_some_and(|value| value.as_object().is_some()))
}

/// Every object in the text whose member of that name is this text, by its pointer.
pub(super) fn objects_named(text: &str, name: &str, wanted: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(ast) = parsed(text) {
        search(&ast, &mut String::new(), &mut |pointer, object| {
            let is = |value: &Value<'_>| {
                value
                    .as_string_lit()
                    .is_some_and(|literal| literal.value.eq_ignore_ascii_case(wanted))
            };
            if member(object, name).is_some_and(is) {
                found.push(pointer.to_owned());
            }
        });
    }
    found
}

/// The text with the value written there. Objects that the path leads through are made where they are missing.
pub(super) fn written(text: &str, pointer: &str, path: &[&str], value: &Json) -> Option<String> {
    let ast = parsed(text)?;
    let mut here = at(&ast, pointer)?;
    for (depth, name) in path.iter().enumerate() {
        let object = here.as_object()?;
        let rest = &path[depth + 1..];
        match member(object, name) {
            Some(next) if rest.is_empty() || next.as_object().is_some() => here = next,
            // Null, or nothing: what the rest of the path leads through is written with the value.
            Some(next) => {
                return Some(spliced(
                    text,
                    next.range().start,
                    next.range().end,
                    &spelled(&nested(rest, value)),
                ));
            }
            None => {
                let at = object.range().start + 1;
                let comma = if object.properties.is_empty() { "" } else { "," };
                let blank = text
                    .get(at..)
                    .unwrap_or_default()
                    .chars()
                    .take_while(|c| c.is_whitespace())
                    .collect::<String>();
                let member = format!(
                    "{blank}{}: {}{comma}",
                    Json::from(*name),
                    spelled(&nested(rest, value))
                );
                return Some(spliced(text, at, at, &member));
            }
        }
    }
    Some(spliced(text, here.range().start, here.range().end, &spelled(value)))
}

/// Objects around a value, one for each name.
pub(super) fn nested(path: &[&str], value: &Json) -> Json {
    path.iter().rev().fold(value.clone(), |inner, name| {
        Json::Object([((*name).to_owned(), inner)].into_iter().collect())
    })
}

fn spelled(value: &Json) -> String {
    match value {
        Json::Array(elements) => {
            format!("[{}]", elements.iter().map(Json::to_string).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn spliced(text: &str, start: usize, end: usize, with: &str) -> String {
    format!(
        "{}{with}{}",
        text.get(..start).unwrap_or_default(),
        text.get(end..).unwrap_or_default()
    )
}

fn parsed(text: &str) -> Option<Value<'_>> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        ..ParseOptions::default()
    };
    parse_to_ast(text, &CollectOptions::default(), &options).ok()?.value
}

/// Names are compared as the reader of exports does: `PowerShell` writes them with a capital first letter.
fn member<'v, 't>(object: &'v Object<'t>, name: &str) -> Option<&'v Value<'t>> {
    let exactly = object.properties.iter().rev().find(|property| property.name.as_str() == name);
    let near = || {
        object
            .properties
            .iter()
            .rev()
            .find(|property| property.name.as_str().eq_ignore_ascii_case(name))
    };
    exactly.or_else(near).map(|property| &property.value)
}

fn at<'v, 't>(root: &'v Value<'t>, pointer: &str) -> Option<&'v Value<'t>> {
    let names = pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~"));
    let mut here = root;
    for name in names {
        here = match here {
            Value::Object(object) => member(object, &name)?,
            Value::Array(array) => array.elements.get(name.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(here)
}

fn search<'v, 't>(
    value: &'v Value<'t>,
    pointer: &mut String,
    visit: &mut impl FnMut(&str, &'v Object<'t>),
) {
    let length = pointer.len();
    match value {
        Value::Object(object) => {
            visit(pointer, object);
            for property in &object.properties {
                pointer.push('/');
                pointer.push_str(&property.name.as_str().replace('~', "~0").replace('/', "~1"));
                search(&property.value, pointer, visit);
                pointer.truncate(length);
            }
        }
        Value::Array(array) => {
            for (index, element) in array.elements.iter().enumerate() {
                pointer.push('/');
                pointer.push_str(&index.to_string());
                search(element, pointer, visit);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_value_is_written() {
        let text =
            "{\n  \"id\": 1, // edited\n  \"web\": {\"redirectUris\": [\"a\"], \"x\": null},\n}";
        let after =
            written(text, "", &["web", "redirectUris"], &json!(["b", "a"])).expect("written");
        assert_eq!(after, text.replace("[\"a\"]", "[\"b\", \"a\"]"));
        assert_eq!(value(&after, "", &["web", "redirectUris"]), Some(json!(["b", "a"])));
    }

    #[test]
    fn what_is_missing_is_made() {
        assert_eq!(
            written("{}", "", &["a", "b"], &json!(true)).as_deref(),
            Some("{\"a\": {\"b\":true}}")
        );
        assert_eq!(
            written("{\"a\": null}", "", &["a", "b"], &json!(1)).as_deref(),
            Some("{\"a\": {\"b\":1}}")
        );
        let after = written("{\n  \"a\": 1\n}", "", &["b"], &json!("x")).expect("written");
        assert_eq!(serde_json::from_str::<Json>(&after).expect("JSON"), json!({"a": 1, "b": "x"}));
        assert_eq!(written("[1]", "/0", &["a"], &json!(1)), None);
        assert_eq!(written("nonsense", "", &["a"], &json!(1)), None);
    }

    #[test]
    fn objects_are_found_wherever_they_stand() {
        let text = r#"{"value": [{"appId": "A"}, {"in/side": {"appId": "b"}}]}"#;
        assert_eq!(objects_named(text, "appId", "a"), ["/value/0"]);
        assert_eq!(objects_named(text, "AppId", "B"), ["/value/1/in~1side"]);
        assert_eq!(value(text, "/value/1/in~1side", &["appId"]), Some(json!("b")));
    }
}
