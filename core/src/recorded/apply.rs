//! Reads records into the facts of messages whose values were taken out.

use super::key::{BARE, hash};
use super::{Judged, OfMessage, Record};
use crate::crypto::{Known, TrustedKey};
use crate::saml::messages::Decoded;
use diag_sdk::Case;
use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::signature::{KeyMatch, Verdict};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Why a signature that was taken out tells nothing of a key.
const NOT_TRIED: &str =
    "its value was taken out of this copy, and a key that is given now was not tried before that";

/// Records as they came with the files; what cannot be read is no record.
pub fn read<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Record> {
    texts
        .filter_map(|text| serde_json::from_str::<Record>(text).ok())
        .filter(|record| record.schema == super::SCHEMA)
        .collect()
}

/// The hash of each message by its id, by which records name them.
pub fn hashes(decoded: &[Decoded]) -> BTreeMap<String, String> {
    decoded
        .iter()
        .filter(|one| !one.xml.is_empty())
        .map(|one| (one.facts.id.clone(), sha256(&one.xml)))
        .collect()
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// Adds what is recorded to messages whose values were taken out. To be called after everything was verified that
/// can be. Returns whether anything was decrypted before.
pub fn apply(decoded: &mut [Decoded], case: &Case, records: &[Record]) -> bool {
    if records.is_empty() {
        return false;
    }
    let known = Known::of(case);
    let mut opened = false;
    for one in decoded.iter_mut().filter(|one| !one.xml.is_empty()) {
        let hash = sha256(&one.xml);
        let Some(recorded) = records
            .iter()
            .flat_map(|record| &record.messages)
            .find(|recorded| recorded.sha256 == hash)
        else {
            continue;
        };
        opened |= of_message(one, case, &known, recorded);
    }
    opened
}

fn of_message(one: &mut Decoded, case: &Case, known: &Known, recorded: &OfMessage) -> bool {
    let keys = known.keys(&one.facts, case);
    let on = Some(recorded.on.clone());
    for (signature, judged) in one
        .facts
        .signatures
        .iter_mut()
        .zip(&recorded.signatures)
        .filter(|(signature, _)| signature.withheld)
    {
        let found = Rejoined::of(judged, keys, &signature.key_info, signature.has_key_info);
        for (reference, digest) in signature.references.iter_mut().zip(&judged.digests) {
            reference.digest = *digest;
        }
        signature.keys_tried = keys.len();
        (signature.value, signature.verified_by, signature.made_by, signature.not_judged) =
            (found.value, found.verified_by, found.made_by, found.not_judged);
        signature.remarks.clone_from(&judged.remarks);
        signature.oddities.clone_from(&judged.oddities);
        signature.recorded.clone_from(&on);
    }
    let facts = one.facts.clone();
    for signature in &mut one.facts.signatures {
        known.mark(&facts, case, &mut signature.verified_by);
        known.mark(&facts, case, &mut signature.made_by);
    }
    if let (Some(signature), Some(judged)) =
        (one.facts.query_signature.as_mut().filter(|signature| signature.withheld), &recorded.query)
    {
        let found = Rejoined::of(judged, keys, &[], false);
        (signature.value, signature.verified_by, signature.made_by, signature.not_judged) =
            (found.value, found.verified_by, found.made_by, found.not_judged);
        signature.keys_tried = keys.len();
        signature.verifies_reencoded.clone_from(&judged.reencoded);
        signature.recorded.clone_from(&on);
        known.mark(&facts, case, &mut signature.verified_by);
        known.mark(&facts, case, &mut signature.made_by);
    }
    let Some(opened) =
        recorded.opened.as_ref().filter(|_| one.facts.encrypted.iter().any(|part| part.withheld))
    else {
        return false;
    };
    let was = opened.facts.clone();
    one.facts.encrypted = was.encrypted;
    for part in &mut one.facts.encrypted {
        part.withheld = true;
        part.recorded.clone_from(&on);
    }
    one.facts.assertions = was.assertions;
    one.facts.consumed = was.consumed;
    one.facts.logout = was.logout;
    one.facts.duplicate_ids = was.duplicate_ids;
    one.facts.markup_in_text = was.markup_in_text;
    one.facts.foreign_names = was.foreign_names;
    one.facts.characters = was.characters;
    for (signature, judged) in &opened.signatures {
        let found = Rejoined::of(
            judged,
            known.keys_of_responses(),
            &signature.key_info,
            signature.has_key_info,
        );
        let mut signature = signature.clone();
        (signature.value, signature.verified_by, signature.made_by, signature.not_judged) =
            (found.value, found.verified_by, found.made_by, found.not_judged);
        signature.withheld = true;
        signature.recorded.clone_from(&on);
        known.mark(&facts, case, &mut signature.verified_by);
        known.mark(&facts, case, &mut signature.made_by);
        one.facts.signatures.push(signature);
    }
    true
}

/// A recorded verdict, told of the keys that are there now.
struct Rejoined {
    value: Verdict,
    verified_by: Vec<KeyMatch>,
    made_by: Vec<KeyMatch>,
    not_judged: Option<String>,
}

impl Rejoined {
    fn of(judged: &Judged, keys: &[TrustedKey], embedded: &[Certificate], carries: bool) -> Self {
        let candidates = candidates(
            keys,
            embedded,
            carries && judged.verified_by.iter().chain(&judged.made_by).any(|key| key == BARE),
        );
        let among = |hashes: &[String]| -> Vec<KeyMatch> {
            candidates
                .iter()
                .filter(|(hash, _)| hashes.contains(hash))
                .map(|(_, found)| found.clone())
                .collect()
        };
        let verified_by = among(&judged.verified_by);
        let made_by = among(&judged.made_by);
        let settled = |value, not_judged| Self {
            value,
            verified_by: Vec::new(),
            made_by: made_by.clone(),
            not_judged,
        };
        if !verified_by.is_empty() {
            return Self {
                value: Verdict::Right,
                verified_by,
                made_by: Vec::new(),
                not_judged: None,
            };
        }
        match judged.value {
            // Nothing but the value's own keys could make it right, and they are known by themselves.
            Verdict::Right if !candidates.is_empty() => settled(Verdict::Wrong, None),
            Verdict::Right => settled(
                Verdict::Unknown,
                Some("no key to verify it with was given, and it carries none".to_owned()),
            ),
            Verdict::Wrong
                if candidates
                    .iter()
                    .any(|(hash, _)| !judged.tried.contains(hash) && hash != BARE) =>
            {
                settled(Verdict::Unknown, Some(NOT_TRIED.to_owned()))
            }
            Verdict::Wrong => settled(Verdict::Wrong, None),
            Verdict::Unknown => settled(
                Verdict::Unknown,
                judged.not_judged.clone().or_else(|| Some(NOT_TRIED.to_owned())),
            ),
        }
    }
}

/// Keys that are there, by hash, as verifying would list them.
fn candidates(
    keys: &[TrustedKey],
    embedded: &[Certificate],
    bare: bool,
) -> Vec<(String, KeyMatch)> {
    let mut all: Vec<(String, KeyMatch)> = keys
        .iter()
        .map(|key| {
            let found = KeyMatch {
                sha1: key.sha1.clone(),
                subject: key.subject.clone(),
                metadata: key.metadata.clone(),
                registered: key.registered,
                embedded: false,
            };
            (hash(&key.spki), found)
        })
        .collect();
    for certificate in embedded.iter().filter(|certificate| !certificate.spki.is_empty()) {
        match all.iter_mut().find(|(_, found)| found.sha1 == certificate.sha1) {
            Some((_, found)) => found.embedded = true,
            None => all.push((
                hash(&certificate.spki),
                KeyMatch {
                    sha1: certificate.sha1.clone(),
                    subject: certificate.subject.clone(),
                    embedded: true,
                    ..KeyMatch::default()
                },
            )),
        }
    }
    if bare {
        all.push((
            BARE.to_owned(),
            KeyMatch {
                subject: "a bare key in KeyInfo".to_owned(),
                embedded: true,
                ..KeyMatch::default()
            },
        ));
    }
    all
}
