//! How an attempt ended, judged from what the browser saw.

use super::addresses::says_signed_out;
use super::connection::connection_failed;
use super::{fate, reason, signals};
use crate::redact::shown;
use crate::story::draft::Draft;
use crate::story::path::{Path, host_and_path, redirect_of};
use diag_sdk::address::leads_to_a_logout;
use diag_sdk::case::attempt::{AttemptKind, Outcome};
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::judgement::{Fate, Sign, Signal};
use diag_sdk::case::message::Message;
use diag_sdk::host::host_of;
use diag_sdk::status;

/// An outcome, in words, and where it shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Ending {
    pub(super) outcome: Outcome,
    pub(super) words: String,
    pub(super) at: Option<usize>,
    /// A page of the service provider was seen, so that a success is beyond doubt.
    pub(super) landed: bool,
    /// What became of the response, and what that rests on.
    pub(super) fate: Fate,
    pub(super) signals: Vec<Signal>,
}

fn ending(outcome: Outcome, words: impl Into<String>, at: impl Into<Option<usize>>) -> Ending {
    Ending { outcome, words: words.into(), at: at.into(), ..Ending::default() }
}

/// Judges one attempt on its own.
pub(super) fn judge(path: &Path<'_>, messages: &[Message], draft: &Draft) -> Ending {
    match draft.kind {
        AttemptKind::SignIn => sign_in(path, messages, draft),
        AttemptKind::SignOut => sign_out(path, messages, draft),
    }
}

fn sign_in(path: &Path<'_>, messages: &[Message], draft: &Draft) -> Ending {
    let response = draft.response.and_then(|response| messages.get(response));
    let refusal = response.and_then(refusal);
    let Some(consumption) = draft.consumption else {
        return match refusal {
            Some(words) => ending(Outcome::RefusedByIdp, words, draft.exchanges.last().copied()),
            None if draft.response.is_some() => ending(
                Outcome::Incomplete,
                "The response reached the browser and was not sent on",
                draft.exchanges.last().copied(),
            ),
            None => without_response(path, draft),
        };
    };
    if let Some(words) = refusal {
        return ending(Outcome::RefusedByIdp, words, consumption);
    }
    consumed(path, draft, consumption)
}

/// The words of a response that says no.
fn refusal(response: &Message) -> Option<String> {
    let status = response.status.as_ref().filter(|status| !status.codes.is_empty())?;
    if response.succeeded() {
        return None;
    }
    let code = status.codes.last().map(|code| code.value.as_str()).unwrap_or_default();
    let said = status
        .message
        .as_ref()
        .map(|message| shown(&message.value, 160))
        .filter(|message| !message.is_empty());
    let meaning = status::lookup(code).map(|known| lower_first(known.meaning));
    let words = said
        .map(|said| format!("“{said}”"))
        .or(meaning)
        .map(|words| format!(": {words}"))
        .unwrap_or_default();
    Some(format!("The identity provider answered {}{words}", diag_sdk::spec::short(code)))
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// The browser handed the response over; what did the receiver do?
fn consumed(path: &Path<'_>, draft: &Draft, consumption: usize) -> Ending {
    let Some(receipt) = path.get(consumption) else { return Ending::default() };
    let signals = signals::of_response(path, draft, consumption);
    let told = Told { path, receipt, consumption, signals: &signals };
    // That the same sign-in was asked for again is settled over all attempts.
    let fate = fate::weigh(&without_asking_again(&signals));
    let ending = match fate {
        Fate::Lost => told.lost(),
        Fate::Refused => told.refused(),
        Fate::Accepted => told.accepted(draft),
        Fate::Open => told.open(draft),
    };
    Ending { fate: fate::weigh(&signals), signals, ..ending }
}

/// The signals but for that of a loop.
pub(super) fn without_asking_again(signals: &[Signal]) -> Vec<Signal> {
    signals.iter().filter(|signal| signal.sign != Sign::AskedAgain).cloned().collect()
}

/// A response that was handed over, and what was observed of it.
struct Told<'a> {
    path: &'a Path<'a>,
    receipt: &'a Exchange,
    consumption: usize,
    signals: &'a [Signal],
}

impl<'a> Told<'a> {
    /// Where a sign showed.
    fn at(&self, sign: Sign) -> Option<(usize, &'a Exchange)> {
        let index = self.signals.iter().find(|signal| signal.sign == sign)?.exchange?;
        self.path.get(index).map(|exchange| (index, exchange))
    }

