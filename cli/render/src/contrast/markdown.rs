//! The comparison as Markdown, for tickets and chats.

use super::{NOTHING_DIFFERS, VALUES_SHOWN, WHAT_TO_ADD, facts_are, holder};
use crate::Judged;
use crate::markdown::{code, escape};
use crate::prose::spans;
use crate::view::headline;
use diag_core::compare::{Contrast, Contrasted, Found};
use std::fmt::Write as _;

/// The comparison.
pub fn markdown(good: &Judged, bad: &Judged, contrast: &Contrast) -> String {
    let mut out = String::from("# What differs\n\n");
    // Writing to a String cannot fail.
    for (word, judged) in [("Working", good), ("Failing", bad)] {
        let headline = headline::of(judged);
        let _ = writeln!(
            out,
            "- {word}: {} **{}** {}",
            code(judged.title()),
            headline.badge,
            escape(&headline.sentence)
        );
    }
    found(&mut out, "Found in the failing case alone", &contrast.only_in_failing);
    if contrast.differences.is_empty() {
        let _ = writeln!(out, "\n## {NOTHING_DIFFERS}\n\n{WHAT_TO_ADD}");
    } else {
        differences(&mut out, contrast);
    }
    found(&mut out, "Found in both, so not what makes the difference", &contrast.in_both);
    if !contrast.not_compared.is_empty() {
        out.push_str("\n## Not compared\n\n");
        for one in &contrast.not_compared {
            let _ = writeln!(out, "- {}: {}", escape(&one.about), holder(one.in_working));
        }
    }
    let _ = writeln!(out, "\n{} the same in both", facts_are(contrast.same));
    out
}

fn found(out: &mut String, title: &str, findings: &[Found]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## {title}\n");
    for one in findings {
        let cause = if one.root_cause { "**root cause:** " } else { "" };
        let message: String = spans(&one.message)
            .into_iter()
            .map(|span| if span.code { code(span.text) } else { escape(span.text) })
            .collect();
        let _ = writeln!(out, "- {cause}{message} ({})", code(&one.check));
    }
}

fn differences(out: &mut String, contrast: &Contrast) {
    let _ = writeln!(out, "\n## Differences: {}", contrast.differences.len() + contrast.more);
    let mut about = None;
    for one in &contrast.differences {
        let group = (one.named_as_cause, one.about.as_str());
        if about != Some(group) {
            let named = if one.named_as_cause { ", named by the root cause" } else { "" };
            let _ = writeln!(out, "\n### {}{named}\n", escape(&one.about));
            about = Some(group);
        }
        fact(out, one);
    }
    if contrast.more > 0 {
        let _ = writeln!(out, "\nand {} more", contrast.more);
    }
}

fn fact(out: &mut String, one: &Contrasted) {
    let near = one.difference.map(|near| format!(" ({})", near.words())).unwrap_or_default();
    let _ = writeln!(out, "- {}{near}", escape(&one.fact));
    for (word, values) in [("working", &one.working), ("failing", &one.failing)] {
        let mut shown: Vec<String> =
            values.iter().take(VALUES_SHOWN).map(|value| code(value)).collect();
        if values.is_empty() {
            shown.push("not there".to_owned());
        } else if values.len() > VALUES_SHOWN {
            shown.push(format!("and {} more", values.len() - VALUES_SHOWN));
        }
        let _ = writeln!(out, "  - {word}: {}", shown.join(", "));
    }
}
