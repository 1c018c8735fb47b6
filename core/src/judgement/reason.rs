//! The sentence a page states as its reason, found by where it stands, known or not.
//!
//! A vendor's code and a product's known text tell most; then what the page marks as an alert, an
//! error object, a heading; then the first sentences of an error page; its title last, unless that is
//! no more than the name of the product.

use crate::redact;
use crate::spoken;
use diag_sdk::case::exchange::{Exchange, Page, Phrase, Side};
use diag_sdk::case::judgement::{Part, Statement};
use diag_sdk::{Meaning, Place, Writer};
use std::collections::BTreeMap;
use url::Url;

/// Most statements kept of one page.
const MOST: usize = 5;
/// Characters by which a sentence is found again in the text it was read in.
const BEGINNING: usize = 40;
/// Most parameters of an address that are quoted.
const MOST_CODES: usize = 4;
/// Longest sentence taken from the text of a page.
const LONGEST: usize = 280;

/// A known sentence as a statement.
pub(super) fn of_phrase(
    phrase: &Phrase,
    exchange: Option<usize>,
    place: Option<Place>,
) -> Statement {
    Statement {
        text: phrase.text.trim().to_owned(),
        meaning: phrase.meaning,
        values: phrase.values.clone(),
        who: phrase.who,
        vendor: phrase.vendor,
        writer: phrase.writer.clone(),
        part: phrase.part,
        exchange,
        place,
        ..Statement::default()
    }
}

/// What a page and its address state, most telling first; each sentence once.
pub(super) fn statements(exchange: &Exchange, index: usize) -> Vec<Statement> {
    let mut told = of_page(exchange, index);
    if let Some(text) = codes_in_address(&exchange.url)
        .filter(|_| told.list.iter().all(|known| known.meaning == Meaning::Unknown))
    {
        told.known(&Phrase { text, part: Part::Address, ..Phrase::default() });
    }
    told.list
}

/// What the parameters of an address that only stand there after a failure say, as far as it may be shown.
fn codes_in_address(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let fragment = url
        .fragment()
        .map(|fragment| fragment.split_once('?').map_or(fragment, |(_, query)| query));
    let in_fragment =
        fragment.into_iter().flat_map(|query| url::form_urlencoded::parse(query.as_bytes()));
    let told = |(name, value): &(std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
        redact::states_an_error(name)
            && !value.contains('…')
            && !matches!(value.as_ref(), "" | "0" | "1" | "true" | "false" | "none" | "null")
    };
    let codes: Vec<String> = url
        .query_pairs()
        .chain(in_fragment)
        .filter(told)
        .take(MOST_CODES)
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    (!codes.is_empty()).then(|| codes.join(", "))
}

fn of_page(exchange: &Exchange, index: usize) -> Told<'_> {
    let page = exchange.page.as_ref();
    let numbered = page.is_some_and(|page| !page.codes.is_empty());
    let mut told = Told { exchange, index, numbered, list: Vec::new() };
    // That nobody answered is no reason anybody gave.
    let told_outside =
        || exchange.phrases.iter().filter(|phrase| phrase.meaning != Meaning::ConnectionLost);
    let known = || page.iter().flat_map(|page| &page.phrases).chain(told_outside());
    known().filter(|phrase| !phrase.meaning.is_vague()).for_each(|phrase| told.known(phrase));
    for alert in page.into_iter().flat_map(|page| &page.alerts) {
        // An alert of a page that is no error page counts where its words are understood; above a log-in form, whatever it says.
        let asks_again = page.is_some_and(|page| page.login_form) && exchange.side == Side::Sp;
        if exchange.status >= 400 || asks_again || page.is_some_and(|page| page.error) {
            told.unknown(&alert.text, alert.part);
        } else {
            told.understood(&alert.text, alert.part);
        }
    }
    known().filter(|phrase| phrase.meaning.is_vague()).for_each(|phrase| told.known(phrase));
    let Some(page) = page else { return told };
    if let Some(sentence) = page.codes.first().and_then(|code| around(&page.text, code)) {
        told.unknown(&sentence, Part::Body);
    }
    if let Some(sentence) = labelled(page) {
        told.unknown(&sentence, Part::Body);
    }
    for heading in page.headings.iter().filter(|heading| is_reason(page, heading)) {
        told.unknown(heading, Part::Heading);
    }
    if let Some(sentence) = first_sentences(page) {
        told.unknown(&sentence, Part::Body);
    }
    if let Some(title) = page.title.as_deref().filter(|title| is_reason(page, title)) {
        told.unknown(title, Part::Title);
    }
    told
}