    fn lost(&self) -> Ending {
        let place = host_and_path(&self.receipt.url);
        let said = said(self.receipt);
        let words = match (self.receipt.status, redirect_of(self.receipt)) {
            (_, Some(location)) => {
                format!(
                    "{place} answered the POST with a redirect to {}, which loses the message",
                    host_and_path(location)
                )
            }
            (0, None) => format!(
                "{place} could not be reached: {}",
                self.receipt.failure.as_deref().unwrap_or_default()
            ),
            (413 | 414 | 431, None) => format!("The response was too large for {place}: {said}"),
            (502..=504 | 520..=530, None) => {
                format!("The server behind {place} did not answer: {said}")
            }
            _ => format!("Nothing at {place} takes the response: {said}"),
        };
        ending(Outcome::BrokenInTransit, words, self.consumption)
    }

    fn refused(&self) -> Ending {
        let refusing = self
            .signals
            .iter()
            .filter(|signal| signal.speaks_for == Fate::Refused && signal.sign != Sign::AskedAgain);
        let heaviest = refusing.max_by_key(|signal| signal.weight).map(|signal| signal.sign);
        // Where the browser came to rest a page may state the reason that an address on the way only hints at.
        let rest = self.at(Sign::PageSays).or_else(|| self.at(Sign::Landed));
        let Some((index, exchange)) = heaviest.and_then(|sign| self.at(sign)) else {
            return ending(
                Outcome::RefusedBySp,
                "The service provider refused the response",
                self.consumption,
            );
        };
        let (index, exchange) = match heaviest {
            Some(Sign::ErrorAddress | Sign::ErrorCookie | Sign::LoginAddress) => {
                rest.unwrap_or((index, exchange))
            }
            _ => (index, exchange),
        };
        let place = host_and_path(&exchange.url);
        let here = index == self.consumption;
        let words = match heaviest {
            Some(Sign::LoginAddress) if says_signed_out(&exchange.url) => {
                format!("The service provider led to its page of those who signed out, {place}")
            }
            Some(Sign::LoginForm | Sign::LoginAddress) if here => {
                format!("{place} answered with its own log-in page")
            }
            Some(Sign::LoginForm | Sign::LoginAddress) => {
                format!("The service provider led back to its own log-in page, {place}")
            }
            Some(Sign::ErrorStatus) if here => {
                format!("{place} refused the response: {}", said(exchange))
            }
            Some(Sign::PageSays) if here => {
                format!("{place} answered with an error page: {}", said(exchange))
            }
            Some(Sign::ErrorAddress) if here && redirect_of(exchange).is_some() => {
                format!(
                    "The service provider led to {}",
                    host_and_path(redirect_of(exchange).unwrap_or_default())
                )
            }
            Some(Sign::PageSays) => {
                format!("The service provider led to an error page, {place}: {}", said(exchange))
            }
            _ => format!("The service provider led to {place}: {}", said(exchange)),
        };
        ending(Outcome::RefusedBySp, words, index)
    }

    /// The last exchange of the way.
    fn rest(&self, draft: &Draft) -> Option<(usize, &'a Exchange)> {
        let index = self
            .at(Sign::Landed)
            .map(|(index, _)| index)
            .or_else(|| draft.landing.last().copied())?;
        self.path.get(index).map(|exchange| (index, exchange))
    }

    fn accepted(&self, draft: &Draft) -> Ending {
        match self.rest(draft) {
            Some((index, landing)) if landing.status >= 400 => denied(landing, index),
            Some((index, landing)) if redirect_of(landing).is_some() => {
                let words = format!(
                    "The response was accepted; the capture ends with a redirect from {}",
                    host_and_path(&landing.url)
                );
                ending(Outcome::SignedIn, words, index)
            }
            Some((index, landing)) if landing.status == 0 && connection_failed(landing) => {
                let failure = landing.failure.as_deref().unwrap_or_default();
                ending(
                    Outcome::BrokenInTransit,
                    format!("{} could not be reached: {failure}", host_and_path(&landing.url)),
                    index,
                )
            }
            Some((index, landing)) if landing.status == 0 => {
                let words = format!(
                    "The response was accepted; the capture has no answer of {}",
                    host_and_path(&landing.url)
                );
                ending(Outcome::Incomplete, words, index)
            }
            Some((index, landing)) => {
                let words = format!("Signed in, landed at {}", host_and_path(&landing.url));
                Ending { landed: true, ..ending(Outcome::SignedIn, words, index) }
            }
            None => match redirect_of(self.receipt) {
                Some(location) => {
                    let words = format!(
                        "The response was accepted; the capture does not show {}",
                        host_and_path(location)
                    );
                    ending(Outcome::SignedIn, words, self.consumption)
                }
                None => Ending {
                    landed: true,
                    ..ending(Outcome::SignedIn, "The response was accepted", self.consumption)
                },
            },
        }
    }

