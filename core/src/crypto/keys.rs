//! Keys that signatures are tried with, and who holds them.

use super::engine::SignatureEngine;
use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::signature::KeyMatch;

/// Most keys a signature is tried with.
const MOST_KEYS: usize = 200;

/// A key that somebody trusts: listed in metadata, registered, or handed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedKey {
    /// SHA-1 thumbprint of its certificate.
    pub sha1: String,
    /// Subject of its certificate.
    pub subject: String,
    /// SubjectPublicKeyInfo in DER.
    pub spki: Vec<u8>,
    /// Ids of the metadata documents that list it: `d1`, ….
    pub metadata: Vec<String>,
    /// It is what the identity provider's registration names as active, or lists for requests.
    pub registered: bool,
}

/// Trusted keys, each certificate once.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: Vec<TrustedKey>,
}

impl KeyRing {
    /// Adds a certificate; `metadata` is the id of the document that lists it.
    pub fn add(&mut self, certificate: &Certificate, metadata: Option<&str>, registered: bool) {
        if certificate.spki.is_empty() {
            return;
        }
        if !self.keys.iter().any(|key| key.sha1 == certificate.sha1) && self.keys.len() < MOST_KEYS {
            self.keys.push(TrustedKey {
                sha1: certificate.sha1.clone(),
                subject: certificate.subject.clone(),
                spki: certificate.spki.clone(),
                ..TrustedKey::default()
            });
        }
        let Some(key) = self.keys.iter_mut().find(|key| key.sha1 == certificate.sha1) else { return };
        key.registered |= registered;
        if let Some(id) = metadata
            && !key.metadata.iter().any(|known| known == id)
        {
            key.metadata.push(id.to_owned());
        }
    }

    /// Marks the certificate with this SHA-1 thumbprint as the registered one.
    pub fn register(&mut self, sha1: &str) {
        for key in self.keys.iter_mut().filter(|key| key.sha1.eq_ignore_ascii_case(sha1)) {
            key.registered = true;
        }
    }

    /// The keys.
    pub fn keys(&self) -> &[TrustedKey] {
        &self.keys
    }
}

/// A key made ready for one engine.
pub(super) struct Candidate<K> {
    pub(super) key: K,
    pub(super) spki: Vec<u8>,
    pub(super) facts: KeyMatch,
}

/// Makes trusted keys ready, and with them those that came with the signature. A certificate in
/// `KeyInfo` that is trusted anyway is one candidate, marked as embedded. Keys that the engine
/// cannot use are left out with a remark.
pub(super) fn candidates<E: SignatureEngine>(
    engine: &E,
    trusted: &[TrustedKey],
    embedded: &[Certificate],
    bare: Option<&[u8]>,
    remarks: &mut Vec<String>,
) -> Vec<Candidate<E::Key>> {
    let mut all: Vec<(Vec<u8>, KeyMatch)> = trusted
        .iter()
        .take(MOST_KEYS)
        .map(|key| {
            let facts = KeyMatch {
                sha1: key.sha1.clone(),
                subject: key.subject.clone(),
                metadata: key.metadata.clone(),
                registered: key.registered,
                embedded: false,
            };
            (key.spki.clone(), facts)
        })
        .collect();
    for certificate in embedded.iter().filter(|certificate| !certificate.spki.is_empty()) {
        match all.iter_mut().find(|(_, facts)| facts.sha1 == certificate.sha1) {
            Some((_, facts)) => facts.embedded = true,
            None => all.push((
                certificate.spki.clone(),
                KeyMatch { sha1: certificate.sha1.clone(), subject: certificate.subject.clone(), embedded: true, ..KeyMatch::default() },
            )),
        }
    }
    if let Some(spki) = bare
        && !all.iter().any(|(known, _)| known == spki)
    {
        all.push((spki.to_vec(), KeyMatch { subject: "a bare key in KeyInfo".to_owned(), embedded: true, ..KeyMatch::default() }));
    }
    all.into_iter()
        .filter_map(|(spki, facts)| match engine.key(&spki) {
            Ok(key) => Some(Candidate { key, spki, facts }),
            Err(reason) => {
                remarks.push(format!("the key of {} {} cannot be used: {reason}", facts.subject, facts.sha1));
                None
            }
        })
        .collect()
}
