//! For every bound a bomb that crosses it: the report names the bound by its word, and the rest is judged.

use diag_core::bounds::{self, Bounds};
use diag_core::examine::{Request, examine};
use diag_core::intake::Supplied;
use diag_core::report::ReportedFinding;
use diag_sdk::Case;
use diag_tests::diagnose::{File, now, report_on};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::io::Write;

const NAMES: &str = "xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";

/// These are told where they are crossed, in the input's notes and at the last finding.
const ELSEWHERE: &[&str] = &["light", "pages", "findings"];

fn entry(number: usize, method: &str, url: &str, mime: &str, body: &str) -> Value {
    json!({
        "startedDateTime": format!("2026-11-24T10:{:02}:{:02}Z", number / 60 % 60, number % 60),
        "_resourceType": if mime.starts_with("image") { "image" } else { "document" },
        "request": {"method": method, "url": url, "headers": []},
        "response": {"status": 200, "headers": [], "content": {"mimeType": mime, "text": body}},
    })
}

fn page(number: usize, body: &str) -> Value {
    entry(number, "GET", &format!("https://sp.example/{number}"), "text/html", body)
}

fn capture(entries: &[Value]) -> File {
    File::new("login.har", json!({"log": {"version": "1.2", "entries": entries}}).to_string())
}

fn request(number: usize) -> Value {
    let xml = format!(
        "<samlp:AuthnRequest {NAMES} ID=\"_{number}\" Version=\"2.0\" IssueInstant=\"2026-11-24T10:00:00Z\"><saml:Issuer>https://sp.example</saml:Issuer></samlp:AuthnRequest>"
    );
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(xml.as_bytes()).expect("in memory");
    let value = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        packed.finish().expect("in memory"),
    );
    let url = format!(
        "https://idp.example/sso?SAMLRequest={}",
        utf8_percent_encode(&value, NON_ALPHANUMERIC)
    );
    entry(number, "GET", &url, "text/html", "<html>log in</html>")
}

/// A response that holds this, posted to the service provider.
fn response(inner: &str) -> Value {
    let xml = format!(
        "<samlp:Response {NAMES} ID=\"_r\" InResponseTo=\"_0\" Version=\"2.0\" IssueInstant=\"2026-11-24T10:00:01Z\"><saml:Issuer>https://idp.example</saml:Issuer>{inner}</samlp:Response>"
    );
    let value = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, xml);
    let mut entry = entry(1, "POST", "https://sp.example/acs", "text/html", "<html>");
    entry["request"]["postData"] = json!({"mimeType": "application/x-www-form-urlencoded", "text": format!("SAMLResponse={}", utf8_percent_encode(&value, NON_ALPHANUMERIC))});
    entry
}

/// Elements in one another, each with a namespace of its own.
fn nested(levels: usize) -> String {
    let open: Vec<String> =
        (0..levels).map(|level| format!("<n{level}:x xmlns:n{level}=\"urn:{level}\">")).collect();
    let close: Vec<String> = (0..levels).rev().map(|level| format!("</n{level}:x>")).collect();
    format!("{}{}", open.concat(), close.concat())
}

const SIGNATURE: &str = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>\
    <ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>\
    <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/><ds:Reference URI=\"#_r\"><ds:Transforms>\
    <ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms>\
    <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>\
    </ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>";

fn entity(name: &str, filler: usize) -> String {
    format!(
        "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{name}\"><!--{}--><SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/></EntityDescriptor>",
        "x".repeat(filler)
    )
}

/// A group of entities.
fn aggregate(entities: &[String]) -> String {
    format!(
        "<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">{}</EntitiesDescriptor>",
        entities.concat()
    )
}

/// A POST of a form.
fn posted(number: usize, body: &str) -> Value {
    let mut entry = entry(number, "POST", "https://sp.example/form", "text/html", "<html>");
    entry["request"]["postData"] =
        json!({"mimeType": "application/x-www-form-urlencoded", "text": body});
    entry
}

