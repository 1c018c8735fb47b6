//! The first pass: every value that goes, from where it stands.

use super::engine;
use super::kind::Kind;
use super::lexicon::{Collecting, canonical};
use super::opaque;
use super::places::{self, Place};
use super::standing::{self, Around};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::ops::Range;

/// Takes the values of a document of JSON, such as an entry of a capture.
pub(super) fn json(collecting: &mut Collecting, document: &mut Value) {
    places::each(document, &mut |text, place, _| one(collecting, text, place));
}

/// Takes the values of a text.
pub(super) fn text(collecting: &mut Collecting, text: &str, around: Around) {
    engine::values_in(text, around, &mut |value, kind| collecting.add(value, kind));
    super::deep::every_layer(text, &mut |layer| {
        if opaque::begins_as_markup(layer) && (layer.contains("urn:oasis:names:tc:SAML") || layer.contains("xmlsoap.org/ws")) {
            collecting.public(without_cuts(layer));
        }
    });
}

/// A message without what is cut from it: all else in it names parties, and opens nothing.
fn without_cuts(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut at = 0;
    let mut cuts = standing::cut(message);
    cuts.sort_by_key(|one| one.range.start);
    for one in cuts.into_iter().filter(|one| one.kind != Kind::SessionIndex) {
        if one.range.start >= at {
            out.push_str(message.get(at..one.range.start).unwrap_or_default());
            at = one.range.end;
        }
    }
    out.push_str(message.get(at..).unwrap_or_default());
    out
}

fn one(collecting: &mut Collecting, value: &str, place: Place) {
    let mut several = |ranges: Vec<Range<usize>>, kind: Kind| {
        for range in ranges {
            collecting.add(value.get(range).unwrap_or_default(), kind);
        }
    };
    match place {
        Place::Whole(kind) => {
            collecting.add(value, kind);
            if matches!(kind, Kind::Password | Kind::Token) {
                inside(collecting, value);
            }
        }
        Place::Cookies => several(places::cookie_values(value), Kind::Cookie),
        Place::SetCookies => several(places::set_cookie_values(value), Kind::Cookie),
        Place::Credentials => {
            let (scheme, token) = value.trim().split_once(' ').unwrap_or(("", value.trim()));
            collecting.add(token, Kind::Token);
            if scheme.eq_ignore_ascii_case("basic")
                && let Ok(pair) = STANDARD.decode(token.trim())
                && let Some((_, password)) = String::from_utf8_lossy(&pair).split_once(':')
            {
                collecting.add(password, Kind::Password);
            }
        }
        Place::Text(_) | Place::Person => {}
    }
    let around = if let Place::Text(around) = place { around } else { Around::Data };
    if !matches!(place, Place::Whole(Kind::Password)) {
        text(collecting, value, around);
    }
}

/// A token may have secrets of its own in it.
fn inside(collecting: &mut Collecting, value: &str) {
    let plain = canonical(value);
    if plain != value {
        text(collecting, &plain, Around::Data);
    }
}
