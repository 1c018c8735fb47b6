//! JUnit XML, for CI servers: a suite per family, a test per check. Skipped and crashed checks stay
//! visible as what they are.

use super::Judged;
use crate::FailOn;
use crate::terminal::visible;
use crate::wanted;
use crate::wording;
use diag_core::report::{CheckOutcome, ReportedCheck, ReportedFinding};
use diag_core::suppression::Suppressed;
use diag_sdk::Severity;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// All cases in one document.
pub(crate) fn render(judged: &[Judged], fail_on: FailOn) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let mut number = 0;
    for one in judged {
        let mut families: BTreeMap<&str, Vec<&ReportedCheck>> = BTreeMap::new();
        for check in &one.report.checks {
            families.entry(check.id.split('/').next().unwrap_or_default()).or_default().push(check);
        }
        for (family, checks) in families {
            suite(&mut out, one, family, &checks, number, fail_on);
            number += 1;
        }
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(
    out: &mut String,
    judged: &Judged,
    family: &str,
    checks: &[&ReportedCheck],
    number: usize,
    fail_on: FailOn,
) {
    let failing = |check: &ReportedCheck| {
        findings(judged, check)
            .into_iter()
            .filter(|finding| fails(finding, fail_on))
            .collect::<Vec<_>>()
    };
    let of = |outcome: CheckOutcome| checks.iter().filter(|check| check.outcome == outcome).count();
    let time = judged
        .report
        .judged_at
        .map(|time| time.strftime("%Y-%m-%dT%H:%M:%S").to_string())
        .unwrap_or_default();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "  <testsuite id=\"{number}\" name=\"{}\" package=\"{}\" timestamp=\"{time}\" hostname=\"localhost\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\">\n    <properties>\n      <property name=\"verdict\" value=\"{}\"/>\n      <property name=\"suppressed\" value=\"{}\"/>\n    </properties>",
        escape(family),
        escape(judged.title()),
        checks.len(),
        checks.iter().filter(|check| !failing(check).is_empty()).count(),
        of(CheckOutcome::Crashed),
        of(CheckOutcome::Skipped),
        escape(
            &serde_json::to_value(judged.report.verdict)
                .ok()
                .and_then(|word| word.as_str().map(str::to_owned))
                .unwrap_or_default()
        ),
        suppressed(judged, family).count(),
    );
    let mut passing = String::new();
    for check in checks {
        case(out, judged, family, check, &failing(check));
        for finding in
            findings(judged, check).into_iter().filter(|finding| !fails(finding, fail_on))
        {
            let _ = writeln!(
                passing,
                "{} {}: {}",
                wording::word(finding.severity),
                finding.check,
                finding.message
            );
        }
    }
    for one in suppressed(judged, family) {
        let _ = writeln!(
            passing,
            "suppressed {}: {} ({})",
            one.finding.check, one.finding.message, one.reason
        );
    }
    let _ = writeln!(
        out,
        "    <system-out>{}</system-out>\n    <system-err/>\n  </testsuite>",
        escape_lines(&passing)
    );
}

/// Findings of a family that somebody decided to live with.
fn suppressed<'j>(judged: &'j Judged, family: &str) -> impl Iterator<Item = &'j Suppressed> {
    let family = format!("{family}/");
    judged.report.suppressed.iter().filter(move |one| one.finding.check.starts_with(&family))
}

