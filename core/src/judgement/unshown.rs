//! A page that loads shows no sign-in: the page of an application comes from a file server, whoever asks. Where no cookie of the
//! service provider is seen from the response on, and the page's own call is answered that nobody is signed in, or a log refuses
//! the response at that time, it is open whether somebody got in.

use super::denied::{names, signed_in};
use crate::story::path::host_and_path;
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::judgement::Party;
use diag_sdk::case::witness::{Bearing, Witness};
use diag_sdk::{Case, Meaning};

/// Leaves open what the page's own calls deny.
pub(super) fn by_calls(case: &mut Case) {
    for number in 0..case.attempts.len() {
        let attempt = &case.attempts[number];
        let Some(behind) = without_a_session(case, attempt) else { continue };
        let Some(denied) = denied_last(behind) else { continue };
        let ending = format!(
            "The page behind the response loads, but {} answered {}: nothing shows that somebody is signed in",
            host_and_path(&denied.url),
            denied.status
        );
        open(&mut case.attempts[number], ending);
    }
}

/// Leaves open what a log says was refused.
pub(super) fn by_logs(case: &mut Case) {
    for number in 0..case.attempts.len() {
        let attempt = &case.attempts[number];
        if !signed_in(attempt) {
            continue;
        }
        let bare = without_a_session(case, attempt).is_some();
        let names = names(case, attempt);
        let refuses = |witness: &&Witness| {
            witness.bearing == Bearing::Present
                && witness.party == Party::Sp
                && witness.attempt.as_ref() == Some(&attempt.id)
                && !witness.phrase.meaning.is_vague()
                && (witness.person.is_empty()
                    || witness.person.iter().any(|name| names.contains(&name)))
        };
        let at_its_receipt =
            |witness: &&Witness| of_the_message(witness) && at_receipt(case, attempt, witness);
        let mut lines = case.witnesses.iter().filter(refuses);
        if lines.any(|line| bare || at_its_receipt(&line)) {
            let ending = "The page behind the response loads, but the log says that the response was refused";
            open(&mut case.attempts[number], ending.to_owned());
        }
    }
}

/// What is said is said of a message or of what it carries: whoever finds that wrong takes nobody in by it. What a person may use is
/// another matter, and so is what passes.
fn of_the_message(witness: &Witness) -> bool {
    const OF_PEOPLE: &[Meaning] = &[
        Meaning::NoLicence,
        Meaning::SessionLimit,
        Meaning::UserDisabled,
        Meaning::NotAssigned,
        Meaning::NotProvisioned,
        Meaning::AccountTaken,
        Meaning::Credentials,
        Meaning::RateLimited,
        Meaning::ConnectionLost,
        Meaning::Origin,
        Meaning::HostHeader,
        Meaning::Tls,
        Meaning::NoSession,
        Meaning::CrossSite,
    ];
    !OF_PEOPLE.contains(&witness.phrase.meaning)
}

/// The line was written in the seconds in which this response was received, and no other one was.
fn at_receipt(case: &Case, attempt: &Attempt, witness: &Witness) -> bool {
    const SECONDS: i64 = 3;
    let near = |index: usize| {
        let received = case.exchanges.get(index).and_then(|exchange| exchange.started);
        received.zip(witness.time).is_some_and(|(received, written)| {
            let apart = written.duration_since(received).as_secs();
            // Zones lie on whole and half hours.
            let apart =
                if witness.zoned { apart } else { (apart + SECONDS).rem_euclid(1800) - SECONDS };
            apart.abs() <= SECONDS
        })
    };
    let mut received = case.attempts.iter().filter_map(|attempt| attempt.consumption);
    let own = attempt.consumption.is_some_and(near);
    own && received.all(|index| Some(index) == attempt.consumption || !near(index))
}

fn open(attempt: &mut Attempt, ending: String) {
    attempt.outcome = Outcome::Incomplete;
    attempt.ending = ending;
}

/// What followed the response of an attempt that seems to have worked, where no cookie of the service provider is seen in it and
/// the capture would show one.
fn without_a_session<'c>(case: &'c Case, attempt: &Attempt) -> Option<&'c [Exchange]> {
    if !signed_in(attempt) {
        return None;
    }
    let from = attempt.consumption?;
    let starts = case.attempts.iter().filter_map(|attempt| attempt.exchanges.first().copied());
    let until = starts.filter(|start| *start > from).min().unwrap_or(case.exchanges.len());
    let own = case.exchanges.get(from..until)?;
    let has_none = |exchange: &Exchange| {
        exchange.cookies.as_ref().is_some_and(Vec::is_empty)
            && exchange.set_cookies.as_ref().is_some_and(Vec::is_empty)
    };
    own.iter().filter(|exchange| exchange.side == Side::Sp).all(has_none).then_some(own)
}

