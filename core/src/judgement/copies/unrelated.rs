//! Documents and captures of parties that have nothing to do with each other. What lies beside a sign-in is joined to
//! it by who takes part, never because it lies there.

use super::{Role, addresses};
use diag_sdk::Case;
use diag_sdk::case::input::{HeldBy, InputKind};
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::metadata::{Metadata, ToldBy};
use diag_sdk::host::host_of;
use std::collections::{BTreeMap, BTreeSet};

/// Sets aside documents of parties that take no part in what was captured: neither a message nor an exchange knows
/// their names or hosts.
pub(super) fn set_aside(case: &mut Case) {
    let names = names(case);
    if names.is_empty() {
        return;
    }
    let hosts: BTreeSet<String> = case.exchanges.iter().filter_map(|exchange| host_of(&exchange.url)).collect();
    let elsewhere = |metadata: &Metadata| {
        let own = [Role::Idp, Role::Sp].into_iter().flat_map(|role| addresses(role, metadata)).filter_map(host_of);
        let own: BTreeSet<String> = own.chain(host_of(&metadata.entity_id.value)).collect();
        !own.is_empty() && own.is_disjoint(&hosts)
    };
    // A response may be sent to the wrong service provider: then the right one shows nowhere in the capture.
    let sp_takes_part = case.metadata.iter().any(|metadata| metadata.sp.is_some() && names.contains(&metadata.entity_id.value));
    for metadata in &mut case.metadata {
        if metadata.sp.is_some() && !sp_takes_part {
            continue;
        }
        let given = metadata.held_by != HeldBy::Publisher && metadata.told_by == ToldBy::Given;
        // An aggregate is narrowed to the entities in question anyway.
        let aggregate = metadata.entities_in_document > 1;
        if metadata.configuration.is_none() && !given && !aggregate && !names.contains(&metadata.entity_id.value) && elsewhere(metadata) {
            metadata.held_by = HeldBy::Nobody;
            metadata.told_by = ToldBy::Capture;
            "it takes no part in what was captured".clone_into(&mut metadata.told);
        }
    }
}

/// Names of whoever takes part: issuers and audiences.
fn names(case: &Case) -> BTreeSet<String> {
    let captured = case.messages.iter().filter(|message| message.sightings.iter().any(|sighting| sighting.exchange.is_some()));
    captured.flat_map(parties).collect()
}

fn parties(message: &Message) -> Vec<String> {
    let assertions = || message.assertions.iter();
    let issuers = message.issuer.iter().chain(assertions().filter_map(|assertion| assertion.issuer.as_ref()));
    let audiences = assertions().flat_map(|assertion| assertion.conditions.iter().flat_map(|conditions| &conditions.audiences));
    issuers.chain(audiences).map(|name| name.value.clone()).collect()
}

/// Says of captures whose parties have nothing in common that they are sign-ins of their own.
pub(super) fn note_captures(case: &mut Case) {
    let mut of_input: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for message in case.messages.iter().filter(|message| matches!(message.kind, MessageKind::AuthnRequest | MessageKind::Response)) {
        let hosts = message.sightings.iter().filter_map(|sighting| sighting.to.as_deref()).filter_map(host_of);
        let input = message.place.input.clone();
        of_input.entry(input).or_default().extend(hosts.chain(parties(message)));
    }
    let captures: Vec<(String, BTreeSet<String>)> = case
        .inputs
        .iter()
        .filter(|input| matches!(input.kind, InputKind::Har | InputKind::Sketch))
        .filter_map(|input| Some((input.id.clone(), of_input.remove(&input.id)?)))
        .collect();
    for (index, (id, own)) in captures.iter().enumerate() {
        let Some((other, _)) = captures.iter().take(index).find(|(_, parties)| parties.is_disjoint(own)) else { continue };
        let file = case.file_of(other).to_owned();
        if let Some(input) = case.inputs.iter_mut().find(|input| input.id == *id) {
            input.notes.push(format!("A sign-in between other parties than in {file}: `--each` judges every capture on its own"));
        }
    }
}
