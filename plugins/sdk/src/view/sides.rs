//! What each side says about the service provider: its entityID and its assertion consumer service
//! URLs, with the place each value stands at.
//!
//! Checks compare a value the service provider uses with values the identity provider has registered.
//! Collecting them once keeps the checks to the comparison itself and makes all of them name a source
//! in the same words.

use super::entry_point::EntryPoint;
use super::request::Request;
use crate::case::Case;
use crate::case::attempt::Attempt;
use crate::case::input::HeldBy;
use crate::case::message::MessageKind;
use crate::case::metadata::Metadata;
use crate::case::place::{Place, Sited};
use crate::case::registration::{IdpRegistration, Registered, RegistrationObject};
use crate::finding::{Finding, Severity};
use crate::spec;
use std::collections::HashMap;

/// Where a value of the service provider comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// A request of the capture: what the service provider really sends.
    Request,
    /// Its configuration: what it will send.
    Configuration,
    /// Metadata it publishes: what it tells others.
    Metadata,
}

/// A value the service provider uses.
#[derive(Debug, Clone)]
pub struct Used<'a> {
    /// The value.
    pub value: &'a str,
    /// Where it stands.
    pub place: &'a Place,
    /// What kind of source that is.
    pub source: Source,
    /// For people: where it comes from.
    pub origin: String,
    /// The attempt whose request carries it.
    pub attempt: Option<&'a Attempt>,
    /// The identity provider took a request that carries it.
    pub accepted: bool,
    /// The entry point whose configuration holds it.
    pub entry_point: Option<EntryPoint<'a>>,
}

/// A value the identity provider has registered for the service provider.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    /// The value.
    pub value: &'a str,
    /// Where it stands.
    pub place: &'a Place,
    /// For people: where it comes from.
    pub origin: String,
}

impl Used<'_> {
    /// A finding about the value: it carries the value as the actual one, its place and its attempt, and
    /// as its subject the entry point that holds it.
    pub fn finding(&self, severity: Severity, headline: impl Into<String>) -> Finding {
        self.mark(Finding::new(severity, headline))
    }

    /// Says of a finding made elsewhere that this value is the actual one, where, in which attempt and of
    /// which entry point.
    pub fn mark(&self, finding: Finding) -> Finding {
        let attempt = self.attempt.map_or("", |attempt| attempt.id.as_str());
        self.owned(finding.actual(self.value, &self.origin).at(self.place).attempt(attempt))
    }

    /// Makes the entry point that holds the value the subject of a finding.
    pub fn owned(&self, finding: Finding) -> Finding {
        match &self.entry_point {
            Some(entry) => finding.subject(entry.id.clone()),
            None => finding,
        }
    }
}

impl Case {
    /// EntityIDs the service provider uses, each value once per source, requests first.
    pub fn used_entity_ids(&self) -> Vec<Used<'_>> {
        let mut all = Collected::default();
        for request in self.requests() {
            if let Some(issuer) = request.issuer() {
                all.add_request(&request, issuer, "Issuer of the AuthnRequest");
            }
        }
        for entry in self.entry_points() {
            if let Some(entity_id) = entry
                .configuration
                .entity_id
                .as_ref()
                .filter(|entity_id| !entity_id.value.is_empty())
            {
                all.add(
                    entity_id,
                    Source::Configuration,
                    format!("entityID of {}", entry.name),
                    Some(entry),
                );
            }
        }
        for metadata in published(self) {
            all.add(
                &metadata.entity_id,
                Source::Metadata,
                format!("entityID in {}", metadata.origin),
                None,
            );
        }
        all.used
    }

    /// Assertion consumer service URLs the service provider uses (HTTP-POST), each value once per source,
    /// requests first.
    pub fn used_acs_urls(&self) -> Vec<Used<'_>> {
        acs_urls(self).used
    }

    /// EntityIDs registered at the identity provider.
    pub fn registered_entity_ids(&self) -> Vec<Known<'_>> {
        let mut known = Vec::new();
        for registration in self.relevant_registrations() {
            known.extend(
                registration
                    .identifiers
                    .iter()
                    .map(|entry| of_registration(self, registration, entry, "Identifier")),
            );
        }
        known.extend(self.sp_metadata(HeldBy::Idp).map(|metadata| Known {
            value: &metadata.entity_id.value,
            place: &metadata.entity_id.place,
            origin: format!(
                "entityID in {}, the copy the identity provider holds",
                metadata.origin
            ),
        }));
        known
    }

    /// Assertion consumer service URLs registered at the identity provider.
    pub fn registered_acs_urls(&self) -> Vec<Known<'_>> {
        let mut known = Vec::new();
        for registration in self.relevant_registrations() {
            known.extend(
                registration
                    .reply_urls
                    .iter()
                    .map(|entry| of_registration(self, registration, entry, "Reply URL")),
            );
        }
        for metadata in self.sp_metadata(HeldBy::Idp) {
            known.extend(metadata.sp.iter().flat_map(|role| &role.acs).map(|endpoint| Known {
                value: &endpoint.location.value,
                place: &endpoint.location.place,
                origin: format!(
                    "AssertionConsumerService in {}, the copy the identity provider holds",
                    metadata.origin
                ),
            }));
        }
        known
    }
}

/// The values of [`Case::used_acs_urls`], and after them those of the other bindings.
pub(super) fn acs_urls_of_all_bindings(case: &Case) -> Vec<Used<'_>> {
    let mut all = acs_urls(case);
    all.add_endpoints(case, |binding| binding != spec::BINDING_POST);
    all.used
}

