//! What the page says, in the order in which it says it: the template only lays it out.

use crate::render::text::{excerpt, headline, timeline};
use crate::render::unchecked::{self, Wanted};
use crate::render::{Detail, Judged, differing, prose};
use crate::terminal::{ERROR, GOOD, WARNING};
use crate::{wanted, wording};
use anstyle::Style;
use diag_core::report::{CheckOutcome, ReportedAttempt, ReportedFinding, ReportedStep};
use diag_sdk::{Cause, Difference, Severity};
use serde::Serialize;
use std::ops::Range;

/// Most causes of a finding that are not folded away.
const CAUSES_SHOWN: usize = 3;
/// Most attempts, steps of one, and further places of a finding: a loop can make hundreds.
const ATTEMPTS_SHOWN: usize = 24;
const STEPS_SHOWN: usize = 120;
const PLACES_SHOWN: usize = 12;
/// Characters of a line that is quoted.
const EXCERPT_WIDTH: usize = 160;
/// Widest gap shown for characters that are missing.
const WIDEST_GAP: usize = 40;

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
struct Finding<'j> {
    check: &'j str,
    message: Text<'j>,
    likely: bool,
    detail: Vec<Block<'j>>,
    places: Vec<PlaceView>,
    more_places: Option<String>,
    values: Vec<Compared<'j>>,
    difference: Option<&'static str>,
    fixes: Vec<Fix<'j>>,
    further_fixes: Vec<Fix<'j>>,
    references: Vec<Reference<'j>>,
    /// There is more to it than its headline.
    has_body: bool,
}

#[derive(Debug, Serialize)]
struct Reference<'j> {
    text: &'j str,
    is_address: bool,
}

/// Stretches of prose and code.
type Text<'j> = Vec<Stretch<'j>>;

#[derive(Debug, Serialize)]
struct Stretch<'j> {
    text: &'j str,
    code: bool,
}

/// A paragraph, or the items of a list.
#[derive(Debug, Serialize)]
struct Block<'j> {
    list: bool,
    lines: Vec<Text<'j>>,
}

#[derive(Debug, Serialize)]
struct PlaceView {
    words: String,
    line: Option<Line>,
}

/// A line of a file with what is meant in it.
#[derive(Debug, Serialize)]
struct Line {
    number: u32,
    before: String,
    meant: String,
    after: String,
}

/// A value that was compared.
#[derive(Debug, Serialize)]
struct Compared<'j> {
    label: &'static str,
    tone: &'static str,
    pieces: Vec<Piece>,
    origin: Option<&'j str>,
}

/// Characters of a value; `gap` stands for those that only the other value has.
#[derive(Debug, Serialize)]
struct Piece {
    text: String,
    gap: String,
    differs: bool,
}

#[derive(Debug, Serialize)]
struct Fix<'j> {
    label: &'static str,
    person: &'static str,
    reason: Text<'j>,
    /// The reason is one of several.
    alternative: bool,
    screen: Vec<&'j str>,
    action: Text<'j>,
    value: Option<Vec<&'j str>>,
}

#[derive(Debug, Serialize)]
struct Attempt<'j> {
    id: &'j str,
    what: String,
    when: Option<String>,
    words: &'static str,
    tone: &'static str,
    ending: &'j str,
    steps: Vec<Step<'j>>,
    more_steps: Option<String>,
    again: Option<String>,
    open: bool,
}

#[derive(Debug, Serialize)]
struct Step<'j> {
    offset: Option<String>,
    entry: Option<usize>,
    from: &'static str,
    to: &'static str,
    what: &'j str,
    status: Option<String>,
    tone: &'static str,
    url: &'j str,
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
        clean: clean.map(|check| check.id.as_str()).collect(),
        judged_at: judged.report.judged_at.map(|time| format!("{} ({})", wording::moment(time), wording::judged_by(judged.case.judged_by))),
    }
}

/// The colour of a terminal as the name of a tone.
fn tone(style: Style) -> &'static str {
    match style {
        ERROR => "bad",
        WARNING => "warn",
        GOOD => "good",
        _ => "quiet",
    }
}

