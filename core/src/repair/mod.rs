//! Mends metadata documents where mending takes no judgement: bytes in, bytes out.
//!
//! A repair is a list of edits in the document as it stands. Everything outside the edits stays as it
//! is, byte for byte: encoding, byte order mark, line ends, comments, the order of attributes. What
//! comes out is read again, and handed over only if it says the same as before: a doubtful file would
//! cost an administrator more than none.
//!
//! What is to be mended is said by findings ([`Mend`]); nothing else is touched, however odd it looks.

mod ampersands;
mod certificates;
mod edit;
mod markup;
mod prologue;
mod proof;
mod quotes;
mod recode;
mod roles;
#[cfg(test)]
mod tests;
mod walk;

use crate::saml::metadata;
use crate::saml::xml::{self, Lines};
use diag_sdk::Mend;
use diag_sdk::case::input::HeldBy;
use edit::{Edits, MAX_EDITS};
use serde::Serialize;

/// Larger documents are aggregates of federations, which nobody uploads as one identity provider.
const MAX_DOCUMENT: usize = 16 << 20;

/// A metadata document that was handed in, or found inside an export.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its number among the documents of the case, where it is one of its own.
    pub number: Option<usize>,
    /// Id of the input it came from.
    pub input: String,
    /// Id of the text that places in it count in, where that is not the input: `c1.samlMetadataIdP`.
    pub message: Option<String>,
    /// For people: a file name, or `samlMetadataIdP of virtual proxy azure`.
    pub origin: String,
    /// Whose copy it is.
    pub held_by: HeldBy,
    /// Id of the service provider configuration that holds it.
    pub configuration: Option<String>,
    /// Its bytes as they stand there: XML in any encoding, or base64 of it.
    pub bytes: Vec<u8>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Blanks or a second byte order mark before the XML declaration were removed.
    StartCleared,
    /// Typographic quotes around an attribute's value were made straight.
    QuotesStraightened,
    /// A `&` that begins no reference was written as `&amp;`.
    AmpersandEscaped,
    /// The XML declaration names the encoding that the bytes have.
    DeclarationCorrected,
    /// The name of a namespace begins with `http://`, as its standard says.
    NamespaceCorrected,
    /// PEM armour or invisible characters were taken out of a certificate.
    CertificateCleared,
    /// A `RoleDescriptor` was removed with all it contained.
    RoleDescriptorRemoved,
}

impl Kind {
    /// The repair that this belongs to.
    pub fn mend(self) -> Mend {
        match self {
            Self::StartCleared | Self::QuotesStraightened | Self::AmpersandEscaped => {
                Mend::MakeWellFormed
            }
            Self::DeclarationCorrected => Mend::CorrectDeclaration,
            Self::NamespaceCorrected => Mend::CorrectNamespaces,
            Self::CertificateCleared => Mend::ClearCertificates,
            Self::RoleDescriptorRemoved => Mend::RemoveRoleDescriptors,
        }
    }
}

/// One repair, at a place of the document as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// What was done.
    pub kind: Kind,
    /// Line in the document, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// In words.
    pub what: String,
}

/// A repaired document.
#[derive(Debug, Clone)]
pub struct Repaired {
    /// The document: XML, also where base64 of it was handed in.
    pub bytes: Vec<u8>,
    /// What was changed, in document order.
    pub changes: Vec<Change>,
    /// The entities in it, as before.
    pub entity_ids: Vec<String>,
    /// It carries a signature of its own, which cannot verify any more.
    pub signed: bool,
}

