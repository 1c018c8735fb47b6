//! Whether a response is as it should be apart from its signatures.
//!
//! Service providers seldom say why they refuse. A property that many tolerate (SHA-1, an expired
//! certificate) is the reason only where the service provider says something of signatures, or where
//! everything else about the response is as it should be.

use super::delivery::Delivery;
use super::sides::published;
use crate::address;
use crate::case::message::MessageKind;

impl Delivery<'_> {
    /// Apart from its signatures nothing in a response explains a refusal: it is successful, undamaged,
    /// in time, meant for this service provider, delivered where it says, and answers the request. No other
    /// message is judged so.
    pub fn otherwise_sound(&self) -> bool {
        self.message.kind == MessageKind::Response
            && self.message.succeeded()
            && self.message.damage.is_empty()
            && self.in_time()
            && self.for_this_sp()
            && self.delivered_right()
            && self.answers_request()
    }

    /// It was handed over while its assertion could be used. `true` where the moment is not known.
    pub fn in_time(&self) -> bool {
        let Some(at) = self.time() else { return true };
        self.assertion().is_none_or(|assertion| assertion.window.holds(at))
    }

    fn for_this_sp(&self) -> bool {
        let issuers = self
            .case
            .messages_of(MessageKind::AuthnRequest)
            .filter_map(|request| request.issuer.as_ref());
        let configured = self
            .case
            .relevant_configurations()
            .filter_map(|configuration| configuration.entity_id.as_ref());
        let published = published(self.case).into_iter().map(|metadata| &metadata.entity_id);
        let names: Vec<&str> =
            issuers.chain(configured).chain(published).map(|name| name.value.as_str()).collect();
        let conditions =
            self.message.assertions.iter().filter_map(|assertion| assertion.conditions.as_ref());
        let mut audiences = conditions
            .map(|conditions| &conditions.audiences)
            .filter(|audiences| !audiences.is_empty());
        names.is_empty()
            || audiences.all(|audiences| {
                audiences.iter().any(|audience| names.contains(&audience.value.as_str()))
            })
    }

    fn delivered_right(&self) -> bool {
        let Some(to) = self.message.delivered_to() else { return true };
        let destination =
            self.message.destination.as_ref().filter(|destination| !destination.value.is_empty());
        let confirmations =
            self.message.assertions.iter().flat_map(|assertion| &assertion.confirmations);
        let recipients = confirmations.filter_map(|confirmation| confirmation.recipient.as_ref());
        destination.into_iter().chain(recipients).all(|url| address::reaches(&url.value, to))
    }

    fn answers_request(&self) -> bool {
        let request = self.attempt.and_then(|attempt| self.case.request_of(attempt));
        match (request.and_then(|request| request.xml_id.as_ref()), &self.message.in_response_to) {
            (Some(id), Some(answered)) => id.value == answered.value,
            (Some(_), None) => false,
            (None, answered) => answered.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::case::attempt::Outcome;
    use crate::case::message::Message;
    use crate::testing;

    #[test]
    fn every_other_explanation_counts() {
        let sound = testing::sign_in(Outcome::RefusedBySp);
        assert!(sound.responses()[0].otherwise_sound());
        let unsound = |change: &dyn Fn(&mut Message)| {
            let mut case = sound.clone();
            change(&mut case.messages[1]);
            !case.responses()[0].otherwise_sound()
        };
        assert!(unsound(&|response| response.status = None));
        assert!(unsound(&|response| response.destination = Some("https://other.example/".into())));
        assert!(unsound(&|response| response.in_response_to = Some("_other".into())));
        assert!(unsound(&|response| response.in_response_to = None));
        assert!(unsound(&|response| {
            let conditions = response.assertions[0].conditions.as_mut().expect("conditions");
            conditions.audiences = vec!["urn:other".into()];
        }));
        assert!(unsound(&|response| testing::valid(&mut response.assertions[0], -3600, -60)));
    }
}
