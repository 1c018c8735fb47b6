//! How an attempt ended, judged from what the browser saw.

use super::draft::Draft;
use crate::story::path::{Path, host_and_path, is_detour, redirect_of};
use crate::story::shown::shown;
use diag_sdk::Meaning;
use diag_sdk::case::attempt::{AttemptKind, Outcome};
use diag_sdk::case::exchange::{Exchange, Page, Phrase};
use diag_sdk::case::message::Message;
use diag_sdk::host::host_of;
use diag_sdk::status;
use url::Url;

/// An outcome, in words, and where it shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Ending {
    pub(super) outcome: Outcome,
    pub(super) words: String,
    pub(super) at: Option<usize>,
    /// A page of the service provider was seen, so that a success is beyond doubt.
    pub(super) landed: bool,
}

fn ending(outcome: Outcome, words: impl Into<String>, at: impl Into<Option<usize>>) -> Ending {
    Ending { outcome, words: words.into(), at: at.into(), landed: false }
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
            None if draft.response.is_some() => {
                ending(Outcome::Incomplete, "The response reached the browser and was not sent on", draft.exchanges.last().copied())
            }
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
    let said = status.message.as_ref().map(|message| shown(&message.value, 160)).filter(|message| !message.is_empty());
    let meaning = status::lookup(code).map(|known| lower_first(known.meaning));
    let words = said.map(|said| format!("“{said}”")).or(meaning).map(|words| format!(": {words}")).unwrap_or_default();
    Some(format!("The identity provider answered {}{words}", diag_sdk::spec::short(code)))
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// The browser handed the response over; what did the receiver do?
fn consumed(path: &Path<'_>, draft: &Draft, consumption: usize) -> Ending {
    let Some(exchange) = path.get(consumption) else { return Ending::default() };
    let place = host_and_path(&exchange.url);
    let said = said(exchange);
    if let Some(location) = redirect_of(exchange) {
        if is_detour(&exchange.url, location)
            && exchange.method == "POST"
            && draft.landing.first().and_then(|next| path.get(*next)).is_none_or(|next| next.method == "GET")
            && !matches!(exchange.status, 307 | 308)
        {
            let words = format!("{place} answered the POST with a redirect to {}, which loses the message", host_and_path(location));
            return ending(Outcome::BrokenInTransit, words, consumption);
        }
        return landed(path, draft, consumption, location);
    }
    match exchange.status {
        0 => unanswered(path, draft, consumption, exchange, "The response was sent"),
        404 | 405 | 410 | 501 => ending(Outcome::BrokenInTransit, format!("Nothing at {place} takes the response: {said}"), consumption),
        413 | 414 | 431 => ending(Outcome::BrokenInTransit, format!("The response was too large for {place}: {said}"), consumption),
        502..=504 => ending(Outcome::BrokenInTransit, format!("The server behind {place} did not answer: {said}"), consumption),
        400.. => ending(Outcome::RefusedBySp, format!("{place} refused the response: {said}"), consumption),
        _ => match &exchange.page {
            Some(page) if page.error => ending(Outcome::RefusedBySp, format!("{place} answered with an error page: {said}"), consumption),
            Some(page) if page.login_form && asks_to_log_in(&exchange.url, page) => {
                ending(Outcome::RefusedBySp, format!("{place} answered with its own log-in page"), consumption)
            }
            _ => after_page(path, draft, consumption),
        },
    }
}

/// The receiver accepted with a page of its own; scripts may lead on from there.
fn after_page(path: &Path<'_>, draft: &Draft, consumption: usize) -> Ending {
    let next = path.by_itself(consumption).filter(|next| draft.exchanges.contains(next));
    let reached = next.map_or(consumption, |next| path.chain(next).last().copied().unwrap_or(next));
    match path.get(reached).filter(|_| reached != consumption) {
        Some(landing) if landing.status >= 400 || landing.page.as_ref().is_some_and(|page| page.error) => refused_landing(landing, reached),
        _ => Ending { landed: true, ..ending(Outcome::SignedIn, "The response was accepted", reached) },
    }
}

/// The receiver redirected; where did it lead?
fn landed(path: &Path<'_>, draft: &Draft, consumption: usize, location: &str) -> Ending {
    let last = draft.landing.last().copied();
    let Some((index, landing)) = last.and_then(|last| path.get(last).map(|landing| (last, landing))) else {
        if names_an_error(location) {
            let words = format!("The service provider led to {}", host_and_path(location));
            return ending(Outcome::RefusedBySp, words, consumption);
        }
        let words = format!("The response was accepted; the capture does not show {}", host_and_path(location));
        return ending(Outcome::SignedIn, words, consumption);
    };
    let place = host_and_path(&landing.url);
    if redirect_of(landing).is_some() {
        let words = format!("The response was accepted; the capture ends with a redirect from {place}");
        return ending(Outcome::SignedIn, words, index);
    }
    if landing.status == 0 {
        return unanswered(path, draft, index, landing, "The response was accepted");
    }
    let via_error = draft.landing.iter().filter_map(|step| path.get(*step)).any(|step| names_an_error(&step.url));
    match &landing.page {
        _ if landing.status >= 400 => {
            if via_error && landing.status != 404 {
                return ending(Outcome::RefusedBySp, format!("The service provider led to {place}: {}", said(landing)), index);
            }
            refused_landing(landing, index)
        }
        Some(page) if page.error => refused_landing(landing, index),
        Some(page) if page.login_form && asks_to_log_in(&landing.url, page) => {
            ending(Outcome::RefusedBySp, format!("The service provider led back to its own log-in page, {place}"), index)
        }
        None if via_error => ending(Outcome::RefusedBySp, format!("The service provider led to {place}"), index),
        _ => Ending { landed: true, ..ending(Outcome::SignedIn, format!("Signed in, landed at {place}"), index) },
    }
}

/// The person is signed in (or the service provider hides its refusal), and what opens is an error.
fn refused_landing(landing: &Exchange, index: usize) -> Ending {
    let place = host_and_path(&landing.url);
    let said = said(landing);
    let about_access = |page: &Page| {
        page.phrases.iter().any(|phrase| matches!(phrase.meaning, Meaning::AccessDenied | Meaning::NotAssigned | Meaning::NotProvisioned))
    };
    let by_page = landing.status < 400 && !landing.page.as_ref().is_some_and(about_access);
    if by_page {
        return ending(Outcome::RefusedBySp, format!("The service provider led to an error page, {place}: {said}"), index);
    }
    ending(Outcome::DeniedAfterSignIn, format!("The response was accepted, but {place} answered {said}"), index)
}

/// No answer was recorded.
fn unanswered(path: &Path<'_>, draft: &Draft, index: usize, exchange: &Exchange, so_far: &str) -> Ending {
    let place = host_and_path(&exchange.url);
    if connection_failed(exchange) {
        let failure = exchange.failure.as_deref().unwrap_or_default();
        return ending(Outcome::BrokenInTransit, format!("{place} could not be reached: {failure}"), index);
    }
    // A page that goes on regardless was answered all the same.
    let next = path.after(index).find(|next| draft.exchanges.contains(next)).and_then(|next| path.get(next).map(|landing| (next, landing)));
    match next {
        Some((next, landing)) if (200..300).contains(&landing.status) && !landing.page.as_ref().is_some_and(|page| page.error) => {
            Ending { landed: true, ..ending(Outcome::SignedIn, format!("Signed in, landed at {}", host_and_path(&landing.url)), next) }
        }
        Some((next, landing)) if landing.status >= 400 => refused_landing(landing, next),
        _ => ending(Outcome::Incomplete, format!("{so_far}; the capture has no answer of {place}"), index),
    }
}

/// The browser could not reach the server, as opposed to a request that was cancelled.
pub(super) fn connection_failed(exchange: &Exchange) -> bool {
    const FAILURES: &[&str] = &[
        "NAME_NOT_RESOLVED",
        "CONNECTION",
        "TIMED_OUT",
        "ADDRESS",
        "CERT",
        "SSL",
        "INTERNET_DISCONNECTED",
        "TUNNEL",
        "PROXY",
        "EMPTY_RESPONSE",
        "UNKNOWN_HOST",
        "NET_RESET",
        "NET_TIMEOUT",
        "TOO_MANY_REDIRECTS",
        "HTTP2_PROTOCOL",
        "RESPONSE_HEADERS_TOO_BIG",
        "BLOCKED",
    ];
    let failure = exchange.failure.as_deref().unwrap_or_default().to_ascii_uppercase();
    exchange.status == 0 && FAILURES.iter().any(|known| failure.contains(known)) && !failure.contains("ABORTED")
}

/// An address by which service providers show that they refused.
pub(super) fn names_an_error(url: &str) -> bool {
    const WORDS: &[&str] =
        &["error", "errors", "failed", "failure", "denied", "unauthorized", "forbidden", "loginfailed", "loginerror", "autherror"];
    let Ok(url) = Url::parse(url) else { return false };
    let words = |text: &str| {
        text.to_ascii_lowercase().split(|character: char| !character.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
    };
    let last = url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default();
    let in_path = words(last) || url.path().to_ascii_lowercase().contains("/error/");
    let in_query = url.query_pairs().any(|(name, _)| {
        matches!(
            name.to_ascii_lowercase().as_str(),
            "error" | "errorcode" | "error_code" | "error_description" | "saml_error" | "samlerror" | "autherror"
        )
    });
    in_path || in_query
}

/// A log-in page rather than an application with a password field in it.
fn asks_to_log_in(url: &str, page: &Page) -> bool {
    const WORDS: &[&str] = &["login", "log-in", "signin", "sign-in", "logon", "form-authentication", "auth"];
    let path = host_and_path(url).to_ascii_lowercase();
    let title = page.title.as_deref().unwrap_or_default().to_ascii_lowercase();
    WORDS.iter().any(|word| path.split(['/', '.', '_']).any(|segment| segment == *word))
        || ["log in", "login", "sign in"].iter().any(|word| title.contains(word))
}

/// What an answer said, for people: status and title. The title alone where it repeats the status,
/// or where the status says that all is well.
pub(super) fn said(exchange: &Exchange) -> String {
    let headline = exchange.page.as_ref().and_then(|page| {
        // What a product says in particular tells more than its general regrets.
        let general = |phrase: &&Phrase| matches!(phrase.meaning, Meaning::IdpError | Meaning::ServerError | Meaning::Refused);
        let phrase = page.phrases.iter().find(|phrase| !general(phrase)).or(page.phrases.first()).map(|phrase| phrase.text.clone());
        page.codes.first().cloned().or(phrase).or_else(|| page.title.clone())
    });
    let status = match exchange.status {
        0 => "no answer".to_owned(),
        status => status.to_string(),
    };
    match headline {
        Some(headline) if (200..300).contains(&exchange.status) || headline.starts_with(&status) => format!("“{headline}”"),
        Some(headline) => format!("{status}, “{headline}”"),
        None => status,
    }
}

/// No response came into sight: how far did it get?
fn without_response(path: &Path<'_>, draft: &Draft) -> Ending {
    let Some(asked) = draft.asked else {
        let at = draft.issued;
        let failed = at.and_then(|issued| path.next(issued)).and_then(|next| path.get(next).map(|exchange| (next, exchange)));
        return match failed {
            Some((next, exchange)) if connection_failed(exchange) => {
                let words = format!("{} could not be reached", host_and_path(&exchange.url));
                ending(Outcome::BrokenInTransit, words, next)
            }
            _ => ending(Outcome::Incomplete, "The request was made; the capture does not show it reach the identity provider", at),
        };
    };
    let frame = path.get(asked).is_some_and(is_frame);
    let last = draft
        .exchanges
        .iter()
        .rev()
        .copied()
        .filter(|index| *index >= asked)
        .filter_map(|index| path.get(index).map(|exchange| (index, exchange)))
        .find(|(_, exchange)| exchange.navigation && (frame || !is_frame(exchange)));
    let Some((index, exchange)) = last else { return ending(Outcome::Incomplete, "The capture ends at the request", asked) };
    let place = host_and_path(&exchange.url);
    let said = said(exchange);
    let page = exchange.page.as_ref();
    if came_back(path, draft, asked, index) && (exchange.status >= 400 || page.is_some_and(|page| page.error)) {
        return ending(Outcome::RefusedBySp, format!("The browser came back to {place} without a response: {said}"), index);
    }
    match exchange.status {
        0 if connection_failed(exchange) => {
            let failure = exchange.failure.as_deref().unwrap_or_default();
            ending(Outcome::BrokenInTransit, format!("{place} could not be reached: {failure}"), index)
        }
        0 => ending(Outcome::Incomplete, format!("The capture has no answer of {place}"), index),
        413 | 414 | 431 => ending(Outcome::BrokenInTransit, format!("The request was too large for {place}: {said}"), index),
        502..=504 => ending(Outcome::BrokenInTransit, format!("The server behind {place} did not answer: {said}"), index),
        // Kerberos asks with 401 before it signs in; only what follows tells.
        401 if page.is_none_or(|page| page.codes.is_empty() && page.phrases.is_empty()) => {
            ending(Outcome::Incomplete, format!("{place} asked for credentials"), index)
        }
        400.. => ending(Outcome::RefusedByIdp, format!("{place} answered {said}"), index),
        _ => match page {
            Some(page) if page.error => ending(Outcome::RefusedByIdp, format!("{place} showed an error page: {said}"), index),
            Some(page) if page.credentials_rejected => {
                ending(Outcome::RefusedByIdp, "The credentials were refused, and nothing followed", index)
            }
            Some(page) if page.login_form => ending(Outcome::Incomplete, "The log-in page was shown, and nothing followed", index),
            _ => ending(Outcome::Incomplete, format!("The capture shows no response after {place}"), index),
        },
    }
}

/// The browser is at the host again that sent it to the identity provider.
fn came_back(path: &Path<'_>, draft: &Draft, asked: usize, index: usize) -> bool {
    let host_at = |index: usize| path.get(index).and_then(|exchange| host_of(&exchange.url));
    let Some(service) = draft.issued.and_then(host_at) else { return false };
    index > asked && host_at(index).as_ref() == Some(&service) && host_at(asked).as_ref() != Some(&service)
}

/// A frame inside a page.
pub(super) fn is_frame(exchange: &Exchange) -> bool {
    matches!(exchange.kind.as_deref(), Some("iframe" | "frame" | "sub_frame" | "subdocument" | "embed" | "object"))
}

fn sign_out(path: &Path<'_>, messages: &[Message], draft: &Draft) -> Ending {
    let response = draft.response.and_then(|response| messages.get(response));
    let failed_at = |index: usize| {
        path.get(index).is_some_and(|exchange| {
            exchange.status >= 400 || connection_failed(exchange) || exchange.page.as_ref().is_some_and(|page| page.error)
        })
    };
    if let Some(words) = response.and_then(refusal) {
        return ending(Outcome::SignOutFailed, words, draft.consumption.or(draft.exchanges.last().copied()));
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
        return ending(Outcome::SignedOut, "Signed out", draft.consumption.or(navigations.last().copied()));
    }
    ending(Outcome::Incomplete, "The capture shows no answer to the logout request", navigations.last().copied().or(draft.issued))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_addresses_are_told_from_others() {
        for url in [
            "https://sp.example/login?error",
            "https://sp.example/saml/error",
            "https://sp.example/access-denied",
            "https://sp.example/error/saml",
        ] {
            assert!(names_an_error(url), "{url}");
        }
        for url in
            ["https://sp.example/hub", "https://sp.example/errorlog-app/hub", "https://error.example/", "https://sp.example/?errors=2"]
        {
            assert!(!names_an_error(url), "{url}");
        }
    }

    #[test]
    fn cancelled_requests_are_no_failed_connections() {
        let exchange = |failure: &str| Exchange { failure: Some(failure.to_owned()), ..Exchange::default() };
        assert!(connection_failed(&exchange("net::ERR_CONNECTION_RESET")));
        assert!(connection_failed(&exchange("net::ERR_CERT_AUTHORITY_INVALID")));
        assert!(!connection_failed(&exchange("net::ERR_ABORTED")));
        assert!(!connection_failed(&exchange("NS_BINDING_ABORTED")));
        assert!(!connection_failed(&Exchange { status: 200, ..exchange("net::ERR_CONNECTION_RESET") }));
    }
}
