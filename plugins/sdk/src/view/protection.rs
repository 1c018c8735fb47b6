//! Whether what a service provider reads of a response is protected by a signature, and how much it
//! matters where it is not.

use super::delivery::Delivery;
use crate::case::judgement::{Consumption, Cover};
use crate::case::message::Damage;
use crate::case::signature::Signature;
use crate::finding::{Finding, Severity};

impl<'a> Delivery<'a> {
    /// The first way of looking for the assertion that leads to one for which the signatures are worth no more than this.
    pub fn consumed(&self, cover: Cover) -> Option<&'a Consumption> {
        self.message.consumptions.iter().find(|consumption| consumption.cover == cover)
    }

    /// Every way of looking for the assertion leads to one that a signature which verifies covers.
    pub fn protected(&self) -> bool {
        let held =
            |consumption: &Consumption| matches!(consumption.cover, Cover::Right | Cover::Embedded);
        !self.message.consumptions.is_empty() && self.message.consumptions.iter().all(held)
    }

    /// Every signature verifies and covers what is consumed: whatever its receiver says of signatures, their
    /// mathematics is not it.
    pub fn verifies(&self) -> bool {
        self.protected() && self.message.signatures.iter().all(Signature::verifies)
    }

    /// The signature is the one on which the protection of something that is consumed rests, and it does not hold.
    pub fn rests_on(&self, signature: &Signature) -> bool {
        let index = self.message.signatures.iter().position(|known| std::ptr::eq(known, signature));
        index.is_some()
            && self
                .message
                .consumptions
                .iter()
                .any(|consumption| consumption.cover.is_open() && consumption.signature == index)
    }

    /// What is consumed is not protected. A receiver must refuse it; where it took it nevertheless, it took
    /// what anybody could have written, which is an error of its own. What may have another explanation is
    /// only likely: the keys of the receiver are not known, or the exporter of the capture changed the message.
    pub fn unprotected(&self, headline: impl Into<String>, detail: impl AsRef<str>) -> Finding {
        let detail = detail.as_ref();
        if !self.accepted() {
            return self.finding(Severity::Error, headline).detail(detail);
        }
        let nevertheless = "The service provider took it nevertheless";
        if self.message.keys_known && !self.altered_by_exporter() {
            let detail = format!("{nevertheless}: it would take what anybody writes. {detail}");
            return self.finding(Severity::Error, headline).detail(detail);
        }
        self.fault(headline).detail(format!("{nevertheless}. {detail}"))
    }

    /// The exporter of the capture masked or cut messages: what was signed cannot be told from it.
    pub fn altered_by_exporter(&self) -> bool {
        let removed = |what: &String| matches!(what.as_str(), "post-data" | "bodies");
        self.message.damage.contains(&Damage::Sanitised)
            || self.case.removed_by_exporter.iter().any(removed)
    }
}

#[cfg(test)]
mod tests {
    use crate::case::attempt::Outcome;
    use crate::case::judgement::{Consumption, Cover};
    use crate::finding::Severity;
    use crate::testing;

    #[test]
    fn what_was_taken_unprotected_is_an_error_where_the_keys_are_known() {
        let mut case = testing::signed(Outcome::SignedIn);
        let level = |case: &crate::Case| case.sent_by_idp()[0].unprotected("x", "y").severity;
        assert_eq!(level(&case), Severity::Warning);
        case.messages[1].keys_known = true;
        assert_eq!(level(&case), Severity::Error);
        case.removed_by_exporter = vec!["cookies".to_owned()];
        assert_eq!(level(&case), Severity::Error);
        case.removed_by_exporter.push("post-data".to_owned());
        assert_eq!(level(&case), Severity::Warning);
        testing::ended(&mut case, Outcome::RefusedBySp);
        assert_eq!(level(&case), Severity::Error);
    }

    #[test]
    fn every_way_of_looking_must_be_covered() {
        let mut case = testing::signed(Outcome::SignedIn);
        assert!(case.sent_by_idp()[0].protected());
        case.messages[1]
            .consumptions
            .push(Consumption { cover: Cover::Elsewhere, ..Consumption::default() });
        let responses = case.sent_by_idp();
        assert!(!responses[0].protected() && responses[0].consumed(Cover::Elsewhere).is_some());
        assert!(!responses[0].rests_on(&case.messages[1].signatures[0]));
    }
}
