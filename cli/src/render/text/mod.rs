//! The report for a tired support engineer: what fails, why, who changes what; then the rest.

mod basis;
mod comparison;
pub(crate) mod excerpt;
mod findings;
pub(crate) mod fixes;
pub(crate) mod headline;
pub(crate) mod indented;
pub(crate) mod markdown;
pub(crate) mod page;
pub(crate) mod timeline;
mod unchecked;

use super::{Detail, Judged};
use crate::terminal::{DIM, STRONG};
use diag_core::verdict::Verdict;
use diag_sdk::Severity;
use page::{Page, styled};

/// Writes one report. `title` names the capture where several are judged.
pub(crate) fn render(judged: &Judged, title: Option<&str>, detail: Detail, width: usize) -> String {
    let mut page = Page::new(width);
    if let Some(title) = title {
        page.line(&styled(STRONG, &format!("── {title} ──")));
    }
    headline::write(&mut page, judged);
    let groups = judged.grouped_root_causes();
    if detail == Detail::Brief {
        for finding in groups.iter().filter_map(|group| group.first()) {
            findings::listed(&mut page, judged, finding, detail);
        }
        return page.finish();
    }
    for (index, group) in groups.iter().enumerate() {
        let label = if groups.len() == 1 { "ROOT CAUSE".to_owned() } else { format!("ROOT CAUSE {} OF {}", index + 1, groups.len()) };
        findings::root_cause(&mut page, judged, group, &label, detail);
    }
    for (severity, label) in [(Severity::Error, "FURTHER ERRORS"), (Severity::Warning, "WARNINGS"), (Severity::Notice, "NOTICES")] {
        let mut listed = judged.others(severity);
        listed.retain(|finding| detail == Detail::Full || !headline::told(&judged.report, finding));
        if listed.is_empty() {
            continue;
        }
        page.blank();
        let hint = if severity == Severity::Notice && detail != Detail::Full { styled(DIM, "  -v tells more") } else { String::new() };
        page.line(&format!("{}{hint}", styled(STRONG, label)));
        for finding in listed {
            if detail == Detail::Full {
                page.blank();
            }
            findings::listed(&mut page, judged, finding, detail);
        }
    }
    // Where there was nothing to judge, what became of the files is what people ask first.
    if judged.report.verdict == Verdict::Undetermined {
        basis::write(&mut page, judged, detail);
        unchecked::write(&mut page, judged, detail);
    } else {
        unchecked::write(&mut page, judged, detail);
        basis::write(&mut page, judged, detail);
    }
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    fn plain(judged: &Judged, detail: Detail) -> String {
        anstream::adapter::strip_str(&render(judged, None, detail, 88)).to_string()
    }

    #[test]
    fn a_broken_sign_in_reads_from_top_to_bottom() {
        insta::assert_snapshot!(plain(&sample::broken(), Detail::Usual));
    }

    #[test]
    fn a_healthy_sign_in_is_short() {
        insta::assert_snapshot!(plain(&sample::healthy(), Detail::Usual));
    }

    #[test]
    fn brief_is_verdict_and_root_causes() {
        insta::assert_snapshot!(plain(&sample::broken(), Detail::Brief));
    }

    #[test]
    fn no_line_outgrows_the_page_and_nothing_raw_gets_out() {
        for detail in [Detail::Brief, Detail::Usual, Detail::Full] {
            for line in plain(&sample::broken(), detail).lines() {
                assert!(!line.chars().any(char::is_control), "{line:?}");
                assert!(line.chars().count() <= 88 || line.contains("http"), "{line}");
            }
        }
    }
}
