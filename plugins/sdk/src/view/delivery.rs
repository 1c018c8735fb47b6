//! A message together with what became of it: the attempt it belongs to, its fate, and what its
//! receiver said about it.

use super::index::Index;
use crate::case::Case;
use crate::case::assertion::Assertion;
use crate::case::attempt::Attempt;
use crate::case::exchange::Side;
use crate::case::judgement::{Failure, Fate, Part, Statement};
use crate::case::message::{Message, MessageKind};
use crate::finding::{Finding, Severity};
use crate::meaning::Meaning;
use jiff::Timestamp;
use std::collections::HashMap;

/// A message together with what became of it.
///
/// [`super::response::Response`] and [`super::request::Request`] dereference to it, so everything said
/// here of a message can be asked of them.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// The Case it stands in.
    pub case: &'a Case,
    /// The message.
    pub message: &'a Message,
    /// The attempt it belongs to, where one is known.
    pub attempt: Option<&'a Attempt>,
    sent_by_sp: bool,
    failures: Vec<&'a Failure>,
}

impl<'a> Delivery<'a> {
    pub(super) fn of(case: &'a Case, message: &'a Message, index: &Index<'a>) -> Self {
        Self {
            case,
            message,
            attempt: index.attempt(message),
            sent_by_sp: index.sent_by_sp(message),
            failures: index.failures(message),
        }
    }

    /// When the browser handed it over; the moment at which it is judged.
    pub fn time(&self) -> Option<Timestamp> {
        self.message.delivered_at()
    }

    /// What became of it.
    pub fn fate(&self) -> Fate {
        self.message.fate
    }

    /// The receiver took it.
    pub fn accepted(&self) -> bool {
        self.message.fate == Fate::Accepted
    }

    /// The receiver refused it.
    pub fn refused(&self) -> bool {
        self.message.fate == Fate::Refused
    }

    /// The assertion a service provider would consume: the first direct child, decrypted ones included,
    /// or else the first anywhere.
    pub fn assertion(&self) -> Option<&'a Assertion> {
        let assertions = &self.message.assertions;
        assertions.iter().find(|assertion| assertion.direct).or_else(|| assertions.first())
    }

    /// The service provider sent it: a sign-in request, or a logout message under one of its names.
    pub fn sent_by_sp(&self) -> bool {
        self.sent_by_sp
    }

    /// A finding about this message: it carries the attempt and, as its subject, the message. Places are
    /// the check's own affair, since the most telling one comes first.
    pub fn finding(&self, severity: Severity, headline: impl Into<String>) -> Finding {
        self.mark(Finding::new(severity, headline))
    }

    /// Something about the message that must break it by the rules: an error, unless its receiver
    /// demonstrably took it; then a warning of what is likely to break elsewhere or later.
    pub fn fault(&self, headline: impl Into<String>) -> Finding {
        if !self.accepted() {
            return self.finding(Severity::Error, headline);
        }
        let receiver = if self.sent_by_sp { "identity provider" } else { "service provider" };
        let what = match self.message.kind {
            MessageKind::AuthnRequest
            | MessageKind::LogoutRequest
            | MessageKind::WsFederationSignIn
            | MessageKind::WsFederationSignOut => "request",
            MessageKind::Response | MessageKind::LogoutResponse => "response",
            MessageKind::WsFederationToken => "token",
            MessageKind::Other => "message",
        };
        self.finding(Severity::Warning, headline)
            .likely()
            .detail(format!("The {receiver} accepted the {what} nevertheless."))
    }

    /// Something that receivers are known to tolerate, such as a few minutes between the clocks: an error
    /// only where the message was refused, else a warning, uncertain while its fate is open.
    pub fn doubt(&self, headline: impl Into<String>) -> Finding {
        match self.fate() {
            Fate::Refused => self.finding(Severity::Error, headline),
            Fate::Accepted => self.finding(Severity::Warning, headline),
            Fate::Open | Fate::Lost => self.finding(Severity::Warning, headline).likely(),
        }
    }

    /// Says of a finding made elsewhere that it is about this message and its attempt.
    pub fn mark(&self, finding: Finding) -> Finding {
        let finding = finding.subject(self.message.id.clone());
        match self.attempt {
            Some(attempt) => finding.attempt(attempt.id.clone()),
            None => finding,
        }
    }

    /// What failed about it.
    pub fn failures(&self) -> &[&'a Failure] {
        &self.failures
    }

    /// What the receiver stated about it, most telling first: the statements of its failures. Where none
    /// is written down (the attempt went on, or nobody judged the Case) known texts of the receiver's
    /// pages stand in for them.
    pub fn statements(&self) -> Vec<Statement> {
        let stated: Vec<Statement> =
            self.failures.iter().flat_map(|failure| &failure.said).cloned().collect();
        if stated.is_empty() { self.on_pages() } else { stated }
    }

    fn on_pages(&self) -> Vec<Statement> {
        let Some(attempt) = self.attempt else { return Vec::new() };
        let seen = if self.sent_by_sp {
            self.case.phrases_in(attempt, Side::Idp, 0)
        } else {
            self.case.phrases_in(
                attempt,
                Side::Sp,
                attempt.consumption.or(self.message.delivered_in()).unwrap_or(0),
            )
        };
        let statement = |seen: &crate::case::evidence::PhraseSeen<'_>| Statement {
            text: seen.phrase.text.clone(),
            meaning: seen.phrase.meaning,
            values: seen.phrase.values.clone(),
            who: seen.phrase.who,
            vendor: seen.phrase.vendor,
            writer: seen.phrase.writer.clone(),
            part: if seen.exchange.is_some() { Part::Body } else { Part::Log },
            exchange: seen.exchange,
            place: seen.place.cloned(),
            ..Statement::default()
        };
        seen.iter().map(statement).collect()
    }

    /// The statement of the receiver with one of these meanings, the most telling one.
    pub fn statement(&self, meanings: &[Meaning]) -> Option<Statement> {
        self.statements().into_iter().find(|statement| meanings.contains(&statement.meaning))
    }

    /// The receiver stated one of these.
    pub fn said(&self, meanings: &[Meaning]) -> bool {
        self.statement(meanings).is_some()
    }

    /// The receiver gave reasons, and none of these is among them. That something failed is no reason.
    pub fn said_otherwise(&self, meanings: &[Meaning]) -> bool {
        self.reason_is(meanings) == Some(false)
    }

    /// Whether one of the reasons the receiver gave is among these; `None` where it gave no reason.
    pub fn reason_is(&self, meanings: &[Meaning]) -> Option<bool> {
        let statements = self.statements();
        let mut reasons = statements
            .iter()
            .map(|statement| statement.meaning)
            .filter(|meaning| !meaning.is_vague())
            .peekable();
        reasons.peek()?;
        Some(reasons.any(|meaning| meanings.contains(&meaning)))
    }
}

