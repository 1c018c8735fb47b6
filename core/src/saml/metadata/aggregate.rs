//! Large documents, entity by entity: a federation's aggregate holds thousands, of which a sign-in
//! concerns two. Only the wanted ones are parsed, so memory stays near the size of the text.

use super::super::xml::{self, Broken, Lines, Locator, Piece, local_name};
use super::entity::{self, Surroundings};
use super::{Gauges, Holding};
use crate::saml::instant;
use diag_sdk::case::input::{Encoding, Trouble};
use diag_sdk::case::metadata::Metadata;
use diag_sdk::{Place, Sited};
use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An element around entities.
struct Around {
    name: String,
    /// Namespace declarations in force, attribute name to raw value.
    namespaces: BTreeMap<String, String>,
    valid_until: Option<Sited<Timestamp>>,
    /// Entities directly inside so far.
    entities: u32,
}

/// Reads the wanted entities, and what is wrong with the document where something is.
pub(super) fn read(
    text: &str,
    place: &Place,
    holding: &Holding,
    encoding: &Encoding,
    gauges: &Gauges,
    wanted: &dyn Fn(&str) -> bool,
) -> (Vec<Metadata>, Option<Broken>) {
    if let Err(broken) = xml::check_outline(text) {
        return (Vec::new(), Some(broken));
    }
    let mut walk = Walk {
        text,
        lines: Arc::new(Lines::new(text)),
        place,
        holding,
        encoding,
        gauges,
        around: Vec::new(),
        found: Vec::new(),
        entities: 0,
        broken: None,
    };
    if let Err(error) = walk.run(wanted) {
        let explanation = format!("it cannot be read any further: {error}");
        walk.broken.get_or_insert(Broken {
            trouble: Trouble::NotWellFormed,
            line: 1,
            column: 1,
            explanation,
            bound: None,
        });
    }
    for metadata in &mut walk.found {
        metadata.entities_in_document = walk.entities;
    }
    (walk.found, walk.broken)
}

struct Walk<'w> {
    text: &'w str,
    lines: Arc<Lines<'w>>,
    place: &'w Place,
    holding: &'w Holding,
    encoding: &'w Encoding,
    gauges: &'w Gauges,
    around: Vec<Around>,
    found: Vec<Metadata>,
    entities: usize,
    broken: Option<Broken>,
}

