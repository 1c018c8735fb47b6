//! One entry turned into an exchange: producers' habits end here.

use super::cookies::{cookies, set_cookie, split_joined};
use super::entry::{Content, Entry, PostData, Request, Response};
use super::lenient::{Number, Pairs, Text};
use super::nearby::Nearby;
use super::signs;
use super::slim::{self, Long};
use crate::bounds::{Bounds, Gauge};
use crate::evidence::{FormField, RawExchange};
use crate::intake::{form, time};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use diag_sdk::Place;
use encoding_rs::Encoding;
use std::borrow::Cow;

/// JSON and plain text are kept up to this size: error answers are short.
const MAX_PLAIN_BODY: usize = 64 << 10;

/// Base64 as exporters write it, padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What is known about the capture an entry stands in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Habits {
    /// Values of `params` are as sent, not decoded.
    pub(super) params_as_sent: bool,
    /// Several `Set-Cookie` are joined with commas, as WebKit does.
    pub(super) joins_with_commas: bool,
}

/// Converts entries of one capture.
pub(super) struct Converter<'a> {
    pub(super) bounds: &'a Bounds,
    pub(super) habits: Habits,
    /// Bytes of bodies that may still be kept without a sign that they matter.
    pub(super) budget: usize,
    /// Which pages without such a sign are near a sign-in.
    pub(super) nearby: Nearby,
    /// The page of the exchange just made, where it is not near one yet.
    pub(super) put_off: Option<Vec<u8>>,
    /// Fields of one form that are read.
    pub(super) fields: Gauge,
    /// A page was larger than is looked at.
    pub(super) large: bool,
    /// A page was not looked at because of those before it.
    pub(super) spent: bool,
    /// A form or message that was sent was larger than is read.
    pub(super) sent: bool,
}

