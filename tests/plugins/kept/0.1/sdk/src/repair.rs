//! What can be put right without anybody's judgement, as the check that found the fault says it.
//!
//! A check knows what it found and so what would undo it; `diag fix` carries out what findings ask
//! for, byte by byte, and proves that the copy says the same as before. It decides nothing itself.

use crate::case::place::Place;

words! {
    /// What can be done to a metadata document mechanically.
    pub enum Mend {
        /// Make it parse: clear what stands before the XML declaration, make typographic quotes around values
        /// straight, escape a `&` that begins no reference. Whether that is enough shows only when it is tried.
        MakeWellFormed,
        /// Make the XML declaration name the encoding that the bytes have.
        CorrectDeclaration,
        /// Spell names of namespaces as their standards do: with `http://`.
        CorrectNamespaces,
        /// Take PEM armour and invisible characters out of certificates.
        ClearCertificates,
        /// Remove every `RoleDescriptor` with all it contains.
        RemoveRoleDescriptors,
    }
}

facts! {
    /// A repair of a document, as a finding asks for it.
    pub struct Repair {
        /// What is done.
        pub what: Mend,
        /// Id of the input that is, or holds, the document.
        pub input: String,
        /// Id of the document inside that input, where it is embedded: `c1.samlMetadataIdP`.
        pub message: Option<String>,
    }
}

impl Repair {
    /// A repair of the document that a place lies in.
    pub fn at(what: Mend, place: &Place) -> Self {
        Self { what, input: place.input.clone(), message: place.message.clone() }
    }

    /// It is this document that is to be repaired.
    pub fn concerns(&self, input: &str, message: Option<&str>) -> bool {
        self.input == input && self.message.as_deref() == message
    }
}
