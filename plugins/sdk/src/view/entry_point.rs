//! Entry points of the service provider that concern the sign-in: what they read, what served them,
//! and how hard a fault of theirs is judged.

use super::visit::Visit;
use crate::address::Address;
use crate::case::Case;
use crate::case::attempt::Attempt;
use crate::case::exchange::Side;
use crate::case::message::Message;
use crate::case::sp_configuration::SpConfiguration;
use crate::finding::{Finding, Severity};
use crate::host::{bare_host, host_of};
use std::collections::HashSet;
use std::ops::Deref;

/// One entry point, and the Case it stands in. Dereferences to its configuration.
#[derive(Debug, Clone, Copy)]
pub struct EntryPoint<'a> {
    /// The Case.
    pub case: &'a Case,
    /// Its configuration.
    pub configuration: &'a SpConfiguration,
}

impl Deref for EntryPoint<'_> {
    type Target = SpConfiguration;
    fn deref(&self) -> &SpConfiguration {
        self.configuration
    }
}

impl<'a> EntryPoint<'a> {
    /// Its name for screens; `None` where it has none.
    pub fn shown_name(&self) -> Option<&'a str> {
        Some(self.configuration.name.as_str()).filter(|name| !name.is_empty())
    }

    /// Its path prefix; `None` for the default entry point.
    pub fn own_prefix(&self) -> Option<&'a str> {
        self.configuration
            .prefix
            .as_ref()
            .map(|prefix| prefix.value.as_str())
            .filter(|prefix| !prefix.is_empty())
    }

    /// A finding about it, with it as the subject. What is no error is only likely to harm.
    pub fn finding(&self, severity: Severity, headline: impl Into<String>) -> Finding {
        let finding = Finding::new(severity, headline).subject(self.configuration.id.clone());
        if severity == Severity::Warning { finding.likely() } else { finding }
    }

    /// The level of what must break every sign-in through it: an error, unless the capture shows one that
    /// worked.
    pub fn level(&self) -> Severity {
        if self.case.signed_in() { Severity::Warning } else { Severity::Error }
    }

    /// What must break every sign-in through it, at that level.
    pub fn fault(&self, headline: impl Into<String>) -> Finding {
        self.finding(self.level(), headline)
    }

    /// A message goes to it: it was delivered (or, unseen, is addressed) to the path at which it consumes
    /// responses, or else below its prefix. A response to a broker on the way is none of its business.
    pub fn reads(&self, message: &Message) -> bool {
        if self.method.is_some() && !self.is_saml() {
            return false;
        }
        let to =
            message.delivered_to().or(message.destination.as_ref().map(|url| url.value.as_str()));
        let Some(to) = to.and_then(Address::parse) else { return true };
        let path = |address: &Address| address.path.trim_matches('/').to_lowercase();
        match (self.acs_url.as_ref().and_then(|acs| Address::parse(&acs.value)), self.own_prefix())
        {
            (Some(acs), _) => path(&acs) == path(&to),
            (None, Some(prefix)) => to.first_segment().eq_ignore_ascii_case(prefix),
            (None, None) => true,
        }
    }

    /// Requests of the browser to it: below its prefix, or, for the default one, to the service provider.
    /// On hosts of nobody known (an alias that is refused is one) only pages count: the paths of scripts
    /// and pictures from elsewhere may begin with the same word.
    pub fn visits(&self) -> Vec<Visit<'a>> {
        self.case.visits().filter(|visit| self.is_visited_by(visit)).collect()
    }

    /// It is one of its [`visits`](Self::visits).
    pub fn is_visited_by(&self, visit: &Visit<'_>) -> bool {
        match self.own_prefix() {
            Some(prefix) => {
                visit.is_below(prefix)
                    && (visit.exchange.side == Side::Sp || visit.exchange.navigation)
            }
            None => visit.exchange.side == Side::Sp,
        }
    }

    /// The browser got an answer below its prefix: something serves it.
    pub fn served(&self) -> bool {
        let own = self.host_uri.as_ref().and_then(|uri| host_of(uri));
        let here = |visit: &Visit<'_>| {
            own.is_none() || Some(&visit.host) == own.as_ref() || visit.exchange.side == Side::Sp
        };
        self.own_prefix().is_some_and(|prefix| {
            self.case.visits().any(|visit| visit.served() && visit.is_below(prefix) && here(&visit))
        })
    }

    /// The host its configuration gives it; `None` where it is that of an identity provider, which is a
    /// mistake of another kind.
    pub fn own_host(&self) -> Option<String> {
        let uri = self.host_uri.as_ref()?;
        let host = host_of(uri).or_else(|| bare_host(uri.trim()))?;
        (!self.case.is_idp_host(&host)).then_some(host)
    }

    /// Two entry points stand in the same site, as far as can be told: their exports do not come from
    /// different files that name different hosts.
    pub fn same_site(&self, other: &Self) -> bool {
        let host = |entry: &Self| entry.host_uri.as_ref().and_then(|uri| host_of(uri));
        let hosts_differ =
            matches!((host(self), host(other)), (Some(left), Some(right)) if left != right);
        self.place.input == other.place.input || !hosts_differ
    }

    /// Failed attempts that a lost session cookie of its explains: accepted and yet not signed in, or with
    /// that very cookie found missing where it was due.
    pub fn without_session(&self) -> Vec<&'a Attempt> {
        let name = self.session_cookie_name.as_ref().map(|name| name.value.as_str());
        let own = |cookie: &str| {
            name.is_none_or(|name| cookie == name || cookie.strip_suffix("-HTTP") == Some(name))
        };
        let lost: HashSet<&str> = self
            .case
            .lost_cookies
            .iter()
            .filter(|cookie| cookie.decisive && own(&cookie.name))
            .filter_map(|cookie| cookie.attempt.as_deref())
            .collect();
        let explained = |attempt: &&Attempt| {
            attempt.failed() && (attempt.accepted() || lost.contains(attempt.id.as_str()))
        };
        self.case.attempts.iter().filter(explained).collect()
    }

    /// Names in a finding the attempts that a [lost session](Self::without_session) of its explains.
    pub fn blame_for_lost_sessions(&self, mut finding: Finding) -> Finding {
        let named: HashSet<String> = finding.attempts.iter().cloned().collect();
        let explained = self.without_session().into_iter().map(|attempt| &attempt.id);
        finding.attempts.extend(explained.filter(|id| !named.contains(*id)).cloned());
        finding
    }
}

