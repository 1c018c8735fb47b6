//! Decrypts what was encrypted for the service provider (saml-core-2.0-os §2.3.4, xmlenc-core).
//!
//! The library's parts are used, not its `decrypt`: that one rewrites empty elements in the text it
//! returns, finds only the first encrypted part of a document, and follows references to other
//! parts of it.

use super::cipher_data::{algorithm_of, cipher_value};
use super::content_key::content_key;
use super::private_key::PrivateKey;
use super::tree::{attribute, child, children, is, parsed};
use bergshamra::core::ns;
use bergshamra::crypto::cipher;
use bergshamra::xml::{Document, NodeId};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Elements of SAML, and of WS-Trust around it, that carry encrypted content.
const CARRIERS: &[&str] = &[
    "EncryptedAssertion",
    "EncryptedID",
    "NewEncryptedID",
    "EncryptedAttribute",
    "RequestedSecurityToken",
];
/// Most encrypted parts of a document, encrypted keys of a part, and levels of nesting.
const MOST_PARTS: usize = 50;
const MOST_KEYS: usize = 20;
const DEEPEST: usize = 4;

/// An encrypted part of a document.
#[derive(Clone)]
pub struct Decrypted {
    /// Where the carrier (`EncryptedAssertion`, …) stands in the text it was found in, in bytes.
    pub range: Range<usize>,
    /// Local name of the carrier.
    pub carrier: String,
    /// The element that was encrypted, as XML that stands alone; or why it could not be decrypted.
    pub text: Result<String, String>,
    /// Encrypted parts within it.
    pub nested: Vec<Decrypted>,
}

impl std::fmt::Debug for Decrypted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.text.as_ref().map(|text| format!("({} bytes)", text.len()));
        formatter
            .debug_struct("Decrypted")
            .field("range", &self.range)
            .field("carrier", &self.carrier)
            .field("text", &text)
            .field("nested", &self.nested)
            .finish()
    }
}

/// Decrypts every encrypted part of a message, and those nested in them.
pub fn decrypt_assertions(xml: &str, key: &PrivateKey) -> Vec<Decrypted> {
    decrypt_nested(xml, key, 0)
}

fn decrypt_nested(xml: &str, key: &PrivateKey, depth: usize) -> Vec<Decrypted> {
    let found = catch_unwind(AssertUnwindSafe(|| {
        let Ok(document) = parsed(xml) else { return Vec::new() };
        let mut found = Vec::new();
        for carrier in document.descendants(document.root()) {
            let Some(element) = document.element(carrier) else { continue };
            let name = element.name.local_name.to_string();
            if !CARRIERS.contains(&name.as_str()) || found.len() >= MOST_PARTS {
                continue;
            }
            let Some(data) = child(&document, carrier, ns::ENC, "EncryptedData") else { continue };
            let range = document.node_range(carrier).unwrap_or_default();
            found.push(Decrypted {
                range,
                carrier: name,
                text: decrypt_part(&document, carrier, data, key),
                nested: Vec::new(),
            });
        }
        found
    }));
    let mut found = found.unwrap_or_default();
    if depth < DEEPEST {
        for part in &mut found {
            if let Ok(text) = &part.text {
                part.nested = decrypt_nested(text, key, depth + 1);
            }
        }
    }
    found
}

fn decrypt_part(
    document: &Document<'_>,
    carrier: NodeId,
    data: NodeId,
    key: &PrivateKey,
) -> Result<String, String> {
    let method = algorithm_of(document, data).ok_or("its EncryptedData names no algorithm")?;
    let cipher = cipher::from_uri(&method)
        .map_err(|_| format!("its content algorithm {method} is not one of those read here"))?;
    let octets = cipher_value(document, data)?;
    let keys = encrypted_keys(document, carrier, data);
    if keys.is_empty() {
        return Err("it carries no EncryptedKey".to_owned());
    }
    let mut reason = String::new();
    for encrypted in keys {
        match content_key(document, encrypted, key) {
            Ok(secret) => {
                // Some senders transport a longer key than the cipher needs.
                let secret = secret.get(..cipher.key_size()).unwrap_or(&secret);
                match cipher.decrypt(secret, &octets) {
                    Ok(plain) => return plain_xml(document, data, plain),
                    Err(_) => {
                        "the key opens its EncryptedKey, but the content does not decrypt with what is in there".clone_into(&mut reason);
                    }
                }
            }
            Err(error) if reason.is_empty() => reason = error,
            Err(_) => {}
        }
    }
    Err(reason)
}

/// The keys of a part: in its own `KeyInfo`, referred to from there, or beside it (errata E43).
fn encrypted_keys(document: &Document<'_>, carrier: NodeId, data: NodeId) -> Vec<NodeId> {
    let mut keys: Vec<NodeId> = Vec::new();
    if let Some(info) = child(document, data, ns::DSIG, "KeyInfo") {
        keys.extend(children(document, info, ns::ENC, "EncryptedKey"));
        for retrieval in children(document, info, ns::DSIG, "RetrievalMethod") {
            let Some(id) =
                attribute(document, retrieval, "URI").and_then(|uri| uri.strip_prefix('#'))
            else {
                continue;
            };
            keys.extend(document.descendants(carrier).into_iter().filter(|node| {
                is(document, *node, ns::ENC, "EncryptedKey")
                    && attribute(document, *node, "Id") == Some(id)
            }));
        }
    }
    keys.extend(children(document, carrier, ns::ENC, "EncryptedKey"));
    let mut distinct: Vec<NodeId> = Vec::new();
    for key in keys {
        if !distinct.contains(&key) && distinct.len() < MOST_KEYS {
            distinct.push(key);
        }
    }
    distinct
}

/// The decrypted element as a document of its own. Where it uses namespaces declared around the
/// encrypted part, those declarations are added to it.
fn plain_xml(document: &Document<'_>, data: NodeId, plain: Vec<u8>) -> Result<String, String> {
    let plain = String::from_utf8(plain).map_err(|_| "it decrypts, but not to text".to_owned())?;
    let trimmed = plain.trim();
    if parsed(trimmed).is_ok() {
        return Ok(trimmed.to_owned());
    }
    let mut declarations: BTreeMap<String, String> = BTreeMap::new();
    for node in std::iter::once(data).chain(document.ancestors(data)) {
        for (prefix, uri) in
            document.element(node).iter().flat_map(|element| &element.namespace_declarations)
        {
            declarations.entry(prefix.to_string()).or_insert_with(|| uri.to_string());
        }
    }
    let name = trimmed
        .find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/'))
        .filter(|_| trimmed.starts_with('<'));
    let Some((opening, rest)) = name.and_then(|end| trimmed.split_at_checked(end)) else {
        return Err("it decrypts, but not to XML".to_owned());
    };
    let tag = rest.split('>').next().unwrap_or_default();
    let mut whole = opening.to_owned();
    for (prefix, uri) in declarations {
        let attribute =
            if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        if !tag.contains(&format!("{attribute}=")) {
            let _ = write!(
                whole,
                " {attribute}=\"{}\"",
                uri.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
            );
        }
    }
    whole.push_str(rest);
    match parsed(&whole) {
        Ok(_) => Ok(whole),
        Err(error) => Err(format!("it decrypts, but not to XML: {error}")),
    }
}