/// What was told so far.
struct Told<'e> {
    exchange: &'e Exchange,
    index: usize,
    /// The page bears a vendor's number: what words that anybody may use mean besides is a guess.
    numbered: bool,
    list: Vec<Statement>,
}

impl Told<'_> {
    fn known(&mut self, phrase: &Phrase) {
        let statement = of_phrase(phrase, Some(self.index), Some(self.exchange.place.clone()));
        // Whoever speaks in general words may mean another thing on the other side.
        let general = phrase.part == Part::Address && phrase.writer == Writer::Generic;
        let meaning = if general {
            spoken::at_side(phrase, self.exchange.side)
        } else {
            Some(phrase.meaning)
        };
        let values =
            if phrase.values.is_empty() { self.values_beside(phrase) } else { statement.values };
        if let Some(meaning) = meaning {
            self.tell(Statement { meaning, values, ..statement });
        }
    }

    /// The values in the sentence of a phrase that is known by its words alone.
    fn values_beside(&self, phrase: &Phrase) -> BTreeMap<String, String> {
        let begins: String = phrase.text.chars().take(BEGINNING).collect();
        let page = self.exchange.page.iter();
        let mut shown = page.flat_map(|page| {
            page.alerts.iter().map(|alert| &alert.text).chain(&page.headings).chain([&page.text])
        });
        let whole =
            shown.find_map(|text| Some(&text[text.find(&begins)?..])).unwrap_or(&phrase.text);
        spoken::reason(whole, phrase.part)
            .filter(|read| read.meaning == phrase.meaning)
            .map(|read| read.values)
            .unwrap_or_default()
    }

    fn unknown(&mut self, text: &str, part: Part) {
        if !self.understood(text, part) {
            self.known(&Phrase { text: text.to_owned(), part, ..Phrase::default() });
        }
    }

    /// Tells a sentence whose words are understood, unless a particular reason was told already: the first one counts.
    fn understood(&mut self, text: &str, part: Part) -> bool {
        if self.numbered || self.list.iter().any(|told| !told.meaning.is_vague()) {
            return false;
        }
        if self.is_known_to_be_vague(text) {
            return false;
        }
        let Some(read) = spoken::reason(text, part) else { return false };
        let Some(meaning) = spoken::at_side(&read, self.exchange.side) else { return false };
        self.known(&Phrase { text: text.to_owned(), meaning, ..read });
        true
    }

    /// A product's file has the sentence, and says that it gives no reason: then its words are no reason to guess at one.
    fn is_known_to_be_vague(&self, text: &str) -> bool {
        let begins = |phrase: &Phrase| -> String { phrase.text.chars().take(BEGINNING).collect() };
        let phrases = self.exchange.page.iter().flat_map(|page| &page.phrases);
        phrases
            .filter(|phrase| phrase.writer != Writer::Generic && phrase.meaning.is_vague())
            .any(|phrase| text.contains(&begins(phrase)))
    }

    fn tell(&mut self, statement: Statement) {
        if let Some(known) =
            self.list.iter_mut().find(|known| says_the_same(&known.text, &statement.text))
        {
            // The same sentence, met once by its place and once by its words: it keeps what either tells.
            if known.meaning == Meaning::Unknown {
                *known = Statement {
                    text: std::mem::take(&mut known.text),
                    part: known.part,
                    ..statement
                };
            }
        } else if !statement.text.is_empty() && self.list.len() < MOST {
            self.list.push(statement);
        }
    }
}

