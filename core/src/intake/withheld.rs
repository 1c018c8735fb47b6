//! What an exporter left out, judged over a whole capture: a single exchange without cookies says
//! nothing, a whole sign-in without any says that they were removed.

use crate::evidence::{Evidence, RawExchange, Removed};
use crate::mask;
use diag_sdk::case::input::Input;

/// Settles what the capture whose exchanges begin at `from` does not show. Where some were read
/// `light`, headers were there.
pub(super) fn settle(evidence: &mut Evidence, input: &mut Input, from: usize, light: bool) {
    let Some(exchanges) = evidence.exchanges.get_mut(from..) else { return };
    if exchanges.is_empty() {
        input.notes.push("The capture has no entries: record the sign-in from its first page on and export again".to_owned());
        return;
    }
    let masked_pages = drop_masked_pages(exchanges);
    let mut shows = Shows::of(exchanges);
    shows.headers |= light;
    let mut removed = Vec::new();
    if masked_pages && shows.bodies {
        removed.push((
            "bodies",
            "A tool put marks in place of pages in this capture: their texts cannot be judged",
        ));
    }
    if cookies_are_masked(exchanges) {
        removed.push((
            "cookie-values",
            "A tool put marks in place of the cookies' values in this capture: whether one changed on the way does not show",
        ));
    }
    if !shows.cookies {
        hide_unseen_cookies(exchanges);
        if shows.sign_in && shows.headers {
            let chromium = input
                .producer
                .as_deref()
                .is_some_and(|producer| producer.starts_with("WebInspector"));
            removed.push(("cookies", if chromium { SANITISED } else { NO_COOKIES }));
        }
    }
    if !shows.headers {
        removed.push(("headers", "No headers anywhere in this capture: the exporter removed them"));
    }
    if shows.pages && !shows.bodies {
        removed.push((
            "bodies",
            "No page's content is in this capture: texts of error pages cannot be judged",
        ));
    }
    if shows.posts && !shows.post_data {
        removed.push(("post-data", "Requests were posted, but no posted data is in this capture: messages sent by POST cannot be judged"));
    }
    for (what, note) in removed {
        input.notes.push(note.to_owned());
        remember(evidence, &input.id, what);
    }
}

/// Records that an exporter removed something from a file, once.
pub(super) fn remember(evidence: &mut Evidence, input: &str, what: &'static str) {
    let removed = Removed { input: input.to_owned(), what };
    if !evidence.removed.contains(&removed) {
        evidence.removed.push(removed);
    }
}

/// Says of a capture that shows no cookie at all that it does not show cookies: not shown is not
/// the same as not there, and nothing may be concluded from it.
pub(super) fn hide_unseen_cookies(exchanges: &mut [RawExchange]) {
    if !exchanges.iter().any(shows_cookies) {
        for exchange in exchanges {
            exchange.cookies = None;
        }
    }
}

/// Takes out bodies that are nothing but a mark (`[text/html redacted]`): such a text is no page. Whether there were any.
fn drop_masked_pages(exchanges: &mut [RawExchange]) -> bool {
    let mut any = false;
    for exchange in exchanges {
        if exchange.response_body.as_deref().is_some_and(mask::is_foreign) {
            exchange.response_body = None;
            any = true;
        }
    }
    any
}

/// Every value of a cookie that shows is a mark.
fn cookies_are_masked(exchanges: &[RawExchange]) -> bool {
    let sent = exchanges
        .iter()
        .flat_map(|exchange| exchange.cookies.iter().flatten())
        .map(|(_, value)| value.as_str());
    let given = exchanges.iter().flat_map(|exchange| exchange.response_headers_named("set-cookie"));
    let given =
        given.filter_map(|line| line.split(';').next()?.split_once('=')).map(|(_, value)| value);
    let mut values = sent.chain(given).map(str::trim).filter(|value| !value.is_empty()).peekable();
    values.peek().is_some() && values.all(mask::is_foreign)
}

fn shows_cookies(exchange: &RawExchange) -> bool {
    exchange.cookies.as_ref().is_some_and(|cookies| !cookies.is_empty())
        || exchange.response_header("set-cookie").is_some()
}

const NO_COOKIES: &str =
    "No cookies anywhere in this capture, though a sign-in is in it: its exporter left them out";

const SANITISED: &str = "No cookies anywhere in this capture, though a sign-in is in it: the browser removed them. In Chrome and Edge, allow \
     `Export HAR (with sensitive data)` in the settings of the developer tools, then record again";

