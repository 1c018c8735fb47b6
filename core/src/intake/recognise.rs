//! What is this file? Told by its content, never by its name.

use super::encoding;
use super::har;
use crate::log;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diag_sdk::case::input::InputKind;
use flate2::read::DeflateDecoder;
use std::io::Read as _;

/// What the beginning of a file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// A ZIP archive.
    Zip,
    /// A tar archive.
    Tar,
    /// An aggregate of metadata, which may be larger than any other document.
    Aggregate,
    /// A HAR, to be streamed.
    Capture,
    /// Anything else, to be read whole.
    Other,
}

/// Looks at the beginning of a file.
pub(super) fn at_first_sight(prefix: &[u8]) -> Look {
    if prefix.starts_with(b"PK\x03\x04") || prefix.starts_with(b"PK\x05\x06") {
        return Look::Zip;
    }
    if super::tar::begins(prefix) {
        return Look::Tar;
    }
    if root_name(&encoding::text(prefix))
        .is_some_and(|root| root.rsplit(':').next() == Some("EntitiesDescriptor"))
    {
        return Look::Aggregate;
    }
    if har::begins_a_capture(encoding::text(prefix).as_bytes()) {
        Look::Capture
    } else {
        Look::Other
    }
}

/// What a whole file is.
pub(super) enum Verdict {
    /// A sketch; its text.
    Sketch(String),
    /// JSON of some sort; its text.
    Json(String),
    /// A document of ours, with the bytes to keep.
    Document {
        /// What it is.
        kind: InputKind,
        /// Its bytes: XML as given, text as UTF-8.
        bytes: Vec<u8>,
        /// A remark for people.
        note: Option<String>,
    },
    /// None of ours.
    None {
        /// What it looks like.
        what: String,
        /// It is prose, which may quote an error.
        prose: bool,
    },
}

/// Looks at a whole file.
pub(super) fn document(bytes: &[u8]) -> Verdict {
    if bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return none("Empty");
    }
    if let Some(what) = by_signature(bytes) {
        return none(what);
    }
    if bytes.first() == Some(&0x30) {
        if is_certificate(bytes) {
            return as_given(InputKind::Certificate, bytes);
        }
        if let Some(what) = other_der(bytes) {
            return none(what);
        }
    }
    let text = encoding::text(bytes);
    let trimmed = text.trim_start();
    if trimmed.starts_with("diag-sketch/") {
        return Verdict::Sketch(text.into_owned());
    }
    if trimmed.starts_with('{') && one_object_a_line(trimmed) && log::looks_like(trimmed) {
        return text_of(InputKind::ServerLog, trimmed);
    }
    // A line of a log may begin with its time in brackets; a list of objects does not.
    let bracketed =
        || trimmed.strip_prefix('[').is_some_and(|rest| !rest.trim_start().starts_with('{'));
    if trimmed.starts_with(['{', '[']) && !(bracketed() && log::looks_like(trimmed)) {
        return Verdict::Json(trimmed.to_owned());
    }
    if trimmed.contains("-----BEGIN ") && !trimmed.starts_with('<') {
        return pem(trimmed);
    }
    if trimmed.starts_with('<') {
        let verdict = xml(trimmed, bytes);
        // Some programs write each line of their log as an element.
        let unknown = matches!(&verdict, Verdict::None { prose: false, .. });
        return if unknown && log::looks_like(trimmed) {
            text_of(InputKind::ServerLog, trimmed)
        } else {
            verdict
        };
    }
    if let Some(verdict) = commands(trimmed) {
        return verdict;
    }
    if let Some(log) = super::sign_ins::table_as_log(trimmed) {
        return text_of(InputKind::ServerLog, &log);
    }
    if metadata_with_a_preface(trimmed) {
        return as_given(InputKind::Metadata, bytes);
    }
    if carries_a_message(trimmed) {
        return text_of(InputKind::SamlMessage, trimmed);
    }
    if let Some(verdict) = base64(trimmed) {
        return verdict;
    }
    if certutil(trimmed) {
        return text_of(InputKind::Certutil, trimmed);
    }
    if proxy_log(trimmed) {
        return text_of(InputKind::ProxyLog, trimmed);
    }
    if log::looks_like(trimmed) {
        return text_of(InputKind::ServerLog, trimmed);
    }
    if let Some(what) = super::listing::powershell(trimmed) {
        return none(&what);
    }
    let strange = trimmed
        .chars()
        .take(4096)
        .filter(|character| character.is_control() && !character.is_whitespace())
        .count();
    if strange > 8 {
        none("Binary data")
    } else {
        Verdict::None { what: "Plain text".to_owned(), prose: true }
    }
}

