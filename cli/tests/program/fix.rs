//! `diag fix`, as people and scripts meet it: what is written, what never is, and that `diag check` is
//! content with the result.

use crate::support::{diag_in as diag, err, json, out};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const TIME: &str = "2026-11-24T10:00:00Z";

fn base(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/cases/base").join(name);
    let mut text = fs::read_to_string(path).expect("the base").replace("\r\n", "\n");
    for name in ["idp", "sp"] {
        text = text.replace(&format!("{{{{certificate:{name}}}}}"), &certificate(name));
    }
    text
}

/// A certificate of the fixtures as base64.
fn certificate(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../tests/fixtures/keys/{name}.crt"));
    fs::read_to_string(path)
        .expect("a certificate")
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect()
}

const ROLES: &str = "  <RoleDescriptor xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:fed=\"urn:fed\" xsi:type=\"fed:SecurityTokenServiceType\">\n    <fed:X>CANARY-IN-THE-FILE</fed:X>\n  </RoleDescriptor>\n";

/// The metadata with RoleDescriptors before its role.
fn with_roles(metadata: &str) -> String {
    let at = metadata.find("<IDPSSODescriptor").expect("a role");
    let line = metadata[..at].rfind('\n').map_or(at, |end| end + 1);
    format!("{}{ROLES}{}", &metadata[..line], &metadata[line..])
}

fn piped(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_diag"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("diag runs");
    child.stdin.take().expect("a pipe").write_all(input).expect("written");
    child.wait_with_output().expect("diag ends")
}

fn checks_found(report: &serde_json::Value, severity: &str) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    findings
        .iter()
        .filter(|f| f["severity"] == severity)
        .map(|f| f["check"].as_str().expect("an id").to_owned())
        .collect()
}

/// A virtual proxy that holds this metadata.
fn holding(metadata: &str) -> String {
    let mut export: serde_json::Value =
        serde_json::from_str(&base("virtualproxy.json")).expect("JSON");
    let value = serde_json::Value::String(STANDARD.encode(metadata));
    match &mut export {
        serde_json::Value::Array(entries) => entries[0]["samlMetadataIdP"] = value,
        entry => entry["samlMetadataIdP"] = value,
    }
    export.to_string()
}

/// A folder with one case: Qlik Sense holds metadata with RoleDescriptors.
fn case() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["application.json", "sp-metadata.xml"] {
        fs::write(folder.path().join(name), base(name)).expect("a file");
    }
    fs::write(
        folder.path().join("virtualproxy.json"),
        holding(&with_roles(&base("held-metadata.xml"))),
    )
    .expect("a file");
    folder
}

#[test]
fn what_check_finds_fix_mends_and_check_is_content() {
    let folder = case();
    let before = json(&diag(folder.path(), &[".", "--at", TIME, "--format", "json"]));
    assert_eq!(checks_found(&before, "error"), ["metadata/role-descriptor-present"]);

    let fixed = diag(folder.path(), &["fix", ".", "-o", "out", "--at", TIME]);
    assert_eq!(fixed.status.code(), Some(0), "{}", err(&fixed));
    let said = out(&fixed);
    assert!(
        said.contains("WRITTEN  out/")
            && said.contains("fed:SecurityTokenServiceType")
            && said.contains("SAML IdP metadata"),
        "{said}"
    );
    assert!(!said.contains("TO ENTER BY HAND"), "{said}");
    let copies = written(folder.path(), ".xml");
    let [copy] = copies.as_slice() else { panic!("one copy: {copies:?}") };
    assert_eq!(fs::read_to_string(copy).expect("readable"), base("held-metadata.xml"));

    fs::write(
        folder.path().join("virtualproxy.json"),
        holding(&fs::read_to_string(copy).expect("readable")),
    )
    .expect("a file");
    fs::remove_dir_all(folder.path().join("out")).expect("removed");
    let after = json(&diag(folder.path(), &[".", "--at", TIME, "--format", "json"]));
    assert_eq!(
        (checks_found(&after, "error"), after["verdict"].as_str()),
        (Vec::new(), Some("healthy"))
    );
    let again = diag(folder.path(), &["fix", ".", "-o", "out", "--at", TIME]);
    assert_eq!(
        (again.status.code(), out(&again).starts_with("Nothing to do")),
        (Some(0), true),
        "{}",
        out(&again)
    );
    assert!(!folder.path().join("out").exists());
}

