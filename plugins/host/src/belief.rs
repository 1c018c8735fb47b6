//! What is believed of what a plugin says: its manifest where it holds, its answers where the
//! manifest allows them. Everything is bounded, and nothing crosses that could disguise itself.

use crate::pack::shape::Shape;
use crate::sight::FIELDS;
use diag_sdk::manifest::{CheckAnswer, CheckInfo, Manifest};
use diag_sdk::{Case, Finding, Severity};
use serde_json::Value;
use std::collections::BTreeSet;

/// Most findings one check may report; further ones are left out, and that is said.
const MOST_FINDINGS: usize = 1000;
/// Most checks one plugin may bring.
const MOST_CHECKS: usize = 2000;
/// Most places, causes and the like of one finding.
const MOST_PARTS: usize = 100;
/// Longest headline, title and the like, in bytes.
const LONGEST_LINE: usize = 2 << 10;
/// Longest text of several lines, in bytes.
const LONGEST_TEXT: usize = 256 << 10;

/// A manifest must name its checks under its own name, once each, in words that can be shown.
pub fn check_manifest(manifest: &Manifest) -> Result<(), String> {
    if manifest.schema != diag_sdk::manifest::SCHEMA {
        return Err(format!(
            "schema `{}`, expected `{}`",
            manifest.schema.escape_debug(),
            diag_sdk::manifest::SCHEMA
        ));
    }
    if !is_word(&manifest.name) {
        return Err(format!(
            "name `{}`, expected lower-case letters, digits and hyphens",
            manifest.name.escape_debug()
        ));
    }
    crate::requires::compatible(&manifest.requires)?;
    line("version", &manifest.version)?;
    line("about", &manifest.about)?;
    for want in &manifest.wants {
        if !diag_sdk::manifest::WANTS.contains(&want.as_str()) {
            let known = diag_sdk::manifest::WANTS.join(", ");
            return Err(format!("it wants `{}`, expected one of: {known}", want.escape_debug()));
        }
    }
    for header in &manifest.headers {
        diag_sdk::header::askable(header)?;
    }
    if manifest.checks.is_empty() {
        return Err("no checks, expected at least one".to_owned());
    }
    if manifest.checks.len() > MOST_CHECKS {
        return Err(format!("{} checks, expected at most {MOST_CHECKS}", manifest.checks.len()));
    }
    let mut seen = BTreeSet::new();
    for check in &manifest.checks {
        match check.id.split_once('/') {
            Some((name, problem)) if name == manifest.name && is_word(problem) => {}
            _ => {
                return Err(format!(
                    "check id `{}`, expected `{}/<problem>`",
                    check.id.escape_debug(),
                    manifest.name
                ));
            }
        }
        if !seen.insert(&check.id) {
            return Err(format!("check id `{}` occurs twice", check.id));
        }
        check_info(check).map_err(|reason| format!("check `{}`: {reason}", check.id))?;
    }
    Ok(())
}

fn check_info(check: &CheckInfo) -> Result<(), String> {
    if check.title.is_empty() {
        return Err("no title, expected what it reports in one line".to_owned());
    }
    if check.levels.is_empty() {
        return Err("no level, expected the levels it can report at".to_owned());
    }
    line("title", &check.title)?;
    if let Some(name) = check.reads.iter().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(format!(
            "reads `{}`, expected kinds of facts: {}",
            name.escape_debug(),
            FIELDS.join(", ")
        ));
    }
    for text in check.explains.iter().chain(&check.references) {
        line("explains and references", text)?;
    }
    for cause in &check.causes {
        line("cause", &cause.text)?;
        line("fix", &cause.fix)?;
    }
    if check.docs.len() > LONGEST_TEXT
        || check
            .docs
            .chars()
            .any(|character| character.is_control() && !matches!(character, '\n' | '\t'))
    {
        return Err(format!(
            "docs, expected at most {} kB without control characters",
            LONGEST_TEXT >> 10
        ));
    }
    Ok(())
}

