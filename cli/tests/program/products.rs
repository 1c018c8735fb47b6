//! Product files as a team writes and hands them in: understood, refused with their line, and never waited for.

use crate::support::diag_in;
use std::fs;
use std::path::Path;
use std::process::Output;

const LEDGER: &str = r#"schema = "diag-product/1"
id = "ledger-books"
name = "Ledger Books"
roles = ["sp"]

[proof]
header = ["x-ledger-version"]

[[text]]
id = "attribute-expected"
says = "Ledger cannot open the books: attribute {attribute} was expected"
means = "attribute-missing"
hit = ["Ledger cannot open the books: attribute branch_no was expected"]
miss = ["Ledger cannot open the books: the branch is closed"]
"#;

const REFUSED: &str = "diag-sketch/1 2026-11-24T10:00:00Z

[response]
<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_r\" Version=\"2.0\" IssueInstant=\"{now}\"><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status><saml:Assertion ID=\"_a\" Version=\"2.0\" IssueInstant=\"{now}\"/></samlp:Response>

POST https://books.contoso.example/saml/acs @9s
> SAMLResponse={post:response}
< 403
| <title>Books</title><h1>Ledger cannot open the books: attribute branch_no was expected</h1><p>Ask Adele Vance, phone 555 0199, about user 'CONTOSO\\adele.vance'</p>
";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn diag(folder: &tempfile::TempDir, arguments: &[&str]) -> String {
    said(&diag_in(folder.path(), arguments))
}

/// A page that comes with 200 and shows a code of which its product's file tells what it means is a refusal for that reason;
/// a code of which nothing is told is a number, and one on a page of a session at work is a word on it.
#[test]
fn a_code_on_a_page_says_no_as_its_file_tells() {
    let product = "schema = 'diag-product/1'\nid = 'ledger-books'\nname = 'Ledger Books'\nroles = ['sp']\n[proof]\nheader = ['x-ledger-version']\n\
                   [codes]\nprefix = 'LDG-'\ndigits = 4\n[[code]]\ncode = 'LDG-1042'\ntext = 'The branch was not sent'\nmeans = 'attribute-missing'\n\
                   [[code]]\ncode = 'LDG-2000'\ntext = 'The books were opened'\n";
    let login = |code: &str, cookie: &str, rest: &str| {
        let (before, _) = REFUSED.split_once("< 403").expect("an answer");
        let page =
            format!("<title>Books</title><p>Please note {code} and call the desk.{rest}</p>");
        format!(
            "{before}< 302\n{cookie}< Location: https://books.contoso.example/desk\n\n\
             GET https://books.contoso.example/desk @10s\n> Cookie: ledger=fresh\n< 200\n| {page}\n"
        )
    };
    let told = |code: &str, cookie: &str, rest: &str| {
        let folder =
            folder(&[("ledger.toml", product), ("login.sketch", &login(code, cookie, rest))]);
        let report = |more: &[&str]| -> serde_json::Value {
            let output =
                diag_in(folder.path(), &[&["login.sketch", "--format", "json"], more].concat());
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}"))
        };
        let checks = |report: &serde_json::Value| {
            report["findings"].to_string().contains("identity/required-attribute-missing")
        };
        let (without, with) = (report(&[]), report(&["--product", "ledger.toml"]));
        assert!(!checks(&without), "nobody has told what it means");
        (with["attempts"][0]["outcome"].as_str().map(str::to_owned), checks(&with))
    };
    let fresh = "< Set-Cookie: ledger=fresh; Secure\n";
    let refused = (Some("refused-by-sp".to_owned()), true);
    assert_eq!(told("LDG-1042", "", ""), refused);
    assert_eq!(told("LDG-1042", fresh, ""), refused, "refusals set cookies, too");
    let (outcome, named) = told("LDG-2000", fresh, "");
    assert!(outcome.as_deref() == Some("signed-in") && !named, "{outcome:?}");
    let (outcome, named) = told("LDG-1042", fresh, &" A ledger of the day.".repeat(40));
    assert!(outcome.as_deref() == Some("signed-in") && !named, "{outcome:?}");
}

#[test]
fn a_product_is_known_by_its_option_and_by_the_configuration() {
    let folder = folder(&[("ledger.toml", LEDGER), ("login.sketch", REFUSED)]);
    let quiet = diag(&folder, &["login.sketch", "-q"]);
    assert!(!quiet.contains("identity/required-attribute-missing"), "{quiet}");
    let told = diag(&folder, &["login.sketch", "--product", "ledger.toml"]);
    assert!(
        told.contains("identity/required-attribute-missing") && told.contains("Ledger Books says"),
        "{told}"
    );
    fs::create_dir(folder.path().join("case")).expect("a folder");
    fs::rename(folder.path().join("login.sketch"), folder.path().join("case/login.sketch"))
        .expect("moved");
    fs::write(folder.path().join("diag.toml"), "[[product]]\npath = \"ledger.toml\"\n")
        .expect("a file");
    let told = diag(&folder, &["case/login.sketch"]);
    assert!(told.contains("identity/required-attribute-missing"), "{told}");
}

