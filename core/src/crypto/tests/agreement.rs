//! Measures agreement with xmlsec1 over a corpus of real signed documents, where one is at hand:
//! in the folder `DIAG_SHARED` names, or in `shared` beside the repository. Skips where there is
//! none, or no xmlsec1.

use crate::certificate;
use crate::crypto::{KeyRing, verify_message};
use crate::saml::{facts_of, xml};
use crate::seal::Sealer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diag_sdk::Place;
use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::signature::Verdict;
use flate2::read::DeflateDecoder;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("DIAG_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let there =
        shared.join("data").is_dir() && Command::new("xmlsec1").arg("--version").output().is_ok();
    if !there {
        eprintln!("skipped: no corpus at {} or no xmlsec1", shared.display());
    }
    there.then(|| shared.join("data"))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() { files(&entry, found) } else { found.push(entry) }
    }
}

/// The document in a file: XML, or XML in base64, deflated or not.
fn document(bytes: &[u8]) -> Option<String> {
    let text = xml::decode_text(bytes).text;
    if text.trim_start().starts_with('<') {
        return Some(text);
    }
    let compact: String = text.split_ascii_whitespace().collect();
    let inner = STANDARD.decode(compact).ok()?;
    let mut inflated = Vec::new();
    let inner = if inner.starts_with(b"<") {
        inner
    } else {
        DeflateDecoder::new(inner.as_slice()).take(1 << 20).read_to_end(&mut inflated).ok()?;
        inflated
    };
    let text = xml::decode_text(&inner).text;
    text.trim_start().starts_with('<').then_some(text)
}

/// Every certificate of the corpus that stands in a file of its own.
fn certificates(all: &[PathBuf]) -> KeyRing {
    let mut ring = KeyRing::default();
    for path in all {
        let name = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if matches!(name, "crt" | "cer" | "pem" | "der")
            && let Ok(bytes) = std::fs::read(path)
        {
            for found in certificate::read_pem_file(&bytes, &Place::default())
                .into_iter()
                .filter(Certificate::usable)
            {
                ring.add(&found, Some("d1"), false);
            }
        }
    }
    ring
}

/// What xmlsec1 says about the n-th signature, with the key given or the key in its `KeyInfo`.
fn xmlsec(file: &Path, xml: &str, number: usize, spki: Option<&[u8]>) -> Result<(), String> {
    let mut command = Command::new("xmlsec1");
    command.args(["--verify", "--insecure"]);
    // It knows no ids without a schema: tell it of every attribute that is one.
    for (attribute, element) in id_attributes(xml) {
        command.args([format!("--id-attr:{attribute}"), element]);
    }
    // The bare key: OpenSSL refuses some of the certificates that products read.
    if let Some(spki) = spki {
        let key = file.with_extension("key");
        std::fs::write(
            &key,
            format!(
                "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
                STANDARD.encode(spki)
            ),
        )
        .unwrap();
        command.arg("--pubkey-pem").arg(key);
    }
    let signature = format!(
        "(//*[local-name()='Signature' and namespace-uri()='http://www.w3.org/2000/09/xmldsig#'])[{number}]"
    );
    command.arg("--node-xpath").arg(signature).arg(file);
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(said.lines().next().unwrap_or_default().to_owned())
}

