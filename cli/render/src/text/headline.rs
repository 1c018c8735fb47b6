//! The verdict in one line, and what it rests on.

use super::page::{Page, plain, styled};
use crate::terminal::{DIM, STRONG};
use crate::view::headline::Headline;

/// Writes the verdict, how the decisive attempt ended, and how much was found.
pub(super) fn write(page: &mut Page, headline: &Headline<'_>) {
    let indent = headline.badge.len() + 2;
    page.hanging(
        &styled(headline.tone.style(), headline.badge),
        indent,
        &styled(STRONG, &headline.sentence),
    );
    if let Some(ending) = headline.ending {
        page.paragraph(indent, &plain(ending));
    }
    if let Some((product, user)) = headline.user {
        page.paragraph(indent, &format!("{product} sees the user as {}", styled(STRONG, user)));
    }
    page.paragraph(indent, &styled(DIM, &headline.numbers));
}
