//! Values that whoever refused puts side by side in its own words: `expected X, got Y`, in any words.
//!
//! A page or log line that quotes the very value that was sent, and beside it another one that nearly is it, says what
//! differs, whatever its language.

use super::delivery::Delivery;
use crate::case::judgement::Failure;
use crate::case::place::Place;
use crate::difference::{self, Difference};

/// A value that stands beside the own one.
#[derive(Debug, Clone)]
pub struct Beside<'a> {
    /// The other value.
    pub value: String,
    /// How it differs from the own one.
    pub difference: Difference,
    /// The sentence both stand in.
    pub text: &'a str,
    /// Where that stands.
    pub place: Option<&'a Place>,
}

/// Longest sentence that is looked through.
const MOST: usize = 4000;

impl<'a> Delivery<'a> {
    /// A value that is put beside `own` where the message was refused, and that nearly is it.
    pub fn quoted_beside(&self, own: &str) -> Option<Beside<'a>> {
        self.failures().iter().find_map(|failure| beside(self.case, failure, own))
    }
}

fn beside<'a>(case: &'a crate::case::Case, failure: &'a Failure, own: &str) -> Option<Beside<'a>> {
    let page = failure
        .exchange
        .and_then(|index| case.exchanges.get(index))
        .and_then(|exchange| exchange.page.as_ref());
    let said =
        failure.said.iter().map(|statement| (statement.text.as_str(), statement.place.as_ref()));
    let shown = page.into_iter().flat_map(|page| {
        let parts = page
            .alerts
            .iter()
            .map(|alert| alert.text.as_str())
            .chain(page.headings.iter().map(String::as_str));
        parts.chain(std::iter::once(page.text.as_str())).map(|text| (text, failure.place.as_ref()))
    });
    let (text, place, value, difference) = said.chain(shown).find_map(|(text, place)| {
        let (value, difference) = near_miss(text, own)?;
        Some((text, place, value, difference))
    })?;
    Some(Beside { value, difference, text, place })
}

/// The value of a text that nearly is `own`, where `own` itself stands there too.
fn near_miss(text: &str, own: &str) -> Option<(String, Difference)> {
    if own.len() < 4 || text.len() > MOST && !text.contains(own) {
        return None;
    }
    let all: Vec<&str> = values(text).collect();
    if !all.contains(&own) {
        return None;
    }
    let others = all.iter().copied().filter(|value| *value != own);
    let (value, difference) = difference::nearest(others, own)?;
    (!matches!(difference, Difference::Unrelated)).then(|| (value.to_owned(), difference))
}

/// Values in a text as they are quoted: words with nothing of the sentence around them.
fn values(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| {
        character.is_whitespace() || "'\"`<>()[]{},;“”‘’„«»|".contains(character)
    })
    .map(|word| word.trim_end_matches(['.', ':', '!', '?']))
    .filter(|word| {
        word.len() > 3 && (word.contains("://") || word.contains('.') || word.contains(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_told_in_any_words() {
        for (text, own, other) in [
            (
                "expected https://a.example/acs, got https://a.example/acs/",
                "https://a.example/acs/",
                Some("https://a.example/acs"),
            ),
            (
                "Erwartet war „https://a.example/“, erhalten „https://a.example“.",
                "https://a.example",
                Some("https://a.example/"),
            ),
            (
                "http://a.example:8080/acs instead of https://a.example/acs",
                "https://a.example/acs",
                Some("http://a.example:8080/acs"),
            ),
            (
                "https://a.example/acs is not known; see https://help.example/x",
                "https://a.example/acs",
                None,
            ),
            ("https://b.example/acs is not known", "https://a.example/acs", None),
        ] {
            assert_eq!(near_miss(text, own).map(|(value, _)| value).as_deref(), other, "{text}");
        }
    }
}
