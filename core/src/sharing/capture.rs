//! A capture, copied entry by entry: memory grows with the longest entry, not with the file.

use super::change;
use super::kind::Kind;
use super::lexicon::Lexicon;
use super::receipt::Tally;
use super::tidy;
use crate::bounds::Bounds;
use crate::intake::har;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// The member of `log` in which a copy says that it is one, and what was known before.
pub(super) const RECORD: &str = "_diag";

/// Writes a capture.
pub(super) struct Writer<'a> {
    out: &'a mut dyn Write,
    lexicon: &'a Lexicon,
    keep_bodies: bool,
    bounds: Bounds,
    written: Vec<String>,
    /// Members that stand behind the entries.
    later: Vec<(String, Value)>,
    entries: Option<usize>,
    pub(super) tally: Tally,
    pub(super) record: Option<Value>,
    failure: Option<io::Error>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        out: &'a mut dyn Write,
        lexicon: &'a Lexicon,
        keep_bodies: bool,
        tally: Tally,
    ) -> Self {
        Self {
            out,
            lexicon,
            keep_bodies,
            bounds: Bounds::default(),
            written: Vec::new(),
            later: Vec::new(),
            entries: None,
            tally,
            record: None,
            failure: None,
        }
    }

    pub(super) fn member(&mut self, name: &str, mut value: Value) {
        if name == RECORD {
            self.record = Some(value);
            return;
        }
        if self.written.iter().any(|known| known == name) {
            return;
        }
        self.written.push(name.to_owned());
        if !tidy::member(name, &mut value, &mut self.tally) {
            self.written.pop();
            return;
        }
        change::json(self.lexicon, &mut value, &mut self.tally, &format!("log.{name}"));
        if self.entries.is_some() {
            self.later.push((name.to_owned(), value));
        } else {
            let comma = if self.written.len() == 1 { "{\"log\":{\n" } else { ",\n" };
            self.put(format_args!("{comma}{}:{value}", json!(name)));
        }
    }

    pub(super) fn entry(&mut self, mut value: Value) {
        tidy::entry(&mut value, &mut self.tally);
        if !self.keep_bodies {
            without_bodies(&mut value, &self.bounds, &mut self.tally);
        }
        change::json(self.lexicon, &mut value, &mut self.tally, "");
        match self.entries {
            None if self.written.is_empty() => {
                self.put(format_args!("{{\"log\":{{\n\"entries\":[\n{value}"));
            }
            None => self.put(format_args!(",\n\"entries\":[\n{value}")),
            Some(_) => self.put(format_args!(",\n{value}")),
        }
        self.entries = Some(self.entries.unwrap_or_default() + 1);
    }

    /// Writes what is left but for the end, which [`ending`] gives.
    pub(super) fn finish(mut self) -> io::Result<(Tally, Option<Value>)> {
        match self.entries {
            None if self.written.is_empty() => {
                self.put(format_args!("{{\"log\":{{\n\"entries\":[]"));
            }
            None => self.put(format_args!(",\n\"entries\":[]")),
            Some(_) => self.put(format_args!("\n]")),
        }
        for (name, value) in std::mem::take(&mut self.later) {
            self.put(format_args!(",\n{}:{value}", json!(name)));
        }
        self.failure.map_or(Ok((self.tally, self.record)), Err)
    }

    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        if self.failure.is_none() {
            self.failure = self.out.write_fmt(what).err();
        }
    }
}

/// What ends a capture, with the record in it.
pub(super) fn ending(record: Option<&Value>) -> String {
    record.map_or_else(|| "\n}}\n".to_owned(), |record| format!(",\n\"{RECORD}\":{record}\n}}}}\n"))
}

/// Takes out what no diagnosis reads: scripts, pictures and the like, and what went over web sockets.
pub(super) fn without_bodies(entry: &mut Value, bounds: &Bounds, tally: &mut Tally) {
    tidy::without_messages(entry, tally);
    let status = entry
        .pointer("/response/status")
        .and_then(Value::as_u64)
        .and_then(|status| u16::try_from(status).ok())
        .unwrap_or_default();
    let header = entry.pointer("/response/headers").and_then(Value::as_array).and_then(|headers| {
        let named = |header: &&Value| {
            header
                .get("name")
                .and_then(Value::as_str)
                .is_some_and(|name| name.eq_ignore_ascii_case("content-type"))
        };
        headers.iter().find(named)?.get("value")?.as_str().map(str::to_owned)
    });
    let Some(content) = entry.pointer_mut("/response/content").and_then(Value::as_object_mut)
    else {
        return;
    };
    let mime = header.or_else(|| text(content, "mimeType")).unwrap_or_default();
    let base64 =
        text(content, "encoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
    let Some(body) = content.get("text").and_then(Value::as_str) else { return };
    if body.is_empty() || har::is_read(&mime, status, body.as_bytes(), base64, bounds) {
        return;
    }
    content.remove("text");
    content.remove("encoding");
    tally.add("response.content.text", Kind::Body, 1);
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name)?.as_str().map(str::to_owned)
}
