//! Vendor exports become the neutral facts of the Case.
//!
//! Entra's `application` and `servicePrincipal` become an [`IdpRegistration`], Qlik's
//! `virtualproxyconfig` and `proxyservice` become an [`SpConfiguration`] and a [`ProxyService`].
//! Checkers compare those and never see a vendor's field names. A field an export lacks stays
//! unknown: absence in an export is no evidence of absence in the product.

pub mod certutil;
pub mod entra;
pub mod join;
pub mod json;
pub mod qlik;
mod saml_client;
pub(crate) mod strangers;
#[cfg(test)]
mod tests;

use crate::bounds::{Bounds, Gauge};
use crate::evidence::Document;
use crate::intake::encoding;
use diag_sdk::Place;
use diag_sdk::case::input::InputKind;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::case::sp_configuration::{KeyStore, ProxyService, SpConfiguration};

pub(crate) use entra::APPLICATION_KEY as REGISTRATION_KEY;

/// What the exports say.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// How identity providers know the service provider.
    pub registrations: Vec<IdpRegistration>,
    /// Entry points of the service provider.
    pub sp_configurations: Vec<SpConfiguration>,
    /// Proxies that serve them.
    pub proxies: Vec<ProxyService>,
    /// Homes of private keys.
    pub key_stores: Vec<KeyStore>,
    /// Metadata of the identity provider found inside configurations, still as stored.
    pub held_metadata: Vec<HeldDocument>,
    /// Remarks for people: id of the input, and what was odd about it.
    pub notes: Vec<(String, String)>,
    /// Bounds that were crossed, by their words, and the inputs they were met in.
    pub crossed: Vec<(&'static str, String)>,
}

/// A metadata document inside a configuration, exactly as its field holds it: XML, or base64 of it.
#[derive(Debug, Default, Clone)]
pub struct HeldDocument {
    /// Id of the configuration that holds it.
    pub configuration: String,
    /// For people: `samlMetadataIdP of virtual proxy azure`.
    pub origin: String,
    /// Where the field stands.
    pub place: Place,
    /// The field's text.
    pub bytes: Vec<u8>,
}

/// Reads all exports among the documents. Other documents are left alone.
pub fn read(documents: &[Document], bounds: &Bounds) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let mut clients = Vec::new();
    let (mut tenant, mut site) = (entra::Tenant::default(), qlik::Site::default());
    for document in documents {
        let text = match document.kind {
            InputKind::Application
            | InputKind::ServicePrincipal
            | InputKind::TokenIssuancePolicies
            | InputKind::ClaimsMappingPolicies
            | InputKind::Virtualproxyconfig
            | InputKind::Proxyservice
            | InputKind::SamlClient
            | InputKind::Certutil => encoding::text(&document.bytes),
            _ => continue,
        };
        match document.kind {
            InputKind::Certutil => {
                let most = Gauge::new(bounds.certificates);
                snapshot.key_stores.extend(certutil::read(&document.input, &text, &most));
                if most.crossed() {
                    snapshot.crossed.push(("certificates", document.input.clone()));
                }
            }
            kind => {
                let export = json::Export::new(&document.input, &text, bounds.objects);
                {
                    let values = export.parse();
                    for object in export.objects(&values) {
                        match kind {
                            InputKind::Virtualproxyconfig | InputKind::Proxyservice => {
                                site.add(&object);
                            }
                            InputKind::SamlClient => clients.extend(saml_client::read(&object)),
                            _ => tenant.add(&object, kind),
                        }
                    }
                }
                if export.crossed() {
                    snapshot.crossed.push(("objects", document.input.clone()));
                }
                snapshot.notes.extend(
                    export.into_notes().into_iter().map(|note| (document.input.clone(), note)),
                );
            }
        }
    }
    let (registrations, notes) = tenant.finish();
    snapshot.registrations = registrations;
    for client in clients {
        let id = format!("r{}", snapshot.registrations.len() + 1);
        snapshot.registrations.push(IdpRegistration { id, ..client });
    }
    snapshot.notes.extend(notes);
    site.finish(&mut snapshot);
    snapshot
}
