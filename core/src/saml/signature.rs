//! Static facts of XML signatures: what they cover and what is unusual about them. Whether they
//! are right is for `crate::crypto`, which fills the verdicts.

use super::xml::{Locator, attribute, child, children, is, text_of};
use crate::bounds::Gauge;
use crate::certificate;
use crate::mask;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diag_sdk::case::signature::{Oddity, Reference, Signature};
use diag_sdk::spec::{NS_ASSERTION, NS_ASSERTION_11, NS_DSIG, NS_PROTOCOL};
use roxmltree::Node;
use std::collections::HashMap;

/// Digests of the empty string (SHA-1, SHA-256, SHA-384, SHA-512): what a canonicalisation that
/// silently failed leaves behind.
const EMPTY_DIGESTS: &[&str] = &[
    "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb",
    "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
];
/// More signatures or references than any message has.
const MAX_REFERENCES: usize = 50;

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const CANONICALIZATIONS: &[&str] = &[
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/2006/12/xml-c14n11#WithComments",
];

/// Local names that decide what is signed and what is read, with the namespace they belong to.
const OWNED_NAMES: &[(&str, &str)] = &[
    ("Assertion", NS_ASSERTION),
    ("AttributeStatement", NS_ASSERTION),
    ("AuthnRequest", NS_PROTOCOL),
    ("AuthnStatement", NS_ASSERTION),
    ("Conditions", NS_ASSERTION),
    ("DigestValue", NS_DSIG),
    ("EncryptedAssertion", NS_ASSERTION),
    ("Issuer", NS_ASSERTION),
    ("LogoutRequest", NS_PROTOCOL),
    ("LogoutResponse", NS_PROTOCOL),
    ("NameID", NS_ASSERTION),
    ("Reference", NS_DSIG),
    ("Response", NS_PROTOCOL),
    ("Signature", NS_DSIG),
    ("SignatureValue", NS_DSIG),
    ("SignedInfo", NS_DSIG),
    ("SubjectConfirmation", NS_ASSERTION),
];

/// Elements by the ids a reference can name.
pub(super) struct Ids<'a, 'i> {
    by_id: HashMap<&'a str, Vec<Node<'a, 'i>>>,
}

impl<'a, 'i> Ids<'a, 'i> {
    /// Collects the ids of a document: `ID` of SAML, `Id` of XML Signature and Encryption, `xml:id`.
    pub(super) fn of(root: Node<'a, 'i>) -> Self {
        let mut by_id: HashMap<&'a str, Vec<Node<'a, 'i>>> = HashMap::new();
        for node in root.descendants().filter(Node::is_element) {
            for attribute in node.attributes() {
                let is_id = match attribute.namespace() {
                    None => matches!(attribute.name(), "ID" | "Id" | "id" | "AssertionID"),
                    Some(_) => matches!(attribute.name(), "ID" | "id"),
                };
                if is_id {
                    by_id.entry(attribute.value()).or_default().push(node);
                }
            }
        }
        Self { by_id }
    }

    fn get(&self, id: &str) -> &[Node<'a, 'i>] {
        self.by_id.get(id).map_or(&[], Vec::as_slice)
    }

    /// Second and further elements of each id that occurs more than once, in document order.
    pub(super) fn duplicates(&self) -> Vec<(&'a str, Node<'a, 'i>)> {
        let mut all: Vec<_> = self
            .by_id
            .iter()
            .flat_map(|(id, nodes)| nodes.iter().skip(1).map(move |node| (*id, *node)))
            .collect();
        all.sort_by_key(|(id, node)| (node.id().get(), *id));
        all
    }
}

/// Elements of SAML's or XML Signature's local names in no or another namespace.
pub(super) fn foreign<'a, 'i>(root: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    // A message of SAML 2.0 has no room for an assertion of SAML 1.1; a token of WS-Federation has.
    let other = (root.tag_name().namespace() != Some(NS_PROTOCOL)).then_some(NS_ASSERTION_11);
    root.descendants().filter(move |node| {
        node.is_element()
            && (other.is_none() || node.tag_name().namespace() != other)
            && OWNED_NAMES.iter().any(|(name, namespace)| {
                node.tag_name().name() == *name && node.tag_name().namespace() != Some(namespace)
            })
    })
}

/// Reads all signatures of a document.
pub(super) fn read_all<'a, 'i>(
    root: Node<'a, 'i>,
    ids: &Ids<'a, 'i>,
    locator: &Locator<'_>,
    most: &Gauge,
) -> Vec<Signature> {
    let relative = relative_namespace(root);
    let confused = foreign(root).any(|node| {
        matches!(node.tag_name().name(), "Signature" | "SignedInfo" | "Reference" | "Assertion")
    });
    most.first_of(root.descendants().filter(|node| is(*node, NS_DSIG, "Signature")))
        .map(|node| {
            let mut odd = Oddities::default();
            odd.when(confused, Oddity::NamespaceConfusion);
            odd.when(relative, Oddity::RelativeNamespace);
            read(node, root, ids, odd, locator)
        })
        .collect()
}

