//! What a capture holds beside what diagnosis reads: remarks, names of tools, members of exporters' own. Known members
//! stay, everything else goes, so that nobody has to know what it might be.

use super::binary;
use super::kind::Kind;
use super::receipt::Tally;
use crate::redact::is_jumbled;
use serde_json::{Map, Value, json};
use std::net::IpAddr;

const LOG: &[&str] = &["version", "creator", "browser", "pages", "_diag"];
const TOOL: &[&str] = &["name", "version"];
const PAGE: &[&str] = &["startedDateTime", "id", "title", "pageTimings"];
const ENTRY: &[&str] = &[
    "pageref",
    "startedDateTime",
    "request",
    "response",
    "cache",
    "timings",
    "serverIPAddress",
    "connection",
    "_resourceType",
    "_priority",
    "_fromCache",
    "_error",
    "_webSocketMessages",
];
const REQUEST: &[&str] = &[
    "method",
    "url",
    "httpVersion",
    "cookies",
    "headers",
    "queryString",
    "postData",
    "_failureText",
];
const POST_DATA: &[&str] = &["mimeType", "params", "text", "encoding"];
const PARAM: &[&str] = &["name", "value", "fileName", "contentType"];
const RESPONSE: &[&str] = &[
    "statusText",
    "httpVersion",
    "cookies",
    "headers",
    "content",
    "redirectURL",
    "_error",
    "_failureText",
];
const CONTENT: &[&str] = &["mimeType", "text", "encoding"];
const PAIR: &[&str] = &["name", "value"];
const COOKIE: &[&str] = &["name", "value", "path", "domain", "expires", "sameSite"];
const MESSAGE: &[&str] = &["type", "data"];
/// What stands in place of a word that is none.
const BLOT: &str = "…";
/// Longest word of a format: a method, a kind of resource, a version of HTTP.
const LONGEST_WORD: usize = 24;

/// A member of `log` other than its entries; whether it stays.
pub(super) fn member(name: &str, value: &mut Value, tally: &mut Tally) -> bool {
    if !LOG.contains(&name) {
        tally.add(&format!("log.{name}"), Kind::Remark, 1);
        return false;
    }
    match name {
        "creator" | "browser" => {
            only(value, TOOL, tally, name);
            for part in TOOL {
                words(value, part, tally, name);
            }
        }
        "pages" => each(value, |page| {
            only(page, PAGE, tally, "pages");
            if let Some(timings) = page.get_mut("pageTimings") {
                only(timings, &[], tally, "pages.pageTimings");
            }
        }),
        _ => {}
    }
    true
}

/// An entry.
pub(super) fn entry(value: &mut Value, tally: &mut Tally) {
    only(value, ENTRY, tally, "entry");
    keep(value, "serverIPAddress", tally, |text| {
        text.is_empty() || text.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
    });
    keep(value, "connection", tally, |text| {
        text.len() <= LONGEST_WORD && text.bytes().all(|byte| byte.is_ascii_digit())
    });
    for name in ["_resourceType", "_priority", "_fromCache"] {
        keep(value, name, tally, is_word);
    }
    for name in ["cache", "timings"] {
        if let Some(inner) = value.get_mut(name) {
            only(inner, &[], tally, name);
        }
    }
    words(value, "_error", tally, "entry");
    if let Some(messages) = value.get_mut("_webSocketMessages") {
        each(messages, |message| only(message, MESSAGE, tally, "_webSocketMessages"));
    }
    if let Some(request) = value.get_mut("request") {
        of_request(request, tally);
    }
    if let Some(response) = value.get_mut("response") {
        of_response(response, tally);
    }
}

