//! What `diag fix` did: the copies with what was changed in them and where they go, then what is to be
//! entered by hand.

use super::page::{Page, plain, screen_path, styled, with_code};
use crate::fixes::{Copied, Fixes, Step, Task, Upload};
use crate::terminal::{DIM, GOOD, PLAIN, STRONG, WARNING};
use crate::wording;

/// Most changes listed of one copy.
const CHANGES_SHOWN: usize = 12;

/// The record for people.
pub fn render(fixes: &Fixes, width: usize) -> String {
    let mut page = Page::new(width);
    if fixes.copies.is_empty() && fixes.by_hand.is_empty() && fixes.refused.is_empty() {
        page.line("Nothing to do: no file needs a repair, and there is no value to enter.");
        return page.finish();
    }
    for copy in &fixes.copies {
        copied(&mut page, copy, fixes.dry_run);
    }
    if fixes.copies.is_empty() {
        page.line(if fixes.refused.is_empty() { "No file needs a repair." } else { "No file could be repaired." });
    }
    if !fixes.by_hand.is_empty() {
        page.blank();
        page.line(&styled(STRONG, "TO ENTER BY HAND"));
        for (index, task) in fixes.by_hand.iter().enumerate() {
            by_hand(&mut page, index + 1, task);
        }
    }
    page.finish()
}

fn copied(page: &mut Page, copy: &Copied, dry_run: bool) {
    page.blank();
    let word = if dry_run { "WOULD WRITE" } else { "WRITTEN" };
    page.line(&format!("{}  {}", styled(GOOD, word), styled(STRONG, &copy.path)));
    page.paragraph(2, &styled(DIM, &format!("from {}; all the rest is the same, byte for byte", wording::path(&copy.from))));
    for change in copy.changes.iter().take(CHANGES_SHOWN) {
        page.hanging("  ·", 4, &format!("{} {}", styled(DIM, &format!("{}:{}", change.line, change.column)), plain(&change.what)));
    }
    if copy.changes.len() > CHANGES_SHOWN {
        page.paragraph(4, &styled(DIM, &format!("and {} more", copy.changes.len() - CHANGES_SHOWN)));
    }
    if copy.signature_outdated {
        let lead = format!("  {}", styled(WARNING, "!"));
        let note = "Its own signature does not verify any more. That is to be expected, and does not matter to a product that does not \
                    look at it. One that verifies metadata wants the file as published.";
        page.hanging(&lead, 4, note);
    }
    match copy.uploads.as_slice() {
        [] => page.hanging("  →", 4, "Use it in place of the file it was made from"),
        uploads => uploads.iter().for_each(|upload| page.hanging("  →", 4, &destination(upload))),
    }
}

fn destination(upload: &Upload) -> String {
    format!("{}: upload it at {}", styled(STRONG, wording::person(upload.who)), screen_path(PLAIN, &upload.screen))
}

fn by_hand(page: &mut Page, number: usize, task: &Task) {
    page.blank();
    let lead = format!("{number}.");
    page.hanging(&lead, 3, &format!("{}  {}", styled(STRONG, &task.message), styled(DIM, &task.check)));
    for (index, step) in task.causes.iter().enumerate() {
        if index > 0 {
            page.paragraph(3, &styled(DIM, "or"));
        }
        one(page, step, task.causes.len() > 1);
    }
}

fn one(page: &mut Page, step: &Step, alternative: bool) {
    let cause = &step.cause;
    page.paragraph(3, &styled(STRONG, wording::person(cause.who)));
    if alternative && !cause.text.is_empty() {
        page.paragraph(3, &format!("{} {}", styled(DIM, "If:"), with_code(&cause.text)));
    }
    if let Some(screen) = wording::screen(cause) {
        page.hanging("   →", 5, &screen_path(STRONG, screen));
    }
    page.hanging("   →", 5, &with_code(&cause.fix));
    for line in cause.value.iter().flat_map(|value| value.lines()) {
        page.line(&format!("{}{}", " ".repeat(7), styled(GOOD, line)));
    }
    if let Some(copy) = &step.copy {
        page.hanging("   →", 5, &format!("The corrected copy of what is published: {}", styled(GOOD, copy)));
    }
}
