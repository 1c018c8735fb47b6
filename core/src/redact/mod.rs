//! What may be shown of URLs and opaque values.
//!
//! Anything in a query could be a token, so values are shown only where they are short and plain;
//! names stay, because they tell what happened.

mod shown;

pub use shown::shown;

use crate::evidence::Evidence;
use percent_encoding::percent_decode_str;
use std::collections::BTreeSet;

/// A query value that is short and plain enough to show: no token looks like this.
fn harmless_value(value: &str) -> bool {
    value.len() <= 12 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-~/%".contains(&byte))
}

/// Parameters whose values are never shown, however short.
const SECRET_PARAMETERS: &[&str] = &[
    "samlrequest",
    "samlresponse",
    "signature",
    "relaystate",
    "code",
    "state",
    "nonce",
    "token",
    "id_token",
    "access_token",
    "refresh_token",
    "password",
    "passwd",
    "pwd",
    "secret",
    "ticket",
    "session",
    "sid",
    "target",
    "ctx",
    "flowtoken",
    "canary",
    "client_secret",
    "assertion",
    "samlart",
    "wresult",
    "wctx",
    "login_hint",
    "username",
    "key",
    "sig",
];

/// The name of a parameter whose value is secret: products put their own word before `ticket`.
fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET_PARAMETERS.contains(&name.as_str()) || name.ends_with("ticket")
}

/// A URL with every query and fragment value that could be secret replaced by `…`. User information
/// and session ids in path parameters (`;jsessionid=`) go too.
pub fn clean_url(url: &str) -> String {
    let (base, fragment) = url.split_once('#').map_or((url, None), |(base, fragment)| (base, Some(fragment)));
    let (base, query) = base.split_once('?').map_or((base, None), |(base, query)| (base, Some(query)));
    let mut out = clean_base(base);
    if let Some(query) = query {
        out.push('?');
        out.push_str(&clean_query(query));
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(&if fragment.contains('=') { clean_query(fragment) } else { shown_or_dots(fragment) });
    }
    out
}

fn clean_base(base: &str) -> String {
    let base = match (base.find("://"), base.find('@')) {
        (Some(scheme), Some(at)) if at > scheme && !base[scheme + 3..at].contains('/') => {
            format!("{}…{}", &base[..scheme + 3], &base[at..])
        }
        _ => base.to_owned(),
    };
    match base.split_once(';') {
        Some((path, _)) => format!("{path};…"),
        None => base,
    }
}

fn clean_query(query: &str) -> String {
    let cleaned: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if is_secret(name) || !harmless_value(value) => {
                format!("{name}=…")
            }
            Some((name, value)) => format!("{name}={value}"),
            None => shown_or_dots(pair),
        })
        .collect();
    cleaned.join("&")
}

fn shown_or_dots(text: &str) -> String {
    if harmless_value(text) { text.to_owned() } else { "…".to_owned() }
}

/// A RelayState that is plainly a place to go to and carries no token: a path or an http(s) URL
/// without query values, none of whose segments is long. It may be percent-encoded, as it is where
/// somebody on the way did so once more than due.
pub fn harmless_relay_state(value: &str) -> bool {
    is_place(value) || (value.contains('%') && is_place(&percent_decode_str(value).decode_utf8_lossy()))
}

fn is_place(value: &str) -> bool {
    let path = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://")).unwrap_or(value);
    let is_place = value.starts_with('/') || path.len() < value.len();
    is_place
        && value.len() <= 200
        && !value.contains(['?', '#', ';'])
        && path.split('/').all(|segment| segment.len() <= 40 && !looks_random(segment))
}

