//! Finds every place of a capture or document where a message travels.

use super::address::{self, Parameter};
use super::binding::Expected;
use super::page;
use super::soap;
use super::ws_federation;
use super::xml::decode_text;
use crate::evidence::{Document, Evidence, RawExchange};
use crate::mask::behind;
use diag_sdk::Place;
use diag_sdk::case::input::InputKind;
use diag_sdk::case::message::Carrier;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The parameter that carries a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageParameter {
    /// `SAMLRequest`.
    SamlRequest,
    /// `SAMLResponse`.
    SamlResponse,
    /// `wresult` of WS-Federation.
    Wresult,
    /// `wa` of WS-Federation, with what stands beside it.
    Wa,
}

impl MessageParameter {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::SamlRequest => "SAMLRequest",
            Self::SamlResponse => "SAMLResponse",
            Self::Wresult => "wresult",
            Self::Wa => "wa",
        }
    }
}

/// A message seen at one place, its value still encoded.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Absent for a file that is the bare message.
    pub(super) parameter: Option<MessageParameter>,
    pub(super) value: String,
    pub(super) expected: Expected,
    /// Another parameter of the same name has another value.
    pub(super) duplicate: bool,
    pub(super) relay_state: Option<String>,
    pub(super) signature_algorithm: Option<String>,
    pub(super) signed: bool,
    pub(super) carrier: Carrier,
    pub(super) to: Option<String>,
    pub(super) exchange: Option<usize>,
    pub(super) time: Option<Timestamp>,
    pub(super) place: Place,
    pub(super) raw_query: Option<String>,
}

/// Everywhere a message is seen, in time order; what has no time keeps its order in the files.
///
/// Exchanges are ordered by when they were sent, and what an answer carries follows its request:
/// durations are too coarse to say that a redirect was received before it was followed.
pub(super) fn find(evidence: &Evidence) -> Vec<Seen> {
    let mut exchanges: Vec<_> = evidence.exchanges.iter().enumerate().collect();
    if exchanges.iter().all(|(_, exchange)| exchange.started.is_some()) {
        exchanges.sort_by_key(|(_, exchange)| exchange.started);
    }
    let mut seen = Vec::new();
    let artifacts = soap::artifacts(evidence);
    for (index, exchange) in exchanges {
        in_exchange(index, exchange, &mut seen);
        on_back_channel(index, exchange, &artifacts, evidence, &mut seen);
    }
    for document in
        evidence.documents.iter().filter(|document| document.kind == InputKind::SamlMessage)
    {
        in_document(document, &mut seen);
    }
    seen
}

fn mentions(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"SAMLRe").is_some() || ws_federation::mentions(text)
}

fn in_exchange(index: usize, exchange: &RawExchange, seen: &mut Vec<Seen>) {
    let sent = exchange.started;
    let received = sent.and_then(|sent| sent.checked_add(duration(exchange.duration_ms)).ok());
    let put =
        |mut found: Vec<Seen>, pointer: &str, time: Option<Timestamp>, seen: &mut Vec<Seen>| {
            for one in &mut found {
                one.exchange = Some(index);
                one.time = time;
                if one.place == Place::default() {
                    one.place = innermost(exchange.place_at(pointer));
                }
            }
            seen.append(&mut found);
        };
    if mentions(&exchange.url) {
        put(in_url(&exchange.url, Carrier::Query), "/request/url", sent, seen);
    }
    if exchange.form.iter().any(|field| mentions(&field.name) || field.name == "wa") {
        let parameters: Vec<Parameter> = exchange
            .form
            .iter()
            .map(|field| Parameter { name: field.name.clone(), value: field.value.clone() })
            .collect();
        let mut found = in_parameters(&parameters, Carrier::PostForm, &exchange.url);
        for one in &mut found {
            let name = one.parameter.map(MessageParameter::name).unwrap_or_default();
            let field = exchange.form.iter().find(|field| field.name == name);
            one.place = innermost(
                exchange
                    .place_at(field.map_or("/request/postData", |field| field.pointer.as_str())),
            );
        }
        put(found, "", sent, seen);
    }
    if let Some(location) = exchange.location.as_deref().filter(|location| mentions(location)) {
        let target = address::absolute(&exchange.url, location);
        put(in_url(&target, Carrier::LocationHeader), "/response/redirectURL", received, seen);
    } else if let Some(body) = exchange.response_body.as_deref().filter(|body| mentions(body)) {
        put(in_page(body, &exchange.url), "/response/content/text", received, seen);
    }
}

