//! A case with its report, and the order in which people read its findings.

use diag_core::report::{Report, ReportedFinding};
use diag_core::sources::Sources;
use diag_products::Products;
use diag_sdk::{Case, Class, Severity};
use std::sync::Arc;

/// A case and its report.
#[derive(Debug)]
pub struct Judged {
    /// What was found out.
    pub case: Case,
    /// The texts behind its places.
    pub sources: Sources,
    /// What is said of it.
    pub report: Report,
    /// What is known of products.
    pub products: Arc<Products>,
}

impl Judged {
    /// Root causes, most decisive first.
    pub fn root_causes(&self) -> Vec<&ReportedFinding> {
        self.report.root_causes.iter().filter_map(|id| self.report.finding(id)).collect()
    }

    /// Root causes, those together that say the same of several places, such as two copies of one
    /// document.
    pub fn grouped_root_causes(&self) -> Vec<Vec<&ReportedFinding>> {
        let mut groups: Vec<Vec<&ReportedFinding>> = Vec::new();
        for finding in self.root_causes() {
            let same = |group: &&mut Vec<&ReportedFinding>| {
                group.first().is_some_and(|first| {
                    first.check == finding.check && first.message == finding.message
                })
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.push(finding),
                None => groups.push(vec![finding]),
            }
        }
        groups
    }

    /// Findings that follow from a root cause, directly or through others.
    pub fn following(&self, root: &ReportedFinding) -> Vec<&ReportedFinding> {
        self.report
            .findings
            .iter()
            .filter(|finding| finding.id != root.id && self.origin(finding) == root.id)
            .collect()
    }

    /// Findings with how often the same is said: of every round of a loop, or of a page and of a log.
    pub fn alike(findings: Vec<&ReportedFinding>) -> Vec<(&ReportedFinding, usize)> {
        let mut alike: Vec<(&ReportedFinding, usize)> = Vec::new();
        for finding in findings {
            match alike
                .iter_mut()
                .find(|(known, _)| known.check == finding.check && known.message == finding.message)
            {
                Some((_, times)) => *times += 1,
                None => alike.push((finding, 1)),
            }
        }
        alike
    }

    /// Rules of one's own that are not kept.
    pub fn policies(&self) -> Vec<&ReportedFinding> {
        self.report.findings.iter().filter(|finding| finding.class == Class::Policy).collect()
    }

    /// Findings of a severity that are neither root causes nor follow from one.
    pub fn others(&self, severity: Severity) -> Vec<&ReportedFinding> {
        let is_root = |id: &str| self.report.root_causes.iter().any(|root| root == id);
        let breaks = |finding: &&ReportedFinding| {
            finding.class == Class::Breakage && finding.severity == severity
        };
        self.report
            .findings
            .iter()
            .filter(breaks)
            .filter(|finding| !is_root(self.origin(finding)))
            .collect()
    }

    /// The finding at the start of the chain that explains this one: itself where nothing does.
    pub fn origin<'a>(&'a self, finding: &'a ReportedFinding) -> &'a str {
        let mut at = finding;
        // The report has no circles; the bound only makes sure.
        for _ in 0..self.report.findings.len() {
            match at.explained_by.as_deref().and_then(|id| self.report.finding(id)) {
                Some(cause) => at = cause,
                None => break,
            }
        }
        &at.id
    }

    /// Its title, where several are shown.
    pub fn title_among(&self, several: bool) -> Option<&str> {
        several.then(|| self.title())
    }

    /// What the case is called where several are judged: its capture, else its first file.
    pub fn title(&self) -> &str {
        use diag_sdk::case::input::InputKind;
        let capture = self
            .case
            .inputs
            .iter()
            .find(|input| matches!(input.kind, InputKind::Har | InputKind::Sketch));
        capture.or(self.case.inputs.first()).map_or("", |input| crate::wording::path(&input.path))
    }
}
