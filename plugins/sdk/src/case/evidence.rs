//! What a capture proves: codes and known texts that were seen, and what each side accepted.
//!
//! Several families ask the same questions of a capture (was this request accepted, did the
//! service provider say why it refused), so the answers stand here once.

use super::Case;
use super::attempt::{Attempt, Outcome};
use super::exchange::{Phrase, Side};
use super::message::{Message, MessageKind};
use super::place::Place;
use crate::host::host_of;

/// A vendor's error code, where it was seen.
#[derive(Debug, Clone, Copy)]
pub struct CodeSeen<'a> {
    /// The code, such as `AADSTS50011`.
    pub code: &'a str,
    /// The page or status it stands in.
    pub place: &'a Place,
    /// The attempt it ended, where one is known.
    pub attempt: Option<&'a Attempt>,
}

/// A known text of a product, where it was seen.
#[derive(Debug, Clone, Copy)]
pub struct PhraseSeen<'a> {
    /// The text and its meaning.
    pub phrase: &'a Phrase,
    /// The page it stands on; `None` for a line of a log.
    pub place: Option<&'a Place>,
    /// Index of the exchange whose page carries it; `None` for a line of a log.
    pub exchange: Option<usize>,
    /// The attempt it belongs to, where one is known.
    pub attempt: Option<&'a Attempt>,
}

