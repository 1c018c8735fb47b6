//! Encrypted assertions, as xmlsec1 encrypted them for the certificate of `sp`.

use super::support::{fixture, folder};
use crate::crypto::{PrivateKey, decrypt_assertions, load_key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra::core::algorithm;
use bergshamra::crypto::keytransport;

fn key(name: &str) -> PrivateKey {
    load_key(&fixture(&format!("keys/{name}.key")), None).unwrap()
}

fn documents() -> Vec<String> {
    let mut files: Vec<String> = std::fs::read_dir(folder("encrypted"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            std::path::Path::new(name).extension().is_some_and(|extension| extension == "xml")
        })
        .collect();
    files.sort();
    assert_eq!(files.len(), 9);
    files
}

#[test]
fn every_combination_of_algorithms_decrypts_to_the_exact_text() {
    for file in documents() {
        let xml = fixture(&format!("encrypted/{file}"));
        let parts = decrypt_assertions(&xml, &key("sp"));
        let [part] = parts.as_slice() else { panic!("{file}: {parts:?}") };
        assert_eq!(part.carrier, "EncryptedAssertion");
        assert!(xml[part.range.clone()].starts_with("<saml:EncryptedAssertion>"), "{file}");
        let text = part.text.as_ref().unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(text.starts_with("<saml:Assertion"), "{file}");
        // xmlsec1 writes the text anew before it encrypts it; our own document is as written.
        let written = r#"<e xmlns=""></e> and <e xmlns=""/> with " />"#;
        let rewritten = r#"<e xmlns=""/> and <e xmlns=""/> with " /&gt;"#;
        assert!(text.contains(written) || text.contains(rewritten), "{file}: {text}");
        let assertion = crate::saml::facts_of(
            text,
            &diag_sdk::Place::default(),
            "m1",
            &crate::seal::Sealer::new("test"),
        );
        assert_eq!(assertion.assertions.len(), 1, "{file}");
        assert_eq!(part.nested.len(), usize::from(file == "nested.xml"));
    }
}

#[test]
fn what_is_encrypted_within_decrypts_too() {
    let parts = decrypt_assertions(&fixture("encrypted/nested.xml"), &key("sp"));
    let inner = &parts[0].nested[0];
    assert_eq!(inner.carrier, "EncryptedID");
    assert!(inner.text.as_ref().unwrap().contains(">ann@example.org</saml:NameID>"));
}

#[test]
fn another_key_and_damage_say_why() {
    let reason =
        |xml: &str, name: &str| decrypt_assertions(xml, &key(name))[0].text.clone().unwrap_err();
    let xml = fixture("encrypted/aes128-gcm.rsa-oaep.xml");
    assert_eq!(
        reason(&xml, "sp-new"),
        "the key given does not open it: it was encrypted for another one"
    );
    assert_eq!(
        reason(&xml, "ec256"),
        "it was encrypted for an RSA key; the key given is of another kind"
    );
    assert_eq!(
        reason(&xml.replace("EncryptedKey", "EncryptedClef"), "sp"),
        "it carries no EncryptedKey"
    );
    let unknown = reason(&xml.replace("aes128-gcm", "rot13"), "sp");
    assert_eq!(
        unknown,
        "its content algorithm http://www.w3.org/2009/xmlenc11#rot13 is not one of those read here"
    );
    let value = xml.rfind("</xenc:CipherValue>").unwrap();
    let mut changed = xml.clone();
    let byte = if &xml[value - 12..value - 11] == "A" { "B" } else { "A" };
    changed.replace_range(value - 12..value - 11, byte);
    assert_eq!(
        reason(&changed, "sp"),
        "the key opens its EncryptedKey, but the content does not decrypt with what is in there"
    );
}

/// The same message with its key transported anew, as it says and as it does.
fn transported(named: &str, used: keytransport::OaepParams, method: &str) -> String {
    let xml = fixture("encrypted/aes128-gcm.rsa-oaep.xml");
    let private = key("sp").key.to_signing_key().unwrap().unwrap();
    let start = xml.find("<xenc:EncryptedKey").unwrap();
    let (head, rest) = xml.split_at(start);
    let (encrypted, tail) = rest.split_at(rest.find("</xenc:EncryptedKey>").unwrap());
    let value = |text: &str| {
        text.split("<xenc:CipherValue>")
            .nth(1)
            .unwrap()
            .split("</xenc:CipherValue>")
            .next()
            .unwrap()
            .to_owned()
    };
    let octets: String = value(encrypted).split_whitespace().collect();
    let secret = keytransport::from_uri(algorithm::RSA_OAEP)
        .unwrap()
        .decrypt(&private, &STANDARD.decode(octets).unwrap())
        .unwrap();
    let again = keytransport::from_uri_with_params(algorithm::RSA_OAEP_ENC11, used)
        .unwrap()
        .encrypt(&private, &secret)
        .unwrap();
    let method_end = encrypted.find("<xenc:CipherData>").unwrap();
    let method_start = encrypted.find("<xenc:EncryptionMethod").unwrap();
    let method_tail = encrypted[method_start..method_end]
        .split_once("</xenc:EncryptionMethod>")
        .map_or("", |(_, rest)| rest);
    format!(
        "{head}{}<xenc:EncryptionMethod Algorithm=\"{method}\">{named}</xenc:EncryptionMethod>{method_tail}<xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue></xenc:CipherData>{tail}",
        &encrypted[..method_start],
        STANDARD.encode(again)
    )
}

const SHA256: &str = "<ds:DigestMethod xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>";

#[test]
fn without_a_mask_generation_it_is_mgf1_with_sha1() {
    let used = |mask: &str| keytransport::OaepParams {
        digest_uri: Some(algorithm::SHA256.to_owned()),
        mgf_uri: Some(mask.to_owned()),
        ..keytransport::OaepParams::default()
    };
    let opened = |xml: &str| decrypt_assertions(xml, &key("sp"))[0].text.clone();
    assert!(
        opened(&transported(SHA256, used(algorithm::MGF1_SHA1), algorithm::RSA_OAEP_ENC11)).is_ok()
    );
    for method in [algorithm::RSA_OAEP_ENC11, algorithm::RSA_OAEP] {
        let reason =
            opened(&transported(SHA256, used(algorithm::MGF1_SHA256), method)).unwrap_err();
        assert!(reason.contains("the right one") && reason.contains("SHA-256"), "{reason}");
    }
}

#[test]
fn a_key_of_another_length_is_damaged_or_anothers() {
    let xml = fixture("encrypted/aes128-gcm.rsa-oaep.xml");
    let start = xml.find("<xenc:CipherValue>").unwrap() + "<xenc:CipherValue>".len();
    let end = start + xml[start..].find('<').unwrap();
    let cut = format!("{}{}{}", &xml[..start], STANDARD.encode([1_u8; 200]), &xml[end..]);
    let reason = decrypt_assertions(&cut, &key("sp"))[0].text.clone().unwrap_err();
    assert!(reason.contains("200 bytes") && reason.contains("256"), "{reason}");
}
