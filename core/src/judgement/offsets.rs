//! How far the clocks of both sides were off when a response was made and when it was handed over,
//! against the browser's.
//!
//! The service provider's clock shows in the `Date` of its answers. The identity provider's shows
//! best in the response itself: `IssueInstant` is written by the clock that also sets the
//! assertion's validity, while `Date` may come from a proxy or web server in front of it.

use diag_sdk::case::attempt::{Attempt, Clock};
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::judgement::Offset;
use diag_sdk::case::message::{Carrier, Message};
use diag_sdk::host::host_of;
use jiff::{SignedDuration, Timestamp};

/// Seconds a page may take from being written to being seen.
const ON_THE_WAY: f64 = 5.0;

/// The clock of the service provider that received the message.
pub(super) fn sp(clocks: &[Clock], message: &Message) -> Option<Offset> {
    let host = message.delivered_to().and_then(host_of);
    let own = || {
        clocks.iter().filter(|clock| {
            host.as_deref().is_some_and(|host| clock.host.eq_ignore_ascii_case(host))
        })
    };
    let side = || clocks.iter().filter(|clock| clock.side == Side::Sp);
    own().chain(side()).next().map(of_clock)
}

/// The clock of the identity provider that issued the message.
pub(super) fn idp(
    clocks: &[Clock],
    exchanges: &[Exchange],
    message: &Message,
    attempt: Option<&Attempt>,
) -> Option<Offset> {
    issued(exchanges, message, attempt).or_else(|| {
        clocks
            .iter()
            .filter(|clock| clock.side == Side::Idp)
            .max_by_key(|clock| clock.samples)
            .map(of_clock)
    })
}

fn of_clock(clock: &Clock) -> Offset {
    Offset {
        ahead_seconds: clock.ahead_seconds,
        uncertainty_seconds: clock.uncertainty_seconds,
        rests_on: format!("Date of {} answers from {}", clock.samples, clock.host),
    }
}

/// `IssueInstant` against the moment the browser first saw the response, or else the end of the
/// identity provider's last answer before the POST.
fn issued(exchanges: &[Exchange], message: &Message, attempt: Option<&Attempt>) -> Option<Offset> {
    let delivered = message.delivered_at()?;
    let assertion = message
        .assertions
        .iter()
        .find(|assertion| assertion.direct)
        .or_else(|| message.assertions.first());
    let issued =
        message.issue_instant.as_ref().or_else(|| assertion?.issue_instant.as_ref())?.value;
    let page = message
        .sightings
        .iter()
        .find(|sighting| matches!(sighting.carrier, Carrier::PageForm | Carrier::LocationHeader));
    let rests_on = "IssueInstant of the response".to_owned();
    let seen = page
        .and_then(|sighting| sighting.time)
        .or_else(|| last_answer(exchanges, delivered, attempt));
    let Some(seen) = seen else {
        // Whoever waited before posting made the response older, never younger: only a lead is proven.
        let lead = seconds(delivered, issued);
        return (lead > ON_THE_WAY).then_some(Offset {
            ahead_seconds: lead,
            uncertainty_seconds: ON_THE_WAY,
            rests_on,
        });
    };
    Some(Offset { ahead_seconds: seconds(seen, issued), uncertainty_seconds: ON_THE_WAY, rests_on })
}

fn last_answer(
    exchanges: &[Exchange],
    delivered: Timestamp,
    attempt: Option<&Attempt>,
) -> Option<Timestamp> {
    let answers = attempt?
        .exchanges
        .iter()
        .filter_map(|index| exchanges.get(*index))
        .filter(|exchange| exchange.side == Side::Idp);
    answers
        .filter_map(|exchange| {
            Some(moved(
                exchange.started?,
                exchange.duration_ms.unwrap_or(0.0).clamp(0.0, 600_000.0) / 1000.0,
            ))
        })
        .filter(|end| *end <= moved(delivered, 1.0))
        .max()
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

fn moved(time: Timestamp, by: f64) -> Timestamp {
    SignedDuration::try_from_secs_f64(by)
        .ok()
        .and_then(|by| time.checked_add(by).ok())
        .unwrap_or(time)
}
