//! What became of every message.

use diag_sdk::Case;
use diag_sdk::case::attempt::Outcome;
use diag_sdk::case::exchange::Side;
use diag_sdk::case::judgement::Fate;
use diag_sdk::case::message::MessageKind;
use std::collections::BTreeMap;

/// Writes the fate of every message.
pub(super) fn fates(case: &mut Case) {
    let mut fates: BTreeMap<String, Fate> = BTreeMap::new();
    for attempt in &case.attempts {
        if let Some(response) = &attempt.response {
            let fate = match attempt.outcome {
                _ if attempt.accepted() || attempt.outcome == Outcome::SignedOut => Fate::Accepted,
                Outcome::RefusedBySp | Outcome::SignOutFailed => Fate::Refused,
                Outcome::BrokenInTransit => Fate::Lost,
                _ => Fate::Open,
            };
            fates.entry(response.clone()).or_insert(fate);
        }
        if let Some(request) = &attempt.request {
            let answered = attempt.response.as_deref().and_then(|id| case.message(id)).is_some_and(|response| response.succeeded());
            let accepted = answered || attempt.accepted() || (attempt.outcome == Outcome::RefusedBySp && attempt.response.is_none());
            let fate = match attempt.outcome {
                _ if accepted => Fate::Accepted,
                Outcome::RefusedByIdp => Fate::Refused,
                _ => Fate::Open,
            };
            fates.entry(request.clone()).or_insert(fate);
        }
    }
    for message in &mut case.messages {
        message.fate = fates.get(&message.id).copied().unwrap_or_default();
        if message.fate == Fate::Open && message.kind == MessageKind::Response {
            // An attempt the person gave up, or one nobody traced, still shows the answer to its own POST.
            let receipt = message.delivered().and_then(|sighting| sighting.exchange).and_then(|index| case.exchanges.get(index));
            let refuses = receipt.is_some_and(|exchange| {
                exchange.side != Side::Idp && (exchange.status >= 400 || exchange.page.as_ref().is_some_and(|page| page.error))
            });
            if refuses {
                message.fate = Fate::Refused;
            }
        }
    }
}
