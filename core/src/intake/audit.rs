//! Events as the log of an identity provider or of a service exports them in JSON: when each was, whether it failed, and the words it
//! gives for that. Of people and places in it nothing is kept.
//!
//! The System Log of Okta (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/>), the SAML activities
//! of Google Workspace (<https://developers.google.com/admin-sdk/reports/v1/appendix/activity/saml>) and others like them.

use super::outline::Outline;
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt::Write;

/// Members under which services list their events.
const LISTS: &[&str] =
    &["items", "value", "events", "logs", "records", "Records", "entries", "data"];
/// Members, in lower case, that tell when an event was.
const TIMES: &[&str] =
    &["published", "time", "timestamp", "@timestamp", "date", "eventtime", "created", "createdat"];
/// Members, in lower case and without marks, whose text tells what happened.
const WORDS: &[&str] = &[
    "displaymessage",
    "message",
    "msg",
    "reason",
    "description",
    "error",
    "errormessage",
    "errordescription",
    "failurereason",
    "failuretype",
    "eventtype",
    "legacyeventtype",
    "eventname",
    "event",
    "action",
    "details",
    "result",
];
/// Words by which the outcome of an event says that it failed.
const FAILED: &[&str] = &["fail", "denied", "deny", "error", "reject"];
/// Longest text of one event that is kept.
const LONGEST: usize = 1_000;
/// How deep the members of an event are looked at.
const DEEP: usize = 8;

/// The document lists events: objects with a time, and with what happened.
pub(super) fn is_listed(outline: &Outline) -> bool {
    let list = match outline {
        Outline::List(list) => list,
        Outline::Object(fields) => {
            let lists = fields.iter().filter(|(name, _)| LISTS.contains(&name.as_str()));
            match lists.map(|(_, member)| member).next() {
                Some(Outline::List(list)) => list,
                _ => return false,
            }
        }
        _ => return false,
    };
    list.first().is_some_and(is_event)
}

fn is_event(outline: &Outline) -> bool {
    let Outline::Object(fields) = outline else { return false };
    let names = |wanted: &[&str], fields: &[(String, Outline)]| {
        fields.iter().any(|(name, _)| wanted.contains(&name.to_lowercase().as_str()))
    };
    let timed = names(TIMES, fields)
        || fields.iter().any(|(name, member)| {
            name == "id" && matches!(member, Outline::Object(id) if names(TIMES, id))
        });
    timed
        && names(
            &["eventtype", "events", "outcome", "displaymessage", "eventname", "severity", "level"],
            fields,
        )
}

/// The events that failed as lines of a log, each where it stands in the file.
pub(super) fn as_log(document: &str) -> Option<String> {
    let mut log = String::new();
    let (mut line, mut stands, mut counted) = (1, 1, 0);
    let start = document.as_ptr() as usize;
    for raw in listed(document)? {
        let Ok(event) = serde_json::from_str::<Value>(raw.get()) else { continue };
        // A borrowed part of the document: where it begins tells its line.
        let at = (raw.get().as_ptr() as usize).saturating_sub(start);
        stands += document.get(counted..at).map_or(0, |passed| passed.matches('\n').count());
        counted = at;
        let mut words = Vec::new();
        gather(&event, "", DEEP, &mut words);
        let words = words.join(" ");
        let lower = words.to_lowercase();
        let Some(time) = time(&event).filter(|_| FAILED.iter().any(|word| lower.contains(word)))
        else {
            continue;
        };
        while line < stands {
            log.push('\n');
            line += 1;
        }
        let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let words: String = words.chars().take(LONGEST).collect();
        let _ = writeln!(log, "{time} ERROR {words}");
        line += 1;
    }
    Some(log)
}

fn time(event: &Value) -> Option<&str> {
    named_time(event).or_else(|| named_time(event.get("id")?))
}

fn named_time(object: &Value) -> Option<&str> {
    let is_time = |name: &str| TIMES.contains(&name.to_lowercase().as_str());
    object.as_object()?.iter().find(|(name, _)| is_time(name))?.1.as_str()
}

/// Texts that tell what happened, in their order; `{"name": "failure_type", "value": "…"}` names its value.
fn gather(value: &Value, name: &str, deep: usize, words: &mut Vec<String>) {
    if deep == 0 {
        return;
    }
    match value {
        Value::Object(fields) => {
            let named =
                fields.get("name").and_then(Value::as_str).filter(|_| fields.contains_key("value"));
            for (own, member) in fields {
                let name = if own == "value" { named.unwrap_or(own) } else { own };
                gather(member, name, deep - 1, words);
            }
            // Events that are named: `login_failure`.
            if named.is_none() && fields.contains_key("parameters") {
                words.extend(fields.get("name").and_then(Value::as_str).map(str::to_owned));
            }
        }
        Value::Array(list) => list.iter().for_each(|member| gather(member, name, deep - 1, words)),
        Value::String(text) => {
            let plain: String = name
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|letter| letter.to_ascii_lowercase())
                .collect();
            if WORDS.contains(&plain.as_str()) {
                words.push(text.clone());
            }
        }
        _ => {}
    }
}

fn listed(document: &str) -> Option<Vec<&RawValue>> {
    if document.starts_with('[') {
        return serde_json::from_str(document).ok();
    }
    let fields: std::collections::BTreeMap<String, &RawValue> =
        serde_json::from_str(document).ok()?;
    let list = LISTS.iter().find_map(|name| fields.get(*name))?;
    serde_json::from_str(list.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::as_log;

    #[test]
    fn events_that_failed_are_lines_where_they_stand() {
        let log = as_log(
            "[{\"published\":\"2026-11-24T08:05:11Z\",\"displayMessage\":\"User sign-in\",\"outcome\":{\"result\":\"SUCCESS\"}},\n{\"published\":\"2026-11-24T08:06:11Z\",\
             \"displayMessage\":\"User sign-in\",\"outcome\":{\"result\":\"FAILURE\",\"reason\":\"User not found\"},\"actor\":{\"alternateId\":\"ann@acme.example\"}}]",
        );
        assert_eq!(
            log.as_deref(),
            Some("\n2026-11-24T08:06:11Z ERROR User sign-in FAILURE User not found\n")
        );
        let named = as_log(
            "{\"items\":[{\"id\":{\"time\":\"2026-11-24T08:05:11Z\"},\"events\":[{\"name\":\"login_failure\",\"parameters\":[{\"name\":\"failure_type\",\"value\":\"failure_unknown\"}]}]}]}",
        );
        assert_eq!(
            named.as_deref(),
            Some("2026-11-24T08:05:11Z ERROR failure_unknown login_failure\n")
        );
    }
}
