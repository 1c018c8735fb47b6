//! The floor of judgement: what became of every message and how that is known, what failed, at
//! whose hands and in whose words. Written into the Case as plain facts, once, for every check.

mod addresses;
mod answers;
pub(crate) mod apart;
mod attempts;
mod connection;
mod consumption;
mod copies;
mod cover;
mod denied;
mod ending;
mod failures;
mod fate;
mod logged;
mod offsets;
mod reason;
mod signals;
mod unshown;
mod weights;
mod window;

#[cfg(test)]
mod tests;

use crate::bounds::Bounds;
use crate::story::cookies;
use diag_products::Products;
use diag_sdk::Case;
use std::collections::BTreeMap;

/// Writes down what the story and the messages amount to.
pub fn judge(case: &mut Case, products: &Products, bounds: &Bounds) {
    for assertion in case.messages.iter_mut().flat_map(|message| &mut message.assertions) {
        assertion.window = window::of(assertion);
    }
    consumptions(case);
    attempts::attempts(case, products, bounds);
    denied::by_answers(case);
    denied::by_landing(case);
    unshown::by_calls(case);
    case.lost_cookies = cookies::lost_cookies(case);
    answers::accept_answered(case);
    set_clocks(case);
    crate::log::bear(case);
    denied::by_logs(case);
    unshown::by_logs(case);
    case.failures = failures::failures(case, products);
    failures::write_back(case);
    copies::tell_apart(case);
    copies::describe(case);
    logged::note_other_times(case);
}

/// What would be consumed of each message, and what covers it.
fn consumptions(case: &mut Case) {
    let copies = cover::Copies::of(case);
    let judged: Vec<_> = case
        .messages
        .iter()
        .map(|message| {
            if !consumption::carries_assertions(message) {
                return (Vec::new(), false);
            }
            let keys = copies.for_issuer_of(message);
            (consumption::of(message, &keys), keys.known())
        })
        .collect();
    for (message, (consumptions, known)) in case.messages.iter_mut().zip(judged) {
        message.consumptions = consumptions;
        message.keys_known = known;
    }
}

fn set_clocks(case: &mut Case) {
    let attempts = attempts_by_message(case);
    let offsets: Vec<_> = case
        .messages
        .iter()
        .map(|message| {
            let attempt = attempts.get(&message.id).and_then(|index| case.attempts.get(*index));
            (
                offsets::sp(&case.clocks, message),
                offsets::idp(&case.clocks, &case.exchanges, message, attempt),
            )
        })
        .collect();
    for (message, (sp, idp)) in case.messages.iter_mut().zip(offsets) {
        message.sp_clock = sp;
        message.idp_clock = idp;
    }
}

/// The first attempt each message belongs to.
fn attempts_by_message(case: &Case) -> BTreeMap<String, usize> {
    let mut attempts = BTreeMap::new();
    for (index, attempt) in case.attempts.iter().enumerate() {
        for id in attempt.request.iter().chain(&attempt.response) {
            attempts.entry(id.clone()).or_insert(index);
        }
    }
    attempts
}
