//! Addresses: their paths and parameters without what lets somebody in, equal and different as they were.

use super::{Blotter, registered};
use crate::redact::{self, is_token};
use crate::secrets::places::{self, Standing};
use crate::secrets::value::is_guid;
use crate::secrets::{Reach, layers};
use diag_sdk::Case;
use diag_sdk::case::message::Message;
use std::collections::BTreeSet;
use std::ops::Range;

/// Segments of endpoints may be long ids; longer ones are none.
const LONGEST_SEGMENT: usize = 36;

/// Hexadecimal digits from which a segment without hyphens is the id of nothing that is published.
const LONGEST_HEXADECIMAL: usize = 32;

/// Letters and digits with a mark between them, as people choose passwords.
fn is_typed(value: &str) -> bool {
    value.len() >= 6
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
        && value.contains(['!', '$', '*', '+', '@', '~', '?'])
}

/// Words with blanks between them, which no path has.
fn is_phrase(value: &str) -> bool {
    value.split_whitespace().count() >= 3
}

/// The segment before one that lets somebody in.
fn leads_to_a_token(segment: &str) -> bool {
    const LEADING: &[&str] = &[
        "t",
        "reset",
        "verify",
        "confirm",
        "confirmation",
        "invite",
        "invitation",
        "magic",
        "activate",
        "activation",
        "unsubscribe",
        "share",
        "unlock",
    ];
    let lower = segment.to_ascii_lowercase();
    // `magic-link`, `verify_email`: one of several words is enough, if it is one.
    let one_of_several =
        || lower.split(['-', '_']).any(|word| word.len() > 1 && LEADING.contains(&word));
    LEADING.contains(&lower.as_str()) || one_of_several() || places::named(segment).is_secret()
}

/// Segments of the paths that messages name as where a message is to go. A token that somebody was sent stands in the
/// addresses that were opened with it, and no message names it; behind a word that leads to one it is one all the same.
pub(super) fn endpoints(case: &Case) -> BTreeSet<String> {
    let named = case.messages.iter().flat_map(addresses_named);
    let segments = named.flat_map(|address| {
        let path = address.split(['?', '#', ';']).next().unwrap_or_default();
        let pairs = path.split('/').zip(path.split('/').skip(1));
        pairs
            .filter(|(before, segment)| {
                segment.len() >= LONGEST_HEXADECIMAL && !leads_to_a_token(before)
            })
            .map(|(_, segment)| segment.to_owned())
            .collect::<Vec<_>>()
    });
    segments.collect()
}

fn addresses_named(message: &Message) -> Vec<&str> {
    let acs = message.request.as_ref().and_then(|request| request.acs_url.as_ref());
    let recipients = message
        .assertions
        .iter()
        .flat_map(|assertion| &assertion.confirmations)
        .filter_map(|confirmation| confirmation.recipient.as_ref());
    acs.into_iter()
        .chain(message.destination.as_ref())
        .chain(recipients)
        .map(|address| address.value.as_str())
        .collect()
}

