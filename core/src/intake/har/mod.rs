//! Captures: HTTP Archives as browsers and proxies export them, read as a stream.

// First, since its macros declare the entry.
#[macro_use]
mod lenient;

mod block;
mod cookies;
mod entry;
mod exchange;
mod furniture;
mod nearby;
mod parts;
mod scan;
mod signs;
mod slim;
mod splitter;
mod window;

pub(crate) use exchange::is_read;
pub(super) use parts::parts;

use crate::bounds::{Bounds, Gauge};
use crate::evidence::RawExchange;
use crate::intake::source::Source;
use crate::intake::{Intake, Options, Progress, encoding, withheld};
use diag_sdk::Place;
use diag_sdk::case::input::{Input, InputKind};
use entry::{Entry, Tool};
use exchange::{Converter, Habits};
use furniture::Background;
use nearby::{Nearby, Waiting};
use serde::de::IgnoredAny;
use slim::Long;
use splitter::{Piece, Room, Sink, Splitter, Stop};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::io::Read;
use std::ops::Range;
use window::{At, advance};

/// Remarks of one sort that are written out; the rest is counted.
const REMARKS: usize = 3;

/// Progress is reported every so many entries.
const REPORT_EVERY: usize = 64;

impl Intake<'_, '_> {
    /// Reads a capture from its stream.
    pub(super) fn take_capture(&mut self, input: &mut Input, source: Source<'_>) {
        input.notes.extend(source.note());
        let counter = source.counter();
        match encoding::utf16(source.prefix()) {
            Some(utf16) => {
                input.notes.push(format!("Encoded in {}, where JSON is UTF-8", utf16.name()));
                self.split_capture(input, encoding::Transcoder::new(source, utf16), &counter);
            }
            None => self.split_capture(input, source, &counter),
        }
    }

    /// Reads a capture that is in memory already.
    pub(super) fn take_capture_text(&mut self, input: &mut Input, text: &str) {
        self.split_capture(input, text.as_bytes(), &Cell::new(text.len() as u64));
    }

    fn split_capture(&mut self, input: &mut Input, reader: impl Read, counter: &Cell<u64>) {
        let before = self.evidence.exchanges.len();
        let file = self.file;
        let mut report =
            |entries| (self.progress)(Progress { file, bytes: counter.get(), entries });
        let mut sink =
            Reader::new(&input.id, self.options, &mut self.evidence.exchanges, &mut report);
        let end = read_all(reader, window::CAPACITY, &mut sink);
        input.kind = InputKind::Har;
        input.producer = sink.producer.take();
        (sink.report)(sink.exchanges.len());
        let light = sink.light;
        let records = std::mem::take(&mut sink.records);
        let crossed = sink.crossed();
        sink.converter.nearby.end();
        let notes = sink.notes(end);
        input.notes.extend(notes);
        for word in crossed {
            self.evidence.cross(
                word,
                self.options.bounds.get(word).unwrap_or_default(),
                Some(&input.id),
            );
        }
        self.evidence.records.extend(records);
        withheld::settle(&mut self.evidence, input, before, light);
    }
}

/// Whether a file that begins so is a capture.
pub(super) fn begins_a_capture(beginning: &[u8]) -> bool {
    let mut probe = Probe::default();
    let mut splitter = Splitter::new(
        beginning,
        Room { capacity: beginning.len() + 16, entry: beginning.len() + 16, string: usize::MAX },
        false,
    );
    if !splitter.anything_left() {
        return false;
    }
    let result = splitter.document(&mut probe);
    // A `log` that is cut off before its entries has at least said what it is.
    probe.entry || (probe.log && (probe.entries || (probe.telling && result == Err(Stop::Ended))))
}

/// Looks for signs of a capture.
#[derive(Default)]
struct Probe {
    log: bool,
    entries: bool,
    telling: bool,
    entry: bool,
}

impl Probe {
    fn look(&mut self, piece: &Piece<'_>) {
        let has = |name: &str| memchr::memmem::find(piece.bytes, name.as_bytes()).is_some();
        self.entry |= has("\"request\"")
            && (has("\"startedDateTime\"") || (has("\"response\"") && has("\"url\"")));
    }
}

