//! Loads the private key that decrypts assertions, in every wrapping people have it in.

use crate::certificate::hexadecimal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra::core::algorithm;
use bergshamra::crypto::{cipher, digest};
use bergshamra::keys::{Key, loader};
use sha2::{Digest, Sha256};

/// Largest key file read.
const LARGEST_FILE: usize = 256 * 1024;

/// Why a key could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is encrypted and no passphrase was given.
    #[error("the key is encrypted: its passphrase is needed")]
    NeedsPassphrase,
    /// It is encrypted and the passphrase does not open it.
    #[error(
        "the passphrase does not open the key, or its encryption is not one of those read here"
    )]
    WrongPassphrase,
    /// The file holds something else.
    #[error(
        "{0}; a private key in PEM is expected (-----BEGIN PRIVATE KEY-----, RSA PRIVATE KEY, EC PRIVATE KEY or ENCRYPTED PRIVATE KEY)"
    )]
    NotAKey(String),
    /// It is a private key that cannot be used.
    #[error("the private key cannot be read: {0}")]
    Unusable(String),
}

/// A private key. Its only printable form is the hash of its public half.
#[derive(Clone)]
pub struct PrivateKey {
    pub(super) key: Key,
    spki: Vec<u8>,
}

impl PrivateKey {
    /// Its SubjectPublicKeyInfo in DER.
    pub(super) fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of its SubjectPublicKeyInfo, upper-case hexadecimal, as certificates have it.
    pub fn spki_sha256(&self) -> String {
        hexadecimal(&Sha256::digest(&self.spki))
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PrivateKey")
            .field("spki_sha256", &self.spki_sha256())
            .finish_non_exhaustive()
    }
}

/// Loads a private key from a file's text: PKCS#8, PKCS#1 or SEC 1 in PEM, each also encrypted with
/// a passphrase. Certificates beside it in the same file are passed over.
pub fn load_key(pem: &str, passphrase: Option<&str>) -> Result<PrivateKey, KeyError> {
    if pem.len() > LARGEST_FILE {
        return Err(KeyError::NotAKey("the file is larger than any key".to_owned()));
    }
    let block = Block::find(pem)?;
    let key = match block.label {
        "ENCRYPTED PRIVATE KEY" => {
            let passphrase = passphrase.ok_or(KeyError::NeedsPassphrase)?;
            loader::load_pem_auto(block.canonical().as_bytes(), Some(passphrase))
                .map_err(|_| KeyError::WrongPassphrase)?
        }
        label => {
            let der = match block.encryption() {
                None => STANDARD.decode(block.base64()).map_err(|error| {
                    KeyError::Unusable(format!("its base64 is broken: {error}"))
                })?,
                Some(encryption) => {
                    let passphrase = passphrase.ok_or(KeyError::NeedsPassphrase)?;
                    let sealed = STANDARD.decode(block.base64()).map_err(|error| {
                        KeyError::Unusable(format!("its base64 is broken: {error}"))
                    })?;
                    opened(encryption, &sealed, passphrase)?
                }
            };
            let (label, der) = if label == "EC PRIVATE KEY" {
                ("PRIVATE KEY", pkcs8_of_sec1(&der)?)
            } else {
                (label, der)
            };
            let broken = if block.encryption().is_some() {
                KeyError::WrongPassphrase
            } else {
                KeyError::Unusable("it is damaged, or of a kind not read here".to_owned())
            };
            loader::load_pem_auto(pem_of(label, &der).as_bytes(), None).map_err(|_| broken)?
        }
    };
    if !key.has_private_key() {
        return Err(KeyError::NotAKey("the file holds only a public key".to_owned()));
    }
    let spki =
        key.to_spki_der().ok_or_else(|| KeyError::Unusable("it has no public half".to_owned()))?;
    Ok(PrivateKey { key, spki })
}

/// A PEM block.
struct Block<'p> {
    label: &'p str,
    headers: Vec<&'p str>,
    lines: Vec<&'p str>,
}

