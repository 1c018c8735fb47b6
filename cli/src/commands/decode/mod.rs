//! `diag decode`: SAML messages as indented XML, however they are packed.
//!
//! Here the person asks to see their own message, so nothing in it is hidden, and that is said. On a terminal it is
//! coloured; in a pipe the XML comes out as XML, with what is known of it in comments.

mod source;
mod summary;

use crate::args::{DecodeArguments, ListFormat};
use crate::console;
use crate::failure::{self, Failure, UNABLE};
use crate::keys;
use crate::output;
use anstream::ColorChoice;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diag_core::crypto::{self, Unveiled};
use diag_core::evidence::Evidence;
use diag_core::saml::messages::{self, Decoded};
use diag_core::seal::Sealer;
use diag_render::json;
use diag_render::terminal::{DIM, STRONG, WARNING};
use diag_render::text::highlighted;
use diag_render::text::indented;
use diag_render::text::page::{Page, plain, styled};
use diag_render::wording;
use diag_sdk::Case;
use diag_sdk::case::message::{Carrier, Damage, MessageKind, Sighting};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use summary::Summary;

/// Columns of the words before what a message says.
const LABEL: usize = 11;

const SECRETS: &str = "nothing is hidden here: names, attributes and assertions stand in clear; diag check reports without them";

/// A message, ready to be written.
#[derive(Debug, Serialize)]
struct Message {
    id: String,
    /// The root element.
    root: String,
    /// The layers around the XML.
    packing: &'static str,
    /// Where it was seen, and in which entry of the capture.
    seen: Vec<String>,
    relay_state: Option<String>,
    /// What happened to it on the way.
    damage: Vec<&'static str>,
    /// Why it is not whole.
    broken: Option<String>,
    /// Parts that no key opened, and why.
    closed: Vec<String>,
    summary: Summary,
    /// Lines of the summary, for people.
    #[serde(skip)]
    lines: Vec<(&'static str, String)>,
    /// As received.
    xml: String,
    /// What was encrypted in it, opened.
    decrypted: Vec<String>,
}

/// What `--format json` prints.
#[derive(Debug, Serialize)]
struct Written<'m> {
    schema: &'static str,
    source: &'m str,
    messages: &'m [Message],
    /// What could not be decoded, and why.
    unreadable: &'m [String],
}

pub(crate) fn run(arguments: &DecodeArguments) -> anyhow::Result<ExitCode> {
    let (name, reader) = source::open(&arguments.what)?;
    let evidence = source::read(&name, reader);
    let sealer = Sealer::new("");
    let mut decoded = messages::read(&evidence, &sealer);
    let keys = keys::load(&arguments.key)?;
    let unveiled = if keys.is_empty() {
        Vec::new()
    } else {
        crypto::decrypt(&mut decoded, &Case::default(), &keys, &sealer)
    };
    let (readable, unreadable): (Vec<&Decoded>, Vec<&Decoded>) =
        decoded.iter().partition(|one| !one.xml.is_empty() || is_request(one));
    if readable.is_empty() {
        return Err(nothing(&name, &evidence, &decoded).into());
    }
    let messages: Vec<Message> =
        readable.iter().map(|one| message(&evidence, one, &unveiled, !keys.is_empty())).collect();
    let unreadable: Vec<String> = unreadable
        .iter()
        .map(|one| format!("{}: {}", described(&evidence, one), reason(one)))
        .collect();
    failure::say_note(SECRETS);
    match arguments.format {
        ListFormat::Json => {
            let written = Written {
                schema: "diag-decode/1",
                source: &name,
                messages: &messages,
                unreadable: &unreadable,
            };
            output::print_bytes(json::pretty(&written)?.as_bytes())?;
        }
        ListFormat::Text if is_for_eyes() => output::print(&shown(&messages))?,
        ListFormat::Text => output::print_bytes(bare(&messages).as_bytes())?,
    }
    for line in &unreadable {
        failure::say_error(line);
    }
    // Of a capture, one that was taken out is the exporter's doing; a message that is cut is not what was asked for.
    let cut = |one: &&&Decoded| {
        one.facts.broken.is_some() || one.facts.damage.contains(&Damage::Truncated)
    };
    let cut: Vec<&&Decoded> =
        readable.iter().filter(cut).filter(|_| !source::is_capture(&evidence)).collect();
    for one in &cut {
        failure::say_error(&format!("{}: {}", described(&evidence, one), reason(one)));
    }
    Ok(ExitCode::from(if cut.is_empty() && unreadable.is_empty() { 0 } else { UNABLE }))
}

