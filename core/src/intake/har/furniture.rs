//! What a page is furnished with: scripts, styles, pictures, and the data that its scripts fetch. Told apart at a glance.

use super::entry::Glance;
use super::exchange::status;
use super::lenient::{Pairs, Text};
use super::signs;
use crate::evidence::RawExchange;
use crate::intake::time;
use diag_sdk::Place;
use memchr::memmem::Finder;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Background requests of one host that are read in full after each sign of a sign-in: enough to see whether a session
/// works and which cookies go along.
const BACKGROUND: u32 = 16;
/// Hosts of which background requests are counted.
const HOSTS: usize = 1_000;

/// Counts the background requests of a capture by host.
#[derive(Debug, Default)]
pub(super) struct Background {
    seen: HashMap<String, u32>,
}

impl Background {
    /// Something happened that may belong to a sign-in: what follows is looked at anew.
    pub(super) fn anew(&mut self) {
        self.seen.clear();
    }

    /// Enough of that host was read in full.
    fn enough(&mut self, url: &str) -> bool {
        let host = url.split('/').nth(2).unwrap_or_default();
        if let Some(seen) = self.seen.get_mut(host) {
            *seen += 1;
            return *seen > BACKGROUND;
        }
        if self.seen.len() < HOSTS {
            self.seen.insert(host.to_owned(), 1);
        }
        false
    }
}

/// Page furniture: a script, style, image, font or film that was fetched as it should be and set no
/// cookie. Of these a capture has thousands and a story needs none, so they become light exchanges
/// without headers. So do data that scripts fetch over and over, after the first of each host, and furniture that sets
/// cookies over and over: of these the cookies stay. Everything else, and everything odd, is read in full.
pub(super) fn at_a_glance<'l>(
    slim: &[u8],
    entry: &[u8],
    lists: impl Iterator<Item = &'l [u8]> + Clone,
    place: &Place,
    background: &mut Background,
) -> Option<RawExchange> {
    let glance: Glance<'_> = serde_json::from_str(std::str::from_utf8(slim).ok()?).ok()?;
    let mime = glance.response.content.mime.short()?;
    let kind = glance.resource_type.short();
    let status = status(glance.response.status);
    let plain = glance.request.method.short() == Some("GET")
        && matches!(status, 200 | 203 | 204 | 206 | 304);
    let url = glance
        .request
        .url
        .short()
        .filter(|url| plain && url.starts_with("http") && !url.contains("SAML"))?;
    let asset = is_asset(mime)
        && kind.is_none_or(|kind| {
            matches!(kind, "script" | "stylesheet" | "image" | "font" | "media" | "other")
        });
    let fetched =
        !asset && is_data(mime) && kind.is_some_and(|kind| matches!(kind, "xhr" | "fetch"));
    if !asset && !fetched {
        return None;
    }
    let sets = lists.clone().any(sets_a_cookie);
    if (fetched || sets) && (!background.enough(url) || signs::belongs(entry)) {
        return None;
    }
    let response_headers = if sets { cookies_set(lists)? } else { Vec::new() };
    Some(RawExchange {
        place: place.clone(),
        started: glance.started.short().and_then(time::lenient),
        duration_ms: glance.time.0.filter(|time| *time >= 0.0),
        method: "GET".to_owned(),
        url: url.to_owned(),
        status,
        response_mime: Some(mime.to_owned()),
        resource_type: kind.map(ToOwned::to_owned),
        response_headers,
        ..RawExchange::default()
    })
}

/// The `Set-Cookie` headers of lists of headers; `None` where one is long or may hold several.
fn cookies_set<'l>(lists: impl Iterator<Item = &'l [u8]>) -> Option<Vec<(String, String)>> {
    let mut set = Vec::new();
    for list in lists.filter(|list| sets_a_cookie(list)) {
        let Pairs(pairs) = serde_json::from_slice(list).ok()?;
        for (name, value) in pairs {
            if !name.short().is_some_and(|name| name.eq_ignore_ascii_case("set-cookie")) {
                continue;
            }
            let Text::Here(value) = value else { return None };
            let dates = value.to_ascii_lowercase().matches("expires=").count();
            if value.contains('\n') || value.matches(',').count() > dates {
                return None;
            }
            set.push(("set-cookie".to_owned(), value.into_owned()));
        }
    }
    Some(set)
}

