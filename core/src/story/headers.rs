//! What the headers of an answer tell beside its page: what the browser must not do with it, which machine made it;
//! and what is wrong with an address as somebody wrote it.

use crate::beginning;
use crate::evidence::RawExchange;
use crate::redact::shown;
use diag_sdk::case::exchange::{AddressFault, ContentPolicy, NamedHeader};
use diag_sdk::header::askable;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Directives that bear on forms, scripts and frames.
const DIRECTIVES: &[&str] = &[
    "default-src",
    "script-src",
    "script-src-elem",
    "script-src-attr",
    "form-action",
    "frame-ancestors",
    "sandbox",
];
/// Most policies kept of one answer, sources of one directive, and the longest source.
const MOST_POLICIES: usize = 8;
const MOST_SOURCES: usize = 200;
const LONGEST_SOURCE: usize = 300;

/// Policies that are enforced, of headers and of the page; those that only report forbid nothing.
pub(super) fn content_policies(raw: &RawExchange, body: &str) -> Vec<ContentPolicy> {
    let headers = raw
        .response_headers_named("content-security-policy")
        .flat_map(|header| header.split(','))
        .map(|text| policy(text, false));
    let in_page = policies_in(body).into_iter().map(|text| policy(&text, true));
    headers
        .chain(in_page)
        .filter(|policy| !policy.directives.is_empty())
        .take(MOST_POLICIES)
        .collect()
}

fn policy(text: &str, in_page: bool) -> ContentPolicy {
    let mut directives: Vec<(String, Vec<String>)> = Vec::new();
    for directive in text.split(';') {
        let mut words = directive.split_ascii_whitespace();
        let Some(name) = words.next().map(str::to_ascii_lowercase) else { continue };
        // The first of a name counts.
        if DIRECTIVES.contains(&name.as_str())
            && !directives.iter().any(|(known, _)| *known == name)
        {
            // A query plays no part in what a source allows, and may hold anything.
            let source = |source: &str| {
                if source.contains(['?', '#', '@']) {
                    crate::redact::clean_url(source)
                } else {
                    source.to_owned()
                }
            };
            let sources = words
                .filter(|source| source.len() <= LONGEST_SOURCE)
                .take(MOST_SOURCES)
                .map(source)
                .collect();
            directives.push((name, sources));
        }
    }
    ContentPolicy { directives, in_page }
}

/// Policies in `meta` elements.
fn policies_in(body: &str) -> Vec<String> {
    const NAME: &str = "content-security-policy";
    const LONGEST_HEAD: usize = 1 << 16;
    let head = beginning::of(body, LONGEST_HEAD);
    let lower = head.to_ascii_lowercase();
    let found = lower.match_indices(NAME).take(MOST_POLICIES).filter_map(|(at, _)| {
        // What only reports is not allowed in a page, and its name goes on.
        if lower.get(at + NAME.len()..)?.starts_with("-report") {
            return None;
        }
        let start = lower[..at].rfind('<').filter(|start| lower[*start..].starts_with("<meta"))?;
        let tag = &head[start..start + lower[start..].find('>')?];
        super::html::attribute(tag.get(5..)?, "content").map(Cow::into_owned)
    });
    found.collect()
}

/// `X-Frame-Options`; where it is given more than once with different values browsers refuse.
pub(super) fn frame_options(raw: &RawExchange) -> Option<String> {
    let mut given: Vec<String> = raw
        .response_headers_named("x-frame-options")
        .flat_map(|header| header.split(','))
        .map(|value| value.trim().to_ascii_uppercase())
        .filter(|value| !value.is_empty())
        .collect();
    given.sort();
    given.dedup();
    match given.len() {
        0 => None,
        1 => given.pop().map(|value| value.chars().take(80).collect()),
        _ => Some("DENY".to_owned()),
    }
}

/// Headers by which machines behind a balancer name themselves.
const MACHINES: &[&str] = &[
    "x-backend",
    "x-backend-server",
    "x-backend-host",
    "x-backend-id",
    "x-server",
    "x-server-name",
    "x-server-id",
    "x-served-by",
    "x-node",
    "x-node-id",
    "x-nodename",
    "x-host",
    "x-hostname",
    "x-instance",
    "x-instance-id",
    "x-pod",
    "x-pod-name",
    "x-upstream",
    "x-upstream-addr",
    "x-app-server",
    "x-web-server",
    "x-worker",
    "x-machine",
    "x-container-id",
    "via",
];

/// Which machine made the answer, where it says so.
pub(super) fn answered_by(raw: &RawExchange) -> Vec<(String, String)> {
    const LONGEST: usize = 80;
    let named = raw.response_headers.iter().filter(|(name, value)| {
        MACHINES.contains(&name.as_str())
            && (1..=LONGEST).contains(&value.len())
            && (name != "x-served-by" || !value.starts_with("cache-"))
    });
    let named = named.filter(|(_, value)| {
        !crate::redact::is_token(value) && value.split_whitespace().count() <= 3
    });
    named.take(6).cloned().collect()
}