/// A request of WS-Federation: parameters, and no XML.
fn is_request(one: &Decoded) -> bool {
    matches!(one.facts.kind, MessageKind::WsFederationSignIn | MessageKind::WsFederationSignOut)
}

/// The output is read by a person, here or in a pager that keeps colours.
fn is_for_eyes() -> bool {
    io::stdout().is_terminal() || anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

fn message(evidence: &Evidence, one: &Decoded, unveiled: &[Unveiled], with_key: bool) -> Message {
    let own = format!("{}.", one.facts.id);
    let summary = summary::of(one);
    let closed = one
        .facts
        .encrypted
        .iter()
        .filter(|_| with_key)
        .filter_map(|part| part.not_decrypted.as_deref());
    Message {
        id: one.facts.id.clone(),
        root: if one.facts.root.is_empty() { "Message".to_owned() } else { one.facts.root.clone() },
        packing: if is_request(one) { "parameters of a URL" } else { packing(&one.payload) },
        seen: one.facts.sightings.iter().map(|sighting| seen(evidence, sighting)).collect(),
        relay_state: one.facts.relay_state.as_ref().map(|state| match &state.text {
            Some(text) => text.clone(),
            None => wording::count(state.secret.length, "character"),
        }),
        damage: one.facts.damage.iter().map(|damage| wording::damage(*damage)).collect(),
        broken: one.facts.broken.as_ref().map(|broken| {
            match (broken.place.line, broken.place.column) {
                (Some(line), Some(column)) => {
                    format!("{} (line {line}, column {column})", broken.value)
                }
                _ => broken.value.clone(),
            }
        }),
        closed: closed.map(str::to_owned).collect(),
        lines: summary::lines(&one.facts, &summary),
        summary,
        xml: one.xml.clone(),
        decrypted: unveiled
            .iter()
            .filter(|text| text.id.starts_with(&own))
            .map(|text| text.text.clone())
            .collect(),
    }
}

impl Message {
    /// How it was packed and where it was seen.
    fn about(&self) -> String {
        let mut parts = vec![self.packing.to_owned()];
        parts.extend(self.seen.first().cloned());
        if self.seen.len() > 1 {
            parts.push(format!("seen {} times", self.seen.len()));
        }
        parts.extend(self.relay_state.as_ref().map(|state| format!("RelayState {state}")));
        parts.join(", ")
    }

    /// What was wrong with it.
    fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<String> =
            self.damage.iter().map(|damage| (*damage).to_owned()).collect();
        remarks.extend(self.broken.clone());
        remarks.extend(self.closed.iter().map(|reason| format!("not decrypted: {reason}")));
        remarks.extend(
            indented::other_encoding(&self.xml)
                .map(|name| format!("came in {name}, is written in UTF-8")),
        );
        remarks
    }
}

/// For a terminal.
fn shown(messages: &[Message]) -> String {
    let width = console::width();
    let mut page = Page::new(width);
    for one in messages {
        page.blank();
        page.hanging(&format!("{}  ", styled(STRONG, &one.root)), 2, &styled(DIM, &one.about()));
        for (label, text) in &one.lines {
            page.hanging(&format!("  {}", styled(DIM, label)), 2 + LABEL, &plain(text));
        }
        for remark in one.remarks() {
            page.hanging(&format!("  {}", styled(WARNING, "!")), 4, &plain(&remark));
        }
        page.blank();
        write_xml(&mut page, &one.xml, width);
        for text in &one.decrypted {
            page.blank();
            page.line(&styled(STRONG, "Decrypted"));
            page.blank();
            write_xml(&mut page, text, width);
        }
    }
    page.finish()
}

fn write_xml(page: &mut Page, xml: &str, width: usize) {
    for line in highlighted::lines(&indented::xml(&indented::as_utf8(xml)), width) {
        page.raw(&line);
    }
}

/// For a pipe or a file: XML, what is known of it in comments.
fn bare(messages: &[Message]) -> String {
    let mut out = String::new();
    for one in messages {
        let mut remark = format!("{}: {}", one.root, one.about());
        for line in one.remarks() {
            // Writing to a String cannot fail.
            let _ = write!(remark, "; {line}");
        }
        for (label, text) in one.lines.iter().filter(|_| one.xml.is_empty()) {
            let _ = write!(remark, "; {label} {text}");
        }
        write_bare(&mut out, &one.xml, &remark);
        for text in &one.decrypted {
            write_bare(&mut out, text, "decrypted");
        }
    }
    out
}

