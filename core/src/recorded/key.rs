//! How a record names a key: by itself, not by a certificate, of which it may have several.

use sha2::{Digest, Sha256};

/// Stands for a key that came with a signature and without a certificate.
pub(super) const BARE: &str = "bare";

/// The hash of a key (SubjectPublicKeyInfo in DER): 32 hexadecimal digits.
pub(super) fn hash(spki: &[u8]) -> String {
    Sha256::digest(spki)
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}