    /// Nothing tells whether it was taken.
    fn open(&self, draft: &Draft) -> Ending {
        let place = host_and_path(&self.receipt.url);
        match self.rest(draft) {
            Some((index, landing)) if landing.status >= 400 => denied(landing, index),
            Some((index, landing)) => {
                let words = format!(
                    "Landed at {}; whether somebody is signed in there does not show",
                    host_and_path(&landing.url)
                );
                ending(Outcome::Incomplete, words, index)
            }
            None if self.receipt.status == 0 => ending(
                Outcome::Incomplete,
                format!("The response was sent; the capture has no answer of {place}"),
                self.consumption,
            ),
            None => {
                let words = format!(
                    "{place} answered the response with a page of its own; whether it took it does not show"
                );
                ending(Outcome::Incomplete, words, self.consumption)
            }
        }
    }
}

/// The person is signed in (or the service provider hides its refusal), and what opens is an error.
fn denied(landing: &Exchange, index: usize) -> Ending {
    let words = format!(
        "The response was accepted, but {} answered {}",
        host_and_path(&landing.url),
        said(landing)
    );
    ending(Outcome::DeniedAfterSignIn, words, index)
}

/// What an answer said, for people: its status, and the sentence it states as its reason.
pub(super) fn said(exchange: &Exchange) -> String {
    let headline = exchange.page.as_ref().and_then(reason::headline);
    let status = match exchange.status {
        0 => "no answer".to_owned(),
        status => status.to_string(),
    };
    match headline {
        Some(headline)
            if (200..300).contains(&exchange.status) || headline.starts_with(&status) =>
        {
            format!("“{headline}”")
        }
        Some(headline) => format!("{status}, “{headline}”"),
        None => status,
    }
}

/// No response came into sight: how far did it get?
fn without_response(path: &Path<'_>, draft: &Draft) -> Ending {
    let Some(asked) = draft.asked else {
        let at = draft.issued;
        let failed = at
            .and_then(|issued| path.next(issued))
            .and_then(|next| path.get(next).map(|exchange| (next, exchange)));
        return match failed {
            Some((next, exchange)) if connection_failed(exchange) => {
                let words = format!("{} could not be reached", host_and_path(&exchange.url));
                ending(Outcome::BrokenInTransit, words, next)
            }
            _ => ending(
                Outcome::Incomplete,
                "The request was made; the capture does not show it reach the identity provider",
                at,
            ),
        };
    };
    let frame = path.get(asked).is_some_and(is_frame);
    let mut shown = draft
        .exchanges
        .iter()
        .rev()
        .copied()
        .filter(|index| *index >= asked)
        .filter_map(|index| path.get(index).map(|exchange| (index, exchange)))
        .filter(|(_, exchange)| exchange.navigation && (frame || !is_frame(exchange)));
    let fails = |exchange: &Exchange| exchange.page.as_ref().is_some_and(|page| page.error);
    // Who signs out at an error page leaves it, and it is what the attempt ended with.
    let last = shown.next().map(|last| {
        let left = leads_to_a_logout(&last.1.url) && !fails(last.1);
        let before = shown.find(|(_, exchange)| !leads_to_a_logout(&exchange.url));
        before.filter(|(_, exchange)| left && fails(exchange)).unwrap_or(last)
    });
    let Some((index, exchange)) = last else {
        return ending(Outcome::Incomplete, "The capture ends at the request", asked);
    };
    let place = host_and_path(&exchange.url);
    let said = said(exchange);
    let page = exchange.page.as_ref();
    if came_back(path, draft, asked, index)
        && (exchange.status >= 400 || page.is_some_and(|page| page.error))
    {
        return ending(
            Outcome::RefusedBySp,
            format!("The browser came back to {place} without a response: {said}"),
            index,
        );
    }
    match exchange.status {
        0 if connection_failed(exchange) => {
            let failure = exchange.failure.as_deref().unwrap_or_default();
            ending(
                Outcome::BrokenInTransit,
                format!("{place} could not be reached: {failure}"),
                index,
            )
        }
        0 => ending(Outcome::Incomplete, format!("The capture has no answer of {place}"), index),
        413 | 414 | 431 => ending(
            Outcome::BrokenInTransit,
            format!("The request was too large for {place}: {said}"),
            index,
        ),
        502..=504 | 520..=530 => ending(
            Outcome::BrokenInTransit,
            format!("The server behind {place} did not answer: {said}"),
            index,
        ),
        // Kerberos asks with 401 before it signs in; only what follows tells.
        401 if page.is_none_or(|page| page.codes.is_empty() && page.phrases.is_empty()) => {
            ending(Outcome::Incomplete, format!("{place} asked for credentials"), index)
        }
        400.. => ending(Outcome::RefusedByIdp, format!("{place} answered {said}"), index),
        _ => match page {
            Some(page) if page.error => ending(
                Outcome::RefusedByIdp,
                format!("{place} showed an error page: {said}"),
                index,
            ),
            Some(page) if page.credentials_rejected => ending(
                Outcome::RefusedByIdp,
                "The credentials were refused, and nothing followed",
                index,
            ),
            Some(page) if page.login_form => ending(
                Outcome::Incomplete,
                "The log-in page was shown, and nothing followed",
                index,
            ),
            _ => ending(
                Outcome::Incomplete,
                format!("The capture shows no response after {place}"),
                index,
            ),
        },
    }
}

