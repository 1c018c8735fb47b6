//! Values that are laid out over lines, or have comments and sections in them: the runs they are made of.

use std::ops::Range;

/// Markup that may stand in the text of an element: what begins it, what ends it, and whether what is in it counts.
const MARKUP: &[(&str, &str, bool)] =
    &[("<!--", "-->", false), ("<![CDATA[", "]]>", true), ("<?", "?>", false)];

/// Where the text of an element ends that begins at `from`: at the next tag.
pub(super) fn end_of_text(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('<')).map(|found| at + found) {
        match markup_at(text, found) {
            Some((_, _, end)) => at = end,
            None => return found,
        }
    }
    text.len()
}

/// The comment, section or instruction that begins here: what is in it, whether that counts, and where it ends.
fn markup_at(text: &str, at: usize) -> Option<(Range<usize>, bool, usize)> {
    let rest = text.get(at..)?;
    let (begin, end, counts) = MARKUP.iter().find(|(begin, ..)| rest.starts_with(begin))?;
    let inner = at + begin.len();
    let close = text.get(inner..)?.find(end).map_or(text.len(), |close| inner + close);
    Some((inner..close, *counts, (close + end.len()).min(text.len())))
}

/// The runs of letters that a value consists of, without blanks, comments and the marks of sections.
pub(super) fn runs(value: &str) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < value.len() {
        let next =
            value.get(at..).and_then(|rest| rest.find('<')).map_or(value.len(), |found| at + found);
        words(value, at..next, &mut runs);
        at = match markup_at(value, next) {
            Some((inner, counts, end)) => {
                if counts {
                    words(value, inner, &mut runs);
                }
                end
            }
            // A tag of its own: not text that could be cut.
            None => next + 1,
        };
    }
    runs
}

fn words(value: &str, range: Range<usize>, runs: &mut Vec<Range<usize>>) {
    let mut at = range.start;
    for run in value.get(range).unwrap_or_default().split_inclusive(char::is_whitespace) {
        let letters = run.trim_end_matches(char::is_whitespace);
        if !letters.is_empty() {
            runs.push(at..at + letters.len());
        }
        at += run.len();
    }
}

/// A value without what it is laid out with.
pub(super) fn compact(value: &str) -> String {
    runs(value).into_iter().filter_map(|run| value.get(run)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_through_its_layout() {
        let text = "<V>ab<!-- <x> -->c\n d<![CDATA[ef]]><?p q?>g</V>";
        let value = &text[3..end_of_text(text, 3)];
        assert_eq!(value, "ab<!-- <x> -->c\n d<![CDATA[ef]]><?p q?>g");
        assert_eq!(compact(value), "abcdefg");
        assert_eq!(compact("ab<!-- never closed"), "ab");
        assert_eq!(end_of_text("<V>ab", 3), 5);
    }
}
