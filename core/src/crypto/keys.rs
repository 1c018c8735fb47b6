//! Keys that signatures are tried with, and who holds them.

use super::engine::SignatureEngine;
use crate::bounds::{Bounds, Gauge};
use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::signature::KeyMatch;
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};

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
#[derive(Debug)]
pub struct KeyRing {
    keys: Vec<TrustedKey>,
    most: Gauge,
}

impl Default for KeyRing {
    fn default() -> Self {
        Self::of(Bounds::default().keys)
    }
}

impl KeyRing {
    /// A ring for so many keys.
    pub fn of(most: u64) -> Self {
        Self { keys: Vec::new(), most: Gauge::new(most) }
    }

    /// There were more.
    pub fn crossed(&self) -> bool {
        self.most.crossed()
    }

    /// Adds a certificate; `metadata` is the id of the document that lists it.
    pub fn add(&mut self, certificate: &Certificate, metadata: Option<&str>, registered: bool) {
        if certificate.spki.is_empty() {
            return;
        }
        if !self.keys.iter().any(|key| key.sha1 == certificate.sha1)
            && self.most.allows(self.keys.len())
        {
            self.keys.push(TrustedKey {
                sha1: certificate.sha1.clone(),
                subject: certificate.subject.clone(),
                spki: certificate.spki.clone(),
                ..TrustedKey::default()
            });
        }
        let Some(key) = self.keys.iter_mut().find(|key| key.sha1 == certificate.sha1) else {
            return;
        };
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

/// The keys a signature may have been made with.
pub(super) struct Candidates<K> {
    /// Those that can be tried.
    pub(super) ready: Vec<Candidate<K>>,
    /// Those that the engine cannot use, with their SubjectPublicKeyInfo.
    unusable: Vec<(Vec<u8>, KeyMatch)>,
}

impl<K> Candidates<K> {
    /// Of the keys that cannot be tried those that may have made a signature of this algorithm. What only came
    /// with the signature counts where nothing trusted is there to be tried.
    pub(super) fn untried(&self, algorithm: &str) -> Vec<KeyMatch> {
        let trusted =
            |facts: &KeyMatch| !facts.embedded || !facts.metadata.is_empty() || facts.registered;
        let none_trusted = !self.ready.iter().any(|candidate| trusted(&candidate.facts));
        let fitting = self
            .unusable
            .iter()
            .filter(|(spki, facts)| (trusted(facts) || none_trusted) && fits(algorithm, spki));
        fitting.map(|(_, facts)| facts.clone()).collect()
    }
}

/// The key is of the kind that makes signatures of this algorithm.
fn fits(algorithm: &str, spki: &[u8]) -> bool {
    let Ok((_, key)) = SubjectPublicKeyInfo::from_der(spki) else { return true };
    let name = algorithm.rsplit('#').next().unwrap_or(algorithm).to_ascii_lowercase();
    match key.algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.10045.2.1" => name.contains("ecdsa"),
        "1.2.840.10040.4.1" => name.starts_with("dsa"),
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => {
            name.contains("rsa") || name.contains("mgf1")
        }
        _ => !name.contains("rsa") && !name.contains("dsa-sha"),
    }
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
) -> Candidates<E::Key> {
    let mut all: Vec<(Vec<u8>, KeyMatch)> = trusted
        .iter()
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
                KeyMatch {
                    sha1: certificate.sha1.clone(),
                    subject: certificate.subject.clone(),
                    embedded: true,
                    ..KeyMatch::default()
                },
            )),
        }
    }
    if let Some(spki) = bare
        && !all.iter().any(|(known, _)| known == spki)
    {
        all.push((
            spki.to_vec(),
            KeyMatch {
                subject: "a bare key in KeyInfo".to_owned(),
                embedded: true,
                ..KeyMatch::default()
            },
        ));
    }
    let mut candidates = Candidates { ready: Vec::new(), unusable: Vec::new() };
    for (spki, facts) in all {
        match engine.key(&spki) {
            Ok(key) => candidates.ready.push(Candidate { key, spki, facts }),
            Err(reason) => {
                remarks.push(format!(
                    "the key of {} {} cannot be used: {reason}",
                    facts.subject, facts.sha1
                ));
                candidates.unusable.push((spki, facts));
            }
        }
    }
    candidates
}

#[cfg(test)]
mod tests {
    use super::super::tests::support::keys;
    use super::fits;

    #[test]
    fn a_key_fits_the_algorithms_of_its_kind() {
        for (name, rsa, ecdsa) in [("idp", true, false), ("ec256", false, true)] {
            let spki = &keys(&[name])[0].spki;
            assert_eq!(
                fits("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", spki),
                rsa,
                "{name}"
            );
            assert_eq!(
                fits("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", spki),
                ecdsa,
                "{name}"
            );
        }
        assert!(!fits("http://www.w3.org/2009/xmldsig11#dsa-sha256", &keys(&["idp"])[0].spki));
    }
}
