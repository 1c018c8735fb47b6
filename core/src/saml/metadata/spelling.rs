//! Spellings in metadata that look right and are not: typographic quotes, `https://` in names of
//! namespaces, PEM armour inside certificates.

use super::super::xml::{Lines, Locator, is, is_smart_quote, text_of};
use diag_sdk::Place;
use diag_sdk::spec::NS_DSIG;
use roxmltree::Node;

/// Names of namespaces that occur in metadata and begin with `http://`.
const HTTP_NAMES: &[&str] = &[
    "http://www.w3.org/2000/09/xmldsig#",
    "http://www.w3.org/2001/04/xmlenc#",
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://www.w3.org/2001/XMLSchema",
    "http://docs.oasis-open.org/wsfed/federation/200706",
    "http://www.w3.org/2005/08/addressing",
];

/// The standard's name of a namespace that is spelled with `https://`; `None` where nothing is amiss.
pub fn standard_namespace(uri: &str) -> Option<&'static str> {
    let rest = uri.strip_prefix("https://")?;
    HTTP_NAMES.iter().copied().find(|name| name.strip_prefix("http://") == Some(rest))
}

/// The text with straight quotes where typographic ones stand inside tags; `None` without any.
pub(super) fn straightened(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    let mut changed = false;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ => {}
        }
        if inside && is_smart_quote(c) {
            changed = true;
            out.push(if matches!(c, '\u{2018}'..='\u{201b}' | '\u{2032}') { '\'' } else { '"' });
        } else {
            out.push(c);
        }
    }
    changed.then_some(out)
}

/// Place of the first typographic quote inside a tag.
pub(super) fn smart_quotes(text: &str, base: &Place) -> Option<Place> {
    let mut inside = false;
    let offset = text.char_indices().find_map(|(offset, c)| {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ => {}
        }
        (inside && is_smart_quote(c)).then_some(offset)
    })?;
    let (line, column) = Lines::new(text).position(offset);
    Some(Place { line: Some(line), column: Some(column), length: Some(1), ..base.clone() })
}

/// The first namespace around or in `entity` whose standard name begins with `http://` and is
/// spelled with `https://`: elements under it are unknown to every reader.
pub(super) fn https_namespace(entity: Node<'_, '_>, locator: &Locator<'_>) -> Option<Place> {
    let element = entity.descendants().filter(Node::is_element).find(|element| {
        element.namespaces().any(|namespace| standard_namespace(namespace.uri()).is_some())
    })?;
    Some(locator.element(element))
}

/// The first certificate that carries PEM armour lines.
pub(super) fn pem_armour(entity: Node<'_, '_>, locator: &Locator<'_>) -> Option<Place> {
    entity
        .descendants()
        .find(|node| is(*node, NS_DSIG, "X509Certificate") && text_of(*node).contains("-----BEGIN"))
        .map(|node| locator.text(node))
}
