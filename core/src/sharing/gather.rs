//! The first pass: every value that goes, from where it stands.

use super::around::{Around, Standing};
use super::engine;
use super::fields;
use super::issued;
use super::kind::Kind;
use super::lexicon::{Collecting, canonical};
use super::login;
use super::names;
use super::opaque;
use super::places::{self, Place};
use super::standing;
use super::strays;
use super::unknown;
use crate::mask::{behind, is_marked};
use crate::redact::{branded, pieces, takes_turns};
use crate::wrapped;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::ops::Range;

/// Longer texts are no JSON that somebody posts.
const LONGEST_JSON: usize = 1 << 20;

/// Takes the values of a document of JSON, such as an entry of a capture. `loose`: it is a capture, in which tokens stand
/// that no name tells; in an export what looks random is the id of something.
pub(super) fn json(collecting: &mut Collecting, document: &mut Value, loose: bool) {
    places::each(document, &mut |text, place, _| {
        one(collecting, text, place, loose);
        // What says by its form that it is a secret is one in an export, too, whatever stands beside it.
        for range in branded(text).into_iter().filter(|_| !loose) {
            collecting.add(text.get(range).unwrap_or_default(), Kind::Token);
        }
    });
    let mut open = if loose { vec![&*document] } else { Vec::new() };
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(object) => {
                for (name, value) in object {
                    stray(collecting, name);
                    open.push(value);
                }
            }
            _ => {}
        }
    }
}

/// Takes the values of a text.
pub(super) fn text(collecting: &mut Collecting, text: &str, around: Around, loose: bool) {
    engine::values_in(text, around, &mut |value, kind| collecting.add(value, kind));
    super::deep::every_layer(text, &mut |layer| {
        members(collecting, layer);
        if loose {
            stray(collecting, layer);
            for range in unknown::parameters(layer) {
                collecting.stray(layer.get(range).unwrap_or_default());
            }
            // What is left of a damaged message is no token.
            standing::messages(layer).for_each(|value| collecting.public(canonical(value)));
        }
        if opaque::begins_as_markup(layer)
            && (layer.contains("urn:oasis:names:tc:SAML") || layer.contains("xmlsoap.org/ws"))
        {
            collecting.public(without_cuts(layer));
        }
    });
}

/// Takes what the members of JSON within a text say to be secret.
fn members(collecting: &mut Collecting, layer: &str) {
    if layer.len() > LONGEST_JSON {
        return;
    }
    for mut value in wrapped::documents(layer) {
        places::each(&mut value, &mut |text, place, _| match place {
            Place::Whole(kind) => collecting.add(text, kind),
            Place::Cookies => {
                for range in places::cookie_values(text) {
                    collecting.add(text.get(range).unwrap_or_default(), Kind::Cookie);
                }
            }
            _ => {}
        });
    }
}

/// Takes what is random and nothing names.
fn stray(collecting: &mut Collecting, text: &str) {
    // The record of a copy holds hashes, of which none opens anything.
    let text =
        behind::split(text).or_else(|| behind::split_line(text)).map_or(text, |(before, _)| before);
    for range in strays::strays(text) {
        collecting.stray(text.get(range).unwrap_or_default());
    }
}

/// A message without what is cut from it: all else in it names parties, and opens nothing.
fn without_cuts(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut at = 0;
    let mut cuts = standing::cut(message);
    cuts.extend(standing::attributes(message));
    cuts.extend(
        strays::strays(message).into_iter().map(|range| Standing { range, kind: Kind::Token }),
    );
    cuts.extend(
        unknown::parameters(message).into_iter().map(|range| Standing { range, kind: Kind::Token }),
    );
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

fn one(collecting: &mut Collecting, value: &str, place: Place, loose: bool) {
    match place {
        Place::Whole(kind) => {
            collecting.add(value, kind);
            if matches!(kind, Kind::Password | Kind::Token) {
                inside(collecting, value, loose);
            }
        }
        Place::Cookies => cookies(collecting, value, places::cookie_values(value)),
        Place::SetCookies => cookies(collecting, value, places::set_cookie_values(value)),
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
        Place::Message => {
            collecting.public(value.to_owned());
            collecting.public(canonical(value));
        }
        Place::Typed => typed(collecting, value),
        Place::Form if places::is_json(value) => posted(collecting, value),
        Place::Form => {
            for (name, value) in value.split('&').filter_map(|pair| pair.split_once('=')) {
                let plain = canonical(&value.replace('+', " "));
                if let Some(kind) =
                    fields::field(name, &plain).or_else(|| fields::posted(name, &plain))
                {
                    collecting.add(&plain, kind);
                }
            }
        }
        Place::Parameter => collecting.stray(value),
        Place::Text(_) | Place::Person => {}
    }
    if place == Place::Form {
        for range in login::typed(value) {
            let value = canonical(value.get(range).unwrap_or_default());
            typed(collecting, &value);
        }
    }
    let around = if let Place::Text(around) = place { around } else { Around::Data };
    if !matches!(place, Place::Whole(Kind::Password)) {
        text(collecting, value, around, loose && place != Place::Message);
    }
}

/// Takes cookies, and of each the parts that are random by themselves: `s:ID.signature`, `ID.node1`, `ID|1795|2`.
fn cookies(collecting: &mut Collecting, header: &str, ranges: Vec<Range<usize>>) {
    for range in ranges {
        let cookie = header.get(range).unwrap_or_default();
        collecting.add(cookie, Kind::Cookie);
        let plain = canonical(cookie);
        if is_marked(&plain) {
            continue;
        }
        let random = |part: &&str| strays::is_random(part) || takes_turns(part);
        pieces(&plain).filter(random).for_each(|part| collecting.add(part, Kind::Cookie));
    }
}

/// Takes what somebody typed, unless it may stand anywhere for itself.
fn typed(collecting: &mut Collecting, value: &str) {
    let value = canonical(value).replace('+', " ");
    if login::is_telling(&value) {
        collecting.add(&value, Kind::Password);
    }
}

/// Takes what the members of JSON that was posted hold, where their names tell nothing.
fn posted(collecting: &mut Collecting, text: &str) {
    if text.len() > LONGEST_JSON {
        return;
    }
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    let mut open = vec![("", &value)];
    while let Some((name, value)) = open.pop() {
        match value {
            Value::Array(list) => match list.as_slice() {
                // `["password", "…"]`
                [Value::String(name), value @ Value::String(_)] => open.push((name, value)),
                list => open.extend(list.iter().map(|element| (name, element))),
            },
            Value::Object(object) => {
                open.extend(object.iter().map(|(name, value)| (name.as_str(), value)));
            }
            Value::String(text) if names::kind_of(name) == Some(Kind::Password) => {
                collecting.add(text, Kind::Password);
            }
            Value::String(text) if issued::is_issued(name, text) => collecting.stray(text),
            // As the field of a form.
            Value::String(text) if names::kind_of(name).is_some() => {
                if let Some(kind) = fields::field(name, text) {
                    collecting.add(text, kind);
                }
            }
            _ => {}
        }
    }
}

/// A token may have secrets of its own in it.
fn inside(collecting: &mut Collecting, value: &str, loose: bool) {
    let plain = canonical(value);
    if plain != value {
        text(collecting, &plain, Around::Data, loose);
    }
}
