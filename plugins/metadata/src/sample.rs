//! Facts for the tests of this family.

use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::certificate::{Certificate, Key, KeyUse};
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::metadata::{Endpoint, IdpRole, Metadata};
use diag_sdk::case::sp_configuration::SpConfiguration;
use diag_sdk::spec::{BINDING_POST, BINDING_REDIRECT};
use diag_sdk::{Case, Vendor};

pub(crate) const TENANT: &str = "5f3a9c1e-7b2d-4e60-9a41-0c8d2e6f7a13";

/// A certificate whose thumbprint and key are named `name`, valid through 2026 to 2029.
pub(crate) fn certificate(name: &str) -> Certificate {
    Certificate {
        sha1: name.to_uppercase(),
        sha256: name.to_uppercase(),
        spki_sha256: name.to_uppercase(),
        subject: format!("CN={name}"),
        issuer: format!("CN={name}"),
        not_before: "2026-11-01T00:00:00Z".parse().ok(),
        not_after: "2029-11-01T00:00:00Z".parse().ok(),
        ..Certificate::default()
    }
}

pub(crate) fn signing(certificates: Vec<Certificate>) -> Key {
    Key { usage: KeyUse::Signing, certificates, ..Key::default() }
}

pub(crate) fn endpoint(binding: &str, location: &str) -> Endpoint {
    Endpoint { binding: binding.to_owned(), location: location.into(), ..Endpoint::default() }
}

/// Metadata of the identity provider, complete, with one signing certificate per name.
pub(crate) fn idp(id: &str, held_by: HeldBy, certificates: &[&str]) -> Metadata {
    let sso = format!("https://login.microsoftonline.com/{TENANT}/saml2");
    Metadata {
        id: id.to_owned(),
        held_by,
        origin: format!("{id}.xml"),
        entities_in_document: 1,
        entity_id: format!("https://sts.windows.net/{TENANT}/").as_str().into(),
        idp: Some(IdpRole {
            sso: vec![endpoint(BINDING_REDIRECT, &sso), endpoint(BINDING_POST, &sso)],
            keys: certificates.iter().map(|name| signing(vec![certificate(name)])).collect(),
            ..IdpRole::default()
        }),
        idp_roles: 1,
        ..Metadata::default()
    }
}

/// A case with that metadata, judged in November 2026.
pub(crate) fn case(metadata: Vec<Metadata>) -> Case {
    Case { metadata, judged_at: "2026-11-24T10:00:00Z".parse().ok(), ..Case::default() }
}

/// A relevant virtual proxy.
pub(crate) fn virtual_proxy(id: &str) -> SpConfiguration {
    SpConfiguration { id: id.to_owned(), vendor: Vendor::Qlik, relevant: true, name: "azure".to_owned(), ..SpConfiguration::default() }
}

/// Adds an attempt that ended so, with a response of this metadata's identity provider.
pub(crate) fn attempt(case: &mut Case, outcome: Outcome) {
    let issuer = case.metadata.first().map(|copy| copy.entity_id.clone());
    case.messages.push(Message { id: "m2".to_owned(), kind: MessageKind::Response, issuer, ..Message::default() });
    case.attempts.push(Attempt { id: "a1".to_owned(), outcome, response: Some("m2".to_owned()), ..Attempt::default() });
}
