//! What the browser did at an entry point, by host.

use diag_sdk::address::Address;
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::sp_configuration::SpConfiguration;
use diag_sdk::host::{bare_host, host_of};
use diag_sdk::{Case, Meaning};

/// Meaning of the known texts with which a server refuses the host name it was asked by.
const HOST_REFUSED: Meaning = Meaning::HostHeader;

/// A request of the browser to an entry point.
#[derive(Debug, Clone)]
pub(crate) struct Visit<'a> {
    /// Index of the exchange in the Case.
    pub(crate) index: usize,
    /// The host it was sent to.
    pub(crate) host: String,
    /// The exchange.
    pub(crate) exchange: &'a Exchange,
}

impl Visit<'_> {
    /// The server refused it before looking at anything but the host name: 400 without a message in it.
    pub(crate) fn refused_for_host(&self) -> bool {
        self.says_host_refused() || (self.exchange.status == 400 && self.exchange.method == "GET" && !self.exchange.websocket)
    }

    /// The answer's page says in known words that the host name is refused.
    pub(crate) fn says_host_refused(&self) -> bool {
        let page = self.exchange.page.as_ref();
        let told = page.is_some_and(|page| page.phrases.iter().any(|phrase| phrase.meaning == HOST_REFUSED));
        told || (self.exchange.status == 400 && page.is_some_and(|page| page.text.to_lowercase().contains("http header is incorrect")))
    }

    /// The server did its work for it.
    pub(crate) fn served(&self) -> bool {
        (200..400).contains(&self.exchange.status)
    }
}

/// Requests to one entry point: below its prefix, or, for the default one, to the service provider.
/// On hosts of nobody known (an alias that is refused is one) only pages count: the paths of scripts
/// and pictures from elsewhere may begin with the same word.
pub(crate) fn at<'a>(case: &'a Case, entry: &SpConfiguration) -> Vec<Visit<'a>> {
    let prefix = entry.prefix.as_ref().map(|prefix| prefix.value.as_str()).filter(|prefix| !prefix.is_empty());
    all(case)
        .filter(|visit| visit.exchange.side == Side::Sp || visit.exchange.navigation)
        .filter(|visit| match prefix {
            Some(prefix) => first_segment(&visit.exchange.url).is_some_and(|segment| segment.eq_ignore_ascii_case(prefix)),
            None => visit.exchange.side == Side::Sp,
        })
        .collect()
}

/// Every request that did not go to the identity provider.
pub(crate) fn all(case: &Case) -> impl Iterator<Item = Visit<'_>> {
    case.exchanges
        .iter()
        .enumerate()
        .filter(|(_, exchange)| exchange.side != Side::Idp)
        .filter_map(|(index, exchange)| Some(Visit { index, host: host_of(&exchange.url)?, exchange }))
}

/// Web sockets are addressed by `wss:`, which is `https:` for this purpose.
fn first_segment(url: &str) -> Option<String> {
    let web = url.strip_prefix("ws").map_or_else(|| url.to_owned(), |rest| format!("http{rest}"));
    Address::parse(&web).map(|address| address.first_segment().to_owned())
}

/// The host its configuration gives an entry point; `None` where it is that of an identity
/// provider, which is a mistake of another kind.
pub(crate) fn own_host(case: &Case, entry: &SpConfiguration) -> Option<String> {
    let uri = entry.host_uri.as_ref()?;
    let host = host_of(uri).or_else(|| bare_host(uri.trim()))?;
    (!is_idp_host(case, &host)).then_some(host)
}

/// The host is that of the identity provider, by its metadata or by what the capture shows.
pub(crate) fn is_idp_host(case: &Case, host: &str) -> bool {
    let named = [HeldBy::Publisher, HeldBy::Sp].into_iter().flat_map(|held_by| case.idp_metadata(held_by));
    let sso = named.flat_map(|metadata| metadata.idp.iter()).flat_map(|role| &role.sso);
    let declared = sso.filter_map(|endpoint| host_of(&endpoint.location)).any(|known| known == host);
    declared || case.exchanges.iter().any(|exchange| exchange.side == Side::Idp && host_of(&exchange.url).as_deref() == Some(host))
}

/// For screens: the entry point's name.
pub(crate) fn object(entry: &SpConfiguration) -> Option<&str> {
    Some(entry.name.as_str()).filter(|name| !name.is_empty())
}
