//! SAML metadata of either side, as facts.

use super::certificate::{Certificate, Key};
use super::input::{Encoding, HeldBy};
use super::place::{Place, Sited};
use super::signature::Signature;
use jiff::Timestamp;

words! {
    /// What tells whose copy a document is.
    pub enum ToldBy {
        /// Whoever handed it in, or the export that holds it.
        Given,
        /// The capture: what verifies with it, where messages went, what was refused.
        Capture,
        /// What an export holds or names, or what was cut out of the document.
        Export,
        /// Nothing but dates: another document of the entity may as well be the one that is loaded.
        Dates,
    }
}

facts! {
    /// One entity of a metadata document, and whose copy of it this is.
    pub struct Metadata {
        /// Its id in this Case: `d1`, `d2`, …
        pub id: String,
        /// Id of the input it came from.
        pub input: String,
        /// Whose copy.
        pub held_by: HeldBy,
        /// What tells whose copy it is.
        pub told_by: ToldBy,
        /// The same for people; empty where whoever handed it in said so.
        pub told: String,
        /// Id of the service provider configuration that holds it, where one does.
        pub configuration: Option<String>,
        /// For people, where it comes from: `idp-metadata.xml`, `samlMetadataIdP of virtual proxy azure`.
        pub origin: String,
        /// `EntityDescriptor` itself.
        pub place: Place,
        /// How the document is encoded.
        pub encoding: Encoding,
        /// How many entities the document holds.
        pub entities_in_document: usize,
        /// `entityID`.
        pub entity_id: Sited<String>,
        /// `validUntil`, of the entity or the aggregate around it.
        pub valid_until: Option<Sited<Timestamp>>,
        /// `RoleDescriptor` elements of the metadata namespace, under whatever prefix.
        pub role_descriptors: Vec<RoleDescriptor>,
        /// The `IDPSSODescriptor`, where there is one.
        pub idp: Option<IdpRole>,
        /// The `SPSSODescriptor`, where there is one.
        pub sp: Option<SpRole>,
        /// Number of `IDPSSODescriptor` elements.
        pub idp_roles: usize,
        /// The document's own signatures.
        pub signatures: Vec<Signature>,
        /// The document is signed, and was not read as a whole: its signature was not verified.
        pub signature_untried: bool,
        /// Organization or display name, where present.
        pub display_name: Option<String>,
    }

    /// An `md:RoleDescriptor`: in Entra's metadata the WS-Federation roles.
    pub struct RoleDescriptor {
        /// `xsi:type`, such as `fed:SecurityTokenServiceType`.
        pub xsi_type: Option<String>,
        /// Where it stands.
        pub place: Place,
    }

    /// `IDPSSODescriptor`.
    pub struct IdpRole {
        /// Where it stands.
        pub place: Place,
        /// `WantAuthnRequestsSigned`.
        pub want_authn_requests_signed: Option<bool>,
        /// `protocolSupportEnumeration`.
        pub protocols: Vec<String>,
        /// `SingleSignOnService`.
        pub sso: Vec<Endpoint>,
        /// `SingleLogoutService`.
        pub slo: Vec<Endpoint>,
        /// `KeyDescriptor`.
        pub keys: Vec<Key>,
        /// `NameIDFormat`.
        pub name_id_formats: Vec<String>,
    }

    /// `SPSSODescriptor`.
    pub struct SpRole {
        /// Where it stands.
        pub place: Place,
        /// `AuthnRequestsSigned`.
        pub authn_requests_signed: Option<bool>,
        /// `WantAssertionsSigned`.
        pub want_assertions_signed: Option<bool>,
        /// `protocolSupportEnumeration`.
        pub protocols: Vec<String>,
        /// `AssertionConsumerService`.
        pub acs: Vec<Endpoint>,
        /// `SingleLogoutService`.
        pub slo: Vec<Endpoint>,
        /// `KeyDescriptor`.
        pub keys: Vec<Key>,
        /// `NameIDFormat`.
        pub name_id_formats: Vec<String>,
        /// `RequestedAttribute`.
        pub requested_attributes: Vec<RequestedAttribute>,
    }

    /// An endpoint.
    pub struct Endpoint {
        /// `Binding`.
        pub binding: String,
        /// `Location`.
        pub location: Sited<String>,
        /// `ResponseLocation`.
        pub response_location: Option<String>,
        /// `index`.
        pub index: Option<u32>,
        /// `isDefault`.
        pub is_default: Option<bool>,
    }

    /// A `RequestedAttribute`.
    pub struct RequestedAttribute {
        /// `Name`.
        pub name: String,
        /// `FriendlyName`.
        pub friendly_name: Option<String>,
        /// `isRequired`.
        pub required: bool,
        /// Where it stands.
        pub place: Place,
    }
}

impl Metadata {
    /// Certificates an identity provider may sign with, in document order.
    pub fn idp_signing_certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.idp
            .iter()
            .flat_map(|role| &role.keys)
            .filter(|key| key.signs())
            .flat_map(|key| &key.certificates)
    }

    /// Certificates a service provider may sign with.
    pub fn sp_signing_certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.sp
            .iter()
            .flat_map(|role| &role.keys)
            .filter(|key| key.signs())
            .flat_map(|key| &key.certificates)
    }

    /// Certificates a service provider can decrypt with.
    pub fn sp_encryption_certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.sp
            .iter()
            .flat_map(|role| &role.keys)
            .filter(|key| key.encrypts())
            .flat_map(|key| &key.certificates)
    }
}