impl Case {
    /// The attempt an exchange belongs to.
    pub fn attempt_at(&self, exchange: usize) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.exchanges.contains(&exchange))
    }

    /// Vendor codes the identity provider gave, on its pages and in statuses, each once per attempt.
    pub fn vendor_codes(&self) -> Vec<CodeSeen<'_>> {
        let mut seen = Vec::new();
        for (index, exchange) in self.exchanges.iter().enumerate() {
            let Some(page) = exchange.page.as_ref().filter(|page| !page.codes.is_empty()) else { continue };
            let attempt = self.attempt_at(index);
            // Documentation and community pages name codes too; only the identity provider's own count.
            if exchange.side == Side::Idp || (exchange.side == Side::Other && page.error && attempt.is_some()) {
                for code in &page.codes {
                    seen.push(CodeSeen { code, place: &exchange.place, attempt });
                }
            }
        }
        for message in &self.messages {
            let Some(status) = &message.status else { continue };
            for code in &status.vendor_codes {
                let place = status.message.as_ref().map_or(&message.place, |text| &text.place);
                seen.push(CodeSeen { code, place, attempt: self.attempt_of(&message.id) });
            }
        }
        let mut told = Vec::new();
        seen.retain(|sighting| {
            let key = (sighting.code, sighting.attempt.map(|attempt| attempt.id.as_str()));
            let first = !told.contains(&key);
            told.push(key);
            first
        });
        seen
    }

    /// Vendor codes that ended a sign-in: neither those of questions and slips on the way to a sign-in
    /// that worked, nor those of an attempt that a later, working one made up for.
    pub fn refusing_codes(&self) -> Vec<CodeSeen<'_>> {
        let made_up_for = |attempt: &Attempt| attempt.accepted() || (attempt.outcome == Outcome::Abandoned && self.signed_in());
        self.vendor_codes().into_iter().filter(|seen| !seen.attempt.is_some_and(made_up_for)).collect()
    }

    /// The message was delivered to this service provider, as far as its metadata and configuration
    /// tell; `true` where nothing tells. A capture often holds sign-ins to others, or to a broker.
    pub fn concerns_sp(&self, response: &Message) -> bool {
        let published = self.metadata.iter().filter_map(|metadata| metadata.sp.as_ref()).flat_map(|role| &role.acs);
        let configured = self.sp_configurations.iter().filter_map(|configuration| configuration.acs_url.as_ref());
        let mut hosts = published.map(|endpoint| &endpoint.location).chain(configured).filter_map(|url| host_of(&url.value)).peekable();
        match response.delivered_to().and_then(host_of) {
            Some(to) if hosts.peek().is_some() => hosts.any(|host| host == to),
            _ => true,
        }
    }

    /// Known texts on pages of one side; those of a log count for the service provider.
    pub fn phrases_of(&self, side: Side) -> Vec<PhraseSeen<'_>> {
        let pages = self.exchanges.iter().enumerate().filter(|(_, exchange)| exchange.side == side).flat_map(|(index, exchange)| {
            exchange.page.iter().flat_map(|page| &page.phrases).map(move |phrase| PhraseSeen {
                phrase,
                place: Some(&exchange.place),
                exchange: Some(index),
                attempt: self.attempt_at(index),
            })
        });
        let log = self.log_phrases.iter().filter(|_| side == Side::Sp);
        pages.chain(log.map(|phrase| PhraseSeen { phrase, place: None, exchange: None, attempt: None })).collect()
    }

    /// What the service provider said about a response: known texts on the pages of its attempt,
    /// from the consumption on.
    pub fn said_about(&self, response: &Message) -> Vec<PhraseSeen<'_>> {
        let Some(attempt) = self.attempt_of(&response.id) else { return Vec::new() };
        let from = attempt.consumption.or_else(|| response.delivered().and_then(|sighting| sighting.exchange)).unwrap_or(0);
        self.phrases_of(Side::Sp)
            .into_iter()
            .filter(|seen| match seen.exchange {
                Some(index) => index >= from && seen.attempt.is_some_and(|known| known.id == attempt.id),
                None => attempt.failed(),
            })
            .collect()
    }

    /// The identity provider answered this request with success.
    pub fn idp_accepted(&self, request: &Message) -> bool {
        let answered = |response: &Message| {
            let same_attempt = self.attempts.iter().any(|attempt| {
                attempt.request.as_deref() == Some(request.id.as_str()) && attempt.response.as_deref() == Some(response.id.as_str())
            });
            let same_id = match (&request.xml_id, &response.in_response_to) {
                (Some(id), Some(answered)) => id.value == answered.value,
                _ => false,
            };
            response.succeeded() && (same_attempt || same_id)
        };
        self.messages_of(MessageKind::Response).any(answered)
            || self
                .attempt_of(&request.id)
                .is_some_and(|attempt| attempt.accepted() || (attempt.outcome == Outcome::RefusedBySp && attempt.response.is_none()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::{Exchange, Page};
    use super::super::message::Status;
    use super::*;
    use crate::spec::STATUS_SUCCESS;

    fn page(side: Side, code: &str) -> Exchange {
        Exchange { side, page: Some(Page { codes: vec![code.to_owned()], error: true, ..Page::default() }), ..Exchange::default() }
    }

    #[test]
    fn codes_of_other_sites_do_not_count() {
        let case = Case {
            exchanges: vec![page(Side::Other, "AADSTS1"), page(Side::Idp, "AADSTS2"), page(Side::Sp, "AADSTS3")],
            ..Case::default()
        };
        assert_eq!(case.vendor_codes().iter().map(|seen| seen.code).collect::<Vec<_>>(), ["AADSTS2"]);
    }

    #[test]
    fn a_code_is_told_once_per_attempt() {
        let attempt = Attempt { id: "a1".to_owned(), exchanges: vec![0, 1], ..Attempt::default() };
        let case =
            Case { exchanges: vec![page(Side::Idp, "AADSTS2"), page(Side::Idp, "AADSTS2")], attempts: vec![attempt], ..Case::default() };
        assert_eq!(case.vendor_codes().len(), 1);
        assert_eq!(case.vendor_codes()[0].attempt.map(|attempt| attempt.id.as_str()), Some("a1"));
    }

    #[test]
    fn codes_on_the_way_to_a_sign_in_that_worked_refuse_nothing() {
        let case = |outcome| Case {
            exchanges: vec![page(Side::Idp, "AADSTS2")],
            attempts: vec![Attempt { exchanges: vec![0], outcome, ..Attempt::default() }],
            ..Case::default()
        };
        assert_eq!(case(Outcome::RefusedByIdp).refusing_codes().len(), 1);
        assert_eq!(case(Outcome::Abandoned).refusing_codes().len(), 1);
        assert!(case(Outcome::SignedIn).refusing_codes().is_empty());
    }

    #[test]
    fn a_successful_answer_proves_that_the_request_was_accepted() {
        let request = Message { id: "m1".to_owned(), kind: MessageKind::AuthnRequest, xml_id: Some("_1".into()), ..Message::default() };
        let status = |code: &str| Some(Status { codes: vec![code.into()], ..Status::default() });
        let response = |code| Message {
            id: "m2".to_owned(),
            kind: MessageKind::Response,
            in_response_to: Some("_1".into()),
            status: status(code),
            ..Message::default()
        };
        let case = |code| Case { messages: vec![request.clone(), response(code)], ..Case::default() };
        assert!(case(STATUS_SUCCESS).idp_accepted(&request));
        assert!(!case("urn:oasis:names:tc:SAML:2.0:status:Requester").idp_accepted(&request));
    }
}