/// A sign, so that no meaning hangs on colour alone.
fn sign(tone: &str) -> &'static str {
    match tone {
        "bad" => "✕",
        "warn" => "!",
        "good" => "✓",
        _ => "i",
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

fn finding<'j>(judged: &'j Judged, finding: &'j ReportedFinding) -> Finding<'j> {
    let mut places = finding.places.iter();
    let first = places.next().map(|place| PlaceView {
        words: excerpt::describe(judged, place),
        line: excerpt::shown(judged, place, finding, EXCERPT_WIDTH).map(|excerpt| {
            let [before, meant, after] = excerpt::pieces(&excerpt);
            Line { number: excerpt.line, before, meant, after }
        }),
    });
    let others = places.by_ref().take(PLACES_SHOWN).map(|place| PlaceView { words: excerpt::describe(judged, place), line: None });
    let places: Vec<PlaceView> = first.into_iter().chain(others).collect();
    let hidden = finding.places.len() - places.len();
    let mut fixes: Vec<Fix<'_>> =
        finding.causes.iter().enumerate().map(|(index, cause)| fix(cause, index, finding.causes.len() > 1)).collect();
    let further_fixes = fixes.split_off(fixes.len().min(CAUSES_SHOWN));
    let (values, difference) = compared(finding);
    Finding {
        check: &finding.check,
        message: text(&finding.message),
        likely: !finding.certain,
        detail: blocks(finding.detail.as_deref().unwrap_or_default()),
        has_body: finding.detail.is_some()
            || !places.is_empty()
            || !values.is_empty()
            || !fixes.is_empty()
            || !finding.references.is_empty(),
        places,
        more_places: (hidden > 0).then(|| format!("and {}", wording::count(hidden, "more place"))),
        values,
        difference,
        fixes,
        further_fixes,
        references: finding.references.iter().map(|text| Reference { text, is_address: text.starts_with("https://") }).collect(),
    }
}

/// What differs where the same is the case once more.
fn again<'j>(judged: &'j Judged, first: &ReportedFinding, other: &'j ReportedFinding) -> Finding<'j> {
    let mut view = finding(judged, other);
    if other.detail == first.detail {
        view.detail.clear();
    }
    if (&other.expected, &other.actual) == (&first.expected, &first.actual) {
        view.values.clear();
        view.difference = None;
    }
    let is_new = |cause: &&Cause| !first.causes.iter().any(|known| known.text == cause.text && known.value == cause.value);
    view.fixes = other.causes.iter().filter(is_new).enumerate().map(|(index, cause)| fix(cause, index, other.causes.len() > 1)).collect();
    view.further_fixes.clear();
    view
}

fn fix(cause: &Cause, index: usize, alternative: bool) -> Fix<'_> {
    Fix {
        label: if index == 0 { "Fix" } else { "Or" },
        person: wording::person(cause.who),
        reason: text(&cause.text),
        alternative,
        screen: wording::screen(cause).map(|screen| screen.split(" › ").collect()).unwrap_or_default(),
        action: text(&cause.fix),
        value: cause.value.as_deref().map(|value| value.lines().collect()),
    }
}

fn text(text: &str) -> Text<'_> {
    prose::spans(text).into_iter().map(|span| Stretch { text: span.text, code: span.code }).collect()
}

fn blocks(detail: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for paragraph in prose::paragraphs(detail) {
        let line = text(paragraph.text);
        match blocks.last_mut().filter(|last| last.list && paragraph.item) {
            Some(list) => list.lines.push(line),
            None => blocks.push(Block { list: paragraph.item, lines: vec![line] }),
        }
    }
    blocks
}