/// Messages in envelopes of SOAP. What resolves an artifact was handed over where the browser brought the artifact.
fn on_back_channel(
    index: usize,
    exchange: &RawExchange,
    artifacts: &BTreeMap<String, usize>,
    evidence: &Evidence,
    seen: &mut Vec<Seen>,
) {
    let speaks = |body: &&str| {
        memchr::memmem::find(body.as_bytes(), b"urn:oasis:names:tc:SAML:2.0:protocol").is_some()
            && body.contains("Envelope")
    };
    let (request, answer) = (
        exchange.request_body.as_deref().filter(speaks),
        exchange.response_body.as_deref().filter(speaks),
    );
    for xml in request.map(soap::messages_in).unwrap_or_default() {
        let place = innermost(exchange.place_at("/request/postData/text"));
        let to = Some(address::destination(&exchange.url));
        seen.push(Seen {
            to,
            exchange: Some(index),
            time: exchange.started,
            ..bare(xml, Carrier::PostForm, place)
        });
    }
    let asked = request.and_then(soap::artifact_asked_for);
    for xml in answer.map(soap::messages_in).unwrap_or_default() {
        let place = innermost(exchange.place_at("/response/content/text"));
        let brought = asked
            .as_ref()
            .and_then(|artifact| artifacts.get(artifact))
            .and_then(|at| Some((*at, evidence.exchanges.get(*at)?)));
        seen.push(match brought {
            Some((at, brought)) => Seen {
                to: Some(address::destination(brought.url.split('?').next().unwrap_or_default())),
                exchange: Some(at),
                time: brought.started,
                ..bare(xml, Carrier::PostForm, place)
            },
            None => Seen {
                exchange: Some(index),
                time: exchange.started,
                ..bare(xml, Carrier::PageForm, place)
            },
        });
    }
}

/// A message that stands as XML where no parameter carries it.
fn bare(value: String, carrier: Carrier, place: Place) -> Seen {
    Seen {
        parameter: None,
        value,
        expected: Expected::Either,
        duplicate: false,
        relay_state: None,
        signature_algorithm: None,
        signed: false,
        carrier,
        to: None,
        exchange: None,
        time: None,
        place,
        raw_query: None,
    }
}

fn duration(milliseconds: Option<f64>) -> SignedDuration {
    let milliseconds =
        milliseconds.filter(|number| number.is_finite() && *number > 0.0).unwrap_or_default();
    SignedDuration::try_from_secs_f64((milliseconds / 1000.0).min(86_400.0)).unwrap_or_default()
}

/// A place in the file becomes the place of a text decoded from it.
fn innermost(mut place: Place) -> Place {
    place.file_line = place.line.take().or(place.file_line);
    place.file_column = place.column.take().or(place.file_column);
    place.length = None;
    place
}

fn in_url(url: &str, carrier: Carrier) -> Vec<Seen> {
    let Some(query) = address::query_of(url) else { return Vec::new() };
    let mut found = in_parameters(&address::parameters(query), carrier, url);
    for one in &mut found {
        one.raw_query = Some(query.to_owned());
    }
    found
}

