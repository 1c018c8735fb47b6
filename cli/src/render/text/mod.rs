//! The report for a tired support engineer: what fails, why, who changes what; then the rest.

mod basis;
mod comparison;
pub(crate) mod excerpt;
mod findings;
pub(crate) mod headline;
pub(crate) mod markdown;
pub(crate) mod page;
pub(crate) mod timeline;
mod unchecked;

use super::{Detail, Judged};
use crate::terminal::{DIM, STRONG};
use diag_sdk::Severity;
use page::{Page, styled};

/// Writes one report. `title` names the capture where several are judged.
pub(crate) fn render(judged: &Judged, title: Option<&str>, detail: Detail, width: usize) -> String {
    let mut page = Page::new(width);
    if let Some(title) = title {
        page.line(&styled(STRONG, &format!("── {title} ──")));
    }
    headline::write(&mut page, judged);
    let roots = judged.root_causes();
    if detail == Detail::Brief {
        for finding in roots {
            findings::listed(&mut page, judged, finding, detail);
        }
        return page.finish();
    }
    for (index, finding) in roots.iter().enumerate() {
        let label = if roots.len() == 1 { "ROOT CAUSE".to_owned() } else { format!("ROOT CAUSE {} OF {}", index + 1, roots.len()) };
        findings::root_cause(&mut page, judged, finding, &label, detail);
    }
    for (severity, label) in [(Severity::Error, "FURTHER ERRORS"), (Severity::Warning, "WARNINGS"), (Severity::Notice, "NOTICES")] {
        let mut listed = judged.others(severity);
        listed.retain(|finding| !headline::told(&judged.report, &finding.check));
        if listed.is_empty() {
            continue;
        }
        page.blank();
        page.line(&format!("{}  {}", styled(STRONG, label), styled(DIM, &hint(severity, detail))));
        for finding in listed {
            findings::listed(&mut page, judged, finding, detail);
        }
    }
    unchecked::write(&mut page, judged, detail);
    basis::write(&mut page, judged, detail);
    page.finish()
}

fn hint(severity: Severity, detail: Detail) -> String {
    if severity == Severity::Notice && detail != Detail::Full { "-v tells more".to_owned() } else { String::new() }
}
