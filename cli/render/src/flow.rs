//! The attempts of a capture for programs and for pages that draw diagrams.

use super::Judged;
use super::view::{self, Attempt};
use crate::terminal::visible;
use diag_core::report::Report;
use diag_sdk::Case;
use diag_sdk::case::attempt;
use serde::Serialize;
use std::fmt::Write as _;

/// What `diag flow --format json` prints.
#[derive(Debug, Serialize)]
struct Written<'j> {
    schema: &'static str,
    attempts: Vec<Told<'j>>,
}

/// An attempt as the report has it, with the capture it stands in.
#[derive(Debug, Serialize)]
struct Told<'j> {
    capture: Option<&'j str>,
    #[serde(flatten)]
    attempt: &'j attempt::Attempt,
}

/// As one object: the attempts of the report, each with its capture.
pub fn json(judged: &Judged) -> serde_json::Result<String> {
    let Report { attempts, .. } = &judged.report;
    let told = |attempt| Told { capture: view::capture(&judged.case, attempt), attempt };
    super::json::pretty(&Written {
        schema: "diag-flow/1",
        attempts: attempts.iter().map(told).collect(),
    })
}

/// As Mermaid: one sequence diagram per attempt, rounds of a loop as one.
pub fn mermaid(judged: &Judged) -> String {
    let mut out = String::new();
    for attempt in view::attempts(&judged.case, &judged.report.attempts, None) {
        if !out.is_empty() {
            out.push('\n');
        }
        diagram(&mut out, &judged.case, &attempt);
    }
    out
}

fn diagram(out: &mut String, case: &Case, attempt: &Attempt<'_>) {
    let when = attempt.when.as_deref().unwrap_or_default();
    let capture = attempt.capture.map(|capture| format!("{capture}, ")).unwrap_or_default();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "%% {}{} {} {when}: {}",
        plain(&capture),
        attempt.id,
        attempt.what,
        attempt.words
    );
    out.push_str("sequenceDiagram\n");
    let sides = [
        ("browser", "Browser".to_owned()),
        ("SP", side(case.product_name(case.sp_vendor, "Service provider"))),
        ("broker", "Broker".to_owned()),
        ("IdP", side(case.product_name(case.idp_vendor, "Identity provider"))),
    ];
    for (id, name) in sides
        .iter()
        .filter(|(id, _)| attempt.steps.iter().any(|step| step.from == *id || step.to == *id))
    {
        let _ = writeln!(out, "    participant {id} as {name}");
    }
    for step in &attempt.steps {
        let status = match step.status {
            Some(0) => ", no answer".to_owned(),
            Some(status) => format!(", {status}"),
            None => String::new(),
        };
        let arrow = if step.status == Some(0) { "--x" } else { "->>" };
        let _ = writeln!(
            out,
            "    {}{arrow}{}: {}{status} {}",
            step.from,
            step.to,
            plain(&step.what),
            plain(&step.url)
        );
    }
    if let Some(again) = &attempt.again {
        let _ = writeln!(
            out,
            "    Note over {}: {} like it, up to {}",
            attempt.steps.first().map_or("browser", |step| step.from),
            again.number,
            again.last
        );
    }
    if let (Some(last), false) = (attempt.steps.last(), attempt.ending.is_empty()) {
        let _ = writeln!(out, "    Note over {}: {}", last.to, plain(attempt.ending));
    }
}

fn side(name: &str) -> String {
    plain(name)
}

/// Text in which Mermaid sees no syntax: a line ends at `;`, and `#` begins an entity.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '#' | ';' | '<' | '>' | '%' | '{' | '}' | '"' => {
                let _ = write!(out, "#{};", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_diagram_has_every_step_and_how_it_ended() {
        let text = mermaid(&sample::broken());
        assert!(text.starts_with("%% case/login.har, a1 sign-in"), "{text}");
        assert!(
            text.contains("\nsequenceDiagram\n")
                && text.contains(
                    "    SP->>IdP: AuthnRequest, 200 login.microsoftonline.com/tenant/saml2\n"
                ),
            "{text}"
        );
        assert!(
            text.contains("Note over IdP: Microsoft Entra ID shows the error page AADSTS50011"),
            "{text}"
        );
    }

    #[test]
    fn nothing_in_a_text_is_syntax() {
        assert_eq!(plain("a;b#c\n%%"), "a#59;b#35;c\\n#37;#37;");
    }

    #[test]
    fn every_attempt_names_its_capture() {
        let value: serde_json::Value =
            serde_json::from_str(&json(&sample::broken()).expect("serialisable")).expect("JSON");
        assert_eq!(
            (value["schema"].as_str(), value["attempts"][0]["capture"].as_str()),
            (Some("diag-flow/1"), Some("case/login.har"))
        );
    }
}
