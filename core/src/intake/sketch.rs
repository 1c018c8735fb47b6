//! Sketches: captures written by hand, for documentation, tests and plugin fixtures.
//!
//! ```text
//! diag-sketch/1 2026-11-24T10:00:00Z
//!
//! [request]
//! <samlp:AuthnRequest … IssueInstant="{now}">…</samlp:AuthnRequest>
//!
//! # The hub sends the browser to the IdP.
//! GET https://sense.example/azure/hub @0s
//! < 302
//! < Location: https://idp.example/saml2?SAMLRequest={redirect:request}&RelayState=%2Fazure%2Fhub
//!
//! POST https://sense.example/azure/samlauthn/ @3s
//! > Origin: https://idp.example
//! > SAMLResponse={post:response}&RelayState=%2Fazure%2Fhub
//! < 400 Bad Request
//! < Date: Tue, 24 Nov 2026 10:00:03 GMT
//! | <html><title>Error 400</title></html>
//! ```
//!
//! The first line names the format and the time the sketch begins. Blocks are separated by blank
//! lines. `[name]` begins a message, whose text follows. An exchange is a method, a URL, and how
//! long after the beginning it was sent (`@3s`, `@250ms`, `@2m`, `@1h`; a second after the one
//! before where it is left out). `>` lines are request headers, and the first that is none begins
//! the request's body; `<` lines are the status with its text, then the answer's headers; `|`
//! lines are the answer's body. Without a status there was no answer; `< 0 net::ERR_…` says why.
//! Lines that begin with `#` are comments.
//!
//! `{now}`, `{now+5m}`, `{now-1h}` stand for a time relative to the beginning, as `xs:dateTime`;
//! `{date}`, `{date+3s}` for the same as an HTTP date. `{redirect:name}` is the message with
//! DEFLATE, base64 and percent-encoding, `{post:name}` with base64 and percent-encoding,
//! `{base64:name}` with base64 alone, as it stands in a page's form.

use super::{Intake, form, withheld};
use crate::bounds::{Bounds, Gauge};
use crate::evidence::RawExchange;
use crate::http_date;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diag_sdk::Place;
use diag_sdk::case::input::{Input, InputKind};
use flate2::Compression;
use flate2::read::DeflateEncoder;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeMap;
use std::io::Read as _;

/// What browsers leave as it is in a query or form: nothing else needs to be told apart here.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*');

impl Intake<'_, '_> {
    /// Takes a sketch.
    pub(super) fn take_sketch(&mut self, input: &mut Input, text: &str) {
        input.kind = InputKind::Sketch;
        input.producer =
            text.split_whitespace().next().map(|format| format.chars().take(20).collect());
        let gauges = Gauges::new(&self.options.bounds);
        let (mut exchanges, notes) = read(text, &input.id, &gauges);
        input.notes.extend(notes);
        self.cross("entries", &gauges.entries, &input.id);
        self.cross("fields", &gauges.fields, &input.id);
        self.cross("expanded", &gauges.expanded, &input.id);
        withheld::hide_unseen_cookies(&mut exchanges);
        self.evidence.exchanges.append(&mut exchanges);
    }
}

/// How much of a sketch is read.
struct Gauges {
    entries: Gauge,
    fields: Gauge,
    /// Bytes that all placeholders together may expand to: a message may name others, which could otherwise double at
    /// every step.
    expanded: Gauge,
}

impl Gauges {
    fn new(bounds: &Bounds) -> Self {
        Self {
            entries: Gauge::new(bounds.entries),
            fields: Gauge::new(bounds.fields),
            expanded: Gauge::new(bounds.expanded),
        }
    }
}

