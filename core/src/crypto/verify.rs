//! Fills the verdicts of XML signatures: whether each digest and the value are right, and which of
//! the known keys verifies it.

use super::bergshamra_engine::BergshamraEngine;
use super::engine::{SignatureEngine, SignatureReading, Unreadable};
use super::keys::{Candidate, TrustedKey, candidates};
use super::masked::{self, MASKED};
use super::origin::made_by;
use super::work;
use crate::certificate;
use crate::saml::xml::{self, Lines};
use diag_sdk::Place;
use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::signature::{Oddity, Reference, Signature, Verdict};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Judges the signatures of a message. Their static facts are there already; filled are the
/// verdicts, the keys that verify, and why something could not be judged. Certificates in `KeyInfo`
/// are tried too, marked as embedded.
pub fn verify_message(xml: &str, signatures: &mut [Signature], keys: &[TrustedKey]) {
    verify_with(&BergshamraEngine::default(), xml, signatures, keys);
}

/// The same with so much work; whether some were not judged for that.
pub(super) fn verify_within(
    xml: &str,
    signatures: &mut [Signature],
    keys: &[TrustedKey],
    work: usize,
) -> bool {
    verify_with(&BergshamraEngine { work }, xml, signatures, keys);
    signatures.iter().any(|signature| signature.not_judged.as_deref() == Some(work::BEYOND))
}

/// Judges a metadata document's own signatures with the keys they carry, and where they carry none with
/// those that were given: metadata is trusted for how it was obtained, so what remains to be told is whether
/// it was changed since it was signed.
pub fn verify_metadata(xml: &str, signatures: &mut [Signature], given: &[TrustedKey]) {
    let carries = |signature: &Signature| {
        !signature.key_info.is_empty() || signature.oddities.contains(&Oddity::BareKey)
    };
    let given = if signatures.iter().all(carries) { &[] } else { given };
    verify_message(xml, signatures, given);
}

/// The same with an engine of the caller's choice.
pub fn verify_with<E: SignatureEngine>(
    engine: &E,
    xml: &str,
    signatures: &mut [Signature],
    keys: &[TrustedKey],
) {
    if signatures.is_empty() {
        return;
    }
    // The library is young and its input hostile: should it panic, the signatures are not judged
    // and the diagnosis goes on.
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let mut judged: Vec<Signature> = signatures.iter().map(unjudged).collect();
        judge_all(engine, xml, &mut judged, keys);
        judged
    }));
    match judged {
        Ok(judged) => signatures.clone_from_slice(&judged),
        Err(_) => not_judged(signatures, "the signature library failed on this document"),
    }
}

/// The static facts of a signature alone.
fn unjudged(signature: &Signature) -> Signature {
    let mut plain = signature.clone();
    plain.value = Verdict::Unknown;
    plain.verified_by.clear();
    plain.made_by.clear();
    plain.untried.clear();
    plain.remarks.clear();
    plain.keys_tried = 0;
    plain.not_judged = None;
    for reference in &mut plain.references {
        reference.digest = Verdict::Unknown;
    }
    plain
}

fn judge_all<E: SignatureEngine>(
    engine: &E,
    xml: &str,
    signatures: &mut [Signature],
    keys: &[TrustedKey],
) {
    let readings = match engine.read(xml) {
        Ok(readings) => readings,
        Err(reason) => return not_judged(signatures, &reason),
    };
    let lines = Lines::new(xml);
    let starts: Vec<(u32, u32)> =
        readings.iter().map(|reading| lines.position(reading.range.start)).collect();
    for (index, signature) in signatures.iter_mut().enumerate() {
        let place = signature.place.line.zip(signature.place.column);
        let found =
            place.map_or(Some(index), |place| starts.iter().position(|start| *start == place));
        match found.and_then(|found| readings.get(found)) {
            Some(reading) => judge(engine, xml, reading, signature, keys),
            None => not_judged(
                std::slice::from_mut(signature),
                "there are more signatures than are judged here",
            ),
        }
    }
}

fn not_judged(signatures: &mut [Signature], reason: &str) {
    for signature in signatures {
        signature.not_judged.get_or_insert_with(|| reason.to_owned());
    }
}

/// Why nothing can be said of a signature whose value was taken out.
pub(super) const WITHHELD: &str =
    "its value was taken out of this copy, and no record of what it was came with it";