/// The remark on a file that is none of ours.
pub(super) fn none_of_ours(what: &str) -> String {
    format!(
        "{what}: not used. Expected a capture (HAR, SAML-tracer), SAML metadata or a SAML message, an export of either side's configuration (JSON), certutil text, a proxy log, or a certificate"
    )
}

fn none(what: &str) -> Verdict {
    Verdict::None { what: what.to_owned(), prose: false }
}

fn as_given(kind: InputKind, bytes: &[u8]) -> Verdict {
    Verdict::Document { kind, bytes: bytes.to_vec(), note: None }
}

fn text_of(kind: InputKind, text: &str) -> Verdict {
    as_given(kind, text.as_bytes())
}

fn by_signature(bytes: &[u8]) -> Option<&'static str> {
    const SIGNATURES: &[(&[u8], &str)] = &[
        (b"\x89PNG", "A PNG image: a screenshot cannot be judged"),
        (b"\xff\xd8\xff", "A JPEG image: a screenshot cannot be judged"),
        (b"GIF8", "A GIF image"),
        (b"BM", "A bitmap image"),
        (b"%PDF", "A PDF document"),
        (b"7z\xbc\xaf\x27\x1c", "A 7-Zip archive: unpack it first"),
        (b"Rar!", "A RAR archive: unpack it first"),
        (b"BZh", "A bzip2 file: unpack it first"),
        (b"\xfd7zXZ", "An xz file: unpack it first"),
        (b"\x28\xb5\x2f\xfd", "A Zstandard file: unpack it first"),
        (b"\xd0\xcf\x11\xe0", "An Office document or e-mail: save its attachments on their own"),
        (b"ElfFile", "A Windows event log"),
        (b"SQLite format 3", "An SQLite database"),
        (b"\x7fELF", "A program"),
        (b"MZ", "A Windows program"),
        (
            b"\xd4\xc3\xb2\xa1",
            "A packet capture: sign-ins inside TLS cannot be read from it, record a HAR in the browser",
        ),
        (
            b"\x0a\x0d\x0d\x0a",
            "A packet capture: sign-ins inside TLS cannot be read from it, record a HAR in the browser",
        ),
    ];
    let binary = || bytes.iter().take(512).any(|byte| *byte == 0);
    SIGNATURES
        .iter()
        .find(|(signature, _)| bytes.starts_with(signature) && (signature.len() > 2 || binary()))
        .map(|(_, what)| *what)
}

fn is_certificate(der: &[u8]) -> bool {
    x509_parser::parse_x509_certificate(der).is_ok()
}

fn other_der(der: &[u8]) -> Option<&'static str> {
    const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    const PRIVATE_KEYS: [&[u8]; 2] =
        [b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04", b"\x2a\x86\x48\xce\x3d\x02\x01\x06"];
    let head = der.get(..64.min(der.len())).unwrap_or_default();
    let holds = |needle: &[u8]| memchr::memmem::find(head, needle).is_some();
    // A long-form SEQUENCE whose first element is the version 3 is a PKCS #12 store.
    if matches!(der, [0x30, 0x82, _, _, 2, 1, 3, ..] | [0x30, 0x80, 2, 1, 3, ..]) {
        Some(
            "A PKCS #12 store (.pfx), which may hold a private key: not opened. Export the certificate alone",
        )
    } else if holds(SIGNED_DATA) {
        Some("A PKCS #7 bundle (.p7b): export the one certificate as base64 (.cer)")
    } else if PRIVATE_KEYS.iter().any(|key| holds(key))
        || matches!(der, [0x30, 0x82, _, _, 2, 1, 0, 2, ..])
    {
        Some(PRIVATE_KEY)
    } else {
        None
    }
}

const PRIVATE_KEY: &str = "A private key, which was not read and should not travel with a case";

