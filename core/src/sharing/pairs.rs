//! `name=value`, `name: value`, `"name": "value"`, in queries, scripts, data, logs and words: what the name, the looks of the value and
//! what surrounds both say of it.

use super::around::{Around, Standing};
use super::fields::{is_word, names_a_key, plainly};
use super::kind::Kind;
use super::names;
use super::opaque;
use super::prose;
use super::scripted;
use crate::redact;
use crate::runs::Runs;
use crate::secrets::places as secret_places;
use std::borrow::Cow;
use std::ops::Range;

/// Longest name of a field.
const LONGEST_NAME: usize = 64;
/// Shortest value in quotes.
const SHORTEST_QUOTED: usize = 4;
/// So long and random it is a token in a log, whatever it is called and without quotes.
const LONG: usize = 40;
/// Shortest value of letters by chance.
const SHORTEST_RANDOM: usize = 16;
/// Longest value that a name leads to.
const LONGEST_VALUE: usize = 64 << 10;

/// Values behind their names in a text.
pub(super) fn values(text: &str, around: Around, found: &mut Vec<Standing>) {
    let bytes = text.as_bytes();
    let page = around == Around::Page;
    let scripts = if page { prose::scripts(text) } else { Vec::new() };
    let tags =
        if page && opaque::begins_as_markup(text) { prose::silent(text) } else { Vec::new() };
    let mut runs = Runs::new(text, |c| c.is_ascii_whitespace() || "&;,\"'<>(){}[]#|".contains(c));
    let mut at = 0;
    while let Some(sign) =
        memchr::memchr2(b'=', b':', bytes.get(at..).unwrap_or_default()).map(|sign| at + sign)
    {
        at = sign + 1;
        let Some(pair) = Pair::at(text, sign, around, &mut runs) else { continue };
        let place = Place {
            around,
            spoken: page && !prose::within(&scripts, sign),
            in_a_tag: prose::within(&tags, sign),
        };
        let Some((length, kind)) = pair.secret(place) else { continue };
        found.push(Standing { range: pair.start..pair.start + length, kind });
        if let Some(quote) = pair.quote {
            let rest = scripted::added(text, pair.start + length, quote);
            found.extend(rest.into_iter().map(|range| Standing { range, kind }));
        }
    }
}

/// Where a pair stands.
#[derive(Clone, Copy)]
struct Place {
    around: Around,
    /// In what people read: no script of a page.
    spoken: bool,
    in_a_tag: bool,
}

/// A name and its value.
struct Pair<'t> {
    text: &'t str,
    name: Cow<'t, str>,
    start: usize,
    length: usize,
    quote: Option<u8>,
    /// An equals sign stands between them.
    equals: bool,
    /// What stands before the name.
    before: &'t [u8],
}

