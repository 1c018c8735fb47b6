//! Where in what was posted people typed something to sign in: a value is secret there, whatever its field is called.

use super::issued;
use super::parts;
use super::prose;
use crate::beginning;
use crate::secrets::login::is_code;
pub(super) use crate::secrets::login::signs_in;
use crate::secrets::places;
use serde_json::Value;
use std::ops::Range;

/// Lengths of what people type.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=64;
/// Characters from which what mixes letters with digits or signs is looked for elsewhere, too.
const SHORTEST_TOLD: usize = 6;
/// Longest text that is read as such a form, and most values in it.
const LONGEST: usize = 1 << 20;
const MOST: usize = 200;
/// Most fields of a form that asks for no more than who somebody is, and a code.
const FEW: usize = 6;

/// Whether what stands in a field of such a form was typed, as far as its name does not tell.
pub(super) fn is_typed(name: &str, value: &str) -> bool {
    let value = value.trim();
    LENGTHS.contains(&value.chars().count())
        && (!value.contains(['{', '<', '\n', '(', '&']) || prose::is_passphrase(value))
        && (is_code(value) || value.chars().any(char::is_alphabetic) && !issued::is_known(value))
        && !is_named(value)
        && (issued::tells_nothing(name) || is_code(value) && places::named(name).is_secret())
}

/// It is looked for elsewhere, too: a word may stand anywhere for itself.
pub(super) fn is_telling(value: &str) -> bool {
    let value = value.trim();
    let mixed = value
        .chars()
        .any(|character| character.is_ascii_digit() || character.is_ascii_punctuation());
    is_code(value)
        || value.chars().count() >= SHORTEST_TOLD
            && mixed
            && !value.contains(char::is_whitespace)
            && !value.contains(['/', ':', '_', '-', '.'])
}

/// Names for what stands in a list, where it has none: who signs in, and what stands behind that.
const PERSON: &str = "user";
const BESIDE: &str = "behind the user";

fn is_mail(value: &str) -> bool {
    value.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
        && !value.contains(char::is_whitespace)
}

/// Names of people, of domains and of what belongs to them.
fn is_named(value: &str) -> bool {
    is_mail(value) || value.contains('\\') && !value.contains(char::is_whitespace)
}

/// Where such values stand in what was posted, as they are written there.
pub(super) fn typed(text: &str) -> Vec<Range<usize>> {
    let start = text.trim_start();
    if text.len() > LONGEST {
        Vec::new()
    } else if start.starts_with(['{', '[']) {
        in_json(text)
    } else if start.starts_with('-') {
        in_parts(text)
    } else {
        in_form(text)
    }
}

fn in_form(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut fields = Vec::new();
    for pair in text.split('&') {
        let start = at;
        at += pair.len() + 1;
        let Some((name, value)) = pair.split_once('=') else { continue };
        let place = start + name.len() + 1..start + pair.len();
        fields.push((
            super::lexicon::canonical(name),
            super::lexicon::canonical(&value.replace('+', " ")),
            place,
        ));
    }
    of(fields)
}

fn in_parts(text: &str) -> Vec<Range<usize>> {
    let parts = parts::of(text).into_iter();
    of(parts
        .map(|(name, place)| (name, text.get(place.clone()).unwrap_or_default().to_owned(), place))
        .collect())
}

fn of(fields: Vec<(String, String, Range<usize>)>) -> Vec<Range<usize>> {
    if fields.len() > MOST {
        return Vec::new();
    }
    // Who gives a mail address and a few digits beside it signs in as well, whatever the fields are called.
    let signs_in = signs_in(fields.iter().map(|(name, value, _)| (name.as_str(), value.as_str())));
    let mails = fields.len() <= FEW && fields.iter().any(|(_, value, _)| is_mail(value));
    if !signs_in && !mails {
        return Vec::new();
    }
    fields
        .into_iter()
        .filter(|(name, value, _)| is_typed(name, value) && (signs_in || is_code(value)))
        .map(|(.., place)| place)
        .collect()
}

