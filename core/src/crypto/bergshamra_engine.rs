//! The signature engine that rests on bergshamra: its parser, canonicalisation, digests and keys.
//!
//! Its `verify` is not called. It stops at the first wrong digest, reports no digest beside a wrong
//! value, and resolves references that name no element as files of the working directory, which
//! nothing in a capture may do. References are therefore walked here, with the library's parts,
//! and only the transforms that SAML allows (saml-core-2.0-os §5.4.4) are followed.

use super::engine::{ReferenceReading, SignatureEngine, SignatureReading, Unreadable};
use super::tree::{attribute, child, children, is, parsed, text};
use super::work::Work;
use crate::bounds::Bounds;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra::c14n::{C14nMode, canonicalize, canonicalize_doc};
use bergshamra::core::{algorithm, ns};
use bergshamra::crypto::sign::{
    SigningKey, from_uri, is_hmac_algorithm, key_algorithm_matches_signature_uri,
};
use bergshamra::crypto::{digest, sign};
use bergshamra::keys::{keyinfo, loader};
use bergshamra::xml::{Document, NodeId, NodeSet, xpath};
use diag_sdk::case::signature::Verdict;
use std::collections::HashMap;

/// Largest document whose signatures are judged.
const LARGEST_DOCUMENT: usize = 64 * 1024 * 1024;
/// The limits within one signature.
const MOST_REFERENCES: usize = 50;
const MOST_TRANSFORMS: usize = 10;
const MOST_PREFIXES: usize = 64;
/// Certificates that came with a signature: candidates for who made it, beside those that somebody trusts.
const MOST_CERTIFICATES: usize = 20;
/// Elements with the same id that are tried for one reference.
const MOST_HOMONYMS: usize = 8;

/// The engine.
#[derive(Debug, Clone, Copy)]
pub struct BergshamraEngine {
    /// Units of work for one document: the bound `signing`.
    pub work: usize,
}

impl Default for BergshamraEngine {
    fn default() -> Self {
        Self { work: Bounds::size(Bounds::default().signing) }
    }
}

impl SignatureEngine for BergshamraEngine {
    type Key = SigningKey;

    fn read(&self, xml: &str) -> Result<Vec<SignatureReading>, String> {
        if xml.len() > LARGEST_DOCUMENT {
            return Err(format!(
                "the document is larger than {} MiB",
                LARGEST_DOCUMENT / 1024 / 1024
            ));
        }
        let document =
            parsed(xml).map_err(|error| format!("the document does not parse: {error}"))?;
        let mut reader = Reader {
            ids: ids(&document),
            work: Work::for_document(&document, self.work),
            document,
        };
        let signatures: Vec<NodeId> =
            elements(&reader.document, ns::DSIG, ns::node::SIGNATURE).collect();
        Ok(signatures.into_iter().map(|signature| reader.signature(signature)).collect())
    }

    fn key(&self, spki: &[u8]) -> Result<SigningKey, String> {
        loader::load_spki_der(spki)
            .and_then(|key| key.to_signing_key())
            .map_err(|error| error.to_string())?
            .ok_or_else(|| "a key of this kind makes no signatures".to_owned())
    }

    fn knows(&self, algorithm: &str) -> bool {
        !is_hmac_algorithm(algorithm) && sign::canonical_signature_uri(algorithm).is_some()
    }

    fn check(&self, algorithm: &str, octets: &[u8], value: &[u8], key: &SigningKey) -> bool {
        !is_hmac_algorithm(algorithm)
            && key_algorithm_matches_signature_uri(algorithm, key.algorithm())
            && from_uri(algorithm)
                .and_then(|known| known.verify(key, octets, value))
                .unwrap_or(false)
    }
}

struct Reader<'a> {
    document: Document<'a>,
    ids: HashMap<String, Vec<NodeId>>,
    work: Work,
}

