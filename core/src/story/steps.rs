//! The timeline of an attempt: who sent what to whom.

use super::draft::Draft;
use super::path::{Path, host, host_and_path};
use diag_sdk::case::attempt::{Actor, Step};
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::message::{Carrier, Message, MessageKind};
use std::collections::{BTreeMap, BTreeSet};

/// Names of form fields that carry a password.
const PASSWORD_FIELDS: &[&str] = &[
    "passwd",
    "password",
    "pwd",
    "pass",
    "j_password",
    "passcode",
    "credentials.passcode",
    "userpassword",
    "pin",
    "otp",
];

/// Somebody sent a password.
pub(crate) fn posts_password(exchange: &Exchange) -> bool {
    exchange.method == "POST"
        && exchange
            .form_fields
            .iter()
            .any(|field| PASSWORD_FIELDS.contains(&field.to_ascii_lowercase().as_str()))
}

/// Which protocol tells the parts: where SAML is spoken, WS-Federation is what happens between others on the way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spoken {
    saml: bool,
}

/// What the messages of a Case speak.
pub(crate) fn spoken(messages: &[Message]) -> Spoken {
    Spoken { saml: messages.iter().any(|message| !message.is_ws_federation()) }
}

impl Spoken {
    /// As which message of SAML one tells who is who.
    pub(crate) fn plays(self, kind: MessageKind) -> MessageKind {
        match kind {
            MessageKind::WsFederationSignIn if !self.saml => MessageKind::AuthnRequest,
            MessageKind::WsFederationToken if !self.saml => MessageKind::Response,
            MessageKind::WsFederationSignIn
            | MessageKind::WsFederationToken
            | MessageKind::WsFederationSignOut => MessageKind::Other,
            _ => kind,
        }
    }
}

/// Which part each host plays, from the messages it received and made.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    idp: BTreeSet<String>,
    sp: BTreeSet<String>,
}

impl Roles {
    pub(crate) fn of(path: &Path<'_>, messages: &[Message]) -> Self {
        let mut roles = Self::default();
        let mut makers: BTreeMap<String, usize> = BTreeMap::new();
        let spoken = spoken(messages);
        for message in messages {
            let kind = spoken.plays(message.kind);
            for sighting in &message.sightings {
                let Some(url) = sighting
                    .exchange
                    .and_then(|index| path.get(index))
                    .map(|exchange| &exchange.url)
                else {
                    continue;
                };
                let Some(host) = host(url) else { continue };
                match (kind, sighting.carrier) {
                    (MessageKind::AuthnRequest, Carrier::Query | Carrier::PostForm)
                    | (MessageKind::Response, Carrier::PageForm) => {
                        roles.idp.insert(host);
                    }
                    (MessageKind::Response, Carrier::Query | Carrier::PostForm) => {
                        roles.sp.insert(host);
                    }
                    (MessageKind::AuthnRequest, Carrier::PageForm | Carrier::LocationHeader) => {
                        *makers.entry(host).or_default() += 1;
                    }
                    _ => {}
                }
            }
        }
        // A host that merely forwards a request is no service provider of its own unless it takes responses.
        roles.sp.extend(makers.into_keys().filter(|host| !roles.idp.contains(host)));
        roles
    }

    pub(crate) fn actor(&self, url: &str) -> Actor {
        let Some(host) = host(url) else { return Actor::Browser };
        match (self.idp.contains(&host), self.sp.contains(&host)) {
            (true, true) => Actor::Broker,
            (true, false) => Actor::Idp,
            (false, true) => Actor::Sp,
            (false, false) => Actor::Browser,
        }
    }
}

/// Messages by the exchange that delivered them.
pub(crate) type Deliveries = BTreeMap<usize, usize>;

/// Which exchange delivered which message.
pub(crate) fn deliveries(messages: &[Message]) -> Deliveries {
    let mut deliveries = Deliveries::new();
    for (number, message) in messages.iter().enumerate() {
        for sighting in message
            .sightings
            .iter()
            .filter(|sighting| matches!(sighting.carrier, Carrier::Query | Carrier::PostForm))
        {
            if let Some(exchange) = sighting.exchange {
                deliveries.entry(exchange).or_insert(number);
            }
        }
    }
    deliveries
}

/// The steps of an attempt, one for each of its exchanges.
pub(crate) fn steps(
    path: &Path<'_>,
    messages: &[Message],
    deliveries: &Deliveries,
    draft: &Draft,
    roles: &Roles,
) -> Vec<Step> {
    let mut last = Actor::Sp;
    let mut steps = Vec::new();
    let mut indexes = draft.exchanges.clone();
    indexes.extend(draft.landing.iter().copied());
    for index in indexes {
        let Some(exchange) = path.get(index) else { continue };
        let carried = deliveries.get(&index).and_then(|message| messages.get(*message));
        let seen = roles.actor(&exchange.url);
        // Pages between the two sides (a log-in on another host) belong to whoever was asked last.
        let receiver = if seen == Actor::Browser { last } else { seen };
        let sender = carried.map_or(Actor::Browser, |message| sender(message.kind, receiver, last));
        steps.push(Step {
            time: exchange.started,
            from: sender,
            to: receiver,
            what: what(exchange, carried),
            entry: exchange.place.entry,
            exchange: Some(index),
            status: Some(exchange.status),
            url: Some(host_and_path(&exchange.url)),
            message: carried.map(|message| message.id.clone()),
        });
        last = receiver;
    }
    steps
}

fn sender(kind: MessageKind, receiver: Actor, last: Actor) -> Actor {
    match (kind, receiver) {
        (_, Actor::Broker) => {
            if last == Actor::Browser {
                Actor::Sp
            } else {
                last
            }
        }
        (MessageKind::AuthnRequest | MessageKind::WsFederationSignIn, _) => {
            if last == Actor::Broker { Actor::Broker } else { Actor::Sp }
        }
        (MessageKind::Response | MessageKind::WsFederationToken, _) => {
            if last == Actor::Broker {
                Actor::Broker
            } else {
                Actor::Idp
            }
        }
        (_, Actor::Idp) => Actor::Sp,
        (_, Actor::Sp) => Actor::Idp,
        (_, Actor::Browser) => last,
    }
}

fn what(exchange: &Exchange, carried: Option<&Message>) -> String {
    let page = exchange.page.as_ref();
    let words = match carried.map(|message| message.kind) {
        Some(MessageKind::AuthnRequest) => "AuthnRequest",
        Some(MessageKind::Response) => "Response",
        Some(MessageKind::LogoutRequest) => "LogoutRequest",
        Some(MessageKind::LogoutResponse) => "LogoutResponse",
        Some(MessageKind::WsFederationSignIn) => "sign-in request (wsignin1.0)",
        Some(MessageKind::WsFederationToken) => "token (wresult)",
        Some(MessageKind::WsFederationSignOut) => "sign-out (wsignout1.0)",
        Some(MessageKind::Other) => "message",
        None if posts_password(exchange) => "credentials",
        None if exchange.status >= 400 || page.is_some_and(|page| page.error) => "error page",
        None if (300..400).contains(&exchange.status) => "redirect",
        None if page.is_some_and(|page| page.login_form) => "log-in form",
        None if exchange.method == "POST" => "form",
        None => "page",
    };
    words.to_owned()
}