impl Case {
    /// Entry points that concern this sign-in.
    pub fn entry_points(&self) -> impl Iterator<Item = EntryPoint<'_>> {
        self.relevant_configurations().map(|configuration| EntryPoint { case: self, configuration })
    }

    /// Those of them that use SAML, or of which the export does not tell.
    pub fn saml_entry_points(&self) -> impl Iterator<Item = EntryPoint<'_>> {
        self.entry_points().filter(|entry| entry.method.is_none() || entry.is_saml())
    }

    /// Every entry point that was handed in, whether it concerns this sign-in or not.
    pub fn all_entry_points(&self) -> impl Iterator<Item = EntryPoint<'_>> {
        self.sp_configurations.iter().map(|configuration| EntryPoint { case: self, configuration })
    }

    /// The entry point with that id, whether it concerns this sign-in or not.
    pub fn entry_point(&self, id: &str) -> Option<EntryPoint<'_>> {
        self.configuration(id).map(|configuration| EntryPoint { case: self, configuration })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::attempt::{LostCookie, Outcome};
    use crate::testing;

    #[test]
    fn a_response_to_a_broker_is_not_read() {
        let mut case = testing::sign_in(Outcome::SignedIn);
        case.sp_configurations.push(testing::entry_point());
        let reads = |case: &Case| case.entry_points().next().unwrap().reads(&case.messages[1]);
        assert!(reads(&case));
        case.messages[1].sightings[1].to = Some("https://broker.example/acs".to_owned());
        assert!(!reads(&case));
        case.sp_configurations[0].acs_url = None;
        assert!(!reads(&case));
        case.sp_configurations[0].prefix = Some("".into());
        assert!(reads(&case));
    }

    #[test]
    fn a_sign_in_that_worked_makes_a_fault_a_warning() {
        let mut case = Case { sp_configurations: vec![testing::entry_point()], ..Case::default() };
        let fault = |case: &Case| case.entry_points().next().unwrap().fault("x");
        assert_eq!((fault(&case).severity, fault(&case).certain), (Severity::Error, true));
        testing::attempt(&mut case, Outcome::SignedIn);
        assert_eq!((fault(&case).severity, fault(&case).certain), (Severity::Warning, false));
        assert_eq!(fault(&case).subject.as_deref(), Some("c1"));
    }

    #[test]
    fn only_its_own_lost_cookie_explains_an_attempt() {
        let mut case = testing::sign_in(Outcome::RefusedBySp);
        case.sp_configurations.push(testing::entry_point());
        let count = |case: &Case| case.entry_points().next().unwrap().without_session().len();
        assert_eq!(count(&case), 0);
        let cookie = |name: &str| LostCookie {
            name: name.to_owned(),
            attempt: Some("a1".to_owned()),
            decisive: true,
            ..LostCookie::default()
        };
        case.lost_cookies = vec![cookie("other")];
        assert_eq!(count(&case), 0);
        case.lost_cookies = vec![cookie("X-Qlik-Session-azure-HTTP")];
        assert_eq!(count(&case), 1);
    }
}
