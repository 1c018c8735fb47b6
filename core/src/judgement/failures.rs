//! What failed, at whose hands and in whose words: one for every attempt that was tried to its end
//! and did not lead where the person wanted.

use super::{logged, reason};
use crate::spoken::{self, Listener};
use crate::story::path::redirect_of;
use diag_products::{Products, Where};
use diag_sdk::case::attempt::{Attempt, AttemptKind, Outcome};
use diag_sdk::case::exchange::{Exchange, Phrase, Side};
use diag_sdk::case::judgement::{Failure, Part, Party, Statement};
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::{Case, Stage, Writer};

/// Most exchanges before the end of an attempt whose pages are searched for what was said.
const BACK: usize = 12;

/// The failures of the Case, in the order of its attempts.
pub(super) fn failures(case: &Case, products: &Products) -> Vec<Failure> {
    let mut failures: Vec<Failure> = case
        .attempts
        .iter()
        .filter(|attempt| attempt.failed())
        .map(|attempt| failure(case, attempt, products))
        .collect();
    failures.extend(logged::failures(case));
    for (number, failure) in failures.iter_mut().enumerate() {
        failure.id = format!("fail{}", number + 1);
    }
    failures
}

/// Writes what was understood of the pages of failures beside what was known there, so that whoever reads pages finds it.
pub(super) fn write_back(case: &mut Case) {
    let said = case.failures.iter().flat_map(|failure| &failure.said);
    let mut understood: Vec<(usize, Phrase)> =
        said.filter_map(|statement| Some((statement.exchange?, as_phrase(statement)?))).collect();
    if case.failures.is_empty() && !case.signed_in() {
        // A capture of nothing but the page that says so.
        let speaks = |exchange: &Exchange| {
            exchange.asked_by.is_none() && exchange.page.as_ref().is_some_and(|page| page.error)
        };
        let errors = case.exchanges.iter().enumerate().filter(|(_, exchange)| speaks(exchange));
        let said =
            errors.take(BACK).flat_map(|(index, exchange)| reason::statements(exchange, index));
        understood.extend(
            said.filter_map(|statement| Some((statement.exchange?, as_phrase(&statement)?))),
        );
    }
    for (index, phrase) in understood {
        let Some(exchange) = case.exchanges.get_mut(index) else { continue };
        let Some(page) = &mut exchange.page else { continue };
        let known = page
            .phrases
            .iter_mut()
            .chain(&mut exchange.phrases)
            .find(|known| known.meaning == phrase.meaning);
        match known {
            Some(known) if known.values.is_empty() => known.values = phrase.values,
            Some(_) => {}
            None => page.phrases.push(phrase),
        }
    }
}

/// A statement in words that any software may write.
fn as_phrase(statement: &Statement) -> Option<Phrase> {
    let of_a_page = !matches!(statement.part, Part::Status | Part::Log | Part::Browser);
    (of_a_page && !statement.meaning.is_vague()).then(|| Phrase {
        meaning: statement.meaning,
        text: statement.text.clone(),
        values: statement.values.clone(),
        part: statement.part,
        who: statement.who,
        vendor: statement.vendor,
        writer: statement.writer.clone(),
    })
}

fn failure(case: &Case, attempt: &Attempt, products: &Products) -> Failure {
    let response = attempt.response.as_deref().and_then(|id| case.message(id));
    let end = attempt.end.or_else(|| attempt.exchanges.last().copied());
    let exchange = end.and_then(|end| case.exchanges.get(end));
    let (stage, party) = hands(attempt, response, exchange);
    let by_status =
        stage == Stage::Response || (stage == Stage::Logout && response.is_some_and(refuses));
    let mut said = Vec::new();
    if by_status && let Some(response) = response {
        said.extend(of_status(response, products));
    }
    said.extend(on_pages(case, attempt, party, end));
    said.extend(logged::said_about(case, attempt, stage, party));
    // What is known and particular tells most; among equals the order on the page stays.
    said.sort_by_key(|statement| statement.meaning.is_vague());
    Failure {
        id: String::new(),
        attempt: Some(attempt.id.clone()),
        message: match stage {
            Stage::Consumption | Stage::Landing | Stage::Session => attempt.response.clone(),
            Stage::Logout => attempt.response.clone().or_else(|| attempt.request.clone()),
            _ => attempt.request.clone(),
        },
        stage,
        party,
        said,
        codes: codes(case, attempt, response, party),
        status: exchange.map(|exchange| exchange.status).filter(|status| *status != 0),
        exchange: end,
        place: exchange.map(|exchange| exchange.place.clone()),
        time: exchange.and_then(|exchange| exchange.started),
    }
}

