//! The comparison as one page for a browser, written with the furniture of the report's.

use super::{NOTHING_DIFFERS, VALUES_SHOWN, WHAT_TO_ADD, facts_are, holder};
use crate::Judged;
use crate::prose::spans;
use crate::view::headline;
use diag_core::compare::{Contrast, Contrasted, Found};
use minijinja::value::Serde;
use serde::Serialize;

const TEMPLATE: &str = include_str!("page.html");
const NAME: &str = "compare.html";

/// The page.
#[derive(Debug, Serialize)]
struct Page {
    sides: Vec<Side>,
    alone: Vec<Line>,
    groups: Vec<Group>,
    both: Vec<Line>,
    not_compared: Vec<(String, &'static str)>,
    number: usize,
    more: usize,
    nothing: &'static str,
    add: &'static str,
    same: String,
    version: String,
}

#[derive(Debug, Serialize)]
struct Side {
    word: &'static str,
    tone: crate::tone::Tone,
    badge: &'static str,
    name: String,
    sentence: String,
}

#[derive(Debug, Serialize)]
struct Line {
    root: bool,
    message: Vec<Stretch>,
    check: String,
}

#[derive(Debug, Serialize)]
struct Stretch {
    text: String,
    code: bool,
}

/// Differences in facts about one thing.
#[derive(Debug, Serialize)]
struct Group {
    about: String,
    named: bool,
    facts: Vec<Fact>,
}

#[derive(Debug, Serialize)]
struct Fact {
    name: String,
    near: Option<&'static str>,
    values: Vec<Values>,
}

#[derive(Debug, Serialize)]
struct Values {
    word: &'static str,
    tone: &'static str,
    shown: Vec<String>,
    more: usize,
}

/// The page.
pub fn html(good: &Judged, bad: &Judged, contrast: &Contrast) -> anyhow::Result<String> {
    let mut environment = crate::html::environment()?;
    environment.add_template(NAME, TEMPLATE)?;
    Ok(environment.get_template(NAME)?.render(Serde(page(good, bad, contrast)))?)
}

fn page(good: &Judged, bad: &Judged, contrast: &Contrast) -> Page {
    let side = |word, judged: &Judged| {
        let headline = headline::of(judged);
        Side {
            word,
            tone: headline.tone,
            badge: headline.badge,
            name: judged.title().to_owned(),
            sentence: headline.sentence,
        }
    };
    let mut groups: Vec<Group> = Vec::new();
    for one in &contrast.differences {
        match groups
            .last_mut()
            .filter(|group| group.about == one.about && group.named == one.named_as_cause)
        {
            Some(group) => group.facts.push(fact(one)),
            None => groups.push(Group {
                about: one.about.clone(),
                named: one.named_as_cause,
                facts: vec![fact(one)],
            }),
        }
    }
    Page {
        sides: vec![side("Working", good), side("Failing", bad)],
        alone: contrast.only_in_failing.iter().map(line).collect(),
        groups,
        both: contrast.in_both.iter().map(line).collect(),
        not_compared: contrast
            .not_compared
            .iter()
            .map(|one| (one.about.clone(), holder(one.in_working)))
            .collect(),
        number: contrast.differences.len() + contrast.more,
        more: contrast.more,
        nothing: NOTHING_DIFFERS,
        add: WHAT_TO_ADD,
        same: facts_are(contrast.same),
        version: bad.report.tool.version.clone(),
    }
}

fn line(found: &Found) -> Line {
    let stretch =
        |span: crate::prose::Span<'_>| Stretch { text: span.text.to_owned(), code: span.code };
    Line {
        root: found.root_cause,
        message: spans(&found.message).into_iter().map(stretch).collect(),
        check: found.check.clone(),
    }
}

fn fact(one: &Contrasted) -> Fact {
    let values = [("working", "good", &one.working), ("failing", "bad", &one.failing)];
    let shown = |(word, tone, values): (&'static str, &'static str, &Vec<String>)| Values {
        word,
        tone,
        shown: values.iter().take(VALUES_SHOWN).cloned().collect(),
        more: values.len().saturating_sub(VALUES_SHOWN),
    };
    Fact {
        name: one.fact.clone(),
        near: one.difference.map(diag_sdk::Difference::words),
        values: values.into_iter().map(shown).collect(),
    }
}
