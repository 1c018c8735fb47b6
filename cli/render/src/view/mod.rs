//! What a report says of a case, decided once for every format: the headline, what belongs together, what is
//! left out, in which words. Text, Markdown and page only lay it out.

mod attempt;
pub(crate) mod comparison;
mod exchange;
mod finding;
mod given;
pub(crate) mod headline;
mod lanes;
mod message;
mod place;
mod prose;
pub(crate) mod says;
pub(crate) mod story;
mod summary;
mod suppressed;
mod unchecked;

use super::{Detail, Judged};
use crate::tone::Tone;
use crate::wording;
use diag_core::report::{CheckOutcome, ReportedFinding};
use diag_core::verdict::Verdict;
use diag_sdk::Severity;
use diag_sdk::case::input::InputKind;
use headline::Headline;
use serde::Serialize;

pub(crate) use attempt::{Attempt, Step, attempts, capture, listed};
pub(crate) use finding::{Finding, Fix};
pub(crate) use headline::other_protocol;
pub(crate) use place::{Line, PlaceView};
pub(crate) use prose::{Block, Prose};
pub(crate) use summary::{Summed, summary, tally};
pub(crate) use suppressed::Suppressed;
pub(crate) use unchecked::{Unchecked, Wanted};

/// Characters there is room for where a line of a file is quoted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// In a root cause.
    pub(crate) root: usize,
    /// In a list.
    pub(crate) listed: usize,
}

/// All that is said of a case.
#[derive(Debug, Serialize)]
pub(crate) struct CaseView<'j> {
    /// Which one it is, where several are judged.
    pub(crate) name: Option<&'j str>,
    pub(crate) headline: Headline<'j>,
    pub(crate) roots: Vec<Root<'j>>,
    /// Findings that are neither root causes nor follow from one.
    pub(crate) others: Vec<Group<'j>>,
    pub(crate) attempts: Vec<Attempt<'j>>,
    pub(crate) suppressed: Option<Suppressed<'j>>,
    pub(crate) unchecked: Unchecked<'j>,
    pub(crate) inputs: Vec<InputView<'j>>,
    /// Where there was nothing to judge, what became of the files is what people ask first.
    pub(crate) files_first: bool,
    /// Ids of the checks that looked and found nothing, where everything is asked for.
    pub(crate) clean: Vec<&'j str>,
    pub(crate) judged_at: Option<String>,
}

/// A root cause with what follows from it.
#[derive(Debug, Serialize)]
pub(crate) struct Root<'j> {
    /// `Root cause`, with its number where there are several.
    pub(crate) label: String,
    pub(crate) finding: Finding<'j>,
    /// The same once more, in other places: only what differs.
    pub(crate) again: Vec<Finding<'j>>,
    /// What follows from it, said once however often it is the case.
    pub(crate) follows: Vec<Symptom<'j>>,
    /// Each finding that follows, where everything is asked for.
    pub(crate) following: Vec<Finding<'j>>,
}

/// A finding that follows from another.
#[derive(Debug, Serialize)]
pub(crate) struct Symptom<'j> {
    pub(crate) message: Prose<'j>,
    pub(crate) check: &'j str,
    /// How often the same is said: of every round of a loop, or of a page and of a log.
    pub(crate) times: usize,
}

/// Findings of one severity.
#[derive(Debug, Serialize)]
pub(crate) struct Group<'j> {
    pub(crate) label: &'static str,
    #[serde(skip)]
    pub(crate) severity: Severity,
    pub(crate) word: &'static str,
    pub(crate) tone: Tone,
    pub(crate) findings: Vec<Finding<'j>>,
}

/// A file that was read.
#[derive(Debug, Serialize)]
pub(crate) struct InputView<'j> {
    pub(crate) path: &'j str,
    /// It is one of ours.
    pub(crate) recognised: bool,
    pub(crate) kind: String,
    pub(crate) producer: Option<&'j str>,
    /// Whose document it is, in which role.
    pub(crate) about: Option<&'j str>,
    pub(crate) notes: &'j [String],
}

/// What is said of a case.
pub(crate) fn case<'j>(
    judged: &'j Judged,
    name: Option<&'j str>,
    detail: Detail,
    room: Room,
) -> CaseView<'j> {
    let report = &judged.report;
    let clean = report
        .checks
        .iter()
        .filter(|check| detail == Detail::Full && check.outcome == CheckOutcome::Clean);
    CaseView {
        name,
        headline: headline::of(judged),
        roots: roots(judged, detail, room),
        others: others(judged, detail, room),
        attempts: attempts(&judged.case, &report.attempts, headline::decisive(judged)),
        suppressed: suppressed::of(judged),
        unchecked: unchecked::of(judged, detail),
        inputs: report
            .inputs
            .iter()
            .map(|input| InputView {
                path: wording::path(&input.path),
                recognised: input.kind != InputKind::Unrecognised,
                kind: wording::kind(input.kind),
                producer: input.producer.as_deref(),
                about: input.about.as_deref(),
                notes: &input.notes,
            })
            .collect(),
        files_first: report.verdict == Verdict::Undetermined && !report.open_for_crashes,
        clean: clean.map(|check| check.id.as_str()).collect(),
        judged_at: report.judged_at.map(|time| {
            format!("{} ({})", wording::moment(time), wording::judged_by(&judged.case))
        }),
    }
}

