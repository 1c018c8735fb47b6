//! The content key that an `EncryptedKey` brings: transported with RSA, or wrapped with a key that both sides
//! derive (xmlenc-core1 §5.5, §5.6 and §5.7).
//!
//! A key that does not open is told as precisely as the octets allow: damaged, made for a key of another size,
//! made with other parameters than it names, or made for another key.

use super::agreement;
use super::cipher_data::{algorithm_of, cipher_value, compact};
use super::private_key::PrivateKey;
use super::tree::{attribute, child, text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra::core::{algorithm, ns};
use bergshamra::crypto::keytransport::{self, OaepParams};
use bergshamra::crypto::keywrap;
use bergshamra::crypto::sign::SigningKey;
use bergshamra::xml::{Document, NodeId};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};
use x509_parser::public_key::PublicKey;

/// Other mask generations that senders are known to use without naming them.
const MASKS: &[(&str, &str)] = &[
    (algorithm::MGF1_SHA1, "SHA-1"),
    (algorithm::MGF1_SHA256, "SHA-256"),
    (algorithm::MGF1_SHA384, "SHA-384"),
    (algorithm::MGF1_SHA512, "SHA-512"),
];

/// The content key, or why the key given does not bring it to light.
pub(super) fn content_key(
    document: &Document<'_>,
    encrypted: NodeId,
    key: &PrivateKey,
) -> Result<Vec<u8>, String> {
    let method = algorithm_of(document, encrypted).ok_or("its EncryptedKey names no algorithm")?;
    match method.as_str() {
        algorithm::RSA_PKCS1 | algorithm::RSA_OAEP | algorithm::RSA_OAEP_ENC11 => {
            transported(document, encrypted, &method, key)
        }
        algorithm::KW_AES128
        | algorithm::KW_AES192
        | algorithm::KW_AES256
        | algorithm::KW_TRIPLEDES => wrapped(document, encrypted, &method, key),
        _ => Err(format!("its key algorithm {method} is not one of those read here")),
    }
}

fn transported(
    document: &Document<'_>,
    encrypted: NodeId,
    method: &str,
    key: &PrivateKey,
) -> Result<Vec<u8>, String> {
    let octets = cipher_value(document, encrypted)?;
    let params = oaep(document, encrypted, method);
    let transport = keytransport::from_uri_with_params(method, params.clone())
        .map_err(|error| format!("its key transport is not one of those read here: {error}"))?;
    let private = key.key.to_signing_key().ok().flatten().ok_or("the key given cannot be used")?;
    if key.key.algorithm_name() != "RSA" {
        return Err("it was encrypted for an RSA key; the key given is of another kind".to_owned());
    }
    match transport.decrypt(&private, &octets) {
        Ok(secret) => Ok(secret),
        Err(_) => Err(unopened(method, &params, &private, &octets, key)),
    }
}

/// Why a transported key does not open.
fn unopened(
    method: &str,
    params: &OaepParams,
    private: &SigningKey,
    octets: &[u8],
    key: &PrivateKey,
) -> String {
    if let Some(expected) = modulus_length(key).filter(|expected| *expected != octets.len()) {
        return format!(
            "its EncryptedKey has {} bytes, and for the key given it would have {expected}: it is damaged, or it was encrypted for another key",
            octets.len()
        );
    }
    if method != algorithm::RSA_PKCS1 {
        for (mask, name) in MASKS {
            let other = OaepParams { mgf_uri: Some((*mask).to_owned()), ..params.clone() };
            let opens = keytransport::from_uri_with_params(method, other)
                .is_ok_and(|transport| transport.decrypt(private, octets).is_ok());
            if opens {
                let named = params
                    .mgf_uri
                    .as_deref()
                    .and_then(|uri| uri.rsplit('#').next())
                    .unwrap_or("mgf1sha1");
                return format!(
                    "the key given is the right one, but it was encrypted with MGF1 and {name} where {named} is due: receivers that do as {} says cannot open it",
                    method.rsplit('#').next().unwrap_or(method)
                );
            }
        }
    }
    "the key given does not open it: it was encrypted for another one".to_owned()
}

/// Length of the key's modulus in bytes, which every value transported with it has.
fn modulus_length(key: &PrivateKey) -> Option<usize> {
    let (_, public) = SubjectPublicKeyInfo::from_der(key.spki()).ok()?;
    match public.parsed().ok()? {
        PublicKey::RSA(rsa) => Some(rsa.modulus.iter().skip_while(|byte| **byte == 0).count()),
        _ => None,
    }
}

/// Digest, mask generation and label of RSA-OAEP. Where no mask generation is named it is MGF1 with SHA-1,
/// whatever the digest (xmlenc-core1 §5.5.2).
fn oaep(document: &Document<'_>, encrypted: NodeId, method_uri: &str) -> OaepParams {
    let mut params = OaepParams::default();
    let Some(method) = child(document, encrypted, ns::ENC, "EncryptionMethod") else {
        return params;
    };
    let algorithm_of = |node: Option<NodeId>| {
        node.and_then(|node| attribute(document, node, "Algorithm")).map(str::to_owned)
    };
    params.digest_uri = algorithm_of(child(document, method, ns::DSIG, "DigestMethod"));
    params.mgf_uri = algorithm_of(child(document, method, ns::ENC11, "MGF"));
    if params.mgf_uri.is_none() && method_uri != algorithm::RSA_PKCS1 {
        params.mgf_uri = Some(algorithm::MGF1_SHA1.to_owned());
    }
    params.oaep_params = child(document, method, ns::ENC, "OAEPparams")
        .and_then(|node| STANDARD.decode(compact(&text(document, node))).ok());
    params
}

/// A key wrapped with one that both sides derive from their elliptic-curve keys.
fn wrapped(
    document: &Document<'_>,
    encrypted: NodeId,
    method: &str,
    key: &PrivateKey,
) -> Result<Vec<u8>, String> {
    let length = match method {
        algorithm::KW_AES128 => 16,
        algorithm::KW_AES256 => 32,
        _ => 24,
    };
    let octets = cipher_value(document, encrypted)?;
    let wrapping = agreement::wrapping_key(document, encrypted, length, key)?;
    let unwrap = keywrap::from_uri(method)
        .map_err(|error| format!("its key wrapping is not one of those read here: {error}"))?;
    unwrap
        .unwrap(&wrapping, &octets)
        .map_err(|_| "what the key given agrees on does not unwrap it: it was encrypted for another one, or it is damaged".to_owned())
}
