//! Takes secrets out of a Case once everything is known: what came up again in texts, addresses and names.
//!
//! Facts that are compared keep being comparable: in running text a secret becomes `…`, in addresses and names `…`
//! with a short keyed hash, so that equal values stay equal and different ones different. What documents publish
//! (metadata, configuration) is no secret, and ids that messages answer each other by are left as they are.

mod addresses;
mod published;
mod registered;

use super::{Known, Reach, watch};
use crate::redact::{self, is_token};
use crate::seal::Sealer;
use diag_sdk::Case;
use published::Published;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

/// How the strings below a field are treated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Ids, places, marks and closed words.
    Kept,
    /// URLs and parts of them.
    Address,
    /// Where a person wanted to go.
    RelayState,
    /// The path of a cookie.
    CookiePath,
    /// Names that programs gave to cookies, fields and attributes.
    Name,
    /// What a party states in words of its own.
    Statement,
    /// Why XML could not be read; what it quotes in backticks may be anything.
    Explanation,
    /// Everything else.
    Text,
}

fn sort(field: &str, above: Sort) -> Sort {
    match field {
        "place"
        | "where"
        | "id"
        | "xml_id"
        | "in_response_to"
        | "duplicate_ids"
        | "secret"
        | "mark"
        | "certificates"
        | "signatures"
        | "hashes"
        | "started"
        | "ended"
        | "time"
        | "schema"
        | "name_id"
        | "attributes"
        | "codes"
        | "status_codes"
        | "input"
        | "pointer"
        | "kind"
        | "meaning"
        | "query_signature"
        | "encrypted"
        | "consumptions"
        | "session_index_values"
        | "values_of_person"
        | "person" => Sort::Kept,
        "url" | "location" | "referer" | "origin" | "to" | "destination" | "acs_url"
        | "recipient" | "audiences" | "issuer" => Sort::Address,
        "relay_state" => Sort::RelayState,
        "path" => Sort::CookiePath,
        "form_fields" | "cookies" | "set_cookies" => Sort::Name,
        "broken" => Sort::Explanation,
        "status" | "markup_in_text" | "non_ascii" | "carriage_returns" | "line_breaks"
        | "found" | "reason" => Sort::Statement,
        // Inside a status, names of fields go on.
        _ if above == Sort::Kept => Sort::Kept,
        _ if matches!(
            above,
            Sort::Address | Sort::RelayState | Sort::Name | Sort::Statement | Sort::Explanation
        ) =>
        {
            above
        }
        _ => Sort::Text,
    }
}

/// Texts remembered because nothing in them changes, and the longest in bytes.
const MOST_REMEMBERED: usize = 4_000;
const LONGEST_REMEMBERED: usize = 60;

/// What is needed to tell a secret, and to make its mark.
struct Blotter<'b> {
    known: &'b Known,
    sealer: &'b Sealer,
    /// Addresses and their segments that documents publish.
    published: Published,
    /// Paths that were asked for.
    asked: BTreeSet<String>,
    /// What they are made of.
    segments_asked: BTreeSet<String>,
    /// Segments of endpoints that messages name: who posts there holds nothing by that.
    endpoints: BTreeSet<String>,
}

/// Takes secrets out of a whole Case.
pub(crate) fn blot(case: &mut Case, known: &Known, sealer: &Sealer) {
    let places: BTreeSet<&str> = case
        .exchanges
        .iter()
        .filter_map(|exchange| exchange.url.split(['?', '#']).next())
        .collect();
    let asked: BTreeSet<String> = places
        .into_iter()
        .filter_map(|place| Some(url::Url::parse(place).ok()?.path().to_owned()))
        .collect();
    let segments_asked = asked.iter().flat_map(|path| path.split('/')).map(str::to_owned).collect();
    let endpoints = addresses::endpoints(case);
    registered::blot(case, sealer);
    let published = Published::of(case);
    let blotter = Blotter { known, sealer, published, asked, segments_asked, endpoints };
    blotter.all(&mut case.exchanges);
    blotter.all(&mut case.messages);
    blotter.all(&mut case.attempts);
    blotter.all(&mut case.failures);
    blotter.all(&mut case.witnesses);
    blotter.all(&mut case.log_phrases);
    // Where a file lies was said by whoever runs this, and a report that hid it would name nothing.
    let paths: Vec<String> = case.inputs.iter().map(|input| input.path.clone()).collect();
    blotter.all(&mut case.inputs);
    for (input, path) in case.inputs.iter_mut().zip(paths) {
        input.path = path;
    }
    blotter.all(&mut case.broken_documents);
    for lost in &mut case.lost_cookies {
        lost.name = blotter.name(&lost.name);
    }
}

fn mark(sealer: &Sealer, value: &str) -> String {
    format!("…{}", &sealer.seal(value).mark[..4])
}

