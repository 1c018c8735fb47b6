//! `diag plugin test --case`: a plugin over a real case, check by check: what it found, what it could not tell and why.

use crate::args::TestArguments;
use crate::commands::seen::case_of;
use crate::plugins;
use diag_host::Terms;
use diag_render::terminal::{DIM, ERROR, GOOD, STRONG, WARNING};
use diag_render::text::page::{Page, plain, styled};
use diag_sdk::Need;
use diag_sdk::manifest::CheckAnswer;
use std::path::Path;

/// Runs the plugins over one case; the number of checks that crashed.
pub(super) fn try_case(
    page: &mut Page,
    case: &Path,
    arguments: &TestArguments,
) -> anyhow::Result<usize> {
    let launcher = plugins::launcher()?;
    let terms = Terms { granted: arguments.grant.clone(), ..Terms::default() };
    let mut loaded = Vec::new();
    for path in &arguments.paths {
        loaded.push(plugins::load_whole(path, &launcher, &terms)?);
    }
    let headers: Vec<String> =
        loaded.iter().flat_map(|plugin| plugin.manifest.headers.clone()).collect();
    let read = case_of(&[case.to_owned()], &arguments.read, &headers)?;
    let mut crashed = 0;
    page.blank();
    page.line(&styled(STRONG, &plain(&case.display().to_string())));
    for mut plugin in loaded {
        for want in plugin.refused().map(str::to_owned).collect::<Vec<_>>() {
            page.hanging(
                "  ",
                2,
                &styled(
                    DIM,
                    &format!(
                        "{} wants {want} and does not see it; --grant {want} shows it",
                        plugin.manifest.name
                    ),
                ),
            );
        }
        for answer in plugin.run(|_| true, &read) {
            crashed += usize::from(answer.crashed.is_some());
            let (sign, said) = ending(&answer);
            page.hanging(&format!("  {sign}"), 4, &answer.id);
            for line in said {
                page.paragraph(4, &plain(&line));
            }
        }
    }
    Ok(crashed)
}

/// How a check ended, and what there is to say of it.
fn ending(answer: &CheckAnswer) -> (String, Vec<String>) {
    if let Some(why) = &answer.crashed {
        return (styled(ERROR, "✗"), vec![format!("crashed: {why}")]);
    }
    let mut said: Vec<String> =
        answer.findings.iter().map(|finding| format!("found: {}", finding.message)).collect();
    said.extend(answer.undecided.as_ref().map(|why| format!("undecided: {why}")));
    if !answer.missing.is_empty() {
        let word = |need: &Need| {
            serde_json::to_value(need)
                .ok()
                .and_then(|word| word.as_str().map(str::to_owned))
                .unwrap_or_default()
        };
        let needs: Vec<String> = answer.missing.iter().map(word).collect();
        said.push(format!("undecided: it would take {}", needs.join(", ")));
    }
    match (answer.findings.is_empty(), said.is_empty()) {
        (false, _) => (styled(WARNING, "●"), said),
        (true, false) => (styled(DIM, "–"), said),
        (true, true) => (styled(GOOD, "✓"), vec!["clean".to_owned()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Finding;

    #[test]
    fn each_ending_says_itself() {
        let said = |answer: &CheckAnswer| ending(answer).1.join("; ");
        assert_eq!(said(&CheckAnswer::default()), "clean");
        assert_eq!(
            said(&CheckAnswer { findings: vec![Finding::notice("N")], ..CheckAnswer::default() }),
            "found: N"
        );
        assert_eq!(
            said(&CheckAnswer { undecided: Some("why".into()), ..CheckAnswer::default() }),
            "undecided: why"
        );
        let missing = CheckAnswer { missing: vec![Need::DecryptionKey], ..CheckAnswer::default() };
        assert_eq!(said(&missing), "undecided: it would take decryption-key");
        assert_eq!(said(&CheckAnswer { crashed: Some("bug".into()), ..missing }), "crashed: bug");
    }
}
