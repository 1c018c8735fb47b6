//! The time in which an assertion may be used: the narrowest of what it says about itself.
//!
//! `Conditions` binds always; of several bearer confirmations one that holds is enough
//! (saml-profiles-2.0-os §4.1.4.3).

use diag_sdk::Sited;
use diag_sdk::case::assertion::Assertion;
use diag_sdk::case::judgement::{Bound, Window};
use diag_sdk::spec;
use jiff::Timestamp;

/// The window of an assertion.
pub(super) fn of(assertion: &Assertion) -> Window {
    let bound = |said_in: &'static str| {
        move |value: &Sited<Timestamp>| Bound {
            time: value.value,
            said_in: said_in.to_owned(),
            place: value.place.clone(),
        }
    };
    let conditions = assertion.conditions.as_ref();
    let begin = conditions
        .and_then(|conditions| conditions.not_before.as_ref())
        .map(bound("Conditions/@NotBefore"));
    let end = conditions
        .and_then(|conditions| conditions.not_on_or_after.as_ref())
        .map(bound("Conditions/@NotOnOrAfter"));

    let bearers = || {
        assertion.confirmations.iter().filter(|confirmation| confirmation.method == spec::BEARER)
    };
    let starts: Option<Vec<_>> =
        bearers().map(|confirmation| confirmation.not_before.as_ref()).collect();
    let ends: Option<Vec<_>> =
        bearers().map(|confirmation| confirmation.not_on_or_after.as_ref()).collect();
    let earliest = starts
        .unwrap_or_default()
        .into_iter()
        .min_by_key(|time| time.value)
        .map(bound("SubjectConfirmationData/@NotBefore"));
    let latest = ends
        .unwrap_or_default()
        .into_iter()
        .max_by_key(|time| time.value)
        .map(bound("SubjectConfirmationData/@NotOnOrAfter"));
    Window {
        begin: [begin, earliest].into_iter().flatten().max_by_key(|bound| bound.time),
        end: [end, latest].into_iter().flatten().min_by_key(|bound| bound.time),
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
        assert_eq!(
            window.over("2026-11-24T12:00:00Z".parse().unwrap()).unwrap().said_in,
            "Conditions/@NotOnOrAfter"
        );
    }

    #[test]
    fn one_confirmation_that_holds_is_enough() {
        let bearer = |end: Option<Sited<Timestamp>>| SubjectConfirmation {
            method: spec::BEARER.to_owned(),
            not_on_or_after: end,
            ..SubjectConfirmation::default()
        };
        let assertion = |ends: Vec<_>| Assertion {
            confirmations: ends.into_iter().map(bearer).collect(),
            ..Assertion::default()
        };
        let early =
            assertion(vec![Some(at("2026-11-24T10:00:00Z")), Some(at("2026-11-24T11:00:00Z"))]);
        assert!(of(&early).holds("2026-11-24T10:30:00Z".parse().unwrap()));
        let unbounded = assertion(vec![Some(at("2026-11-24T10:00:00Z")), None]);
        assert!(of(&unbounded).end.is_none());
        assert!(of(&Assertion::default()).holds("2026-11-24T10:30:00Z".parse().unwrap()));
    }
}