impl<'p> Block<'p> {
    /// The first private key of a file.
    fn find(pem: &'p str) -> Result<Self, KeyError> {
        let mut others = Vec::new();
        let mut lines = pem.lines().map(str::trim);
        while let Some(line) = lines.next() {
            let Some(label) =
                line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----"))
            else {
                continue;
            };
            if !label.ends_with("PRIVATE KEY") {
                others.push(label);
                continue;
            }
            let body: Vec<&str> = lines
                .by_ref()
                .take_while(|line| !line.starts_with("-----END "))
                .filter(|line| !line.is_empty())
                .collect();
            let (headers, lines) = body.into_iter().partition(|line| line.contains(':'));
            return Ok(Self { label, headers, lines });
        }
        Err(KeyError::NotAKey(match others.first() {
            Some(label) => format!("the file holds a {}", label.to_lowercase()),
            None => "the file has no PEM block".to_owned(),
        }))
    }

    fn base64(&self) -> String {
        self.lines.concat().split_ascii_whitespace().collect()
    }

    /// The block with lines as the library wants them.
    fn canonical(&self) -> String {
        wrapped(self.label, &self.base64())
    }

    /// `DEK-Info` of OpenSSL's old encryption: cipher and initialisation vector.
    fn encryption(&self) -> Option<(&'p str, &'p str)> {
        self.headers
            .iter()
            .find_map(|header| header.strip_prefix("DEK-Info:"))?
            .trim()
            .split_once(',')
    }
}

fn pem_of(label: &str, der: &[u8]) -> String {
    wrapped(label, &STANDARD.encode(der))
}

fn wrapped(label: &str, base64: &str) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = base64;
    while let Some((line, after)) = rest.split_at_checked(64) {
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    if !rest.is_empty() {
        text.push_str(rest);
        text.push('\n');
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

/// Undoes OpenSSL's old PEM encryption: MD5 of passphrase and salt as the key, CBC as the mode.
fn opened(
    (name, vector): (&str, &str),
    sealed: &[u8],
    passphrase: &str,
) -> Result<Vec<u8>, KeyError> {
    let (uri, length) = match name.trim() {
        "AES-128-CBC" => (algorithm::AES128_CBC, 16),
        "AES-192-CBC" => (algorithm::AES192_CBC, 24),
        "AES-256-CBC" => (algorithm::AES256_CBC, 32),
        "DES-EDE3-CBC" => (algorithm::TRIPLEDES_CBC, 24),
        other => {
            return Err(KeyError::Unusable(format!(
                "it is encrypted with {other}, which is not read here"
            )));
        }
    };
    let vector = bytes_of(vector.trim())
        .ok_or_else(|| KeyError::Unusable("its DEK-Info is damaged".to_owned()))?;
    let salt =
        vector.get(..8).ok_or_else(|| KeyError::Unusable("its DEK-Info is damaged".to_owned()))?;
    let mut key: Vec<u8> = Vec::new();
    let mut last: Vec<u8> = Vec::new();
    while key.len() < length {
        let round = [last.as_slice(), passphrase.as_bytes(), salt].concat();
        last = digest::digest(algorithm::MD5, &round)
            .map_err(|error| KeyError::Unusable(error.to_string()))?;
        key.extend_from_slice(&last);
    }
    key.truncate(length);
    // The cipher of XML Encryption has the vector in front and pads compatibly.
    let with_vector = [vector.as_slice(), sealed].concat();
    cipher::from_uri(uri)
        .and_then(|cipher| cipher.decrypt(&key, &with_vector))
        .map_err(|_| KeyError::WrongPassphrase)
}

fn bytes_of(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hexadecimal
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    Some(pairs.map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | digit)).collect())
}

