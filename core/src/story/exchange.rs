//! Cleaning: raw exchanges become exchanges of the Case, without any value that could be secret.

use super::{headers, onward, pages};
use crate::evidence::{Evidence, RawExchange};
use crate::http_date;
use crate::redact;
use crate::seal::Sealer;
use crate::secrets::{Known, Reach, places};
use crate::spoken::{self, Listener};
use diag_products::{Products, Proven, Signs, Where};
use diag_sdk::case::exchange::{Exchange, Page, Phrase, SameSite, SentCookie, SetCookie, Trigger};
use diag_sdk::case::judgement::Part;
use jiff::Timestamp;
use std::collections::BTreeSet;
use url::Url;

/// Most cookies and fields kept of one exchange.
const MOST: usize = 200;

/// Puts exchanges in the order of time; one without a time stays behind its neighbour.
///
/// Called before anything refers to exchanges by index.
pub fn order(evidence: &mut Evidence) {
    let mut times: Vec<Option<Timestamp>> = Vec::with_capacity(evidence.exchanges.len());
    let mut last: Option<&RawExchange> = None;
    for raw in &evidence.exchanges {
        let before = last
            .filter(|last| last.place.input == raw.place.input)
            .and_then(|_| times.last().copied().flatten());
        times.push(raw.started.or(before));
        last = Some(raw);
    }
    if times.is_sorted() {
        return;
    }
    let mut keyed: Vec<(Option<Timestamp>, RawExchange)> =
        times.into_iter().zip(std::mem::take(&mut evidence.exchanges)).collect();
    keyed.sort_by_key(|(time, _)| *time);
    evidence.exchanges = keyed.into_iter().map(|(_, raw)| raw).collect();
}

/// Cleans all exchanges, in the order of the evidence.
pub fn exchanges(
    evidence: &Evidence,
    products: &Products,
    sealer: &Sealer,
    named: &BTreeSet<&str>,
    phrases: &Known,
) -> Vec<Exchange> {
    let with_headers = |raw| Exchange {
        headers: headers::named(raw, named),
        ..clean(raw, products, sealer, phrases)
    };
    evidence.exchanges.iter().map(with_headers).collect()
}

fn clean(raw: &RawExchange, products: &Products, sealer: &Sealer, phrases: &Known) -> Exchange {
    let content_type = raw
        .response_mime
        .clone()
        .filter(|mime| !mime.is_empty())
        .or_else(|| raw.response_header("content-type").map(str::to_owned));
    let kind = raw
        .request_header("sec-fetch-dest")
        .filter(|dest| *dest != "empty")
        .map(str::to_owned)
        .or_else(|| raw.resource_type.clone())
        .or_else(|| raw.request_header("sec-fetch-dest").map(str::to_owned))
        // One of a few words, of browsers or recorders.
        .filter(|kind| {
            kind.len() <= 24
                && kind.bytes().all(|byte| byte.is_ascii_alphabetic() || b"-_".contains(&byte))
        });
    let date = raw.response_header("date").and_then(http_date::read);
    let navigation = is_navigation(raw, kind.as_deref(), content_type.as_deref());
    // Scripts, pictures and data that came as they should tell nothing of a sign-in.
    let of_interest = navigation || raw.websocket || raw.status >= 400 || raw.status == 0;
    let url = if of_interest { Url::parse(&raw.url).ok() } else { None };
    let signs = signs(raw, url.as_ref());
    let (page, proven) =
        match page(raw, (navigation, content_type.as_deref()), &signs, products, phrases) {
            Some((page, proven)) => (Some(page), proven),
            None if of_interest => (None, products.recognise(&signs)),
            None => (None, Proven::default()),
        };
    let body = page.as_ref().and(raw.response_body.as_deref()).unwrap_or_default();
    Exchange {
        content_policies: headers::content_policies(raw, body),
        frame_options: headers::frame_options(raw),
        answered_by: headers::answered_by(raw),
        headers: Vec::new(),
        server: raw.response_header("server").and_then(headers::server),
        fetch_dest: raw.request_header("sec-fetch-dest").map(str::to_ascii_lowercase),
        address_faults: headers::address_faults(&raw.url),
        place: raw.place.clone(),
        started: raw.started,
        duration_ms: raw.duration_ms,
        method: raw.method.clone(),
        url: redact::clean_url(&raw.url),
        status: raw.status,
        failure: raw.failure.as_deref().map(redact::failure),
        location: location(raw),
        page,
        phrases: if of_interest {
            outside_the_page(raw, url.as_ref(), products, &proven)
        } else {
            Vec::new()
        },
        products: products.vendors(&proven),
        content_type: content_type.as_deref().and_then(headers::media_type),
        request_content_type: raw
            .request_mime
            .as_deref()
            .or_else(|| raw.request_header("content-type"))
            .and_then(headers::media_type),
        request_bytes: raw.request_bytes,
        date,
        origin: raw.request_header("origin").map(redact::clean_url),
        referer: raw.request_header("referer").map(redact::clean_url),
        fetch_site: raw.request_header("sec-fetch-site").map(str::to_owned),
        kind,
        navigation,
        websocket: raw.websocket,
        cookies: raw.cookies.as_ref().map(|cookies| {
            cookies
                .iter()
                .take(MOST)
                .map(|(name, value)| SentCookie { name: name.clone(), value: sealer.seal(value) })
                .collect()
        }),
        set_cookies: set_cookies(raw, date, sealer),
        form_fields: raw
            .form
            .iter()
            .take(MOST)
            .map(|field| field.name.chars().take(80).collect())
            .collect(),
        correlation: headers::correlation(raw),
        ..Exchange::default()
    }
}

