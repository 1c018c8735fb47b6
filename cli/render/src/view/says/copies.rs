//! What metadata says, of the documents that concern this sign-in.

use super::Given;
use super::list::distinct;
use super::parties::Pair;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::MessageKind;
use diag_sdk::case::metadata::{Endpoint, Metadata};
use diag_sdk::spec;

/// Entities of one aggregate that are looked at where nothing tells which one is meant.
const MOST_ENTITIES: usize = 3;

/// The identity provider's metadata: of the issuer that was met, where there is some of it.
pub(super) fn idp<'c>(
    pair: &Pair<'c>,
    held_by: HeldBy,
) -> impl Iterator<Item = &'c Metadata> + use<'c> {
    named(pair.idp_metadata(held_by), &pair.issuers(MessageKind::Response))
}

/// The service provider's metadata: of the issuer of requests, where there is some of it.
pub(super) fn sp<'c>(
    pair: &Pair<'c>,
    held_by: HeldBy,
) -> impl Iterator<Item = &'c Metadata> + use<'c> {
    named(pair.sp_metadata(held_by), &pair.issuers(MessageKind::AuthnRequest))
}

fn named<'c>(
    all: Vec<&'c Metadata>,
    names: &[&str],
) -> impl Iterator<Item = &'c Metadata> + use<'c> {
    let (meant, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|one| names.contains(&one.entity_id.value.as_str()));
    let meant = if meant.is_empty() { others } else { meant };
    meant.into_iter().take(MOST_ENTITIES)
}

pub(super) fn entity_ids<'c>(all: impl Iterator<Item = &'c Metadata>) -> Vec<Given> {
    distinct(all.map(|one| Given::at(&one.entity_id.value, &one.entity_id.place)))
}

pub(super) fn acs<'c>(all: impl Iterator<Item = &'c Metadata>) -> Vec<Given> {
    locations(all.filter_map(|one| one.sp.as_ref()).flat_map(|role| &role.acs))
}

pub(super) fn sso<'c>(all: impl Iterator<Item = &'c Metadata>) -> Vec<Given> {
    locations(all.filter_map(|one| one.idp.as_ref()).flat_map(|role| &role.sso))
}

fn locations<'c>(all: impl Iterator<Item = &'c Endpoint>) -> Vec<Given> {
    distinct(all.map(|endpoint| Given::at(&endpoint.location.value, &endpoint.location.place)))
}

pub(super) fn acs_bindings<'c>(all: impl Iterator<Item = &'c Metadata>) -> Vec<Given> {
    bindings(all.filter_map(|one| one.sp.as_ref()).flat_map(|role| &role.acs))
}

pub(super) fn sso_bindings<'c>(all: impl Iterator<Item = &'c Metadata>) -> Vec<Given> {
    bindings(all.filter_map(|one| one.idp.as_ref()).flat_map(|role| &role.sso))
}

fn bindings<'c>(all: impl Iterator<Item = &'c Endpoint>) -> Vec<Given> {
    distinct(all.map(|endpoint| Given::new(spec::short(&endpoint.binding))))
}

pub(super) fn idp_name_ids<'c>(all: impl Iterator<Item = &'c Metadata>) -> Vec<Given> {
    distinct(
        all.filter_map(|one| one.idp.as_ref())
            .flat_map(|role| &role.name_id_formats)
            .map(Given::new),
    )
}

pub(super) fn sp_name_ids<'c>(all: impl Iterator<Item = &'c Metadata>) -> Vec<Given> {
    distinct(
        all.filter_map(|one| one.sp.as_ref())
            .flat_map(|role| &role.name_id_formats)
            .map(Given::new),
    )
}

pub(super) fn requested<'c>(all: impl Iterator<Item = &'c Metadata>) -> Vec<Given> {
    distinct(all.filter_map(|one| one.sp.as_ref()).flat_map(|role| &role.requested_attributes).map(
        |one| {
            let given = Given::at(&one.name, &one.place);
            if one.required { given.note("required") } else { given }
        },
    ))
}
