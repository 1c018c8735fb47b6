//! Text out of bytes: byte order marks, UTF-16, and single-byte text from Windows consoles.

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;
use std::io::{self, Read};

/// UTF-16, by its byte order mark or by the zero bytes between ASCII characters.
pub(super) fn utf16(prefix: &[u8]) -> Option<&'static Encoding> {
    match *prefix {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        [first, 0, second, 0, ..] if first != 0 && second != 0 => Some(UTF_16LE),
        [0, first, 0, second, ..] if first != 0 && second != 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// A document's text, its byte order mark removed. What is not Unicode is read as Windows-1252,
/// which never fails.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    if let Some(encoding) = utf16(bytes) {
        return encoding.decode_with_bom_removal(bytes).0;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        // Mostly UTF-8 with a flaw stays UTF-8: a broken character must not turn all others into mojibake.
        Err(_) if bytes.iter().filter(|byte| **byte >= 0x80).count() > 8 && utf8_mostly(bytes) => {
            String::from_utf8_lossy(bytes)
        }
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

fn utf8_mostly(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad
}

/// A reader that turns UTF-16 into UTF-8 as it goes.
pub(super) struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    ready: Vec<u8>,
    served: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; 32 << 10],
            ready: Vec::new(),
            served: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.served = 0;
        while self.ready.is_empty() && !self.ended {
            let read = self.inner.read(&mut self.raw)?;
            self.ended = read == 0;
            let raw = self.raw.get(..read).unwrap_or_default();
            let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(read * 3 + 16);
            let mut text = String::with_capacity(room);
            let _ = self.decoder.decode_to_string(raw, &mut text, self.ended);
            self.ready = text.into_bytes();
        }
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.served >= self.ready.len() {
            self.ready.clear();
            self.refill()?;
        }
        let waiting = self.ready.get(self.served..).unwrap_or_default();
        let taken = waiting.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..taken), waiting.get(..taken)) {
            to.copy_from_slice(from);
        }
        self.served += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn utf16_is_seen_with_and_without_its_mark() {
        assert_eq!(text(&utf16le("{\"é\":1}")), "{\"é\":1}");
        assert_eq!(text(&[&[0xff, 0xfe], utf16le("{\"é\":1}").as_slice()].concat()), "{\"é\":1}");
        assert_eq!(text(b"\xef\xbb\xbf{}"), "{}");
        assert_eq!(text(b"Zertifikat g\xfcltig"), "Zertifikat gültig");
        assert_eq!(text(b"\x00\x00"), "\0\0");
    }

    #[test]
    fn transcoding_a_stream_does_not_depend_on_its_pieces() {
        struct OneByte<'a>(&'a [u8]);
        impl Read for OneByte<'_> {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let taken = self.0.len().min(1).min(out.len());
                out[..taken].copy_from_slice(&self.0[..taken]);
                self.0 = &self.0[taken..];
                Ok(taken)
            }
        }
        let original = "{\"log\":\"é中𝄞\"}";
        let bytes = utf16le(original);
        let mut out = String::new();
        Transcoder::new(OneByte(&bytes), UTF_16LE).read_to_string(&mut out).unwrap();
        assert_eq!(out, original);
    }
}
