//! The one door to what products say: known sentences in a text, written down as the Case has them.

use crate::redact::shown;
use crate::secrets::places;
use diag_products::{Found, Products, Proven, Scope, Where, grammar};
use diag_sdk::case::exchange::{Phrase, Side};
use diag_sdk::case::judgement::Part;
use diag_sdk::case::product::VendorCode;
use diag_sdk::{Meaning, Vendor, Writer};
use std::collections::BTreeMap;
use url::Url;

/// How much of a text around a sentence is shown.
const SHOWN: usize = 180;
/// Longest value that is kept.
const LONGEST_VALUE: usize = 200;
/// Characters before the words of a sentence that may belong to it.
const BEFORE: usize = 60;

/// Whoever listens: the products that are known, and those this text is shown to be of.
#[derive(Debug, Clone)]
pub(crate) struct Listener<'p> {
    pub(crate) products: &'p Products,
    pub(crate) proven: Proven,
}

impl<'p> Listener<'p> {
    /// Nothing shows whose text it is.
    pub(crate) fn to_anyone(products: &'p Products) -> Self {
        Self { products, proven: Proven::default() }
    }

    /// The sentences in a text, each meaning once; their places are of the text as it is given.
    pub(crate) fn sentences(&self, text: &str, place: Where) -> Vec<Found<'p>> {
        self.products.find(text, &Scope { place, proven: self.proven.clone() })
    }

    /// The text of a page says anything that is known.
    pub(crate) fn says_anything(&self, text: &str) -> bool {
        self.products
            .says_anything(text, &Scope { place: Where::Page, proven: self.proven.clone() })
    }
}

/// A sentence as the Case has it: in the words of the text, from where the sentence begins.
pub(crate) fn phrase(found: &Found<'_>, text: &str, part: Part) -> Phrase {
    let sentence = match part {
        // Of a line of a log only the product's own words are kept: the rest names people and sessions.
        Part::Log => shown(&whole_words(text, found.start, found.end), SHOWN),
        // The values of an address may be anything: only what the product's file knows is shown.
        Part::Address => plain_words(&found.text.says),
        _ => {
            shown(without_label(sentence(text, found.start), &text[found.start..found.end]), SHOWN)
        }
    };
    Phrase {
        writer: found.writer().map_or(Writer::Generic, |name| Writer::Product(name.to_owned())),
        vendor: found.writer().and_then(|_| Vendor::read(&found.product.id)).unwrap_or_default(),
        meaning: found.text.means,
        text: sentence,
        values: found
            .values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), shown(value, LONGEST_VALUE)))
            .collect(),
        who: found.text.who,
        part,
    }
}

/// A code as a sentence of the product that numbers so: in the words around it, which begin no sentence of their own there.
pub(crate) fn coded(code: &VendorCode, text: &str, at: usize, part: Part) -> Phrase {
    Phrase {
        writer: Writer::Product(code.product.clone()),
        vendor: code.vendor,
        meaning: code.meaning,
        text: shown(around(text, at, false), SHOWN),
        values: BTreeMap::new(),
        who: code.who,
        part,
    }
}

/// What a text that counts as a stated reason means, in words no file has. Nothing where none is understood.
pub(crate) fn reason(text: &str, part: Part) -> Option<Phrase> {
    let read = grammar::read(text)?;
    // A value that was cut off is none.
    let whole = read.values.iter().filter(|(_, value)| !value.contains('…'));
    let values =
        whole.map(|(name, value)| ((*name).to_owned(), shown(value, LONGEST_VALUE))).collect();
    Some(Phrase {
        meaning: read.meaning,
        text: shown(text, SHOWN),
        values,
        part,
        ..Phrase::default()
    })
}

/// What a stated reason means that keeps somebody out: it is neither vague, nor one that goes away by signing in again, nor about
/// the log-in itself.
pub(crate) fn keeps_out(text: &str) -> Option<Meaning> {
    const PASSING: &[Meaning] = &[
        Meaning::Credentials,
        Meaning::NoSession,
        Meaning::MessageMissing,
        Meaning::RateLimited,
        Meaning::ConnectionLost,
        Meaning::TooLarge,
    ];
    let meaning = reason(text, Part::Alert).and_then(|read| at_side(&read, Side::Sp))?;
    (!meaning.is_vague() && !PASSING.contains(&meaning)).then_some(meaning)
}

