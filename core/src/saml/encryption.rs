//! Facts of encrypted parts (xmlenc-core): algorithms, and for whom.

use super::xml::{Locator, attribute, child, is, text_of};
use crate::certificate;
use crate::mask;
use diag_sdk::case::signature::Encryption;
use diag_sdk::spec::{NS_DSIG, NS_XENC, NS_XENC11};
use roxmltree::Node;

/// What an encrypted assertion stands in (saml-core-2.0-os §2.3.4).
const ASSERTION: &str = "EncryptedAssertion";
/// What a token stands in that answers by WS-Trust (WS-Trust 1.3 §4.4.2); encrypted, it is its `EncryptedData` alone.
const TOKEN: &str = "RequestedSecurityToken";

/// Reads all encrypted parts of a message.
pub(super) fn read_all(root: Node<'_, '_>, locator: &Locator<'_>) -> Vec<Encryption> {
    const NAMES: &[&str] =
        &[ASSERTION, "EncryptedID", "EncryptedAttribute", "NewEncryptedID", TOKEN];
    root.descendants()
        .filter(|node| {
            node.is_element()
                && NAMES.contains(&node.tag_name().name())
                && child(*node, NS_XENC, "EncryptedData").is_some()
        })
        .map(|node| read(node, locator))
        .collect()
}

fn read(node: Node<'_, '_>, locator: &Locator<'_>) -> Encryption {
    let data = child(node, NS_XENC, "EncryptedData");
    // The key stands inside the data's KeyInfo or beside the data (saml-core-2.0-os errata E43).
    let key = node.descendants().find(|inner| is(*inner, NS_XENC, "EncryptedKey"));
    let recipient = node
        .descendants()
        .filter(|inner| is(*inner, NS_DSIG, "X509Certificate"))
        .find(|inner| inner.ancestors().any(|outer| is(outer, NS_XENC, "EncryptedKey")));
    let method = key.and_then(|key| child(key, NS_XENC, "EncryptionMethod"));
    let named = |namespace: &str, name: &str| {
        method
            .and_then(|method| child(method, namespace, name))
            .and_then(|found| attribute(found, "Algorithm"))
            .map(str::to_owned)
    };
    Encryption {
        place: locator.element(node),
        // A token is an assertion, whatever it is handed over in.
        element: if node.tag_name().name() == TOKEN { ASSERTION } else { node.tag_name().name() }
            .to_owned(),
        content_algorithm: data.and_then(algorithm).unwrap_or_default(),
        key_algorithm: key.and_then(algorithm),
        recipient: recipient.map(|found| certificate::read(&text_of(found), locator.text(found))),
        decrypted: false,
        not_decrypted: None,
        key_digest: named(NS_DSIG, "DigestMethod"),
        key_mask: named(NS_XENC11, "MGF"),
        withheld: data.is_some_and(|data| {
            let values = data.descendants().filter(|inner| is(*inner, NS_XENC, "CipherValue"));
            values
                .map(text_of)
                .any(|value| mask::is_mark(&value.split_ascii_whitespace().collect::<String>()))
        }),
        recorded: None,
    }
}

fn algorithm(node: Node<'_, '_>) -> Option<String> {
    child(node, NS_XENC, "EncryptionMethod")
        .and_then(|method| attribute(method, "Algorithm"))
        .map(str::to_owned)
}