/// The response says that it is none.
fn refuses(response: &Message) -> bool {
    response.status.is_some() && !response.succeeded()
}

/// Where an attempt failed, and at whose hands.
fn hands(attempt: &Attempt, response: Option<&Message>, end: Option<&Exchange>) -> (Stage, Party) {
    let status = end.map_or(0, |end| end.status);
    let between = match status {
        0 if end.is_some_and(held_by_browser) => Party::Browser,
        0 | 413 | 414 | 431 | 502..=504 | 520..=530 => Party::Between,
        _ => Party::Sp,
    };
    match attempt.outcome {
        Outcome::RefusedByIdp if response.is_some_and(refuses) => (Stage::Response, Party::Idp),
        Outcome::RefusedByIdp
            if attempt.credential_retries > 0
                && end
                    .and_then(|end| end.page.as_ref())
                    .is_some_and(|page| page.credentials_rejected) =>
        {
            (Stage::Authentication, Party::Idp)
        }
        Outcome::RefusedByIdp => (Stage::IdpRequest, Party::Idp),
        Outcome::Looping => (Stage::Session, Party::Sp),
        Outcome::DeniedAfterSignIn => (Stage::Landing, Party::Sp),
        Outcome::BrokenInTransit if attempt.consumption.is_some() => {
            // A redirect that drops the message is made by whoever stands in front of the service provider.
            let redirected = end.is_some_and(|end| redirect_of(end).is_some());
            (Stage::Consumption, if redirected { Party::Between } else { between })
        }
        Outcome::BrokenInTransit => {
            (Stage::Request, if between == Party::Sp { Party::Idp } else { between })
        }
        Outcome::SignOutFailed => (Stage::Logout, logout_party(response, end)),
        // Before any message: the service provider did not get as far as asking.
        _ if attempt.response.is_none() && attempt.request.is_none() => (Stage::Request, Party::Sp),
        _ => (Stage::Consumption, Party::Sp),
    }
}

/// The browser itself, by an extension, a rule or a policy, did not send the request.
fn held_by_browser(exchange: &Exchange) -> bool {
    exchange
        .failure
        .as_deref()
        .is_some_and(|failure| failure.to_ascii_uppercase().contains("BLOCKED"))
}

fn logout_party(response: Option<&Message>, end: Option<&Exchange>) -> Party {
    match (response.is_some_and(refuses), end.map(|end| end.side)) {
        (true, _) => match response.map(|response| response.kind) {
            Some(MessageKind::LogoutResponse) if end.is_some_and(|end| end.side == Side::Idp) => {
                Party::Sp
            }
            _ => Party::Idp,
        },
        (false, Some(Side::Sp)) => Party::Sp,
        (false, Some(Side::Idp)) => Party::Idp,
        _ => Party::Unknown,
    }
}