impl Sink for Probe {
    fn begins(&mut self, name: &'static str) {
        self.log |= name == "log";
        self.entries |= name == "entries";
    }
    fn member(&mut self, name: &[u8], _: &[u8], _: At) {
        self.telling |= matches!(name, b"version" | b"creator" | b"browser" | b"pages");
    }
    fn entry(&mut self, piece: Piece<'_>) {
        self.look(&piece);
    }
    fn passed_over(&mut self, _: usize, _: At, _: bool) {}
    fn cut_short(&mut self, piece: Piece<'_>) {
        self.look(&piece);
    }
    fn full(&self) -> bool {
        self.entry
    }
}

/// Reads every document of the stream; what stopped it, in words.
fn read_all(reader: impl Read, capacity: usize, sink: &mut Reader<'_>) -> Option<String> {
    let bounds = &sink.options.bounds;
    let room =
        Room { capacity, entry: Bounds::size(bounds.entry), string: Bounds::size(bounds.string) };
    let mut splitter = Splitter::new(reader, room, sink.options.strict);
    let mut documents = 0;
    while splitter.anything_left() {
        let result = splitter.document(sink);
        let at = splitter.at();
        match result {
            Ok(()) => documents += 1,
            Err(Stop::Enough) => {
                sink.crossed.insert("entries");
                return Some(format!(
                    "It has more than {} entries: the rest was not read",
                    sink.options.bounds.entries
                ));
            }
            Err(Stop::Expected(_)) if documents > 0 => {
                return Some(format!("Something follows the end of the JSON, at {at}: not read"));
            }
            Err(Stop::Expected(what)) => {
                let read = splitter.found();
                return Some(format!(
                    "The JSON breaks at {at}, where {what} was expected: the {read} entries before it were read"
                ));
            }
            Err(Stop::Ended) => {
                return Some(truncated(at, splitter.found(), splitter.failure(), sink.cut.take()));
            }
        }
    }
    let at = splitter.at();
    if let Some(failure) = splitter.failure() {
        return Some(format!("The file cannot be read beyond {at} ({failure})"));
    }
    (documents > 1).then(|| format!("{documents} JSON documents follow one another in this file: all were read, their entries counted on"))
}

/// The remark on a file that ends in the middle.
fn truncated(at: At, found: usize, failure: Option<&str>, cut: Option<Cut>) -> String {
    let Some(cut) = cut else {
        let why = failure.map_or_else(String::new, |failure| format!(" ({failure})"));
        return format!(
            "Truncated: the file ends at {at}{why}, before its JSON does. The {found} entries in it were read"
        );
    };
    let read = found.saturating_sub(1);
    match (cut.broken, failure) {
        (Some((at, what)), None) => {
            format!(
                "The JSON breaks at {at}, inside entry {}: {what}. The {read} entries before it were read, none after it",
                cut.index
            )
        }
        (_, failure) => {
            let why = failure.map_or_else(String::new, |failure| format!(" ({failure})"));
            format!(
                "Truncated: the file ends at {at}{why}, inside entry {}. The {read} entries before it were read",
                cut.index
            )
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {} (byte {})", self.line, self.column, self.byte)
    }
}

/// The entry in which the stream ended.
struct Cut {
    index: usize,
    /// Where its JSON was already broken before that, and how.
    broken: Option<(At, String)>,
}

/// Remarks of one sort: the first few in words, the others as a number.
#[derive(Default)]
struct Remarks {
    written: Vec<String>,
    more: usize,
}

impl Remarks {
    fn add(&mut self, remark: String) {
        if self.written.len() < REMARKS {
            self.written.push(remark);
        } else {
            self.more += 1;
        }
    }

    fn into_notes(self, more: &str) -> Vec<String> {
        let mut notes = self.written;
        if self.more > 0 {
            notes.push(format!("{} more {more}", self.more));
        }
        notes
    }
}

/// Turns the splitter's pieces into exchanges.
struct Reader<'a> {
    input: &'a str,
    options: &'a Options,
    exchanges: &'a mut Vec<RawExchange>,
    before: usize,
    converter: Converter<'a>,
    producer: Option<String>,
    version: Option<String>,
    slim: Vec<u8>,
    cut: Option<Cut>,
    unreadable: Remarks,
    flaws: Remarks,
    repaired: usize,
    /// Some entries were read without their headers.
    light: bool,
    /// What came with a copy whose values were taken out.
    records: Vec<String>,
    /// How many of those are kept, and how many more there were.
    lights: (u64, u64),
    background: Background,
    /// Words of bounds that were crossed.
    crossed: BTreeSet<&'static str>,
    report: &'a mut dyn FnMut(usize),
}

/// What reading an entry came to.
enum Taken {
    /// A sign-in may need it.
    Full(RawExchange),
    /// It is there, and nobody needs more.
    Light(RawExchange),
}