/// Reads a sketch: its exchanges, and remarks on lines that say nothing.
fn read(text: &str, input: &str, gauges: &Gauges) -> (Vec<RawExchange>, Vec<String>) {
    let mut notes = Vec::new();
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_end()));
    let first = lines
        .next()
        .map(|(_, line)| line.trim_start_matches('\u{feff}').trim())
        .unwrap_or_default();
    let start = match first.split_once(char::is_whitespace) {
        Some(("diag-sketch/1", time)) => super::time::lenient(time),
        _ => None,
    };
    let start = start.unwrap_or_else(|| {
        notes.push(
            "line 1: expected `diag-sketch/1` and a time such as 2026-11-24T10:00:00Z".to_owned(),
        );
        Timestamp::constant(1_795_514_400, 0)
    });
    let mut writer = Writer {
        input,
        start,
        messages: BTreeMap::new(),
        exchanges: Vec::new(),
        expanded: 0,
        gauges,
        notes,
    };
    let mut block = Block::None;
    for (number, line) in lines {
        if line.is_empty() {
            writer.finish(std::mem::replace(&mut block, Block::None));
            continue;
        }
        block = writer.line(block, number, line);
    }
    writer.finish(block);
    (writer.exchanges, writer.notes)
}

/// What the lines being read belong to.
enum Block {
    None,
    Message { name: String, text: String },
    Exchange(Box<Draft>),
}

/// An exchange being read.
#[derive(Default)]
struct Draft {
    exchange: RawExchange,
    body: Option<String>,
    answered: bool,
    page: Option<String>,
}

struct Writer<'a> {
    input: &'a str,
    start: Timestamp,
    messages: BTreeMap<String, String>,
    exchanges: Vec<RawExchange>,
    /// Bytes that placeholders expanded to so far.
    expanded: usize,
    gauges: &'a Gauges,
    notes: Vec<String>,
}

