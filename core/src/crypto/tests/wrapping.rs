//! Rearranged messages: the signature still fits something, but not what a service provider reads.
//!
//! Variants 1 to 8 are those of Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be"
//! (2012); the others are named after what they do.

use super::support::{fixture, judged};
use crate::crypto::BergshamraEngine;
use crate::crypto::engine::{SignatureEngine, SignatureReading, Unreadable};
use diag_sdk::case::message::Message;
use diag_sdk::case::signature::{Oddity, Verdict};

/// A signed response taken apart.
struct Parts {
    xml: String,
    assertion: String,
    signature: String,
}

impl Parts {
    fn of(file: &str) -> Self {
        let xml = fixture(&format!("signed/{file}"));
        let cut = |from: &str, to: &str| {
            let start = xml.find(from).unwrap();
            xml[start..xml.rfind(to).unwrap() + to.len()].to_owned()
        };
        let assertion = cut("<saml:Assertion", "</saml:Assertion>");
        let signature = cut("<ds:Signature ", "</ds:Signature>");
        Self { xml, assertion, signature }
    }

    fn unsigned(&self) -> String {
        self.assertion.replace(&self.signature, "")
    }

    /// Another assertion than the signed one, without a signature.
    fn forged(&self, id: &str) -> String {
        self.unsigned().replace("\"_assertion\"", &format!("\"{id}\"")).replace("ann@", "eve@")
    }

    fn with_assertion(&self, replacement: &str) -> String {
        self.xml.replace(&self.assertion, replacement)
    }
}

/// A verifying signature covers what is consumed, or something around it.
fn consumed_is_covered(message: &Message) -> bool {
    let consumed = message.consumed.as_deref().unwrap();
    message
        .signatures
        .iter()
        .filter(|signature| signature.verifies())
        .flat_map(|signature| &signature.references)
        .any(|reference| {
            let covers = reference.covers.as_deref().unwrap_or_default();
            consumed == covers
                || consumed.strip_prefix(covers).is_some_and(|rest| rest.starts_with('/'))
        })
}

fn inside(outer: &str, content: &str, before: &str) -> String {
    let at = outer.rfind(before).unwrap();
    format!("{}{content}{}", &outer[..at], &outer[at..])
}

fn variants() -> Vec<(&'static str, String)> {
    let parts = Parts::of("rsa-sha256.exclusive.xml");
    let response = Parts::of("response-only.xml");
    let whole = response.xml.split_once("?>").unwrap().1.trim().to_owned();
    let whole_unsigned = whole.replace(&response.signature, "");
    let forged_response =
        whole_unsigned.replace("\"_response\"", "\"_evil\"").replace("ann@", "eve@");
    let forged = parts.forged("_evil");
    let unsigned = parts.unsigned();
    let signature_around = |content: &str| inside(&parts.signature, content, "</ds:Signature>");
    let in_status = "<samlp:Status>";
    vec![
        (
            "xsw1",
            inside(
                &forged_response,
                &inside(&response.signature, &whole_unsigned, "</ds:Signature>"),
                in_status,
            ),
        ),
        (
            "xsw2",
            inside(&forged_response, &format!("{whole_unsigned}{}", response.signature), in_status),
        ),
        ("xsw3", parts.with_assertion(&format!("{forged}{}", parts.assertion))),
        ("xsw4", parts.with_assertion(&inside(&forged, &parts.assertion, "</saml:Assertion>"))),
        (
            "xsw5",
            parts.with_assertion(&format!(
                "{}{unsigned}",
                inside(&forged, &parts.signature, "<saml:Subject>")
            )),
        ),
        (
            "xsw6",
            parts.with_assertion(&inside(&forged, &signature_around(&unsigned), "<saml:Subject>")),
        ),
        (
            "xsw7",
            parts.with_assertion(&format!(
                "<Extensions>{}</Extensions>{}",
                parts.forged("_assertion"),
                parts.assertion
            )),
        ),
        (
            "xsw8",
            parts.with_assertion(&inside(
                &parts.forged("_assertion"),
                &signature_around(&format!("<ds:Object>{unsigned}</ds:Object>")),
                "<saml:Subject>",
            )),
        ),
        ("second assertion first", parts.with_assertion(&format!("{forged}{}", parts.assertion))),
        (
            "in extensions",
            parts.with_assertion(&format!(
                "{forged}<samlp:Extensions>{}</samlp:Extensions>",
                parts.assertion
            )),
        ),
        (
            "same id, forged first",
            parts.with_assertion(&format!("{}{}", parts.forged("_assertion"), parts.assertion)),
        ),
        ("signature exclusion", parts.with_assertion(&unsigned.replace("ann@", "eve@"))),
    ]
}

