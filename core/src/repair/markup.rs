//! Tells tags from what only looks like some, in documents that no XML reader takes yet.

/// What begins at a `<`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// A tag, or the XML declaration, which has attributes like one.
    Tag,
    /// A comment, CDATA section or processing instruction that ends at this byte.
    Other(usize),
    /// One of these that never ends.
    Endless,
}

/// Looks at the `<` at this byte.
pub(super) fn at(text: &str, start: usize) -> Markup {
    let rest = text.get(start..).unwrap_or_default();
    let closing = match rest {
        _ if rest.starts_with("<!--") => "-->",
        _ if rest.starts_with("<![CDATA[") => "]]>",
        _ if rest.starts_with("<?") && !rest.starts_with("<?xml ") => "?>",
        _ => return Markup::Tag,
    };
    rest.find(closing)
        .map_or(Markup::Endless, |length| Markup::Other(start + length + closing.len()))
}
