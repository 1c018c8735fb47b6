//! Names of signature and digest algorithms, and what is known of their strength.

use crate::spec;

/// How strong the hash of an algorithm is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hash {
    /// MD5: broken for signatures.
    Md5,
    /// SHA-1: deprecated, refused by many.
    Sha1,
    /// SHA-256 and better.
    Sha2,
}

/// The hash an algorithm URI names; `None` for one that names none we know.
pub fn hash(algorithm: &str) -> Option<Hash> {
    let name = spec::short(algorithm).to_ascii_lowercase();
    let any = |needles: &[&str]| needles.iter().any(|needle| name.contains(needle));
    if any(&["md5"]) {
        Some(Hash::Md5)
    } else if any(&["sha224", "sha256", "sha384", "sha512", "sha3"]) {
        Some(Hash::Sha2)
    } else if any(&["sha1"]) {
        Some(Hash::Sha1)
    } else {
        None
    }
}

/// It uses SHA-1.
pub fn is_sha1(algorithm: &str) -> bool {
    hash(algorithm) == Some(Hash::Sha1)
}

/// The name people use: `rsa-sha256`.
pub fn name(algorithm: &str) -> &str {
    spec::short(algorithm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_told_from_their_uris() {
        for (uri, expected) in [
            (spec::RSA_SHA1, Some(Hash::Sha1)),
            (spec::RSA_SHA256, Some(Hash::Sha2)),
            ("http://www.w3.org/2000/09/xmldsig#sha1", Some(Hash::Sha1)),
            ("http://www.w3.org/2000/09/xmldsig#dsa-sha1", Some(Hash::Sha1)),
            ("http://www.w3.org/2001/04/xmlenc#sha256", Some(Hash::Sha2)),
            ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", Some(Hash::Sha2)),
            ("http://www.w3.org/2001/04/xmldsig-more#rsa-md5", Some(Hash::Md5)),
            ("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519", None),
            ("", None),
        ] {
            assert_eq!(hash(uri), expected, "{uri}");
        }
    }
}
