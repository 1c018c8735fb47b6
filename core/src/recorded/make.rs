//! Makes the record of a case.

use super::key::{BARE, hash};
use super::{Judged, OfMessage, Opened, Record, SCHEMA};
use crate::crypto::{Known, TrustedKey};
use diag_sdk::Case;
use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::message::Message;
use diag_sdk::case::signature::{KeyMatch, QuerySignature, Signature, Verdict};
use serde_json::Value;
use std::collections::BTreeMap;

/// Records what is known of the messages of a case, of which the copies were read as messages with these hashes:
/// the hash of each by its id. `earlier`: the records that the case came with, for what rests on them.
pub fn make(
    case: &Case,
    hashes: &BTreeMap<String, String>,
    earlier: &[Record],
    on: &str,
) -> Record {
    let known = Known::of(case);
    let mut record = Record {
        schema: SCHEMA.to_owned(),
        by: concat!("diag ", env!("CARGO_PKG_VERSION")).to_owned(),
        on: on.to_owned(),
        ..Record::default()
    };
    for message in &case.messages {
        let Some(sha256) = hashes.get(&message.id) else { continue };
        let found =
            earlier.iter().flat_map(|record| &record.messages).find(|one| one.sha256 == *sha256);
        let of_message =
            found.cloned().unwrap_or_else(|| of_message(case, message, &known, sha256, on));
        if !of_message.signatures.is_empty()
            || of_message.query.is_some()
            || of_message.opened.is_some()
        {
            record.messages.push(of_message);
        }
    }
    record
}

fn of_message(case: &Case, message: &Message, known: &Known, sha256: &str, on: &str) -> OfMessage {
    let keys = known.keys(message, case);
    let (inside, own): (Vec<&Signature>, Vec<&Signature>) =
        message.signatures.iter().partition(|signature| is_of_decrypted(signature));
    let opened = case.has_decryption_key && !message.encrypted.is_empty();
    // What rests on a record already does so since its day.
    let since = message.signatures.iter().find_map(|signature| signature.recorded.as_deref());
    let since = since.or_else(|| message.query_signature.as_ref()?.recorded.as_deref());
    OfMessage {
        sha256: sha256.to_owned(),
        on: since.unwrap_or(on).to_owned(),
        signatures: own.into_iter().map(|signature| judged(signature, keys)).collect(),
        query: message.query_signature.as_ref().map(|signature| judged_query(signature, keys)),
        opened: opened.then(|| Opened {
            facts: opened_facts(message),
            signatures: inside
                .into_iter()
                .map(|signature| (signature.clone(), judged(signature, known.keys_of_responses())))
                .collect(),
        }),
    }
}

/// It came to light by decrypting.
fn is_of_decrypted(signature: &Signature) -> bool {
    signature.place.message.as_deref().is_some_and(|id| id.contains(".decrypted"))
}

fn judged(signature: &Signature, keys: &[TrustedKey]) -> Judged {
    let spki = |found: &KeyMatch| spki_of(found, keys, &signature.key_info);
    let mut tried: Vec<String> = keys.iter().map(|key| hash(&key.spki)).collect();
    tried.extend(
        signature
            .key_info
            .iter()
            .filter(|certificate| !certificate.spki.is_empty())
            .map(|certificate| hash(&certificate.spki)),
    );
    tried.sort();
    tried.dedup();
    Judged {
        value: signature.value,
        digests: signature.references.iter().map(|reference| reference.digest).collect(),
        verified_by: signature.verified_by.iter().map(spki).collect(),
        made_by: signature.made_by.iter().map(spki).collect(),
        tried: if signature.value == Verdict::Unknown { Vec::new() } else { tried },
        not_judged: signature.not_judged.clone(),
        remarks: signature.remarks.clone(),
        oddities: signature.oddities.clone(),
        reencoded: None,
    }
}

fn judged_query(signature: &QuerySignature, keys: &[TrustedKey]) -> Judged {
    let spki = |found: &KeyMatch| spki_of(found, keys, &[]);
    Judged {
        value: signature.value,
        verified_by: signature.verified_by.iter().map(spki).collect(),
        made_by: signature.made_by.iter().map(spki).collect(),
        tried: if signature.value == Verdict::Unknown {
            Vec::new()
        } else {
            keys.iter().map(|key| hash(&key.spki)).collect()
        },
        not_judged: signature.not_judged.clone(),
        reencoded: signature.verifies_reencoded.clone(),
        ..Judged::default()
    }
}

/// The hash of a key; a bare one in `KeyInfo` has no certificate to find it by, and of a damaged certificate no key can be read.
fn spki_of(found: &KeyMatch, keys: &[TrustedKey], embedded: &[Certificate]) -> String {
    let trusted = keys
        .iter()
        .find(|key| key.sha1 == found.sha1 && !found.sha1.is_empty())
        .map(|key| hash(&key.spki));
    let carried = || {
        embedded
            .iter()
            .find(|certificate| certificate.sha1 == found.sha1 && !found.sha1.is_empty())
            .filter(|certificate| !certificate.spki.is_empty())
            .map(|certificate| hash(&certificate.spki))
    };
    trusted.or_else(carried).unwrap_or_else(|| BARE.to_owned())
}

/// The facts that decrypting added, without the names of people.
fn opened_facts(message: &Message) -> Message {
    let facts = Message {
        encrypted: message.encrypted.clone(),
        assertions: message.assertions.clone(),
        consumed: message.consumed.clone(),
        logout: message.logout.clone(),
        duplicate_ids: message.duplicate_ids.clone(),
        markup_in_text: message.markup_in_text.clone(),
        foreign_names: message.foreign_names.clone(),
        characters: message.characters.clone(),
        ..Message::default()
    };
    let mut value = serde_json::to_value(&facts).unwrap_or_default();
    withhold(&mut value);
    serde_json::from_value(value).unwrap_or(facts)
}

/// A value about a person keeps its length and hash, and loses its text.
fn withhold(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(withhold),
        Value::Object(object) => {
            if object.contains_key("secret") && object.contains_key("padded") {
                object.insert("text".to_owned(), Value::Null);
            }
            object.values_mut().for_each(withhold);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_which_no_certificate_can_be_read_is_a_bare_one() {
        let found = KeyMatch { sha1: "AB".to_owned(), ..KeyMatch::default() };
        let of = |spki: &[u8]| {
            let certificate = Certificate {
                sha1: "AB".to_owned(),
                spki: spki.to_vec(),
                ..Certificate::default()
            };
            spki_of(&found, &[], &[certificate])
        };
        assert_eq!(of(b"key"), hash(b"key"));
        assert_eq!(of(b""), BARE);
    }
}
