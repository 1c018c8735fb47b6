//! One page for a browser, to be mailed, attached to a ticket or printed: it holds everything it needs and
//! runs nothing.
//!
//! The template says how a report looks, the view what it says. Whatever the template writes passes through
//! [`write_escaped`], so that no value of a file can become markup or reorder the text around it.

use super::view::says::{self, Says};
use super::view::story::{self, Story};
use super::view::{self, CaseView, Finding, Room};
use super::{Detail, Judged};
use crate::terminal::visible;
use crate::tone::Tone;
use crate::wording;
use base64::Engine as _;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{
    AutoEscape, Environment, Error, Output, State, UndefinedBehavior, escape_formatter,
};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Pieces first, for the page is made of them.
const TEMPLATE: &str = concat!(
    include_str!("parts.html"),
    include_str!("story.html"),
    include_str!("says.html"),
    include_str!("page.html")
);
const STYLE: &str = concat!(include_str!("page.css"), include_str!("story.css"));
const NAME: &str = "page.html";

/// Characters of a line that is quoted.
const EXCERPT_WIDTH: usize = 160;

/// The page.
#[derive(Debug, Serialize)]
struct Page<'v> {
    title: String,
    cases: Vec<PageCase<'v>>,
    /// Verdict and root causes only.
    brief: bool,
    /// Nothing is folded away.
    full: bool,
    version: &'v str,
}

/// A case with what only a page has room for.
#[derive(Debug, Serialize)]
struct PageCase<'v> {
    #[serde(flatten)]
    view: &'v CaseView<'v>,
    story: Story<'v>,
    says: Option<Says>,
    /// Findings that are neither root causes nor follow from one, by what they say.
    groups: Vec<PageGroup<'v>>,
}

/// Findings of one severity.
#[derive(Debug, Serialize)]
struct PageGroup<'v> {
    label: &'static str,
    word: &'static str,
    tone: Tone,
    findings: Vec<Alike<'v>>,
}

/// A finding, and those that say the same of other places.
#[derive(Debug, Serialize)]
struct Alike<'v> {
    finding: &'v Finding<'v>,
    again: Vec<&'v Finding<'v>>,
    /// How many those are.
    more: usize,
}

/// What every page is written with: its style, and text that cannot become markup.
pub(crate) fn environment() -> anyhow::Result<Environment<'static>> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(write_escaped);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    environment.add_global("style", Value::from_safe_string(STYLE.to_owned()));
    environment.add_global("policy", Value::from_safe_string(policy()));
    environment.add_filter("first", |list: Vec<Value>, most: usize| {
        list.into_iter().take(most).collect::<Vec<_>>()
    });
    environment.add_filter("beyond", beyond);
    environment.add_filter("capitalised", capitalised);
    environment.add_filter("joints", |text: String| joints(&text));
    environment.add_filter("unticked", |text: String| text.replace('`', ""));
    Ok(environment)
}

/// The reports, one after another on one page.
pub(crate) fn render(judged: &[Judged], detail: Detail) -> anyhow::Result<String> {
    let mut environment = environment()?;
    environment.add_template(NAME, TEMPLATE)?;
    let room = Room { root: EXCERPT_WIDTH, listed: EXCERPT_WIDTH };
    let several = judged.len() > 1;
    let views: Vec<CaseView<'_>> =
        judged.iter().map(|one| view::case(one, one.title_among(several), detail, room)).collect();
    Ok(environment.get_template(NAME)?.render(Serde(page(judged, &views, detail)))?)
}

/// A text cut after what joins the parts of an address, or of another long value.
fn joints(text: &str) -> Vec<String> {
    text.split_inclusive(['/', '.', ':', '-', '?', '&', '=', '_']).map(str::to_owned).collect()
}

/// The page asks for nothing and runs nothing; the one style in it is allowed by what it says.
fn policy() -> String {
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
}

fn page<'v>(judged: &'v [Judged], views: &'v [CaseView<'v>], detail: Detail) -> Page<'v> {
    let title = match views {
        [one] => format!("{}: {}", one.headline.badge, one.headline.sentence),
        _ => wording::count(views.len(), "capture"),
    };
    let cases = judged
        .iter()
        .zip(views)
        .map(|(one, view)| PageCase {
            view,
            story: story::of(one, &view.attempts),
            says: says::of(one),
            groups: view.others.iter().map(group).collect(),
        })
        .collect();
    let version = judged.first().map_or("", |one| &one.report.tool.version);
    Page { title, cases, brief: detail == Detail::Brief, full: detail == Detail::Full, version }
}

fn group<'v>(group: &'v view::Group<'v>) -> PageGroup<'v> {
    let mut findings: Vec<Alike<'_>> = Vec::new();
    for finding in &group.findings {
        let same = |known: &&mut Alike<'_>| {
            (known.finding.check, known.finding.message.0) == (finding.check, finding.message.0)
        };
        match findings.iter_mut().find(same) {
            Some(known) => {
                known.again.push(finding);
                known.more += 1;
            }
            None => findings.push(Alike { finding, again: Vec::new(), more: 0 }),
        }
    }
    PageGroup { label: group.label, word: group.word, tone: group.tone, findings }
}

/// `and 3 more places`, where a list is longer than what is shown of it.
#[expect(clippy::needless_pass_by_value, reason = "filters of a template are given values")]
fn beyond(list: Vec<Value>, most: usize, noun: String) -> Option<String> {
    list.len()
        .checked_sub(most)
        .filter(|more| *more > 0)
        .map(|more| format!("and {}", wording::count(more, &noun)))
}

#[expect(clippy::needless_pass_by_value, reason = "filters of a template are given values")]
fn capitalised(words: String) -> String {
    let mut characters = words.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

/// Writes a value as text: what is invisible or reorders text as escapes, then what is markup in HTML.
fn write_escaped(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    match value.as_str().filter(|_| value.kind() == ValueKind::String && !value.is_safe()) {
        Some(text) => escape_formatter(out, state, &Value::from(visible(text).into_owned())),
        None => escape_formatter(out, state, value),
    }
}

#[cfg(test)]
mod tests;