#[test]
fn spelling_is_mended_until_check_is_content() {
    let folder = case();
    let good = base("held-metadata.xml");
    let bad = good
        .replace("use=\"signing\"", "use=\u{201c}signing\u{201d}")
        .replace("http://www.w3.org/2000/09/xmldsig#", "https://www.w3.org/2000/09/xmldsig#")
        .replace("<X509Certificate>", "<X509Certificate>-----BEGIN CERTIFICATE-----\n")
        .replace("</X509Certificate>", "\n-----END CERTIFICATE-----</X509Certificate>")
        .replace("/saml2\"", "/saml2?a=1&b=2\"");
    let wide: Vec<u8> = format!("\u{feff}{}", bad.replace("utf-8", "utf-16"))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (name, bytes) in [("held.xml", bad.clone().into_bytes()), ("wide.xml", wide)] {
        fs::write(folder.path().join(name), bytes).expect("a file");
        let check = |held: &str| {
            json(&diag(
                folder.path(),
                &[
                    "sp-metadata.xml",
                    "application.json",
                    "--sp-has",
                    held,
                    "--at",
                    TIME,
                    "--format",
                    "json",
                ],
            ))
        };
        assert!(
            checks_found(&check(name), "error").contains(&"metadata/not-well-formed".to_owned())
        );
        let line = [
            "fix",
            "sp-metadata.xml",
            "application.json",
            "--sp-has",
            name,
            "-o",
            "out",
            "--at",
            TIME,
            "--format",
            "json",
        ];
        let record = json(&diag(folder.path(), &line));
        assert_eq!(
            record["copies"][0]["changes"].as_array().map(|changes| changes.len() >= 5),
            Some(true),
            "{record}"
        );
        let after = check(&format!("out/{name}"));
        assert_eq!(checks_found(&after, "error"), Vec::<String>::new());
        let warnings = checks_found(&after, "warning")
            .iter()
            .filter(|check| *check == "metadata/encoding-unusual")
            .count();
        assert_eq!(warnings, usize::from(name == "wide.xml"), "the encoding is kept");
    }
    let copy = fs::read_to_string(folder.path().join("out/held.xml")).expect("readable");
    assert_eq!(copy, good.replace("/saml2\"", "/saml2?a=1&amp;b=2\""));
}

#[test]
fn values_to_enter_are_told_with_their_screens() {
    let folder = case();
    let application = base("application.json");
    let wrong = application.replace("/samlauthn/", "/samlauthn");
    assert_ne!(application, wrong);
    fs::write(folder.path().join("application.json"), wrong).expect("a file");
    fs::write(folder.path().join("virtualproxy.json"), holding(&base("held-metadata.xml")))
        .expect("a file");
    let record =
        json(&diag(folder.path(), &["fix", ".", "-o", "out", "--at", TIME, "--format", "json"]));
    assert_eq!(record["schema"], "diag-fix/1");
    assert_eq!(record["copies"], serde_json::json!([]));
    let tasks = record["by_hand"].as_array().expect("tasks");
    let cause = &tasks
        .iter()
        .find(|task| task["check"] == "endpoints/acs-not-registered")
        .unwrap_or_else(|| panic!("{record}"))["causes"][0];
    assert!(cause["value"].as_str().is_some_and(|value| value.ends_with("/samlauthn/")), "{cause}");
    assert!(cause["where"].as_str().is_some_and(|screen| screen.contains("Reply URL")), "{cause}");
    fs::remove_dir_all(folder.path().join("out")).expect("removed");
    let text = out(&diag(folder.path(), &["fix", ".", "-o", "out", "--at", TIME]));
    assert!(
        text.contains("TO ENTER BY HAND")
            && text.contains(cause["value"].as_str().expect("a value")),
        "{text}"
    );
}

