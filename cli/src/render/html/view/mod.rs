//! What the page says, in the order in which it says it: the template only lays it out.

mod attempt;
mod finding;
mod tone;

use crate::render::text::headline;
use crate::render::unchecked::{self, Wanted};
use crate::render::{Detail, Judged};
use crate::{wanted, wording};
use attempt::{Attempt, attempts};
use diag_core::report::CheckOutcome;
use diag_core::verdict::Verdict;
use diag_sdk::Severity;
use finding::{Finding, Text, again, finding, text};
use serde::Serialize;
use tone::{sign, tone};

/// The page.
#[derive(Debug, Serialize)]
pub(super) struct Page<'j> {
    title: String,
    cases: Vec<CaseView<'j>>,
    /// Verdict and root causes only.
    brief: bool,
    /// Nothing is folded away.
    full: bool,
    version: &'j str,
}

/// One case.
#[derive(Debug, Serialize)]
struct CaseView<'j> {
    id: String,
    name: Option<&'j str>,
    tone: &'static str,
    sign: &'static str,
    badge: &'static str,
    sentence: String,
    ending: Option<&'j str>,
    user: Option<(&'j str, &'j str)>,
    numbers: String,
    roots: Vec<Root<'j>>,
    others: Vec<Group<'j>>,
    attempts: Vec<Attempt<'j>>,
    more_attempts: Option<String>,
    unchecked: Unchecked<'j>,
    inputs: Vec<InputView<'j>>,
    /// What became of the files is what people ask first.
    files_first: bool,
    clean: Vec<&'j str>,
    judged_at: Option<String>,
}

/// A root cause with what follows from it.
#[derive(Debug, Serialize)]
struct Root<'j> {
    id: String,
    label: String,
    finding: Finding<'j>,
    /// The same once more, in other places.
    again: Vec<Finding<'j>>,
    follows: Vec<Symptom<'j>>,
}

#[derive(Debug, Serialize)]
struct Symptom<'j> {
    message: Text<'j>,
    check: &'j str,
    times: usize,
}

/// Findings of one severity.
#[derive(Debug, Serialize)]
struct Group<'j> {
    label: &'static str,
    word: &'static str,
    tone: &'static str,
    sign: &'static str,
    findings: Vec<Finding<'j>>,
}

#[derive(Debug, Serialize)]
struct Unchecked<'j> {
    summary: String,
    inputs: Vec<WantedInput>,
    /// Skipped for another reason than a file that could be had.
    rest: Option<String>,
    crashes: Vec<CrashView<'j>>,
}

#[derive(Debug, Serialize)]
struct WantedInput {
    name: &'static str,
    how: &'static str,
    checks: String,
}

#[derive(Debug, Serialize)]
struct CrashView<'j> {
    checks: Vec<&'j str>,
    error: &'j str,
}

#[derive(Debug, Serialize)]
struct InputView<'j> {
    path: &'j str,
    kind: &'static str,
    producer: Option<&'j str>,
    notes: &'j [String],
}

/// What the page says of these cases.
pub(super) fn page(judged: &[Judged], detail: Detail) -> Page<'_> {
    let several = judged.len() > 1;
    let title = match judged {
        [one] => format!("{}: {}", headline::badge(one.report.verdict).0, headline::sentence(one)),
        _ => wording::count(judged.len(), "capture"),
    };
    Page {
        title,
        cases: judged.iter().enumerate().map(|(index, one)| case(one, index + 1, several, detail)).collect(),
        brief: detail == Detail::Brief,
        full: detail == Detail::Full,
        version: judged.first().map_or("", |one| &one.report.tool.version),
    }
}

