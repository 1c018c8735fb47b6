//! The parts of a capture as they stand in its file, for whoever writes a copy of it.

use super::slim;
use super::splitter::{Piece, Room, Sink, Splitter, Stop};
use super::window::{self, At};
use crate::intake::files::Part;
use serde_json::Value;
use std::io::Read;

/// Bytes of one entry; a copy holds it whole.
const LARGEST: usize = 256 << 20;

/// Shows every member of `log` and every entry, in order. What could not be read is said.
pub(in crate::intake) fn parts(reader: impl Read, see: &mut dyn FnMut(Part<'_>)) -> Vec<String> {
    let mut sink = Parts { see, remarks: Vec::new(), left_out: 0 };
    let mut splitter = Splitter::new(
        reader,
        Room { capacity: window::CAPACITY, entry: LARGEST, string: usize::MAX },
        false,
    );
    let mut documents = 0;
    while splitter.anything_left() {
        let result = splitter.document(&mut sink);
        match result {
            Ok(()) => documents += 1,
            Err(Stop::Expected(_)) if documents > 0 => {
                sink.remarks.push("what follows the end of the JSON is left out".to_owned());
                break;
            }
            Err(_) => {
                let at = splitter.at();
                sink.remarks.push(format!("the file breaks off or is no JSON at {at}: the copy ends with the last whole entry before it"));
                break;
            }
        }
    }
    if let Some(failure) = splitter.failure() {
        sink.remarks.push(format!("the file could not be read to its end ({failure})"));
    }
    if sink.left_out > 0 {
        sink.remarks.push(format!("{} entries that are no JSON are left out", sink.left_out));
    }
    sink.remarks
}

struct Parts<'a> {
    see: &'a mut dyn FnMut(Part<'_>),
    remarks: Vec<String>,
    left_out: usize,
}

impl Sink for Parts<'_> {
    fn member(&mut self, name: &[u8], value: &[u8], _: At) {
        let name = String::from_utf8_lossy(name).into_owned();
        match value_of(value) {
            Some(value) => (self.see)(Part::Member(&name, value)),
            None => self.remarks.push("a member of `log` that is no JSON is left out".to_owned()),
        }
    }
    fn entry(&mut self, piece: Piece<'_>) {
        match value_of(piece.bytes) {
            Some(value) => (self.see)(Part::Entry(value)),
            None => self.left_out += 1,
        }
    }
    fn passed_over(&mut self, _: usize, _: At, _: bool) {
        self.left_out += 1;
    }
    fn cut_short(&mut self, _: Piece<'_>) {}
    fn full(&self) -> bool {
        false
    }
}

/// JSON, repaired where exporters write what JSON does not allow.
fn value_of(bytes: &[u8]) -> Option<Value> {
    if let Ok(value) = serde_json::from_slice(bytes) {
        return Some(value);
    }
    let mut repaired = String::from_utf8_lossy(bytes).into_owned().into_bytes();
    slim::repair(&mut repaired);
    serde_json::from_slice(&repaired).ok()
}
