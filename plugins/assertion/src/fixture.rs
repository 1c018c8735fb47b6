//! Cases built by hand for the tests of this family.

use crate::window::BEARER;
use diag_sdk::Meaning;
use diag_sdk::case::assertion::{Assertion, Conditions, SubjectConfirmation};
use diag_sdk::case::attempt::{Attempt, Clock, Outcome};
use diag_sdk::case::exchange::{Exchange, Page, Phrase, Side};
use diag_sdk::case::message::{AuthnRequest, Carrier, Message, MessageKind, Sighting, Status};
use diag_sdk::jiff::Timestamp;
use diag_sdk::{Case, Check, Place, Severity, Sited, spec};

/// The moment of the POST in every fixture.
pub(crate) const POSTED: &str = "2026-11-24T10:00:10Z";
pub(crate) const ACS: &str = "https://sense.example/azure/samlauthn/";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Seconds from the POST, as a located time.
pub(crate) fn from_post(seconds: i64) -> Sited<Timestamp> {
    Sited::new(time(POSTED) + diag_sdk::jiff::SignedDuration::from_secs(seconds), Place::default())
}

/// A request sent as exchange 0, and the response to it posted as exchange 1; valid from five
/// minutes before to an hour after the POST.
pub(crate) fn sign_in(outcome: Outcome) -> Case {
    let request = Message {
        id: "m1".to_owned(),
        kind: MessageKind::AuthnRequest,
        root: "AuthnRequest".to_owned(),
        xml_id: Some("_request-of-this-attempt".into()),
        version: Some("2.0".into()),
        issuer: Some("https://sense.example".into()),
        request: Some(AuthnRequest::default()),
        sightings: vec![Sighting {
            exchange: Some(0),
            carrier: Carrier::Query,
            to: Some("https://idp.example/saml2".to_owned()),
            time: Some(time("2026-11-24T10:00:00Z")),
            ..Sighting::default()
        }],
        delivery: Some(0),
        ..Message::default()
    };
    let assertion = Assertion {
        direct: true,
        xml_id: Some("_assertion-of-this-attempt".into()),
        version: Some("2.0".into()),
        confirmations: vec![SubjectConfirmation {
            method: BEARER.to_owned(),
            recipient: Some(ACS.into()),
            in_response_to: Some("_request-of-this-attempt".into()),
            not_on_or_after: Some(from_post(3600)),
            ..SubjectConfirmation::default()
        }],
        conditions: Some(Conditions {
            not_before: Some(from_post(-300)),
            not_on_or_after: Some(from_post(3600)),
            audiences: vec!["https://sense.example".into()],
            ..Conditions::default()
        }),
        ..Assertion::default()
    };
    let response = Message {
        id: "m2".to_owned(),
        kind: MessageKind::Response,
        root: "Response".to_owned(),
        xml_id: Some("_response-of-this-attempt".into()),
        version: Some("2.0".into()),
        issue_instant: Some(from_post(-1)),
        in_response_to: Some("_request-of-this-attempt".into()),
        status: Some(Status { codes: vec![spec::STATUS_SUCCESS.into()], ..Status::default() }),
        sightings: vec![
            Sighting { exchange: Some(0), carrier: Carrier::PageForm, time: Some(from_post(-1).value), ..Sighting::default() },
            posted(1, 0),
        ],
        delivery: Some(1),
        assertions: vec![assertion],
        ..Message::default()
    };
    let status = if outcome == Outcome::RefusedBySp { 400 } else { 302 };
    Case {
        messages: vec![request, response],
        attempts: vec![Attempt {
            id: "a1".to_owned(),
            outcome,
            request: Some("m1".to_owned()),
            response: Some("m2".to_owned()),
            consumption: Some(1),
            exchanges: vec![0, 1],
            ..Attempt::default()
        }],
        exchanges: vec![exchange(Side::Idp, 200), exchange(Side::Sp, status)],
        ..Case::default()
    }
}

/// A POST to the ACS, some seconds after the usual one.
pub(crate) fn posted(exchange: usize, seconds: i64) -> Sighting {
    Sighting {
        exchange: Some(exchange),
        carrier: Carrier::PostForm,
        to: Some(ACS.to_owned()),
        time: Some(from_post(seconds).value),
        ..Sighting::default()
    }
}

pub(crate) fn exchange(side: Side, status: u16) -> Exchange {
    Exchange { side, status, url: ACS.to_owned(), ..Exchange::default() }
}

/// The page of exchange 1 says why it refused.
pub(crate) fn says(case: &mut Case, meaning: Meaning) {
    let phrase = Phrase { meaning, ..Phrase::default() };
    case.exchanges[1].page = Some(Page { phrases: vec![phrase], error: true, ..Page::default() });
}

/// The clock of the service provider, or of the identity provider's web server.
pub(crate) fn clock(side: Side, ahead: f64) -> Clock {
    let host = if side == Side::Sp { "sense.example" } else { "idp.example" };
    Clock { host: host.to_owned(), side, ahead_seconds: ahead, uncertainty_seconds: 1.0, samples: 3 }
}

pub(crate) fn assertion(case: &mut Case) -> &mut Assertion {
    &mut case.messages[1].assertions[0]
}

pub(crate) fn levels(check: &Check, case: &Case) -> Vec<Severity> {
    check.judge(case).found().iter().map(|finding| finding.severity).collect()
}
