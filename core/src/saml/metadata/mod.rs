//! SAML metadata of either side: any encoding and size, one entity or an aggregate.
//!
//! What should have been metadata and is not becomes a [`BrokenDocument`] that says what it is
//! instead, or at which line an edit by hand broke it.

mod aggregate;
mod entity;
mod recognise;
mod spelling;
mod stream;
mod summary;
#[cfg(test)]
mod tests;

use super::xml::{self, Broken, Source, decode_text};
use crate::bounds::{Bounds, Gauge};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use diag_sdk::Place;
use diag_sdk::case::input::{BrokenDocument, HeldBy, Trouble};
use diag_sdk::case::metadata::Metadata;
use entity::Surroundings;
use std::borrow::Cow;

pub use spelling::standard_namespace;
pub(crate) use stream::narrow_within;
pub use stream::{Narrowed, narrow, summary};
pub use summary::Summary;

/// Documents up to this size are read as a whole; larger ones entity by entity.
const READ_WHOLE: usize = 2 << 20;
/// Documents beyond this size are not read as a whole; larger aggregates are narrowed first ([`narrow`]). Nothing is that
/// large unless the bound `document` is set higher; then it is told as trouble of the document.
const MAX_DOCUMENT: usize = 256 << 20;
/// From this many entities on, only those that are wanted are read.
const MANY: usize = 100;

/// Where a document is held, and by whom.
#[derive(Debug, Clone, Default)]
pub struct Holding {
    /// Input, and for an embedded document the pointer to its field. Where `message` is set, it is
    /// the id of the embedded text that lines and columns count in.
    pub place: Place,
    /// Whose copy it is.
    pub held_by: HeldBy,
    /// Id of the service provider configuration that holds it.
    pub configuration: Option<String>,
    /// For people: a file name, or `samlMetadataIdP of virtual proxy azure`.
    pub origin: String,
}

/// The entities somebody asks for; `None` where every one is welcome.
pub type Wanted<'w> = Option<&'w dyn Fn(&str) -> bool>;

/// A document as text, with a wrapping in base64 undone (as virtual proxies store metadata).
pub fn text_of(bytes: &[u8]) -> Source {
    match document_bytes(bytes) {
        Cow::Borrowed(bytes) => decode_text(bytes),
        Cow::Owned(inner) => {
            let mut source = decode_text(&inner);
            source.encoding.base64 = true;
            source
        }
    }
}

/// The bytes of the XML document itself: those inside a wrapping in base64, else all.
pub fn document_bytes(bytes: &[u8]) -> Cow<'_, [u8]> {
    let text = decode_text(bytes).text;
    if text.trim_start().starts_with('<') || text.len() > MAX_DOCUMENT {
        return Cow::Borrowed(bytes);
    }
    unwrapped(&text).map_or(Cow::Borrowed(bytes), Cow::Owned)
}

fn unwrapped(text: &str) -> Option<Vec<u8>> {
    // Read as far as it goes: a value cut off by a length limit should show where it ends.
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let digits: String = text.split_ascii_whitespace().collect();
    let digits = digits.trim_end_matches('=');
    let whole = if digits.len() % 4 == 1 { digits.get(..digits.len() - 1)? } else { digits };
    let inner = ENGINE.decode(whole).ok()?;
    decode_text(&inner).text.trim_start().starts_with('<').then_some(inner)
}

/// Reads a document. The ids of what is found (`d1`, `d2`, …) are given by whoever joins all of them.
pub fn read(
    bytes: &[u8],
    holding: &Holding,
    wanted: Wanted<'_>,
) -> (Vec<Metadata>, Vec<BrokenDocument>) {
    read_within(bytes, holding, wanted, &Gauges::new(&Bounds::default()))
}

/// The same within bounds.
pub(crate) fn read_within(
    bytes: &[u8],
    holding: &Holding,
    wanted: Wanted<'_>,
    gauges: &Gauges,
) -> (Vec<Metadata>, Vec<BrokenDocument>) {
    let source = text_of(bytes);
    let reader = Reader { holding, wanted, place: base(holding), source: &source, gauges };
    reader.read()
}

/// How much is read of one document.
#[derive(Debug)]
pub(crate) struct Gauges {
    entities: Gauge,
    items: Gauge,
}

impl Gauges {
    /// Nothing is read yet.
    pub(crate) fn new(bounds: &Bounds) -> Self {
        Self { entities: Gauge::new(bounds.entities), items: Gauge::new(bounds.items) }
    }

    /// The words of those that were crossed.
    pub(crate) fn crossed(&self) -> impl Iterator<Item = &'static str> {
        let entities = self.entities.crossed().then_some("entities");
        entities.into_iter().chain(self.items.crossed().then_some("items"))
    }
}

/// Lines inside an embedded document count in the document; those of its field move aside.
fn base(holding: &Holding) -> Place {
    let mut place = holding.place.clone();
    place.file_line = place.line.take().or(place.file_line);
    place.file_column = place.column.take().or(place.file_column);
    place.length = None;
    place
}

