//! Reads a repaired document again, with the reader that judges, and compares.

use super::walk::Role;
use super::{Change, Kind, Refusal};
use crate::saml::metadata::{self, Holding};
use crate::saml::xml::{self, Tree};
use diag_sdk::case::certificate::{Key, KeyUse};
use diag_sdk::case::metadata::{Endpoint, IdpRole, Metadata, SpRole};
use diag_sdk::spec::NS_METADATA;
use roxmltree::Node;

/// What the comparison showed on the way.
pub(super) struct Proven {
    pub(super) entity_ids: Vec<String>,
    pub(super) signed: bool,
}

/// Both readers see the same `RoleDescriptor` elements: the one whose positions are cut by, and the
/// one that checks are based on.
pub(super) fn same_elements(parsed: &Tree<'_>, roles: &[Role]) -> Result<(), Refusal> {
    let is_role = |node: &Node<'_, '_>| xml::is(*node, NS_METADATA, "RoleDescriptor");
    let outermost = parsed
        .document
        .descendants()
        .filter(|node| is_role(node) && !node.ancestors().skip(1).any(|around| is_role(&around)));
    if outermost.map(|node| node.range()).eq(roles.iter().map(|role| role.range.clone())) {
        Ok(())
    } else {
        Err(Refusal::Doubtful("two readers disagree about where RoleDescriptors stand".to_owned()))
    }
}

/// Everything else is as before, and what was to be mended is mended; `without_roles` says that no
/// `RoleDescriptor` may be left.
pub(super) fn compare(
    before: &[u8],
    after: &[u8],
    changes: &[Change],
    without_roles: bool,
) -> Result<Proven, Refusal> {
    let (old, _) = metadata::read(before, &Holding::default(), None);
    let (new, broken) = metadata::read(after, &Holding::default(), None);
    if old.is_empty() {
        return Err(Refusal::NotMetadata);
    }
    if let Some(broken) = broken.first() {
        return Err(doubtful(format!("it does not parse ({})", broken.explanation)));
    }
    if without_roles
        && old.iter().any(|entity| {
            !entity.role_descriptors.is_empty() && entity.idp.is_none() && entity.sp.is_none()
        })
    {
        return Err(Refusal::NothingLeft);
    }
    if old.len() != new.len() {
        return Err(doubtful(format!("it holds {} entities instead of {}", new.len(), old.len())));
    }
    let did = |kind: Kind| changes.iter().any(|change| change.kind == kind);
    for (old, new) in old.iter().zip(&new) {
        let name = &old.entity_id.value;
        if old.entity_id.value != new.entity_id.value {
            return Err(doubtful("the entityID differs"));
        }
        if !same_but_keys(old, new) {
            return Err(doubtful(format!("roles or endpoints of {name} differ")));
        }
        let (old_keys, new_keys) = (keys(old), keys(new));
        let kept = if did(Kind::CertificateCleared) || did(Kind::NamespaceCorrected) {
            contains(&new_keys, old_keys.iter().filter(|key| key.certificate.is_some()))
        } else {
            old_keys == new_keys
        };
        if !kept {
            return Err(doubtful(format!("keys of {name} differ")));
        }
        let encoding = &new.encoding;
        let left = [
            (without_roles && !new.role_descriptors.is_empty(), "RoleDescriptors are left"),
            (
                did(Kind::CertificateCleared) && encoding.pem_armour.is_some(),
                "PEM armour is left in another certificate",
            ),
            (
                did(Kind::NamespaceCorrected) && encoding.https_namespace.is_some(),
                "a namespace is still spelled with https://",
            ),
            (
                did(Kind::DeclarationCorrected) && encoding.declared_otherwise.is_some(),
                "the declaration still names another encoding",
            ),
            (
                encoding.name != old.encoding.name || encoding.bom != old.encoding.bom,
                "its encoding differs",
            ),
        ];
        if let Some((_, what)) = left.iter().find(|(is_left, _)| *is_left) {
            return Err(doubtful(*what));
        }
    }
    let signed = new.iter().any(|entity| !entity.signatures.is_empty());
    Ok(Proven {
        entity_ids: new.into_iter().map(|entity| entity.entity_id.value).collect(),
        signed,
    })
}

fn doubtful(what: impl Into<String>) -> Refusal {
    Refusal::Doubtful(what.into())
}

fn same_but_keys(old: &Metadata, new: &Metadata) -> bool {
    old.idp_roles == new.idp_roles
        && old.valid_until.as_ref().map(|end| end.value)
            == new.valid_until.as_ref().map(|end| end.value)
        && old.display_name == new.display_name
        && old.signatures.len() == new.signatures.len()
        && old.idp.as_ref().map(idp_gist) == new.idp.as_ref().map(idp_gist)
        && old.sp.as_ref().map(sp_gist) == new.sp.as_ref().map(sp_gist)
}

/// What a role says, apart from its keys.
#[derive(PartialEq)]
struct Gist<'m> {
    endpoints: Vec<EndpointGist<'m>>,
    further: Vec<EndpointGist<'m>>,
    protocols: &'m [String],
    name_id_formats: &'m [String],
    wants: [Option<bool>; 2],
}

#[derive(PartialEq)]
struct EndpointGist<'m> {
    addresses: [Option<&'m str>; 3],
    index: Option<u32>,
    is_default: Option<bool>,
}

fn endpoints(all: &[Endpoint]) -> Vec<EndpointGist<'_>> {
    all.iter()
        .map(|endpoint| EndpointGist {
            addresses: [
                Some(endpoint.binding.as_str()),
                Some(endpoint.location.value.as_str()),
                endpoint.response_location.as_deref(),
            ],
            index: endpoint.index,
            is_default: endpoint.is_default,
        })
        .collect()
}

fn idp_gist(role: &IdpRole) -> Gist<'_> {
    Gist {
        endpoints: endpoints(&role.sso),
        further: endpoints(&role.slo),
        protocols: &role.protocols,
        name_id_formats: &role.name_id_formats,
        wants: [role.want_authn_requests_signed, None],
    }
}

fn sp_gist(role: &SpRole) -> Gist<'_> {
    Gist {
        endpoints: endpoints(&role.acs),
        further: endpoints(&role.slo),
        protocols: &role.protocols,
        name_id_formats: &role.name_id_formats,
        wants: [role.authn_requests_signed, role.want_assertions_signed],
    }
}

/// A key as far as it matters which one it is.
#[derive(Debug, PartialEq)]
struct KeyGist<'m> {
    usage: KeyUse,
    /// SHA-256 of a certificate that can be used.
    certificate: Option<&'m str>,
}

fn key_gists(key: &Key) -> impl Iterator<Item = KeyGist<'_>> {
    key.certificates.iter().map(|one| KeyGist {
        usage: key.usage,
        certificate: one.usable().then_some(one.sha256.as_str()),
    })
}

fn keys(entity: &Metadata) -> Vec<KeyGist<'_>> {
    let of_idp = entity.idp.iter().flat_map(|role| &role.keys);
    let of_sp = entity.sp.iter().flat_map(|role| &role.keys);
    of_idp.chain(of_sp).flat_map(key_gists).collect()
}

/// All of these are there, in this order.
fn contains<'k>(keys: &[KeyGist<'_>], wanted: impl Iterator<Item = &'k KeyGist<'k>>) -> bool {
    let mut keys = keys.iter();
    wanted.into_iter().all(|wanted| keys.any(|key| key == wanted))
}
