//! Tells whether an RSA key made a signature value that does not fit what it should sign.
//!
//! Undoing RSA with the right key gives the padding of PKCS#1 (RFC 8017 §9.2), with any other key
//! noise. So a value that does not verify still tells "signed by this key, but over something else"
//! (`SignedInfo` was changed or re-encoded afterwards) from "signed by an unknown key".

use num_bigint::BigUint;
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};
use x509_parser::public_key::PublicKey;

/// Longest modulus and exponent tried, in bytes.
const LONGEST_MODULUS: usize = 1025;
const LONGEST_EXPONENT: usize = 8;

/// Whether the owner of this key (SubjectPublicKeyInfo in DER) made `value`. Only `rsa-…`
/// algorithms with the padding of PKCS#1 v1.5 tell.
pub(super) fn made_by(algorithm: &str, spki: &[u8], value: &[u8]) -> bool {
    if !algorithm.contains("#rsa-") {
        return false;
    }
    let Ok((_, key)) = SubjectPublicKeyInfo::from_der(spki) else { return false };
    let Ok(PublicKey::RSA(rsa)) = key.parsed() else { return false };
    if rsa.modulus.len() > LONGEST_MODULUS || rsa.exponent.len() > LONGEST_EXPONENT {
        return false;
    }
    let modulus = BigUint::from_bytes_be(rsa.modulus);
    let length = usize::try_from(modulus.bits().div_ceil(8)).unwrap_or(usize::MAX);
    if length < 64 || value.len() != length {
        return false;
    }
    let opened = BigUint::from_bytes_be(value)
        .modpow(&BigUint::from_bytes_be(rsa.exponent), &modulus)
        .to_bytes_be();
    // The leading zero byte is lost in the number.
    let Some(padding) = opened.strip_prefix(&[1]) else { return false };
    let filled = padding.iter().take_while(|byte| **byte == 0xff).count();
    opened.len() + 1 == length
        && filled >= 8
        && padding.get(filled..).is_some_and(|rest| rest.starts_with(&[0, 0x30]))
}