#[test]
fn wrapped_messages_never_look_covered() {
    for (name, xml) in variants() {
        let message = judged(&xml, &["idp"]);
        assert_eq!(message.broken, None, "{name}");
        let noticed = !message.duplicate_ids.is_empty() || !consumed_is_covered(&message);
        assert!(noticed, "{name}: consumed {:?}, {:#?}", message.consumed, message.signatures);
    }
    for original in ["rsa-sha256.exclusive.xml", "response-only.xml", "response-and-assertion.xml"]
    {
        let message = judged(&fixture(&format!("signed/{original}")), &["idp"]);
        assert!(consumed_is_covered(&message) && message.duplicate_ids.is_empty(), "{original}");
    }
}

#[test]
fn the_signature_of_most_variants_still_verifies_over_the_original() {
    let verifying: Vec<&str> = variants()
        .into_iter()
        .filter(|(_, xml)| {
            judged(xml, &["idp"])
                .signatures
                .iter()
                .any(diag_sdk::case::signature::Signature::verifies)
        })
        .map(|(name, _)| name)
        .collect();
    // In 1, 6 and 8 the original stands within the signature, which the enveloped transform removes.
    assert_eq!(
        verifying,
        [
            "xsw2",
            "xsw3",
            "xsw4",
            "xsw5",
            "xsw7",
            "second assertion first",
            "in extensions",
            "same id, forged first"
        ]
    );
}

#[test]
fn of_equal_ids_the_facts_name_the_element_that_was_signed() {
    let (_, xml) =
        variants().into_iter().find(|(name, _)| *name == "same id, forged first").unwrap();
    let message = judged(&xml, &["idp"]);
    let reference = &message.signatures[0].references[0];
    assert_eq!(
        (reference.covers.as_deref(), message.consumed.as_deref()),
        (Some("Response/Assertion[2]"), Some("Response/Assertion[1]"))
    );
    let (start, end) = reference.range.unwrap();
    assert!(xml[start..end].contains("ann@example.org"));
    assert!(message.signatures[0].oddities.contains(&Oddity::DuplicateId));
}