/// Most headers kept of one answer because somebody names them, and the longest value in characters.
const MOST_NAMED: usize = 32;
const LONGEST_NAMED: usize = 300;

/// Headers that a product file or a plugin names. Whoever names one that may let somebody in does not get it.
pub(super) fn named(raw: &RawExchange, names: &BTreeSet<&str>) -> Vec<NamedHeader> {
    if names.is_empty() {
        return Vec::new();
    }
    let asked = raw
        .response_headers
        .iter()
        .filter(|(name, _)| names.contains(name.as_str()) && askable(name).is_ok());
    let kept = asked.take(MOST_NAMED).map(|(name, value)| NamedHeader {
        name: name.clone(),
        value: shown(value, LONGEST_NAMED),
    });
    kept.filter(|header| !header.value.is_empty()).collect()
}

/// Ends of the names of headers whose value support asks for.
const CORRELATION_HEADERS: &[&str] = &["request-id", "requestid", "correlation-id", "trace-id"];
/// Most ids for support kept of one exchange.
const MOST_IDS: usize = 8;

/// Ids by which support finds this exchange again. Whatever else stands in such a header is nobody's business.
pub(super) fn correlation(raw: &RawExchange) -> Vec<(String, String)> {
    let named = |name: &str| CORRELATION_HEADERS.iter().any(|end| name.ends_with(end));
    raw.response_headers
        .iter()
        .filter(|(name, value)| named(name) && is_reference(value))
        .take(MOST_IDS)
        .cloned()
        .collect()
}

/// A GUID, a number in base 10, 16 or 32, or a short id: nothing that could be a token or a word.
fn is_reference(value: &str) -> bool {
    const SHORTEST_ID: usize = 12;
    const LONGEST_ID: usize = 32;
    const LONGEST_NUMBER: usize = 64;
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let hexadecimal = value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    plain
        && !value.starts_with("eyJ")
        && (value.len() >= SHORTEST_ID || digits == value.len())
        && digits >= 1
        && (value.len() <= LONGEST_ID || (hexadecimal && value.len() <= LONGEST_NUMBER))
}

/// Type and subtype, and the character set: other parameters are anybody's.
pub(super) fn media_type(value: &str) -> Option<String> {
    let mut parts = value.split(';').map(str::trim);
    let is_word = |word: &str| {
        word.len() <= 80
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.+-*_".contains(&byte))
    };
    let essence = parts.next().filter(|essence| !essence.is_empty() && is_word(essence))?;
    let charset = parts
        .find(|part| part.to_ascii_lowercase().starts_with("charset="))
        .filter(|charset| charset.len() <= 24);
    Some(match charset {
        Some(charset) => format!("{essence}; {charset}"),
        None => essence.to_owned(),
    })
}

/// Words of which the names of servers are made, one a line.
const SERVERS: &str = include_str!("servers.txt");

fn is_server_word(word: &str) -> bool {
    SERVERS.lines().any(|known| known.eq_ignore_ascii_case(word))
}

/// The name of a server, of which the version and what else it says is left out where nothing is known of it.
pub(super) fn server(value: &str) -> Option<String> {
    let words = |name: &str| name.split(['-', ' ', '_', '.']).any(is_server_word);
    let kept: Vec<&str> = value
        .split_whitespace()
        .take_while(|product| {
            let (name, version) = product.split_once('/').unwrap_or((product, ""));
            let version_is_one = version.len() <= 20
                && (version.is_empty()
                    || version.starts_with(|character: char| character.is_ascii_digit()));
            name.len() <= 40 && version_is_one && (words(name) || is_server_word(name))
        })
        .collect();
    Some(kept.join(" ")).filter(|kept| !kept.is_empty())
}

