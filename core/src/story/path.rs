//! Ways through the capture: which request followed from which answer.

use diag_sdk::case::exchange::Exchange;
use diag_sdk::host::host_of;
use url::Url;

/// How many navigations ahead or back are searched for the one that continues a redirect.
const REACH: usize = 40;
/// Longest time, in seconds, between an answer and what the page does by itself.
const BY_ITSELF: f64 = 5.0;

/// The exchanges of a capture with an index of those that navigate.
pub(crate) struct Path<'a> {
    pub(crate) exchanges: &'a [Exchange],
    navigations: Vec<usize>,
}

impl<'a> Path<'a> {
    pub(crate) fn new(exchanges: &'a [Exchange]) -> Self {
        let navigations = exchanges
            .iter()
            .enumerate()
            .filter(|(_, exchange)| exchange.navigation)
            .map(|(index, _)| index)
            .collect();
        Self { exchanges, navigations }
    }

    pub(crate) fn get(&self, index: usize) -> Option<&'a Exchange> {
        self.exchanges.get(index)
    }

    /// Navigations after an exchange, nearest first.
    pub(crate) fn after(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let start = self.navigations.partition_point(|navigation| *navigation <= index);
        self.navigations[start..].iter().copied().take(REACH)
    }

    /// Navigations before an exchange, nearest first.
    pub(crate) fn before(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.navigations.partition_point(|navigation| *navigation < index);
        self.navigations[..end].iter().rev().copied().take(REACH)
    }

    /// The exchange a redirect led to.
    pub(crate) fn next(&self, index: usize) -> Option<usize> {
        let exchange = self.get(index)?;
        let location = redirect_of(exchange)?;
        let exact = self
            .after(index)
            .find(|next| self.get(*next).is_some_and(|next| same_url(&next.url, location)));
        exact.or_else(|| {
            let host = host(location)?;
            let next = self.after(index).next()?;
            let close = seconds_between(exchange, self.get(next)?)
                .is_none_or(|seconds| seconds <= BY_ITSELF);
            (close && self.get(next).and_then(|next| self::host(&next.url)) == Some(host))
                .then_some(next)
        })
    }

    /// The redirect that led to an exchange.
    pub(crate) fn previous(&self, index: usize) -> Option<usize> {
        let url = &self.get(index)?.url;
        self.before(index).find(|before| {
            let redirect = self.get(*before).and_then(redirect_of);
            redirect.is_some_and(|location| same_url(location, url))
                && self.next(*before) == Some(index)
        })
    }

    /// Where redirects from an exchange led, the exchange itself first.
    pub(crate) fn chain(&self, index: usize) -> Vec<usize> {
        let mut chain = vec![index];
        let mut at = index;
        while let Some(next) = self.next(at).filter(|_| chain.len() < REACH) {
            chain.push(next);
            at = next;
        }
        chain
    }

    /// What a page at an exchange opened by itself: a navigation nobody typed, soon after, to the same host.
    pub(crate) fn by_itself(&self, index: usize) -> Option<usize> {
        let exchange = self.get(index)?;
        let next = self.after(index).next()?;
        let following = self.get(next)?;
        let soon = seconds_between(exchange, following).is_some_and(|seconds| seconds <= BY_ITSELF);
        (soon
            && !typed(following)
            && !from_elsewhere(exchange, following)
            && host(&following.url) == host(&exchange.url))
        .then_some(next)
    }
}

/// The page was shown, and the browser says that another site led to the next one: the person went
/// back to what another site had opened.
fn from_elsewhere(shown: &Exchange, following: &Exchange) -> bool {
    (200..300).contains(&shown.status) && following.fetch_site.as_deref() == Some("cross-site")
}

/// The person typed the address, used a bookmark or reloaded: nothing sent them there.
pub(crate) fn typed(exchange: &Exchange) -> bool {
    exchange.method == "GET"
        && exchange.fetch_site.as_deref() == Some("none")
        && exchange.referer.is_none()
}