fn line(what: &str, text: &str) -> Result<(), String> {
    if text.len() > LONGEST_LINE || text.chars().any(char::is_control) {
        return Err(format!(
            "{what}, expected one line of at most {LONGEST_LINE} bytes without control characters"
        ));
    }
    Ok(())
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// One answer for a check that was asked for: what the manifest allows, else a crash with its reason.
pub fn answer(check: &CheckInfo, answers: &[CheckAnswer]) -> CheckAnswer {
    let Some(mut answer) = answers.iter().find(|answer| answer.id == check.id).cloned() else {
        return crashed(&check.id, "it did not answer for this check");
    };
    answer.undecided = answer.undecided.map(|why| shortened(why, LONGEST_LINE));
    if let Some(why) = answer.crashed {
        return crashed(&check.id, &shortened(why, LONGEST_LINE));
    }
    let more = answer.findings.len().saturating_sub(MOST_FINDINGS);
    answer.findings.truncate(MOST_FINDINGS);
    if more > 0 {
        let mildest = check.levels.iter().copied().min().unwrap_or_default();
        answer.findings.push(
            Finding::new(mildest, format!("{more} further findings of this check are left out"))
                .likely(),
        );
    }
    for finding in &mut answer.findings {
        if !check.levels.contains(&finding.severity) {
            let level = format!("{:?}", finding.severity).to_lowercase();
            return crashed(
                &check.id,
                &format!("it reports at level {level}, which its manifest does not declare"),
            );
        }
        if finding.message.trim().is_empty() {
            return crashed(&check.id, "it reports a finding without a message");
        }
        believe(finding, check);
    }
    answer
}

/// Holds a frame that carries an answer against what answers look like: a check whose answer has a name or a word that
/// does not exist becomes a crashed one that says where. What a plugin mistypes would otherwise be lost without a word.
pub fn fitted(frame: &mut Value) {
    let Some(checks) = frame.pointer_mut("/answer/checks").and_then(Value::as_array_mut) else {
        return;
    };
    let shape = Shape::answer();
    for (index, answer) in checks.iter_mut().enumerate() {
        let Err(misfit) = shape.fit(answer, &format!("checks[{index}]")) else { continue };
        let what =
            misfit.name.map(|name| format!(" `{}`", name.escape_debug())).unwrap_or_default();
        let why = format!(
            "{}:{what} is not what an answer holds there; expected {}",
            misfit.path, misfit.expected
        );
        *answer = serde_json::json!({ "id": answer.get("id"), "crashed": why });
    }
}

/// What a finding is about has to be there.
pub fn about_this_case(mut answer: CheckAnswer, case: &Case) -> CheckAnswer {
    for (index, finding) in answer.findings.iter().enumerate() {
        let attempt = finding
            .attempts
            .iter()
            .position(|id| !case.attempts.iter().any(|attempt| &attempt.id == id));
        let known =
            |input: &String| input.is_empty() || case.inputs.iter().any(|known| &known.id == input);
        let place = finding.places.iter().position(|place| !known(&place.input));
        let wrong = match (attempt, place) {
            (Some(at), _) => format!(
                "attempts[{at}]: there is no attempt `{}`",
                finding.attempts[at].escape_debug()
            ),
            (_, Some(at)) => format!(
                "where[{at}].input: there is no input `{}`",
                finding.places[at].input.escape_debug()
            ),
            (None, None) => continue,
        };
        answer = crashed(
            &answer.id,
            &shortened(format!("findings[{index}].{wrong} in this case"), LONGEST_LINE),
        );
        break;
    }
    answer
}

/// A check that failed.
pub fn crashed(id: &str, why: &str) -> CheckAnswer {
    CheckAnswer { id: id.to_owned(), crashed: Some(why.to_owned()), ..CheckAnswer::default() }
}

/// What every finding has, whoever made it.
fn believe(finding: &mut Finding, check: &CheckInfo) {
    finding.check.clone_from(&check.id);
    if !finding.certain && finding.severity == Severity::Error && check.accounts.is_empty() {
        // An error is proven, or likely accounts for a failure that was seen. What is only likely otherwise is a warning.
        finding.severity = Severity::Warning;
    }
    for reference in &check.references {
        if !finding.references.contains(reference) {
            finding.references.push(reference.clone());
        }
    }
    finding.message = shortened(std::mem::take(&mut finding.message), LONGEST_LINE);
    let texts = [
        &mut finding.detail,
        &mut finding.expected,
        &mut finding.expected_origin,
        &mut finding.actual,
        &mut finding.actual_origin,
    ];
    for text in texts {
        *text = text.take().map(|text| shortened(text, LONGEST_TEXT));
    }
    finding.subject =
        finding.subject.take().map(|subject| shortened(subject.to_string(), LONGEST_LINE).into());
    finding.places.truncate(MOST_PARTS);
    finding.causes.truncate(MOST_PARTS);
    finding.attempts.truncate(MOST_PARTS);
    finding.also_explains.truncate(MOST_PARTS);
    finding.repairs.truncate(MOST_PARTS);
    finding.references.truncate(MOST_PARTS);
}

fn shortened(mut text: String, longest: usize) -> String {
    if text.len() > longest {
        let end = (0..=longest).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info() -> CheckInfo {
        CheckInfo {
            id: "acme/problem".into(),
            title: "A problem".into(),
            levels: vec![Severity::Error, Severity::Warning],
            references: vec!["saml-core-2.0-os §1".into()],
            ..CheckInfo::default()
        }
    }

    fn manifest() -> Manifest {
        Manifest {
            schema: diag_sdk::manifest::SCHEMA.into(),
            name: "acme".into(),
            version: "1.0.0".into(),
            checks: vec![info()],
            ..Manifest::default()
        }
    }

    fn answered(findings: Vec<Finding>) -> CheckAnswer {
        answer(
            &info(),
            &[CheckAnswer { id: "acme/problem".into(), findings, ..CheckAnswer::default() }],
        )
    }

    #[test]
    fn manifests_that_do_not_hold_are_told_why() {
        assert_eq!(check_manifest(&manifest()), Ok(()));
        let because = |reason: &str, breaking: fn(&mut Manifest)| {
            let mut manifest = manifest();
            breaking(&mut manifest);
            let said = check_manifest(&manifest).expect_err(reason);
            assert!(said.contains(reason), "{said}");
        };
        because("schema", |manifest| manifest.schema = "diag-plugin/2".into());
        because("name", |manifest| manifest.name = "Acme Corp".into());
        because("check id `other/problem`", |manifest| {
            manifest.checks[0].id = "other/problem".into();
        });
        because("twice", |manifest| manifest.checks.push(info()));
        because("no checks", |manifest| manifest.checks.clear());
        because("no level", |manifest| manifest.checks[0].levels.clear());
        because("title", |manifest| manifest.checks[0].title = "\u{1b}[2J".into());
        because("it requires diag >=99", |manifest| manifest.requires = ">=99".into());
        because("reads `mesages`", |manifest| manifest.checks[0].reads = vec!["mesages".into()]);
        because("never handed out", |manifest| manifest.headers = vec!["set-cookie".into()]);
        because("wants", |manifest| manifest.wants = vec!["secret:everything".into()]);
    }

    #[test]
    fn answers_are_held_against_the_manifest() {
        assert!(answered(vec![Finding::error("Broken")]).crashed.is_none());
        assert!(
            answered(vec![Finding::notice("Odd")])
                .crashed
                .expect("undeclared")
                .contains("level notice")
        );
        assert!(answered(vec![Finding::error(" ")]).crashed.is_some());
        assert!(answer(&info(), &[]).crashed.expect("missing").contains("did not answer"));
        let finding = &answered(vec![Finding::error("Perhaps").likely()]).findings[0];
        assert_eq!((finding.severity, finding.check.as_str()), (Severity::Warning, "acme/problem"));
        assert_eq!(finding.references, ["saml-core-2.0-os §1"]);
    }

    #[test]
    fn names_and_words_that_do_not_exist_are_told_with_their_path() {
        let told = |findings: &str| {
            let text = format!(
                r#"{{"frame":"answer","answer":{{"checks":[{{"id":"acme/problem","findings":[{findings}]}}]}}}}"#
            );
            let mut frame: Value = serde_json::from_str(&text).expect("JSON");
            fitted(&mut frame);
            frame.pointer("/answer/checks/0/crashed").and_then(Value::as_str).map(str::to_owned)
        };
        assert_eq!(told(r#"{"severity":"notice","certain":true,"message":"m"}"#), None);
        let mistyped = told(r#"{"severity":"notice","mesage":"m"}"#).expect("told");
        assert!(
            mistyped.starts_with("checks[0].findings[0]: `mesage`")
                && mistyped.contains("perhaps `message`"),
            "{mistyped}"
        );
        let word = told(r#"{"severity":"notice","message":"m"},{"severity":"warn","message":"m"}"#)
            .expect("told");
        assert!(
            word.starts_with("checks[0].findings[1].severity: `warn`")
                && word.contains("perhaps `warning`"),
            "{word}"
        );
        let shape = told(r#"{"severity":"notice","message":["m"]}"#).expect("told");
        assert!(
            shape.starts_with("checks[0].findings[0].message:") && shape.contains("a text"),
            "{shape}"
        );
    }

    #[test]
    fn findings_are_about_what_is_there() {
        let case = Case {
            attempts: vec![diag_sdk::case::attempt::Attempt {
                id: "a1".into(),
                ..Default::default()
            }],
            inputs: vec![diag_sdk::case::input::Input { id: "i1".into(), ..Default::default() }],
            ..Case::default()
        };
        let about = |attempt: &str, input: &str| {
            let mut finding = Finding::error("Broken").attempt(attempt.to_owned());
            finding.places =
                vec![diag_sdk::Place { input: input.to_owned(), ..Default::default() }];
            about_this_case(answered(vec![finding]), &case).crashed
        };
        assert_eq!(about("a1", "i1"), None);
        assert_eq!(
            about("a9", "i1").as_deref(),
            Some("findings[0].attempts[0]: there is no attempt `a9` in this case")
        );
        assert_eq!(
            about("a1", "i9").as_deref(),
            Some("findings[0].where[0].input: there is no input `i9` in this case")
        );
    }

    #[test]
    fn what_is_too_much_is_left_out_and_told() {
        let answer = answered(vec![Finding::error("Again"); MOST_FINDINGS + 5]);
        assert_eq!(answer.findings.len(), MOST_FINDINGS + 1);
        assert!(answer.findings[MOST_FINDINGS].message.starts_with("5 further"));
        let long = answered(vec![Finding::error("ä".repeat(LONGEST_LINE))]);
        assert!(long.findings[0].message.len() <= LONGEST_LINE + 3);
    }
}
