//! Grouping: which exchanges and messages belong to one try.
//!
//! Message ids and `InResponseTo` decide; where they are missing, what the browser was doing does.

use super::path::{Path, host, is_detour, same_url, typed};
use crate::bounds::Gauge;
use diag_sdk::case::attempt::AttemptKind;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::message::{Carrier, Damage, Message, MessageKind};
use std::collections::BTreeSet;

/// Longest time, in seconds, after which messages still belong to the same signing out.
const SIGN_OUT: f64 = 120.0;

/// An attempt while it is put together. Messages are indexes into the Case.
#[derive(Debug, Default, Clone)]
pub(crate) struct Draft {
    pub(crate) kind: AttemptKind,
    pub(crate) request: Option<usize>,
    pub(crate) response: Option<usize>,
    /// Exchange whose answer announced the request.
    pub(crate) issued: Option<usize>,
    /// Exchange that carried the request to its receiver.
    pub(crate) asked: Option<usize>,
    /// Exchange that carried the response to its receiver.
    pub(crate) consumption: Option<usize>,
    pub(crate) idp_initiated: bool,
    /// The same message had been delivered before.
    pub(crate) repeated: bool,
    pub(crate) exchanges: BTreeSet<usize>,
    /// Hosts of its exchanges.
    hosts: BTreeSet<String>,
    /// Where redirects after the consumption led.
    pub(crate) landing: Vec<usize>,
    /// The attempt that began by itself where this one landed.
    pub(crate) bounced_to: Option<usize>,
}

/// A message seen in an exchange.
#[derive(Debug, Clone, Copy)]
struct Event {
    message: usize,
    delivered: bool,
}

/// Puts at most so many attempts together, each of so many exchanges, and whether there are more attempts. `consumers`
/// are URLs known to take responses.
pub(crate) fn drafts(
    path: &Path<'_>,
    messages: &[Message],
    consumers: &[String],
    most: usize,
    steps: &Gauge,
) -> (Vec<Draft>, bool) {
    let mut grouping = Grouping {
        path,
        steps,
        messages,
        consumers,
        drafts: Vec::new(),
        current: None,
        loose: Vec::new(),
        between: Vec::new(),
    };
    let events = events(path.exchanges.len(), messages);
    let mut more = false;
    for (index, exchange) in path.exchanges.iter().enumerate() {
        let here = events.get(index).map(Vec::as_slice).unwrap_or_default();
        if here.is_empty() {
            grouping.pass(index, exchange);
        }
        for event in here {
            grouping.take(index, *event);
        }
        if grouping.drafts.len() >= most {
            more = events.iter().skip(index + 1).any(|here| !here.is_empty());
            break;
        }
    }
    let mut drafts = grouping.drafts;
    drafts.sort_by_key(|draft| draft.exchanges.first().copied().or(draft.consumption));
    for draft in &mut drafts {
        if let Some(consumption) = draft.consumption {
            // Where the next message sets out this story ends.
            let carries = |index: &usize| {
                events.get(*index).is_some_and(|here| here.iter().any(|event| event.delivered))
            };
            draft.landing = path
                .chain(consumption)
                .into_iter()
                .skip(1)
                .take_while(|index| !carries(index))
                .collect();
        }
    }
    mark_bounces(path, messages, &mut drafts);
    (drafts, more)
}

/// Messages by exchange: deliveries, and the announcements that come before them.
fn events(exchanges: usize, messages: &[Message]) -> Vec<Vec<Event>> {
    let mut events: Vec<Vec<Event>> = vec![Vec::new(); exchanges];
    for (message, facts) in messages.iter().enumerate() {
        let delivered = |carrier: Carrier| matches!(carrier, Carrier::Query | Carrier::PostForm);
        let first = facts
            .sightings
            .iter()
            .filter(|sighting| delivered(sighting.carrier))
            .filter_map(|sighting| sighting.exchange)
            .min();
        let mut announced = false;
        for sighting in &facts.sightings {
            let Some(exchange) = sighting.exchange else { continue };
            if sighting.carrier == Carrier::File {
                continue;
            }
            let delivered = delivered(sighting.carrier);
            // Recorders copy headers of a redirect onto later answers: only the first announcement counts.
            if !delivered && (announced || first.is_some_and(|first| exchange >= first)) {
                continue;
            }
            announced |= !delivered;
            if let Some(here) = events.get_mut(exchange)
                && !here
                    .iter()
                    .any(|event| event.message == message && event.delivered == delivered)
            {
                here.push(Event { message, delivered });
            }
        }
    }
    for here in &mut events {
        here.sort_by_key(|event| !event.delivered);
    }
    events
}

