//! Prose as checks write it: one paragraph per line, `- ` before the items of a list, backticks around code.

/// A stretch of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span<'t> {
    pub(crate) text: &'t str,
    pub(crate) code: bool,
}

/// A paragraph, or an item of a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Paragraph<'t> {
    pub(crate) item: bool,
    pub(crate) text: &'t str,
}

/// The paragraphs of a text.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = Paragraph<'_>> {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(|line| {
        match line.strip_prefix("- ") {
            Some(text) => Paragraph { item: true, text },
            None => Paragraph { item: false, text: line },
        }
    })
}

/// The stretches of a paragraph. A backtick that nothing closes is a backtick.
pub(crate) fn spans(text: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some((before, code, after)) = next_code(rest) {
        spans.push(Span { text: before, code: false });
        spans.push(Span { text: code, code: true });
        rest = after;
    }
    spans.push(Span { text: rest, code: false });
    spans.retain(|span| !span.text.is_empty());
    spans
}

fn next_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(&str, bool)> {
        spans(text).into_iter().map(|span| (span.text, span.code)).collect()
    }

    #[test]
    fn backticks_in_pairs_mark_code() {
        assert_eq!(
            shown("set `x` to `y`"),
            [("set ", false), ("x", true), (" to ", false), ("y", true)]
        );
        assert_eq!(shown("one ` only"), [("one ` only", false)]);
        assert_eq!(shown("`a` and ` more"), [("a", true), (" and ` more", false)]);
        assert!(shown("").is_empty());
    }

    #[test]
    fn lines_are_paragraphs_or_items() {
        let items: Vec<_> = paragraphs("Sent:\n- a  \n\n- b")
            .map(|paragraph| (paragraph.item, paragraph.text))
            .collect();
        assert_eq!(items, [(false, "Sent:"), (true, "a"), (true, "b")]);
    }
}
