//! Facts of one `EntityDescriptor` (saml-metadata-2.0-os §2.3.2).

use super::super::signature::{self, Ids};
use super::super::xml::{Locator, attribute, boolean, child, children, is, text_of};
use super::{Holding, spelling};
use crate::bounds::Gauge;
use crate::certificate;
use diag_sdk::Sited;
use diag_sdk::case::certificate::{Key, KeyUse};
use diag_sdk::case::input::Encoding;
use diag_sdk::case::metadata::{
    Endpoint, IdpRole, Metadata, RequestedAttribute, RoleDescriptor, SpRole, ToldBy,
};
use diag_sdk::case::signature::Signature;
use diag_sdk::spec::{NS_DSIG, NS_METADATA, NS_PROTOCOL};
use jiff::Timestamp;
use roxmltree::Node;

const NS_XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const NS_MDUI: &str = "urn:oasis:names:tc:SAML:metadata:ui";
const NS_XML: &str = "http://www.w3.org/XML/1998/namespace";

/// What an entity does not know about itself.
pub(super) struct Surroundings<'s> {
    pub(super) holding: &'s Holding,
    pub(super) encoding: &'s Encoding,
    /// Entities of the whole document.
    pub(super) entities: usize,
    /// `validUntil` of an aggregate that is not part of the tree.
    pub(super) valid_until: Option<Sited<Timestamp>>,
    /// How many elements of one kind are read.
    pub(super) items: &'s Gauge,
}

/// The entities of a document, nested aggregates included.
pub(super) fn all<'a, 'i>(root: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    root.descendants().filter(|node| is(*node, NS_METADATA, "EntityDescriptor"))
}

/// The signatures of a document.
pub(super) fn signatures(
    root: Node<'_, '_>,
    locator: &Locator<'_>,
    items: &Gauge,
) -> Vec<Signature> {
    signature::read_all(root, &Ids::of(root), locator, items)
}

/// Reads one entity. `signatures` are those of the document; its own and those around it are kept.
pub(super) fn read(
    node: Node<'_, '_>,
    locator: &Locator<'_>,
    surroundings: &Surroundings<'_>,
    signatures: &[Signature],
) -> Metadata {
    let idp_roles: Vec<_> = children(node, NS_METADATA, "IDPSSODescriptor").collect();
    let sp_roles: Vec<_> = children(node, NS_METADATA, "SPSSODescriptor").collect();
    let Surroundings { holding, items, .. } = *surroundings;
    Metadata {
        id: String::new(),
        input: holding.place.input.clone(),
        held_by: holding.held_by,
        told_by: ToldBy::Given,
        told: String::new(),
        configuration: holding.configuration.clone(),
        origin: holding.origin.clone(),
        place: locator.element(node),
        encoding: Encoding {
            https_namespace: spelling::https_namespace(node, locator),
            pem_armour: spelling::pem_armour(node, locator),
            ..surroundings.encoding.clone()
        },
        entities_in_document: surroundings.entities,
        entity_id: locator
            .sited(node, "entityID")
            .unwrap_or_else(|| Sited::new(String::new(), locator.element(node))),
        valid_until: valid_until(node, preferred(&idp_roles).or(preferred(&sp_roles)), locator)
            .or_else(|| surroundings.valid_until.clone()),
        role_descriptors: items
            .first_of(node.descendants().filter(|inner| is(*inner, NS_METADATA, "RoleDescriptor")))
            .map(|role| role_descriptor(role, locator))
            .collect(),
        idp: preferred(&idp_roles).map(|role| idp_role(role, locator, items)),
        sp: preferred(&sp_roles).map(|role| sp_role(role, locator, items)),
        idp_roles: idp_roles.len(),
        signatures: own_signatures(node, locator, signatures),
        signature_untried: false,
        display_name: display_name(node),
    }
}

/// Until when an entity holds: what is said of it or of what it stands in, or of its role where that ends before
/// (saml-metadata-2.0-os §2.3.2, §2.4.1).
fn valid_until(
    entity: Node<'_, '_>,
    role: Option<Node<'_, '_>>,
    locator: &Locator<'_>,
) -> Option<Sited<Timestamp>> {
    let mut around = entity.ancestors().filter(Node::is_element);
    let of_entity = around.find_map(|around| locator.instant(around, "validUntil"));
    let of_role = role.and_then(|role| locator.instant(role, "validUntil"));
    of_entity.into_iter().chain(of_role).min_by_key(|until| until.value)
}

/// Of several roles the one for SAML 2.0: some entities describe SAML 1.1 beside it.
fn preferred<'a, 'i>(roles: &[Node<'a, 'i>]) -> Option<Node<'a, 'i>> {
    let speaks_saml2 =
        |role: &&Node<'a, 'i>| protocols(**role).iter().any(|protocol| protocol == NS_PROTOCOL);
    roles.iter().find(speaks_saml2).or_else(|| roles.first()).copied()
}

