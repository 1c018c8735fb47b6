//! Certificates and keys, as facts.

use super::place::Place;
use jiff::Timestamp;

words! {
    /// What a key is for, as metadata's `KeyDescriptor/@use` says it.
    pub enum KeyUse {
        /// No `use` attribute: both (saml-metadata-2.0-os §2.4.1.1).
        Any,
        /// Signing.
        Signing,
        /// Encryption.
        Encryption,
    }

    /// Family of a public key.
    pub enum KeyKind {
        /// Something else.
        Other,
        /// RSA.
        Rsa,
        /// Elliptic curve.
        Ec,
        /// DSA.
        Dsa,
        /// Edwards curve (Ed25519, Ed448).
        Ed,
    }
}

facts! {
    /// An X.509 certificate. The same certificate found twice is two facts with equal thumbprints.
    pub struct Certificate {
        /// Where it stands.
        pub place: Place,
        /// Why it cannot be used (broken base64, not DER, …); the other fields are then empty.
        pub unusable: Option<String>,
        /// Remarks: PEM armour, white space, line breaks.
        pub notes: Vec<String>,
        /// SHA-1 thumbprint of the DER, upper-case hexadecimal without separators, as Entra and Windows show it.
        pub sha1: String,
        /// SHA-256 thumbprint of the DER, upper-case hexadecimal.
        pub sha256: String,
        /// SHA-256 of the SubjectPublicKeyInfo, upper-case hexadecimal: equal keys in different certificates.
        pub spki_sha256: String,
        /// Subject, RFC 4514 style.
        pub subject: String,
        /// Issuer, RFC 4514 style.
        pub issuer: String,
        /// Serial number, hexadecimal.
        pub serial: String,
        /// Start of validity.
        pub not_before: Option<Timestamp>,
        /// End of validity.
        pub not_after: Option<Timestamp>,
        /// Family of its key.
        pub key_kind: KeyKind,
        /// Size of its key in bits.
        pub key_bits: Option<u32>,
        /// Algorithm the certificate itself is signed with, such as `sha256WithRSAEncryption`.
        pub signature_algorithm: String,
        /// Subject and issuer are the same. Normal in SAML, where trust comes from metadata.
        pub self_signed: bool,
        /// Its SubjectPublicKeyInfo in DER: what core verifies signatures with. Not serialised.
        #[serde(skip)]
        pub spki: Vec<u8>,
    }

    /// A `KeyDescriptor` of metadata.
    pub struct Key {
        /// What it is for.
        pub usage: KeyUse,
        /// Its certificates, in order.
        pub certificates: Vec<Certificate>,
        /// It carries a bare `KeyValue`.
        pub key_value: bool,
        /// `KeyName`, where present.
        pub key_name: Option<String>,
        /// `EncryptionMethod/@Algorithm`: what its owner can decrypt, where it says so.
        pub encryption_methods: Vec<String>,
        /// Where it stands.
        pub place: Place,
    }
}

impl Certificate {
    /// It can be used: it decoded.
    pub fn usable(&self) -> bool {
        self.unusable.is_none()
    }

    /// It was past its end of validity at `time`.
    pub fn expired_at(&self, time: Timestamp) -> bool {
        self.not_after.is_some_and(|end| end < time)
    }

    /// Its validity had not begun at `time`.
    pub fn not_yet_valid_at(&self, time: Timestamp) -> bool {
        self.not_before.is_some_and(|start| start > time)
    }

    /// The same key: the same certificate, or another one for the same key, as renewals often are.
    pub fn same_key(&self, other: &Self) -> bool {
        same_thumbprint(&self.sha1, &other.sha1)
            || (!self.spki_sha256.is_empty() && self.spki_sha256 == other.spki_sha256)
    }

    /// For people: subject and SHA-1 thumbprint.
    pub fn label(&self) -> String {
        format!("{} ({})", self.subject, self.sha1)
    }
}

/// Two thumbprints say the same, compared as people copy them: letter case, colons and blanks mean
/// nothing, and an empty one equals none.
pub fn same_thumbprint(left: &str, right: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(char::is_ascii_hexdigit)
            .map(|character| character.to_ascii_uppercase())
            .collect()
    };
    let (left, right) = (plain(left), plain(right));
    !left.is_empty() && left == right
}

impl Key {
    /// It may be used for signatures.
    pub fn signs(&self) -> bool {
        matches!(self.usage, KeyUse::Signing | KeyUse::Any)
    }

    /// It may be used for encryption.
    pub fn encrypts(&self) -> bool {
        matches!(self.usage, KeyUse::Encryption | KeyUse::Any)
    }
}
