//! What a large aggregate holds, told without reading every entity: who asks about thousands of parties at once is
//! first to say which one is meant.

use super::super::xml::local_name;
use super::MANY;
use crate::certificate;
use diag_sdk::Place;
use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeSet;

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
    let mut summary = Summary::default();
    let mut certificates: BTreeSet<String> = BTreeSet::new();
    let mut inside = false;
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => {
                let name = tag.name();
                match local_name(std::str::from_utf8(name.as_ref()).unwrap_or_default()) {
                    "EntityDescriptor" => summary.entities += 1,
                    "IDPSSODescriptor" => summary.idps += 1,
                    "SPSSODescriptor" => summary.sps += 1,
                    "X509Certificate" => inside = true,
                    _ => {}
                }
            }
            Event::Text(text) if inside => {
                let text: String = String::from_utf8_lossy(&text).split_whitespace().collect();
                certificates.insert(text);
            }
            Event::End(_) => inside = false,
            Event::Eof => break,
            _ => {}
        }
    }
    summary.certificates = certificates.len();
    let over = |text: &&String| certificate::read(text, Place::default()).not_after.is_some_and(|end| end < now);
    summary.expired = certificates.iter().filter(over).count();
    (summary.entities >= MANY).then_some(summary)
}

impl Summary {
    /// For people, with how many of the entities were read.
    pub fn sentence(&self, read: usize) -> String {
        let question = match read {
            0 => "which entity is meant? Give it with `--entity ID`".to_owned(),
            1 => "the one that takes part was read".to_owned(),
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
            let _ = write!(text, "<md:EntityDescriptor entityID='https://e{number}.example'><md:{role}/></md:EntityDescriptor>");
        }
        text.push_str("</md:EntitiesDescriptor>");
        let all = summary(&text, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((all.entities, all.idps, all.sps), (300, 100, 200));
        assert!(all.sentence(0).contains("--entity"));
        assert_eq!(summary("<EntityDescriptor/>", Timestamp::UNIX_EPOCH), None);
    }
}
