//! Copies of metadata that matter for the sign-in, and how much.
//!
//! The same document exists several times: as published, as uploaded here, as uploaded there. What the
//! other side holds decides the sign-in; the published file is what it should hold.

use super::entry_point::EntryPoint;
use super::sides::published;
use crate::case::Case;
use crate::case::input::{BrokenDocument, HeldBy};
use crate::case::judgement::Fate;
use crate::case::message::MessageKind;
use crate::case::metadata::{Metadata, ToldBy};
use crate::case::place::Sited;
use crate::case::sp_configuration::HeldMetadata;
use crate::finding::{Finding, Severity};
use crate::vendor::Vendor;
use std::collections::HashSet;
use std::ops::Deref;

/// One copy of a side's metadata, and the Case it stands in. Dereferences to the document's facts.
#[derive(Debug, Clone, Copy)]
pub struct MetadataCopy<'a> {
    /// The Case.
    pub case: &'a Case,
    /// The facts of the document.
    pub metadata: &'a Metadata,
}

impl Deref for MetadataCopy<'_> {
    type Target = Metadata;
    fn deref(&self) -> &Metadata {
        self.metadata
    }
}

impl<'a> MetadataCopy<'a> {
    /// The entry point that holds it, where one does.
    pub fn entry_point(&self) -> Option<EntryPoint<'a>> {
        self.metadata.configuration.as_deref().and_then(|id| self.case.entry_point(id))
    }

    /// The product that holds (or would hold) the identity provider's metadata.
    pub fn holder(&self) -> Vendor {
        self.entry_point().map_or(self.case.sp_vendor, |entry| entry.vendor)
    }

    /// The sign-in depends on this copy: the service provider holds it, or no held copy is known.
    pub fn decides(&self) -> bool {
        self.held_by == HeldBy::Sp || self.case.idp_metadata_held().is_empty()
    }

    /// The capture shows that the service provider accepted a response of this identity provider: the copy
    /// is good enough to sign in with.
    pub fn proven(&self) -> bool {
        let accepted = self
            .case
            .messages_of(MessageKind::Response)
            .filter(|response| response.fate == Fate::Accepted);
        let of_this = |issuer: Option<&Sited<String>>| {
            issuer.is_none_or(|issuer| issuer.value == self.entity_id.value)
        };
        accepted.map(|response| response.issuer.as_ref()).any(of_this)
            || self
                .case
                .attempts
                .iter()
                .any(|attempt| attempt.accepted() && attempt.response.is_none())
    }

    /// Another document of the entity may as well be the one that is loaded.
    pub fn assumed(&self) -> bool {
        self.told_by == ToldBy::Dates
    }

    /// The level of what must break a sign-in that depends on the copy.
    pub fn level(&self) -> Severity {
        if self.decides() && !self.assumed() && !self.proven() {
            Severity::Error
        } else {
            Severity::Warning
        }
    }

    /// A finding about it, with it as the subject. What is no error is only likely to harm.
    pub fn finding(&self, severity: Severity, headline: impl Into<String>) -> Finding {
        let finding = Finding::new(severity, headline).subject(self.metadata.id.clone());
        if severity == Severity::Warning { finding.likely() } else { finding }
    }

    /// What must break a sign-in that depends on it: an error, unless the sign-in does not depend on it or
    /// the capture shows that it worked.
    pub fn fault(&self, headline: impl Into<String>) -> Finding {
        self.finding(self.level(), headline)
    }

    /// Two copies agree in all that decides whether a service provider can work with them.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let keys = |copy: &Self| {
            copy.idp_signing_certificates()
                .map(|certificate| certificate.sha1.clone())
                .collect::<Vec<_>>()
        };
        let sso = |copy: &Self| -> Vec<(String, String)> {
            copy.idp
                .iter()
                .flat_map(|role| &role.sso)
                .map(|endpoint| (endpoint.binding.clone(), endpoint.location.value.clone()))
                .collect()
        };
        self.entity_id.value == other.entity_id.value
            && self.idp_roles == other.idp_roles
            && self.role_descriptors.len() == other.role_descriptors.len()
            && self.valid_until.as_ref().map(|end| end.value)
                == other.valid_until.as_ref().map(|end| end.value)
            && keys(self) == keys(other)
            && sso(self) == sso(other)
    }
}

impl Case {
    fn copy<'a>(&'a self, metadata: &'a Metadata) -> MetadataCopy<'a> {
        MetadataCopy { case: self, metadata }
    }