impl Blotter<'_> {
    /// A place that nobody went to is told by its host and the words every application has.
    pub(super) fn relay_state(&self, text: &str) -> String {
        const USUAL: &[&str] = &[
            "hub",
            "home",
            "app",
            "apps",
            "index",
            "index.html",
            "dashboard",
            "portal",
            "start",
            "main",
            "login",
            "sense",
            "qmc",
            "ui",
            "web",
        ];
        let known = |segment: &str| {
            let host = text
                .split_once("://")
                .is_some_and(|(_, rest)| rest.split('/').next() == Some(segment));
            host || segment.len() <= 2
                || segment.ends_with(':')
                || USUAL.contains(&segment.to_ascii_lowercase().as_str())
                || self.segments_asked.contains(segment)
        };
        let mark = |segment: &str| {
            if known(segment) || self.published.holds(segment) {
                segment.to_owned()
            } else {
                self.mark(segment)
            }
        };
        self.known_in(&text.split('/').map(mark).collect::<Vec<_>>().join("/"))
    }

    pub(super) fn address(&self, address: &str) -> String {
        let registered = registered::without_credentials(address, self.sealer);
        let registered = registered.as_deref().unwrap_or(address);
        if self.published.holds(address) || self.published.holds(registered) {
            let kept = if self.published.holds(address) { address } else { registered };
            return kept.to_owned();
        }
        let (base, fragment) = address
            .split_once('#')
            .map_or((address, None), |(base, fragment)| (base, Some(fragment)));
        let (base, query) =
            base.split_once('?').map_or((base, None), |(base, query)| (base, Some(query)));
        let mut out = self.path(base);
        if let Some(query) = query {
            out.push('?');
            out.push_str(&self.parameters(query));
        }
        if let Some(fragment) = fragment {
            out.push('#');
            out.push_str(&if fragment.contains('=') {
                self.parameters(fragment)
            } else {
                self.segments(fragment)
            });
        }
        self.known_in(&out)
    }

    fn known_in(&self, text: &str) -> String {
        let places = self.known.places(text, Reach::Everywhere);
        if places.is_empty() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for place in places {
            out.push_str(&text[at..place.start]);
            out.push_str(&self.mark(&text[place.clone()]));
            at = place.end;
        }
        out + &text[at..]
    }

    fn path(&self, base: &str) -> String {
        if let Some((scheme, content)) = base.split_once(':').filter(|(scheme, content)| {
            let holds = ["blob", "data"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
            holds && !content.contains("://")
        }) {
            // What the browser holds itself has no host; before a comma stands of what kind it is.
            let (kind, content) = content.split_at(content.rfind(',').map_or(0, |comma| comma + 1));
            let kept = content.is_empty() || self.published.holds(content) || is_guid(content);
            let content = if kept { content.to_owned() } else { self.mark(content) };
            return format!("{scheme}:{kind}{content}");
        }
        let (scheme, rest) =
            base.split_once("://").map_or(("", base), |(scheme, rest)| (scheme, rest));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let authority = match authority.rsplit_once('@') {
            Some((_, host)) => format!("…@{host}"),
            None => authority.to_owned(),
        };
        let between = if scheme.is_empty() { "" } else { "://" };
        format!("{scheme}{between}{authority}{}", self.segments(path))
    }

    /// Segments that are a secret by what stands before them, or by nothing but being a token.
    pub(super) fn segments(&self, path: &str) -> String {
        if self.published.holds(path) {
            return path.to_owned();
        }
        let is_secret = |token: &Range<usize>| !self.published.holds(&path[token.clone()]);
        if let Some(token) = redact::across_segments(path).into_iter().find(is_secret) {
            let (before, behind) = (&path[..token.start], &path[token.end..]);
            return self.segments(before) + &self.mark(&path[token]) + &self.segments(behind);
        }
        let (mut first, mut before) = ("", "");
        let mut out: Vec<String> = Vec::new();
        let mut segments = path.split('/').peekable();
        while let Some(segment) = segments.next() {
            // `(S(a1b2))`: a session of a server that knows no cookies.
            let opens = segment.starts_with('(').then(|| segment.rfind('(')).flatten();
            let (opening, segment) = segment.split_at(opens.map_or(0, |open| open + 1));
            let (bare, rest) = segment.split_at(
                segment
                    .find(|character: char| {
                        ";,:\"')>”".contains(character) || character.is_whitespace()
                    })
                    .unwrap_or(segment.len()),
            );
            let hexadecimal = bare.len() >= LONGEST_HEXADECIMAL
                && !self.endpoints.contains(bare)
                && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
            let long = bare.len() >= LONGEST_SEGMENT
                || bare.starts_with("eyJ")
                || hexadecimal
                || redact::is_branded(bare);
            let decoded = layers::innermost(bare);
            let in_pieces = |text: &str| !redact::across_segments(text).is_empty();
            let token = is_token(bare)
                || decoded.as_deref().is_some_and(|text| is_token(text) || in_pieces(text));
            let plain = decoded.as_deref().unwrap_or(bare);
            let typed = leads_to_a_token(before) && (is_typed(plain) || is_phrase(plain))
                || redact::is_passed((first, before), bare)
                || segments.peek().is_some_and(|next| redact::resumes(bare, next))
                || opening.ends_with("(S(") && !bare.is_empty();
            let secret = (token && (long || leads_to_a_token(before)) || typed)
                && !self.published.holds(bare);
            let named = bare
                .split_once('=')
                .filter(|(name, value)| !value.is_empty() && places::named(name).is_secret());
            // `/auth:abc/`: what stands behind the colon has a name as well.
            let behind = segment.split_once(':').filter(|(name, value)| {
                let plain = layers::innermost(value);
                let plain = plain.as_deref().unwrap_or(value);
                !value.starts_with(char::is_whitespace)
                    && !value.contains('…')
                    && places::named(name).is_secret()
                    && (is_token(plain) || is_typed(plain))
            });
            let cleaned = match named {
                _ if secret => self.mark(bare) + rest,
                Some((name, value)) if !value.contains('…') => {
                    format!("{name}={}{rest}", self.mark(value))
                }
                _ => behind.map_or_else(
                    || segment.to_owned(),
                    |(name, value)| format!("{name}:{}", self.mark(value)),
                ),
            };
            out.push(format!("{opening}{cleaned}"));
            (first, before) = (before, segment);
        }
        out.join("/")
    }

    fn parameters(&self, query: &str) -> String {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && !value.contains('…') => {
                let decoded = layers::innermost(value);
                let plain = decoded.as_deref().unwrap_or(value);
                let secret = places::named(name).is_secret()
                    || places::named(name) == Standing::Message
                    || plain.contains(['?', ';'])
                    || is_token(plain);
                if secret { format!("{name}={}", self.mark(value)) } else { pair.to_owned() }
            }
            None if is_token(pair) => self.mark(pair),
            _ => pair.to_owned(),
        });
        pairs.collect::<Vec<_>>().join("&")
    }
}
