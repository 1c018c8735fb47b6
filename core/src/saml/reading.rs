//! Values of elements and attributes with their places, exactly as they stand.

use super::instant;
use super::xml::{self, Locator};
use crate::bounds::Gauge;
use crate::seal::Sealer;
use diag_sdk::Sited;
use diag_sdk::secret::Personal;
use jiff::Timestamp;
use roxmltree::Node;

/// A message being read: its places, and the sealer of the Case for what is about people.
pub(super) struct Reading<'r> {
    pub(super) locator: &'r Locator<'r>,
    pub(super) sealer: &'r Sealer,
    /// How many elements of one kind are read.
    pub(super) items: &'r Gauge,
}

impl Locator<'_> {
    /// An attribute with its place.
    pub(super) fn sited(&self, node: Node<'_, '_>, name: &str) -> Option<Sited<String>> {
        let value = xml::attribute(node, name)?;
        Some(Sited::new(value.to_owned(), self.attribute(node, name)))
    }

    /// An `xs:dateTime` attribute with its place; absent where it does not read.
    pub(super) fn instant(&self, node: Node<'_, '_>, name: &str) -> Option<Sited<Timestamp>> {
        let value = instant::read(xml::attribute(node, name)?)?;
        Some(Sited::new(value, self.attribute(node, name)))
    }

    /// The text of an element, exactly, with its place.
    pub(super) fn sited_text(&self, node: Node<'_, '_>) -> Sited<String> {
        Sited::new(xml::text_of(node), self.text(node))
    }
}

impl Reading<'_> {
    /// An attribute with its place.
    pub(super) fn attribute(&self, node: Node<'_, '_>, name: &str) -> Option<Sited<String>> {
        self.locator.sited(node, name)
    }

    /// An `xs:dateTime` attribute with its place; absent where it does not read.
    pub(super) fn instant(&self, node: Node<'_, '_>, name: &str) -> Option<Sited<Timestamp>> {
        self.locator.instant(node, name)
    }

    /// An `xs:boolean` attribute.
    pub(super) fn boolean(&self, node: Node<'_, '_>, name: &str) -> Option<Sited<bool>> {
        let value = xml::boolean(xml::attribute(node, name)?)?;
        Some(Sited::new(value, self.locator.attribute(node, name)))
    }

    /// The text of an element, exactly, with its place.
    pub(super) fn text(&self, node: Node<'_, '_>) -> Sited<String> {
        self.locator.sited_text(node)
    }

    /// A name that an element holds: its own text, whatever else was put into it.
    pub(super) fn name(&self, node: Node<'_, '_>) -> Sited<String> {
        Sited::new(xml::own_text_of(node), self.locator.text(node))
    }

    /// The text of an element about a person.
    pub(super) fn personal(&self, node: Node<'_, '_>) -> Sited<Personal> {
        let mut personal = self.sealer.personal(&xml::text_of(node));
        personal.interrupted = interrupted(node);
        Sited::new(personal, self.locator.text(node))
    }
}

/// A comment, processing instruction or child element stands amid the text. A value that consists
/// of one child element alone (as `eduPersonTargetedID` does) is not interrupted.
fn interrupted(node: Node<'_, '_>) -> bool {
    let has_text = node
        .children()
        .any(|child| child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()));
    node.descendants().any(|inner| inner.is_comment() || inner.is_pi())
        || (has_text && node.children().any(|child| child.is_element()))
}
