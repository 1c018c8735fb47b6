//! Collects every secret of a capture from the places where secrets stand.

use super::beside;
use super::layers;
use super::login;
use super::places::{self, Standing};
use crate::evidence::RawExchange;
use crate::markup;
use crate::redact::makes_no_word;
use crate::wrapped;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use html5gum::Token;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Shorter texts hold no JSON with a secret in it.
const SHORTEST_WITHIN: usize = 12;
/// Deeper addresses inside addresses are not followed.
const DEEPEST: usize = 4;

/// A value found where secrets stand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Met {
    /// The value, decoded once as its place demands.
    pub value: String,
    /// What its place says of it.
    pub standing: Standing,
    /// It was posted, which people do with what they typed.
    pub posted: bool,
}

/// What was met so far.
#[derive(Debug, Default)]
pub(super) struct Collection {
    pub(super) met: BTreeSet<Met>,
    /// Names of fields that a page showed as password fields.
    passwords: BTreeSet<String>,
    /// What names say that came before.
    names: places::Memory,
    /// What is looked at now was posted to sign somebody in: digits are a code there.
    signs_in: bool,
}

/// Most members of JSON that are asked whether somebody signs in.
const MOST_MEMBERS: usize = 200;

/// The members of JSON that hold texts and numbers, by their names. A number is there, whatever it is.
fn members(value: &Value) -> Vec<(&str, &str)> {
    let mut members = Vec::new();
    let mut open = vec![("", value)];
    while let Some((name, value)) = open.pop().filter(|_| members.len() < MOST_MEMBERS) {
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (name, item))),
            Value::Object(fields) => {
                open.extend(fields.iter().map(|(name, value)| (name.as_str(), value)));
            }
            Value::String(text) => members.push((name, text.as_str())),
            Value::Number(_) => members.push((name, "0")),
            Value::Bool(_) | Value::Null => {}
        }
    }
    members
}

impl Collection {
    /// All secrets of one exchange. Pages come before what is posted from them, so that exchanges are given in order.
    pub(super) fn exchange(&mut self, raw: &RawExchange) {
        self.address(&raw.url, 0);
        for (name, value) in raw.cookies.iter().flatten() {
            self.cookie(name, value);
        }
        for (name, value) in raw.request_headers.iter().chain(&raw.response_headers) {
            self.header(name, value);
        }
        if let Some(location) = &raw.location {
            self.address(location, 0);
        }
        self.signs_in = login::signs_in(
            raw.form.iter().map(|field| (field.name.as_str(), field.value.as_str())),
        );
        for field in &raw.form {
            self.field(&field.name, &field.value);
        }
        self.signs_in = false;
        // A body may be read as a form and be none.
        let is_form =
            |body: &str| !raw.form.is_empty() && !body.trim_start().starts_with(['{', '[', '<']);
        // Bodies of any length: what is read of a capture is bounded already, and from whatever is read something may be shown.
        if let Some(body) = raw.request_body.as_deref().filter(|body| !is_form(body)) {
            self.body(body, true);
        }
        if let Some(body) = raw.response_body.as_deref() {
            self.body(body, false);
        }
    }

    /// A text of any kind in which secrets may stand under their names.
    pub(super) fn body(&mut self, body: &str, posted: bool) {
        if body.trim_start().starts_with('<') {
            self.markup(body, posted);
            return;
        }
        let mut read = false;
        for value in wrapped::documents(body) {
            read = true;
            self.signs_in = posted && login::signs_in(members(&value).into_iter());
            self.json("", &value, posted);
            self.signs_in = false;
        }
        // What is posted as JSON and cut short has fields all the same.
        if !read && posted && body.contains('=') {
            self.parameters(body, 0);
        }
    }

