//! `diag checks`: every check with its level and one line.

use crate::args::{ChecksArguments, ListFormat};
use crate::checkers::Checkers;
use crate::console;
use crate::output;
use crate::plugins;
use diag_render::json;
use diag_render::terminal::{DIM, STRONG};
use diag_render::text::page::{Page, plain, styled};
use diag_render::wording;
use diag_sdk::manifest::{CauseInfo, CheckInfo};
use diag_sdk::{Cause, Need, Severity, Stage, Vendor};
use serde::Serialize;
use std::io::IsTerminal;
use std::process::ExitCode;

/// In a pipe a check is one line, whatever its length: people search it.
const UNWRAPPED: usize = 1_000;

/// Titles get a column of their own where it is at least this wide.
const NARROWEST_TITLE: usize = 36;

/// A check as `--format json` lists it.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    levels: &'a [Severity],
    stage: Stage,
    needs: &'a [Need],
    explains: &'a [String],
    causes: Vec<Cause>,
    references: &'a [String],
}

impl<'a> From<&'a CheckInfo> for Listed<'a> {
    fn from(check: &'a CheckInfo) -> Self {
        Self {
            id: &check.id,
            title: &check.title,
            levels: &check.levels,
            stage: check.stage,
            needs: &check.needs,
            explains: &check.explains,
            causes: check.causes.iter().map(at_any_product).collect(),
            references: &check.references,
        }
    }
}

/// The cause with its screen in neutral words.
fn at_any_product(cause: &CauseInfo) -> Cause {
    let cause = cause.worded(Vendor::Other, None, None);
    Cause { screen: cause.written_screen(), ..cause }
}

pub(crate) fn run(arguments: &ChecksArguments) -> anyhow::Result<ExitCode> {
    let checkers = plugins::checkers(&arguments.plugins, &[])?;
    let text = match arguments.format {
        ListFormat::Json => {
            let listed: Vec<Listed<'_>> = checkers.checks().iter().map(Listed::from).collect();
            json::pretty(&listed)?
        }
        ListFormat::Text => table(
            &checkers,
            if std::io::stdout().is_terminal() { console::width() } else { UNWRAPPED },
        ),
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Families with their checks; titles stand in one column where the width allows.
fn table(checkers: &Checkers, width: usize) -> String {
    let mut page = Page::new(width);
    let checks = checkers.checks();
    let longest = checks.iter().map(|check| check.id.len()).max().unwrap_or_default();
    for plugin in checkers.families() {
        page.blank();
        let lead = format!("{}  ", styled(STRONG, &plugin.name));
        page.hanging(&lead, 2, &styled(DIM, &plugin.about));
        for check in &plugin.checks {
            let style = wording::tone(check.level()).style();
            let level = format!("{style}{:<8}{style:#}", levels(check));
            let lead = format!("  {:<longest$}  {level}", check.id);
            let indent = 2 + longest + 2 + 8;
            if indent + NARROWEST_TITLE > width {
                page.line(&lead);
                page.paragraph(6, &plain(&check.title));
            } else {
                page.hanging(&lead, indent, &plain(&check.title));
            }
        }
    }
    page.blank();
    let several =
        styled(DIM, "E/W, W/N: an error, a warning or a notice (E, W, N), as the case is");
    page.paragraph(0, &several);
    page.paragraph(
        0,
        &styled(DIM, &format!("{} checks; diag explain ID tells more about one", checks.len())),
    );
    page.finish()
}

/// `E`, `E/W`, `W/N`: the levels a check can report at.
fn levels(check: &CheckInfo) -> String {
    let letters: Vec<&str> = check.levels.iter().map(|level| wording::word(*level)).collect();
    match letters.as_slice() {
        [one] => (*one).to_owned(),
        several => {
            several.iter().map(|word| word[..1].to_uppercase()).collect::<Vec<_>>().join("/")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_fits_narrow_terminals_and_explains_its_letters() {
        let text = anstream::adapter::strip_str(&table(&Checkers::builtin(), 80)).to_string();
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        assert!(text.contains("(E, W, N)"), "{text}");
    }
}
