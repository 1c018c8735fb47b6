//! Sign-ins by how they ended, and what can be changed about them.

use super::keys::{key_match, signature};
use super::moments::from_post;
use super::parties::entry_point;
use super::{ACS_SEEN, ACS_URL, ENTITY_ID, IDP_ENTITY_ID, LANDING, SSO_URL};
use crate::case::Case;
use crate::case::assertion::{Assertion, Attribute, Conditions, SubjectConfirmation};
use crate::case::attempt::{Attempt, Outcome};
use crate::case::exchange::{Exchange, Page, Phrase, Side};
use crate::case::judgement::{
    Bound, Consumption, Cover, Failure, Fate, Lookup, Offset, Part, Party, Statement, Window,
};
use crate::case::message::{AuthnRequest, Carrier, Message, MessageKind, Sighting, Status};
use crate::case::place::{Place, Sited};
use crate::case::signature::KeyMatch;
use crate::meaning::{Meaning, Writer};
use crate::secret::{Personal, Secret};
use crate::spec;
use crate::stage::Stage;

/// A sign-in request `m1`, sent as exchange 0, ten seconds before the response.
pub fn request() -> Message {
    Message {
        id: "m1".to_owned(),
        kind: MessageKind::AuthnRequest,
        root: "AuthnRequest".to_owned(),
        xml_id: Some("_request-of-this-attempt".into()),
        version: Some("2.0".into()),
        issuer: Some(ENTITY_ID.into()),
        destination: Some(SSO_URL.into()),
        request: Some(AuthnRequest { acs_url: Some(ACS_URL.into()), ..AuthnRequest::default() }),
        sightings: vec![Sighting {
            exchange: Some(0),
            carrier: Carrier::Query,
            to: Some(SSO_URL.to_owned()),
            time: Some(from_post(-10).value),
            ..Sighting::default()
        }],
        delivery: Some(0),
        ..Message::default()
    }
}

/// The response `m2` to it: seen in a page of exchange 0 and posted as exchange 1; unsigned, a success,
/// with one assertion that is valid from five minutes before to an hour after the POST.
pub fn response() -> Message {
    let at = |path: &str| Place { path: Some(path.to_owned()), ..Place::default() };
    let mut assertion = Assertion {
        place: at("Response/Assertion"),
        direct: true,
        xml_id: Some("_assertion-of-this-attempt".into()),
        version: Some("2.0".into()),
        issuer: Some(IDP_ENTITY_ID.into()),
        name_id: Some(Sited::new(personal("ada"), Place::default())),
        confirmations: vec![SubjectConfirmation {
            method: spec::BEARER.to_owned(),
            recipient: Some(ACS_URL.into()),
            in_response_to: Some("_request-of-this-attempt".into()),
            ..SubjectConfirmation::default()
        }],
        conditions: Some(Conditions { audiences: vec![ENTITY_ID.into()], ..Conditions::default() }),
        ..Assertion::default()
    };
    valid(&mut assertion, -300, 3600);
    Message {
        id: "m2".to_owned(),
        kind: MessageKind::Response,
        root: "Response".to_owned(),
        xml_id: Some("_response-of-this-attempt".into()),
        version: Some("2.0".into()),
        issue_instant: Some(from_post(-1)),
        in_response_to: Some("_request-of-this-attempt".into()),
        issuer: Some(IDP_ENTITY_ID.into()),
        destination: Some(ACS_URL.into()),
        status: Some(Status { codes: vec![spec::STATUS_SUCCESS.into()], ..Status::default() }),
        sightings: vec![
            Sighting {
                exchange: Some(0),
                carrier: Carrier::PageForm,
                time: Some(from_post(-1).value),
                ..Sighting::default()
            },
            posted(1, 0),
        ],
        delivery: Some(1),
        assertions: vec![assertion],
        consumed: Some("Response/Assertion".to_owned()),
        consumptions: vec![Consumption {
            lookup: Lookup::DirectChild,
            path: "Response/Assertion".to_owned(),
            cover: Cover::Nothing,
            ..Consumption::default()
        }],
        ..Message::default()
    }
}

