//! Bundles: a team's packs and product files as one file that is trusted by one SHA-256.

use crate::support::{clean, diag_in, err, out};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const PACK: &str = r#"schema = "diag-pack/1"
name = "ledger"
version = "1.2.0"
about = "What Ledger answers"
headers = ["x-ledger-error"]

[[check]]
id = "ledger/no-branch"
title = "Ledger found no branch"
level = "warning"
needs = ["capture"]
for = ["case.exchanges", "it.headers"]
when = 'it.name == "x-ledger-error" && it.value.startsWith("E-42")'
where = "outer.place"
actual = "{{ it.value }}"

[[check.test]]
name = "no branch"
expect = "found"
facts = '{ "exchanges": [ { "headers": [ { "name": "x-ledger-error", "value": "E-42 no branch" } ] } ] }'

[[check.test]]
name = "none"
expect = "clean"
facts = '{ "exchanges": [ { "headers": [] } ] }'
"#;

const PRODUCT: &str = r#"schema = "diag-product/1"
id = "ledger"
name = "Ledger"
roles = ["sp"]
seen = "2026-11-30"

[proof]
header = ["x-ledger-error"]

[[text]]
id = "branch"
says = "Come back when your branch is known"
means = "attribute-missing"
who = "idp"
confidence = "source"
source = "https://git.ledger.example/src/saml.c"
hit = ["Come back when your branch is known"]
miss = ["Come back when your branch is open"]
"#;

/// A page with 200 that refuses in words only Ledger's product file knows.
const CASE: &str = r#"diag-sketch/1 2026-11-24T10:00:00Z

[request]
<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>

[response]
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
  <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"/>
</samlp:Response>

GET https://idp.example/sso?SAMLRequest={redirect:request} @1s
< 200

POST https://books.example/acs @9s
> SAMLResponse={post:response}
< 200
< X-Ledger-Error: E-42 no branch
< Set-Cookie: s=secret-value-of-a-session
| <html><head><title>Ledger</title></head><body><h1>Come back when your branch is known</h1></body></html>
"#;

fn team(folder: &Path) {
    fs::create_dir_all(folder.join("team/more")).expect("folders");
    fs::create_dir(folder.join("case")).expect("a folder");
    for (name, text) in [
        ("team/ledger.checks.toml", PACK),
        ("team/more/ledger.toml", PRODUCT),
        ("team/README.md", "Ours"),
        ("case/login.sketch", CASE),
    ] {
        fs::write(folder.join(name), text).expect("a file");
    }
}

fn report(folder: &Path, more: &[&str]) -> Value {
    let output = diag_in(folder, &[&["check", "case", "--format", "json"], more].concat());
    serde_json::from_str(&out(&output)).unwrap_or_else(|_| panic!("{}", err(&output)))
}