impl Converter<'_> {
    pub(super) fn exchange(
        &mut self,
        entry: &Entry<'_>,
        long: Long<'_>,
        place: Place,
    ) -> RawExchange {
        let request = &entry.request;
        let response = &entry.response;
        let request_headers = headers(&request.headers, long);
        let mut response_headers = self.response_headers(response, long);
        let url = long.owned(&request.url);
        let status = status(response.status);
        let resource_type = long
            .text(&entry.resource_type)
            .or_else(|| {
                find(&request_headers, "sec-fetch-dest").map(|dest| Cow::Owned(dest.to_owned()))
            })
            .filter(|kind| !kind.is_empty())
            .map(Cow::into_owned);
        let response_mime = find(&response_headers, "content-type")
            .map(ToOwned::to_owned)
            .or_else(|| long.text(&response.content.mime).map(Cow::into_owned))
            .filter(|mime| !mime.is_empty());
        let location = find(&response_headers, "location")
            .map(ToOwned::to_owned)
            .or_else(|| long.text(&response.redirect_url).map(Cow::into_owned))
            .filter(|location| !location.is_empty());
        let cookies = cookies(&request_headers, &request.cookies.0, long);
        if find(&response_headers, "set-cookie").is_none() {
            response_headers
                .extend(response.cookies.0.iter().filter_map(|cookie| set_cookie(cookie, long)));
        }
        let content_type = find(&request_headers, "content-type").map(ToOwned::to_owned);
        let post = Post::read(&request.post, content_type, self, long);
        let websocket = resource_type.as_deref() == Some("websocket")
            || entry.messages.0
            || url.get(..5).is_some_and(|scheme| {
                scheme.eq_ignore_ascii_case("ws://") || scheme.eq_ignore_ascii_case("wss:/")
            })
            || url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("wss://"))
            || (status == 101
                && find(&response_headers, "upgrade")
                    .is_some_and(|to| to.eq_ignore_ascii_case("websocket")));
        if !post.form.is_empty() || matches!(status, 300..=399 | 401) || url.contains("SAML") {
            self.nearby.anew();
        }
        RawExchange {
            place,
            started: long.text(&entry.started).and_then(|started| time::lenient(&started)),
            duration_ms: entry.time.0.filter(|time| *time >= 0.0),
            method: long.owned(&request.method).trim().to_ascii_uppercase(),
            request_bytes: request_bytes(request, &request_headers, post.body.as_deref()),
            request_body: post.body,
            form: post.form,
            request_mime: post.mime,
            cookies: Some(cookies),
            status,
            status_text: long.owned(&response.status_text),
            location,
            response_body: self.body(
                &response.content,
                response_mime.as_deref().unwrap_or_default(),
                status,
                long,
            ),
            response_mime,
            failure: failure(entry, status, long),
            resource_type,
            websocket,
            url,
            request_headers,
            response_headers,
        }
    }

    fn response_headers(&self, response: &Response<'_>, long: Long<'_>) -> Vec<(String, String)> {
        let listed = headers(&response.headers, long);
        if !listed.iter().any(|(name, value)| {
            name == "set-cookie" && (value.contains('\n') || self.habits.joins_with_commas)
        }) {
            return listed;
        }
        let mut split = Vec::with_capacity(listed.len() + 4);
        for (name, value) in listed {
            if name != "set-cookie" {
                split.push((name, value));
                continue;
            }
            for line in value.split('\n').map(str::trim).filter(|line| !line.is_empty()) {
                if self.habits.joins_with_commas {
                    split.extend(
                        split_joined(line)
                            .into_iter()
                            .map(|cookie| (name.clone(), cookie.to_owned())),
                    );
                } else {
                    split.push((name.clone(), line.to_owned()));
                }
            }
        }
        split
    }

    /// The body where it is text that could be a page or message of a sign-in, or an error's explanation.
    fn body(
        &mut self,
        content: &Content<'_>,
        mime: &str,
        status: u16,
        long: Long<'_>,
    ) -> Option<String> {
        let base64 = content
            .encoding
            .short()
            .is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
        let raw = raw(&content.text, long)?;
        let size = if base64 { raw.len() / 4 * 3 } else { raw.len() };
        let sort = sort_of(mime);
        let telling = !base64 && sort != Sort::Asset && signs::tells(raw);
        let read = is_kept(sort, status, size, (base64, telling), self.bounds);
        self.large |= !read && sort == Sort::Page;
        if !read || raw.is_empty() {
            return None;
        }
        // What base64 says is only seen once it is decoded.
        if let Text::Long(_) = &content.text
            && sort == Sort::Page
            && !telling
            && !base64
            && matches!(status, 200..=299)
            && !self.nearby.takes(size, self.bounds.pages)
        {
            self.put_off = Some(raw.to_owned());
            return None;
        }
        if !telling && size > self.budget {
            self.spent = true;
            return None;
        }
        let body = long.text(&content.text)?;
        let body = if base64 { decode_base64(&body, charset(mime))? } else { body.into_owned() };
        if sort == Sort::Plain
            && base64
            && status < 400
            && !["SAML", "saml", "AADSTS"].iter().any(|sign| body.contains(sign))
        {
            return None;
        }
        if !telling {
            self.budget -= size.min(self.budget);
        }
        Some(body)
    }
}

impl Converter<'_> {
    /// A page that was put off, now that a sign-in followed.
    pub(super) fn read_after_all(&mut self, raw: &[u8]) -> Option<String> {
        if raw.len() > self.budget {
            self.spent = true;
            return None;
        }
        self.budget -= raw.len();
        slim::decoded(raw)
    }
}

/// Whether a body is read at all, by what is known without its budget: the one rule for reading and for leaving out.
pub(crate) fn is_read(mime: &str, status: u16, raw: &[u8], base64: bool, bounds: &Bounds) -> bool {
    let size = if base64 { raw.len() / 4 * 3 } else { raw.len() };
    let sort = sort_of(mime);
    // A quoted base64 text can only be looked into once it is decoded.
    let telling = !base64 && sort == Sort::Plain && signs::tells(raw);
    is_kept(sort, status, size, (base64, telling), bounds)
}

