//! Whole files through [`read`]: what is kept, what is said, and that nothing hostile gets further.

use super::{Options, Supplied, read};
use crate::bounds::Bounds;
use crate::evidence::Evidence;
use diag_sdk::case::input::{HeldBy, InputKind};
use proptest::prelude::*;
use std::io::{self, Read};

fn supplied<'a>(path: &str, bytes: &'a [u8]) -> Supplied<'a> {
    Supplied {
        path: path.to_owned(),
        named: true,
        held_by: HeldBy::Publisher,
        reader: Box::new(bytes),
    }
}

fn taken(bytes: &[u8]) -> Evidence {
    read(vec![supplied("file", bytes)], &Options::default(), &mut |_| {})
}

fn strictly(bytes: &[u8]) -> Evidence {
    read(
        vec![supplied("file", bytes)],
        &Options { strict: true, ..Options::default() },
        &mut |_| {},
    )
}

/// A capture of `entries` entries with everything in it that splitting could trip over.
fn capture(entries: usize) -> String {
    let long = "\\\"\\\\é中 {[".repeat(200);
    let entries: Vec<String> = (0..entries)
        .map(|number| {
            format!(
                r#"{{"startedDateTime":"2026-11-24T10:00:{:02}.000Z","request":{{"method":"POST","url":"https://sp.example/{number}?a=[{{","headers":[{{"name":"Cookie","value":"a={number}"}}],
   "postData":{{"mimeType":"application/x-www-form-urlencoded","text":"SAMLResponse=PHM%2B&RelayState=%252Fhub"}}}},
   "response":{{"status":200,"headers":[],"content":{{"mimeType":"text/html","text":"<p>{long}"}}}}}}"#,
                number % 60
            )
        })
        .collect();
    format!(
        "{{\"log\":{{\"version\":\"1.2\",\"creator\":{{\"name\":\"WebInspector\",\"version\":\"537.36\"}},\"pages\":[],\n\"entries\":[{}]}}}}",
        entries.join(",\n")
    )
}

#[test]
fn a_capture_is_read_with_places() {
    let text = capture(3);
    let evidence = taken(text.as_bytes());
    let input = &evidence.inputs[0];
    assert_eq!(
        (input.id.as_str(), input.kind, input.producer.as_deref()),
        ("i1", InputKind::Har, Some("WebInspector 537.36"))
    );
    assert_eq!(input.notes, [""; 0]);
    assert_eq!(evidence.exchanges.len(), 3);
    for (number, exchange) in evidence.exchanges.iter().enumerate() {
        let (line, column) =
            (exchange.place.line.unwrap() as usize, exchange.place.column.unwrap() as usize);
        let rest: String = text.lines().nth(line - 1).unwrap().chars().skip(column - 1).collect();
        assert!(rest.starts_with("{\"startedDateTime\""), "{rest}");
        assert_eq!(
            exchange.place.pointer.as_deref(),
            Some(format!("/log/entries/{number}").as_str())
        );
        assert_eq!(exchange.url, format!("https://sp.example/{number}?a=[{{"));
        assert_eq!(exchange.form[0].value, "PHM+");
        assert_eq!(exchange.form[1].value, "%2Fhub");
        assert_eq!(exchange.cookies.as_ref().unwrap()[0].1, number.to_string());
        assert!(exchange.response_body.as_ref().unwrap().contains("\"\\é中 {["));
    }
}

#[test]
fn every_encoding_gives_the_same_exchanges() {
    let text = capture(2);
    let plain = format!("{:?}", taken(text.as_bytes()).exchanges);
    let with_mark = format!("\u{feff}{text}");
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let wide_big: Vec<u8> = with_mark.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let padded = format!("\n  {}", capture(2));
    for bytes in [with_mark.clone().into_bytes(), wide(&text), wide(&with_mark), wide_big] {
        assert_eq!(format!("{:?}", taken(&bytes).exchanges), plain);
    }
    assert_eq!(taken(padded.as_bytes()).exchanges.len(), 2);
    let mut packed = Vec::new();
    flate2::read::GzEncoder::new(text.as_bytes(), flate2::Compression::fast())
        .read_to_end(&mut packed)
        .unwrap();
    let evidence = taken(&packed);
    assert_eq!(format!("{:?}", evidence.exchanges), plain);
    assert_eq!(evidence.inputs[0].notes, ["Unpacked from gzip"]);
}

