//! `keyCredentials`: certificates of a registration. Private keys in them are never touched.

use super::super::json::Node;
use crate::certificate;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::registration::Credential;
use jiff::Timestamp;
use std::fmt::Write as _;

/// One entry.
pub(super) fn read(node: &Node<'_>) -> Credential {
    let certificate = public_certificate(node);
    let text =
        |names: &[&str]| names.iter().find_map(|name| node.filled(name)).map(|text| text.value);
    let time = |names: &[&str]| text(names).and_then(|text| text.parse::<Timestamp>().ok());
    Credential {
        key_id: text(&["keyId"]).unwrap_or_default(),
        usage: text(&["usage"]).unwrap_or_default(),
        kind: text(&["type"]).unwrap_or_default(),
        sha1: certificate
            .as_ref()
            .map(|certificate| certificate.sha1.clone())
            .or_else(|| text(&["thumbprint"]).and_then(|text| hexadecimal(&text)))
            .or_else(|| text(&["customKeyIdentifier"]).and_then(|text| thumbprint(&text))),
        start: time(&["startDateTime", "startDate"]),
        end: time(&["endDateTime", "endDate"]),
        name: text(&["displayName"]),
        certificate,
        place: node.place(),
    }
}

/// The certificate, where the entry holds one. `X509CertAndPassword` is a private key with its
/// password and is left alone.
fn public_certificate(node: &Node<'_>) -> Option<Certificate> {
    let holds_private_key =
        node.text("type").is_none_or(|kind| kind.value.eq_ignore_ascii_case("X509CertAndPassword"));
    let signs = node.text("usage").is_some_and(|usage| usage.value.eq_ignore_ascii_case("Sign"));
    if holds_private_key || signs {
        return None;
    }
    let key = ["key", "value"].into_iter().find_map(|name| node.filled(name))?;
    let certificate = certificate::read(&key.value, key.place);
    certificate.usable().then_some(certificate)
}

/// `customKeyIdentifier` is the SHA-1 thumbprint: base64 of its 20 bytes, or its hexadecimal text.
/// Where somebody set it by hand it may be anything of another length, which tells nothing.
fn thumbprint(text: &str) -> Option<String> {
    hexadecimal(text).or_else(|| {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        match bytes.len() {
            20 => Some(bytes.iter().fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02X}");
                text
            })),
            40 => hexadecimal(std::str::from_utf8(&bytes).ok()?),
            _ => None,
        }
    })
}

fn hexadecimal(text: &str) -> Option<String> {
    let text: String =
        text.chars().filter(|character| !character.is_whitespace() && *character != ':').collect();
    (text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::thumbprint;

    #[test]
    fn thumbprints_come_in_two_spellings() {
        let hex = "A7D3C4626B8A84FDA868CCC67D274D402FFD0A10";
        assert_eq!(thumbprint("p9PEYmuKhP2oaMzGfSdNQC/9ChA=").as_deref(), Some(hex));
        assert_eq!(thumbprint(&hex.to_lowercase()).as_deref(), Some(hex));
        assert_eq!(thumbprint("lY85bR8r6yWTW6jnciNEONwlVhDyiQjdVLgPDnkI5mA="), None);
        assert_eq!(thumbprint("not base64!"), None);
    }
}