fn own_signatures(
    entity: Node<'_, '_>,
    locator: &Locator<'_>,
    signatures: &[Signature],
) -> Vec<Signature> {
    let path = locator.path(entity);
    let inside = format!("{path}/");
    signatures
        .iter()
        .filter(|signature| {
            let place = signature.place.path.as_deref().unwrap_or_default();
            let parent = place.rsplit_once('/').map_or("", |(parent, _)| parent);
            place.starts_with(&inside)
                || path
                    .strip_prefix(parent)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
        .cloned()
        .collect()
}

fn role_descriptor(node: Node<'_, '_>, locator: &Locator<'_>) -> RoleDescriptor {
    RoleDescriptor {
        xsi_type: node.attribute((NS_XSI, "type")).map(|name| name.trim().to_owned()),
        place: locator.element(node),
    }
}

fn idp_role(node: Node<'_, '_>, locator: &Locator<'_>, items: &Gauge) -> IdpRole {
    IdpRole {
        place: locator.element(node),
        want_authn_requests_signed: attribute(node, "WantAuthnRequestsSigned").and_then(boolean),
        protocols: protocols(node),
        sso: endpoints(node, "SingleSignOnService", locator, items),
        slo: endpoints(node, "SingleLogoutService", locator, items),
        keys: keys(node, locator, items),
        name_id_formats: name_id_formats(node, items),
    }
}

fn sp_role(node: Node<'_, '_>, locator: &Locator<'_>, items: &Gauge) -> SpRole {
    SpRole {
        place: locator.element(node),
        authn_requests_signed: attribute(node, "AuthnRequestsSigned").and_then(boolean),
        want_assertions_signed: attribute(node, "WantAssertionsSigned").and_then(boolean),
        protocols: protocols(node),
        acs: endpoints(node, "AssertionConsumerService", locator, items),
        slo: endpoints(node, "SingleLogoutService", locator, items),
        keys: keys(node, locator, items),
        name_id_formats: name_id_formats(node, items),
        requested_attributes: items
            .first_of(
                children(node, NS_METADATA, "AttributeConsumingService")
                    .flat_map(|service| children(service, NS_METADATA, "RequestedAttribute")),
            )
            .map(|requested| RequestedAttribute {
                name: attribute(requested, "Name").unwrap_or_default().to_owned(),
                friendly_name: attribute(requested, "FriendlyName").map(str::to_owned),
                required: attribute(requested, "isRequired").and_then(boolean).unwrap_or_default(),
                place: locator.element(requested),
            })
            .collect(),
    }
}

fn protocols(role: Node<'_, '_>) -> Vec<String> {
    attribute(role, "protocolSupportEnumeration")
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

fn name_id_formats(role: Node<'_, '_>, items: &Gauge) -> Vec<String> {
    items
        .first_of(children(role, NS_METADATA, "NameIDFormat"))
        .map(|format| text_of(format).trim().to_owned())
        .collect()
}

fn endpoints(
    role: Node<'_, '_>,
    name: &str,
    locator: &Locator<'_>,
    items: &Gauge,
) -> Vec<Endpoint> {
    items
        .first_of(children(role, NS_METADATA, name))
        .map(|node| Endpoint {
            binding: attribute(node, "Binding").unwrap_or_default().to_owned(),
            location: locator
                .sited(node, "Location")
                .unwrap_or_else(|| Sited::new(String::new(), locator.element(node))),
            response_location: attribute(node, "ResponseLocation").map(str::to_owned),
            index: attribute(node, "index").and_then(|index| index.trim().parse().ok()),
            is_default: attribute(node, "isDefault").and_then(boolean),
        })
        .collect()
}

fn keys(role: Node<'_, '_>, locator: &Locator<'_>, items: &Gauge) -> Vec<Key> {
    items
        .first_of(children(role, NS_METADATA, "KeyDescriptor"))
        .map(|node| {
            let info = child(node, NS_DSIG, "KeyInfo");
            Key {
                usage: match attribute(node, "use") {
                    Some("signing") => KeyUse::Signing,
                    Some("encryption") => KeyUse::Encryption,
                    _ => KeyUse::Any,
                },
                certificates: items
                    .first_of(
                        info.iter()
                            .flat_map(Node::descendants)
                            .filter(|inner| is(*inner, NS_DSIG, "X509Certificate")),
                    )
                    .map(|found| certificate::read(&text_of(found), locator.text(found)))
                    .collect(),
                key_value: info.is_some_and(|info| child(info, NS_DSIG, "KeyValue").is_some()),
                key_name: info
                    .and_then(|info| child(info, NS_DSIG, "KeyName"))
                    .map(|name| text_of(name).trim().to_owned()),
                encryption_methods: items
                    .first_of(
                        children(node, NS_METADATA, "EncryptionMethod")
                            .filter_map(|method| attribute(method, "Algorithm")),
                    )
                    .map(str::to_owned)
                    .collect(),
                place: locator.element(node),
            }
        })
        .collect()
}

/// The name the entity shows to people, English where there is a choice.
fn display_name(entity: Node<'_, '_>) -> Option<String> {
    let kinds = [
        (NS_MDUI, "DisplayName"),
        (NS_METADATA, "OrganizationDisplayName"),
        (NS_METADATA, "OrganizationName"),
    ];
    kinds.into_iter().find_map(|(namespace, name)| {
        let found: Vec<_> =
            entity.descendants().filter(|node| is(*node, namespace, name)).collect();
        let english = found.iter().find(|node| {
            node.attribute((NS_XML, "lang")).is_some_and(|language| language.starts_with("en"))
        });
        english
            .or_else(|| found.first())
            .map(|node| text_of(*node).trim().to_owned())
            .filter(|text| !text.is_empty())
    })
}
