//! An attempt as lanes: who takes part, and every step as what really happens: the browser asks, somebody
//! answers, and a SAML message rides over the hops that carry it.
//!
//! The geometry is decided here, in percent across and pixels down, so that a page only writes it and text
//! keeps its size at every width.

use super::attempt::{Attempt, Step};
use crate::tone::Tone;
use diag_sdk::Case;
use diag_sdk::case::attempt::Actor;
use diag_sdk::case::judgement::Party;
use diag_sdk::case::message::Carrier;
use serde::Serialize;

/// Steps that are drawn at most; the list beside the drawing goes on.
pub(crate) const MOST_STEPS: usize = 120;
/// Steps of a drawing that is printed.
const MOST_ON_PAPER: usize = 30;
/// Pixels from one step to the next.
const ROW: u32 = 66;
/// Where a step's request, and the answer to it, run below the step's top.
const REQUEST: u32 = 25;
const ANSWER: u32 = 53;
/// The first and the last lane, in percent of the width; left of the first stands the time.
const FIRST: u32 = 23;
const LAST: u32 = 88;
/// Characters of an address that fit between two lanes.
const ADDRESS: usize = 38;

/// The drawing of an attempt.
#[derive(Debug, Serialize)]
pub(crate) struct Lanes<'j> {
    pub(crate) parties: Vec<Lane<'j>>,
    /// Pixels.
    pub(crate) height: u32,
    pub(crate) rows: Vec<Row<'j>>,
    /// Messages on their way.
    pub(crate) messages: Vec<Ride<'j>>,
    /// It is longer than sheets of paper, on which the list beside it says the same.
    pub(crate) long: bool,
}

/// Somebody who takes part.
#[derive(Debug, Serialize)]
pub(crate) struct Lane<'j> {
    #[serde(skip)]
    at: Seat,
    pub(crate) role: &'static str,
    /// The same in one short word, for narrow screens.
    pub(crate) short: &'static str,
    pub(crate) name: Option<&'j str>,
    /// Percent.
    pub(crate) x: u32,
}

/// A step: what the browser asked, and what it was answered.
#[derive(Debug, Serialize)]
pub(crate) struct Row<'j> {
    /// Number of the step, from 0.
    pub(crate) number: usize,
    /// Pixels.
    pub(crate) top: u32,
    pub(crate) height: u32,
    pub(crate) time: Option<&'j str>,
    pub(crate) what: &'j str,
    pub(crate) address: String,
    pub(crate) request: Arrow,
    /// Nothing came back where it is missing.
    pub(crate) answer: Option<Arrow>,
    pub(crate) status: String,
    pub(crate) tone: Tone,
    pub(crate) failing: bool,
    /// The whole step in one sentence.
    pub(crate) words: String,
}

/// A line from one lane to another.
#[derive(Debug, Serialize)]
pub(crate) struct Arrow {
    /// Percent.
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// The middle, for what is written there.
    pub(crate) middle: u32,
    /// Pixels.
    pub(crate) y: u32,
    /// Its tip points to the left.
    pub(crate) left: bool,
}

/// A message on its way from one side over the browser to the other.
#[derive(Debug, Serialize)]
pub(crate) struct Ride<'j> {
    pub(crate) what: &'j str,
    pub(crate) tone: Tone,
    /// Percent: where it comes from, the browser, where it goes.
    pub(crate) from: u32,
    pub(crate) over: u32,
    pub(crate) to: u32,
    /// Pixels: where it leaves, and where it arrives.
    pub(crate) leaves: u32,
    pub(crate) arrives: u32,
}

/// A place in the row of lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seat {
    Sp,
    BeforeSp,
    Browser,
    BeforeIdp,
    Broker,
    Idp,
}

/// Who was asked in a step: the browser asks always.
fn asked(step: &Step<'_>) -> Seat {
    if step.sender == Actor::Browser && step.towards == Actor::Browser {
        // Somewhere else, where nobody who takes part is.
        return Seat::Browser;
    }
    let seat = |actor| match actor {
        Actor::Sp => Some(Seat::Sp),
        Actor::Idp => Some(Seat::Idp),
        Actor::Broker => Some(Seat::Broker),
        Actor::Browser => None,
    };
    seat(step.towards).or(seat(step.sender)).unwrap_or(Seat::Sp)
}

