//! What a large aggregate holds, told without reading every entity: who asks about thousands of parties at once is
//! first to say which one is meant.

use super::MANY;
use super::stream;
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

/// What the document holds; `None` where it is no aggregate of many entities.
pub fn summary(text: &str, now: Timestamp) -> Option<Summary> {
    if memchr::memmem::find_iter(text.as_bytes(), b"EntityDescriptor").take(2 * MANY).count() < 2 * MANY {
        return None;
    }
    let summary = stream::narrow(text.as_bytes(), Some(&|_| false), now).summary;
    (summary.entities >= MANY).then_some(summary)
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
        let Some(open) = self.open.as_mut().filter(|open| open.len() + text.len() <= MAX_CERTIFICATE) else { return };
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
            expired: self.certificates.values().filter(|end| end.is_some_and(|end| end < now)).count(),
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
            (0, Some(asked)) => format!("none of them is `{asked}`; names are compared character by character"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn many_entities_are_counted_and_few_are_read() {
        let mut text = String::from("<md:EntitiesDescriptor xmlns:md='urn:oasis:names:tc:SAML:2.0:metadata'>");
        for number in 0..300 {
            let role = if number % 3 == 0 { "IDPSSODescriptor" } else { "SPSSODescriptor" };
            let _ = write!(
                text,
                "<md:EntityDescriptor entityID='https://e{number}.example'><md:{role}/><X509Certificate> A{} </X509Certificate></md:EntityDescriptor>",
                number % 2
            );
        }
        text.push_str("</md:EntitiesDescriptor>");
        let all = summary(&text, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((all.entities, all.idps, all.sps, all.certificates), (300, 100, 200, 2));
        assert!(all.sentence(0, None).contains("--entity"));
        assert!(all.sentence(0, Some("https://e.example")).contains("none of them is `https://e.example`"));
        assert_eq!(summary("<EntityDescriptor/>", Timestamp::UNIX_EPOCH), None);
    }
}
