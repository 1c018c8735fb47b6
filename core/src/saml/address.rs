//! URLs and queries as captured: split and joined as text, never normalised, because products
//! compare and sign the exact octets.

use crate::redact::clean_url;
use percent_encoding::percent_decode_str;

/// Parameters of the Redirect and POST bindings; their values are no part of a message's address.
const BINDING_PARAMETERS: &[&str] =
    &["SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding"];
/// Parameters that are kept of one query: so many that a binding knows, wherever they stand, and so many others.
const MOST_PARAMETERS: usize = 2_000;

/// A parameter of a query or form body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) name: String,
    /// Form decoding undone once.
    pub(super) value: String,
}

/// The query of a URL, without `?` and fragment.
pub(super) fn query_of(url: &str) -> Option<&str> {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    url.split_once('?').map(|(_, query)| query)
}

/// The parameters of a query or form body, decoded once as receivers decode forms: `+` is a blank.
pub(super) fn parameters(query: &str) -> Vec<Parameter> {
    let mut kept = [0, 0];
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = form_decoded(name);
            let kept = &mut kept[usize::from(carries(&name))];
            *kept += 1;
            (*kept <= MOST_PARAMETERS).then(|| Parameter { name, value: form_decoded(value) })
        })
        .collect()
}

/// Whether a binding knows a parameter of that name; those of WS-Federation begin with `w`.
fn carries(name: &str) -> bool {
    BINDING_PARAMETERS.contains(&name) || name.starts_with("SAML") || name.starts_with('w')
}

fn form_decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Where a message goes: the URL without the binding's parameters, other values cleaned.
pub(super) fn destination(url: &str) -> String {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    let Some((base, query)) = url.split_once('?') else { return clean_url(url) };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let name = form_decoded(pair.split_once('=').map_or(*pair, |(name, _)| name));
            !BINDING_PARAMETERS.contains(&name.as_str())
        })
        .collect();
    if kept.iter().all(|pair| pair.is_empty()) {
        clean_url(base)
    } else {
        clean_url(&format!("{base}?{}", kept.join("&")))
    }
}

/// An address on a page or in a `Location` header, made absolute against the page's URL. Port and
/// path keep their spelling.
pub(super) fn absolute(page: &str, address: &str) -> String {
    let address = address.trim();
    let page = page.split_once('#').map_or(page, |(before, _)| before);
    let without_query = page.split_once('?').map_or(page, |(before, _)| before);
    let Some((scheme, rest)) = without_query.split_once("://") else { return address.to_owned() };
    let host_length = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at(host_length);
    if address.is_empty() {
        return page.to_owned();
    }
    if has_scheme(address) {
        return address.to_owned();
    }
    if let Some(after) = address.strip_prefix("//") {
        return format!("{scheme}://{after}");
    }
    if address.starts_with('/') {
        return format!("{scheme}://{host}{address}");
    }
    if address.starts_with('?') {
        return format!("{without_query}{address}");
    }
    let (relative, query) = match address.find(['?', '#']) {
        Some(at) => address.split_at(at),
        None => (address, ""),
    };
    let mut segments: Vec<&str> = path.split('/').skip(1).collect();
    segments.pop();
    let mut last_is_directory = false;
    for segment in relative.split('/') {
        last_is_directory = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let slash = if last_is_directory && !segments.is_empty() { "/" } else { "" };
    format!("{scheme}://{host}/{}{slash}{query}", segments.join("/"))
}

fn has_scheme(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_lose_the_message_and_keep_their_spelling() {
        assert_eq!(
            destination(
                "https://idp.example:443/SAML2//sso/?SAMLRequest=a&RelayState=b&SigAlg=c&Signature=d"
            ),
            "https://idp.example:443/SAML2//sso/"
        );
        assert_eq!(
            destination("https://idp.example/sso?idp=2&SAMLRequest=a#x"),
            "https://idp.example/sso?idp=2"
        );
        assert_eq!(
            destination("https://idp.example/sso?token=verysecretindeed&SAMLRequest=a"),
            "https://idp.example/sso?token=…"
        );
    }

    #[test]
    fn parameters_are_decoded_once_as_forms() {
        let decoded = parameters("a=%2B%252B&b=1+2&c&=x&&a=2");
        let pairs: Vec<_> = decoded
            .iter()
            .map(|parameter| (parameter.name.as_str(), parameter.value.as_str()))
            .collect();
        assert_eq!(pairs, [("a", "+%2B"), ("b", "1 2"), ("c", ""), ("", "x"), ("a", "2")]);
    }

    #[test]
    fn parameters_of_a_binding_are_seen_behind_any_number_of_others() {
        let query = format!("{}SAMLRequest=a&wa=b&RelayState=c", "x=1&".repeat(5_000));
        let read = parameters(&query);
        assert_eq!(read.len(), MOST_PARAMETERS + 3);
        let names: Vec<_> =
            read[MOST_PARAMETERS..].iter().map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(names, ["SAMLRequest", "wa", "RelayState"]);
        assert_eq!(parameters(&"wa&".repeat(5_000)).len(), MOST_PARAMETERS);
    }

    #[test]
    fn addresses_become_absolute_without_normalising() {
        let page = "https://idp.example:443/a/b/page?x=1#f";
        for (address, expected) in [
            ("https://sp.example:443/acs/", "https://sp.example:443/acs/"),
            ("//sp.example/acs", "https://sp.example/acs"),
            ("/acs?x", "https://idp.example:443/acs?x"),
            ("acs", "https://idp.example:443/a/b/acs"),
            ("../acs?y=../z", "https://idp.example:443/a/acs?y=../z"),
            ("./", "https://idp.example:443/a/b/"),
            ("..", "https://idp.example:443/a/"),
            ("?q", "https://idp.example:443/a/b/page?q"),
            ("", "https://idp.example:443/a/b/page?x=1"),
        ] {
            assert_eq!(absolute(page, address), expected, "{address}");
        }
        assert_eq!(absolute("https://idp.example", "acs"), "https://idp.example/acs");
    }
}
