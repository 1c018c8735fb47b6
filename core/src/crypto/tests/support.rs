//! Reads fixtures and runs the way every message takes: static facts, then verdicts.

use crate::certificate;
use crate::crypto::{KeyRing, TrustedKey, verify_message};
use crate::saml::facts_of;
use crate::seal::Sealer;
use bergshamra::crypto::sign::SigningKey;
use diag_sdk::Place;
use diag_sdk::case::message::Message;
use std::path::{Path, PathBuf};

pub(super) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(name)
}

pub(in crate::crypto) fn fixture(path: &str) -> String {
    std::fs::read_to_string(folder(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Trusted keys by the names of their fixtures; the n-th is listed by metadata `dn`.
pub(in crate::crypto) fn keys(names: &[&str]) -> Vec<TrustedKey> {
    let mut ring = KeyRing::default();
    for (index, name) in names.iter().enumerate() {
        let certificate =
            certificate::read(&fixture(&format!("keys/{name}.crt")), Place::default());
        ring.add(&certificate, Some(&format!("d{}", index + 1)), false);
    }
    ring.keys().to_vec()
}

pub(super) fn judged(xml: &str, names: &[&str]) -> Message {
    let mut message = facts_of(xml, &Place::default(), "m1", &Sealer::new("test"));
    verify_message(xml, &mut message.signatures, &keys(names));
    message
}

/// The private key of a fixture, for signing what a test needs signed.
pub(in crate::crypto) fn private_key(name: &str) -> SigningKey {
    let pem = fixture(&format!("keys/{name}.key"));
    let key = bergshamra::keys::loader::load_pem_auto(pem.as_bytes(), None)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    key.to_signing_key().unwrap().unwrap()
}
