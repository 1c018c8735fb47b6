//! Root cause before symptoms.
//!
//! Checks declare which findings follow from theirs. What nothing explains is a root cause; where
//! several remain they are independent and ordered: what a failed sign-in in the capture proves
//! first, then by where in the sign-in it acts.

use diag_sdk::case::attempt::{Attempt, AttemptKind, Outcome};
use diag_sdk::manifest::CheckInfo;
use diag_sdk::{Case, Finding, Need, Severity, Stage};
use serde::Serialize;
use std::collections::BTreeMap;

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
    /// Neither a sign-in that was tried to its end nor configuration to judge.
    Undetermined,
}

/// Findings in the order they are reported, with what explains what.
#[derive(Debug)]
pub struct Ranked {
    /// Findings: root causes first, then by severity and stage.
    pub findings: Vec<Finding>,
    /// For each finding, the indexes of the findings it explains.
    pub explains: Vec<Vec<usize>>,
    /// For each finding, the index of the finding that explains it best.
    pub explained_by: Vec<Option<usize>>,
    /// Indexes of the root causes, most decisive first.
    pub roots: Vec<usize>,
}

/// Orders findings and tells root causes from symptoms.
pub fn rank(case: &Case, findings: Vec<Finding>, checks: &[CheckInfo]) -> Ranked {
    let declared: BTreeMap<&str, &CheckInfo> = checks.iter().map(|check| (check.id.as_str(), check)).collect();
    let stage = |finding: &Finding| declared.get(finding.check.as_str()).map_or(Stage::Observation, |check| check.stage);
    let reach = |finding: &Finding| declared.get(finding.check.as_str()).map_or(0, |check| check.explains.len());

    let mut ordered = findings;
    ordered.sort_by_cached_key(|finding| {
        (
            std::cmp::Reverse(finding.severity),
            !proven_by_failure(case, finding),
            !finding.certain,
            stage(finding),
            std::cmp::Reverse(reach(finding)),
            finding.check.clone(),
            finding.places.first().and_then(|place| place.entry),
            finding.places.first().map(|place| (place.input.clone(), place.line, place.column)),
            finding.message.clone(),
        )
    });

    let names: Vec<Vec<&str>> = ordered
        .iter()
        .map(|finding| {
            let fixed = declared.get(finding.check.as_str()).map_or(&[][..], |check| check.explains.as_slice());
            fixed.iter().chain(&finding.also_explains).map(String::as_str).collect()
        })
        .collect();
    let explains = |cause: usize, symptom: usize| {
        let (a, b) = (&ordered[cause], &ordered[symptom]);
        a.check != b.check && a.severity >= b.severity && related(a, b) && names[cause].iter().any(|name| names_check(name, &b.check))
    };
    // Where two explain each other, the one ranked first is the cause.
    let causes_of = |symptom: usize| {
        (0..ordered.len())
            .filter(move |cause| *cause != symptom && explains(*cause, symptom) && !(explains(symptom, *cause) && symptom < *cause))
    };
    let mut explained = vec![Vec::new(); ordered.len()];
    let mut explained_by: Vec<Option<usize>> = Vec::with_capacity(ordered.len());
    for symptom in 0..ordered.len() {
        let causes: Vec<usize> = causes_of(symptom).collect();
        for cause in &causes {
            if let Some(symptoms) = explained.get_mut(*cause) {
                symptoms.push(symptom);
            }
        }
        explained_by.push(causes.first().copied());
    }
    break_circles(&mut explained_by);
    let mut roots: Vec<usize> =
        (0..ordered.len()).filter(|index| ordered[*index].severity == Severity::Error && explained_by[*index].is_none()).collect();
    // A cause that accounts for what was seen outranks one that accounts for nothing.
    roots.sort_by_key(|index| {
        let finding = &ordered[*index];
        (
            !proven_by_failure(case, finding),
            explained[*index].is_empty() && !proven_by_failure(case, finding),
            !finding.certain,
            stage(finding),
            *index,
        )
    });
    reorder(ordered, &explained, &explained_by, &roots)
}

