//! Cases built by hand for the tests of this family.

use diag_sdk::Meaning;
use diag_sdk::case::Case;
use diag_sdk::case::assertion::{Assertion, Conditions};
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::certificate::{Certificate, Key, KeyKind, KeyUse};
use diag_sdk::case::exchange::{Exchange, Page, Phrase, Side};
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::judgement::Fate;
use diag_sdk::case::message::{Carrier, Message, MessageKind, Sighting, Status};
use diag_sdk::case::metadata::{IdpRole, Metadata, SpRole};
use diag_sdk::case::registration::{IdpRegistration, RegistrationObject};
use diag_sdk::case::signature::{KeyMatch, QuerySignature, Reference, Signature, Verdict};
use diag_sdk::case::sp_configuration::{AuthenticationMethod, SpConfiguration};
use diag_sdk::jiff::Timestamp;
use diag_sdk::setting::Vendor;
use diag_sdk::{Check, Finding, Place, Severity, Sited, spec};

pub(crate) const ACS: &str = "https://sense.example/azure/samlauthn/";
pub(crate) const ENTITY: &str = "https://sense.example";
pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub(crate) const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

pub(crate) fn certificate(sha1: &str) -> Certificate {
    Certificate {
        sha1: sha1.to_owned(),
        spki_sha256: format!("KEY-OF-{sha1}"),
        subject: format!("CN={sha1}"),
        key_kind: KeyKind::Rsa,
        key_bits: Some(2048),
        signature_algorithm: "sha256WithRSAEncryption".to_owned(),
        not_before: Some(time("2026-01-01T00:00:00Z")),
        not_after: Some(time("2028-01-01T00:00:00Z")),
        ..Certificate::default()
    }
}

fn keys(certificates: &[&str], usage: KeyUse) -> Vec<Key> {
    certificates.iter().map(|sha1| Key { usage, certificates: vec![certificate(sha1)], ..Key::default() }).collect()
}

pub(crate) fn idp_metadata(id: &str, held_by: HeldBy, certificates: &[&str]) -> Metadata {
    Metadata {
        id: id.to_owned(),
        held_by,
        origin: format!("{id}.xml"),
        entity_id: "https://idp.example/".into(),
        idp: Some(IdpRole { keys: keys(certificates, KeyUse::Signing), ..IdpRole::default() }),
        ..Metadata::default()
    }
}

pub(crate) fn sp_metadata(id: &str, held_by: HeldBy, signing: &[&str], encryption: &[&str]) -> Metadata {
    let mut all = keys(signing, KeyUse::Signing);
    all.extend(keys(encryption, KeyUse::Encryption));
    Metadata {
        id: id.to_owned(),
        held_by,
        origin: format!("{id}.xml"),
        entity_id: ENTITY.into(),
        sp: Some(SpRole { keys: all, ..SpRole::default() }),
        ..Metadata::default()
    }
}

pub(crate) fn key_match(sha1: &str, metadata: &[&str]) -> KeyMatch {
    KeyMatch {
        sha1: sha1.to_owned(),
        subject: format!("CN={sha1}"),
        metadata: metadata.iter().map(|id| (*id).to_owned()).collect(),
        embedded: metadata.is_empty(),
        ..KeyMatch::default()
    }
}

/// A signature on an element, right in every part, verified with one key.
pub(crate) fn signature(parent: &str, covers: &str, key: KeyMatch) -> Signature {
    Signature {
        parent: parent.to_owned(),
        algorithm: spec::RSA_SHA256.to_owned(),
        references: vec![Reference {
            covers: Some(covers.to_owned()),
            digest_algorithm: SHA256.to_owned(),
            digest: Verdict::Right,
            ..Reference::default()
        }],
        key_info: vec![certificate(&key.sha1)],
        value: Verdict::Right,
        verified_by: vec![key],
        ..Signature::default()
    }
}

