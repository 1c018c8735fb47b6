//! Host names: taken out of URLs by a parser, compared label by label.
//!
//! Products decide by host name whom they answer and which cookies belong to whom. A host is never
//! cut out of a URL by splitting strings (ports, user names, IPv6 and internationalised names would
//! go wrong), and `evilcontoso.example` is not part of `contoso.example` for ending in it.

use url::{Host, Url};

/// The host of a URL: lower case, internationalised names in their ASCII form, IPv6 in brackets.
pub fn host_of(url: &str) -> Option<String> {
    if let Some(host) = plain_host(url) {
        return Some(host.to_owned());
    }
    Url::parse(url.trim()).ok()?.host_str().map(str::to_lowercase)
}

/// The host of a URL in which there is nothing to interpret, as of most that browsers write: a name in small letters,
/// and behind it the path. Large captures name hundreds of thousands.
fn plain_host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    // Encoded names, numbers that are addresses, and what no name has are the parser's.
    let (mut before, mut letters) = (b'.', true);
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'a'..=b'z' => {}
            b'.' if before != b'.' => letters = true,
            b'/' if before != b'.' && letters => return rest.get(..at),
            b'0'..=b'9' => letters = false,
            b'-' if before != b'-' => letters = false,
            _ => return None,
        }
        before = byte;
    }
    None
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_hosts_are_those_that_the_parser_finds() {
        for url in [
            "https://sense.contoso.example/azure/hub?x=1#y",
            "http://a-b.c1.example/",
            "https://localhost/x\\y",
            "https://-a-.example/",
            &format!("https://{}.example/", "a".repeat(300)),
        ] {
            assert_eq!(plain_host(url).map(str::to_owned), host_of(url), "{url}");
            let parsed = Url::parse(url).expect("a URL");
            assert_eq!(plain_host(url), parsed.host_str(), "{url}");
        }
        for url in [
            "https://Sense.example/",
            "https://sense.example",
            "https://sense.example:8443/",
            "https://ann@sense.example/",
            "https://127.0.0.1/",
            "https://1.0x1/",
            "https://xn--bro-hoa.example/",
            "https://a..example/",
            "https://sense.example./",
            "https:///x",
            " https://sense.example/",
            "ftp://sense.example/",
        ] {
            assert_eq!(plain_host(url), None, "{url}");
        }
    }

    #[test]
    fn hosts_are_parsed_out_of_urls() {
        for (url, host) in [
            ("https://Sense.Contoso.example:443/azure/hub", Some("sense.contoso.example")),
            ("https://user@sense.example/", Some("sense.example")),
            ("https://[2001:DB8::1]:443/x", Some("[2001:db8::1]")),
            ("https://büro.example/", Some("xn--bro-hoa.example")),
            ("wss://sense.example/app/1", Some("sense.example")),
            ("sense.example", None),
            ("sense.example:443", None),
            ("", None),
        ] {
            assert_eq!(host_of(url).as_deref(), host, "{url}");
        }
        assert_eq!(port_of("https://sense.example/"), Some(443));
        assert_eq!(port_of("https://sense.example:4443/"), Some(4443));
    }

    #[test]
    fn a_star_stands_for_labels_and_never_for_a_part_of_one() {
        let known = ["login.example".to_owned(), "*.tenants.example".to_owned()];
        for (host, is) in [
            ("login.example", true),
            ("a.login.example", false),
            ("a.tenants.example", true),
            ("tenants.example", false),
            ("atenants.example", false),
        ] {
            assert_eq!(is_one_of(host, &known), is, "{host}");
        }
    }

    #[test]
    fn only_bare_hosts_are_bare() {
        for (text, host) in [
            ("Sense.example", Some("sense.example")),
            ("localhost", Some("localhost")),
            ("10.0.0.7", Some("10.0.0.7")),
            ("[::1]", Some("[::1]")),
            ("::1", Some("[::1]")),
            ("büro.example", Some("xn--bro-hoa.example")),
            ("sense.example:443", None),
            ("[::1]:443", None),
            ("https://sense.example", None),
            ("sense.example/hub", None),
            ("*.sense.example", None),
            (" sense.example", None),
            ("", None),
        ] {
            assert_eq!(bare_host(text).as_deref(), host, "{text}");
        }
    }

    #[test]
    fn a_parent_domain_covers_but_a_mere_suffix_does_not() {
        for (host, domain, within) in [
            ("sense.contoso.example", "sense.contoso.example", true),
            ("sense.contoso.example", "contoso.example", true),
            ("sense.contoso.example", ".Contoso.example", true),
            ("SENSE.contoso.example", "sense.contoso.EXAMPLE", true),
            ("evilcontoso.example", "contoso.example", false),
            ("contoso.example", "sense.contoso.example", false),
            ("sense.contoso.example", "ense.contoso.example", false),
            ("10.0.0.7", "10.0.0.7", true),
            ("10.0.0.7", "0.0.7", false),
            ("sense.contoso.example", "", false),
            ("sense.contoso.example", ".", false),
        ] {
            assert_eq!(is_within(host, domain), within, "{host} in {domain}");
        }
    }
}
