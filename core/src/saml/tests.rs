//! Facts of whole messages: what a healthy response says, and what wrapped, commented or otherwise
//! tampered ones show.

use super::facts_of;
use crate::saml::assertion_of;
use crate::seal::Sealer;
use diag_sdk::Place;
use diag_sdk::case::message::{Damage, Message, MessageKind};
use diag_sdk::case::signature::Oddity;
use proptest::prelude::*;

const NAMESPACES: &str = "xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"";

const ASSERTION: &str = r#"<saml:Assertion ID="_a" Version="2.0" IssueInstant="2026-11-24T10:00:00Z"><saml:Issuer>https://idp.example/</saml:Issuer>{signature}
<saml:Subject><saml:NameID Format="urn:f" NameQualifier="q">ann@a.example</saml:NameID><saml:SubjectConfirmation Method="urn:bearer"><saml:SubjectConfirmationData Recipient="https://sp.example/acs" InResponseTo="_r" NotOnOrAfter="2026-11-24T10:05:00Z"/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="2026-11-24T09:55:00.0000000Z" NotOnOrAfter="2026-11-24T11:00:00Z"><saml:AudienceRestriction><saml:Audience>https://sp.example</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="2026-11-24T10:00:00Z" SessionIndex="_secretindex"><saml:AuthnContext><saml:AuthnContextClassRef>urn:password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement><saml:Attribute Name="http://claims/name" FriendlyName="name"><saml:AttributeValue>ann</saml:AttributeValue><saml:AttributeValue> </saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"#;