/// `Location` made absolute. Some recorders copy a redirect's headers onto the answer that follows
/// it, so only redirects (and answers that were never recorded) have one.
fn location(raw: &RawExchange) -> Option<String> {
    let location = raw.location.as_deref().filter(|location| !location.is_empty())?;
    if raw.status != 0 && !(300..400).contains(&raw.status) && raw.status != 201 {
        return None;
    }
    let absolute = Url::parse(&raw.url).ok().and_then(|base| base.join(location).ok());
    Some(match absolute {
        // An URL keeps its spelling (explicit port, letter case) where it was absolute already.
        Some(url) if !location.contains("://") => redact::clean_url(url.as_str()),
        _ => redact::clean_url(location),
    })
}

fn is_navigation(raw: &RawExchange, kind: Option<&str>, content_type: Option<&str>) -> bool {
    if raw.websocket || raw.method == "OPTIONS" {
        return false;
    }
    let mode = raw.request_header("sec-fetch-mode");
    match kind.map(str::to_ascii_lowercase).as_deref() {
        Some(
            "document" | "iframe" | "frame" | "navigation" | "main_frame" | "sub_frame"
            | "subdocument" | "embed" | "object",
        ) => {
            return true;
        }
        Some("other" | "") | None => {}
        Some(_) => return false,
    }
    if let Some(mode) = mode {
        return mode == "navigate";
    }
    if raw.request_header("x-requested-with").is_some() {
        return false;
    }
    let carries_message =
        raw.form.iter().any(|field| matches!(field.name.as_str(), "SAMLRequest" | "SAMLResponse"))
            || raw.url.contains("SAMLRequest=")
            || raw.url.contains("SAMLResponse=");
    if carries_message || raw.request_header("upgrade-insecure-requests").is_some() {
        return true;
    }
    match raw.request_header("accept") {
        Some(accept) => accept.trim_start().starts_with("text/html"),
        // Nothing tells (a sketch, a recorder that keeps few headers): whatever is no file of a page.
        // 204 leaves the page where it was.
        None if is_file(&raw.url) || raw.status == 204 => false,
        None => {
            is_html(content_type)
                || content_type.is_none()
                || ((300..400).contains(&raw.status) && raw.location.is_some())
        }
    }
}

/// The path ends like a script, style sheet, image or font.
fn is_file(url: &str) -> bool {
    const FILES: &[&str] = &[
        "js", "mjs", "css", "map", "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "woff",
        "woff2", "ttf", "json", "xml", "wasm",
    ];
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'))
        .is_some_and(|(_, extension)| FILES.contains(&extension.to_ascii_lowercase().as_str()))
}

fn is_html(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|content_type| {
        let content_type = content_type.to_ascii_lowercase();
        content_type.starts_with("text/html") || content_type.starts_with("application/xhtml")
    })
}

