//! What people wrap a case in: archives of every kind hold the same case, and Fiddler's is a capture.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diag_core::examine::{Request, examine};
use diag_core::intake::Supplied;
use diag_core::report::{CheckOutcome, Report};
use diag_core::verdict::Verdict;
use diag_sdk::case::input::{HeldBy, InputKind};
use diag_sdk::case::message::MessageKind;
use diag_tests::diagnose::{File, case_of, report_on};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// The files of an example.
fn files() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/reply-url-without-slash");
    let mut files: Vec<File> = std::fs::read_dir(folder)
        .expect("an example")
        .map(|entry| {
            let entry = entry.expect("an entry");
            File::new(
                entry.file_name().to_str().expect("UTF-8"),
                std::fs::read(entry.path()).expect("a file"),
            )
        })
        .collect();
    files.sort_by(|one, other| one.name.cmp(&other.name));
    files
}

/// A tar archive (POSIX) of files.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in files {
        let mut block = vec![0_u8; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block[156] = b'0';
        block[257..263].copy_from_slice(b"ustar\0");
        archive.extend(block);
        archive.extend(*content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.extend([0; 1024]);
    archive
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

/// A ZIP archive of files, as they are.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let number = |number: usize| u32::try_from(number).expect("small").to_le_bytes();
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut checksum = flate2::Crc::new();
        checksum.update(content);
        let start = archive.len();
        let mut facts = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        facts.extend(checksum.sum().to_le_bytes());
        facts.extend([number(content.len()), number(content.len())].concat());
        facts.extend([u8::try_from(name.len()).expect("short"), 0, 0, 0]);
        archive.extend(b"PK\x03\x04");
        archive.extend(&facts);
        archive.extend(name.as_bytes());
        archive.extend(*content);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&facts);
        directory.extend([0; 10]);
        directory.extend(number(start));
        directory.extend(name.as_bytes());
    }
    let (start, count) = (archive.len(), u8::try_from(files.len()).expect("few"));
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([count, 0, count, 0]);
    archive.extend([number(directory.len()), number(start)].concat());
    archive.extend([0, 0]);
    archive
}

fn told(report: &Report) -> Vec<(String, String)> {
    let mut told: Vec<(String, String)> = report
        .findings
        .iter()
        .map(|finding| (finding.check.clone(), finding.message.clone()))
        .collect();
    told.sort();
    told
}

#[test]
fn an_archive_is_what_is_in_it() {
    let files = files();
    let folder = report_on(&case_of(&files));
    assert_eq!(folder.verdict, Verdict::Broken);
    let pairs: Vec<(&str, &[u8])> =
        files.iter().map(|file| (file.name.as_str(), file.content.as_slice())).collect();
    for (name, bytes) in
        [("case.zip", zip(&pairs)), ("case.tar", tar(&pairs)), ("case.tgz", gzip(&tar(&pairs)))]
    {
        let case = case_of(&[File::new(name, bytes)]);
        assert_eq!(case.inputs.len(), files.len(), "{name}");
        assert!(
            case.inputs.iter().all(|input| input.path.starts_with(&format!("{name}/"))),
            "{name}"
        );
        let report = report_on(&case);
        assert_eq!((report.verdict, told(&report)), (folder.verdict, told(&folder)), "{name}");
    }
}

const RESPONSE: &str = "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"2026-11-24T10:00:00Z\"><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status></samlp:Response>";

/// The message as a form carries it.
fn posted() -> String {
    STANDARD.encode(RESPONSE).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

#[test]
fn what_fiddler_saved_is_a_capture() {
    let request = format!(
        "POST https://app.example/acs HTTP/1.1\r\nHost: app.example\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nSAMLResponse={}",
        posted()
    );
    let saz = zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("raw/1_c.txt", request.as_bytes()),
        ("raw/1_s.txt", b"HTTP/1.1 302 Found\r\nLocation: /hub\r\nSet-Cookie: session=CANARY; path=/\r\n\r\n"),
        ("raw/1_m.xml", b"<Session><SessionTimers ClientBeginRequest=\"2026-11-24T10:00:01Z\"/></Session>"),
        ("raw/2_c.txt", b"GET https://app.example/hub HTTP/1.1\r\nHost: app.example\r\nCookie: session=CANARY\r\n\r\n"),
        ("raw/2_s.txt", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Hub</title>"),
        ("raw/2_m.xml", b"<Session><SessionTimers ClientBeginRequest=\"2026-11-24T10:00:02Z\"/></Session>"),
    ]);
    let case = case_of(&[File::new("session.saz", saz)]);
    assert_eq!((case.inputs[0].kind, case.exchanges.len()), (InputKind::Har, 2));
    assert_eq!(report_on(&case).verdict, Verdict::Healthy);
}