/// `Location` of a redirect; an answer whose status was not recorded may still show it.
pub(crate) fn redirect_of(exchange: &Exchange) -> Option<&str> {
    let redirects = (300..400).contains(&exchange.status) || exchange.status == 0;
    exchange.location.as_deref().filter(|_| redirects)
}

/// Seconds from the end of one exchange to the start of another.
pub(crate) fn seconds_between(earlier: &Exchange, later: &Exchange) -> Option<f64> {
    let gap = later.started?.duration_since(earlier.started?).as_secs_f64();
    Some(gap - earlier.duration_ms.unwrap_or_default() / 1000.0)
}

/// Host name and, where it is not the default, port.
pub(crate) fn host(url: &str) -> Option<String> {
    let authority = url.split_once("://").and_then(|(_, rest)| rest.split('/').next());
    // Without a colon there is no port; most addresses of a capture have none.
    if authority.is_some_and(|authority| !authority.is_empty() && !authority.contains(':')) {
        return host_of(url);
    }
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?.to_ascii_lowercase();
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

/// Two cleaned URLs name the same address; an explicit default port and the fragment do not matter.
pub(crate) fn same_url(left: &str, right: &str) -> bool {
    let plain = |text: &str| {
        Url::parse(text).ok().map(|mut url| {
            url.set_fragment(None);
            url.to_string()
        })
    };
    left == right || (plain(left).is_some() && plain(left) == plain(right))
}

/// A redirect to what is the same address but for scheme, host, port, slashes or letter case: the
/// kind that web servers make by themselves and that turns a POST into a GET.
pub(crate) fn is_detour(from: &str, to: &str) -> bool {
    let plain = |text: &str| {
        let url = Url::parse(text).ok()?;
        let segments: Vec<String> = url
            .path()
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        (!segments.is_empty()).then(|| (segments, url.query().map(str::to_owned)))
    };
    plain(from).is_some() && plain(from) == plain(to) && !same_url(from, to)
}

/// Host and path, for people.
pub(crate) fn host_and_path(url: &str) -> String {
    let bare = url.split_once("://").map_or(url, |(_, rest)| rest);
    bare.split(['?', '#']).next().unwrap_or(bare).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(url: &str, status: u16, location: Option<&str>) -> Exchange {
        Exchange {
            url: url.to_owned(),
            status,
            location: location.map(str::to_owned),
            navigation: true,
            ..Exchange::default()
        }
    }

    #[test]
    fn redirects_are_followed_and_traced_back() {
        let exchanges = [
            exchange(
                "https://sp.example/a",
                302,
                Some("https://idp.example:443/sso?SAMLRequest=…"),
            ),
            exchange("https://sp.example/other", 200, None),
            exchange(
                "https://idp.example/sso?SAMLRequest=…",
                302,
                Some("https://idp.example/login"),
            ),
            exchange("https://idp.example/login", 200, None),
        ];
        let path = Path::new(&exchanges);
        assert_eq!(path.chain(0), [0, 2, 3]);
        assert_eq!(
            (path.previous(3), path.previous(2), path.previous(0)),
            (Some(2), Some(0), None)
        );
        assert_eq!(path.next(3), None);
    }

    #[test]
    fn endpoints_are_compared_loosely() {
        assert!(is_detour("http://sp.example/azure/acs", "https://sp.example:443/azure/acs/"));
        assert!(is_detour("https://sp/azure/acs", "https://sp.example/azure/acs"));
        assert!(!is_detour("https://sp.example/acs", "https://sp.example/hub"));
        assert!(
            !is_detour("https://sp.example/?acs", "https://sp.example/")
                && !is_detour("https://sp.example/a", "https://sp.example/a")
        );
        assert!(!same_url("https://sp.example/acs", "https://sp.example/acs/"));
        assert_eq!(host("https://SP.example:8443/x").as_deref(), Some("sp.example:8443"));
        assert_eq!(host_and_path("https://sp.example/x?y=1"), "sp.example/x");
    }
}
