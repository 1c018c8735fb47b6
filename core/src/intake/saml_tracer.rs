//! Exports of the SAML-tracer browser extension, read into exchanges.
//!
//! It keeps no bodies of answers and no times, only headers and posted fields; the `Date` of an
//! answer is the one clock there is. With its cookie profiles, cookies and posted values are
//! hashed or overwritten, which is said.

use super::{Intake, form, withheld};
use crate::bounds::Gauge;
use crate::evidence::{FormField, RawExchange};
use crate::http_date;
use diag_sdk::Place;
use diag_sdk::case::input::{Input, InputKind};
use serde_json::{Map, Value};

impl Intake<'_, '_> {
    /// Takes a SAML-tracer export.
    pub(super) fn take_saml_tracer(&mut self, input: &mut Input, text: &str) {
        let document: Value = match serde_json::from_str(text) {
            Ok(document) => document,
            Err(error) => {
                input.notes.push(format!("A SAML-tracer export that cannot be read: {error}"));
                return;
            }
        };
        let Some(requests) = document.get("requests").and_then(Value::as_array) else { return };
        self.evidence.records.extend(document.get("_diag").map(Value::to_string));
        let before = self.evidence.exchanges.len();
        let mut hidden = false;
        let bounds = &self.options.bounds;
        let (entries, fields) = (Gauge::new(bounds.entries), Gauge::new(bounds.fields));
        for (index, request) in entries.first_of(requests).enumerate() {
            let Some(request) = request.as_object() else { continue };
            let exchange = exchange(request, &input.id, index, &fields);
            hidden |= exchange.form.iter().any(|field| is_hidden(&field.value));
            self.evidence.exchanges.push(exchange);
        }
        self.cross("entries", &entries, &input.id);
        self.cross("fields", &fields, &input.id);
        input.kind = InputKind::Har;
        let paired = |request: &Value| {
            request
                .get("requestHeaders")
                .and_then(Value::as_array)
                .is_some_and(|all| all.iter().any(Value::is_array))
        };
        let legacy = requests.iter().take(16).any(paired);
        input.producer =
            Some(if legacy { "SAML-tracer before 1.0" } else { "SAML-tracer" }.to_owned());
        input.notes.push(
            "A SAML-tracer export: it holds no pages and no times; a HAR tells more".to_owned(),
        );
        if hidden {
            input.notes.push("Posted values were masked by SAML-tracer: export again with the cookie profile `None`".to_owned());
            withheld::remember(&mut self.evidence, &input.id, "post-data");
        }
        withheld::hide_unseen_cookies(
            self.evidence.exchanges.get_mut(before..).unwrap_or_default(),
        );
        withheld::remember(&mut self.evidence, &input.id, "bodies");
    }
}

/// SAML-tracer's filters write `{hash:…}` and `{overwritten}`-like marks, or rows of stars.
fn is_hidden(value: &str) -> bool {
    (value.starts_with("{hash:") || value.starts_with("{overwritten"))
        || (value.len() > 3 && value.bytes().all(|byte| byte == b'*'))
}

