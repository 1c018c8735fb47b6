//! What lets somebody in from within an address: credentials before its host, segments of its path that are tokens, and keys
//! to what a server remembers in front of it.

use super::around::Standing;
use super::kind::Kind;
use super::opaque;
use super::prose;
use crate::redact::is_jumbled;

/// Where such values stand in a text.
pub(super) fn values(text: &str) -> Vec<Standing> {
    let mut found = Vec::new();
    credentials_in_addresses(text, &mut found);
    before_addresses(text, &mut found);
    found
}

/// `_9f86d081884c7d659a2feaa0c55ad015:https://…`: a key to what a server remembers, and where it goes on.
fn before_addresses(text: &str, found: &mut Vec<Standing>) {
    for at in memchr::memmem::find_iter(text.as_bytes(), b":http") {
        let before = text.get(..at).unwrap_or_default();
        let start = before
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
            .map_or(0, |other| {
                other
                    + before
                        .get(other..)
                        .and_then(|rest| rest.chars().next())
                        .map_or(1, char::len_utf8)
            });
        if opaque::is_opaque(before.get(start..).unwrap_or_default(), 16) {
            found.push(Standing { range: start..at, kind: Kind::Token });
        }
    }
}

/// `https://name:password@host/`, `;jsessionid=…` and segments of paths that are tokens.
fn credentials_in_addresses(text: &str, found: &mut Vec<Standing>) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("://")).map(|at| from + at + 3)
    {
        from = at;
        let rest = text.get(at..).unwrap_or_default();
        let end =
            rest.find(|c: char| c.is_whitespace() || "\"'<>?#".contains(c)).unwrap_or(rest.len());
        let address = rest.get(..end).unwrap_or_default();
        let authority = address.split('/').next().unwrap_or_default();
        if let Some((user, _)) = authority.rsplit_once('@')
            && let Some((name, password)) = user.split_once(':')
        {
            let start = at + name.len() + 1;
            found.push(Standing { range: start..start + password.len(), kind: Kind::Password });
        } else if let Some((user, _)) = authority.rsplit_once('@')
            && opaque::is_opaque(user, 16)
        {
            found.push(Standing { range: at..at + user.len(), kind: Kind::Token });
        }
        path(address.get(authority.len()..).unwrap_or_default(), at + authority.len(), found);
        from += end;
    }
    if text.starts_with('/') {
        let end =
            text.find(|c: char| c.is_whitespace() || "\"'<>?#".contains(c)).unwrap_or(text.len());
        path(text.get(..end).unwrap_or_default(), 0, found);
    }
}

/// Segments that are tokens: long and mixed, or those after a word that announces one.
fn path(path: &str, base: usize, found: &mut Vec<Standing>) {
    const ANNOUNCE: &[&str] = &[
        "token",
        "reset",
        "invite",
        "invitation",
        "activate",
        "activation",
        "verify",
        "magic",
        "link",
        "otp",
        "key",
        "session",
        "ticket",
        "unlock",
    ];
    let mut at = base;
    let mut announced = false;
    for segment in path.split('/') {
        let segment_only = segment.split(';').next().unwrap_or_default();
        let shortest = if announced { 12 } else { 32 };
        let is_file = segment_only
            .rsplit_once('.')
            .is_some_and(|(_, ending)| (1..=5).contains(&ending.len()));
        let signature = opaque::jwt_signature(segment_only).is_some();
        let decoded = percent_encoding::percent_decode_str(segment_only).decode_utf8_lossy();
        let mixed = || {
            decoded.contains(['!', '$', '*', '+'])
                || crate::redact::takes_turns(&decoded)
                || is_jumbled(&decoded)
        };
        let typed = announced
            && (prose::is_credible(&decoded) && mixed() || prose::is_passphrase(&decoded));
        if signature
            || typed
            || opaque::is_opaque(segment_only, shortest)
                && !is_file
                && !segment_only.contains(['%', '=', ':'])
        {
            found.push(Standing { range: at..at + segment_only.len(), kind: Kind::Token });
        }
        let lower = segment_only.to_ascii_lowercase();
        announced = lower.split(['-', '_']).any(|word| ANNOUNCE.contains(&word));
        at += segment.len() + 1;
    }
}
