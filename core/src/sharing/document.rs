//! Documents other than captures: small enough to be copied in memory, and written back as they were, byte for
//! byte, but for what goes.

use super::around::Around;
use super::certificates;
use super::change;
use super::edit::{Edit, Edits, apply};
use super::gather;
use super::kind::Kind;
use super::layers;
use super::lexicon::{Collecting, Lexicon};
use super::opaque;
use super::people;
use super::receipt::Tally;
use super::words::Gathered;
use super::{Options, capture};
use crate::beginning;
use crate::intake::encoding;
use crate::intake::files::Sort;
use crate::mask;
use crate::saml::xml;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use serde_json::Value;
use std::ops::Range;

/// A document with what goes replaced.
#[derive(Debug)]
pub(super) struct Document {
    text: String,
    /// It was UTF-16, with a byte order mark.
    utf16: Option<&'static Encoding>,
    bom: bool,
    sort: Sort,
}

/// The text of a document, and how it was encoded.
pub(super) fn text_of(bytes: &[u8]) -> (String, Option<&'static Encoding>, bool) {
    let utf16 = match bytes {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ => None,
    };
    (
        encoding::text(bytes).trim_start_matches('\u{feff}').to_owned(),
        utf16,
        bytes.starts_with(&[0xef, 0xbb, 0xbf]),
    )
}

/// Collects from a document.
pub(super) fn gather(
    collecting: &mut Collecting,
    names: &mut Gathered,
    bytes: &[u8],
    sort: Sort,
    options: Options,
) {
    let (text, ..) = text_of(bytes);
    let around = if sort == Sort::Text { Around::Page } else { Around::Data };
    if options.identities || options.hosts {
        certificates::gather(&mut collecting.certificates, &text);
    }
    if is_report(&text, sort) {
        // No secret comes into one; what is random in it are digests of what is public, and addresses of guides.
        match values(&text, sort) {
            Some(values) => {
                for mut value in values {
                    people::json(names, &mut value, options);
                }
            }
            None => people::text(names, &text, options),
        }
        return;
    }
    match values(&text, sort) {
        Some(values) => {
            for mut value in values {
                // Hashes of messages and keys are no secrets.
                if let Some(trace) = value.as_object_mut() {
                    trace.remove(capture::RECORD);
                }
                // A trace of a browser's extension is a list of requests; an export is not.
                let loose = value.get("requests").is_some_and(Value::is_array);
                gather::json(collecting, &mut value, loose);
                people::json(names, &mut value, options);
            }
        }
        None if sort == Sort::Public => {
            gather_keys(collecting, &text);
            people::text(names, &text, options);
            let open = open_to_all(collecting, &text);
            collecting.public(open);
            return;
        }
        None => {
            gather::text(collecting, &text, around, true);
            people::text(names, &text, options);
        }
    }
    if sort == Sort::Json {
        let open = change_public(&text);
        collecting.public(open);
    }
}

/// A report of our own, as it lies in a bundle beside the copies that it is about.
fn is_report(text: &str, sort: Sort) -> bool {
    const BEGINNING: usize = 2_048;
    let head = beginning::of(text, BEGINNING);
    match sort {
        Sort::Json => head
            .trim_start_matches(|character: char| character == '{' || character.is_whitespace())
            .starts_with("\"schema\": \"diag-report/"),
        Sort::Text => head.contains("<meta name=\"generator\" content=\"diag "),
        _ => false,
    }
}

/// Private keys beside certificates.
fn gather_keys(collecting: &mut Collecting, text: &str) {
    for one in super::standing::cut(text).into_iter().filter(|one| one.kind == Kind::PrivateKey) {
        let compact: String = text.get(one.range).unwrap_or_default().split_whitespace().collect();
        collecting.add(&compact, one.kind);
    }
}

