//! Which copies of the identity provider's metadata matter for this sign-in, and how much.
//!
//! The same document exists several times: as published, as uploaded here, as uploaded there. What
//! the service provider holds decides the sign-in; the published file is what it should hold.

use diag_sdk::case::input::{BrokenDocument, HeldBy};
use diag_sdk::case::message::MessageKind;
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::sp_configuration::HeldMetadata;
use diag_sdk::{Case, Severity, Vendor};

/// Copies held by the service provider at the entry points that concern this sign-in. A file that
/// says the same as what an entry point holds is that very copy, handed in once more.
pub(crate) fn held(case: &Case) -> impl Iterator<Item = &Metadata> {
    let concerned = |copy: &&Metadata| concerns(case, copy.configuration.as_deref()) && taken_part(case, copy);
    case.idp_metadata(HeldBy::Sp).filter(concerned).filter(move |copy| {
        let inside = || case.idp_metadata(HeldBy::Sp).filter(|other| other.configuration.is_some()).filter(concerned);
        copy.configuration.is_some() || !inside().any(|other| says_the_same(copy, other))
    })
}

/// Two copies agree in all that the checks of this family look at.
fn says_the_same(left: &Metadata, right: &Metadata) -> bool {
    let keys = |copy: &Metadata| copy.idp_signing_certificates().map(|certificate| certificate.sha1.clone()).collect::<Vec<_>>();
    let sso = |copy: &Metadata| -> Vec<(String, String)> {
        copy.idp.iter().flat_map(|role| &role.sso).map(|endpoint| (endpoint.binding.clone(), endpoint.location.value.clone())).collect()
    };
    left.entity_id.value == right.entity_id.value
        && left.idp_roles == right.idp_roles
        && left.role_descriptors.len() == right.role_descriptors.len()
        && left.valid_until.as_ref().map(|end| end.value) == right.valid_until.as_ref().map(|end| end.value)
        && keys(left) == keys(right)
        && sso(left) == sso(right)
}

/// The identity provider's metadata as published.
pub(crate) fn published(case: &Case) -> impl Iterator<Item = &Metadata> {
    case.idp_metadata(HeldBy::Publisher).filter(|copy| taken_part(case, copy))
}

/// All copies of the identity provider's metadata that concern this sign-in, held ones first.
pub(crate) fn all(case: &Case) -> impl Iterator<Item = &Metadata> {
    held(case).chain(published(case))
}

/// A configuration, where one is named, concerns this sign-in.
pub(crate) fn concerns(case: &Case, configuration: Option<&str>) -> bool {
    configuration.and_then(|id| case.configuration(id)).is_none_or(|configuration| configuration.relevant)
}

/// Of an aggregate only the entity that takes part in the capture is judged; of the others
/// nobody asked.
fn taken_part(case: &Case, copy: &Metadata) -> bool {
    let mut issuers = case.messages_of(MessageKind::Response).filter_map(|message| message.issuer.as_ref()).peekable();
    copy.entities_in_document <= 1 || issuers.peek().is_none() || issuers.any(|issuer| issuer.value == copy.entity_id.value)
}

/// The product that holds (or would hold) the copy.
pub(crate) fn holder(case: &Case, copy: &Metadata) -> Vendor {
    copy.configuration.as_deref().and_then(|id| case.configuration(id)).map_or(case.sp_vendor, |configuration| configuration.vendor)
}

/// The service provider is known, and it is not one of the products we know the screens of.
pub(crate) fn another_product(case: &Case) -> bool {
    // AD FS publishes itself as a service provider, too, in the very document that is judged.
    let seen =
        case.sp_metadata(HeldBy::Publisher).any(|copy| copy.idp.is_none()) || case.messages_of(MessageKind::AuthnRequest).next().is_some();
    case.sp_vendor == Vendor::Other && seen
}

/// The sign-in depends on this copy: the service provider holds it, or no held copy is known.
pub(crate) fn decides(case: &Case, copy: &Metadata) -> bool {
    copy.held_by == HeldBy::Sp || held(case).next().is_none()
}

