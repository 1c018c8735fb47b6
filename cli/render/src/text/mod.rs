//! The report for a tired support engineer: what fails, why, who changes what; then the rest.

mod basis;
mod comparison;
mod excerpt;
mod findings;
pub mod fixes;
mod headline;
pub mod highlighted;
pub mod indented;
mod lanes;
pub mod markdown;
pub mod page;
pub mod summary;
mod suppressed;
pub mod timeline;
mod unchecked;

use super::view::{self, Room};
use super::{Detail, Judged};
use crate::terminal::{DIM, STRONG};
use diag_sdk::Severity;
use page::{Page, styled};

/// Writes one report. `title` names the capture where several are judged.
pub fn render(judged: &Judged, title: Option<&str>, detail: Detail, width: usize) -> String {
    let room = Room {
        root: excerpt::room(width, findings::ROOT_INDENT),
        listed: excerpt::room(width, findings::LIST_INDENT),
    };
    let case = view::case(judged, title, detail, room);
    let mut page = Page::new(width);
    if let Some(title) = case.name {
        page.line(&styled(STRONG, &format!("── {title} ──")));
    }
    headline::write(&mut page, &case.headline);
    if detail == Detail::Brief {
        for root in &case.roots {
            findings::listed(&mut page, &root.finding, detail);
        }
        return page.finish();
    }
    for root in &case.roots {
        findings::root_cause(&mut page, root, detail);
    }
    for group in &case.others {
        page.blank();
        let hint = if group.severity == Severity::Notice && detail != Detail::Full {
            styled(DIM, "  -v tells more")
        } else {
            String::new()
        };
        page.line(&format!("{}{hint}", styled(STRONG, &group.label.to_uppercase())));
        for finding in &group.findings {
            if detail == Detail::Full {
                page.blank();
            }
            findings::listed(&mut page, finding, detail);
        }
    }
    if let Some(suppressed) = &case.suppressed {
        suppressed::write(&mut page, suppressed);
    }
    if case.files_first {
        basis::write(&mut page, &case, detail);
        unchecked::write(&mut page, &case.unchecked, detail);
    } else {
        unchecked::write(&mut page, &case.unchecked, detail);
        basis::write(&mut page, &case, detail);
    }
    page.finish()
}

/// The verdict, the root causes and who mends them once more, below a report that is longer than the screen: what
/// stands last is what a terminal shows.
pub fn in_short(judged: &Judged, report: &str, height: usize, width: usize) -> Option<String> {
    let short = report.lines().count() < height || judged.report.root_causes.is_empty();
    (!short).then(|| {
        format!("\n{}\n{}", styled(DIM, "In short:"), render(judged, None, Detail::Brief, width))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

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
    fn what_scrolled_away_is_said_again() {
        let judged = sample::broken();
        let report = render(&judged, None, Detail::Usual, 88);
        let again = in_short(&judged, &report, 24, 88).expect("a long report");
        assert!(
            again.contains("The request's ACS URL is not registered")
                && again.contains("Identity provider administrator"),
            "{again}"
        );
        assert!(again.lines().count() < 24);
        assert_eq!(in_short(&judged, &report, 500, 88), None);
        assert_eq!(in_short(&sample::healthy(), &report, 5, 88), None);
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
