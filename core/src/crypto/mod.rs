//! Signatures and encryption: the hard part, written down as plain facts.

mod agreement;
mod bergshamra_engine;
mod cipher_data;
mod content_key;
mod decrypt;
pub mod engine;
mod judge;
mod keys;
mod masked;
mod origin;
mod percent;
mod private_key;
mod query;
mod tree;
mod unveil;
mod verify;
mod work;

pub use bergshamra_engine::BergshamraEngine;
pub use decrypt::{Decrypted, decrypt_assertions};
pub use judge::{Known, judge, judge_metadata};
pub use keys::{KeyRing, TrustedKey};
pub use private_key::{KeyError, PrivateKey, load_key};
pub use query::verify_query;
pub use unveil::{Unveiled, decrypt};
pub use verify::{verify_message, verify_metadata, verify_with};

#[cfg(test)]
mod tests;