impl<'t> Pair<'t> {
    /// What a sign stands between.
    fn at(
        text: &'t str,
        sign: usize,
        around: Around,
        runs: &mut Runs<'t, impl Fn(char) -> bool>,
    ) -> Option<Self> {
        let bytes = text.as_bytes();
        let equals = bytes.get(sign) == Some(&b'=');
        // Backwards: blanks, a quote, the name.
        let before = bytes.get(..sign).unwrap_or_default();
        let mut end = before.len() - before.iter().rev().take_while(|byte| **byte == b' ').count();
        // `d["key"] = …`
        end -= usize::from(before.get(..end).unwrap_or_default().ends_with(b"\"]"));
        let quoted_name = end > 0 && matches!(before.get(end - 1), Some(b'"' | b'\''));
        end -= usize::from(quoted_name);
        let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]$".contains(&byte);
        // Letters of the name of a parameter may be encoded, or of another script: `%70assword=`, `пароль=`.
        let parameter = around == Around::Data && !quoted_name && equals;
        let of_parameter = |byte: u8| parameter && (byte == b'%' || byte >= 0x80);
        let length = before
            .get(..end)
            .unwrap_or_default()
            .iter()
            .rev()
            .take(LONGEST_NAME)
            .take_while(|byte| of_name(**byte) || of_parameter(**byte))
            .count();
        let name = text.get(end - length..end).unwrap_or_default();
        let last =
            |name: &str| name.rfind(['&', '?', '#', ';', '=', '/', ' ']).map_or(0, |mark| mark + 1);
        let name = match percent_encoding::percent_decode_str(name).decode_utf8_lossy() {
            Cow::Borrowed(name) => Cow::Borrowed(name.get(last(name)..).unwrap_or_default()),
            Cow::Owned(name) => Cow::Owned(name.get(last(&name)..).unwrap_or_default().to_owned()),
        };
        if name.is_empty() {
            return None;
        }
        let before = before.get(..end - length).unwrap_or_default();
        // Forwards: blanks, a quote, the value.
        let arrow = usize::from(bytes.get(sign..sign + 2) == Some(b"=>") && quoted_name);
        let rest = bytes.get(sign + 1 + arrow..).unwrap_or_default();
        let mut start = sign + 1 + arrow + rest.iter().take_while(|byte| **byte == b' ').count();
        let quote = bytes.get(start).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
        start += usize::from(quote.is_some());
        // `password=[x1y2z3]`, as programs print the values of a parameter.
        let close = match bytes.get(start) {
            Some(b'[') if quote.is_none() => Some(b']'),
            Some(b'(') if quote.is_none() => Some(b')'),
            _ => None,
        };
        start += usize::from(close.is_some());
        let behind = bytes.get(start..).unwrap_or_default();
        let length = match (quote, close) {
            (Some(quote), _) => {
                memchr::memchr(quote, behind.get(..LONGEST_VALUE).unwrap_or(behind))?
            }
            (None, Some(close)) => {
                let length = runs.behind(start).len();
                (behind.get(length) == Some(&close)).then_some(length)?
            }
            // What follows a path's parameter is the query.
            (None, None) if before.ends_with(b";") => {
                let run = runs.behind(start).len();
                memchr::memchr2(b'?', b'/', behind.get(..run).unwrap_or(behind)).unwrap_or(run)
            }
            (None, None) => runs.behind(start).len(),
        };
        text.get(start..start + length)?;
        Some(Self { text, name, start, length, quote, equals, before })
    }

    fn value(&self) -> &'t str {
        self.text.get(self.start..self.start + self.length).unwrap_or_default()
    }

    fn range(&self) -> Range<usize> {
        self.start..self.start + self.length
    }

    /// How much of it is secret, and what it is.
    fn secret(&self, place: Place) -> Option<(usize, Kind)> {
        if let Some(kind) = self.told(place) {
            return Some((self.length, kind));
        }
        if let Some((length, kind)) = self.typed(place) {
            return Some((length, kind));
        }
        let kind = self.opens_something(place).or_else(|| self.code(place));
        let kind = kind.or_else(|| self.quoted(place)).or_else(|| self.literal(place));
        let kind = kind.or_else(|| self.by_name(place))?;
        Some((self.length, kind))
    }

    /// No quotes, in words or in data.
    fn bare(&self, place: Place) -> bool {
        self.quote.is_none() && (place.spoken || place.around == Around::Data)
    }

    /// `token: x1y2z3`
    fn told(&self, place: Place) -> Option<Kind> {
        let believed = self.bare(place) && prose::is_credible(self.value());
        believed.then(|| prose::told(&self.name).or_else(|| names::speaks_of(&self.name))).flatten()
    }

    /// `{username=ann, password=…, rememberMe=true}`, as programs print what they hold; `PW: …` at the end of its line; words that
    /// make no sentence.
    fn typed(&self, place: Place) -> Option<(usize, Kind)> {
        if !self.in_words(place) {
            return None;
        }
        let ends = || {
            let rest = self.text.get(self.range().end..);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['\n', '\r']))
        };
        let run = prose::phrase_at(self.text, self.start);
        let joined = || prose::is_joined(self.value()) && (self.equals || ends());
        if run.is_none() && !joined() {
            return None;
        }
        let of_credentials = || run.is_some() && names::plain(&self.name).contains("credential");
        let kind = names::kind_of(&self.name)
            .filter(|kind| *kind == Kind::Password || of_credentials())?;
        Some((run.unwrap_or(self.length), kind))
    }

    /// Without quotes, where the pair is no parameter of an address.
    fn in_words(&self, place: Place) -> bool {
        self.bare(place) && (place.spoken || !self.equals)
    }

    /// Ids open something where the name says so, and a cookie of that name is one; so do letters by chance.
    fn opens_something(&self, place: Place) -> Option<Kind> {
        let value = self.value();
        if !self.in_words(place) {
            return None;
        }
        let named =
            || names::holds_ids(&self.name) || self.name.trim_start_matches('[') == "SESSION";
        if opaque::is_guid(value) && named() {
            return Some(Kind::Token);
        }
        let random = value.len() >= SHORTEST_RANDOM && redact::makes_no_word(value);
        random.then(|| names::kind_of(&self.name)).flatten()
    }

    /// `PIN: 4711`
    fn code(&self, place: Place) -> Option<Kind> {
        let is_one = place.spoken
            && self.quote.is_none()
            && prose::is_code(self.value().trim_end_matches(['.', ',', ';']));
        is_one
            .then(|| prose::spoken_of(&self.name).filter(|kind| *kind == Kind::Password))
            .flatten()
    }

    /// In words, and in lines of logs, what is quoted behind the name of a password is one.
    fn quoted(&self, place: Place) -> Option<Kind> {
        let is_one = place.spoken && self.quote.is_some() && !place.in_a_tag;
        is_one.then(|| in_quotes(&self.name, self.value())).flatten()
    }

    /// In scripts most of it is labels: what is believed has letters and digits.
    fn scripted(&self, place: Place) -> bool {
        let value = self.value();
        place.around == Around::Page
            && !place.spoken
            && (prose::is_credible(value) || self.quote.is_some() && prose::is_mixed_phrase(value))
    }

    /// `var pw = "x1y2z3"`
    fn literal(&self, place: Place) -> Option<Kind> {
        let is_one = self.quote.is_some() && self.scripted(place);
        let short = || (self.name == "pw").then_some(Kind::Password);
        is_one.then(|| prose::told(&self.name).or_else(short)).flatten()
    }

    /// `Error code: WPSAMLERR007`: by such numbers the page of a product is known.
    fn numbers_an_error(&self, place: Place) -> bool {
        if !names::plain(&self.name).ends_with("code") || self.equals && !place.spoken {
            return false;
        }
        let near = &self.before[self.before.len().saturating_sub(LONGEST_NAME)..];
        let before = String::from_utf8_lossy(near).to_lowercase();
        let word = before.trim_end_matches(|c: char| !c.is_alphanumeric());
        let named = names::plain(&self.name);
        let told = ["error", "fehler", "erreur", "status", "reason", "response", "exception"];
        if told.iter().any(|told| word.ends_with(told) || named == format!("{told}code")) {
            return true;
        }
        let value = self.value();
        let bare = value.trim_end_matches(|c: char| c.is_ascii_digit());
        bare.len() + 2 <= value.len()
            && bare.len() >= 2
            && bare.starts_with(|first: char| first.is_ascii_uppercase())
            && bare
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-')
            && value.len() <= 16
    }

    fn by_name(&self, place: Place) -> Option<Kind> {
        let value = self.value();
        if self.numbers_an_error(place) {
            return None;
        }
        // The parameter of an address is one also in a page.
        let parameter = (place.spoken || self.scripted(place) && !value.contains(['.', ':']))
            && self.quote.is_none()
            && self.equals
            && matches!(self.before.last(), Some(b'?' | b'&'));
        let around = if parameter { Around::Data } else { place.around };
        // Behind these a colon is as good as an equals sign: `#!token:…`. What stands behind two slashes is a host, and its port
        // is no value.
        let assigned = self.equals
            || self.before.last().is_some_and(|byte| b"!#/?&".contains(byte))
                && !self.before.ends_with(b"//");
        kind(&self.name, value, around, self.quote.is_some(), assigned)
    }
}

