//! A report in the form that was asked for: pure, so that the command line and a page in a browser share it.
//!
//! Nothing here opens a file, asks a terminal or a clock, or draws a random number.

pub mod ask;
pub mod bundle;
pub mod carried;
pub mod contrast;
mod differing;
pub mod fixes;
pub mod flow;
mod html;
pub mod json;
mod judged;
mod junit;
mod markdown;
mod prose;
pub mod reading;
pub mod receipt;
#[cfg(test)]
mod sample;
mod sarif;
pub mod terminal;
pub mod text;
pub mod tone;
mod view;
pub mod wanted;
pub mod wording;

use diag_sdk::manifest::CheckInfo;

pub use judged::Judged;

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, at a terminal.
    Text,
    /// One object of schema `diag-report/1`.
    Json,
    /// One such object per line.
    Ndjson,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML.
    Junit,
    /// Markdown.
    Markdown,
    /// One page for a browser.
    Html,
}

/// From which level on findings count as failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Errors.
    Error,
    /// Warnings and errors.
    Warning,
    /// Never.
    Never,
}

/// The table of who says what, as data: its columns, the rows that differ or that a finding is about, the rows in
/// which nothing differs, and the sources that were not there. Nothing where fewer than two sources are.
pub fn who_says_what(judged: &Judged) -> serde_json::Result<Option<serde_json::Value>> {
    view::says::of(judged).map(serde_json::to_value).transpose()
}

/// How much the text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Verdict and root causes.
    Brief,
    /// What a person needs to act.
    Usual,
    /// Everything.
    Full,
}

/// What a report is written for.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Its form.
    pub format: Format,
    /// How much it tells.
    pub detail: Detail,
    /// Columns of text.
    pub width: usize,
    /// Lines of the terminal it goes to, where it goes to one.
    pub height: Option<usize>,
    /// What counts as failure.
    pub fail_on: FailOn,
}

/// Writes the reports. `checks` are those that were asked, with what they say of themselves. Text may carry styles; whoever prints removes them where they do not belong.
pub fn render(judged: &[Judged], checks: &[CheckInfo], form: Form) -> anyhow::Result<String> {
    let several = judged.len() > 1;
    let each = |write: &dyn Fn(&Judged) -> anyhow::Result<String>,
                between: &str|
     -> anyhow::Result<String> {
        Ok(judged.iter().map(write).collect::<anyhow::Result<Vec<_>>>()?.join(between))
    };
    match form.format {
        Format::Text => {
            let mut text = each(
                &|one| Ok(text::render(one, one.title_among(several), form.detail, form.width)),
                "\n",
            )?;
            match judged {
                [only] if form.detail != Detail::Brief => {
                    let again = form
                        .height
                        .and_then(|height| text::in_short(only, &text, height, form.width));
                    text.push_str(&again.unwrap_or_default());
                }
                [_] | [] => {}
                all => {
                    text.push('\n');
                    text.push_str(&text::summary::render(all, form.width));
                }
            }
            Ok(text)
        }
        Format::Json => each(&|one| Ok(json::pretty(&one.report)?), ""),
        Format::Ndjson => each(&|one| Ok(json::line(&one.report)?), ""),
        Format::Markdown => {
            let text = each(
                &|one| Ok(markdown::render(one, one.title_among(several), form.detail)),
                "\n",
            )?;
            Ok(if several { format!("{text}\n{}", markdown::summary(judged)) } else { text })
        }
        Format::Html => html::render(judged, form.detail),
        Format::Sarif => Ok(json::pretty(&sarif::render(judged, checks))?),
        Format::Junit => Ok(junit::render(judged, form.fail_on)),
    }
}
