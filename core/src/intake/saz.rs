//! Fiddler's archives (SAZ): a ZIP with a request, an answer and times of each session as they went over the wire.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read as _;

/// Bytes that one body may unpack to.
const LONGEST_BODY: u64 = 16 << 20;

/// What HAR 1.2 asks for and nobody recorded: a copy of the archive is a HAR, which others open, too.
const REQUIRED: &[(&str, &str)] = &[
    ("", r#"{"cache": {}, "timings": {"send": 0, "wait": 0, "receive": 0}}"#),
    ("/request", r#"{"cookies": [], "queryString": [], "headersSize": -1, "bodySize": -1}"#),
    (
        "/response",
        r#"{"statusText": "", "httpVersion": "", "cookies": [], "content": {"size": 0, "mimeType": ""}, "redirectURL": "", "headersSize": -1, "bodySize": -1}"#,
    ),
];

/// The files of one session.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// The request, from its first line to its body.
    pub(super) request: Vec<u8>,
    /// The answer, the same way.
    pub(super) answer: Vec<u8>,
    /// Its times and flags, XML.
    pub(super) facts: String,
}

/// The number of a session and which of its files a name is: `raw/0012_c.txt`.
pub(super) fn part(name: &str) -> Option<(u32, char)> {
    let own = name.strip_prefix("raw/")?;
    let (number, rest) = own.split_once('_')?;
    let kind = rest.chars().next().filter(|kind| matches!(kind, 'c' | 's' | 'm'))?;
    Some((number.parse().ok()?, kind))
}

/// The sessions as a HAR, so that they are read as one.
pub(super) fn as_har(sessions: &BTreeMap<u32, Session>) -> String {
    let entries: Vec<Value> = sessions.values().filter_map(entry).collect();
    json!({"log": {"version": "1.2", "creator": {"name": "Fiddler archive", "version": ""}, "entries": entries}}).to_string()
}

fn entry(session: &Session) -> Option<Value> {
    let (line, headers, body) = message(&session.request)?;
    let mut words = line.split_whitespace();
    let (method, url) = (words.next()?.to_owned(), words.next()?.to_owned());
    // What opens a tunnel is no request of the person's.
    if method == "CONNECT" {
        return None;
    }
    let mut request = json!({"method": method, "url": url, "httpVersion": words.next().unwrap_or_default(), "headers": listed(&headers)});
    if !body.is_empty() {
        let mime = value(&headers, "content-type").unwrap_or_default();
        request["postData"] = json!({"mimeType": mime, "text": String::from_utf8_lossy(&body)});
    }
    let answer = message(&session.answer);
    let response = answer.map_or_else(
        || json!({"status": 0, "headers": []}),
        |(line, headers, body)| response(&line, &headers, body),
    );
    let begun = attribute(&session.facts, "ClientBeginRequest").unwrap_or_default();
    let mut entry =
        json!({"startedDateTime": begun, "time": 0, "request": request, "response": response});
    for (part, members) in REQUIRED {
        let (part, members): (_, Value) =
            (entry.pointer_mut(part)?, serde_json::from_str(members).ok()?);
        for (name, value) in members.as_object().into_iter().flatten() {
            part.as_object_mut()?.entry(name.as_str()).or_insert_with(|| value.clone());
        }
    }
    Some(entry)
}

fn response(line: &str, headers: &[(String, String)], body: Vec<u8>) -> Value {
    let mut words = line.splitn(3, ' ').skip(1);
    let status: u16 = words.next().and_then(|status| status.parse().ok()).unwrap_or_default();
    let body = unpacked(headers, body);
    let mime = value(headers, "content-type").unwrap_or_default();
    let mut content = json!({"mimeType": mime, "size": body.len()});
    match String::from_utf8(body) {
        Ok(text) => content["text"] = Value::String(text),
        Err(error) => {
            content["text"] = Value::String(STANDARD.encode(error.as_bytes()));
            content["encoding"] = Value::String("base64".to_owned());
        }
    }
    json!({
        "status": status,
        "statusText": words.next().unwrap_or_default().trim(),
        "headers": listed(headers),
        "content": content,
        "redirectURL": value(headers, "location").unwrap_or_default(),
    })
}

/// Names and values, in order.
type Headers = Vec<(String, String)>;

/// First line, headers and body of a message as it went over the wire.
fn message(bytes: &[u8]) -> Option<(String, Headers, Vec<u8>)> {
    let (end, gap) = [(&b"\r\n\r\n"[..], 4), (b"\n\n", 2)]
        .iter()
        .find_map(|(gap, length)| Some((memchr::memmem::find(bytes, gap)?, *length)))
        .unwrap_or((bytes.len(), 0));
    let head = String::from_utf8_lossy(bytes.get(..end)?).into_owned();
    let mut lines = head.lines();
    let first = lines.next().filter(|line| !line.trim().is_empty())?.to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    Some((first, headers, bytes.get(end + gap..).unwrap_or_default().to_vec()))
}

fn listed(headers: &[(String, String)]) -> Vec<Value> {
    headers.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
}

fn value<'h>(headers: &'h [(String, String)], wanted: &str) -> Option<&'h str> {
    headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.as_str())
}

