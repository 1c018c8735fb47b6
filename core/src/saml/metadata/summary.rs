//! What a large aggregate holds, told without reading every entity: who asks about thousands of parties at once is
//! first to say which one is meant.

use super::MANY;
use crate::certificate;
use diag_sdk::Place;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Characters of a certificate that are looked at; a longer one is none.
const MAX_CERTIFICATE: usize = 64 << 10;

/// What an aggregate holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Entities.
    pub entities: usize,
    /// Those with a role of identity provider.
    pub idps: usize,
    /// Those with a role of service provider.
    pub sps: usize,
    /// Certificates, each once.
    pub certificates: usize,
    /// Those whose time is over.
    pub expired: usize,
}

/// Counting on the way through a document. Certificates are remembered by their SHA-256 and end.
#[derive(Debug, Default)]
pub(super) struct Count {
    entities: usize,
    idps: usize,
    sps: usize,
    kept: usize,
    certificates: BTreeMap<[u8; 32], Option<Timestamp>>,
    /// The text of the certificate that is being read.
    open: Option<String>,
}

impl Count {
    pub(super) fn entity(&mut self) {
        self.entities += 1;
    }

    pub(super) fn keep(&mut self) {
        self.kept += 1;
    }

    /// Entities that were asked for and kept.
    pub(super) fn kept(&self) -> usize {
        self.kept
    }

    pub(super) fn begin_and_end(&mut self, local: &[u8]) {
        match local {
            b"IDPSSODescriptor" => self.idps += 1,
            b"SPSSODescriptor" => self.sps += 1,
            _ => {}
        }
    }

    pub(super) fn begin(&mut self, local: &[u8]) {
        self.begin_and_end(local);
        self.open = (local == b"X509Certificate").then(String::new);
    }

    pub(super) fn text(&mut self, text: &[u8]) {
        let Some(open) =
            self.open.as_mut().filter(|open| open.len() + text.len() <= MAX_CERTIFICATE)
        else {
            return;
        };
        open.extend(String::from_utf8_lossy(text).split_whitespace());
    }

    pub(super) fn end(&mut self) {
        let Some(text) = self.open.take().filter(|text| !text.is_empty()) else { return };
        let end = || certificate::read(&text, Place::default()).not_after;
        self.certificates.entry(Sha256::digest(text.as_bytes()).into()).or_insert_with(end);
    }

    pub(super) fn sum(&self, now: Timestamp) -> Summary {
        Summary {
            entities: self.entities,
            idps: self.idps,
            sps: self.sps,
            certificates: self.certificates.len(),
            expired: self
                .certificates
                .values()
                .filter(|end| end.is_some_and(|end| end < now))
                .count(),
        }
    }
}

impl Summary {
    /// It has so many entities that only those somebody asks for are read.
    pub fn is_large(&self) -> bool {
        self.entities >= MANY
    }

    /// For people, with how many of the entities were read, and which one was asked for by name.
    pub fn sentence(&self, read: usize, asked: Option<&str>) -> String {
        let question = match (read, asked) {
            (0, Some(asked)) => {
                format!("none of them is `{asked}`; names are compared character by character")
            }
            (0, None) => "which entity is meant? Give it with `--entity ID`".to_owned(),
            (1, _) => "the one that takes part was read".to_owned(),
            _ => format!("{read} of them were read"),
        };
        format!(
            "an aggregate of {} entities ({} identity providers, {} service providers; {} certificates, {} of them past their end): {question}",
            self.entities, self.idps, self.sps, self.certificates, self.expired
        )
    }
}
