//! What differs in meaning between two cases: one in which a sign-in works, and one in which it does not.
//!
//! Facts are compared, not texts: identifiers, times and random values differ in every sign-in and mean nothing. Of
//! times only lengths are compared, of persons only the shape of what is said of them, of secrets nothing.

mod facts;
mod scene;

use crate::report::{Report, ReportedFinding};
use diag_sdk::{Case, Difference, Severity, difference};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Most differences that are told: two cases that share nothing have no difference that matters.
const MOST: usize = 200;

/// One side of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Side<'c> {
    /// Its facts.
    pub case: &'c Case,
    /// What was found in it.
    pub report: &'c Report,
}

/// What differs between a working and a failing case.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contrast {
    /// Findings of the failing case that the working one does not have, root causes first.
    pub only_in_failing: Vec<Found>,
    /// Findings of both: whatever they are, they do not make the difference.
    pub in_both: Vec<Found>,
    /// Facts that differ; first those that a root cause of the failing case names.
    pub differences: Vec<Contrasted>,
    /// How many further differences there are.
    pub more: usize,
    /// How many facts are the same in both.
    pub same: usize,
    /// What only one side has, so that it could not be compared.
    pub not_compared: Vec<OneSided>,
}

/// A finding, in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Found {
    /// The check.
    pub check: String,
    /// How severe it is in the failing case.
    pub severity: Severity,
    /// What was found there.
    pub message: String,
    /// It is a root cause there.
    pub root_cause: bool,
}

/// A fact with two values.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contrasted {
    /// What it is a fact about, such as the request.
    pub about: String,
    /// Which fact.
    pub fact: String,
    /// Its values in the working case; none where it is not said there.
    pub working: Vec<String>,
    /// Its values in the failing case.
    pub failing: Vec<String>,
    /// In what the two differ, where they nearly are the same.
    pub difference: Option<Difference>,
    /// A root cause of the failing case compares this very value.
    pub named_as_cause: bool,
}

/// Something that only one side has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OneSided {
    /// What it is.
    pub about: String,
    /// The working case has it; else the failing one.
    pub in_working: bool,
}

/// Compares two cases.
pub fn contrast(working: Side<'_>, failing: Side<'_>) -> Contrast {
    let (good, bad) = (scene::of(working.case), scene::of(failing.case));
    let mut out = Contrast::default();
    for about in good.keys().chain(bad.keys()).collect::<BTreeSet<_>>() {
        match (good.get(about), bad.get(about)) {
            (Some(good), Some(bad)) => out.facts(*about, good, bad),
            (left, _) => {
                out.not_compared.push(OneSided { about: about.name(), in_working: left.is_some() });
            }
        }
    }
    let named = named_values(failing.report);
    for one in &mut out.differences {
        one.named_as_cause =
            one.working.iter().chain(&one.failing).any(|value| named.contains(value.as_str()));
    }
    out.differences.sort_by_key(|one| !one.named_as_cause);
    out.more = out.differences.len().saturating_sub(MOST);
    out.differences.truncate(MOST);
    out.findings(working.report, failing.report);
    out
}

impl Contrast {
    fn facts(&mut self, about: scene::Topic, good: &facts::Facts, bad: &facts::Facts) {
        for fact in good.keys().chain(bad.keys()).collect::<BTreeSet<_>>() {
            let none = BTreeSet::new();
            let (left, right) = (good.get(fact).unwrap_or(&none), bad.get(fact).unwrap_or(&none));
            if left == right {
                self.same += 1;
                continue;
            }
            let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
                one.difference(other).cloned().collect::<Vec<String>>()
            };
            let (working, failing) = (only(left, right), only(right, left));
            let difference = match (working.as_slice(), failing.as_slice()) {
                ([working], [failing]) => difference::between(working, failing)
                    .filter(|near| *near != Difference::Unrelated),
                _ => None,
            };
            // Steps that follow a step that differs, differ for that reason.
            if about == scene::Topic::Steps
                && self.differences.last().is_some_and(|last| last.about == about.name())
            {
                continue;
            }
            self.differences.push(Contrasted {
                about: about.name(),
                fact: fact.clone(),
                working,
                failing,
                difference,
                named_as_cause: false,
            });
        }
    }

    fn findings(&mut self, working: &Report, failing: &Report) {
        // What was a notice and is an error now is new.
        let mut known: BTreeMap<&str, Severity> = BTreeMap::new();
        for finding in &working.findings {
            let worst = known.entry(finding.check.as_str()).or_insert(finding.severity);
            *worst = finding.severity.max(*worst);
        }
        let mut seen = BTreeSet::new();
        let weighty =
            failing.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
        let mut findings: Vec<&ReportedFinding> = weighty.collect();
        findings.sort_by_key(|finding| {
            failing.root_causes.iter().position(|id| *id == finding.id).unwrap_or(usize::MAX)
        });
        for finding in findings {
            if !seen.insert((finding.check.as_str(), finding.message.as_str())) {
                continue;
            }
            let found = Found {
                check: finding.check.clone(),
                severity: finding.severity,
                message: finding.message.clone(),
                root_cause: failing.root_causes.contains(&finding.id),
            };
            let as_bad =
                known.get(finding.check.as_str()).is_some_and(|worst| *worst >= finding.severity);
            if as_bad { self.in_both.push(found) } else { self.only_in_failing.push(found) }
        }
    }
}