#[test]
fn faults_stand_at_their_line_with_a_caret_and_what_to_do() {
    for (wrong, right, line, told, help) in [
        (
            "attribute-mising",
            "attribute-missing",
            12,
            "unknown variant `attribute-mising`",
            "did you mean `attribute-missing`?",
        ),
        ("hitt = ", "hit = ", 13, "unknown field `hitt`", "did you mean `hit`?"),
        (
            "hit = [\"Ledger is closed\"]",
            "hit = [\"Ledger cannot open the books: attribute branch_no was expected\"]",
            13,
            "is not found in its own sample",
            "and then not",
        ),
        (
            "miss = [\"Ledger cannot open the books: attribute x was expected\"]",
            "miss = [\"Ledger cannot open the books: the branch is closed\"]",
            14,
            "is found in its near miss",
            "",
        ),
        (
            "says = \"access denied\"",
            "says = \"Ledger cannot open the books: attribute {attribute} was expected\"",
            11,
            "any software writes these words",
            "proof = \"page\"",
        ),
        (
            "says = \"Ledger {colour} was expected\"",
            "says = \"Ledger cannot open the books: attribute {attribute} was expected\"",
            11,
            "{colour} is no value",
            "",
        ),
        ("header = [\"date\"]", "header = [\"x-ledger-version\"]", 7, "proves no product", ""),
        (
            "schema = \"diag-product/9\"",
            "schema = \"diag-product/1\"",
            1,
            "this diag reads diag-product/1",
            "newer diag",
        ),
        (
            "id = \"Ledger Books\"",
            "id = \"ledger-books\"",
            2,
            "lower-case letters, digits and hyphens",
            "",
        ),
        ("roles = \"sp\"", "roles = [\"sp\"]", 4, "expected a sequence", "it is a list"),
    ] {
        assert!(LEDGER.contains(right), "{right}");
        let folder = folder(&[("ledger.toml", &LEDGER.replace(right, wrong))]);
        let output = diag_in(folder.path(), &["product", "test", "ledger.toml"]);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{wrong}: {text}");
        assert!(
            text.contains(&format!("ledger.toml:{line}:"))
                && text.contains(told)
                && text.contains(help),
            "{wrong}: {text}"
        );
        assert!(text.contains('^'), "{wrong}: {text}");
    }
}

#[test]
fn what_is_no_product_file_is_one_line() {
    let folder = folder(&[
        ("ledger.toml", LEDGER),
        ("generic.toml", &LEDGER.replace("ledger-books", "generic")),
        ("x.sketch", REFUSED),
    ]);
    fs::write(folder.path().join("latin1.toml"), b"name = \"M\xfcller\"").expect("a file");
    for (arguments, told) in [
        (["x.sketch", "--product", "none.toml"], "cannot be read"),
        (["x.sketch", "--product", "."], "no regular file"),
        (["x.sketch", "--product", "latin1.toml"], "not UTF-8"),
        (["x.sketch", "--product", "generic.toml"], "generic"),
        (["product", "explain", "no-such-product"], "no product diag knows"),
    ] {
        let output = diag_in(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let text = said(&output);
        assert!(text.contains(told) && !text.contains("panicked"), "{arguments:?}: {text}");
    }
    let twice =
        diag(&folder, &["x.sketch", "--product", "ledger.toml", "--product", "ledger.toml"]);
    assert!(twice.contains("two product files have the id ledger-books"), "{twice}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let folder = folder(&[]);
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status();
    if !made.is_ok_and(|made| made.success()) {
        eprintln!("skipped: no mkfifo here");
        return;
    }
    assert!(diag(&folder, &["product", "test", "pipe"]).contains("no regular file"));
}

#[test]
fn a_draft_is_sound_and_holds_nobody() {
    let folder = folder(&[("login.sketch", REFUSED)]);
    let made = diag(
        &folder,
        &[
            "product",
            "new",
            "--from-capture",
            "login.sketch",
            "--name",
            "Ledger Books",
            "-o",
            "draft.toml",
        ],
    );
    assert!(made.contains("a draft"), "{made}");
    let draft = fs::read_to_string(folder.path().join("draft.toml")).expect("the draft");
    assert!(
        draft.contains("Ledger cannot open the books")
            && !draft.contains("adele.vance")
            && !draft.contains("0199"),
        "{draft}"
    );
    let tested = diag(&folder, &["product", "test", "draft.toml"]);
    assert!(tested.contains("SOUND  draft.toml"), "{tested}");
    let again =
        diag(&folder, &["product", "new", "--from-capture", "login.sketch", "-o", "draft.toml"]);
    assert!(again.contains("cannot be made"), "nothing is overwritten: {again}");
}

#[test]
fn an_explanation_shows_no_secret() {
    let page = "<p>Ledger cannot open the books: attribute password:hunter2hunter2 was expected at \
                https://x.example/?token=c2VjcmV0LXRva2VuLXZhbHVl</p>";
    let folder = folder(&[("ledger.toml", LEDGER), ("page.html", page)]);
    let told = diag(&folder, &["product", "explain", "ledger.toml", "page.html"]);
    assert!(told.contains("attribute-expected") && !told.contains("c2VjcmV0"), "{told}");
}

#[test]
fn products_are_listed_for_people_and_programs() {
    let listed = said(&diag_in(Path::new("."), &["product", "list", "--format", "json"]));
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
    let keycloak = listed
        .as_array()
        .expect("a list")
        .iter()
        .find(|one| one["id"] == "keycloak")
        .expect("Keycloak");
    assert!(
        keycloak["texts"].as_u64() > Some(50) && keycloak["samples"].as_u64() > Some(100),
        "{keycloak}"
    );
}

#[test]
fn every_file_that_comes_with_diag_passes_its_own_test() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/products/data");
    let mut files: Vec<String> = fs::read_dir(&data)
        .expect("the product files")
        .flatten()
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let arguments: Vec<&str> =
        ["product", "test"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let output = diag_in(&data, &arguments);
    assert!(output.status.success(), "{}", said(&output));
}