impl<'a> Reader<'a> {
    fn new(
        input: &'a str,
        options: &'a Options,
        exchanges: &'a mut Vec<RawExchange>,
        report: &'a mut dyn FnMut(usize),
    ) -> Self {
        let budget = Bounds::size(options.bounds.bodies);
        let converter = Converter {
            bounds: &options.bounds,
            habits: Habits::default(),
            budget,
            nearby: Nearby::default(),
            put_off: None,
            fields: Gauge::new(options.bounds.fields),
            large: false,
            spent: false,
            sent: false,
        };
        let before = exchanges.len();
        Self {
            input,
            options,
            exchanges,
            before,
            converter,
            producer: None,
            version: None,
            slim: Vec::new(),
            cut: None,
            unreadable: Remarks::default(),
            flaws: Remarks::default(),
            repaired: 0,
            light: false,
            records: Vec::new(),
            lights: (0, 0),
            background: Background::default(),
            crossed: BTreeSet::new(),
            report,
        }
    }

    fn crossed(&self) -> BTreeSet<&'static str> {
        let mut crossed = self.crossed.clone();
        crossed.extend(self.converter.large.then_some("body"));
        crossed.extend(self.converter.spent.then_some("bodies"));
        crossed.extend(self.converter.sent.then_some("posted"));
        crossed.extend(self.converter.fields.crossed().then_some("fields"));
        crossed
    }

    fn notes(self, end: Option<String>) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(version) =
            self.version.filter(|version| !matches!(version.as_str(), "1.1" | "1.2"))
        {
            let is_version = version.len() <= 12
                && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let version = if is_version { version.as_str() } else { "…" };
            notes.push(format!(
                "HAR version `{version}`, where 1.1 or 1.2 was expected: read as 1.2"
            ));
        }
        notes.extend(end);
        if self.lights.1 > 0 {
            notes.push(format!(
                "{} scripts, pictures and background requests are kept; {} more were only counted",
                self.lights.0, self.lights.1
            ));
        }
        let passed = self.converter.nearby.passed;
        if passed > 0 {
            notes.push(format!("{passed} pages far from any sign-in were counted, not looked at"));
        }
        notes.extend(self.unreadable.into_notes("entries could not be read"));
        notes.extend(self.flaws.into_notes("flaws of this sort"));
        if self.repaired > 0 {
            notes.push(format!(
                "Characters that JSON does not allow were repaired in {} entries",
                self.repaired
            ));
        }
        notes
    }

    /// Strict mode: every byte has to be UTF-8 and JSON.
    fn validate(&mut self, bytes: &[u8], at: At, what: &str) {
        if let Some((at, why)) = flaw(bytes, at) {
            self.flaws.add(format!("Not valid at {at}, in {what}: {why}"));
        }
    }

    fn parse(
        &mut self,
        long: Long<'_>,
        lists: &[Range<usize>],
        place: Place,
    ) -> Result<Taken, serde_json::Error> {
        slim::without_lists(long, lists, &mut self.slim);
        let texts = lists.iter().filter_map(|list| long.entry.get(list.clone()));
        if let Some(light) =
            furniture::at_a_glance(&self.slim, long.entry, texts, &place, &mut self.background)
        {
            self.light = true;
            return Ok(Taken::Light(light));
        }
        slim::slim(long, &mut self.slim);
        if std::str::from_utf8(&self.slim).is_ok()
            && let Ok(entry) = serde_json::from_slice::<Entry<'_>>(&self.slim)
        {
            return Ok(Taken::Full(self.converter.exchange(&entry, long, place)));
        }
        let mut repaired = String::from_utf8_lossy(&self.slim).into_owned().into_bytes();
        slim::repair(&mut repaired);
        let entry = serde_json::from_slice::<Entry<'_>>(&repaired)?;
        self.repaired += 1;
        Ok(Taken::Full(self.converter.exchange(&entry, long, place)))
    }

    fn keep(&mut self, exchange: Taken) {
        match exchange {
            Taken::Full(exchange) => {
                let bears = !exchange.form.is_empty()
                    || matches!(exchange.status, 300..=399 | 401)
                    || exchange.url.contains("SAML");
                if bears {
                    self.background.anew();
                }
                for page in self.converter.nearby.due() {
                    let body = self.converter.read_after_all(&page.text);
                    if let Some(exchange) = self.exchanges.get_mut(page.exchange) {
                        exchange.response_body = body;
                    }
                }
                if let Some(text) = self.converter.put_off.take() {
                    self.converter.nearby.put_off(Waiting { exchange: self.exchanges.len(), text });
                }
                self.exchanges.push(exchange);
            }
            Taken::Light(exchange) if self.lights.0 < self.options.bounds.light => {
                self.lights.0 += 1;
                self.exchanges.push(exchange);
            }
            Taken::Light(_) => self.lights.1 += 1,
        }
    }
}

