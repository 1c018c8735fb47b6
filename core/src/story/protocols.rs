//! Other sign-in protocols a capture contains, for when it holds no SAML message.

use crate::evidence::Evidence;
use std::collections::BTreeSet;
use url::Url;

/// Which other protocols were seen: `openid-connect`, `ws-federation`, `kerberos`, `ntlm`,
/// `basic-authentication`, `cas`.
pub fn other_protocols(evidence: &Evidence) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for exchange in &evidence.exchanges {
        if let Ok(url) = Url::parse(&exchange.url) {
            seen.extend(of_query(&url));
        }
        for challenge in exchange.response_headers_named("www-authenticate") {
            seen.extend(of_scheme(challenge));
        }
        if let Some(authorization) = exchange.request_header("authorization") {
            seen.extend(of_scheme(authorization));
        }
        let fields: BTreeSet<&str> = exchange.form.iter().map(|field| field.name.as_str()).collect();
        if fields.contains("wresult") {
            seen.insert("ws-federation");
        }
        if fields.contains("id_token") || (fields.contains("code") && fields.contains("state")) {
            seen.insert("openid-connect");
        }
    }
    seen.into_iter().map(str::to_owned).collect()
}

fn of_query(url: &Url) -> Option<&'static str> {
    let names: BTreeSet<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let has = |name: &str| names.contains(name);
    if has("response_type") && has("client_id") || url.path().ends_with("/.well-known/openid-configuration") {
        Some("openid-connect")
    } else if has("wa") && (has("wtrealm") || has("wctx")) {
        Some("ws-federation")
    } else if has("ticket") && has("service") || url.path().ends_with("/cas/login") {
        Some("cas")
    } else {
        None
    }
}

fn of_scheme(header: &str) -> Option<&'static str> {
    match header.split_whitespace().next().map(str::to_lowercase).as_deref() {
        Some("negotiate") => Some("kerberos"),
        Some("ntlm") => Some("ntlm"),
        Some("basic") => Some("basic-authentication"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::RawExchange;

    #[test]
    fn protocols_are_told_by_their_parameters() {
        let get = |url: &str| RawExchange { url: url.to_owned(), ..RawExchange::default() };
        let mut windows = get("https://qlik.example/internal_windows_authentication/");
        windows.response_headers.push(("www-authenticate".into(), "Negotiate".into()));
        let exchanges = vec![
            get("https://idp.example/authorize?response_type=code&client_id=x"),
            get("https://idp.example/wsfed?wa=wsignin1.0&wtrealm=urn:x"),
            get("https://sp.example/?q=SAML"),
            windows,
        ];
        assert_eq!(other_protocols(&Evidence { exchanges, ..Evidence::default() }), ["kerberos", "openid-connect", "ws-federation"]);
    }
}