/// Lies in a folder that was given rather than being named itself.
const FOLDER: &str = "folder/";

/// A tar archive of files.
fn tar(files: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, text) in files {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", text.len()).as_bytes());
        header[156] = b'0';
        header[257..262].copy_from_slice(b"ustar");
        out.extend_from_slice(&header);
        out.extend_from_slice(text.as_bytes());
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// The files that cross a bound once it is set to that.
fn bomb(word: &str) -> (u64, Vec<File>) {
    let small = || page(0, "<html>start</html>");
    match word {
        "string" => (1 << 20, vec![capture(&[page(1, &"x".repeat(6 << 20)), small()])]),
        "entry" => {
            let mut large = page(1, "<html>");
            large["comments"] = (0..6_000).map(|_| "y".repeat(1_000)).collect();
            (2 << 20, vec![capture(&[large, small()])])
        }
        "entries" => {
            (3, vec![capture(&(0..9).map(|number| page(number, "<html>")).collect::<Vec<_>>())])
        }
        "body" => (1_000, vec![capture(&[page(1, &"z ".repeat(1_000)), small()])]),
        "bodies" => (
            3_000,
            vec![capture(&[page(1, &"z ".repeat(900)), page(2, &"z ".repeat(900)), small()])],
        ),
        "document" => (
            5_000,
            vec![
                File::new("large.xml", entity("https://large.example", 9_000)),
                capture(&[small()]),
            ],
        ),
        "documents" => {
            let document =
                |name: &str| File::new(name, entity(&format!("https://{name}.example"), 2_000));
            (5_000, vec![document("a"), document("b"), document("c"), capture(&[small()])])
        }
        "aggregate" => {
            let many: Vec<String> =
                (0..50).map(|number| entity(&format!("https://{number}.example"), 10)).collect();
            let text = aggregate(&many);
            (
                5_000,
                vec![
                    File::new("federation.tar", tar(&[("federation.xml", &text)])),
                    capture(&[small()]),
                ],
            )
        }
        "unpacked" => {
            let mut packed = GzEncoder::new(Vec::new(), Compression::best());
            packed
                .write_all(entity("https://packed.example", 1 << 20).as_bytes())
                .expect("in memory");
            (
                200_000,
                vec![
                    File::new("packed.xml.gz", packed.finish().expect("in memory")),
                    capture(&[small()]),
                ],
            )
        }
        "members" => {
            let files: Vec<(String, String)> = (0..9)
                .map(|number| {
                    (format!("{number}.xml"), entity(&format!("https://{number}.example"), 0))
                })
                .collect();
            let files: Vec<(&str, &str)> =
                files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            (4, vec![File::new("case.tar", tar(&files)), capture(&[small()])])
        }
        "files" => {
            let file = |number: usize| {
                File::new(
                    &format!("{FOLDER}{number}.xml"),
                    entity(&format!("https://{number}.example"), 0),
                )
            };
            (4, (0..9).map(file).chain([capture(&[small()])]).collect())
        }
        "posted" => {
            let form = format!("SAMLResponse={}", "A".repeat(200_000));
            (100_000, vec![capture(&[small(), posted(1, &form)])])
        }
        "fields" => (4, vec![capture(&[small(), posted(1, "a=1&b=2&c=3&d=4&e=5&f=6")])]),
        "expanded" => {
            let message = "x".repeat(300);
            let sketch = format!(
                "diag-sketch/1 2026-11-24T10:00:00Z\n\n[message]\n{message}\n\nGET https://sp.example/?a={{base64:message}}\n< 200\n\nGET https://sp.example/?b={{base64:message}}\n< 200\n"
            );
            (1_400, vec![File::new("login.sketch", sketch)])
        }
        "objects" => {
            let application = include_str!("../../examples/healthy/application.json");
            let several = [application; 9].join(",");
            (4, vec![File::new("applications.json", format!("[{several}]")), capture(&[small()])])
        }
        "certificates" => {
            let certificate = include_str!("../fixtures/keys/idp.crt");
            (4, vec![File::new("all.pem", certificate.repeat(9)), capture(&[small()])])
        }
        "lines" => {
            let line = "2026-11-24 09:58:12 WARN Shibboleth.SSO.SAML2 [3] [default]: detected a problem with assertion: Unable to establish security of incoming assertion.\n";
            (4, vec![File::new("shibd.log", line.repeat(9)), capture(&[small()])])
        }
        "entities" => {
            let many: Vec<String> =
                (0..9).map(|number| entity(&format!("https://{number}.example"), 0)).collect();
            (4, vec![File::new("several.xml", aggregate(&many)), capture(&[small()])])
        }
        "entity" => {
            // Smaller ones are documents like any other.
            let many: Vec<String> = (0..9)
                .map(|number| entity(&format!("https://{number}.example"), 2 << 20))
                .collect();
            (1 << 20, vec![File::new("large.xml", aggregate(&many)), capture(&[small()])])
        }
        "items" => {
            let many: Vec<String> = (0..9)
                .map(|number| {
                    format!("<AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://sp.example/{number}\" index=\"{number}\"/>")
                })
                .collect();
            let metadata = format!(
                "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://sp.example\"><SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{}</SPSSODescriptor></EntityDescriptor>",
                many.concat()
            );
            (4, vec![File::new("sp.xml", metadata), capture(&[small()])])
        }
        "keys" => {
            let all = ["idp", "sp", "ec256", "ec384", "weak"].map(|name| {
                let path = format!("{}/fixtures/keys/{name}.crt", env!("CARGO_MANIFEST_DIR"));
                File::new(&format!("{name}.crt"), std::fs::read(path).expect("a certificate"))
            });
            (3, all.into_iter().chain([capture(&[request(0), response(SIGNATURE)])]).collect())
        }
        "secrets" => {
            let mut many = page(1, "<html>");
            many["response"]["headers"] = (0..9)
                .map(|number| json!({"name": "Set-Cookie", "value": format!("session{number}=K4nary-Val{number}; Secure")}))
                .collect();
            (4, vec![capture(&[small(), many, page(2, "<html>K4nary-Val7</html>")])])
        }
        "steps" => {
            let pages = (1..9).map(|number| {
                entry(
                    number,
                    "GET",
                    "https://idp.example/login",
                    "text/html",
                    "<html>log in</html>",
                )
            });
            (4, vec![capture(&[request(0)].into_iter().chain(pages).collect::<Vec<_>>())])
        }
        "message" => {
            (2_000, vec![capture(&[request(0), response(&"<!-- comment -->".repeat(300))])])
        }
        "depth" => (20, vec![capture(&[request(0), response(&nested(40))])]),
        "names" => {
            let attributes: Vec<String> =
                (0..500).map(|number| format!(" a{number}=\"\"")).collect();
            (1_000, vec![capture(&[request(0), response(&format!("<x{}/>", attributes.concat()))])])
        }
        "signing" => (30_000, vec![capture(&[request(0), response(&SIGNATURE.repeat(40))])]),
        "messages" | "attempts" => (3, vec![capture(&(0..9).map(request).collect::<Vec<_>>())]),
        other => panic!("the bound {other} has no bomb"),
    }
}

fn judged(bounds: Bounds, files: Vec<File>) -> Case {
    let supplied = files
        .into_iter()
        .map(|file| Supplied {
            named: !file.name.starts_with(FOLDER),
            path: file.name,
            held_by: file.held_by,
            reader: Box::new(std::io::Cursor::new(file.content)),
        })
        .collect();
    examine(Request { now: now(), bounds, ..Request::new(supplied) }, &mut |_| {}).case
}

#[test]
fn every_bound_is_crossed_by_its_word_and_the_rest_is_judged() {
    for bound in bounds::TABLE.iter().filter(|bound| !ELSEWHERE.contains(&bound.word)) {
        let (most, files) = bomb(bound.word);
        let mut bounds = Bounds::default();
        assert!(bounds.set(bound.word, most));
        let case = judged(bounds, files);
        let words: Vec<&str> = case.crossed.iter().map(|crossed| crossed.bound.as_str()).collect();
        // A string that is cut may be a page that is larger than is looked at.
        let others = words
            .iter()
            .filter(|word| **word != bound.word && (bound.word, **word) != ("string", "body"));
        assert!(words.contains(&bound.word) && others.count() == 0, "{}: {words:?}", bound.word);
        assert!(!case.exchanges.is_empty(), "{}: the rest is gone", bound.word);
        // What is left out for its secrets is left out whole.
        let facts = serde_json::to_string(&case).expect("JSON");
        assert!(!facts.contains("K4nary"), "{}: a secret is readable", bound.word);
        let report = report_on(&case);
        let by_its_word =
            |finding: &&ReportedFinding| finding.message.contains(&format!("“{}”", bound.word));
        let told = report
            .findings
            .iter()
            .filter(|finding| finding.check == "flow/judged-in-part")
            .find(by_its_word)
            .expect("the finding");
        assert!(told.severity < diag_sdk::Severity::Error, "{told:?}");
    }
}

#[test]
fn within_the_usual_bounds_none_is_crossed() {
    for bound in bounds::TABLE.iter().filter(|bound| !ELSEWHERE.contains(&bound.word)) {
        let case = judged(Bounds::default(), bomb(bound.word).1);
        let words: Vec<&str> = case.crossed.iter().map(|crossed| crossed.bound.as_str()).collect();
        // A page of several megabytes is larger than is looked at.
        let expected: &[&str] = if bound.word == "string" { &["body"] } else { &[] };
        assert_eq!(words, expected, "{}", bound.word);
    }
}

#[test]
fn what_only_furnishes_pages_is_counted_beyond_its_bound() {
    let pictures: Vec<Value> = (0..9)
        .map(|number| {
            entry(number, "GET", &format!("https://sp.example/{number}.png"), "image/png", "")
        })
        .collect();
    let entries: Vec<Value> = pictures.into_iter().chain([page(10, "<html>")]).collect();
    let case = judged(Bounds { light: 3, ..Bounds::default() }, vec![capture(&entries)]);
    assert_eq!(case.exchanges.len(), 4);
    assert_eq!(case.exchanges.last().and_then(|exchange| exchange.place.entry), Some(9));
    assert!(
        case.inputs[0].notes.iter().any(|note| note.contains("6 more were only counted")),
        "{:?}",
        case.inputs[0].notes
    );
}

#[test]
fn pages_far_from_a_sign_in_are_counted_and_those_before_one_are_read() {
    let long = |number: usize| {
        page(number, &format!("<html><title>Page {number}</title>{}", "<p>text</p>".repeat(2_000)))
    };
    let step =
        entry(60, "GET", "https://sp.example/saml/login?SAMLRequest=x", "text/html", "<html>");
    let entries: Vec<Value> = (0..30).map(long).chain([step, long(61)]).collect();
    let case = judged(Bounds { pages: 50_000, ..Bounds::default() }, vec![capture(&entries)]);
    let read: Vec<usize> =
        (0..case.exchanges.len()).filter(|index| case.exchanges[*index].page.is_some()).collect();
    assert_eq!(read, [0, 1, 2, 3, 26, 27, 28, 29, 30, 31]);
    assert!(
        case.inputs[0].notes.iter().any(|note| note.contains("22 pages far from any sign-in")),
        "{:?}",
        case.inputs[0].notes
    );
}

#[test]
fn the_page_of_bounds_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/bounds.md");
    let page = std::fs::read_to_string(path).expect("docs/bounds.md");
    assert_eq!(page, bounds::page(), "docs/bounds.md is not the table of core/src/bounds.rs");
}
