//! What the browser did at a host: requests that did not go to the identity provider.

use crate::address::Address;
use crate::case::Case;
use crate::case::attempt::Attempt;
use crate::case::exchange::{Exchange, Side};
use crate::finding::Finding;
use crate::host::{host_of, is_one_of};
use crate::meaning::Meaning;

/// A request of the browser, and the host it was sent to.
#[derive(Debug, Clone)]
pub struct Visit<'a> {
    /// Index of the exchange in the Case.
    pub index: usize,
    /// The host it was sent to, lower case.
    pub host: String,
    /// The exchange.
    pub exchange: &'a Exchange,
    /// The attempt it belongs to, where it belongs to one.
    pub attempt: Option<&'a Attempt>,
}

impl Visit<'_> {
    /// The server refused it before looking at anything but the host name: 400 without a message in it.
    pub fn refused_for_host(&self) -> bool {
        self.says_host_refused()
            || (self.exchange.status == 400
                && self.exchange.method == "GET"
                && !self.exchange.websocket)
    }

    /// The answer's page says in known words that the host name is refused.
    pub fn says_host_refused(&self) -> bool {
        let page = self.exchange.page.as_ref();
        let told = page.is_some_and(|page| {
            page.phrases.iter().any(|phrase| phrase.meaning == Meaning::HostHeader)
        });
        told || (self.exchange.status == 400
            && page
                .is_some_and(|page| page.text.to_lowercase().contains("http header is incorrect")))
    }

    /// The server did its work for it.
    pub fn served(&self) -> bool {
        (200..400).contains(&self.exchange.status)
    }

    /// Says of a finding that this request shows it, and in which attempt.
    pub fn mark(&self, finding: Finding) -> Finding {
        finding
            .at(&self.exchange.place)
            .attempt(self.attempt.map_or("", |attempt| attempt.id.as_str()))
    }

    /// Its path begins with that segment. Web sockets are addressed by `wss:`, which is `https:` for this
    /// purpose.
    pub fn is_below(&self, prefix: &str) -> bool {
        let url = &self.exchange.url;
        let web = url.strip_prefix("ws").map_or_else(|| url.clone(), |rest| format!("http{rest}"));
        Address::parse(&web)
            .is_some_and(|address| address.first_segment().eq_ignore_ascii_case(prefix))
    }
}

impl Case {
    /// Every request of the browser that did not go to the identity provider.
    pub fn visits(&self) -> impl Iterator<Item = Visit<'_>> {
        let attempts = self.attempts_by_exchange();
        let seen =
            self.exchanges.iter().enumerate().filter(|(_, exchange)| exchange.side != Side::Idp);
        seen.filter_map(move |(index, exchange)| {
            Some(Visit {
                index,
                host: host_of(&exchange.url)?,
                exchange,
                attempt: attempts.get(&index).copied(),
            })
        })
    }

    /// The host is that of the identity provider, by its metadata.
    pub fn is_declared_idp_host(&self, host: &str) -> bool {
        let sso =
            self.metadata.iter().flat_map(|metadata| &metadata.idp).flat_map(|role| &role.sso);
        sso.filter_map(|endpoint| host_of(&endpoint.location)).any(|known| known == host)
            || self.products.iter().any(|product| is_one_of(host, &product.sign_in_hosts))
    }

    /// The host is that of the identity provider, by its metadata or by what the capture shows.
    pub fn is_idp_host(&self, host: &str) -> bool {
        self.is_declared_idp_host(host)
            || self.exchanges.iter().any(|exchange| {
                exchange.side == Side::Idp && host_of(&exchange.url).as_deref() == Some(host)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn web_sockets_are_visits_below_a_prefix_too() {
        let case = Case {
            exchanges: vec![
                testing::exchange(Side::Sp, "GET", "wss://sense.example/azure/app/1", 101),
                testing::exchange(Side::Idp, "GET", testing::SSO_URL, 200),
            ],
            ..Case::default()
        };
        let visits: Vec<Visit<'_>> = case.visits().collect();
        assert_eq!(visits.len(), 1);
        assert!(visits[0].is_below("Azure") && !visits[0].is_below("adfs") && !visits[0].served());
        assert!(case.is_idp_host("idp.example") && !case.is_idp_host("sense.example"));
    }

    #[test]
    fn a_refused_host_name_shows_in_status_or_words() {
        let visit = |status: u16, meaning: Option<Meaning>| {
            let mut exchange =
                testing::exchange(Side::Sp, "GET", "https://alias.example/azure/hub", status);
            exchange.page = meaning.map(|meaning| testing::page(&[], &[meaning]));
            let case = Case { exchanges: vec![exchange], ..Case::default() };
            let visit = case.visits().next().unwrap();
            (visit.refused_for_host(), visit.says_host_refused())
        };
        assert_eq!(visit(400, None), (true, false));
        assert_eq!(visit(403, None), (false, false));
        assert_eq!(visit(403, Some(Meaning::HostHeader)), (true, true));
    }
}
