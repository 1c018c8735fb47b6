//! Every change of a byte in what a signature covers is noticed, and nothing makes judging panic.

use super::support::{fixture, judged};
use crate::crypto::engine::SignatureEngine;
use crate::crypto::{BergshamraEngine, verify_message};
use crate::saml::facts_of;
use crate::seal::Sealer;
use diag_sdk::Place;
use diag_sdk::case::signature::Verdict;
use proptest::prelude::*;

/// The digest of the first reference of the first signature still fits.
fn unnoticed(xml: &str) -> bool {
    BergshamraEngine::default()
        .read(xml)
        .ok()
        .and_then(|readings| Some(readings.first()?.references.first()?.digest == Verdict::Right))
        .unwrap_or(false)
}

#[test]
fn every_changed_byte_of_a_signed_assertion_is_noticed() {
    for file in ["signed/rsa-sha256.exclusive.xml", "signed/rsa-sha256.inclusive-comments.xml"] {
        let xml = fixture(file);
        assert!(unnoticed(&xml));
        let covered = judged(&xml, &["idp"]).signatures[0].references[0].range.unwrap();
        let signature = xml.find("<ds:Signature ").unwrap()
            ..xml.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
        let comment = xml.find("<!-- a comment").unwrap()
            ..xml.find("a comment -->").unwrap() + "a comment -->".len();
        let mut changed = 0;
        for position in covered.0..covered.1 {
            // Bytes that are not signed: the signature itself, and comments where they are dropped
            // (a bare id selects none, whatever the canonicalisation: xmldsig-core §4.4.3.3).
            if signature.contains(&position) || comment.contains(&position) {
                continue;
            }
            for change in [|byte: u8| byte ^ 0x01, |byte: u8| byte ^ 0x20, |_| b'x', |_| b'<'] {
                let mut bytes = xml.clone().into_bytes();
                let old = bytes[position];
                bytes[position] = change(old);
                if bytes[position] == old {
                    continue;
                }
                let Ok(text) = String::from_utf8(bytes) else { continue };
                assert!(
                    !unnoticed(&text),
                    "{file}: byte {position}, after {:?}",
                    &xml[position.saturating_sub(20)..position]
                );
                changed += 1;
            }
        }
        assert!(changed > 4000, "{changed}");
    }
}

#[test]
fn inserted_and_removed_bytes_are_noticed() {
    let xml = fixture("signed/rsa-sha256.exclusive.xml");
    let start = xml.find("<saml:Subject>").unwrap();
    let end = xml.find("</saml:Subject>").unwrap();
    for position in start..end {
        let mut removed = xml.clone();
        removed.remove(position);
        assert!(!unnoticed(&removed), "removed {position}");
        let mut inserted = xml.clone();
        inserted.insert(position, 'x');
        assert!(!unnoticed(&inserted), "inserted {position}");
    }
}

proptest! {
    #![proptest_config(crate::seeds::fixed(200))]
    #[test]
    fn nothing_makes_it_panic(edits in proptest::collection::vec((0..9000_usize, "(<|>|</ds:Signature>|<ds:Signature|#|&|;|\"|<!--|-->|<!DOCTYPE a \\[|xmlns=\"\"|\\PC{0,3})", 0..40_usize), 1..6)) {
        let mut xml = fixture("signed/response-and-assertion.xml");
        for (position, text, cut) in edits {
            let position = (0..=position.min(xml.len())).rev().find(|at| xml.is_char_boundary(*at)).unwrap_or(0);
            let end = (position..=(position + cut).min(xml.len())).rev().find(|at| xml.is_char_boundary(*at)).unwrap_or(position);
            xml.replace_range(position..end, &text);
        }
        let mut message = facts_of(&xml, &Place::default(), "m1", &Sealer::new("test"));
        verify_message(&xml, &mut message.signatures, &[]);
        let _ = BergshamraEngine::default().read(&xml);
    }
}