impl Writer<'_> {
    fn line(&mut self, block: Block, number: usize, line: &str) -> Block {
        if let Block::Message { name, mut text } = block {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(line);
            return Block::Message { name, text };
        }
        if line.starts_with('#') {
            return block;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            self.finish(block);
            return Block::Message { name: name.trim().to_owned(), text: String::new() };
        }
        match (line.chars().next(), block) {
            (Some(mark @ ('>' | '<' | '|')), Block::Exchange(mut draft)) => {
                let rest = line.get(1..).unwrap_or_default();
                let rest = self.expand(rest.strip_prefix(' ').unwrap_or(rest), number);
                match mark {
                    '>' => draft.request_line(&rest),
                    '<' => self.answer_line(&mut draft, &rest, number),
                    _ => append(&mut draft.page, &rest),
                }
                Block::Exchange(draft)
            }
            (Some('>' | '<' | '|'), block) => {
                self.notes.push(format!("line {number}: expected an exchange such as `GET https://… @0s` before this line"));
                block
            }
            (_, block) => {
                self.finish(block);
                self.request(number, line)
            }
        }
    }

    /// `METHOD URL @offset`.
    fn request(&mut self, number: usize, line: &str) -> Block {
        let mut words = line.split_whitespace();
        let method = words.next().unwrap_or_default();
        let url = words.next().unwrap_or_default();
        if method.is_empty()
            || !method.bytes().all(|byte| byte.is_ascii_uppercase())
            || url.is_empty()
        {
            self.notes.push(format!("line {number}: expected `METHOD URL @offset`, a header after > or <, or a `[message]`"));
            return Block::None;
        }
        let mut started = self
            .exchanges
            .last()
            .and_then(|last| last.started)
            .map_or(Ok(self.start), |last| last.checked_add(SignedDuration::from_secs(1)));
        for word in words {
            match word.strip_prefix('@').map(|offset| (offset, duration(offset))) {
                Some((_, Some(offset))) => started = self.start.checked_add(offset),
                Some((offset, None)) => {
                    self.notes.push(format!("line {number}: `@{offset}` is no offset such as @3s"));
                }
                None => self.notes.push(format!(
                    "line {number}: `{word}` is not understood; expected an offset such as @3s"
                )),
            }
        }
        let index = self.exchanges.len();
        let exchange = RawExchange {
            place: Place {
                input: self.input.to_owned(),
                entry: Some(index),
                pointer: Some(format!("/log/entries/{index}")),
                line: u32::try_from(number).ok(),
                column: Some(1),
                ..Place::default()
            },
            started: started.ok(),
            method: method.to_owned(),
            url: self.expand(url, number),
            cookies: Some(Vec::new()),
            ..RawExchange::default()
        };
        Block::Exchange(Box::new(Draft { exchange, ..Draft::default() }))
    }

    fn answer_line(&mut self, draft: &mut Draft, line: &str, number: usize) {
        if draft.answered {
            match header(line) {
                Some(header) => draft.exchange.response_headers.push(header),
                None => self
                    .notes
                    .push(format!("line {number}: expected a header such as `< Location: …`")),
            }
            return;
        }
        let (status, text) = line.split_once(' ').unwrap_or((line, ""));
        match status.parse() {
            Ok(status) => {
                draft.exchange.status = status;
                text.trim().clone_into(&mut draft.exchange.status_text);
                draft.answered = true;
            }
            Err(_) => self.notes.push(format!("line {number}: expected a status such as `< 302`")),
        }
    }

    fn finish(&mut self, block: Block) {
        match block {
            Block::Message { name, text } => {
                let text = self.expand(&text, 0);
                self.messages.insert(name, text);
            }
            Block::Exchange(draft) => {
                if self.gauges.entries.allows(self.exchanges.len()) {
                    self.exchanges.push(draft.finish(&self.gauges.fields));
                }
            }
            Block::None => {}
        }
    }

    /// Replaces `{…}` that we know; other braces stay.
    fn expand(&mut self, text: &str, number: usize) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let expanded = after
                .split_once('}')
                .and_then(|(inner, behind)| Some((self.placeholder(inner, number)?, behind)));
            if let Some((value, behind)) = expanded {
                out.push_str(&value);
                rest = behind;
            } else {
                out.push('{');
                rest = after;
            }
        }
        out.push_str(rest);
        out
    }

    fn placeholder(&mut self, inner: &str, number: usize) -> Option<String> {
        if let Some(offset) = inner.strip_prefix("now") {
            return Some(self.start.checked_add(signed_duration(offset)?).ok()?.to_string());
        }
        if let Some(offset) = inner.strip_prefix("date") {
            return Some(http_date::write(self.start.checked_add(signed_duration(offset)?).ok()?));
        }
        let (how, name) = inner
            .split_once(':')
            .filter(|(how, _)| matches!(*how, "redirect" | "post" | "base64"))?;
        let Some(message) = self.messages.get(name.trim()) else {
            self.notes.push(format!("line {number}: no message `[{name}]` stands above this line"));
            return None;
        };
        // The first to be too much is said; from then on braces simply stay.
        let largest = self.expanded.saturating_add(message.len().saturating_mul(4));
        if !self.gauges.expanded.allows(largest.saturating_sub(1)) {
            if self.expanded < usize::MAX {
                self.notes.push(format!(
                    "line {number}: messages expand to more than the bound “expanded” allows: not expanded further"
                ));
            }
            self.expanded = usize::MAX;
            return None;
        }
        self.expanded += message.len();
        let mut bytes = message.clone().into_bytes();
        if how == "redirect" {
            let mut deflated = Vec::new();
            DeflateEncoder::new(bytes.as_slice(), Compression::default())
                .read_to_end(&mut deflated)
                .ok()?;
            bytes = deflated;
        }
        let base64 = STANDARD.encode(bytes);
        Some(if how == "base64" {
            base64
        } else {
            utf8_percent_encode(&base64, ESCAPED).to_string()
        })
    }
}

