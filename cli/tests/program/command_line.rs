//! The binary as people and scripts meet it: exit codes, streams, and one line for what goes wrong.

use crate::support::{diag, diag_in, err, out};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// `error: …`, then perhaps `hint: …`, and nothing else.
fn assert_refused(output: &Output) {
    let text = err(output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(lines.first().is_some_and(|line| line.starts_with("error: ")), "{text}");
    assert!(
        lines
            .iter()
            .all(|line| ["error: ", "hint: ", "note: "].iter().any(|word| line.starts_with(word))),
        "{text}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn files_are_named_as_they_were_given() {
    let capture =
        fs::canonicalize("../examples/reply-url-without-slash/capture.har").expect("the example");
    let given = capture.to_str().expect("UTF-8");
    let report = crate::support::json(&diag(&["check", given, "--format", "json"]));
    assert_eq!(report["inputs"][0]["path"], given, "also where a path is absolute");
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_standard_output_is_an_error() {
    let run = |words: &str| {
        let command = format!("exec \"$0\" {words} >&-");
        Command::new("sh")
            .args(["-c", &command, env!("CARGO_BIN_EXE_diag")])
            .stderr(Stdio::piped())
            .output()
            .expect("sh")
    };
    for words in [
        "checks",
        "explain AADSTS50011",
        "man",
        "schema case",
        "completions bash",
        "decode SAMLResponse=PGE%2B",
        "check SAMLResponse=PGE%2B",
    ] {
        let output = run(words);
        assert_eq!(output.status.code(), Some(2), "{words}: {}", err(&output));
        let told =
            err(&output).lines().any(|line| line.starts_with("error: standard output is closed"));
        assert!(told, "{words}: {}", err(&output));
    }
}

#[test]
fn what_is_not_there_is_one_line() {
    assert_refused(&diag(&["no-such-file.har"]));
    assert_refused(&diag(&["flow", "no-such-file.har"]));
    assert_refused(&diag(&["decode", "no-such-file.har"]));
}

#[test]
fn names_are_checked_before_anything_is_read() {
    let output = diag(&["--only", "metadata/role-descriptor", "no-such-file.har"]);
    assert_refused(&output);
    assert!(
        err(&output).contains("did you mean metadata/role-descriptor-present"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_mistyped_command_is_understood() {
    let output = diag(&["chekc"]);
    assert_refused(&output);
    assert!(err(&output).contains("did you mean check"), "{}", err(&output));
}

#[test]
fn files_that_are_none_of_ours_are_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("notes.txt"), "Dear colleague").expect("a file");
    let output = diag_in(folder.path(), &["."]);
    assert_refused(&output);
    assert_eq!(
        err(&output).lines().filter(|line| line.contains("notes.txt")).count(),
        1,
        "{}",
        err(&output)
    );
}

#[cfg(unix)]
#[test]
fn nothing_that_a_run_reads_is_written_over_by_whatever_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let capture = "{\"log\":{\"entries\":[]}}";
    fs::write(at("login.har"), capture).expect("a file");
    fs::write(at("team.toml"), "[check]\nstrict = true\n").expect("a file");
    fs::hard_link(at("login.har"), at("second")).expect("a link");
    std::os::unix::fs::symlink(at("login.har"), at("third")).expect("a link");
    fs::hard_link(at("team.toml"), at("fourth")).expect("a link");
    fs::create_dir(at("cases")).expect("a folder");
    for name in ["one.har", "two.har"] {
        fs::write(at("cases").join(name), capture).expect("a file");
    }
    for words in [
        &["login.har", "-o", "second"][..],
        &["login.har", "-o", "third"],
        &["login.har", "--config", "team.toml", "-o", "team.toml"],
        &["login.har", "--config", "team.toml", "-o", "fourth"],
        &["redact", "login.har", "-o", "second", "--force"],
    ] {
        let output = diag_in(folder.path(), words);
        assert_refused(&output);
        assert!(err(&output).contains("it would be overwritten"), "{words:?}: {}", err(&output));
    }
    let output = diag_in(folder.path(), &["redact", "cases", "-o", "cases", "--force"]);
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    for name in ["login.har", "second", "third", "cases/one.har", "cases/two.har"] {
        assert_eq!(fs::read_to_string(at(name)).expect("readable"), capture, "{name}");
    }
}

#[test]
fn inputs_are_never_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("login.har");
    fs::write(&path, "{\"log\":{\"entries\":[]}}").expect("a file");
    assert_refused(&diag_in(folder.path(), &["login.har", "--output", "./login.har"]));
    assert_eq!(fs::read_to_string(&path).expect("readable"), "{\"log\":{\"entries\":[]}}");
}

#[test]
fn usage_errors_end_with_two() {
    assert_eq!(diag(&["--format", "nonsense", "x"]).status.code(), Some(2));
    assert_eq!(diag(&[]).status.code(), Some(2));
    assert_eq!(diag(&["x.har", "--at", "yesterday"]).status.code(), Some(2));
}

#[test]
fn lists_and_schemas_are_json() {
    let checks: serde_json::Value =
        serde_json::from_str(&out(&diag(&["checks", "--format", "json"]))).expect("JSON");
    let ids: Vec<&str> = checks
        .as_array()
        .expect("an array")
        .iter()
        .filter_map(|check| check["id"].as_str())
        .collect();
    assert!(!ids.is_empty() && ids.is_sorted());
    for document in ["report", "fix", "ask", "compare", "case", "finding", "config"] {
        let schema: serde_json::Value =
            serde_json::from_str(&out(&diag(&["schema", document]))).expect("JSON");
        assert!(schema["properties"].is_object(), "{document}");
    }
    // What crosses to plugins is one of several frames.
    let schema: serde_json::Value =
        serde_json::from_str(&out(&diag(&["schema", "plugin"]))).expect("JSON");
    assert!(schema["anyOf"].is_array() && schema["$defs"]["Manifest"].is_object(), "{schema}");
}

#[test]
fn every_check_is_one_line_in_a_pipe() {
    let text = out(&diag(&["checks"]));
    assert!(
        text.lines().any(|line| line.contains("metadata/role-descriptor-present")
            && line.contains("RoleDescriptor elements")),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn colours_come_when_asked_for_only() {
    let arguments = ["explain", "AADSTS50011"];
    assert!(!out(&diag(&arguments)).contains('\u{1b}'));
    assert!(out(&diag(&["explain", "AADSTS50011", "--color", "always"])).contains('\u{1b}'));
    assert!(!out(&diag(&["explain", "AADSTS50011", "--color", "never"])).contains('\u{1b}'));
}

#[test]
fn messages_are_decoded_from_arguments_and_pipes() {
    let value = "SAMLResponse=PHNhbWxwOlJlc3BvbnNlIHhtbG5zOnNhbWxwPSJ1cm46b2FzaXM6bmFtZXM6dGM6U0FNTDoyLjA6cHJvdG9jb2wiIElEPSJfMSI%2BPC9zYW1scDpSZXNwb25zZT4%3D";
    let direct = diag(&["decode", value]);
    assert_eq!(direct.status.code(), Some(0), "{}", err(&direct));
    assert!(out(&direct).contains("<samlp:Response "));
    let mut child = Command::new(env!("CARGO_BIN_EXE_diag"))
        .arg("decode")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("diag runs");
    child.stdin.take().expect("a pipe").write_all(value.as_bytes()).expect("written");
    assert_eq!(
        out(&child.wait_with_output().expect("diag ends")),
        out(&direct).replace("the message", "standard input")
    );
}

#[test]
fn a_pipe_that_closes_early_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_diag"))
        .args(["schema", "case"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("diag runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("diag ends");
    assert!(output.stderr.is_empty(), "{}", err(&output));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn completions_and_the_manual_are_written() {
    assert!(out(&diag(&["completions", "bash"])).contains("diag"));
    let manual = out(&diag(&["man"]));
    assert!(manual.starts_with(".ie") || manual.contains(".TH"), "{manual}");
    assert!(manual.contains("fail\\-on"));
}

#[test]
fn encrypted_parts_open_with_the_right_key_only() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    let decode =
        |key: &str| diag_in(&fixtures, &["decode", "encrypted/nested.xml", "--decrypt", key]);
    assert!(out(&decode("keys/sp.key")).contains("ann@example.org"));
    let other = out(&decode("keys/sp-new.key"));
    assert!(!other.contains("ann@example.org") && other.contains("not decrypted: "), "{other}");
    assert_refused(&decode("keys/sp.crt"));
    assert_refused(&diag_in(&fixtures, &["encrypted/nested.xml", "--key", "no-such.key"]));
}

#[test]
fn a_held_copy_alone_is_judged() {
    let metadata = "../examples/healthy/idp-metadata.xml";
    for arguments in [&["--sp-has", metadata][..], &["check", "--sp-has", metadata]] {
        let output = diag(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        assert!(out(&output).contains("idp-metadata.xml"), "{}", out(&output));
    }
    assert_refused(&diag(&["--sp-has", "no-such-file.xml"]));
}

#[test]
fn each_tells_captures_by_what_is_in_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    put(
        "application.json",
        "{\"appId\": \"c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2\", \"displayName\": \"log\", \"log\": 1}",
    );
    put("plain.txt", "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://a.example/ @0s\n< 200\n");
    let har = "{\"log\":{\"version\":\"1.2\",\"entries\":[{\"request\":{\"method\":\"GET\",\"url\":\"https://b.example/\"}}]}}";
    put("browser.json", har);
    let output = diag_in(folder.path(), &["--each", ".", "--format", "ndjson"]);
    let text = out(&output);
    assert_eq!(
        text.lines().count(),
        2,
        "two captures, and an export that is none: {text} {}",
        err(&output)
    );
    assert!(text.lines().all(|line| line.contains("application.json")), "{text}");
}

#[test]
fn a_capture_of_which_nothing_is_left_is_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("cut.har"), "{\"log\":{\"version\":\"1.2\",\"entries\":[{\"requ")
        .expect("a file");
    for arguments in [&["cut.har"][..], &["flow", "cut.har"]] {
        let output = diag_in(folder.path(), arguments);
        assert_refused(&output);
        assert!(err(&output).starts_with("error: cut.har: Truncated"), "{}", err(&output));
    }
}

#[test]
fn the_page_is_written_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    fs::write(&page, "from before").expect("a file");
    let example = "../examples/reply-url-without-slash";
    let arguments =
        ["check", example, "--format", "html", "--output", page.to_str().expect("UTF-8")];
    let output = diag(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert!(output.stdout.is_empty());
    let text = fs::read_to_string(&page).expect("a page");
    assert!(text.starts_with("<!DOCTYPE html>\n") && text.ends_with("</html>\n"));
    assert!(text.contains("default-src 'none'; style-src 'sha256-"));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    assert_eq!(out(&diag(&["check", example, "--format", "html"])), text, "same input, same bytes");
}

#[test]
fn no_report_tells_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    put(
        "application.json",
        "{\"appId\": \"c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2\", \"displayName\": \"Sense\", \"identifierUris\": [\"https://sense.example/\"], \"passwordCredentials\": [{\"secretText\": \"CANARY-SECRET\"}]}",
    );
    let sketch = r#"diag-sketch/1 2026-11-24T10:00:00Z

[response]
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_CANARY-RESPONSE-ID" Version="2.0" Destination="https://sense.example/bi/samlauthn/">
<saml:Issuer>https://idp.example/</saml:Issuer>
<saml:Assertion ID="_CANARY-ASSERTION-ID" Version="2.0"><saml:Issuer>https://idp.example/</saml:Issuer><saml:AuthnStatement SessionIndex="CANARY-SESSION-INDEX"/></saml:Assertion>
</samlp:Response>

POST https://idp.example/login @1s
> user=ann&password=CANARY-PASSWORD
< 200

POST https://sense.example:443/bi/samlauthn/ @3s
> Cookie: X-Qlik-Session-bi=CANARY-COOKIE
> SAMLResponse={post:response}&RelayState=CANARY-RELAY-STATE-0123456789
< 400
< Set-Cookie: X-Qlik-Session-bi=CANARY-COOKIE
| <html><title>Error 400 - Bad request</title>X-Qlik-Session-bi=CANARY-COOKIE</html>
"#;
    put("login.txt", sketch);
    for format in ["text", "json", "ndjson", "sarif", "junit", "markdown", "html"] {
        let output = diag_in(folder.path(), &["check", ".", "--verbose", "--format", format]);
        let said = format!("{}{}", out(&output), err(&output));
        assert!(output.status.code() == Some(1) && said.contains("login.txt"), "{said}");
        assert!(!said.contains("CANARY"), "{format}: {said}");
    }
}
