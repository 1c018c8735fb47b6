//! Bytes of an XML document to text, the way an XML processor detects its encoding.
//!
//! Products differ here (some refuse a byte order mark or UTF-16), so what the bytes really are is
//! kept as a fact beside the text.

use diag_sdk::case::input::Encoding;
use encoding_rs::{Encoding as Charset, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A document as text, and how its bytes were encoded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Source {
    /// The text, without byte order mark.
    pub text: String,
    /// How it was encoded.
    pub encoding: Encoding,
}

impl Source {
    /// Whether the bytes are neither Unicode nor what they declare, so that Windows-1252, which reads
    /// anything, was only assumed.
    pub fn is_guessed(&self) -> bool {
        self.encoding.name == WINDOWS_1252.name() && self.encoding.declared_otherwise.is_some()
    }
}

/// Decodes bytes by byte order mark, shape (UTF-16 without a mark) and XML declaration. Never
/// fails: what cannot be decoded becomes U+FFFD, and parsing reports what follows from it.
pub fn decode_text(bytes: &[u8]) -> Source {
    let (charset, mark) = match Charset::for_bom(bytes) {
        Some((charset, length)) => (Some(charset), length),
        None => (utf16_without_mark(bytes), 0),
    };
    let body = bytes.get(mark..).unwrap_or_default();
    let declared = declared_encoding(body, charset);
    let charset = charset.unwrap_or_else(|| match std::str::from_utf8(body) {
        Ok(_) => UTF_8,
        Err(error) if cut_inside_character(&error) => UTF_8,
        Err(_) => declared.as_deref().and_then(single_byte).unwrap_or(WINDOWS_1252),
    });
    let (text, _) = charset.decode_without_bom_handling(body);
    // Plain ASCII reads the same under every single-byte encoding it may declare.
    let harmless = |name: &str| charset == UTF_8 && text.is_ascii() && single_byte(name).is_some();
    let declared_otherwise = match declared {
        Some(name) if !means(&name, charset) && !harmless(&name) => Some(name),
        None if charset != UTF_8 && mark == 0 => Some("UTF-8".to_owned()),
        _ => None,
    };
    Source {
        text: text.into_owned(),
        encoding: Encoding {
            name: charset.name().to_owned(),
            bom: mark > 0,
            declared_otherwise,
            ..Encoding::default()
        },
    }
}

/// The encoding of a document of which only the beginning is at hand, told as [`decode_text`] tells it.
pub fn charset_of(head: &[u8]) -> &'static Charset {
    if let Some(charset) =
        Charset::for_bom(head).map(|(charset, _)| charset).or_else(|| utf16_without_mark(head))
    {
        return charset;
    }
    match std::str::from_utf8(head) {
        Err(error) if !cut_inside_character(&error) => {
            declared_encoding(head, None).as_deref().and_then(single_byte).unwrap_or(WINDOWS_1252)
        }
        // What is plain so far may declare what is to come.
        Ok(_) if head.is_ascii() => {
            declared_encoding(head, None).as_deref().and_then(single_byte).unwrap_or(UTF_8)
        }
        _ => UTF_8,
    }
}

/// The bytes begin as XML does.
pub fn looks_like_xml(bytes: &[u8]) -> bool {
    let head = decode_text(bytes.get(..bytes.len().min(256)).unwrap_or_default()).text;
    let mut characters = head.trim_start().chars();
    characters.next() == Some('<')
        && characters.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '?' | '!' | '_'))
}

/// `<` as a UTF-16 code unit at the start: no other encoding of XML begins so.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Charset> {
    match bytes {
        [b'<', 0, ..] => Some(UTF_16LE),
        [0, b'<', ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// A character cut off by the end of the file is a truncated UTF-8 file, not another encoding.
fn cut_inside_character(error: &std::str::Utf8Error) -> bool {
    error.error_len().is_none()
}

fn single_byte(name: &str) -> Option<&'static Charset> {
    Charset::for_label(name.as_bytes())
        .filter(|charset| *charset != UTF_8 && *charset != UTF_16LE && *charset != UTF_16BE)
}

fn means(name: &str, charset: &'static Charset) -> bool {
    let declared = Charset::for_label(name.as_bytes());
    // "UTF-16" names both byte orders; the mark decides which (XML 1.0 §4.3.3).
    declared == Some(charset)
        || (name.eq_ignore_ascii_case("utf-16") && (charset == UTF_16LE || charset == UTF_16BE))
}

/// The `encoding` of the XML declaration, where the document begins with one.
fn declared_encoding(body: &[u8], charset: Option<&'static Charset>) -> Option<String> {
    let head = body.get(..body.len().min(400)).unwrap_or_default();
    let head = charset.unwrap_or(WINDOWS_1252).decode_without_bom_handling(head).0;
    let declaration = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let name = value.get(1..)?.split(quote).next()?;
    (!name.is_empty() && name.len() <= 40).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    }

    #[test]
    fn utf8_with_and_without_mark() {
        let plain = decode_text("<a>ü</a>".as_bytes());
        assert_eq!(
            (plain.text.as_str(), plain.encoding.name.as_str(), plain.encoding.bom),
            ("<a>ü</a>", "UTF-8", false)
        );
        assert_eq!(plain.encoding.declared_otherwise, None);
        let marked = decode_text("\u{feff}<a/>".as_bytes());
        assert_eq!((marked.text.as_str(), marked.encoding.bom), ("<a/>", true));
    }

    #[test]
    fn utf16_in_both_byte_orders_with_and_without_mark() {
        for (little, name) in [(true, "UTF-16LE"), (false, "UTF-16BE")] {
            for mark in ["", "\u{feff}"] {
                let source = decode_text(&utf16(
                    &format!("{mark}<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>ü</a>"),
                    little,
                ));
                assert_eq!(source.encoding.name, name);
                assert_eq!(source.encoding.bom, !mark.is_empty());
                assert_eq!(source.encoding.declared_otherwise, None);
                assert!(source.text.ends_with("<a>ü</a>"));
            }
        }
    }

    #[test]
    fn a_declaration_that_names_another_encoding_is_reported() {
        let source = decode_text(b"<?xml version='1.0' encoding='utf-16'?><a/>");
        assert_eq!(source.encoding.name, "UTF-8");
        assert_eq!(source.encoding.declared_otherwise.as_deref(), Some("utf-16"));
        let latin = decode_text(b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xfc</a>");
        assert!(latin.text.ends_with("<a>ü</a>") && !latin.is_guessed());
        assert_eq!(latin.encoding.declared_otherwise, None);
        let undeclared = decode_text(b"<a>\xfc</a>");
        assert!(undeclared.is_guessed());
        assert_eq!(undeclared.encoding.declared_otherwise.as_deref(), Some("UTF-8"));
        let harmless = decode_text(b"<?xml version='1.0' encoding='iso-8859-1'?><a/>");
        assert_eq!(harmless.encoding.declared_otherwise, None);
    }
}
