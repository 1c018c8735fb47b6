//! Comments of a document, also of one that does not parse.

use std::ops::Range;

const OPENS: &str = "<!--";
const CLOSES: &str = "-->";

/// What stands in each comment, in order. One that nothing closes is none.
pub fn comments(text: &str) -> Vec<Range<usize>> {
    let find = |from: usize, sign: &str| {
        memchr::memmem::find(text.as_bytes().get(from..)?, sign.as_bytes()).map(|at| from + at)
    };
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = find(from, OPENS) {
        let start = open + OPENS.len();
        let Some(end) = find(start, CLOSES) else { break };
        found.push(start..end);
        from = end + CLOSES.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::comments;

    #[test]
    fn each_comment_is_found_once() {
        let found = |text: &str| {
            comments(text).into_iter().map(|at| text[at].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("<!--a--><x/><!-- b <!-- c --> <!---->"), ["a", " b <!-- c ", ""]);
        assert!(found("<x/><!-- open").is_empty());
        // Looked for once, however many begin.
        assert!(found(&"<!--".repeat(300_000)).is_empty());
    }
}
