//! What the identity provider calls itself, and nobody else should.

use super::request::Request;
use crate::case::Case;
use crate::case::message::{Message, MessageKind};
use crate::host::{host_of, is_one_of};
use std::collections::{HashMap, HashSet};

/// EntityIDs of identity providers, see [`Case::idp_names`].
#[derive(Debug, Clone, Default)]
pub struct IdpNames<'a> {
    case: Option<&'a Case>,
    names: HashSet<&'a str>,
}

impl IdpNames<'_> {
    /// It is the name of an identity provider.
    pub fn has(&self, entity_id: &str) -> bool {
        self.names.contains(entity_id)
            || self.case.is_some_and(|case| is_issuer_of_a_product(case, entity_id))
    }
}

/// A product names every tenant of its own by such a URL.
fn is_issuer_of_a_product(case: &Case, entity_id: &str) -> bool {
    let issues =
        |host: String| case.products.iter().any(|product| is_one_of(&host, &product.issuer_hosts));
    case.tenant_of(entity_id).is_some() && host_of(entity_id).is_some_and(issues)
}

/// The Issuer of a request whose host is that of the identity provider it was sent to, while the answer is wanted elsewhere:
/// the service provider goes by the other side's name.
fn named_after_its_receiver<'a>(request: &Request<'a>) -> Option<&'a str> {
    let issuer = request.issuer()?;
    let own = host_of(&issuer.value)?;
    let receiver = request.message.delivered_to().and_then(host_of)?;
    let wanted = host_of(&request.acs_url()?.value)?;
    (own == receiver && own != wanted).then_some(issuer.value.as_str())
}

impl Case {
    /// EntityIDs that only identity providers go by, from metadata and from the issuers of responses. A
    /// broker is a service provider towards one side and an identity provider towards the other, often
    /// under one name, so its name is left out.
    pub fn idp_names(&self) -> IdpNames<'_> {
        let mut listening: HashMap<&str, HashSet<String>> = HashMap::new();
        for metadata in self.metadata.iter().filter(|metadata| metadata.idp.is_some()) {
            let sso = metadata.idp.iter().flat_map(|role| &role.sso);
            listening
                .entry(&metadata.entity_id.value)
                .or_default()
                .extend(sso.filter_map(|endpoint| host_of(&endpoint.location.value)));
        }
        for response in self.responses() {
            let to = response.request().and_then(Message::delivered_to).and_then(host_of);
            let issuers = response
                .message
                .assertions
                .iter()
                .filter_map(|assertion| assertion.issuer.as_ref());
            for issuer in response.message.issuer.iter().chain(issuers) {
                listening.entry(&issuer.value).or_default().extend(to.clone());
            }
        }
        let published = self.metadata.iter().filter(|metadata| metadata.sp.is_some());
        let mut brokers: HashSet<&str> =
            published.map(|metadata| metadata.entity_id.value.as_str()).collect();
        // Who sends a request to somebody else than itself asks as a service provider.
        for request in self.messages_of(MessageKind::AuthnRequest) {
            let Some(issuer) = &request.issuer else { continue };
            let own = listening.get(issuer.value.as_str()).filter(|hosts| !hosts.is_empty());
            let to = request.delivered_to().and_then(host_of);
            if own.zip(to).is_some_and(|(own, to)| !own.contains(&to)) {
                brokers.insert(&issuer.value);
            }
        }
        let mut names: HashSet<&str> = listening.into_keys().collect();
        names
            .extend(self.requests().iter().filter_map(|request| named_after_its_receiver(request)));
        names.retain(|name| !brokers.contains(name) && !name.is_empty());
        IdpNames { case: Some(self), names }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::attempt::Outcome;
    use crate::case::input::HeldBy;
    use crate::case::metadata::SpRole;
    use crate::testing;

    #[test]
    fn metadata_and_responses_name_the_identity_provider() {
        assert!(!Case::default().idp_names().has(testing::IDP_ENTITY_ID));
        let held = Case {
            metadata: vec![testing::idp_metadata("d1", HeldBy::Sp, &[])],
            ..Case::default()
        };
        for case in [held, testing::sign_in(Outcome::SignedIn)] {
            assert!(
                case.idp_names().has(testing::IDP_ENTITY_ID)
                    && !case.idp_names().has(testing::ENTITY_ID)
            );
        }
        let tenant = format!("https://sts.windows.net/{}/", testing::TENANT);
        let case = Case { products: testing::products(), ..Case::default() };
        assert!(case.idp_names().has(&tenant) && !case.idp_names().has("https://sts.windows.net/"));
    }

    #[test]
    fn a_request_that_names_its_receiver_as_sender_borrows_the_name() {
        let mut case = testing::refused_by_idp(&[], &[]);
        case.messages[0].issuer = Some("https://idp.example/realm".into());
        assert!(case.idp_names().has("https://idp.example/realm"));
        case.messages[0].request.as_mut().expect("a request").acs_url =
            Some("https://idp.example/app/acs".into());
        assert!(!case.idp_names().has("https://idp.example/realm"), "both live on one host");
    }

    #[test]
    fn a_broker_may_ask_under_the_name_it_answers_by() {
        let mut case = testing::refused_by_idp(&[], &[]);
        case.messages[0].issuer = Some(testing::IDP_ENTITY_ID.into());
        case.metadata = vec![testing::idp_metadata("d1", HeldBy::Sp, &[])];
        assert!(case.idp_names().has(testing::IDP_ENTITY_ID));
        case.messages[0].sightings[0].to = Some("https://upstream.example/sso".to_owned());
        assert!(!case.idp_names().has(testing::IDP_ENTITY_ID));
        case.messages.clear();
        case.metadata[0].sp = Some(SpRole::default());
        assert!(!case.idp_names().has(testing::IDP_ENTITY_ID));
    }
}
