//! What a browser's developer tools need of a HAR before they show it: the first thing amiss, and the whole file stays shut.
//!
//! Chromium casts what it finds, and stops where an object is none, a number becomes NaN, or a date is none (as its
//! source has it, `front_end/models/har/HARFormat.ts` of ChromeDevTools/devtools-frontend, read on 2026-12-01). It
//! asks for less than HAR 1.2, and of members of its own for more.

use jiff::{Timestamp, civil};
use serde_json::Value;

/// Why the developer tools would not open it.
pub fn refusals(har: &Value) -> Vec<String> {
    let mut reader = Reader::default();
    let log = &har["log"];
    if reader.is_object(har, "the file") && reader.is_object(log, "log") {
        reader.log(log);
    }
    reader.refusals
}

#[derive(Default)]
struct Reader {
    refusals: Vec<String>,
}

impl Reader {
    fn log(&mut self, log: &Value) {
        self.is_object(&log["creator"], "log.creator");
        if is_there(&log["browser"]) {
            self.is_object(&log["browser"], "log.browser");
        }
        for (page, at) in listed(&log["pages"], "log.pages") {
            if self.is_object(page, &at) {
                self.date(page, "startedDateTime", &at);
                let (timings, at) = (&page["pageTimings"], format!("{at}.pageTimings"));
                if self.is_object(timings, &at) {
                    self.numbers_if_there(timings, &["onContentLoad", "onLoad"], &at);
                }
            }
        }
        if !log["entries"].is_array() {
            self.refusals.push("log.entries: is no list".to_owned());
        }
        for (entry, at) in listed(&log["entries"], "log.entries") {
            if self.is_object(entry, &at) {
                self.entry(entry, &at);
            }
        }
    }

    fn entry(&mut self, entry: &Value, at: &str) {
        self.date(entry, "startedDateTime", at);
        self.numbers(entry, &["time"], at);
        let (request, place) = (&entry["request"], format!("{at}.request"));
        if self.is_object(request, &place) {
            self.numbers(request, &["headersSize", "bodySize"], &place);
            self.lists(request, &["cookies", "headers", "queryString"], &place);
            let (posted, place) = (&request["postData"], format!("{place}.postData"));
            if is_there(posted) && self.is_object(posted, &place) {
                self.lists(posted, &["params"], &place);
            }
        }
        let (response, place) = (&entry["response"], format!("{at}.response"));
        if self.is_object(response, &place) {
            self.numbers(response, &["status", "headersSize", "bodySize"], &place);
            self.numbers_if_there(
                response,
                &["_transferSize", "_serviceWorkerRouterRuleIdMatched"],
                &place,
            );
            self.lists(response, &["cookies", "headers"], &place);
            let (content, place) = (&response["content"], format!("{place}.content"));
            if self.is_object(content, &place) {
                self.numbers(content, &["size"], &place);
                self.numbers_if_there(content, &["compression"], &place);
            }
        }
        let (timings, place) = (&entry["timings"], format!("{at}.timings"));
        if self.is_object(timings, &place) {
            self.numbers(timings, &["send", "wait", "receive"], &place);
            let others =
                ["blocked", "dns", "connect", "ssl", "_blocked_queueing", "_blocked_proxy"];
            self.numbers_if_there(timings, &others, &place);
        }
        self.initiator(entry.get("_initiator"), &format!("{at}._initiator"));
        for (message, at) in listed(&entry["_webSocketMessages"], "_webSocketMessages") {
            // What is no object is passed over, but for what JavaScript takes for one.
            if message.is_null() {
                self.refusals.push(format!("{at}: is null"));
            }
            self.numbers_if_there(message, &["time", "opcode"], &at);
        }
    }

