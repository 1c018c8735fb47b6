//! The lines of a message. Only white space between elements is laid out anew.

use super::scan::{Token, tokens};
use super::ties::{At, Ties};
use super::{Kind, Line, Piece, worth};
use crate::Judged;
use crate::tone::Tone;
use crate::wording;
use diag_core::report::ReportedFinding;
use diag_sdk::Place;
use diag_sdk::case::message::Message;
use roxmltree::{Document, Node};
use std::ops::Range;

/// Lines of one message that are shown.
const MOST_LINES: usize = 400;
/// Deeper elements are indented no further.
const DEEPEST: usize = 12;
/// A text longer than this, such as a certificate, is cut.
const LONGEST_TEXT: usize = 160;
/// What is left of it.
const TEXT_KEPT: usize = 48;

/// Bytes with what is said of them.
#[derive(Debug)]
struct Span<T> {
    range: Range<usize>,
    says: T,
}

/// What the lines are made with.
struct Writer<'t> {
    text: &'t str,
    marks: Vec<Span<(String, Tone)>>,
    ties: Vec<Span<(usize, String)>>,
    signed: Vec<Span<(usize, Tone)>>,
    lines: Vec<Line>,
}

/// The lines of a message, and how many more there are.
pub(super) fn of(
    text: &str,
    judged: &Judged,
    message: &Message,
    findings: &[&ReportedFinding],
    ties: &Ties<'_>,
) -> (Vec<Line>, usize) {
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let at = |place: &Place| range_of(text, &starts, place);
    let here = |place: &&Place| place.message.as_deref() == Some(message.id.as_str());
    let marks = findings
        .iter()
        .flat_map(|finding| finding.places.iter().filter(here).map(move |place| (finding, place)))
        .filter_map(|(finding, place)| {
            Some(Span {
                range: at(place)?,
                says: (judged.origin(finding).to_owned(), wording::tone(finding.severity)),
            })
        })
        .collect();
    let ties = ties.in_message(&message.id).iter().filter_map(|end| {
        let range = match &end.at {
            At::Place(place) => at(place)?,
            At::Bytes(range) => range.clone(),
        };
        Some(Span { range, says: (end.number, end.other.to_owned()) })
    });
    let mut writer = Writer {
        text,
        marks,
        ties: ties.collect(),
        signed: signed(text, message),
        lines: Vec::new(),
    };
    writer.write();
    let more = writer.lines.len().saturating_sub(MOST_LINES);
    writer.lines.truncate(MOST_LINES);
    (writer.lines, more)
}

/// The bytes of a place in the text.
fn range_of(text: &str, starts: &[usize], place: &Place) -> Option<Range<usize>> {
    let line = *starts.get((place.line? as usize).checked_sub(1)?)?;
    let rest = text.get(line..)?;
    let skip = (place.column? as usize).checked_sub(1)?;
    let byte =
        |characters: usize| rest.char_indices().nth(characters).map_or(rest.len(), |(at, _)| at);
    let (from, to) = (byte(skip), byte(skip + place.length.unwrap_or(1).max(1) as usize));
    (from < to).then_some(line + from..line + to)
}

/// What each signature covers, outer parts first.
fn signed(text: &str, message: &Message) -> Vec<Span<(usize, Tone)>> {
    let Ok(document) = Document::parse(text) else { return Vec::new() };
    let mut spans: Vec<Span<(usize, Tone)>> = message
        .signatures
        .iter()
        .enumerate()
        .flat_map(|(index, signature)| {
            signature.references.iter().map(move |reference| (index, signature, reference))
        })
        .filter_map(|(index, signature, reference)| {
            let node = element(document.root(), reference.covers.as_deref()?)?;
            Some(Span { range: node.range(), says: (index + 1, worth(signature).1) })
        })
        .collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.range.len()));
    spans
}

/// The element at a path such as `Response/Assertion[2]`.
fn element<'a, 'i>(root: Node<'a, 'i>, path: &str) -> Option<Node<'a, 'i>> {
    path.split('/').try_fold(root, |node, step| {
        let (name, ordinal) = step
            .strip_suffix(']')
            .and_then(|step| step.split_once('['))
            .map_or((step, 1), |(name, number)| (name, number.parse().unwrap_or(1)));
        node.children()
            .filter(|child| child.is_element() && child.tag_name().name() == name)
            .nth(ordinal.max(1) - 1)
    })
}

impl Writer<'_> {
    fn write(&mut self) {
        let tokens = tokens(self.text);
        let mut depth: usize = 0;
        // Whether the line may be gone on with: after a start tag, or after text.
        let mut inline = false;
        for (index, token) in tokens.iter().enumerate() {
            match token {
                Token::Start { whole, parts, empty } => {
                    self.begin(depth, whole.start);
                    for (kind, range) in parts {
                        self.push(*kind, range.clone());
                    }
                    depth += usize::from(!empty);
                    inline = !empty;
                }
                Token::Text(range) => {
                    let blank = self.text[range.clone()].trim().is_empty();
                    let alone = inline && matches!(tokens.get(index + 1), Some(Token::End(_)));
                    if !blank || alone {
                        self.push(Kind::Text, range.clone());
                        inline = true;
                    }
                }
                Token::End(range) => {
                    depth = depth.saturating_sub(1);
                    if !inline {
                        self.begin(depth, range.start);
                    }
                    self.push(Kind::Tag, range.clone());
                    inline = false;
                }
                Token::Aside(range) => {
                    self.begin(depth, range.start);
                    self.push(Kind::Aside, range.clone());
                    inline = false;
                }
            }
        }
    }

    fn begin(&mut self, depth: usize, at: usize) {
        let signed =
            self.signed.iter().rev().find(|span| span.range.contains(&at)).map(|span| span.says);
        self.lines.push(Line { depth: depth.min(DEEPEST), signed, pieces: Vec::new() });
    }

    /// Adds characters, cut where a mark or a tie begins or ends.
    fn push(&mut self, kind: Kind, range: Range<usize>) {
        let mut cuts = vec![range.start, range.end];
        let bounds = self
            .marks
            .iter()
            .map(|span| &span.range)
            .chain(self.ties.iter().map(|span| &span.range));
        cuts.extend(
            bounds.flat_map(|bound| [bound.start, bound.end]).filter(|at| range.contains(at)),
        );
        cuts.sort_unstable();
        cuts.dedup();
        for pair in cuts.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let marked = self
                .marks
                .iter()
                .find(|span| span.range.contains(&from))
                .map(|span| span.says.clone());
            let tie = self
                .ties
                .iter()
                .find(|span| span.range.contains(&from))
                .map(|span| span.says.clone());
            let text = shown(kind, &self.text[from..to]);
            if let Some(line) = self.lines.last_mut() {
                match line.pieces.last_mut() {
                    // One attribute is one mark, though its name and its value are two pieces.
                    Some(last) if last.kind == kind && last.marked == marked && last.tie == tie => {
                        last.text.push_str(&text);
                    }
                    _ => line.pieces.push(Piece { kind, text, marked, tie }),
                }
            }
        }
    }
}

/// Line breaks would only be escaped; what is long tells by its beginning and its length.
fn shown(kind: Kind, text: &str) -> String {
    let length = text.chars().count();
    let flat = |text: &str| {
        text.chars()
            .map(|character| if matches!(character, '\n' | '\r' | '\t') { ' ' } else { character })
            .collect::<String>()
    };
    if kind == Kind::Text && length > LONGEST_TEXT {
        let kept: String = text.trim_start().chars().take(TEXT_KEPT).collect();
        return format!("{}… ({length} characters)", flat(&kept));
    }
    flat(text)
}
