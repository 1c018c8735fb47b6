//! Levels that a team gives checks in `diag.toml`, each with its reason, in place of the ones they come with.

use crate::failure::Failure;
use diag_core::runner::{Run, Selection};
use diag_sdk::Severity;
use schemars::JsonSchema;
use serde::Deserialize;

/// The level at which findings of a check are reported.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Level {
    /// Id of a check, or a family.
    pub(crate) check: String,
    /// At which level its findings are reported.
    #[serde(rename = "level")]
    pub(crate) at: Severity,
    /// Why; it stands with every finding.
    pub(crate) reason: String,
}

impl Level {
    /// A level without a reason is nobody's decision.
    pub(crate) fn holds(&self) -> Result<(), Failure> {
        if self.reason.trim().is_empty() {
            return Err(Failure::new(format!("[[level]] {}: `reason` is empty", self.check))
                .hint("say why; it stands with every finding"));
        }
        Ok(())
    }
}

/// Gives findings the levels that were set. The first that means a check counts, one that names it before one that names
/// its family; what a finding is at already is left as it is.
pub(crate) fn apply(run: &mut Run, levels: &[Level]) {
    for finding in &mut run.findings {
        let named = levels.iter().find(|level| level.check == finding.check);
        let family = || {
            let means = |level: &&Level| {
                Selection { only: vec![level.check.clone()], skip: Vec::new() }
                    .wants(&finding.check)
            };
            levels.iter().find(means)
        };
        let Some(level) = named.or_else(family).filter(|level| level.at != finding.severity) else {
            continue;
        };
        let said = format!(
            "Reported at level {} in place of {}: {}",
            word(level.at),
            word(finding.severity),
            level.reason.trim()
        );
        finding.severity = level.at;
        finding.detail = Some(
            finding
                .detail
                .take()
                .map_or_else(|| said.clone(), |detail| format!("{detail}\n{said}")),
        );
    }
}

fn word(level: Severity) -> &'static str {
    match level {
        Severity::Notice => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Finding;

    fn applied(levels: &[(&str, Severity)]) -> (Severity, Option<String>) {
        let levels: Vec<Level> = levels
            .iter()
            .map(|(check, level)| Level {
                check: (*check).to_owned(),
                at: *level,
                reason: "agreed".to_owned(),
            })
            .collect();
        let finding = Finding { check: "signing/sha1-used".into(), ..Finding::warning("SHA-1") };
        let mut run = Run { findings: vec![finding], ..Run::default() };
        apply(&mut run, &levels);
        let finding = run.findings.remove(0);
        (finding.severity, finding.detail)
    }

    #[test]
    fn a_check_gets_the_level_that_was_set_and_says_why() {
        let (level, detail) =
            applied(&[("signing", Severity::Error), ("signing/sha1-used", Severity::Notice)]);
        assert_eq!(
            (level, detail.as_deref()),
            (Severity::Notice, Some("Reported at level notice in place of warning: agreed"))
        );
        assert_eq!(applied(&[("signing", Severity::Error)]).0, Severity::Error);
        assert_eq!(applied(&[("flow", Severity::Error)]), (Severity::Warning, None));
        assert_eq!(applied(&[("signing", Severity::Warning)]), (Severity::Warning, None));
    }

    #[test]
    fn a_level_has_a_reason() {
        let level = Level { check: "signing".into(), at: Severity::Notice, reason: " ".into() };
        assert!(level.holds().expect_err("no reason").has_hint());
    }
}