#[derive(Default)]
struct Shows {
    cookies: bool,
    headers: bool,
    /// Answers that had a page in them.
    pages: bool,
    bodies: bool,
    /// Requests that had a body.
    posts: bool,
    post_data: bool,
    /// A form was posted or a SAML message went by: somebody's session began.
    sign_in: bool,
}

impl Shows {
    fn of(exchanges: &[RawExchange]) -> Self {
        let mut shows = Self::default();
        for exchange in exchanges {
            shows.headers |=
                !exchange.request_headers.is_empty() || !exchange.response_headers.is_empty();
            shows.cookies |= shows_cookies(exchange);
            let html = exchange.response_mime.as_deref().is_some_and(|mime| mime.contains("html"));
            let redirected = (300..400).contains(&exchange.status);
            shows.pages |= html && !redirected && exchange.status != 0;
            shows.bodies |= exchange.response_body.is_some();
            let posted =
                exchange.method == "POST" && exchange.request_bytes.is_some_and(|bytes| bytes > 0);
            shows.posts |= posted;
            shows.post_data |= exchange.request_body.is_some() || !exchange.form.is_empty();
            shows.sign_in |= !exchange.form.is_empty()
                || exchange.url.contains("SAMLRequest=")
                || exchange.url.contains("SAMLResponse=");
        }
        shows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::FormField;

    fn exchange() -> RawExchange {
        RawExchange {
            method: "GET".into(),
            url: "https://sp.example/".into(),
            status: 200,
            request_headers: vec![("host".into(), "sp.example".into())],
            response_mime: Some("text/html".into()),
            response_body: Some("<p>".into()),
            cookies: Some(Vec::new()),
            ..RawExchange::default()
        }
    }

    fn settled(exchanges: Vec<RawExchange>) -> (Evidence, Input) {
        let mut evidence = Evidence { exchanges, ..Evidence::default() };
        let mut input = Input::default();
        settle(&mut evidence, &mut input, 0, false);
        (evidence, input)
    }

    fn posted() -> RawExchange {
        RawExchange {
            method: "POST".into(),
            request_bytes: Some(7),
            form: vec![FormField { name: "a".into(), ..FormField::default() }],
            ..exchange()
        }
    }

    #[test]
    fn cookies_are_removed_only_where_a_sign_in_had_some() {
        let (evidence, input) = settled(vec![exchange(), posted()]);
        assert_eq!(evidence.removed_by_exporter(), ["cookies"]);
        assert_eq!(evidence.exchanges[0].cookies, None);
        assert_eq!(input.notes.len(), 1);
        let (evidence, input) = settled(vec![exchange()]);
        assert!(evidence.removed_by_exporter().is_empty() && input.notes.is_empty());
        assert_eq!(evidence.exchanges[0].cookies, None);
    }

    #[test]
    fn one_cookie_anywhere_shows_that_cookies_are_shown() {
        let with = RawExchange {
            response_headers: vec![("set-cookie".into(), "a=1".into())],
            ..exchange()
        };
        let (evidence, _) = settled(vec![posted(), with]);
        assert!(evidence.removed_by_exporter().is_empty());
        assert_eq!(evidence.exchanges[0].cookies, Some(Vec::new()));
    }

    #[test]
    fn marks_of_others_are_no_pages_and_no_values() {
        let page = RawExchange {
            response_body: Some("[text/html redacted]".into()),
            cookies: Some(vec![("session".into(), "[redacted]".into())]),
            ..posted()
        };
        let (evidence, input) = settled(vec![page.clone(), exchange()]);
        assert_eq!(evidence.removed_by_exporter(), ["bodies", "cookie-values"]);
        assert_eq!((evidence.exchanges[0].response_body.as_deref(), input.notes.len()), (None, 2));
        let set = RawExchange {
            response_headers: vec![("set-cookie".into(), "session=1; Path=/".into())],
            ..exchange()
        };
        let (evidence, _) = settled(vec![page, set]);
        assert_eq!(evidence.removed_by_exporter(), ["bodies"]);
    }

    #[test]
    fn bodies_posts_and_headers_are_missed() {
        let bare = RawExchange {
            response_body: None,
            form: Vec::new(),
            request_headers: Vec::new(),
            ..posted()
        };
        let (evidence, input) = settled(vec![bare]);
        assert_eq!(evidence.removed_by_exporter(), ["headers", "bodies", "post-data"]);
        assert_eq!(input.notes.len(), 3);
        let (_, input) = settled(Vec::new());
        assert_eq!(input.notes.len(), 1);
    }
}