impl Draft {
    fn request_line(&mut self, line: &str) {
        match header(line).filter(|_| self.body.is_none()) {
            Some(header) => self.exchange.request_headers.push(header),
            None => append(&mut self.body, line),
        }
    }

    fn finish(self, fields: &Gauge) -> RawExchange {
        let Self { mut exchange, body, answered, page } = self;
        let header = |headers: &[(String, String)], name: &str| {
            headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        };
        exchange.request_mime = header(&exchange.request_headers, "content-type")
            .or_else(|| body.is_some().then(|| "application/x-www-form-urlencoded".to_owned()));
        if exchange
            .request_mime
            .as_deref()
            .is_some_and(|mime| mime.starts_with("application/x-www-form-urlencoded"))
            && let Some(body) = &body
        {
            exchange.form = form::from_text(body, &[], fields);
        }
        exchange.request_bytes = body.as_ref().map(|body| body.len() as u64);
        exchange.request_body = body;
        exchange.cookies = Some(
            exchange
                .request_headers
                .iter()
                .filter(|(name, _)| name == "cookie")
                .flat_map(|(_, value)| value.split(';'))
                .filter_map(|pair| pair.trim().split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        );
        exchange.location = header(&exchange.response_headers, "location");
        exchange.response_mime = header(&exchange.response_headers, "content-type").or_else(|| {
            let page = page.as_deref()?.trim_start();
            Some(if page.starts_with('{') { "application/json" } else { "text/html" }.to_owned())
        });
        exchange.response_body = page;
        if !answered || exchange.status == 0 {
            exchange.failure = Some(exchange.status_text.clone()).filter(|text| !text.is_empty());
        }
        exchange.resource_type = header(&exchange.request_headers, "sec-fetch-dest");
        exchange.websocket = exchange.url.starts_with("ws://")
            || exchange.url.starts_with("wss://")
            || exchange.status == 101;
        exchange
    }
}

fn append(text: &mut Option<String>, line: &str) {
    match text {
        Some(text) => {
            text.push('\n');
            text.push_str(line);
        }
        None => *text = Some(line.to_owned()),
    }
}

/// `Name: value`, the name lower-cased.
fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let token = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    (token && (value.is_empty() || value.starts_with(' ')))
        .then(|| (name.to_ascii_lowercase(), value.trim().to_owned()))
}

/// `+5m`, `-1h`, or nothing.
fn signed_duration(text: &str) -> Option<SignedDuration> {
    if text.is_empty() {
        return Some(SignedDuration::ZERO);
    }
    if let Some(later) = text.strip_prefix('+') {
        return duration(later);
    }
    duration(text.strip_prefix('-')?).map(|earlier| -earlier)
}

