//! The ways on that a page has: forms with what submits them, refreshes, and scripts that move the browser.

use crate::markup;
use crate::redact::clean_url;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diag_sdk::case::exchange::{Onward, Trigger};
use html5gum::Token;
use html5gum::emitters::default::StartTag;
use sha2::{Digest, Sha256, Sha384, Sha512};
use url::Url;

/// Longest page that is looked at: pages that send something on are short.
const LONGEST_PAGE: usize = 1 << 20;
/// Most ways kept of one page, and scripts of it.
const MOST: usize = 8;
const MOST_SCRIPTS: usize = 50;
/// A page whose scripts are longer than this is an application, not a way on.
const LONGEST_MOVER: usize = 1_500;

#[derive(Default)]
struct Script {
    text: String,
    nonce: Option<String>,
    file: bool,
}

#[derive(Default)]
struct Form {
    action: Option<String>,
    method: Option<String>,
    carries: Option<&'static str>,
}

#[derive(Default)]
struct Scan {
    base: Option<String>,
    forms: Vec<Form>,
    scripts: Vec<Script>,
    /// Handlers of elements that run by themselves.
    handlers: Vec<String>,
    refreshes: Vec<String>,
}

/// The ways on of a page at `url`.
pub(super) fn ways(body: &str, url: &str) -> Vec<Onward> {
    if body.len() > LONGEST_PAGE
        || !["<form", "<FORM", "location", "refresh", "Refresh"]
            .iter()
            .any(|word| body.contains(word))
    {
        return Vec::new();
    }
    let scan = scan(body);
    let Ok(page) = Url::parse(url) else { return Vec::new() };
    let base = scan
        .base
        .as_deref()
        .and_then(|base| page.join(base.trim()).ok())
        .unwrap_or_else(|| page.clone());
    let target =
        |action: Option<&str>| match action.map(str::trim).filter(|action| !action.is_empty()) {
            Some(action) => base.join(action).map(|url| clean_url(url.as_str())).ok(),
            None => Some(clean_url(page.as_str())),
        };
    let submits = submission(&scan);
    let mut ways: Vec<Onward> = Vec::new();
    for form in scan.forms.iter().take(MOST) {
        let Some(to) = target(form.action.as_deref()) else { continue };
        let by_itself =
            if form.carries.is_some() || scan.forms.len() == 1 { submits.clone() } else { None };
        ways.push(Onward {
            to,
            method: form.method.as_deref().unwrap_or("GET").to_ascii_uppercase(),
            carries: form.carries.map(str::to_owned),
            ..by_itself.unwrap_or_default()
        });
    }
    let refreshes = scan.refreshes.iter().filter_map(|address| target(Some(address)));
    ways.extend(refreshes.take(MOST).map(|to| Onward {
        to,
        method: "GET".to_owned(),
        by: Trigger::Refresh,
        ..Onward::default()
    }));
    let inline: usize = scan.scripts.iter().map(|script| script.text.len()).sum();
    if inline <= LONGEST_MOVER && scan.forms.is_empty() {
        for script in &scan.scripts {
            let moved = moves_to(&script.text).and_then(|address| target(Some(&address)));
            ways.extend(moved.map(|to| Onward {
                to,
                method: "GET".to_owned(),
                ..inline_script(script)
            }));
        }
    }
    ways.truncate(MOST);
    ways
}

/// What submits the page's form by itself.
fn submission(scan: &Scan) -> Option<Onward> {
    let submits = |text: &str| text.contains("submit(") || text.contains(".click()");
    let in_script = scan.scripts.iter().find(|script| submits(&script.text));
    let handler = scan
        .handlers
        .iter()
        .find(|handler| submits(handler))
        .or_else(|| scan.handlers.first().filter(|_| in_script.is_some()));
    if let Some(handler) = handler {
        return Some(Onward {
            by: Trigger::InlineHandler,
            hashes: hashes(handler),
            ..Onward::default()
        });
    }
    // What waits for a click or a key is the person's own doing.
    let waits = |text: &str| {
        ["'click'", "\"click\"", "onclick", "keydown", "onsubmit"]
            .iter()
            .any(|word| text.contains(word))
    };
    if let Some(script) = in_script.filter(|script| !waits(&script.text)) {
        return Some(inline_script(script));
    }
    scan.scripts
        .iter()
        .any(|script| script.file)
        .then(|| Onward { by: Trigger::ScriptFile, ..Onward::default() })
}

fn inline_script(script: &Script) -> Onward {
    Onward {
        by: Trigger::InlineScript,
        nonce: script.nonce.clone(),
        hashes: hashes(&script.text),
        ..Onward::default()
    }
}

fn hashes(text: &str) -> Vec<String> {
    vec![
        format!("sha256-{}", STANDARD.encode(Sha256::digest(text))),
        format!("sha384-{}", STANDARD.encode(Sha384::digest(text))),
        format!("sha512-{}", STANDARD.encode(Sha512::digest(text))),
    ]
}