/// The browser is at the host again that sent it to the identity provider.
fn came_back(path: &Path<'_>, draft: &Draft, asked: usize, index: usize) -> bool {
    let host_at = |index: usize| path.get(index).and_then(|exchange| host_of(&exchange.url));
    let Some(service) = draft.issued.and_then(host_at) else { return false };
    index > asked
        && host_at(index).as_ref() == Some(&service)
        && host_at(asked).as_ref() != Some(&service)
}

/// A frame inside a page.
pub(super) fn is_frame(exchange: &Exchange) -> bool {
    matches!(
        exchange.kind.as_deref(),
        Some("iframe" | "frame" | "sub_frame" | "subdocument" | "embed" | "object")
    )
}

fn sign_out(path: &Path<'_>, messages: &[Message], draft: &Draft) -> Ending {
    let response = draft.response.and_then(|response| messages.get(response));
    let failed_at = |index: usize| {
        path.get(index).is_some_and(|exchange| {
            exchange.status >= 400
                || connection_failed(exchange)
                || exchange.page.as_ref().is_some_and(|page| page.error)
        })
    };
    if let Some(words) = response.and_then(refusal) {
        return ending(
            Outcome::SignOutFailed,
            words,
            draft.consumption.or(draft.exchanges.last().copied()),
        );
    }
    let mut steps: Vec<usize> = draft.exchanges.iter().copied().collect();
    steps.extend(draft.landing.iter().copied().filter(|step| !draft.exchanges.contains(step)));
    let navigations = steps.into_iter().filter(|step| {
        path.get(*step).is_some_and(|exchange| exchange.navigation && !is_frame(exchange))
            || draft.consumption == Some(*step)
            || draft.asked == Some(*step)
    });
    let navigations: Vec<usize> = navigations.collect();
    // After the answer was taken, a missing page is no longer a matter of signing out.
    let decisive = |step: &usize| draft.consumption.is_none_or(|consumption| *step <= consumption);
    if let Some((step, exchange)) = navigations
        .iter()
        .rev()
        .find(|step| decisive(step) && failed_at(**step))
        .and_then(|step| path.get(*step).map(|exchange| (*step, exchange)))
    {
        let words = format!("{} answered {}", host_and_path(&exchange.url), said(exchange));
        return ending(Outcome::SignOutFailed, words, step);
    }
    if draft.consumption.is_some() || response.is_some() {
        return ending(
            Outcome::SignedOut,
            "Signed out",
            draft.consumption.or(navigations.last().copied()),
        );
    }
    let request = draft.request.and_then(|request| messages.get(request));
    if let Some(last) = navigations
        .last()
        .copied()
        .filter(|_| request.is_some_and(Message::is_ws_federation) && draft.asked.is_some())
    {
        let words = format!(
            "The sign-out was sent, and {} answered it",
            path.get(last).map(|exchange| host_and_path(&exchange.url)).unwrap_or_default()
        );
        return ending(Outcome::SignedOut, words, last);
    }
    ending(
        Outcome::Incomplete,
        "The capture shows no answer to the logout request",
        navigations.last().copied().or(draft.issued),
    )
}
