//! Captures as people hand them in: the sign-in of an example, with the rest of an hour in a browser in its middle.

use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// What the rest of the hour is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Scripts, pictures, data and a few pages, as a session has them.
    Session,
    /// Scripts and pictures of 5 to 300 kB.
    Furniture,
    /// Data of an application with 22 headers each way and 15 cookies.
    Headers,
    /// Pages of 20 to 200 kB.
    Pages,
}

impl Shape {
    pub(crate) const ALL: &[Self] = &[Self::Session, Self::Furniture, Self::Headers, Self::Pages];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Furniture => "furniture",
            Self::Headers => "headers",
            Self::Pages => "pages",
        }
    }

    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Session => "an hour at work",
            Self::Furniture => "scripts and pictures",
            Self::Headers => "data with 22 headers and 15 cookies",
            Self::Pages => "HTML pages",
        }
    }
}

/// Different entries; further ones repeat them.
const DIFFERENT: usize = 128;

/// Writes a capture of about so many bytes.
pub(crate) fn write(to: &Path, shape: Shape, size: u64) -> std::io::Result<()> {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/healthy/capture.har");
    let example: Value = serde_json::from_slice(&std::fs::read(example)?)?;
    let mut sign_in = example["log"]["entries"].as_array().cloned().unwrap_or_default();
    sign_in.iter_mut().for_each(list_parameters);
    let started = sign_in.first().map(|entry| entry["startedDateTime"].clone()).unwrap_or_default();
    let mut noise = Noise::new();
    let pool: Vec<String> =
        (0..DIFFERENT).map(|number| noise.entry(shape, number, &started).to_string()).collect();
    let mut out = BufWriter::new(File::create(to)?);
    let (before, after) = sign_in.split_at(sign_in.len() / 2);
    write!(
        out,
        r#"{{"log":{{"version":"1.2","creator":{},"pages":[],"entries":["#,
        example["log"]["creator"]
    )?;
    for entry in before {
        writeln!(out, "{entry},")?;
    }
    let mut written = 0;
    while written < size {
        let entry = &pool[noise.below(pool.len())];
        written += entry.len() as u64;
        writeln!(out, "{entry},")?;
    }
    for (index, entry) in after.iter().enumerate() {
        write!(out, "{}{entry}", if index == 0 { "" } else { ",\n" })?;
    }
    write!(out, "]}}}}")?;
    out.flush()
}

/// Lists what was posted beside its text, as browsers do: there is who reads nothing else.
fn list_parameters(entry: &mut Value) {
    let Some(post) = entry.pointer_mut("/request/postData") else { return };
    let text = post["text"].as_str().unwrap_or_default().to_owned();
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    post["params"] = pairs.map(|(name, value)| json!({"name": name, "value": value})).collect();
}

/// A small generator, so that every run reads the same.
struct Noise {
    state: u64,
    script: String,
    picture: String,
    page: String,
}

impl Noise {
    fn new() -> Self {
        let mut noise =
            Self { state: 7, script: String::new(), picture: String::new(), page: String::new() };
        let scripts = [
            "function a(b){return b+\"x\\n\"};",
            "var q=/\\d+\\/\\w/g;\n",
            "const t=`${e}`;\t// note\n",
            "if(n&&n.length>0){for(var r=0;r<n.length;r++)o.push(n[r])}\n",
            "href=\"/help\"\n",
        ];
        let pages = [
            "<p class=\"lead small\">A line of text with an é in it</p>\n",
            "<li><a href=\"/x/y?z=1&amp;q=2\">Another page</a></li>\n",
            "<script>var a=\"b\";</script>\n",
            "<tr><td>4711</td><td>done</td><td>2026-11-24</td></tr>\n",
        ];
        noise.script = (0..20_000).map(|_| scripts[noise.below(scripts.len())]).collect();
        noise.page = (0..8_000).map(|_| pages[noise.below(pages.len())]).collect();
        noise.picture = noise.token(400_000);
        noise
    }

    fn below(&mut self, bound: usize) -> usize {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % bound
    }

    fn token(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        (0..length).map(|_| char::from(LETTERS[self.below(LETTERS.len())])).collect()
    }

    fn headers(&mut self, count: usize) -> Vec<Value> {
        let header = |number: usize| {
            let length = [8, 16, 24, 56][self.below(4)];
            json!({"name": format!("x-h-{number}"), "value": self.token(length)})
        };
        (0..count).map(header).collect()
    }

    fn entry(&mut self, shape: Shape, number: usize, started: &Value) -> Value {
        let sort = match shape {
            Shape::Session => self.below(20),
            Shape::Furniture => self.below(16),
            Shape::Headers => 18,
            Shape::Pages => 19,
        };
        let length = [5_000, 20_000, 80_000, 300_000][self.below(4)];
        let cut = |text: &str| {
            let start = number * 997 % (text.len() / 2);
            let start = (start..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let end = (start + length).min(text.len());
            let end = (start..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(start);
            text[start..end].to_owned()
        };
        let (kind, mime, body, headers) = match sort {
            0..9 => ("script", "application/javascript", cut(&self.script), 14),
            9..16 => ("image", "image/png", cut(&self.picture), 14),
            16..19 => {
                let rows: Vec<Value> = (0..[2, 20, 100][self.below(3)])
                    .map(|row| json!({"id": row, "name": "a row"}))
                    .collect();
                ("xhr", "application/json", Value::from(rows).to_string(), 22)
            }
            _ => ("document", "text/html; charset=utf-8", cut(&self.page), 14),
        };
        let mut sent = self.headers(headers);
        let mut cookies = Vec::new();
        if kind == "xhr" {
            cookies = (0..15)
                .map(|cookie| json!({"name": format!("ck{cookie}"), "value": self.token(28)}))
                .collect();
            let pairs: Vec<String> = cookies
                .iter()
                .map(|cookie: &Value| {
                    let text = |key: &str| cookie[key].as_str().unwrap_or_default().to_owned();
                    format!("{}={}", text("name"), text("value"))
                })
                .collect();
            sent.push(json!({"name": "cookie", "value": pairs.join("; ")}));
        }
        let encoding = if kind == "image" { Some("base64") } else { None };
        json!({
            "_initiator": {"type": "script"}, "_priority": "High", "_resourceType": kind, "cache": {},
            "connection": number.to_string(), "startedDateTime": started, "time": 12.345,
            "request": {
                "method": "GET", "url": format!("https://host{}.example/static/{number}?v=1", number % 17),
                "httpVersion": "http/2.0", "headers": sent, "queryString": [], "cookies": cookies,
                "headersSize": -1, "bodySize": 0
            },
            "response": {
                "status": 200, "statusText": "", "httpVersion": "http/2.0", "headers": self.headers(headers),
                "cookies": [], "redirectURL": "", "headersSize": -1, "bodySize": -1,
                "content": {"size": body.len(), "mimeType": mime, "text": body, "encoding": encoding}
            },
            "serverIPAddress": "192.0.2.7", "timings": {"send": 0.1, "wait": 20.5, "receive": 2.1}
        })
    }
}
