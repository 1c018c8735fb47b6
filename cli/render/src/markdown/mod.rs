//! Markdown for tickets and chats: the same story as the text, in a form that survives pasting.

mod acts;
#[cfg(test)]
mod hostile;
mod plain;

use super::prose::spans;
use super::view::{self, Block, CaseView, Finding, Prose, Room, Root, Unchecked, listed};
use super::{Detail, Judged};
use crate::terminal::visible;
use plain::link;
use std::fmt::Write as _;

pub(crate) use plain::escape;

/// Most attempts listed: a loop can make hundreds.
const ATTEMPTS_SHOWN: usize = 8;

/// Characters of a line of a file. None is quoted: what surrounds a value says little in a ticket.
const LINE_WIDTH: usize = 80;

/// One report.
pub(crate) fn render(judged: &Judged, title: Option<&str>, detail: Detail) -> String {
    let case = view::case(judged, title, detail, Room { root: LINE_WIDTH, listed: LINE_WIDTH });
    let mut out = String::new();
    let headline = &case.headline;
    // Writing to a String cannot fail.
    let _ = match case.name {
        Some(name) => writeln!(
            out,
            "# {}\n\n**{}**: {}",
            code(name),
            headline.badge,
            escape(&headline.sentence)
        ),
        None => writeln!(out, "# {}: {}", headline.badge, escape(&headline.sentence)),
    };
    if let Some(ending) = headline.ending {
        let _ = writeln!(out, "\n{}", escape(ending));
    }
    if let Some((product, user)) = headline.user {
        let _ = writeln!(out, "\n{product} sees the user as {}", code(user));
    }
    for root in &case.roots {
        root_cause(&mut out, root, detail);
    }
    acts::write(&mut out, &case, detail);
    if detail == Detail::Brief {
        return out;
    }
    for group in &case.others {
        let _ = writeln!(out, "\n## {}\n", group.label);
        for finding in &group.findings {
            let likely = if finding.likely { "Likely: " } else { "" };
            let _ = writeln!(out, "- {likely}{} ({})", prose(finding.message), code(finding.check));
        }
    }
    if let Some(suppressed) = &case.suppressed {
        let _ = writeln!(out, "\n## Suppressed: {}\n", suppressed.number);
        for decision in &suppressed.decisions {
            let _ = writeln!(out, "- {}: {}", code(decision.check), escape(&decision.words));
        }
    }
    not_checked(&mut out, &case.unchecked);
    basis(&mut out, &case);
    out
}

/// Several reports in a table.
pub(crate) fn summary(judged: &[Judged]) -> String {
    let lines: Vec<view::Summed<'_>> = judged.iter().map(view::summary).collect();
    let mut out = format!(
        "# Summary\n\n{}\n\n| verdict | capture | reason |\n|---|---|---|\n",
        view::tally(&lines)
    );
    for line in &lines {
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            line.badge,
            cell(&code(line.name)),
            cell(&escape(&line.reason))
        );
    }
    out
}

/// A root cause in full.
fn root_cause(out: &mut String, root: &Root<'_>, detail: Detail) {
    let _ = writeln!(out, "\n## {}: {}", root.label, prose(root.finding.message));
    let _ = writeln!(out, "\n{}", code(root.finding.check));
    body(out, &root.finding);
    for other in &root.again {
        out.push_str("\n### The same fault in another place\n");
        body(out, other);
    }
    if let Some(because) = root.finding.because.as_ref().filter(|_| detail != Detail::Brief) {
        let _ = writeln!(out, "\n{}", escape(because));
    }
    for line in root.finding.weighed.iter().filter(|_| detail == Detail::Full) {
        let _ = writeln!(out, "\n{}", escape(line));
    }
    let references = &root.finding.references;
    if !references.is_empty() {
        let list: Vec<String> = references
            .iter()
            .map(|one| format!("{}{}", link(one.address), escape(one.text)))
            .collect();
        let _ = writeln!(out, "\nSee: {}", list.join("; "));
    }
    if detail != Detail::Brief && !root.follows.is_empty() {
        out.push_str("\nThis explains:\n\n");
        for symptom in &root.follows {
            let often = if symptom.times > 1 {
                format!(" ({} times)", symptom.times)
            } else {
                String::new()
            };
            let _ = writeln!(out, "- {}{often} ({})", prose(symptom.message), code(symptom.check));
        }
    }
}

