//! Other sign-in protocols a capture contains: which, for when it holds no SAML message, and which answers are theirs.

use super::path::host;
use crate::evidence::Evidence;
use diag_sdk::Case;
use diag_sdk::case::message::Carrier;
use std::collections::{BTreeMap, BTreeSet};
use url::form_urlencoded;

/// Which other protocols were seen: `openid-connect`, `ws-federation`, `kerberos`, `ntlm`,
/// `basic-authentication`, `cas`.
pub fn other_protocols(evidence: &Evidence) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for exchange in &evidence.exchanges {
        seen.extend(of_address(&exchange.url));
        for challenge in exchange.response_headers_named("www-authenticate") {
            seen.extend(of_scheme(challenge));
        }
        if let Some(authorization) = exchange.request_header("authorization") {
            seen.extend(of_scheme(authorization));
        }
        let fields: BTreeSet<&str> =
            exchange.form.iter().map(|field| field.name.as_str()).collect();
        if fields.contains("wresult") {
            seen.insert("ws-federation");
        }
        if fields.contains("id_token") || (fields.contains("code") && fields.contains("state")) {
            seen.insert(OPENID_CONNECT);
        }
    }
    seen.into_iter().map(str::to_owned).collect()
}

/// Says of every exchange whose host was asked by OpenID Connect last, before any message of SAML or WS-Federation
/// came there: the pages behind such a request, as the one that takes the password, stand there without its parameters.
pub fn mark(case: &mut Case) {
    let delivered = |carrier: Carrier| matches!(carrier, Carrier::Query | Carrier::PostForm);
    let messages: BTreeSet<usize> = case
        .messages
        .iter()
        .flat_map(|message| &message.sightings)
        .filter(|sighting| delivered(sighting.carrier))
        .filter_map(|sighting| sighting.exchange)
        .collect();
    let mut asked: BTreeMap<String, &'static str> = BTreeMap::new();
    for (index, exchange) in case.exchanges.iter_mut().enumerate() {
        let delivers = messages.contains(&index);
        let asks = !delivers && is_authorization_request(&exchange.url);
        if !asks && asked.is_empty() {
            continue;
        }
        let Some(host) = host(&exchange.url) else { continue };
        if delivers {
            asked.remove(&host);
        } else if asks {
            asked.insert(host.clone(), OPENID_CONNECT);
        }
        exchange.asked_by = asked.get(&host).map(|protocol| (*protocol).to_owned());
    }
}

const OPENID_CONNECT: &str = "openid-connect";

/// OAuth 2.0 (RFC 6749 §4.1.1) and what is built on it.
fn is_authorization_request(address: &str) -> bool {
    has_parameters(address, ["response_type", "client_id"]) == [true; 2]
}

/// Which of these parameters the query of an address has.
fn has_parameters<const N: usize>(address: &str, names: [&str; N]) -> [bool; N] {
    let query = address.split('#').next().and_then(|address| address.split_once('?'));
    let mut has = [false; N];
    for (name, _) in form_urlencoded::parse(query.map_or("", |(_, query)| query).as_bytes()) {
        if let Some(at) = names.iter().position(|known| *known == name) {
            has[at] = true;
        }
    }
    has
}

fn of_address(address: &str) -> Option<&'static str> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let [response_type, client_id, wa, wtrealm, wctx, ticket, service] = has_parameters(
        address,
        ["response_type", "client_id", "wa", "wtrealm", "wctx", "ticket", "service"],
    );
    if response_type && client_id || path.ends_with("/.well-known/openid-configuration") {
        Some(OPENID_CONNECT)
    } else if wa && (wtrealm || wctx) {
        Some("ws-federation")
    } else if ticket && service || path.ends_with("/cas/login") {
        Some("cas")
    } else {
        None
    }
}

fn of_scheme(header: &str) -> Option<&'static str> {
    match header.split_whitespace().next().map(str::to_lowercase).as_deref() {
        Some("negotiate") => Some("kerberos"),
        Some("ntlm") => Some("ntlm"),
        Some("basic") => Some("basic-authentication"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::RawExchange;
    use diag_sdk::case::exchange::Exchange;
    use diag_sdk::case::message::{Message, Sighting};

    #[test]
    fn protocols_are_told_by_their_parameters() {
        let get = |url: &str| RawExchange { url: url.to_owned(), ..RawExchange::default() };
        let mut windows = get("https://qlik.example/internal_windows_authentication/");
        windows.response_headers.push(("www-authenticate".into(), "Negotiate".into()));
        let exchanges = vec![
            get("https://idp.example/authorize?response_type=code&client_id=x"),
            get("https://idp.example/wsfed?wa=wsignin1.0&wtrealm=urn:x"),
            get("https://sp.example/?q=SAML"),
            windows,
        ];
        assert_eq!(
            other_protocols(&Evidence { exchanges, ..Evidence::default() }),
            ["kerberos", "openid-connect", "ws-federation"]
        );
    }

    #[test]
    fn what_a_host_says_is_of_the_protocol_it_was_asked_by_last() {
        let seen = |url: &str| Exchange { url: url.to_owned(), ..Exchange::default() };
        let delivered =
            Sighting { exchange: Some(3), carrier: Carrier::Query, ..Sighting::default() };
        let mut case = Case {
            exchanges: vec![
                seen("https://app.example/"),
                seen("https://idp.example/authorize?response_type=code&client_id=x"),
                seen("https://idp.example/login"),
                seen("https://idp.example/saml2?SAMLRequest=x"),
                seen("https://idp.example/login"),
            ],
            messages: vec![Message { sightings: vec![delivered], ..Message::default() }],
            ..Case::default()
        };
        mark(&mut case);
        let marked: Vec<bool> =
            case.exchanges.iter().map(|exchange| exchange.asked_by.is_some()).collect();
        assert_eq!(marked, [false, true, true, false, false]);
    }
}