struct Grouping<'a> {
    path: &'a Path<'a>,
    steps: &'a Gauge,
    messages: &'a [Message],
    consumers: &'a [String],
    drafts: Vec<Draft>,
    current: Option<usize>,
    /// Recent navigations that belong to no attempt yet.
    loose: Vec<usize>,
    /// Requests of WS-Federation that identity providers made of each other.
    between: Vec<usize>,
}

impl Grouping<'_> {
    /// An exchange without messages.
    fn pass(&mut self, index: usize, exchange: &Exchange) {
        let host_known =
            |draft: &Draft| host(&exchange.url).is_some_and(|host| draft.hosts.contains(&host));
        let background = !exchange.navigation;
        if let Some(current) = self.current
            && let Some(draft) = self.drafts.get(current)
        {
            let belongs = if let Some(consumption) = draft.consumption {
                // After the response only what it led to belongs to it.
                let landing = || draft.landing.contains(&index) && index > consumption;
                exchange.navigation && (landing() || self.follows_by_itself(draft, index))
            } else if background {
                exchange.method == "POST" && host_known(draft)
            } else {
                // A page somebody opened by hand elsewhere is another matter.
                !typed(exchange) || host_known(draft)
            };
            let consumes = draft.consumption.is_none()
                && draft.kind == AttemptKind::SignIn
                && self.takes_unseen_response(exchange);
            if (belongs || consumes)
                && let Some(draft) = self.drafts.get_mut(current)
            {
                if consumes {
                    draft.consumption = Some(index);
                }
                self.note(current, index);
                return;
            }
        }
        if exchange.navigation {
            if typed(exchange) {
                self.loose.clear();
            }
            self.loose.push(index);
        }
    }

    /// A response went to the service provider and the capture does not hold it: the recorder left
    /// the body of the POST out, or an artifact stood in for it.
    fn takes_unseen_response(&self, exchange: &Exchange) -> bool {
        if exchange.url.contains("SAMLart=")
            || exchange.form_fields.iter().any(|field| field == "SAMLart")
        {
            return true;
        }
        let known = || {
            self.consumers
                .iter()
                .any(|url| same_url(url, &exchange.url) || is_detour(url, &exchange.url))
        };
        exchange.method == "POST"
            && exchange.navigation
            && exchange.form_fields.is_empty()
            && known()
    }

    fn follows_by_itself(&self, draft: &Draft, index: usize) -> bool {
        draft.exchanges.last().is_some_and(|last| self.path.by_itself(*last) == Some(index))
    }

    fn take(&mut self, index: usize, event: Event) {
        let Some(message) = self.messages.get(event.message) else { return };
        if message.kind == MessageKind::WsFederationSignIn && self.is_between(index, event.message)
        {
            self.between.push(event.message);
            return self.pass_if_open(index);
        }
        if message.kind == MessageKind::WsFederationToken && self.answers_another(event.message) {
            return self.pass_if_open(index);
        }
        let draft = match (message.kind, event.delivered) {
            (MessageKind::AuthnRequest | MessageKind::WsFederationSignIn, false) => {
                self.request_announced(index, event.message, AttemptKind::SignIn)
            }
            (MessageKind::AuthnRequest | MessageKind::WsFederationSignIn, true) => {
                self.request_delivered(index, event.message, AttemptKind::SignIn)
            }
            (MessageKind::LogoutRequest, false) => match self.open_sign_out(index) {
                Some(open) => open,
                None => self.request_announced(index, event.message, AttemptKind::SignOut),
            },
            (MessageKind::LogoutRequest, true) => match self.open_sign_out(index) {
                Some(open)
                    if self
                        .drafts
                        .get(open)
                        .is_some_and(|draft| draft.request != Some(event.message)) =>
                {
                    open
                }
                _ => self.request_delivered(index, event.message, AttemptKind::SignOut),
            },
            (
                MessageKind::Response
                | MessageKind::LogoutResponse
                | MessageKind::WsFederationToken,
                delivered,
            ) => self.response(index, event.message, delivered),
            (MessageKind::WsFederationSignOut, delivered) => match self.open_sign_out(index) {
                Some(open)
                    if !delivered
                        || self
                            .drafts
                            .get(open)
                            .is_some_and(|draft| draft.request != Some(event.message)) =>
                {
                    open
                }
                Some(_) => self.request_delivered(index, event.message, AttemptKind::SignOut),
                None if message.root.contains("cleanup") => return self.pass_if_open(index),
                None if delivered => {
                    self.request_delivered(index, event.message, AttemptKind::SignOut)
                }
                None => self.request_announced(index, event.message, AttemptKind::SignOut),
            },
            (MessageKind::Other, _) => return self.pass_if_open(index),
        };
        self.note(draft, index);
        self.current = Some(draft);
        self.loose.clear();
    }

    /// The sign-in that waits for its answer, and its request.
    fn waiting(&self) -> Option<(&Draft, &Message)> {
        let draft = self.drafts.get(self.current?)?;
        let waits = draft.kind == AttemptKind::SignIn && draft.consumption.is_none();
        waits.then_some(draft).and_then(|draft| Some((draft, self.messages.get(draft.request?)?)))
    }

    /// An identity provider that was asked asks another one by WS-Federation.
    fn is_between(&self, index: usize, message: usize) -> bool {
        let Some((draft, request)) = self.waiting() else { return false };
        if draft.request == Some(message) {
            return false;
        }
        let host_of = |index: usize| self.path.get(index).and_then(|exchange| host(&exchange.url));
        let service = draft.issued.and_then(host_of);
        let delivered_here =
            self.messages.get(message).and_then(Message::delivered_in) == Some(index);
        let asker = if delivered_here {
            self.path.previous(index).and_then(host_of)
        } else {
            host_of(index)
        };
        match asker {
            Some(asker) => {
                Some(&asker) != service.as_ref()
                    && draft.asked.is_some()
                    && draft.hosts.contains(&asker)
            }
            None => !request.is_ws_federation(),
        }
    }

    /// A token that the identity provider got from another one, not what the service provider waits for.
    fn answers_another(&self, message: usize) -> bool {
        let Some((_, request)) = self.waiting() else { return false };
        if !request.is_ws_federation() {
            return true;
        }
        let Some(token) = self.messages.get(message) else { return false };
        let fits = |request: &Message| {
            let context = request.relay_state.is_some() && request.relay_state == token.relay_state;
            let audiences =
                token.assertions.iter().filter_map(|assertion| assertion.conditions.as_ref());
            let mut audiences = audiences.flat_map(|conditions| &conditions.audiences);
            let meant = request
                .issuer
                .as_ref()
                .is_some_and(|realm| audiences.any(|audience| audience.value == realm.value));
            usize::from(context) + usize::from(meant)
        };
        let own = fits(request);
        self.between
            .iter()
            .filter_map(|asked| self.messages.get(*asked))
            .any(|asked| fits(asked) > own)
    }

    fn pass_if_open(&mut self, index: usize) {
        if let Some(current) = self.current {
            self.note(current, index);
        }
    }

    /// An exchange belongs to a draft.
    fn note(&mut self, draft: usize, index: usize) {
        let steps = self.steps;
        let fits = |draft: &&mut Draft| {
            draft.exchanges.contains(&index) || steps.allows(draft.exchanges.len())
        };
        let Some(draft) = self.drafts.get_mut(draft).filter(fits) else { return };
        draft.exchanges.insert(index);
        draft.hosts.extend(self.path.get(index).and_then(|exchange| host(&exchange.url)));
        if draft.consumption == Some(index) {
            draft.landing = self.path.chain(index).into_iter().skip(1).collect();
        }
    }

    fn push(&mut self, draft: Draft) -> usize {
        self.drafts.push(draft);
        self.drafts.len() - 1
    }

    /// The answer announced a new request: an attempt starts, with the redirects that led here.
    fn request_announced(&mut self, index: usize, message: usize, kind: AttemptKind) -> usize {
        if let Some(known) = self.drafts.iter().rposition(|draft| draft.request == Some(message)) {
            return known;
        }
        let mut draft =
            Draft { kind, request: Some(message), issued: Some(index), ..Draft::default() };
        let mut at = index;
        draft.exchanges.insert(at);
        while let Some(before) = self.path.previous(at) {
            let delivers = self
                .drafts
                .iter()
                .any(|known| known.consumption == Some(before) || known.asked == Some(before));
            if delivers || draft.exchanges.len() > 20 {
                break;
            }
            draft.exchanges.insert(before);
            at = before;
        }
        // What led here no longer belongs to an attempt that was still waiting.
        for known in &mut self.drafts {
            if known.consumption.is_none() {
                known.exchanges.retain(|exchange| !draft.exchanges.contains(exchange));
            }
        }
        self.push(draft)
    }

    fn request_delivered(&mut self, index: usize, message: usize, kind: AttemptKind) -> usize {
        let known = self.drafts.iter().rposition(|draft| draft.request == Some(message));
        match known.and_then(|known| self.drafts.get_mut(known).map(|draft| (known, draft))) {
            // Sent again after the answer came, as the Back button does: another try.
            Some((_, draft)) if draft.consumption.is_some() => {
                let again = Draft {
                    kind,
                    request: Some(message),
                    asked: Some(index),
                    repeated: true,
                    ..Draft::default()
                };
                self.push(again)
            }
            Some((known, draft)) => {
                draft.asked.get_or_insert(index);
                known
            }
            None => {
                let mut draft =
                    Draft { kind, request: Some(message), asked: Some(index), ..Draft::default() };
                draft.exchanges.extend(self.path.previous(index));
                self.push(draft)
            }
        }
    }

    /// A signing out that still waits for its answer; other applications are told within it.
    fn open_sign_out(&self, index: usize) -> Option<usize> {
        let current = self.current?;
        let draft = self
            .drafts
            .get(current)
            .filter(|draft| draft.kind == AttemptKind::SignOut && draft.consumption.is_none())?;
        let last = self.path.get(*draft.exchanges.last()?)?;
        let now = self.path.get(index)?;
        let near = last
            .started
            .zip(now.started)
            .is_none_or(|(last, now)| now.duration_since(last).as_secs_f64() <= SIGN_OUT);
        near.then_some(current)
    }

    fn response(&mut self, index: usize, message: usize, delivered: bool) -> usize {
        let facts = self.messages.get(message);
        let kind = match facts.map(|facts| facts.kind) {
            Some(MessageKind::LogoutResponse) => AttemptKind::SignOut,
            _ => AttemptKind::SignIn,
        };
        // Announced before, or carried on by a redirect that keeps the method.
        if let Some(known) = self.drafts.iter().rposition(|draft| draft.response == Some(message)) {
            let carried_on = self
                .drafts
                .get(known)
                .and_then(|draft| draft.consumption)
                .is_none_or(|consumption| self.path.next(consumption) == Some(index));
            if carried_on {
                if delivered && let Some(draft) = self.drafts.get_mut(known) {
                    draft.consumption = Some(index);
                }
                return known;
            }
            let request = self.drafts.get(known).and_then(|draft| draft.request);
            let again = Draft {
                kind,
                request,
                response: Some(message),
                consumption: delivered.then_some(index),
                repeated: true,
                ..Draft::default()
            };
            return self.push(again);
        }
        let answers = facts.and_then(answers);
        let unreadable = facts.is_some_and(|facts| {
            facts.xml_id.is_none() || facts.damage.contains(&Damage::Sanitised)
        });
        let by_id = answers.and_then(|id| {
            let asks = |draft: &Draft| {
                let request = draft.request.and_then(|request| self.messages.get(request));
                request
                    .and_then(|request| request.xml_id.as_ref())
                    .is_some_and(|known| known.value == id)
            };
            let waiting =
                self.drafts.iter().rposition(|draft| asks(draft) && draft.consumption.is_none());
            waiting.or_else(|| self.drafts.iter().rposition(asks))
        });
        if let Some(known) = by_id {
            if let Some(draft) =
                self.drafts.get_mut(known).filter(|draft| draft.consumption.is_none())
            {
                draft.response = Some(message);
                if delivered {
                    draft.consumption = Some(index);
                }
                return known;
            }
            let request = self.drafts.get(known).and_then(|draft| draft.request);
            let again = Draft {
                kind,
                request,
                response: Some(message),
                consumption: delivered.then_some(index),
                ..Draft::default()
            };
            return self.push(again);
        }
        // Without InResponseTo it still is the answer to what the browser was waiting for, unless
        // somebody opened the identity provider by hand in between.
        let waiting = self.current.filter(|current| {
            self.drafts.get(*current).is_some_and(|draft| {
                draft.kind == kind
                    && draft.consumption.is_none()
                    && draft.asked.is_some()
                    && !self.opened_by_hand(draft, index)
            })
        });
        if let Some(current) =
            waiting.filter(|_| answers.is_none() || unreadable || kind == AttemptKind::SignOut)
            && let Some(draft) = self.drafts.get_mut(current)
        {
            draft.response = Some(message);
            if delivered {
                draft.consumption = Some(index);
            }
            return current;
        }
        let mut draft = Draft {
            kind,
            response: Some(message),
            consumption: delivered.then_some(index),
            idp_initiated: answers.is_none() && !unreadable,
            ..Draft::default()
        };
        draft.exchanges.extend(self.loose.iter().copied());
        self.push(draft)
    }

    fn opened_by_hand(&self, draft: &Draft, index: usize) -> bool {
        let asked = draft.asked.unwrap_or(index);
        self.path
            .before(index)
            .take_while(|before| *before > asked)
            .any(|before| self.path.get(before).is_some_and(typed))
    }
}

