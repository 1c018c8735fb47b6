//! What every encrypted element has (xmlenc-core1 §3): the algorithm it names, and its octets.

use super::tree::{attribute, child, text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra::core::ns;
use bergshamra::xml::{Document, NodeId};

/// Algorithm that an encrypted element names.
pub(super) fn algorithm_of(document: &Document<'_>, node: NodeId) -> Option<String> {
    let method = child(document, node, ns::ENC, "EncryptionMethod")?;
    attribute(document, method, "Algorithm").map(|uri| uri.chars().take(80).collect())
}

/// Its octets, where it carries them itself.
pub(super) fn cipher_value(document: &Document<'_>, node: NodeId) -> Result<Vec<u8>, String> {
    let value = child(document, node, ns::ENC, "CipherData")
        .and_then(|data| child(document, data, ns::ENC, "CipherValue"));
    let value = value.ok_or("it has no CipherValue of its own")?;
    STANDARD
        .decode(compact(&text(document, value)))
        .map_err(|error| format!("its CipherValue is not base64: {error}"))
}

/// Text without white space, as base64 stands in XML.
pub(super) fn compact(text: &str) -> String {
    text.split_ascii_whitespace().collect()
}
