//! `diag decode`: SAML messages as indented XML, however they are packed.
//!
//! Here the person asks to see their own message, so nothing in it is hidden.

use crate::args::DecodeArguments;
use crate::failure::{self, Failure};
use crate::keys;
use crate::output;
use crate::render::text::indented;
use crate::render::text::page::{Page, plain, styled};
use crate::terminal::{self, DIM, STRONG, WARNING};
use crate::wording;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diag_core::crypto;
use diag_core::evidence::{Document, Evidence};
use diag_core::intake::{self, Options, Supplied};
use diag_core::saml::messages::{self, Decoded};
use diag_core::seal::Sealer;
use diag_sdk::Case;
use diag_sdk::case::input::{HeldBy, InputKind};
use diag_sdk::case::message::{Carrier, Sighting};
use std::cell::RefCell;
use std::fs;
use std::io::{self, Cursor, IsTerminal, Read};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;

/// Bytes kept of an input that is no capture: pages and messages are far smaller.
const KEPT: usize = 16 << 20;

pub(crate) fn run(arguments: &DecodeArguments) -> anyhow::Result<ExitCode> {
    let (name, reader) = source(&arguments.what)?;
    let evidence = read(&name, reader);
    let sealer = Sealer::new("");
    let mut decoded = messages::read(&evidence, &sealer);
    let keys = keys::load(&arguments.decrypt)?;
    let unveiled = if keys.is_empty() { Vec::new() } else { crypto::decrypt(&mut decoded, &Case::default(), &keys, &sealer) };
    let (readable, unreadable): (Vec<&Decoded>, Vec<&Decoded>) = decoded.iter().partition(|one| !one.xml.is_empty());
    if readable.is_empty() {
        if decoded.iter().all(|one| one.payload.is_empty())
            && evidence.documents.iter().all(|document| document.bytes.trim_ascii().is_empty())
        {
            return Err(Failure::new(format!("{name}: is empty")).hint(WHAT_IS_READ).into());
        }
        return Err(nothing(&name, unreadable.first().copied()).into());
    }
    let mut page = Page::new(terminal::width());
    for one in readable {
        page.blank();
        write(&mut page, &evidence, one);
        let own = format!("{}.", one.facts.id);
        for text in unveiled.iter().filter(|text| text.id.starts_with(&own)) {
            page.blank();
            page.line(&styled(STRONG, "Decrypted"));
            page.blank();
            write_xml(&mut page, &text.text);
        }
        for part in one.facts.encrypted.iter().filter(|_| !keys.is_empty()) {
            if let Some(reason) = &part.not_decrypted {
                page.hanging(&format!("  {}", styled(WARNING, "!")), 4, &plain(&format!("not decrypted: {reason}")));
            }
        }
    }
    output::print(&page.finish())?;
    for one in unreadable {
        failure::say_error(&format!("{}: {}", described(&evidence, one), reason(one)));
    }
    Ok(ExitCode::SUCCESS)
}

/// What was given: standard input, a file, or the message itself.
fn source(what: &str) -> Result<(String, Box<dyn Read>), Failure> {
    if what == "-" {
        if io::stdin().is_terminal() {
            failure::say_note("paste the message, then press Enter and Ctrl-D");
        }
        return Ok(("standard input".to_owned(), Box::new(io::stdin().lock())));
    }
    let path = Path::new(what);
    // A blob can be longer than any path, which some systems report as an error of its own.
    if path.is_file() {
        let file = fs::File::open(path).map_err(|error| Failure::new(format!("{what}: cannot be read: {error}")))?;
        return Ok((what.to_owned(), Box::new(file)));
    }
    if path.is_dir() {
        return Err(Failure::new(format!("{what}: expected a file or a message, found a folder")));
    }
    // Base64 has no full stop; URLs and forms name their parameter.
    if what.contains('.') && !what.contains("SAMLRe") && !what.trim_start().starts_with('<') {
        return Err(Failure::new(format!("{what}: no such file")));
    }
    Ok(("the message".to_owned(), Box::new(Cursor::new(what.to_owned().into_bytes()))))
}

/// Reads a capture as such, and anything else as something that carries a message.
fn read(name: &str, reader: Box<dyn Read>) -> Evidence {
    let kept = Rc::new(RefCell::new(Vec::new()));
    let reader = Box::new(Keeping { reader, kept: Rc::clone(&kept) });
    let supplied = Supplied { path: name.to_owned(), named: true, held_by: HeldBy::Publisher, reader };
    let mut evidence = intake::read(vec![supplied], &Options::default(), &mut |_| {});
    let carries = evidence.documents.iter().any(|document| document.kind == InputKind::SamlMessage);
    if evidence.exchanges.is_empty() && !carries {
        // A page with a form, or text that only tolerant reading makes a message of.
        evidence.documents =
            vec![Document { input: "i1".to_owned(), kind: InputKind::SamlMessage, bytes: kept.take(), ..Document::default() }];
    }
    evidence
}

