//! A report in the form that was asked for.

pub(crate) mod text;

use crate::args::Format;
use diag_core::report::Report;
use diag_core::sources::Sources;
use diag_sdk::Case;

/// A case and its report.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) case: Case,
    pub(crate) sources: Sources,
    pub(crate) report: Report,
}

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

/// Writes the reports. Text may carry styles; whoever prints removes them where they do not belong.
pub(crate) fn render(format: Format, judged: &[Judged], detail: Detail, width: usize) -> anyhow::Result<String> {
    let mut out = String::new();
    for (index, one) in judged.iter().enumerate() {
        match format {
            Format::Text => {
                if index > 0 {
                    out.push('\n');
                }
                let title = (judged.len() > 1).then(|| one.case.inputs.first().map_or("", |input| input.path.as_str()));
                out.push_str(&text::render(one, title, detail, width));
            }
            Format::Json => {
                out.push_str(&serde_json::to_string_pretty(&one.report)?);
                out.push('\n');
            }
            Format::Ndjson => {
                out.push_str(&serde_json::to_string(&one.report)?);
                out.push('\n');
            }
        }
    }
    Ok(out)
}