fn judge<E: SignatureEngine>(
    engine: &E,
    xml: &str,
    reading: &SignatureReading,
    signature: &mut Signature,
    keys: &[TrustedKey],
) {
    if signature.withheld {
        // What it covers may have been changed with it, so that its digests tell nothing either.
        signature.not_judged = Some(WITHHELD.to_owned());
        return;
    }
    for (reference, read) in signature.references.iter_mut().zip(&reading.references) {
        reference.digest = read.digest;
        if read.digest == Verdict::Wrong
            && read.covers.as_ref().is_some_and(|range| masked::holds_marks(xml, range))
        {
            reference.digest = Verdict::Unknown;
            signature.not_judged = Some(MASKED.to_owned());
        }
        if let Some(range) = read.covers.clone() {
            cover(xml, reference, range, &reading.range, signature.place.path.as_deref());
        }
        match (&read.reason, reference.digest) {
            (Some(reason), Verdict::Wrong) => signature.remarks.push(reason.clone()),
            (Some(reason), _) => {
                signature.not_judged.get_or_insert_with(|| reason.clone());
            }
            (None, _) => {}
        }
    }
    if reading.algorithm.to_ascii_lowercase().contains("hmac") {
        odd(signature, Oddity::Hmac);
        signature.not_judged = Some(
            "it is an HMAC: whoever can verify it can also make it, and no public key does"
                .to_owned(),
        );
        return;
    }
    if !engine.knows(&reading.algorithm) {
        signature.not_judged =
            Some("its signature algorithm is not one of those judged here".to_owned());
        return;
    }
    let (octets, value) = match (&reading.signed_info, &reading.value) {
        (Ok(octets), Ok(value)) => (octets, value),
        (Err(Unreadable::Damaged(reason)), _) | (_, Err(Unreadable::Damaged(reason))) => {
            signature.value = Verdict::Wrong;
            signature.remarks.push(reason.clone());
            return;
        }
        (Err(Unreadable::NotJudged(reason)), _) | (_, Err(Unreadable::NotJudged(reason))) => {
            signature.not_judged = Some(reason.clone());
            return;
        }
    };
    signature.keys_tried = keys.len();
    let embedded: Vec<Certificate> =
        reading.certificates.iter().map(|text| certificate::read(text, Place::default())).collect();
    let candidates =
        candidates(engine, keys, &embedded, reading.bare_key.as_deref(), &mut signature.remarks);
    let all = &candidates.ready;
    signature.verified_by =
        matching(all, |candidate| engine.check(&reading.algorithm, octets, value, &candidate.key));
    if !signature.verified_by.is_empty() {
        signature.value = Verdict::Right;
        return;
    }
    signature.untried = candidates.untried(&reading.algorithm);
    if let Some(key) = signature.untried.first() {
        let reason = format!(
            "the key of {} may have made it, and it is of a kind that is not judged here",
            key.subject
        );
        signature.not_judged.get_or_insert(reason);
    } else if all.is_empty() {
        signature.not_judged.get_or_insert_with(|| {
            "no key to verify it with was given, and it carries none".to_owned()
        });
    } else {
        signature.value = Verdict::Wrong;
        signature.made_by =
            matching(all, |candidate| made_by(&reading.algorithm, &candidate.spki, value));
    }
}

fn matching<K>(
    all: &[Candidate<K>],
    test: impl Fn(&Candidate<K>) -> bool,
) -> Vec<diag_sdk::case::signature::KeyMatch> {
    all.iter()
        .filter(|candidate| test(candidate))
        .map(|candidate| candidate.facts.clone())
        .collect()
}

fn odd(signature: &mut Signature, oddity: Oddity) {
    if !signature.oddities.contains(&oddity) {
        signature.oddities.push(oddity);
    }
}

/// Of several elements with the same id, the facts name the first; the digest may belong to another. Where
/// the signature stands says what paths of this text begin with: it may have been decrypted from another.
fn cover(
    xml: &str,
    reference: &mut Reference,
    range: Range<usize>,
    signature: &Range<usize>,
    place: Option<&str>,
) {
    if reference.range == Some((range.start, range.end)) {
        return;
    }
    let Ok(tree) = xml::parse(xml) else { return };
    let locator = tree.locate(&Place::default());
    let find = |range: &Range<usize>| {
        tree.document.descendants().find(|node| node.is_element() && node.range() == *range)
    };
    let Some(node) = find(&range) else { return };
    let base = find(signature)
        .and_then(|node| place?.strip_suffix(&locator.path(node)))
        .unwrap_or_default();
    reference.covers = Some(format!("{base}{}", locator.path(node)));
    reference.covers_id =
        xml::attribute(node, "ID").or_else(|| xml::attribute(node, "Id")).map(str::to_owned);
    reference.range = Some((range.start, range.end));
}