/// Why no repaired document was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It exceeds the bound.
    #[error("it has {0} MiB; at most {limit} are repaired", limit = MAX_DOCUMENT >> 20)]
    TooLarge(usize),
    /// It wants mending in more places than any document has.
    #[error("it would have to be mended in more than {MAX_EDITS} places")]
    TooMany,
    /// Some bytes belong to no character of its encoding.
    #[error("some of its bytes are no {0}: save it again from where it is published")]
    Undecodable(String),
    /// It does not parse, and no repair of ours changes that.
    #[error("line {line}, column {column}: {explanation}")]
    Broken {
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// In words.
        explanation: String,
    },
    /// It could be made to parse, and would still be no metadata.
    #[error("it is no SAML metadata, also where it parses")]
    NotMetadata,
    /// Without its `RoleDescriptor` elements it would say nothing.
    #[error("it has RoleDescriptors only and no IDPSSODescriptor; download the metadata again")]
    NothingLeft,
    /// Reading the result did not give what reading the original gave.
    #[error("reading the result back, {0}; the copy is not written")]
    Doubtful(String),
}

/// Repairs what is wanted of a document. `None` where there is nothing to repair.
pub fn repair(bytes: &[u8], wanted: &[Mend]) -> Result<Option<Repaired>, Refusal> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(Refusal::TooLarge(bytes.len() >> 20));
    }
    let wants = |mend: Mend| wanted.contains(&mend);
    let bytes = metadata::document_bytes(bytes);
    let source = recode::read(&bytes)?;
    let original = source.text.as_str();

    // What keeps the document from being parsed comes first; the other repairs find their way by its elements.
    let mut opening = Vec::new();
    if wants(Mend::MakeWellFormed) {
        opening.push(prologue::clear_start(original));
        if xml::parse(original).is_err() {
            opening.extend([quotes::straighten(original), ampersands::escape(original)]);
        }
    }
    let opening = joined(opening)?;
    let readable = opening.applied(original);
    let parsed = xml::parse(&readable).map_err(|broken| Refusal::Broken {
        line: broken.line,
        column: broken.column,
        explanation: broken.explanation,
    })?;
    let found = walk::walk(&readable)
        .map_err(|error| Refusal::Doubtful(format!("two readers disagree ({error})")))?;
    let mut parts = Vec::new();
    if wants(Mend::CorrectDeclaration) {
        parts.push(prologue::correct_declaration(&readable, &source.encoding));
    }
    if wants(Mend::CorrectNamespaces) {
        parts.push(found.namespaces);
    }
    if wants(Mend::ClearCertificates) {
        parts.extend(
            found.certificates.iter().map(|content| certificates::clear(&readable, content)),
        );
    }
    if wants(Mend::RemoveRoleDescriptors) && !found.roles.is_empty() {
        proof::same_elements(&parsed, &found.roles)?;
        parts.push(roles::remove(&readable, &found.roles));
    }
    let edits = joined(parts)?;
    if opening.is_empty() && edits.is_empty() {
        return Ok(None);
    }

    let lines = Lines::new(original);
    let of_opening = opening.notes().map(|note| (note.at, note));
    let of_edits = edits.notes().map(|note| (opening.before(note.at), note));
    let changes: Vec<Change> = of_opening
        .chain(of_edits)
        .map(|(at, note)| {
            let (line, column) = lines.position(at);
            Change { kind: note.kind, line, column, what: note.what.clone() }
        })
        .collect();
    let written = |text: &str| {
        recode::written(text, &source.encoding)
            .ok_or_else(|| Refusal::Undecodable(source.encoding.name.clone()))
    };
    let (before, after) = (written(&readable)?, written(&edits.applied(&readable))?);
    let proven = proof::compare(&before, &after, &changes, wants(Mend::RemoveRoleDescriptors))?;
    Ok(Some(Repaired {
        bytes: after,
        changes,
        entity_ids: proven.entity_ids,
        signed: proven.signed,
    }))
}

/// All edits of one text, within the bound.
fn joined(parts: Vec<Edits>) -> Result<Edits, Refusal> {
    if parts.iter().any(Edits::too_many) {
        return Err(Refusal::TooMany);
    }
    let joined = Edits::joined(parts);
    if joined.too_many() { Err(Refusal::TooMany) } else { Ok(joined) }
}
