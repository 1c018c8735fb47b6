//! What HAR 1.2 asks of a file: which members each object must have, and of which type every known one is.
//!
//! Written from the text of the specification (<http://www.softwareishard.com/blog/har-12-spec/>). Members that begin
//! with an underscore are anybody's own; others that it does not name are complained of.

use jiff::Timestamp;
use serde_json::Value;

/// What a member holds.
#[derive(Clone, Copy)]
enum Type {
    Text,
    /// A number; sizes and times that nobody knows are -1.
    Number,
    Whether,
    /// ISO 8601 with date, time and zone.
    Moment,
    /// A moment, or nothing: some cookies end with the session.
    MomentOrNothing,
    Object(&'static [Member]),
    Objects(&'static [Member]),
}

/// A member: its name, whether it must be there, what it holds.
type Member = (&'static str, bool, Type);

const COMMENT: Member = ("comment", false, Type::Text);
const PROGRAM: &[Member] = &[("name", true, Type::Text), ("version", true, Type::Text), COMMENT];
const PAIR: &[Member] = &[("name", true, Type::Text), ("value", true, Type::Text), COMMENT];
const COOKIE: &[Member] = &[
    ("name", true, Type::Text),
    ("value", true, Type::Text),
    ("path", false, Type::Text),
    ("domain", false, Type::Text),
    ("expires", false, Type::MomentOrNothing),
    ("httpOnly", false, Type::Whether),
    ("secure", false, Type::Whether),
    COMMENT,
];
const PARAMETER: &[Member] = &[
    ("name", true, Type::Text),
    ("value", false, Type::Text),
    ("fileName", false, Type::Text),
    ("contentType", false, Type::Text),
    COMMENT,
];
/// `params` and `text` exclude each other, so that neither can be asked for.
const POSTED: &[Member] = &[
    ("mimeType", true, Type::Text),
    ("params", false, Type::Objects(PARAMETER)),
    ("text", false, Type::Text),
    COMMENT,
];
const REQUEST: &[Member] = &[
    ("method", true, Type::Text),
    ("url", true, Type::Text),
    ("httpVersion", true, Type::Text),
    ("cookies", true, Type::Objects(COOKIE)),
    ("headers", true, Type::Objects(PAIR)),
    ("queryString", true, Type::Objects(PAIR)),
    ("postData", false, Type::Object(POSTED)),
    ("headersSize", true, Type::Number),
    ("bodySize", true, Type::Number),
    COMMENT,
];
const CONTENT: &[Member] = &[
    ("size", true, Type::Number),
    ("compression", false, Type::Number),
    ("mimeType", true, Type::Text),
    ("text", false, Type::Text),
    ("encoding", false, Type::Text),
    COMMENT,
];
const RESPONSE: &[Member] = &[
    ("status", true, Type::Number),
    ("statusText", true, Type::Text),
    ("httpVersion", true, Type::Text),
    ("cookies", true, Type::Objects(COOKIE)),
    ("headers", true, Type::Objects(PAIR)),
    ("content", true, Type::Object(CONTENT)),
    ("redirectURL", true, Type::Text),
    ("headersSize", true, Type::Number),
    ("bodySize", true, Type::Number),
    COMMENT,
];
const CACHED: &[Member] = &[
    ("expires", false, Type::Moment),
    ("lastAccess", true, Type::Moment),
    ("eTag", true, Type::Text),
    ("hitCount", true, Type::Number),
    COMMENT,
];
const CACHE: &[Member] = &[
    ("beforeRequest", false, Type::Object(CACHED)),
    ("afterRequest", false, Type::Object(CACHED)),
    COMMENT,
];
const TIMINGS: &[Member] = &[
    ("blocked", false, Type::Number),
    ("dns", false, Type::Number),
    ("connect", false, Type::Number),
    ("send", true, Type::Number),
    ("wait", true, Type::Number),
    ("receive", true, Type::Number),
    ("ssl", false, Type::Number),
    COMMENT,
];
const ENTRY: &[Member] = &[
    ("pageref", false, Type::Text),
    ("startedDateTime", true, Type::Moment),
    ("time", true, Type::Number),
    ("request", true, Type::Object(REQUEST)),
    ("response", true, Type::Object(RESPONSE)),
    ("cache", true, Type::Object(CACHE)),
    ("timings", true, Type::Object(TIMINGS)),
    ("serverIPAddress", false, Type::Text),
    ("connection", false, Type::Text),
    COMMENT,
];
const PAGE_TIMINGS: &[Member] =
    &[("onContentLoad", false, Type::Number), ("onLoad", false, Type::Number), COMMENT];
const PAGE: &[Member] = &[
    ("startedDateTime", true, Type::Moment),
    ("id", true, Type::Text),
    ("title", true, Type::Text),
    ("pageTimings", true, Type::Object(PAGE_TIMINGS)),
    COMMENT,
];
const LOG: &[Member] = &[
    ("version", true, Type::Text),
    ("creator", true, Type::Object(PROGRAM)),
    ("browser", false, Type::Object(PROGRAM)),
    ("pages", false, Type::Objects(PAGE)),
    ("entries", true, Type::Objects(ENTRY)),
    COMMENT,
];
const FILE: &[Member] = &[("log", true, Type::Object(LOG))];

/// What is wrong with a HAR, each complaint with its place.
pub fn complaints(har: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    object(har, FILE, "", &mut complaints);
    for (number, entry) in har["log"]["entries"].as_array().into_iter().flatten().enumerate() {
        let page = &entry["pageref"];
        let known = |pages: &Vec<Value>| pages.iter().any(|one| one["id"] == *page);
        if page.is_string() && !har["log"]["pages"].as_array().is_some_and(known) {
            complaints.push(format!("log.entries[{number}].pageref: there is no such page"));
        }
    }
    complaints
}

fn object(value: &Value, members: &[Member], place: &str, complaints: &mut Vec<String>) {
    let Some(fields) = value.as_object() else {
        complaints.push(format!("{place}: expected an object"));
        return;
    };
    let below =
        |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    for (name, required, of) in members {
        match fields.get(*name) {
            Some(value) => holds(value, *of, &below(name), complaints),
            None if *required => complaints.push(format!("{}: is missing", below(name))),
            None => {}
        }
    }
    for name in fields.keys().filter(|name| !name.starts_with('_')) {
        if !members.iter().any(|(known, ..)| known == name) {
            complaints.push(format!("{}: is no member of HAR 1.2", below(name)));
        }
    }
}

fn holds(value: &Value, of: Type, place: &str, complaints: &mut Vec<String>) {
    let moment = || value.as_str().is_some_and(|text| text.parse::<Timestamp>().is_ok());
    let expected = match of {
        Type::Text if !value.is_string() => "a text",
        Type::Number if !value.is_number() => "a number",
        Type::Whether if !value.is_boolean() => "true or false",
        Type::Moment if !moment() => "a moment",
        Type::MomentOrNothing if !(moment() || value.is_null() || *value == "") => "a moment",
        Type::Objects(_) if !value.is_array() => "a list",
        Type::Object(members) => return object(value, members, place, complaints),
        Type::Objects(members) => {
            for (number, one) in value.as_array().into_iter().flatten().enumerate() {
                object(one, members, &format!("{place}[{number}]"), complaints);
            }
            return;
        }
        _ => return,
    };
    complaints.push(format!("{place}: expected {expected}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_missing_or_of_another_type_is_told_with_its_place() {
        let mut har = json!({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [{
            "startedDateTime": "2026-11-24T10:00:00.000+01:00", "time": 1.5, "cache": {}, "_own": 1,
            "timings": {"send": 0, "wait": 1, "receive": 0, "ssl": -1},
            "request": {"method": "GET", "url": "https://a.example/", "httpVersion": "h2", "cookies": [], "headers": [],
                "queryString": [], "headersSize": -1, "bodySize": 0},
            "response": {"status": 200, "statusText": "", "httpVersion": "h2", "headers": [], "redirectURL": "",
                "cookies": [{"name": "a", "value": "b", "expires": null}],
                "content": {"size": 0, "mimeType": ""}, "headersSize": -1, "bodySize": 0}
        }]}});
        assert_eq!(complaints(&har), Vec::<String>::new());
        har["log"]["entries"][0]["response"]["status"] = json!("200");
        har["log"]["entries"][0]["startedDateTime"] = json!("yesterday");
        har["log"]["entries"][0]["pageref"] = json!("page_1");
        har["log"]["entries"][0]["more"] = json!(1);
        har["log"]["entries"][0]["request"]["headers"] = json!([{"name": "a"}]);
        har["log"].as_object_mut().expect("a log").remove("creator");
        assert_eq!(
            complaints(&har),
            [
                "log.creator: is missing",
                "log.entries[0].startedDateTime: expected a moment",
                "log.entries[0].request.headers[0].value: is missing",
                "log.entries[0].response.status: expected a number",
                "log.entries[0].more: is no member of HAR 1.2",
                "log.entries[0].pageref: there is no such page",
            ]
        );
        assert_eq!(complaints(&json!([])), [": expected an object"]);
    }
}
