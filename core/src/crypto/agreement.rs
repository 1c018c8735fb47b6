//! The key that sender and receiver agree on from their elliptic-curve keys (ECDH-ES, xmlenc-core1 §5.6.4), with
//! which the content key is wrapped.

use super::cipher_data::compact;
use super::private_key::PrivateKey;
use super::tree::{attribute, child, text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra::core::{algorithm, ns};
use bergshamra::crypto::kdf::{ConcatKdfParams, concat_kdf};
use bergshamra::crypto::keyagreement::ecdh;
use bergshamra::xml::{Document, NodeId};
use kryptering::KeyAlgorithm;

/// The wrapping key of so many bytes that an `EncryptedKey` says was agreed on, or why there is none.
pub(super) fn wrapping_key(
    document: &Document<'_>,
    encrypted: NodeId,
    length: usize,
    key: &PrivateKey,
) -> Result<Vec<u8>, String> {
    let agreement = child(document, encrypted, ns::DSIG, "KeyInfo")
        .and_then(|info| child(document, info, ns::ENC, "AgreementMethod"))
        .ok_or("its key is wrapped with a secret that both sides must have (AES key wrap); a private key does not open it")?;
    let named = attribute(document, agreement, ns::attr::ALGORITHM).unwrap_or_default();
    if named != algorithm::ECDH_ES {
        return Err(format!(
            "its key agreement {} is not one of those read here",
            named.chars().take(80).collect::<String>()
        ));
    }
    let KeyAlgorithm::Ec(curve) = key.key.data.algorithm() else {
        return Err("it was encrypted for an elliptic-curve key; the key given is of another kind"
            .to_owned());
    };
    let private = key.key.to_signing_key().ok().flatten().ok_or("the key given cannot be used")?;
    let public = originator(document, agreement)
        .ok_or("its key agreement does not carry the sender's key as a point (ECKeyValue)")?;
    let secret = ecdh(curve, &public, &private)
        .map_err(|_| "the sender's key is on another curve than the key given: it was encrypted for another one".to_owned())?;
    let derivation = child(document, agreement, ns::ENC11, "KeyDerivationMethod")
        .ok_or("its key agreement names no key derivation")?;
    if attribute(document, derivation, ns::attr::ALGORITHM) != Some(algorithm::CONCAT_KDF) {
        return Err("its key derivation is not one of those read here".to_owned());
    }
    concat_kdf(&secret, length, &parameters(document, derivation)?)
        .map_err(|error| format!("its key derivation is not one of those read here: {error}"))
}

/// The sender's public point.
fn originator(document: &Document<'_>, agreement: NodeId) -> Option<Vec<u8>> {
    let info = child(document, agreement, ns::ENC, "OriginatorKeyInfo")?;
    let value = child(document, info, ns::DSIG, "KeyValue")?;
    let curve = child(document, value, ns::DSIG11, "ECKeyValue")?;
    STANDARD.decode(compact(&text(document, child(document, curve, ns::DSIG11, "PublicKey")?))).ok()
}

/// Parameters of ConcatKDF: bit strings in hexadecimal whose first octet counts the padding.
fn parameters(document: &Document<'_>, derivation: NodeId) -> Result<ConcatKdfParams, String> {
    let Some(node) = child(document, derivation, ns::ENC11, "ConcatKDFParams") else {
        return Ok(ConcatKdfParams::default());
    };
    let bits = |name: &str| -> Result<Option<Vec<u8>>, String> {
        let Some(value) = attribute(document, node, name) else { return Ok(None) };
        let octets = octets(value)
            .ok_or_else(|| format!("{name} of its key derivation is not hexadecimal"))?;
        match octets.split_first() {
            None => Ok(None),
            Some((0, rest)) => Ok(Some(rest.to_vec())),
            Some(_) => Err(format!(
                "{name} of its key derivation is not a whole number of octets, which is not read here"
            )),
        }
    };
    Ok(ConcatKdfParams {
        digest_uri: child(document, node, ns::DSIG, "DigestMethod")
            .and_then(|method| attribute(document, method, ns::attr::ALGORITHM))
            .map(str::to_owned),
        algorithm_id: bits("AlgorithmID")?,
        party_u_info: bits("PartyUInfo")?,
        party_v_info: bits("PartyVInfo")?,
    })
}

fn octets(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hexadecimal
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| {
        digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |octet, digit| (octet << 4) | digit))
            .collect()
    })
}
