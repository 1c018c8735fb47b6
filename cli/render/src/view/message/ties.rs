//! Ids that name the same thing in several places: a request's `ID` and the `InResponseTo` of what answers it, the `ID`
//! of what is signed and the `URI` of the reference that names it.
//!
//! Which of them are one is known from the Case. The text may show dots in place of an id, and is asked only for
//! where a reference stands.

use crate::Judged;
use diag_sdk::Place;
use diag_sdk::case::message::Message;
use diag_sdk::case::place::Sited;
use roxmltree::{Document, Node};
use std::collections::BTreeMap;
use std::ops::Range;

/// Ids that stand in more than one place.
#[derive(Debug, Default)]
pub(crate) struct Ties<'j> {
    /// By message.
    ends: BTreeMap<&'j str, Vec<End<'j>>>,
}

/// One of the places that are tied.
#[derive(Debug, Clone)]
pub(super) struct End<'j> {
    pub(super) at: At<'j>,
    /// The tie's number, from 1.
    pub(super) number: usize,
    /// Another message that has it, or the same where no other has.
    pub(super) other: &'j str,
}

/// Where an id stands in its message.
#[derive(Debug, Clone)]
pub(super) enum At<'j> {
    Place(&'j Place),
    /// Bytes of the text.
    Bytes(Range<usize>),
}

impl<'j> Ties<'j> {
    /// All ties of a case.
    pub(crate) fn of(judged: &'j Judged) -> Self {
        let mut by_value: BTreeMap<&str, Vec<(&str, At<'_>)>> = BTreeMap::new();
        let mut order = Vec::new();
        for message in &judged.case.messages {
            let named = ids(message).map(|id| (id.value.as_str(), At::Place(&id.place)));
            let referenced = references(judged, message)
                .into_iter()
                .map(|(value, range)| (value, At::Bytes(range)));
            for (value, at) in named.chain(referenced) {
                let known = by_value.entry(value).or_default();
                if known.is_empty() {
                    order.push(value);
                }
                known.push((message.id.as_str(), at));
            }
        }
        let mut ends: BTreeMap<&str, Vec<End<'_>>> = BTreeMap::new();
        let tied = order
            .into_iter()
            .filter_map(|value| by_value.get(value))
            .filter(|known| known.len() > 1);
        for (number, known) in tied.enumerate() {
            for (message, at) in known {
                let other = known
                    .iter()
                    .find(|(other, _)| other != message)
                    .map_or(*message, |(other, _)| *other);
                let end = End { at: at.clone(), number: number + 1, other };
                ends.entry(message).or_default().push(end);
            }
        }
        Self { ends }
    }

    /// What is tied in a message.
    pub(super) fn in_message(&self, message: &str) -> &[End<'j>] {
        self.ends.get(message).map_or(&[], Vec::as_slice)
    }
}

fn ids(message: &Message) -> impl Iterator<Item = &Sited<String>> {
    let assertions = message.assertions.iter().flat_map(|assertion| {
        let confirmed =
            assertion.confirmations.iter().filter_map(|one| one.in_response_to.as_ref());
        assertion.xml_id.iter().chain(confirmed)
    });
    message
        .xml_id
        .iter()
        .chain(&message.in_response_to)
        .chain(assertions)
        .filter(|id| !id.value.is_empty())
}

/// The ids that signatures of a message refer to, and where they do.
///
/// None where the text and the Case do not hold the same references in the same order: a part that was decrypted
/// stands in the Case alone.
fn references<'j>(judged: &'j Judged, message: &'j Message) -> Vec<(&'j str, Range<usize>)> {
    let known: Vec<&str> = message
        .signatures
        .iter()
        .flat_map(|signature| &signature.references)
        .map(|reference| reference.uri.as_str())
        .collect();
    if known.is_empty() {
        return Vec::new();
    }
    let Some(text) = judged.sources.text(&message.id) else { return Vec::new() };
    let Ok(document) = Document::parse(text) else { return Vec::new() };
    let written: Vec<Node<'_, '_>> =
        document.descendants().filter(|node| is_reference(*node)).collect();
    let uri = |node: &Node<'_, '_>| node.attribute("URI").unwrap_or_default().to_owned();
    let alike = written.len() == known.len()
        && written.iter().zip(&known).all(|(node, known)| is_or_blotted(&uri(node), known));
    if !alike {
        return Vec::new();
    }
    written
        .iter()
        .zip(known)
        .filter_map(|(node, known)| {
            let id = known.strip_prefix('#').filter(|id| !id.is_empty())?;
            Some((id, node.attribute_node("URI")?.range()))
        })
        .collect()
}

fn is_reference(node: Node<'_, '_>) -> bool {
    node.is_element()
        && node.tag_name().name() == "Reference"
        && node.parent_element().is_some_and(|parent| parent.tag_name().name() == "SignedInfo")
}

/// Dots stand in place of as many characters.
fn is_or_blotted(written: &str, known: &str) -> bool {
    written.chars().count() == known.chars().count()
        && written.chars().zip(known.chars()).all(|(one, other)| one == other || one == '•')
}