fn scan(body: &str) -> Scan {
    let mut scan = Scan::default();
    let mut in_script = false;
    let mut unscripted = false;
    for token in markup::tokens(body) {
        match token {
            Token::StartTag(tag) => {
                let handler = attribute(&tag, b"onload").or_else(|| attribute(&tag, b"onpageshow"));
                scan.handlers.extend(handler.filter(|_| scan.handlers.len() < MOST));
                match tag.name.as_slice() {
                    b"form" if scan.forms.len() < MOST => {
                        scan.forms.push(Form {
                            action: attribute(&tag, b"action"),
                            method: attribute(&tag, b"method"),
                            carries: None,
                        });
                    }
                    b"input" | b"textarea" => {
                        let carries = match attribute(&tag, b"name").as_deref() {
                            Some("SAMLRequest") => Some("SAMLRequest"),
                            Some("SAMLResponse") => Some("SAMLResponse"),
                            _ => None,
                        };
                        if let Some(form) = scan.forms.last_mut() {
                            form.carries = form.carries.or(carries);
                        }
                    }
                    b"base" => scan.base = scan.base.take().or_else(|| attribute(&tag, b"href")),
                    b"script" if scan.scripts.len() < MOST_SCRIPTS => {
                        in_script = true;
                        let file = attribute(&tag, b"src").is_some();
                        scan.scripts.push(Script {
                            nonce: attribute(&tag, b"nonce"),
                            file,
                            ..Script::default()
                        });
                    }
                    // What stands there is for browsers without scripts.
                    b"noscript" => unscripted = true,
                    b"meta"
                        if !unscripted
                            && attribute(&tag, b"http-equiv")
                                .is_some_and(|equiv| equiv.eq_ignore_ascii_case("refresh")) =>
                    {
                        let content = attribute(&tag, b"content").unwrap_or_default();
                        let at = content.to_ascii_lowercase().find("url=");
                        let address = at
                            .and_then(|at| content.get(at + 4..))
                            .map(|address| address.trim().trim_matches(['\'', '"']).to_owned());
                        scan.refreshes.extend(address.filter(|address| !address.is_empty()));
                    }
                    _ => {}
                }
            }
            Token::EndTag(tag) if tag.name.as_slice() == b"script" => in_script = false,
            Token::EndTag(tag) if tag.name.as_slice() == b"noscript" => unscripted = false,
            Token::String(text) if in_script => {
                if let Some(script) = scan.scripts.last_mut().filter(|script| !script.file) {
                    script.text.push_str(&String::from_utf8_lossy(&text));
                }
            }
            _ => {}
        }
    }
    scan
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).into_owned())
}

/// The literal address a script moves the browser to: `location = "…"`, `location.href = '…'`, `location.replace("…")`.
fn moves_to(script: &str) -> Option<String> {
    let mut from = 0;
    while let Some(at) = script.get(from..)?.find("location") {
        let rest = script.get(from + at + "location".len()..)?.trim_start();
        from += at + "location".len();
        let rest = [".href", ".replace", ".assign"]
            .iter()
            .find_map(|part| rest.strip_prefix(part))
            .unwrap_or(rest)
            .trim_start();
        let Some(rest) = rest.strip_prefix(['=', '(']).map(str::trim_start) else { continue };
        let Some(quote) = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))
        else {
            continue;
        };
        let Some((literal, after)) = rest.get(1..)?.split_once(quote) else { continue };
        // What is put together from parts is no whole address.
        if !literal.is_empty() && !literal.contains('$') && !after.trim_start().starts_with('+') {
            return Some(
                literal
                    .replace("\\/", "/")
                    .replace("\\u0026", "&")
                    .replace("\\x26", "&")
                    .replace("&amp;", "&"),
            );
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://idp.example/login";

    #[test]
    fn a_form_and_what_submits_it() {
        let fields = "<form method=post action='https://sp.example/acs'><input type=hidden name=SAMLResponse value=x></form>";
        for (page, by) in [
            (
                format!("<body onload=\"document.forms[0].submit()\">{fields}"),
                Trigger::InlineHandler,
            ),
            (
                format!(
                    "<body onload='go()'>{fields}<script>function go(){{document.forms[0].submit()}}</script>"
                ),
                Trigger::InlineHandler,
            ),
            (
                format!("{fields}<script nonce=n1>document.forms[0].submit();</script>"),
                Trigger::InlineScript,
            ),
            (format!("{fields}<script src=/submit.js></script>"), Trigger::ScriptFile),
            (format!("{fields}<button>Go on</button>"), Trigger::Person),
        ] {
            let ways = ways(&page, PAGE);
            assert_eq!(
                (ways.len(), ways[0].by, ways[0].to.as_str()),
                (1, by, "https://sp.example/acs"),
                "{page}"
            );
            assert_eq!(
                (ways[0].method.as_str(), ways[0].carries.as_deref()),
                ("POST", Some("SAMLResponse"))
            );
        }
    }

    #[test]
    fn hashes_are_those_that_browsers_name() {
        let page = "<form action=/x><input name=SAMLRequest></form><script>alert('Hello, world.');</script><script>submit()</script>";
        assert_eq!(
            ways(page, PAGE)[0].hashes[0],
            format!("sha256-{}", STANDARD.encode(Sha256::digest("submit()")))
        );
    }

    #[test]
    fn scripts_and_refreshes_move_the_browser() {
        let to = |page: &str| ways(page, PAGE).first().map(|way| way.to.clone());
        assert_eq!(
            to("<script>window.location='/home'</script>").as_deref(),
            Some("https://idp.example/home")
        );
        assert_eq!(
            to("<script>top.location.href = \"https:\\/\\/sp.example\\/\";</script>").as_deref(),
            Some("https://sp.example/")
        );
        assert_eq!(
            to("<script>location.replace('/error?id=7')</script>").as_deref(),
            Some("https://idp.example/error?id=7")
        );
        assert_eq!(
            to("<meta http-equiv=refresh content=\"0;url=/next\">").as_deref(),
            Some("https://idp.example/next")
        );
        assert_eq!(
            to("<script>var here = window.location.href; location = '/a?b=' + here;</script>"),
            None
        );
        assert_eq!(to("<p>A location</p>"), None);
    }
}