/// Whether a list of headers names `Set-Cookie`, in any of the ways it is written.
fn sets_a_cookie(list: &[u8]) -> bool {
    static ENDS: LazyLock<[Finder<'static>; 2]> =
        LazyLock::new(|| ["ookie\"", "OOKIE\""].map(Finder::new));
    let named = |end: usize| {
        let before = list.get(..end).unwrap_or_default();
        [b"et-c", b"et-C", b"ET-C"].iter().any(|name| before.ends_with(*name))
    };
    list.len() > 20 && ENDS.iter().any(|end| end.find_iter(list).any(named))
}

/// Data, as scripts fetch it.
fn is_data(mime: &str) -> bool {
    let mime = mime.split(';').next().unwrap_or_default().trim();
    mime.eq_ignore_ascii_case("application/json")
        || mime.eq_ignore_ascii_case("text/plain")
        || mime.ends_with("+json")
}

/// Scripts, styles, images, fonts and films: types that never carry a page or message.
fn is_asset(mime: &str) -> bool {
    let mime = mime.split(';').next().unwrap_or_default().trim();
    let known = [
        "text/javascript",
        "application/javascript",
        "application/x-javascript",
        "text/css",
        "application/wasm",
        "application/font-woff",
    ];
    known.iter().any(|known| mime.eq_ignore_ascii_case(known))
        || mime.split_once('/').is_some_and(|(sort, _)| {
            ["image", "font", "audio", "video"].iter().any(|known| sort.eq_ignore_ascii_case(known))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn furniture_is_read_lightly_and_nothing_else_is() {
        let entry = |method: &str, status: u16, mime: &str, header: &str, url: &str| {
            let json = serde_json::json!({"startedDateTime":"2026-11-24T10:00:00Z","request":{"method":method,"url":url,"headers":[]},
                "response":{"status":status,"headers":[{"name":header,"value":"x"}],"content":{"mimeType":mime}}});
            let bytes = json.to_string().into_bytes();
            at_a_glance(
                &bytes,
                &bytes,
                std::iter::once(bytes.as_slice()),
                &Place::default(),
                &mut Background::default(),
            )
        };
        let light = entry(
            "GET",
            200,
            "application/javascript; charset=utf-8",
            "Age",
            "https://a.example/x.js",
        )
        .unwrap();
        assert_eq!((light.status, light.cookies, light.started.is_some()), (200, None, true));
        assert!(entry("GET", 304, "image/png", "Age", "https://a.example/x.png").is_some());
        assert!(entry("POST", 200, "image/png", "Age", "https://a.example/").is_none());
        assert!(entry("GET", 404, "image/png", "Age", "https://a.example/").is_none());
        assert!(entry("GET", 302, "image/png", "Age", "https://a.example/").is_none());
        assert!(entry("GET", 200, "text/html", "Age", "https://a.example/").is_none());
        assert!(entry("GET", 200, "", "Age", "https://a.example/").is_none());
        assert!(entry("GET", 200, "image/png", "Set-Cookie", "https://a.example/").is_none());
        assert!(
            entry("GET", 200, "image/png", "Age", "https://a.example/?SAMLRequest=x").is_none()
        );
        assert!(entry("GET", 200, "image/png", "Age", "wss://a.example/").is_none());
    }

    #[test]
    fn of_furniture_that_sets_cookies_over_and_over_the_cookies_stay() {
        let mut background = Background::default();
        let mut light = |cookie: &str| {
            let json = serde_json::json!({"request":{"method":"GET","url":"https://a.example/x.js"},
                "response":{"status":200,"headers":[{"name":"Age","value":"1"},{"name":"Set-Cookie","value":cookie}],"content":{"mimeType":"text/css"}}});
            let bytes = json.to_string().into_bytes();
            let list = json["response"]["headers"].to_string().into_bytes();
            at_a_glance(
                &bytes,
                &bytes,
                std::iter::once(list.as_slice()),
                &Place::default(),
                &mut background,
            )
        };
        let dated = "a=1; Expires=Tue, 24 Nov 2026 10:00:00 GMT; Path=/";
        assert_eq!((0..100).filter(|_| light(dated).is_some()).count(), 100 - BACKGROUND as usize);
        assert_eq!(
            light(dated).unwrap().response_headers,
            [("set-cookie".to_owned(), dated.to_owned())]
        );
        assert!(light("a=1, b=2").is_none() && light("a=1\nb=2").is_none());
    }

    #[test]
    fn data_is_read_in_full_until_enough_of_its_host_was() {
        let mut background = Background::default();
        let mut light = |body: &str, status: u16| {
            let json = serde_json::json!({"startedDateTime":"2026-11-24T10:00:00Z","_resourceType":"xhr","request":{"method":"GET","url":"https://a.example/api","headers":[]},
                "response":{"status":status,"headers":[],"content":{"mimeType":"application/json","text":body}}});
            let bytes = json.to_string().into_bytes();
            at_a_glance(&bytes, &bytes, std::iter::empty(), &Place::default(), &mut background)
                .is_some()
        };
        assert_eq!((0..100).filter(|_| light("{}", 200)).count(), 100 - BACKGROUND as usize);
        assert!(!light("{\"code\":\"AADSTS50011\"}", 200));
        assert!(!light("{}", 401));
        background.anew();
        let json = br#"{"_resourceType":"xhr","request":{"method":"GET","url":"https://a.example/"},"response":{"status":200,"content":{"mimeType":"application/json"}}}"#;
        assert!(
            at_a_glance(json, json, std::iter::empty(), &Place::default(), &mut background)
                .is_none()
        );
    }
}
