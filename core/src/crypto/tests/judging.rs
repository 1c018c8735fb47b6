//! Which keys are tried for what, and what decryption adds.

use super::support::{fixture, private_key};
use crate::bounds::Bounds;
use crate::certificate;
use crate::crypto::{decrypt, judge, judge_metadata, load_key, verify_message};
use crate::saml::MessageParameter;
use crate::saml::facts_of;
use crate::saml::messages::{Decoded, RedirectQuery};
use crate::seal::Sealer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra::crypto::sign::from_uri;
use diag_sdk::case::certificate::{Certificate, Key, KeyUse};
use diag_sdk::case::metadata::{IdpRole, Metadata, SpRole};
use diag_sdk::case::registration::{Credential, IdpRegistration};
use diag_sdk::case::signature::{Signature, Verdict};
use diag_sdk::{Case, Place, Sited};

fn certificate_of(name: &str) -> Certificate {
    certificate::read(&fixture(&format!("keys/{name}.crt")), Place::default())
}

fn keys_of(names: &[&str]) -> Vec<Key> {
    names
        .iter()
        .map(|name| Key {
            usage: KeyUse::Signing,
            certificates: vec![certificate_of(name)],
            ..Key::default()
        })
        .collect()
}

fn idp(id: &str, names: &[&str]) -> Metadata {
    let role = IdpRole { keys: keys_of(names), ..IdpRole::default() };
    Metadata {
        id: id.into(),
        entity_id: "https://idp.example/".into(),
        idp: Some(role),
        ..Metadata::default()
    }
}

fn sp(id: &str, names: &[&str]) -> Metadata {
    let role = SpRole { keys: keys_of(names), ..SpRole::default() };
    Metadata {
        id: id.into(),
        entity_id: "https://sense.example:443/azure".into(),
        sp: Some(role),
        ..Metadata::default()
    }
}

fn decoded(xml: &str) -> Decoded {
    Decoded {
        facts: facts_of(xml, &Place::default(), "m1", &Sealer::new("test")),
        xml: xml.to_owned(),
        ..Decoded::default()
    }
}

fn judged(xml: &str, case: &Case) -> Signature {
    let mut all = [decoded(xml)];
    judge(&mut all, case, &Bounds::default());
    all[0].facts.signatures[0].clone()
}

#[test]
fn responses_are_tried_with_the_keys_of_every_copy_of_idp_metadata() {
    let case = Case {
        metadata: vec![
            idp("d1", &["idp", "idp-new"]),
            idp("d2", &["expired"]),
            idp("d3", &["idp"]),
            sp("d4", &["sp"]),
        ],
        ..Case::default()
    };
    let signature = judged(&fixture("signed/rsa-sha256.exclusive.xml"), &case);
    assert!(signature.verifies());
    assert_eq!((signature.keys_tried, signature.verified_by.len()), (3, 1));
    let found = &signature.verified_by[0];
    assert_eq!(
        (found.metadata.join(" "), found.embedded, found.registered),
        ("d1 d3".to_owned(), true, false)
    );
}

#[test]
fn a_key_nobody_lists_is_told_by_its_certificate_in_the_signature() {
    let case = Case { metadata: vec![idp("d1", &["idp-new"])], ..Case::default() };
    let signature = judged(&fixture("signed/rsa-sha256.exclusive.xml"), &case);
    assert_eq!((signature.value, signature.keys_tried), (Verdict::Right, 1));
    let found = &signature.verified_by[0];
    assert_eq!(
        (found.sha1.as_str(), found.metadata.len(), found.embedded),
        (certificate_of("idp").sha1.as_str(), 0, true)
    );
}

#[test]
fn the_active_thumbprint_of_the_registration_marks_its_key() {
    let registration = |sha1: String| IdpRegistration {
        active_signing_thumbprint: Some(Sited::new(sha1.to_lowercase(), Place::default())),
        ..IdpRegistration::default()
    };
    let marked = |name: &str| {
        let case = Case {
            registrations: vec![registration(certificate_of(name).sha1)],
            ..Case::default()
        };
        judged(&fixture("signed/rsa-sha256.exclusive.xml"), &case).verified_by[0].registered
    };
    assert!(marked("idp"));
    assert!(!marked("idp-new"));
}

