//! Findings that the owner of a configuration has decided to live with. They leave verdict and exit code, never the
//! report: it counts them, gives the reason, and says where a decision has run out or hides nothing any more.

use crate::runner::{Run, Selection};
use diag_sdk::case::metadata::Metadata;
use diag_sdk::{Case, Finding, Place};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeSet;

/// A decision to live with what a check finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Suppression {
    /// Id of a check, or a family.
    pub check: String,
    /// Only what concerns this entity: a document of it, a message it sent, an attempt it takes part in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub until: Option<Date>,
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It keeps findings back.
    Used,
    /// Its last day has passed: what it kept back is reported.
    Expired,
    /// Nothing in this case is what it means.
    Unmatched,
}

/// A decision, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Applied {
    /// The decision.
    #[serde(flatten)]
    pub suppression: Suppression,
    /// What became of it.
    pub standing: Standing,
    /// How many findings it means.
    pub findings: usize,
}

/// A finding that is kept back.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Suppressed {
    /// What the check reported.
    #[serde(flatten)]
    pub finding: Finding,
    /// Why it is kept back.
    pub reason: String,
}

/// Takes the findings out of a run that somebody decided to live with.
pub fn apply(
    case: &Case,
    run: &mut Run,
    suppressions: &[Suppression],
    today: Date,
) -> (Vec<Suppressed>, Vec<Applied>) {
    let mut applied: Vec<Applied> = suppressions
        .iter()
        .map(|suppression| Applied {
            suppression: suppression.clone(),
            standing: Standing::Unmatched,
            findings: 0,
        })
        .collect();
    let mut suppressed = Vec::new();
    let mut kept = Vec::new();
    for finding in std::mem::take(&mut run.findings) {
        let mut reason = None;
        for one in applied.iter_mut().filter(|one| one.suppression.means(case, &finding)) {
            one.findings += 1;
            one.standing = if one.suppression.until.is_some_and(|until| until < today) {
                Standing::Expired
            } else {
                Standing::Used
            };
            if one.standing == Standing::Used {
                reason.get_or_insert_with(|| one.suppression.reason.clone());
            }
        }
        match reason {
            Some(reason) => suppressed.push(Suppressed { finding, reason }),
            None => kept.push(finding),
        }
    }
    run.findings = kept;
    (suppressed, applied)
}

impl Suppression {
    fn means(&self, case: &Case, finding: &Finding) -> bool {
        let selection = Selection { only: vec![self.check.clone()], skip: Vec::new() };
        selection.wants(&finding.check)
            && self.entity.as_deref().is_none_or(|entity| concerned(case, finding).contains(entity))
    }
}

/// The entities a finding concerns.
fn concerned<'c>(case: &'c Case, finding: &'c Finding) -> BTreeSet<&'c str> {
    let mut entities = BTreeSet::new();
    let mut add_message = |id: &str| {
        let issuers = case
            .messages
            .iter()
            .filter(|message| message.id == id)
            .filter_map(|message| message.issuer.as_ref());
        entities.extend(issuers.map(|issuer| issuer.value.as_str()));
    };
    for message in finding.places.iter().filter_map(|place| place.message.as_deref()) {
        add_message(message);
    }
    let attempts = case.attempts.iter().filter(|attempt| finding.attempts.contains(&attempt.id));
    for message in attempts.flat_map(|attempt| attempt.request.iter().chain(&attempt.response)) {
        add_message(message);
    }
    entities.extend(
        finding
            .places
            .iter()
            .filter_map(|place| document_at(case, place))
            .map(|document| document.entity_id.value.as_str()),
    );
    entities
}

/// The metadata a place lies in. A file may hold several entities: then it is the last that begins before the place.
fn document_at<'c>(case: &'c Case, place: &Place) -> Option<&'c Metadata> {
    let here = || {
        case.metadata.iter().filter(|document| {
            (&document.place.input, &document.place.message) == (&place.input, &place.message)
        })
    };
    match here().count() {
        0 | 1 => here().next(),
        _ => here()
            .filter(|document| document.place.line <= place.line)
            .max_by_key(|document| document.place.line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Sited;
    use diag_sdk::case::message::Message;
    use jiff::civil::date;

    fn suppression(check: &str, entity: Option<&str>, until: Option<Date>) -> Suppression {
        Suppression {
            check: check.to_owned(),
            entity: entity.map(str::to_owned),
            reason: "agreed".to_owned(),
            until,
        }
    }

    fn applied(suppressions: &[Suppression]) -> (usize, usize, Vec<Standing>) {
        let place = Place { message: Some("m1".to_owned()), ..Place::default() };
        let issuer = Some(Sited::new("https://idp.example/".to_owned(), place.clone()));
        let case = Case {
            messages: vec![Message { id: "m1".into(), issuer, ..Message::default() }],
            ..Case::default()
        };
        let finding =
            Finding { check: "signing/sha1-used".into(), ..Finding::warning("SHA-1").at(&place) };
        let mut run = Run { findings: vec![finding], ..Run::default() };
        let (suppressed, applied) = apply(&case, &mut run, suppressions, date(2026, 12, 1));
        (
            run.findings.len(),
            suppressed.len(),
            applied.into_iter().map(|one| one.standing).collect(),
        )
    }

    #[test]
    fn what_is_decided_is_kept_back_and_counted() {
        assert_eq!(
            applied(&[suppression("signing/sha1-used", None, None)]),
            (0, 1, vec![Standing::Used])
        );
        assert_eq!(
            applied(&[suppression("signing", Some("https://idp.example/"), None)]),
            (0, 1, vec![Standing::Used])
        );
    }

    #[test]
    fn what_is_another_entity_or_check_stays() {
        assert_eq!(
            applied(&[suppression("signing", Some("https://idp.example"), None)]),
            (1, 0, vec![Standing::Unmatched])
        );
        assert_eq!(applied(&[suppression("flow", None, None)]), (1, 0, vec![Standing::Unmatched]));
    }

    #[test]
    fn the_last_day_counts_and_none_after_it() {
        assert_eq!(
            applied(&[suppression("signing", None, Some(date(2026, 12, 1)))]),
            (0, 1, vec![Standing::Used])
        );
        assert_eq!(
            applied(&[suppression("signing", None, Some(date(2026, 11, 30)))]),
            (1, 0, vec![Standing::Expired])
        );
    }
}