/// A call of the page that was answered as nobody's, and not otherwise later.
fn denied_last(behind: &[Exchange]) -> Option<&Exchange> {
    let called = |exchange: &&Exchange| exchange.side == Side::Sp && !exchange.navigation;
    behind.iter().filter(called).find(|denied| {
        let again = |later: &&Exchange| {
            host_and_path(&later.url) == host_and_path(&denied.url)
                && later.started > denied.started
        };
        matches!(denied.status, 401 | 403)
            && !behind.iter().filter(again).any(|later| later.status < 400)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::{Phrase, SetCookie};
    use diag_sdk::testing::{exchange, sign_in};

    fn bare() -> Case {
        let mut case = sign_in(Outcome::SignedIn);
        for exchange in &mut case.exchanges {
            exchange.cookies = Some(Vec::new());
            exchange.set_cookies = Some(Vec::new());
        }
        let mut call = exchange(Side::Sp, "GET", "https://sense.example/api/me", 401);
        call.navigation = false;
        call.cookies = Some(Vec::new());
        call.set_cookies = Some(Vec::new());
        case.exchanges.push(call);
        case
    }

    #[test]
    fn a_call_that_knows_nobody_leaves_open_whether_somebody_is_signed_in() {
        let outcome = |change: &dyn Fn(&mut Case)| {
            let mut case = bare();
            change(&mut case);
            by_calls(&mut case);
            case.attempts[0].outcome
        };
        assert_eq!(outcome(&|_| {}), Outcome::Incomplete);
        assert_eq!(outcome(&|case| case.exchanges[3].status = 200), Outcome::SignedIn);
        let from = bare().attempts[0].consumption.expect("it was posted");
        assert_eq!(
            outcome(&|case| {
                case.exchanges[from].set_cookies =
                    Some(vec![SetCookie { name: "sid".into(), ..SetCookie::default() }]);
            }),
            Outcome::SignedIn
        );
        assert_eq!(outcome(&|case| case.exchanges[from].cookies = None), Outcome::SignedIn);
    }

    #[test]
    fn a_log_that_refuses_leaves_it_open() {
        let outcome = |meaning: Meaning| {
            let mut case = bare();
            case.exchanges.truncate(3);
            case.witnesses = vec![Witness {
                bearing: Bearing::Present,
                party: Party::Sp,
                attempt: Some("a1".to_owned()),
                phrase: Phrase { meaning, ..Phrase::default() },
                ..Witness::default()
            }];
            by_logs(&mut case);
            case.attempts[0].outcome
        };
        assert_eq!(outcome(Meaning::Destination), Outcome::Incomplete);
        assert_eq!(outcome(Meaning::Unknown), Outcome::SignedIn);
    }

    #[test]
    fn a_log_that_refuses_the_response_in_the_second_of_its_receipt_leaves_it_open() {
        let outcome = |seconds: i64, meaning: Meaning, zoned: bool| {
            let mut case = sign_in(Outcome::SignedIn);
            let at: jiff::Timestamp = "2026-11-24T10:00:10Z".parse().expect("a time");
            let consumption = case.attempts[0].consumption.expect("it was received");
            case.exchanges[consumption].started = Some(at);
            case.witnesses = vec![Witness {
                bearing: Bearing::Present,
                party: Party::Sp,
                attempt: Some(case.attempts[0].id.clone()),
                time: Some(at + jiff::SignedDuration::from_secs(seconds)),
                zoned,
                phrase: Phrase { meaning, ..Phrase::default() },
                ..Witness::default()
            }];
            by_logs(&mut case);
            case.attempts[0].outcome
        };
        assert_eq!(outcome(1, Meaning::Destination, true), Outcome::Incomplete);
        assert_eq!(outcome(7201, Meaning::Destination, false), Outcome::Incomplete);
        assert_eq!(outcome(20, Meaning::Destination, true), Outcome::SignedIn, "a busy server");
        assert_eq!(outcome(7201, Meaning::Destination, true), Outcome::SignedIn);
        assert_eq!(outcome(1, Meaning::NoLicence, true), Outcome::SignedIn, "of somebody else");
    }
}
