//! Bytes to text and back. Only what comes back as the very same bytes is edited at all: then nothing
//! outside an edit can change.

use super::Refusal;
use crate::saml::xml::{Source, decode_text};
use diag_sdk::case::input::Encoding;
use encoding_rs::Encoding as Charset;

/// The document as text.
pub(super) fn read(bytes: &[u8]) -> Result<Source, Refusal> {
    let source = decode_text(bytes);
    if written(&source.text, &source.encoding).is_some_and(|again| again == bytes) {
        Ok(source)
    } else {
        Err(Refusal::Undecodable(source.encoding.name))
    }
}

/// The text as bytes of this encoding; `None` where it has no bytes for some character.
pub(super) fn written(text: &str, encoding: &Encoding) -> Option<Vec<u8>> {
    let mark = if encoding.bom { "\u{feff}" } else { "" };
    let units = || mark.encode_utf16().chain(text.encode_utf16());
    match encoding.name.as_str() {
        "UTF-8" => Some([mark, text].concat().into_bytes()),
        "UTF-16LE" => Some(units().flat_map(u16::to_le_bytes).collect()),
        "UTF-16BE" => Some(units().flat_map(u16::to_be_bytes).collect()),
        name => {
            let (bytes, _, lost) = Charset::for_label(name.as_bytes())?.encode(text);
            (!lost && !encoding.bom).then(|| bytes.into_owned())
        }
    }
}