/// Puts root causes first and renumbers everything that refers to positions.
fn reorder(ordered: Vec<Finding>, explained: &[Vec<usize>], explained_by: &[Option<usize>], roots: &[usize]) -> Ranked {
    let mut order = roots.to_vec();
    order.extend((0..ordered.len()).filter(|index| !roots.contains(index)));
    let mut position = vec![0; ordered.len()];
    for (new, old) in order.iter().enumerate() {
        position[*old] = new;
    }
    let mut slots: Vec<Option<Finding>> = ordered.into_iter().map(Some).collect();
    Ranked {
        findings: order.iter().filter_map(|old| slots[*old].take()).collect(),
        explains: order
            .iter()
            .map(|old| {
                let mut list: Vec<usize> = explained[*old].iter().map(|symptom| position[*symptom]).collect();
                list.sort_unstable();
                list
            })
            .collect(),
        explained_by: order.iter().map(|old| explained_by[*old].map(|cause| position[cause])).collect(),
        roots: (0..roots.len()).collect(),
    }
}

/// Follows each chain of causes; a chain that returns to its start is cut there.
fn break_circles(explained_by: &mut [Option<usize>]) {
    for start in 0..explained_by.len() {
        let mut at = start;
        for _ in 0..=explained_by.len() {
            let Some(next) = explained_by[at] else { break };
            if next == start {
                explained_by[start] = None;
                break;
            }
            at = next;
        }
    }
}

fn names_check(name: &str, check: &str) -> bool {
    match name.strip_suffix("/*") {
        Some(family) => check.split('/').next() == Some(family),
        None => name == check,
    }
}

/// Findings about different attempts, messages or documents have nothing to do with each other.
fn related(a: &Finding, b: &Finding) -> bool {
    let share_attempt = a.attempts.is_empty() || b.attempts.is_empty() || a.attempts.iter().any(|attempt| b.attempts.contains(attempt));
    let same_subject = match (&a.subject, &b.subject) {
        (Some(left), Some(right)) => left == right || left.chars().next() != right.chars().next(),
        _ => true,
    };
    share_attempt && same_subject
}

/// The finding is about an attempt that failed in the capture.
fn proven_by_failure(case: &Case, finding: &Finding) -> bool {
    finding.attempts.iter().any(|id| case.attempts.iter().any(|attempt| &attempt.id == id && failed(attempt)))
}

/// The attempt was tried to its end and did not lead where the person wanted.
pub fn failed(attempt: &Attempt) -> bool {
    matches!(
        attempt.outcome,
        Outcome::RefusedByIdp
            | Outcome::RefusedBySp
            | Outcome::Looping
            | Outcome::DeniedAfterSignIn
            | Outcome::BrokenInTransit
            | Outcome::SignOutFailed
    )
}

/// The verdict on the whole Case.
pub fn verdict(case: &Case, ranked: &Ranked) -> Verdict {
    let errors = ranked.findings.iter().any(|finding| finding.severity == Severity::Error);
    let sign_ins: Vec<&Attempt> =
        case.attempts.iter().filter(|attempt| attempt.kind == AttemptKind::SignIn && attempt.outcome != Outcome::Abandoned).collect();
    let signed_in = sign_ins.iter().any(|attempt| attempt.outcome == Outcome::SignedIn);
    let undecided = !sign_ins.is_empty() && sign_ins.iter().all(|attempt| attempt.outcome == Outcome::Incomplete);
    let about_failure = ranked.findings.iter().any(|finding| finding.severity == Severity::Error && proven_by_failure(case, finding));
    if case.attempts.iter().any(failed) && (errors || !signed_in) {
        Verdict::Broken
    } else if errors {
        if signed_in && !about_failure { Verdict::AtRisk } else { Verdict::Broken }
    } else if signed_in {
        Verdict::Healthy
    } else if undecided || !has_configuration(case) {
        Verdict::Undetermined
    } else {
        Verdict::Healthy
    }
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
        Need::Application,
        Need::ServicePrincipal,
    ]
    .into_iter()
    .any(|need| case.has(need))
}
