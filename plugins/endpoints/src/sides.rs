//! What each side says about the service provider: its entityID and its assertion consumer service
//! URLs, with the place each value stands at.
//!
//! Nearly every check of this family compares a value the service provider uses with values the
//! identity provider has registered. Collecting them once keeps the checks to the comparison itself
//! and makes all of them name a source in the same words.

use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::registration::{IdpRegistration, Registered, RegistrationObject};
use diag_sdk::setting::Vendor;
use diag_sdk::{Case, Difference, Finding, Place, Sited, address, difference, spec};

/// Where a value of the service provider comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A request of the capture: what the service provider really sends.
    Request,
    /// Its configuration: what it will send.
    Configuration,
    /// Metadata it publishes: what it tells others.
    Metadata,
}

/// A value the service provider uses.
#[derive(Debug, Clone)]
pub(crate) struct Used<'a> {
    pub(crate) value: &'a str,
    pub(crate) place: &'a Place,
    pub(crate) source: Source,
    /// For people: where it comes from.
    pub(crate) origin: String,
    /// The attempt whose request carries it.
    pub(crate) attempt: Option<&'a Attempt>,
    /// The identity provider answered a request that carries it with success.
    pub(crate) accepted: bool,
    /// Name of the entry point whose configuration holds it.
    pub(crate) object: Option<&'a str>,
}

/// A value the identity provider has registered for the service provider.
#[derive(Debug, Clone)]
pub(crate) struct Known<'a> {
    pub(crate) value: &'a str,
    pub(crate) place: &'a Place,
    /// For people: where it comes from.
    pub(crate) origin: String,
}

/// Name and vendor of the registration a fix at the identity provider concerns.
pub(crate) fn registration(case: &Case) -> (Vendor, Option<&str>) {
    let relevant: Option<&IdpRegistration> = case.relevant_registrations().next();
    relevant.map_or((case.idp_vendor, None), |registration| (registration.vendor, registration.name.as_deref()))
}

/// Name and vendor of the entry point a fix at the service provider concerns.
pub(crate) fn entry_point(case: &Case) -> (Vendor, Option<&str>) {
    let relevant = case.relevant_configurations().next();
    relevant.map_or((case.sp_vendor, None), |configuration| (configuration.vendor, Some(configuration.name.as_str())))
}

/// EntityIDs the service provider uses, each value once per source.
pub(crate) fn entity_ids(case: &Case) -> Vec<Used<'_>> {
    let mut used = Vec::new();
    for message in case.messages_of(MessageKind::AuthnRequest) {
        if let Some(issuer) = &message.issuer {
            add_request(case, &mut used, message, issuer, "Issuer of the AuthnRequest");
        }
    }
    for configuration in case.relevant_configurations() {
        if let Some(entity_id) = &configuration.entity_id
            && !entity_id.value.is_empty()
        {
            add(&mut used, entity_id, Source::Configuration, format!("entityID of {}", configuration.name), Some(&configuration.name));
        }
    }
    for metadata in published(case) {
        add(&mut used, &metadata.entity_id, Source::Metadata, format!("entityID in {}", metadata.origin), None);
    }
    used
}

/// Assertion consumer service URLs the service provider uses (HTTP-POST), each value once per source.
pub(crate) fn acs_urls(case: &Case) -> Vec<Used<'_>> {
    let mut used = Vec::new();
    for message in case.messages_of(MessageKind::AuthnRequest) {
        if let Some(acs) = message.request.as_ref().and_then(|request| request.acs_url.as_ref()) {
            add_request(case, &mut used, message, acs, "AssertionConsumerServiceURL of the AuthnRequest");
        }
    }
    for configuration in case.relevant_configurations() {
        if let Some(acs) = &configuration.acs_url {
            add(&mut used, acs, Source::Configuration, format!("what {} serves", configuration.name), Some(&configuration.name));
        }
    }
    for metadata in published(case) {
        for endpoint in metadata.sp.iter().flat_map(|role| &role.acs).filter(|endpoint| endpoint.binding == spec::BINDING_POST) {
            add(&mut used, &endpoint.location, Source::Metadata, format!("AssertionConsumerService in {}", metadata.origin), None);
        }
    }
    used
}