fn case(
    out: &mut String,
    judged: &Judged,
    family: &str,
    check: &ReportedCheck,
    failing: &[&ReportedFinding],
) {
    let name = check.id.split_once('/').map_or(check.id.as_str(), |(_, name)| name);
    let _ = write!(
        out,
        "    <testcase classname=\"{}\" name=\"{}\" time=\"0\"",
        escape(family),
        escape(name)
    );
    let inside = match (check.outcome, failing) {
        (CheckOutcome::Crashed, _) => {
            let error = check.error.as_deref().unwrap_or_default();
            format!("<error type=\"crashed\" message=\"{}\"/>", escape(error))
        }
        (CheckOutcome::Skipped, []) => {
            format!("<skipped message=\"{}\"/>", escape(&why_skipped(judged, check)))
        }
        (_, []) if judged.report.suppressed.iter().any(|one| one.finding.check == check.id) => {
            let reasons: Vec<&str> = judged
                .report
                .suppressed
                .iter()
                .filter(|one| one.finding.check == check.id)
                .map(|one| one.reason.as_str())
                .collect();
            format!(
                "<skipped message=\"{}\"/>",
                escape(&format!("suppressed: {}", reasons.join("; ")))
            )
        }
        (_, []) => String::new(),
        (_, [first, ..]) => {
            let text: Vec<String> = failing.iter().map(|finding| described(finding)).collect();
            format!(
                "<failure type=\"{}\" message=\"{}\">{}</failure>",
                wording::word(first.severity),
                escape(&first.message),
                escape_lines(&text.join("\n"))
            )
        }
    };
    if inside.is_empty() {
        out.push_str("/>\n");
    } else {
        let _ = writeln!(out, ">{inside}</testcase>");
    }
}

/// What it lacks: an input that is there already is none of that.
fn why_skipped(judged: &Judged, check: &ReportedCheck) -> String {
    let absent = check.needs.iter().filter(|need| !judged.case.has(**need));
    let absent: Vec<String> = absent.map(|need| wanted::name(*need, &judged.products)).collect();
    match absent.as_slice() {
        [] => "nothing in what was given is for it to judge".to_owned(),
        [one] => format!("needs: {one}"),
        several => format!("needs one of: {}", several.join(", ")),
    }
}

/// A finding in plain lines.
fn described(finding: &ReportedFinding) -> String {
    let mut out = format!("{}\n", finding.message);
    let labelled = [
        ("", finding.detail.as_deref()),
        ("expected: ", finding.expected.as_deref()),
        ("actual:   ", finding.actual.as_deref()),
    ];
    for (label, text) in labelled {
        if let Some(text) = text {
            let _ = writeln!(out, "{label}{text}");
        }
    }
    for cause in &finding.causes {
        let screen = wording::screen(cause).map(|screen| format!("{screen}: ")).unwrap_or_default();
        let _ = writeln!(out, "fix ({}): {screen}{}", wording::person(cause.who), cause.fix);
        if let Some(value) = &cause.value {
            let _ = writeln!(out, "  {value}");
        }
    }
    out
}

fn findings<'a>(judged: &'a Judged, check: &ReportedCheck) -> Vec<&'a ReportedFinding> {
    judged.report.findings.iter().filter(|finding| finding.check == check.id).collect()
}

fn fails(finding: &ReportedFinding, fail_on: FailOn) -> bool {
    match fail_on {
        FailOn::Error => finding.severity == Severity::Error,
        FailOn::Warning => finding.severity >= Severity::Warning,
        FailOn::Never => false,
    }
}

/// Text for an attribute. XML cannot hold control characters; they become visible escapes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// Text for an element: lines stay lines.
fn escape_lines(text: &str) -> String {
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Need::{Capture, SpMetadata};

    #[test]
    fn what_was_given_is_not_asked_for() {
        let mut judged = crate::sample::broken();
        judged.case.messages.clear();
        let check = |needs: &[diag_sdk::Need]| ReportedCheck {
            id: "x/y".into(),
            outcome: CheckOutcome::Skipped,
            needs: needs.to_vec(),
            error: None,
        };
        assert_eq!(
            why_skipped(&judged, &check(&[Capture])),
            "nothing in what was given is for it to judge"
        );
        assert_eq!(
            why_skipped(&judged, &check(&[Capture, SpMetadata])),
            "needs: Metadata of the service provider"
        );
    }

    #[test]
    fn no_text_breaks_the_document() {
        assert_eq!(escape("a<b>&\"\u{1b}\n"), "a&lt;b&gt;&amp;&quot;\\u{1b}\\n");
        assert_eq!(escape_lines("a\nb<"), "a\nb&lt;");
    }
}