fn is_kept(
    sort: Sort,
    status: u16,
    size: usize,
    (base64, telling): (bool, bool),
    bounds: &Bounds,
) -> bool {
    let body = Bounds::size(bounds.body);
    match sort {
        Sort::Page => size <= body,
        Sort::Plain => {
            size <= MAX_PLAIN_BODY && (status >= 400 || telling || base64)
                || telling && size <= body / 4
        }
        Sort::Asset => false,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Page,
    Plain,
    Asset,
}

fn sort_of(mime: &str) -> Sort {
    let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if mime.contains("svg") {
        Sort::Asset
    } else if mime.contains("html")
        || mime.ends_with("xml")
        || mime.contains("soap")
        || mime.contains("saml")
    {
        Sort::Page
    } else if mime.is_empty()
        || mime == "x-unknown"
        || mime.contains("json")
        || mime == "text/plain"
    {
        Sort::Plain
    } else {
        Sort::Asset
    }
}

/// The character set a content type names.
fn charset(mime: &str) -> Option<&'static Encoding> {
    let (_, label) = mime.split_once("charset=")?;
    Encoding::for_label(label.split(';').next()?.trim().trim_matches('"').as_bytes())
}

fn decode_base64(text: &str, charset: Option<&'static Encoding>) -> Option<String> {
    let compact: Cow<'_, str> = if text.contains(|c: char| c.is_ascii_whitespace()) {
        Cow::Owned(text.split_ascii_whitespace().collect())
    } else {
        Cow::Borrowed(text)
    };
    let bytes = BASE64.decode(compact.as_bytes()).ok()?;
    Some(match charset {
        Some(charset) => charset.decode(&bytes).0.into_owned(),
        None => crate::intake::encoding::text(&bytes).into_owned(),
    })
}

/// A request's body and form.
struct Post {
    body: Option<String>,
    form: Vec<FormField>,
    mime: Option<String>,
}

impl Post {
    fn read(
        post: &PostData<'_>,
        content_type: Option<String>,
        converter: &mut Converter<'_>,
        long: Long<'_>,
    ) -> Self {
        let mime = content_type
            .or_else(|| long.text(&post.mime).map(Cow::into_owned))
            .filter(|mime| !mime.is_empty());
        let params: Vec<(Cow<'_, str>, Cow<'_, str>)> = post
            .params
            .0
            .iter()
            .map(|(name, value)| {
                (long.text(name).unwrap_or_default(), long.text(value).unwrap_or_default())
            })
            .collect();
        let lower = mime.as_deref().unwrap_or_default().to_ascii_lowercase();
        let urlencoded = lower.starts_with("application/x-www-form-urlencoded");
        let most = Bounds::size(converter.bounds.posted);
        let too_long = raw(&post.text, long).is_some_and(|raw| raw.len() > most);
        // What else is as large is an upload, of which nobody expects a sign-in.
        converter.sent |= too_long && (urlencoded || lower.contains("xml") || lower.is_empty());
        let Converter { habits, fields, .. } = &*converter;
        let body =
            if too_long { None } else { long.text(&post.text).filter(|body| !body.is_empty()) };
        let encoded =
            post.encoding.short().is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
        let body = body.and_then(|body| {
            if encoded {
                decode_base64(&body, mime.as_deref().and_then(charset))
            } else {
                Some(body.into_owned())
            }
        });
        let mut form = match body.as_deref().map(form::without_upload_headers) {
            Some(body) if urlencoded || lower.is_empty() && names_a_message(body) => {
                form::from_text(body, &params, fields)
            }
            Some(body) if lower.starts_with("multipart/form-data") => {
                form::from_multipart(body, mime.as_deref().unwrap_or_default(), fields)
            }
            _ => Vec::new(),
        };
        if form.is_empty() {
            form = form::from_params(&params, habits.params_as_sent && urlencoded, fields);
        }
        form.retain(|field| !field.name.trim().is_empty());
        Self { body, form, mime }
    }
}

