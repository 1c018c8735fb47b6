//! What was looked at about a failure and is as it should be: for people who ask what else it may be.

use diag_sdk::case::judgement::Failure;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::{Case, Meaning, address};

/// Offsets of clocks up to this many seconds harm nobody: every product allows for more.
const CLOCKS_AGREE: f64 = 5.0;

/// One line for each thing that is not the reason.
pub(super) fn of(case: &Case, failure: &Failure) -> Vec<String> {
    let Some(response) = failure
        .message
        .as_deref()
        .and_then(|id| case.message(id))
        .filter(|message| message.kind == MessageKind::Response)
    else {
        return Vec::new();
    };
    [
        clocks(response),
        window(response),
        signature(response),
        destination(response),
        answers(case, failure, response),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the capture shows against the reason that was stated, where it does.
pub(super) fn against_what_was_stated(case: &Case, failure: &Failure) -> Option<String> {
    let response = failure
        .message
        .as_deref()
        .and_then(|id| case.message(id))
        .filter(|message| message.kind == MessageKind::Response)?;
    let stated = |meanings: &[Meaning]| failure.means(meanings);
    if stated(&[Meaning::Signature]) {
        signature(response)
    } else if stated(&[Meaning::Expired, Meaning::NotYetValid]) {
        window(response).and(clocks(response)).map(|clocks| format!("validity and {clocks}"))
    } else if stated(&[Meaning::Destination]) {
        destination(response)
    } else if stated(&[Meaning::InResponseTo]) {
        answers(case, failure, response)
    } else {
        None
    }
}

fn clocks(response: &Message) -> Option<String> {
    let offsets = [response.sp_clock.as_ref()?, response.idp_clock.as_ref()?];
    let worst = offsets.iter().map(|offset| offset.ahead_seconds.abs()).fold(0.0, f64::max);
    (worst <= CLOCKS_AGREE).then(|| format!("clocks: within {worst:.0} s of the browser's"))
}

fn window(response: &Message) -> Option<String> {
    let at = response.delivered_at()?;
    let bounded = response.assertions.iter().filter(|assertion| assertion.window.end.is_some());
    let holds = bounded.clone().next().is_some()
        && bounded.clone().all(|assertion| assertion.window.holds(at));
    holds.then(|| "validity: handed over within the time the assertion allows".to_owned())
}

fn signature(response: &Message) -> Option<String> {
    let covering = response.consumptions.first()?.covered_by?;
    let known = response
        .signatures
        .get(covering)?
        .verified_by
        .iter()
        .find(|key| !key.metadata.is_empty() || key.registered)?;
    Some(format!("signature: covers the assertion and verifies with {}", known.subject))
}

fn destination(response: &Message) -> Option<String> {
    let (to, destination) = (response.delivered_to()?, response.destination.as_ref()?);
    address::reaches(&destination.value, to)
        .then(|| "destination: the URL it was posted to".to_owned())
}

fn answers(case: &Case, failure: &Failure, response: &Message) -> Option<String> {
    let attempt =
        case.attempts.iter().find(|attempt| Some(&attempt.id) == failure.attempt.as_ref())?;
    let request = attempt.request.as_deref().and_then(|id| case.message(id))?;
    let same = request.xml_id.as_ref()?.value == response.in_response_to.as_ref()?.value;
    same.then(|| "InResponseTo: the request of this sign-in".to_owned())
}