    /// An export of configuration: what stands under names that speak of nothing but a secret. The others are those of
    /// settings, of which everybody may read the values.
    pub(super) fn export(&mut self, text: &str) {
        let documents: Vec<Value> = wrapped::documents(text).collect();
        let mut open: Vec<(&str, &Value)> = documents.iter().map(|value| ("", value)).collect();
        while let Some((name, value)) = open.pop() {
            match value {
                Value::Array(items) => open.extend(items.iter().map(|item| (name, item))),
                Value::Object(fields) => {
                    let told = beside::names(fields).find(|name| places::is_opened_by(name));
                    open.extend(fields.iter().map(|(name, value)| {
                        let held = beside::HOLDING.contains(&name.as_str());
                        (told.filter(|_| held).unwrap_or(name), value)
                    }));
                }
                Value::String(secret) if places::is_opened_by(name) => {
                    self.add(secret, Standing::Issued, false);
                }
                Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
            }
        }
    }

    /// A SAML or WS-Federation message: what it issues, the addresses in it, and what its status quotes.
    pub(super) fn message(&mut self, xml: &str) {
        let mut within = Standing::Unknown;
        for token in markup::tokens(xml) {
            match token {
                Token::StartTag(tag) => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    within = self.names.named(name.rsplit(':').next().unwrap_or_default());
                    for (name, value) in &tag.attributes {
                        let value = String::from_utf8_lossy(value);
                        let standing = self.names.named(&String::from_utf8_lossy(name));
                        if value.contains("://") || (value.contains('?') && value.contains('=')) {
                            self.address(&value, 0);
                        } else if standing.is_secret() {
                            self.add(&value, standing, false);
                        }
                    }
                }
                Token::EndTag(_) => within = Standing::Unknown,
                Token::String(value) => {
                    let value = String::from_utf8_lossy(&value);
                    // What a token is of is told by a name that everybody knows.
                    let names = value.contains("://") || value.trim_start().starts_with("urn:");
                    if within.is_secret() && !names {
                        self.add(&value, within, false);
                    } else if value.contains(['=', ':', '/']) {
                        self.statement(&value);
                    }
                }
                _ => {}
            }
        }
    }

    /// What somebody states in words: values under the names of secrets, and addresses.
    fn statement(&mut self, text: &str) {
        for word in text
            .split_whitespace()
            .map(|word| word.trim_matches(['"', '\'', '(', ')', ',', '<', '>']))
        {
            if word.contains("://") {
                self.address(word, 0);
            } else if let Some((name, value)) = word.split_once('=')
                && let standing = self
                    .names
                    .named(name.rsplit(['?', '&', ';', ',', '"', '\'']).next().unwrap_or_default())
                && standing.is_secret()
            {
                let value = value.trim_matches(['"', '\'']);
                self.add(
                    &decoded(value.split(['&', ';']).next().unwrap_or_default()),
                    standing,
                    standing == Standing::Typed,
                );
            }
        }
    }

    fn add(&mut self, value: &str, standing: Standing, posted: bool) {
        let value = value.trim();
        if !value.is_empty() {
            self.met.insert(Met { value: value.to_owned(), standing, posted });
        }
    }

    fn cookie(&mut self, name: &str, value: &str) {
        if places::reason_in_cookie(name, value).is_some() {
            return;
        }
        let value = value.trim_matches('"');
        let issued = self.names.named(name).is_secret() || is_number_of_one(value);
        let standing = if issued { Standing::Issued } else { Standing::Unknown };
        self.add(value, standing, false);
    }

    fn header(&mut self, name: &str, value: &str) {
        match name {
            "cookie" => {}
            "set-cookie" => {
                let pair = value.split(';').next().unwrap_or_default();
                if let Some((name, value)) = pair.split_once('=') {
                    self.cookie(name, value);
                }
            }
            "authorization" | "proxy-authorization" => self.credentials(value),
            "referer" | "location" | "origin" | "refresh" | "content-location" => {
                self.address(value, 0);
            }
            name => {
                if self.names.header(name).is_secret() {
                    self.add(value, Standing::Issued, false);
                }
            }
        }
    }

    /// What an `Authorization` header carries: the token itself, and of a Basic one the password in it.
    fn credentials(&mut self, header: &str) {
        let (scheme, token) = header.trim().split_once(' ').unwrap_or(("", header.trim()));
        self.add(token, Standing::Issued, true);
        let pair = STANDARD.decode(token.trim()).or_else(|_| STANDARD_NO_PAD.decode(token.trim()));
        if (scheme.eq_ignore_ascii_case("basic") || scheme.is_empty())
            && let Ok(pair) = pair
            && let Some((_, password)) = String::from_utf8_lossy(&pair).split_once(':')
        {
            self.add(password, Standing::Typed, true);
        }
    }

    fn field(&mut self, name: &str, value: &str) {
        let standing =
            if self.passwords.contains(name) { Standing::Typed } else { self.names.named(name) };
        match standing {
            Standing::Identity | Standing::Message | Standing::Statement => {}
            // Where the person wanted to go is told to everybody.
            Standing::Issued
                if name.eq_ignore_ascii_case("relaystate")
                    && crate::redact::harmless_relay_state(value) => {}
            Standing::Unknown if self.signs_in && login::is_code(value) => {
                self.add(value, Standing::Typed, true);
            }
            standing => self.add(value, standing, true),
        }
        if value.contains("://") || value.starts_with('/') {
            self.address(value, 1);
        }
        if standing != Standing::Message {
            self.within(value, DEEPEST);
        }
    }

    /// What was posted in the value of a field or in a text of JSON: JSON of its own, plain or in base64, and values in quotes under
    /// the names of secrets, as queries and calls have them.
    fn within(&mut self, value: &str, deep: usize) {
        let value = value.trim();
        if deep == 0 || value.len() < SHORTEST_WITHIN {
            return;
        }
        if value.starts_with(['{', '[']) {
            let signs_in = self.signs_in;
            for inner in wrapped::documents(value) {
                self.signs_in = login::signs_in(members(&inner).into_iter());
                self.json("", &inner, true);
            }
            self.signs_in = signs_in;
        } else if value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte))
        {
            // `eyJ…`, `W3s…`: JSON in base64.
            let json = value.starts_with("ey") || value.starts_with("W3");
            let plain = value.replace('-', "+").replace('_', "/");
            let bytes =
                json.then(|| STANDARD_NO_PAD.decode(plain.trim_end_matches('=')).ok()).flatten();
            if let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
                self.within(&text, deep - 1);
            }
        }
        if value.contains(['"', '\'']) {
            for range in crate::redact::quoted(value) {
                let typed = value.get(range).unwrap_or_default().to_owned();
                self.add(typed.trim_end_matches('\\'), Standing::Typed, true);
            }
        }
    }

    /// An address: user information, query, fragment, path parameters, and addresses in their values.
    fn address(&mut self, address: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        if let Some((_, rest)) = address.split_once("://") {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            if let Some((_, password)) =
                authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':'))
            {
                self.add(&decoded(password), Standing::Typed, true);
            }
        }
        let path = address.split(['?', '#', ';']).next().unwrap_or_default();
        for segment in path.split('/').filter(|segment| segment.contains('=')) {
            self.parameters(segment, depth);
        }
        for part in address.split(['?', '#', ';']).skip(1) {
            self.parameters(part, depth);
        }
    }

    fn parameters(&mut self, query: &str, depth: usize) {
        for pair in query.split(['&', ';', '?', '#']) {
            let Some((name, value)) = pair.split_once('=') else { continue };
            let value = decoded(&value.replace('+', " "));
            let standing = self.names.named(name);
            if standing.is_secret()
                && !(name.eq_ignore_ascii_case("relaystate")
                    && crate::redact::harmless_relay_state(&value))
            {
                self.add(&value, standing, false);
                // What stands under the name of a password was typed, however short.
                if standing == Standing::Typed {
                    self.add(&value, standing, true);
                }
            }
            if value.contains(['?', '=']) {
                self.address(&value, depth + 1);
            }
        }
    }

    fn json(&mut self, name: &str, value: &Value, posted: bool) {
        match value {
            Value::String(text) => {
                let standing = self.names.named(name);
                if standing.is_secret() {
                    self.add(text, standing, posted || standing == Standing::Typed);
                } else if self.signs_in && standing == Standing::Unknown && login::is_code(text) {
                    self.add(text, Standing::Typed, true);
                } else if posted && standing == Standing::Unknown && text.len() <= 200 {
                    self.add(text, standing, true);
                }
                if text.contains("://") {
                    self.address(text, 1);
                } else if text.starts_with('{')
                    && let Ok(inner) = serde_json::from_str::<Value>(text)
                {
                    self.json(name, &inner, posted);
                } else if posted && standing != Standing::Message {
                    self.within(text, DEEPEST);
                }
            }
            Value::Number(number) => {
                let (standing, text) = (self.names.named(name), number.to_string());
                let typed = self.signs_in && standing == Standing::Unknown && login::is_code(&text);
                if typed || standing.is_secret() {
                    self.add(&text, Standing::Typed, posted);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.json(name, item, posted)),
            Value::Object(fields) => {
                self.held(fields);
                fields.iter().for_each(|(name, value)| self.json(name, value, posted));
            }
            _ => {}
        }
    }

    /// What stands beside the name of a secret: `{"field": "password", "rejectedValue": …}`.
    fn held(&mut self, fields: &Map<String, Value>) {
        let mut values = beside::HOLDING.iter().filter_map(|name| fields.get(*name)).peekable();
        if values.peek().is_none() {
            return;
        }
        let secret = |name| Some(self.names.named(name)).filter(|standing| standing.is_secret());
        let Some(standing) = beside::names(fields).find_map(secret) else { return };
        for value in values {
            match value {
                // Of what is issued, words say what became of it.
                Value::String(text)
                    if standing == Standing::Typed
                        || text.bytes().any(|byte| byte.is_ascii_digit())
                        || makes_no_word(text) =>
                {
                    self.add(text, standing, true);
                }
                Value::Number(number) => self.add(&number.to_string(), standing, true),
                _ => {}
            }
        }
    }

    /// Elements and attributes of XML, and the fields of forms in pages.
    fn markup(&mut self, text: &str, posted: bool) {
        let mut within = Standing::Unknown;
        for token in markup::tokens(text) {
            match token {
                Token::StartTag(tag) => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    let local = name.rsplit(':').next().unwrap_or_default();
                    let attribute = |name: &[u8]| {
                        tag.attributes
                            .get(name)
                            .map(|value| String::from_utf8_lossy(value).into_owned())
                    };
                    if local == "input" {
                        let field = attribute(b"name").unwrap_or_default();
                        let value = attribute(b"value").unwrap_or_default();
                        if attribute(b"type")
                            .is_some_and(|kind| kind.eq_ignore_ascii_case("password"))
                        {
                            self.add(&value, Standing::Typed, true);
                            self.passwords.insert(field);
                        } else if self.names.named(&field).is_secret()
                            && !field.eq_ignore_ascii_case("relaystate")
                        {
                            self.add(&value, Standing::Issued, false);
                        }
                    }
                    if local == "textarea" {
                        let field = attribute(b"name").unwrap_or_default();
                        let place = field.eq_ignore_ascii_case("relaystate");
                        within = if place { Standing::Unknown } else { self.names.named(&field) };
                        continue;
                    }
                    // In pages elements are named for their looks; only of data do names tell what stands in them.
                    let data = posted || name.contains(':');
                    within = if data { self.names.named(local) } else { Standing::Unknown };
                    if data {
                        for (name, value) in &tag.attributes {
                            let standing = self.names.named(&String::from_utf8_lossy(name));
                            if standing.is_secret() {
                                self.add(&String::from_utf8_lossy(value), standing, posted);
                            }
                        }
                    }
                }
                Token::EndTag(_) => within = Standing::Unknown,
                Token::String(value) if within.is_secret() => {
                    self.add(&String::from_utf8_lossy(&value), within, posted);
                }
                _ => {}
            }
        }
    }
}

/// Digits of a cookie by which a server knows a session: as many as no year, no day and no number of an error has, and no
/// moment in seconds or milliseconds.
fn is_number_of_one(value: &str) -> bool {
    const LENGTHS: std::ops::RangeInclusive<usize> = 8..=32;
    let moment = matches!(value.len(), 10 | 13) && value.starts_with('1');
    let day = value.len() == 8 && (value.starts_with("19") || value.starts_with("20"));
    LENGTHS.contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_digit())
        && !moment
        && !day
}

fn decoded(text: &str) -> String {
    layers::innermost(text).unwrap_or_else(|| text.to_owned())
}