    /// Copies of the identity provider's metadata that the service provider holds at the entry points that
    /// concern this sign-in. A file that says the same as what an entry point holds is that very copy,
    /// handed in once more.
    pub fn idp_metadata_held(&self) -> Vec<MetadataCopy<'_>> {
        let issuers = issuers(self);
        let concerned = |copy: &&Metadata| {
            self.concerns(copy.configuration.as_deref()) && taken_part(&issuers, copy)
        };
        let all: Vec<MetadataCopy<'_>> = self
            .idp_metadata(HeldBy::Sp)
            .filter(concerned)
            .map(|metadata| self.copy(metadata))
            .collect();
        let inside: Vec<MetadataCopy<'_>> =
            all.iter().copied().filter(|copy| copy.configuration.is_some()).collect();
        all.into_iter()
            .filter(|copy| {
                copy.configuration.is_some()
                    || !inside.iter().any(|other| copy.says_the_same(other))
            })
            .collect()
    }

    /// The identity provider's metadata as published. Where one document is that of the issuer in the capture,
    /// those of others took no part in it.
    pub fn idp_metadata_published(&self) -> Vec<MetadataCopy<'_>> {
        let issuers = issuers(self);
        let issued = |copy: &&Metadata| issuers.contains(copy.entity_id.value.as_str());
        let any_issued = self.idp_metadata(HeldBy::Publisher).any(|copy| issued(&copy));
        let all = self
            .idp_metadata(HeldBy::Publisher)
            .filter(|copy| taken_part(&issuers, copy) && (!any_issued || issued(copy)));
        all.map(|metadata| self.copy(metadata)).collect()
    }

    /// All copies of the identity provider's metadata that concern this sign-in, held ones first.
    pub fn idp_metadata_copies(&self) -> Vec<MetadataCopy<'_>> {
        let mut copies = self.idp_metadata_held();
        copies.extend(self.idp_metadata_published());
        copies
    }

    /// Metadata the service provider publishes. Where several entities were handed in, the one the requests
    /// name; an aggregate of others says nothing about this service provider.
    pub fn sp_metadata_published(&self) -> Vec<MetadataCopy<'_>> {
        published(self).into_iter().map(|metadata| self.copy(metadata)).collect()
    }

    /// Copies of the service provider's metadata that the identity provider holds.
    pub fn sp_metadata_held(&self) -> Vec<MetadataCopy<'_>> {
        self.sp_metadata(HeldBy::Idp).map(|metadata| self.copy(metadata)).collect()
    }

    /// Metadata of a service provider that stands where the service provider should hold the identity
    /// provider's.
    pub fn sp_metadata_misplaced(&self) -> Vec<MetadataCopy<'_>> {
        let misplaced = self
            .sp_metadata(HeldBy::Sp)
            .filter(|copy| self.concerns(copy.configuration.as_deref()));
        misplaced.map(|metadata| self.copy(metadata)).collect()
    }

    /// Every copy of anybody's metadata, whether it concerns this sign-in or not.
    pub fn metadata_copies(&self) -> impl Iterator<Item = MetadataCopy<'_>> {
        self.metadata
            .iter()
            .filter(|metadata| metadata.held_by != HeldBy::Nobody)
            .map(|metadata| self.copy(metadata))
    }

    /// Documents that could not be read, as far as they concern this sign-in.
    pub fn relevant_broken_documents(&self) -> impl Iterator<Item = &BrokenDocument> {
        self.broken_documents
            .iter()
            .filter(|document| self.concerns(document.configuration.as_deref()))
    }

    /// An entry point is known to hold no readable copy: the field is empty or unreadable.
    pub fn held_metadata_unusable(&self) -> bool {
        self.relevant_configurations().any(|entry| {
            matches!(entry.idp_metadata, HeldMetadata::Missing | HeldMetadata::Unreadable)
        }) || self.relevant_broken_documents().any(|document| document.held_by == HeldBy::Sp)
    }

    /// A configuration, where one is named, concerns this sign-in.
    pub fn concerns(&self, configuration: Option<&str>) -> bool {
        configuration
            .and_then(|id| self.configuration(id))
            .is_none_or(|configuration| configuration.relevant)
    }

    /// The service provider is known, and it is not one of the products we know the screens of.
    pub fn sp_is_another_product(&self) -> bool {
        // An identity provider may publish itself as a service provider, too, in the very document that is judged.
        let published = self.sp_metadata(HeldBy::Publisher).any(|copy| copy.idp.is_none());
        self.sp_vendor == Vendor::Other
            && (published || self.messages_of(MessageKind::AuthnRequest).next().is_some())
    }

    /// An entityID the service provider goes by, as far as requests, configuration and registration tell.
    /// Its metadata is left out: that is what the question is asked of.
    pub fn sp_goes_by(&self, entity_id: &str) -> bool {
        let named =
            |value: Option<&Sited<String>>| value.is_some_and(|value| value.value == entity_id);
        self.sp_configurations.iter().any(|configuration| named(configuration.entity_id.as_ref()))
            || self
                .messages_of(MessageKind::AuthnRequest)
                .any(|request| named(request.issuer.as_ref()))
            || self.registrations.iter().any(|registration| {
                registration.identifiers.iter().any(|known| known.value.value == entity_id)
            })
    }
}