fn id_attributes(text: &str) -> BTreeSet<(String, String)> {
    let Ok(tree) = xml::parse(text) else { return BTreeSet::new() };
    let elements = tree.document.descendants().filter(roxmltree::Node::is_element);
    elements
        .flat_map(|element| {
            let name = element.tag_name();
            let full = name.namespace().map_or_else(
                || name.name().to_owned(),
                |namespace| format!("{namespace}:{}", name.name()),
            );
            let named = |attribute: &roxmltree::Attribute<'_, '_>| {
                matches!(attribute.name(), "ID" | "Id" | "id" | "AssertionID")
            };
            element
                .attributes()
                .filter(named)
                .map(|attribute| (attribute.name().to_owned(), full.clone()))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn verdicts_agree_with_xmlsec1() {
    let Some(data) = corpus() else { return };
    let mut all = Vec::new();
    files(&data.join("saml-responses"), &mut all);
    files(&data.join("xmldsig"), &mut all);
    let ring = certificates(&all);
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let scratch = std::env::temp_dir().join(format!("diag-agreement-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).unwrap();
    let (mut valid, mut invalid, mut documents) = (0, 0, 0);
    let mut unexplained = 0;
    let mut differences = Vec::new();
    for path in all {
        let Some(text) = std::fs::read(&path).ok().and_then(|bytes| document(&bytes)) else {
            continue;
        };
        if !text.contains("http://www.w3.org/2000/09/xmldsig#") || !text.contains("SignatureValue")
        {
            continue;
        }
        let enveloped = text.contains("enveloped-signature");
        if path.starts_with(data.join("xmldsig")) && !enveloped {
            continue;
        }
        let mut message = facts_of(&text, &Place::default(), "m1", &Sealer::new("test"));
        verify_message(&text, &mut message.signatures, ring.keys());
        documents += usize::from(!message.signatures.is_empty());
        let copy = scratch.join("document.xml");
        // Decoded already: what its declaration says of the encoding no longer holds.
        let body = text
            .trim_start()
            .strip_prefix("<?xml")
            .and_then(|rest| rest.split_once("?>"))
            .map_or(text.as_str(), |(_, body)| body);
        std::fs::write(&copy, body).unwrap();
        for (index, signature) in message.signatures.iter().enumerate() {
            let key = signature
                .verified_by
                .iter()
                .find_map(|found| ring.keys().iter().find(|key| key.sha1 == found.sha1));
            let theirs = xmlsec(&copy, &text, index + 1, key.map(|key| key.spki.as_slice()));
            match (signature.verifies(), &theirs) {
                (true, Ok(())) => valid += 1,
                (false, Err(_)) => {
                    invalid += 1;
                    let digests =
                        if signature.digest_wrong() { Verdict::Wrong } else { Verdict::Right };
                    *refused
                        .entry(format!(
                            "value {:?}, digests {digests:?}, {:?}",
                            signature.value, signature.not_judged
                        ))
                        .or_default() += 1;
                }
                (ours, _) => {
                    // Known reasons: it refuses any document with a repeated id, which is a finding of its
                    // own here; it follows XPath, which SAML forbids; it fetches keys from elsewhere; it stops at
                    // a certificate in KeyInfo that it cannot read though the key is at hand.
                    let known = match &theirs {
                        Ok(()) => signature
                            .not_judged
                            .as_deref()
                            .is_some_and(|reason| reason.contains("transform")),
                        Err(reason) => {
                            ["duplicate ID", "InputURIOpen", "CertDerRead", "Base64CtxDecodeByte"]
                                .iter()
                                .any(|word| reason.contains(word))
                        }
                    };
                    unexplained += usize::from(!known);
                    differences.push(format!(
                        "{} #{}: ours {ours} (value {:?}, digests {:?}, {:?}, {:?}), xmlsec1 {theirs:?}",
                        path.strip_prefix(&data).unwrap().display(),
                        index + 1,
                        signature.value,
                        signature.references.iter().map(|reference| reference.digest).collect::<Vec<_>>(),
                        signature.not_judged,
                        signature.remarks,
                    ));
                }
            }
        }
    }
    std::fs::remove_dir_all(&scratch).unwrap();
    println!(
        "{documents} documents; both accept {valid}, both refuse {invalid}, {} differ",
        differences.len()
    );
    for (reason, count) in &refused {
        println!("refused {count}: {reason}");
    }
    for difference in &differences {
        println!("{difference}");
    }
    assert!(valid > 0);
    assert_eq!(unexplained, 0);
}

/// The corpus' index says of each signature which part xmlsec1 found wrong, with the key the
/// signature carries.
#[test]
fn wrong_digests_are_told_from_wrong_values_as_the_index_does() {
    let Some(data) = corpus() else { return };
    let index = std::fs::read_to_string(data.join("INDEX.tsv")).unwrap_or_default();
    let mut lines = index.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let Some(column) = header.iter().position(|name| *name == "xmlsec1_check") else { return };
    let (mut agreed, mut differences) = (0, Vec::new());
    for line in lines {
        let fields: Vec<&str> = line.split('\t').collect();
        let (Some(path), Some(checks)) = (fields.first(), fields.get(column)) else { continue };
        if !path.starts_with("saml-responses/") && !path.starts_with("xmldsig/") {
            continue;
        }
        let Some(text) = std::fs::read(data.join(path)).ok().and_then(|bytes| document(&bytes))
        else {
            continue;
        };
        if path.starts_with("xmldsig/") && !text.contains("enveloped-signature") {
            continue;
        }
        let mut message = facts_of(&text, &Place::default(), "m1", &Sealer::new("test"));
        verify_message(&text, &mut message.signatures, &[]);
        let checks: Vec<&str> = checks.split(',').collect();
        if checks.len() != message.signatures.len() {
            continue;
        }
        for (signature, check) in message.signatures.iter().zip(checks) {
            let same = match check {
                "OK" => signature.verifies(),
                "FAIL/digest" => signature.digest_wrong(),
                "FAIL" => !signature.verifies(),
                _ => continue,
            };
            if same {
                agreed += 1;
            } else {
                let digests: Vec<Verdict> =
                    signature.references.iter().map(|reference| reference.digest).collect();
                differences.push(format!(
                    "{path}: {check}, ours value {:?}, digests {digests:?}, {:?}",
                    signature.value, signature.not_judged
                ));
            }
        }
    }
    println!("index: {agreed} agree, {} differ", differences.len());
    for difference in &differences {
        println!("{difference}");
    }
    assert!(agreed > 0);
}
