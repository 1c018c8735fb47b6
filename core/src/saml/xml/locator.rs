//! Says where a node or attribute stands: line, column, and an element path people can follow.

use super::Tree;
use diag_sdk::Place;
use roxmltree::{Document, Node};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Bytes between two remembered character counts: columns in files of a single long line stay cheap.
const STRIDE: usize = 1024;

/// Byte offsets to lines and columns, counted from 1, columns in characters.
#[derive(Debug)]
pub struct Lines<'t> {
    text: &'t str,
    /// Byte offsets at which lines begin.
    starts: Vec<usize>,
    /// Number of characters before byte `index * STRIDE`.
    counts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Indexes a text.
    pub fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
            .collect();
        let mut count = 0;
        let mut counts = vec![0];
        for chunk in text.as_bytes().chunks(STRIDE) {
            count += characters(chunk);
            counts.push(count);
        }
        Self { text, starts, counts }
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        (narrow(line), narrow(self.characters_before(offset) - self.characters_before(start) + 1))
    }

    fn characters_before(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        let stride = offset / STRIDE;
        let known = self.counts.get(stride).copied().unwrap_or_default();
        known + characters(self.text.as_bytes().get(stride * STRIDE..offset).unwrap_or_default())
    }
}

/// Characters that begin in these bytes of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count()
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A piece of a larger text, parsed on its own inside a wrapper element.
#[derive(Debug, Clone, Copy, Default)]
pub struct Piece {
    /// Bytes of the wrapper's start tag.
    pub wrapper: usize,
    /// Where the piece begins in the larger text.
    pub start: usize,
    /// Its number among its siblings of the same name, 0 where it is the only one.
    pub ordinal: u32,
}

/// Places in one document.
#[derive(Debug)]
pub struct Locator<'t> {
    lines: Arc<Lines<'t>>,
    base: Place,
    piece: Piece,
    /// For each node its number among siblings of the same local name, 0 where it is the only one.
    ordinals: Vec<u32>,
}

impl<'t> Locator<'t> {
    /// Locates within `document`, whose text stands at `base`. A path in `base` becomes the
    /// beginning of every path, so that a decrypted element keeps the path of what it replaced.
    pub fn new(document: &Document<'t>, base: &Place) -> Self {
        let lines = Arc::new(Lines::new(document.input_text()));
        Self { lines, base: base.clone(), piece: Piece::default(), ordinals: ordinals(document) }
    }

    /// Locates within the larger text that `document` is a piece of.
    pub fn of_piece(
        document: &Document<'_>,
        lines: &Arc<Lines<'t>>,
        piece: Piece,
        base: &Place,
    ) -> Self {
        let mut ordinals = ordinals(document);
        let element = document.root_element().first_element_child().filter(|_| piece.wrapper > 0);
        if let Some(ordinal) =
            element.and_then(|element| ordinals.get_mut(element.id().get_usize()))
        {
            *ordinal = piece.ordinal;
        }
        Self { lines: Arc::clone(lines), base: base.clone(), piece, ordinals }
    }

    /// A byte range of the document as a range of the text that lines count in.
    fn in_text(&self, range: &Range<usize>) -> Range<usize> {
        let shifted = |offset: usize| offset.saturating_sub(self.piece.wrapper) + self.piece.start;
        shifted(range.start)..shifted(range.end)
    }

