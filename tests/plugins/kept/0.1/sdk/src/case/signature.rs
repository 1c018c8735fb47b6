//! Signatures and encryption, with the outcome of verifying them: core does the cryptography and
//! writes down plain facts.

use super::certificate::Certificate;
use super::place::Place;

words! {
    /// Whether a part of a signature is right.
    pub enum Verdict {
        /// Not judged: no key, or an algorithm that is not supported.
        Unknown,
        /// It is right.
        Right,
        /// It is wrong.
        Wrong,
    }

    /// Something unusual about a signature; patterns seen, never accusations.
    pub enum Oddity {
        /// The reference names no element, or an element that is not there.
        ReferenceMissing,
        /// `URI=""` or no URI: the whole document.
        ReferenceEmpty,
        /// The reference is an XPointer other than a bare id.
        Xpointer,
        /// An XPath transform.
        Xpath,
        /// An XSLT transform.
        Xslt,
        /// Another transform than enveloped signature and canonicalisation.
        UnknownTransform,
        /// A secret-key algorithm (HMAC) where public keys are expected.
        Hmac,
        /// More than one `SignedInfo`.
        SeveralSignedInfo,
        /// More than one `Reference`.
        SeveralReferences,
        /// The signed id occurs more than once.
        DuplicateId,
        /// The signature is not a child of the element it covers.
        NotEnveloped,
        /// It covers an ancestor of the element that carries it.
        CoversAncestor,
        /// Content stands in `ds:Object`.
        ObjectContent,
        /// The digest is that of the empty string.
        EmptyDigest,
        /// A comment or processing instruction inside `SignedInfo`.
        MarkupInSignedInfo,
        /// A relative namespace URI on or above the signed element.
        RelativeNamespace,
        /// `Signature`, `SignedInfo`, `Reference` or `Assertion` in an unexpected namespace.
        NamespaceConfusion,
        /// An ECDSA value in DER rather than the raw concatenation that XML Signature prescribes.
        EcdsaDer,
        /// `KeyInfo` carries only a bare key or a retrieval method.
        BareKey,
    }
}

facts! {
    /// One `ds:Signature`.
    pub struct Signature {
        /// Where it stands.
        pub place: Place,
        /// Local name of the element that carries it: `Response`, `Assertion`, …
        pub parent: String,
        /// ID of the element that carries it.
        pub parent_id: Option<String>,
        /// `SignatureMethod/@Algorithm`.
        pub algorithm: String,
        /// Canonicalisation of `SignedInfo`.
        pub canonicalization: String,
        /// Its references.
        pub references: Vec<Reference>,
        /// Certificates in its `KeyInfo`.
        pub key_info: Vec<Certificate>,
        /// Whether the signature value is right, with the best of the known keys.
        pub value: Verdict,
        /// Keys that verify it, by SHA-1 thumbprint of their certificate.
        pub verified_by: Vec<KeyMatch>,
        /// Number of trusted keys that were tried (metadata and configuration; not `KeyInfo`).
        pub keys_tried: usize,
        /// Keys that made the value although it does not fit: `SignedInfo` was signed by one of them
        /// and changed or re-encoded afterwards. Only RSA values tell.
        pub made_by: Vec<KeyMatch>,
        /// Keys that may have made it and could not be tried: they are of a kind that is not judged here, such
        /// as one on a rare curve.
        pub untried: Vec<KeyMatch>,
        /// `KeyInfo` is there.
        pub has_key_info: bool,
        /// Why it could not be judged, where it could not.
        pub not_judged: Option<String>,
        /// What more is known about why it is wrong.
        pub remarks: Vec<String>,
        /// What is unusual about it.
        #[serde(deserialize_with = "crate::facts::only_known")]
        pub oddities: Vec<Oddity>,
        /// Its value was taken out of this copy, so that nobody can send the message again: nothing can be verified.
        pub withheld: bool,
        /// The verdicts were not reached here: they stand in the record that came with a copy whose values were taken
        /// out, made on this day. Nobody can tell whether such a record is true.
        pub recorded: Option<String>,
    }

    /// A `ds:Reference`.
    pub struct Reference {
        /// `URI`.
        pub uri: String,
        /// Element path of what it covers, where it resolves.
        pub covers: Option<String>,
        /// ID of the covered element.
        pub covers_id: Option<String>,
        /// Byte range of the covered element in the decoded message.
        pub range: Option<(usize, usize)>,
        /// `DigestMethod/@Algorithm`.
        pub digest_algorithm: String,
        /// Whether the digest is right.
        pub digest: Verdict,
        /// `Transform/@Algorithm`, in order.
        pub transforms: Vec<String>,
    }

    /// A key that verifies a signature, and who holds it.
    pub struct KeyMatch {
        /// SHA-1 thumbprint of the certificate.
        pub sha1: String,
        /// Subject of the certificate.
        pub subject: String,
        /// Ids of the metadata documents that list it.
        pub metadata: Vec<String>,
        /// It is what the identity provider's registration names as active, or lists for requests.
        pub registered: bool,
        /// It was found in the signature's own `KeyInfo`.
        pub embedded: bool,
    }

    /// The signature in the query of a Redirect-binding message (saml-bindings-2.0-os §3.4.4.1).
    pub struct QuerySignature {
        /// Where it stands.
        pub place: Place,
        /// `SigAlg`.
        pub algorithm: String,
        /// Whether the value is right, with the best of the known keys, over the exact octets.
        pub value: Verdict,
        /// Keys that verify it.
        pub verified_by: Vec<KeyMatch>,
        /// Number of keys tried.
        pub keys_tried: usize,
        /// Keys that made the value although it does not fit the query. Only RSA values tell.
        pub made_by: Vec<KeyMatch>,
        /// The re-encoding under which it does verify (with the keys in `verified_by`), where the
        /// exact octets do not.
        pub verifies_reencoded: Option<String>,
        /// Why it could not be judged.
        pub not_judged: Option<String>,
        /// As of [`Signature::withheld`].
        pub withheld: bool,
        /// As of [`Signature::recorded`].
        pub recorded: Option<String>,
    }

    /// An `EncryptedAssertion`, `EncryptedID` or nested encryption.
    pub struct Encryption {
        /// Where it stands.
        pub place: Place,
        /// Local name of the element: `EncryptedAssertion`, `EncryptedID`, …
        pub element: String,
        /// Algorithm of the content.
        pub content_algorithm: String,
        /// Algorithm of the key transport.
        pub key_algorithm: Option<String>,
        /// Certificate it says it was encrypted for.
        pub recipient: Option<Certificate>,
        /// We could decrypt it with a key that was given.
        pub decrypted: bool,
        /// Why it could not be decrypted.
        pub not_decrypted: Option<String>,
        /// Digest of the key transport (OAEP), where it names one.
        pub key_digest: Option<String>,
        /// Mask generation of the key transport (OAEP), where it names one.
        pub key_mask: Option<String>,
        /// Its content was taken out of this copy: nothing can be decrypted.
        pub withheld: bool,
        /// As of [`Signature::recorded`].
        pub recorded: Option<String>,
    }
}

impl Signature {
    /// Every digest is right and the value is right with at least one key.
    pub fn verifies(&self) -> bool {
        self.value == Verdict::Right
            && !self.references.is_empty()
            && self.references.iter().all(|reference| reference.digest == Verdict::Right)
    }

    /// A digest is wrong: content changed after signing.
    pub fn digest_wrong(&self) -> bool {
        self.references.iter().any(|reference| reference.digest == Verdict::Wrong)
    }
}