/// Reads the body where a person saw it, or where it says why a request failed.
fn page(
    raw: &RawExchange,
    (navigation, content_type): (bool, Option<&str>),
    signs: &Signs<'_>,
    products: &Products,
    phrases: &Known,
) -> Option<(Page, Proven)> {
    let body = raw.response_body.as_deref().filter(|body| !body.trim().is_empty())?;
    let without = phrases.blotted(body, Reach::Prose);
    let body = without.as_deref().unwrap_or(body);
    if (300..400).contains(&raw.status) {
        return None;
    }
    let html = is_html(content_type) || {
        let start = body.trim_start().get(..9).unwrap_or_default().to_ascii_lowercase();
        start.starts_with("<!doctype") || start.starts_with("<html")
    };
    let scripted = content_type.is_some_and(|mime| {
        mime.contains("javascript") || mime.contains("css") || mime.starts_with("image/")
    });
    if scripted || !(navigation || raw.status >= 400) {
        return None;
    }
    let answer = pages::Body {
        text: body,
        status: raw.status,
        is_html: html,
        signs: signs.clone(),
        typed: typed(raw),
    };
    let (mut page, proven) = pages::read(&answer, products);
    // Whatever the words: the field just filled in is asked for once more.
    page.credentials_rejected |= raw.method == "POST"
        && raw.status < 400
        && page.login_form
        && pages::password_fields(body)
            .iter()
            .any(|asked| raw.form.iter().any(|sent| sent.name == *asked));
    page.onward = onward::ways(body, &raw.url);
    page.goes_on |=
        page.onward.iter().any(|way| way.by == Trigger::InlineScript && way.method == "GET");
    Some((page, proven))
}

/// What an answer shows of itself beside its page.
fn signs<'r>(raw: &'r RawExchange, url: Option<&'r Url>) -> Signs<'r> {
    Signs {
        host: url.and_then(Url::host_str).unwrap_or_default(),
        path: url.map_or("", Url::path),
        port: url.and_then(Url::port),
        headers: &raw.response_headers,
        cookies: raw
            .response_headers_named("set-cookie")
            .filter_map(|header| Some(header.split_once('=')?.0.trim()))
            .chain(raw.cookies.iter().flatten().map(|(name, _)| name.as_str()))
            .take(MOST)
            .collect(),
        ..Signs::default()
    }
}

/// Known texts in the address, and in the browser's reason why there was no answer.
fn outside_the_page(
    raw: &RawExchange,
    url: Option<&Url>,
    products: &Products,
    proven: &Proven,
) -> Vec<Phrase> {
    let mut phrases = url.map(|url| in_address(url, products, proven)).unwrap_or_default();
    // What a redirect is made to say counts as the address it leads to, recorded or not.
    let led_to =
        url.zip(raw.location.as_deref()).and_then(|(base, location)| base.join(location).ok());
    for stated in url.into_iter().chain(&led_to).flat_map(spoken::address_reasons) {
        if !phrases.iter().any(|known| known.meaning == stated.meaning) {
            phrases.push(stated);
        }
    }
    for sentence in in_cookies(raw) {
        let listener = Listener { products, proven: proven.clone() };
        let found = listener.sentences(&sentence, Where::Page);
        let known = found.iter().map(|found| spoken::phrase(found, &sentence, Part::Address));
        let stated: Vec<Phrase> = known.collect();
        let read = spoken::reason(&sentence, Part::Address).filter(|_| stated.is_empty());
        phrases.extend(stated.into_iter().chain(read));
    }
    if let Some(failure) = raw.failure.as_deref().filter(|_| raw.status == 0) {
        let found = Listener::to_anyone(products).sentences(failure, Where::Browser);
        phrases.extend(found.iter().map(|found| spoken::phrase(found, failure, Part::Browser)));
    }
    phrases
}

/// Sentences in cookies that hand a reason on to the page that comes next.
fn in_cookies(raw: &RawExchange) -> Vec<String> {
    raw.response_headers_named("set-cookie")
        .take(MOST)
        .filter_map(|header| header.split(';').next()?.split_once('='))
        .filter_map(|(name, value)| places::reason_in_cookie(name, value))
        .collect()
}

