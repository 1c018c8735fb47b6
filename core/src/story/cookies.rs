//! Cookies that were set and not sent back where they were due.
//!
//! Two of them decide over a sign-in: the one a service provider sets with its request and needs
//! again when the response arrives, and the session cookie it sets then and needs on the landing
//! page. When one is missing, the attribute that explains it is named after the rules browsers
//! follow (RFC 6265bis: rejection §5.7, retrieval §5.8.3; SameSite defaults §8.8).
//!
//! Where the exporter removed cookies nothing is concluded from their absence.

use diag_sdk::Case;
use diag_sdk::case::attempt::{Attempt, AttemptKind, LostCookie, Outcome};
use diag_sdk::case::exchange::{Exchange, SameSite, SetCookie, Side};
use diag_sdk::case::message::Carrier;
use diag_sdk::host::{host_of, is_within};
use std::collections::BTreeSet;
use url::Url;

/// How long Chromium sends a cookie without SameSite on cross-site POST requests, in seconds.
const LAX_POST_SECONDS: f64 = 120.0;

/// All losses, in the order of attempts.
pub fn lost_cookies(case: &Case) -> Vec<LostCookie> {
    let mut lost = Vec::new();
    for attempt in case.attempts.iter().filter(|attempt| attempt.kind == AttemptKind::SignIn) {
        for loss in with_the_response(case, attempt).into_iter().chain(on_landing(case, attempt)) {
            let known = lost.iter().any(|known: &LostCookie| {
                known.name == loss.name
                    && known.set_by == loss.set_by
                    && known.missing_in == loss.missing_in
            });
            if !known {
                lost.push(loss);
            }
        }
    }
    lost
}

/// Cookies set up to the request that did not come with the response.
fn with_the_response(case: &Case, attempt: &Attempt) -> Vec<LostCookie> {
    let Some(consumption) = attempt.consumption else { return Vec::new() };
    let refused = matches!(attempt.outcome, Outcome::RefusedBySp | Outcome::Looping);
    let request_from =
        attempt.request.as_deref().and_then(|id| case.message(id)).and_then(|message| {
            message
                .sightings
                .iter()
                .find(|sighting| {
                    matches!(sighting.carrier, Carrier::LocationHeader | Carrier::PageForm)
                })?
                .exchange
        });
    // Without the exchange that sent the request there is no knowing what its cookie was.
    let Some(request_from) = request_from else { return Vec::new() };
    let setters = attempt.exchanges.iter().copied().filter(|index| *index <= request_from);
    missing(case, attempt, setters, consumption, refused)
}

/// Cookies set when the response was accepted that did not come with the landing page.
fn on_landing(case: &Case, attempt: &Attempt) -> Vec<LostCookie> {
    let Some(consumption) = attempt.consumption else { return Vec::new() };
    let later = |index: &usize| *index > consumption;
    let is_landing = |index: &usize| {
        case.exchanges
            .get(*index)
            .is_some_and(|exchange| exchange.side == Side::Sp && exchange.navigation)
    };
    let next = (consumption + 1..case.exchanges.len()).filter(later).find(is_landing);
    let Some(landing) = next else { return Vec::new() };
    let failed = matches!(
        attempt.outcome,
        Outcome::Looping | Outcome::DeniedAfterSignIn | Outcome::RefusedBySp
    );
    missing(case, attempt, std::iter::once(consumption), landing, failed)
}

fn missing(
    case: &Case,
    attempt: &Attempt,
    setters: impl Iterator<Item = usize>,
    due_in: usize,
    failed: bool,
) -> Vec<LostCookie> {
    let Some(due) = case.exchanges.get(due_in) else { return Vec::new() };
    let Some(sent) = &due.cookies else { return Vec::new() };
    let sent: BTreeSet<&str> = sent.iter().map(|cookie| cookie.name.as_str()).collect();
    let mut lost = Vec::new();
    for set_by in setters {
        let Some(setter) = case.exchanges.get(set_by).filter(|exchange| exchange.side == Side::Sp)
        else {
            continue;
        };
        for cookie in setter
            .set_cookies
            .iter()
            .flatten()
            .filter(|cookie| !cookie.removes && !sent.contains(cookie.name.as_str()))
        {
            if removed_between(case, cookie, set_by, due_in) {
                continue;
            }
            let Some(reason) = reason(setter, cookie, due) else { continue };
            lost.push(LostCookie {
                name: cookie.name.clone(),
                set_by,
                missing_in: due_in,
                attempt: Some(attempt.id.clone()),
                reason: reason.to_owned(),
                decisive: failed && reason != "unknown",
                place: setter.place.clone(),
            });
        }
    }
    lost
}

