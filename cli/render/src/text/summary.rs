//! Many captures in a table: a verdict, a name and a reason each.

use super::page::{Page, plain, styled};
use crate::Judged;
use crate::terminal::{DIM, STRONG};
use crate::view;
use unicode_width::UnicodeWidthStr;

/// Widest column of names.
const WIDEST_NAME: usize = 40;

/// The table below several reports.
pub(crate) fn render(judged: &[Judged], width: usize) -> String {
    let mut page = Page::new(width);
    let lines: Vec<view::Summed<'_>> = judged.iter().map(view::summary).collect();
    page.line(&format!("{}  {}", styled(STRONG, "SUMMARY"), styled(DIM, &view::tally(&lines))));
    let badge = lines.iter().map(|line| line.badge.len()).max().unwrap_or_default();
    let name = lines
        .iter()
        .map(|line| plain(line.name).width())
        .max()
        .unwrap_or_default()
        .min(WIDEST_NAME);
    for line in &lines {
        let shown = plain(line.name);
        let padding = " ".repeat(name.saturating_sub(shown.width()));
        let mark = styled(line.tone.style(), &format!("{:<badge$}", line.badge));
        let lead = format!("  {mark}  {shown}{padding}  ");
        page.hanging(&lead, 2 + badge + 2 + name + 2, &styled(DIM, &line.reason));
    }
    page.finish()
}
