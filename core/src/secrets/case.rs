//! Takes secrets out of a Case once everything is known: what came up again in texts, addresses and names.
//!
//! Facts that are compared keep being comparable: in running text a secret becomes `…`, in addresses and names `…`
//! with a short keyed hash, so that equal values stay equal and different ones different. What documents publish
//! (metadata, configuration) is no secret, and ids that messages answer each other by are left as they are.

use super::places::{self, Standing};
use super::{Known, Reach, watch};
use crate::redact::{self, is_token};
use crate::seal::Sealer;
use diag_sdk::Case;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::{Bound, Range};

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
}

/// Takes secrets out of a whole Case.
pub(crate) fn blot(case: &mut Case, known: &Known, sealer: &Sealer) {
    let asked: BTreeSet<String> = case
        .exchanges
        .iter()
        .filter_map(|exchange| Some(url::Url::parse(&exchange.url).ok()?.path().to_owned()))
        .collect();
    let segments_asked = asked.iter().flat_map(|path| path.split('/')).map(str::to_owned).collect();
    let blotter = Blotter { known, sealer, published: Published::of(case), asked, segments_asked };
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
        format!("…{}", &self.sealer.seal(value).mark[..4])
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

    /// A place that nobody went to is told by its host and the words every application has.
    fn relay_state(&self, text: &str) -> String {
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

    fn address(&self, address: &str) -> String {
        if self.published.holds(address) {
            return address.to_owned();
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
    fn segments(&self, path: &str) -> String {
        let is_secret = |token: &Range<usize>| !self.published.holds(&path[token.clone()]);
        if let Some(token) = redact::across_segments(path).into_iter().find(is_secret) {
            let (before, behind) = (&path[..token.start], &path[token.end..]);
            return self.segments(before) + &self.mark(&path[token]) + &self.segments(behind);
        }
        let mut before = "";
        let mut out: Vec<String> = Vec::new();
        for segment in path.split('/') {
            let (bare, rest) = segment.split_at(
                segment
                    .find(|character: char| {
                        ";,:\"')>”".contains(character) || character.is_whitespace()
                    })
                    .unwrap_or(segment.len()),
            );
            let hexadecimal = bare.len() >= LONGEST_HEXADECIMAL
                && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
            let long = bare.len() >= LONGEST_SEGMENT || bare.starts_with("eyJ") || hexadecimal;
            let decoded = super::layers::innermost(bare);
            let in_pieces = |text: &str| !redact::across_segments(text).is_empty();
            let token = is_token(bare)
                || decoded.as_deref().is_some_and(|text| is_token(text) || in_pieces(text));
            let typed = leads_to_a_token(before) && is_typed(decoded.as_deref().unwrap_or(bare));
            let secret = (token && (long || leads_to_a_token(before)) || typed)
                && !self.published.holds(bare);
            let named = bare
                .split_once('=')
                .filter(|(name, value)| !value.is_empty() && places::named(name).is_secret());
            // `/auth:abc/`: what stands behind the colon has a name as well.
            let behind = segment.split_once(':').filter(|(name, value)| {
                let plain = super::layers::innermost(value);
                let plain = plain.as_deref().unwrap_or(value);
                !value.starts_with(char::is_whitespace)
                    && !value.contains('…')
                    && places::named(name).is_secret()
                    && (is_token(plain) || is_typed(plain))
            });
            out.push(match named {
                _ if secret => self.mark(bare) + rest,
                Some((name, value)) if !value.contains('…') => {
                    format!("{name}={}{rest}", self.mark(value))
                }
                _ => behind.map_or_else(
                    || segment.to_owned(),
                    |(name, value)| format!("{name}:{}", self.mark(value)),
                ),
            });
            before = segment;
        }
        out.join("/")
    }

    fn parameters(&self, query: &str) -> String {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && !value.contains('…') => {
                let decoded = super::layers::innermost(value);
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
    LEADING.contains(&lower.as_str()) || places::named(segment).is_secret()
}

/// Strings of documents that both sides hand to each other.
struct Published(BTreeSet<String>);

impl Published {
    fn of(case: &Case) -> Self {
        let mut all = BTreeSet::new();
        let mut take = |value: serde_json::Result<Value>| {
            if let Ok(value) = value {
                strings(&value, &mut all);
            }
        };
        case.metadata.iter().for_each(|one| take(serde_json::to_value(one)));
        case.registrations.iter().for_each(|one| take(serde_json::to_value(one)));
        case.sp_configurations.iter().for_each(|one| take(serde_json::to_value(one)));
        Self(all)
    }

    fn holds(&self, text: &str) -> bool {
        self.0.contains(text)
    }
}

/// Addresses, and the segments they are made of.
fn strings(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::String(text)
            if text.contains("://") || text.starts_with('/') || text.starts_with("urn:") =>
        {
            all.insert(text.clone());
            let segments =
                text.split(['/', '?', '&', '=', '#']).filter(|segment| segment.len() >= 16);
            all.extend(segments.map(str::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, all)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, all)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Met;
    use diag_sdk::Sited;
    use diag_sdk::case::exchange::{Exchange, Page, SetCookie};
    use diag_sdk::case::message::{Message, Status};
    use diag_sdk::case::metadata::Metadata;

    fn blotted(mut case: Case) -> Case {
        let met = |value: &str, standing| Met { value: value.to_owned(), standing, posted: true };
        let known = Known::from_met(&[
            met("hunter2", Standing::Typed),
            met("Qzabcdef!12", Standing::Typed),
        ]);
        blot(&mut case, &known, &Sealer::new("x"));
        case
    }

    fn url(url: &str) -> String {
        let exchange = Exchange { url: url.to_owned(), ..Exchange::default() };
        blotted(Case { exchanges: vec![exchange], ..Case::default() }).exchanges.remove(0).url
    }

    #[test]
    fn texts_lose_what_was_typed() {
        let page = Page {
            text: "You typed hunter2 or Qzabcdef%2112".into(),
            title: Some("hunter2".into()),
            ..Page::default()
        };
        let exchange = Exchange {
            page: Some(page),
            status: 302,
            duration_ms: Some(1.5),
            ..Exchange::default()
        };
        let case = blotted(Case { exchanges: vec![exchange], ..Case::default() });
        let page = case.exchanges[0].page.as_ref().expect("a page");
        assert_eq!((page.text.as_str(), page.title.as_deref()), ("You typed … or …", Some("…")));
        assert_eq!((case.exchanges[0].status, case.exchanges[0].duration_ms), (302, Some(1.5)));
    }

    #[test]
    fn addresses_stay_equal_and_different() {
        let one = url("https://a.example/reset/aB3dE5gH7jK9mN1pQ3sT5v");
        let other = url("https://a.example/reset/zB3dE5gH7jK9mN1pQ3sT5v");
        assert!(one.starts_with("https://a.example/reset/…") && one != other, "{one}");
        assert_eq!(one, url("https://a.example/reset/aB3dE5gH7jK9mN1pQ3sT5v"));
        assert!(!url("https://a.example/x/Qzabcdef%2112").contains("Qz"));
        for secret in [
            "https://a.example/auth:crddf%2148/hub",
            "https://a.example/token/crddf%2148/hub",
            "https://a.example/x/da2d6582bfd64e7fa2c631335f64e0d2/hub",
        ] {
            let told = url(secret);
            let kept = told.contains("crddf") || told.contains("da2d6582bfd6");
            assert!(told.contains('…') && told.ends_with("/hub") && !kept, "{told}");
        }
        for slash in ["/", "%2F"] {
            let pieces = ["Jq3x9TzLw", "bV8nR2kY5", "mD4sXc7Qa1", "zH6gW3"].join(slash);
            let told = url(&format!("https://a.example/x/{pieces}/y"));
            assert!(told.starts_with("https://a.example/x/…") && told.ends_with("/y"), "{told}");
            assert!(!told.contains("Jq3x") && !told.contains("mD4s"), "{told}");
        }
        for plain in [
            "https://a.example/app/exk1fcia6d6EMsf331d8/sso/saml",
            "https://login.example/8d1f0a1e-9a53-4c39-8b63-5d1c0a2f7e11/saml2",
            "https://a.example/hunter2?x=1",
            "https://a.example/acs?SAMLResponse=…",
        ] {
            assert_eq!(url(plain), plain);
        }
    }

    #[test]
    fn addresses_in_texts_and_without_a_scheme_are_addresses() {
        let token = "EyctcEy67dxzyHgpBKeJhvAkzs10dC7eFm4wzGcC";
        let step = |url: &str| diag_sdk::case::attempt::Step {
            url: Some(url.to_owned()),
            ..Default::default()
        };
        let attempt = diag_sdk::case::attempt::Attempt {
            ending: format!("sp.example/reset/{token}: HTTP 404"),
            steps: vec![
                step(&format!("sp.example/reset/{token}/index.html")),
                step("sp.example/hub"),
            ],
            ..Default::default()
        };
        let attempt =
            blotted(Case { attempts: vec![attempt], ..Case::default() }).attempts.remove(0);
        assert!(!format!("{attempt:?}").contains(token), "{attempt:?}");
        assert!(
            attempt.ending.starts_with("sp.example/reset/…")
                && attempt.ending.ends_with(": HTTP 404"),
            "{}",
            attempt.ending
        );
        assert_eq!(attempt.steps[1].url.as_deref(), Some("sp.example/hub"));
    }

    #[test]
    fn what_is_published_is_no_secret() {
        let address = "https://a.example/acs?token=0123456789abcdef";
        let destination = |address: &str| Message {
            destination: Some(Sited::from(address)),
            ..Message::default()
        };
        let case = Case { messages: vec![destination(address)], ..Case::default() };
        let masked =
            blotted(case.clone()).messages.remove(0).destination.expect("a destination").value;
        assert!(masked.starts_with("https://a.example/acs?token=…"), "{masked}");
        let metadata = Metadata { entity_id: Sited::from(address), ..Metadata::default() };
        let known = blotted(Case { metadata: vec![metadata], ..case });
        assert_eq!(known.messages[0].destination.as_deref().map(String::as_str), Some(address));
    }

    #[test]
    fn statements_lose_what_stands_under_the_name_of_a_secret() {
        let status = Status {
            message: Some(Sited::from("password xk7 token=abcdefg")),
            ..Status::default()
        };
        let case = blotted(Case {
            messages: vec![Message { status: Some(status), ..Message::default() }],
            ..Case::default()
        });
        let message = case.messages[0]
            .status
            .as_ref()
            .and_then(|status| status.message.as_ref())
            .map(|message| message.value.as_str());
        assert_eq!(message, Some("password … token=…"));
    }

    #[test]
    fn what_cannot_be_read_is_not_quoted() {
        assert_eq!(
            explanation("unexpected `/` in the tag `<Qz!54mT`: expected"),
            "unexpected `/` in the tag `…`: expected"
        );
        assert_eq!(
            explanation("the prefix `ds` of `ds:Signature` is not declared"),
            "the prefix `ds` of `ds:Signature` is not declared"
        );
    }

    #[test]
    fn relay_states_are_told_by_what_is_known_of_them() {
        let message = |state: &str| {
            let relay_state =
                Some(diag_sdk::Personal { text: Some(state.to_owned()), ..Default::default() });
            let exchange =
                Exchange { url: "https://a.example/bi/hub".into(), ..Exchange::default() };
            let case = Case {
                messages: vec![Message { relay_state, ..Message::default() }],
                exchanges: vec![exchange],
                ..Case::default()
            };
            blotted(case)
                .messages
                .remove(0)
                .relay_state
                .and_then(|state| state.text)
                .unwrap_or_default()
        };
        assert_eq!(message("/bi/hub"), "/bi/hub");
        assert_eq!(message("https://b.example/hub"), "https://b.example/hub");
        assert!(
            !message("/p/raeku11").contains("raeku11")
                && message("/p/raeku11") != message("/p/raeku12")
        );
    }

    #[test]
    fn names_and_paths_of_cookies() {
        let cookie = |name: &str, path: &str| SetCookie {
            name: name.into(),
            path: Some(path.into()),
            ..SetCookie::default()
        };
        let set = vec![
            cookie("_shibsession_64656661756c7468747470733a2f2f", "/hunter2"),
            cookie("JSESSIONID", "/app"),
        ];
        let exchange = Exchange {
            url: "https://a.example/app/hub".into(),
            set_cookies: Some(set),
            ..Exchange::default()
        };
        let case = blotted(Case { exchanges: vec![exchange], ..Case::default() });
        let set = case.exchanges[0].set_cookies.as_ref().expect("cookies");
        assert!(set[0].name.starts_with("_shibsession_…"), "{}", set[0].name);
        assert!(!set[0].path.as_deref().unwrap_or_default().contains("hunter2"));
        assert_eq!((set[1].name.as_str(), set[1].path.as_deref()), ("JSESSIONID", Some("/app")));
    }
}
