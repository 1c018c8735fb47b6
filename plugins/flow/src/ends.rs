//! Where attempts ended, and what was said there: what several checks of this family ask.

use diag_sdk::Case;
use diag_sdk::case::attempt::{Attempt, AttemptKind, Outcome};
use diag_sdk::case::exchange::Exchange;

/// Sign-in attempts, in time order.
pub(crate) fn sign_ins(case: &Case) -> impl Iterator<Item = &Attempt> {
    case.attempts.iter().filter(|attempt| attempt.kind == AttemptKind::SignIn)
}

/// Somebody got in, so that an earlier stop on the way did no harm.
pub(crate) fn somebody_got_in(case: &Case) -> bool {
    sign_ins(case).any(|attempt| attempt.outcome == Outcome::SignedIn)
}

/// The exchange at which an attempt ended.
pub(crate) fn end<'a>(case: &'a Case, attempt: &Attempt) -> Option<&'a Exchange> {
    case.exchanges.get(attempt.end.or_else(|| attempt.exchanges.last().copied())?)
}

/// Ids that support will ask for, as `Correlation Id 0b6f…`.
pub(crate) fn support_ids(exchange: &Exchange) -> String {
    let on_page = exchange.page.iter().flat_map(|page| &page.ids);
    let mut shown: Vec<String> = Vec::new();
    for (name, value) in on_page.chain(&exchange.correlation) {
        let line = format!("{name} {value}");
        if !shown.iter().any(|known| known.ends_with(value.as_str())) {
            shown.push(line);
        }
    }
    shown.truncate(4);
    shown.join(", ")
}

/// Host and path of a URL, for people.
pub(crate) fn place_of(url: &str) -> String {
    let bare = url.split(['?', '#']).next().unwrap_or(url);
    bare.split_once("://").map_or(bare, |(_, rest)| rest).to_owned()
}

/// The headline of an exchange's page: its first known text, else its title.
pub(crate) fn headline(exchange: &Exchange) -> Option<String> {
    let page = exchange.page.as_ref()?;
    page.phrases.first().map(|phrase| phrase.text.clone()).or_else(|| page.title.clone()).filter(|text| !text.trim().is_empty())
}
