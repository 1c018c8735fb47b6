//! What scripts and data would put on a page: pages that are drawn by a script state their errors there.

use super::html;
use diag_products::Products;
use diag_sdk::case::judgement::Part;
use serde_json::Value;

/// What a script would put on the page.
#[derive(Default)]
pub(super) struct ScriptMessages {
    pub(super) text: String,
    pub(super) codes: Vec<String>,
    /// Error objects: their messages.
    pub(super) objects: Vec<String>,
}

/// What the scripts of products that draw their pages so would show.
pub(super) fn vendor_messages(scripts: &str, products: &Products) -> ScriptMessages {
    let mut messages = ScriptMessages::default();
    for field in products.script_texts() {
        // Pages that ask for something have the field as well, with nothing in it.
        let said = json_field(scripts, field)
            .map(|value| html::collapse(&html::decode_entities(&value)))
            .filter(|said| !said.is_empty());
        if let Some(said) = said {
            messages.text.push_str(&said);
            messages.text.push(' ');
        }
    }
    for (field, shape) in products.script_codes() {
        if let Some(value) = json_field(scripts, field)
            && (shape.digits..=9).contains(&value.len())
            && value.bytes().all(|byte| byte.is_ascii_digit())
        {
            messages.codes.push(format!("{}{value}", shape.prefix));
        }
    }
    messages
}

/// The string or number value of a JSON field somewhere in a script.
fn json_field(script: &str, field: &str) -> Option<String> {
    let key = format!("\"{field}\":");
    let rest = script[script.find(&key)? + key.len()..].trim_start();
    if !rest.starts_with('"') {
        return Some(rest.chars().take_while(char::is_ascii_digit).take(10).collect())
            .filter(|digits: &String| !digits.is_empty());
    }
    let mut escaped = false;
    let end = rest.char_indices().skip(1).take(10_000).find(|(_, character)| {
        let ends = *character == '"' && !escaped;
        escaped = *character == '\\' && !escaped;
        ends
    })?;
    serde_json::from_str(&rest[..=end.0]).ok()
}

/// Keys under which data states what went wrong, most telling first.
const MESSAGE_KEYS: &[&str] = &[
    "error_description",
    "errorDescription",
    "errorMessage",
    "error_message",
    "errorSummary",
    "message",
    "msg",
    "detail",
    "description",
    "reason",
    "error",
];
/// Keys that only an error object has.
const ERROR_KEYS: &[&str] = &[
    "error",
    "errors",
    "errorCode",
    "error_code",
    "errorMessage",
    "error_message",
    "error_description",
    "errorDescription",
    "errorSummary",
    "exception",
];
/// Most objects looked at in a script, and the longest of them.
const MOST_OBJECTS: usize = 20;
const LONGEST_OBJECT: usize = 20_000;

/// The messages of error objects in a JSON body, or in a script that assigns one.
pub(super) fn error_objects(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut tried = 0;
    for key in ERROR_KEYS {
        let quoted = format!("\"{key}\"");
        for (at, _) in text.match_indices(quoted.as_str()) {
            tried += 1;
            if tried > MOST_OBJECTS {
                return found;
            }
            let Some(object) = object_around(text, at) else { continue };
            let Some(message) = message(&object) else { continue };
            for said in std::iter::once(message).chain(codes(&object)) {
                if !found.contains(&said) {
                    found.push(said);
                }
            }
        }
    }
    found
}

/// The innermost object whose key stands at `at`.
fn object_around(text: &str, at: usize) -> Option<Value> {
    let from = at.saturating_sub(LONGEST_OBJECT);
    let bytes = text.as_bytes();
    let mut depth = 0_i32;
    for start in (from..at).rev() {
        match bytes[start] {
            b'}' => depth += 1,
            b'{' if depth > 0 => depth -= 1,
            b'{' => {
                return serde_json::Deserializer::from_str(&text[start..])
                    .into_iter::<Value>()
                    .next()?
                    .ok();
            }
            _ => {}
        }
    }
    None
}

