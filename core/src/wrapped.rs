//! JSON in what surrounds it on the way: a prefix that keeps other sites from reading it (`)]}'`, `while(1);`), the call of a
//! function, a variable of a script, lines, events of a stream.

use crate::beginning;
use serde_json::Value;

/// What servers put before JSON so that no script can load it from elsewhere.
const PREFIXES: &[&str] = &[
    ")]}'",
    "while(1);",
    "while (1);",
    "for(;;);",
    "for (;;);",
    "throw 1;",
    "{}&&",
    "&&&START&&&",
    "/**/",
];
/// Longest call or assignment before JSON.
const LONGEST_CALL: usize = 120;
/// What an event of a stream begins with.
const OF_EVENTS: &[&str] = &["data:", "event:", "id:", "retry:", ":"];
/// Most events that are read.
const MOST_EVENTS: usize = 10_000;

/// The documents of JSON in a text, as far as they can be read; what follows the last may be anything.
pub(crate) fn documents(text: &str) -> impl Iterator<Item = Value> {
    json(text)
        .into_iter()
        .flat_map(|json| serde_json::Deserializer::from_str(json).into_iter().map_while(Result::ok))
}

/// The parts of a text that begin as JSON does.
fn json(text: &str) -> Vec<&str> {
    let mut start = text.trim_start_matches('\u{feff}').trim_start();
    for prefix in PREFIXES {
        if let Some(rest) = start.strip_prefix(prefix) {
            start = rest.trim_start_matches([',', '\'']).trim_start();
        }
    }
    if start.starts_with(['{', '[']) {
        return vec![start];
    }
    if OF_EVENTS.iter().any(|field| start.starts_with(field)) {
        let data = start.lines().filter_map(|line| line.strip_prefix("data:"));
        return data
            .map(str::trim_start)
            .filter(|data| data.starts_with(['{', '[']))
            .take(MOST_EVENTS)
            .collect();
    }
    let call = beginning::of(start, LONGEST_CALL);
    let called = call.find(['{', '[']).filter(|at| call.get(..*at).is_some_and(is_call));
    called.and_then(|at| start.get(at..)).into_iter().collect()
}

/// `jQuery17_2(`, `window.state = `, `var a=`.
fn is_call(call: &str) -> bool {
    call.trim_end().ends_with(['(', '='])
        && call.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || "._$=(&;".contains(c))
}

#[cfg(test)]
mod tests {
    use super::{documents, json};

    #[test]
    fn json_is_found_in_what_surrounds_it() {
        for text in [
            "{\"a\":1}",
            "\u{feff} {\"a\":1}",
            ")]}',\n{\"a\":1}",
            ")]}'\n{\"a\":1}",
            "while(1);{\"a\":1}",
            "for (;;); {\"a\":1}",
            "callback({\"a\":1}",
            "/**/jQuery3_17({\"a\":1}",
            "typeof a === b && c.d({\"a\":1}",
            "window.__STATE = {\"a\":1}",
            "event: x\ndata: {\"a\":1}\n\n",
        ] {
            assert_eq!(json(text), ["{\"a\":1}"], "{text}");
        }
        assert_eq!(json("data: {\"a\":1}\n\ndata: 2\ndata:[3]"), ["{\"a\":1}", "[3]"]);
        assert_eq!(documents("{\"a\":1}\n[2] and more").count(), 2);
        assert_eq!(documents("{\"a\":").count(), 0);
        for text in ["", "a=1&b=2", "<a>{}</a>", "the token {a} is", "if (a) {b()}", "x: {"] {
            assert!(json(text).is_empty(), "{text}");
        }
    }
}
