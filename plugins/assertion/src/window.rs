//! The time in which an assertion may be used: the narrowest of what it says about itself.

use diag_sdk::Sited;
use diag_sdk::case::assertion::Assertion;
use diag_sdk::jiff::Timestamp;

/// Method of confirmation that browsers can fulfil (saml-profiles-2.0-os §3.3).
pub(crate) const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/// One end of the window, and where the assertion says it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub(crate) value: &'a Sited<Timestamp>,
    /// Element and attribute, for people.
    pub(crate) said_in: &'static str,
}

/// Begin (included) and end (excluded).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Window<'a> {
    pub(crate) begin: Option<Bound<'a>>,
    pub(crate) end: Option<Bound<'a>>,
}

/// `Conditions` binds always; of several bearer confirmations one that holds is enough.
pub(crate) fn of(assertion: &Assertion) -> Window<'_> {
    let bound = |said_in| move |value| Bound { value, said_in };
    let conditions = assertion.conditions.as_ref();
    let begin = conditions.and_then(|conditions| conditions.not_before.as_ref()).map(bound("Conditions/@NotBefore"));
    let end = conditions.and_then(|conditions| conditions.not_on_or_after.as_ref()).map(bound("Conditions/@NotOnOrAfter"));

    let bearers = || assertion.confirmations.iter().filter(|confirmation| confirmation.method == BEARER);
    let starts: Option<Vec<_>> = bearers().map(|confirmation| confirmation.not_before.as_ref()).collect();
    let ends: Option<Vec<_>> = bearers().map(|confirmation| confirmation.not_on_or_after.as_ref()).collect();
    let earliest = starts.unwrap_or_default().into_iter().min_by_key(|time| time.value).map(bound("SubjectConfirmationData/@NotBefore"));
    let latest = ends.unwrap_or_default().into_iter().max_by_key(|time| time.value).map(bound("SubjectConfirmationData/@NotOnOrAfter"));
    Window {
        begin: [begin, earliest].into_iter().flatten().max_by_key(|bound| bound.value.value),
        end: [end, latest].into_iter().flatten().min_by_key(|bound| bound.value.value),
    }
}

impl<'a> Window<'a> {
    /// The bound that has passed at that moment: the end itself is outside (saml-core-2.0-os §2.5.1).
    pub(crate) fn over(&self, time: Timestamp) -> Option<Bound<'a>> {
        self.end.filter(|end| end.value.value <= time)
    }

    /// The bound that is still to come.
    pub(crate) fn ahead(&self, time: Timestamp) -> Option<Bound<'a>> {
        self.begin.filter(|begin| begin.value.value > time)
    }

    /// The moment lies inside.
    pub(crate) fn holds(&self, time: Timestamp) -> bool {
        self.over(time).is_none() && self.ahead(time).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Place;
    use diag_sdk::case::assertion::{Conditions, SubjectConfirmation};

    fn at(text: &str) -> Sited<Timestamp> {
        Sited::new(text.parse().unwrap(), Place::default())
    }

    #[test]
    fn the_end_is_outside_and_the_begin_inside() {
        let assertion = Assertion {
            conditions: Some(Conditions {
                not_before: Some(at("2026-11-24T10:00:00Z")),
                not_on_or_after: Some(at("2026-11-24T11:00:00Z")),
                ..Conditions::default()
            }),
            ..Assertion::default()
        };
        let window = of(&assertion);
        let holds = |text: &str| window.holds(text.parse().unwrap());
        assert!(holds("2026-11-24T10:00:00Z") && holds("2026-11-24T10:59:59.999Z"));
        assert!(!holds("2026-11-24T11:00:00Z") && !holds("2026-11-24T09:59:59.999Z"));
        assert_eq!(window.over("2026-11-24T12:00:00Z".parse().unwrap()).unwrap().said_in, "Conditions/@NotOnOrAfter");
    }

    #[test]
    fn one_confirmation_that_holds_is_enough() {
        let bearer = |end: Option<Sited<Timestamp>>| SubjectConfirmation {
            method: BEARER.to_owned(),
            not_on_or_after: end,
            ..SubjectConfirmation::default()
        };
        let assertion = |ends: Vec<_>| Assertion { confirmations: ends.into_iter().map(bearer).collect(), ..Assertion::default() };
        let early = assertion(vec![Some(at("2026-11-24T10:00:00Z")), Some(at("2026-11-24T11:00:00Z"))]);
        assert!(of(&early).holds("2026-11-24T10:30:00Z".parse().unwrap()));
        let unbounded = assertion(vec![Some(at("2026-11-24T10:00:00Z")), None]);
        assert!(of(&unbounded).end.is_none());
        assert!(of(&Assertion::default()).holds("2026-11-24T10:30:00Z".parse().unwrap()));
    }
}
