//! Exports of somebody else than whose sign-in was captured. What lies beside a capture is joined to it by who takes
//! part: a name both know, or a host. Where nothing at all is shared, not even the domain, it is another's.

use crate::known_by;
use diag_sdk::Case;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::case::sp_configuration::SpConfiguration;
use diag_sdk::host::host_of;
use std::collections::BTreeSet;

/// What a capture tells of its parties.
#[derive(Debug)]
pub(crate) struct Captured {
    /// Names of service providers: issuers of requests, audiences of assertions.
    names: BTreeSet<String>,
    /// Domains of everything the browser went to or was sent to.
    domains: BTreeSet<String>,
    /// The requests that were sent.
    requests: Vec<Asked>,
}

/// By whom a request says it was sent, where the answer shall go, and whom it went to.
#[derive(Debug)]
struct Asked {
    issuer: String,
    consumer: String,
    went_to: String,
}

impl Captured {
    /// Nothing where no message that was captured names its service provider.
    pub(crate) fn of(case: &Case) -> Option<Self> {
        let captured = || {
            case.messages
                .iter()
                .filter(|message| message.sightings.iter().any(|seen| seen.exchange.is_some()))
        };
        let mut names = BTreeSet::new();
        let mut addresses: Vec<&str> =
            case.exchanges.iter().map(|exchange| exchange.url.as_str()).collect();
        for message in captured() {
            if matches!(message.kind, MessageKind::AuthnRequest | MessageKind::WsFederationSignIn) {
                names.extend(message.issuer.iter().map(|issuer| issuer.value.clone()));
            }
            let conditions =
                message.assertions.iter().filter_map(|assertion| assertion.conditions.as_ref());
            names.extend(
                conditions
                    .flat_map(|conditions| &conditions.audiences)
                    .map(|audience| audience.value.clone()),
            );
            let consumer = message.request.as_ref().and_then(|request| request.acs_url.as_ref());
            addresses.extend(
                consumer
                    .into_iter()
                    .chain(&message.destination)
                    .map(|address| address.value.as_str()),
            );
        }
        let domains = addresses
            .into_iter()
            .chain(names.iter().map(String::as_str))
            .filter_map(domain)
            .collect();
        let requests = captured().filter(|message| message.kind == MessageKind::AuthnRequest);
        let requests = requests.filter_map(Asked::of).collect();
        (!names.is_empty()).then_some(Self { names, domains, requests })
    }

    /// The application shares nothing with what was captured.
    pub(super) fn is_foreign(&self, registration: &IdpRegistration) -> bool {
        // Whoever asks in the application's own id means it.
        let own = registration
            .app_id
            .as_deref()
            .is_some_and(|id| self.names.iter().any(|name| name.contains(id)));
        !own && self.shares_nothing(known_by::registration(registration))
    }

    /// The entry point shares nothing with what was captured, or is that of another system of the same owner.
    pub(super) fn is_elsewhere(&self, case: &Case, configuration: &SpConfiguration) -> bool {
        self.shares_nothing(known_by::configuration(configuration))
            || self.is_another_system(case, configuration)
    }

    /// Every request names another sender, wants its answer at another host and went to another identity provider's address than
    /// the entry point would. One of these can be the fault; all of them are another system.
    fn is_another_system(&self, case: &Case, configuration: &SpConfiguration) -> bool {
        let own_name = configuration.entity_id.as_ref().map(|id| id.value.as_str());
        let own_host = configuration.host_uri.as_ref().and_then(|uri| host_of(uri.value.trim()));
        let (Some(own_name), Some(own_host)) = (own_name, own_host) else { return false };
        let copies = case.metadata.iter().filter(|metadata| {
            metadata.configuration.as_deref() == Some(configuration.id.as_str())
        });
        let asked_at: BTreeSet<&str> = copies
            .flat_map(|copy| copy.idp.iter().flat_map(|role| &role.sso))
            .map(|endpoint| without_query(&endpoint.location.value))
            .collect();
        let differs = |asked: &Asked| {
            asked.issuer != own_name
                && host_of(&asked.consumer).is_some_and(|host| host != own_host)
                && !asked_at.contains(without_query(&asked.went_to))
        };
        !asked_at.is_empty() && !self.requests.is_empty() && self.requests.iter().all(differs)
    }

    /// The service provider whose metadata this is shares nothing with what was captured.
    pub(crate) fn is_another(&self, metadata: &Metadata) -> bool {
        self.shares_nothing(known_by::metadata(metadata))
    }

    fn shares_nothing<'t>(&self, texts: impl Iterator<Item = &'t str>) -> bool {
        let texts: Vec<&str> = texts.collect();
        let mut own = texts.iter().filter_map(|text| domain(text)).peekable();
        own.peek().is_some()
            && own.all(|own| !self.domains.contains(&own))
            && !texts.iter().any(|text| self.names.contains(*text))
    }
}

impl Asked {
    fn of(request: &Message) -> Option<Self> {
        let consumer = request.request.as_ref()?.acs_url.as_ref()?;
        Some(Self {
            issuer: request.issuer.as_ref()?.value.clone(),
            consumer: consumer.value.clone(),
            went_to: request.delivered_to()?.to_owned(),
        })
    }
}

fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/')
}

/// The last two labels of the host: names of one owner differ before them.
fn domain(address: &str) -> Option<String> {
    let mut host = host_of(address)?;
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    // A name without a dot, or an address of numbers, tells no owner.
    let last = dots.next()?;
    let from = dots.next().map_or(0, |before| before + 1);
    let named = host[last + 1..].chars().any(char::is_alphabetic);
    named.then(|| host.split_off(from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{entry_point_with, registration, sign_in};

    #[test]
    fn what_shares_neither_name_nor_domain_is_anothers() {
        let captured =
            Captured::of(&sign_in(Outcome::SignedIn)).expect("the capture names its parties");
        for (identifier, reply, foreign) in [
            ("https://wiki.other", "https://wiki.other/acs", true),
            ("https://wiki.other", "https://hub.sense.example/acs", false),
            ("https://sense.example", "https://wiki.other/acs", false),
            ("urn:wiki", "urn:none", false),
        ] {
            assert_eq!(
                captured.is_foreign(&registration(&[identifier], &[reply])),
                foreign,
                "{identifier} {reply}"
            );
        }
        let own = entry_point_with(|_| ()).sp_configurations.remove(0);
        assert!(!captured.is_elsewhere(&Case::default(), &own));
        assert!(Captured::of(&Case::default()).is_none());
    }

    #[test]
    fn owners_are_told_by_two_labels() {
        assert_eq!(domain("https://a.b.example.org:8443/x").as_deref(), Some("example.org"));
        assert_eq!(
            (domain("https://sense/hub"), domain("https://10.0.0.4/"), domain("urn:x")),
            (None, None, None)
        );
    }
}