#[test]
fn a_stale_copy_is_replaced_by_what_is_published() {
    let folder = case();
    let published = with_roles(&base("held-metadata.xml"));
    fs::write(folder.path().join("FederationMetadata.xml"), &published).expect("a file");
    let stale = with_roles(&base("held-metadata.xml").replace("/saml2\"", "/old/saml2\""));
    fs::write(folder.path().join("virtualproxy.json"), holding(&stale)).expect("a file");
    let record =
        json(&diag(folder.path(), &["fix", ".", "-o", "out", "--at", TIME, "--format", "json"]));
    let copies = record["copies"].as_array().expect("copies");
    assert_eq!(copies.len(), 1, "{record}");
    assert_eq!(
        copies[0]["from"].as_str().map(|from| from.ends_with("FederationMetadata.xml")),
        Some(true)
    );
    assert!(
        record["by_hand"]
            .as_array()
            .expect("tasks")
            .iter()
            .any(|task| task["causes"][0]["copy"] == copies[0]["path"]),
        "{record}"
    );
    let copy =
        fs::read_to_string(folder.path().join("out/FederationMetadata.xml")).expect("written");
    assert_eq!(copy, published.replace(ROLES, ""));
}

#[test]
fn inputs_and_existing_files_are_never_overwritten() {
    let folder = case();
    let metadata = with_roles(&base("held-metadata.xml"));
    fs::write(folder.path().join("held.xml"), &metadata).expect("a file");
    let fix = |more: &[&str]| {
        let line =
            ["fix", "sp-metadata.xml", "application.json", "--sp-has", "held.xml", "--at", TIME];
        diag(folder.path(), &[line.as_slice(), more].concat())
    };
    for more in [
        ["-o", ".", "--dry-run"].as_slice(),
        &["-o", "."],
        &["-o", ".", "--force"],
        &["-o", ".//", "--force"],
    ] {
        let refused = fix(more);
        assert_eq!(refused.status.code(), Some(2), "{more:?}");
        assert!(err(&refused).contains("is one of the files to read"), "{}", err(&refused));
    }
    assert_eq!(fs::read_to_string(folder.path().join("held.xml")).expect("readable"), metadata);
    assert_eq!(fix(&["--dry-run"]).status.code(), Some(0));
    assert!(out(&fix(&["-o", "new/out", "--dry-run"])).contains("WOULD WRITE"));
    assert!(!folder.path().join("new").exists());
    assert_eq!(fix(&["-o", "new/out"]).status.code(), Some(0));
    let target = folder.path().join("new/out/held.xml");
    fs::write(&target, "mine").expect("a file");
    let refused = fix(&["-o", "new/out"]);
    assert_eq!((refused.status.code(), err(&refused).contains("exists already")), (Some(2), true));
    assert_eq!(fs::read_to_string(&target).expect("readable"), "mine");
    assert_eq!(fix(&["-o", "new/out", "--force"]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(&target).expect("readable"), base("held-metadata.xml"));
    assert_eq!(fix(&["-o", "held.xml"]).status.code(), Some(2));
    let listed = fix(&[]);
    assert_eq!(
        (listed.status.code(), out(&listed).contains("WOULD WRITE  held.xml")),
        (Some(0), true),
        "{}",
        err(&listed)
    );
}

/// A ZIP archive with one stored member.
fn archive(name: &[u8], content: &[u8]) -> Vec<u8> {
    let crc = content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    }) ^ u32::MAX;
    let (length, named) =
        (u32::try_from(content.len()).expect("small"), u16::try_from(name.len()).expect("short"));
    let fields = [
        &[0; 8][..],
        &crc.to_le_bytes(),
        &length.to_le_bytes(),
        &length.to_le_bytes(),
        &named.to_le_bytes(),
    ]
    .concat();
    let local = [b"PK\x03\x04\x14\0".as_slice(), &fields, &[0; 2], name, content].concat();
    let central = [b"PK\x01\x02\x14\0\x14\0".as_slice(), &fields, &[0; 16], name].concat();
    let sizes = [
        u32::try_from(central.len()).expect("small").to_le_bytes(),
        u32::try_from(local.len()).expect("small").to_le_bytes(),
    ]
    .concat();
    [local, central, b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec(), sizes, vec![0; 2]].concat()
}

