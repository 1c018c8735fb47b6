//! Markdown for tickets and chats: the same story as the text, in a form that survives pasting.

use super::prose::spans;
use super::unchecked::{self, Wanted};
use super::{Detail, Judged};
use crate::terminal::visible;
use crate::wanted;
use crate::wording;
use diag_core::report::ReportedFinding;
use diag_sdk::Severity;
use std::fmt::Write as _;

/// Most attempts listed: a loop can make hundreds.
const ATTEMPTS_SHOWN: usize = 8;

/// One report.
pub(crate) fn render(judged: &Judged, title: Option<&str>, detail: Detail) -> String {
    let mut out = String::new();
    let headline = super::text::headline::sentence(judged);
    let verdict = super::text::headline::badge(judged.report.verdict).0;
    // Writing to a String cannot fail.
    let _ = match title {
        Some(title) => writeln!(out, "# {}\n\n**{verdict}**: {}", code(title), escape(&headline)),
        None => writeln!(out, "# {verdict}: {}", escape(&headline)),
    };
    if let Some(attempt) = super::text::headline::decisive(judged).filter(|attempt| !attempt.ending.is_empty()) {
        let _ = writeln!(out, "\n{}", escape(&attempt.ending));
    }
    let roots = judged.root_causes();
    for (index, finding) in roots.iter().enumerate() {
        let number = if roots.len() > 1 { format!(" {}", index + 1) } else { String::new() };
        let _ = writeln!(out, "\n## Root cause{number}: {}", prose(&finding.message));
        whole(&mut out, judged, finding);
        let following = judged.following(finding);
        if detail != Detail::Brief && !following.is_empty() {
            out.push_str("\nThis explains:\n\n");
            for symptom in following {
                let _ = writeln!(out, "- {} ({})", prose(&symptom.message), code(&symptom.check));
            }
        }
    }
    if detail == Detail::Brief {
        return out;
    }
    for (severity, label) in [(Severity::Error, "Further errors"), (Severity::Warning, "Warnings"), (Severity::Notice, "Notices")] {
        let others = judged.others(severity);
        if others.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n## {label}\n");
        for finding in others {
            let _ = writeln!(out, "- {} ({})", prose(&finding.message), code(&finding.check));
            if let Some(cause) = finding.causes.first().filter(|_| severity != Severity::Notice) {
                let value = cause.value.as_deref().map(|value| format!(" {}", code(value))).unwrap_or_default();
                let screen = wording::screen(cause).map(|screen| format!("{}. ", escape(screen))).unwrap_or_default();
                let _ = writeln!(out, "  - {}: {screen}{}{value}", wording::person(cause.who), prose(&cause.fix));
            }
        }
    }
    not_checked(&mut out, judged);
    basis(&mut out, judged);
    out
}

/// A root cause in full.
fn whole(out: &mut String, judged: &Judged, finding: &ReportedFinding) {
    let _ = writeln!(out, "\n{}", code(&finding.check));
    for paragraph in finding.detail.iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty()) {
        let _ = writeln!(out, "\n{}", prose(paragraph));
    }
    if finding.expected.is_some() || finding.actual.is_some() {
        out.push_str("\n| | value | from |\n|---|---|---|\n");
        for (label, value, origin) in
            [("expected", &finding.expected, &finding.expected_origin), ("actual", &finding.actual, &finding.actual_origin)]
        {
            if let Some(value) = value {
                let _ = writeln!(out, "| {label} | {} | {} |", cell(&code(value)), cell(&escape(origin.as_deref().unwrap_or_default())));
            }
        }
        if let Some(difference) = finding.difference {
            let _ = writeln!(out, "\nDifference: {}", difference.words());
        }
    }
    if let Some(place) = finding.places.first() {
        let _ = writeln!(out, "\nAt {}", escape(&super::text::excerpt::describe(judged, place)));
    }
    for (index, cause) in finding.causes.iter().enumerate() {
        let label = if index == 0 { "Fix" } else { "Or" };
        let _ = writeln!(out, "\n**{label}** ({}): {}", wording::person(cause.who), prose(&cause.text));
        out.push('\n');
        if let Some(screen) = wording::screen(cause) {
            let _ = writeln!(out, "- Where: {}", escape(screen));
        }
        let _ = writeln!(out, "- What: {}", prose(&cause.fix));
        if let Some(value) = &cause.value {
            let fence = fence(value);
            let _ = writeln!(out, "\n{fence}\n{}\n{fence}", value.lines().map(visible).collect::<Vec<_>>().join("\n"));
        }
    }
    if !finding.references.is_empty() {
        let _ = writeln!(out, "\nSee: {}", finding.references.iter().map(|reference| escape(reference)).collect::<Vec<_>>().join("; "));
    }
}

fn not_checked(out: &mut String, judged: &Judged) {
    let wanted_inputs: Vec<Wanted<'_>> = unchecked::wanted(judged).into_iter().filter(Wanted::is_to_be_had).collect();
    if wanted_inputs.is_empty() {
        return;
    }
    out.push_str("\n## Not checked for lack of input\n\n");
    for Wanted { need, checks, .. } in wanted_inputs {
        let how = wanted::how(need, judged.case.idp_vendor, judged.case.sp_vendor);
        let _ = writeln!(out, "- {} ({}): {}", wanted::name(need), wording::count(checks.len(), "check"), escape(how));
    }
}

fn basis(out: &mut String, judged: &Judged) {
    out.push_str("\n## Read\n\n");
    for input in &judged.report.inputs {
        let producer = input.producer.as_deref().map(|producer| format!(", {}", escape(producer))).unwrap_or_default();
        let _ = writeln!(out, "- {}: {}{producer}", code(wording::path(&input.path)), wording::kind(input.kind));
        for note in &input.notes {
            let _ = writeln!(out, "  - {}", prose(note));
        }
    }
    // One attempt is told by the headline.
    if judged.report.attempts.len() < 2 {
        return;
    }
    out.push_str("\n## Attempts\n\n");
    for attempt in judged.report.attempts.iter().take(ATTEMPTS_SHOWN) {
        let when = attempt.started.map(|time| format!(" {}", wording::moment(time))).unwrap_or_default();
        let (words, _) = wording::outcome(attempt.outcome);
        let _ = writeln!(out, "- {}{when}: {words}. {}", wording::attempt(attempt.kind), escape(&attempt.ending));
    }
    let more = judged.report.attempts.len().saturating_sub(ATTEMPTS_SHOWN);
    if more > 0 {
        let _ = writeln!(out, "- and {more} more");
    }
}

/// Plain text: nothing in it is markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '#' | '|' | '~' | '&') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Prose of checks, in which backticks mark code.
fn prose(text: &str) -> String {
    spans(text).into_iter().map(|span| if span.code { code(span.text) } else { escape(span.text) }).collect()
}

/// A value as code, whatever backticks it holds.
fn code(text: &str) -> String {
    let text = visible(text);
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A fence longer than any in the text.
fn fence(text: &str) -> String {
    "`".repeat((longest_run(text) + 1).max(3))
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

/// In a table a bar ends the cell, even in code.
fn cell(text: &str) -> String {
    text.replace("\\|", "|").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_is_never_markup() {
        assert_eq!(escape("[x](https://evil) <b>"), "\\[x\\](https://evil) \\<b\\>");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(prose("set `x_y` to a_b"), "set `x_y` to a\\_b");
        assert_eq!(fence("a ```` b"), "`````");
        assert_eq!(cell(&code("a|b")), "`a\\|b`");
    }
}