/// PEM text: certificates are ours, keys are not and are cut out.
fn pem(text: &str) -> Verdict {
    let mut certificates = String::new();
    let mut key = false;
    let mut other = None;
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, after)) = after.split_once("-----") else { break };
        let (body, after) = after.split_once("-----END ").unwrap_or((after, ""));
        match label.trim() {
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                certificates.push_str("-----BEGIN CERTIFICATE-----");
                certificates.push_str(body);
                certificates.push_str("-----END CERTIFICATE-----\n");
            }
            label if label.contains("PRIVATE KEY") => key = true,
            label => other = Some(label.chars().take(40).collect::<String>()),
        }
        rest = after;
    }
    if !certificates.is_empty() {
        let note =
            key.then(|| "Holds a private key beside the certificate: the key was not read and should not travel with a case".to_owned());
        return Verdict::Document {
            kind: InputKind::Certificate,
            bytes: certificates.into_bytes(),
            note,
        };
    }
    match (key, other) {
        (true, _) => none(PRIVATE_KEY),
        (false, Some(label)) => none(&format!("PEM text `{label}`, which is no certificate")),
        (false, None) => none("Plain text"),
    }
}

/// Words that tell kinds of XML apart. Not a parser: what is not well-formed has to be recognised too.
fn xml(text: &str, bytes: &[u8]) -> Verdict {
    let root = root_name(text).unwrap_or_default();
    let local = root.rsplit_once(':').map_or(root, |(_, local)| local);
    let is_html =
        matches!(
            local.to_ascii_lowercase().as_str(),
            "html" | "head" | "body" | "script" | "meta" | "div"
        ) || text.get(..14).is_some_and(|head| head.eq_ignore_ascii_case("<!doctype html"));
    match local {
        "EntityDescriptor" | "EntitiesDescriptor" => as_given(InputKind::Metadata, bytes),
        "Response" | "AuthnRequest" | "LogoutRequest" | "LogoutResponse" | "Assertion"
        | "ArtifactResponse" | "ArtifactResolve"
            if text.contains("urn:oasis:names:tc:SAML:") =>
        {
            as_given(InputKind::SamlMessage, bytes)
        }
        "RequestSecurityTokenResponse" | "RequestSecurityTokenResponseCollection" => {
            as_given(InputKind::SamlMessage, bytes)
        }
        "Envelope" if text.contains("urn:oasis:names:tc:SAML:2.0:protocol") => {
            as_given(InputKind::SamlMessage, bytes)
        }
        _ if is_html => Verdict::None { what: "An HTML page".to_owned(), prose: true },
        // A part of metadata from which the element around it was removed, or whose first tag is broken.
        "IDPSSODescriptor" | "SPSSODescriptor" | "RoleDescriptor"
            if text.contains("urn:oasis:names:tc:SAML:2.0") =>
        {
            as_given(InputKind::Metadata, bytes)
        }
        "" if text.contains("EntityDescriptor") => as_given(InputKind::Metadata, bytes),
        "" => none("Text that begins like XML"),
        "Objs" if text.contains("schemas.microsoft.com/powershell") => none(
            "PowerShell's own format (Export-Clixml). For one that can be read: … | ConvertTo-Json -Depth 10 > export.json",
        ),
        root => none(&format!(
            "An XML document with the root `{}`",
            root.chars().take(60).collect::<String>()
        )),
    }
}

/// The name of the first element, wherever it stands behind declarations and comments.
fn root_name(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.get(rest.find('<')? + 1..)?;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
        } else if rest.starts_with(['?', '!']) {
            rest = rest.split_once('>')?.1;
        } else {
            let end = rest
                .find(|c: char| c.is_whitespace() || c == '>' || c == '/')
                .unwrap_or(rest.len());
            return rest.get(..end).filter(|name| !name.is_empty());
        }
    }
}

/// Metadata behind a sentence or two, as browsers show it and people paste it: nothing follows it.
fn metadata_with_a_preface(text: &str) -> bool {
    const LONGEST_PREFACE: usize = 400;
    let Some(at) = text.find('<').filter(|at| *at <= LONGEST_PREFACE) else { return false };
    let Some(markup) = text.get(at..) else { return false };
    let root = root_name(markup).unwrap_or_default();
    matches!(root.rsplit(':').next(), Some("EntityDescriptor" | "EntitiesDescriptor"))
        && text.trim_end().ends_with('>')
}