/// Who issued the responses of the capture.
fn issuers(case: &Case) -> HashSet<&str> {
    case.messages_of(MessageKind::Response)
        .filter_map(|message| message.issuer.as_ref())
        .map(|issuer| issuer.value.as_str())
        .collect()
}

/// Of an aggregate only the entity that takes part in the capture is judged; of the others nobody asked.
fn taken_part(issuers: &HashSet<&str>, copy: &Metadata) -> bool {
    copy.entities_in_document <= 1
        || issuers.is_empty()
        || issuers.contains(copy.entity_id.value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::attempt::Outcome;
    use crate::case::metadata::SpRole;
    use crate::testing;

    fn case(metadata: Vec<Metadata>) -> Case {
        Case { metadata, ..Case::default() }
    }

    #[test]
    fn the_same_copy_handed_in_twice_counts_once() {
        let mut inside = testing::idp_metadata("d2", HeldBy::Sp, &["a"]);
        inside.configuration = Some("c1".into());
        let ids = |file: Metadata| {
            let case = Case {
                sp_configurations: vec![testing::entry_point()],
                ..case(vec![file, inside.clone()])
            };
            case.idp_metadata_held().iter().map(|copy| copy.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(testing::idp_metadata("d1", HeldBy::Sp, &["a"])), ["d2"]);
        assert_eq!(ids(testing::idp_metadata("d1", HeldBy::Sp, &["b"])), ["d1", "d2"]);
    }

    #[test]
    fn the_own_metadata_in_the_wrong_place_shows() {
        let own = testing::sp_metadata("d1", HeldBy::Sp, &[], &[]);
        let mut case = Case { sp_configurations: vec![testing::entry_point()], ..case(vec![own]) };
        case.metadata[0].configuration = Some("c1".to_owned());
        assert_eq!(case.sp_metadata_misplaced().len(), 1);
        case.sp_configurations[0].relevant = false;
        assert!(case.sp_metadata_misplaced().is_empty());
        assert_eq!(case.metadata_copies().count(), 1);
    }

    #[test]
    fn an_identity_provider_is_not_its_own_service_provider() {
        let both = Metadata {
            sp: Some(SpRole::default()),
            ..testing::idp_metadata("d1", HeldBy::Publisher, &["a"])
        };
        assert!(!case(vec![both.clone()]).sp_is_another_product());
        let sp = Metadata { id: "d2".into(), sp: Some(SpRole::default()), ..Metadata::default() };
        assert!(case(vec![both, sp]).sp_is_another_product());
    }

    #[test]
    fn of_an_aggregate_only_the_entity_of_the_capture_is_judged() {
        let mut other = testing::idp_metadata("d2", HeldBy::Publisher, &["a"]);
        other.entity_id = "https://other.example/".into();
        other.entities_in_document = 2;
        let own = Metadata {
            entities_in_document: 2,
            ..testing::idp_metadata("d1", HeldBy::Publisher, &["a"])
        };
        let mut case = case(vec![own, other]);
        assert_eq!(case.idp_metadata_published().len(), 2);
        testing::attempt(&mut case, Outcome::SignedIn);
        assert_eq!(
            case.idp_metadata_published().iter().map(|copy| copy.id.as_str()).collect::<Vec<_>>(),
            ["d1"]
        );
    }

    #[test]
    fn a_copy_that_was_signed_in_with_is_good_enough() {
        let mut case = case(vec![testing::idp_metadata("d1", HeldBy::Sp, &["a"])]);
        assert_eq!(case.idp_metadata_held()[0].fault("x").severity, Severity::Error);
        testing::attempt(&mut case, Outcome::SignedIn);
        let fault = case.idp_metadata_held()[0].fault("x");
        assert_eq!(
            (fault.severity, fault.certain, fault.subject.as_deref()),
            (Severity::Warning, false, Some("d1"))
        );
    }
}
