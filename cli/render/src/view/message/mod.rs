//! A SAML message as people read it: decoded, indented, with the values marked that findings are about, the parts
//! tinted that a signature covers, and the ids tied together that name the same thing.
//!
//! The text is the one of [`Sources`](diag_core::sources::Sources), in which secrets and persons are blotted out.

mod lines;
mod scan;
mod ties;

use crate::Judged;
use crate::tone::Tone;
use crate::wording;
use diag_core::report::ReportedFinding;
use diag_sdk::Severity;
use diag_sdk::case::judgement::Fate;
use diag_sdk::case::message::Message;
use diag_sdk::case::signature::{Signature, Verdict};
use diag_sdk::spec;
use serde::Serialize;

pub(crate) use ties::Ties;

/// A message.
#[derive(Debug, Serialize)]
pub(crate) struct MessageView<'j> {
    pub(crate) id: &'j str,
    pub(crate) root: &'j str,
    /// What became of it.
    pub(crate) fate: &'static str,
    pub(crate) tone: Tone,
    /// What happened to it on the way.
    pub(crate) damage: Vec<&'static str>,
    pub(crate) signatures: Vec<Signed>,
    /// Findings that point into it.
    pub(crate) findings: Vec<Pointer<'j>>,
    pub(crate) lines: Vec<Line>,
    /// Lines beyond those.
    pub(crate) more: usize,
}

/// What a signature covers, and what it is worth.
#[derive(Debug, Serialize)]
pub(crate) struct Signed {
    /// Its number in the message, from 1, as lines name it.
    pub(crate) number: usize,
    pub(crate) covers: String,
    pub(crate) algorithm: String,
    pub(crate) words: &'static str,
    pub(crate) tone: Tone,
}

/// A finding that points into the message.
#[derive(Debug, Serialize)]
pub(crate) struct Pointer<'j> {
    pub(crate) finding: String,
    pub(crate) message: &'j str,
    pub(crate) tone: Tone,
    /// How many say the same; the first one is led to.
    pub(crate) times: usize,
}

/// A line of the message.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Line {
    /// How deep it is indented.
    pub(crate) depth: usize,
    /// The innermost signature that covers it: its number and what it is worth.
    pub(crate) signed: Option<(usize, Tone)>,
    pub(crate) pieces: Vec<Piece>,
}

/// Characters of a line that belong together.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Piece {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// A finding is about it: its id, and how it is meant.
    pub(crate) marked: Option<(String, Tone)>,
    /// Number of what it is tied to, and the message that has it too.
    pub(crate) tie: Option<(usize, String)>,
}

/// What characters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Brackets and the name of an element.
    Tag,
    /// The name of an attribute.
    Attribute,
    /// An attribute's value, with its quotes.
    Value,
    /// Text.
    Text,
    /// Comments, declarations, processing instructions.
    Aside,
}

/// A message, unless nothing of it is to be shown.
pub(crate) fn of<'j>(judged: &'j Judged, message: &'j Message, ties: &Ties<'_>) -> MessageView<'j> {
    let findings: Vec<&ReportedFinding> = judged
        .report
        .findings
        .iter()
        .filter(|finding| finding.severity >= Severity::Warning)
        .filter(|finding| {
            finding.places.iter().any(|place| place.message.as_deref() == Some(message.id.as_str()))
        })
        .collect();
    let (fate, tone) = fate(message.fate);
    let (lines, more) = match judged.sources.text(&message.id) {
        Some(text) => lines::of(text, judged, message, &findings, ties),
        None => (Vec::new(), 0),
    };
    MessageView {
        id: &message.id,
        root: &message.root,
        fate,
        tone,
        damage: message.damage.iter().map(|damage| wording::damage(*damage)).collect(),
        signatures: message
            .signatures
            .iter()
            .enumerate()
            .map(|(index, signature)| signed(index + 1, signature))
            .collect(),
        findings: pointers(judged, &findings),
        lines,
        more,
    }
}

/// Findings that say the same are one.
fn pointers<'j>(judged: &'j Judged, findings: &[&'j ReportedFinding]) -> Vec<Pointer<'j>> {
    let mut pointers: Vec<Pointer<'_>> = Vec::new();
    for finding in findings {
        match pointers.iter_mut().find(|known| known.message == finding.message) {
            Some(known) => known.times += 1,
            None => pointers.push(Pointer {
                finding: judged.origin(finding).to_owned(),
                message: &finding.message,
                tone: wording::tone(finding.severity),
                times: 1,
            }),
        }
    }
    pointers
}

fn fate(fate: Fate) -> (&'static str, Tone) {
    match fate {
        Fate::Accepted => ("accepted", Tone::Good),
        Fate::Refused => ("refused", Tone::Bad),
        Fate::Lost => ("lost on the way", Tone::Bad),
        Fate::Open => ("what became of it does not show", Tone::Quiet),
    }
}

fn signed(number: usize, signature: &Signature) -> Signed {
    let covers: Vec<&str> =
        signature.references.iter().filter_map(|reference| reference.covers.as_deref()).collect();
    let (words, tone) = worth(signature);
    let covers =
        if covers.is_empty() { "nothing that is there".to_owned() } else { covers.join(", ") };
    Signed { number, covers, algorithm: spec::short(&signature.algorithm).to_owned(), words, tone }
}

fn worth(signature: &Signature) -> (&'static str, Tone) {
    let known = signature.verified_by.iter().any(|key| key.registered || !key.metadata.is_empty());
    match signature.value {
        _ if signature.digest_wrong() => ("what it covers was changed", Tone::Bad),
        Verdict::Wrong => ("does not verify", Tone::Bad),
        Verdict::Unknown => ("could not be verified", Tone::Quiet),
        Verdict::Right if known => ("verifies with a key that is known", Tone::Good),
        Verdict::Right => ("verifies with a key that only the message itself names", Tone::Warn),
    }
}

#[cfg(test)]
mod tests;