/// `250ms`, `3s`, `2m`, `1h`, `7d`.
fn duration(text: &str) -> Option<SignedDuration> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let number: i64 = number.parse().ok().filter(|number| *number < 1_000_000_000)?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(milliseconds).map(SignedDuration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> (Vec<RawExchange>, Vec<String>) {
        read(text, "i1", &Gauges::new(&Bounds::default()))
    }

    const SKETCH: &str = r#"diag-sketch/1 2026-11-24T10:00:00Z

[request]
<samlp:AuthnRequest ID="_1" IssueInstant="{now}">
</samlp:AuthnRequest>

[response]
<samlp:Response NotOnOrAfter="{now+5m}" IssueInstant="{now-1h}"/>

# Comments explain.
GET https://sense.example/azure/hub @0s
< 302
< Location: https://idp.example/saml2?SAMLRequest={redirect:request}&RelayState=%2Fazure%2Fhub

POST https://sense.example/azure/samlauthn/ @3s
> Origin: https://idp.example
> Cookie: a=1; b=2
> SAMLResponse={post:response}&RelayState=%2Fazure%2Fhub
< 400 Bad Request
< Date: {date+3s}
| <html><title>Error 400</title>
| </html>

GET https://gone.example/
< 0 net::ERR_NAME_NOT_RESOLVED
"#;

    #[test]
    fn a_sketch_expands_to_exchanges() {
        let (exchanges, notes) = read_all(SKETCH);
        assert_eq!(notes, [""; 0]);
        let [hub, acs, gone] = exchanges.as_slice() else { panic!("{exchanges:?}") };
        assert_eq!((hub.status, hub.place.line, hub.place.entry), (302, Some(11), Some(0)));
        let query = hub
            .location
            .as_deref()
            .unwrap()
            .split_once("SAMLRequest=")
            .unwrap()
            .1
            .split_once('&')
            .unwrap()
            .0;
        let deflated = STANDARD.decode(form::decode_once(query)).unwrap();
        let mut xml = String::new();
        flate2::read::DeflateDecoder::new(deflated.as_slice()).read_to_string(&mut xml).unwrap();
        assert_eq!(
            xml,
            "<samlp:AuthnRequest ID=\"_1\" IssueInstant=\"2026-11-24T10:00:00Z\">\n</samlp:AuthnRequest>"
        );
        let response = STANDARD.decode(&acs.form[0].value).unwrap();
        let response = String::from_utf8(response).unwrap();
        assert_eq!(
            response,
            "<samlp:Response NotOnOrAfter=\"2026-11-24T10:05:00Z\" IssueInstant=\"2026-11-24T09:00:00Z\"/>"
        );
        assert_eq!(acs.form[1].value, "/azure/hub");
        assert_eq!(acs.started.unwrap().to_string(), "2026-11-24T10:00:03Z");
        assert_eq!(acs.response_header("date"), Some("Tue, 24 Nov 2026 10:00:03 GMT"));
        assert_eq!(acs.response_body.as_deref(), Some("<html><title>Error 400</title>\n</html>"));
        assert_eq!(acs.cookies.as_ref().unwrap().len(), 2);
        assert_eq!(acs.status_text, "Bad Request");
        assert_eq!((gone.status, gone.failure.as_deref()), (0, Some("net::ERR_NAME_NOT_RESOLVED")));
        assert_eq!(gone.started.unwrap().to_string(), "2026-11-24T10:00:04Z");
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let text = "diag-sketch/1 soon\n\n> x\nget it\nGET https://a.example @soon now\n< ok\n< 200\n< nonsense\n> SAMLResponse={post:none}\n";
        let (exchanges, notes) = read_all(text);
        assert_eq!(exchanges.len(), 1);
        let lines: Vec<&str> = notes.iter().map(|note| note.split(':').next().unwrap()).collect();
        assert_eq!(
            lines,
            ["line 1", "line 3", "line 4", "line 5", "line 5", "line 6", "line 8", "line 9"]
        );
    }

    #[test]
    fn messages_in_messages_cannot_explode() {
        let mut text = "diag-sketch/1 2026-11-24T10:00:00Z\n\n[m0]\nxxxxxxxx\n\n".to_owned();
        for level in 1..60 {
            let below = level - 1;
            text.extend([
                format!("[m{level}]\n"),
                format!("{{base64:m{below}}}{{base64:m{below}}}\n\n"),
            ]);
        }
        text.push_str("GET https://a.example/?SAMLRequest={post:m59}\n");
        let (exchanges, notes) = read_all(&text);
        assert!(exchanges[0].url.len() < 1000);
        assert_eq!(notes.iter().filter(|note| note.contains("not expanded further")).count(), 1);
    }

    #[test]
    fn unknown_braces_stay() {
        let (exchanges, notes) = read_all(
            "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://a.example\n< 200\n| {\"now\": {nowhere}, {now+1y} {\n",
        );
        assert!(notes.is_empty());
        assert_eq!(exchanges[0].response_body.as_deref(), Some("{\"now\": {nowhere}, {now+1y} {"));
        assert_eq!(exchanges[0].response_mime.as_deref(), Some("application/json"));
    }
}