/// The capture shows that the service provider accepted a response of this identity provider: the
/// copy is good enough to sign in with.
pub(crate) fn proven(case: &Case, copy: &Metadata) -> bool {
    case.attempts.iter().filter(|attempt| attempt.accepted()).any(|attempt| {
        let issuer = attempt.response.as_deref().and_then(|id| case.message(id)).and_then(|message| message.issuer.as_ref());
        issuer.is_none_or(|issuer| issuer.value == copy.entity_id.value)
    })
}

/// The level of what must break a sign-in that depends on the copy.
pub(crate) fn level(case: &Case, copy: &Metadata) -> Severity {
    if decides(case, copy) && !proven(case, copy) { Severity::Error } else { Severity::Warning }
}

/// An entry point is known to hold no readable copy: the field is empty or unreadable.
pub(crate) fn held_copy_unusable(case: &Case) -> bool {
    case.relevant_configurations().any(|entry| matches!(entry.idp_metadata, HeldMetadata::Missing | HeldMetadata::Unreadable))
        || broken(case).any(|document| document.held_by == HeldBy::Sp)
}

/// Documents that could not be read, as far as they concern this sign-in.
pub(crate) fn broken(case: &Case) -> impl Iterator<Item = &BrokenDocument> {
    case.broken_documents.iter().filter(|document| concerns(case, document.configuration.as_deref()))
}

/// The name of the entry point that holds the copy, for screens.
pub(crate) fn object<'a>(case: &'a Case, configuration: Option<&str>) -> Option<&'a str> {
    configuration.and_then(|id| case.configuration(id)).map(|configuration| configuration.name.as_str()).filter(|name| !name.is_empty())
}

/// An entityID the service provider goes by, as far as the case tells.
pub(crate) fn is_sp_entity(case: &Case, entity_id: &str) -> bool {
    let named = |value: Option<&diag_sdk::Sited<String>>| value.is_some_and(|value| value.value == entity_id);
    case.sp_configurations.iter().any(|configuration| named(configuration.entity_id.as_ref()))
        || case.messages_of(MessageKind::AuthnRequest).any(|request| named(request.issuer.as_ref()))
        || case.registrations.iter().any(|registration| registration.identifiers.iter().any(|known| known.value.value == entity_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use diag_sdk::case::metadata::SpRole;

    #[test]
    fn the_same_copy_handed_in_twice_counts_once() {
        let mut inside = sample::idp("d2", HeldBy::Sp, &["a"]);
        inside.configuration = Some("c1".into());
        let ids = |file: Metadata| {
            let case = Case { sp_configurations: vec![sample::virtual_proxy("c1")], ..sample::case(vec![file, inside.clone()]) };
            held(&case).map(|copy| copy.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(sample::idp("d1", HeldBy::Sp, &["a"])), ["d2"]);
        assert_eq!(ids(sample::idp("d1", HeldBy::Sp, &["b"])), ["d1", "d2"]);
    }

    #[test]
    fn an_identity_provider_is_not_its_own_service_provider() {
        let both = Metadata { sp: Some(SpRole::default()), ..sample::idp("d1", HeldBy::Publisher, &["a"]) };
        assert!(!another_product(&sample::case(vec![both.clone()])));
        let sp = Metadata { id: "d2".into(), sp: Some(SpRole::default()), ..Metadata::default() };
        assert!(another_product(&sample::case(vec![both, sp])));
    }

    #[test]
    fn of_an_aggregate_only_the_entity_of_the_capture_is_judged() {
        let mut other = sample::idp("d2", HeldBy::Publisher, &["a"]);
        other.entity_id = "https://other.example/".into();
        other.entities_in_document = 2;
        let own = Metadata { entities_in_document: 2, ..sample::idp("d1", HeldBy::Publisher, &["a"]) };
        let mut case = sample::case(vec![own, other]);
        assert_eq!(published(&case).count(), 2);
        sample::attempt(&mut case, diag_sdk::case::attempt::Outcome::SignedIn);
        assert_eq!(published(&case).map(|copy| copy.id.as_str()).collect::<Vec<_>>(), ["d1"]);
    }
}
