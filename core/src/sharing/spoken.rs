//! Passwords that are words. In addresses and data such a word stands for itself; where people are spoken to (words
//! of a page, titles, reasons, names of tools) it goes.

use super::edit::Edit;
use super::lexicon::Lexicon;
use super::opaque;
use super::prose;
use crate::saml::xml::{local_name, root_name};
use std::ops::Range;

/// Members of a capture that hold words for people.
const MEMBERS: &[&str] = &[
    "log.creator.name",
    "log.creator.version",
    "log.browser.name",
    "log.browser.version",
    "log.pages.title",
    "response.statusText",
    "response._error",
    "response._failureText",
    "request._failureText",
    "_error",
];

/// Replaces such words in a member of a capture, where it speaks to people.
pub(super) fn edits(lexicon: &Lexicon, text: &str, label: &str) -> Vec<Edit> {
    let silent = if MEMBERS.contains(&label) {
        Vec::new()
    } else if label == "response.content.text" && is_page(text) {
        prose::silent(text)
    } else {
        return Vec::new();
    };
    let found = lexicon.spoken(text).filter(|(range, ..)| {
        is_between_words(text, range) && !prose::within(&silent, range.start)
    });
    found
        .map(|(range, kind, mark)| Edit { range, with: mark.to_owned(), values: vec![(kind, 1)] })
        .collect()
}

fn is_page(text: &str) -> bool {
    opaque::begins_as_markup(text)
        && root_name(text).map(local_name).is_some_and(|root| root.eq_ignore_ascii_case("html"))
}

/// Blanks, quotes and the marks of sentences stand on both sides.
fn is_between_words(text: &str, range: &Range<usize>) -> bool {
    let between =
        |character: char| character.is_whitespace() || "\"'“”„‚‘’«»()<>,.;:!?…".contains(character);
    let before = text.get(..range.start).and_then(|before| before.chars().next_back());
    let after = text.get(range.end..).and_then(|after| after.chars().next());
    before.is_none_or(between) && after.is_none_or(between)
}

#[cfg(test)]
mod tests {
    use super::super::edit::apply;
    use super::super::kind::Kind;
    use super::super::lexicon::Collecting;
    use super::super::words::Gathered;
    use super::*;

    #[test]
    fn a_word_that_is_a_password_goes_where_people_are_spoken_to() {
        let mut collecting = Collecting::default();
        for word in ["qwzkv", "login"] {
            collecting.add(word, Kind::Password);
        }
        let lexicon = collecting.settle(b"salt", Gathered::default());
        let copied = |text: &str, label: &str| apply(text, &edits(&lexicon, text, label));
        let page = "<html><body class=\"qwzkv\"><p>You typed qwzkv, which is no login.</p><a href=\"/qwzkv\">qwzkvs</a><script>var a='qwzkv'</script>";
        let copy = copied(page, "response.content.text");
        assert!(
            !copy.contains("typed qwzkv") && copy.contains("no login") && copy.len() == page.len(),
            "{copy}"
        );
        assert_eq!(copy.matches("qwzkv").count(), page.matches("qwzkv").count() - 1);
        assert!(!copied("qwzkv", "log.creator.name").contains("qwzkv"));
        assert!(!copied("Sign in, qwzkv", "log.pages.title").contains("qwzkv"));
        for (text, label) in [
            (page, "request.postData.text"),
            ("qwzkv", "request.method"),
            ("<r xmlns='x'>qwzkv</r>", "response.content.text"),
        ] {
            assert_eq!(copied(text, label), text);
        }
    }
}