/// What an error object says; nothing where its code says that all is well.
fn message(object: &Value) -> Option<String> {
    let fields = object.as_object()?;
    // Texts by dotted keys are what a page may have to say one day, in the language of the person.
    let translated = |(key, value): (&String, &Value)| {
        key.contains('.') && value.as_str().is_some_and(|text| text.contains(' '))
    };
    if fields.iter().any(translated) {
        return None;
    }
    let empty = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty() || text == "0",
        Value::Number(number) => number.as_i64() == Some(0),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) => false,
    };
    ERROR_KEYS.iter().filter_map(|key| fields.get(*key)).any(|value| !empty(value)).then_some(())?;
    let text = |value: &Value| match value {
        Value::String(text) if text.contains(char::is_alphabetic) => Some(html::collapse(text)),
        Value::Object(inner) => {
            MESSAGE_KEYS.iter().find_map(|key| inner.get(*key)?.as_str().map(html::collapse))
        }
        Value::Array(list) => list.first().and_then(|first| {
            first.as_str().map(html::collapse).or_else(|| {
                MESSAGE_KEYS.iter().find_map(|key| first.get(*key)?.as_str().map(html::collapse))
            })
        }),
        _ => None,
    };
    MESSAGE_KEYS
        .iter()
        .chain(&["errors"])
        .find_map(|key| text(fields.get(*key)?))
        .filter(|text| !text.is_empty())
}

/// Keys under which error objects have a code of words.
const CODE_KEYS: &[&str] = &[
    "error",
    "errorCode",
    "error_code",
    "code",
    "reason",
    "type",
    "errorType",
    "error_type",
    "key",
    "messageKey",
    "title",
];
/// Most codes taken of one object.
const MOST_CODES: usize = 3;

/// Codes of an error object that say what is wrong by their words, such as `account_locked`.
fn codes(object: &Value) -> Vec<String> {
    let inner = ["error", "errors"]
        .iter()
        .filter_map(|key| object.get(*key))
        .map(|inner| inner.get(0).unwrap_or(inner));
    let fields = std::iter::once(object)
        .chain(inner)
        .flat_map(|object| CODE_KEYS.iter().filter_map(|key| object.get(*key)?.as_str()));
    let code = |text: &&str| {
        text.len() <= 80
            && !text.contains(char::is_whitespace)
            && crate::spoken::reason(text, Part::Data).is_some()
    };
    fields.filter(code).take(MOST_CODES).map(str::to_owned).collect()
}

/// What a JSON body says that came with a status that refuses: the whole of it is an error object.
pub(super) fn refusal(body: &str) -> Vec<String> {
    let Some(object) = serde_json::from_str::<Value>(body.trim()).ok().filter(Value::is_object)
    else {
        return Vec::new();
    };
    let said = MESSAGE_KEYS.iter().find_map(|key| object.get(*key)?.as_str()).map(html::collapse);
    said.into_iter()
        .filter(|said| said.contains(char::is_alphabetic))
        .chain(codes(&object))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::error_objects;

    #[test]
    fn translations_say_nothing() {
        let table = r#"window.texts={"login.title":"Sign in here","login.none":"Account not provisioned","error":"Your account is disabled"}"#;
        assert!(error_objects(table).is_empty());
        assert_eq!(
            error_objects(r#"{"error":"Your account is disabled","request.id":"4711"}"#),
            ["Your account is disabled"]
        );
    }

    #[test]
    fn error_objects_are_found_in_bodies_and_scripts() {
        for (text, message) in [
            (
                r#"{"statusCode":401,"error":"Unauthorized","message":"unable to authenticate user"}"#,
                "unable to authenticate user",
            ),
            (
                r#"var p = {"errorCode":"390133","message":"SAML response is invalid"}; p.x()"#,
                "SAML response is invalid",
            ),
            (r#"{"error":{"code":7,"message":"Not provisioned"}}"#, "Not provisioned"),
            (r#"{"errors":[{"detail":"No such user"}]}"#, "No such user"),
            (
                r#"{"error":"invalid_request","error_description":"The ACS URL is wrong"}"#,
                "The ACS URL is wrong",
            ),
        ] {
            assert_eq!(error_objects(text), [message], "{text}");
        }
    }

    #[test]
    fn data_that_says_all_is_well_is_no_error() {
        for text in [
            r#"{"error":null,"message":"hello"}"#,
            r#"{"errorCode":0,"message":"OK"}"#,
            r#"{"errors":[],"message":"x"}"#,
            r#"{"error":"#,
            "\"error\"",
            r#"{"a":{"b"#,
        ] {
            assert!(error_objects(text).is_empty(), "{text}");
        }
    }
}
