//! How far the clocks of both sides are off, against the browser's.
//!
//! The service provider's clock shows in the `Date` of its answers. The identity provider's shows
//! best in the response itself: `IssueInstant` is written by the clock that also sets the
//! assertion's validity, while `Date` may come from a proxy or web server in front of it.

use crate::delivery::{Delivery, seconds};
use diag_sdk::Case;
use diag_sdk::case::exchange::Side;
use diag_sdk::case::message::Carrier;
use diag_sdk::host::host_of;
use diag_sdk::jiff::{SignedDuration, Timestamp};

/// How far a clock is ahead of the browser's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Offset {
    /// Seconds ahead; negative where behind.
    pub(crate) ahead: f64,
    /// How far off that may be.
    pub(crate) off_by: f64,
    /// What it rests on, for people.
    pub(crate) rests_on: String,
}

/// Seconds a page may take from being written to being seen.
const ON_THE_WAY: f64 = 5.0;

impl Offset {
    /// The moment this clock shows when the browser's shows `time`; `shift` moves it within the uncertainty.
    pub(crate) fn shown_at(&self, time: Timestamp, shift: f64) -> Timestamp {
        moved(time, self.ahead + shift.clamp(-1.0, 1.0) * self.off_by)
    }
}

fn moved(time: Timestamp, by: f64) -> Timestamp {
    SignedDuration::try_from_secs_f64(by).ok().and_then(|by| time.checked_add(by).ok()).unwrap_or(time)
}

/// The clock of the service provider that received the response.
pub(crate) fn sp(case: &Case, delivery: &Delivery<'_>) -> Option<Offset> {
    let host = delivery.message.delivered_to().and_then(host_of);
    let own = || case.clocks.iter().filter(|clock| Some(clock.host.to_lowercase()) == host);
    let side = || case.clocks.iter().filter(|clock| clock.side == Side::Sp);
    let clock = own().chain(side()).next()?;
    Some(Offset {
        ahead: clock.ahead_seconds,
        off_by: clock.uncertainty_seconds,
        rests_on: format!("Date of {} answers from {}", clock.samples, clock.host),
    })
}

/// The clock of the identity provider that issued the response.
pub(crate) fn idp(case: &Case, delivery: &Delivery<'_>) -> Option<Offset> {
    issued(case, delivery).or_else(|| {
        let clock = case.clocks.iter().filter(|clock| clock.side == Side::Idp).max_by_key(|clock| clock.samples)?;
        Some(Offset {
            ahead: clock.ahead_seconds,
            off_by: clock.uncertainty_seconds,
            rests_on: format!("Date of {} answers from {}", clock.samples, clock.host),
        })
    })
}

/// `IssueInstant` against the moment the browser first saw the response, or else the end of the
/// identity provider's last answer before the POST.
fn issued(case: &Case, delivery: &Delivery<'_>) -> Option<Offset> {
    let message = delivery.message;
    let issued = message.issue_instant.as_ref().or_else(|| delivery.assertion()?.issue_instant.as_ref())?.value;
    let page = message.sightings.iter().find(|sighting| matches!(sighting.carrier, Carrier::PageForm | Carrier::LocationHeader));
    let seen = page.and_then(|sighting| sighting.time).or_else(|| last_answer(case, delivery));
    let Some(seen) = seen else {
        // Whoever waited before posting made the response older, never younger: only a lead is proven.
        let lead = seconds(delivery.time, issued);
        return (lead > ON_THE_WAY).then(|| Offset {
            ahead: lead,
            off_by: ON_THE_WAY,
            rests_on: "IssueInstant of the response".to_owned(),
        });
    };
    Some(Offset { ahead: seconds(seen, issued), off_by: ON_THE_WAY, rests_on: "IssueInstant of the response".to_owned() })
}

fn last_answer(case: &Case, delivery: &Delivery<'_>) -> Option<Timestamp> {
    let attempt = delivery.attempt?;
    let answers = attempt.exchanges.iter().filter_map(|index| case.exchanges.get(*index)).filter(|exchange| exchange.side == Side::Idp);
    answers
        .filter_map(|exchange| Some(moved(exchange.started?, exchange.duration_ms.unwrap_or(0.0).clamp(0.0, 600_000.0) / 1000.0)))
        .filter(|end| *end <= moved(delivery.time, 1.0))
        .max()
}
