//! Cases built by hand for the tests of this family.

use diag_sdk::Meaning;
use diag_sdk::case::Case;
use diag_sdk::case::assertion::{Assertion, Conditions, SubjectConfirmation};
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::{Exchange, Page, Phrase, Side};
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::judgement::Fate;
use diag_sdk::case::message::{AuthnRequest, Carrier, Message, MessageKind, Sighting, Status};
use diag_sdk::case::metadata::{Endpoint, IdpRole, Metadata, SpRole};
use diag_sdk::case::registration::{IdpRegistration, Registered, RegistrationObject};
use diag_sdk::case::sp_configuration::{AuthenticationMethod, SpConfiguration};
use diag_sdk::setting::Vendor;
use diag_sdk::{Check, Finding, Severity, Sited, spec};

pub(crate) const ENTITY: &str = "https://sense.example";
pub(crate) const ACS: &str = "https://sense.example:443/azure/samlauthn/";
pub(crate) const SEEN: &str = "https://sense.example/azure/samlauthn/";
pub(crate) const IDP: &str = "https://idp.example/";
pub(crate) const SSO: &str = "https://idp.example/saml2";

pub(crate) fn request(issuer: &str, acs: &str) -> Message {
    Message {
        id: "m1".to_owned(),
        kind: MessageKind::AuthnRequest,
        root: "AuthnRequest".to_owned(),
        xml_id: Some("_1".into()),
        issuer: Some(issuer.into()),
        request: Some(AuthnRequest { acs_url: Some(acs.into()), ..AuthnRequest::default() }),
        sightings: vec![Sighting { exchange: Some(0), carrier: Carrier::Query, to: Some(SSO.to_owned()), ..Sighting::default() }],
        delivery: Some(0),
        ..Message::default()
    }
}

/// A response that was posted to `to` as exchange 1.
pub(crate) fn response(to: &str) -> Message {
    Message {
        id: "m2".to_owned(),
        kind: MessageKind::Response,
        root: "Response".to_owned(),
        in_response_to: Some("_1".into()),
        issuer: Some(IDP.into()),
        destination: Some(ACS.into()),
        status: Some(Status { codes: vec![spec::STATUS_SUCCESS.into()], ..Status::default() }),
        sightings: vec![Sighting { exchange: Some(1), carrier: Carrier::PostForm, to: Some(to.to_owned()), ..Sighting::default() }],
        delivery: Some(0),
        assertions: vec![Assertion {
            direct: true,
            issuer: Some(IDP.into()),
            confirmations: vec![SubjectConfirmation {
                method: "urn:oasis:names:tc:SAML:2.0:cm:bearer".to_owned(),
                recipient: Some(ACS.into()),
                ..SubjectConfirmation::default()
            }],
            conditions: Some(Conditions { audiences: vec![ENTITY.into()], ..Conditions::default() }),
            ..Assertion::default()
        }],
        ..Message::default()
    }
}

pub(crate) fn attempt(outcome: Outcome) -> Attempt {
    Attempt {
        id: "a1".to_owned(),
        outcome,
        request: Some("m1".to_owned()),
        response: Some("m2".to_owned()),
        consumption: Some(1),
        exchanges: vec![0, 1],
        ..Attempt::default()
    }
}

pub(crate) fn exchange(side: Side, method: &str, url: &str, status: u16) -> Exchange {
    Exchange { side, method: method.to_owned(), url: url.to_owned(), status, ..Exchange::default() }
}

pub(crate) fn page(codes: &[&str], meanings: &[Meaning]) -> Page {
    Page {
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        phrases: meanings.iter().map(|meaning| Phrase { meaning: *meaning, ..Phrase::default() }).collect(),
        error: true,
        ..Page::default()
    }
}

/// A whole sign-in that ended as said.
pub(crate) fn sign_in(outcome: Outcome) -> Case {
    Case {
        messages: vec![Message { fate: Fate::Accepted, ..request(ENTITY, ACS) }, response(SEEN)],
        attempts: vec![attempt(outcome)],
        exchanges: vec![exchange(Side::Idp, "GET", SSO, 200), exchange(Side::Sp, "POST", SEEN, 302)],
        ..Case::default()
    }
}

/// A sign-in the identity provider refused with a code.
pub(crate) fn refused_with(code: &str, issuer: &str, acs: &str) -> Case {
    let mut refused = exchange(Side::Idp, "GET", SSO, 200);
    refused.page = Some(page(&[code], &[]));
    Case {
        messages: vec![request(issuer, acs)],
        attempts: vec![Attempt { response: None, exchanges: vec![0], ..attempt(Outcome::RefusedByIdp) }],
        exchanges: vec![refused],
        ..Case::default()
    }
}

pub(crate) fn registration(identifiers: &[&str], reply_urls: &[&str]) -> IdpRegistration {
    let list = |values: &[&str]| {
        values.iter().map(|value| Registered { value: (*value).into(), object: RegistrationObject::Application }).collect::<Vec<_>>()
    };
    IdpRegistration {
        vendor: Vendor::Entra,
        relevant: true,
        objects: vec![RegistrationObject::Application, RegistrationObject::ServicePrincipal],
        identifiers: list(identifiers),
        reply_urls: list(reply_urls),
        ..IdpRegistration::default()
    }
}

pub(crate) fn configuration(host_uri: &str, entity_id: &str, acs: Option<&str>) -> SpConfiguration {
    SpConfiguration {
        vendor: Vendor::Qlik,
        relevant: true,
        name: "azure".to_owned(),
        prefix: Some("azure".into()),
        method: Some(Sited::new(AuthenticationMethod::Saml, diag_sdk::Place::default())),
        host_uri: Some(host_uri.into()),
        entity_id: Some(entity_id.into()),
        acs_url: acs.map(Into::into),
        ..SpConfiguration::default()
    }
}

pub(crate) fn sp_metadata(held_by: HeldBy, entity_id: &str, acs: &[&str]) -> Metadata {
    let endpoint =
        |location: &&str| Endpoint { binding: spec::BINDING_POST.to_owned(), location: (*location).into(), ..Endpoint::default() };
    Metadata {
        id: "d1".to_owned(),
        held_by,
        origin: "sp-metadata.xml".to_owned(),
        entity_id: entity_id.into(),
        sp: Some(SpRole { acs: acs.iter().map(endpoint).collect(), ..SpRole::default() }),
        ..Metadata::default()
    }
}

pub(crate) fn idp_metadata(held_by: HeldBy, entity_id: &str, sso: &[&str]) -> Metadata {
    let endpoint =
        |location: &&str| Endpoint { binding: spec::BINDING_REDIRECT.to_owned(), location: (*location).into(), ..Endpoint::default() };
    Metadata {
        id: "d2".to_owned(),
        held_by,
        origin: "idp-metadata.xml".to_owned(),
        entity_id: entity_id.into(),
        idp: Some(IdpRole { sso: sso.iter().map(endpoint).collect(), ..IdpRole::default() }),
        ..Metadata::default()
    }
}

/// The findings of a check on a Case that has every input, so that none is skipped.
pub(crate) fn findings(check: &Check, case: &Case) -> Vec<Finding> {
    check.judge(case).found().to_vec()
}

pub(crate) fn levels(check: &Check, case: &Case) -> Vec<Severity> {
    findings(check, case).iter().map(|finding| finding.severity).collect()
}
