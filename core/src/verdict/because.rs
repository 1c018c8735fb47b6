//! Why a root cause is named, and what would unseat it: one line each, for people.

use super::ruled_out;
use super::standing::{Stand, Tier};
use diag_sdk::case::judgement::Party;
use diag_sdk::{Case, Finding};
use serde::Serialize;

/// Why a finding leads.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Because {
    /// Named because …
    pub named_because: String,
    /// Would be dropped if …
    pub dropped_if: String,
    /// What would lead in its place: the id of a check.
    pub runner_up: Option<String>,
    /// What was looked at and is as it should be.
    pub ruled_out: Vec<String>,
}

/// Says why the finding at `root` leads.
pub(super) fn of(case: &Case, findings: &[Finding], stands: &[Vec<Stand>], root: usize) -> Because {
    let own = stands.get(root).map(Vec::as_slice).unwrap_or_default();
    let accounted = own.iter().enumerate().filter_map(|(failure, stand)| match stand {
        Stand::Accounts(tier) => Some((*tier, failure)),
        _ => None,
    });
    let best = accounted.min();
    let failure = best
        .map(|(_, failure)| failure)
        .or_else(|| own.iter().position(|stand| *stand == Stand::Shows));
    let runner_up = failure.and_then(|failure| runner_up(findings, stands, root, failure));
    let party = failure
        .and_then(|failure| case.failures.get(failure))
        .map_or("the other side", |failure| name(failure.party));
    let (named_because, dropped_if) = match (best.map(|(tier, _)| tier), failure) {
        (Some(Tier::Stated), _) => (
            format!("{party} states this as its reason"),
            "the facts spoke against what is stated".to_owned(),
        ),
        (Some(Tier::Sufficient), _) => (
            format!("it is measured in the sign-in that failed, and {party} must refuse for it"),
            format!("{party} stated another reason, or a sign-in worked with the same"),
        ),
        (Some(Tier::Configured), _) => (
            format!("the files show it, it can only end so, and {party} gives no other reason"),
            "a sign-in worked with the same configuration".to_owned(),
        ),
        (Some(Tier::Possible), _) => (
            format!(
                "it can be the cause, and nothing measured accounts for the failure; {party} does not say"
            ),
            format!("{party}'s log named another reason"),
        ),
        (None, Some(_)) => (
            "nothing in the files accounts for this failure".to_owned(),
            "a file that is missing, or the log, showed the reason".to_owned(),
        ),
        (None, None) if super::shows_a_refusal(case, &findings[root]) => (
            "the capture shows it".to_owned(),
            "the log of who refused named another reason".to_owned(),
        ),
        (None, None) => (
            "the files show it, and by the products' rules it cannot work".to_owned(),
            "a capture showed a sign-in that works with it".to_owned(),
        ),
    };
    let against = failure
        .and_then(|failure| case.failures.get(failure))
        .and_then(|failure| ruled_out::against_what_was_stated(case, failure));
    let named_because = match against {
        Some(shown) => format!("{named_because}; what is stated is not borne out ({shown})"),
        None => named_because,
    };
    let ruled_out = failure
        .and_then(|failure| case.failures.get(failure))
        .map(|failure| ruled_out::of(case, failure))
        .unwrap_or_default();
    Because { named_because, dropped_if, runner_up, ruled_out }
}

/// The next finding that accounts for the same failure.
fn runner_up(
    findings: &[Finding],
    stands: &[Vec<Stand>],
    root: usize,
    failure: usize,
) -> Option<String> {
    let accounts = |index: &usize| matches!(stands[*index].get(failure), Some(Stand::Accounts(_)));
    let other = |index: &usize| *index != root && findings[*index].check != findings[root].check;
    (0..findings.len()).filter(accounts).find(other).map(|index| findings[index].check.clone())
}

fn name(party: Party) -> &'static str {
    match party {
        Party::Idp => "the identity provider",
        Party::Sp => "the service provider",
        Party::Between => "what stands between the two",
        Party::Browser => "the browser",
        Party::Unknown => "the other side",
    }
}