/// A whole sign-in that ended so: request, response, attempt `a1` and its exchanges, with the fates that
/// follow from the outcome. The response is a success whatever the outcome; see [`refused_by_idp`] for a
/// sign-in without one.
pub fn sign_in(outcome: Outcome) -> Case {
    let consumed = if outcome == Outcome::RefusedBySp { 400 } else { 302 };
    let mut exchanges = vec![
        exchange(Side::Idp, "GET", SSO_URL, 200),
        exchange(Side::Sp, "POST", ACS_SEEN, consumed),
    ];
    match outcome {
        Outcome::SignedIn | Outcome::Looping => {
            exchanges.push(exchange(Side::Sp, "GET", LANDING, 200));
        }
        Outcome::DeniedAfterSignIn => exchanges.push(exchange(Side::Sp, "GET", LANDING, 403)),
        _ => {}
    }
    let indexes: Vec<usize> = (0..exchanges.len()).collect();
    let mut case = Case {
        messages: vec![request(), response()],
        attempts: vec![Attempt {
            id: "a1".to_owned(),
            request: Some("m1".to_owned()),
            response: Some("m2".to_owned()),
            consumption: Some(1),
            end: indexes.last().copied(),
            exchanges: indexes,
            ..Attempt::default()
        }],
        exchanges,
        judged_at: Some(from_post(0).value),
        products: super::products(),
        ..Case::default()
    };
    ended(&mut case, outcome);
    case
}

/// A sign-in to the entry point [`entry_point`], whose assertion carries these attributes: name and values.
pub fn sign_in_sending(outcome: Outcome, attributes: &[(&str, &[&str])]) -> Case {
    let mut case =
        Case { sp_configurations: vec![entry_point()], sp_vendor: super::QLIK, ..sign_in(outcome) };
    sends(&mut case, attributes);
    case
}

/// A sign-in that ended so, whose assertion is signed with the key of thumbprint `AA`, which the metadata
/// `d1` lists.
pub fn signed(outcome: Outcome) -> Case {
    signed_with(sign_in(outcome), key_match("AA", &["d1"]))
}

/// The same Case with the assertion of its [`sign_in`] signed with a key.
///
/// # Panics
///
/// Where the Case has no response with an assertion.
#[must_use]
pub fn signed_with(mut case: Case, key: KeyMatch) -> Case {
    assertion(&mut case).signed = true;
    case.messages[1].signatures = vec![signature("Assertion", "Response/Assertion", key)];
    consumes(&mut case, "Response/Assertion", Cover::Embedded);
    case
}

/// What service providers consume of the response of a [`sign_in`] is the element at this path, for which its
/// first signature, where it has one, is worth so much.
pub fn consumes(case: &mut Case, path: &str, cover: Cover) {
    let Some(message) = case.messages.get_mut(1) else { return };
    let signature = (!message.signatures.is_empty()
        && !matches!(cover, Cover::Elsewhere | Cover::Nothing))
    .then_some(0);
    let covered = matches!(cover, Cover::Right | Cover::Embedded | Cover::OtherKey);
    message.consumptions = vec![Consumption {
        lookup: Lookup::DirectChild,
        path: path.to_owned(),
        covered_by: signature.filter(|_| covered),
        cover,
        signature,
        instead: Vec::new(),
    }];
}

