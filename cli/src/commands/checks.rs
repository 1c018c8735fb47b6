//! `diag checks`: every check with its level and one line.

use crate::args::{ChecksArguments, ListFormat};
use crate::builtin;
use crate::output;
use crate::render::json;
use crate::render::text::page::{Page, styled};
use crate::terminal::{self, DIM, STRONG};
use crate::wording;
use diag_sdk::{Check, Need, Severity, Stage};
use serde::Serialize;
use std::io::IsTerminal;
use std::process::ExitCode;

/// In a pipe a check is one line, whatever its length: people search it.
const UNWRAPPED: usize = 1_000;

/// A check as `--format json` lists it.
#[derive(Serialize)]
struct Listed {
    id: &'static str,
    title: &'static str,
    levels: &'static [Severity],
    stage: Stage,
    needs: &'static [Need],
    explains: &'static [&'static str],
    causes: Vec<diag_sdk::Cause>,
    references: &'static [&'static str],
}

impl From<&'static Check> for Listed {
    fn from(check: &'static Check) -> Self {
        Self {
            id: check.id,
            title: check.title,
            levels: check.levels,
            stage: check.stage,
            needs: check.needs,
            explains: check.explains,
            causes: check.causes.iter().map(|cause| cause.worded(diag_sdk::Vendor::Other, None, None)).collect(),
            references: check.references,
        }
    }
}

pub(crate) fn run(arguments: &ChecksArguments) -> anyhow::Result<ExitCode> {
    let text = match arguments.format {
        ListFormat::Json => {
            let listed: Vec<Listed> = builtin::checks().into_iter().map(Listed::from).collect();
            json::pretty(&listed)?
        }
        ListFormat::Text => table(if std::io::stdout().is_terminal() { terminal::width() } else { UNWRAPPED }),
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Families with their checks; titles stand in one column where the width allows.
fn table(width: usize) -> String {
    let mut page = Page::new(width);
    let checks = builtin::checks();
    let longest = checks.iter().map(|check| check.id.len()).max().unwrap_or_default();
    for plugin in builtin::BUILTIN {
        page.blank();
        page.line(&format!("{}  {}", styled(STRONG, plugin.name), styled(DIM, plugin.about)));
        for check in plugin.checks {
            let level = format!("{}{:<8}{:#}", wording::style(check.level()), levels(check), wording::style(check.level()));
            let lead = format!("  {:<longest$}  {level}", check.id);
            page.hanging(&lead, 2 + longest + 2 + 8, check.title);
        }
    }
    page.blank();
    page.line(&styled(DIM, &format!("{} checks; diag explain ID tells more about one", checks.len())));
    page.finish()
}

/// `E`, `E/W`, `W/N`: the levels a check can report at.
fn levels(check: &Check) -> String {
    let letters: Vec<&str> = check.levels.iter().map(|level| wording::word(*level)).collect();
    match letters.as_slice() {
        [one] => (*one).to_owned(),
        several => several.iter().map(|word| word[..1].to_uppercase()).collect::<Vec<_>>().join("/"),
    }
}
