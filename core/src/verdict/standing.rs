//! How each finding stands to each failure.

use diag_sdk::account::{AccountInfo, Standing};
use diag_sdk::case::attempt::Outcome;
use diag_sdk::case::judgement::Failure;
use diag_sdk::manifest::CheckInfo;
use diag_sdk::{Case, Finding, Severity, Stage};

/// How well a finding accounts for a failure; compared in order, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tier {
    /// The party stated this problem as its reason.
    Stated,
    /// A measured fact which that party must refuse, about the same attempt, at or before the failing step.
    Sufficient,
    /// A measured fact about the configuration that the attempt used.
    Configured,
    /// A difference that can be the cause.
    Possible,
}

impl Tier {
    /// One tier down: the same fact is true of a sign-in that worked.
    fn dropped(self) -> Self {
        match self {
            Self::Stated => Self::Stated,
            Self::Sufficient | Self::Configured | Self::Possible => Self::Possible,
        }
    }
}

/// How one finding stands to one failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// It accounts for it.
    Accounts(Tier),
    /// It shows it, and tells no cause.
    Shows,
    /// It is about such failures, but the party stated another reason.
    Contradicted,
    /// It has nothing to do with it.
    Unrelated,
}

/// Looks at a finding and a failure through what the check declares.
pub(super) fn stand(
    case: &Case,
    finding: &Finding,
    check: Option<&CheckInfo>,
    failure: &Failure,
) -> Stand {
    let Some(check) = check else { return Stand::Unrelated };
    let here = failure
        .attempt
        .as_ref()
        .is_none_or(|attempt| finding.attempts.is_empty() || finding.attempts.contains(attempt));
    if !here || finding.severity == Severity::Notice || acts_after(check.stage, failure.stage) {
        return Stand::Unrelated;
    }
    let accounts: Vec<AccountInfo> =
        if check.accounts.is_empty() { derived(&check.explains) } else { check.accounts.clone() };
    let best = accounts
        .iter()
        .filter_map(|account| Some((account.stands(failure)?, account.bare)))
        .min_by_key(|(standing, _)| *standing);
    match best {
        None => Stand::Unrelated,
        Some((_, true)) => Stand::Shows,
        Some((Standing::Contradicted, false)) => Stand::Contradicted,
        Some((standing, false)) => match tier(case, finding, failure, standing) {
            Tier::Possible if circles_unseen(case, failure) => Stand::Unrelated,
            tier => Stand::Accounts(tier),
        },
    }
}

fn tier(case: &Case, finding: &Finding, failure: &Failure, standing: Standing) -> Tier {
    let about_it =
        failure.attempt.as_ref().is_some_and(|attempt| finding.attempts.contains(attempt));
    let measured = finding.severity == Severity::Error && finding.certain;
    let tier = match (standing, measured, about_it) {
        (Standing::Stated, ..) => Tier::Stated,
        (_, true, true) => Tier::Sufficient,
        (_, true, false) => Tier::Configured,
        _ => Tier::Possible,
    };
    if true_where_it_worked(case, finding) { tier.dropped() } else { tier }
}

/// The sign-in goes in circles, and the capture holds no cookies. A cookie that does not come back is what makes nearly
/// all of them; where that cannot be seen, what is only possible beside it is no more than a guess.
fn circles_unseen(case: &Case, failure: &Failure) -> bool {
    let circles = |id: &String| {
        case.attempts.iter().any(|attempt| &attempt.id == id && attempt.outcome == Outcome::Looping)
    };
    case.removed_by_exporter.iter().any(|what| what == "cookies")
        && failure.attempt.as_ref().is_some_and(circles)
}

/// The finding is also about an attempt that worked.
fn true_where_it_worked(case: &Case, finding: &Finding) -> bool {
    let worked = |id: &String| {
        case.attempts
            .iter()
            .any(|attempt| &attempt.id == id && attempt.outcome == Outcome::SignedIn)
    };
    finding.attempts.iter().any(worked) || (finding.attempts.is_empty() && case.signed_in())
}

/// What acts only after the failing step is not its cause.
fn acts_after(problem: Stage, failure: Stage) -> bool {
    match failure {
        Stage::Request => problem > Stage::IdpRequest && problem < Stage::Observation,
        Stage::IdpRequest | Stage::Authentication | Stage::Response => {
            problem > Stage::Response && problem < Stage::Observation
        }
        _ => false,
    }
}

/// What a check that names only symptoms says of failures: a plugin of an earlier version.
fn derived(explains: &[String]) -> Vec<AccountInfo> {
    let account = |id: &str| match id {
        "flow/sp-refused-response" => Some(AccountInfo::from(&diag_sdk::Account::sp(&[]))),
        "flow/redirect-loop" => Some(AccountInfo::from(&diag_sdk::Account::looping(&[]))),
        "flow/idp-error-page" | "assertion/status-not-success" => {
            Some(AccountInfo::from(&diag_sdk::Account::idp(&[])))
        }
        "flow/logout-failed" => Some(AccountInfo::from(&diag_sdk::Account::logout(&[]))),
        _ => None,
    };
    explains.iter().filter_map(|id| account(id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Account;
    use diag_sdk::case::attempt::Attempt;
    use diag_sdk::case::judgement::Party;

    #[test]
    fn a_circle_without_cookies_is_not_blamed_on_what_is_only_possible() {
        let judged = |removed: &[&str], finding: Finding, outcome: Outcome| {
            let attempt = Attempt { id: "a1".into(), outcome, ..Attempt::default() };
            let case = Case {
                attempts: vec![attempt],
                removed_by_exporter: removed.iter().map(|what| (*what).to_owned()).collect(),
                ..Case::default()
            };
            let failure = Failure {
                attempt: Some("a1".into()),
                stage: Stage::Session,
                party: Party::Sp,
                ..Failure::default()
            };
            let check = CheckInfo {
                stage: Stage::Landing,
                accounts: vec![AccountInfo::from(&Account::sp_or_loop(&[]))],
                ..CheckInfo::default()
            };
            let finding = Finding { attempts: vec!["a1".into()], ..finding };
            stand(&case, &finding, Some(&check), &failure)
        };
        let (likely, measured) = (Finding::warning("w"), Finding::error("e"));
        let possible = Stand::Accounts(Tier::Possible);
        assert_eq!(judged(&["cookies"], likely.clone(), Outcome::Looping), Stand::Unrelated);
        assert_eq!(judged(&["bodies"], likely.clone(), Outcome::Looping), possible);
        assert_eq!(judged(&["cookies"], likely, Outcome::RefusedBySp), possible);
        assert_eq!(
            judged(&["cookies"], measured, Outcome::Looping),
            Stand::Accounts(Tier::Sufficient)
        );
    }
}