/// What is wrong with an address as it was written. Messages in it are encoded and tell nothing.
pub(super) fn address_faults(url: &str) -> Vec<AddressFault> {
    let whole = url.split('#').next().unwrap_or(url);
    if whole.contains("SAMLRe") {
        return Vec::new();
    }
    let (base, query) =
        whole.split_once('?').map_or((whole, None), |(base, query)| (base, Some(query)));
    let lower = whole.to_ascii_lowercase();
    let mut faults = Vec::new();
    // A second `?` is a fault where a parameter begins behind it, as one does that was appended blindly.
    let appended = |rest: &str| {
        let name = rest.split(['=', '&', '?']).next().unwrap_or_default();
        rest.contains('=')
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    };
    // An address as the value of a parameter has a query of its own.
    let of_an_address = |before: &str| {
        before
            .rsplit(['&', '='])
            .next()
            .is_some_and(|value| value.contains('/') || value.contains("%2F"))
    };
    if query
        .and_then(|query| query.split_once('?'))
        .is_some_and(|(before, rest)| appended(rest) && !of_an_address(before))
    {
        faults.push(AddressFault::SecondQuestionMark);
    }
    let encoded = base.to_ascii_lowercase().find("%3f").and_then(|at| base.get(at + 3..));
    if encoded.is_some_and(|rest| appended(&rest.replace("%3D", "=").replace("%3d", "="))) {
        faults.push(AddressFault::EncodedQuestionMark);
    }
    if query.is_some_and(|query| {
        query.contains("&amp;")
            || query.contains("&amp%3B")
            || query.split('&').any(|pair| pair.starts_with("amp;"))
    }) {
        faults.push(AddressFault::EscapedAmpersand);
    }
    let brackets = [("{", "}"), ("%7b", "%7d"), ("<", ">"), ("%3c", "%3e")];
    let unfilled = brackets.iter().any(|(open, close)| {
        let inner = lower
            .split_once(open)
            .and_then(|(_, rest)| rest.split_once(close))
            .map(|(inner, _)| inner);
        inner.is_some_and(|inner| {
            (2..=40).contains(&inner.len())
                && inner
                    .replace("%20", " ")
                    .bytes()
                    .all(|byte| byte.is_ascii_alphabetic() || b" _-.".contains(&byte))
        })
    });
    let dummies = [
        "your_domain",
        "your-domain",
        "yourdomain",
        "your_tenant",
        "your-tenant",
        "changeme",
        "idp_entity_id",
    ];
    if unfilled || dummies.iter().any(|dummy| lower.contains(dummy)) {
        faults.push(AddressFault::Placeholder);
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(headers: &[(&str, &str)]) -> RawExchange {
        let headers =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        RawExchange { response_headers: headers, ..RawExchange::default() }
    }

    #[test]
    fn policies_that_only_report_are_none() {
        let answer = raw(&[
            ("content-security-policy-report-only", "form-action 'none'"),
            (
                "content-security-policy",
                "img-src *; Form-Action 'self'; form-action *, script-src 'nonce-a'",
            ),
        ]);
        let body = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\"><p>content-security-policy</p>";
        let policies = content_policies(&answer, body);
        let told: Vec<(&str, bool)> = policies
            .iter()
            .map(|policy| (policy.directives[0].0.as_str(), policy.in_page))
            .collect();
        assert_eq!(told, [("form-action", false), ("script-src", false), ("default-src", true)]);
        assert_eq!(policies[0].directives[0].1, ["'self'"]);
    }

    #[test]
    fn machines_name_themselves_and_caches_do_not_count() {
        let answer = raw(&[
            ("x-backend", "chat-1"),
            ("x-served-by", "cache-fra-1, cache-fra-2"),
            ("server", "nginx"),
        ]);
        assert_eq!(answered_by(&answer), [("x-backend".to_owned(), "chat-1".to_owned())]);
        assert_eq!(
            frame_options(&raw(&[("x-frame-options", "sameorigin, SAMEORIGIN")])).as_deref(),
            Some("SAMEORIGIN")
        );
        assert_eq!(
            frame_options(&raw(&[("x-frame-options", "DENY"), ("x-frame-options", "SAMEORIGIN")]))
                .as_deref(),
            Some("DENY")
        );
    }

    #[test]
    fn addresses_that_were_put_together_wrongly() {
        for (url, fault) in [
            (
                "https://idp.example/idp/startSSO.ping?PartnerSpId=a?TargetResource=b",
                Some(AddressFault::SecondQuestionMark),
            ),
            (
                "https://idp.example/startSSO.ping%3FPartnerSpId=a",
                Some(AddressFault::EncodedQuestionMark),
            ),
            ("https://idp.example/sso?a=1&amp;b=2", Some(AddressFault::EscapedAmpersand)),
            ("https://idp.example/sso?spid=%7BENTITY_ID%7D", Some(AddressFault::Placeholder)),
            ("https://idp.example/sso?spid=<entity id>", Some(AddressFault::Placeholder)),
            ("https://idp.example/sso?returnTo=https://sp.example/a?b=c", None),
            ("https://idp.example/search?q=why?", None),
            ("https://idp.example/sso?spid=a&target=b", None),
            ("https://idp.example/app/%7B12345678-aaaa-bbbb%7D", None),
        ] {
            assert_eq!(address_faults(url).first().copied(), fault, "{url}");
        }
    }

    #[test]
    fn headers_are_kept_by_name_and_never_with_a_secret() {
        let jwt =
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let given = [
            ("x-ledger-error", "E-42 no branch"),
            ("x-ledger-trace", jwt),
            ("set-cookie", "a=b"),
            ("x-other", "1"),
        ];
        let raw = RawExchange {
            response_headers: given
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..RawExchange::default()
        };
        let names = BTreeSet::from(["x-ledger-error", "x-ledger-trace", "set-cookie"]);
        let kept = named(&raw, &names);
        assert_eq!(
            kept[0],
            NamedHeader { name: "x-ledger-error".into(), value: "E-42 no branch".into() }
        );
        assert!(
            kept.iter().all(|header| !header.value.contains("eyJ") && header.name != "set-cookie"),
            "{kept:?}"
        );
        assert!(named(&raw, &BTreeSet::new()).is_empty());
    }
}