/// The step ended at whatever stands between.
fn stopped_between(case: &Case, step: &Step<'_>) -> bool {
    step.failing
        && case.failures.iter().any(|failure| {
            failure.party == Party::Between
                && failure.exchange.is_some()
                && failure.exchange == step.exchange
        })
}

/// The drawing of an attempt.
pub(crate) fn of<'a>(case: &'a Case, attempt: &'a Attempt<'_>) -> Lanes<'a> {
    let steps: Vec<&Step<'_>> = attempt.steps.iter().take(MOST_STEPS).collect();
    let seats: Vec<Seat> = steps
        .iter()
        .map(|step| match asked(step) {
            seat if !stopped_between(case, step) => seat,
            Seat::Sp => Seat::BeforeSp,
            _ => Seat::BeforeIdp,
        })
        .collect();
    let lanes = lanes(case, &steps, &seats);
    let x = |seat: Seat| lanes.iter().find(|lane| lane.at == seat).map_or(FIRST, |lane| lane.x);
    let mut rows = Vec::new();
    let mut messages = Vec::new();
    let mut top = 4;
    for (number, (step, seat)) in steps.iter().zip(&seats).enumerate() {
        let answered = step.status.is_some_and(|status| status != 0);
        let (browser, there) = (x(Seat::Browser), x(*seat));
        if step.message.is_some() {
            messages.push(ride(case, step, number, &steps, &rows, &x, *seat, top + REQUEST));
        }
        rows.push(Row {
            number,
            top,
            height: ROW,
            time: step.offset.as_deref(),
            what: &step.what,
            address: shortened(&step.url),
            request: arrow(browser, there, top + REQUEST),
            answer: answered.then(|| arrow(there, browser, top + ANSWER)),
            status: step.status.map(status_words).unwrap_or_default(),
            tone: step.tone,
            failing: step.failing,
            words: words(step),
        });
        top += ROW;
    }
    let long = rows.len() > MOST_ON_PAPER;
    Lanes { parties: lanes, height: top + 8, rows, messages, long }
}