fn read<'a, 'i>(
    node: Node<'a, 'i>,
    root: Node<'a, 'i>,
    ids: &Ids<'a, 'i>,
    mut odd: Oddities,
    locator: &Locator<'_>,
) -> Signature {
    let parent = node.parent_element();
    let signed_info = child(node, NS_DSIG, "SignedInfo");
    let algorithm_of = |name: &'static str| {
        signed_info
            .and_then(|info| child(info, NS_DSIG, name))
            .and_then(|method| attribute(method, "Algorithm"))
            .unwrap_or_default()
    };
    let algorithm = algorithm_of("SignatureMethod");
    odd.when(algorithm.to_ascii_lowercase().contains("hmac"), Oddity::Hmac);
    odd.when(own_signed_infos(node) > 1, Oddity::SeveralSignedInfo);
    odd.when(
        children(node, NS_DSIG, "Object")
            .any(|object| object.children().any(|inner| inner.is_element())),
        Oddity::ObjectContent,
    );
    odd.when(der_encoded(node, algorithm), Oddity::EcdsaDer);
    let mut references = Vec::new();
    if let Some(info) = signed_info {
        odd.when(
            info.descendants().any(|inner| inner.is_comment() || inner.is_pi()),
            Oddity::MarkupInSignedInfo,
        );
        let all: Vec<_> = children(info, NS_DSIG, "Reference").take(MAX_REFERENCES).collect();
        odd.when(all.len() > 1, Oddity::SeveralReferences);
        references = all
            .into_iter()
            .map(|found| reference(found, node, root, ids, &mut odd, locator))
            .collect();
    }
    odd.when(references.is_empty(), Oddity::ReferenceMissing);
    let key_info: Vec<_> = children(node, NS_DSIG, "KeyInfo").collect();
    let certificates: Vec<_> = key_info
        .iter()
        .flat_map(Node::descendants)
        .filter(|inner| is(*inner, NS_DSIG, "X509Certificate"))
        .take(MAX_REFERENCES)
        .map(|found| certificate::read(&text_of(found), locator.text(found)))
        .collect();
    odd.when(
        certificates.is_empty() && key_info.iter().any(|info| info.first_element_child().is_some()),
        Oddity::BareKey,
    );
    Signature {
        withheld: is_withheld(node),
        place: locator.element(node),
        parent: parent.map(|parent| parent.tag_name().name().to_owned()).unwrap_or_default(),
        parent_id: parent
            .and_then(|parent| attribute(parent, "ID").or_else(|| attribute(parent, "AssertionID")))
            .map(str::to_owned),
        algorithm: algorithm.to_owned(),
        canonicalization: algorithm_of("CanonicalizationMethod").to_owned(),
        references,
        has_key_info: key_info.iter().any(|info| info.first_element_child().is_some()),
        key_info: certificates,
        oddities: odd.0,
        ..Signature::default()
    }
}

#[derive(Default)]
struct Oddities(Vec<Oddity>);

impl Oddities {
    fn when(&mut self, seen: bool, oddity: Oddity) {
        if seen && !self.0.contains(&oddity) {
            self.0.push(oddity);
        }
    }
}

/// `SignedInfo` elements of this signature in any namespace, wherever in it they hide, except those
/// of signatures nested in it.
fn own_signed_infos(signature: Node<'_, '_>) -> usize {
    signature
        .descendants()
        .filter(|inner| inner.is_element() && inner.tag_name().name() == "SignedInfo")
        .filter(|inner| {
            inner.ancestors().find(|outer| is(*outer, NS_DSIG, "Signature")) == Some(signature)
        })
        .take(2)
        .count()
}

/// A mark stands in place of the value, or of a digest that the value is made over.
fn is_withheld(signature: Node<'_, '_>) -> bool {
    let digests = child(signature, NS_DSIG, "SignedInfo")
        .into_iter()
        .flat_map(|info| children(info, NS_DSIG, "Reference"));
    let digests = digests.filter_map(|reference| child(reference, NS_DSIG, "DigestValue"));
    child(signature, NS_DSIG, "SignatureValue").into_iter().chain(digests).any(|node| {
        let text: String = text_of(node).split_ascii_whitespace().collect();
        mask::is_mark(&text)
    })
}