    fn source(&self, range: &Range<usize>) -> &'t str {
        self.lines.text.get(self.in_text(range)).unwrap_or_default()
    }

    /// A byte range of the document.
    pub fn range(&self, range: &Range<usize>, path: Option<String>) -> Place {
        let (line, column) = self.lines.position(self.in_text(range).start);
        Place {
            line: Some(line),
            column: Some(column),
            length: Some(narrow(characters(self.source(range).as_bytes()))),
            path: path.or_else(|| self.base.path.clone()),
            ..self.base.clone()
        }
    }

    /// An element: its start tag's name.
    pub fn element(&self, node: Node<'_, '_>) -> Place {
        let range = node.range();
        let text = self.source(&range);
        let name =
            text.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).unwrap_or(text.len());
        self.range(&(range.start..range.start + name), Some(self.path(node)))
    }

    /// An attribute of an element, name and value.
    pub fn attribute(&self, node: Node<'_, '_>, name: &str) -> Place {
        match node.attributes().find(|attribute| attribute.name() == name) {
            Some(attribute) => {
                self.range(&attribute.range(), Some(format!("{}/@{name}", self.path(node))))
            }
            None => self.element(node),
        }
    }

    /// The text of an element without the white space around it; the element where it has none.
    pub fn text(&self, node: Node<'_, '_>) -> Place {
        let mut texts = node.descendants().filter(|inner| {
            inner.is_text() && inner.text().is_some_and(|text| !text.trim().is_empty())
        });
        let Some(first) = texts.next() else { return self.element(node) };
        let mut range = first.range();
        if let Some(last) = texts.next_back() {
            range.end = last.range().end;
        }
        let text = self.source(&range);
        let leading = text.len() - text.trim_start().len();
        let trimmed = range.start + leading..range.start + leading + text.trim().len();
        self.range(&trimmed, Some(self.path(node)))
    }

    /// Element path such as `Response/Assertion[1]/Issuer`.
    pub fn path(&self, node: Node<'_, '_>) -> String {
        let mut steps: Vec<String> =
            node.ancestors().filter(Node::is_element).map(|element| self.step(element)).collect();
        if let Some(base) = &self.base.path {
            steps.push(base.clone());
        }
        steps.reverse();
        steps.join("/")
    }

    fn step(&self, element: Node<'_, '_>) -> String {
        let name = element.tag_name().name();
        match self.ordinals.get(element.id().get_usize()).copied().unwrap_or_default() {
            0 => name.to_owned(),
            ordinal => format!("{name}[{ordinal}]"),
        }
    }
}

/// Numbers siblings that share a local name, in one pass: asking each element for its siblings
/// would be quadratic in an aggregate.
fn ordinals(document: &Document<'_>) -> Vec<u32> {
    let mut ordinals =
        vec![0; document.descendants().next_back().map_or(0, |node| node.id().get_usize() + 1)];
    for parent in document.descendants() {
        if parent.first_element_child().map(|child| child.id())
            == parent.last_element_child().map(|child| child.id())
        {
            continue;
        }
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for child in parent.children().filter(Node::is_element) {
            *counts.entry(child.tag_name().name()).or_default() += 1;
        }
        let mut seen: HashMap<&str, u32> = HashMap::new();
        for child in parent.children().filter(Node::is_element) {
            let name = child.tag_name().name();
            if counts.get(name).is_some_and(|count| *count > 1) {
                let number = seen.entry(name).or_default();
                *number += 1;
                if let Some(ordinal) = ordinals.get_mut(child.id().get_usize()) {
                    *ordinal = *number;
                }
            }
        }
    }
    ordinals
}

impl<'t> Tree<'t> {
    /// The places in this document, whose text stands at `base`.
    pub fn locate(&self, base: &Place) -> Locator<'t> {
        Locator::new(&self.document, base)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let lines = Lines::new("aü\nb𝄞c");
        assert_eq!(lines.position(0), (1, 1));
        assert_eq!(lines.position(3), (1, 3));
        assert_eq!(lines.position(4), (2, 1));
        assert_eq!(lines.position(9), (2, 3));
        assert_eq!(lines.position(999), (2, 4));
        let long = "ü".repeat(5000);
        assert_eq!(Lines::new(&long).position(8000), (1, 4001));
    }

    #[test]
    fn paths_number_repeated_siblings_only() {
        let text = "<p:R xmlns:p='urn:p'>\n <A/><I/>\n <A>\n  <I at='1'> x </I></A></p:R>";
        let tree = parse(text).unwrap();
        let locator = tree.locate(&Place { input: "i1".into(), ..Place::default() });
        let second = tree.document.descendants().find(|node| node.has_attribute("at")).unwrap();
        assert_eq!(locator.path(second), "R/A[2]/I");
        let attribute = locator.attribute(second, "at");
        assert_eq!(
            (attribute.line, attribute.column, attribute.length),
            (Some(4), Some(6), Some(6))
        );
        assert_eq!(attribute.path.as_deref(), Some("R/A[2]/I/@at"));
        let inner = locator.text(second);
        assert_eq!((inner.line, inner.column, inner.length), (Some(4), Some(14), Some(1)));
        assert_eq!(locator.element(tree.document.root_element()).length, Some(4));
    }
}
