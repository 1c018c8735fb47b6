//! `diag decode` and `diag flow`: what was sent, as it was sent.

use crate::support::{diag_in, err, out};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

/// What `decode` prints of a file with these bytes.
fn decoded(name: &str, bytes: &[u8], arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(name), bytes).expect("a file");
    diag_in(folder.path(), &[&["decode", name], arguments].concat())
}

const PROTOCOL: &str = "xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";

#[test]
fn tabs_and_blanks_stay_as_they_are() {
    let xml = format!(
        "<samlp:Response {PROTOCOL}\n\tID=\"_1\" Version=\"2.0\"><saml:Issuer>\n\t\tone  \ntwo\t\n\t</saml:Issuer></samlp:Response>"
    );
    let output = decoded("tabs.xml", xml.as_bytes(), &[]);
    let text = out(&output);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(
        text.contains("\n\tID=\"_1\"")
            && text.contains("<saml:Issuer>\n\t\tone  \ntwo\t\n\t</saml:Issuer>"),
        "{text}"
    );
    assert!(roxmltree::Document::parse(&text).is_ok(), "what goes into a pipe is XML: {text}");
}

#[test]
fn the_declaration_names_the_encoding_that_is_written() {
    let mut bytes =
        format!("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<samlp:Response {PROTOCOL} ID=\"_1\"><saml:Issuer>M").into_bytes();
    bytes.push(0xf6);
    bytes.extend_from_slice(b"ve</saml:Issuer></samlp:Response>");
    let text = out(&decoded("latin1.xml", &bytes, &[]));
    assert!(
        text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
            && text.contains("M\u{f6}ve"),
        "{text}"
    );
    assert!(text.contains("came in iso-8859-1"), "{text}");
}

#[test]
fn it_says_that_nothing_is_hidden_and_colours_a_terminal_only() {
    let xml = format!("<samlp:Response {PROTOCOL} ID=\"_1\"/>");
    let plain = decoded("r.xml", xml.as_bytes(), &[]);
    assert!(
        err(&plain).contains("nothing is hidden") && !out(&plain).contains('\u{1b}'),
        "{}",
        err(&plain)
    );
    let coloured = out(&decoded("r.xml", xml.as_bytes(), &["--color", "always"]));
    assert!(
        coloured.contains("\u{1b}[36m<samlp:Response")
            || coloured.contains("\u{1b}[36m<samlp:Response "),
        "{coloured:?}"
    );
}

#[test]
fn json_tells_who_what_when_and_for_whom() {
    let xml = format!(
        "<samlp:Response {PROTOCOL} ID=\"_1\" Version=\"2.0\" IssueInstant=\"2026-11-24T10:00:00Z\" Destination=\"https://sp.example/acs\" InResponseTo=\"_q\"><saml:Issuer>https://idp.example/</saml:Issuer><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status><saml:Assertion ID=\"_2\" Version=\"2.0\" IssueInstant=\"2026-11-24T10:00:00Z\"><saml:Issuer>https://idp.example/</saml:Issuer><saml:Subject><saml:NameID>ann</saml:NameID></saml:Subject><saml:Conditions NotOnOrAfter=\"2026-11-24T10:05:00Z\"><saml:AudienceRestriction><saml:Audience>https://sp.example/</saml:Audience></saml:AudienceRestriction></saml:Conditions></saml:Assertion></samlp:Response>"
    );
    let written: Value =
        serde_json::from_str(&out(&decoded("r.xml", xml.as_bytes(), &["--format", "json"])))
            .expect("JSON");
    assert_eq!(written["schema"], "diag-decode/1");
    let message = &written["messages"][0];
    assert_eq!(
        (message["root"].as_str(), message["xml"].as_str()),
        (Some("Response"), Some(xml.as_str()))
    );
    let summary = &message["summary"];
    assert_eq!(summary["issuer"], "https://idp.example/");
    assert_eq!(summary["status"][0], "Success");
    assert_eq!(summary["issued"], "2026-11-24T10:00:00Z");
    assert_eq!(summary["destination"], "https://sp.example/acs");
    assert_eq!(
        (&summary["signed"], &summary["encrypted"]),
        (&Value::Array(Vec::new()), &Value::Array(Vec::new()))
    );
    assert_eq!(
        (&summary["assertions"][0]["subject"], &summary["assertions"][0]["audiences"][0]),
        (&"ann".into(), &"https://sp.example/".into())
    );
}

#[test]
fn a_capture_without_messages_says_how_many_exchanges_it_has() {
    let sketch = "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://a.example/ @0s\n< 200\n\nGET https://a.example/b @1s\n< 200\n";
    let output = decoded("plain.txt", sketch.as_bytes(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("a capture of 2 exchanges, none of which carries a SAML message"),
        "{}",
        err(&output)
    );
    let empty = decoded("plain.har", b"{\"log\":{\"version\":\"1.2\",\"entries\":[]}}", &[]);
    assert!(!err(&empty).contains("is empty"), "{}", err(&empty));
}

#[test]
fn a_cut_message_is_shown_and_not_passed() {
    let xml = format!("<samlp:Response {PROTOCOL} ID=\"_1\"><saml:Issuer>https://idp.exam");
    let output = decoded("cut.xml", xml.as_bytes(), &[]);
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
    assert!(
        out(&output).contains("https://idp.exam") && err(&output).contains("error: "),
        "{}",
        err(&output)
    );
}

#[test]
fn every_attempt_names_its_capture() {
    let example =
        Path::new("../examples/reply-url-without-slash/capture.har").display().to_string();
    let text = out(&diag_in(Path::new("."), &["flow", &example]));
    assert!(text.starts_with(&example), "{text}");
    let written: Value = serde_json::from_str(&out(&diag_in(
        Path::new("."),
        &["flow", &example, "--format", "json"],
    )))
    .expect("JSON");
    assert_eq!(written["attempts"][0]["capture"], example);
    let drawn = out(&diag_in(Path::new("."), &["flow", &example, "--format", "mermaid"]));
    assert!(
        drawn.starts_with("%% ")
            && drawn.contains("\nsequenceDiagram\n")
            && drawn.contains("->>IdP: AuthnRequest"),
        "{drawn}"
    );
}