/// Passes bytes on and keeps the first of them.
struct Keeping {
    reader: Box<dyn Read>,
    kept: Rc<RefCell<Vec<u8>>>,
}

impl Read for Keeping {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let mut kept = self.kept.borrow_mut();
        let room = KEPT.saturating_sub(kept.len()).min(read);
        kept.extend_from_slice(buffer.get(..room).unwrap_or_default());
        Ok(read)
    }
}

fn write(page: &mut Page, evidence: &Evidence, one: &Decoded) {
    page.hanging(&format!("{}  ", styled(STRONG, root(one))), 2, &styled(DIM, &described(evidence, one)));
    for damage in &one.facts.damage {
        page.hanging(&format!("  {}", styled(WARNING, "!")), 4, wording::damage(*damage));
    }
    if let Some(broken) = &one.facts.broken {
        let at = match (broken.place.line, broken.place.column) {
            (Some(line), Some(column)) => format!(" (line {line}, column {column})"),
            _ => String::new(),
        };
        page.hanging(&format!("  {}", styled(WARNING, "!")), 4, &format!("{}{at}", plain(&broken.value)));
    }
    page.blank();
    write_xml(page, &one.xml);
}

fn write_xml(page: &mut Page, xml: &str) {
    for line in indented::xml(xml).lines() {
        page.line(&plain(line));
    }
}

fn root(one: &Decoded) -> &str {
    if one.facts.root.is_empty() { "Message" } else { &one.facts.root }
}

/// How it was packed and where it was seen.
fn described(evidence: &Evidence, one: &Decoded) -> String {
    let mut parts = vec![packing(&one.payload).to_owned()];
    let sightings = &one.facts.sightings;
    if let Some(leading) = one.facts.delivered().or(sightings.first()) {
        parts.push(seen(evidence, leading));
        if sightings.len() > 1 {
            parts.push(format!("seen {} times", sightings.len()));
        }
        if leading.signed_query {
            parts.push("signed in the query".to_owned());
        }
    }
    if let Some(state) = &one.facts.relay_state {
        parts.push(match &state.text {
            Some(text) => format!("RelayState {text}"),
            None => format!("RelayState of {}", wording::count(state.secret.length, "character")),
        });
    }
    parts.join(", ")
}

fn seen(evidence: &Evidence, sighting: &Sighting) -> String {
    let carrier = match sighting.carrier {
        Carrier::File => return sighting.to.as_ref().map_or_else(|| "on its own".to_owned(), |to| format!("for {to}")),
        Carrier::Query => "in the query of",
        Carrier::PostForm => "posted to",
        Carrier::PageForm => "in a page's form for",
        Carrier::LocationHeader => "in a redirect to",
    };
    let to = sighting.to.as_deref().unwrap_or("an unknown address");
    let entry = sighting.exchange.and_then(|index| evidence.exchanges.get(index)).and_then(|exchange| exchange.place.entry);
    let entry = entry.map(|entry| format!(", entry {entry}")).unwrap_or_default();
    format!("{carrier} {to}{entry}")
}

/// The layers around the XML. A few characters tell: XML begins with `<`, and DEFLATE data does not.
fn packing(payload: &str) -> &'static str {
    let payload = payload.trim_start();
    if payload.starts_with('<') {
        return "plain XML";
    }
    let head: String = payload.chars().filter(|character| !character.is_whitespace()).take(8).collect();
    match STANDARD.decode(head) {
        Ok(bytes) if bytes.starts_with(b"<") || bytes.starts_with(b"\xef\xbb\xbf") => "base64",
        _ => "base64 and DEFLATE",
    }
}

fn reason(one: &Decoded) -> String {
    one.facts.broken.as_ref().map_or_else(|| "cannot be decoded".to_owned(), |broken| broken.value.clone())
}

const WHAT_IS_READ: &str = "expected base64, a URL or form with SAMLRequest or SAMLResponse, an HTML page with such a form, XML, or a HAR";

fn nothing(name: &str, first: Option<&Decoded>) -> Failure {
    match first {
        Some(one) => Failure::new(format!("{name}: no SAML message could be decoded: {}", reason(one))).hint(WHAT_IS_READ),
        None => Failure::new(format!("{name}: carries no SAML message")).hint(WHAT_IS_READ),
    }
}
