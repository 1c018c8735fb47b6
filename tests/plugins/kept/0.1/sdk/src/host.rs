//! Host names: taken out of URLs by a parser, compared label by label.
//!
//! Products decide by host name whom they answer and which cookies belong to whom. A host is never
//! cut out of a URL by splitting strings (ports, user names, IPv6 and internationalised names would
//! go wrong), and `evilcontoso.example` is not part of `contoso.example` for ending in it.

use url::{Host, Url};

/// The host of a URL: lower case, internationalised names in their ASCII form, IPv6 in brackets.
pub fn host_of(url: &str) -> Option<String> {
    Url::parse(url.trim()).ok()?.host_str().map(str::to_lowercase)
}

/// A bare host name as [`host_of`] would give it; `None` where the text is anything but a host
/// name (it has a scheme, port, path, blank or wildcard, or is empty).
pub fn bare_host(text: &str) -> Option<String> {
    let bracketed = if text.contains(':') && !text.starts_with('[') {
        format!("[{text}]")
    } else {
        text.to_owned()
    };
    if bracketed.is_empty()
        || bracketed.contains(['/', '\\', '?', '#', '@', '*', '%'])
        || bracketed.chars().any(char::is_whitespace)
    {
        return None;
    }
    let url = Url::parse(&format!("https://{bracketed}/")).ok()?;
    if url.port().is_some() || !bracketed.ends_with(']') && bracketed.contains(':') {
        return None;
    }
    url.host_str().map(str::to_lowercase)
}

/// The port a URL addresses, the scheme's default where it names none.
pub fn port_of(url: &str) -> Option<u16> {
    Url::parse(url.trim()).ok()?.port_or_known_default()
}

/// `host` is `domain` or lies below it (RFC 6265 §5.1.3): equal, or `domain` preceded by a dot ends
/// it. A leading dot of `domain` means nothing. IP addresses have no parents.
pub fn is_within(host: &str, domain: &str) -> bool {
    let domain = domain.trim();
    let domain = domain.strip_prefix('.').unwrap_or(domain);
    let (Some(host), Some(domain)) = (bare_host(host), bare_host(domain)) else { return false };
    host == domain
        || (!is_address(&host)
            && host.strip_suffix(domain.as_str()).is_some_and(|below| below.ends_with('.')))
}

/// The host is one of these, of which `*.example.com` stands for all below a domain.
pub fn is_one_of(host: &str, known: &[String]) -> bool {
    known.iter().any(|known| match known.strip_prefix("*.") {
        Some(domain) => host.strip_suffix(domain).is_some_and(|below| below.ends_with('.')),
        None => known == host,
    })
}

/// It is an IP address rather than a name.
pub fn is_address(host: &str) -> bool {
    matches!(Host::parse(host), Ok(Host::Ipv4(_) | Host::Ipv6(_)))
}

/// The first label of a host name: `sense` of `sense.contoso.example`.
pub fn first_label(host: &str) -> &str {
    if is_address(host) { host } else { host.split('.').next().unwrap_or(host) }
}