fn case(judged: &Judged, number: usize, several: bool, detail: Detail) -> CaseView<'_> {
    let (badge, style) = headline::badge(judged.report.verdict);
    let tone = tone(style);
    let (attempts, more_attempts) = attempts(judged);
    let clean = judged.report.checks.iter().filter(|check| detail == Detail::Full && check.outcome == CheckOutcome::Clean);
    CaseView {
        id: format!("case-{number}"),
        name: judged.title_among(several),
        tone,
        sign: sign(tone),
        badge,
        sentence: headline::sentence(judged),
        ending: headline::decisive(judged).map(|attempt| attempt.ending.as_str()).filter(|ending| !ending.is_empty()),
        user: headline::user(judged),
        numbers: headline::numbers(judged),
        roots: roots(judged, number),
        others: others(judged),
        attempts,
        more_attempts,
        unchecked: not_checked(judged),
        inputs: judged
            .report
            .inputs
            .iter()
            .map(|input| InputView {
                path: wording::path(&input.path),
                kind: wording::kind(input.kind),
                producer: input.producer.as_deref(),
                notes: &input.notes,
            })
            .collect(),
        files_first: judged.report.verdict == Verdict::Undetermined,
        clean: clean.map(|check| check.id.as_str()).collect(),
        judged_at: judged.report.judged_at.map(|time| format!("{} ({})", wording::moment(time), wording::judged_by(judged.case.judged_by))),
    }
}

fn roots(judged: &Judged, case: usize) -> Vec<Root<'_>> {
    let groups = judged.grouped_root_causes();
    let number = groups.len();
    let mut roots = Vec::new();
    for (index, group) in groups.into_iter().enumerate() {
        let Some((first, others)) = group.split_first() else { continue };
        let following = group.iter().flat_map(|root| judged.following(root)).collect();
        roots.push(Root {
            id: format!("case-{case}-cause-{}", index + 1),
            label: if number == 1 { "Root cause".to_owned() } else { format!("Root cause {} of {number}", index + 1) },
            finding: finding(judged, first),
            again: others.iter().map(|other| again(judged, first, other)).collect(),
            follows: Judged::alike(following)
                .into_iter()
                .map(|(symptom, times)| Symptom { message: text(&symptom.message), check: &symptom.check, times })
                .collect(),
        });
    }
    roots
}

fn others(judged: &Judged) -> Vec<Group<'_>> {
    [(Severity::Error, "Further errors"), (Severity::Warning, "Warnings"), (Severity::Notice, "Notices")]
        .into_iter()
        .map(|(severity, label)| {
            let tone = tone(wording::style(severity));
            let findings = judged.others(severity).into_iter().filter(|finding| !headline::told(&judged.report, finding));
            let findings = findings.map(|one| finding(judged, one)).collect();
            Group { label, word: wording::word(severity), tone, sign: sign(tone), findings }
        })
        .filter(|group| !group.findings.is_empty())
        .collect()
}

fn not_checked(judged: &Judged) -> Unchecked<'_> {
    let total = unchecked::skipped(judged);
    let wanted: Vec<Wanted<'_>> = unchecked::wanted(judged).into_iter().filter(Wanted::is_to_be_had).collect();
    let elsewhere = total.iter().filter(|id| !wanted.iter().any(|one| one.checks.contains(id))).count();
    let (idp, sp) = (judged.case.idp_vendor, judged.case.sp_vendor);
    Unchecked {
        summary: format!("{} of {}", total.len(), wording::count(judged.report.checks.len(), "check")),
        inputs: wanted
            .into_iter()
            .map(|one| WantedInput {
                name: wanted::name(one.need),
                how: wanted::how(one.need, idp, sp),
                checks: wording::count(one.checks.len(), "check"),
            })
            .collect(),
        rest: (elsewhere > 0).then(|| {
            let concern = if elsewhere == 1 { "concerns" } else { "concern" };
            format!("{} {concern} products or messages that are not in this case", wording::count(elsewhere, "check"))
        }),
        crashes: unchecked::crashed(judged).into_iter().map(|crash| CrashView { checks: crash.checks, error: crash.error }).collect(),
    }
}