impl Case {
    /// Every SAML message that could be read. What WS-Federation carries is held to other rules: see [`Case::tokens`].
    pub fn deliveries(&self) -> Vec<Delivery<'_>> {
        let index = Index::of(self);
        let readable = self
            .messages
            .iter()
            .filter(|message| message.broken.is_none() && !message.is_ws_federation());
        readable.map(|message| Delivery::of(self, message, &index)).collect()
    }

    /// Messages of which nothing but their damage is known.
    pub fn unreadable(&self) -> Vec<Delivery<'_>> {
        let index = Index::of(self);
        self.messages
            .iter()
            .filter(|message| message.broken.is_some())
            .map(|message| Delivery::of(self, message, &index))
            .collect()
    }

    /// Messages the service provider sent: sign-in requests and its half of a logout.
    pub fn sent_by_sp(&self) -> Vec<Delivery<'_>> {
        self.deliveries().into_iter().filter(Delivery::sent_by_sp).collect()
    }

    /// What the service provider sent in each attempt, by the attempt's id: its request, or its half of a
    /// logout. A message that was sent in two attempts stands there for both.
    pub fn sent_in_attempts(&self) -> HashMap<&str, Delivery<'_>> {
        let index = Index::of(self);
        let mut sent = HashMap::new();
        for attempt in &self.attempts {
            let Some(message) = attempt.request.as_deref().and_then(|id| index.message(id)) else {
                continue;
            };
            if message.broken.is_none() {
                sent.insert(
                    attempt.id.as_str(),
                    Delivery { attempt: Some(attempt), ..Delivery::of(self, message, &index) },
                );
            }
        }
        sent
    }

    /// Messages the identity provider sent to this service provider, and assertions that stand alone in a file.
    /// What somebody else took (a broker,
    /// another application of the same capture) is not its business.
    pub fn sent_by_idp(&self) -> Vec<Delivery<'_>> {
        let index = Index::of(self);
        let kinds =
            [MessageKind::Response, MessageKind::LogoutRequest, MessageKind::LogoutResponse];
        let alone =
            |message: &Message| message.kind == MessageKind::Other && message.root == "Assertion";
        let readable = self.messages.iter().filter(|message| {
            (kinds.contains(&message.kind) || alone(message)) && message.broken.is_none()
        });
        let own = readable
            .filter(|message| !index.sent_by_sp(message) && !taken_elsewhere(message, &index));
        own.map(|message| Delivery::of(self, message, &index)).collect()
    }
}