#[test]
fn requests_copied_as_commands_hold_their_messages() {
    let body = format!("SAMLResponse={}&RelayState=x", posted());
    let wresult = "wa=wsignin1.0&wresult=%3Ct%3ARequestSecurityTokenResponse+xmlns%3At%3D%22http%3A%2F%2Fschemas.xmlsoap.org%2Fws%2F2005%2F02%2Ftrust%22%2F%3E";
    for (text, kind) in [
        (
            format!(
                "curl 'https://app.example/acs' \\\n  -H 'accept: */*' \\\n  --data-raw '{body}' \\\n  --compressed\n"
            ),
            MessageKind::Response,
        ),
        (
            format!(
                "fetch(\"https://app.example/acs\", {{\n  \"body\": \"{body}\",\n  \"method\": \"POST\"\n}});\n"
            ),
            MessageKind::Response,
        ),
        (
            format!("curl 'https://app.example/' --data-raw '{wresult}'\n"),
            MessageKind::WsFederationToken,
        ),
    ] {
        let case = case_of(&[File::new("copied.txt", text.clone())]);
        assert_eq!(case.inputs[0].kind, InputKind::SamlMessage, "{text}");
        assert_eq!(
            case.messages.iter().map(|message| message.kind).collect::<Vec<_>>(),
            [kind],
            "{text}"
        );
    }
}

/// A signed aggregate of a federation, larger than what is read whole.
fn federation() -> String {
    let mut text = String::from(
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"_f\">\n<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo/><ds:SignatureValue>AA==</ds:SignatureValue></ds:Signature>\n",
    );
    let padding = "padding ".repeat(200);
    for number in 0..11_000 {
        let _ = writeln!(
            text,
            "<md:EntityDescriptor entityID=\"https://e{number}.example/\"><md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/><!-- {padding} --></md:EntityDescriptor>"
        );
    }
    text.push_str("</md:EntitiesDescriptor>\n");
    text
}

#[test]
fn a_large_aggregate_waits_in_an_archive_and_says_that_its_signature_was_not_verified() {
    let text = federation();
    assert!(text.len() > 16 << 20);
    let note = b"Dear support, this is the federation.\n";
    let files = [("federation.xml", text.as_bytes()), ("note.txt", note.as_slice())];
    let read = |name: &str, bytes: Vec<u8>, most: Option<u64>| {
        let supplied = Supplied {
            path: name.to_owned(),
            named: true,
            held_by: HeldBy::Publisher,
            reader: Box::new(std::io::Cursor::new(bytes)),
        };
        let mut request = Request {
            entity: Some("https://e10999.example/".to_owned()),
            ..Request::new(vec![supplied])
        };
        if let Some(most) = most {
            request.bounds.aggregate = most;
        }
        examine(request, &mut |_| {}).case
    };
    for (name, bytes) in [
        ("f.zip", zip(&files)),
        ("f.tgz", gzip(&tar(&files))),
        ("federation.xml", text.clone().into_bytes()),
    ] {
        let case = read(name, bytes, None);
        let entity = case.metadata.first().unwrap_or_else(|| panic!("{name}: {:?}", case.inputs));
        assert_eq!(
            (entity.entity_id.value.as_str(), entity.signature_untried),
            ("https://e10999.example/", true),
            "{name}"
        );
        let notes: Vec<&str> =
            case.inputs.iter().flat_map(|input| &input.notes).map(String::as_str).collect();
        assert!(notes.iter().any(|note| note.contains("not verified")), "{name}: {notes:?}");
        let report = report_on(&case);
        let edited = report
            .checks
            .iter()
            .find(|check| check.id == "metadata/edited-after-signing")
            .expect("the check");
        assert_eq!(edited.outcome, CheckOutcome::Skipped, "{name}");
    }
    let case = read("f.tar", tar(&files), Some(1 << 20));
    assert!(
        case.metadata.is_empty() && case.crossed.iter().any(|crossed| crossed.bound == "aggregate"),
        "{:?}",
        case.crossed
    );
    assert!(
        case.inputs[0].notes[0].contains("unpack the archive and give the file"),
        "{:?}",
        case.inputs
    );
}