impl Sink for Reader<'_> {
    fn member(&mut self, name: &[u8], value: &[u8], at: At) {
        if self.options.strict {
            self.validate(value, at, &format!("`{}`", String::from_utf8_lossy(name)));
        }
        match name {
            b"_diag" => self.records.extend(std::str::from_utf8(value).ok().map(ToOwned::to_owned)),
            b"version" => self.version = serde_json::from_slice(value).ok(),
            b"creator" => {
                let Ok(tool) = serde_json::from_slice::<Tool<'_>>(value) else { return };
                let (name, version) = (
                    tool.name.short().unwrap_or_default().trim(),
                    tool.version.short().unwrap_or_default().trim(),
                );
                self.converter.habits = Habits {
                    params_as_sent: name == "WebInspector",
                    joins_with_commas: name.contains("WebKit") || name.contains("Safari"),
                };
                let producer = crate::redact::shown(format!("{name} {version}").trim(), 80);
                self.producer = Some(producer).filter(|producer| !producer.is_empty());
            }
            _ => {}
        }
    }

    fn entry(&mut self, piece: Piece<'_>) {
        let Piece { index, at, bytes, long, lists, cut } = piece;
        if self.options.strict {
            self.validate(bytes, at, &format!("entry {index}"));
        }
        let place = Place {
            input: self.input.to_owned(),
            entry: Some(index),
            pointer: Some(format!("/log/entries/{index}")),
            line: Some(at.line),
            column: Some(at.column),
            ..Place::default()
        };
        match self.parse(Long { entry: bytes, ranges: long }, lists, place) {
            Ok(exchange) => {
                if cut && matches!(exchange, Taken::Full(_)) {
                    self.crossed.insert("string");
                }
                self.keep(exchange);
            }
            Err(error) => {
                let (at, why) = flaw(bytes, at).unwrap_or_else(|| (at, without_position(&error)));
                self.unreadable.add(format!("Entry {index} could not be read, at {at}: {why}"));
            }
        }
        if self.exchanges.len().is_multiple_of(REPORT_EVERY) {
            (self.report)(self.exchanges.len());
        }
    }

    fn passed_over(&mut self, index: usize, at: At, too_large: bool) {
        if too_large {
            let limit = self.options.bounds.entry >> 20;
            self.crossed.insert("entry");
            self.unreadable.add(format!(
                "Entry {index}, at {at}, is larger than {limit} MiB and was not read"
            ));
        } else {
            self.unreadable.add(format!("Entry {index}, at {at}, is no object and was not read"));
        }
    }

    fn cut_short(&mut self, piece: Piece<'_>) {
        let broken = flaw(piece.bytes, piece.at).filter(|(_, what)| !what.starts_with("EOF"));
        self.cut = Some(Cut { index: piece.index, broken });
    }

    fn full(&self) -> bool {
        self.exchanges.len() - self.before >= Bounds::size(self.options.bounds.entries)
    }
}

/// The first place where something is not UTF-8 or not JSON, and why.
fn flaw(bytes: &[u8], at: At) -> Option<(At, String)> {
    let after = |offset: usize| {
        let (line, column) = advance(at.line, at.column, bytes.get(..offset).unwrap_or(bytes), &[]);
        At { byte: at.byte + offset as u64, line, column }
    };
    let json = serde_json::from_slice::<IgnoredAny>(bytes).err().map(|error| {
        let line_start = match error.line().checked_sub(2) {
            None => 0,
            Some(nth) => memchr::memchr_iter(b'\n', bytes)
                .nth(nth)
                .map_or(bytes.len(), |newline| newline + 1),
        };
        (line_start + error.column().saturating_sub(1), without_position(&error))
    });
    let utf8 =
        std::str::from_utf8(bytes).err().map(|error| (error.valid_up_to(), "not UTF-8".to_owned()));
    let (offset, why) = json.into_iter().chain(utf8).min_by_key(|(offset, _)| *offset)?;
    Some((after(offset), why))
}

/// What serde_json says, without its own line and column, which count from the entry.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what).to_owned()
}
