//! Qlik Sense client-managed: `virtualproxyconfig` and `proxyservice` as the repository service
//! (QRS) exports them, full or condensed, become entry points and proxies.

mod proxy_service;
mod virtual_proxy;

use super::json::Node;
use super::{HeldDocument, Snapshot};
use diag_sdk::Vendor;
use diag_sdk::case::sp_configuration::{ProxyService, SpConfiguration};
use jiff::Timestamp;
use std::fmt::Write as _;

/// The product whose exports are read here, by the id of its product file.
pub(crate) const VENDOR: Vendor = Vendor::named("qlik");

/// Everything read from exports of Qlik sites so far.
#[derive(Debug, Default)]
pub struct Site {
    virtual_proxies: Vec<VirtualProxy>,
    proxies: Vec<ProxyService>,
}

/// A virtual proxy, where it was found, and the metadata it holds.
#[derive(Debug)]
struct VirtualProxy {
    facts: SpConfiguration,
    metadata: Option<HeldDocument>,
    /// It came inside a proxy service: a condensed copy.
    nested: bool,
    modified: Option<Timestamp>,
}

impl Site {
    /// Adds an object of an export, told apart by its own shape.
    pub fn add(&mut self, node: &Node<'_>) {
        if proxy_service::is(node) {
            let (proxy, nested) = proxy_service::read(node);
            self.proxies.push(proxy);
            self.virtual_proxies.extend(nested.iter().map(|node| virtual_proxy::read(node, true)));
        } else {
            self.virtual_proxies.push(virtual_proxy::read(node, false));
        }
    }

    /// Numbers what was read and hands it over. Of several copies of one virtual proxy the fullest
    /// and latest counts.
    pub fn finish(self, snapshot: &mut Snapshot) {
        let mut kept: Vec<VirtualProxy> = Vec::new();
        for candidate in self.virtual_proxies {
            let id = candidate.facts.vendor_id.as_deref();
            let known = kept
                .iter_mut()
                .find(|known| id.is_some() && known.facts.vendor_id.as_deref() == id);
            let Some(known) = known else {
                kept.push(candidate);
                continue;
            };
            let better = (!candidate.nested, candidate.modified) > (!known.nested, known.modified);
            let mut other = candidate;
            if better {
                std::mem::swap(known, &mut other);
            }
            if !known.nested && !other.nested {
                let mut text =
                    format!("virtual proxy {} was exported more than once; ", known.facts.name);
                let _ = match known.modified.filter(|_| known.modified != other.modified) {
                    Some(time) => write!(text, "the copy modified at {time} is used"),
                    None => write!(text, "the first copy is used"),
                };
                snapshot.notes.push((other.facts.place.input.clone(), text));
            }
        }
        for (index, mut virtual_proxy) in kept.into_iter().enumerate() {
            let id = format!("c{}", index + 1);
            virtual_proxy.facts.id.clone_from(&id);
            if let Some(mut metadata) = virtual_proxy.metadata {
                metadata.configuration = id;
                snapshot.held_metadata.push(metadata);
            }
            snapshot.sp_configurations.push(virtual_proxy.facts);
        }
        for (index, mut proxy) in self.proxies.into_iter().enumerate() {
            proxy.id = format!("x{}", index + 1);
            snapshot.proxies.push(proxy);
        }
    }
}