fn exchange(
    request: &Map<String, Value>,
    input: &str,
    index: usize,
    fields: &Gauge,
) -> RawExchange {
    let request_headers = headers(request.get("requestHeaders"));
    let response_headers = headers(request.get("responseHeaders"));
    let find = |headers: &[(String, String)], name: &str| {
        headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let form = posted(request.get("post"), fields);
    let started = find(&response_headers, "date").and_then(|date| http_date::read(&date));
    let cookies = request_headers
        .iter()
        .filter(|(name, _)| name == "cookie")
        .flat_map(|(_, value)| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let status = request
        .get("responseStatus")
        .and_then(Value::as_u64)
        .and_then(|status| u16::try_from(status).ok())
        .unwrap_or(0);
    RawExchange {
        place: Place {
            input: input.to_owned(),
            entry: Some(index),
            pointer: Some(format!("/requests/{index}")),
            ..Place::default()
        },
        started,
        method: text(request.get("method")).to_ascii_uppercase(),
        url: text(request.get("url")),
        request_mime: find(&request_headers, "content-type")
            .or_else(|| (!form.is_empty()).then(|| "application/x-www-form-urlencoded".to_owned())),
        request_bytes: find(&request_headers, "content-length")
            .and_then(|length| length.trim().parse().ok()),
        request_body: request.get("postData").and_then(Value::as_str).map(ToOwned::to_owned),
        form,
        cookies: Some(cookies),
        status,
        status_text: text(request.get("responseStatusText")),
        location: find(&response_headers, "location"),
        response_mime: find(&response_headers, "content-type"),
        resource_type: find(&request_headers, "sec-fetch-dest"),
        request_headers,
        response_headers,
        ..RawExchange::default()
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Headers as `{name, value}`, or as `[name, value]` before version 1.0.
fn headers(value: Option<&Value>) -> Vec<(String, String)> {
    pairs(value)
        .into_iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| !name.is_empty() && !name.starts_with(':'))
        .flat_map(|(name, value)| {
            let values: Vec<String> = if name == "set-cookie" {
                value.split('\n').map(|line| line.trim().to_owned()).collect()
            } else {
                vec![value]
            };
            values.into_iter().map(move |value| (name.clone(), value))
        })
        .collect()
}

/// Pairs of names and values. What they are made of is bounded by the document they stand in.
fn pairs(value: Option<&Value>) -> Vec<(String, String)> {
    let Some(elements) = value.and_then(Value::as_array) else { return Vec::new() };
    elements
        .iter()
        .filter_map(|element| match element {
            Value::Object(pair) => Some((text(pair.get("name")), text(pair.get("value")))),
            Value::Array(pair) => Some((text(pair.first()), text(pair.get(1)))),
            _ => None,
        })
        .collect()
}

/// Posted fields: `[name, value]` pairs, decoded, or a raw body.
fn posted(value: Option<&Value>, fields: &Gauge) -> Vec<FormField> {
    match value {
        Some(Value::String(body)) => form::from_text(body, &[], fields),
        _ => fields
            .first_of(pairs(value))
            .enumerate()
            .map(|(index, (name, value))| FormField {
                name,
                value,
                raw: None,
                pointer: format!("/post/{index}/1"),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Options, Supplied, read};
    use diag_sdk::case::input::{HeldBy, InputKind};

    #[test]
    fn posts_and_headers_become_exchanges() {
        let text = r#"{"requests":[
            {"method":"GET","url":"https://idp.example/saml2?SAMLRequest=x","requestId":"1","requestHeaders":[{"name":"Host","value":"idp.example"}],
             "responseStatus":200,"responseStatusText":"HTTP/1.1 200 OK","responseHeaders":[{"name":"Date","value":"Tue, 24 Nov 2026 10:00:00 GMT"}],"saml":"<x/>","protocol":"SAML-P"},
            {"method":"post","url":"https://sp.example/acs","requestHeaders":[["Cookie","a=1; b=2"]],"post":[["SAMLResponse","PHM+"],["RelayState","%2Fhub"]],"responseStatus":302,
             "responseHeaders":[["Location","/hub"],["Set-Cookie","s=1\nt=2"]]}],"timestamp":"2026-11-24T10:00:10.000Z"}"#;
        let files = vec![Supplied {
            path: "trace.json".into(),
            named: true,
            held_by: HeldBy::Publisher,
            reader: Box::new(text.as_bytes()),
        }];
        let evidence = read(files, &Options::default(), &mut |_| {});
        assert_eq!(evidence.inputs[0].kind, InputKind::Har);
        assert_eq!(evidence.inputs[0].producer.as_deref(), Some("SAML-tracer before 1.0"));
        let [get, post] = evidence.exchanges.as_slice() else { panic!() };
        assert_eq!(get.started.unwrap().to_string(), "2026-11-24T10:00:00Z");
        assert_eq!(post.form[1].value, "%2Fhub", "values are decoded already");
        assert_eq!(post.location.as_deref(), Some("/hub"));
        assert_eq!(post.cookies.as_ref().unwrap().len(), 2);
        assert_eq!(post.response_headers_named("set-cookie").count(), 2);
        assert_eq!(post.method, "POST");
    }
}