    fn initiator(&mut self, initiator: Option<&Value>, at: &str) {
        let Some(initiator) = initiator.filter(|one| one.is_object() || one.is_null()) else {
            return;
        };
        if self.is_object(initiator, at) {
            self.numbers_if_there(initiator, &["lineNumber"], at);
            let mut stack = &initiator["stack"];
            while is_there(stack) && self.is_object(stack, &format!("{at}.stack")) {
                for (frame, at) in listed(&stack["callFrames"], "callFrames") {
                    self.numbers_if_there(frame, &["lineNumber", "columnNumber"], &at);
                }
                stack = &stack["parent"];
            }
        }
    }

    /// Lists of objects; of cookies, what they end at.
    fn lists(&mut self, of: &Value, names: &[&str], at: &str) {
        for name in names {
            for (one, at) in listed(&of[*name], &format!("{at}.{name}")) {
                if self.is_object(one, &at) && *name == "cookies" && is_there(&one["expires"]) {
                    self.date(one, "expires", &at);
                }
            }
        }
    }

    fn is_object(&mut self, value: &Value, at: &str) -> bool {
        let is = value.is_object() || value.is_array();
        if !is {
            self.refusals.push(format!("{at}: is no object"));
        }
        is
    }

    fn numbers(&mut self, of: &Value, names: &[&str], at: &str) {
        for name in names {
            if !of.get(*name).is_some_and(casts) {
                self.refusals.push(format!("{at}.{name}: is no number"));
            }
        }
    }

    fn numbers_if_there(&mut self, of: &Value, names: &[&str], at: &str) {
        for name in names {
            if of.get(*name).is_some_and(|value| !casts(value)) {
                self.refusals.push(format!("{at}.{name}: is no number"));
            }
        }
    }

    fn date(&mut self, of: &Value, name: &str, at: &str) {
        let is = match of.get(name) {
            Some(Value::String(text)) => {
                text.parse::<Timestamp>().is_ok()
                    || text.parse::<civil::DateTime>().is_ok()
                    || text.parse::<civil::Date>().is_ok()
                    || jiff::fmt::rfc2822::parse(text).is_ok()
            }
            Some(value) => value.is_number() || value.is_null() || value.is_boolean(),
            None => false,
        };
        if !is {
            self.refusals.push(format!("{at}.{name}: is no date"));
        }
    }
}

/// What JavaScript takes for true.
fn is_there(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && *value != "" && *value != 0
}

/// `Number(value)` is a number.
fn casts(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => text.trim().is_empty() || text.trim().parse::<f64>().is_ok(),
        Value::Array(items) => items.is_empty() || items.len() == 1 && casts(&items[0]),
        Value::Object(_) => false,
    }
}

fn listed<'v>(list: &'v Value, at: &str) -> Vec<(&'v Value, String)> {
    let items = list.as_array().into_iter().flatten().enumerate();
    items.map(|(number, item)| (item, format!("{at}[{number}]"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_opened_or_the_place_is_told() {
        let mut har = json!({"log": {"creator": {}, "entries": [{
            "startedDateTime": "2026-11-24T10:00:00Z", "time": null, "timings": {"send": 0, "wait": "1", "receive": 0},
            "request": {"headersSize": -1, "bodySize": 0},
            "response": {"status": 200, "content": {"size": 0}, "headersSize": -1, "bodySize": 0}
        }]}});
        assert_eq!(refusals(&har), Vec::<String>::new());
        let entry = &mut har["log"]["entries"][0];
        entry["_initiator"] = json!(null);
        entry["time"] = json!("long");
        entry["response"]["content"] = json!("text");
        entry["response"]["cookies"] = json!([{"expires": "Session"}, null]);
        entry["request"].as_object_mut().expect("a request").remove("bodySize");
        assert_eq!(
            refusals(&har),
            [
                "log.entries[0].time: is no number",
                "log.entries[0].request.bodySize: is no number",
                "log.entries[0].response.cookies[0].expires: is no date",
                "log.entries[0].response.cookies[1]: is no object",
                "log.entries[0].response.content: is no object",
                "log.entries[0]._initiator: is no object",
            ]
        );
        assert_eq!(
            refusals(&json!({"log": {}})),
            ["log.creator: is no object", "log.entries: is no list"]
        );
    }
}