impl Walk<'_> {
    fn run(&mut self, wanted: &dyn Fn(&str) -> bool) -> Result<(), quick_xml::Error> {
        let text = self.text;
        let mut reader = Reader::from_str(text);
        loop {
            let start = position(&reader);
            match reader.read_event()? {
                Event::Start(tag) if is_entity(&tag) => {
                    let wants = self.enter(&tag, wanted);
                    reader.read_to_end(tag.name())?;
                    self.entity(wants, start, position(&reader));
                }
                Event::Empty(tag) if is_entity(&tag) => {
                    let wants = self.enter(&tag, wanted);
                    self.entity(wants, start, position(&reader));
                }
                Event::Start(tag) => {
                    let around = self.open(&tag, start);
                    self.around.push(around);
                }
                Event::End(_) => {
                    self.around.pop();
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// Counts an entity; whether it is to be read.
    fn enter(&mut self, tag: &BytesStart<'_>, wanted: &dyn Fn(&str) -> bool) -> bool {
        self.entities += 1;
        if let Some(around) = self.around.last_mut() {
            around.entities += 1;
        }
        let id = tag
            .try_get_attribute("entityID")
            .ok()
            .flatten()
            .and_then(|attribute| attribute.unescape_value().ok().map(String::from));
        wanted(id.as_deref().unwrap_or_default()) && self.gauges.entities.allows(self.found.len())
    }

    fn open(&self, tag: &BytesStart<'_>, start: usize) -> Around {
        let outer = self.around.last();
        let mut around = Around {
            name: String::from_utf8_lossy(tag.name().as_ref()).into_owned(),
            namespaces: outer.map(|outer| outer.namespaces.clone()).unwrap_or_default(),
            valid_until: outer.and_then(|outer| outer.valid_until.clone()),
            entities: 0,
        };
        for attribute in tag.attributes().flatten() {
            let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
            let value = String::from_utf8_lossy(&attribute.value).into_owned();
            if name == "xmlns" || name.starts_with("xmlns:") {
                around.namespaces.insert(name, value);
            } else if name == "validUntil"
                && let Some(instant) = instant::read(&value)
            {
                around.valid_until =
                    Some(Sited::new(instant, self.attribute_place(&around.name, start, &name)));
            }
        }
        around
    }

    fn attribute_place(&self, element: &str, start: usize, name: &str) -> Place {
        let within = self.text.get(start..).and_then(|rest| rest.find(name)).unwrap_or_default();
        let (line, column) = self.lines.position(start + within);
        let path = self.path_of(element);
        Place {
            line: Some(line),
            column: Some(column),
            path: Some(format!("{path}/@{name}")),
            ..self.place.clone()
        }
    }

    fn path_of(&self, last: &str) -> String {
        let steps: Vec<&str> = self
            .around
            .iter()
            .map(|around| local_name(&around.name))
            .chain([local_name(last)])
            .collect();
        steps.join("/")
    }

    /// Parses one entity, where it is wanted, in a wrapper that declares the namespaces of what stood around it.
    fn entity(&mut self, wants: bool, start: usize, end: usize) {
        let Some(slice) = self.text.get(start..end).filter(|_| wants) else { return };
        let around = self.around.last();
        let name = around.map_or("document", |around| around.name.as_str());
        let declarations: Vec<String> = around
            .iter()
            .flat_map(|around| &around.namespaces)
            .map(|(name, value)| {
                format!(" {name}=\"{}\"", value.replace('"', "&quot;").replace(['\r', '\n'], " "))
            })
            .collect();
        // Without anything around it the entity is the root: no wrapper, or paths would show it.
        let opening = if around.is_some() {
            format!("<{name}{}>", declarations.concat())
        } else {
            String::new()
        };
        let closing = if around.is_some() { format!("</{name}>") } else { String::new() };
        let wrapped = format!("{opening}{slice}{closing}");
        let piece = Piece {
            wrapper: opening.len(),
            start,
            ordinal: around.map_or(0, |around| around.entities),
        };
        let tree = match xml::parse(&wrapped) {
            Ok(tree) => tree,
            Err(broken) => {
                let broken = self.moved(broken, piece);
                self.broken.get_or_insert(broken);
                return;
            }
        };
        // The innermost element around is the wrapper, and part of every path already.
        let outer: Vec<&str> =
            self.around.iter().rev().skip(1).rev().map(|around| local_name(&around.name)).collect();
        let mut base = self.place.clone();
        if !outer.is_empty() {
            base.path = Some(outer.join("/"));
        }
        let locator = Locator::of_piece(&tree.document, &self.lines, piece, &base);
        let surroundings = Surroundings {
            holding: self.holding,
            encoding: self.encoding,
            entities: 0,
            valid_until: around.and_then(|around| around.valid_until.clone()),
            items: &self.gauges.items,
        };
        let mut signatures =
            entity::signatures(tree.document.root_element(), &locator, &self.gauges.items);
        for reference in signatures.iter_mut().flat_map(|signature| &mut signature.references) {
            // Ranges count in the piece; in the document they would be wrong.
            reference.range = None;
        }
        if let Some(node) = entity::all(tree.document.root_element()).next() {
            self.found.push(entity::read(node, &locator, &surroundings, &signatures));
        }
    }

    /// A break inside a piece, as a position in the whole text. Wrappers have one line.
    fn moved(&self, broken: Broken, piece: Piece) -> Broken {
        let (line, column) = self.lines.position(piece.start);
        let wrapper = u32::try_from(piece.wrapper).unwrap_or_default();
        if broken.line <= 1 {
            Broken { line, column: column + broken.column.saturating_sub(wrapper + 1), ..broken }
        } else {
            Broken { line: line + broken.line - 1, ..broken }
        }
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn is_entity(tag: &BytesStart<'_>) -> bool {
    tag.local_name().as_ref() == b"EntityDescriptor"
}
