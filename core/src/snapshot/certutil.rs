//! Text of `certutil -store -v my`: which cryptographic provider holds the key of which certificate.
//!
//! The program writes in the language of Windows, so certificates are found by what stays the same
//! in all of them: the rows of equal signs, `sha1`, and the names of properties.

use crate::bounds::Gauge;
use diag_sdk::case::sp_configuration::KeyStore;
use diag_sdk::{Place, Sited};

/// How the languages of Windows name the provider, the subject and the certificate's hash.
const PROVIDER: &[&str] =
    &["provider", "anbieter", "fournisseur", "proveedor", "provedor", "leverantör"];
const SUBJECT: &[&str] = &[
    "subject",
    "antragsteller",
    "objet",
    "asunto",
    "sujeto",
    "requerente",
    "soggetto",
    "onderwerp",
    "ämne",
];

/// The certificates of the text.
pub(crate) fn read(input: &str, text: &str, most: &Gauge) -> Vec<KeyStore> {
    let mut stores: Vec<KeyStore> = Vec::new();
    let mut pending: Option<Pending> = None;
    for (index, line) in text.lines().enumerate() {
        let place = |value: &str| place(input, index, line, value);
        let trimmed = line.trim();
        if trimmed.starts_with("====") {
            if !most.allows(stores.len()) {
                break;
            }
            stores.push(KeyStore { place: place(trimmed), ..KeyStore::default() });
            pending = None;
            continue;
        }
        let Some(store) = stores.last_mut() else { continue };
        match pending.take() {
            Some(Pending::Subject) if !trimmed.is_empty() => {
                store.subject.get_or_insert_with(|| trimmed.to_owned());
                continue;
            }
            Some(Pending::Sha1) => {
                if let Some(hash) = hash(trimmed) {
                    store.sha1 = hash;
                    continue;
                }
            }
            _ => {}
        }
        let lower = trimmed.to_lowercase();
        if lower.starts_with("cert_sha1_hash_prop_id") {
            pending = Some(Pending::Sha1);
        } else if let Some((name, value)) = trimmed
            .split_once(['=', ':'])
            .map(|(name, value)| (name.trim().to_lowercase(), value.trim()))
        {
            if PROVIDER.contains(&name.as_str()) && trimmed.contains('=') {
                store.provider.get_or_insert_with(|| Sited::new(value.to_owned(), place(value)));
            } else if SUBJECT.contains(&name.as_str()) && store.subject.is_none() {
                if value.is_empty() {
                    pending = Some(Pending::Subject);
                } else {
                    store.subject = Some(value.to_owned());
                }
            } else if name.ends_with("(sha1)")
                && !name.contains("key")
                && !name.contains("id ")
                && store.sha1.is_empty()
            {
                store.sha1 = hash(value).unwrap_or_default();
            }
        }
        if let Some(holds) = private_key(&lower) {
            store.private_key = Some(holds);
        }
    }
    stores.retain(|store| !store.sha1.is_empty() || store.provider.is_some());
    for store in &mut stores {
        // A provider is named only for a key that the store links to.
        if store.private_key.is_none() && store.provider.is_some() {
            store.private_key = Some(true);
        }
    }
    stores
}

enum Pending {
    Subject,
    Sha1,
}

fn place(input: &str, index: usize, line: &str, value: &str) -> Place {
    let column = line
        .find(value)
        .map_or(1, |at| line.get(..at).map_or(0, |before| before.chars().count()) + 1);
    Place {
        input: input.to_owned(),
        line: u32::try_from(index + 1).ok(),
        column: u32::try_from(column).ok(),
        length: u32::try_from(value.chars().count()).ok(),
        ..Place::default()
    }
}

/// Forty hexadecimal digits, with or without blanks between them.
fn hash(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    (digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| digits.to_ascii_uppercase())
}

fn private_key(lower: &str) -> Option<bool> {
    const HOLDS: &[&str] = &["private key is", "signature test passed", "encryption test passed"];
    const LACKS: &[&str] = &[
        "missing stored keyset",
        "no key provider information",
        "cannot find the certificate and private key",
    ];
    if LACKS.iter().any(|text| lower.contains(text)) {
        Some(false)
    } else {
        HOLDS.iter().any(|text| lower.contains(text)).then_some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_verbose_listings_are_read() {
        let text = "my \"Personal\"\r\n================ Certificate 0 ================\r\nSerial Number: 01\r\nSubject: CN=sense.example\r\n  \
                    Key Id Hash(sha1): 1111111111111111111111111111111111111111\r\nCert Hash(sha1): aa bb cc dd ee ff 00 11 22 33 44 55 66 77 88 99 aa bb cc dd\r\n  \
                    Key Container = le-key\r\n  Provider = Microsoft Strong Cryptographic Provider\r\n  ProviderType = 1\r\nPrivate key is NOT exportable\r\n\
                    ================ Certificate 1 ================\r\nAntragsteller:\r\n    CN=other\r\n  CERT_SHA1_HASH_PROP_ID(3):\r\n    \
                    00112233445566778899aabbccddeeff00112233\r\n  Anbieter = Microsoft Enhanced RSA and AES Cryptographic Provider\r\nMissing stored keyset\r\n";
        let all = Gauge::new(2);
        let stores = read("i1", text, &all);
        assert!(!all.crossed());
        assert_eq!(stores.len(), 2);
        assert_eq!(stores[0].sha1, "AABBCCDDEEFF00112233445566778899AABBCCDD");
        assert_eq!(stores[0].subject.as_deref(), Some("CN=sense.example"));
        assert_eq!(stores[0].private_key, Some(true));
        let provider = stores[0].provider.as_ref().unwrap();
        assert_eq!(provider.value, "Microsoft Strong Cryptographic Provider");
        assert_eq!((provider.place.line, provider.place.column), (Some(8), Some(14)));
        assert_eq!(stores[1].sha1, "00112233445566778899AABBCCDDEEFF00112233");
        assert_eq!(stores[1].subject.as_deref(), Some("CN=other"));
        assert_eq!(stores[1].private_key, Some(false));
    }

    #[test]
    fn other_text_gives_nothing() {
        let all = Gauge::new(9);
        assert!(read("i1", "hello\n====\nnothing: here", &all).is_empty());
        assert!(read("i1", "", &all).is_empty());
    }
}