/// A text as it is written in the capture.
fn raw<'t>(text: &'t Text<'_>, long: Long<'t>) -> Option<&'t [u8]> {
    match text {
        Text::Absent => None,
        Text::Here(text) => Some(text.as_bytes()),
        Text::Long(number) => Some(long.raw(*number)),
    }
}

fn names_a_message(body: &str) -> bool {
    ["SAMLResponse=", "SAMLRequest=", "&SAMLResponse=", "&SAMLRequest="]
        .iter()
        .any(|name| body.contains(name))
}

fn request_bytes(
    request: &Request<'_>,
    headers: &[(String, String)],
    body: Option<&str>,
) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a size just before"
    )]
    let stated =
        request.body_size.0.filter(|size| *size >= 1.0 && *size < 1e15).map(|size| size as u64);
    stated
        .or_else(|| find(headers, "content-length").and_then(|length| length.trim().parse().ok()))
        .or_else(|| body.map(|body| body.len() as u64))
}

pub(super) fn status(number: Number) -> u16 {
    let Some(status) = number.0.filter(|status| (0.0..1000.0).contains(status)) else { return 0 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be in range just before"
    )]
    let status = status as u16;
    status
}

fn failure(entry: &Entry<'_>, status: u16, long: Long<'_>) -> Option<String> {
    let stated =
        [&entry.response.error, &entry.response.failure, &entry.request.failure, &entry.error]
            .into_iter()
            .filter_map(|reason| long.text(reason))
            .map(|reason| reason.trim().chars().take(300).collect::<String>())
            .find(|reason| !reason.is_empty());
    // Some exporters put the reason where the status text would stand.
    stated.or_else(|| {
        (status == 0)
            .then(|| long.text(&entry.response.status_text))
            .flatten()
            .filter(|reason| reason.contains("ERR_"))
            .map(Cow::into_owned)
    })
}

fn headers(pairs: &Pairs<'_>, long: Long<'_>) -> Vec<(String, String)> {
    let mut out = Vec::with_capacity(pairs.0.len());
    for (name, value) in &pairs.0 {
        let Some(name) = name.short() else { continue };
        // Pseudo-headers of HTTP/2 repeat the request line.
        if name.is_empty() || name.starts_with(':') {
            continue;
        }
        out.push((name.to_ascii_lowercase(), long.owned(value)));
    }
    out
}