#[test]
fn what_is_not_judged_says_why_and_never_verifies() {
    let xml = fixture("signed/rsa-sha256.exclusive.xml");
    let enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    let judged_with = |from: &str, to: &str| {
        assert!(xml.contains(from));
        let message = judged(&xml.replace(from, to), &["idp"]);
        let signature = message.signatures[0].clone();
        assert!(!signature.verifies(), "{to}");
        signature
    };
    for (transform, oddity) in [
        ("http://www.w3.org/TR/1999/REC-xpath-19991116", Oddity::Xpath),
        ("http://www.w3.org/2002/06/xmldsig-filter2", Oddity::Xpath),
        ("http://www.w3.org/TR/1999/REC-xslt-19991116", Oddity::Xslt),
        ("urn:unknown", Oddity::UnknownTransform),
    ] {
        let signature = judged_with(enveloped, transform);
        assert_eq!(
            signature.not_judged,
            Some(format!("the transform {transform} is not judged here"))
        );
        assert!(signature.oddities.contains(&oddity));
    }
    let hmac = judged_with(
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
    );
    assert_eq!((hmac.value, hmac.oddities.contains(&Oddity::Hmac)), (Verdict::Unknown, true));
    assert!(hmac.not_judged.unwrap().contains("HMAC"));
    let pointer = judged_with("URI=\"#_assertion\"", "URI=\"#element(/1/3)\"");
    assert!(pointer.not_judged.unwrap().contains("XPointer"));
    let outside = judged_with("URI=\"#_assertion\"", "URI=\"Cargo.toml\"");
    assert!(outside.not_judged.unwrap().contains("outside the message"));
    let missing = judged_with("URI=\"#_assertion\"", "URI=\"#_nobody\"");
    assert_eq!((missing.references[0].digest, missing.remarks.len()), (Verdict::Wrong, 1));
    let relative = judged_with("xmlns=\"urn:other\"", "xmlns=\"other\"");
    assert!(relative.not_judged.unwrap().contains("relative"));
}

#[test]
fn documents_beyond_bounds_are_not_judged() {
    let xml = fixture("signed/rsa-sha256.exclusive.xml");
    let reason = |xml: &str| BergshamraEngine::default().read(xml).unwrap_err();
    let deep = format!("</saml:Subject>{}{}", "<a>".repeat(200), "</a>".repeat(200));
    assert!(reason(&xml.replace("</saml:Subject>", &deep)).contains("does not parse"));
    assert!(
        reason(&xml.replacen("?>", "?><!DOCTYPE samlp:Response>", 1)).contains("does not parse")
    );
    let many = "<ds:Reference URI=\"#_assertion\"/>".repeat(200);
    let readings = BergshamraEngine::default()
        .read(&xml.replace("</ds:SignedInfo>", &format!("{many}</ds:SignedInfo>")))
        .unwrap();
    assert!(readings[0].references.len() < 100);
    // Each signature walks the whole document: the work is bounded, not only the number.
    let signature = xml[xml.find("<ds:Signature ").unwrap()..]
        .split_inclusive("</ds:Signature>")
        .next()
        .unwrap();
    let padding = "x".repeat(3 << 20);
    let large = xml.replace(
        "</saml:AttributeStatement>",
        &format!("</saml:AttributeStatement>{padding}{}", signature.repeat(150)),
    );
    let readings = BergshamraEngine::default().read(&large).unwrap();
    let refused = |reading: &SignatureReading| matches!(&reading.signed_info, Err(Unreadable::NotJudged(reason)) if reason.contains("too long"));
    assert!(!refused(&readings[0]) && refused(readings.last().unwrap()));
}

#[test]
fn a_second_signed_info_does_not_hide_the_first() {
    let xml = fixture("signed/rsa-sha256.exclusive.xml");
    let start = xml.find("<ds:SignedInfo>").unwrap();
    let end = xml.find("</ds:SignedInfo>").unwrap() + "</ds:SignedInfo>".len();
    let copy = xml[start..end].replace("_assertion", "_evil");
    let doubled = format!("{}{copy}{}", &xml[..start], &xml[start..]);
    let message = judged(&doubled, &["idp"]);
    assert!(!message.signatures[0].verifies());
    assert!(message.signatures[0].oddities.contains(&Oddity::SeveralSignedInfo));
}

#[test]
fn comments_in_a_digest_change_nothing_and_are_noted() {
    let xml = fixture("signed/rsa-sha256.exclusive.xml")
        .replace("<ds:DigestValue>", "<ds:DigestValue><!--AAAA-->");
    let message = judged(&xml, &["idp"]);
    // Exclusive canonicalisation without comments drops it, so the value stays right.
    assert!(message.signatures[0].verifies());
    assert!(message.signatures[0].oddities.contains(&Oddity::MarkupInSignedInfo));
    assert!(!message.markup_in_text.is_empty());
}
