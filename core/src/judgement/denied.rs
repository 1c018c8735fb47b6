//! Signed in, and kept out all the same: by an answer that says so behind a page that loads, or by a line of a
//! log about exactly this person.
//!
//! The page of an application comes from a cache or a file server; whether somebody may use it, its services
//! decide a moment later. And a busy server refuses others every minute: a line of a log counts only where it
//! names the person whom the assertion names.

use super::ending;
use crate::spoken;
use crate::story::path::host_and_path;
use crate::story::wording::{asks_to_sign_in, names_an_error, says_sign_in_failed};
use diag_sdk::case::attempt::{Attempt, AttemptKind, Outcome};
use diag_sdk::case::exchange::{Alert, Exchange, Page, Side};
use diag_sdk::case::judgement::Part;
use diag_sdk::case::witness::{Bearing, Witness};
use diag_sdk::{Case, Meaning, Secret};

/// A page that keeps somebody out by a sentence says no more than this besides, in bytes: an application at work says more.
const LITTLE_ELSE: usize = 400;
/// What keeps out who is signed in.
const KEPT_OUT: &[Meaning] = &[Meaning::NoLicence, Meaning::SessionLimit, Meaning::UserDisabled];

/// Ends attempts so whose person an answer keeps out.
pub(super) fn by_answers(case: &mut Case) {
    let starts: Vec<usize> =
        case.attempts.iter().filter_map(|attempt| attempt.exchanges.first().copied()).collect();
    for attempt in case.attempts.iter_mut().filter(|attempt| signed_in(attempt)) {
        let Some(from) = attempt.consumption.or(attempt.end) else { continue };
        let until = starts
            .iter()
            .copied()
            .filter(|start| *start > from)
            .min()
            .unwrap_or(case.exchanges.len());
        let refused = |index: &usize| case.exchanges.get(*index).is_some_and(keeps_out);
        let Some((index, exchange)) = (from + 1..until)
            .find(refused)
            .and_then(|index| Some((index, case.exchanges.get(index)?)))
        else {
            continue;
        };
        deny(attempt, exchange);
        attempt.end = Some(index);
        if !attempt.exchanges.contains(&index) {
            attempt.exchanges.push(index);
            attempt.exchanges.sort_unstable();
        }
    }
}

/// The attempt ends in being kept out by that answer.
fn deny(attempt: &mut Attempt, exchange: &Exchange) {
    attempt.outcome = Outcome::DeniedAfterSignIn;
    attempt.ending = format!(
        "The response was accepted, but {} answered {}",
        host_and_path(&exchange.url),
        ending::said(exchange)
    );
}

/// Ends attempts so that came to rest on a page which says what is wrong, below the title or heading of an error or in a box
/// that is marked as one: a session was begun, and nobody is let in by it. Behind a module of a web server it always is: the
/// module makes a session of every response that it accepts, and the application refuses.
pub(super) fn by_landing(case: &mut Case) {
    for attempt in case.attempts.iter_mut().filter(|attempt| signed_in(attempt)) {
        let Some(exchange) = attempt.end.and_then(|end| case.exchanges.get(end)) else { continue };
        if exchange.side != Side::Sp || !(200..300).contains(&exchange.status) {
            continue;
        }
        let Some(page) = exchange.page.as_ref().filter(|page| page.error) else { continue };
        let headed = page.title.iter().chain(&page.headings).any(|heading| names_an_error(heading));
        let keeps_out = |alert: &Alert| {
            alert.part == Part::Alert
                && page.text.len().saturating_sub(alert.text.len()) <= LITTLE_ELSE
                && spoken::keeps_out(&alert.text).is_some()
        };
        let stated = page.refuses && page.alerts.iter().any(keeps_out);
        let behind = attempt.end.and_then(|end| case.exchanges.get(end + 1..)).unwrap_or_default();
        if (headed && !page.alerts.is_empty() || stated)
            && !page.goes_on
            && !is_served(exchange, behind)
        {
            deny(attempt, exchange);
        }
    }
    for attempt in case.attempts.iter_mut().filter(|attempt| signed_in(attempt)) {
        let Some(exchange) = attempt.end.and_then(|end| case.exchanges.get(end)) else { continue };
        let answered = exchange.side == Side::Sp && (200..300).contains(&exchange.status);
        if answered && exchange.page.as_ref().is_some_and(asks_again) {
            deny(attempt, exchange);
        }
    }
}

/// What the page asks its own host for is answered with data: it is at work, and speaks of other things.
fn is_served(page: &Exchange, behind: &[Exchange]) -> bool {
    let host =
        |exchange: &Exchange| host_and_path(&exchange.url).split('/').next().map(str::to_owned);
    let of_it = |later: &&Exchange| !later.navigation && host(later) == host(page);
    let until = behind.iter().position(|later| later.navigation).unwrap_or(behind.len());
    behind[..until].iter().filter(of_it).any(|later| {
        let data = later.content_type.as_deref().is_some_and(|kind| kind.contains("json"));
        later.status == 101 || data && (200..300).contains(&later.status)
    })
}

/// The page asks to sign in, and says above it that it failed.
fn asks_again(page: &Page) -> bool {
    let asks = page.login_form
        || page.title.iter().chain(&page.headings).any(|heading| asks_to_sign_in(heading));
    let failed = |alert: &Alert| {
        // `Authentication error: …`: what it begins with.
        let begins = alert.text.split(':').next().unwrap_or_default();
        alert.part == Part::Alert && (says_sign_in_failed(&alert.text) || names_an_error(begins))
    };
    asks && page.alerts.iter().any(failed)
}