fn write_bare(out: &mut String, xml: &str, remark: &str) {
    if !out.is_empty() {
        out.push('\n');
    }
    let text = indented::xml(&indented::as_utf8(xml));
    // A comment holds no two hyphens in a row, and comes after the declaration.
    let comment =
        format!("<!-- {} -->\n", plain(remark).replace("--", "- -").trim_end_matches('-'));
    let declaration = text
        .strip_prefix("<?xml")
        .and_then(|rest| rest.find("?>"))
        .map_or(0, |at| "<?xml".len() + at + "?>".len());
    let (declaration, rest) = text.split_at(declaration);
    if !declaration.is_empty() {
        out.push_str(declaration);
        out.push('\n');
    }
    out.push_str(&comment);
    out.push_str(rest.trim_start_matches(['\r', '\n']));
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

fn described(evidence: &Evidence, one: &Decoded) -> String {
    let sighting = one.facts.delivered().or(one.facts.sightings.first());
    let seen =
        sighting.map(|sighting| format!(", {}", seen(evidence, sighting))).unwrap_or_default();
    format!("{}{seen}", packing(&one.payload))
}

fn seen(evidence: &Evidence, sighting: &Sighting) -> String {
    let signed = if sighting.signed_query { ", signed in the query" } else { "" };
    let carrier = match sighting.carrier {
        Carrier::File => {
            return sighting
                .to
                .as_ref()
                .map_or_else(|| format!("on its own{signed}"), |to| format!("for {to}{signed}"));
        }
        Carrier::Query => "in the query of",
        Carrier::PostForm => "posted to",
        Carrier::PageForm => "in a page's form for",
        Carrier::LocationHeader => "in a redirect to",
    };
    let to = sighting.to.as_deref().unwrap_or("an unknown address");
    let entry = sighting
        .exchange
        .and_then(|index| evidence.exchanges.get(index))
        .and_then(|exchange| exchange.place.entry);
    let entry = entry.map(|entry| format!(", entry {entry}")).unwrap_or_default();
    format!("{carrier} {to}{entry}{signed}")
}

/// The layers around the XML. A few characters tell: XML begins with `<`, and DEFLATE data does not.
fn packing(payload: &str) -> &'static str {
    let payload = payload.trim_start();
    if payload.starts_with('<') {
        return "plain XML";
    }
    let head: String =
        payload.chars().filter(|character| !character.is_whitespace()).take(8).collect();
    match STANDARD.decode(head) {
        Ok(bytes) if bytes.starts_with(b"<") || bytes.starts_with(b"\xef\xbb\xbf") => "base64",
        _ => "base64 and DEFLATE",
    }
}

fn reason(one: &Decoded) -> String {
    one.facts
        .broken
        .as_ref()
        .map_or_else(|| "cannot be decoded".to_owned(), |broken| broken.value.clone())
}

const WHAT_IS_READ: &str = "expected base64, a URL or form with SAMLRequest or SAMLResponse, an HTML page with such a form, XML, or a HAR";

fn nothing(name: &str, evidence: &Evidence, decoded: &[Decoded]) -> Failure {
    if let Some(one) = decoded.iter().find(|one| !one.payload.trim().is_empty()) {
        return Failure::new(format!("{name}: no SAML message could be decoded: {}", reason(one)))
            .hint(WHAT_IS_READ);
    }
    if source::is_capture(evidence) {
        let number = evidence.exchanges.len();
        let what = match number {
            0 => "a capture without a single exchange".to_owned(),
            1 => "a capture of 1 exchange, which carries no SAML message".to_owned(),
            _ => format!("a capture of {number} exchanges, none of which carries a SAML message"),
        };
        return Failure::new(format!("{name}: {what}"))
            .hint("diag flow shows what happened in it; record it from before the first click on");
    }
    if evidence.documents.iter().all(|document| document.bytes.trim_ascii().is_empty()) {
        return Failure::new(format!("{name}: is empty")).hint(WHAT_IS_READ);
    }
    Failure::new(format!("{name}: carries no SAML message")).hint(WHAT_IS_READ)
}
