//! What differs between a working and a failing case, for people and for programs.

mod html;
mod markdown;

use crate::Judged;
use crate::terminal::{DIM, ERROR, GOOD, STRONG, WARNING};
use crate::text::page::{Page, plain, styled, with_code};
use crate::tone::Tone;
use crate::view::headline;
use crate::wording;
use diag_core::compare::{Contrast, Contrasted, Found};
use diag_core::verdict::Verdict;
use serde::Serialize;

pub use html::html;
pub use markdown::markdown;

/// Most values of a fact that are told.
const VALUES_SHOWN: usize = 6;
/// Columns before values.
const INDENT: usize = 12;

/// Said where no fact differs.
const NOTHING_DIFFERS: &str = "No fact differs that both cases have";
/// What to do then.
const WHAT_TO_ADD: &str = "What makes the difference is in neither: record both sign-ins from before the first click on, and add both sides' configuration.";

/// What `diag compare --format json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Written<'c> {
    /// `diag-compare/1`.
    schema: &'static str,
    /// The case that works.
    working: Judgement<'c>,
    /// The case that fails.
    failing: Judgement<'c>,
    #[serde(flatten)]
    contrast: &'c Contrast,
}

/// How a case was judged.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Judgement<'c> {
    /// What was given.
    path: &'c str,
    /// How the case was judged.
    verdict: Verdict,
    /// The verdict in a sentence.
    sentence: String,
}

/// The comparison for programs.
pub fn written<'c>(good: &'c Judged, bad: &'c Judged, contrast: &'c Contrast) -> Written<'c> {
    let judgement = |judged: &'c Judged| Judgement {
        path: judged.title(),
        verdict: judged.report.verdict,
        sentence: headline::of(judged).sentence,
    };
    Written {
        schema: "diag-compare/1",
        working: judgement(good),
        failing: judgement(bad),
        contrast,
    }
}

/// The comparison for people.
pub fn text(good: &Judged, bad: &Judged, contrast: &Contrast, width: usize) -> String {
    let mut page = Page::new(width);
    for (word, judged) in [("WORKING", good), ("FAILING", bad)] {
        let headline = headline::of(judged);
        let verdict = styled(headline.tone.style(), headline.badge);
        page.hanging(
            &styled(STRONG, word),
            9,
            &format!("{}  {verdict}  {}", plain(judged.title()), plain(&headline.sentence)),
        );
    }
    found(&mut page, "FOUND IN THE FAILING CASE ALONE", &contrast.only_in_failing, Tone::Bad);
    differences(&mut page, contrast);
    found(
        &mut page,
        "FOUND IN BOTH, SO NOT WHAT MAKES THE DIFFERENCE",
        &contrast.in_both,
        Tone::Quiet,
    );
    not_compared(&mut page, contrast);
    page.blank();
    page.paragraph(0, &styled(DIM, &format!("{} the same in both", facts_are(contrast.same))));
    page.finish()
}

fn found(page: &mut Page, title: &str, findings: &[Found], tone: Tone) {
    if findings.is_empty() {
        return;
    }
    page.blank();
    page.line(&styled(STRONG, title));
    for one in findings {
        let mark = if one.root_cause { "✗" } else { "·" };
        let style = if tone == Tone::Bad { wording::tone(one.severity).style() } else { DIM };
        let cause = if one.root_cause && tone == Tone::Bad {
            format!("{} ", styled(ERROR, "root cause:"))
        } else {
            String::new()
        };
        page.hanging(
            &format!("  {}", styled(style, mark)),
            4,
            &format!("{cause}{}  {}", with_code(&one.message), styled(DIM, &one.check)),
        );
    }
}

fn differences(page: &mut Page, contrast: &Contrast) {
    page.blank();
    let number = contrast.differences.len() + contrast.more;
    if number == 0 {
        page.line(&styled(WARNING, NOTHING_DIFFERS));
        page.paragraph(0, WHAT_TO_ADD);
        return;
    }
    page.line(&format!("{}  {}", styled(STRONG, "DIFFERENCES"), styled(DIM, &number.to_string())));
    let mut about = None;
    for one in &contrast.differences {
        let group = (one.named_as_cause, one.about.as_str());
        if about != Some(group) {
            page.blank();
            let named = if one.named_as_cause {
                format!("  {}", styled(ERROR, "named by the root cause"))
            } else {
                String::new()
            };
            page.line(&format!("{}{named}", styled(STRONG, &one.about)));
            about = Some(group);
        }
        fact(page, one);
    }
    if contrast.more > 0 {
        page.paragraph(2, &styled(DIM, &format!("and {} more", contrast.more)));
    }
}

fn fact(page: &mut Page, one: &Contrasted) {
    let near =
        one.difference.map(|near| format!("  {}", styled(ERROR, near.words()))).unwrap_or_default();
    page.hanging("  ", 2, &format!("{}{near}", plain(&one.fact)));
    for (word, style, values) in [("working", GOOD, &one.working), ("failing", ERROR, &one.failing)]
    {
        let lead = format!("    {}", styled(style, word));
        if values.is_empty() {
            page.hanging(
                &lead,
                INDENT,
                &styled(
                    DIM,
                    if one.working.is_empty() == one.failing.is_empty() {
                        "—"
                    } else {
                        "not there"
                    },
                ),
            );
        }
        for (index, value) in values.iter().take(VALUES_SHOWN).enumerate() {
            page.hanging(if index == 0 { &lead } else { "" }, INDENT, &plain(value));
        }
        if values.len() > VALUES_SHOWN {
            page.paragraph(
                INDENT,
                &styled(DIM, &format!("and {} more", values.len() - VALUES_SHOWN)),
            );
        }
    }
}

fn not_compared(page: &mut Page, contrast: &Contrast) {
    if contrast.not_compared.is_empty() {
        return;
    }
    page.blank();
    page.line(&styled(STRONG, "NOT COMPARED"));
    for one in &contrast.not_compared {
        let side = holder(one.in_working);
        page.hanging("  ·", 4, &format!("{}  {}", plain(&one.about), styled(DIM, side)));
    }
}

/// Who has what could not be compared.
fn holder(in_working: bool) -> &'static str {
    if in_working { "only the working case has it" } else { "only the failing case has it" }
}

/// `12 facts are`.
fn facts_are(number: usize) -> String {
    if number == 1 { "1 fact is".to_owned() } else { format!("{number} facts are") }
}
