//! What messages are joined with, looked up once for all of them.

use crate::case::Case;
use crate::case::attempt::Attempt;
use crate::case::judgement::Failure;
use crate::case::message::{Message, MessageKind};
use crate::stage::Stage;
use std::collections::{HashMap, HashSet};

/// Attempts, requests and failures by what names them. Built once per walk over the messages, so that
/// no message costs a search through all attempts.
pub(super) struct Index<'a> {
    attempts: HashMap<&'a str, &'a Attempt>,
    messages: HashMap<&'a str, &'a Message>,
    requests: HashMap<&'a str, &'a Message>,
    by_message: HashMap<&'a str, Vec<&'a Failure>>,
    by_attempt: HashMap<&'a str, Vec<&'a Failure>>,
    sp_names: HashSet<&'a str>,
    /// Hosts at which the service provider consumes responses.
    pub(super) sp_hosts: Vec<String>,
}

impl<'a> Index<'a> {
    pub(super) fn of(case: &'a Case) -> Self {
        let requests = || case.messages_of(MessageKind::AuthnRequest);
        let issuers = requests().filter_map(|request| request.issuer.as_ref());
        let configured = case
            .sp_configurations
            .iter()
            .filter_map(|configuration| configuration.entity_id.as_ref());
        let published = case
            .metadata
            .iter()
            .filter(|metadata| metadata.sp.is_some())
            .map(|metadata| &metadata.entity_id);
        let mut index = Self {
            attempts: case.attempts_by_message(),
            messages: case.messages.iter().map(|message| (message.id.as_str(), message)).collect(),
            requests: HashMap::new(),
            by_message: HashMap::new(),
            by_attempt: HashMap::new(),
            sp_names: issuers
                .chain(configured)
                .chain(published)
                .map(|name| name.value.as_str())
                .collect(),
            sp_hosts: case.sp_hosts(),
        };
        for request in requests() {
            if let Some(id) = &request.xml_id {
                index.requests.entry(&id.value).or_insert(request);
            }
        }
        for failure in &case.failures {
            if let Some(message) = &failure.message {
                index.by_message.entry(message).or_default().push(failure);
            } else if let Some(attempt) = &failure.attempt {
                index.by_attempt.entry(attempt).or_default().push(failure);
            }
        }
        index
    }

    pub(super) fn attempt(&self, message: &Message) -> Option<&'a Attempt> {
        self.attempts.get(message.id.as_str()).copied()
    }

    pub(super) fn message(&self, id: &str) -> Option<&'a Message> {
        self.messages.get(id).copied()
    }

    /// The request a response answers: the one it names, else the one of its attempt.
    pub(super) fn request(&self, response: &Message) -> Option<&'a Message> {
        let named = response
            .in_response_to
            .as_ref()
            .and_then(|answered| self.requests.get(answered.value.as_str()).copied());
        named.or_else(|| self.message(self.attempt(response)?.request.as_deref()?))
    }

    /// Failures that are about the message: those that name it, and of those that name only its attempt
    /// the ones on its half of the way.
    pub(super) fn failures(&self, message: &Message) -> Vec<&'a Failure> {
        let named = self.by_message.get(message.id.as_str()).into_iter().flatten();
        let of_attempt = self
            .attempt(message)
            .and_then(|attempt| self.by_attempt.get(attempt.id.as_str()))
            .into_iter()
            .flatten();
        let before_the_response = |failure: &&&Failure| {
            (failure.stage <= Stage::Response)
                == matches!(
                    message.kind,
                    MessageKind::AuthnRequest | MessageKind::WsFederationSignIn
                )
        };
        named.chain(of_attempt.filter(before_the_response)).copied().collect()
    }

    /// The service provider sent it.
    pub(super) fn sent_by_sp(&self, message: &Message) -> bool {
        match message.kind {
            MessageKind::AuthnRequest | MessageKind::WsFederationSignIn => true,
            MessageKind::LogoutRequest | MessageKind::LogoutResponse => message
                .issuer
                .as_ref()
                .is_some_and(|issuer| self.sp_names.contains(issuer.value.as_str())),
            MessageKind::Response
            | MessageKind::WsFederationToken
            | MessageKind::WsFederationSignOut
            | MessageKind::Other => false,
        }
    }
}