/// What is told of a finding below its headline.
fn body(out: &mut String, finding: &Finding<'_>) {
    for block in &finding.detail {
        paragraphs(out, block);
    }
    if !finding.comparison.values.is_empty() {
        out.push_str("\n| | value | from |\n|---|---|---|\n");
        for value in &finding.comparison.values {
            let origin = cell(&escape(value.origin.unwrap_or_default()));
            let _ = writeln!(out, "| {} | {} | {origin} |", value.label, cell(&code(&value.text)));
        }
        if let Some(words) = finding.comparison.difference {
            let _ = writeln!(out, "\nDifference: {words}");
        }
    }
    if let Some(place) = finding.places.first() {
        let _ = writeln!(out, "\nAt {}", escape(&place.words));
    }
}

fn paragraphs(out: &mut String, block: &Block<'_>) {
    let between = if block.list { "\n- " } else { "\n\n" };
    let lines: Vec<String> = block.lines.iter().map(|line| prose(*line)).collect();
    let _ = writeln!(out, "\n{}{}", if block.list { "- " } else { "" }, lines.join(between));
}

fn not_checked(out: &mut String, unchecked: &Unchecked<'_>) {
    if unchecked.wanted.is_empty() {
        return;
    }
    out.push_str("\n## Not checked for lack of input\n\n");
    for one in &unchecked.wanted {
        let _ = writeln!(out, "- {} ({}): {}", one.name, one.number, escape(&one.how));
    }
    for rest in &unchecked.rest {
        let _ = writeln!(out, "- {}: {}", rest.number, rest.why);
    }
}

fn basis(out: &mut String, case: &CaseView<'_>) {
    out.push_str("\n## Read\n\n");
    for input in &case.inputs {
        let producer =
            input.producer.map(|producer| format!(", {}", escape(producer))).unwrap_or_default();
        let about = input.about.map(|about| format!(": {}", escape(about))).unwrap_or_default();
        let _ = writeln!(out, "- {}: {}{producer}{about}", code(input.path), input.kind);
        for note in input.notes {
            let _ = writeln!(out, "  - {}", prose(Prose(note)));
        }
    }
    let lines = listed(&case.attempts);
    let number: usize = lines.iter().map(|line| line.times).sum();
    // One attempt is told by the headline.
    if number < 2 {
        return;
    }
    out.push_str("\n## Attempts\n\n");
    for line in lines.iter().take(ATTEMPTS_SHOWN) {
        let attempt = line.attempt;
        let when = attempt.when.as_deref().map(|when| format!(" {when}")).unwrap_or_default();
        let again = if line.times > 1 { format!(" ({} times)", line.times) } else { String::new() };
        let _ = writeln!(
            out,
            "- {}{when}: {}. {}{again}",
            attempt.what,
            attempt.words,
            escape(attempt.ending)
        );
    }
    let more: usize = lines.iter().skip(ATTEMPTS_SHOWN).map(|line| line.times).sum();
    if more > 0 {
        let _ = writeln!(out, "- and {more} more");
    }
}

/// Prose of checks, in which backticks mark code.
fn prose(text: Prose<'_>) -> String {
    spans(text.0)
        .into_iter()
        .map(|span| if span.code { code(span.text) } else { escape(span.text) })
        .collect()
}

/// A value as code, whatever backticks it holds.
pub(crate) fn code(text: &str) -> String {
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
        assert_eq!(escape("[x](y) <b>"), "\\[x\\](y) \\<b\\>");
        assert_eq!(escape("see https://sp.example/x."), "see `https://sp.example/x`.");
        assert_eq!(escape("1. one"), "1\\. one");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(prose(Prose("set `x_y` to a_b")), "set `x_y` to a\\_b");
        assert_eq!(fence("a ```` b"), "`````");
        assert_eq!(cell(&code("a|b")), "`a\\|b`");
    }
}