/// The cookie was removed again before it was due.
fn removed_between(case: &Case, cookie: &SetCookie, set_by: usize, due_in: usize) -> bool {
    let between = case.exchanges.get(set_by..due_in).unwrap_or_default();
    between
        .iter()
        .flat_map(|exchange| exchange.set_cookies.iter().flatten())
        .any(|other| other.removes && other.name == cookie.name)
}

/// Why the browser did not send a cookie; `None` where it rightly did not, by a path it is not for.
fn reason(setter: &Exchange, cookie: &SetCookie, due: &Exchange) -> Option<&'static str> {
    let (from, to) = (Url::parse(&setter.url).ok()?, Url::parse(&due.url).ok()?);
    let (from_host, to_host) = (host_of(&setter.url)?, host_of(&due.url)?);
    // Rejected when it was set.
    if cookie.same_site == SameSite::None && !cookie.secure {
        return Some("none-without-secure");
    }
    if cookie.secure && from.scheme() == "http" {
        return Some("secure");
    }
    if cookie
        .domain
        .as_deref()
        .is_some_and(|domain| !domain.is_empty() && !is_within(&from_host, domain))
    {
        return Some("domain");
    }
    if breaks_prefix(cookie) {
        return Some("prefix");
    }
    // Stored, but not for this request.
    let covered = match cookie.domain.as_deref().filter(|domain| !domain.is_empty()) {
        Some(domain) => is_within(&to_host, domain),
        None => from_host == to_host,
    };
    if !covered {
        return Some("host");
    }
    if cookie.secure && to.scheme() == "http" {
        return Some("scheme");
    }
    if !path_matches(to.path(), &cookie_path(cookie, &from)) {
        return Some("path");
    }
    let cross_site = is_cross_site(due, &to_host);
    let posts = due.method == "POST";
    match cookie.same_site {
        SameSite::Strict if cross_site => Some("same-site-strict"),
        SameSite::Lax if cross_site && posts => Some("same-site-lax"),
        SameSite::Absent
            if cross_site && posts && age(setter, due).is_none_or(|age| age > LAX_POST_SECONDS) =>
        {
            Some("same-site-default")
        }
        _ => Some("unknown"),
    }
}

fn breaks_prefix(cookie: &SetCookie) -> bool {
    let name = cookie.name.to_lowercase();
    let host_only = cookie.domain.as_deref().is_none_or(str::is_empty);
    (name.starts_with("__secure-") && !cookie.secure)
        || (name.starts_with("__host-")
            && !(cookie.secure && host_only && cookie.path.as_deref() == Some("/")))
}

/// The cookie's path, or the default one (RFC 6265 §5.1.4).
fn cookie_path(cookie: &SetCookie, from: &Url) -> String {
    match cookie.path.as_deref() {
        Some(path) if path.starts_with('/') => path.to_owned(),
        _ => match from.path().rsplit_once('/') {
            Some(("", _)) | None => "/".to_owned(),
            Some((folder, _)) => folder.to_owned(),
        },
    }
}

/// RFC 6265 §5.1.4.
fn path_matches(request: &str, cookie: &str) -> bool {
    request == cookie
        || request
            .strip_prefix(cookie)
            .is_some_and(|rest| cookie.ends_with('/') || rest.starts_with('/'))
}

/// The request came from another site: by what the browser said, else by origin and referer. Sites
/// are compared by their last two labels, which errs only for registries below the second level.
fn is_cross_site(due: &Exchange, to_host: &str) -> bool {
    if let Some(site) = due.fetch_site.as_deref() {
        return site == "cross-site";
    }
    let site = |host: &str| host.rsplit('.').take(2).collect::<Vec<_>>().join(".");
    [due.origin.as_deref(), due.referer.as_deref()]
        .into_iter()
        .flatten()
        .filter_map(host_of)
        .any(|host| site(&host) != site(to_host))
}

