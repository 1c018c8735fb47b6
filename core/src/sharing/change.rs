//! The second pass: every value replaced, in a document or a text.

use super::edit::{Edit, apply};
use super::engine;
use super::kind::Kind;
use super::lexicon::{Lexicon, canonical};
use super::login;
use super::places::{self, Place};
use super::receipt::Tally;
use super::spoken;
use serde_json::Value;
use std::ops::Range;

/// Replaces what goes in a document of JSON; whether anything did.
pub(super) fn json(
    lexicon: &Lexicon,
    document: &mut Value,
    tally: &mut Tally,
    place: &str,
) -> bool {
    let mut changed = false;
    places::each(document, &mut |value, at, label| {
        let label = if place.is_empty() { label.to_owned() } else { format!("{place}.{label}") };
        changed |= one(lexicon, value, at, tally, &label);
    });
    names(lexicon, document, tally, place) || changed
}

/// Replaces what goes in a text; the new one, where anything did.
pub(super) fn text(
    lexicon: &Lexicon,
    text: &str,
    tally: &mut Tally,
    place: &str,
) -> Option<String> {
    let edits = engine::edits(lexicon, text);
    if edits.is_empty() {
        return None;
    }
    tally.edits(place, &edits);
    Some(apply(text, &edits))
}

fn one(
    lexicon: &Lexicon,
    value: &mut String,
    place: Place,
    tally: &mut Tally,
    label: &str,
) -> bool {
    let was = value.clone();
    match place {
        Place::Whole(kind) => whole(lexicon, value, 0..was.len(), kind, tally, label),
        Place::Cookies | Place::SetCookies => {
            let values = if place == Place::Cookies {
                places::cookie_values(&was)
            } else {
                places::set_cookie_values(&was)
            };
            for range in values.into_iter().rev() {
                whole(lexicon, value, range, Kind::Cookie, tally, label);
            }
        }
        Place::Credentials => {
            let trimmed = was.trim_end();
            let start = trimmed.find(' ').map_or(0, |blank| blank + 1);
            whole(lexicon, value, start..trimmed.len(), Kind::Token, tally, label);
        }
        Place::Person => {
            let edits = engine::name(lexicon.names(), value);
            tally.edits(label, &edits);
            *value = apply(value, &edits);
        }
        Place::Parameter => {
            if let Some(kind) = lexicon.kind(&canonical(&was)) {
                whole(lexicon, value, 0..was.len(), kind, tally, label);
            }
        }
        Place::Typed => whole(lexicon, value, 0..was.len(), Kind::Password, tally, label),
        Place::Form => {
            for range in login::typed(&was).into_iter().rev() {
                whole(lexicon, value, range, Kind::Password, tally, label);
            }
        }
        Place::Text(_) | Place::Message => {}
    }
    if let Some(changed) = text(lexicon, value, tally, label) {
        *value = changed;
    }
    let words = spoken::edits(lexicon, value, label);
    if !words.is_empty() {
        tally.edits(label, &words);
        *value = apply(value, &words);
    }
    *value != was
}

fn whole(
    lexicon: &Lexicon,
    value: &mut String,
    range: Range<usize>,
    kind: Kind,
    tally: &mut Tally,
    label: &str,
) {
    let Some(was) = value.get(range.clone()) else { return };
    let with = engine::whole(lexicon, was, kind);
    if with != was {
        tally.edits(
            label,
            &[Edit { range: range.clone(), with: with.clone(), values: vec![(kind, 1)] }],
        );
        value.replace_range(range, &with);
    }
}

/// Names of members may be values: a form that was read into an object.
fn names(lexicon: &Lexicon, value: &mut Value, tally: &mut Tally, place: &str) -> bool {
    let mut changed = false;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list.iter_mut()),
            Value::Object(object) => {
                let renamed: Vec<(String, String)> = object
                    .keys()
                    .filter_map(|key| Some((key.clone(), text(lexicon, key, tally, place)?)))
                    .collect();
                for (was, is) in renamed {
                    if let Some(value) = object.remove(&was) {
                        object.insert(is, value);
                        changed = true;
                    }
                }
                open.extend(object.values_mut());
            }
            _ => {}
        }
    }
    changed
}