/// Expected and actual, with what differs marked where that can be told.
fn compared(finding: &ReportedFinding) -> (Vec<Compared<'_>>, Option<&'static str>) {
    let origins =
        [finding.expected_origin.as_deref(), finding.actual_origin.as_deref()].map(|origin| origin.filter(|text| !text.is_empty()));
    let one = |label, tone, pieces, origin| Compared { label, tone, pieces, origin };
    if let Some(aligned) = differing::aligned(finding) {
        let (expected, actual) = (&aligned.marks.expected, &aligned.marks.actual);
        let values = vec![
            one("expected", "good", pieces(&aligned.expected, expected, actual), origins[0]),
            one("actual", "bad", pieces(&aligned.actual, actual, expected), origins[1]),
        ];
        return (values, (aligned.difference != Difference::Unrelated).then(|| aligned.difference.words()));
    }
    let single = |value: &str| vec![Piece { text: value.to_owned(), gap: String::new(), differs: false }];
    let expected = finding.expected.as_deref().map(|value| one("expected", "good", single(value), origins[0]));
    let actual = finding.actual.as_deref().map(|value| one("actual", "bad", single(value), origins[1]));
    (expected.into_iter().chain(actual).collect(), None)
}

/// A value cut where it begins or ceases to differ. Gaps are as wide as what the other value has there,
/// so that both stay aligned.
fn pieces(value: &str, marks: &[Range<usize>], others: &[Range<usize>]) -> Vec<Piece> {
    let characters: Vec<char> = value.chars().collect();
    let piece = |range: Range<usize>| characters.get(range).map(|part| part.iter().collect::<String>()).unwrap_or_default();
    let mut pieces = Vec::new();
    let mut at = 0;
    for (mark, other) in marks.iter().zip(others) {
        pieces.push(Piece { text: piece(at..mark.start), gap: String::new(), differs: false });
        let gap = " ".repeat(other.len().saturating_sub(mark.len()).min(WIDEST_GAP));
        pieces.push(Piece { text: piece(mark.clone()), gap, differs: true });
        at = mark.end;
    }
    pieces.push(Piece { text: piece(at..characters.len()), gap: String::new(), differs: false });
    pieces.retain(|piece| !piece.text.is_empty() || !piece.gap.is_empty());
    pieces
}

/// The attempts, rounds of a loop as one, and how many there is no room for.
fn attempts(judged: &Judged) -> (Vec<Attempt<'_>>, Option<String>) {
    let decisive = headline::decisive(judged).map(|attempt| attempt.id.as_str());
    let mut attempts = Vec::new();
    let mut rest = judged.report.attempts.as_slice();
    while let Some((attempt, later)) = rest.split_first() {
        if attempts.len() == ATTEMPTS_SHOWN {
            return (attempts, Some(format!("and {}", wording::count(rest.len(), "more attempt"))));
        }
        let rounds = later.iter().take_while(|other| timeline::is_same_round(attempt, other)).count();
        let (same, others) = later.split_at(rounds);
        rest = others;
        let open = decisive.is_some_and(|id| attempt.id == id || same.iter().any(|other| other.id == id));
        attempts.push(attempt_view(attempt, same, open));
    }
    (attempts, None)
}

fn attempt_view<'j>(attempt: &'j ReportedAttempt, same: &[ReportedAttempt], open: bool) -> Attempt<'j> {
    let (words, style) = wording::outcome(attempt.outcome);
    let hidden = attempt.steps.len().saturating_sub(STEPS_SHOWN);
    Attempt {
        id: &attempt.id,
        what: capitalised(wording::purpose(attempt.kind, attempt.outcome).unwrap_or_default()),
        when: attempt.started.map(wording::moment),
        words,
        tone: tone(style),
        ending: &attempt.ending,
        steps: attempt.steps.iter().take(STEPS_SHOWN).map(|one| step(attempt, one)).collect(),
        more_steps: (hidden > 0).then(|| format!("and {}", wording::count(hidden, "more step"))),
        again: same.last().map(|last| format!("{} like {}, up to {}", wording::count(same.len(), "more attempt"), attempt.id, last.id)),
        open,
    }
}

fn step<'j>(attempt: &ReportedAttempt, step: &'j ReportedStep) -> Step<'j> {
    Step {
        offset: timeline::offset(attempt, step),
        entry: step.entry,
        from: wording::actor(step.from),
        to: wording::actor(step.to),
        what: &step.what,
        status: step.status.map(|status| if status == 0 { "no answer".to_owned() } else { status.to_string() }),
        tone: step.status.map_or("quiet", |status| tone(timeline::status_style(status))),
        url: step.url.as_deref().unwrap_or_default(),
    }
}

fn capitalised(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
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
