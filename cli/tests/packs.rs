//! Expression packs as people use them: named on the command line or pinned in `diag.toml`.

mod support;

use std::fs;
use support::diag_in as diag;

const PACK: &str = r#"schema = "diag-pack/1"
name = "acme"
version = "1.0.0"
about = "Ours"

[[check]]
id = "acme/only-ours"
title = "A response comes from elsewhere"
level = "error"
needs = ["capture"]
for = "case.messages"
when = 'it.kind == "response" && has(it.issuer) && host(it.issuer.value) != "idp.acme.example"'
message = "Response from {{ it.issuer.value }}"
where = "it.issuer"
"#;

const SKETCH: &str = r#"diag-sketch/1 2026-11-24T10:00:00Z

[response]
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://other.example/idp</saml:Issuer></samlp:Response>

POST https://sense.example/azure/samlauthn/ @0s
> SAMLResponse={post:response}
< 400
"#;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("acme.checks.toml"), PACK).expect("a pack");
    fs::write(folder.path().join("login.txt"), SKETCH).expect("a capture");
    folder
}

#[test]
fn a_pack_named_on_the_command_line_is_used() {
    let folder = folder();
    let output = diag(folder.path(), &["check", "login.txt", "--plugin", "acme.checks.toml", "--no-builtin", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["check"], "acme/only-ours");
    assert_eq!(findings[0]["message"], "Response from https://other.example/idp");
    assert_eq!(findings[0]["where"][0]["path"], "Response/Issuer");
    let again = diag(folder.path(), &["check", "login.txt", "--plugin", "acme.checks.toml", "--no-builtin", "--format", "json"]);
    assert_eq!(output.stdout, again.stdout);

    let explained = diag(folder.path(), &["explain", "acme/only-ours", "--plugin", "acme.checks.toml"]);
    assert!(text(&explained.stdout).contains("A response comes from elsewhere"));
}

#[test]
fn a_pack_that_only_lies_there_is_not() {
    let folder = folder();
    let output = diag(folder.path(), &["check", ".", "--format", "json"]);
    assert!(!text(&output.stdout).contains("acme/only-ours"));
    // Named without the SHA-256 it is trusted by, it is refused.
    fs::write(folder.path().join("diag.toml"), "[[plugin]]\npath = \"acme.checks.toml\"\n").expect("a configuration");
    let arguments = ["check", "login.txt", "--config", "diag.toml", "--fail-on", "never"];
    let output = diag(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("without the SHA-256"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("1 plugin not loaded"), "{}", text(&output.stdout));
    let strict = diag(folder.path(), &[&arguments[..], &["--strict-plugins"]].concat());
    assert_eq!(strict.status.code(), Some(2));
}

#[test]
fn what_is_wrong_with_a_pack_is_shown_where_it_stands() {
    let folder = folder();
    let broken = PACK.replace("it.issuer.value)", "it.isuer.value)").replace("level =", "levle =");
    fs::write(folder.path().join("acme.checks.toml"), broken).expect("a pack");
    let output = diag(folder.path(), &["check", "login.txt", "--plugin", "acme.checks.toml", "--fail-on", "never"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("1 plugin not loaded"), "the report is printed all the same");
    let said = text(&output.stderr);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "error: plugin acme.checks.toml: 3 problems in the pack");
    assert_eq!(lines[1], "acme.checks.toml:6:1: this [[check]] lacks `level`");
    assert!(lines.contains(&"acme.checks.toml:9:1: unknown field `levle`"), "{said}");
    assert!(lines.contains(&"acme.checks.toml:12:60: there is no fact `isuer` here"), "{said}");
    let caret = lines.iter().position(|line| line.contains("host(it.isuer")).expect("the line") + 1;
    assert_eq!(lines[caret].find('^'), lines[caret - 1].find("isuer"));
    assert!(lines.iter().any(|line| line.starts_with("hint: ")), "{said}");
}

#[test]
fn a_new_pack_passes_its_tests_and_can_be_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = diag(folder.path(), &["plugin", "new", "house", "--lang", "pack"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).ends_with("  diag plugin test house.checks.toml\n"), "{}", text(&output.stdout));
    let project = folder.path();
    let output = diag(project, &["plugin", "test", "house.checks.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("1 check: all tests passed"), "{}", text(&output.stdout));

    let output = diag(project, &["plugin", "trust", "house.checks.toml"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    fs::write(project.join("login.txt"), SKETCH).expect("a capture");
    let check = ["check", "login.txt", "--config", "diag.toml", "--format", "json"];
    assert!(text(&diag(project, &check).stdout).contains("house/only-our-identity-provider"));
    // A change, however small, has to be trusted anew.
    let pack = fs::read_to_string(project.join("house.checks.toml")).expect("the pack");
    fs::write(project.join("house.checks.toml"), format!("{pack}\n")).expect("changed");
    let output = diag(project, &[&check[..], &["--strict-plugins", "--fail-on", "never"]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("has changed since it was trusted"), "{}", text(&output.stderr));
}

#[test]
fn tests_of_a_pack_fail_in_words() {
    let folder = folder();
    let output = diag(folder.path(), &["plugin", "test", "acme.checks.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("[[check.test]]"), "{}", text(&output.stdout));
    let tests = "\n[[check.test]]\nname = \"ours\"\nexpect = \"found\"\nfacts = '{ \"messages\": [ { \"kind\": \"response\" } ] }'\n";
    fs::write(folder.path().join("acme.checks.toml"), format!("{PACK}{tests}")).expect("a pack");
    let output = diag(folder.path(), &["plugin", "test", "acme.checks.toml"]);
    assert!(text(&output.stdout).contains("ours: expected a finding, found none"), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("no [[check.test]] has expect = \"clean\""), "{}", text(&output.stdout));
}

/// What is wrong can first be looked at: the facts are printed as a test takes them.
#[test]
fn facts_can_stand_in_a_test_as_they_are_printed() {
    let folder = folder();
    let output = diag(folder.path(), &["facts", "login.txt", "--only", "issuer,kind,messages"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let facts = text(&output.stdout);
    assert!(facts.contains("https://other.example/idp"), "{facts}");
    let pack = format!("{PACK}\n[[check.test]]\nname = 'as printed'\nexpect = 'found'\nfacts = '''\n{facts}'''\n");
    fs::write(folder.path().join("acme.checks.toml"), pack).expect("a pack");
    let output = diag(folder.path(), &["plugin", "test", "acme.checks.toml"]);
    assert!(!text(&output.stdout).contains("as printed:"), "{}", text(&output.stdout));
    let tree = text(&diag(folder.path(), &["facts", "login.txt", "--only", "issuer", "--format", "tree"]).stdout);
    assert!(tree.contains("case.messages[0].issuer.value = \"https://other.example/idp\""), "{tree}");
    let none = diag(folder.path(), &["facts", "login.txt", "--only", "isuer"]);
    assert_eq!((none.status.code(), text(&none.stderr).starts_with("error: there is no fact called isuer")), (Some(2), true));
}