/// What is quoted behind a name in words: `password="a b c"`, `'secret': 'x1y2z3'`.
fn in_quotes(name: &str, value: &str) -> Option<Kind> {
    let password = || {
        let kind = names::kind_of(name).filter(|_| names::plain(name).len() > 4);
        kind.or_else(|| prose::spoken_of(name)).filter(|kind| *kind == Kind::Password)
    };
    let kind = prose::told(name).or_else(password).or_else(|| names::speaks_of(name))?;
    let phrase = prose::is_passphrase(value);
    // Letters that no page says are a password behind the name of one.
    let typed = kind == Kind::Password && prose::is_joined(value);
    let believed = prose::is_credible(value) || phrase || typed;
    (value.len() >= SHORTEST_QUOTED && believed && !value.contains("://")).then_some(kind)
}

/// What a named value is, if anything. `assigned`: an equals sign stood between them.
fn kind(name: &str, value: &str, around: Around, quoted: bool, assigned: bool) -> Option<Kind> {
    // What stands behind the digits of base64 is its end, whatever they look like.
    let padding = value.bytes().all(|byte| byte == b'=');
    if padding || value.contains("://") && !opaque::is_opaque(value, 16) {
        return None;
    }
    let by_name = names::kind_of(name);
    let telling = |shortest: usize| {
        (opaque::is_opaque(value, shortest) || opaque::jwt_signature(value).is_some())
            && !opaque::holds_markup(value)
    };
    if names::is_state(name) {
        let key = around == Around::Data && prose::is_credible(value);
        return ((telling(12) || key) && !opaque::is_place(value)).then_some(Kind::Token);
    }
    if names::carries_a_message(name) {
        return None;
    }
    let parameter = assigned && !quoted && around == Around::Data;
    match (by_name, around) {
        (Some(Kind::Password), Around::Data) => {
            (!value.contains(' ') || quoted).then_some(Kind::Password)
        }
        (Some(kind), Around::Data) => {
            let believed = prose::is_credible(value) || prose::is_passphrase(value);
            let told = quoted && believed && prose::told(name).is_some();
            (telling(8)
                || told
                || quoted && plainly(name, value, false)
                || (parameter && value.len() >= 4 && !is_word(value)))
            .then_some(kind)
        }
        (Some(kind), Around::Page) => {
            (telling(8) || quoted && plainly(name, value, true)).then_some(kind)
        }
        (None, Around::Data) if parameter && is_phrase(name, value) => Some(Kind::Token),
        (None, _) => (telling(24)
            && (parameter || quoted || around == Around::Page && assigned && value.len() >= LONG)
            && !names::is_harmless(name)
            && !names_a_key(value))
        .then_some(Kind::Token),
    }
}

/// Words that make no sentence, under a name that states none: `x17=…%20…%20…`.
fn is_phrase(name: &str, value: &str) -> bool {
    value.contains(['%', '+'])
        && !secret_places::states_a_reason(name)
        && !names::is_harmless(name)
        && prose::is_passphrase(
            &percent_encoding::percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy(),
        )
}