/// The one sentence for a headline: a code, else what is stated, else the title.
pub(super) fn headline(page: &Page) -> Option<String> {
    if let Some(code) = page.codes.first() {
        return Some(code.clone());
    }
    let exchange = Exchange { page: Some(page.clone()), ..Exchange::default() };
    let told = statements(&exchange, 0);
    let telling =
        told.iter().find(|statement| !statement.meaning.is_vague()).or_else(|| told.first());
    telling.map(|statement| first_sentence(&statement.text)).or_else(|| page.title.clone())
}

/// A heading or title that states something: more than a name, a number, or a call to sign in.
fn is_reason(page: &Page, heading: &str) -> bool {
    use crate::story::wording::{names_an_error, says_sign_in_failed};
    if says_sign_in_failed(heading) {
        return true;
    }
    let general = names_an_error(heading);
    general && !page.text.is_empty() || heading.split_whitespace().count() >= 4 && page.error
}

/// The text of a page behind its headings, as far as its first sentences go.
fn first_sentences(page: &Page) -> Option<String> {
    if !page.error || page.login_form {
        return None;
    }
    let mut rest = page.text.trim();
    for heading in page.title.iter().chain(&page.headings) {
        rest = rest.strip_prefix(heading.as_str()).unwrap_or(rest).trim_start();
    }
    let text: String = rest.chars().take(LONGEST).collect();
    let whole = text.chars().count() < LONGEST;
    // Cut at the end of a sentence where there is one.
    let end = text
        .rmatch_indices(['.', '!', '?'])
        .map(|(at, mark)| at + mark.len())
        .find(|end| *end > 40);
    let text = match end {
        Some(end) if !whole => text[..end].to_owned(),
        _ if !whole => format!("{text}…"),
        _ => text,
    };
    (text.split_whitespace().count() >= 3).then_some(text)
}

/// What an error page has behind a label that announces its reason, after whatever advice it gives to everybody.
fn labelled(page: &Page) -> Option<String> {
    const LABELS: &[&str] = &[
        "error message:",
        "error details:",
        "error description:",
        "failure reason:",
        "fehlermeldung:",
        "message d'erreur :",
        "mensaje de error:",
    ];
    // Letter case of ASCII alone, so that places stay.
    let lower = page.text.to_ascii_lowercase();
    let end = LABELS.iter().filter_map(|label| Some(lower.rfind(label)? + label.len())).max()?;
    let rest: String = page.text.get(end..)?.trim_start().chars().take(LONGEST).collect();
    let sentence = rest.find(". ").map_or(rest.as_str(), |stop| &rest[..=stop]);
    (page.error && sentence.split_whitespace().count() >= 2).then(|| sentence.trim().to_owned())
}

/// The sentence in which a code stands.
fn around(text: &str, code: &str) -> Option<String> {
    let at = text.find(code)?;
    let rest: String = text[at..].chars().take(LONGEST).collect();
    let end = ["Trace ID", "Request Id", "Correlation ID", "Timestamp", "Activity ID"]
        .iter()
        .filter_map(|label| rest.find(label))
        .min();
    Some(rest[..end.unwrap_or(rest.len())].trim().to_owned())
}

fn first_sentence(text: &str) -> String {
    let short: String = text.chars().take(180).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// One sentence holds the other.
fn says_the_same(left: &str, right: &str) -> bool {
    let plain = |text: &str| {
        text.chars()
            .filter(|character| character.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    let (left, right) = (plain(left), plain(right));
    left.contains(&right)
        || (!left.is_empty() && right.contains(&left) && right.len() < left.len() + 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_labelled_as_the_reason_is_told_behind_the_advice_for_everybody() {
        let page = |error: bool| {
            Page {
            text: "ERROR An error occurred. Please contact the help desk of your university, and tell them when. Error Message: No return \
                   endpoint for relying party x. Go back"
                .to_owned(),
            error,
            ..Page::default()
        }
        };
        assert_eq!(
            labelled(&page(true)).as_deref(),
            Some("No return endpoint for relying party x.")
        );
        assert_eq!(labelled(&page(false)), None);
    }
}
