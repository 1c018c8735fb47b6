//! Ids that name the same thing in several places: a request's `ID` and the `InResponseTo` of what answers it.

use diag_sdk::case::message::Message;
use diag_sdk::case::place::Sited;
use diag_sdk::{Case, Place};
use std::collections::BTreeMap;

/// Ids that stand in more than one place.
#[derive(Debug, Default)]
pub(crate) struct Ties<'j> {
    /// By message: where, the tie's number, and another message that has it.
    places: BTreeMap<&'j str, Vec<(&'j Place, usize, &'j str)>>,
}

impl<'j> Ties<'j> {
    /// All ties of a case.
    pub(crate) fn of(case: &'j Case) -> Self {
        let mut by_value: BTreeMap<&str, Vec<(&str, &Place)>> = BTreeMap::new();
        let mut order = Vec::new();
        for message in &case.messages {
            for id in ids(message) {
                let known = by_value.entry(id.value.as_str()).or_default();
                if known.is_empty() {
                    order.push(id.value.as_str());
                }
                known.push((message.id.as_str(), &id.place));
            }
        }
        let mut places: BTreeMap<&str, Vec<(&Place, usize, &str)>> = BTreeMap::new();
        let tied = order
            .into_iter()
            .filter_map(|value| by_value.get(value))
            .filter(|known| known.len() > 1);
        for (number, known) in tied.enumerate() {
            for (message, place) in known {
                let other = known
                    .iter()
                    .find(|(other, _)| other != message)
                    .map_or(*message, |(other, _)| *other);
                places.entry(message).or_default().push((place, number + 1, other));
            }
        }
        Self { places }
    }

    /// Ties of a message: where, which, and the message at the other end.
    pub(super) fn in_message(&self, message: &str) -> &[(&'j Place, usize, &'j str)] {
        self.places.get(message).map_or(&[], Vec::as_slice)
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
