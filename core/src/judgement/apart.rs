//! Sign-ins of service providers that have nothing to do with each other, in one folder: each is judged with the
//! configuration that belongs to it, and never with that of another.
//!
//! A capture holds what one person did; captures belong together where they share a service provider, by its name or the
//! host that takes its responses. Configuration belongs to those who share a name or host with it, and to all where
//! nobody does: it may be what one of them should have.

use crate::known_by;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::input::{HeldBy, InputKind};
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::case::sp_configuration::SpConfiguration;
use diag_sdk::host::host_of;
use diag_sdk::{Case, Vendor};
use std::collections::BTreeSet;

/// Most parts a Case is judged in; where there are more, it is judged as one.
const MOST: usize = 12;

/// Captures of one service provider.
#[derive(Debug, Default, Clone)]
struct Group {
    /// Ids of their inputs.
    inputs: BTreeSet<String>,
    /// Names of the service provider.
    names: BTreeSet<String>,
    /// Hosts that take its responses.
    hosts: BTreeSet<String>,
    /// Names of the identity provider, as it signs itself.
    issuers: BTreeSet<String>,
    /// Hosts of the identity provider, which the tenants of a cloud share.
    idp_hosts: BTreeSet<String>,
}

impl Group {
    fn take(&mut self, message: &Message) {
        self.inputs.insert(message.place.input.clone());
        let to = message
            .sightings
            .iter()
            .filter_map(|sighting| sighting.to.as_deref())
            .filter_map(host_of);
        let issuer = message.issuer.iter().map(|issuer| issuer.value.clone());
        match message.kind {
            MessageKind::AuthnRequest => {
                self.names.extend(issuer);
                self.idp_hosts.extend(to);
                let consumer =
                    message.request.as_ref().and_then(|request| request.acs_url.as_ref());
                self.hosts.extend(consumer.and_then(|url| host_of(&url.value)));
            }
            MessageKind::Response => {
                self.issuers.extend(issuer);
                self.hosts.extend(to);
                let conditions =
                    message.assertions.iter().filter_map(|assertion| assertion.conditions.as_ref());
                self.names.extend(
                    conditions
                        .flat_map(|conditions| &conditions.audiences)
                        .map(|audience| audience.value.clone()),
                );
            }
            _ => {}
        }
    }

    fn shares(&self, other: &Self) -> bool {
        !self.names.is_disjoint(&other.names)
            || !self.hosts.is_disjoint(&other.hosts)
            || !self.inputs.is_disjoint(&other.inputs)
    }

    fn join(&mut self, other: Self) {
        self.inputs.extend(other.inputs);
        self.names.extend(other.names);
        self.hosts.extend(other.hosts);
        self.issuers.extend(other.issuers);
        self.idp_hosts.extend(other.idp_hosts);
    }

    fn knows<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> bool {
        texts.into_iter().any(|text| {
            self.names.contains(text)
                || host_of(text).is_some_and(|host| self.hosts.contains(&host))
        })
    }

    fn registers(&self, registration: &IdpRegistration) -> bool {
        self.knows(known_by::registration(registration))
    }

    fn is_served_by(&self, configuration: &SpConfiguration) -> bool {
        self.knows(known_by::configuration(configuration))
    }

    fn is_described_by(&self, metadata: &Metadata) -> bool {
        let sso = metadata
            .idp
            .iter()
            .flat_map(|role| &role.sso)
            .filter_map(|endpoint| host_of(&endpoint.location.value));
        self.knows(known_by::metadata(metadata))
            || self.issuers.contains(&metadata.entity_id.value)
            // Who signed itself is known by that.
            || (self.issuers.is_empty() && sso.into_iter().any(|host| self.idp_hosts.contains(&host)))
    }
}

/// The groups of captures, in the order of their inputs.
fn groups(case: &Case) -> Vec<Group> {
    let captures = case
        .inputs
        .iter()
        .filter(|input| matches!(input.kind, InputKind::Har | InputKind::Sketch))
        .count();
    if captures < 2 {
        return Vec::new();
    }
    let mut groups: Vec<Group> = Vec::new();
    for input in &case.inputs {
        let mut own = Group::default();
        let seen = |message: &&Message| {
            message.place.input == input.id
                && message.sightings.iter().any(|seen| seen.exchange.is_some())
        };
        case.messages.iter().filter(seen).for_each(|message| own.take(message));
        if own.names.is_empty() && own.hosts.is_empty() {
            continue;
        }
        while let Some(index) = groups.iter().position(|known| known.shares(&own)) {
            own.join(groups.remove(index));
        }
        groups.push(own);
    }
    groups.sort_by(|one, other| one.inputs.cmp(&other.inputs));
    groups
}

