//! A sample as a capture would hold it, so that it is tried by the path every capture takes: read, cleaned,
//! recognised, searched.

use diag_core::examine::{Request, examine};
use diag_core::intake::Supplied;
use diag_products::{Product, Products, Where};
use diag_sdk::case::exchange::{Exchange, Phrase};
use diag_sdk::case::input::HeldBy;
use serde_json::json;
use std::sync::Arc;

/// An answer to stage.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    url: String,
    headers: Vec<(String, String)>,
    page: String,
    html: bool,
}

impl Answer {
    /// An answer of the product, with a sign that shows it, which says this.
    pub(super) fn of(product: &Product, place: Where, text: &str) -> Self {
        let proof = &product.proof;
        let host = proof
            .host
            .first()
            .map_or_else(|| "product.example".to_owned(), |host| host.replace("*.", "www."));
        let host = proof.port.first().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let path =
            proof.path.first().map_or_else(|| "/saml".to_owned(), |path| path.replace("{~}", "x"));
        let header =
            proof.header.first().map(|header| header.split_once(':').unwrap_or((header, "x")));
        let cookie = proof
            .cookie
            .first()
            .map(|cookie| ("set-cookie", format!("{}=x", cookie.replace('*', "x"))));
        let headers = header.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        let headers = headers
            .into_iter()
            .chain(cookie.map(|(name, value)| (name.to_owned(), value)))
            .collect();
        let title =
            proof.title.first().map(|title| format!("<title>{title}</title>")).unwrap_or_default();
        let markup =
            proof.markup.first().map(|markup| format!("<!-- {markup} -->")).unwrap_or_default();
        match place {
            Where::Address => Self {
                url: staged_address(&host, text),
                headers,
                page: "<p>x</p>".to_owned(),
                html: true,
            },
            _ => Self {
                url: format!("https://{host}{path}"),
                headers,
                // A sample may hold what marks the place it stands at on a page.
                page: format!(
                    "<html><head>{title}</head><body>{markup}{}</body></html>",
                    staged_page(text)
                ),
                html: true,
            },
        }
    }

    /// An answer as somebody saved it.
    pub(super) fn saved(page: &str, url: Option<&str>) -> Self {
        let start = page.trim_start().get(..200).unwrap_or(page).to_ascii_lowercase();
        let html = start.contains("<html")
            || start.contains("<!doctype")
            || start.contains("<body")
            || start.contains("<div");
        Self {
            url: url.unwrap_or("https://page.example/saml").to_owned(),
            headers: Vec::new(),
            page: page.to_owned(),
            html,
        }
    }

    /// The address alone.
    pub(super) fn at(url: &str) -> Self {
        Self { url: url.to_owned(), headers: Vec::new(), page: "<p>x</p>".to_owned(), html: true }
    }

    /// What a capture with this answer says.
    pub(super) fn heard(&self, products: &Arc<Products>) -> Exchange {
        let mime = if self.html { "text/html" } else { "text/plain" };
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        let har = json!({"log": {"version": "1.2", "entries": [{
            "startedDateTime": "2026-11-24T10:00:00Z", "time": 1,
            "request": {"method": "GET", "url": self.url, "headers": [{"name": "sec-fetch-mode", "value": "navigate"}], "cookies": []},
            "response": {"status": 500, "headers": headers, "cookies": [], "content": {"mimeType": mime, "text": self.page}}
        }]}});
        let bytes = har.to_string().into_bytes();
        let reader = Box::new(std::io::Cursor::new(bytes));
        let file = Supplied {
            path: "sample.har".to_owned(),
            named: true,
            held_by: HeldBy::Publisher,
            reader,
        };
        let request = Request { products: Arc::clone(products), ..Request::new(vec![file]) };
        examine(request, &mut |_| {}).case.exchanges.into_iter().next().unwrap_or_default()
    }
}

/// Everything known that an exchange says, on its page or by its address.
pub(super) fn phrases(exchange: &Exchange) -> impl Iterator<Item = &Phrase> {
    exchange.page.iter().flat_map(|page| &page.phrases).chain(&exchange.phrases)
}

/// A sample with tags is a piece of a page; one without is its text.
fn staged_page(text: &str) -> String {
    if text.contains("</") {
        return text.to_owned();
    }
    let escaped =
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
    format!("<div class=\"error\" role=\"alert\">{escaped}</div>")
}

fn staged_address(host: &str, text: &str) -> String {
    if text.starts_with("https://") || text.starts_with("http://") {
        return text.to_owned();
    }
    if text.starts_with(['/', '?', '#']) {
        return format!("https://{host}{text}");
    }
    // A sentence comes as the value of a parameter.
    let value: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    format!("https://{host}/saml?message={value}")
}
