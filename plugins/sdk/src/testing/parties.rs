//! What both sides have: entry points, registrations, metadata.

use super::keys::key;
use super::moments::time;
use super::{ACS_URL, APPLICATION, ENTITY_ID, IDP_ENTITY_ID, NAME_CLAIM, POSTED, SSO_URL, TENANT};
use crate::case::Case;
use crate::case::certificate::KeyUse;
use crate::case::input::HeldBy;
use crate::case::metadata::{Endpoint, IdpRole, Metadata, SpRole};
use crate::case::place::{Place, Sited};
use crate::case::registration::{IdpRegistration, Registered, RegistrationObject};
use crate::case::sp_configuration::{AuthenticationMethod, SpConfiguration};
use crate::spec::{BINDING_POST, BINDING_REDIRECT};

/// The virtual proxy `azure` (`c1`), sound in every part: the user id comes from [`NAME_CLAIM`], the user
/// directory is the constant `AZURE`.
pub fn entry_point() -> SpConfiguration {
    SpConfiguration {
        id: "c1".to_owned(),
        vendor: super::QLIK,
        vendor_id: Some("6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33".to_owned()),
        relevant: true,
        name: "azure".to_owned(),
        prefix: Some("azure".into()),
        is_default: Some(false),
        method: Some(sited(AuthenticationMethod::Saml)),
        host_uri: Some(ENTITY_ID.into()),
        entity_id: Some(ENTITY_ID.into()),
        acs_url: Some(ACS_URL.into()),
        user_id_attribute: Some(NAME_CLAIM.into()),
        user_directory: Some("[AZURE]".into()),
        session_cookie_name: Some("X-Qlik-Session-azure".into()),
        ..SpConfiguration::default()
    }
}

/// A Case of that virtual proxy alone, changed in one way.
pub fn entry_point_with(change: impl FnOnce(&mut SpConfiguration)) -> Case {
    let mut entry = entry_point();
    change(&mut entry);
    Case {
        sp_configurations: vec![entry],
        sp_vendor: super::QLIK,
        products: super::products(),
        ..Case::default()
    }
}

/// A value without a place.
pub fn sited<T>(value: T) -> Sited<T> {
    Sited::new(value, Place::default())
}

/// The registration `r1` of the application, both of its objects given, with these entityIDs and ACS URLs.
pub fn registration(identifiers: &[&str], reply_urls: &[&str]) -> IdpRegistration {
    let list = |values: &[&str]| {
        values
            .iter()
            .map(|value| Registered {
                value: (*value).into(),
                object: RegistrationObject::Application,
            })
            .collect()
    };
    IdpRegistration {
        id: "r1".to_owned(),
        vendor: super::ENTRA,
        relevant: true,
        name: Some(APPLICATION.to_owned()),
        objects: vec![RegistrationObject::Application, RegistrationObject::ServicePrincipal],
        identifiers: list(identifiers),
        reply_urls: list(reply_urls),
        ..IdpRegistration::default()
    }
}

/// An endpoint.
pub fn endpoint(binding: &str, location: &str) -> Endpoint {
    Endpoint { binding: binding.to_owned(), location: location.into(), ..Endpoint::default() }
}

/// Endpoints that consume responses by HTTP-POST.
pub fn acs_endpoints(locations: &[&str]) -> Vec<Endpoint> {
    locations.iter().map(|location| endpoint(BINDING_POST, location)).collect()
}

/// Endpoints that take requests, each by HTTP-Redirect and HTTP-POST.
pub fn sso_endpoints(locations: &[&str]) -> Vec<Endpoint> {
    locations
        .iter()
        .flat_map(|location| {
            [endpoint(BINDING_REDIRECT, location), endpoint(BINDING_POST, location)]
        })
        .collect()
}

/// A copy of the identity provider's metadata, complete, with one signing [`certificate`](super::certificate)
/// for each thumbprint.
pub fn idp_metadata(id: &str, held_by: HeldBy, certificates: &[&str]) -> Metadata {
    Metadata {
        id: id.to_owned(),
        held_by,
        origin: format!("{id}.xml"),
        entities_in_document: 1,
        entity_id: IDP_ENTITY_ID.into(),
        idp: Some(IdpRole {
            sso: sso_endpoints(&[SSO_URL]),
            keys: certificates.iter().map(|sha1| key(KeyUse::Signing, sha1)).collect(),
            ..IdpRole::default()
        }),
        idp_roles: 1,
        ..Metadata::default()
    }
}

/// A Case of nothing but this metadata, judged at the usual moment.
pub fn with_metadata(metadata: Vec<Metadata>) -> Case {
    Case { metadata, judged_at: Some(time(POSTED)), products: super::products(), ..Case::default() }
}

/// The same metadata as that of a tenant of Entra ID, [`TENANT`]: its entityID and endpoints name it.
pub fn of_tenant(mut metadata: Metadata) -> Metadata {
    metadata.entity_id = format!("https://sts.windows.net/{TENANT}/").as_str().into();
    if let Some(role) = &mut metadata.idp {
        role.sso = sso_endpoints(&[&format!("https://login.microsoftonline.com/{TENANT}/saml2")]);
    }
    metadata
}

/// A copy of the service provider's metadata, with one certificate for each thumbprint.
pub fn sp_metadata(id: &str, held_by: HeldBy, signing: &[&str], encryption: &[&str]) -> Metadata {
    let signing = signing.iter().map(|sha1| key(KeyUse::Signing, sha1));
    let encryption = encryption.iter().map(|sha1| key(KeyUse::Encryption, sha1));
    Metadata {
        id: id.to_owned(),
        held_by,
        origin: format!("{id}.xml"),
        entities_in_document: 1,
        entity_id: ENTITY_ID.into(),
        sp: Some(SpRole {
            acs: acs_endpoints(&[ACS_URL]),
            keys: signing.chain(encryption).collect(),
            ..SpRole::default()
        }),
        ..Metadata::default()
    }
}