/// Requests as browsers copy them: `Copy as cURL`, `Copy as fetch`, one or all.
fn commands(text: &str) -> Option<Verdict> {
    let messages = super::command::messages(text)?;
    if messages.is_empty() {
        return Some(none(
            "Requests copied as commands, without a SAML message in them: save the recording as HAR, which holds the answers too",
        ));
    }
    let note =
        "Requests copied as commands: they hold what was sent and no answer; a HAR tells more"
            .to_owned();
    Some(Verdict::Document {
        kind: InputKind::SamlMessage,
        bytes: messages.join("\n").into_bytes(),
        note: Some(note),
    })
}

/// A URL or form body with a message in it.
fn carries_a_message(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    ["SAMLRequest=", "SAMLResponse="].iter().any(|name| {
        line.starts_with(name)
            || line.contains(&format!("?{name}"))
            || line.contains(&format!("&{name}"))
    })
}

/// Base64 of something of ours: metadata, a message with or without DEFLATE, a certificate.
fn base64(text: &str) -> Option<Verdict> {
    let url_decoded = text.contains('%').then(|| super::form::decode_once(text.trim()));
    let compact: String = url_decoded.as_deref().unwrap_or(text).split_ascii_whitespace().collect();
    if compact.len() < 40
        || !compact.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
    {
        return None;
    }
    let decoded = STANDARD.decode(compact.as_bytes()).ok()?;
    if is_certificate(&decoded) {
        return Some(text_of(InputKind::Certificate, text));
    }
    if other_der(&decoded) == Some(PRIVATE_KEY) {
        return Some(none(PRIVATE_KEY));
    }
    let mut inflated = Vec::new();
    let looks_like_xml = |bytes: &[u8]| encoding::text(bytes).trim_start().starts_with('<');
    let xml_bytes = if looks_like_xml(&decoded) {
        &decoded
    } else {
        DeflateDecoder::new(decoded.as_slice()).take(4 << 20).read_to_end(&mut inflated).ok()?;
        &inflated
    };
    match xml(encoding::text(xml_bytes).trim_start(), xml_bytes) {
        Verdict::Document { kind, .. } => Some(text_of(kind, text)),
        _ => None,
    }
}

/// Output of `certutil -store`. Its words are translated, its rulers and a few names are not.
fn certutil(text: &str) -> bool {
    let ruled = text.lines().take(2000).any(|line| {
        let line = line.trim();
        line.starts_with("====")
            && line.ends_with("====")
            && line.bytes().any(|byte| byte.is_ascii_digit())
    });
    let names = [
        "Cert Hash(sha1)",
        "(sha1):",
        "Unique container name",
        "Key Container =",
        "Provider =",
        "ProviderType =",
        "CertUtil:",
    ];
    let hits = names.iter().filter(|name| text.contains(*name)).count();
    (ruled && hits >= 1)
        || hits >= 2
        || text.starts_with("CertUtil:")
        || text.contains("Enhanced RSA and AES") && hits >= 1
}

/// The first lines are JSON objects, each whole: a log that writes JSON.
fn one_object_a_line(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(3);
    let whole = |line: &str| line.starts_with('{') && line.ends_with('}') && line.contains(':');
    let Some(first) = lines.next().filter(|line| whole(line)) else { return false };
    if let Some(second) = lines.next() {
        return whole(second) && lines.all(whole);
    }
    // A single object may just as well be an export on one line; what names a level and a message is a line of a log.
    let names = |names: &[&str]| names.iter().any(|name| first.contains(name));
    names(&["\"level\":", "\"severity\":", "\"loglevel\":", "\"log.level\":"])
        && names(&["\"message\":", "\"msg\":"])
}