fn in_json(text: &str) -> Vec<Range<usize>> {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let mut fields = Vec::new();
    let mut open = vec![("", &value)];
    while let Some((name, value)) = open.pop() {
        match value {
            Value::Array(list) => match list.as_slice() {
                // `["ann@contoso.example", "…"]`: who signs in, and with what.
                [Value::String(who), Value::String(with), rest @ ..] if is_mail(who) => {
                    fields.push((PERSON, who.clone(), true));
                    fields.push((BESIDE, with.clone(), true));
                    open.extend(rest.iter().map(|element| (name, element)));
                }
                list => open.extend(list.iter().map(|element| (name, element))),
            },
            Value::Object(object) => {
                open.extend(object.iter().map(|(name, value)| (name.as_str(), value)));
            }
            Value::String(value) => fields.push((name, value.clone(), true)),
            Value::Number(number) => fields.push((name, number.to_string(), false)),
            Value::Bool(_) | Value::Null => {}
        }
        if fields.len() > MOST {
            return Vec::new();
        }
    }
    if !signs_in(fields.iter().map(|(name, value, _)| (*name, value.as_str()))) {
        return Vec::new();
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    for (_, value, quoted) in fields.into_iter().filter(|(name, value, _)| is_typed(name, value)) {
        let written = if quoted { Value::String(value).to_string() } else { value };
        for at in memchr::memmem::find_iter(text.as_bytes(), &written) {
            let before = text.get(..at).unwrap_or_default().trim_end();
            let behind = text.get(at + written.len()..).unwrap_or_default();
            if before.ends_with([':', '[', ','])
                && beginning::of(behind, 64).trim_start().starts_with([',', '}', ']'])
            {
                let quote = usize::from(quoted);
                found.push(at + quote..at + written.len() - quote);
            }
        }
    }
    found.sort_by_key(|place| place.start);
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        typed(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn what_is_typed_is_told_by_the_form_around_it() {
        for (text, value) in [
            ("username=ann&x17=702333", "702333"),
            ("email=ann%40a.example&d1=48213977&lang=en", "48213977"),
            ("u=ann&p=kzqw%3D12%24X", "kzqw%3D12%24X"),
            ("u=ann&p=kzqwvx+wvxqzk", "kzqwvx+wvxqzk"),
            ("field_1=ann%40a.example&field_2=702333&save=Next", "702333"),
            ("{\"username\": \"ann\", \"x17\": \"702333\"}", "702333"),
            ("{\"username\": \"ann\", \"x17\": 702333}", "702333"),
            ("{\"username\": \"ann\", \"smsOtp\": 702333}", "702333"),
            (
                "{\"method\":\"user.login\",\"params\":[\"ann@contoso.example\",\"kzqw=12\"]}",
                "kzqw=12",
            ),
            ("{\"variables\":{\"u\":\"ann\",\"p\":\"kz\\\"qw=12\"}}", "kz\\\"qw=12"),
            (
                "--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nann\r\n--b\r\nContent-Disposition: form-data; name=\"x17\"\r\n\r\n702333\r\n--b--\r\n",
                "702333",
            ),
        ] {
            assert_eq!(found(text), [value], "{text}");
        }
    }

    #[test]
    fn choices_places_and_messages_stay() {
        for text in [
            "x17=702333&page=2",
            "username=ann&SAMLResponse=PHNhbWxw&x17=702333",
            "username=ann&kmsi=1&method=FormsAuthentication&submit=Sign+in&ts=1732442280&x17=session2",
            "username=ann&where=%2Fhub%2F1234567&who=bob%40a.example&dom=a%5Cbob&host=sense01:4244",
            "username=ann&x17=8d1f3c52-6b0e-4f7a-9c3d-2e5a71b4c690&y=12345&z=123456789",
            "{\"username\":\"ann\",\"query\":\"mutation { a(b: 1) }\",\"id\":702333}",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn words_are_no_evidence_elsewhere() {
        for value in ["702333", "kzqw=12", "Kzqw12!"] {
            assert!(is_telling(value), "{value}");
        }
        for value in ["kzqwvx", "kzqwvx wvxqzk", "flow_2", "a/b12345"] {
            assert!(!is_telling(value), "{value}");
        }
    }
}
