//! Cases built by hand for the tests of this family.

use diag_sdk::Meaning;
use diag_sdk::case::assertion::{Assertion, Attribute};
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::{Exchange, Page, Phrase, Side};
use diag_sdk::case::message::{Carrier, Message, MessageKind, Sighting, Status};
use diag_sdk::case::sp_configuration::{AuthenticationMethod, MappedAttribute, SpConfiguration};
use diag_sdk::setting::Vendor;
use diag_sdk::{Case, Check, Personal, Place, Secret, Severity, Sited, spec};

pub(crate) const NAME: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
pub(crate) const ACS: &str = "https://sense.example/azure/samlauthn/";

pub(crate) fn personal(text: &str) -> Personal {
    Personal {
        text: Some(text.to_owned()),
        secret: Secret { length: text.chars().count(), mark: format!("{text:.12}") },
        blank: text.trim().is_empty(),
        padded: text.trim() != text,
        interrupted: false,
    }
}

pub(crate) fn attribute(name: &str, values: &[&str]) -> Attribute {
    Attribute {
        name: name.to_owned(),
        values: values.iter().map(|value| Sited::new(personal(value), Place::default())).collect(),
        ..Attribute::default()
    }
}

/// A virtual proxy that reads the user id from the claim `name` and has the constant directory AZURE.
pub(crate) fn virtual_proxy() -> SpConfiguration {
    SpConfiguration {
        id: "c1".to_owned(),
        vendor: Vendor::Qlik,
        relevant: true,
        name: "azure".to_owned(),
        prefix: Some("azure".into()),
        method: Some(Sited::new(AuthenticationMethod::Saml, Place::default())),
        user_id_attribute: Some(NAME.into()),
        user_directory: Some("[AZURE]".into()),
        ..SpConfiguration::default()
    }
}

pub(crate) fn mandatory(attribute: &str) -> MappedAttribute {
    MappedAttribute { attribute: attribute.into(), target: "group".to_owned(), mandatory: true }
}

/// A response with these attributes posted to the virtual proxy as exchange 1.
pub(crate) fn sign_in(outcome: Outcome, attributes: &[(&str, &[&str])]) -> Case {
    let response = Message {
        id: "m2".to_owned(),
        kind: MessageKind::Response,
        root: "Response".to_owned(),
        status: Some(Status { codes: vec![spec::STATUS_SUCCESS.into()], ..Status::default() }),
        sightings: vec![Sighting { exchange: Some(1), carrier: Carrier::PostForm, to: Some(ACS.to_owned()), ..Sighting::default() }],
        delivery: Some(0),
        assertions: vec![Assertion {
            direct: true,
            name_id: Some(Sited::new(personal("ada"), Place::default())),
            attributes: attributes.iter().map(|(name, values)| attribute(name, values)).collect(),
            ..Assertion::default()
        }],
        ..Message::default()
    };
    let status = if outcome == Outcome::RefusedBySp { 400 } else { 302 };
    let exchange = |side, status| Exchange { side, status, ..Exchange::default() };
    Case {
        messages: vec![response],
        attempts: vec![Attempt {
            id: "a1".to_owned(),
            outcome,
            response: Some("m2".to_owned()),
            consumption: Some(1),
            end: Some(2),
            exchanges: vec![0, 1, 2],
            ..Attempt::default()
        }],
        exchanges: vec![
            exchange(Side::Idp, 200),
            exchange(Side::Sp, status),
            exchange(Side::Sp, if outcome == Outcome::DeniedAfterSignIn { 403 } else { 200 }),
        ],
        sp_configurations: vec![virtual_proxy()],
        sp_vendor: Vendor::Qlik,
        ..Case::default()
    }
}

/// The page of an exchange says why it refused.
pub(crate) fn says(case: &mut Case, exchange: usize, meaning: Meaning, text: &str) {
    let phrase = Phrase { meaning, text: text.to_owned(), ..Phrase::default() };
    case.exchanges[exchange].page = Some(Page { phrases: vec![phrase], error: true, ..Page::default() });
}

pub(crate) fn levels(check: &Check, case: &Case) -> Vec<Severity> {
    check.judge(case).found().iter().map(|finding| finding.severity).collect()
}