struct Reader<'r> {
    holding: &'r Holding,
    wanted: Wanted<'r>,
    place: Place,
    source: &'r Source,
    gauges: &'r Gauges,
}

impl Reader<'_> {
    fn read(&self) -> (Vec<Metadata>, Vec<BrokenDocument>) {
        let text = self.source.text.as_str();
        if text.len() > MAX_DOCUMENT {
            let explanation =
                format!("it has {} MiB; at most {} are read", text.len() >> 20, MAX_DOCUMENT >> 20);
            return self.broken(Trouble::TooLarge, None, explanation, None);
        }
        if let Some(other) = recognise::by_text(text) {
            return self.broken(other.trouble, other.found, other.explanation, Some((1, 1)));
        }
        if text.len() > READ_WHOLE { self.piecewise() } else { self.whole(text) }
    }

    fn whole(&self, text: &str) -> (Vec<Metadata>, Vec<BrokenDocument>) {
        let tree = match xml::parse(text) {
            Ok(tree) => tree,
            Err(broken) => return self.unparsed(text, broken),
        };
        let root = tree.document.root_element();
        if let Some(other) = recognise::by_root(root) {
            let locator = tree.locate(&self.place);
            let place = locator.element(root);
            return self.broken(
                other.trouble,
                other.found,
                other.explanation,
                place.line.zip(place.column),
            );
        }
        (self.entities(&tree), Vec::new())
    }

    fn entities(&self, tree: &xml::Tree<'_>) -> Vec<Metadata> {
        let locator = tree.locate(&self.place);
        let root = tree.document.root_element();
        let all: Vec<_> = entity::all(root).collect();
        let surroundings = Surroundings {
            holding: self.holding,
            encoding: &self.source.encoding,
            entities: all.len(),
            valid_until: None,
            items: &self.gauges.items,
        };
        let signatures = entity::signatures(root, &locator, &self.gauges.items);
        let wanted = all.iter().filter(|node| {
            all.len() < MANY || self.wants(xml::attribute(**node, "entityID").unwrap_or_default())
        });
        self.gauges
            .entities
            .first_of(wanted)
            .map(|node| entity::read(*node, &locator, &surroundings, &signatures))
            .collect()
    }

    fn wants(&self, entity_id: &str) -> bool {
        self.wanted.is_none_or(|wanted| wanted(entity_id))
    }

    /// A text that does not parse. Where only typographic quotes stand in the way, the entities are
    /// read nevertheless: what the file means is clear, and the rest of the case can be judged.
    fn unparsed(&self, text: &str, broken: Broken) -> (Vec<Metadata>, Vec<BrokenDocument>) {
        let straightened = spelling::straightened(text);
        let metadata = match straightened.as_deref().map(xml::parse) {
            Some(Ok(tree)) if recognise::by_root(tree.document.root_element()).is_none() => {
                let place = spelling::smart_quotes(text, &self.place);
                let mut metadata = self.entities(&tree);
                for one in &mut metadata {
                    one.encoding.smart_quotes.clone_from(&place);
                }
                metadata
            }
            _ => Vec::new(),
        };
        let (_, documents) = self.broken(
            broken.trouble,
            None,
            broken.explanation,
            Some((broken.line, broken.column)),
        );
        (metadata, documents)
    }

    fn piecewise(&self) -> (Vec<Metadata>, Vec<BrokenDocument>) {
        let text = self.source.text.as_str();
        let root = xml::root_name(text).map(xml::local_name).unwrap_or_default();
        if !matches!(root, "EntitiesDescriptor" | "EntityDescriptor") {
            return self.whole_too_large(root);
        }
        let encoding = &self.source.encoding;
        let (metadata, broken) =
            aggregate::read(text, &self.place, self.holding, encoding, self.gauges, &|id| {
                self.wants(id)
            });
        let documents = broken
            .map(|broken| {
                self.broken(
                    broken.trouble,
                    None,
                    broken.explanation,
                    Some((broken.line, broken.column)),
                )
                .1
            })
            .unwrap_or_default();
        (metadata, documents)
    }

    fn whole_too_large(&self, root: &str) -> (Vec<Metadata>, Vec<BrokenDocument>) {
        let shown: String = root.chars().take(60).collect();
        let found = format!("an XML document `{shown}`");
        let explanation = format!("expected SAML metadata (an `EntityDescriptor`), found {found}");
        self.broken(Trouble::NotMetadata, Some(found), explanation, Some((1, 1)))
    }

    fn broken(
        &self,
        trouble: Trouble,
        found: Option<String>,
        explanation: String,
        at: Option<(u32, u32)>,
    ) -> (Vec<Metadata>, Vec<BrokenDocument>) {
        let place = Place {
            line: at.map(|(line, _)| line),
            column: at.map(|(_, column)| column),
            ..self.place.clone()
        };
        let document = BrokenDocument {
            place,
            held_by: self.holding.held_by,
            configuration: self.holding.configuration.clone(),
            trouble,
            found,
            explanation,
        };
        (Vec::new(), vec![document])
    }
}