#[test]
fn a_bundle_is_made_trusted_and_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    team(folder);
    let made = diag_in(folder, &["plugin", "pack", "team", "-o", "team.diagpack"]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let told = out(&made);
    assert!(
        told.contains("ledger 1.2.0")
            && told.contains("left out  README.md")
            && told.contains("SHA-256 "),
        "{told}"
    );
    let first = fs::read(folder.join("team.diagpack")).expect("a bundle");
    assert_eq!(
        diag_in(folder, &["plugin", "pack", "team", "-o", "again.diagpack"]).status.code(),
        Some(0)
    );
    assert_eq!(
        first,
        fs::read(folder.join("again.diagpack")).expect("a bundle"),
        "the same files make the same bundle"
    );

    let without = report(folder, &[]);
    let trusted = diag_in(folder, &["plugin", "trust", "team.diagpack"]);
    assert!(
        out(&trusted).contains("team.diagpack is trusted as SHA-256")
            && out(&trusted).contains("product Ledger"),
        "{}",
        out(&trusted)
    );
    let with = report(folder, &[]);
    let found = with["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|one| one["check"] == "ledger/no-branch")
        .expect("the pack ran");
    assert_eq!(found["actual"], "E-42 no branch");
    let named = with["extensions"]
        .as_array()
        .expect("extensions")
        .iter()
        .any(|one| one["path"] == "team.diagpack/ledger.checks.toml");
    assert!(named, "{}", with["extensions"]);
    // The page is a refusal only by what the product file of the bundle says.
    assert_eq!(with["verdict"], "broken");
    assert_eq!(with["attempts"][0]["outcome"], "refused-by-sp");
    assert_ne!(with["root_causes"], without["root_causes"]);
    let listed = out(&diag_in(folder, &["plugin", "list"]));
    assert!(listed.contains("ledger 1.2.0") && listed.contains("trusted"), "{listed}");
    assert!(!with.to_string().contains("secret-value"), "no cookie");
}

#[test]
fn what_is_not_the_bundle_that_is_trusted_costs_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    team(folder);
    diag_in(folder, &["plugin", "pack", "team", "-o", "team.diagpack"]);
    let wrong = diag_in(folder, &["plugin", "trust", "--sha256", &"0".repeat(64), "team.diagpack"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", out(&wrong));
    assert!(err(&wrong).contains("bundle team.diagpack: has changed"), "{}", err(&wrong));
    diag_in(folder, &["plugin", "trust", "team.diagpack"]);

    let bundle = folder.join("team.diagpack");
    let mut bytes = fs::read(&bundle).expect("a bundle");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&bundle, &bytes).expect("written");
    let changed = report(folder, &[]);
    assert!(
        changed["extensions"][0]["error"]
            .as_str()
            .expect("named")
            .contains("has changed since it was trusted"),
        "{}",
        changed["extensions"]
    );
    fs::remove_file(&bundle).expect("removed");
    let missing = diag_in(folder, &["check", "case"]);
    assert!(err(&missing).contains("team.diagpack: cannot be read"), "{}", err(&missing));
    assert_eq!(
        diag_in(folder, &["check", "case", "--strict-plugins", "--fail-on", "never"]).status.code(),
        Some(2)
    );
    assert_eq!(diag_in(folder, &["check", "case", "--fail-on", "never"]).status.code(), Some(0));

    fs::write(folder.join("text.diagpack"), "certainly").expect("written");
    let odd = diag_in(folder, &["check", "case", "--plugin", "text.diagpack"]);
    assert!(
        err(&odd).contains("bundle text.diagpack: is no bundle: expected a ZIP archive"),
        "{}",
        err(&odd)
    );
    fs::create_dir(folder.join("empty")).expect("a folder");
    let empty = diag_in(folder, &["plugin", "pack", "empty", "-o", "empty.diagpack"]);
    assert!(
        err(&empty).contains("holds no pack, product file, library or program")
            && !folder.join("empty.diagpack").exists()
    );
}

#[test]
fn one_persons_own_file_counts_in_every_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    team(folder);
    diag_in(folder, &["plugin", "pack", "team", "-o", "team.diagpack"]);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_diag"));
        let home = folder.join("home");
        clean(&mut command)
            .args(arguments)
            .current_dir(folder)
            .env("XDG_CONFIG_HOME", &home)
            .env("APPDATA", &home)
            .stdin(Stdio::null());
        command.output().expect("diag runs")
    };
    let trusted = run(&["plugin", "trust", "--user", "team.diagpack"]);
    assert_eq!(trusted.status.code(), Some(0), "{}", err(&trusted));
    assert!(folder.join("home/diag/diag.toml").is_file() && !folder.join("diag.toml").exists());
    let used = run(&["check", "case", "--format", "json"]);
    assert!(out(&used).contains("ledger/no-branch"), "{}", err(&used));
}

#[test]
fn codes_are_found_on_pages_by_the_pattern_of_a_product_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    team(folder);
    let codes = "\n[codes]\nprefix = \"LDG-\"\ndigits = 4\n\n[[code]]\ncode = \"LDG-1042\"\nname = \"NoBranch\"\ntext = \"The branch is not known\"\n";
    fs::write(folder.join("ledger.toml"), format!("{PRODUCT}{codes}")).expect("a file");
    let page = CASE.replace(
        "<h1>Come back when your branch is known</h1>",
        "<h1>Sorry</h1><p>Code LDG-1042, or LDG-12.</p>",
    );
    fs::write(folder.join("case/login.sketch"), page).expect("a file");
    let facts = |more: &[&str]| -> Value {
        let output = diag_in(folder, &[&["facts", "case", "--format", "json"], more].concat());
        serde_json::from_str(&out(&output)).unwrap_or_else(|_| panic!("{}", err(&output)))
    };
    let known = facts(&["--product", "ledger.toml"]);
    let codes: Vec<&str> = known["codes"]
        .as_array()
        .expect("codes")
        .iter()
        .filter_map(|code| code["code"].as_str())
        .collect();
    assert_eq!(codes, ["LDG-1042"]);
    assert!(facts(&[])["codes"].is_null());
}
