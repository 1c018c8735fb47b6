//! How `check` ends: the exit code that scripts and CI rely on.

use crate::args::FailOn;
use crate::failure::UNABLE;
use diag_core::report::CheckOutcome;
use diag_core::verdict::Verdict;
use diag_render::Judged;
use diag_sdk::Severity;
use std::process::ExitCode;

/// Why a run that printed its report could not do all of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Short {
    /// Nothing could be judged: a check that judged nothing must not pass.
    Undetermined,
    /// A check crashed.
    Crashed,
    /// A plugin that was asked for could not be loaded.
    Lacking,
}

/// 1 where a finding is at the level or above it; else 2 where something could not be judged; else 0.
pub(super) fn code(fail_on: FailOn, judged: &[Judged], lacking: bool) -> ExitCode {
    let worst = judged.iter().filter_map(|judged| judged.report.worst()).max();
    ExitCode::from(decide(fail_on, worst, short(fail_on, judged, lacking)))
}

/// A line that says why the code is 2, for those who read nothing but that.
pub(super) fn remark(fail_on: FailOn, judged: &[Judged], lacking: bool) -> Option<&'static str> {
    let worst = judged.iter().filter_map(|judged| judged.report.worst()).max();
    let short = short(fail_on, judged, lacking)
        .filter(|short| decide(fail_on, worst, Some(*short)) == UNABLE)?;
    Some(match short {
        Short::Undetermined => {
            "the verdict is undetermined, so this does not count as passed (exit code 2; --fail-on never accepts it)"
        }
        Short::Lacking => {
            "a plugin could not be loaded, so this does not count as passed (exit code 2)"
        }
        Short::Crashed => "a check crashed, so this does not count as passed (exit code 2)",
    })
}

/// What is left of many reports.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left {
    /// The most severe level of any finding.
    pub(super) worst: Option<Severity>,
    /// A check crashed.
    pub(super) crashed: bool,
    /// None of them could be judged.
    pub(super) none_judged: bool,
    /// A plugin that was asked for could not be loaded.
    pub(super) lacking: bool,
}

impl Left {
    /// The exit code of all of them.
    pub(super) fn code(self, fail_on: FailOn) -> ExitCode {
        ExitCode::from(decide(fail_on, self.worst, self.short(fail_on)))
    }

    /// A line that says why the code is 2.
    pub(super) fn remark(self, fail_on: FailOn) -> Option<&'static str> {
        let short = self
            .short(fail_on)
            .filter(|short| decide(fail_on, self.worst, Some(*short)) == UNABLE)?;
        Some(match short {
            Short::Undetermined => {
                "none of the captures could be judged, so this does not count as passed (exit code 2)"
            }
            Short::Lacking => {
                "a plugin could not be loaded, so this does not count as passed (exit code 2)"
            }
            Short::Crashed => "a check crashed, so this does not count as passed (exit code 2)",
        })
    }

    fn short(self, fail_on: FailOn) -> Option<Short> {
        if self.lacking {
            Some(Short::Lacking)
        } else if self.crashed {
            Some(Short::Crashed)
        } else {
            (self.none_judged && fail_on != FailOn::Never).then_some(Short::Undetermined)
        }
    }
}

fn decide(fail_on: FailOn, worst: Option<Severity>, short: Option<Short>) -> u8 {
    let fails = match fail_on {
        FailOn::Never => false,
        FailOn::Error => worst >= Some(Severity::Error),
        FailOn::Warning => worst >= Some(Severity::Warning),
    };
    if fails { 1 } else { short.map_or(0, |_| UNABLE) }
}

fn short(fail_on: FailOn, judged: &[Judged], lacking: bool) -> Option<Short> {
    let crashed = judged
        .iter()
        .flat_map(|one| &one.report.checks)
        .any(|check| check.outcome == CheckOutcome::Crashed);
    let undetermined = judged.iter().all(|one| one.report.verdict == Verdict::Undetermined)
        && fail_on != FailOn::Never;
    if lacking {
        return Some(Short::Lacking);
    }
    if crashed { Some(Short::Crashed) } else { undetermined.then_some(Short::Undetermined) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_win_over_what_could_not_be_judged() {
        let (error, warning) = (Some(Severity::Error), Some(Severity::Warning));
        assert_eq!(decide(FailOn::Error, error, Some(Short::Crashed)), 1);
        assert_eq!(decide(FailOn::Error, warning, Some(Short::Undetermined)), 2);
        assert_eq!(decide(FailOn::Warning, warning, None), 1);
        assert_eq!(decide(FailOn::Never, error, None), 0);
        assert_eq!(decide(FailOn::Never, None, Some(Short::Crashed)), 2);
        assert_eq!(decide(FailOn::Error, None, None), 0);
    }
}