/// A long run of letters and digits mixed, as ids and tokens are.
fn looks_random(segment: &str) -> bool {
    segment.len() >= 16 && segment.bytes().any(|byte| byte.is_ascii_digit()) && segment.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Values of an evidence that must not be shown wherever they turn up again: cookies, and form
/// fields other than the messages themselves.
pub fn known_secrets(evidence: &Evidence) -> BTreeSet<String> {
    /// Shorter values are words, and would blot out half a page; what was typed as a password is none.
    const SHORTEST: usize = 8;
    const SHORTEST_PASSWORD: usize = 4;
    let mut secrets = BTreeSet::new();
    let mut typed = BTreeSet::new();
    for exchange in &evidence.exchanges {
        secrets.extend(exchange.cookies.iter().flatten().map(|(_, value)| value.clone()));
        for header in exchange.response_headers_named("set-cookie") {
            let pair = header.split(';').next().unwrap_or_default();
            secrets.extend(pair.split_once('=').map(|(_, value)| value.trim().to_owned()));
        }
        typed.extend(exchange.request_header("authorization").into_iter().flat_map(credentials));
        let password = |name: &str| ["passw", "pwd", "secret", "token", "otp", "pin"].iter().any(|part| name.to_lowercase().contains(part));
        secrets.extend(exchange.form.iter().filter(|field| password(&field.name)).map(|field| field.value.clone()));
        let typed_password = |name: &str| ["passw", "pwd"].iter().any(|part| name.to_lowercase().contains(part));
        typed.extend(exchange.form.iter().filter(|field| typed_password(&field.name)).map(|field| field.value.clone()));
    }
    secrets.retain(|secret| secret.len() >= SHORTEST);
    secrets.extend(typed.into_iter().filter(|secret| secret.len() >= SHORTEST_PASSWORD));
    secrets
}

/// What an `Authorization` header carries: the token itself, and of a Basic one the password in it.
fn credentials(header: &str) -> Vec<String> {
    use base64::Engine as _;
    let Some((scheme, token)) = header.trim().split_once(' ') else { return Vec::new() };
    let mut carried = vec![token.trim().to_owned()];
    if scheme.eq_ignore_ascii_case("basic")
        && let Ok(pair) = base64::engine::general_purpose::STANDARD.decode(token.trim())
        && let Some((_, password)) = String::from_utf8_lossy(&pair).split_once(':')
    {
        carried.push(password.to_owned());
    }
    carried
}

/// Blots known secrets out of a text.
pub fn blot(text: &mut String, secrets: &BTreeSet<String>) {
    for secret in secrets {
        if text.contains(secret.as_str()) {
            *text = text.replace(secret.as_str(), "…");
        }
    }
}

/// The `ID` of a message for people: long ids are shortened in the middle. A `SessionIndex` or
/// assertion id is worth little alone, but reports need no more than enough to tell two apart.
pub fn short_id(id: &str) -> String {
    let characters: Vec<char> = id.chars().collect();
    if characters.len() <= 14 {
        return id.to_owned();
    }
    let head: String = characters[..8].iter().collect();
    let tail: String = characters[characters.len() - 4..].iter().collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_lose_their_values() {
        assert_eq!(
            clean_url("https://idp.example/saml2?SAMLRequest=abc&RelayState=%2Fhub"),
            "https://idp.example/saml2?SAMLRequest=…&RelayState=…"
        );
        assert_eq!(clean_url("https://a.example/x?idp=2&t=0123456789abcdef0"), "https://a.example/x?idp=2&t=…");
        assert_eq!(clean_url("https://a.example/cb#id_token=eyJ.x.y"), "https://a.example/cb#id_token=…");
        assert_eq!(clean_url("https://user:pw@a.example/x;jsessionid=1234"), "https://…@a.example/x;…");
        assert_eq!(clean_url("/azure/hub"), "/azure/hub");
    }

    #[test]
    fn only_places_are_harmless_relay_states() {
        assert!(harmless_relay_state("/azure/hub"));
        assert!(harmless_relay_state("https://sense.example/azure/hub"));
        assert!(!harmless_relay_state("tpklJAdYRRAsziJoZ3uHcw"));
        assert!(!harmless_relay_state("ss:mem:58bdf6ffad2ee2555061b6d09096b6e0"));
        assert!(!harmless_relay_state("/x?token=1"));
        assert!(harmless_relay_state("%2Fazure%2Fhub"));
        assert!(!harmless_relay_state("%2Fx%3Ftoken%3D1"));
        assert!(!harmless_relay_state("%2FtpklJAdYRRAsziJoZ3uHcw"));
    }

    #[test]
    fn passwords_are_known_however_short_and_common_words_are_left_alone() {
        use crate::evidence::{FormField, RawExchange};
        let field = |name: &str, value: &str| FormField { name: name.into(), value: value.into(), ..FormField::default() };
        let exchange = RawExchange {
            request_headers: vec![("authorization".to_owned(), "Basic YWRhOlF6YWJjIQ==".to_owned())],
            form: vec![field("password", "hunter2"), field("shipping", "post"), field("otp_enabled", "true")],
            ..RawExchange::default()
        };
        let secrets = known_secrets(&Evidence { exchanges: vec![exchange], ..Evidence::default() });
        assert!(secrets.contains("hunter2") && secrets.contains("Qzabc!") && secrets.contains("YWRhOlF6YWJjIQ=="), "{secrets:?}");
        assert!(!secrets.contains("post") && !secrets.contains("true"), "{secrets:?}");
    }
}
