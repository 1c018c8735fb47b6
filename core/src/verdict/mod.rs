//! Root cause before symptoms: a verdict that reasons over failures.
//!
//! Checks declare which failures their findings account for. For every failure of the Case the best
//! account leads: what the party *stated* as its reason and the facts bear out, then a measured fact
//! that the party must refuse, then a difference that can be the cause, and the bare symptom only
//! where nothing accounts for the failure. What contradicts a stated reason is no cause of it.

mod because;
mod links;
mod rank;
mod ruled_out;
mod standing;

pub use because::Because;
pub use rank::{Ranked, rank};

use diag_sdk::case::attempt::{Actor, Attempt, AttemptKind, Outcome};
use diag_sdk::case::input::InputKind;
use diag_sdk::{Case, Finding, Need, Place, Severity};
use serde::Serialize;

/// The answer to: why does this sign-in fail?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every attempt that was not abandoned ended signed in, and nothing is at error level.
    Healthy,
    /// Signed in, but an error in the configuration will break it.
    AtRisk,
    /// An attempt failed, or the configuration cannot work.
    Broken,
    /// Neither a sign-in that was tried to its end nor configuration alone to judge, the fate of the last response is open, or
    /// checks crashed where nothing else stands against health.
    Undetermined,
}

/// The verdict on the whole Case, by what was found. What checks would have found that crashed is the report's to ask.
pub fn verdict(case: &Case, ranked: &Ranked) -> Verdict {
    let findings = ranked.findings.get(..ranked.kept_apart).unwrap_or(&ranked.findings);
    let errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    let sign_ins: Vec<&Attempt> = case
        .attempts
        .iter()
        .filter(|attempt| {
            attempt.kind == AttemptKind::SignIn && attempt.outcome != Outcome::Abandoned
        })
        .collect();
    let on_the_way = |attempt: &Attempt| {
        attempt.outcome == Outcome::SignedIn && goes_on_from_a_broker(attempt, &sign_ins)
    };
    let signed_in =
        sign_ins.iter().any(|attempt| attempt.outcome == Outcome::SignedIn && !on_the_way(attempt));
    let undecided = !sign_ins.is_empty()
        && sign_ins
            .iter()
            .all(|attempt| attempt.outcome == Outcome::Incomplete || on_the_way(attempt));
    let failed = case.attempts.iter().any(Attempt::failed);
    let about_failure = findings.iter().any(|finding| {
        let of_failed =
            |id: &String| case.attempts.iter().any(|attempt| &attempt.id == id && attempt.failed());
        finding.severity == Severity::Error
            && (finding.attempts.iter().any(of_failed) || shows_a_refusal(case, finding))
    });
    if failed && (errors || !signed_in) {
        Verdict::Broken
    } else if errors {
        if signed_in && !about_failure { Verdict::AtRisk } else { Verdict::Broken }
    } else if signed_in {
        Verdict::Healthy
    } else if undecided
        || !case.failures.is_empty()
        || !case.exchanges.is_empty()
        || has_capture(case)
        || !has_configuration(case)
    {
        Verdict::Undetermined
    } else {
        Verdict::Healthy
    }
}

/// Who took the response is an identity provider for another sign-in that was begun before and shows no end.
fn goes_on_from_a_broker(attempt: &Attempt, sign_ins: &[&Attempt]) -> bool {
    let to_a_broker = attempt.steps.iter().any(|step| {
        step.message.is_some() && step.message == attempt.response && step.to == Actor::Broker
    });
    to_a_broker
        && sign_ins
            .iter()
            .any(|outer| outer.outcome == Outcome::Incomplete && outer.started < attempt.started)
}

/// The finding is about something the capture shows to have been refused outside of any attempt.
pub(crate) fn shows_a_refusal(case: &Case, finding: &Finding) -> bool {
    let refused = |place: &Place| {
        let mut exchanges = case.exchanges.iter().filter(|_| place.entry.is_some());
        let exchange = exchanges.find(|exchange| exchange.place == *place);
        exchange.is_some_and(|exchange| {
            let says_so = exchange.page.as_ref().is_some_and(|page| page.error);
            exchange.navigation && (exchange.status >= 400 || says_so)
        })
    };
    finding.attempts.is_empty() && finding.places.first().is_some_and(refused)
}

/// A capture was handed in, be it that nothing of it could be read: somebody recorded what fails.
fn has_capture(case: &Case) -> bool {
    case.inputs.iter().any(|input| input.kind == InputKind::Har)
}

/// Something of either side's configuration was handed in.
fn has_configuration(case: &Case) -> bool {
    [
        Need::IdpMetadata,
        Need::IdpMetadataInSp,
        Need::SpMetadata,
        Need::SpMetadataInIdp,
        Need::Virtualproxyconfig,
        Need::Proxyservice,
    ]
    .into_iter()
    .any(|need| case.has(need))
        // An application of another protocol configures no sign-in by SAML.
        || case.relevant_registrations().any(|registration| !registration.objects.is_empty())
}