/// Wraps an EC key in SEC 1 (RFC 5915) as PKCS#8 (RFC 5958), which names the curve outside the key.
fn pkcs8_of_sec1(sec1: &[u8]) -> Result<Vec<u8>, KeyError> {
    const VERSION: &[u8] = &[0x02, 0x01, 0x00];
    const EC_PUBLIC_KEY: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const CURVES: &[&[u8]] = &[
        &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22],
        &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23],
    ];
    let curve = CURVES
        .iter()
        .find(|curve| sec1.windows(curve.len()).any(|window| window == **curve))
        .ok_or_else(|| {
            KeyError::Unusable("its curve is none of P-256, P-384 and P-521".to_owned())
        })?;
    let algorithm = der(0x30, &[EC_PUBLIC_KEY, curve].concat());
    Ok(der(0x30, &[VERSION, &algorithm, &der(0x04, sec1)].concat()))
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(length) if length < 0x80 => out.push(length),
        Ok(length) => out.extend([0x81, length]),
        Err(_) => {
            let [.., high, low] = content.len().to_be_bytes();
            out.extend([0x82, high, low]);
        }
    }
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::support::fixture;
    use super::*;
    use crate::certificate;
    use diag_sdk::Place;
    use proptest::prelude::*;

    fn spki(name: &str) -> String {
        certificate::read(&fixture(&format!("keys/{name}.crt")), Place::default()).spki_sha256
    }

    #[test]
    fn every_wrapping_gives_the_same_key() {
        for (file, passphrase, certificate) in [
            ("sp.key", None, "sp"),
            ("sp.pkcs1.key", None, "sp"),
            ("sp.locked.key", Some("open sesame"), "sp"),
            ("sp.locked-pkcs1.key", Some("open sesame"), "sp"),
            ("weak.key", None, "weak"),
            ("ec256.key", None, "ec256"),
            ("ec256.sec1.key", None, "ec256"),
            ("ec384.key", None, "ec384"),
            ("ec521.key", None, "ec521"),
        ] {
            let key = load_key(&fixture(&format!("keys/{file}")), passphrase)
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            assert_eq!(key.spki_sha256(), spki(certificate), "{file}");
        }
        let beside = format!(
            "Bag Attributes\r\n{}{}",
            fixture("keys/sp.crt"),
            fixture("keys/sp.key").replace('\n', "\r\n")
        );
        assert_eq!(load_key(&beside, None).unwrap().spki_sha256(), spki("sp"));
    }

    #[test]
    fn what_cannot_be_loaded_says_why() {
        let error = |text: &str, passphrase| load_key(text, passphrase).unwrap_err();
        for locked in ["keys/sp.locked.key", "keys/sp.locked-pkcs1.key"] {
            assert_eq!(error(&fixture(locked), None), KeyError::NeedsPassphrase);
            assert_eq!(error(&fixture(locked), Some("wrong")), KeyError::WrongPassphrase);
        }
        assert_eq!(
            error(&fixture("keys/sp.crt"), None),
            KeyError::NotAKey("the file holds a certificate".into())
        );
        assert_eq!(error("hello", None), KeyError::NotAKey("the file has no PEM block".into()));
        assert!(matches!(
            error("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", None),
            KeyError::Unusable(_)
        ));
        assert!(matches!(
            error("-----BEGIN PRIVATE KEY-----\n%\n-----END PRIVATE KEY-----", None),
            KeyError::Unusable(_)
        ));
    }

    #[test]
    fn a_key_never_prints() {
        let key = load_key(&fixture("keys/sp.key"), None).unwrap();
        assert_eq!(
            format!("{key:?}"),
            format!("PrivateKey {{ spki_sha256: {:?}, .. }}", spki("sp"))
        );
    }

    proptest! {
        #![proptest_config(crate::seeds::fixed(256))]

        #[test]
        fn nothing_makes_it_panic(text in "(-----BEGIN |EC |RSA |ENCRYPTED |PRIVATE KEY|-----\n|-----END |DEK-Info: AES-128-CBC,|[0-9A-F]{16}|\n|MII[A-Za-z0-9+/=]{0,40}|\\PC{0,9}){0,10}") {
            let _ = load_key(&text, None);
            let _ = load_key(&text, Some("x"));
        }
    }
}