/// A log of a proxy service: tab-separated, with the logger's name in each line.
fn proxy_log(text: &str) -> bool {
    let loggers = [
        "System.Proxy",
        "Audit.Proxy",
        "Trace.Proxy",
        "Proxy.Communication",
        "Proxy.SessionEstablishment",
        "Sense.Proxy",
        "\\Proxy\\",
        "Security.Proxy",
    ];
    let head: String = text.chars().take(256 << 10).collect();
    let columns = head
        .lines()
        .take(200)
        .any(|line| line.starts_with("Sequence#\t") || line.matches('\t').count() >= 5);
    (columns
        && (head.contains("Sequence#\t") || loggers.iter().any(|logger| head.contains(logger))))
        || loggers.iter().filter(|logger| head.contains(*logger)).count() >= 2
        || log_lines(&head)
}

/// Lines cut out of such a log, whichever columns it has: a sequence number, then the packed time.
fn log_lines(head: &str) -> bool {
    head.lines().take(50).any(|line| {
        let mut fields = line.split('\t');
        let numbered = fields.next().is_some_and(|field| {
            !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_digit())
        });
        let rest: Vec<&str> = fields.collect();
        let level = rest
            .iter()
            .take(4)
            .any(|field| matches!(*field, "INFO" | "WARN" | "ERROR" | "FATAL" | "DEBUG"));
        let named =
            level && (line.contains("Proxy") || line.contains("proxy") || line.contains("SAML"));
        numbered
            && (named
                || (rest.len() >= 5 && rest.iter().take(3).any(|field| is_packed_time(field))))
    })
}