/// A published document without what nobody should read in it, which is taken as secret.
fn open_to_all(collecting: &mut Collecting, text: &str) -> String {
    let mut open = String::with_capacity(text.len());
    let mut at = 0;
    let mut secrets = super::published::secrets(text);
    secrets.sort_by_key(|range| range.start);
    for range in secrets.into_iter().filter(|range| range.end > range.start) {
        if range.start < at {
            continue;
        }
        collecting.add(text.get(range.clone()).unwrap_or_default(), Kind::Password);
        open.push_str(text.get(at..range.start).unwrap_or_default());
        at = range.end;
    }
    open.push_str(text.get(at..).unwrap_or_default());
    open
}

/// Of an export only ids count as public: its other values may be secrets.
fn change_public(text: &str) -> String {
    text.split(|character: char| !(character.is_ascii_hexdigit() || character == '-'))
        .filter(|word| opaque::is_guid(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The documents of a JSON text, where it is one that can be read.
fn values(text: &str, sort: Sort) -> Option<Vec<Value>> {
    (sort == Sort::Json)
        .then(|| {
            serde_json::Deserializer::from_str(text)
                .into_iter::<Value>()
                .collect::<Result<Vec<_>, _>>()
                .ok()
        })
        .flatten()
        .filter(|all| !all.is_empty())
}

/// Replaces what goes.
pub(super) fn copy(lexicon: &Lexicon, bytes: &[u8], sort: Sort) -> (Document, Tally) {
    let (mut text, utf16, bom) = text_of(bytes);
    let mut tally = Tally::default();
    let place = match sort {
        Sort::Json => "export",
        Sort::Message => "message",
        _ => "text",
    };
    if let Some(mut all) = values(&text, sort) {
        let mut changed = false;
        for value in &mut all {
            changed |= change::json(lexicon, value, &mut tally, "");
        }
        if changed {
            let folded = text.trim_end().contains('\n');
            let written: Vec<String> = all
                .iter()
                .map(|value| if folded { format!("{value:#}") } else { value.to_string() })
                .collect();
            text = format!("{}\n", written.join("\n"));
        }
    } else if sort == Sort::Public {
        // Signatures of what is published open nothing.
        if let Some(changed) = public(lexicon, &text, &mut tally) {
            text = changed;
        }
    } else if let Some(changed) = change::text(lexicon, &text, &mut tally, place) {
        text = changed;
    }
    (Document { text, utf16, bom, sort }, tally)
}

fn public(lexicon: &Lexicon, text: &str, tally: &mut Tally) -> Option<String> {
    let mut edits = Edits::default();
    for edit in remarks(text).into_iter().chain(super::engine::edits(lexicon, text)) {
        edits.add(edit);
    }
    let edits = edits.all();
    if edits.is_empty() {
        return None;
    }
    tally.edits("published document", &edits);
    Some(apply(text, &edits))
}

/// Comments of a published document: whoever wrote them wrote to somebody else. Their lines stay, and so does a record of ours.
fn remarks(text: &str) -> Vec<Edit> {
    const GONE: &str = " removed ";
    let document = mask::behind::split(text).map_or(text, |(document, _)| document);
    let told = |range: &Range<usize>| {
        let remark = document.get(range.clone()).unwrap_or_default().trim();
        !remark.is_empty() && remark != GONE.trim()
    };
    let gone = |range: Range<usize>| {
        let lines = document.get(range.clone()).unwrap_or_default().matches('\n').count();
        let with = format!("{GONE}{}", "\n".repeat(lines));
        Edit { range, with, values: vec![(Kind::Remark, 1)] }
    };
    xml::comments(document).into_iter().filter(told).map(gone).collect()
}

/// The record that a document holds.
pub(super) fn record_in(bytes: &[u8], sort: Sort) -> Option<Value> {
    record(&text_of(bytes).0, sort)
}

fn record(text: &str, sort: Sort) -> Option<Value> {
    if sort == Sort::Json {
        return serde_json::from_str::<Value>(text).ok()?.get(capture::RECORD).cloned();
    }
    if let Some((_, record)) = mask::behind::split_line(text).filter(|_| sort == Sort::Text) {
        return serde_json::from_str(record).ok();
    }
    let mut found = None;
    super::deep::every_layer(text, &mut |layer| {
        if found.is_none() {
            found = mask::behind::split(layer)
                .and_then(|(_, record)| serde_json::from_str(record).ok());
        }
    });
    found
}

impl Document {
    /// The record it holds.
    pub(super) fn record(&self) -> Option<Value> {
        record(&self.text, self.sort)
    }

    /// Its bytes, with a record where it is a trace or a message.
    pub(super) fn with_record(&self, record: Option<&Value>) -> Vec<u8> {
        let mut text = std::borrow::Cow::Borrowed(self.text.as_str());
        if let Some(record) = record {
            match self.sort {
                Sort::Json => {
                    if let Ok(Value::Object(mut object)) = serde_json::from_str::<Value>(&text) {
                        object.insert(capture::RECORD.to_owned(), record.clone());
                        let value = Value::Object(object);
                        text = if text.trim_end().contains('\n') {
                            format!("{value:#}\n")
                        } else {
                            format!("{value}\n")
                        }
                        .into();
                    }
                }
                Sort::Message => text = behind_message(&text, record).into(),
                // What is published, and texts, have no record but of the names in it.
                Sort::Public | Sort::Text
                    if opaque::begins_as_markup(&text) && record.get("names").is_some() =>
                {
                    let whole = text.trim_end();
                    let document =
                        mask::behind::split(whole).map_or(whole, |(document, _)| document);
                    text =
                        format!("{document}{}\n", mask::behind::comment(&of_names(record))).into();
                }
                Sort::Text if record.get("names").is_some() => {
                    let before =
                        mask::behind::split_line(&text).map_or(&*text, |(before, _)| before);
                    let end = if before.ends_with('\n') { "" } else { "\n" };
                    text =
                        format!("{before}{end}{}\n", mask::behind::line(&of_names(record))).into();
                }
                _ => {}
            }
        }
        self.encode(&text)
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        let Some(utf16) = self.utf16 else {
            let mark: &[u8] = if self.bom { &[0xef, 0xbb, 0xbf] } else { &[] };
            return [mark, text.as_bytes()].concat();
        };
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units
            .flat_map(
                |unit: u16| if utf16 == UTF_16LE { unit.to_le_bytes() } else { unit.to_be_bytes() },
            )
            .collect()
    }
}

/// What a record says of names.
fn of_names(record: &Value) -> String {
    serde_json::json!({ "schema": record["schema"], "by": record["by"], "on": record["on"], "names": record["names"] }).to_string()
}

/// Puts the record behind the message in a text, in whatever encoding it stands there.
fn behind_message(text: &str, record: &Value) -> String {
    let comment = mask::behind::comment(&record.to_string());
    let mut done = false;
    let edits = behind(text, &comment, 0, &mut done);
    apply(text, &edits)
}

fn behind(text: &str, comment: &str, depth: usize, done: &mut bool) -> Vec<Edit> {
    const MESSAGES: &[&str] = &[
        "Response",
        "AuthnRequest",
        "LogoutRequest",
        "LogoutResponse",
        "Assertion",
        "Envelope",
        "RequestSecurityTokenResponse",
        "RequestSecurityTokenResponseCollection",
        "ArtifactResponse",
        "ArtifactResolve",
    ];
    let root =
        text.trim_start().starts_with('<').then(|| crate::saml::xml::root_name(text)).flatten();
    if root.is_some_and(|root| MESSAGES.contains(&crate::saml::xml::local_name(root))) {
        *done = true;
        let end =
            mask::behind::split(text).map_or(text.trim_end().len(), |(message, _)| message.len());
        // An edit replaces something: the last character stays.
        let last = text.get(..end).and_then(|text| text.chars().next_back()).unwrap_or('>');
        let range = end - last.len_utf8()..text.len();
        return vec![Edit { range, with: format!("{last}{comment}"), values: Vec::new() }];
    }
    if depth >= 5 {
        return Vec::new();
    }
    for layer in layers::of(text) {
        let inner = behind(&layer.text, comment, depth + 1, done);
        if *done {
            let mut out = Vec::new();
            layer.back(&inner, &mut out);
            return out;
        }
    }
    Vec::new()
}
