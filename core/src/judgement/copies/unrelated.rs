//! Documents and captures of parties that have nothing to do with each other. What lies beside a sign-in is joined to
//! it by who takes part, never because it lies there.

use super::super::apart;
use super::{Role, addresses};
use crate::snapshot::strangers::Captured;
use diag_sdk::Case;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::Message;
use diag_sdk::case::metadata::{Metadata, ToldBy};
use diag_sdk::host::host_of;
use std::collections::BTreeSet;

/// Sets aside documents of parties that take no part in what was captured: neither a message nor an exchange knows
/// their names or hosts.
pub(super) fn set_aside(case: &mut Case) {
    let names = names(case);
    if names.is_empty() {
        return;
    }
    let hosts: BTreeSet<String> =
        case.exchanges.iter().filter_map(|exchange| host_of(&exchange.url)).collect();
    let elsewhere = |metadata: &Metadata| {
        let own = [Role::Idp, Role::Sp]
            .into_iter()
            .flat_map(|role| addresses(role, metadata))
            .filter_map(host_of);
        let own: BTreeSet<String> = own.chain(host_of(&metadata.entity_id.value)).collect();
        !own.is_empty() && own.is_disjoint(&hosts)
    };
    // A response may be sent to the wrong service provider: then the right one shows nowhere in the capture.
    let sp_takes_part = case
        .metadata
        .iter()
        .any(|metadata| metadata.sp.is_some() && names.contains(&metadata.entity_id.value));
    let captured = Captured::of(case);
    for metadata in &mut case.metadata {
        let another = captured.as_ref().is_some_and(|captured| captured.is_another(metadata));
        if metadata.sp.is_some() && !sp_takes_part && !another {
            continue;
        }
        let given = metadata.held_by != HeldBy::Publisher && metadata.told_by == ToldBy::Given;
        // An aggregate is narrowed to the entities in question anyway.
        let aggregate = metadata.entities_in_document > 1;
        if metadata.configuration.is_none()
            && !given
            && !aggregate
            && !names.contains(&metadata.entity_id.value)
            && elsewhere(metadata)
        {
            metadata.held_by = HeldBy::Nobody;
            metadata.told_by = ToldBy::Capture;
            "it takes no part in what was captured".clone_into(&mut metadata.told);
        }
    }
}

/// Names of whoever takes part: issuers and audiences.
fn names(case: &Case) -> BTreeSet<String> {
    let captured = case
        .messages
        .iter()
        .filter(|message| message.sightings.iter().any(|sighting| sighting.exchange.is_some()));
    captured.flat_map(parties).collect()
}

fn parties(message: &Message) -> Vec<String> {
    let assertions = || message.assertions.iter();
    let issuers =
        message.issuer.iter().chain(assertions().filter_map(|assertion| assertion.issuer.as_ref()));
    let audiences = assertions().flat_map(|assertion| {
        assertion.conditions.iter().flat_map(|conditions| &conditions.audiences)
    });
    issuers.chain(audiences).map(|name| name.value.clone()).collect()
}

/// Says of captures whose service providers have nothing in common that they are sign-ins of their own.
pub(super) fn note_captures(case: &mut Case) {
    for (capture, other) in apart::foreign(case) {
        let file = case.file_of(&other).to_owned();
        if let Some(input) = case.inputs.iter_mut().find(|input| input.id == capture) {
            input.notes.push(format!(
                "A sign-in between other parties than in {file}, judged with what belongs to it; `--each` reports every capture on its own"
            ));
        }
    }
}