fn acs_urls(case: &Case) -> Collected<'_> {
    let mut all = Collected::default();
    for request in case.requests() {
        if let Some(acs) = request.acs_url() {
            all.add_request(&request, acs, "AssertionConsumerServiceURL of the AuthnRequest");
        }
    }
    for entry in case.entry_points() {
        if let Some(acs) = &entry.configuration.acs_url {
            all.add(acs, Source::Configuration, format!("what {} serves", entry.name), Some(entry));
        }
    }
    all.add_endpoints(case, |binding| binding == spec::BINDING_POST);
    all
}

/// Values on their way into a list in which each stands once per source.
#[derive(Default)]
struct Collected<'a> {
    used: Vec<Used<'a>>,
    known: HashMap<(Source, &'a str), usize>,
}

impl<'a> Collected<'a> {
    fn known(&mut self, source: Source, value: &str) -> Option<&mut Used<'a>> {
        self.known.get(&(source, value)).and_then(|index| self.used.get_mut(*index))
    }

    fn push(&mut self, used: Used<'a>) {
        self.known.insert((used.source, used.value), self.used.len());
        self.used.push(used);
    }

    fn add_request(&mut self, request: &Request<'a>, value: &'a Sited<String>, origin: &str) {
        let (accepted, attempt) = (request.accepted(), request.attempt);
        if let Some(known) = self.known(Source::Request, &value.value) {
            known.accepted |= accepted;
            // The attempt that failed is the one a person wants to read about.
            if attempt.is_some_and(Attempt::failed) && !known.attempt.is_some_and(Attempt::failed) {
                known.attempt = attempt;
                known.place = &value.place;
            }
            return;
        }
        self.push(Used {
            value: &value.value,
            place: &value.place,
            source: Source::Request,
            origin: origin.to_owned(),
            attempt,
            accepted,
            entry_point: None,
        });
    }

    fn add(
        &mut self,
        value: &'a Sited<String>,
        source: Source,
        origin: String,
        entry_point: Option<EntryPoint<'a>>,
    ) {
        if self.known(source, &value.value).is_some() {
            return;
        }
        let accepted =
            self.known(Source::Request, &value.value).is_some_and(|known| known.accepted);
        self.push(Used {
            value: &value.value,
            place: &value.place,
            source,
            origin,
            attempt: None,
            accepted,
            entry_point,
        });
    }

    fn add_endpoints(&mut self, case: &'a Case, wanted: impl Fn(&str) -> bool) {
        for metadata in published(case) {
            for endpoint in metadata
                .sp
                .iter()
                .flat_map(|role| &role.acs)
                .filter(|endpoint| wanted(&endpoint.binding))
            {
                self.add(
                    &endpoint.location,
                    Source::Metadata,
                    format!("AssertionConsumerService in {}", metadata.origin),
                    None,
                );
            }
        }
    }
}

/// Metadata the service provider publishes. Where several entities were handed in, the one the
/// requests name; an aggregate of others says nothing about this service provider.
pub(super) fn published(case: &Case) -> Vec<&Metadata> {
    let all: Vec<&Metadata> = case.sp_metadata(HeldBy::Publisher).collect();
    if all.len() < 2 {
        return all;
    }
    let named: Vec<&str> = case
        .messages_of(MessageKind::AuthnRequest)
        .filter_map(|message| message.issuer.as_ref())
        .chain(
            case.relevant_configurations()
                .filter_map(|configuration| configuration.entity_id.as_ref()),
        )
        .map(|value| value.value.as_str())
        .collect();
    let matching: Vec<&Metadata> = all
        .iter()
        .copied()
        .filter(|metadata| named.contains(&metadata.entity_id.value.as_str()))
        .collect();
    if matching.is_empty() && named.is_empty() { all } else { matching }
}

fn of_registration<'a>(
    case: &Case,
    registration: &IdpRegistration,
    entry: &'a Registered,
    label: &str,
) -> Known<'a> {
    let word = if registration.vendor.is_known() { label } else { "registered value" };
    let object = match entry.object {
        RegistrationObject::Application => "application",
        RegistrationObject::ServicePrincipal => "servicePrincipal",
    };
    let file = case.file_of(&entry.value.place.input);
    let holder = if file.is_empty() { object } else { file };
    Known {
        value: &entry.value.value,
        place: &entry.value.place,
        origin: format!("{word} in {holder}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::attempt::Outcome;
    use crate::testing;

    #[test]
    fn what_was_accepted_once_is_accepted_wherever_it_stands() {
        let mut case = testing::sign_in(Outcome::SignedIn);
        case.sp_configurations.push(testing::entry_point());
        case.metadata.push(testing::sp_metadata("d1", HeldBy::Publisher, &[], &[]));
        let used = case.used_entity_ids();
        let sources: Vec<Source> = used.iter().map(|used| used.source).collect();
        assert_eq!(sources, [Source::Request, Source::Configuration, Source::Metadata]);
        assert!(used.iter().all(|used| used.accepted && used.value == testing::ENTITY_ID));
        assert_eq!(used[0].finding(Severity::Error, "x").attempts, ["a1"]);
    }

    #[test]
    fn of_several_entities_the_one_the_requests_name_counts() {
        let mut case = testing::sign_in(Outcome::SignedIn);
        let other = Metadata {
            entity_id: "urn:other".into(),
            ..testing::sp_metadata("d2", HeldBy::Publisher, &[], &[])
        };
        case.metadata = vec![other, testing::sp_metadata("d1", HeldBy::Publisher, &[], &[])];
        assert_eq!(
            published(&case).iter().map(|metadata| metadata.id.as_str()).collect::<Vec<_>>(),
            ["d1"]
        );
    }
}
