//! The message as plain text, to paste into a mail or ticket.

use super::Ask;
use crate::terminal::{DIM, STRONG};
use crate::text::page::{Page, plain, styled, with_code};

/// The message.
pub fn text(ask: &Ask, width: usize) -> String {
    let mut page = Page::new(width);
    page.line(&styled(STRONG, &ask.subject));
    page.blank();
    page.paragraph(0, &with_code(&opening(ask)));
    for (index, file) in ask.files.iter().enumerate() {
        page.blank();
        let name = file
            .file
            .as_ref()
            .map(|name| format!("  {}", styled(DIM, &format!("({name})"))))
            .unwrap_or_default();
        page.hanging(
            &format!("{}.", index + 1),
            3,
            &format!("{}{name}", styled(STRONG, &file.what)),
        );
        page.paragraph(3, &plain(&format!("because {}", file.why)));
        for step in &file.steps {
            page.hanging("   -", 5, &plain(step));
        }
    }
    if !ask.before_sending.is_empty() {
        page.blank();
        page.line(&styled(STRONG, "Before you send anything"));
        for line in &ask.before_sending {
            page.hanging("-", 2, &plain(line));
        }
    }
    page.finish()
}

/// The sentence before the list.
pub(super) fn opening(ask: &Ask) -> String {
    match (&ask.known, ask.files.is_empty()) {
        (Some(known), true) => format!("Nothing is missing. The cause is known: {known}."),
        (None, true) => "Nothing is missing: whatever could be judged was given.".to_owned(),
        (Some(known), false) => format!("The cause is known: {known}. To be sure that nothing else stands behind it, please send:"),
        (None, false) => {
            "To find out why the sign-in fails we need the following, what decides most first. One file at a time is fine.".to_owned()
        }
    }
}