/// Known texts in path, query and fragment of an address, decoded.
fn in_address(url: &Url, products: &Products, proven: &Proven) -> Vec<Phrase> {
    if url.query().is_none() && url.fragment().is_none() && url.path().len() < 2 {
        return Vec::new();
    }
    let address = pages::address_words(url.as_str());
    let listener = Listener { products, proven: proven.clone() };
    let found = listener.sentences(&address, Where::Address);
    found.iter().map(|found| spoken::phrase(found, &address, Part::Address)).collect()
}

/// Parameters in which people search, and the fields of forms they fill in: a page may repeat what stands there.
fn typed(raw: &RawExchange) -> Vec<String> {
    const SEARCHED: &[&str] = &[
        "q",
        "query",
        "search",
        "s",
        "keyword",
        "keywords",
        "term",
        "text",
        "filter",
        "title",
        "subject",
        "comment",
        "suche",
        "recherche",
        "buscar",
    ];
    const SHORTEST: usize = 6;
    let query = Url::parse(&raw.url).ok();
    let searched = query
        .iter()
        .flat_map(Url::query_pairs)
        .filter(|(name, _)| SEARCHED.contains(&name.to_lowercase().as_str()));
    let posted = raw
        .form
        .iter()
        .filter(|field| !field.name.starts_with("SAML") && field.name != "RelayState");
    let mut typed: Vec<String> = searched
        .map(|(_, value)| value.into_owned())
        .chain(posted.map(|field| field.value.clone()))
        .collect();
    typed.retain(|value| (SHORTEST..=2_000).contains(&value.len()));
    typed.truncate(MOST);
    typed
}

fn set_cookies(
    raw: &RawExchange,
    date: Option<Timestamp>,
    sealer: &Sealer,
) -> Option<Vec<SetCookie>> {
    let now = date.or(raw.started);
    let set: Vec<SetCookie> = raw
        .response_headers_named("set-cookie")
        .take(MOST)
        .filter_map(|header| set_cookie(header, now, sealer))
        .collect();
    // Where the capture hides the cookies that were sent, it hides those that were set.
    if set.is_empty() && raw.cookies.is_none() { None } else { Some(set) }
}