#[test]
fn archives_and_standard_input_are_read_and_lead_nowhere_else() {
    let folder = case();
    let metadata = with_roles(&base("held-metadata.xml"));
    for (name, copy) in [
        (b"customer/FederationMetadata.xml".as_slice(), "FederationMetadata.xml"),
        (b"../../escaped.xml", "escaped.xml"),
        (b"/tmp/absolute.xml", "absolute.xml"),
        (b"..\\..\\windows.xml", "windows.xml"),
        (b"NUL.xml", "_NUL.xml"),
    ] {
        let out_folder = format!("out-{copy}");
        let fixed = piped(
            folder.path(),
            &["fix", "-", "application.json", "sp-metadata.xml", "-o", &out_folder, "--at", TIME],
            &archive(name, &metadata.clone().into_bytes()),
        );
        assert_eq!(fixed.status.code(), Some(0), "{}", err(&fixed));
        let written = folder.path().join(&out_folder).join(copy);
        assert_eq!(
            fs::read_to_string(&written).unwrap_or_else(|_| panic!("{}", out(&fixed))),
            metadata.replace(ROLES, ""),
            "{copy}"
        );
    }
    let fixed = piped(
        folder.path(),
        &["fix", "-", "application.json", "sp-metadata.xml", "-o", "plain", "--at", TIME],
        metadata.as_bytes(),
    );
    assert_eq!(fixed.status.code(), Some(0), "{}", err(&fixed));
    assert!(folder.path().join("plain/metadata.xml").exists());
}

#[test]
fn what_cannot_be_mended_is_left_and_told() {
    let folder = case();
    let orphan = base("held-metadata.xml")
        .replace("<IDPSSODescriptor", "</RoleDescriptor><IDPSSODescriptor");
    fs::write(folder.path().join("virtualproxy.json"), holding(&orphan)).expect("a file");
    let fixed = diag(folder.path(), &["fix", ".", "-o", "out", "--at", TIME]);
    assert_eq!(fixed.status.code(), Some(0), "{}", err(&fixed));
    assert!(
        err(&fixed).contains("not repaired") && out(&fixed).contains("TO ENTER BY HAND"),
        "{} {}",
        out(&fixed),
        err(&fixed)
    );
    assert!(!folder.path().join("out").exists());
    assert_eq!(
        diag(folder.path(), &["fix", "no-such-file.xml", "-o", "out"]).status.code(),
        Some(2)
    );
    fs::write(folder.path().join("notes.txt"), "Dear colleague").expect("a file");
    assert_eq!(diag(folder.path(), &["fix", "notes.txt", "-o", "out"]).status.code(), Some(2));
}

#[test]
fn no_secret_is_told() {
    let folder = case();
    let application = base("application.json").replacen(
        '{',
        "{\"passwordCredentials\": [{\"secretText\": \"CANARY-SECRET\"}],",
        1,
    );
    fs::write(folder.path().join("application.json"), application).expect("a file");
    let sketch = "diag-sketch/1 2026-11-24T10:00:00Z\n\nPOST https://sense.example.org:443/bi/samlauthn/ @3s\n> Cookie: X-Qlik-Session-bi=CANARY-COOKIE\n> SAMLResponse=CANARYRESPONSE&RelayState=CANARY-RELAY-STATE-0123456789\n< 400\n< Set-Cookie: X-Qlik-Session-bi=CANARY-COOKIE\n| <html><title>Error 400 - Bad request</title>CANARY-COOKIE</html>\n";
    fs::write(folder.path().join("login.txt"), sketch).expect("a file");
    for format in ["text", "json"] {
        let fixed = diag(
            folder.path(),
            &["fix", ".", "-o", "out", "--force", "--at", TIME, "--format", format],
        );
        let said = format!("{}{}", out(&fixed), err(&fixed));
        assert!(said.contains("RoleDescriptor"), "{said}");
        assert!(!said.contains("CANARY"), "{said}");
    }
}