impl Reader<'_> {
    fn signature(&mut self, signature: NodeId) -> SignatureReading {
        let document = &self.document;
        let signed_info = dsig(document, signature, ns::node::SIGNED_INFO);
        let algorithm = signed_info
            .and_then(|info| dsig(document, info, ns::node::SIGNATURE_METHOD))
            .and_then(|method| attribute(document, method, ns::attr::ALGORITHM))
            .unwrap_or_default()
            .to_owned();
        let value = match dsig(document, signature, ns::node::SIGNATURE_VALUE) {
            None => Err(Unreadable::Damaged("there is no SignatureValue".to_owned())),
            Some(node) => decoded(document, node, "SignatureValue"),
        };
        let key_info = dsig(document, signature, ns::node::KEY_INFO);
        let certificates = key_info
            .into_iter()
            .flat_map(|info| document.descendants(info))
            .filter(|node| is(document, *node, ns::DSIG, "X509Certificate"))
            .take(MOST_CERTIFICATES)
            .map(|node| text(document, node))
            .collect();
        let bare_key = key_info
            .filter(|info| dsig(document, *info, ns::node::KEY_VALUE).is_some())
            .and_then(|info| keyinfo::extract_key_value(info, document))
            .and_then(|key| key.to_spki_der());
        let range = document.node_range(signature).unwrap_or_default();
        let references: Vec<NodeId> = signed_info
            .map(|info| {
                children(document, info, ns::DSIG, ns::node::REFERENCE)
                    .take(MOST_REFERENCES)
                    .collect()
            })
            .unwrap_or_default();
        SignatureReading {
            range,
            algorithm,
            signed_info: match signed_info {
                None => Err(Unreadable::Damaged("there is no SignedInfo".to_owned())),
                Some(info) => self.signed_info(info),
            },
            value,
            references: references
                .into_iter()
                .map(|reference| self.reference(reference, signature))
                .collect(),
            certificates,
            bare_key,
        }
    }

    fn signed_info(&mut self, info: NodeId) -> Result<Vec<u8>, Unreadable> {
        let method =
            dsig(&self.document, info, ns::node::CANONICALIZATION_METHOD).ok_or_else(|| {
                Unreadable::Damaged("SignedInfo names no canonicalisation".to_owned())
            })?;
        // All of them have to hold; of so many not all are looked at.
        if children(&self.document, info, ns::DSIG, ns::node::REFERENCE).count() > MOST_REFERENCES {
            return Err(Unreadable::NotJudged(format!(
                "it has more than {MOST_REFERENCES} references"
            )));
        }
        let uri = attribute(&self.document, method, ns::attr::ALGORITHM).unwrap_or_default();
        let mode = C14nMode::from_uri(uri).ok_or_else(|| {
            Unreadable::NotJudged(format!("the canonicalisation {} is not judged here", shown(uri)))
        })?;
        let prefixes = prefixes(&self.document, method).map_err(Unreadable::NotJudged)?;
        self.work.canonicalisation().map_err(Unreadable::NotJudged)?;
        self.refuse_relative_namespaces(info).map_err(Unreadable::NotJudged)?;
        // With comments: those within SignedInfo are signed where the method keeps comments.
        let nodes = NodeSet::tree_with_comments(info, &self.document);
        canonicalize_doc(&self.document, mode, Some(&nodes), &prefixes).map_err(|error| {
            Unreadable::NotJudged(format!("SignedInfo cannot be canonicalised: {error}"))
        })
    }

    fn reference(&mut self, reference: NodeId, signature: NodeId) -> ReferenceReading {
        let uri =
            attribute(&self.document, reference, ns::attr::URI).unwrap_or_default().to_owned();
        let targets = match self.targets(&uri) {
            Ok(targets) => targets,
            Err(Unreadable::Damaged(reason)) => return wrong(None, reason),
            Err(Unreadable::NotJudged(reason)) => return not_judged(None, reason),
        };
        let first = targets
            .first()
            .and_then(|target| target.element)
            .and_then(|element| self.document.node_range(element));
        let expected = match dsig(&self.document, reference, ns::node::DIGEST_VALUE) {
            None => return wrong(first, "there is no DigestValue".to_owned()),
            Some(node) => match decoded(&self.document, node, "DigestValue") {
                Ok(octets) => octets,
                Err(Unreadable::Damaged(reason) | Unreadable::NotJudged(reason)) => {
                    return wrong(first, reason);
                }
            },
        };
        let method = dsig(&self.document, reference, ns::node::DIGEST_METHOD)
            .and_then(|method| attribute(&self.document, method, ns::attr::ALGORITHM))
            .unwrap_or_default()
            .to_owned();
        for target in targets {
            let element = target.element;
            match self.digest(target, reference, signature, &method) {
                Ok(computed) if computed == expected => {
                    let covers = element.and_then(|element| self.document.node_range(element));
                    return ReferenceReading { covers, digest: Verdict::Right, reason: None };
                }
                Ok(_) => {}
                Err(reason) => return not_judged(first, reason),
            }
        }
        ReferenceReading { covers: first, digest: Verdict::Wrong, reason: None }
    }

    /// What a `URI` names (xmldsig-core §4.4.3.2).
    fn targets(&self, uri: &str) -> Result<Vec<Target>, Unreadable> {
        let whole =
            |comments| Target { element: self.document.document_element(), whole: true, comments };
        if uri.is_empty() {
            return Ok(vec![whole(false)]);
        }
        let Some(fragment) = xpath::parse_same_document_ref(uri) else {
            return Err(Unreadable::NotJudged(
                "the reference names something outside the message".to_owned(),
            ));
        };
        if fragment == "xpointer(/)" {
            return Ok(vec![whole(true)]);
        }
        let pointed = xpath::parse_xpointer_id(fragment);
        if pointed.is_none() && fragment.contains('(') {
            return Err(Unreadable::NotJudged(
                "the reference is an XPointer other than an id".to_owned(),
            ));
        }
        let named =
            self.ids.get(pointed.unwrap_or(fragment)).map(Vec::as_slice).unwrap_or_default();
        if named.is_empty() {
            return Err(Unreadable::Damaged(
                "the reference names an id that no element has".to_owned(),
            ));
        }
        Ok(named
            .iter()
            .map(|element| Target {
                element: Some(*element),
                whole: false,
                comments: pointed.is_some(),
            })
            .collect())
    }

    fn digest(
        &mut self,
        target: Target,
        reference: NodeId,
        signature: NodeId,
        method: &str,
    ) -> Result<Vec<u8>, String> {
        let octets = self.transformed(target, reference, signature)?;
        digest::digest(method, &octets)
            .map_err(|_| format!("the digest algorithm {} is not judged here", shown(method)))
    }

    fn transformed(
        &mut self,
        target: Target,
        reference: NodeId,
        signature: NodeId,
    ) -> Result<Vec<u8>, String> {
        let mut nodes = match target.element {
            Some(element) if !target.whole && target.comments => {
                NodeSet::tree_with_comments(element, &self.document)
            }
            Some(element) if !target.whole => {
                NodeSet::tree_without_comments(element, &self.document)
            }
            _ if target.comments => NodeSet::all(&self.document),
            _ => NodeSet::all_without_comments(&self.document),
        };
        if let Some(element) = target.element {
            self.refuse_relative_namespaces(element)?;
        }
        let transforms: Vec<NodeId> = dsig(&self.document, reference, ns::node::TRANSFORMS)
            .map(|list| {
                children(&self.document, list, ns::DSIG, ns::node::TRANSFORM)
                    .take(MOST_TRANSFORMS + 1)
                    .collect()
            })
            .unwrap_or_default();
        if transforms.len() > MOST_TRANSFORMS {
            return Err("it has more transforms than are judged here".to_owned());
        }
        let mut octets: Option<String> = None;
        for transform in transforms {
            let uri = attribute(&self.document, transform, ns::attr::ALGORITHM).unwrap_or_default();
            if uri == algorithm::ENVELOPED_SIGNATURE && octets.is_none() {
                remove(&self.document, signature, &mut nodes);
                continue;
            }
            let Some(mode) = C14nMode::from_uri(uri) else {
                return Err(format!("the transform {} is not judged here", shown(uri)));
            };
            let prefixes = prefixes(&self.document, transform)?;
            self.work.canonicalisation()?;
            let canonical = match octets {
                None => canonicalize_doc(&self.document, mode, Some(&nodes), &prefixes),
                // Octets are parsed anew (xmldsig-core §4.4.3.2).
                Some(text) => canonicalize(&text, mode, None, &prefixes),
            }
            .map_err(|error| format!("what it covers cannot be canonicalised: {error}"))?;
            octets = Some(
                String::from_utf8(canonical)
                    .map_err(|_| "its canonical form is not UTF-8".to_owned())?,
            );
        }
        if let Some(text) = octets {
            return Ok(text.into_bytes());
        }
        self.work.canonicalisation()?;
        canonicalize_doc::<&str>(&self.document, C14nMode::Inclusive, Some(&nodes), &[])
            .map_err(|error| format!("what it covers cannot be canonicalised: {error}"))
    }

    /// Canonicalisation is not defined for relative namespace URIs (xml-c14n §1.3): libraries
    /// refuse, resolve or digest nothing, so no verdict would hold for the receiver.
    fn refuse_relative_namespaces(&self, element: NodeId) -> Result<(), String> {
        let relative = |node: &NodeId| {
            self.document.element(*node).is_some_and(|found| {
                found
                    .namespace_declarations
                    .iter()
                    .any(|(_, uri)| !uri.is_empty() && !uri.contains(':'))
            })
        };
        let above = self.document.ancestors(element);
        if above.iter().any(relative)
            || relative(&element)
            || self.document.descendants(element).iter().any(relative)
        {
            return Err(
                "a namespace URI there is relative, for which canonicalisation is not defined"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
struct Target {
    element: Option<NodeId>,
    whole: bool,
    comments: bool,
}

fn wrong(covers: Option<std::ops::Range<usize>>, reason: String) -> ReferenceReading {
    ReferenceReading { covers, digest: Verdict::Wrong, reason: Some(reason) }
}

fn not_judged(covers: Option<std::ops::Range<usize>>, reason: String) -> ReferenceReading {
    ReferenceReading { covers, digest: Verdict::Unknown, reason: Some(reason) }
}

/// Elements by the ids a reference can name: `ID` of SAML, `Id` of XML Signature and Encryption,
/// `id`, `AssertionID` of SAML 1.1, and the same names with a namespace, such as `xml:id`.
fn ids(document: &Document<'_>) -> HashMap<String, Vec<NodeId>> {
    let mut ids: HashMap<String, Vec<NodeId>> = HashMap::new();
    for node in document.descendants(document.root()) {
        let Some(element) = document.element(node) else { continue };
        for attribute in &element.attributes {
            if matches!(&*attribute.name.local_name, "ID" | "Id" | "id" | "AssertionID") {
                let named = ids.entry(attribute.value.clone().into_owned()).or_default();
                if named.len() < MOST_HOMONYMS && named.last() != Some(&node) {
                    named.push(node);
                }
            }
        }
    }
    ids
}

fn elements<'d>(
    document: &'d Document<'_>,
    namespace: &'d str,
    name: &'d str,
) -> impl Iterator<Item = NodeId> + 'd {
    document
        .descendants(document.root())
        .into_iter()
        .filter(move |node| is(document, *node, namespace, name))
}

fn dsig(document: &Document<'_>, parent: NodeId, name: &str) -> Option<NodeId> {
    child(document, parent, ns::DSIG, name)
}

fn decoded(document: &Document<'_>, node: NodeId, name: &str) -> Result<Vec<u8>, Unreadable> {
    let compact: String =
        text(document, node).chars().filter(|c| !c.is_ascii_whitespace()).collect();
    if compact.is_empty() {
        return Err(Unreadable::Damaged(format!("the {name} is empty")));
    }
    STANDARD
        .decode(compact)
        .map_err(|error| Unreadable::Damaged(format!("the {name} is not base64: {error}")))
}

/// `InclusiveNamespaces/@PrefixList` of exclusive canonicalisation.
fn prefixes(document: &Document<'_>, method: NodeId) -> Result<Vec<String>, String> {
    let Some(list) = document
        .children_iter(method)
        .find(|node| is(document, *node, algorithm::EXC_C14N, ns::node::INCLUSIVE_NAMESPACES))
    else {
        return Ok(Vec::new());
    };
    let prefixes: Vec<String> = attribute(document, list, ns::attr::PREFIX_LIST)
        .unwrap_or_default()
        .split_ascii_whitespace()
        .map(str::to_owned)
        .collect();
    if prefixes.len() > MOST_PREFIXES {
        return Err("its list of inclusive prefixes is longer than is judged here".to_owned());
    }
    Ok(prefixes)
}

fn remove(document: &Document<'_>, subtree: NodeId, nodes: &mut NodeSet) {
    nodes.remove_id(subtree);
    for inner in document.descendants(subtree) {
        nodes.remove_id(inner);
    }
}

/// An algorithm's name for people: the URI, cut where it is longer than any known one.
fn shown(uri: &str) -> String {
    if uri.is_empty() { "(none named)".to_owned() } else { uri.chars().take(80).collect() }
}
