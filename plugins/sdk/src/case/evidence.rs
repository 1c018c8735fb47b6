//! What a capture proves: codes and known texts that were seen, and what each side accepted.
//!
//! Several families ask the same questions of a capture (was this request accepted, did the
//! service provider say why it refused), so the answers stand here once.

use super::Case;
use super::attempt::{Attempt, Outcome};
use super::exchange::{Exchange, Phrase, Side};
use super::judgement::{Fate, Party};
use super::message::Message;
use super::place::Place;
use super::sp_configuration::SpConfiguration;
use super::witness::Witness;
use crate::host::host_of;
use crate::meaning::Meaning;
use std::collections::{HashMap, HashSet};

/// What may keep somebody from signing in by whatever protocol: the person, a policy, the service itself.
const OF_ANY_PROTOCOL: &[Meaning] = &[
    Meaning::AccessDenied,
    Meaning::Blocked,
    Meaning::ConnectionLost,
    Meaning::Credentials,
    Meaning::Gateway,
    Meaning::IdpError,
    Meaning::NoLicence,
    Meaning::NotAssigned,
    Meaning::OtherTenant,
    Meaning::Policy,
    Meaning::RateLimited,
    Meaning::ServerError,
    Meaning::SessionLimit,
    Meaning::Tls,
    Meaning::UserDisabled,
];

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
    /// The page or the line of a log it stands in, where that is known.
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

    /// The request of an attempt.
    pub fn request_of(&self, attempt: &Attempt) -> Option<&Message> {
        attempt.request.as_deref().and_then(|id| self.message(id))
    }

    /// The identity provider vouched for nobody in it: no response came, or one whose status is no success.
    pub fn vouched_for_nobody(&self, attempt: &Attempt) -> bool {
        !attempt.response.as_deref().and_then(|id| self.message(id)).is_some_and(Message::succeeded)
    }

    /// The exchange at which an attempt ended.
    pub fn end_of(&self, attempt: &Attempt) -> Option<&Exchange> {
        self.exchanges.get(attempt.end.or_else(|| attempt.exchanges.last().copied())?)
    }

    /// The attempt of every exchange that belongs to one.
    pub(crate) fn attempts_by_exchange(&self) -> HashMap<usize, &Attempt> {
        let mut attempts = HashMap::new();
        for attempt in &self.attempts {
            for index in &attempt.exchanges {
                attempts.entry(*index).or_insert(attempt);
            }
        }
        attempts
    }

    /// The attempt of every message that belongs to one.
    pub(crate) fn attempts_by_message(&self) -> HashMap<&str, &Attempt> {
        let mut attempts = HashMap::new();
        for attempt in &self.attempts {
            for id in attempt.request.iter().chain(&attempt.response) {
                attempts.entry(id.as_str()).or_insert(attempt);
            }
        }
        attempts
    }

    /// Vendor codes the identity provider gave, on its pages and in statuses, each once per attempt.
    pub fn vendor_codes(&self) -> Vec<CodeSeen<'_>> {
        let (by_exchange, by_message) = (self.attempts_by_exchange(), self.attempts_by_message());
        let mut seen = Vec::new();
        for (index, exchange) in self.exchanges.iter().enumerate() {
            let Some(page) = exchange.page.as_ref().filter(|page| !page.codes.is_empty()) else {
                continue;
            };
            let attempt = by_exchange.get(&index).copied();
            // Documentation and community pages name codes too; only the identity provider's own count.
            if exchange.side == Side::Idp
                || (exchange.side == Side::Other && page.error && attempt.is_some())
            {
                for code in page.codes.iter().filter(|code| self.bears_on_saml(exchange, code)) {
                    seen.push(CodeSeen { code, place: &exchange.place, attempt });
                }
            }
        }
        for message in &self.messages {
            let Some(status) = &message.status else { continue };
            for code in &status.vendor_codes {
                let place = status.message.as_ref().map_or(&message.place, |text| &text.place);
                seen.push(CodeSeen {
                    code,
                    place,
                    attempt: by_message.get(message.id.as_str()).copied(),
                });
            }
        }
        let mut told = HashSet::new();
        seen.retain(|sighting: &CodeSeen<'_>| {
            told.insert((sighting.code, sighting.attempt.map(|attempt| attempt.id.as_str())))
        });
        seen
    }

    /// What a vendor's code says there bears on SAML: an identity provider that was asked by another protocol speaks of
    /// what is registered for that one.
    pub fn bears_on_saml(&self, exchange: &Exchange, code: &str) -> bool {
        exchange.asked_by.is_none()
            || self.code(code).is_some_and(|known| OF_ANY_PROTOCOL.contains(&known.meaning))
    }

    /// What was given sets the service provider up for SAML: its metadata, or its configuration.
    pub fn sp_is_set_up_for_saml(&self) -> bool {
        self.metadata.iter().any(|metadata| metadata.sp.is_some())
            || self.sp_configurations.iter().any(SpConfiguration::is_saml)
    }

    /// Vendor codes that ended a sign-in: neither those of questions and slips on the way to a sign-in
    /// that worked, nor those of an attempt that a later, working one made up for.
    pub fn refusing_codes(&self) -> Vec<CodeSeen<'_>> {
        let made_up_for = |attempt: &Attempt| {
            attempt.accepted() || (attempt.outcome == Outcome::Abandoned && self.signed_in())
        };
        self.vendor_codes()
            .into_iter()
            .filter(|seen| !seen.attempt.is_some_and(made_up_for))
            .collect()
    }

    /// The identity provider refused and gave codes, and none of them is among these: it had another reason.
    pub fn refused_by_other_codes(&self, codes: &[&str]) -> bool {
        let theirs = self
            .failures
            .iter()
            .filter(|failure| failure.party == Party::Idp && !failure.codes.is_empty());
        let mut theirs = theirs.peekable();
        theirs.peek().is_some()
            && theirs
                .all(|failure| failure.codes.iter().all(|code| !codes.contains(&code.as_str())))
    }

    /// Hosts at which this service provider consumes responses, as far as its metadata and
    /// configuration tell.
    pub fn sp_hosts(&self) -> Vec<String> {
        let published = self
            .metadata
            .iter()
            .filter_map(|metadata| metadata.sp.as_ref())
            .flat_map(|role| &role.acs);
        let configured = self
            .sp_configurations
            .iter()
            .filter_map(|configuration| configuration.acs_url.as_ref());
        published
            .map(|endpoint| &endpoint.location)
            .chain(configured)
            .filter_map(|url| host_of(&url.value))
            .collect()
    }

    /// The message was delivered to this service provider, as far as its metadata and configuration
    /// tell; `true` where nothing tells. A capture often holds sign-ins to others, or to a broker.
    pub fn concerns_sp(&self, response: &Message) -> bool {
        response.was_delivered_to_one_of(&self.sp_hosts())
    }

    /// Known texts on pages of one side; those of a log count for the service provider.
    pub fn phrases_of(&self, side: Side) -> Vec<PhraseSeen<'_>> {
        let by_exchange = self.attempts_by_exchange();
        let indexes =
            (0..self.exchanges.len()).map(|index| (index, by_exchange.get(&index).copied()));
        let pages = indexes.flat_map(|(index, attempt)| self.phrases_at(index, side, attempt));
        pages.chain(self.logged(side, None)).collect()
    }

    /// Lines of logs that count: for one attempt, or for any. Without witnesses the bare phrases stand for the
    /// service provider's log.
    fn logged<'a>(
        &'a self,
        side: Side,
        attempt: Option<&'a Attempt>,
    ) -> impl Iterator<Item = PhraseSeen<'a>> {
        let party = if side == Side::Idp { Party::Idp } else { Party::Sp };
        let meant = move |witness: &&Witness| {
            witness.counts()
                && witness.party == party
                && attempt.is_none_or(|attempt| {
                    witness.attempt.as_ref().is_none_or(|own| *own == attempt.id)
                })
        };
        let lines = self.witnesses.iter().filter(meant);
        let lines = lines.map(|line| PhraseSeen {
            phrase: &line.phrase,
            place: Some(&line.place),
            exchange: None,
            attempt: line
                .attempt
                .as_ref()
                .and_then(|id| self.attempts.iter().find(|attempt| attempt.id == *id)),
        });
        let bare =
            self.log_phrases.iter().filter(move |_| side == Side::Sp && self.witnesses.is_empty());
        lines.chain(bare.map(|phrase| PhraseSeen {
            phrase,
            place: None,
            exchange: None,
            attempt: None,
        }))
    }

    fn phrases_at<'a>(
        &'a self,
        index: usize,
        side: Side,
        attempt: Option<&'a Attempt>,
    ) -> impl Iterator<Item = PhraseSeen<'a>> {
        self.exchanges.get(index).filter(|exchange| exchange.side == side).into_iter().flat_map(
            move |exchange| {
                let phrases =
                    exchange.page.iter().flat_map(|page| &page.phrases).chain(&exchange.phrases);
                let phrases = phrases.filter(|phrase| {
                    exchange.asked_by.is_none() || OF_ANY_PROTOCOL.contains(&phrase.meaning)
                });
                phrases.map(move |phrase| PhraseSeen {
                    phrase,
                    place: Some(&exchange.place),
                    exchange: Some(index),
                    attempt,
                })
            },
        )
    }

    /// Known texts one side showed in an attempt, from an exchange on; those of a log count for the
    /// service provider where the attempt failed.
    pub fn phrases_in<'a>(
        &'a self,
        attempt: &'a Attempt,
        side: Side,
        from: usize,
    ) -> Vec<PhraseSeen<'a>> {
        let indexes = attempt.exchanges.iter().copied().filter(|index| *index >= from);
        let pages = indexes.flat_map(|index| self.phrases_at(index, side, Some(attempt)));
        pages.chain(self.logged(side, Some(attempt)).filter(|_| attempt.failed())).collect()
    }

    /// What the service provider said about a response: known texts on the pages of its attempt,
    /// from the consumption on.
    pub fn said_about(&self, response: &Message) -> Vec<PhraseSeen<'_>> {
        let Some(attempt) = self.attempt_of(&response.id) else { return Vec::new() };
        self.phrases_in(
            attempt,
            Side::Sp,
            attempt.consumption.or(response.delivered_in()).unwrap_or(0),
        )
    }

    /// The identity provider answered this request with success.
    pub fn idp_accepted(&self, request: &Message) -> bool {
        request.fate == Fate::Accepted
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::{Exchange, Page};
    use super::super::product::{CodeClass, VendorCode};
    use super::*;
    use crate::testing;

    fn page(side: Side, code: &str) -> Exchange {
        Exchange {
            side,
            page: Some(Page { codes: vec![code.to_owned()], error: true, ..Page::default() }),
            ..Exchange::default()
        }
    }

    #[test]
    fn codes_of_other_sites_do_not_count() {
        let case = Case {
            exchanges: vec![
                page(Side::Other, "AADSTS1"),
                page(Side::Idp, "AADSTS2"),
                page(Side::Sp, "AADSTS3"),
            ],
            ..Case::default()
        };
        assert_eq!(
            case.vendor_codes().iter().map(|seen| seen.code).collect::<Vec<_>>(),
            ["AADSTS2"]
        );
    }

    #[test]
    fn what_is_said_of_another_protocols_registration_is_no_word_on_saml() {
        let mut asked = page(Side::Idp, "AADSTS50011");
        asked.asked_by = Some("openid-connect".to_owned());
        let mut assigned = page(Side::Idp, "AADSTS50105");
        assigned.asked_by.clone_from(&asked.asked_by);
        let known = |code: &str, meaning| VendorCode {
            meaning,
            ..testing::known_code(code, "what it means", CodeClass::Configuration)
        };
        let mut case = Case {
            exchanges: vec![asked, assigned],
            codes: vec![
                known("AADSTS50011", Meaning::Acs),
                known("AADSTS50105", Meaning::NotAssigned),
            ],
            ..Case::default()
        };
        let codes = |case: &Case| {
            case.vendor_codes().iter().map(|seen| seen.code.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(codes(&case), ["AADSTS50105"]);
        case.exchanges[0].asked_by = None;
        assert_eq!(codes(&case), ["AADSTS50011", "AADSTS50105"]);
    }

    #[test]
    fn a_code_is_told_once_per_attempt() {
        let attempt = Attempt { id: "a1".to_owned(), exchanges: vec![0, 1], ..Attempt::default() };
        let case = Case {
            exchanges: vec![page(Side::Idp, "AADSTS2"), page(Side::Idp, "AADSTS2")],
            attempts: vec![attempt],
            ..Case::default()
        };
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
}