/// A `Set-Cookie` header (RFC 6265bis §5.6).
fn set_cookie(header: &str, now: Option<Timestamp>, sealer: &Sealer) -> Option<SetCookie> {
    let mut parts = header.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let mut cookie = SetCookie {
        name: name.to_owned(),
        value: sealer.seal(value),
        removes: value.is_empty(),
        ..SetCookie::default()
    };
    let mut max_age = None;
    for part in parts {
        let (attribute, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match attribute.trim().to_ascii_lowercase().as_str() {
            "domain" if !value.is_empty() => cookie.domain = Some(value.to_owned()),
            "path" if value.starts_with('/') => cookie.path = Some(value.to_owned()),
            "secure" => cookie.secure = true,
            "httponly" => cookie.http_only = true,
            "partitioned" => cookie.partitioned = true,
            "samesite" => {
                cookie.same_site = match value.to_ascii_lowercase().as_str() {
                    "none" => SameSite::None,
                    "lax" => SameSite::Lax,
                    "strict" => SameSite::Strict,
                    _ => SameSite::Absent,
                }
            }
            "max-age" => max_age = value.parse::<i64>().ok(),
            "expires" => {
                let expires = http_date::read(value);
                cookie.removes |= max_age.is_none()
                    && expires.is_some_and(|expires| {
                        now.map_or(expires.as_second() < 100_000_000, |now| expires <= now)
                    });
            }
            _ => {}
        }
    }
    if let Some(seconds) = max_age {
        cookie.removes = value.is_empty() || seconds <= 0;
    }
    Some(cookie)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Place;

    fn at(seconds: i64, input: &str, entry: usize) -> RawExchange {
        RawExchange {
            started: Timestamp::from_second(seconds).ok(),
            place: Place { input: input.to_owned(), entry: Some(entry), ..Place::default() },
            ..RawExchange::default()
        }
    }

    #[test]
    fn a_passphrase_is_gone_before_a_page_is_read() {
        let products = Products::builtin();
        let typed = crate::secrets::Met {
            value: "kiosk saffron velvet".to_owned(),
            standing: places::Standing::Typed,
            posted: true,
        };
        let raw = RawExchange {
            status: 403,
            response_mime: Some("text/html".to_owned()),
            response_body: Some(
                "<h1>Login failed</h1><p>The password kiosk saffron velvet is wrong</p>".to_owned(),
            ),
            ..at(0, "i1", 0)
        };
        let clean = clean(&raw, &products, &Sealer::new("x"), &Known::from_met(&[typed]));
        let text = clean.page.map(|page| page.text).unwrap_or_default();
        assert!(text.contains("is wrong") && !text.contains("saffron"), "{text}");
    }

    #[test]
    fn time_orders_and_neighbours_stay_together() {
        let mut evidence = Evidence {
            exchanges: vec![at(30, "i1", 0), at(10, "i1", 1), at(0, "i1", 2), at(20, "i2", 3)],
            ..Evidence::default()
        };
        evidence.exchanges[2].started = None;
        order(&mut evidence);
        let entries: Vec<_> = evidence.exchanges.iter().map(|raw| raw.place.entry).collect();
        assert_eq!(entries, [Some(1), Some(2), Some(3), Some(0)]);
    }

    #[test]
    fn cookies_are_read_and_sealed() {
        let sealer = Sealer::new("x");
        let now = Timestamp::from_second(1_795_492_800).ok();
        let cookie = |header: &str| set_cookie(header, now, &sealer).unwrap_or_default();
        let mellon = cookie(
            "mellon-cookie=cookietest; Version=1; Path=/; Domain=app.contoso.example; HttpOnly; secure; SameSite=None",
        );
        assert!(
            mellon.secure
                && mellon.http_only
                && !mellon.removes
                && mellon.same_site == SameSite::None
        );
        assert_eq!(
            (mellon.domain.as_deref(), mellon.path.as_deref()),
            (Some("app.contoso.example"), Some("/"))
        );
        assert!(!format!("{mellon:?}").contains("cookietest"));
        assert!(cookie("a=b; Max-Age=0").removes && cookie("a=; Path=/").removes);
        assert!(cookie("a=NULL; expires=Thu, 01-Jan-1970 00:00:00 GMT").removes);
        assert!(!cookie("a=b; expires=Thu, 24 Dec 2027 03:49:24 GMT").removes);
        assert!(!cookie("a=b; Max-Age=60; expires=Thu, 01-Jan-1970 00:00:00 GMT").removes);
        assert_eq!(cookie("a=b; SameSite=odd").same_site, SameSite::Absent);
        assert!(set_cookie("no-equals", now, &sealer).is_none());
    }

    #[test]
    fn locations_are_absolute_and_clean() {
        let raw = |url: &str, status, location: &str| RawExchange {
            url: url.to_owned(),
            status,
            location: Some(location.to_owned()),
            ..RawExchange::default()
        };
        assert_eq!(
            location(&raw("https://a.example/x/y?t=1", 302, "/hub")).as_deref(),
            Some("https://a.example/hub")
        );
        assert_eq!(
            location(&raw("https://a.example/x/", 302, "%2Fhub")).as_deref(),
            Some("https://a.example/x/%2Fhub")
        );
        assert_eq!(
            location(&raw("https://a.example/", 302, "https://b.example:443/acs?SAMLResponse=abc"))
                .as_deref(),
            Some("https://b.example:443/acs?SAMLResponse=…")
        );
        assert_eq!(location(&raw("https://a.example/", 200, "/hub")), None);
    }

    #[test]
    fn scripts_and_favicons_are_no_navigation() {
        let raw = |kind: Option<&str>| RawExchange {
            resource_type: kind.map(str::to_owned),
            status: 200,
            ..RawExchange::default()
        };
        assert!(is_navigation(&raw(Some("document")), Some("document"), None));
        assert!(!is_navigation(&raw(Some("script")), Some("script"), Some("text/html")));
        assert!(is_navigation(&raw(None), None, Some("text/html; charset=utf-8")));
        assert!(!is_navigation(&raw(None), None, Some("image/png")));
        assert!(is_navigation(&raw(None), None, None));
        let favicon =
            RawExchange { url: "https://sp.example/favicon.ico?v=1".to_owned(), ..raw(None) };
        assert!(!is_navigation(&favicon, None, None));
    }
}
