//! A finding with all that is told of it: where it shows, what was compared, what to do.

use super::comparison::{self, Comparison};
use super::place::{self, PlaceView};
use super::prose::{Block, Prose, blocks};
use crate::wording;
use crate::{Detail, Judged};
use diag_core::report::ReportedFinding;
use diag_sdk::{Cause, Severity, Specification};
use serde::{Serialize, Serializer};

/// Most causes of a root cause that are told at once: the likeliest.
const CAUSES_SHOWN: usize = 3;

/// A finding.
#[derive(Debug, Serialize)]
pub(crate) struct Finding<'j> {
    /// Its id in the report.
    pub(crate) id: &'j str,
    pub(crate) check: &'j str,
    #[serde(skip)]
    pub(crate) severity: Severity,
    /// It is not proven.
    pub(crate) likely: bool,
    pub(crate) message: Prose<'j>,
    pub(crate) detail: Vec<Block<'j>>,
    /// The first one with the line that stands there.
    pub(crate) places: Vec<PlaceView>,
    pub(crate) comparison: Comparison<'j>,
    /// What to do, likeliest first.
    pub(crate) fixes: Vec<Fix<'j>>,
    /// Further causes that are told only to those who ask for more.
    pub(crate) further_fixes: Vec<Fix<'j>>,
    pub(crate) references: Vec<Reference<'j>>,
    /// Why it is named as a root cause, in one sentence.
    pub(crate) because: Option<String>,
    /// What would lead in its place, and what was looked at and is as it should be.
    pub(crate) weighed: Vec<String>,
}

/// A likely cause, and what to do about it.
#[derive(Debug, Serialize)]
pub(crate) struct Fix<'j> {
    pub(crate) label: &'static str,
    pub(crate) person: &'static str,
    pub(crate) reason: Option<Prose<'j>>,
    /// The reason is one of several.
    pub(crate) alternative: bool,
    pub(crate) screen: Option<Screen<'j>>,
    pub(crate) action: Prose<'j>,
    /// The value to enter, by its lines.
    pub(crate) value: Option<Vec<&'j str>>,
}

/// A path through screens, `A › B › C`. A template meets it as its steps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen<'j>(pub(crate) &'j str);

impl Serialize for Screen<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.split(" › "))
    }
}

/// A specification section or a page, with the address it begins with apart from what is said of it.
#[derive(Debug, Serialize)]
pub(crate) struct Reference<'j> {
    pub(crate) address: &'j str,
    pub(crate) text: &'j str,
    /// Where the specification is published that the text begins with.
    pub(crate) published: Option<String>,
}

impl<'j> Finding<'j> {
    /// What is told of it in a list: of a notice nothing, else the likeliest fix and who makes it, unless everything is asked for.
    pub(crate) fn fixes_in_list(&self, detail: Detail) -> impl Iterator<Item = &Fix<'j>> {
        let most = match (detail, self.severity) {
            (Detail::Full, _) => usize::MAX,
            (_, Severity::Notice) => 0,
            _ => 1,
        };
        self.fixes.iter().chain(&self.further_fixes).take(most)
    }
}

/// A finding with everything; `room` is for the line that is quoted.
pub(super) fn view<'j>(
    judged: &'j Judged,
    finding: &'j ReportedFinding,
    room: usize,
) -> Finding<'j> {
    let mut fixes: Vec<Fix<'_>> = finding
        .causes
        .iter()
        .enumerate()
        .map(|(index, cause)| fix(cause, index, finding.causes.len() > 1))
        .collect();
    let further_fixes = fixes.split_off(fixes.len().min(CAUSES_SHOWN));
    Finding {
        id: &finding.id,
        check: &finding.check,
        severity: finding.severity,
        likely: !finding.certain,
        message: Prose(&finding.message),
        detail: blocks(finding.detail.as_deref().unwrap_or_default()),
        places: place::all(judged, finding, room),
        comparison: comparison::of(finding),
        fixes,
        further_fixes,
        references: finding.references.iter().map(|text| reference(text)).collect(),
        because: finding.because.as_ref().map(|because| {
            format!(
                "Named because {}; would be dropped if {}.",
                because.named_because, because.dropped_if
            )
        }),
        weighed: weighed(finding),
    }
}

fn weighed(finding: &ReportedFinding) -> Vec<String> {
    let Some(because) = &finding.because else { return Vec::new() };
    let next = because.runner_up.iter().map(|check| format!("Next in line: {check}."));
    let ruled_out = Some(because.ruled_out.join("; "))
        .filter(|list| !list.is_empty())
        .map(|list| format!("Ruled out: {list}."));
    next.chain(ruled_out).collect()
}

/// What differs where the same is the case once more.
pub(super) fn again<'j>(
    judged: &'j Judged,
    first: &ReportedFinding,
    other: &'j ReportedFinding,
    room: usize,
) -> Finding<'j> {
    let mut view = view(judged, other, room);
    if other.detail == first.detail {
        view.detail.clear();
    }
    if (&other.expected, &other.actual) == (&first.expected, &first.actual) {
        view.comparison = Comparison::default();
    }
    let is_new = |cause: &&Cause| {
        !first.causes.iter().any(|known| known.text == cause.text && known.value == cause.value)
    };
    view.fixes = other
        .causes
        .iter()
        .filter(is_new)
        .enumerate()
        .map(|(index, cause)| fix(cause, index, other.causes.len() > 1))
        .collect();
    view.further_fixes.clear();
    view
}

fn fix(cause: &Cause, index: usize, alternative: bool) -> Fix<'_> {
    Fix {
        label: if index == 0 { "Fix" } else { "Or" },
        person: wording::person(cause.who),
        reason: Some(Prose(&cause.text)).filter(|reason| !reason.0.is_empty()),
        alternative,
        screen: wording::screen(cause).map(Screen),
        action: Prose(&cause.fix),
        value: cause.value.as_deref().map(|value| value.lines().collect()),
    }
}

fn reference(text: &str) -> Reference<'_> {
    let end = if text.starts_with("https://") {
        text.find(char::is_whitespace).unwrap_or(text.len())
    } else {
        0
    };
    let (address, text) = text.split_at(end);
    let published = Specification::named_in(text).map(|(of, section)| of.address(section));
    Reference { address, text, published }
}
