//! Responses of sign-ins, delivered ones and loose ones.

use super::delivery::{Delivery, taken_elsewhere};
use super::index::Index;
use crate::case::Case;
use crate::case::message::{Message, MessageKind};
use std::ops::Deref;

/// A `Response` together with what became of it and the request it answers.
#[derive(Debug, Clone)]
pub struct Response<'a> {
    delivery: Delivery<'a>,
    request: Option<&'a Message>,
}

impl<'a> Deref for Response<'a> {
    type Target = Delivery<'a>;
    fn deref(&self) -> &Delivery<'a> {
        &self.delivery
    }
}

impl<'a> Response<'a> {
    /// The request it answers: the one it names, else the one of its attempt.
    pub fn request(&self) -> Option<&'a Message> {
        self.request
    }

    /// Its assertion is encrypted, and no key was given that opens it.
    pub fn sealed(&self) -> bool {
        self.message.assertions.is_empty()
            && self.message.encrypted.iter().any(|part| !part.decrypted)
    }
}

impl Case {
    /// Responses that could be read, delivered ones and loose ones. What somebody else took (a broker,
    /// another application of the same capture) is not this service provider's business.
    pub fn responses(&self) -> Vec<Response<'_>> {
        let index = Index::of(self);
        self.messages_of(MessageKind::Response)
            .filter(|message| message.broken.is_none() && !taken_elsewhere(message, &index))
            .map(|message| Response {
                delivery: Delivery::of(self, message, &index),
                request: index.request(message),
            })
            .collect()
    }

    /// Responses, and the tokens that WS-Federation hands over in place of them: for what holds of either.
    pub fn handed_over(&self) -> Vec<Response<'_>> {
        let mut all = self.responses();
        all.extend(self.handed_over_as_tokens());
        all
    }

    /// Tokens of WS-Federation that could be read: those that an attempt rests on, and those that stand alone in a
    /// file. What was handed over between others on the way is their business.
    pub fn tokens(&self) -> Vec<Delivery<'_>> {
        self.handed_over_as_tokens().into_iter().map(|token| token.delivery).collect()
    }

    pub(super) fn handed_over_as_tokens(&self) -> Vec<Response<'_>> {
        let index = Index::of(self);
        let own = |message: &&Message| {
            index.attempt(message).is_some()
                || message.sightings.iter().all(|seen| seen.exchange.is_none())
        };
        self.messages_of(MessageKind::WsFederationToken)
            .filter(|message| message.broken.is_none())
            .filter(own)
            .map(|message| Response {
                delivery: Delivery::of(self, message, &index),
                request: index.request(message),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::case::attempt::Outcome;
    use crate::case::signature::Encryption;
    use crate::testing;

    #[test]
    fn the_request_a_response_names_is_the_one_it_answers() {
        let mut case = testing::sign_in(Outcome::SignedIn);
        let mut second = case.messages[0].clone();
        second.id = "m3".to_owned();
        second.xml_id = Some("_second".into());
        case.messages.push(second);
        let answered =
            |case: &crate::Case| case.responses()[0].request().map(|request| request.id.clone());
        assert_eq!(answered(&case).as_deref(), Some("m1"));
        case.messages[1].in_response_to = Some("_second".into());
        assert_eq!(answered(&case).as_deref(), Some("m3"));
        case.messages[1].in_response_to = None;
        assert_eq!(answered(&case).as_deref(), Some("m1"));
    }

    #[test]
    fn the_assertion_is_the_direct_child() {
        let mut case = testing::sign_in(Outcome::SignedIn);
        let mut hidden = case.messages[1].assertions[0].clone();
        hidden.direct = false;
        hidden.xml_id = Some("_hidden".into());
        case.messages[1].assertions.insert(0, hidden);
        assert_ne!(case.responses()[0].assertion().unwrap().xml_id, Some("_hidden".into()));
    }

    #[test]
    fn what_nobody_can_open_is_sealed() {
        let mut case = testing::sign_in(Outcome::SignedIn);
        assert!(!case.responses()[0].sealed());
        case.messages[1].assertions.clear();
        case.messages[1]
            .encrypted
            .push(Encryption { element: "EncryptedAssertion".to_owned(), ..Encryption::default() });
        assert!(case.responses()[0].sealed());
    }
}
