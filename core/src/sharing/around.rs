//! A value in a text, and what surrounds a text.

use super::kind::Kind;
use std::ops::Range;

/// A value, and where it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
}

/// What surrounds a text: where only data is, names are believed; a page has words for people, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// Queries, forms, data, headers.
    Data,
    /// A page or a log.
    Page,
}
