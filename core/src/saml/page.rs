//! What an HTML page is about to send: forms with their fields, and addresses it moves the browser to.
//!
//! The page is tokenised as browsers do, so entities, unquoted attributes and scripts are no obstacle.

use crate::markup;
use html5gum::Token;
use html5gum::emitters::default::StartTag;

/// More of one kind than any page of a sign-in has. A page only announces a message; once sent it is seen where it arrives, so
/// that what lies beyond costs no message.
const MAX_FORMS: usize = 50;
const MAX_FIELDS: usize = 500;
const MAX_ADDRESSES: usize = 20;

/// A form of a page.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) action: Option<String>,
    pub(super) fields: Vec<(String, String)>,
}

/// What a page is about to send.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) base: Option<String>,
    pub(super) forms: Vec<Form>,
    /// Of `meta` refreshes, frames and scripts that set `location`.
    pub(super) addresses: Vec<String>,
}

/// Reads a page.
pub(super) fn read(html: &str) -> Page {
    let mut page = Page::default();
    let mut in_form = false;
    let mut in_script = false;
    for token in markup::tokens(html) {
        match token {
            Token::StartTag(tag) => match tag.name.as_slice() {
                b"form" if page.forms.len() < MAX_FORMS => {
                    in_form = true;
                    page.forms
                        .push(Form { action: attribute(&tag, b"action"), fields: Vec::new() });
                }
                b"input" | b"textarea" | b"button" => field(&mut page, &tag, &mut in_form),
                b"base" => page.base = page.base.take().or_else(|| attribute(&tag, b"href")),
                b"script" => in_script = true,
                b"iframe" | b"frame" => page.addresses.extend(attribute(&tag, b"src")),
                b"meta" => page.addresses.extend(refresh(&tag)),
                _ => {}
            },
            Token::EndTag(tag) => match tag.name.as_slice() {
                b"form" => in_form = false,
                b"script" => in_script = false,
                _ => {}
            },
            Token::String(text) if in_script => {
                let text = String::from_utf8_lossy(&text);
                page.addresses.extend(script_addresses(&text));
            }
            _ => {}
        }
        page.addresses.truncate(MAX_ADDRESSES);
    }
    page
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).into_owned())
}

fn field(page: &mut Page, tag: &StartTag<()>, in_form: &mut bool) {
    let Some(name) = attribute(tag, b"name") else { return };
    if !*in_form {
        // A field outside any form is sent by a script, we do not know where to.
        page.forms.push(Form::default());
        *in_form = true;
    }
    if let Some(form) = page.forms.last_mut().filter(|form| form.fields.len() < MAX_FIELDS) {
        form.fields.push((name, attribute(tag, b"value").unwrap_or_default()));
    }
}

/// The address in `<meta http-equiv="refresh" content="0; url=…">`.
fn refresh(tag: &StartTag<()>) -> Option<String> {
    attribute(tag, b"http-equiv").filter(|equiv| equiv.eq_ignore_ascii_case("refresh"))?;
    let content = attribute(tag, b"content")?;
    let at = content.to_ascii_lowercase().find("url=")?;
    Some(content.get(at + 4..)?.trim().trim_matches(['\'', '"']).to_owned())
}

/// Addresses with a message in their query that a script assigns to `location`.
fn script_addresses(script: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in script.match_indices("SAMLRe").take(MAX_ADDRESSES * 4) {
        let before = script.get(..at).unwrap_or_default();
        let Some(opening) = before.rfind(['"', '\'', '`']) else { continue };
        let Some(quote) = before.get(opening..).and_then(|rest| rest.chars().next()) else {
            continue;
        };
        let lead = before.get(..opening).unwrap_or_default();
        let statement = lead
            .get(lead.rfind([';', '{', '}', '\n']).map_or(0, |end| end + 1)..)
            .unwrap_or_default();
        let literal = script.get(opening + 1..).unwrap_or_default();
        let Some(length) = literal.find(quote) else { continue };
        if statement.contains("location") {
            let address = literal.get(..length).unwrap_or_default();
            let address = address
                .replace("\\/", "/")
                .replace("\\u0026", "&")
                .replace("\\x26", "&")
                .replace("&amp;", "&");
            if !found.contains(&address) {
                found.push(address);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_submit_form_is_read_as_browsers_do() {
        let page = read(
            "<!doctype html><html><body onload=\"document.forms[0].submit()\"><script>if (1<2) {'<form action=x>'}</script>\
             <FORM METHOD=post ACTION='https&#x3a;//sp.example&#x3a;443/acs/'><input type=hidden NAME=SAMLResponse\n value=\"PHNh&#43;bA&#61;&#61;\">\
             <input type=\"hidden\" name=\"RelayState\" value=\"&#x2F;hub?a=1&amp;b=2\"/><noscript><input type=submit></noscript></form>",
        );
        assert_eq!(page.forms.len(), 1);
        assert_eq!(page.forms[0].action.as_deref(), Some("https://sp.example:443/acs/"));
        assert_eq!(
            page.forms[0].fields,
            [
                ("SAMLResponse".to_owned(), "PHNh+bA==".to_owned()),
                ("RelayState".to_owned(), "/hub?a=1&b=2".to_owned())
            ]
        );
    }

    #[test]
    fn addresses_of_refreshes_frames_and_scripts() {
        let page = read(
            "<meta http-equiv=Refresh content=\"0; URL='https://idp.example/sso?SAMLRequest=a&amp;b=1'\"><iframe src='/slo?SAMLRequest=x'></iframe>\
             <script>var a='SAMLRequest'; window.location.href = \"https:\\/\\/idp.example\\/sso?SAMLRequest=y\\u0026RelayState=z\";</script>",
        );
        assert_eq!(
            page.addresses,
            [
                "https://idp.example/sso?SAMLRequest=a&b=1",
                "/slo?SAMLRequest=x",
                "https://idp.example/sso?SAMLRequest=y&RelayState=z"
            ]
        );
    }

    #[test]
    fn configuration_in_scripts_is_no_address() {
        assert_eq!(
            read("<script>$Config={\"urlPost\":\"/saml2?SAMLRequest=abc\"};</script>")
                .addresses
                .len(),
            0
        );
    }
}
