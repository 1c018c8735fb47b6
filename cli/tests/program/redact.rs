//! `diag redact`, as people and scripts meet it: what goes, what stays, and that nothing is written otherwise.

use crate::support::diag_in as diag;
use std::fs;
use std::path::{Path, PathBuf};

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)
}

fn verdict(folder: &Path, path: &str) -> String {
    let out = diag(folder, &["check", path, "--format", "json", "--at", "2026-11-24T10:00:00Z"]);
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).expect("a report");
    let checks: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|finding| finding["check"].as_str())
        .collect();
    format!("{} {checks:?}", report["verdict"])
}

#[test]
fn a_case_is_copied_and_judged_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["certificate-rolled-over", "healthy", "reply-url-without-slash"] {
        let case = example(name);
        let case = case.to_str().expect("a path");
        let out = diag(
            folder.path(),
            &["redact", case, "-o", &format!("{name}/"), "--at", "2026-11-24T10:00:00Z"],
        );
        assert!(out.status.success(), "{name}: {}", String::from_utf8_lossy(&out.stderr));
        assert_eq!(verdict(folder.path(), name), verdict(folder.path(), case), "{name}");
        // A second run knows its own marks, and changes nothing.
        let capture = format!("{name}/capture.har");
        let again = diag(
            folder.path(),
            &["redact", &capture, "-o", "again.har", "--force", "--at", "2026-11-24T10:00:00Z"],
        );
        assert!(again.status.success(), "{name}: {}", String::from_utf8_lossy(&again.stderr));
        let read = |path: &str| fs::read(folder.path().join(path)).expect("a copy");
        assert!(read(&capture) == read("again.har"), "{name}: a second run changed something");
    }
}

#[test]
fn findings_that_rest_on_the_record_say_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = example("certificate-rolled-over");
    let case = case.to_str().expect("a path");
    let out = diag(folder.path(), &["redact", case, "-o", "copy/"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let report = diag(folder.path(), &["check", "copy", "--format", "json"]);
    let report = String::from_utf8_lossy(&report.stdout).into_owned();
    assert!(report.contains("not verified here"), "{report}");
    let original = diag(folder.path(), &["check", case, "--format", "json"]);
    assert!(!String::from_utf8_lossy(&original.stdout).contains("not verified here"));
    // Without its record a copy is not called wrong: nobody can tell.
    let path = folder.path().join("copy/capture.har");
    let mut capture: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).expect("a copy")).expect("JSON");
    capture["log"].as_object_mut().expect("a log").remove("_diag").expect("a record");
    fs::write(&path, capture.to_string()).expect("written");
    let report = diag(folder.path(), &["check", "copy", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).expect("a report");
    let checks: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|finding| finding["check"].as_str())
        .collect();
    assert!(
        !checks.contains(&"signing/signature-invalid")
            && !checks.contains(&"signing/signed-by-unknown-key"),
        "{checks:?}"
    );
}

#[test]
fn nothing_is_overwritten_and_what_is_unknown_is_not_copied() {
    let folder = tempfile::tempdir().expect("a folder");
    let capture = example("healthy/capture.har");
    let capture = capture.to_str().expect("a path");
    fs::write(folder.path().join("there.har"), "mine").expect("written");
    let refused = diag(folder.path(), &["redact", capture, "-o", "there.har"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read_to_string(folder.path().join("there.har")).expect("readable"), "mine");
    fs::write(folder.path().join("picture.png"), b"\x89PNG\r\n\x1a\n\0\0\0\0").expect("written");
    let refused = diag(folder.path(), &["redact", "picture.png", "-o", "copy.png"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(!folder.path().join("copy.png").exists());
    let found = diag(folder.path(), &["redact", "--check", capture]);
    assert_eq!(found.status.code(), Some(1));
}

/// A response that names somebody in the ways in which responses do.
const RESPONSE: &str = r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="2026-11-24T10:00:00Z"><saml:Issuer>https://sts.tailspin-toys.example/9d2c1f7a-5b1e-4c0f-8a3e-91b6e0d5c7f2/</saml:Issuer><saml:Assertion ID="_2" Version="2.0" IssueInstant="2026-11-24T10:00:00Z"><saml:Issuer>https://sts.tailspin-toys.example/9d2c1f7a-5b1e-4c0f-8a3e-91b6e0d5c7f2/</saml:Issuer><saml:Subject><saml:NameID>Bo</saml:NameID></saml:Subject><saml:AttributeStatement><saml:Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"><saml:AttributeValue>Page</saml:AttributeValue></saml:Attribute><saml:Attribute Name="upn"><saml:AttributeValue> bo.page@tailspin-toys.example</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>"#;

#[test]
fn names_and_hosts_go_and_what_is_equal_stays_equal() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("response.xml"), RESPONSE).expect("written");
    let copied = |from: &str, to: &str| {
        let out = diag(folder.path(), &["redact", from, "-o", to, "--identities", "--hosts"]);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        fs::read_to_string(folder.path().join(to)).expect("a copy")
    };
    let copy = copied("response.xml", "copy.xml");
    let lower = copy.to_lowercase();
    for gone in [">bo<", "page<", "tailspin-toys", "9d2c1f7a", "bo.page"] {
        assert!(!lower.contains(gone), "{gone}: {copy}");
    }
    let between = |from: &str, to: &str| {
        copy.split_once(from).and_then(|(_, rest)| rest.split_once(to)).expect("there").0.to_owned()
    };
    let (name, surname) =
        (between("<saml:NameID>", "<"), between("claims/surname\"><saml:AttributeValue>", "<"));
    // Letter case, blanks, and what is part of what.
    assert!(
        name.starts_with(char::is_uppercase) && surname.starts_with(char::is_uppercase),
        "{copy}"
    );
    let host = between("https://sts.", "/");
    assert_eq!(
        between("\"upn\"><saml:AttributeValue>", "<"),
        format!(" {}.{}@{host}", name.to_lowercase(), surname.to_lowercase())
    );
    assert_eq!(copied("copy.xml", "again.xml"), copy, "a second run changed something");
    let clean = diag(folder.path(), &["redact", "--check", "--identities", "--hosts", "copy.xml"]);
    assert_eq!(clean.status.code(), Some(0), "{}", String::from_utf8_lossy(&clean.stdout));
}

#[test]
fn a_certificate_that_names_a_host_names_another_and_its_thumbprint_follows() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = example("certificate-rolled-over");
    let case = case.to_str().expect("a path");
    let out = diag(
        folder.path(),
        &[
            "redact",
            case,
            "-o",
            "copy/",
            "--identities",
            "--hosts",
            "--map",
            "map.json",
            "--at",
            "2026-11-24T10:00:00Z",
        ],
    );
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(verdict(folder.path(), "copy"), verdict(folder.path(), case));
    let map: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("map.json")).expect("a map"))
            .expect("JSON");
    for part in ["values", "names"] {
        let pairs = map[part].as_object().expect("pairs");
        let stands_for = |(was, is): (&String, &serde_json::Value)| {
            is.as_str().is_some_and(|is| was != is && was.chars().count() == is.chars().count())
        };
        assert!(!pairs.is_empty() && pairs.iter().all(stands_for), "{part}: {pairs:?}");
    }
}

