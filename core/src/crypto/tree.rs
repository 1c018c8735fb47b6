//! Looks around in the tree of the signature library, by namespace and exactly.
//!
//! Its own look-ups ignore the namespace of attributes and stop at the first comment in a text:
//! both are ways in which a verifier and a consumer come to read different things.

use bergshamra::xml::uppsala::parser::Parser;
use bergshamra::xml::{Document, NodeId, NodeKind};

/// Deepest nesting; canonicalisation recurses.
const DEEPEST: u32 = 128;

/// Parses a document; document types are refused.
pub(super) fn parsed(xml: &str) -> Result<Document<'_>, String> {
    Parser::new()
        .with_max_depth(DEEPEST)
        .with_forbid_dtd(true)
        .parse(xml)
        .map_err(|error| error.to_string())
}

/// The node is an element of this name.
pub(super) fn is(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> bool {
    document.element(node).is_some_and(|element| element.name.matches(Some(namespace), name))
}

/// Children of this name, in order.
pub(super) fn children<'d>(
    document: &'d Document<'_>,
    parent: NodeId,
    namespace: &'d str,
    name: &'d str,
) -> impl Iterator<Item = NodeId> + 'd {
    document.children_iter(parent).filter(move |node| is(document, *node, namespace, name))
}

/// The first child of this name.
pub(super) fn child(
    document: &Document<'_>,
    parent: NodeId,
    namespace: &str,
    name: &str,
) -> Option<NodeId> {
    children(document, parent, namespace, name).next()
}

/// An attribute in no namespace.
pub(super) fn attribute<'d>(
    document: &'d Document<'_>,
    node: NodeId,
    name: &str,
) -> Option<&'d str> {
    let element = document.element(node)?;
    element
        .attributes
        .iter()
        .find(|found| found.name.namespace_uri.is_none() && found.name.local_name == name)
        .map(|found| &*found.value)
}

/// All text directly in an element, CDATA included, comments passed over.
pub(super) fn text(document: &Document<'_>, node: NodeId) -> String {
    document
        .children_iter(node)
        .filter_map(|inner| match document.node_kind(inner) {
            Some(NodeKind::Text(text) | NodeKind::CData(text)) => Some(&**text),
            _ => None,
        })
        .collect()
}