/// The request a message says it answers, in its root or in a subject confirmation.
fn answers(message: &Message) -> Option<&str> {
    let confirmed = message
        .assertions
        .iter()
        .flat_map(|assertion| &assertion.confirmations)
        .find_map(|confirmation| confirmation.in_response_to.as_ref());
    message
        .in_response_to
        .as_ref()
        .or(confirmed)
        .map(|id| id.value.as_str())
        .filter(|id| !id.is_empty())
}

/// Finds attempts that began by themselves where another one landed: the service provider accepted
/// the response and asked again at once.
fn mark_bounces(path: &Path<'_>, messages: &[Message], drafts: &mut [Draft]) {
    let issuer = |draft: &Draft| {
        draft
            .request
            .and_then(|request| messages.get(request))
            .and_then(|request| request.issuer.as_ref())
            .map(|issuer| issuer.value.clone())
    };
    for index in 0..drafts.len() {
        let Some(consumption) =
            drafts[index].consumption.filter(|_| drafts[index].kind == AttemptKind::SignIn)
        else {
            continue;
        };
        let mut reached: Vec<usize> = drafts[index].landing.clone();
        reached.push(consumption);
        let last = reached.iter().copied().max().unwrap_or(consumption);
        reached.extend(path.by_itself(last).into_iter().flat_map(|next| path.chain(next)));
        let own = issuer(&drafts[index]);
        let next = (index + 1..drafts.len()).find(|next| {
            let draft = &drafts[*next];
            let starts_there =
                draft.issued.or(draft.asked).is_some_and(|start| reached.contains(&start));
            let same_side = own.is_none() || issuer(draft).is_none() || issuer(draft) == own;
            draft.kind == AttemptKind::SignIn && starts_there && same_side && !draft.repeated
        });
        drafts[index].bounced_to = next;
    }
}
