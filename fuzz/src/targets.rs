//! What each target does with an input. The suite runs the same functions, over what was found before and over damaged seeds.

use diag_core::bounds::Bounds;
use diag_core::certificate;
use diag_core::crypto::{self, KeyRing, PrivateKey, TrustedKey};
use diag_core::evidence::{Document, Evidence};
use diag_core::examine::{Examination, Request, examine};
use diag_core::intake::{Options, Supplied, read};
use diag_core::mask;
use diag_core::redact;
use diag_core::repair::repair;
use diag_core::report::{CheckOutcome, Report};
use diag_core::runner::{Selection, run};
use diag_core::saml::binding::{Expected, undo};
use diag_core::saml::xml::decode_text;
use diag_core::saml::{facts_of, metadata};
use diag_core::seal::Sealer;
use diag_core::sharing::{self, Form, Gathering};
use diag_core::snapshot;
use diag_core::story::pages;
use diag_families::BUILTIN;
use diag_host::pack::{Pack, evaluate};
use diag_host::sight::{Reads, Shown, Sight};
use diag_products::{Products, Signs, load};
use diag_render::{Detail, FailOn, Format, Judged, render};
use diag_sdk::case::input::{HeldBy, InputKind};
use diag_sdk::manifest::checks_of;
use diag_sdk::{Case, Mend, Place};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::io::{Cursor, Write as _};
use std::sync::LazyLock;

/// What a target does with bytes.
pub type Target = fn(&[u8]);

/// The targets by their names.
pub const ALL: &[(&str, Target)] = &[
    ("archive", archive),
    ("certificate", certificate),
    ("check", check),
    ("har", har),
    ("log", log),
    ("message", message),
    ("metadata", metadata),
    ("pack", pack),
    ("page", page),
    ("product", product),
    ("redact", redact),
    ("saml_tracer", saml_tracer),
    ("shown", shown),
    ("sketch", sketch),
    ("snapshot", snapshot),
    ("splitting", splitting),
    ("xml", xml),
];

/// Stands between the files of one input.
const BETWEEN: &[u8] = b"\n=====\n";

/// The moment of judgement: the same in every run.
fn now() -> Timestamp {
    Timestamp::from_second(1_795_514_400).expect("a moment")
}

/// The bytes themselves where they begin so, else with something around them that makes readers take them.
fn framed<'b>(bytes: &'b [u8], begins: &[u8], before: &[u8], after: &[u8]) -> Cow<'b, [u8]> {
    if bytes.trim_ascii_start().starts_with(begins) {
        Cow::Borrowed(bytes)
    } else {
        Cow::Owned([before, bytes, after].concat())
    }
}

fn supplied(bytes: &[u8]) -> Supplied<'_> {
    Supplied {
        path: "given".to_owned(),
        named: true,
        held_by: HeldBy::Publisher,
        reader: Box::new(Cursor::new(bytes)),
    }
}

fn evidence(bytes: &[u8], strict: bool) -> Evidence {
    read(vec![supplied(bytes)], &Options { strict, ..Options::default() }, &mut |_| {})
}

fn examined(files: &[&[u8]]) -> Examination {
    let files = files.iter().map(|bytes| supplied(bytes)).collect();
    examine(Request { now: now(), ..Request::new(files) }, &mut |_| {})
}

/// The files of one input, ten at most.
fn files(bytes: &[u8]) -> Vec<&[u8]> {
    let (mut files, mut rest) = (Vec::new(), bytes);
    while let Some(at) = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN)
        && files.len() < 9
    {
        files.push(&rest[..at]);
        rest = &rest[at + BETWEEN.len()..];
    }
    files.push(rest);
    files
}