#[test]
fn requests_are_tried_with_the_keys_of_the_service_provider() {
    let algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    let signed = "SAMLRequest=x&RelayState=%2Fhub&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256";
    let value = from_uri(algorithm).unwrap().sign(&private_key("sp"), signed.as_bytes()).unwrap();
    let value = STANDARD.encode(value).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let request =
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_1\"/>";
    let mut one = decoded(request);
    one.redirect = Some(RedirectQuery {
        raw_query: format!("{signed}&Signature={value}"),
        parameter: MessageParameter::SamlRequest,
    });
    one.facts.query_signature = Some(diag_sdk::case::signature::QuerySignature {
        place: Place { input: "i1".into(), ..Place::default() },
        ..Default::default()
    });
    let judged = |case: &Case| {
        let mut all = [one.clone()];
        judge(&mut all, case, &Bounds::default());
        all[0].facts.query_signature.clone().unwrap()
    };
    let right =
        judged(&Case { metadata: vec![idp("d1", &["idp"]), sp("d2", &["sp"])], ..Case::default() });
    assert_eq!(
        (right.value, right.keys_tried, right.place.input.as_str()),
        (Verdict::Right, 1, "i1")
    );
    assert_eq!(right.verified_by[0].metadata, ["d2"]);

    let credential = Credential {
        usage: "Verify".into(),
        certificate: Some(certificate_of("sp")),
        ..Credential::default()
    };
    let registration =
        IdpRegistration { credentials: vec![credential], ..IdpRegistration::default() };
    let registered = judged(&Case { registrations: vec![registration], ..Case::default() });
    assert!(registered.verified_by[0].registered);

    let unknown = judged(&Case { metadata: vec![sp("d2", &["sp-new"])], ..Case::default() });
    assert_eq!((unknown.value, unknown.made_by.len()), (Verdict::Wrong, 0));
}

#[test]
fn metadata_is_judged_by_the_key_it_carries() {
    // The signature is enveloped in whatever element; that of the fixtures will do.
    let xml = fixture("signed/response-only.xml");
    let signatures = decoded(&xml).facts.signatures;
    let mut entities = [
        Metadata { signatures: signatures.clone(), ..Metadata::default() },
        Metadata { signatures, ..Metadata::default() },
    ];
    judge_metadata(&xml, &mut entities, &[]);
    assert!(entities.iter().all(|entity| entity.signatures[0].verifies()));
    judge_metadata(&xml.replace("ann@", "eve@"), &mut entities, &[]);
    assert!(entities.iter().all(|entity| entity.signatures[0].digest_wrong()));
}

#[test]
fn metadata_that_carries_no_key_is_tried_with_those_given() {
    let xml = fixture("signed/response-only.xml");
    let (start, end) = (
        xml.find("<ds:KeyInfo").unwrap(),
        xml.find("</ds:KeyInfo>").unwrap() + "</ds:KeyInfo>".len(),
    );
    let xml = format!("{}{}", &xml[..start], &xml[end..]);
    let judged = |given: &[diag_sdk::case::certificate::Certificate]| {
        let mut entities =
            [Metadata { signatures: decoded(&xml).facts.signatures, ..Metadata::default() }];
        judge_metadata(&xml, &mut entities, given);
        entities[0].signatures[0].clone()
    };
    assert!(judged(&[]).not_judged.is_some_and(|reason| reason.contains("no key")));
    assert!(judged(&[certificate_of("sp"), certificate_of("idp")]).verifies());
}

#[test]
fn verdicts_do_not_pile_up_when_judged_again() {
    let xml = fixture("signed/ecdsa-der.xml");
    let mut signatures = decoded(&xml).facts.signatures;
    verify_message(&xml, &mut signatures, &[]);
    let once = signatures.clone();
    verify_message(&xml, &mut signatures, &[]);
    assert_eq!(signatures, once);
}

#[test]
fn decryption_adds_assertions_names_and_says_what_stays_closed() {
    let sealer = Sealer::new("test");
    let key = |name: &str| load_key(&fixture(&format!("keys/{name}.key")), None).unwrap();
    let mut all = [decoded(&fixture("encrypted/nested.xml"))];
    assert_eq!((all[0].facts.assertions.len(), all[0].facts.consumed.as_deref()), (0, None));
    let texts = decrypt(&mut all, &Case::default(), &[key("sp-new"), key("sp")], &sealer);
    assert_eq!(
        texts.iter().map(|text| text.id.as_str()).collect::<Vec<_>>(),
        ["m1.decrypted1", "m1.decrypted2"]
    );
    let facts = &all[0].facts;
    assert!(facts.encrypted.iter().all(|part| part.decrypted && part.not_decrypted.is_none()));
    assert_eq!(facts.consumed.as_deref(), Some("Response/EncryptedAssertion/Assertion"));
    let assertion = &facts.assertions[0];
    assert!(assertion.decrypted && assertion.direct);
    assert_eq!(assertion.name_id.as_ref().unwrap().value.text.as_deref(), Some("ann@example.org"));
    assert_eq!(assertion.place.message.as_deref(), Some("m1.decrypted1"));

    let reason = |file: &str, keys: &[crate::crypto::PrivateKey]| {
        let mut all = [decoded(&fixture(file))];
        decrypt(&mut all, &Case::default(), keys, &sealer);
        all[0].facts.encrypted[0].not_decrypted.clone().unwrap()
    };
    assert_eq!(reason("encrypted/nested.xml", &[]), "no key was given to decrypt it with");
    let named = reason("encrypted/nested.xml", &[key("sp-new")]);
    assert!(named.starts_with("it was encrypted for CN=sense.example ("), "{named}");
    let unnamed = reason("encrypted/aes128-gcm.rsa-oaep-sha256.xml", &[key("sp-new")]);
    assert!(unnamed.contains("for another one"), "{unnamed}");
}
