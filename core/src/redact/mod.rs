//! What may be shown of URLs and opaque values.
//!
//! Anything in a query could be a token, so values are shown only where they are short and plain;
//! names stay, because they tell what happened.

mod across;
mod branded;
mod called;
mod connection;
mod dumped;
mod failure;
mod grouped;
mod hidden;
mod jumbled;
mod label;
mod led;
mod letters;
mod paired;
mod passed;
mod pieces;
mod quoted;
mod sent;
mod shown;
mod statement;
mod token;
mod words;

pub use across::across_segments;
pub use branded::{branded, is_branded};
pub use called::called;
pub use connection::connection;
pub use dumped::dumped;
pub use failure::failure;
pub use grouped::grouped;
pub use jumbled::is_jumbled;
pub use led::led;
pub use letters::{makes_no_word, takes_turns};
pub use paired::paired;
pub use passed::{is_passed, passed, resumes};
pub use pieces::pieces;
pub use quoted::quoted;
pub use sent::sent;
pub use shown::{shown, stated};
pub use statement::states_an_error;
pub use token::{is_plainly_token, is_token};

use crate::secrets::places::{self, Standing};
use percent_encoding::percent_decode_str;

/// A query value that is short and plain enough to show: no token looks like this.
fn harmless_value(value: &str) -> bool {
    value.len() <= 12
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-~/%".contains(&byte))
}

/// Letters and digits under a name of which nothing is known: a short key as well as anything else.
fn is_mixed(name: &str, value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.len() >= 6
        && letters >= 3
        && digits >= 1
        && (places::states_a_reason(name) || places::named(name) == Standing::Unknown)
}

/// The value of a parameter of that name is never shown, however short.
fn is_secret(name: &str) -> bool {
    let standing = places::named(name);
    standing.is_secret() || matches!(standing, Standing::Message | Standing::Identity)
}

/// A URL with every query and fragment value that could be secret replaced by `…`. User information
/// and session ids in path parameters (`;jsessionid=`) go too.
pub fn clean_url(url: &str) -> String {
    let (base, fragment) =
        url.split_once('#').map_or((url, None), |(base, fragment)| (base, Some(fragment)));
    let (base, query) =
        base.split_once('?').map_or((base, None), |(base, query)| (base, Some(query)));
    let mut out = clean_base(base);
    if let Some(query) = query {
        out.push('?');
        out.push_str(&clean_query(query));
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(&if fragment.contains('=') {
            clean_query(fragment)
        } else {
            shown_fragment(fragment)
        });
    }
    out
}

/// Lines of headers, as a configuration has them, without the values of those that let somebody in.
pub fn headers(lines: &str) -> String {
    let cleaned = |line: &str| match line.split_once(':') {
        Some((name, value))
            if places::header(name.trim()).is_secret() && !value.trim().is_empty() =>
        {
            let end =
                value.trim_start().find(['\r', '\\']).map_or("", |end| &value.trim_start()[end..]);
            format!("{name}: …{end}")
        }
        _ => line.to_owned(),
    };
    lines.split('\n').map(cleaned).collect::<Vec<_>>().join("\n")
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
            Some((name, _)) if is_token(name) => "…=…".to_owned(),
            Some((name, _)) if is_secret(name) => format!("{name}=…"),
            Some((name, value)) if places::states_a_reason(name) && statement::is_plain(value) => {
                format!("{name}={value}")
            }
            Some((name, value)) if !harmless_value(value) || is_mixed(name, value) => {
                format!("{name}=…")
            }
            Some((name, value)) => format!("{name}={value}"),
            None => shown_alone(pair),
        })
        .collect();
    cleaned.join("&")
}

/// What stands alone in a query is a switch of the program behind it, or anything at all.
const SWITCHES: &[&str] = &[
    "",
    "acs",
    "sls",
    "sso",
    "slo",
    "wsdl",
    "xsd",
    "singlewsdl",
    "metadata",
    "saml",
    "saml2",
    "samlmetadata",
    "login",
    "logout",
    "signin",
    "signout",
    "error",
    "xml",
    "json",
    "info",
    "home",
    "hub",
    "debug",
    "singlelogoutservice",
    "singlesignonservice",
    "assertionconsumerservice",
    "sp",
    "idp",
];

fn shown_alone(pair: &str) -> String {
    if SWITCHES.contains(&pair.to_ascii_lowercase().as_str()) {
        pair.to_owned()
    } else {
        "…".to_owned()
    }
}

