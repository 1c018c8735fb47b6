//! Certificates, and signatures made with them. A certificate is named by its SHA-1 thumbprint, for
//! which any short word will do.

use super::SHA256;
use super::moments::time;
use crate::case::certificate::{Certificate, Key, KeyKind, KeyUse};
use crate::case::signature::{KeyMatch, QuerySignature, Reference, Signature, Verdict};
use crate::spec;

/// A certificate of that thumbprint with an RSA key of its own, valid from January 2026 to November 2029.
pub fn certificate(sha1: &str) -> Certificate {
    let upper = sha1.to_uppercase();
    Certificate {
        spki_sha256: format!("KEY-OF-{upper}"),
        subject: format!("CN={sha1}"),
        issuer: format!("CN={sha1}"),
        sha256: format!("256-OF-{upper}"),
        sha1: upper,
        key_kind: KeyKind::Rsa,
        key_bits: Some(2048),
        signature_algorithm: "sha256WithRSAEncryption".to_owned(),
        not_before: Some(time("2026-01-01T00:00:00Z")),
        not_after: Some(time("2029-11-01T00:00:00Z")),
        ..Certificate::default()
    }
}

/// A `KeyDescriptor` with the certificate of that thumbprint.
pub fn key(usage: KeyUse, sha1: &str) -> Key {
    Key { usage, certificates: vec![certificate(sha1)], ..Key::default() }
}

/// The key of that thumbprint verifies a signature, and these metadata documents list it; where none
/// does, it is known from the signature alone.
pub fn key_match(sha1: &str, metadata: &[&str]) -> KeyMatch {
    KeyMatch {
        sha1: sha1.to_owned(),
        subject: format!("CN={sha1}"),
        metadata: metadata.iter().map(|id| (*id).to_owned()).collect(),
        embedded: metadata.is_empty(),
        ..KeyMatch::default()
    }
}

/// A signature carried by an element (`Assertion`) that covers a path (`Response/Assertion`), right in
/// every part and verified with one key.
pub fn signature(parent: &str, covers: &str, key: KeyMatch) -> Signature {
    Signature {
        parent: parent.to_owned(),
        algorithm: spec::RSA_SHA256.to_owned(),
        references: vec![Reference {
            covers: Some(covers.to_owned()),
            digest_algorithm: SHA256.to_owned(),
            digest: Verdict::Right,
            ..Reference::default()
        }],
        key_info: vec![certificate(&key.sha1)],
        value: Verdict::Right,
        verified_by: vec![key],
        ..Signature::default()
    }
}

/// A signature in the query of a URL, verified with a key, or wrong.
pub fn query_signature(algorithm: &str, key: Option<KeyMatch>) -> QuerySignature {
    QuerySignature {
        algorithm: algorithm.to_owned(),
        value: if key.is_some() { Verdict::Right } else { Verdict::Wrong },
        verified_by: key.into_iter().collect(),
        keys_tried: 1,
        ..QuerySignature::default()
    }
}
