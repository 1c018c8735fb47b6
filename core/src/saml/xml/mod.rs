//! XML with positions: bytes to text, text to a tree, nodes to places.
//!
//! Document types are refused, and size, depth and the work of resolving names are bounded before
//! the tree parser sees the text. What does not parse is explained for whoever edited the file.

mod comments;
mod encoding;
mod locator;
mod outline;

pub use comments::comments;
pub use encoding::{Source, charset_of, decode_text, looks_like_xml};
pub use locator::{Lines, Locator, Piece};
pub use outline::{Limits, MAX_DEPTH, is_smart_quote, local_name, root_name};

use diag_sdk::case::input::Trouble;
use roxmltree::{Document, Error, Node, ParsingOptions};

/// Nodes of one document; a document of the largest size read as a whole has fewer.
const MAX_NODES: u32 = 2_000_000;

/// A parsed document.
#[derive(Debug)]
pub struct Tree<'t> {
    /// The tree.
    pub document: Document<'t>,
}

/// Why a document does not parse, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    /// What kind of trouble.
    pub trouble: Trouble,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// In words for people.
    pub explanation: String,
    /// The word of the bound that is crossed, where one is.
    pub bound: Option<&'static str>,
}

/// Checks structure and bounds of a text without building a tree of it.
pub fn check_outline(text: &str) -> Result<(), Broken> {
    check_within(text, Limits::default())
}

/// The same within other limits.
pub fn check_within(text: &str, limits: Limits) -> Result<(), Broken> {
    outline::check(text, limits).map_err(|fault| {
        let (line, column) = Lines::new(text).position(fault.offset);
        Broken {
            trouble: fault.trouble,
            line,
            column,
            explanation: fault.explanation,
            bound: fault.bound,
        }
    })
}

/// Parses a text.
pub fn parse(text: &str) -> Result<Tree<'_>, Broken> {
    parse_within(text, Limits::default())
}

/// The same within other limits.
pub fn parse_within(text: &str, limits: Limits) -> Result<Tree<'_>, Broken> {
    check_within(text, limits)?;
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    match Document::parse_with_options(text, options) {
        Ok(document) => Ok(Tree { document }),
        Err(error) => Err(explain(&error)),
    }
}

fn explain(error: &Error) -> Broken {
    let position = error.pos();
    let (trouble, explanation) = match error {
        Error::DtdDetected => (Trouble::Doctype, "it has a document type declaration, which is refused; remove it".to_owned()),
        Error::NodesLimitReached | Error::AttributesLimitReached | Error::NamespacesLimitReached => {
            (Trouble::TooLarge, "it has more elements or namespaces than any SAML document needs".to_owned())
        }
        Error::UnknownNamespace(prefix, _) => (
            Trouble::NotWellFormed,
            format!(
                "the prefix `{prefix}:` is used here but no `xmlns:{prefix}=\"…\"` declares it: the element that declared it was removed"
            ),
        ),
        Error::MalformedEntityReference(_) => {
            (Trouble::NotWellFormed, "a `&` stands here that begins no entity; in XML it is written `&amp;`".to_owned())
        }
        Error::UnknownEntityReference(name, _) => {
            (Trouble::NotWellFormed, format!("the entity `&{name};` is not known in XML; a plain `&` is written `&amp;`"))
        }
        Error::DuplicatedAttribute(name, _) => (Trouble::NotWellFormed, format!("the attribute `{name}` stands twice in one tag")),
        Error::DuplicatedNamespace(name, _) => {
            (Trouble::NotWellFormed, format!("the namespace prefix `{name}` is declared twice in one tag"))
        }
        Error::UnexpectedDeclaration(_) => (
            Trouble::NotWellFormed,
            "the XML declaration `<?xml …?>` may only stand at the very beginning: remove blanks or lines before it".to_owned(),
        ),
        Error::NonXmlChar(c, _) => (Trouble::NotWellFormed, format!("the character U+{:04X} is not allowed in XML", u32::from(*c))),
        other => (Trouble::NotWellFormed, other.to_string()),
    };
    Broken { trouble, line: position.row, column: position.col, explanation, bound: None }
}

/// All text of an element and what is in it, joined. `Node::text` alone stops at the first comment,
/// which is how comments were used to cut off names (CVE-2017-11427 and others).
pub fn text_of(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// The text that stands in an element itself, joined: what elements in it hold is theirs.
pub fn own_text_of(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// An element of a namespace with a local name.
pub fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element()
        && node.tag_name().name() == name
        && node.tag_name().namespace() == Some(namespace)
}

/// Child elements of a namespace with a local name.
pub fn children<'a, 'i>(
    node: Node<'a, 'i>,
    namespace: &'a str,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| is(*child, namespace, name))
}

/// The first such child.
pub fn child<'a, 'i>(node: Node<'a, 'i>, namespace: &str, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| is(*child, namespace, name))
}

/// An attribute in no namespace.
pub fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes()
        .find(|attribute| attribute.name() == name && attribute.namespace().is_none())
        .map(|attribute| attribute.value())
}

/// An `xs:boolean`.
pub fn boolean(value: &str) -> Option<bool> {
    match value.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_the_outline_cannot_see_are_explained() {
        let broken = parse("<a>\n<b>x & y</b></a>").unwrap_err();
        assert_eq!((broken.trouble, broken.line), (Trouble::NotWellFormed, 2));
        assert!(broken.explanation.contains("&amp;"));
        let broken = parse("<a><ds:b/></a>").unwrap_err();
        assert!(broken.explanation.contains("xmlns:ds"), "{}", broken.explanation);
        let broken = parse("\n<?xml version='1.0'?><a/>").unwrap_err();
        assert!(broken.explanation.contains("very beginning"), "{}", broken.explanation);
    }

    #[test]
    fn text_is_joined_over_comments() {
        let tree = parse("<n>user@a.example<!-- x -->.evil<![CDATA[.example]]></n>").unwrap();
        assert_eq!(text_of(tree.document.root_element()), "user@a.example.evil.example");
    }

    #[test]
    fn booleans_are_xml_schema_booleans() {
        assert_eq!(
            [boolean("true"), boolean(" 0 "), boolean("yes")],
            [Some(true), Some(false), None]
        );
    }
}
