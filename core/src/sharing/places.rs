//! Where what stands in captures and exports: each text of a JSON value, with what its place says of it.
//!
//! Captures as HAR and as SAML-tracer writes them, exports of Graph and of configuration services: all are objects
//! whose members' names tell what they hold, and lists of names with values.

use super::around::Around;
use super::fields;
use super::issued;
use super::kind::Kind;
use super::login;
use super::names;
use super::opaque;
use super::prose;
use crate::redact::makes_no_word;
use crate::secrets::beside;
use crate::secrets::places::reason_in_cookie;
use serde_json::{Map, Value};

/// Shortest id of a key of a device.
const SHORTEST_ID: usize = 8;
/// Shortest value of letters by chance.
const SHORTEST_RANDOM: usize = 16;
/// Levels of JSON that are followed.
const DEEPEST: usize = 100;

/// What a place says of the text in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is secret as a whole.
    Whole(Kind),
    /// `Cookie: a=1; b=2`.
    Cookies,
    /// `Set-Cookie: a=1; Path=/`, several of them on lines or after commas.
    SetCookies,
    /// `Bearer …`, `Basic …`.
    Credentials,
    /// It names a person.
    Person,
    /// A message, in whatever packing, damaged or not.
    Message,
    /// The fields of a form that was posted, `a=1&b=2`: whatever they are called, somebody may have typed them.
    Form,
    /// Somebody typed it into a form that signs in.
    Typed,
    /// The value of a parameter whose name tells nothing, and which is a key by its looks.
    Parameter,
    /// A text in which secrets may stand.
    Text(Around),
}

/// What surrounds a text in the document.
#[derive(Clone, Copy, Default)]
struct Context<'a> {
    /// The member of an object whose list or value this is.
    list: &'a str,
    /// The list's own object says that it holds a page.
    page: bool,
    /// It is an application: its names are nobody's.
    application: bool,
    /// The fields of the list are those of a form that signs in.
    signs_in: bool,
    depth: usize,
}

/// Shows every text of a document with its place and a name for it. Whoever looks may change it.
pub(super) fn each(value: &mut Value, see: &mut impl FnMut(&mut String, Place, &str)) {
    walk(value, Context::default(), "", see);
}