/// What was written under this ending.
fn written(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder.join("out"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths
}

#[test]
fn changes_come_as_bodies_commands_and_copies_of_exports() {
    let folder = case();
    let application = base("application.json").replace("/samlauthn/", "/samlauthn");
    fs::write(folder.path().join("application.json"), &application).expect("a file");
    fs::write(folder.path().join("virtualproxy.json"), holding(&base("held-metadata.xml")))
        .expect("a file");
    let record =
        json(&diag(folder.path(), &["fix", ".", "-o", "out", "--at", TIME, "--format", "json"]));
    let sent = &record["bodies"][0];
    assert_eq!(
        (sent["of"].as_str(), &sent["answers"][0]),
        (Some("application"), &serde_json::json!("endpoints/acs-not-registered")),
        "{record}"
    );
    let urls = [
        "https://sense.example.org:443/bi/samlauthn/",
        "https://sense.example.org:443/bi/samlauthn",
    ];
    assert_eq!(
        sent["body"],
        serde_json::json!({"web": {"redirectUris": urls}}),
        "what is registered stays"
    );
    let tools: Vec<&str> = sent["commands"]
        .as_array()
        .expect("commands")
        .iter()
        .filter_map(|command| command["run"].as_str())
        .collect();
    assert!(
        tools.iter().any(|run| run.starts_with("az rest --method PATCH"))
            && tools.iter().any(|run| run.contains("Invoke-MgGraphRequest"))
    );
    assert!(tools.iter().all(|run| run.contains("3f0a6d0e-4c21-4c8e-9b57-0d6f4f7f2a11")
        && run.contains(sent["path"].as_str().expect("a path"))));
    let [body] = written(folder.path(), "-body.json").try_into().expect("one body");
    let body: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(body).expect("readable")).expect("JSON");
    assert_eq!(body, sent["body"]);
    let copy = fs::read_to_string(folder.path().join("out/application.json")).expect("readable");
    assert_eq!(
        copy,
        application
            .replace(
                "\"redirectUris\": [",
                "\"redirectUris\": [\"https://sense.example.org:443/bi/samlauthn/\", "
            )
            .trim(),
        "byte for byte"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("application.json")).expect("readable"),
        application,
        "nothing is applied"
    );
    let again = &record["judged_again"];
    assert_eq!(
        (again["verdict"].as_str(), &again["remaining"], &again["cured"][0]["check"]),
        (
            Some("healthy"),
            &serde_json::json!([]),
            &serde_json::json!("endpoints/acs-not-registered")
        ),
        "{again}"
    );

    fs::write(folder.path().join("application.json"), copy).expect("a file");
    fs::remove_dir_all(folder.path().join("out")).expect("removed");
    let after = json(&diag(folder.path(), &[".", "--at", TIME, "--format", "json"]));
    assert_eq!(checks_found(&after, "error"), Vec::<String>::new());
}