#[test]
fn bare_forms_of_captures_are_read() {
    let entry = r#"{"startedDateTime":"2026-11-24T10:00:00Z","request":{"method":"get","url":"https://a.example/"},"response":{"status":302}}"#;
    let late =
        format!("{{\"comment\":\"{}\",\"log\":{{\"entries\":[{entry}]}}}}", "x".repeat(100_000));
    for text in [
        format!("[{entry}]"),
        format!("{{\"entries\":[{entry}]}}"),
        format!("{{\"log\":{{\"entries\":[{entry}]}}}}"),
        late,
    ] {
        let evidence = taken(text.as_bytes());
        assert_eq!(evidence.inputs[0].kind, InputKind::Har, "{text:.80}");
        assert_eq!(evidence.exchanges[0].method, "GET");
    }
}

#[test]
fn a_truncated_capture_keeps_what_came_before() {
    let text = capture(3);
    let third = text.rfind("{\"startedDateTime\"").unwrap();
    let evidence = taken(&text.as_bytes()[..third + 40]);
    assert_eq!(evidence.exchanges.len(), 2);
    let note = &evidence.inputs[0].notes[0];
    assert!(note.starts_with("Truncated: the file ends at line 8, column 41"), "{note}");
    assert!(
        note.contains("inside entry 2") && note.contains("The 2 entries before it were read"),
        "{note}"
    );
    let evidence = taken(&text.as_bytes()[..text.len() - 1]);
    assert_eq!(evidence.exchanges.len(), 3);
    assert!(evidence.inputs[0].notes[0].contains("before its JSON does"), "{:?}", evidence.inputs);
}

#[test]
fn one_broken_entry_costs_one_entry() {
    let text = capture(3).replacen(
        "\"method\":\"POST\",\"url\":\"https://sp.example/1",
        "\"method\" \"POST\",\"url\":\"https://sp.example/1",
        1,
    );
    let evidence = taken(text.as_bytes());
    assert_eq!(
        evidence.exchanges.iter().map(|exchange| exchange.place.entry.unwrap()).collect::<Vec<_>>(),
        [0, 2]
    );
    let note = &evidence.inputs[0].notes[0];
    assert!(
        note.starts_with("Entry 1 could not be read, at line 5, column 67")
            && note.contains("expected `:`"),
        "{note}"
    );
}

#[test]
fn careless_characters_are_repaired() {
    let text = capture(2).replacen("sp.example/1?", "sp.example/1\u{1}\\ud800\\q?", 1);
    let evidence = taken(text.as_bytes());
    assert_eq!(evidence.exchanges.len(), 2);
    assert!(
        evidence.inputs[0].notes[0].contains("repaired in 1 entries"),
        "{:?}",
        evidence.inputs[0].notes
    );
    let mut bytes = capture(2).into_bytes();
    let at = bytes.windows(10).position(|window| window == b"sp.example").unwrap();
    bytes[at] = 0xff;
    assert_eq!(taken(&bytes).exchanges.len(), 2);
}