fn of_request(request: &mut Value, tally: &mut Tally) {
    only(request, REQUEST, tally, "request");
    blank(request, "method", tally, is_word);
    blank(request, "httpVersion", tally, is_version);
    words(request, "_failureText", tally, "request");
    lists(request, tally, "request");
    if let Some(list) = request.get_mut("queryString") {
        each(list, |pair| only(pair, PAIR, tally, "request.queryString"));
    }
    if let Some(post) = request.get_mut("postData") {
        only(post, POST_DATA, tally, "request.postData");
        binary::without(post, tally, "request.postData");
        if let Some(params) = post.get_mut("params") {
            each(params, |param| only(param, PARAM, tally, "request.postData.params"));
        }
    }
}

fn of_response(response: &mut Value, tally: &mut Tally) {
    only(response, RESPONSE, tally, "response");
    blank(response, "httpVersion", tally, is_version);
    for name in ["statusText", "_error", "_failureText"] {
        words(response, name, tally, "response");
    }
    lists(response, tally, "response");
    if let Some(content) = response.get_mut("content") {
        only(content, CONTENT, tally, "response.content");
        keep(content, "encoding", tally, is_word);
        binary::without(content, tally, "response.content");
    }
}

fn lists(value: &mut Value, tally: &mut Tally, place: &str) {
    if let Some(list) = value.get_mut("headers") {
        each(list, |pair| {
            only(pair, PAIR, tally, &format!("{place}.headers"));
            timing(pair, tally, place);
        });
    }
    if let Some(list) = value.get_mut("cookies") {
        each(list, |cookie| only(cookie, COOKIE, tally, &format!("{place}.cookies")));
    }
}

/// `Server-Timing: auth;desc="…";dur=3`: of what took its time the name is told and how long it took, and nothing else.
fn timing(header: &mut Value, tally: &mut Tally, place: &str) {
    let named = text(header, "name").is_some_and(|name| name.eq_ignore_ascii_case("server-timing"));
    let Some(value) = text(header, "value").filter(|_| named) else { return };
    let mut told = Vec::new();
    for metric in value.split(',') {
        let mut parts = metric.split(';').map(str::trim);
        let name = parts.next().filter(|name| is_word(name)).unwrap_or(BLOT);
        let durations = parts
            .filter(|part| part.get(..4).is_some_and(|sign| sign.eq_ignore_ascii_case("dur=")));
        let numbers = durations
            .filter(|part| part.bytes().skip(4).all(|byte| byte.is_ascii_digit() || byte == b'.'));
        told.push(std::iter::once(name).chain(numbers).collect::<Vec<_>>().join(";"));
    }
    let told = told.join(", ");
    let bare = |text: &str| text.replace(' ', "");
    if bare(&told) != bare(value) {
        *value = told;
        tally.add(&format!("{place}.headers server-timing"), Kind::Remark, 1);
    }
}

/// What went over a web socket: that something did is evidence, what it was is not.
pub(super) fn without_messages(entry: &mut Value, tally: &mut Tally) {
    let Some(Value::Array(messages)) = entry.get_mut("_webSocketMessages") else { return };
    let mut emptied = 0;
    for message in messages.iter_mut() {
        let sent = message
            .get("type")
            .and_then(Value::as_str)
            .filter(|kind| matches!(*kind, "send" | "receive" | "error"));
        let number = |name: &str| {
            message.get(name).filter(|value| value.is_number()).cloned().unwrap_or_else(|| json!(0))
        };
        let bare = json!({ "type": sent.unwrap_or("send"), "time": number("time"), "opcode": number("opcode"), "data": "" });
        if *message != bare {
            emptied += 1;
            *message = bare;
        }
    }
    tally.add("_webSocketMessages", Kind::Body, emptied);
}

fn each(list: &mut Value, mut see: impl FnMut(&mut Value)) {
    for element in list.as_array_mut().into_iter().flatten() {
        see(element);
    }
}