/// A fragment names a view of the application, or is a short key as well as anything else: `#/error/403`, `#kq77zzv`.
fn shown_fragment(fragment: &str) -> String {
    let may_be_key = |piece: &str| {
        let letters = piece.bytes().filter(u8::is_ascii_alphabetic).count();
        letters > 0 && letters < piece.len() && piece.len() >= SHORTEST_KEY
    };
    let mixed = fragment.split(['/', '-', '_', '.', '~', '!']).any(may_be_key);
    if harmless_value(fragment) && !mixed { fragment.to_owned() } else { "…".to_owned() }
}

/// Letters and digits mixed from which they may be a key: `v2` and `tab1` are none.
const SHORTEST_KEY: usize = 5;

/// A RelayState that is plainly a place to go to and carries no token: a path or an http(s) URL
/// without query values, none of whose segments is long. It may be percent-encoded, as it is where
/// somebody on the way did so once more than due.
pub fn harmless_relay_state(value: &str) -> bool {
    is_place(value)
        || (value.contains('%') && is_place(&percent_decode_str(value).decode_utf8_lossy()))
}

fn is_place(value: &str) -> bool {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    // A host may have digits in its name, and is told in every message.
    let (host, path) =
        rest.map_or(("", value), |rest| rest.split_at(rest.find('/').unwrap_or(rest.len())));
    (rest.is_some() || value.starts_with('/'))
        && value.len() <= 200
        && !value.contains(['?', '#', ';'])
        && !host.contains('@')
        && path.split('/').all(|segment| segment.len() <= 40 && !looks_random(segment))
}

/// A long run of letters and digits mixed, as ids and tokens are.
fn looks_random(segment: &str) -> bool {
    segment.len() >= 16
        && segment.bytes().any(|byte| byte.is_ascii_digit())
        && segment.bytes().any(|byte| byte.is_ascii_alphabetic())
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
        assert_eq!(
            clean_url("https://a.example/x?idp=2&t=0123456789abcdef0"),
            "https://a.example/x?idp=2&t=…"
        );
        assert_eq!(
            clean_url("https://a.example/x#kq77zzv") + &clean_url("/x#/error/403"),
            "https://a.example/x#…/x#/error/403"
        );
        assert_eq!(
            clean_url("https://a.example/cb#id_token=eyJ.x.y"),
            "https://a.example/cb#id_token=…"
        );
        assert_eq!(
            clean_url("https://user:pw@a.example/x;jsessionid=1234"),
            "https://…@a.example/x;…"
        );
        assert_eq!(clean_url("/azure/hub"), "/azure/hub");
        assert_eq!(
            clean_url(
                "https://a.example/cb?error=access_denied&error_subcode=user_cancelled&token=access_denied&x=hunter2"
            ),
            "https://a.example/cb?error=access_denied&error_subcode=user_cancelled&token=…&x=…"
        );
        assert_eq!(
            clean_url("https://a.example/cb#error=login_required&reason=hunter2"),
            "https://a.example/cb#error=login_required&reason=…"
        );
    }

    #[test]
    fn headers_of_a_configuration_lose_what_lets_somebody_in() {
        assert_eq!(
            headers("X-Api-Key: a b c\r\nX-Frame-Options: DENY\nAuthorization: Bearer x"),
            "X-Api-Key: …\r\nX-Frame-Options: DENY\nAuthorization: …"
        );
        assert_eq!(
            headers("Access-Control-Allow-Origin: https://a.example"),
            "Access-Control-Allow-Origin: https://a.example"
        );
    }

    #[test]
    fn only_places_are_harmless_relay_states() {
        assert!(harmless_relay_state("/azure/hub"));
        assert!(harmless_relay_state("https://sense.example/azure/hub"));
        assert!(harmless_relay_state("https://node2.sense-emea.example/azure"));
        assert!(!harmless_relay_state("https://ada:tpklJAdYRRAsz1JoZ3uHcw@sense.example/azure"));
        assert!(!harmless_relay_state("tpklJAdYRRAsziJoZ3uHcw"));
        assert!(!harmless_relay_state("ss:mem:58bdf6ffad2ee2555061b6d09096b6e0"));
        assert!(!harmless_relay_state("/x?token=1"));
        assert!(harmless_relay_state("%2Fazure%2Fhub"));
        assert!(!harmless_relay_state("%2Fx%3Ftoken%3D1"));
        assert!(!harmless_relay_state("%2FtpklJAdYRRAsziJoZ3uHcw"));
    }
}