fn add_request<'a>(case: &'a Case, used: &mut Vec<Used<'a>>, message: &'a Message, value: &'a Sited<String>, origin: &str) {
    let accepted = case.idp_accepted(message);
    let attempt = case.attempt_of(&message.id);
    if let Some(known) = used.iter_mut().find(|known| known.source == Source::Request && known.value == value.value) {
        known.accepted |= accepted;
        // The attempt that failed is the one a person wants to read about.
        if attempt.is_some_and(Attempt::failed) && !known.attempt.is_some_and(Attempt::failed) {
            known.attempt = attempt;
            known.place = &value.place;
        }
        return;
    }
    used.push(Used {
        value: &value.value,
        place: &value.place,
        source: Source::Request,
        origin: origin.to_owned(),
        attempt,
        accepted,
        object: None,
    });
}

fn add<'a>(used: &mut Vec<Used<'a>>, value: &'a Sited<String>, source: Source, origin: String, object: Option<&'a str>) {
    if used.iter().any(|known| known.source == source && known.value == value.value) {
        return;
    }
    let accepted = used.iter().any(|known| known.source == Source::Request && known.value == value.value && known.accepted);
    used.push(Used { value: &value.value, place: &value.place, source, origin, attempt: None, accepted, object });
}

/// Metadata the service provider publishes. Where several entities were handed in, the one the
/// requests name; an aggregate of others says nothing about this service provider.
pub(crate) fn published(case: &Case) -> Vec<&Metadata> {
    let all: Vec<&Metadata> = case.sp_metadata(HeldBy::Publisher).collect();
    if all.len() < 2 {
        return all;
    }
    let named: Vec<&str> = case
        .messages_of(MessageKind::AuthnRequest)
        .filter_map(|message| message.issuer.as_ref())
        .chain(case.relevant_configurations().filter_map(|configuration| configuration.entity_id.as_ref()))
        .map(|value| value.value.as_str())
        .collect();
    let matching: Vec<&Metadata> = all.iter().copied().filter(|metadata| named.contains(&metadata.entity_id.value.as_str())).collect();
    if matching.is_empty() && named.is_empty() { all } else { matching }
}

/// EntityIDs registered at the identity provider.
pub(crate) fn registered_entity_ids(case: &Case) -> Vec<Known<'_>> {
    let mut known = Vec::new();
    for registration in case.relevant_registrations() {
        known.extend(registration.identifiers.iter().map(|entry| of_registration(case, registration, entry, "Identifier")));
    }
    for metadata in case.sp_metadata(HeldBy::Idp) {
        known.push(Known {
            value: &metadata.entity_id.value,
            place: &metadata.entity_id.place,
            origin: format!("entityID in {}, the copy the identity provider holds", metadata.origin),
        });
    }
    known
}

/// Assertion consumer service URLs registered at the identity provider.
pub(crate) fn registered_acs_urls(case: &Case) -> Vec<Known<'_>> {
    let mut known = Vec::new();
    for registration in case.relevant_registrations() {
        known.extend(registration.reply_urls.iter().map(|entry| of_registration(case, registration, entry, "Reply URL")));
    }
    for metadata in case.sp_metadata(HeldBy::Idp) {
        for endpoint in metadata.sp.iter().flat_map(|role| &role.acs) {
            known.push(Known {
                value: &endpoint.location.value,
                place: &endpoint.location.place,
                origin: format!("AssertionConsumerService in {}, the copy the identity provider holds", metadata.origin),
            });
        }
    }
    known
}

fn of_registration<'a>(case: &Case, registration: &IdpRegistration, entry: &'a Registered, label: &str) -> Known<'a> {
    let word = match registration.vendor {
        Vendor::Entra => label,
        _ => "registered value",
    };
    let object = match entry.object {
        RegistrationObject::Application => "application",
        RegistrationObject::ServicePrincipal => "servicePrincipal",
    };
    let file = case.file_of(&entry.value.place.input);
    let holder = if file.is_empty() { object } else { file };
    Known { value: &entry.value.value, place: &entry.value.place, origin: format!("{word} in {holder}") }
}

