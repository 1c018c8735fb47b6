//! Cookies, which producers list, join and spell in ways of their own.

use super::entry::Cookie;
use super::slim::Long;
use crate::http_date;
use crate::intake::time;
use std::borrow::Cow;

/// Cookies of the `Cookie` headers, of which HTTP/2 may send several; else of the `cookies` list.
pub(super) fn cookies(
    headers: &[(String, String)],
    listed: &[Cookie<'_>],
    long: Long<'_>,
) -> Vec<(String, String)> {
    let sent: Vec<(String, String)> = headers
        .iter()
        .filter(|(name, _)| name == "cookie")
        .flat_map(|(_, value)| value.split([';', '\n']))
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or(("", pair));
            (name.trim().to_owned(), value.trim().to_owned())
        })
        .collect();
    if !sent.is_empty() {
        return sent;
    }
    listed
        .iter()
        .filter_map(|cookie| {
            Some((long.text(&cookie.name)?.into_owned(), long.owned(&cookie.value)))
        })
        .filter(|(name, value)| !name.is_empty() || !value.is_empty())
        .collect()
}

/// A `Set-Cookie` header made of what the `cookies` list says, where the header itself is missing.
pub(super) fn set_cookie(cookie: &Cookie<'_>, long: Long<'_>) -> Option<(String, String)> {
    let name = long.text(&cookie.name).filter(|name| !name.is_empty())?;
    let mut header = format!("{name}={}", long.owned(&cookie.value));
    for (attribute, value) in [
        ("Expires", &cookie.expires),
        ("Path", &cookie.path),
        ("Domain", &cookie.domain),
        ("SameSite", &cookie.same_site),
    ] {
        let Some(value) = long.text(value).filter(|value| !value.is_empty()) else { continue };
        // Lists say `2026-11-24T…` where headers say `Tue, 24 Nov 2026 …`.
        let value = match (attribute, time::lenient(&value)) {
            ("Expires", Some(time)) => Cow::Owned(http_date::write(time)),
            _ => value,
        };
        header.extend(["; ", attribute, "=", &value]);
    }
    if cookie.secure.0 {
        header.push_str("; Secure");
    }
    if cookie.http_only.0 {
        header.push_str("; HttpOnly");
    }
    Some(("set-cookie".to_owned(), header))
}

/// Splits `a=1; Expires=Tue, 24 Nov 2026 10:00:00 GMT, b=2` before `b`: a comma begins another
/// cookie where a name and an equals sign follow it.
pub(super) fn split_joined(value: &str) -> Vec<&str> {
    let mut cookies = Vec::new();
    let mut start = 0;
    for (comma, _) in value.match_indices(',') {
        let rest = value.get(comma + 1..).unwrap_or_default().trim_start();
        let name_end = rest.find(['=', ';', ',', ' ']);
        let begins_a_cookie = name_end.is_some_and(|end| {
            end > 0 && rest.get(end..).is_some_and(|rest| rest.starts_with('='))
        });
        if begins_a_cookie {
            cookies.push(value.get(start..comma).unwrap_or_default().trim());
            start = comma + 1;
        }
    }
    cookies.push(value.get(start..).unwrap_or_default().trim());
    cookies
}
