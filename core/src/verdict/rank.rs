//! The order of findings: the smallest set of causes that covers every failure first.

use super::because::{self, Because};
use super::links::{Links, break_circles};
use super::standing::{Stand, Tier, stand};
use diag_sdk::manifest::CheckInfo;
use diag_sdk::{Case, Class, Finding, Severity, Stage};
use std::cmp::Reverse;
use std::collections::BTreeMap;

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
    /// For each root cause, why it is named.
    pub because: Vec<Because>,
    /// Index of the first finding that is about a policy: those stand last, explain nothing and decide nothing.
    pub kept_apart: usize,
}

/// Orders findings and tells root causes from symptoms.
pub fn rank(case: &Case, findings: Vec<Finding>, checks: &[CheckInfo]) -> Ranked {
    let declared: BTreeMap<&str, &CheckInfo> =
        checks.iter().map(|check| (check.id.as_str(), check)).collect();
    let stage = |finding: &Finding| {
        declared.get(finding.check.as_str()).map_or(Stage::Observation, |check| check.stage)
    };
    let reach = |finding: &Finding| {
        declared.get(finding.check.as_str()).map_or(0, |check| check.explains.len())
    };
    let stands_of = |finding: &Finding| -> Vec<Stand> {
        let check = declared.get(finding.check.as_str()).copied();
        case.failures.iter().map(|failure| stand(case, finding, check, failure)).collect()
    };

    // A rule of one's own that is not kept breaks nothing, and nothing that broke follows from it.
    let policy = |finding: &Finding| {
        declared.get(finding.check.as_str()).is_some_and(|check| check.class == Class::Policy)
    };
    let (mut policies, findings): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(policy);
    policies.sort_by_cached_key(|finding| {
        let place = finding
            .places
            .first()
            .map(|place| (place.input.clone(), place.entry, place.line, place.column));
        (Reverse(finding.severity), finding.check.clone(), place, finding.message.clone())
    });
    let mut ordered: Vec<(Finding, Vec<Stand>)> = findings
        .into_iter()
        .map(|finding| (stands_of(&finding), finding))
        .map(|(stands, finding)| (finding, stands))
        .collect();
    promote(&mut ordered);
    account_for_what_is_stated(case, &mut ordered, &declared);
    ordered.sort_by_cached_key(|(finding, stands)| {
        (
            Reverse(finding.severity),
            best(stands).map_or(u8::MAX, |tier| tier as u8),
            !about_failure(case, finding),
            !finding.certain,
            stage(finding),
            Reverse(reach(finding)),
            finding.check.clone(),
            finding.places.first().and_then(|place| place.entry),
            finding.places.first().map(|place| (place.input.clone(), place.line, place.column)),
            finding.message.clone(),
        )
    });
    let (ordered, stands): (Vec<Finding>, Vec<Vec<Stand>>) = ordered.into_iter().unzip();

    let links = Links { findings: &ordered, stands: &stands, declared: &declared };
    let mut explained = vec![Vec::new(); ordered.len()];
    let mut explained_by: Vec<Option<usize>> = Vec::with_capacity(ordered.len());
    for symptom in 0..ordered.len() {
        // Where two explain each other, the one ranked first is the cause.
        let is_cause = |cause: &usize| {
            *cause != symptom
                && links.explains(*cause, symptom)
                && !(links.explains(symptom, *cause) && symptom < *cause)
        };
        let causes: Vec<usize> = (0..ordered.len()).filter(is_cause).collect();
        for cause in &causes {
            if let Some(symptoms) = explained.get_mut(*cause) {
                symptoms.push(symptom);
            }
        }
        explained_by.push(causes.first().copied());
    }
    break_circles(&mut explained_by);
    let roots = roots(case, &ordered, &stands, &explained_by);
    // What leads follows from nothing: whoever explained it does not account for the failure.
    for root in &roots {
        if let Some(cause) = explained_by[*root].take() {
            explained[cause].retain(|symptom| symptom != root);
        }
    }
    let because = roots.iter().map(|root| because::of(case, &ordered, &stands, *root)).collect();
    let mut ranked = reorder(ordered, &explained, &explained_by, &roots, because);
    ranked.explains.extend(policies.iter().map(|_| Vec::new()));
    ranked.explained_by.extend(policies.iter().map(|_| None));
    ranked.findings.extend(policies);
    ranked
}

/// A finding that accounts for a failure that was observed is an error, if only a likely one, where nothing measured does.
fn promote(findings: &mut [(Finding, Vec<Stand>)]) {
    let failures = findings.first().map_or(0, |(_, stands)| stands.len());
    for failure in 0..failures {
        let measured = findings.iter().any(|(finding, stands)| {
            finding.severity == Severity::Error
                && matches!(stands.get(failure), Some(Stand::Accounts(_)))
        });
        let stated = findings.iter().any(|(finding, stands)| {
            finding.severity == Severity::Error
                && matches!(stands.get(failure), Some(Stand::Accounts(Tier::Stated)))
        });
        for (finding, stands) in findings.iter_mut() {
            let leads = match stands.get(failure) {
                Some(Stand::Accounts(Tier::Stated)) => !stated,
                Some(Stand::Accounts(_)) => !measured && !finding.attempts.is_empty(),
                _ => false,
            };
            if leads && finding.severity == Severity::Warning {
                finding.severity = Severity::Error;
                finding.certain = false;
            }
        }
    }
}

