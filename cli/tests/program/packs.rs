//! Expression packs as people use them: named on the command line or pinned in `diag.toml`.

use crate::support::diag_in as diag;
use std::fs;

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
    let output = diag(
        folder.path(),
        &["check", "login.txt", "--plugin", "acme.checks.toml", "--no-builtin", "--format", "json"],
    );
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["check"], "acme/only-ours");
    assert_eq!(findings[0]["message"], "Response from https://other.example/idp");
    assert_eq!(findings[0]["where"][0]["path"], "Response/Issuer");
    let again = diag(
        folder.path(),
        &["check", "login.txt", "--plugin", "acme.checks.toml", "--no-builtin", "--format", "json"],
    );
    assert_eq!(output.stdout, again.stdout);

    let explained =
        diag(folder.path(), &["explain", "acme/only-ours", "--plugin", "acme.checks.toml"]);
    assert!(text(&explained.stdout).contains("A response comes from elsewhere"));
}

#[test]
fn a_pack_that_only_lies_there_is_not() {
    let folder = folder();
    let output = diag(folder.path(), &["check", ".", "--format", "json"]);
    assert!(!text(&output.stdout).contains("acme/only-ours"));
    // Named without the SHA-256 it is trusted by, it is refused.
    fs::write(folder.path().join("diag.toml"), "[[plugin]]\npath = \"acme.checks.toml\"\n")
        .expect("a configuration");
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
    let output = diag(
        folder.path(),
        &["check", "login.txt", "--plugin", "acme.checks.toml", "--fail-on", "never"],
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stdout).contains("1 plugin not loaded"),
        "the report is printed all the same"
    );
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
    assert!(
        text(&output.stdout).ends_with("  diag plugin test house.checks.toml\n"),
        "{}",
        text(&output.stdout)
    );
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
    assert!(
        text(&output.stderr).contains("has changed since it was trusted"),
        "{}",
        text(&output.stderr)
    );
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
    assert!(
        text(&output.stdout).contains("ours: expected a finding, found none"),
        "{}",
        text(&output.stdout)
    );
    assert!(
        text(&output.stdout).contains("no [[check.test]] has expect = \"clean\""),
        "{}",
        text(&output.stdout)
    );
}

