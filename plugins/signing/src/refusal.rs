//! Whether a signature, an algorithm or a key explains that a response was refused.
//!
//! Service providers seldom say why they refuse. A property that many tolerate (SHA-1, an expired
//! certificate) is the reason only where the service provider says something of signatures, or where
//! everything else about the response is as it should be.

use diag_sdk::address;
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::{Case, Finding, Meaning};

/// Meanings of known texts that speak of signatures and keys.
pub(crate) const SIGNATURE: &[Meaning] =
    &[Meaning::Signature, Meaning::Algorithm, Meaning::Certificate, Meaning::UnsignedAssertion, Meaning::UnsignedMessage];

/// A finding about a message: a warning where the receiver took the message nevertheless.
pub(crate) fn fault(case: &Case, message: &Message, headline: impl Into<String>) -> Finding {
    let finding = match case.attempt_of(&message.id) {
        Some(attempt) if taken(attempt) => Finding::warning(headline).likely().attempt(&attempt.id),
        Some(attempt) => Finding::error(headline).attempt(&attempt.id),
        None => Finding::error(headline),
    };
    finding.subject(message.id.clone())
}

/// The receiver took what the attempt's last message brought.
pub(crate) fn taken(attempt: &Attempt) -> bool {
    attempt.accepted() || attempt.outcome == Outcome::SignedOut
}

/// The service provider refused the response of this attempt.
pub(crate) fn refused_by_sp<'a>(case: &'a Case, message: &Message) -> Option<&'a Attempt> {
    case.attempt_of(&message.id).filter(|attempt| matches!(attempt.outcome, Outcome::RefusedBySp | Outcome::SignOutFailed))
}

/// What the service provider said speaks of signatures; `None` where it said nothing in particular.
pub(crate) fn said_signature(case: &Case, message: &Message, meanings: &[Meaning]) -> Option<bool> {
    let said: Vec<Meaning> = case
        .said_about(message)
        .iter()
        .map(|seen| seen.phrase.meaning)
        .filter(|meaning| !matches!(meaning, Meaning::Refused | Meaning::ServerError | Meaning::AccessDenied | Meaning::Logout))
        .collect();
    if said.is_empty() { None } else { Some(said.iter().any(|meaning| meanings.contains(meaning))) }
}

/// Apart from its signatures nothing in the response explains a refusal: it is successful, in time,
/// meant for this service provider, delivered where it says, once, and answers the request.
pub(crate) fn otherwise_sound(case: &Case, response: &Message) -> bool {
    response.kind == MessageKind::Response
        && response.succeeded()
        && response.damage.is_empty()
        && in_time(response)
        && for_this_sp(case, response)
        && delivered_right(response)
        && answers_request(case, response)
}

fn in_time(response: &Message) -> bool {
    let Some(at) = response.delivered_at() else { return true };
    response.assertions.iter().all(|assertion| {
        let conditions = assertion.conditions.iter();
        let from = conditions.clone().filter_map(|conditions| conditions.not_before.as_ref());
        let until = conditions.filter_map(|conditions| conditions.not_on_or_after.as_ref());
        let confirmed = assertion.confirmations.iter().filter_map(|confirmation| confirmation.not_on_or_after.as_ref());
        from.map(|time| time.value).all(|time| time <= at) && until.chain(confirmed).map(|time| time.value).all(|time| time > at)
    })
}

fn for_this_sp(case: &Case, response: &Message) -> bool {
    let names: Vec<&str> = case
        .messages_of(MessageKind::AuthnRequest)
        .filter_map(|request| request.issuer.as_ref())
        .chain(case.relevant_configurations().filter_map(|configuration| configuration.entity_id.as_ref()))
        .chain(case.metadata.iter().filter(|metadata| metadata.sp.is_some()).map(|metadata| &metadata.entity_id))
        .map(|name| name.value.as_str())
        .collect();
    let audiences = |assertion: &diag_sdk::case::assertion::Assertion| {
        assertion.conditions.iter().flat_map(|conditions| &conditions.audiences).map(|audience| audience.value.clone()).collect::<Vec<_>>()
    };
    names.is_empty()
        || response
            .assertions
            .iter()
            .map(audiences)
            .all(|audiences| audiences.is_empty() || audiences.iter().any(|audience| names.contains(&audience.as_str())))
}

fn delivered_right(response: &Message) -> bool {
    let Some(to) = response.delivered_to() else { return true };
    let destination = response.destination.as_ref().filter(|destination| !destination.value.is_empty());
    let recipients = response
        .assertions
        .iter()
        .flat_map(|assertion| &assertion.confirmations)
        .filter_map(|confirmation| confirmation.recipient.as_ref());
    destination.into_iter().chain(recipients).all(|url| address::reaches(&url.value, to))
}

fn answers_request(case: &Case, response: &Message) -> bool {
    let attempt = case.attempt_of(&response.id);
    let request = attempt.and_then(|attempt| attempt.request.as_deref()).and_then(|id| case.message(id));
    match (request.and_then(|request| request.xml_id.as_ref()), &response.in_response_to) {
        (Some(id), Some(answered)) => id.value == answered.value,
        (Some(_), None) => false,
        (None, answered) => answered.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{sign_in, time};
    use diag_sdk::Sited;

    #[test]
    fn every_other_explanation_counts() {
        let sound = sign_in(Outcome::RefusedBySp);
        assert!(otherwise_sound(&sound, &sound.messages[1]));
        let unsound = |change: &dyn Fn(&mut Message)| {
            let mut case = sound.clone();
            change(&mut case.messages[1]);
            !otherwise_sound(&case, &case.messages[1])
        };
        assert!(unsound(&|response| response.status = None));
        assert!(unsound(&|response| response.destination = Some("https://other.example/".into())));
        assert!(unsound(&|response| response.in_response_to = Some("_other".into())));
        assert!(unsound(&|response| response.in_response_to = None));
        assert!(unsound(&|response| {
            let conditions = response.assertions[0].conditions.as_mut().expect("conditions");
            conditions.audiences = vec!["urn:other".into()];
        }));
        assert!(unsound(&|response| {
            let conditions = response.assertions[0].conditions.as_mut().expect("conditions");
            conditions.not_on_or_after = Some(Sited::new(time("2026-11-24T09:00:00Z"), diag_sdk::Place::default()));
        }));
    }
}