/// Of an object what is named stays, and what is neither text nor holds any.
fn only(value: &mut Value, names: &[&str], tally: &mut Tally, place: &str) {
    let Some(object) = value.as_object_mut() else { return };
    let gone: Vec<String> = object
        .iter()
        .filter(|(name, value)| {
            !names.contains(&name.as_str()) && (!is_plain(value) || !is_name(name))
        })
        .map(|(name, _)| name.clone())
        .collect();
    for name in gone {
        object.remove(&name);
        // Names of members that are none of HAR may be anything.
        let shown = if is_name(&name) { name.as_str() } else { "another member" };
        tally.add(&format!("{place}.{shown}"), Kind::Remark, 1);
    }
}

fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::String(_) | Value::Array(_) | Value::Object(_))
}

fn is_name(name: &str) -> bool {
    name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

fn text<'v>(value: &'v mut Value, name: &str) -> Option<&'v mut String> {
    match value.get_mut(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// A member that goes unless it is what such a member is.
fn keep(value: &mut Value, name: &str, tally: &mut Tally, good: impl Fn(&str) -> bool) {
    if text(value, name).is_some_and(|text| !good(text)) {
        value.as_object_mut().and_then(|object: &mut Map<String, Value>| object.remove(name));
        tally.add(name, Kind::Remark, 1);
    }
}

/// A member that must be there, emptied unless it is what such a member is.
fn blank(value: &mut Value, name: &str, tally: &mut Tally, good: impl Fn(&str) -> bool) {
    if let Some(text) = text(value, name).filter(|text| !text.is_empty() && !good(text)) {
        text.clear();
        tally.add(name, Kind::Remark, 1);
    }
}

/// A text of which words, numbers and codes stay, and what mixes letters with digits does not.
fn words(value: &mut Value, name: &str, tally: &mut Tally, place: &str) {
    let Some(text) = text(value, name) else { return };
    let kept: Vec<&str> =
        text.split(' ').map(|word| if says_something(word) { word } else { BLOT }).collect();
    let kept = kept.join(" ");
    if kept != *text {
        *text = kept;
        tally.add(&format!("{place}.{name}"), Kind::Remark, 1);
    }
}

/// A word, a number, a code in capitals, or an address, in which secrets are found by their places.
fn says_something(word: &str) -> bool {
    let word = word.trim_matches(['(', ')', ',', ';', ':', '"', '\'', '.']);
    let signs = |extra: &'static str| move |c: char| c.is_ascii_alphabetic() || extra.contains(c);
    let code = word.strip_prefix("net::").unwrap_or(word);
    word.is_empty()
        || word == BLOT
        || word.contains("://")
        || word.chars().all(|c| c.is_alphabetic() || "-'’:/_.".contains(c)) && !is_jumbled(word)
        || word
            .strip_prefix('v')
            .unwrap_or(word)
            .chars()
            .all(|c| c.is_ascii_digit() || ".,:-%".contains(c))
            && word.len() <= LONGEST_WORD
        || code.contains(['_', '/'])
            && code.chars().all(|c| c.is_ascii_digit() || signs("_/.-")(c))
            && !code.chars().any(|c| c.is_ascii_lowercase())
}

fn is_word(text: &str) -> bool {
    text.len() <= LONGEST_WORD
        && !is_jumbled(text)
        && text.bytes().all(|byte| byte.is_ascii_alphabetic() || b"-_".contains(&byte))
        || matches!(text, "base64" | "utf-8" | "utf8" | "iso-8859-1")
}

fn is_version(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let known = ["http", "h2", "h3", "spdy", "quic", "unknown", "data", "blob", "ws", "hq"]
        .iter()
        .any(|known| lower.starts_with(known));
    known
        && text.len() <= 12
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.+-_ ".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_har_does_not_know_goes_and_what_it_knows_stays() {
        let mut known = json!({"startedDateTime": "2026-11-24T10:00:00Z", "time": 1, "pageref": "page_1", "serverIPAddress": "[::1]", "connection": "443",
            "request": {"method": "GET", "url": "https://a.example/", "httpVersion": "HTTP/2", "headers": [{"name": "a", "value": "b"}], "cookies": [], "queryString": [],
                "postData": {"mimeType": "text/plain", "text": "x"}, "headersSize": -1, "bodySize": 0},
            "response": {"status": 0, "statusText": "Not Found", "_error": "net::ERR_HTTP2_PROTOCOL_ERROR", "content": {"size": 1, "mimeType": "text/html", "text": "x", "encoding": "base64"},
                "_failureText": "net::ERR_ABORTED; maybe frame was detached"},
            "cache": {}, "timings": {"send": 0, "wait": 1, "receive": -1}, "_resourceType": "document"});
        let before = known.clone();
        entry(&mut known, &mut Tally::default());
        assert_eq!(known, before);
        let mut odd = json!({"comment": "c", "serverIPAddress": "tok", "connection": "x1", "_foo": {"a": 1}, "_initiator": {"url": "https://a.example/?x"},
            "request": {"method": "a1", "httpVersion": "x", "headers": [{"name": "a", "value": "b", "comment": "c"}], "033db6212f4e": 1},
            "response": {"statusText": "Bad hunter2!", "content": {"text": "x", "comment": "c", "encoding": "033db6212f4e"}}, "timings": {"comment": "c", "wait": 1}});
        let mut tally = Tally::default();
        entry(&mut odd, &mut tally);
        assert_eq!(
            odd,
            json!({"request": {"method": "", "httpVersion": "", "headers": [{"name": "a", "value": "b"}]},
                "response": {"statusText": "Bad …", "content": {"text": "x"}}, "timings": {"wait": 1}})
        );
        assert_eq!(tally.into_changes().iter().map(|change| change.values).sum::<usize>(), 13);
        let again = odd.clone();
        entry(&mut odd, &mut Tally::default());
        assert_eq!(odd, again);
    }

    #[test]
    fn names_of_tools_are_words() {
        let mut creator = json!({"name": "Mozilla Firefox", "version": "126.0.1", "comment": "c"});
        assert!(member("creator", &mut creator, &mut Tally::default()));
        assert_eq!(creator, json!({"name": "Mozilla Firefox", "version": "126.0.1"}));
        let mut creator = json!({"name": "fhgew!36", "version": "a1b2c3"});
        member("creator", &mut creator, &mut Tally::default());
        assert_eq!(creator, json!({"name": "…", "version": "…"}));
        assert!(!member("comment", &mut json!("c"), &mut Tally::default()));
    }

    #[test]
    fn of_what_took_its_time_no_description_stays() {
        let told = |value: &str| {
            let mut header = json!({"name": "Server-Timing", "value": value});
            timing(&mut header, &mut Tally::default(), "response");
            header["value"].as_str().map(str::to_owned).unwrap_or_default()
        };
        assert_eq!(told("auth;desc=\"kzq wvx\";dur=3.5, db; dur=1"), "auth;dur=3.5, db;dur=1");
        assert_eq!(told("dtSInfo;desc=\"0\", kzq!wvx12"), "dtSInfo, …");
        for kept in ["edge; dur=1", "cdn-cache, total;dur=12.5", ""] {
            assert_eq!(told(kept), kept);
        }
        assert_eq!(told(&told("a;desc=\"x,y;dur=z\"")), told("a;desc=\"x,y;dur=z\""));
    }

    #[test]
    fn that_something_went_over_a_socket_stays() {
        let mut value = json!({"_webSocketMessages": [{"type": "receive", "time": 1.5, "opcode": 1, "data": "secret", "more": "x"}]});
        without_messages(&mut value, &mut Tally::default());
        assert_eq!(
            value,
            json!({"_webSocketMessages": [{"type": "receive", "time": 1.5, "opcode": 1, "data": ""}]})
        );
        let mut tally = Tally::default();
        without_messages(&mut value, &mut tally);
        assert!(tally.into_changes().is_empty());
    }
}