#[test]
fn documents_one_after_the_other_are_all_read() {
    let evidence = taken(format!("{}\n{}", capture(1), capture(2)).as_bytes());
    assert_eq!(evidence.exchanges.len(), 3);
    assert!(evidence.inputs[0].notes[0].contains("2 JSON documents"));
    let evidence = taken(format!("{} <html>", capture(1)).as_bytes());
    assert_eq!(evidence.exchanges.len(), 1);
    assert!(evidence.inputs[0].notes[0].contains("follows the end of the JSON"));
    let evidence = taken(br#"{"identifierUris":["a"]} {"servicePrincipalNames":["b"]}"#);
    let kinds: Vec<InputKind> = evidence.documents.iter().map(|document| document.kind).collect();
    assert_eq!(kinds, [InputKind::Application, InputKind::ServicePrincipal]);
}

#[test]
fn strict_reading_finds_what_the_case_does_not_need() {
    // Flaws inside a body, which is otherwise skipped, and in what surrounds the entries.
    let long = "x".repeat(3000);
    let entry = format!(
        r#"{{"startedDateTime":"","request":{{"method":"GET","url":"https://a.example/"}},"response":{{"status":200,"content":{{"mimeType":"image/png","text":"{long}\q"}}}}}}"#
    );
    let text =
        format!("{{\"log\":{{\"version\":\"1.2\",\"pages\":[1,]\n,\"entries\":[{entry}]}}}}");
    assert_eq!(taken(text.as_bytes()).inputs[0].notes, [""; 0]);
    let notes = strictly(text.as_bytes()).inputs[0].notes.clone();
    assert!(
        notes
            .iter()
            .any(|note| note.starts_with("Not valid at line 1, column 36")
                && note.contains("`pages`")),
        "{notes:?}"
    );
    assert!(
        notes.iter().any(|note| note.starts_with("Not valid at line 2")
            && note.contains("entry 0")
            && note.contains("invalid escape")),
        "{notes:?}"
    );
    assert_eq!(strictly(capture(3).as_bytes()).inputs[0].notes, [""; 0]);
}

#[test]
fn bounds_are_kept() {
    let options = Options {
        bounds: Bounds { entries: 2, document: 100, ..Bounds::default() },
        ..Options::default()
    };
    let text = capture(5);
    let evidence = read(
        vec![supplied("a", text.as_bytes()), supplied("b", &[b'x'; 200])],
        &options,
        &mut |_| {},
    );
    assert_eq!(evidence.exchanges.len(), 2);
    assert!(evidence.inputs[0].notes[0].contains("more than 2 entries"));
    assert!(evidence.inputs[1].notes[0].contains("Larger than"));
    let options =
        Options { bounds: Bounds { entry: 1 << 20, ..Bounds::default() }, ..Options::default() };
    let big = text.replacen("sp.example/1?", &format!("sp.example/{}?", "1".repeat(3 << 20)), 1);
    let evidence = read(vec![supplied("a", big.as_bytes())], &options, &mut |_| {});
    assert_eq!(evidence.exchanges.len(), 4);
    assert!(
        evidence.inputs[0].notes[0].contains("larger than 1 MiB"),
        "{:?}",
        evidence.inputs[0].notes
    );
}

/// The entries of a capture as a plain JSON reader has them: index and URL.
fn plainly(text: &str) -> Vec<(usize, String)> {
    let whole: serde_json::Value = serde_json::from_str(text).unwrap();
    let entries = whole["log"]["entries"].as_array().cloned().unwrap_or_default();
    let url =
        |entry: &serde_json::Value| entry["request"]["url"].as_str().unwrap_or_default().to_owned();
    entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.is_object())
        .map(|(index, entry)| (index, url(entry)))
        .collect()
}

fn split(text: &str) -> Vec<(usize, String)> {
    let exchanges = taken(text.as_bytes()).exchanges;
    exchanges.into_iter().map(|exchange| (exchange.place.entry.unwrap(), exchange.url)).collect()
}

#[test]
fn splitting_agrees_with_a_plain_reader_on_shipped_captures() {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut seen = 0;
    for folder in std::fs::read_dir(examples).unwrap() {
        let Ok(text) = std::fs::read_to_string(folder.unwrap().path().join("capture.har")) else {
            continue;
        };
        assert_eq!(split(&text), plainly(&text));
        seen += 1;
    }
    assert!(seen > 1);
}

#[test]
fn absurd_depth_is_no_trouble() {
    for open in ["[", "{\"a\":", "{\"log\":{\"entries\":[{\"request\":", "<a>", "{\"value\":["] {
        let evidence = taken(open.repeat(200_000).as_bytes());
        assert_eq!(evidence.inputs.len(), 1, "{open}");
        assert!(!evidence.inputs[0].notes.is_empty());
    }
    let deep = format!(
        r#"{{"log":{{"entries":[{{"request":{{"url":"https://a.example/"}},"response":{{"a":{}{}}}}}]}}}}"#,
        "[".repeat(5000),
        "]".repeat(5000)
    );
    assert_eq!(
        taken(deep.as_bytes()).exchanges.len(),
        1,
        "what is not needed may be as deep as it likes"
    );
}