/// Ends the first attempt of the Case so, with the fates of its request and response that follow.
pub fn ended(case: &mut Case, outcome: Outcome) {
    let Some(attempt) = case.attempts.first_mut() else { return };
    attempt.outcome = outcome;
    let answered = attempt.response.is_some();
    let response = match outcome {
        _ if attempt.accepted() || outcome == Outcome::SignedOut => Fate::Accepted,
        Outcome::RefusedBySp | Outcome::SignOutFailed => Fate::Refused,
        Outcome::BrokenInTransit => Fate::Lost,
        _ => Fate::Open,
    };
    let request = match outcome {
        Outcome::RefusedByIdp => Fate::Refused,
        _ if answered || response == Fate::Accepted || outcome == Outcome::RefusedBySp => {
            Fate::Accepted
        }
        _ => Fate::Open,
    };
    let (request_id, response_id) = (attempt.request.clone(), attempt.response.clone());
    for message in &mut case.messages {
        if request_id.as_ref() == Some(&message.id) {
            message.fate = request;
        } else if response_id.as_ref() == Some(&message.id) {
            message.fate = response;
        }
    }
}

/// Adds a sign-in that ended so to a Case without one, answered by the identity provider whose metadata
/// stands there first.
pub fn attempt(case: &mut Case, outcome: Outcome) {
    let mut whole = sign_in(outcome);
    if let Some(issuer) =
        case.metadata.iter().find(|copy| copy.idp.is_some()).map(|copy| &copy.entity_id)
    {
        whole.messages[1].issuer = Some(issuer.clone());
        whole.messages[1].assertions[0].issuer = Some(issuer.clone());
    }
    case.messages.append(&mut whole.messages);
    case.attempts.append(&mut whole.attempts);
    case.exchanges.append(&mut whole.exchanges);
}

/// A sign-in the identity provider refused on its own page, with these codes and known texts.
pub fn refused_by_idp(codes: &[&str], meanings: &[Meaning]) -> Case {
    let mut refusal = exchange(Side::Idp, "GET", SSO_URL, 200);
    refusal.page = Some(page(codes, meanings));
    let mut case = Case {
        messages: vec![request()],
        attempts: vec![Attempt {
            id: "a1".to_owned(),
            request: Some("m1".to_owned()),
            end: Some(0),
            exchanges: vec![0],
            ..Attempt::default()
        }],
        exchanges: vec![refusal],
        judged_at: Some(from_post(0).value),
        failures: vec![Failure {
            id: "x1".to_owned(),
            attempt: Some("a1".to_owned()),
            message: Some("m1".to_owned()),
            stage: Stage::IdpRequest,
            party: Party::Idp,
            said: meanings.iter().map(|meaning| statement(0, *meaning, "")).collect(),
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
            status: Some(200),
            exchange: Some(0),
            ..Failure::default()
        }],
        products: super::products(),
        ..Case::default()
    };
    ended(&mut case, Outcome::RefusedByIdp);
    case
}

/// A POST of the response to its consumer, some seconds after the usual one.
pub fn posted(exchange: usize, seconds: i64) -> Sighting {
    Sighting {
        exchange: Some(exchange),
        carrier: Carrier::PostForm,
        to: Some(ACS_SEEN.to_owned()),
        time: Some(from_post(seconds).value),
        ..Sighting::default()
    }
}

/// One request of the browser, a navigation, and the status of its answer.
pub fn exchange(side: Side, method: &str, url: &str, status: u16) -> Exchange {
    Exchange {
        side,
        method: method.to_owned(),
        url: url.to_owned(),
        status,
        navigation: true,
        ..Exchange::default()
    }
}

/// An error page with these vendor codes and known texts.
pub fn page(codes: &[&str], meanings: &[Meaning]) -> Page {
    Page {
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        phrases: meanings
            .iter()
            .map(|meaning| Phrase { meaning: *meaning, ..Phrase::default() })
            .collect(),
        error: true,
        ..Page::default()
    }
}

/// The page that answers the POST of the response states this, and nothing else.
pub fn says(case: &mut Case, meaning: Meaning) {
    says_at(case, 1, meaning, "");
}