/// A measured fact about the attempt that failed, from which what the party states follows, accounts for the failure as well as the
/// statement does, in whatever words it was made: the cookie stayed away because the response was posted elsewhere.
fn account_for_what_is_stated(
    case: &Case,
    findings: &mut [(Finding, Vec<Stand>)],
    declared: &BTreeMap<&str, &CheckInfo>,
) {
    for (number, failure) in case.failures.iter().enumerate() {
        let Some(attempt) = &failure.attempt else { continue };
        let is_stated = |(finding, stands): &&(Finding, Vec<Stand>)| {
            finding.attempts.contains(attempt)
                && matches!(stands.get(number), Some(Stand::Accounts(Tier::Stated)))
        };
        let stated: Vec<String> =
            findings.iter().filter(is_stated).map(|(finding, _)| finding.check.clone()).collect();
        for (finding, stands) in findings.iter_mut() {
            // Where it went was decided before anybody read it, and shows in the capture.
            let explains = declared.get(finding.check.as_str()).is_some_and(|check| {
                check.stage == Stage::Response
                    && stated.iter().any(|name| check.explains.contains(name))
            });
            // Another document may be that of somebody who takes no part.
            let captured = failure
                .place
                .as_ref()
                .is_some_and(|place| finding.places.iter().all(|other| other.input == place.input));
            let measured = finding.severity == Severity::Error && finding.certain && captured;
            if explains
                && measured
                && finding.attempts.contains(attempt)
                && let Some(stand) = stands.get_mut(number)
                && *stand == Stand::Contradicted
            {
                *stand = Stand::Accounts(Tier::Stated);
            }
        }
    }
}

/// The best tier by which a finding accounts for any failure.
fn best(stands: &[Stand]) -> Option<Tier> {
    stands
        .iter()
        .filter_map(|stand| if let Stand::Accounts(tier) = stand { Some(*tier) } else { None })
        .min()
}

/// The finding is about an attempt that failed in the capture.
fn about_failure(case: &Case, finding: &Finding) -> bool {
    finding
        .attempts
        .iter()
        .any(|id| case.attempts.iter().any(|attempt| &attempt.id == id && attempt.failed()))
}

/// What leads: for every failure the findings that account for it best; without failures every error
/// that nothing explains. Findings are in order, so that the roots are, too.
fn roots(
    case: &Case,
    findings: &[Finding],
    stands: &[Vec<Stand>],
    explained_by: &[Option<usize>],
) -> Vec<usize> {
    let open: Vec<usize> = (0..findings.len())
        .filter(|index| {
            findings[*index].severity == Severity::Error && explained_by[*index].is_none()
        })
        .collect();
    if case.failures.is_empty() {
        return open;
    }
    let mut roots: Vec<usize> = Vec::new();
    for failure in 0..case.failures.len() {
        let tier = |index: &usize| match stands[*index].get(failure) {
            Some(Stand::Accounts(tier)) => Some(*tier),
            _ => None,
        };
        // Explained by what does not account for this failure itself, it still is its cause.
        let leads = |index: &usize| {
            findings[*index].severity == Severity::Error
                && explained_by[*index].is_none_or(|cause| tier(&cause).is_none())
        };
        let covering: Vec<usize> =
            (0..findings.len()).filter(|index| leads(index) && tier(index).is_some()).collect();
        let best = covering.iter().filter_map(tier).min();
        let mut leading: Vec<usize> =
            covering.into_iter().filter(|index| tier(index) == best).collect();
        if best == Some(Tier::Possible) {
            // What is only possible is named once; the others stay in sight as errors of their own.
            leading.truncate(1);
        }
        if leading.is_empty() {
            let shows = |index: &usize| matches!(stands[*index].get(failure), Some(Stand::Shows));
            leading.extend(open.iter().copied().find(shows));
        }
        roots.extend(leading);
    }
    // Failures that no finding shows, and errors about attempts that did not fail as such.
    if roots.is_empty() {
        return open;
    }
    roots.sort_unstable();
    roots.dedup();
    roots
}

/// Puts root causes first and renumbers everything that refers to positions.
fn reorder(
    ordered: Vec<Finding>,
    explained: &[Vec<usize>],
    explained_by: &[Option<usize>],
    roots: &[usize],
    because: Vec<Because>,
) -> Ranked {
    let mut order = roots.to_vec();
    order.extend((0..ordered.len()).filter(|index| !roots.contains(index)));
    let mut position = vec![0; ordered.len()];
    for (new, old) in order.iter().enumerate() {
        position[*old] = new;
    }
    let mut slots: Vec<Option<Finding>> = ordered.into_iter().map(Some).collect();
    Ranked {
        kept_apart: order.len(),
        findings: order.iter().filter_map(|old| slots[*old].take()).collect(),
        explains: order
            .iter()
            .map(|old| {
                let mut list: Vec<usize> =
                    explained[*old].iter().map(|symptom| position[*symptom]).collect();
                list.sort_unstable();
                list
            })
            .collect(),
        explained_by: order
            .iter()
            .map(|old| explained_by[*old].map(|cause| position[cause]))
            .collect(),
        roots: (0..roots.len()).collect(),
        because,
    }
}