#[test]
fn what_should_have_been_metadata_reaches_its_reader() {
    let html = b"<!DOCTYPE html><html>Sign in</html>";
    let as_given = |path: &str, named: bool, held_by: HeldBy| {
        let files =
            vec![Supplied { path: path.to_owned(), named, held_by, reader: Box::new(&html[..]) }];
        let evidence = read(files, &Options::default(), &mut |_| {});
        (evidence.inputs[0].kind, evidence.documents.len())
    };
    assert_eq!(as_given("x", true, HeldBy::Sp), (InputKind::Metadata, 1));
    assert_eq!(as_given("x", false, HeldBy::Idp), (InputKind::Metadata, 1));
    assert_eq!(as_given("idp-metadata.xml", true, HeldBy::Publisher), (InputKind::Unrecognised, 1));
    assert_eq!(
        as_given("idp-metadata.xml", false, HeldBy::Publisher),
        (InputKind::Unrecognised, 1)
    );
    assert_eq!(as_given("page.html", true, HeldBy::Publisher), (InputKind::Unrecognised, 1));
}

#[test]
fn failures_of_the_file_itself_are_named() {
    struct Fails<'a>(&'a [u8]);
    impl Read for Fails<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            match self.0.read(out)? {
                0 => Err(io::Error::other("device is gone")),
                read => Ok(read),
            }
        }
    }
    let text = capture(3);
    let cut = text.len() - 100;
    for (bytes, entries) in
        [(&text.as_bytes()[..cut], 2), (&b"<Entity"[..], 0), (&b""[..], 0), (text.as_bytes(), 3)]
    {
        let files = vec![Supplied {
            path: "x".into(),
            named: true,
            held_by: HeldBy::Publisher,
            reader: Box::new(Fails(bytes)),
        }];
        let evidence = read(files, &Options::default(), &mut |_| {});
        assert_eq!(evidence.exchanges.len(), entries);
        assert!(
            evidence.inputs[0].notes[0].contains("device is gone"),
            "{:?}",
            evidence.inputs[0].notes
        );
    }
}

#[test]
fn progress_counts_bytes_and_entries() {
    let text = capture(200);
    let mut last = None;
    let files = vec![supplied("a", b"x"), supplied("b", text.as_bytes())];
    read(files, &Options::default(), &mut |progress| {
        last = Some((progress.file, progress.bytes, progress.entries));
    });
    assert_eq!(last, Some((1, text.len() as u64, 200)));
}

#[test]
fn page_furniture_is_light_but_counted() {
    let text = r#"{"log":{"entries":[{"startedDateTime":"2026-11-24T10:00:00Z","_resourceType":"script","request":{"method":"GET","url":"https://a.example/x.js","headers":[{"name":"Cookie","value":"a=1"}]},
        "response":{"status":200,"headers":[{"name":"Age","value":"1"}],"content":{"mimeType":"text/javascript","text":"SAML"}}}]}}"#;
    let evidence = taken(text.as_bytes());
    let exchange = &evidence.exchanges[0];
    assert_eq!(
        (exchange.status, exchange.url.as_str(), exchange.cookies.as_ref()),
        (200, "https://a.example/x.js", None)
    );
    assert!(exchange.started.is_some() && exchange.request_headers.is_empty());
    assert_eq!(evidence.inputs[0].notes, [""; 0]);
}

/// Hands out its bytes in pieces of changing size.
struct Pieces<'a> {
    bytes: &'a [u8],
    sizes: Vec<usize>,
    turn: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.get(self.turn % self.sizes.len()).copied().unwrap_or(1).max(1);
        self.turn += 1;
        let taken = size.min(out.len()).min(self.bytes.len());
        out[..taken].copy_from_slice(&self.bytes[..taken]);
        self.bytes = &self.bytes[taken..];
        Ok(taken)
    }
}