/// `20261120T090012.000+0000`.
fn is_packed_time(field: &str) -> bool {
    let bytes = field.as_bytes();
    bytes.len() >= 15
        && bytes[8] == b'T'
        && bytes[..15].iter().enumerate().all(|(at, byte)| at == 8 || byte.is_ascii_digit())
        && field.starts_with("20")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> InputKind {
        match document(bytes) {
            Verdict::Document { kind, .. } => kind,
            Verdict::Sketch(_) => InputKind::Sketch,
            Verdict::Json(_) | Verdict::None { .. } => InputKind::Unrecognised,
        }
    }

    fn what(bytes: &[u8]) -> String {
        match document(bytes) {
            Verdict::None { what, .. } => what,
            _ => panic!("recognised"),
        }
    }

    #[test]
    fn metadata_is_known_by_any_prefix_and_even_when_broken() {
        for text in [
            "<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'/>",
            "\u{feff}<?xml version='1.0'?>\n<!-- <html> --><md:EntitiesDescriptor>",
            "<x:EntityDescriptor",
            "This file: <md:EntityDescriptor entityID=“x”>",
            "<!DOCTYPE x [<!ENTITY a 'b'>]><EntityDescriptor/>",
        ] {
            assert_eq!(kind(text.as_bytes()), InputKind::Metadata, "{text}");
        }
        let wide: Vec<u8> =
            "\u{feff}<EntityDescriptor/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(kind(&wide), InputKind::Metadata);
        assert_eq!(
            kind(STANDARD.encode("<EntityDescriptor xmlns='urn:x' entityID='y'/>").as_bytes()),
            InputKind::Metadata
        );
    }

    #[test]
    fn messages_are_known_in_every_wrapping() {
        let xml =
            "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_1\"/>";
        assert_eq!(kind(xml.as_bytes()), InputKind::SamlMessage);
        assert_eq!(kind(STANDARD.encode(xml).as_bytes()), InputKind::SamlMessage);
        let mut deflated = Vec::new();
        flate2::read::DeflateEncoder::new(xml.as_bytes(), flate2::Compression::default())
            .read_to_end(&mut deflated)
            .unwrap();
        assert_eq!(kind(STANDARD.encode(&deflated).as_bytes()), InputKind::SamlMessage);
        assert_eq!(
            kind(b"https://idp.example/saml2?RelayState=x&SAMLRequest=nZJL"),
            InputKind::SamlMessage
        );
        assert_eq!(kind(b"SAMLResponse=PHM%2B&RelayState=x"), InputKind::SamlMessage);
        assert_eq!(kind(b"<Response><ok/></Response>"), InputKind::Unrecognised);
    }

    #[test]
    fn keys_are_never_kept() {
        let both = "-----BEGIN CERTIFICATE-----\nQUFB\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n";
        let Verdict::Document { kind, bytes, note } = document(both.as_bytes()) else { panic!() };
        assert_eq!(kind, InputKind::Certificate);
        assert!(!String::from_utf8(bytes).unwrap().contains("SECRET"));
        assert!(note.unwrap().contains("private key"));
        assert_eq!(
            what(b"-----BEGIN RSA PRIVATE KEY-----\nSECRET\n-----END RSA PRIVATE KEY-----"),
            PRIVATE_KEY
        );
        assert!(
            what(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")
                .contains("PUBLIC KEY")
        );
    }

    #[test]
    fn texts_of_both_products_are_told_apart() {
        let certutil = "================ Certificate 0 ================\nSerial Number: 01\nCert Hash(sha1): ab cd\n  Provider = Microsoft Enhanced RSA and AES Cryptographic Provider\n";
        assert_eq!(kind(certutil.as_bytes()), InputKind::Certutil);
        let german = "================ Zertifikat 0 ================\nSeriennummer: 01\nZertifikathash(sha1): ab cd\n";
        assert_eq!(kind(german.as_bytes()), InputKind::Certutil);
        let log = "Sequence#\tTimestamp\tLevel\tHostname\tLogger\tThread\tId\tServiceUser\tMessage\n1\t20261124T100000.000+0000\tERROR\tsense\tAudit.Proxy.Proxy.Core.Authentication\t12\tx\ty\tz\n";
        assert_eq!(kind(log.as_bytes()), InputKind::ProxyLog);
        assert_eq!(kind(b"diag-sketch/1 2026-11-24T10:00:00Z\n"), InputKind::Sketch);
    }

    #[test]
    fn other_files_are_named_for_what_they_are() {
        for (bytes, expected) in [
            (&b" \n"[..], "Empty"),
            (b"<!DOCTYPE html><html><title>Sign in</title>", "HTML"),
            (b"<html>", "HTML"),
            (b"\x89PNG\r\n\x1a\n", "PNG"),
            (b"%PDF-1.7", "PDF"),
            (b"hello", "Plain text"),
            (b"\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10", "Binary"),
            (b"<svg xmlns='x'/>", "root `svg`"),
            (b"<root><EntityDescriptor/></root>", "root `root`"),
            (b"We load the `<EntityDescriptor>` element from the portal.", "Plain text"),
            (b"# Notes\n\n```xml\n<EntityDescriptor entityID='x'>\n```\nThat is all.", "Plain text"),
            (b"<Objs Version='1.1.0.1' xmlns='http://schemas.microsoft.com/powershell/2004/04'/>", "ConvertTo-Json"),
            (b"DisplayName Id AppId\n----------- -- -----\nSense       1  3\n", "Format-Table"),
            (b"DisplayName : Sense\nReplyUrls : {https://sense.example/}\nAppId : 3\n", "ConvertTo-Json"),
            (b"curl 'https://sense.example/hub' \\\n  -H 'accept: */*'", "without a SAML message"),
            (b"<", "begins like XML"),
            (b"MZ\x90\0\x03\0", "program"),
            (b"BMW is a car", "Plain text"),
        ] {
            assert!(what(bytes).contains(expected), "{expected}: {}", what(bytes));
        }
    }

    #[test]
    fn captures_are_seen_at_the_first_look() {
        for text in [
            "{\"log\":{\"version\":\"1.2\",\"entries\":[",
            "\u{feff} {\n \"log\" : { \"creator\": {\"name\":\"x\"}, \"pages\": [",
            "{\"entries\":[{\"startedDateTime\":\"\",\"request\":{",
            "[{\"request\":{\"url\":\"x\"},\"response\":{}}]",
        ] {
            assert_eq!(at_first_sight(text.as_bytes()), Look::Capture, "{text}");
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(at_first_sight(&wide), Look::Capture, "{text}");
        }
        for text in [
            "{\"log\":{}}",
            "{\"log\":[1]}",
            "{\"entries\":[1,2]}",
            "[{\"appId\":\"x\"}]",
            "[]",
            "{}",
            "",
            "{\"value\":[{\"id\":1}]}",
        ] {
            assert_eq!(at_first_sight(text.as_bytes()), Look::Other, "{text}");
        }
        assert_eq!(at_first_sight(b"PK\x03\x04..."), Look::Zip);
    }
}
