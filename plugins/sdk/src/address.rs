//! Addresses as browsers see them.
//!
//! Products compare URLs character by character; a browser does not: it leaves out the scheme's
//! default port and writes host names in lower case. So the URL in a capture has to be compared with
//! a configured one as the browser would have written it, while two configured values are compared
//! exactly (see [`crate::difference`]).

use url::Url;

/// An absolute `http` or `https` URL, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// `https`, `http`.
    pub scheme: String,
    /// Host name, lower case.
    pub host: String,
    /// Port, the scheme's default where none is written.
    pub port: u16,
    /// Path, beginning with `/`.
    pub path: String,
    /// Query without `?`.
    pub query: Option<String>,
}

impl Address {
    /// Reads an absolute URL of the web; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text.trim()).ok()?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        Some(Self {
            scheme: url.scheme().to_owned(),
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
            path: url.path().to_owned(),
            query: url.query().map(str::to_owned),
        })
    }

    /// Scheme, host and, where it is not the scheme's default, port.
    pub fn origin(&self) -> String {
        match (self.scheme.as_str(), self.port) {
            ("https", 443) | ("http", 80) => format!("{}://{}", self.scheme, self.host),
            _ => format!("{}://{}:{}", self.scheme, self.host, self.port),
        }
    }

    /// The same scheme, host and port.
    pub fn same_origin(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.host == other.host && self.port == other.port
    }

    /// The path's first segment: in Qlik Sense the prefix of the virtual proxy.
    pub fn first_segment(&self) -> &str {
        self.path.trim_start_matches('/').split('/').next().unwrap_or_default()
    }

    /// The same address without its query.
    #[must_use]
    pub fn without_query(&self) -> Self {
        Self { query: None, ..self.clone() }
    }

    /// Its query was replaced by `…`, at least in part.
    pub fn query_is_masked(&self) -> bool {
        self.query
            .as_deref()
            .is_some_and(|query| query.contains('…') || query.contains("%E2%80%A6"))
    }

    /// It means this machine, for which products make exceptions.
    pub fn is_local(&self) -> bool {
        matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "[::1]")
            || self.host.ends_with(".localhost")
    }
}

/// A browser sent to `declared` asks for `seen`. Where a query in `seen` was replaced by `…`, only
/// what stands before the query counts.
pub fn reaches(declared: &str, seen: &str) -> bool {
    if declared == seen {
        return true;
    }
    let (Some(declared), Some(seen)) = (Address::parse(declared), Address::parse(seen)) else {
        return false;
    };
    if seen.query_is_masked() || declared.query_is_masked() {
        return declared.without_query() == seen.without_query();
    }
    declared == seen
}

/// A path, or a link as a page has it, that leads to where people sign out.
pub fn leads_to_a_logout(link: &str) -> bool {
    const STEPS: &[&str] = &[
        "logout",
        "log-out",
        "log_out",
        "signout",
        "sign-out",
        "sign_out",
        "logoff",
        "log-off",
        "signoff",
        "abmelden",
        "deconnexion",
    ];
    let path = link.split(['?', '#']).next().unwrap_or_default();
    path.to_ascii_lowercase().split(['/', '.', ';']).any(|step| STEPS.contains(&step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_drops_the_default_port_and_the_case_of_the_host() {
        assert!(reaches(
            "https://Sense.example:443/azure/samlauthn/",
            "https://sense.example/azure/samlauthn/"
        ));
        assert!(reaches("https://a.example/acs?x=0123456789abcdef", "https://a.example/acs?x=…"));
        assert!(!reaches(
            "https://sense.example:443/azure/samlauthn",
            "https://sense.example/azure/samlauthn/"
        ));
        assert!(!reaches("https://sense.example/Azure/", "https://sense.example/azure/"));
        assert!(!reaches("http://sense.example/azure/", "https://sense.example/azure/"));
        assert!(reaches("sense", "sense"));
    }

    #[test]
    fn only_addresses_of_the_web_are_taken_apart() {
        assert_eq!(Address::parse("urn:example:sp"), None);
        assert_eq!(Address::parse("sense.example"), None);
        let address = Address::parse("https://sense.example/azure/hub").expect("a URL");
        assert_eq!((address.port, address.first_segment()), (443, "azure"));
        assert!(Address::parse("http://localhost:8080/").is_some_and(|address| address.is_local()));
    }
}