/// Somebody else took it.
pub(super) fn taken_elsewhere(message: &Message, index: &Index<'_>) -> bool {
    message.fate == Fate::Accepted && !message.was_delivered_to_one_of(&index.sp_hosts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::attempt::Outcome;
    use crate::stage::Stage;
    use crate::testing;

    fn response(case: &Case) -> Delivery<'_> {
        case.sent_by_idp().into_iter().next().expect("the response")
    }

    #[test]
    fn the_fate_decides_how_much_a_fault_matters() {
        for (outcome, fault, doubt) in [
            (Outcome::RefusedBySp, (Severity::Error, true), (Severity::Error, true)),
            (Outcome::Incomplete, (Severity::Error, true), (Severity::Warning, false)),
            (Outcome::SignedIn, (Severity::Warning, false), (Severity::Warning, true)),
        ] {
            let case = testing::sign_in(outcome);
            let response = response(&case);
            let level = |finding: Finding| (finding.severity, finding.certain);
            assert_eq!(
                (level(response.fault("x")), level(response.doubt("x"))),
                (fault, doubt),
                "{outcome:?}"
            );
            assert_eq!(response.fault("x").attempts, ["a1"]);
            assert_eq!(response.fault("x").subject.as_deref(), Some("m2"));
        }
    }

    #[test]
    fn a_reason_is_more_than_that_it_failed() {
        let mut case = testing::sign_in(Outcome::RefusedBySp);
        assert_eq!(response(&case).reason_is(&[Meaning::Audience]), None);
        testing::says(&mut case, Meaning::Refused);
        assert_eq!(response(&case).reason_is(&[Meaning::Audience]), None);
        assert!(
            response(&case).said(&[Meaning::Refused])
                && !response(&case).said_otherwise(&[Meaning::Audience])
        );
        testing::says(&mut case, Meaning::Audience);
        assert_eq!(response(&case).reason_is(&[Meaning::Audience]), Some(true));
        assert_eq!(response(&case).reason_is(&[Meaning::Expired]), Some(false));
    }

    #[test]
    fn pages_speak_where_no_failure_is_written_down() {
        let mut case = testing::sign_in(Outcome::RefusedBySp);
        testing::says(&mut case, Meaning::Audience);
        case.failures[0].said[0].meaning = Meaning::Expired;
        assert!(
            response(&case).said(&[Meaning::Expired])
                && !response(&case).said(&[Meaning::Audience])
        );
        case.failures.clear();
        assert!(response(&case).said(&[Meaning::Audience]));
    }

    #[test]
    fn a_failure_of_the_attempt_is_about_the_half_it_shows_in() {
        let mut case = testing::refused_by_idp(&[], &[Meaning::UnknownSp]);
        case.failures[0].message = None;
        assert_eq!(case.failures[0].stage, Stage::IdpRequest);
        assert!(case.sent_by_sp()[0].said(&[Meaning::UnknownSp]));
        let mut case = testing::sign_in(Outcome::RefusedBySp);
        testing::says(&mut case, Meaning::Audience);
        case.failures[0].message = None;
        assert!(case.sent_by_sp()[0].statements().is_empty());
        assert!(response(&case).said(&[Meaning::Audience]));
    }

    #[test]
    fn a_request_of_two_attempts_stands_for_both() {
        let mut case = testing::sign_in(Outcome::RefusedBySp);
        let second = Attempt { id: "a2".to_owned(), response: None, ..case.attempts[0].clone() };
        case.attempts.push(second);
        let sent = case.sent_in_attempts();
        assert_eq!(sent["a1"].finding(Severity::Error, "x").attempts, ["a1"]);
        assert_eq!(sent["a2"].finding(Severity::Error, "x").attempts, ["a2"]);
        assert_eq!((sent.len(), sent["a2"].message.id.as_str()), (2, "m1"));
    }

    #[test]
    fn what_a_broker_took_is_not_the_service_providers_business() {
        let mut case = testing::sign_in(Outcome::SignedIn);
        case.sp_configurations.push(testing::entry_point());
        assert_eq!(case.sent_by_idp().len(), 1);
        case.messages[1].sightings[1].to = Some("https://broker.example/acs".to_owned());
        assert!(case.sent_by_idp().is_empty());
        case.messages[1].fate = Fate::Refused;
        assert_eq!(case.sent_by_idp().len(), 1);
    }
}