fn roots(judged: &Judged, detail: Detail, room: Room) -> Vec<Root<'_>> {
    let groups = judged.grouped_root_causes();
    let number = groups.len();
    let mut roots = Vec::new();
    for (index, group) in groups.into_iter().enumerate() {
        let Some((first, others)) = group.split_first() else { continue };
        let following: Vec<&ReportedFinding> =
            group.iter().flat_map(|root| judged.following(root)).collect();
        roots.push(Root {
            label: if number == 1 {
                "Root cause".to_owned()
            } else {
                format!("Root cause {} of {number}", index + 1)
            },
            finding: finding::view(judged, first, room.root),
            again: others
                .iter()
                .map(|other| finding::again(judged, first, other, room.root))
                .collect(),
            following: following
                .iter()
                .filter(|_| detail == Detail::Full)
                .map(|symptom| finding::view(judged, symptom, room.listed))
                .collect(),
            follows: Judged::alike(following)
                .into_iter()
                .map(|(symptom, times)| Symptom {
                    message: Prose(&symptom.message),
                    check: &symptom.check,
                    times,
                })
                .collect(),
        });
    }
    roots
}

fn others(judged: &Judged, detail: Detail, room: Room) -> Vec<Group<'_>> {
    let policies = judged.policies();
    let worst = policies.iter().map(|finding| finding.severity).max().unwrap_or_default();
    let mut groups = vec![
        (Severity::Error, "Further errors", judged.others(Severity::Error)),
        (Severity::Warning, "Warnings", judged.others(Severity::Warning)),
        (worst, "Policies not kept", policies),
    ];
    groups.push((Severity::Notice, "Notices", judged.others(Severity::Notice)));
    groups
        .into_iter()
        .map(|(severity, label, findings)| {
            let findings = findings.into_iter();
            let untold = findings.filter(|finding| {
                detail == Detail::Full || !headline::told(&judged.report, finding)
            });
            Group {
                label,
                severity,
                word: wording::word(severity),
                tone: wording::tone(severity),
                findings: untold.map(|one| finding::view(judged, one, room.listed)).collect(),
            }
        })
        .filter(|group| !group.findings.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{html, markdown, sample, text};

    /// What every format says of a case.
    fn formats(judged: Judged) -> Vec<String> {
        let written = text::render(&judged, None, Detail::Usual, 400);
        let marked = markdown::render(&judged, None, Detail::Usual).replace('\\', "");
        let page = html::render(&[judged], Detail::Usual).expect("a page");
        let page = page
            .replace("&#x2f;", "/")
            .replace("&#x27;", "'")
            .replace("<code>", "")
            .replace("</code>", "");
        vec![anstream::adapter::strip_str(&written).to_string(), marked, page]
    }

    #[test]
    fn formats_say_the_same() {
        let judged = sample::broken();
        let case = case(&judged, None, Detail::Usual, Room { root: 80, listed: 80 });
        let root = &case.roots[0];
        let mut said = vec![
            case.headline.sentence.clone(),
            root.finding.message.0.to_owned(),
            root.follows[0].message.0.to_owned(),
        ];
        said.extend(
            root.finding
                .fixes
                .iter()
                .flat_map(|fix| [fix.person.to_owned(), fix.action.0.to_owned()]),
        );
        said.extend(root.finding.places.iter().map(|place| place.words.clone()));
        said.extend(root.finding.comparison.difference.map(str::to_owned));
        said.extend(case.others[0].findings.iter().map(|finding| finding.message.0.to_owned()));
        said.extend(case.unchecked.wanted.iter().map(|one| one.name.clone()));
        said.extend(case.inputs.iter().map(|input| input.path.to_owned()));
        for text in formats(sample::broken()) {
            for sentence in &said {
                // What is code in one is plain in another.
                assert!(
                    text.replace('`', "").contains(&sentence.replace('`', "")),
                    "{sentence}: {text}"
                );
            }
        }
    }

    #[test]
    fn what_the_headline_tells_is_not_told_again() {
        for text in formats(sample::healthy()) {
            assert!(text.contains("CONTOSO\\ann") || text.contains("CONTOSOann"), "{text}");
            assert!(!text.contains("The user the service provider makes"), "{text}");
        }
    }
}
