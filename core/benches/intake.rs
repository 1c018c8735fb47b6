//! How fast captures are read, next to plain `read()` and to `serde_json::Value`.
//!
//! The capture is made here: a sign-in between thousands of scripts, pictures and API answers, as
//! a browser session of an hour gives. `DIAG_BENCH_MIB` sets its size (64). Ratios are printed
//! first, then divan's tables: `cargo bench -p diag-core --bench intake`.

use diag_core::intake::{Options, Supplied, read};
use diag_sdk::case::input::HeldBy;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

fn main() {
    let size = std::fs::metadata(capture()).map_or(0, |metadata| metadata.len());
    let plain = best(15, plain_read);
    let ours = best(15, intake);
    let value = best(2, json_value);
    #[expect(clippy::cast_precision_loss, reason = "a speed for people")]
    let speed = |time: Duration| size as f64 / 1e6 / time.as_secs_f64();
    println!("capture of {} MiB, best of 15 runs", size >> 20);
    println!("  plain read()      {:>7.0} MB/s", speed(plain));
    println!(
        "  intake::read      {:>7.0} MB/s  {:.2} of plain read()",
        speed(ours),
        plain.as_secs_f64() / ours.as_secs_f64()
    );
    println!(
        "  serde_json::Value {:>7.0} MB/s  intake is {:.1} times as fast",
        speed(value),
        value.as_secs_f64() / ours.as_secs_f64()
    );
    divan::main();
    let _ = std::fs::remove_file(capture());
}

#[divan::bench(name = "plain read()")]
fn bench_plain(bencher: divan::Bencher<'_, '_>) {
    counted(bencher).bench(plain_read);
}

#[divan::bench(name = "intake::read")]
fn bench_intake(bencher: divan::Bencher<'_, '_>) {
    counted(bencher).bench(intake);
}

#[divan::bench(name = "serde_json::Value", sample_count = 5)]
fn bench_value(bencher: divan::Bencher<'_, '_>) {
    counted(bencher).bench(json_value);
}

fn counted<'a, 'b>(bencher: divan::Bencher<'a, 'b>) -> divan::Bencher<'a, 'b> {
    bencher.counter(divan::counter::BytesCount::new(
        std::fs::metadata(capture()).map_or(0, |metadata| metadata.len()),
    ))
}

fn best(runs: usize, run: fn() -> usize) -> Duration {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            divan::black_box(run());
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn plain_read() -> usize {
    let mut file = open();
    let mut buffer = vec![0; 512 << 10];
    let mut total = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) | Err(_) => return total,
            Ok(read) => total += divan::black_box(read),
        }
    }
}

fn intake() -> usize {
    let file = Supplied {
        path: "bench.har".to_owned(),
        named: true,
        held_by: HeldBy::Publisher,
        reader: Box::new(open()),
    };
    read(vec![file], &Options::default(), &mut |_| {}).exchanges.len()
}

fn json_value() -> usize {
    let value: serde_json::Value =
        serde_json::from_reader(BufReader::with_capacity(512 << 10, open()))
            .expect("the bench makes JSON");
    value.pointer("/log/entries").and_then(serde_json::Value::as_array).map_or(0, Vec::len)
}

fn open() -> File {
    File::open(capture()).expect("the bench made this file")
}

fn capture() -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let mib =
            std::env::var("DIAG_BENCH_MIB").ok().and_then(|size| size.parse().ok()).unwrap_or(64);
        let path = std::env::temp_dir().join(format!("diag-bench-{}.har", std::process::id()));
        write_capture(&path, mib << 20).expect("the temporary directory takes a file");
        path
    })
}

/// Entries of all sorts until the file has its size.
fn write_capture(path: &PathBuf, size: u64) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut noise = Noise(7);
    let script = noise.script(400_000);
    let picture = noise.base64(400_000);
    write!(
        out,
        r#"{{"log":{{"version":"1.2","creator":{{"name":"WebInspector","version":"537.36"}},"pages":[],"entries":["#
    )?;
    let mut written = 0;
    let mut number = 0;
    while written < size {
        let length = [77, 770, 3_077, 11_540][noise.below(4)] * WORD;
        let from = noise.below(3_500) * WORD;
        let entry = match noise.below(20) {
            0..9 => entry(
                number,
                "GET",
                "script",
                "application/javascript",
                &script[from..from + length],
            ),
            9..16 => entry(number, "GET", "image", "image/png", &picture[from..from + length]),
            16..19 => entry(
                number,
                "GET",
                "fetch",
                "application/json",
                &"{\\\"id\\\": 1, \\\"v\\\": [1, 2.5]},".repeat(1 + length / 600),
            ),
            _ => entry(
                number,
                "POST",
                "document",
                "text/html",
                "<html><title>Sign in</title></html>",
            ),
        };
        let separator = if number == 0 { "" } else { ",\n" };
        write!(out, "{separator}{entry}")?;
        written += entry.len() as u64;
        number += 1;
    }
    write!(out, "]}}}}")?;
    out.flush()
}

fn entry(number: usize, method: &str, kind: &str, mime: &str, body: &str) -> String {
    let mut headers = String::new();
    for header in 0..14 {
        let _ = write!(
            headers,
            r#"{}{{"name": "x-header-{header}", "value": "dGhpcyBpcyBub2lzZQ{number}"}}"#,
            if header == 0 { "" } else { ", " }
        );
    }
    let post = if method == "POST" {
        let message = "PHNhbWxwOlJlc3BvbnNlPg%2B".repeat(300);
        format!(
            r#""postData": {{"mimeType": "application/x-www-form-urlencoded", "text": "SAMLResponse={message}&RelayState=%2Fhub"}}, "#
        )
    } else {
        String::new()
    };
    format!(
        r#"{{"_initiator": {{"type": "script"}}, "_resourceType": "{kind}", "cache": {{}}, "connection": "{number}", "startedDateTime": "2026-11-24T10:00:00.000Z", "time": 12.345, "request": {{"method": "{method}", "url": "https://host{}.example/static/{number}?v=1", "httpVersion": "http/2.0", "headers": [{headers}], "queryString": [], "cookies": [], {post}"headersSize": -1, "bodySize": 0}}, "response": {{"status": 200, "statusText": "", "httpVersion": "http/2.0", "headers": [{headers}], "cookies": [], "content": {{"size": {}, "mimeType": "{mime}", "text": "{body}"}}, "redirectURL": "", "headersSize": -1, "bodySize": -1}}, "timings": {{"send": 0.1, "wait": 20.5, "receive": 2.1}}}}"#,
        number % 17,
        body.len()
    )
}

/// Bytes of a word of script: slices begin and end between words, never inside an escape.
const WORD: usize = 26;

/// A small generator, so that every run reads the same file.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    /// JavaScript as it stands in JSON, dense in escapes, in words of [`WORD`] bytes.
    fn script(&mut self, length: usize) -> String {
        let words = [
            "function a(b){return b};  ",
            "var q=/d+/g;\\n\\n/* x */   ",
            "if(n&&n.length>0){r+=1}   ",
            "s=\\\"x\\\";t=\\\"y\\\"; /* s */  ",
            "href=\\\"/saml?SAML=x\\\">y<  ",
        ];
        (0..length / WORD).map(|_| words[self.below(words.len())]).collect()
    }

    fn base64(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        (0..length).map(|_| char::from(ALPHABET[self.below(64)])).collect()
    }
}