/// What is wrong can first be looked at: the facts are printed as a test takes them.
#[test]
fn facts_can_stand_in_a_test_as_they_are_printed() {
    let folder = folder();
    let output = diag(folder.path(), &["facts", "login.txt", "--only", "issuer,kind,messages"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let facts = text(&output.stdout);
    assert!(facts.contains("https://other.example/idp"), "{facts}");
    let pack = format!(
        "{PACK}\n[[check.test]]\nname = 'as printed'\nexpect = 'found'\nfacts = '''\n{facts}'''\n"
    );
    fs::write(folder.path().join("acme.checks.toml"), pack).expect("a pack");
    let output = diag(folder.path(), &["plugin", "test", "acme.checks.toml"]);
    assert!(!text(&output.stdout).contains("as printed:"), "{}", text(&output.stdout));
    let tree = text(
        &diag(folder.path(), &["facts", "login.txt", "--only", "issuer", "--format", "tree"])
            .stdout,
    );
    assert!(
        tree.contains("case.messages[0].issuer.value = \"https://other.example/idp\""),
        "{tree}"
    );
    let none = diag(folder.path(), &["facts", "login.txt", "--only", "isuer"]);
    assert_eq!(
        (
            none.status.code(),
            text(&none.stderr).starts_with("error: there is no fact called isuer")
        ),
        (Some(2), true)
    );
}

#[test]
fn an_expression_can_be_tried_before_it_stands_in_a_pack() {
    let folder = folder();
    let eval = |arguments: &[&str]| {
        let output = diag(folder.path(), &[&["eval"], arguments].concat());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, out, err) = eval(&["case.messages.map(m, m.issuer.value)", "login.txt"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&out).expect("JSON"),
        serde_json::json!(["https://other.example/idp"])
    );
    let (_, tree, _) = eval(&["case.messages[0].issuer", "login.txt", "--format", "tree"]);
    assert!(
        tree.starts_with("a record\n")
            && tree.contains(
                "case.messages[0].issuer.value = \"https://other.example/idp\"  (a text)"
            ),
        "{tree}"
    );
    let (code, _, err) = eval(&["case.messages[0].issuer.matches('x')", "login.txt"]);
    assert_eq!(code, Some(2));
    assert!(
        err.contains("expression:1:18: `matches` takes a text, and this is a located value"),
        "{err}"
    );
    assert!(err.contains("expected: a text"), "{err}");
    let (code, _, err) = eval(&["case.messages[0].request.id == 'x'", "login.txt"]);
    assert_eq!(code, Some(2), "{err}");
    let (code, _, err) = eval(&["1", "login.txt", "--grant", "everything"]);
    assert_eq!(
        (code, err.contains("nothing of that name can be granted")),
        (Some(2), true),
        "{err}"
    );
}

#[test]
fn a_pack_is_tried_over_a_real_case() {
    let folder = folder();
    let undecided = "\n[[check]]\nid = 'acme/unsure'\ntitle = 'Unsure'\nlevel = 'notice'\nfor = 'case.messages'\n\
                     when = 'it.relay_state.text == \"x\"'\n\n[[check]]\nid = 'acme/keyless'\ntitle = 'Keyless'\nlevel = 'notice'\n\
                     needs = ['certutil']\nwhen = 'true'\n";
    fs::write(folder.path().join("acme.checks.toml"), format!("{PACK}{undecided}"))
        .expect("a pack");
    let output =
        diag(folder.path(), &["plugin", "test", "--case", "login.txt", "acme.checks.toml"]);
    let out = text(&output.stdout);
    let (_, case) = out.split_once("login.txt").expect("the case is named");
    assert!(case.contains("found: Response from https://other.example/idp"), "{case}");
    assert!(case.contains("undecided: plugin acme: acme.checks.toml:"), "{case}");
    assert!(case.contains("undecided: it would take certutil"), "{case}");
}

#[test]
fn a_check_for_a_newer_diag_costs_itself_and_is_told_once() {
    let folder = folder();
    let newer = "\n[[check]]\nid = 'acme/newer'\ntitle = 'Newer'\nlevel = 'notice'\nfor = 'case.messages'\nwhen = 'it.kind == \"pigeon\"'\n";
    fs::write(folder.path().join("acme.checks.toml"), format!("{PACK}{newer}")).expect("a pack");
    let output = diag(
        folder.path(),
        &["check", "login.txt", "--plugin", "acme.checks.toml", "--no-builtin", "--format", "json"],
    );
    let said = text(&output.stderr);
    assert_eq!(said.matches("this fact is never `pigeon`").count(), 1, "{said}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
    let outcomes: Vec<&str> = report["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter_map(|check| check["outcome"].as_str())
        .collect();
    assert_eq!(outcomes, ["crashed", "found"]);
    assert_eq!(diag(folder.path(), &["plugin", "test", "acme.checks.toml"]).status.code(), Some(2));
}

#[test]
fn sarif_names_whose_rule_it_is() {
    let folder = folder();
    let output = diag(
        folder.path(),
        &["check", "login.txt", "--plugin", "acme.checks.toml", "--format", "sarif"],
    );
    let log: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let tool = &log["runs"][0]["tool"];
    assert_eq!(
        (tool["extensions"][0]["name"].as_str(), tool["extensions"][0]["version"].as_str()),
        (Some("acme"), Some("1.0.0"))
    );
    let rules = tool["driver"]["rules"].as_array().expect("rules");
    let source = |id: &str| {
        rules.iter().find(|rule| rule["id"] == id).expect(id)["properties"]["source"].clone()
    };
    assert_eq!(
        (source("acme/only-ours")["name"].as_str(), source("acme/only-ours")["version"].as_str()),
        (Some("acme"), Some("1.0.0"))
    );
    assert!(source("flow/sp-refused-response").is_null(), "ours need no source");
}

/// The worked example of the guide: every rule finds what its tests say, and breaks nothing that works.
#[test]
fn the_eight_house_rules_of_the_guide_hold() {
    let pack = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples/house.checks.toml");
    let folder = folder();
    let tested = diag(folder.path(), &["plugin", "test", pack]);
    assert_eq!(tested.status.code(), Some(0), "{}", text(&tested.stdout));
    assert!(
        text(&tested.stdout).contains("8 checks: all tests passed"),
        "{}",
        text(&tested.stdout)
    );
    let report = |more: &[&str]| -> serde_json::Value {
        let output =
            diag(folder.path(), &[&["check", "login.txt", "--format", "json"], more].concat());
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let (with, without) = (report(&["--plugin", pack]), report(&[]));
    assert_eq!(
        (&with["verdict"], &with["root_causes"]),
        (&without["verdict"], &without["root_causes"])
    );
    let crashed = with["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter(|check| check["outcome"] == "crashed")
        .count();
    assert_eq!(crashed, 0);
}

/// Whoever tries a rule sees what `diag` sees: product files, expectations and copies of `diag.toml` are read.
#[test]
fn facts_are_those_of_the_configuration() {
    let folder = folder();
    let case = folder.path().join("case");
    fs::create_dir(&case).expect("a folder");
    fs::rename(folder.path().join("login.txt"), case.join("login.txt")).expect("moved");
    fs::write(
        folder.path().join("diag.toml"),
        "[expect.idp]\nentity-id = 'https://idp.acme.example'\n[[product]]\npath = 'ledger.toml'\n",
    )
    .expect("a configuration");
    fs::write(
        folder.path().join("ledger.toml"),
        "schema = 'diag-product/1'\nid = 'ledger-books'\nname = 'Ledger Books'\nroles = ['sp']\n[proof]\nhost = ['sense.example']\n",
    )
    .expect("a product");
    let rule = "schema = 'diag-pack/1'\nname = 'ours'\nversion = '1'\nabout = 'Ours'\n[[check]]\nid = 'ours/expected'\n\
                title = 'The issuer is not the one we expect'\nlevel = 'notice'\nfor = 'case.messages'\n\
                when = 'case.expectations.exists(e, !(it.issuer.value in e.values))'\n\
                [[check.test]]\nname = 'another'\nexpect = 'found'\nfacts = '{\"messages\": [{\"issuer\": \"x\"}], \"expectations\": [{\"values\": [\"y\"]}]}'\n\
                [[check.test]]\nname = 'ours'\nexpect = 'clean'\nfacts = '{\"messages\": [{\"issuer\": \"y\"}], \"expectations\": [{\"values\": [\"y\"]}]}'\n";
    fs::write(folder.path().join("ours.checks.toml"), rule).expect("a pack");
    let run = |arguments: &[&str]| {
        let output = diag(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains("note: options from diag.toml"));
        text(&output.stdout)
    };
    let facts = run(&["facts", "case", "--only", "expectations,products"]);
    assert!(
        facts.contains("https://idp.acme.example") && facts.contains("Ledger Books"),
        "{facts}"
    );
    let eval = "case.expectations.map(e, e.values[0]) + case.products.filter(p, p.id == 'ledger-books').map(p, p.name)";
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&run(&["eval", eval, "case"])).expect("JSON"),
        serde_json::json!(["https://idp.acme.example", "Ledger Books"])
    );
    let tried = run(&["plugin", "test", "ours.checks.toml", "--case", "case"]);
    assert!(tried.contains("found: The issuer is not the one we expect"), "{tried}");
    // What is named counts before what lies there, and what lies in the case configures nothing.
    fs::write(
        folder.path().join("other.toml"),
        "[expect.idp]\nentity-id = 'https://else.example'\n",
    )
    .expect("a file");
    let other = run(&["eval", eval, "case", "--expect", "other.toml"]);
    assert!(other.contains("https://else.example") && !other.contains("acme"), "{other}");
    fs::rename(folder.path().join("diag.toml"), case.join("diag.toml")).expect("moved");
    let none = diag(&case, &["facts", ".", "--only", "expectations"]);
    assert_eq!(none.status.code(), Some(2), "{}", text(&none.stdout));
    assert!(text(&none.stderr).contains("files of this folder are analysed"));
}

/// A sign-in that works, and a check that did not look: no format calls that healthy, and none passes it.
#[test]
fn what_crashed_is_never_healthy() {
    let folder = tempfile::tempdir().expect("a folder");
    let pack = "schema = 'diag-pack/1'\nname = 'acme'\nversion = '1'\nabout = 'Ours'\n[[check]]\nid = 'acme/newer'\ntitle = 'x'\n\
                level = 'notice'\nwhen = 'case.newer.size() > 1'\n[[check]]\nid = 'acme/older'\ntitle = 'x'\nlevel = 'notice'\n\
                when = 'case.messages.size() > 100'\n";
    fs::write(folder.path().join("acme.checks.toml"), pack).expect("a pack");
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/healthy");
    let case = folder.path().join("case");
    fs::create_dir(&case).expect("a folder");
    for entry in fs::read_dir(examples).expect("an example") {
        let entry = entry.expect("a file");
        fs::copy(entry.path(), case.join(entry.file_name())).expect("a copy");
    }
    let run = |more: &[&str]| diag(folder.path(), &[&["case"], more].concat());
    let sound = run(&[]);
    assert!(text(&sound.stdout).starts_with("HEALTHY") && sound.status.code() == Some(0));
    let crashing = ["--plugin", "acme.checks.toml"];
    for more in [
        &[][..],
        &["-q"],
        &["--format", "markdown"],
        &["--format", "html"],
        &["--format", "json"],
        &["--format", "junit"],
        &["--format", "sarif"],
        &["--each", "--format", "ndjson", "--records", "short"],
        &["--fail-on", "never"],
    ] {
        let output = run(&[&crashing[..], more].concat());
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        assert!(!said.to_lowercase().contains("healthy"), "{more:?}: {said}");
        let lower = said.to_lowercase();
        assert!(
            lower.contains("undetermined") || lower.contains("\"executionsuccessful\": false"),
            "{more:?}"
        );
    }
    let said = text(&run(&crashing).stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.starts_with("UNDETERMINED The sign-in of 2026-11-24 09:58:00 UTC works, but 1 check crashed: what it looks at is open"),
        "{said}"
    );
    // Configuration alone: what did not look says nothing of it either.
    let alone = diag(
        &case,
        &[
            "sp-metadata.xml",
            "--at",
            "2026-11-24T10:00:00Z",
            "--plugin",
            "../acme.checks.toml",
            "-q",
        ],
    );
    assert!(!text(&alone.stdout).contains("Nothing in"), "{}", text(&alone.stdout));
    assert_eq!(alone.status.code(), Some(2));
}