/// What somebody means depends on who it is: an issuer that an identity provider does not know is the service provider.
pub(crate) fn at_side(read: &Phrase, side: Side) -> Option<Meaning> {
    let of_licences =
        || ["licen", "lizenz"].iter().any(|word| read.text.to_lowercase().contains(word));
    Some(match (side, read.meaning) {
        (Side::Idp, Meaning::Issuer) => Meaning::UnknownSp,
        // A licence is more than an assignment, and none of the identity provider's settings.
        (Side::Idp, Meaning::NoLicence) if of_licences() => return None,
        (Side::Idp, Meaning::NoLicence) => Meaning::NotAssigned,
        (Side::Idp, Meaning::UnsignedMessage | Meaning::UnknownKey) => Meaning::RequestSignature,
        // What a service provider says of another one is no reason of its own; and where a request arrives it is the
        // request itself that is too old or was lost on the way, not one to be answered.
        (Side::Sp | Side::Other, Meaning::UnknownSp) | (Side::Idp, Meaning::InResponseTo) => {
            return None;
        }
        (_, meaning) => meaning,
    })
}

/// What parameters of an address say that are made for it, such as `error=user_deactivated`.
pub(crate) fn address_reasons(url: &Url) -> Vec<Phrase> {
    let fragment = url
        .fragment()
        .map(|fragment| fragment.split_once('?').map_or(fragment, |(_, query)| query));
    let in_fragment =
        fragment.into_iter().flat_map(|query| url::form_urlencoded::parse(query.as_bytes()));
    let stated = url
        .query_pairs()
        .chain(in_fragment)
        .take(MOST_PARAMETERS)
        .filter(|(name, _)| places::states_a_reason(name));
    let mut reasons: Vec<Phrase> = Vec::new();
    for phrase in stated.filter_map(|(_, value)| reason(&value, Part::Address)) {
        if !reasons.iter().any(|known| known.meaning == phrase.meaning) {
            reasons.push(phrase);
        }
    }
    reasons
}

/// Most parameters of an address that are read.
const MOST_PARAMETERS: usize = 24;
/// The words of an entry, with an ellipsis for each value.
fn plain_words(says: &str) -> String {
    let mut words = String::new();
    let mut rest = says;
    while let Some((before, value)) = rest.split_once('{') {
        words.push_str(before);
        words.push('…');
        rest = value.split_once('}').map_or("", |(_, after)| after);
    }
    words + rest
}

/// A word is not at its end here: a letter or digit comes next, or a mark with one right behind it.
fn goes_on(rest: &str) -> bool {
    let mut characters = rest.chars();
    match characters.next() {
        Some('.' | ':' | '/' | '-' | '_' | '@' | '\\') => {
            characters.next().is_some_and(char::is_alphanumeric)
        }
        next => next.is_some_and(char::is_alphanumeric),
    }
}

/// A part of a text, with the words at its ends whole. A word that goes on in other characters than letters is a name
/// rather than one: it is left out, and an ellipsis stands for it.
fn whole_words(text: &str, start: usize, end: usize) -> String {
    let letters = |rest: &str| {
        rest.chars()
            .take_while(|character| character.is_alphabetic())
            .map(char::len_utf8)
            .sum::<usize>()
    };
    let (before, own, after) = (&text[..start], &text[start..end], &text[end..]);
    let mut out = String::new();
    if own.starts_with(char::is_alphanumeric) && before.ends_with(char::is_alphabetic) {
        let length: usize = before
            .chars()
            .rev()
            .take_while(|character| character.is_alphabetic())
            .map(char::len_utf8)
            .sum();
        out.push_str(&before[before.len() - length..]);
    }
    out.push_str(own);
    if !own.ends_with(char::is_alphanumeric) {
        return out;
    }
    let length = letters(after);
    if goes_on(&after[length..]) {
        let words = out.trim_end_matches(char::is_alphanumeric).trim_end().len();
        out.truncate(words);
        out.push_str(" …");
    } else {
        out.push_str(&after[..length]);
    }
    out
}