/// The registered value that `value` comes nearest to, and how it differs.
pub(crate) fn nearest<'k, 'a>(known: &'k [Known<'a>], value: &str) -> Option<(&'k Known<'a>, Difference)> {
    let (best, difference) = difference::nearest(known.iter().map(|entry| entry.value), value)?;
    known.iter().find(|entry| entry.value == best).map(|entry| (entry, difference))
}

/// The value is registered, exactly or under a registered wildcard (`https://*.example/acs`).
pub(crate) fn is_registered(known: &[Known<'_>], value: &str) -> bool {
    known.iter().any(|entry| entry.value == value || (entry.value.contains('*') && wildcard_covers(entry.value, value)))
}

fn wildcard_covers(pattern: &str, value: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| value.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// Every URL at which the service provider says it consumes a response to this message's request:
/// what the request names, what its metadata lists (all bindings) and what its configuration serves.
pub(crate) fn consumer_urls<'a>(case: &'a Case, response: &Message) -> Vec<Used<'a>> {
    let request = request_of(case, response);
    let mut urls: Vec<Used<'a>> = acs_urls(case)
        .into_iter()
        .filter(|used| used.source != Source::Request || request.is_none_or(|request| names_acs(request, used.value)))
        .collect();
    for metadata in published(case) {
        for endpoint in metadata.sp.iter().flat_map(|role| &role.acs).filter(|endpoint| endpoint.binding != spec::BINDING_POST) {
            add(&mut urls, &endpoint.location, Source::Metadata, format!("AssertionConsumerService in {}", metadata.origin), None);
        }
    }
    urls
}

fn names_acs(request: &Message, url: &str) -> bool {
    request.request.as_ref().and_then(|details| details.acs_url.as_ref()).is_some_and(|acs| acs.value == url)
}

/// The request a response answers: the one it names, else the one of its attempt.
pub(crate) fn request_of<'a>(case: &'a Case, response: &Message) -> Option<&'a Message> {
    let named = response.in_response_to.as_ref().and_then(|answered| {
        case.messages_of(MessageKind::AuthnRequest).find(|request| request.xml_id.as_ref().is_some_and(|id| id.value == answered.value))
    });
    named.or_else(|| case.attempt_of(&response.id)?.request.as_deref().and_then(|id| case.message(id)))
}

/// Responses of sign-ins, delivered ones and loose ones. What somebody else took (a broker, another
/// application of the same capture) is not this service provider's business.
pub(crate) fn responses(case: &Case) -> impl Iterator<Item = &Message> {
    case.messages_of(MessageKind::Response).filter(|message| {
        let taken_elsewhere = case.attempt_of(&message.id).is_some_and(Attempt::accepted) && !case.concerns_sp(message);
        message.broken.is_none() && !taken_elsewhere
    })
}

/// One of the URLs is where the browser went.
pub(crate) fn any_reaches(urls: &[Used<'_>], seen: &str) -> bool {
    urls.iter().any(|used| address::reaches(used.value, seen))
}

/// How much a fault in a response matters: what the service provider accepted nevertheless is
/// unusual, what it has not accepted broke the sign-in or must break it.
pub(crate) fn fault(case: &Case, response: &Message, message: impl Into<String>) -> Finding {
    match case.attempt_of(&response.id) {
        Some(attempt) if attempt.accepted() => {
            Finding::warning(message).likely().attempt(&attempt.id).detail("The service provider accepted the response nevertheless.")
        }
        Some(attempt) => Finding::error(message).attempt(&attempt.id),
        None => Finding::error(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_cover_what_they_stand_for() {
        for (pattern, value, covers) in [
            ("https://*.example/acs", "https://sense.example/acs", true),
            ("https://*.example/acs", "https://sense.example/acs/", false),
            ("https://sense.example/*", "https://sense.example/azure/samlauthn/", true),
            ("https://sense.example/*", "https://other.example/azure/samlauthn/", false),
            ("https://*/azure/*/", "https://a.example/azure/samlauthn/", true),
            ("https://a.example/acs", "https://a.example/acs", true),
        ] {
            assert_eq!(wildcard_covers(pattern, value), covers, "{pattern} {value}");
        }
    }
}