fn walk(
    value: &mut Value,
    context: Context<'_>,
    label: &str,
    see: &mut impl FnMut(&mut String, Place, &str),
) {
    if context.depth > DEEPEST {
        // Deeper than anything of ours: nothing in there is needed.
        *value = Value::Null;
        return;
    }
    match value {
        Value::Object(object) => members(object, context, label, see),
        Value::Array(list) => {
            let signs_in = matches!(context.list, "params" | "post")
                && (context.signs_in || login::signs_in(list.iter().filter_map(pair)));
            let context = Context { signs_in, ..context };
            if let [Value::String(name), Value::String(text)] = list.as_mut_slice()
                && ["post", "get", "parameters", "requestHeaders", "responseHeaders"]
                    .contains(&context.list)
            {
                let place = named(context, name, text);
                see(text, place, &labelled(label, name));
                return;
            }
            for element in list {
                walk(element, Context { depth: context.depth + 1, ..context }, label, see);
            }
        }
        Value::String(text) => see(text, member(context, context.list, text), label),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn members(
    object: &mut Map<String, Value>,
    context: Context<'_>,
    label: &str,
    see: &mut impl FnMut(&mut String, Place, &str),
) {
    let name = object.get("name").and_then(Value::as_str).map(str::to_owned);
    let called = called(object);
    // `{"password": {"value": …}}`
    let around = || names::kind_of(context.list).filter(|kind| *kind == Kind::Password);
    // What is posted is data, whatever it is written in.
    let page = context.list != "postData"
        && object.get("mimeType").and_then(Value::as_str).is_some_and(is_page);
    let application = object.contains_key("appId");
    // The key of a device: whoever posts it names it `id`, and `rawId` once more.
    let passkey = object.get("type").and_then(Value::as_str) == Some("public-key");
    for (key, value) in object.iter_mut() {
        let below = if label.is_empty() { key.clone() } else { format!("{label}.{key}") };
        match (value, name.as_deref()) {
            (Value::String(text), Some(name)) if key == "value" => {
                let place = named(context, name, text);
                see(text, place, &labelled(label, name));
            }
            (Value::String(text), _)
                if passkey
                    && matches!(key.as_str(), "id" | "rawId")
                    && text.len() >= SHORTEST_ID =>
            {
                see(text, Place::Whole(Kind::Token), &below);
            }
            // Numbers that a person typed are as secret as words.
            (value @ Value::Number(_), _) if names::kind_of(key) == Some(Kind::Password) => {
                if let Some(changed) = value.as_number().map(|number| {
                    number
                        .to_string()
                        .chars()
                        .map(|c| if c.is_ascii_digit() { '1' } else { c })
                        .collect::<String>()
                }) {
                    let mut shown = changed.clone();
                    see(&mut shown, Place::Text(Around::Data), &below);
                    *value = serde_json::from_str(&changed).unwrap_or(Value::Null);
                }
            }
            (Value::String(text), _)
                if beside::HOLDING.contains(&key.as_str())
                    && called
                        .or_else(around)
                        .is_some_and(|kind| kind == Kind::Password || is_told(text)) =>
            {
                let kind = called.or_else(around).unwrap_or(Kind::Token);
                see(text, Place::Whole(kind), &below);
            }
            (Value::String(text), _) => {
                see(text, member(Context { page, application, ..context }, key, text), &below);
            }
            (value, _) => walk(
                value,
                Context { list: key, page, application, signs_in: false, depth: context.depth + 1 },
                &below,
                see,
            ),
        }
    }
}

/// The name and the value of a field, as captures and traces list them.
fn pair(field: &Value) -> Option<(&str, &str)> {
    match field {
        Value::Array(pair) => match pair.as_slice() {
            [Value::String(name), Value::String(value)] => Some((name, value)),
            _ => None,
        },
        field => Some((
            field.get("name").and_then(Value::as_str)?,
            field.get("value").and_then(Value::as_str)?,
        )),
    }
}

/// What an object says that its value is, in other ways than by `name`: `{"key": "Password", "value": …}`, or a
/// property with its definition.
fn called(object: &Map<String, Value>) -> Option<Kind> {
    beside::names(object).find_map(|name| {
        names::kind_of(name).filter(|kind| *kind == Kind::Password || prose::told(name).is_some())
    })
}

fn is_page(mime: &str) -> bool {
    let mime = mime.to_ascii_lowercase();
    !(mime.contains("json")
        || mime.contains("urlencoded")
        || mime.contains("multipart")
        || mime.contains("soap"))
}

/// A place for people: the names of headers say something, those of parameters may be anything.
fn labelled(label: &str, name: &str) -> String {
    let plain = name.len() <= 40
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && label.to_ascii_lowercase().ends_with("headers");
    if plain { format!("{label} {}", name.to_ascii_lowercase()) } else { label.to_owned() }
}

/// What the value of a named thing is: a cookie, a header, a parameter.
fn named(context: Context<'_>, name: &str, value: &str) -> Place {
    let list = context.list;
    if list == "cookies" {
        let told = reason_in_cookie(name, value).is_some();
        return if told || is_empty(value) {
            Place::Text(Around::Data)
        } else {
            Place::Whole(Kind::Cookie)
        };
    }
    if list.to_ascii_lowercase().ends_with("headers") {
        return header(name, value);
    }
    let posted = || fields::posted(name, value).filter(|_| matches!(list, "post" | "params"));
    match fields::field(name, value).or_else(posted) {
        Some(kind) => Place::Whole(kind),
        None if matches!(list, "queryString" | "get") && issued::is_issued(name, value) => {
            Place::Parameter
        }
        None if names::names_a_person(name) => Place::Person,
        None if context.signs_in && login::is_typed(name, value) => Place::Typed,
        None if names::carries_a_message(name) && !names::is_state(name) => Place::Message,
        None => Place::Text(Around::Data),
    }
}

fn header(name: &str, value: &str) -> Place {
    match name.to_ascii_lowercase().as_str() {
        "cookie" => Place::Cookies,
        "set-cookie" | "set-cookie2" => Place::SetCookies,
        _ if names::is_credentials_header(name) => Place::Credentials,
        _ if names::names_a_person(name) => Place::Person,
        _ => match names::header(name) {
            Some(kind) => Place::Whole(kind),
            None if issued::is_issued_in_header(name, value) => Place::Parameter,
            None => Place::Text(Around::Data),
        },
    }
}

/// Words of small letters, joined by hyphens, under a name by which settings call a way to check somebody as well.
fn names_a_step(key: &str, value: &str) -> bool {
    let words = || value.split('-');
    matches!(names::plain(key).as_str(), "authenticator" | "verify" | "confirm" | "challenge")
        && words().count() > 1
        && words().all(|word| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// What the member of an object holds.
fn member(context: Context<'_>, key: &str, value: &str) -> Place {
    let around = if context.page && key == "text" { Around::Page } else { Around::Data };
    if context.list == "postData"
        && key == "text"
        && (is_form(value) || is_json(value) || is_parts(value))
    {
        return Place::Form;
    }
    // `"session": {"id": …}`
    if key == "id"
        && matches!(context.list, "session" | "ticket" | "token")
        && !opaque::is_guid(value)
        && opaque::is_opaque(value, SHORTEST_RANDOM)
    {
        return Place::Whole(Kind::Token);
    }
    // Hints at a password are its first letters.
    if context.list == "passwordCredentials"
        && matches!(key, "hint" | "secretText" | "value" | "customKeyIdentifier")
    {
        return Place::Whole(Kind::Password);
    }
    if fields::plainly(key, value, false) {
        return names::kind_of(key).map_or(Place::Text(around), Place::Whole);
    }
    if is_public_key(value) || opaque::is_guid(value) || names::plain(key).contains("thumbprint") {
        return Place::Text(around);
    }
    match names::kind_of(key) {
        // `"authenticator": "auth-otp-form"`: the name of a step.
        Some(Kind::Password) if context.list != "params" && names_a_step(key, value) => {
            Place::Text(around)
        }
        Some(kind @ Kind::Password)
            if (!value.contains(' ') || prose::is_passphrase(value))
                && !value.is_empty()
                && !value.contains("://") =>
        {
            Place::Whole(kind)
        }
        Some(kind)
            if names::plain(key).contains("secret")
                && (!value.contains(' ') || prose::is_passphrase(value))
                && !value.is_empty() =>
        {
            Place::Whole(kind)
        }
        Some(kind)
            if opaque::is_opaque(value, 8)
                || prose::is_passphrase(value)
                || value.len() >= SHORTEST_RANDOM && makes_no_word(value)
                || opaque::jwt_signature(value).is_some()
                || prose::told(key).is_some() && prose::is_credible(value) =>
        {
            Place::Whole(kind)
        }
        _ if names::plain(key).contains("privatekey") && value.len() >= 16 => {
            Place::Whole(Kind::PrivateKey)
        }
        _ if names::names_a_person(key) && key != "name" && !context.application => Place::Person,
        _ => Place::Text(around),
    }
}

/// JSON, by how it begins.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

fn is_form(text: &str) -> bool {
    text.contains('=') && !text.trim_start().starts_with(['{', '[', '<', '-'])
}

/// Parts of a form with files.
fn is_parts(text: &str) -> bool {
    text.starts_with("--") && text.contains("form-data;")
}

/// A value that is a key rather than the name of something.
fn is_told(value: &str) -> bool {
    prose::is_credible(value) || prose::is_mixed_phrase(value) || opaque::is_opaque(value, 8)
}

/// A certificate, in base64 or PEM: public on purpose. Whatever else begins so has a version of a private key behind it.
fn is_public_key(value: &str) -> bool {
    if value.contains("BEGIN CERTIFICATE") {
        return !value.contains("PRIVATE KEY");
    }
    value.starts_with("MII") && crate::certificate::read(value, diag_sdk::Place::default()).usable()
}

/// The values of `a=1; b=2`: where each stands.
pub(super) fn cookie_values(header: &str) -> Vec<std::ops::Range<usize>> {
    pieces(header, ';').filter_map(|piece| value_of(header, piece)).collect()
}

/// The values of `a=1; Path=/`, of each cookie in the header: where it stands.
pub(super) fn set_cookie_values(header: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    for line in pieces(header, '\n') {
        let text = header.get(line.clone()).unwrap_or_default();
        for (index, piece) in pieces(text, ';').enumerate() {
            let attribute = text.get(piece.clone()).unwrap_or_default();
            // Another cookie after a comma, which is not the one in a date.
            let begins = attribute.match_indices(',').map(|(at, _)| at + 1).find(|at| {
                let rest = attribute.get(*at..).unwrap_or_default().trim_start();
                let name = rest.split('=').next().unwrap_or_default();
                rest.contains('=')
                    && !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_graphic())
            });
            let start = match (index, begins) {
                (0, _) => piece.start,
                (_, Some(begins)) => piece.start + begins,
                (_, None) => continue,
            };
            if let Some(value) = value_of(text, start..piece.end) {
                found.push(line.start + value.start..line.start + value.end);
            }
        }
    }
    found
}

fn pieces(text: &str, separator: char) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut at = 0;
    text.split(separator).map(move |piece| {
        let start = at;
        at += piece.len() + 1;
        start..start + piece.len()
    })
}

fn value_of(text: &str, pair: std::ops::Range<usize>) -> Option<std::ops::Range<usize>> {
    let piece = text.get(pair.clone())?;
    // A cookie without a name is its value.
    let Some(sign) = piece.find('=') else {
        let start = pair.start + (piece.len() - piece.trim_start().len());
        return (!piece.trim().is_empty()).then(|| start..start + piece.trim().len());
    };
    let value = piece.get(sign + 1..)?;
    let trimmed = value.trim();
    // What a cookie tells the next page is read, and opens nothing.
    if reason_in_cookie(piece.get(..sign)?, trimmed).is_some() {
        return None;
    }
    let start = pair.start + sign + 1 + (value.len() - value.trim_start().len());
    (!is_empty(trimmed)).then(|| start..start + trimmed.len())
}

/// `sid=""` takes a cookie away.
fn is_empty(value: &str) -> bool {
    value.chars().all(|letter| matches!(letter, '"' | ' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn errors_that_name_a_field_say_what_stands_beside() {
        for refused in [
            json!({"field": "password", "rejectedValue": "Walnut4148"}),
            json!({"loc": ["body", "otp"], "input": "Walnut4148"}),
            json!({"attributeType": "userPassword", "attributeValue": "Walnut4148"}),
        ] {
            let mut seen = Vec::new();
            each(&mut refused.clone(), &mut |text, place, _| {
                if matches!(place, Place::Whole(_)) {
                    seen.push(text.clone());
                }
            });
            assert_eq!(seen, ["Walnut4148"], "{refused}");
        }
        let mut fine = json!({"field": "country", "rejectedValue": "Walnut4148"});
        each(&mut fine, &mut |_, place, _| assert!(!matches!(place, Place::Whole(_)), "{place:?}"));
    }

    #[test]
    fn places_say_what_stands_there() {
        let mut entry = json!({
            "request": {"url": "https://a.example/", "cookies": [{"name": "a", "value": "1"}], "headers": [{"name": "Cookie", "value": "a=1"},
                {"name": "Authorization", "value": "Bearer x"}, {"name": "X-Api-Key", "value": "k"}, {"name": "Accept", "value": "*/*"}],
                "postData": {"mimeType": "application/x-www-form-urlencoded", "text": "a=b&x=mwxmr%2139", "params": [{"name": "passwd", "value": "pw"}]}},
            "post": [["SAMLResponse", "PHM+"], ["pin", "1234"], ["x17", "mwxmr!39"], ["lang", "en-us1"], ["y17", "702333"]],
            "params": [{"name": "u", "value": "ann"}, {"name": "x17", "value": "702333"}],
            "passwordCredentials": [{"hint": "abc", "keyId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2"}],
            "preferredTokenSigningKeyThumbprint": "AABBCCDDEEFF00112233445566778899AABBCCDD",
            "oidcClientSecret": "s3cret",
            "secrets": [{"key": "Password", "value": "qq dd"}, {"definition": {"name": "password"}, "value": "ee"}, {"key": "BaseAddress", "value": "x"}],
            "certificatePassword": "mczkzd mtwfct dfxczm",
            "passwordHint": "Enter your password here"
        });
        let mut seen = Vec::new();
        each(&mut entry, &mut |text, place, _| {
            if place != Place::Text(Around::Data) {
                seen.push((text.clone(), place));
            }
        });
        let expected = [
            ("1", Place::Whole(Kind::Cookie)),
            ("a=1", Place::Cookies),
            ("Bearer x", Place::Credentials),
            ("k", Place::Whole(Kind::Token)),
            ("a=b&x=mwxmr%2139", Place::Form),
            ("pw", Place::Whole(Kind::Password)),
            ("PHM+", Place::Message),
            ("1234", Place::Whole(Kind::Password)),
            ("mwxmr!39", Place::Whole(Kind::Token)),
            ("702333", Place::Typed),
            ("abc", Place::Whole(Kind::Password)),
            ("s3cret", Place::Whole(Kind::Token)),
            ("qq dd", Place::Whole(Kind::Password)),
            ("ee", Place::Whole(Kind::Password)),
            ("mczkzd mtwfct dfxczm", Place::Whole(Kind::Password)),
        ];
        assert_eq!(seen, expected.map(|(text, place)| (text.to_owned(), place)));
    }

    #[test]
    fn cookies_are_found_in_their_headers() {
        let values = |found: Vec<std::ops::Range<usize>>, text: &str| {
            found.into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>()
        };
        let cookie = "a=1; b = x=y ;c=";
        assert_eq!(values(cookie_values(cookie), cookie), ["1", "x=y"]);
        let told = "LOGIN-ERROR=This%20account%20is%20not%20known; a=1";
        assert_eq!(values(cookie_values(told), told), ["1"]);
        let set = "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/, b=2; Secure\nc=3; HttpOnly";
        assert_eq!(values(set_cookie_values(set), set), ["1", "2", "3"]);
    }

    #[test]
    fn the_name_of_a_step_is_no_code() {
        for (key, value, step) in [
            ("authenticator", "auth-otp-form", true),
            ("authenticator", "482913", false),
            ("verify", "marble-Lantern34", false),
            ("password", "auth-otp-form", false),
        ] {
            assert_eq!(names_a_step(key, value), step, "{key}: {value}");
        }
    }
}