/// Ends attempts so whose person a line of a log names as kept out.
pub(super) fn by_logs(case: &mut Case) {
    for number in 0..case.attempts.len() {
        let attempt = &case.attempts[number];
        if !signed_in(attempt) {
            continue;
        }
        let names = names(case, attempt);
        let about = |witness: &&Witness| {
            witness.bearing == Bearing::Present
                && witness.attempt.as_ref() == Some(&attempt.id)
                && KEPT_OUT.contains(&witness.phrase.meaning)
                && witness.person.iter().any(|name| names.contains(&name))
        };
        if case.witnesses.iter().any(|witness| about(&witness)) {
            let attempt = &mut case.attempts[number];
            attempt.outcome = Outcome::DeniedAfterSignIn;
            "The response was accepted, but the log says that the person was kept out"
                .clone_into(&mut attempt.ending);
        }
    }
}

pub(super) fn signed_in(attempt: &Attempt) -> bool {
    attempt.kind == AttemptKind::SignIn && attempt.outcome == Outcome::SignedIn
}

fn keeps_out(exchange: &Exchange) -> bool {
    let said = exchange.page.iter().flat_map(|page| &page.phrases);
    let known = said.into_iter().any(|phrase| KEPT_OUT.contains(&phrase.meaning));
    exchange.side == Side::Sp
        && matches!(exchange.status, 401 | 403)
        && (known || locks_out(exchange))
}

/// An error object says, in whatever words, that the account is locked. That a role is missing may be about one corner alone.
fn locks_out(exchange: &Exchange) -> bool {
    let objects =
        exchange.page.iter().flat_map(|page| &page.alerts).filter(|alert| alert.part == Part::Data);
    objects.into_iter().any(|alert| {
        spoken::reason(&alert.text, alert.part)
            .is_some_and(|read| read.meaning == Meaning::UserDisabled)
    })
}

/// Every name by which the response of an attempt calls the person, sealed.
pub(super) fn names<'c>(case: &'c Case, attempt: &Attempt) -> Vec<&'c Secret> {
    let response = attempt.response.as_deref().and_then(|id| case.message(id));
    let assertions = || response.into_iter().flat_map(|response| &response.assertions);
    let subjects = assertions()
        .filter_map(|assertion| assertion.name_id.as_ref())
        .map(|name_id| &name_id.value);
    let values = assertions()
        .flat_map(|assertion| &assertion.attributes)
        .flat_map(|attribute| &attribute.values)
        .map(|value| &value.value);
    subjects.chain(values).filter(|value| !value.blank).map(|value| &value.secret).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::Phrase;
    use diag_sdk::testing::{exchange, page, personal, sign_in};

    #[test]
    fn a_landing_page_headed_as_an_error_that_says_why_keeps_out() {
        let outcome = |title: &str, alert: Option<&str>| {
            let mut case = sign_in(Outcome::SignedIn);
            let end = case.attempts[0].end.expect("it came to rest");
            let alerts =
                alert.into_iter().map(|text| Alert { text: text.to_owned(), part: Part::Alert });
            case.exchanges[end].page = Some(Page {
                title: Some(title.to_owned()),
                alerts: alerts.collect(),
                error: true,
                ..Page::default()
            });
            by_landing(&mut case);
            case.attempts[0].outcome
        };
        assert_eq!(outcome("Access denied", Some("Session expired")), Outcome::DeniedAfterSignIn);
        assert_eq!(outcome("Access denied", None), Outcome::SignedIn);
        assert_eq!(outcome("Home", Some("3 jobs failed")), Outcome::SignedIn);
        let again = "Authentication error: attributes could not be mapped";
        assert_eq!(outcome("Sign In | Desk", Some(again)), Outcome::DeniedAfterSignIn);
        assert_eq!(outcome("Desk", Some(again)), Outcome::SignedIn);
    }

    #[test]
    fn an_answer_behind_a_page_that_loads_keeps_out() {
        let mut case = sign_in(Outcome::SignedIn);
        let mut info = exchange(Side::Sp, "GET", "https://sense.example/azure/api/info", 403);
        info.page = Some(page(&[], &[Meaning::NoLicence]));
        case.exchanges.push(info);
        by_answers(&mut case);
        assert_eq!(
            (case.attempts[0].outcome, case.attempts[0].end),
            (Outcome::DeniedAfterSignIn, Some(3))
        );
        let mut case = sign_in(Outcome::SignedIn);
        case.exchanges.push(exchange(Side::Sp, "GET", "https://sense.example/azure/api/info", 403));
        by_answers(&mut case);
        assert_eq!(case.attempts[0].outcome, Outcome::SignedIn, "403 alone says little");
    }

    #[test]
    fn a_log_must_mean_this_person() {
        for (name, outcome) in [
            ("ada", Outcome::DeniedAfterSignIn),
            ("eve", Outcome::SignedIn),
            ("ada.l", Outcome::SignedIn),
        ] {
            let mut case = sign_in(Outcome::SignedIn);
            case.witnesses = vec![Witness {
                bearing: Bearing::Present,
                attempt: Some("a1".to_owned()),
                person: vec![personal(&format!("AZURE\\{name}")).secret, personal(name).secret],
                phrase: Phrase { meaning: Meaning::NoLicence, ..Phrase::default() },
                ..Witness::default()
            }];
            by_logs(&mut case);
            assert_eq!(case.attempts[0].outcome, outcome, "{name}");
        }
    }
}
