//! Text of exports out of their bytes.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// The text without its byte order mark. UTF-16 is what PowerShell's `>` writes; what is not
/// Unicode came from a Windows console and is read as Windows-1252.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let utf16 = match *bytes {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        [first, 0, second, 0, ..] if first != 0 && second != 0 => Some(UTF_16LE),
        [0, first, 0, second, ..] if first != 0 && second != 0 => Some(UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = utf16 {
        return encoding.decode_with_bom_removal(bytes).0;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_or_else(|_| WINDOWS_1252.decode_without_bom_handling(bytes).0, Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn marks_and_utf16_are_undone() {
        let utf16: Vec<u8> = "{\"é\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&utf16), "{\"é\":1}");
        assert_eq!(decode(&[&[0xff, 0xfe], utf16.as_slice()].concat()), "{\"é\":1}");
        assert_eq!(decode(b"\xef\xbb\xbf{}"), "{}");
        assert_eq!(decode(b"gew\xfcnscht"), "gewünscht");
        assert_eq!(decode(b""), "");
    }
}