/// The page of an exchange states this in these words, and nothing else. Where its attempt failed, that
/// is its failure.
pub fn says_at(case: &mut Case, exchange: usize, meaning: Meaning, text: &str) {
    let phrase = Phrase { meaning, text: text.to_owned(), ..Phrase::default() };
    case.exchanges[exchange].page =
        Some(Page { phrases: vec![phrase], error: true, ..Page::default() });
    case.failures.retain(|failure| failure.exchange != Some(exchange));
    let Some(attempt) = case.attempt_at(exchange).filter(|attempt| attempt.failed()) else {
        return;
    };
    let by_idp = attempt.outcome == Outcome::RefusedByIdp;
    let stage = match attempt.outcome {
        Outcome::RefusedByIdp => Stage::IdpRequest,
        Outcome::DeniedAfterSignIn | Outcome::Looping => Stage::Landing,
        _ => Stage::Consumption,
    };
    let failure = Failure {
        id: format!("x{}", case.failures.len() + 1),
        attempt: Some(attempt.id.clone()),
        message: if by_idp { attempt.request.clone() } else { attempt.response.clone() },
        stage,
        party: if by_idp { Party::Idp } else { Party::Sp },
        said: vec![statement(exchange, meaning, text)],
        status: Some(case.exchanges[exchange].status),
        exchange: Some(exchange),
        ..Failure::default()
    };
    case.failures.push(failure);
}

fn statement(exchange: usize, meaning: Meaning, text: &str) -> Statement {
    Statement {
        text: text.to_owned(),
        meaning,
        writer: Writer::Generic,
        part: Part::Alert,
        exchange: Some(exchange),
        ..Statement::default()
    }
}

/// The assertion of a [`sign_in`].
///
/// # Panics
///
/// Where the Case has no second message, or that one no assertion.
pub fn assertion(case: &mut Case) -> &mut Assertion {
    &mut case.messages[1].assertions[0]
}

/// Makes an assertion valid from and until so many seconds from the POST: its `Conditions`, its first
/// confirmation and the window that follows.
pub fn valid(assertion: &mut Assertion, begin: i64, end: i64) {
    let conditions = assertion.conditions.get_or_insert_default();
    conditions.not_before = Some(from_post(begin));
    conditions.not_on_or_after = Some(from_post(end));
    if let Some(confirmation) = assertion.confirmations.first_mut() {
        confirmation.not_on_or_after = Some(from_post(end));
    }
    assertion.window = Window {
        begin: Some(bound(begin, "Conditions/@NotBefore")),
        end: Some(bound(end, "Conditions/@NotOnOrAfter")),
    };
}

/// One end of a window, so many seconds from the POST, and the element and attribute that say so.
pub fn bound(seconds: i64, said_in: &str) -> Bound {
    Bound { time: from_post(seconds).value, said_in: said_in.to_owned(), place: Place::default() }
}

/// A clock that is so many seconds ahead of the browser's, give or take.
pub fn offset(ahead_seconds: f64, uncertainty_seconds: f64) -> Offset {
    Offset { ahead_seconds, uncertainty_seconds, rests_on: "Date of 3 answers".to_owned() }
}

/// Gives the assertion of a [`sign_in`] these attributes: name and values.
pub fn sends(case: &mut Case, attributes: &[(&str, &[&str])]) {
    assertion(case).attributes =
        attributes.iter().map(|(name, values)| attribute(name, values)).collect();
}

/// An attribute with these values.
pub fn attribute(name: &str, values: &[&str]) -> Attribute {
    Attribute {
        name: name.to_owned(),
        values: values.iter().map(|value| Sited::new(personal(value), Place::default())).collect(),
        ..Attribute::default()
    }
}

/// A value about a person that was granted in clear.
pub fn personal(text: &str) -> Personal {
    Personal {
        text: Some(text.to_owned()),
        secret: Secret { length: text.chars().count(), mark: format!("{text:.12}") },
        blank: text.trim().is_empty(),
        padded: text.trim() != text,
        interrupted: false,
    }
}
