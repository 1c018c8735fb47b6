//! Responses as they reached the service provider: when, where, and what became of them.

use diag_sdk::case::assertion::Assertion;
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::jiff::Timestamp;
use diag_sdk::{Case, Finding, Meaning};

/// What the service provider made of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It let the person in.
    Accepted,
    /// It refused.
    Refused,
    /// The capture does not tell.
    Open,
}

/// A response the browser handed over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delivery<'a> {
    pub(crate) message: &'a Message,
    pub(crate) time: Timestamp,
    pub(crate) attempt: Option<&'a Attempt>,
    pub(crate) fate: Fate,
}

/// Every response the browser handed over at a known time.
pub(crate) fn responses(case: &Case) -> impl Iterator<Item = Delivery<'_>> {
    case.messages_of(MessageKind::Response).filter_map(|message| {
        let time = message.delivered_at()?;
        let attempt = case.attempt_of(&message.id);
        Some(Delivery { message, time, attempt, fate: fate(case, message, attempt) })
    })
}

fn fate(case: &Case, message: &Message, attempt: Option<&Attempt>) -> Fate {
    if attempt.is_some_and(Attempt::accepted) {
        return Fate::Accepted;
    }
    if attempt.is_some_and(|attempt| attempt.outcome == Outcome::RefusedBySp) {
        return Fate::Refused;
    }
    // An attempt the person gave up, or one nobody traced, still shows the answer to its own POST.
    let receipt = message.delivered().and_then(|sighting| sighting.exchange).and_then(|index| case.exchanges.get(index));
    if receipt.is_some_and(refuses) { Fate::Refused } else { Fate::Open }
}

/// The answer to a POST is an error, by its status or by its page.
pub(crate) fn refuses(exchange: &Exchange) -> bool {
    exchange.side != Side::Idp && (exchange.status >= 400 || exchange.page.as_ref().is_some_and(|page| page.error))
}

impl<'a> Delivery<'a> {
    /// The assertion a service provider would consume.
    pub(crate) fn assertion(&self) -> Option<&'a Assertion> {
        self.message.assertions.iter().find(|assertion| assertion.direct).or_else(|| self.message.assertions.first())
    }

    /// The response is a success whose assertion nobody could read: it is encrypted.
    pub(crate) fn sealed(&self) -> bool {
        self.message.assertions.is_empty()
            && self.message.encrypted.iter().any(|part| part.element == "EncryptedAssertion" && !part.decrypted)
    }

    /// The service provider gave one of these reasons.
    pub(crate) fn said(&self, case: &Case, meanings: &[Meaning]) -> bool {
        case.said_about(self.message).iter().any(|seen| meanings.contains(&seen.phrase.meaning))
    }

    /// The service provider gave reasons, and none of these is among them.
    pub(crate) fn said_otherwise(&self, case: &Case, meanings: &[Meaning]) -> bool {
        const VAGUE: &[Meaning] = &[Meaning::Refused, Meaning::ServerError, Meaning::Status, Meaning::AccessDenied];
        let said = case.said_about(self.message);
        let mut reasons = said.iter().map(|seen| seen.phrase.meaning).filter(|meaning| !VAGUE.contains(meaning)).peekable();
        reasons.peek().is_some() && !reasons.any(|meaning| meanings.contains(&meaning))
    }

    /// Says of a finding which attempt and message it is about.
    pub(crate) fn mark(&self, finding: Finding) -> Finding {
        let finding = finding.subject(self.message.id.clone());
        match self.attempt {
            Some(attempt) => finding.attempt(attempt.id.clone()),
            None => finding,
        }
    }
}

/// The application's name at the identity provider, for the screen of a fix.
pub(crate) fn application(case: &Case) -> Option<&str> {
    case.relevant_registrations().find_map(|registration| registration.name.as_deref())
}

/// The entry point's name at the service provider, for the screen of a fix.
pub(crate) fn entry_point(case: &Case) -> Option<&str> {
    case.relevant_configurations().map(|configuration| configuration.name.as_str()).next()
}

/// An id as people may see it: enough to find it again, too little to use it.
pub(crate) fn shown_id(id: &str) -> String {
    let characters: Vec<char> = id.chars().collect();
    match (characters.get(..8), characters.len().checked_sub(4).and_then(|from| characters.get(from..))) {
        (Some(head), Some(tail)) if characters.len() > 14 => {
            format!("{}…{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
        }
        _ => id.to_owned(),
    }
}

/// Seconds as people say them: `45 s`, `10 min`, `1 h 5 min`.
pub(crate) fn span(seconds: f64) -> String {
    let seconds = seconds.abs().round();
    if seconds < 100.0 {
        return format!("{seconds:.0} s");
    }
    let minutes = (seconds / 60.0).round();
    let (hours, rest) = ((minutes / 60.0).floor(), minutes % 60.0);
    if hours < 1.0 {
        format!("{minutes:.0} min")
    } else if rest < 1.0 {
        format!("{hours:.0} h")
    } else {
        format!("{hours:.0} h {rest:.0} min")
    }
}

/// Seconds from `from` to `to`.
pub(crate) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_as_people_say_them() {
        for (seconds, said) in [(0.4, "0 s"), (45.0, "45 s"), (-600.0, "10 min"), (3600.0, "1 h"), (3900.0, "1 h 5 min"), (99.0, "99 s")] {
            assert_eq!(span(seconds), said);
        }
    }

    #[test]
    fn long_ids_are_shortened_and_short_ones_are_not() {
        assert_eq!(shown_id("_0123456789abcdef0123"), "_0123456…0123");
        assert_eq!(shown_id("_1"), "_1");
        assert_eq!(shown_id(""), "");
    }
}