fn signature(of: &str) -> String {
    format!(
        "<ds:Signature><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/><ds:Reference URI=\"#{of}\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>MIIB</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
}

fn response(inside: &str) -> String {
    format!(
        "<samlp:Response {NAMESPACES} ID=\"_r1\" InResponseTo=\"_r\" Destination=\"https://sp.example/acs\"><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>{inside}</samlp:Response>"
    )
}

fn signed_assertion() -> String {
    ASSERTION.replace("{signature}", &signature("_a"))
}

fn facts(text: &str) -> Message {
    facts_of(text, &Place { input: "i1".into(), ..Place::default() }, "m1", &Sealer::new("test"))
}

fn oddities(text: &str) -> Vec<Oddity> {
    facts(text).signatures.into_iter().flat_map(|signature| signature.oddities).collect()
}

#[test]
fn a_healthy_response_is_read_whole() {
    let message = facts(&response(&signed_assertion()));
    assert_eq!(
        (message.kind, message.succeeded(), message.broken.is_none()),
        (MessageKind::Response, true, true)
    );
    assert_eq!(message.consumed.as_deref(), Some("Response/Assertion"));
    let assertion = &message.assertions[0];
    assert!(
        assertion.direct && assertion.signed && !assertion.decrypted && !assertion.encrypted_id
    );
    assert_eq!(assertion.name_id.as_ref().unwrap().text.as_deref(), Some("ann@a.example"));
    assert_eq!(
        (assertion.name_id_format.as_deref(), assertion.name_id_qualifiers.as_slice()),
        (Some("urn:f"), ["q".to_owned()].as_slice())
    );
    let confirmation = &assertion.confirmations[0];
    assert_eq!(confirmation.method, "urn:bearer");
    assert_eq!(
        confirmation.recipient.as_ref().unwrap().place.path.as_deref(),
        Some("Response/Assertion/Subject/SubjectConfirmation/SubjectConfirmationData/@Recipient")
    );
    let conditions = assertion.conditions.as_ref().unwrap();
    assert!(conditions.not_before.is_some() && conditions.not_on_or_after.is_some());
    assert_eq!(conditions.audiences[0].value, "https://sp.example");
    let authn = assertion.authn.as_ref().unwrap();
    assert_eq!(authn.session_index.as_ref().unwrap().length, 12);
    assert_eq!(authn.authn_context.as_ref().unwrap().value, "urn:password");
    let attribute = &assertion.attributes[0];
    assert_eq!(
        (attribute.short_name(), attribute.values.len(), attribute.values[1].blank),
        ("name", 2, true)
    );
    let signature = &message.signatures[0];
    assert_eq!(
        (signature.parent.as_str(), signature.parent_id.as_deref()),
        ("Assertion", Some("_a"))
    );
    assert_eq!(signature.references[0].covers.as_deref(), Some("Response/Assertion"));
    assert_eq!((signature.key_info.len(), signature.oddities.len()), (1, 0));
    let (start, end) = signature.references[0].range.unwrap();
    let text = response(&signed_assertion());
    assert!(
        text[start..end].starts_with("<saml:Assertion ")
            && text[start..end].ends_with("</saml:Assertion>")
    );
    assert!(
        message.markup_in_text.is_empty()
            && message.duplicate_ids.is_empty()
            && message.foreign_names.is_empty()
    );
}

#[test]
fn no_secret_stays_in_the_facts() {
    let all = serde_json::to_string(&facts(&response(&signed_assertion()))).unwrap();
    assert!(!all.contains("secretindex"));
}

#[test]
fn wrapped_assertions_show() {
    let evil = ASSERTION.replace("{signature}", "").replace("_a", "_evil");
    let message = facts(&response(&format!("{evil}{}", signed_assertion())));
    assert_eq!(message.consumed.as_deref(), Some("Response/Assertion[1]"));
    assert_eq!(
        message.signatures[0].references[0].covers.as_deref(),
        Some("Response/Assertion[2]")
    );

    let hidden = response(&format!(
        "<samlp:Extensions>{}</samlp:Extensions>{}",
        signed_assertion(),
        ASSERTION.replace("{signature}", "")
    ));
    let message = facts(&hidden);
    assert_eq!(
        message.assertions.iter().map(|assertion| assertion.direct).collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(message.duplicate_ids[0].value, "_a");
    assert_eq!(message.duplicate_ids[0].place.path.as_deref(), Some("Response/Assertion/@ID"));
    assert!(message.signatures[0].oddities.contains(&Oddity::DuplicateId));

    let detached = response(
        &ASSERTION
            .replace("{signature}", "")
            .replace("<saml:Issuer>", &format!("{}<saml:Issuer>", signature("_r1"))),
    );
    assert_eq!(oddities(&detached), [Oddity::NotEnveloped, Oddity::CoversAncestor]);
}

#[test]
fn markup_cuts_no_text() {
    let text = response(
        &signed_assertion()
            .replace("ann@a.example", "ann@a.example<!-- -->.evil")
            .replace(">ann<", "><![CDATA[ann]]><"),
    );
    let message = facts(&text);
    let name_id = message.assertions[0].name_id.as_ref().unwrap();
    assert_eq!((name_id.text.as_deref(), name_id.interrupted), (Some("ann@a.example.evil"), true));
    assert_eq!(
        message.markup_in_text.iter().map(|one| one.value.as_str()).collect::<Vec<_>>(),
        ["NameID", "AttributeValue"]
    );
}

#[test]
fn oddities_of_signatures_are_named() {
    let changed = |from: &str, to: &str| {
        let text = response(&signed_assertion());
        assert!(text.contains(from), "{from}");
        oddities(&text.replacen(from, to, 1))
    };
    let exclusive = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    let transform =
        |algorithm: &str| changed(exclusive, &format!("<ds:Transform Algorithm=\"{algorithm}\"/>"));
    assert_eq!(transform("http://www.w3.org/TR/1999/REC-xpath-19991116"), [Oddity::Xpath]);
    assert_eq!(transform("http://www.w3.org/TR/1999/REC-xslt-19991116"), [Oddity::Xslt]);
    assert_eq!(transform("urn:mine"), [Oddity::UnknownTransform]);
    assert_eq!(
        changed("URI=\"#_a\"", "URI=\"\""),
        [Oddity::ReferenceEmpty, Oddity::NotEnveloped, Oddity::CoversAncestor]
    );
    assert_eq!(changed("URI=\"#_a\"", "URI=\"#_b\""), [Oddity::ReferenceMissing]);
    assert_eq!(changed("URI=\"#_a\"", "URI=\"https://a.example/\""), [Oddity::ReferenceMissing]);
    assert_eq!(changed("URI=\"#_a\"", "URI=\"#xpointer(id('_a'))\""), [Oddity::Xpointer]);
    assert_eq!(changed("URI=\"#_a\"", "URI=\"#element(/1/3)\""), [Oddity::Xpointer]);
    assert_eq!(changed("#rsa-sha256", "#hmac-sha256"), [Oddity::Hmac]);
    assert_eq!(
        changed("</ds:SignedInfo>", "</ds:SignedInfo><ds:SignedInfo/>"),
        [Oddity::SeveralSignedInfo]
    );
    assert_eq!(
        changed("</ds:Reference>", "</ds:Reference><ds:Reference URI=\"#_a\"/>"),
        [Oddity::SeveralReferences]
    );
    assert_eq!(
        changed("</ds:KeyInfo>", "</ds:KeyInfo><ds:Object><saml:Issuer/></ds:Object>"),
        [Oddity::ObjectContent]
    );
    assert_eq!(
        changed(
            "<ds:DigestValue>AAAA",
            "<ds:DigestValue>\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        ),
        [Oddity::EmptyDigest]
    );
    assert_eq!(
        changed("<ds:DigestValue>", "<ds:DigestValue><!-- -->"),
        [Oddity::MarkupInSignedInfo]
    );
    assert_eq!(
        changed("<saml:Subject>", "<saml:Subject xmlns:x=\"relative\">"),
        [Oddity::RelativeNamespace]
    );
    assert_eq!(
        changed("<saml:Subject>", "<Assertion xmlns=\"urn:x\"/><saml:Subject>"),
        [Oddity::NamespaceConfusion]
    );
    let bare = changed(
        "<ds:X509Data><ds:X509Certificate>MIIB</ds:X509Certificate></ds:X509Data>",
        "<ds:KeyValue/>",
    );
    assert_eq!(bare, [Oddity::BareKey]);
}

#[test]
fn encrypted_assertions_and_what_is_decrypted_from_them() {
    let text = response(
        "<saml:EncryptedAssertion><xenc:EncryptedData><xenc:EncryptionMethod Algorithm=\"urn:aes\"/><ds:KeyInfo><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm=\"urn:oaep\"/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>MIIB</ds:X509Certificate></ds:X509Data></ds:KeyInfo></xenc:EncryptedKey></ds:KeyInfo></xenc:EncryptedData></saml:EncryptedAssertion>",
    );
    let message = facts(&text);
    assert_eq!((message.assertions.len(), message.consumed), (0, None));
    let encryption = &message.encrypted[0];
    assert_eq!(
        (encryption.element.as_str(), encryption.content_algorithm.as_str()),
        ("EncryptedAssertion", "urn:aes")
    );
    assert_eq!(
        (encryption.key_algorithm.as_deref(), encryption.recipient.is_some()),
        (Some("urn:oaep"), true)
    );
    let inner =
        signed_assertion().replacen("<saml:Assertion", &format!("<saml:Assertion {NAMESPACES}"), 1);
    let base = Place { path: Some("Response/EncryptedAssertion".into()), ..Place::default() };
    let assertion = assertion_of(&inner, &base, "m1", &Sealer::new("test")).unwrap();
    assert!(assertion.decrypted && assertion.direct);
    assert_eq!(assertion.place.path.as_deref(), Some("Response/EncryptedAssertion/Assertion"));
}

#[test]
fn bombs_are_damage_not_work() {
    let deep = response(&"<a>".repeat(100_000));
    assert_eq!(facts(&deep).damage, [Damage::TooLarge]);
    let entities =
        format!("<!DOCTYPE r [<!ENTITY a \"{}\">]>{}", "x".repeat(1000), response("&a;&a;"));
    assert_eq!(facts(&entities).damage, [Damage::Doctype]);
    let wide = response(&"<saml:Assertion/>".repeat(50_000));
    assert!(facts(&wide).assertions.len() <= 2000);
    let huge = response(&format!("<saml:Issuer Format=\"{}\"/>", "y".repeat(2_000_000)));
    assert_eq!(facts(&huge).damage, []);
    let signatures = response(&signature("_r1").repeat(3_000));
    assert!(facts(&signatures).signatures.len() <= 2_000);
}

proptest! {
    #![proptest_config(crate::seeds::fixed(256))]

    #[test]
    fn never_panics(changes in proptest::collection::vec((any::<prop::sample::Index>(), "\\PC{0,6}"), 0..6)) {
        let mut text = response(&signed_assertion());
        for (index, with) in changes {
            let at = index.index(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary((at + 3).min(text.len())) {
                text.replace_range(at..(at + 3).min(text.len()), &with);
            }
        }
        facts(&text);
    }
}