/// Messages among parameters that go to `to`.
fn in_parameters(parameters: &[Parameter], carrier: Carrier, to: &str) -> Vec<Seen> {
    let value_of = |name: &str| {
        parameters
            .iter()
            .find(|parameter| parameter.name == name)
            .map(|parameter| parameter.value.as_str())
    };
    let to = (!to.is_empty()).then(|| address::destination(to));
    let context = value_of("wctx").map(str::to_owned);
    let request = ws_federation::request_in(parameters).map(|value| Seen {
        parameter: Some(MessageParameter::Wa),
        relay_state: context.clone(),
        to: to.clone(),
        ..bare(value, carrier, Place::default())
    });
    let token = value_of("wresult").filter(|value| !is_jwt(value)).map(|value| Seen {
        parameter: Some(MessageParameter::Wresult),
        relay_state: context,
        to: to.clone(),
        ..bare(value.to_owned(), carrier, Place::default())
    });
    let saml = [MessageParameter::SamlRequest, MessageParameter::SamlResponse];
    let saml = saml.into_iter().filter_map(|kind| {
        let value = value_of(kind.name())?;
        let duplicate =
            parameters.iter().any(|other| other.name == kind.name() && other.value != value);
        Some(Seen {
            parameter: Some(kind),
            value: value.to_owned(),
            expected: match carrier {
                Carrier::Query | Carrier::LocationHeader => Expected::Deflated,
                Carrier::PostForm | Carrier::PageForm => Expected::Plain,
                Carrier::File => Expected::Either,
            },
            duplicate,
            relay_state: value_of("RelayState").map(str::to_owned),
            signature_algorithm: value_of("SigAlg").map(str::to_owned),
            signed: value_of("Signature").is_some_and(|signature| !signature.is_empty()),
            carrier,
            to: to.clone(),
            exchange: None,
            time: None,
            place: Place::default(),
            raw_query: None,
        })
    });
    saml.chain(request).chain(token).collect()
}

/// Some identity providers hand a token of their own from one of their pages to the next as `wresult`. What a copy has in its
/// place is of that form, too.
fn is_jwt(value: &str) -> bool {
    let of_base64 = |part: &str| {
        part.len() >= SHORTEST_PART
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    value.split('.').count() == 3 && value.split('.').all(of_base64)
}

/// Shortest of the three parts of a JWT.
const SHORTEST_PART: usize = 8;

fn in_page(body: &str, url: &str) -> Vec<Seen> {
    let page = page::read(body);
    let base =
        page.base.as_deref().map_or_else(|| url.to_owned(), |base| address::absolute(url, base));
    let mut found = Vec::new();
    for form in page.forms {
        let parameters: Vec<Parameter> =
            form.fields.into_iter().map(|(name, value)| Parameter { name, value }).collect();
        let target = match form.action.as_deref() {
            // A form without an action posts to the page itself, whatever `base` says.
            Some("") | None => url.to_owned(),
            Some(action) => address::absolute(&base, action),
        };
        found.extend(in_parameters(&parameters, Carrier::PageForm, &target));
    }
    for target in page.addresses.iter().filter(|target| mentions(target)) {
        found.extend(in_url(&address::absolute(&base, target), Carrier::LocationHeader));
    }
    found
}

fn in_line(line: &str) -> Vec<Seen> {
    let line = line.trim();
    if line.contains('?') {
        in_url(line, Carrier::File)
    } else {
        in_parameters(&address::parameters(line), Carrier::File, "")
    }
}

/// A file of its own: XML, a page, a URL, a form body, or the bare value of a parameter.
fn in_document(document: &Document, seen: &mut Vec<Seen>) {
    let text = decode_text(&document.bytes).text;
    let trimmed = text.trim();
    let place = Place { input: document.input.clone(), ..Place::default() };
    let mut found = Vec::new();
    if mentions(trimmed) {
        if trimmed.starts_with('<') {
            found = in_page(trimmed, "");
        } else if trimmed.lines().count() > 1 && trimmed.lines().all(mentions) {
            // Several requests in one file, a line each.
            found = trimmed.lines().flat_map(in_line).collect();
        } else if trimmed.contains('?') {
            found = in_url(trimmed, Carrier::File);
        } else {
            found = in_parameters(&address::parameters(trimmed), Carrier::File, "");
        }
    }
    if found.is_empty() {
        let inside = if trimmed.starts_with('<') { soap::messages_in(&text) } else { Vec::new() };
        // The record of a copy stands behind the envelope, and is about what is in it.
        let record = behind::split(trimmed).map(|(_, record)| behind::comment(record));
        let record = record.as_deref().unwrap_or_default();
        let alone = |xml: String| bare(xml + record, Carrier::File, Place::default());
        found.extend(inside.into_iter().map(alone));
    }
    if found.is_empty() {
        // Lines and columns of a plain XML file are those of the file.
        found.push(bare(text, Carrier::File, Place::default()));
    }
    for one in &mut found {
        one.carrier = Carrier::File;
        one.place = place.clone();
    }
    seen.append(&mut found);
}