pub(crate) fn query_signature(algorithm: &str, key: Option<KeyMatch>) -> QuerySignature {
    QuerySignature {
        algorithm: algorithm.to_owned(),
        value: if key.is_some() { Verdict::Right } else { Verdict::Wrong },
        verified_by: key.into_iter().collect(),
        keys_tried: 1,
        ..QuerySignature::default()
    }
}

pub(crate) fn request() -> Message {
    Message {
        id: "m1".to_owned(),
        kind: MessageKind::AuthnRequest,
        root: "AuthnRequest".to_owned(),
        xml_id: Some("_1".into()),
        issuer: Some(ENTITY.into()),
        sightings: vec![Sighting { exchange: Some(0), carrier: Carrier::Query, ..Sighting::default() }],
        delivery: Some(0),
        ..Message::default()
    }
}

/// A response whose assertion is signed with the key `AA`.
pub(crate) fn response() -> Message {
    let at = |path: &str| Place { path: Some(path.to_owned()), ..Place::default() };
    Message {
        id: "m2".to_owned(),
        kind: MessageKind::Response,
        root: "Response".to_owned(),
        in_response_to: Some("_1".into()),
        issuer: Some("https://idp.example/".into()),
        destination: Some(ACS.into()),
        status: Some(Status { codes: vec![spec::STATUS_SUCCESS.into()], ..Status::default() }),
        sightings: vec![Sighting {
            exchange: Some(1),
            carrier: Carrier::PostForm,
            to: Some(ACS.to_owned()),
            time: Some(time("2026-11-24T10:00:00Z")),
            ..Sighting::default()
        }],
        delivery: Some(0),
        assertions: vec![Assertion {
            place: at("Response/Assertion"),
            direct: true,
            signed: true,
            conditions: Some(Conditions { audiences: vec![ENTITY.into()], ..Conditions::default() }),
            ..Assertion::default()
        }],
        signatures: vec![signature("Assertion", "Response/Assertion", key_match("AA", &["d1"]))],
        consumed: Some("Response/Assertion".to_owned()),
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

/// A whole sign-in that ended as said.
pub(crate) fn sign_in(outcome: Outcome) -> Case {
    let exchange = |side| Exchange { side, ..Exchange::default() };
    Case {
        messages: vec![Message { fate: Fate::Accepted, ..request() }, response()],
        attempts: vec![attempt(outcome)],
        exchanges: vec![exchange(Side::Idp), exchange(Side::Sp)],
        judged_at: Some(time("2026-11-24T10:00:00Z")),
        ..Case::default()
    }
}

/// A sign-in the identity provider refused with a code or a known text.
pub(crate) fn refused_by_idp(codes: &[&str], meanings: &[Meaning]) -> Case {
    let mut case = sign_in(Outcome::RefusedByIdp);
    case.messages.truncate(1);
    case.messages[0].fate = Fate::Refused;
    case.attempts[0].response = None;
    case.exchanges[0].page = Some(page(codes, meanings));
    case
}

pub(crate) fn page(codes: &[&str], meanings: &[Meaning]) -> Page {
    Page {
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        phrases: meanings.iter().map(|meaning| Phrase { meaning: *meaning, ..Phrase::default() }).collect(),
        error: true,
        ..Page::default()
    }
}

pub(crate) fn registration() -> IdpRegistration {
    IdpRegistration {
        vendor: Vendor::Entra,
        relevant: true,
        objects: vec![RegistrationObject::Application, RegistrationObject::ServicePrincipal],
        ..IdpRegistration::default()
    }
}

pub(crate) fn configuration() -> SpConfiguration {
    SpConfiguration {
        id: "c1".to_owned(),
        vendor: Vendor::Qlik,
        relevant: true,
        name: "azure".to_owned(),
        method: Some(Sited::new(AuthenticationMethod::Saml, Place::default())),
        entity_id: Some(ENTITY.into()),
        ..SpConfiguration::default()
    }
}

pub(crate) fn findings(check: &Check, case: &Case) -> Vec<Finding> {
    check.judge(case).found().to_vec()
}

pub(crate) fn levels(check: &Check, case: &Case) -> Vec<Severity> {
    findings(check, case).iter().map(|finding| finding.severity).collect()
}