fn cookies(path: &Path) -> Vec<String> {
    let copy: serde_json::Value =
        serde_json::from_slice(&fs::read(path).expect("a copy")).expect("JSON");
    let entries = copy["log"]["entries"].as_array().expect("entries").iter();
    let headers = entries.filter_map(|entry| entry["request"]["headers"].as_array()).flatten();
    headers
        .filter(|header| {
            header["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("cookie"))
        })
        .filter_map(|header| header["value"].as_str())
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_map_makes_equal_values_equal_in_a_second_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let capture = example("healthy/capture.har");
    let capture = capture.to_str().expect("a path");
    let copied = |to: &str, more: &[&str]| {
        diag(folder.path(), &[&["redact", capture, "-o", to], more].concat())
    };
    for (to, more) in [
        ("first.har", ["--map", "map.json"].as_slice()),
        ("second.har", &["--map", "map.json"]),
        ("third.har", &[]),
    ] {
        let done = copied(to, more);
        assert!(done.status.success(), "{to}: {}", String::from_utf8_lossy(&done.stderr));
        assert!(done.stderr.is_empty(), "{to}: {}", String::from_utf8_lossy(&done.stderr));
    }
    assert!(!cookies(&at("first.har")).is_empty());
    assert_eq!(cookies(&at("first.har")), cookies(&at("second.har")));
    assert_ne!(cookies(&at("first.har")), cookies(&at("third.har")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| fs::metadata(at(name)).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode("map.json"), 0o600);
        // Whoever let others read it is told so, once: it is their owner's again.
        fs::set_permissions(at("map.json"), fs::Permissions::from_mode(0o644)).expect("set");
        let done = copied("fourth.har", &["--map", "map.json"]);
        assert!(String::from_utf8_lossy(&done.stderr).contains("others on this computer"));
        assert_eq!(mode("map.json"), 0o600);
    }
}

#[test]
fn what_is_no_map_is_never_overwritten_and_a_map_never_given_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let capture = example("healthy/capture.har");
    let capture = capture.to_str().expect("a path");
    fs::create_dir(at("copy")).expect("a folder");
    for (name, content) in [
        ("notes.txt", "mine"),
        ("other.json", r#"{"hunter2": "mine"}"#),
        ("copy/report.json", r#"{"schema": "diag-report/1"}"#),
    ] {
        fs::write(at(name), content).expect("written");
        let refused = diag(folder.path(), &["redact", capture, "-o", "out.har", "--map", name]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{name}: {said}");
        assert!(
            said.contains("is not a map that diag redact wrote")
                && said.lines().count() == 2
                && !said.contains("hunter2"),
            "{name}: {said}"
        );
        assert_eq!(fs::read_to_string(at(name)).expect("there"), content);
        assert!(!at("out.har").exists());
    }
    for (output, map) in [("copy/", "copy/map.json"), ("same.json", "./same.json")] {
        let refused = diag(folder.path(), &["redact", capture, "-o", output, "--map", map]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{map}: {said}");
        assert!(said.contains("would be given away with the copies"), "{map}: {said}");
        assert!(!at(map).exists());
    }
    let refused = diag(folder.path(), &["redact", capture, "-o", "out.har", "--map", capture]);
    assert_eq!(refused.status.code(), Some(2));
}