/// Ids of the captures that have nothing to do with the first one's service provider, each with that first one.
pub(crate) fn foreign(case: &Case) -> Vec<(String, String)> {
    let groups = groups(case);
    let Some((first, others)) = groups.split_first() else { return Vec::new() };
    let Some(known) = first.inputs.first() else { return Vec::new() };
    others
        .iter()
        .flat_map(|group| &group.inputs)
        .map(|input| (input.clone(), known.clone()))
        .collect()
}

/// The Case in its parts, one for each service provider; none where all is of one.
pub(crate) fn parts(case: &Case) -> Vec<Case> {
    let groups = groups(case);
    if groups.len() < 2 || groups.len() > MOST {
        return Vec::new();
    }
    (0..groups.len()).map(|own| part(case, &groups, own)).collect()
}

/// One part. What several exchanges refer to by their number keeps it.
fn part(case: &Case, groups: &[Group], own: usize) -> Case {
    let first = own == 0;
    let Some(group) = groups.get(own) else { return case.clone() };
    let elsewhere: BTreeSet<&str> = groups
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != own)
        .flat_map(|(_, group)| &group.inputs)
        .map(String::as_str)
        .collect();
    let here = |input: &str| group.inputs.contains(input) || (first && !elsewhere.contains(input));
    let mut part = case.clone();
    for exchange in part.exchanges.iter_mut().filter(|exchange| !here(&exchange.place.input)) {
        *exchange = Exchange { place: std::mem::take(&mut exchange.place), ..Exchange::default() };
    }
    part.messages.retain(|message| here(&message.place.input));
    part.attempts.retain(|attempt| is_here(attempt, case, &here));
    let kept: BTreeSet<String> = part.attempts.iter().map(|attempt| attempt.id.clone()).collect();
    let ours =
        |attempt: &Option<String>| attempt.as_ref().map_or(first, |attempt| kept.contains(attempt));
    part.failures.retain(|failure| ours(&failure.attempt));
    part.witnesses.retain(|witness| ours(&witness.attempt));
    part.lost_cookies.retain(|cookie| here(&cookie.place.input));
    let belongs = |test: &dyn Fn(&Group) -> bool| test(group) || (!groups.iter().any(test));
    for registration in &mut part.registrations {
        let ours = belongs(&|group| group.registers(registration));
        registration.relevant &= ours;
    }
    for configuration in &mut part.sp_configurations {
        let ours = belongs(&|group| group.is_served_by(configuration));
        configuration.relevant &= ours;
    }
    let relevant: BTreeSet<String> =
        part.relevant_configurations().map(|configuration| configuration.id.clone()).collect();
    for metadata in &mut part.metadata {
        let is_ours = match &metadata.configuration {
            Some(configuration) => relevant.contains(configuration),
            None => belongs(&|group| group.is_described_by(metadata)),
        };
        if !is_ours {
            metadata.held_by = HeldBy::Nobody;
        }
    }
    let shown = |side: Side, vendor: Vendor| {
        part.exchanges
            .iter()
            .any(|exchange| exchange.side == side && exchange.products.contains(&vendor))
    };
    let sp_is_known =
        part.relevant_configurations().next().is_some() || shown(Side::Sp, part.sp_vendor);
    let idp_is_known =
        part.relevant_registrations().next().is_some() || shown(Side::Idp, part.idp_vendor);
    if !sp_is_known {
        part.sp_vendor = Vendor::default();
    }
    if !idp_is_known {
        part.idp_vendor = Vendor::default();
    }
    part
}

/// The attempt is one of these captures: that of its messages, else of its exchanges.
fn is_here(attempt: &Attempt, case: &Case, here: &dyn Fn(&str) -> bool) -> bool {
    let message = attempt.request.iter().chain(&attempt.response).find_map(|id| case.message(id));
    let exchange = || attempt.exchanges.first().and_then(|index| case.exchanges.get(*index));
    match message {
        Some(message) => here(&message.place.input),
        None => exchange().is_none_or(|exchange| here(&exchange.place.input)),
    }
}
