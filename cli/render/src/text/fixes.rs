//! What `diag fix` did: the copies with what was changed in them and where they go, then what is to be
//! entered by hand.

use super::page::{Page, plain, screen_path, styled, with_code};
use crate::fixes::{Again, Copied, Fixes, Line, Sent, Step, Task, Upload};
use crate::terminal::{DIM, GOOD, PLAIN, STRONG, WARNING};
use crate::wording;

/// Most changes listed of one copy.
const CHANGES_SHOWN: usize = 12;
/// Longest body or value that is shown, in characters: the file has it all.
const SHOWN: usize = 1_500;
/// Longest value of a field beside its name.
const SHORT: usize = 160;

/// The record for people.
pub fn render(fixes: &Fixes, width: usize) -> String {
    let mut page = Page::new(width);
    if fixes.is_empty() {
        page.line("Nothing to do: no file needs a repair, and there is no value to enter.");
        return page.finish();
    }
    for copy in &fixes.copies {
        copied(&mut page, copy, fixes.dry_run);
    }
    if fixes.copies.is_empty() && !fixes.refused.is_empty() {
        page.line("No file could be repaired.");
    }
    for file in &fixes.as_they_are {
        page.blank();
        page.line(&format!("{}  {}", styled(GOOD, "UPLOAD"), styled(STRONG, &file.path)));
        page.paragraph(2, &styled(DIM, "as it is: nothing in it needs a repair"));
        file.uploads.iter().for_each(|upload| page.hanging("  →", 4, &destination(upload)));
    }
    for export in &fixes.exports {
        page.blank();
        page.line(&format!(
            "{}  {}",
            styled(GOOD, word(fixes.dry_run)),
            styled(STRONG, &export.path)
        ));
        let from = format!(
            "from {} with {} changed, to keep or to compare",
            wording::path(&export.from),
            export.fields.join(", ")
        );
        page.paragraph(2, &styled(DIM, &from));
    }
    if !fixes.by_hand.is_empty() {
        page.blank();
        page.line(&styled(STRONG, "TO ENTER BY HAND"));
        if fixes.by_hand.iter().any(|task| task.causes.len() > 1) {
            page.paragraph(0, &styled(DIM, "Where there are several ways, somebody who answers for it decides: diag chooses none."));
        }
        for (index, task) in fixes.by_hand.iter().enumerate() {
            by_hand(&mut page, index + 1, task);
        }
    }
    if !fixes.bodies.is_empty() {
        page.blank();
        page.line(&styled(STRONG, "THE SAME WITHOUT SCREENS"));
        page.paragraph(
            0,
            &styled(DIM, "Nothing is sent by diag. Read a body before you send it; lists go whole, so take a fresh export first."),
        );
        for body in &fixes.bodies {
            sent(&mut page, body, fixes.dry_run);
        }
    }
    if let Some(again) = &fixes.judged_again {
        judged_again(&mut page, again);
    } else if fixes.dry_run && !fixes.by_hand.is_empty() {
        page.blank();
        page.paragraph(
            0,
            &styled(
                DIM,
                "Give the exports of both sides' configuration, too: then the change is written down, and the case judged with it.",
            ),
        );
    }
    page.finish()
}

fn word(dry_run: bool) -> &'static str {
    if dry_run { "WOULD WRITE" } else { "WRITTEN" }
}

fn sent(page: &mut Page, body: &Sent, dry_run: bool) {
    page.blank();
    let several = if body.one_of_several {
        styled(WARNING, "  one of several ways: choose")
    } else {
        String::new()
    };
    page.line(&format!("{}  {}{several}", styled(GOOD, word(dry_run)), styled(STRONG, &body.path)));
    page.paragraph(
        2,
        &styled(DIM, &format!("{} {}, for {}", body.of, body.object, body.answers.join(", "))),
    );
    for changed in &body.fields {
        let before = changed.before.to_string();
        let before = if before.chars().count() > SHORT {
            format!("{} characters", before.chars().count())
        } else {
            before
        };
        page.hanging(
            "  ·",
            4,
            &format!("{} {}", plain(&changed.field), styled(DIM, &format!("now {before}"))),
        );
    }
    let json = serde_json::to_string_pretty(&body.body).unwrap_or_default();
    if json.chars().count() <= SHOWN {
        json.lines().for_each(|line| page.raw(&format!("    {}", styled(GOOD, line))));
    }
    for command in &body.commands {
        page.line(&format!("  {}", styled(STRONG, &command.tool)));
        command.run.lines().for_each(|line| page.raw(&format!("    {}", plain(line))));
    }
}

fn judged_again(page: &mut Page, again: &Again) {
    page.blank();
    page.line(&styled(STRONG, "JUDGED AGAIN WITH ALL OF THIS IN PLACE"));
    for way in &again.supposed {
        page.hanging("  ", 2, &format!("{} {}", styled(DIM, "supposing:"), with_code(way)));
    }
    let mut list = |title: &str, mark: &str, lines: &[Line]| {
        if !lines.is_empty() {
            page.paragraph(2, &styled(DIM, title));
            for line in lines {
                page.hanging(
                    &format!("  {mark}"),
                    4,
                    &format!("{}  {}", with_code(&line.message), styled(DIM, &line.check)),
                );
            }
        }
    };
    list("found no more:", "✓", &again.cured);
    list(
        "still in the recording, which is older than the change; not in the configuration any more. Sign in again to see:",
        "…",
        &again.awaiting,
    );
    list("remains:", "✗", &again.remaining);
    if again.awaiting.is_empty() && again.remaining.is_empty() {
        page.paragraph(2, "Nothing remains.");
    }
}

fn copied(page: &mut Page, copy: &Copied, dry_run: bool) {
    page.blank();
    page.line(&format!("{}  {}", styled(GOOD, word(dry_run)), styled(STRONG, &copy.path)));
    page.paragraph(
        2,
        &styled(
            DIM,
            &format!("from {}; all the rest is the same, byte for byte", wording::path(&copy.from)),
        ),
    );
    for change in copy.changes.iter().take(CHANGES_SHOWN) {
        page.hanging(
            "  ·",
            4,
            &format!(
                "{} {}",
                styled(DIM, &format!("{}:{}", change.line, change.column)),
                plain(&change.what)
            ),
        );
    }
    if copy.changes.len() > CHANGES_SHOWN {
        page.paragraph(
            4,
            &styled(DIM, &format!("and {} more", copy.changes.len() - CHANGES_SHOWN)),
        );
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
    format!(
        "{}: upload it at {}",
        styled(STRONG, wording::person(upload.who)),
        screen_path(PLAIN, &upload.screen)
    )
}

fn by_hand(page: &mut Page, number: usize, task: &Task) {
    page.blank();
    let lead = format!("{number}.");
    page.hanging(
        &lead,
        3,
        &format!("{}  {}", styled(STRONG, &task.message), styled(DIM, &task.check)),
    );
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
        page.hanging("   →", 5, &format!("The file: {}", styled(GOOD, copy)));
    }
    for body in &step.bodies {
        page.hanging("   →", 5, &format!("Or without the screen: {}", styled(GOOD, body)));
    }
}