/// An ECDSA value as a DER sequence of two integers; XML Signature wants them concatenated raw.
fn der_encoded(signature: Node<'_, '_>, algorithm: &str) -> bool {
    if !algorithm.contains("ecdsa") {
        return false;
    }
    let text: String = child(signature, NS_DSIG, "SignatureValue")
        .map(text_of)
        .unwrap_or_default()
        .split_ascii_whitespace()
        .collect();
    match STANDARD.decode(text).unwrap_or_default().as_slice() {
        [0x30, length, 0x02, rest @ ..] if *length < 0x80 => rest.len() + 1 == usize::from(*length),
        [0x30, 0x81, length, 0x02, rest @ ..] => rest.len() + 1 == usize::from(*length),
        _ => false,
    }
}

fn reference<'a, 'i>(
    node: Node<'a, 'i>,
    signature: Node<'a, 'i>,
    root: Node<'a, 'i>,
    ids: &Ids<'a, 'i>,
    odd: &mut Oddities,
    locator: &Locator<'_>,
) -> Reference {
    let uri = attribute(node, "URI").unwrap_or_default();
    let covered = resolve(uri, root, ids, odd);
    if let Some(covered) = covered {
        let parent = signature.parent_element();
        odd.when(parent != Some(covered), Oddity::NotEnveloped);
        odd.when(
            parent.is_some_and(|parent| {
                parent != covered && parent.ancestors().any(|outer| outer == covered)
            }),
            Oddity::CoversAncestor,
        );
    }
    let transforms: Vec<String> = child(node, NS_DSIG, "Transforms")
        .iter()
        .flat_map(|transforms| children(*transforms, NS_DSIG, "Transform"))
        .take(MAX_REFERENCES)
        .map(|transform| attribute(transform, "Algorithm").unwrap_or_default().to_owned())
        .collect();
    for transform in &transforms {
        let known = transform == ENVELOPED || CANONICALIZATIONS.contains(&transform.as_str());
        let lower = transform.to_ascii_lowercase();
        if lower.contains("xslt") {
            odd.when(true, Oddity::Xslt);
        } else if lower.contains("xpath") || lower.contains("xmldsig-filter2") {
            odd.when(true, Oddity::Xpath);
        } else {
            odd.when(!known, Oddity::UnknownTransform);
        }
    }
    let digest = child(node, NS_DSIG, "DigestValue").map(text_of).unwrap_or_default();
    let digest: String = digest.split_ascii_whitespace().collect();
    odd.when(EMPTY_DIGESTS.contains(&digest.as_str()), Oddity::EmptyDigest);
    Reference {
        uri: uri.to_owned(),
        covers: covered.map(|covered| locator.path(covered)),
        covers_id: covered
            .and_then(|covered| attribute(covered, "ID").or_else(|| attribute(covered, "Id")))
            .map(str::to_owned),
        range: covered.map(|covered| (covered.range().start, covered.range().end)),
        digest_algorithm: child(node, NS_DSIG, "DigestMethod")
            .and_then(|method| attribute(method, "Algorithm"))
            .unwrap_or_default()
            .to_owned(),
        transforms,
        ..Reference::default()
    }
}

/// The element a `URI` names (xmldsig-core §4.4.3.2).
fn resolve<'a, 'i>(
    uri: &str,
    root: Node<'a, 'i>,
    ids: &Ids<'a, 'i>,
    odd: &mut Oddities,
) -> Option<Node<'a, 'i>> {
    if uri.is_empty() {
        odd.when(true, Oddity::ReferenceEmpty);
        return Some(root);
    }
    let Some(fragment) = uri.strip_prefix('#') else {
        odd.when(true, Oddity::ReferenceMissing);
        return None;
    };
    let id = if fragment.contains('(') {
        odd.when(true, Oddity::Xpointer);
        if fragment == "xpointer(/)" {
            return Some(root);
        }
        fragment
            .strip_prefix("xpointer(id(")
            .and_then(|rest| rest.strip_suffix("))"))
            .map(|id| id.trim_matches(['\'', '"']))
    } else {
        Some(fragment)
    };
    let named = id.map(|id| ids.get(id)).unwrap_or_default();
    odd.when(named.len() > 1, Oddity::DuplicateId);
    odd.when(named.is_empty() && !fragment.contains('('), Oddity::ReferenceMissing);
    named.first().copied()
}

/// A namespace URI that is relative: canonicalisation is undefined for it (xml-exc-c14n §1.1), and
/// some libraries then digest nothing at all. Asked once per document: canonicalisation of any
/// part sees the namespaces above it.
fn relative_namespace(root: Node<'_, '_>) -> bool {
    root.descendants()
        .filter(Node::is_element)
        .flat_map(|element| element.namespaces())
        .any(|namespace| !namespace.uri().is_empty() && !namespace.uri().contains(':'))
}