proptest! {
    #![proptest_config(crate::seeds::fixed(64))]

    #[test]
    fn pieces_make_no_difference(sizes in prop::collection::vec(1_usize..5000, 1..8), strict in any::<bool>()) {
        let text = capture(4);
        let whole = taken(text.as_bytes());
        let reader = Pieces { bytes: text.as_bytes(), sizes, turn: 0 };
        let files = vec![Supplied { path: "file".into(), named: true, held_by: HeldBy::Publisher, reader: Box::new(reader) }];
        let pieces = read(files, &Options { strict, ..Options::default() }, &mut |_| {});
        prop_assert_eq!(format!("{whole:?}"), format!("{pieces:?}"));
    }

    #[test]
    fn splitting_agrees_with_a_plain_reader(
        entries in prop::collection::vec((0_u8..5, "[^\u{0}]{0,12}", "([\"\\\\{}\\[\\],:é]|ab){0,12}", 0_usize..900), 0..8),
        pretty in any::<bool>(),
    ) {
        let entry = |(sort, url, body, times): &(u8, String, String, usize)| match sort {
            0 => serde_json::json!(null),
            1 => serde_json::json!([url, {"request": {"url": body}}]),
            _ => serde_json::json!({
                "request": {"method": "GET", "url": format!("https://a.example/{url}"), "headers": [{"name": "x", "value": body}]},
                "response": {"status": 200, "content": {"mimeType": "text/html", "text": body.repeat(*times)}},
                "_more": [[{"entries": [body]}]],
            }),
        };
        let har = serde_json::json!({"log": {"version": "1.2", "pages": [{"entries": []}], "entries": entries.iter().map(entry).collect::<Vec<_>>(), "comment": "\\"}});
        let text = if pretty { serde_json::to_string_pretty(&har).unwrap() } else { har.to_string() };
        prop_assert_eq!(split(&text), plainly(&text));
    }

    #[test]
    fn truncation_keeps_earlier_entries(at in 0_usize..20_000) {
        let text = capture(4);
        let at = at.min(text.len());
        let starts: Vec<usize> = text.match_indices("{\"startedDateTime\"").map(|(start, _)| start).collect();
        let whole = starts.iter().skip(1).filter(|start| **start <= at).count();
        let evidence = taken(&text.as_bytes()[..at]);
        prop_assert_eq!(evidence.inputs.len(), 1);
        prop_assert!(evidence.exchanges.len() >= whole);
        if at < text.len() {
            prop_assert!(!evidence.inputs[0].notes.is_empty());
        }
    }

    #[test]
    fn flipped_bytes_keep_earlier_entries(flips in prop::collection::vec((0_usize..20_000, any::<u8>()), 1..6)) {
        let text = capture(4);
        let mut bytes = text.clone().into_bytes();
        let length = bytes.len();
        for (at, value) in &flips {
            bytes[at % length] = *value;
        }
        let first = flips.iter().map(|(at, _)| at % length).min().unwrap_or(0);
        let starts: Vec<usize> = text.match_indices("{\"startedDateTime\"").map(|(start, _)| start).collect();
        let whole = starts.iter().skip(1).filter(|start| **start <= first).count();
        for evidence in [taken(&bytes), strictly(&bytes)] {
            prop_assert_eq!(evidence.inputs.len(), 1);
            prop_assert!(evidence.exchanges.len() >= whole, "{:?}", evidence.inputs[0].notes);
        }
    }

    #[test]
    fn anything_at_all_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..400), head in 0_usize..14) {
        let heads: [&[u8]; 14] = [b"", b"{", b"[{", b"<", b"PK\x03\x04", b"\x1f\x8b\x08", b"\xff\xfe", b"diag-sketch/1 ", b"-----BEGIN CERTIFICATE-----",
            b"0\x82", b"{\"log\":{\"entries\":[", b"{\"requests\":[{\"url\":\"", b"\xef\xbb\xbf", b"{\"definition\":"];
        let bytes = [heads[head], bytes.as_slice()].concat();
        let evidence = taken(&bytes);
        prop_assert_eq!(evidence.inputs.len(), 1);
        strictly(&bytes);
    }

    #[test]
    fn any_sketch_is_survived(text in "(\\[[a-z]{0,3}\\]|GET http://a|[><|#{}@]|[ -~]{0,12}|\\{(now|post:a|redirect:|date)[+-]?[0-9]{0,20}[smhd]?\\}|\n){0,40}") {
        let text = format!("diag-sketch/1 2026-11-24T10:00:00Z\n{text}");
        prop_assert_eq!(taken(text.as_bytes()).inputs[0].kind, InputKind::Sketch);
    }
}