/// A body without its chunks and its packing; as it is where that cannot be undone.
fn unpacked(headers: &[(String, String)], body: Vec<u8>) -> Vec<u8> {
    let chunked = value(headers, "transfer-encoding")
        .is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked"));
    let body = if chunked { without_chunks(&body).unwrap_or(body) } else { body };
    let mut plain = Vec::new();
    let result = match value(headers, "content-encoding").map(str::to_ascii_lowercase).as_deref() {
        Some("gzip") => {
            MultiGzDecoder::new(body.as_slice()).take(LONGEST_BODY).read_to_end(&mut plain)
        }
        Some("deflate") => {
            DeflateDecoder::new(body.as_slice()).take(LONGEST_BODY).read_to_end(&mut plain)
        }
        _ => return body,
    };
    if result.is_ok() { plain } else { body }
}

fn without_chunks(body: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        let end = memchr::memmem::find(rest, b"\r\n")?;
        let size = std::str::from_utf8(rest.get(..end)?).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(rest.get(end + 2..end + 2 + size)?);
        rest = rest.get(end + 2 + size + 2..)?;
    }
}

fn attribute<'x>(xml: &'x str, name: &str) -> Option<&'x str> {
    let (_, rest) = xml.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_become_entries() {
        let session = Session {
            request: b"POST https://sp.example/acs HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nSAMLResponse=PHM%2B"
                .to_vec(),
            answer: b"HTTP/1.1 302 Found\r\nLocation: /hub\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n".to_vec(),
            facts: "<Session><SessionTimers ClientBeginRequest=\"2026-11-24T10:00:00.1+01:00\"/></Session>".to_owned(),
        };
        let tunnel = Session {
            request: b"CONNECT sp.example:443 HTTP/1.1\r\n\r\n".to_vec(),
            ..Session::default()
        };
        let har: Value =
            serde_json::from_str(&as_har(&BTreeMap::from([(1, tunnel), (2, session)]))).unwrap();
        let entry = &har["log"]["entries"][0];
        assert_eq!(entry["request"]["postData"]["text"], "SAMLResponse=PHM%2B");
        assert_eq!(
            (&entry["response"]["redirectURL"], &entry["response"]["content"]["text"]),
            (&json!("/hub"), &json!("ok"))
        );
        assert_eq!(entry["startedDateTime"], "2026-11-24T10:00:00.1+01:00");
        assert_eq!(har["log"]["entries"].as_array().unwrap().len(), 1);
        assert_eq!(
            (part("raw/012_s.txt"), part("raw/x_s.txt"), part("_index.htm")),
            (Some((12, 's')), None, None)
        );
    }
}