/// Values that root causes compare.
fn named_values(report: &Report) -> BTreeSet<&str> {
    let roots = report.root_causes.iter().filter_map(|id| report.finding(id));
    roots
        .flat_map(|root| [root.expected.as_deref(), root.actual.as_deref()])
        .flatten()
        .filter(|value| !value.is_empty())
        .collect()
}

/// Where facts stand by topic.
type Scene = BTreeMap<scene::Topic, facts::Facts>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::Run;
    use diag_products::Products;
    use diag_sdk::Sited;
    use diag_sdk::case::attempt::{Attempt, Outcome};
    use diag_sdk::case::message::{AuthnRequest, Message, MessageKind};

    fn case(acs: &str, outcome: Outcome, id: &str) -> Case {
        let request = AuthnRequest {
            acs_url: Some(Sited::new(acs.to_owned(), diag_sdk::Place::default())),
            ..AuthnRequest::default()
        };
        let message = Message {
            id: "m1".into(),
            kind: MessageKind::AuthnRequest,
            xml_id: Some(Sited::new(id.to_owned(), diag_sdk::Place::default())),
            request: Some(request),
            ..Message::default()
        };
        let attempt =
            Attempt { id: "a1".into(), outcome, request: Some("m1".into()), ..Attempt::default() };
        Case { messages: vec![message], attempts: vec![attempt], ..Case::default() }
    }

    fn compared(good: &Case, bad: &Case) -> Contrast {
        let report = |case: &Case| Report::new(case, Run::default(), &[], &Products::builtin());
        contrast(
            Side { case: good, report: &report(good) },
            Side { case: bad, report: &report(bad) },
        )
    }

    #[test]
    fn what_differs_is_named_and_what_always_differs_is_not() {
        let good = case("https://sp.example/acs", Outcome::SignedIn, "_1");
        let bad = case("https://sp.example/acs/", Outcome::RefusedByIdp, "_2");
        let found = compared(&good, &bad);
        let url: Vec<&Contrasted> =
            found.differences.iter().filter(|one| one.about == "Request").collect();
        assert_eq!(url.len(), 1, "{:?}", found.differences);
        assert_eq!(url[0].difference, Some(Difference::TrailingSlash));
        assert_eq!(
            (url[0].working[0].as_str(), url[0].failing[0].as_str()),
            ("https://sp.example/acs", "https://sp.example/acs/")
        );
        assert!(
            found.differences.iter().any(|one| one.about == "Sign-in" && one.fact == "outcome")
        );
    }

    #[test]
    fn a_case_does_not_differ_from_itself() {
        let good = case("https://sp.example/acs", Outcome::SignedIn, "_1");
        let found = compared(&good, &good);
        assert!(found.differences.is_empty() && found.not_compared.is_empty() && found.same > 0);
    }

    #[test]
    fn what_one_side_lacks_is_said() {
        let good = case("https://sp.example/acs", Outcome::SignedIn, "_1");
        let found = compared(&good, &Case::default());
        assert!(
            found.not_compared.iter().any(|one| one.about == "Request" && one.in_working),
            "{:?}",
            found.not_compared
        );
    }
}