#[test]
fn a_decision_is_nobodys_but_theirs() {
    let folder = case();
    let entry = holding(&base("held-metadata.xml")).replace(
        "\"samlEntityId\":\"https://sense.example.org\"",
        "\"samlEntityId\":\"https://sense.example.org/\"",
    );
    fs::write(folder.path().join("virtualproxy.json"), &entry).expect("a file");
    let metadata = base("sp-metadata.xml").replace(
        "entityID=\"https://sense.example.org\"",
        "entityID=\"https://sense.example.org/\"",
    );
    fs::write(folder.path().join("sp-metadata.xml"), metadata).expect("a file");
    let record =
        json(&diag(folder.path(), &["fix", ".", "-o", "out", "--at", TIME, "--format", "json"]));
    let task = record["by_hand"]
        .as_array()
        .expect("tasks")
        .iter()
        .find(|task| task["check"] == "endpoints/entity-id-not-registered");
    let ways: Vec<usize> = task.unwrap_or_else(|| panic!("{record}"))["causes"]
        .as_array()
        .expect("ways")
        .iter()
        .map(|step| step["bodies"].as_array().expect("bodies").len())
        .collect();
    assert_eq!(ways, [1, 1], "each way has a body of its own: {record}");
    assert!(
        record["bodies"]
            .as_array()
            .expect("bodies")
            .iter()
            .all(|body| body["one_of_several"] == true)
    );
    assert_eq!(record["exports"], serde_json::json!([]), "no copy has what nobody decided");
    assert_eq!(record["judged_again"]["supposed"].as_array().map(Vec::len), Some(1), "{record}");
}

#[test]
fn held_metadata_goes_back_in_the_form_it_had() {
    for plain in [false, true] {
        let folder = case();
        let mut entry: serde_json::Value =
            serde_json::from_str(&holding(&with_roles(&base("held-metadata.xml")))).expect("JSON");
        if plain {
            entry["samlMetadataIdP"] = with_roles(&base("held-metadata.xml")).into();
        }
        fs::write(folder.path().join("virtualproxy.json"), entry.to_string()).expect("a file");
        let record = json(&diag(
            folder.path(),
            &["fix", ".", "-o", "out", "--at", TIME, "--format", "json"],
        ));
        let copy: serde_json::Value = serde_json::from_str(
            &fs::read_to_string(folder.path().join("out/virtualproxy.json")).expect("readable"),
        )
        .expect("JSON");
        let field = copy["samlMetadataIdP"].as_str().expect("a text");
        let text = if plain {
            field.to_owned()
        } else {
            String::from_utf8(STANDARD.decode(field).expect("base64")).expect("UTF-8")
        };
        assert_eq!(text, base("held-metadata.xml"));
        assert_eq!(record["judged_again"]["verdict"], "healthy", "{record}");
        let run = record["bodies"][0]["commands"][0]["run"].as_str().expect("a command");
        assert!(
            run.contains("Update-QlikVirtualProxy '6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6' -samlMetadataIdP $b.samlMetadataIdP"),
            "{run}"
        );
    }
}

#[test]
fn what_is_published_is_uploaded_even_where_nothing_wants_mending() {
    let folder = case();
    fs::write(folder.path().join("FederationMetadata.xml"), base("held-metadata.xml"))
        .expect("a file");
    let stale = base("held-metadata.xml").replace("/saml2\"", "/old/saml2\"");
    fs::write(folder.path().join("virtualproxy.json"), holding(&stale)).expect("a file");
    let record =
        json(&diag(folder.path(), &["fix", ".", "-o", "out", "--at", TIME, "--format", "json"]));
    assert_eq!(record["copies"], serde_json::json!([]));
    assert!(
        record["as_they_are"][0]["path"]
            .as_str()
            .is_some_and(|path| path.ends_with("FederationMetadata.xml")),
        "{record}"
    );
    assert!(
        record["judged_again"]["cured"].as_array().is_some_and(|cured| cured
            .iter()
            .any(|line| line["check"] == "endpoints/sso-url-wrong"
                || line["check"] == "metadata/stale-copy")),
        "{record}"
    );
    fs::remove_dir_all(folder.path().join("out")).expect("removed");
    let text = out(&diag(folder.path(), &["fix", ".", "--at", TIME]));
    assert!(text.contains("UPLOAD") && !text.contains("No file needs a repair"), "{text}");
}
