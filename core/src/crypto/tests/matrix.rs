//! Every algorithm with every canonicalisation, as xmlsec1 signed it.

use super::support::{fixture, folder, judged};
use diag_sdk::case::signature::{Oddity, Verdict};

fn key_of(file: &str) -> &'static str {
    match file {
        _ if file.starts_with("ecdsa-sha384") => "ec384",
        _ if file.starts_with("ecdsa-sha512") => "ec521",
        _ if file.starts_with("ecdsa") => "ec256",
        _ => "idp",
    }
}

fn matrix() -> Vec<String> {
    let mut files: Vec<String> = std::fs::read_dir(folder("signed"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            std::path::Path::new(name).extension().is_some_and(|extension| extension == "xml")
        })
        .collect();
    files.sort();
    assert_eq!(files.len(), 62);
    files
}

#[test]
fn every_algorithm_verifies_with_every_canonicalisation() {
    for file in matrix() {
        let key = key_of(&file);
        let message = judged(&fixture(&format!("signed/{file}")), &["sp", key]);
        assert!(!message.signatures.is_empty(), "{file}");
        for signature in &message.signatures {
            assert!(signature.verifies(), "{file}: {signature:#?}");
            assert_eq!(signature.not_judged, None, "{file}");
            assert_eq!(signature.keys_tried, 2, "{file}");
            let [found] = signature.verified_by.as_slice() else {
                panic!("{file}: {:?}", signature.verified_by)
            };
            assert_eq!(
                (found.metadata.as_slice(), found.embedded),
                (["d2".to_owned()].as_slice(), true),
                "{file}"
            );
        }
    }
}

#[test]
fn another_key_makes_the_value_wrong_and_leaves_the_digest_right() {
    for file in matrix() {
        let xml = fixture(&format!("signed/{file}"));
        // Without the certificates in KeyInfo.
        let xml = without_key_info(&xml);
        let message = judged(
            &xml,
            &["sp", "ec256", "ec384", "ec521", "idp-new"]
                .map(|name| if name == key_of(&file) { "weak" } else { name }),
        );
        for signature in &message.signatures {
            assert_eq!(signature.value, Verdict::Wrong, "{file}");
            assert!(!signature.digest_wrong() || file.starts_with("response-and"), "{file}");
            assert!(signature.verified_by.is_empty() && signature.made_by.is_empty(), "{file}");
        }
    }
}

fn without_key_info(xml: &str) -> String {
    let mut out = xml.to_owned();
    while let (Some(start), Some(end)) = (out.find("<ds:KeyInfo>"), out.find("</ds:KeyInfo>")) {
        out.replace_range(start..end + "</ds:KeyInfo>".len(), "");
    }
    out
}

#[test]
fn changed_content_makes_the_digest_wrong_and_leaves_the_value_right() {
    for file in matrix() {
        let xml = fixture(&format!("signed/{file}"));
        let tampered = xml
            .replacen("</saml:Issuer><ds:", "x</saml:Issuer><ds:", 2)
            .replace("ann@example.org", "eve@example.org");
        let tampered =
            if tampered == xml { xml.replacen("idp.example", "idq.example", 2) } else { tampered };
        let message = judged(&tampered, &[key_of(&file)]);
        for signature in &message.signatures {
            assert!(signature.digest_wrong(), "{file}");
            assert_eq!(signature.value, Verdict::Right, "{file}");
        }
    }
}

#[test]
fn changed_signed_info_makes_the_value_wrong_and_still_tells_the_rsa_key() {
    for file in matrix() {
        let xml = fixture(&format!("signed/{file}"));
        let tampered = xml.replace("</ds:Reference>", "</ds:Reference> ");
        let message = judged(&tampered, &["sp", key_of(&file)]);
        let outermost = message.signatures.last().unwrap();
        assert_eq!(outermost.value, Verdict::Wrong, "{file}");
        let tells = file.starts_with("rsa-sha") || file.starts_with("response");
        assert_eq!(outermost.made_by.len(), usize::from(tells), "{file}");
        if !file.starts_with("response-and") {
            assert!(!outermost.digest_wrong(), "{file}");
        }
    }
}

#[test]
fn der_encoded_ecdsa_values_verify_and_are_noted() {
    let odd = |file: &str| {
        judged(&fixture(file), &["ec256"]).signatures[0].oddities.contains(&Oddity::EcdsaDer)
    };
    assert!(odd("signed/ecdsa-der.xml"));
    assert!(!odd("signed/ecdsa-raw.xml"));
}