/// Captures as browsers and tools export them, or the entries of one.
pub fn har(bytes: &[u8]) {
    let har = framed(bytes, b"{", br#"{"log":{"version":"1.2","entries":["#, b"]}}");
    let lax = evidence(&har, false).exchanges.len();
    let strict = evidence(&har, true).exchanges.len();
    assert!(strict <= lax, "{strict} entries where every byte is read, {lax} elsewhere");
}

/// Exports of SAML-tracer, or the requests of one.
pub fn saml_tracer(bytes: &[u8]) {
    let after = br#"],"timestamp":"2026-11-24T10:00:00.000Z"}"#;
    evidence(&framed(bytes, b"{", br#"{"requests":["#, after), false);
}

/// Texts that are easily taken for structure, of bytes.
fn misleading(bytes: &[u8]) -> String {
    const PIECES: &[&str] = &[
        "\"", "\\", "{", "}", "[", "]", ",", ":", "\n", "\u{0}", "é", "\u{2028}", "😀", "entries",
        "log", "/*", "\\\"", "\u{7f}", "a", " ",
    ];
    bytes.iter().map(|byte| PIECES[usize::from(*byte) % PIECES.len()]).collect()
}

/// Entries are cut out of the stream without parsing it; they are those that a whole parser sees, however the text is laid out.
pub fn splitting(bytes: &[u8]) {
    let Some((&[layout, fields], rest)) = bytes.split_first_chunk::<2>() else { return };
    let entries: Vec<Value> = rest
        .split(|byte| *byte == 0xff)
        .take(12)
        .enumerate()
        .map(|(number, piece)| {
            let (url, other) = piece.split_at(piece.len() / 2);
            let (url, other) = (misleading(url), misleading(other));
            let mut entry = json!({
                "startedDateTime": format!("2026-11-24T10:00:{number:02}Z"),
                "request": {"method": "GET", "url": format!("https://sp.example/{number}?{url}"), "headers": []},
                "response": {"status": 200 + number, "headers": [], "content": {"mimeType": "text/html", "text": other}},
            });
            entry[format!("_{other}")] = json!([url, {url.as_str(): [[], {}, null, 1e9, -0.5, true]}]);
            entry
        })
        .collect();
    let mut log = json!({});
    if fields & 1 == 1 {
        log["creator"] =
            json!({"name": misleading(rest), "entries": [1, 2], "log": {"entries": []}});
    }
    log["entries"] = json!(entries);
    if fields & 2 == 2 {
        log["pages"] = json!([{"title": misleading(rest)}]);
    }
    let mut whole = json!({ "log": log });
    if fields & 4 == 4 {
        whole["after"] = json!(misleading(rest));
    }
    let plain = serde_json::to_vec(&whole).expect("JSON");
    let written = match layout % 3 {
        0 => plain,
        1 => serde_json::to_vec_pretty(&whole).expect("JSON"),
        _ => [b"\xef\xbb\xbf \r\n", plain.as_slice(), b"\r\n"].concat(),
    };
    let expected: Vec<(String, u64)> = entries
        .iter()
        .map(|entry| {
            let url = entry["request"]["url"].as_str().unwrap_or_default();
            (url.to_owned(), entry["response"]["status"].as_u64().unwrap_or_default())
        })
        .collect();
    for strict in [false, true] {
        let found: Vec<(String, u64)> = evidence(&written, strict)
            .exchanges
            .into_iter()
            .map(|exchange| (exchange.url, u64::from(exchange.status)))
            .collect();
        assert_eq!(found, expected);
    }
}

/// Values of parameters that carry messages, and what somebody copies out of a page or an address.
pub fn message(bytes: &[u8]) {
    let value = String::from_utf8_lossy(bytes);
    for expected in [Expected::Plain, Expected::Deflated, Expected::Either] {
        if let Some(xml) = undo(&value, expected).xml {
            facts_of(&xml, &Place::default(), "m1", &Sealer::new("seed"));
        }
    }
    examined(&[bytes]);
}

static KEYS: LazyLock<Vec<TrustedKey>> = LazyLock::new(|| {
    let mut ring = KeyRing::default();
    for pem in [
        include_str!("../../tests/fixtures/keys/idp.crt"),
        include_str!("../../tests/fixtures/keys/ec256.crt"),
    ] {
        ring.add(&certificate::read(pem, Place::default()), None, true);
    }
    ring.keys().to_vec()
});
static KEY: LazyLock<PrivateKey> = LazyLock::new(|| {
    crypto::load_key(include_str!("../../tests/fixtures/keys/sp.key"), None).expect("a key")
});

/// A message as XML: read, verified, decrypted.
pub fn xml(bytes: &[u8]) {
    let text = decode_text(bytes).text;
    let mut message = facts_of(&text, &Place::default(), "m1", &Sealer::new("seed"));
    crypto::verify_message(&text, &mut message.signatures, &KEYS);
    crypto::decrypt_assertions(&text, &KEY);
}

/// Metadata: read whole, read as a stream, mended.
pub fn metadata(bytes: &[u8]) {
    let holding = metadata::Holding { origin: "given".to_owned(), ..metadata::Holding::default() };
    let wanted = |name: &str| name.len().is_multiple_of(2);
    metadata::read(bytes, &holding, None);
    metadata::read(bytes, &holding, Some(&wanted));
    metadata::summary(&metadata::text_of(bytes).text, now());
    let narrowed = metadata::narrow(bytes, Some(&wanted), now());
    metadata::read(narrowed.text.as_bytes(), &holding, None);
    let all = [
        Mend::MakeWellFormed,
        Mend::CorrectDeclaration,
        Mend::CorrectNamespaces,
        Mend::ClearCertificates,
        Mend::RemoveRoleDescriptors,
    ];
    if let Ok(Some(mended)) = repair(bytes, &all) {
        metadata::read(&mended.bytes, &holding, None);
    }
}

/// Certificates and private keys, in whatever wrapping.
pub fn certificate(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    certificate::read(&text, Place::default());
    certificate::spki_der(&text);
    certificate::read_der(bytes, Place::default());
    certificate::read_pem_file(bytes, &Place::default());
    let _ = crypto::load_key(&text, None);
}

/// Exports of configuration: as what their content says, and as what they could have been taken for.
pub fn snapshot(bytes: &[u8]) {
    for kind in [
        InputKind::Application,
        InputKind::ServicePrincipal,
        InputKind::Virtualproxyconfig,
        InputKind::Proxyservice,
        InputKind::TokenIssuancePolicies,
        InputKind::ClaimsMappingPolicies,
        InputKind::Certutil,
        InputKind::SamlClient,
    ] {
        let document = Document { kind, bytes: bytes.to_vec(), ..Document::default() };
        snapshot::read(&[document], &Bounds::default());
    }
    examined(&[bytes]);
}

/// Logs, and texts that quote an error.
pub fn log(bytes: &[u8]) {
    examined(&[bytes]);
    // Lines with times are taken for a log whatever stands on them.
    let stamped: Vec<u8> = bytes
        .split(|byte| *byte == b'\n')
        .flat_map(|line| [b"2026-11-24T10:00:00.000Z ERROR ", line, b"\n"].concat())
        .collect();
    examined(&[&stamped]);
}

/// ZIP, tar, SAZ and gzip, one in another.
pub fn archive(bytes: &[u8]) {
    // Low, so that many are tried: what a few bytes may unpack to is what is bounded.
    let bounds = Bounds { unpacked: 4 << 20, ..Bounds::default() };
    let options = Options { strict: false, bounds };
    read(vec![supplied(bytes)], &options, &mut |_| {});
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).expect("in memory");
    read(vec![supplied(&packed.finish().expect("in memory"))], &options, &mut |_| {});
}

/// Sketches, typed by hand.
pub fn sketch(bytes: &[u8]) {
    examined(&[&framed(bytes, b"diag-sketch/", b"diag-sketch/1\n", b"")]);
}

/// Pages as servers answer them.
pub fn page(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let products = Products::builtin();
    for (status, is_html) in [(200, true), (403, true), (500, false)] {
        let signs = Signs {
            host: "sp.example",
            path: "/acs",
            port: None,
            headers: &[],
            cookies: Vec::new(),
            source: &text,
            title: "",
        };
        let typed = vec!["anna".to_owned()];
        pages::read(&pages::Body { text: &text, status, is_html, signs, typed }, &products);
    }
    pages::words(&text, &products);
    pages::password_fields(&text);
}

/// Every check over up to ten files, and the report in every form. A check that crashes ends the run.
pub fn check(bytes: &[u8]) {
    let Examination { case, sources, .. } = examined(&files(bytes));
    let checks = checks_of(BUILTIN);
    let products = Products::builtin();
    let report = Report::new(&case, run(&case, BUILTIN, &Selection::default()), &checks, &products);
    for check in &report.checks {
        assert!(check.outcome != CheckOutcome::Crashed, "{} crashed", check.id);
    }
    let judged = [Judged { case, sources, report, products }];
    for format in
        [Format::Text, Format::Json, Format::Sarif, Format::Junit, Format::Markdown, Format::Html]
    {
        let form = diag_render::Form {
            format,
            detail: Detail::Full,
            width: 88,
            height: None,
            fail_on: FailOn::Error,
        };
        render(&judged, &checks, form).expect("a report");
    }
}

/// Product files, as teams write their own.
pub fn product(bytes: &[u8]) {
    if let Err(faults) = load::read("given.toml", &String::from_utf8_lossy(bytes)) {
        assert!(!faults.is_empty(), "refused without a reason");
    }
}

static CASE: LazyLock<Case> = LazyLock::new(|| {
    examined(&[
        include_bytes!("../../examples/reply-url-without-slash/capture.har"),
        include_bytes!("../../examples/reply-url-without-slash/idp-metadata.xml"),
        include_bytes!("../../examples/reply-url-without-slash/application.json"),
        include_bytes!("../../examples/reply-url-without-slash/virtualproxy.json"),
    ])
    .case
});
static SHOWN: LazyLock<Shown> = LazyLock::new(|| Sight::new(&CASE).shown(&[], &Reads::default()));

/// Packs: read, run on a case, and tried with their own tests. What is no pack is a single expression.
pub fn pack(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if !text.contains('[') || !text.contains('=') {
        let _ = evaluate(&text, &SHOWN);
        return;
    }
    match Pack::parse("given.checks.toml", &text) {
        Ok(pack) => {
            let checks: Vec<String> =
                pack.manifest().checks.iter().map(|check| check.id.clone()).collect();
            pack.run(&checks, &CASE);
            pack.test();
        }
        Err(problems) => assert!(!problems.is_empty(), "refused without a reason"),
    }
}

/// Copies without what is secret: made and proven, or refused. The first byte says what else goes.
pub fn redact(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let options = sharing::Options {
        identities: first & 1 == 1,
        hosts: first & 2 == 2,
        keep_bodies: first & 4 == 4,
    };
    let mut gathering = Gathering::new(options);
    let mut taken = Vec::new();
    for bytes in files(rest) {
        if let Ok(Form::Capture | Form::Document) = gathering.take(Box::new(Cursor::new(bytes))) {
            taken.push(bytes);
        }
    }
    let copying = gathering.settle(&[7; 32]);
    for bytes in taken {
        let mut copy = Vec::new();
        if copying.copy(Box::new(Cursor::new(bytes)), &mut copy).is_ok() {
            let _ = copying.search(Box::new(Cursor::new(copy)));
        }
    }
}

/// What is shown of addresses, headers and sentences.
pub fn shown(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    redact::clean_url(&redact::clean_url(&text));
    redact::across_segments(&text);
    redact::failure(&text);
    redact::headers(&text);
    redact::is_token(&text);
    redact::shown(&text, 200);
    redact::stated(&text);
    mask::all_own(&text);
    mask::is_foreign(&text);
    mask::holds_foreign(&text);
}
