//! Makes the only printable form of secret values: a length and a short keyed hash.
//!
//! The key comes from the captured messages themselves, so the same input gives the same report,
//! while a mark cannot be looked up in a table made beforehand.

use diag_sdk::secret::{Personal, Secret};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Seals values of one Case.
#[derive(Debug, Clone)]
pub struct Sealer {
    key: [u8; 32],
}

impl Sealer {
    /// A sealer keyed by whatever is particular to this Case.
    pub fn new(seed: impl AsRef<[u8]>) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"diag seal 1");
        hasher.update(seed.as_ref());
        Self { key: hasher.finalize().into() }
    }

    /// The printable form of a secret.
    pub fn seal(&self, value: &str) -> Secret {
        let mut hasher = Sha256::new();
        hasher.update(self.key);
        hasher.update(value.as_bytes());
        hasher.update(self.key);
        let digest = hasher.finalize();
        let mut mark = String::with_capacity(12);
        for byte in digest.iter().take(6) {
            let _ = write!(mark, "{byte:02x}");
        }
        Secret { length: value.chars().count(), mark }
    }

    /// A value about a person, with its text.
    pub fn personal(&self, value: &str) -> Personal {
        Personal {
            text: Some(value.to_owned()),
            secret: self.seal(value),
            blank: value.trim().is_empty(),
            padded: value.trim() != value,
            interrupted: false,
        }
    }

    /// A value that is shown only where it is plainly harmless, such as a path without long tokens.
    pub fn personal_if_harmless(&self, value: &str) -> Personal {
        let mut personal = self.personal(value);
        if !crate::redact::harmless_relay_state(value) {
            personal.text = None;
        }
        personal
    }
}
