//! What `diag` needs of an XML signature library, behind a small trait of our own.
//!
//! A library's "valid" or "invalid" is too little to explain a failed sign-in: whether the content
//! changed (digest) or the signature was made by another key (value), and over which element, are
//! different faults with different owners. So an engine only reads: it canonicalises, digests and
//! says what the value is to be checked against; `verify` beside it draws the conclusions.

use diag_sdk::case::signature::Verdict;
use std::ops::Range;

/// Reads and checks XML signatures.
pub trait SignatureEngine {
    /// A public key this engine has made ready.
    type Key;

    /// Reads every `ds:Signature` of a document, in document order. An error says why none could
    /// be read.
    fn read(&self, xml: &str) -> Result<Vec<SignatureReading>, String>;

    /// Makes a key ready from its SubjectPublicKeyInfo in DER. An error says what is wrong with it.
    fn key(&self, spki: &[u8]) -> Result<Self::Key, String>;

    /// It knows this signature algorithm, and it is one that public keys verify.
    fn knows(&self, algorithm: &str) -> bool;

    /// Whether `value` is the signature of `octets` by the owner of `key`.
    fn check(&self, algorithm: &str, octets: &[u8], value: &[u8], key: &Self::Key) -> bool;
}

/// A `ds:Signature` as an engine reads it.
#[derive(Debug, Clone)]
pub struct SignatureReading {
    /// Where it stands in the document, in bytes.
    pub range: Range<usize>,
    /// `SignatureMethod/@Algorithm`.
    pub algorithm: String,
    /// `SignedInfo`, canonicalised as it says.
    pub signed_info: Result<Vec<u8>, Unreadable>,
    /// The signature value.
    pub value: Result<Vec<u8>, Unreadable>,
    /// Its references, in order.
    pub references: Vec<ReferenceReading>,
    /// Text of each `X509Certificate` in its `KeyInfo`.
    pub certificates: Vec<String>,
    /// SubjectPublicKeyInfo of a bare `KeyValue` in its `KeyInfo`.
    pub bare_key: Option<Vec<u8>>,
}

/// Why a part of a signature could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is missing or damaged: no receiver can accept it.
    Damaged(String),
    /// It is there, but outside what is judged here.
    NotJudged(String),
}

/// A `ds:Reference` as an engine reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReferenceReading {
    /// What it covers: where the element stands in the document, in bytes. Of several elements
    /// with the same id, the one the digest belongs to.
    pub covers: Option<Range<usize>>,
    /// Whether the digest is that of what it covers.
    pub digest: Verdict,
    /// Why the digest is wrong or was not judged, where there is more to say.
    pub reason: Option<String>,
}