/// The lanes, from left to right: what serves, the person in the middle, who vouches for them.
fn lanes<'j>(case: &'j Case, steps: &[&Step<'_>], seats: &[Seat]) -> Vec<Lane<'j>> {
    let taken = |seat: Seat| {
        let named = |actor| match seat {
            Seat::Sp => actor == Actor::Sp,
            Seat::Idp => actor == Actor::Idp,
            Seat::Broker => actor == Actor::Broker,
            _ => false,
        };
        matches!(seat, Seat::Sp | Seat::Browser | Seat::Idp)
            || seats.contains(&seat)
            || steps.iter().any(|step| named(step.sender) || named(step.towards))
    };
    let sp = Some(case.product_name(case.sp_vendor, "")).filter(|name| !name.is_empty());
    let idp = Some(case.product_name(case.idp_vendor, "")).filter(|name| !name.is_empty());
    let all = [
        (Seat::Sp, "Service provider", "SP", sp),
        (Seat::BeforeSp, "In between", "Between", Some("proxy, firewall, network")),
        (Seat::Browser, "Browser", "Browser", Some("of the person")),
        (Seat::BeforeIdp, "In between", "Between", Some("proxy, firewall, network")),
        (Seat::Broker, "Broker", "Broker", None),
        (Seat::Idp, "Identity provider", "IdP", idp),
    ];
    let there: Vec<_> = all.into_iter().filter(|(seat, ..)| taken(*seat)).collect();
    let gaps = u32::try_from(there.len().saturating_sub(1)).unwrap_or(1).max(1);
    let places = (0..).map(|index| FIRST + index * (LAST - FIRST) / gaps);
    there
        .into_iter()
        .zip(places)
        .map(|((at, role, short, name), x)| Lane { at, role, short, name, x })
        .collect()
}

/// Where a message leaves: with the answer that gave it to the browser, where a step shows that.
#[expect(clippy::too_many_arguments, reason = "one place that knows the drawing so far")]
fn ride<'a>(
    case: &Case,
    step: &'a Step<'a>,
    number: usize,
    steps: &[&Step<'_>],
    rows: &[Row<'_>],
    x: &dyn Fn(Seat) -> u32,
    to: Seat,
    arrives: u32,
) -> Ride<'a> {
    let handed_out = step.message.and_then(|id| case.message(id)).and_then(|message| {
        let mut given = message
            .sightings
            .iter()
            .filter(|seen| matches!(seen.carrier, Carrier::LocationHeader | Carrier::PageForm));
        given.find_map(|seen| {
            steps.iter().take(number).rposition(|earlier| {
                earlier.exchange.is_some() && earlier.exchange == seen.exchange
            })
        })
    });
    let before = handed_out.or(number.checked_sub(1));
    let sender = match step.sender {
        Actor::Sp => Seat::Sp,
        Actor::Idp => Seat::Idp,
        Actor::Broker => Seat::Broker,
        Actor::Browser => Seat::Browser,
    };
    let left_with = before.and_then(|index| rows.get(index)).and_then(|row| row.answer.as_ref());
    let here = left_with.filter(|answer| answer.from == x(sender)).map(|answer| answer.y);
    Ride {
        what: &step.what,
        tone: step.tone,
        from: if here.is_some() { x(sender) } else { x(Seat::Browser) },
        over: x(Seat::Browser),
        to: x(to),
        leaves: here.unwrap_or(arrives),
        arrives,
    }
}

fn arrow(from: u32, to: u32, y: u32) -> Arrow {
    Arrow { from, to, middle: u32::midpoint(from, to), y, left: to < from }
}

fn status_words(status: u16) -> String {
    if status == 0 { "no answer".to_owned() } else { status.to_string() }
}

/// Host and the end of the path.
fn shortened(url: &str) -> String {
    let characters: Vec<char> = url.chars().collect();
    if characters.len() <= ADDRESS {
        return url.to_owned();
    }
    let head: String = characters.iter().take(ADDRESS * 3 / 5).collect();
    let tail: String = characters.iter().skip(characters.len() - ADDRESS * 2 / 5 + 1).collect();
    format!("{head}…{tail}")
}

/// A step for those who hear the page.
fn words(step: &Step<'_>) -> String {
    let status = match step.status {
        Some(0) => ", no answer".to_owned(),
        Some(status) => format!(", answered with {status}"),
        None => String::new(),
    };
    let failed = if step.failing { ", failed here" } else { "" };
    format!("{}: {} to {}{status}{failed}", step.what, step.from, step.to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::view::attempts;

    #[test]
    fn a_message_rides_over_the_hops_that_carry_it() {
        let judged = sample::broken();
        let attempts = attempts(&judged.case, &judged.report.attempts, None);
        let drawing = of(&judged.case, &attempts[0]);
        assert_eq!(
            drawing.parties.iter().map(|lane| lane.short).collect::<Vec<_>>(),
            ["SP", "Browser", "IdP"]
        );
        assert!(
            drawing.rows.iter().all(|row| row.request.from == drawing.parties[1].x),
            "the browser asks always"
        );
        let ride = &drawing.messages[0];
        assert_eq!(
            (ride.from, ride.over, ride.to),
            (drawing.parties[0].x, drawing.parties[1].x, drawing.parties[2].x)
        );
        assert!(ride.leaves < ride.arrives);
    }

    #[test]
    fn a_refused_request_is_never_green() {
        let judged = sample::broken();
        let attempts = attempts(&judged.case, &judged.report.attempts, None);
        let drawing = of(&judged.case, &attempts[0]);
        let refused = drawing.rows.last().expect("a step");
        assert_eq!(
            (refused.status.as_str(), refused.tone, refused.failing),
            ("200", Tone::Bad, true)
        );
        assert_eq!(drawing.messages[0].tone, Tone::Bad);
    }

    #[test]
    fn what_stands_between_has_a_lane_where_it_stopped_something() {
        let mut judged = sample::broken();
        judged.case.failures[0].party = Party::Between;
        let attempts = attempts(&judged.case, &judged.report.attempts, None);
        let drawing = of(&judged.case, &attempts[0]);
        assert_eq!(
            drawing.parties.iter().map(|lane| lane.short).collect::<Vec<_>>(),
            ["SP", "Browser", "Between", "IdP"]
        );
        assert_eq!(drawing.rows.last().expect("a step").request.to, drawing.parties[2].x);
    }
}