/// The text without the label of a button or link that stands after its last full stop: a word or three without a mark.
fn without_label<'t>(text: &'t str, own: &str) -> &'t str {
    const WORDS: usize = 3;
    const LONGEST: usize = 24;
    let Some((at, _)) = text
        .rmatch_indices(['.', '!', '?'])
        .find(|(at, _)| text[at + 1..].starts_with(char::is_whitespace))
    else {
        return text;
    };
    let (kept, label) = text.split_at(at + 1);
    let label = label.trim();
    let is_label = label.len() <= LONGEST
        && label.starts_with(char::is_uppercase)
        && label.split_whitespace().count() <= WORDS
        && label.chars().all(|character| character.is_alphabetic() || character == ' ');
    // The product's own words stay whole.
    let whole = kept.len() >= own.len() && kept.contains(own.trim_end_matches(['.', '!', '?']));
    if is_label && whole { kept } else { text }
}

/// The text from the start of the sentence around a place.
fn sentence(text: &str, at: usize) -> &str {
    // Words that begin with a capital begin their sentence: what stands before is a heading without a full stop.
    around(text, at, text[at..].chars().next().is_some_and(char::is_uppercase))
}

/// The text from a place on, and from the start of its sentence where the place does not begin it.
fn around(text: &str, at: usize, begins: bool) -> &str {
    let mut start = at;
    let mut after: Option<char> = text[at..].chars().next();
    for (count, (place, character)) in text[..at].char_indices().rev().enumerate() {
        let ends = character == '\n'
            || (".!?:)".contains(character) && after.is_some_and(char::is_whitespace));
        if begins || ends || count >= BEFORE {
            break;
        }
        start = place;
        after = Some(character);
    }
    let end =
        text[start..].char_indices().nth(SHOWN * 2).map_or(text.len(), |(end, _)| start + end);
    let around = &text[start..end];
    // What begins with a string of JSON ends with it.
    let quoted = text[..start].ends_with('"').then(|| around.find('"')).flatten();
    around[..quoted.unwrap_or(around.len())].trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> Vec<Phrase> {
        let products = Products::builtin();
        let found = Listener::to_anyone(&products).sentences(text, Where::Page);
        found.iter().map(|found| phrase(found, text, Part::Body)).collect()
    }

    #[test]
    fn the_label_of_a_button_behind_a_sentence_is_none_of_it() {
        let cut = |text: &'static str| without_label(text, "It was refused");
        assert_eq!(cut("It was refused. Return to login"), "It was refused.");
        assert_eq!(
            cut("It was refused. Ask your administrator now"),
            "It was refused. Ask your administrator now"
        );
        assert_eq!(cut("It was refused. Code 12"), "It was refused. Code 12");
        assert_eq!(without_label("No. Login", "No. Login"), "No. Login");
    }

    #[test]
    fn a_sentence_is_told_from_its_beginning_with_its_values() {
        let text = "Sorry. Not so: The InResponseTo of the Response: a, does not match the ID of the AuthNRequest sent by the SP: b. Bye.";
        let found = says(text);
        assert_eq!(found[0].meaning, Meaning::InResponseTo);
        assert!(found[0].text.starts_with("The InResponseTo of the Response: a"), "{found:?}");
        assert!(says("Welcome to the hub").is_empty());
    }

    #[test]
    fn a_string_of_json_is_quoted_without_what_follows_it() {
        let found = says("{\"error\":\"SecurityTokenExpired\",\"code\":6}\nmore");
        assert_eq!(found[0].text, "SecurityTokenExpired");
    }

    #[test]
    fn a_line_of_a_log_is_quoted_in_whole_words() {
        for (text, part, told) in [
            ("cannot find the certificates", "find the certificate", "find the certificates"),
            ("unresolved issuer", "resolved", "unresolved"),
            ("no user found.", "no user", "no user"),
            ("no user ann12@example.org", "no user ann", "no user …"),
            ("at host sp.example.org today", "at host sp", "at host …"),
            ("at host spot.example today", "at host sp", "at host …"),
            ("it is so.", "it is s", "it is so"),
            ("das Zertifikatés", "das Zertifikat", "das Zertifikatés"),
        ] {
            let start = text.find(part).unwrap();
            assert_eq!(whole_words(text, start, start + part.len()), told, "{text}");
        }
    }

    #[test]
    fn a_name_in_between_is_one_word() {
        for text in [
            "ACS URL https://sp.example/acs is not registered",
            "The ACS URL is not registered here",
        ] {
            assert_eq!(says(text)[0].meaning, Meaning::Acs, "{text}");
        }
    }
}