/// The words of a status that says no.
fn of_status(response: &Message, products: &Products) -> Option<Statement> {
    let message = response.status.as_ref()?.message.as_ref()?;
    let mut text = crate::redact::shown(&message.value, 300);
    // Some put the reason beside a message that only says that there is one.
    let detail = response.status.as_ref().and_then(|status| status.detail.as_deref());
    let detail = detail.map(|detail| crate::redact::shown(detail, 200));
    if let Some(detail) =
        detail.filter(|detail| !detail.is_empty() && !text.contains(detail.as_str()))
    {
        text = format!("{text} ({detail})");
    }
    let listener = Listener::to_anyone(products);
    let known = [Where::Status, Where::Page]
        .into_iter()
        .find_map(|place| listener.sentences(&message.value, place).into_iter().next());
    let known = known.map(|found| spoken::phrase(&found, &message.value, Part::Status)).and_then(
        |phrase| {
            // Whoever speaks in general words speaks from its own side.
            let meaning = if phrase.writer == Writer::Generic {
                spoken::at_side(&phrase, Side::Idp)
            } else {
                Some(phrase.meaning)
            };
            Some(Phrase { meaning: meaning?, ..phrase })
        },
    );
    let known = known.or_else(|| {
        // What is numbered is known by its number.
        let numbered =
            response.status.as_ref().is_some_and(|status| !status.vendor_codes.is_empty());
        let read = spoken::reason(&message.value, Part::Status).filter(|_| !numbered)?;
        Some(Phrase { meaning: spoken::at_side(&read, Side::Idp)?, ..read })
    });
    let known = known.unwrap_or_default();
    let exchange = response.delivered().and_then(|sighting| sighting.exchange);
    let place = Some(message.place.clone());
    (!text.is_empty()).then(|| Statement {
        text,
        ..reason::of_phrase(&Phrase { part: Part::Status, ..known }, exchange, place)
    })
}

/// What pages of the party stated, from where the message was handed over to the end.
fn on_pages(case: &Case, attempt: &Attempt, party: Party, end: Option<usize>) -> Vec<Statement> {
    let from = match party {
        Party::Sp | Party::Between => attempt.consumption.unwrap_or_default(),
        _ => 0,
    };
    let last = end.unwrap_or(usize::MAX);
    let mut indexes: Vec<usize> = attempt
        .exchanges
        .iter()
        .copied()
        .filter(|index| *index >= from && *index != last)
        .collect();
    indexes.reverse();
    indexes.truncate(BACK);
    let mut told: Vec<Statement> = Vec::new();
    // The page at the end first; then what was said on the way there.
    for index in end.into_iter().chain(indexes) {
        let Some(exchange) = case.exchanges.get(index) else { continue };
        let theirs = Some(index) == end
            || match party {
                Party::Idp => exchange.side == Side::Idp,
                Party::Sp => exchange.side == Side::Sp,
                _ => false,
            };
        // Pages on the way count where they say that something failed; a log-in page may speak of cookies.
        // So does what they hand on to the next page in a cookie or an address, in words of their own.
        let hands_on =
            |phrase: &Phrase| phrase.part == Part::Address && phrase.writer.product().is_some();
        let speaks = Some(index) == end
            || exchange.status >= 400
            || exchange.phrases.iter().any(hands_on)
            || exchange.page.as_ref().is_some_and(|page| page.error);
        if theirs && speaks {
            for statement in reason::statements(exchange, index) {
                if !told.iter().any(|known| known.text == statement.text) {
                    told.push(statement);
                }
            }
        }
    }
    told
}

/// Vendor codes the party gave.
fn codes(case: &Case, attempt: &Attempt, response: Option<&Message>, party: Party) -> Vec<String> {
    if party != Party::Idp && attempt.kind == AttemptKind::SignIn {
        return Vec::new();
    }
    let pages = attempt
        .exchanges
        .iter()
        .rev()
        .filter_map(|index| case.exchanges.get(*index))
        .filter(|exchange| exchange.side != Side::Sp);
    let on_pages = pages.flat_map(|exchange| {
        let codes = exchange.page.iter().flat_map(|page| &page.codes);
        codes.filter(|code| case.bears_on_saml(exchange, code))
    });
    let in_status = response
        .and_then(|response| response.status.as_ref())
        .into_iter()
        .flat_map(|status| &status.vendor_codes);
    let mut codes: Vec<String> = Vec::new();
    for code in in_status.chain(on_pages) {
        if !codes.contains(code) {
            codes.push(code.clone());
        }
    }
    codes
}
