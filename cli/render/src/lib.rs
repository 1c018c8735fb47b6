//! A report in the form that was asked for.

pub(crate) mod contrast;
pub(crate) mod differing;
pub(crate) mod fixes;
pub(crate) mod flow;
mod html;
pub(crate) mod json;
mod judged;
mod junit;
mod markdown;
mod prose;
#[cfg(test)]
pub(crate) mod sample;
mod sarif;
pub(crate) mod text;
mod view;

use crate::args::{FailOn, Format};
use crate::checkers::Checkers;

pub(crate) use judged::Judged;

/// How much the text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Detail {
    /// Verdict and root causes.
    Brief,
    /// What a person needs to act.
    Usual,
    /// Everything.
    Full,
}

/// What a report is written for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    pub(crate) format: Format,
    pub(crate) detail: Detail,
    pub(crate) width: usize,
    /// Lines of the terminal it goes to, where it goes to one.
    pub(crate) height: Option<usize>,
    pub(crate) fail_on: FailOn,
}

/// Writes the reports. Text may carry styles; whoever prints removes them where they do not belong.
pub(crate) fn render(judged: &[Judged], checkers: &Checkers, form: Form) -> anyhow::Result<String> {
    let several = judged.len() > 1;
    let each = |write: &dyn Fn(&Judged) -> anyhow::Result<String>, between: &str| -> anyhow::Result<String> {
        Ok(judged.iter().map(write).collect::<anyhow::Result<Vec<_>>>()?.join(between))
    };
    match form.format {
        Format::Text => {
            let mut text = each(&|one| Ok(text::render(one, one.title_among(several), form.detail, form.width)), "\n")?;
            match judged {
                [only] if form.detail != Detail::Brief => {
                    let again = form.height.and_then(|height| text::in_short(only, &text, height, form.width));
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
            let text = each(&|one| Ok(markdown::render(one, one.title_among(several), form.detail)), "\n")?;
            Ok(if several { format!("{text}\n{}", markdown::summary(judged)) } else { text })
        }
        Format::Html => html::render(judged, form.detail),
        Format::Sarif => Ok(json::pretty(&sarif::render(judged, checkers))?),
        Format::Junit => Ok(junit::render(judged, form.fail_on)),
    }
}
