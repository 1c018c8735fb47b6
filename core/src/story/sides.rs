//! Which host belongs to which side.
//!
//! Messages tell it best: who receives a request is the identity provider, who receives a response
//! is the service provider. Metadata, registrations and entry points name further hosts. A host
//! that plays both parts (a broker, a test machine) is judged exchange by exchange.

use super::steps::spoken;
use diag_products::Products;
use diag_sdk::Case;
use diag_sdk::case::exchange::Side;
use diag_sdk::case::message::{Carrier, MessageKind};
use diag_sdk::host::host_of;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the hosts of a Case.
#[derive(Debug, Default)]
struct Hosts {
    idp: BTreeSet<String>,
    sp: BTreeSet<String>,
}

/// Sets the side of every exchange.
pub fn sides(case: &mut Case, products: &Products) {
    let hosts = hosts(case, products);
    let by_message = exchanges_by_message(case);
    let prefixes: Vec<String> = case
        .sp_configurations
        .iter()
        .filter_map(|configuration| configuration.prefix.as_ref())
        .filter(|prefix| !prefix.value.is_empty())
        .map(|prefix| format!("/{}/", prefix.value))
        .collect();
    let mut last = BTreeMap::new();
    for (index, exchange) in case.exchanges.iter_mut().enumerate() {
        let Some(host) = host_of(&exchange.url) else { continue };
        let signs_in = |host: &String| hosts.idp.contains(host) || products.signs_in_at(host);
        let side = by_message.get(&index).copied().unwrap_or_else(|| {
            match (signs_in(&host), hosts.sp.contains(&host)) {
                (true, false) => Side::Idp,
                (false, true) => Side::Sp,
                // Both parts: what it did last in this capture, else the service provider it starts at.
                (true, true) => last.get(&host).copied().unwrap_or(Side::Sp),
                // Nobody names this host, but it answers under the path of an entry point: an alias.
                (false, false)
                    if prefixes.iter().any(|prefix| path_starts_with(&exchange.url, prefix)) =>
                {
                    Side::Sp
                }
                (false, false) => Side::Other,
            }
        });
        if side != Side::Other {
            last.insert(host, side);
        }
        exchange.side = side;
    }
}

fn path_starts_with(url: &str, prefix: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| format!("{}/", url.path()).starts_with(prefix))
}

/// Exchanges whose side a message decides.
fn exchanges_by_message(case: &Case) -> BTreeMap<usize, Side> {
    let mut sides = BTreeMap::new();
    let spoken = spoken(&case.messages);
    for message in &case.messages {
        let (sender, receiver) = match spoken.plays(message.kind) {
            MessageKind::AuthnRequest => (Side::Sp, Side::Idp),
            MessageKind::Response => (Side::Idp, Side::Sp),
            _ => continue,
        };
        for sighting in &message.sightings {
            let Some(exchange) = sighting.exchange else { continue };
            match sighting.carrier {
                Carrier::Query | Carrier::PostForm => sides.insert(exchange, receiver),
                Carrier::PageForm | Carrier::LocationHeader => sides.insert(exchange, sender),
                Carrier::File => None,
            };
        }
    }
    sides
}

fn hosts(case: &Case, products: &Products) -> Hosts {
    let mut hosts = Hosts::default();
    let spoken = spoken(&case.messages);
    let exchange_host = |index: Option<usize>| {
        index
            .and_then(|index| case.exchanges.get(index))
            .and_then(|exchange| host_of(&exchange.url))
    };
    for message in &case.messages {
        for sighting in &message.sightings {
            let here = exchange_host(sighting.exchange);
            let there = sighting.to.as_deref().and_then(host_of);
            let emitted = matches!(sighting.carrier, Carrier::PageForm | Carrier::LocationHeader);
            match spoken.plays(message.kind) {
                MessageKind::AuthnRequest => {
                    hosts.idp.extend(there);
                    hosts.sp.extend(here.filter(|_| emitted));
                }
                MessageKind::Response => {
                    hosts.sp.extend(there);
                    hosts.idp.extend(here.filter(|_| emitted));
                }
                _ => {}
            }
        }
    }
    for metadata in &case.metadata {
        if let Some(role) = &metadata.idp {
            hosts.idp.extend(
                role.sso
                    .iter()
                    .chain(&role.slo)
                    .filter_map(|endpoint| host_of(&endpoint.location.value)),
            );
        }
        if let Some(role) = &metadata.sp {
            hosts.sp.extend(
                role.acs
                    .iter()
                    .chain(&role.slo)
                    .filter_map(|endpoint| host_of(&endpoint.location.value)),
            );
        }
    }
    for registration in &case.registrations {
        hosts.sp.extend(registration.reply_urls.iter().filter_map(|url| host_of(&url.value.value)));
    }
    for configuration in &case.sp_configurations {
        hosts.sp.extend(configuration.host_uri.iter().filter_map(|uri| host_of(&uri.value)));
    }
    // A reply URL or host URI that was set to the identity provider's own address does not make it a service provider.
    hosts.sp.retain(|host| !products.signs_in_at(host));
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::Exchange;
    use diag_sdk::case::message::{Message, Sighting};
    use diag_sdk::case::sp_configuration::SpConfiguration;

    fn at(url: &str) -> Exchange {
        Exchange { url: url.to_owned(), ..Exchange::default() }
    }

    #[test]
    fn messages_tell_the_sides() {
        let request = Message {
            kind: MessageKind::AuthnRequest,
            sightings: vec![
                Sighting {
                    exchange: Some(0),
                    carrier: Carrier::LocationHeader,
                    to: Some("https://idp.example/sso".into()),
                    ..Sighting::default()
                },
                Sighting {
                    exchange: Some(1),
                    carrier: Carrier::Query,
                    to: Some("https://idp.example/sso".into()),
                    ..Sighting::default()
                },
            ],
            ..Message::default()
        };
        let exchanges = [
            "https://sp.example/",
            "https://idp.example/sso",
            "https://idp.example/login",
            "https://cdn.example/x.js",
        ]
        .map(at)
        .to_vec();
        let mut case = Case { exchanges, messages: vec![request], ..Case::default() };
        sides(&mut case, &Products::builtin());
        let told: Vec<Side> = case.exchanges.iter().map(|exchange| exchange.side).collect();
        assert_eq!(told, [Side::Sp, Side::Idp, Side::Idp, Side::Other]);
    }

    #[test]
    fn an_alias_is_known_by_its_entry_point() {
        let configuration = SpConfiguration {
            prefix: Some("bi".into()),
            host_uri: Some("https://sense.example".into()),
            ..SpConfiguration::default()
        };
        let exchanges =
            ["https://alias.example/bi/hub", "https://alias.example/bindings"].map(at).to_vec();
        let mut case =
            Case { exchanges, sp_configurations: vec![configuration], ..Case::default() };
        sides(&mut case, &Products::builtin());
        assert_eq!(case.exchanges[0].side, Side::Sp);
        assert_eq!(case.exchanges[1].side, Side::Other);
    }
}