fn find<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Long<'static> = Long { entry: &[], ranges: &[] };

    fn convert(json: &str, habits: Habits) -> RawExchange {
        let entry: Entry<'_> = serde_json::from_str(json).unwrap();
        let bounds = Bounds::default();
        Converter {
            bounds: &bounds,
            habits,
            budget: 1 << 20,
            nearby: Nearby::default(),
            put_off: None,
            fields: Gauge::new(bounds.fields),
            large: false,
            spent: false,
            sent: false,
        }
        .exchange(&entry, NONE, Place::default())
    }

    #[test]
    fn nothing_at_all_is_still_an_exchange() {
        let exchange = convert("{}", Habits::default());
        assert_eq!((exchange.status, exchange.url.as_str(), exchange.failure), (0, "", None));
        let exchange = convert(
            r#"{"request":null,"response":{"status":-1,"headers":null}}"#,
            Habits::default(),
        );
        assert_eq!(exchange.status, 0);
    }

    #[test]
    fn set_cookies_are_split_where_exporters_join_them() {
        let joined = r#"{"response":{"headers":[{"name":"Set-Cookie","value":"a=1; Path=/\nb=2; Secure"}]}}"#;
        let exchange = convert(joined, Habits::default());
        let all: Vec<&str> = exchange.response_headers_named("set-cookie").collect();
        assert_eq!(all, ["a=1; Path=/", "b=2; Secure"]);
        let commas = r#"{"response":{"headers":{"Set-Cookie":"a=1; Expires=Tue, 24 Nov 2026 10:00:00 GMT; Path=/, b=2,3; Secure, c=4"}}}"#;
        let exchange = convert(commas, Habits { joins_with_commas: true, ..Habits::default() });
        let all: Vec<&str> = exchange.response_headers_named("set-cookie").collect();
        assert_eq!(
            all,
            ["a=1; Expires=Tue, 24 Nov 2026 10:00:00 GMT; Path=/", "b=2,3; Secure", "c=4"]
        );
    }

    #[test]
    fn cookies_come_from_headers_else_from_lists() {
        let both = r#"{"request":{"headers":[{"name":"cookie","value":"a=1"},{"name":"Cookie","value":"b=x=y; c"}],"cookies":[{"name":"z","value":"9"}]}}"#;
        let pairs = |list: &[(&str, &str)]| {
            list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(
            convert(both, Habits::default()).cookies.unwrap(),
            pairs(&[("a", "1"), ("b", "x=y"), ("", "c")])
        );
        let list = r#"{"request":{"cookies":[{"name":"z","value":"9"}]},
            "response":{"cookies":[{"name":"s","value":"1","path":"/","httpOnly":true,"secure":true,"sameSite":"Lax","expires":"2026-11-24T10:00:00.000Z"}]}}"#;
        let exchange = convert(list, Habits::default());
        assert_eq!(exchange.cookies.as_deref().unwrap(), pairs(&[("z", "9")]));
        assert_eq!(
            exchange.response_header("set-cookie"),
            Some(
                "s=1; Expires=Tue, 24 Nov 2026 10:00:00 GMT; Path=/; SameSite=Lax; Secure; HttpOnly"
            )
        );
    }

    #[test]
    fn pseudo_headers_go_and_failures_stay() {
        let json = r#"{"request":{"headers":[{"name":":path","value":"/"},{"name":"Origin","value":"null"}]},"response":{"status":0,"_error":"net::ERR_NAME_NOT_RESOLVED"}}"#;
        let exchange = convert(json, Habits::default());
        assert_eq!(exchange.request_headers, [("origin".to_owned(), "null".to_owned())]);
        assert_eq!(exchange.failure.as_deref(), Some("net::ERR_NAME_NOT_RESOLVED"));
    }

    #[test]
    fn bodies_are_kept_where_they_can_matter() {
        let body = |mime: &str, status: u16, text: &str, encoding: &str| {
            let json = serde_json::json!({"response":{"status":status,"content":{"mimeType":mime,"text":text,"encoding":encoding}}});
            convert(&json.to_string(), Habits::default()).response_body
        };
        assert_eq!(body("text/html; charset=utf-8", 200, "<p>", "").as_deref(), Some("<p>"));
        assert_eq!(body("text/html", 200, "PHA+", "base64").as_deref(), Some("<p>"));
        assert_eq!(body("application/json", 200, "{\"rows\":[]}", ""), None);
        assert_eq!(body("application/json", 400, "{}", "").as_deref(), Some("{}"));
        assert_eq!(
            body("application/json", 200, "{\"e\":\"AADSTS50011\"}", "").as_deref(),
            Some("{\"e\":\"AADSTS50011\"}")
        );
        assert_eq!(body("application/javascript", 200, "SAML", ""), None);
        assert_eq!(body("image/svg+xml", 200, "<svg/>", ""), None);
        assert_eq!(body("text/html", 200, "%%%", "base64"), None);
        assert_eq!(
            body("text/html; charset=iso-8859-1", 200, "Z/xsdGln", "base64").as_deref(),
            Some("gültig")
        );
    }

    #[test]
    fn websockets_are_recognised() {
        for json in [
            r#"{"_resourceType":"websocket"}"#,
            r#"{"request":{"url":"wss://a.example/"}}"#,
            r#"{"request":{"url":"ws://a.example/"}}"#,
            r#"{"response":{"status":101,"headers":[{"name":"Upgrade","value":"websocket"}]}}"#,
            r#"{"_webSocketMessages":[{"type":"send"}]}"#,
        ] {
            assert!(convert(json, Habits::default()).websocket, "{json}");
        }
        assert!(
            !convert(r#"{"request":{"url":"https://a.example/"}}"#, Habits::default()).websocket
        );
    }
}
