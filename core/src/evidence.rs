//! What intake hands to decoding: exchanges and documents as they stand in the files.
//!
//! Unlike the Case, evidence still holds raw values (bodies, cookies, message parameters), so it
//! never leaves core: it is turned into facts, and what could be secret is sealed on the way.

use crate::bounds;
use diag_sdk::Place;
use diag_sdk::case::input::{Crossed, HeldBy, Input, InputKind};
use jiff::Timestamp;

/// Everything that was read from the files handed in.
#[derive(Debug, Default)]
pub struct Evidence {
    /// One per file, in the order given.
    pub inputs: Vec<Input>,
    /// Exchanges of all captures, in file order.
    pub exchanges: Vec<RawExchange>,
    /// Documents other than captures.
    pub documents: Vec<Document>,
    /// What exporters removed, by the files they wrote.
    pub removed: Vec<Removed>,
    /// Records that came with copies whose values were taken out, as JSON.
    pub records: Vec<String>,
    /// Bounds that were crossed.
    pub crossed: Vec<Crossed>,
}

/// Something that an exporter left out of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Id of the input.
    pub input: String,
    /// `cookies`, `bodies`, `post-data`, `headers`; what tools put marks in place of: `cookie-values`.
    pub what: &'static str,
}

impl Evidence {
    /// What exporters removed, each once.
    pub fn removed_by_exporter(&self) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for removed in &self.removed {
            if !words.iter().any(|known| known == removed.what) {
                words.push(removed.what.to_owned());
            }
        }
        words
    }

    /// Records that a bound was crossed, once for each input.
    pub(crate) fn cross(&mut self, word: &str, most: u64, input: Option<&str>) {
        if !self.crossed.iter().any(|known| known.bound == word && known.input.as_deref() == input)
        {
            self.crossed.push(bounds::crossed(word, most, input));
        }
    }
}

/// A document that is no capture, decoded to text.
#[derive(Debug, Default, Clone)]
pub struct Document {
    /// Id of the input it came from.
    pub input: String,
    /// What it is.
    pub kind: InputKind,
    /// Whose copy it is (`--sp-has`, `--idp-has`).
    pub held_by: HeldBy,
    /// Its bytes as given; XML readers detect the encoding themselves.
    pub bytes: Vec<u8>,
}

/// One request and its answer, as the capture has it.
#[derive(Debug, Default, Clone)]
pub struct RawExchange {
    /// Input, entry, line and column of the entry in the file, and the pointer `/log/entries/N`.
    pub place: Place,
    /// When the browser sent it.
    pub started: Option<Timestamp>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<f64>,
    /// Method, upper case.
    pub method: String,
    /// URL exactly as captured: signatures of the Redirect binding cover its octets.
    pub url: String,
    /// Request headers in order, names lower-cased, HTTP/2 pseudo-headers left out.
    pub request_headers: Vec<(String, String)>,
    /// Request body as text, where captured.
    pub request_body: Option<String>,
    /// Form fields of the request body, percent-decoded once, from `params` or the body's text.
    pub form: Vec<FormField>,
    /// Content type of the request body.
    pub request_mime: Option<String>,
    /// Size of the request body in bytes.
    pub request_bytes: Option<u64>,
    /// Cookies sent; `None` where the capture does not show them.
    pub cookies: Option<Vec<(String, String)>>,
    /// Status; 0 where the browser got no answer.
    pub status: u16,
    /// Status text.
    pub status_text: String,
    /// Response headers in order, names lower-cased. Several `Set-Cookie` are several entries
    /// (Firefox and others join them with line breaks: they are split).
    pub response_headers: Vec<(String, String)>,
    /// `redirectURL` or the `Location` header, as captured.
    pub location: Option<String>,
    /// Content type of the answer.
    pub response_mime: Option<String>,
    /// Body of the answer as text, where captured, textual and of use to us.
    pub response_body: Option<String>,
    /// Why there was no answer.
    pub failure: Option<String>,
    /// `_resourceType` or what `Sec-Fetch-Dest` says.
    pub resource_type: Option<String>,
    /// It is a WebSocket.
    pub websocket: bool,
}

/// A field of a posted form.
#[derive(Debug, Default, Clone)]
pub struct FormField {
    /// Name.
    pub name: String,
    /// Value, percent-decoded once.
    pub value: String,
    /// Value as it stood in the body's text before decoding, where the text was captured.
    pub raw: Option<String>,
    /// JSON pointer of the value below the entry, such as `/request/postData/params/0/value`.
    pub pointer: String,
}

impl RawExchange {
    /// A request header's first value.
    pub fn request_header(&self, name: &str) -> Option<&str> {
        header(&self.request_headers, name)
    }

    /// A response header's first value.
    pub fn response_header(&self, name: &str) -> Option<&str> {
        header(&self.response_headers, name)
    }

    /// All values of a response header.
    pub fn response_headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.response_headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// A place inside this entry.
    pub fn place_at(&self, pointer: &str) -> Place {
        let mut place = self.place.clone();
        place.pointer =
            Some(format!("{}{pointer}", self.place.pointer.as_deref().unwrap_or_default()));
        place
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