fn age(setter: &Exchange, due: &Exchange) -> Option<f64> {
    Some((due.started?.as_duration() - setter.started?.as_duration()).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(url: &str, method: &str) -> Exchange {
        Exchange {
            url: url.into(),
            method: method.into(),
            side: Side::Sp,
            navigation: true,
            cookies: Some(Vec::new()),
            ..Exchange::default()
        }
    }

    fn cookie(same_site: SameSite, secure: bool) -> SetCookie {
        SetCookie {
            name: "sid".into(),
            same_site,
            secure,
            path: Some("/".into()),
            ..SetCookie::default()
        }
    }

    fn why(cookie: &SetCookie, from: &str, to: &str, site: &str) -> Option<&'static str> {
        let due = Exchange { fetch_site: Some(site.into()), ..exchange(to, "POST") };
        reason(&exchange(from, "GET"), cookie, &due)
    }

    #[test]
    fn each_rule_has_its_reason() {
        let (sp, acs) = ("https://sp.example/start", "https://sp.example/acs");
        assert_eq!(
            why(&cookie(SameSite::None, false), sp, acs, "cross-site"),
            Some("none-without-secure")
        );
        assert_eq!(
            why(&cookie(SameSite::Strict, true), sp, acs, "cross-site"),
            Some("same-site-strict")
        );
        assert_eq!(why(&cookie(SameSite::Lax, true), sp, acs, "cross-site"), Some("same-site-lax"));
        assert_eq!(why(&cookie(SameSite::Lax, true), sp, acs, "same-site"), Some("unknown"));
        assert_eq!(
            why(&cookie(SameSite::Absent, true), sp, acs, "cross-site"),
            Some("same-site-default")
        );
        assert_eq!(
            why(&cookie(SameSite::None, true), sp, "http://sp.example/acs", "cross-site"),
            Some("scheme")
        );
        assert_eq!(
            why(&cookie(SameSite::None, true), "http://sp.example/", acs, "cross-site"),
            Some("secure")
        );
        assert_eq!(
            why(&cookie(SameSite::None, true), sp, "https://alias.example/acs", "cross-site"),
            Some("host")
        );
        let foreign =
            SetCookie { domain: Some("other.example".into()), ..cookie(SameSite::Lax, true) };
        assert_eq!(why(&foreign, sp, acs, "cross-site"), Some("domain"));
        let elsewhere = SetCookie { path: Some("/app".into()), ..cookie(SameSite::None, true) };
        assert_eq!(why(&elsewhere, sp, acs, "cross-site"), Some("path"));
        let host = SetCookie {
            name: "__Host-sid".into(),
            path: Some("/app".into()),
            ..cookie(SameSite::None, true)
        };
        assert_eq!(why(&host, sp, acs, "cross-site"), Some("prefix"));
    }

    #[test]
    fn the_two_minutes_of_lax_by_default() {
        let start = |second: i64| jiff::Timestamp::from_second(1_800_000_000 + second).ok();
        let setter = Exchange { started: start(0), ..exchange("https://sp.example/", "GET") };
        let due = |second| Exchange {
            started: start(second),
            fetch_site: Some("cross-site".into()),
            ..exchange("https://sp.example/acs", "POST")
        };
        assert_eq!(reason(&setter, &cookie(SameSite::Absent, true), &due(60)), Some("unknown"));
        assert_eq!(
            reason(&setter, &cookie(SameSite::Absent, true), &due(200)),
            Some("same-site-default")
        );
    }

    #[test]
    fn nothing_is_concluded_where_cookies_were_removed() {
        let setter = Exchange {
            set_cookies: Some(vec![cookie(SameSite::Strict, true)]),
            ..exchange("https://sp.example/acs", "POST")
        };
        let landing = |cookies| Exchange {
            fetch_site: Some("cross-site".into()),
            cookies,
            ..exchange("https://sp.example/", "GET")
        };
        let attempt = Attempt {
            id: "a1".into(),
            consumption: Some(0),
            exchanges: vec![0, 1],
            outcome: Outcome::Looping,
            ..Attempt::default()
        };
        let case = |cookies| Case {
            exchanges: vec![setter.clone(), landing(cookies)],
            attempts: vec![attempt.clone()],
            ..Case::default()
        };
        let lost = lost_cookies(&case(Some(Vec::new())));
        assert_eq!(lost.len(), 1);
        assert!(lost[0].decisive && lost[0].reason == "same-site-strict");
        assert!(lost_cookies(&case(None)).is_empty());
    }
}