impl Blotter<'_> {
    fn all<T: Serialize + DeserializeOwned + Default>(&self, items: &mut [T]) {
        // Methods, types and names of cookies stand in every exchange.
        let unchanged: RefCell<HashMap<String, u8>> = RefCell::default();
        let changed = |text: &str, how: Sort| {
            let mut unchanged = unchanged.borrow_mut();
            let sort = 1 << how as u8;
            if how == Sort::Kept || unchanged.get(text).is_some_and(|known| known & sort != 0) {
                return false;
            }
            let changes = self.text(text, how).is_some_and(|cleaned| cleaned != text);
            if !changes && text.len() <= LONGEST_REMEMBERED && unchanged.len() < MOST_REMEMBERED {
                *unchanged.entry(text.to_owned()).or_default() |= sort;
            }
            changes
        };
        for item in items {
            if !watch::changes(item, Sort::Text, &sort, &changed) {
                continue;
            }
            let Ok(mut value) = serde_json::to_value(&*item) else { continue };
            if self.value(&mut value, Sort::Text) {
                // Whatever cannot be cleaned is not handed out.
                *item = serde_json::from_value(value).unwrap_or_default();
            }
        }
    }

    /// Cleans what stands below; tells whether anything changed.
    fn value(&self, value: &mut Value, how: Sort) -> bool {
        match value {
            Value::String(text) => {
                let cleaned = self.text(text, how).filter(|cleaned| cleaned != text);
                let changed = cleaned.is_some();
                if let Some(cleaned) = cleaned {
                    *text = cleaned;
                }
                changed
            }
            Value::Array(items) => {
                items.iter_mut().fold(false, |changed, item| self.value(item, how) | changed)
            }
            Value::Object(fields) => fields
                .iter_mut()
                .fold(false, |changed, (name, field)| self.value(field, sort(name, how)) | changed),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    fn text(&self, text: &str, how: Sort) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        match how {
            Sort::Kept => None,
            Sort::Text => Some(self.prose(text)),
            Sort::Statement => Some(self.prose(&redact::stated(text))),
            Sort::Explanation => Some(self.prose(&explanation(text))),
            Sort::Name => Some(self.name(text)),
            Sort::CookiePath => Some(self.cookie_path(text)),
            Sort::Address => Some(self.address(text)),
            Sort::RelayState => Some(self.relay_state(text)),
        }
    }

    /// Running text, with the addresses in it.
    fn prose(&self, text: &str) -> String {
        let blotted = self.known.blotted(text, Reach::Prose);
        let text = blotted.as_deref().unwrap_or(text);
        if !text.contains('/') {
            return text.to_owned();
        }
        text.split_inclusive(char::is_whitespace)
            .map(|word| if word.contains('/') { self.segments(word) } else { word.to_owned() })
            .collect()
    }

    /// A mark that is equal for equal values and cannot be turned back.
    fn mark(&self, value: &str) -> String {
        mark(self.sealer, value)
    }

    /// The parts of a name that are a token; prefixes by which products are known stay.
    fn name(&self, name: &str) -> String {
        // What nobody would call a field or a cookie: a whole body that was read as one.
        if name.contains(['{', '}', '"', '<', '>', '=', ';', ',', '\\'])
            || name.contains(char::is_whitespace)
        {
            return self.mark(name);
        }
        if name.starts_with("eyJ") && is_token(name)
            || self.known.blotted(name, Reach::Everywhere).is_some()
        {
            return self.mark(name);
        }
        let parts: Vec<String> = name
            .split('_')
            .map(|part| if is_token(part) { self.mark(part) } else { part.to_owned() })
            .collect();
        parts.join("_")
    }

    /// A path that nobody asked for is compared with paths and found in none: its length is all it tells.
    fn cookie_path(&self, path: &str) -> String {
        let known = path.len() <= 1
            || !path.starts_with('/')
            || self.was_asked_for(path.trim_end_matches('/'))
            || self.published.holds(path);
        if known { path.to_owned() } else { format!("/{}", self.mark(path)) }
    }

    /// A path that was asked for begins so.
    fn was_asked_for(&self, beginning: &str) -> bool {
        let from = (Bound::Included(beginning), Bound::Unbounded);
        self.asked.range::<str, _>(from).next().is_some_and(|asked| asked.starts_with(beginning))
    }
}

/// What is quoted is shown where it is a name that SAML or XML has, or no name at all.
fn explanation(text: &str) -> String {
    const NAMES: &[&str] = &[
        "Response",
        "Assertion",
        "Issuer",
        "Subject",
        "NameID",
        "Conditions",
        "Audience",
        "AudienceRestriction",
        "AttributeStatement",
        "Attribute",
        "AttributeValue",
        "AuthnStatement",
        "AuthnContext",
        "AuthnContextClassRef",
        "AuthnRequest",
        "NameIDPolicy",
        "Signature",
        "SignedInfo",
        "SignatureValue",
        "SignatureMethod",
        "CanonicalizationMethod",
        "Reference",
        "DigestMethod",
        "DigestValue",
        "Transforms",
        "Transform",
        "KeyInfo",
        "X509Data",
        "X509Certificate",
        "Status",
        "StatusCode",
        "StatusMessage",
        "StatusDetail",
        "SubjectConfirmation",
        "SubjectConfirmationData",
        "EncryptedAssertion",
        "EncryptedData",
        "CipherData",
        "CipherValue",
        "LogoutRequest",
        "LogoutResponse",
        "SessionIndex",
        "xml",
        "xmlns",
        "saml",
        "samlp",
        "saml2",
        "saml2p",
        "ds",
        "dsig",
        "xs",
        "xsi",
        "xenc",
        "md",
        "amp",
        "lt",
        "gt",
        "quot",
        "apos",
        "DOCTYPE",
        "html",
    ];
    let known = |quoted: &str| {
        quoted
            .split(|character: char| !character.is_alphanumeric())
            .all(|word| word.is_empty() || NAMES.contains(&word))
    };
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        let quoted = index % 2 == 1;
        if index > 0 {
            out.push('`');
        }
        out.push_str(if quoted && !known(part) { "…" } else { part });
    }
    redact::stated(&out)
}

#[cfg(test)]
mod tests;
