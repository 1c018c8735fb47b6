//! What people expect of a program on the command line: help, order of options, typing errors, summaries.

use crate::support::{diag, diag_in, err, out};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const FAILING: &str = "../examples/reply-url-without-slash";

#[test]
fn help_is_a_command() {
    let plain = diag(&["help"]);
    assert_eq!(
        (plain.status.code(), out(&plain).contains("Commands:")),
        (Some(0), true),
        "{}",
        out(&plain)
    );
    assert_eq!(out(&plain), out(&diag(&["--help"])));
    assert!(
        out(&diag(&["help", "decode"])).contains("--key"),
        "{}",
        out(&diag(&["help", "decode"]))
    );
    assert!(!out(&plain).contains("pages about checks"), "hidden commands stay hidden");
}

#[test]
fn options_may_stand_in_front_of_the_command() {
    let behind = diag(&["check", "-q", FAILING]);
    let before = diag(&["-q", "check", FAILING]);
    assert_eq!((out(&before), before.status.code()), (out(&behind), Some(1)), "{}", err(&before));
    assert_eq!(
        out(&diag(&["--format", "json", "checks"])),
        out(&diag(&["checks", "--format", "json"]))
    );
}

#[test]
fn typing_errors_are_answered_with_the_nearest() {
    for (arguments, hint) in [
        (&["chekc", FAILING][..], "did you mean check"),
        (&["-q", "dcode", "x"], "did you mean decode?"),
        (&[FAILING, "--formt", "json"], "--format"),
        (&[FAILING, "--format", "jsn"], "'json'"),
        (&["plugin", "tset"], "'test'"),
        (&["explain", "acs-not-registred"], "endpoints/acs-not-registered"),
    ] {
        let output = diag(arguments);
        let text = err(&output);
        assert_eq!(
            (output.status.code(), text.lines().count()),
            (Some(2), 2),
            "{arguments:?}: {text}"
        );
        assert!(
            text.starts_with("error: ")
                && text
                    .lines()
                    .nth(1)
                    .is_some_and(|line| line.starts_with("hint: ") && line.contains(hint)),
            "{text}"
        );
    }
}

#[test]
fn quiet_keeps_who_must_mend_it() {
    let text = out(&diag(&["-q", FAILING]));
    assert!(
        text.starts_with("BROKEN") && text.contains("Identity provider administrator"),
        "{text}"
    );
    assert!(text.lines().count() < 20, "{text}");
}

#[test]
fn each_ends_with_a_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, from: &str| {
        fs::copy(Path::new("..").join("examples").join(from), folder.path().join(name))
            .expect("a copy")
    };
    fs::create_dir(folder.path().join("good")).expect("a folder");
    fs::create_dir(folder.path().join("bad")).expect("a folder");
    put("good/works.har", "healthy/capture.har");
    put("bad/fails.har", "reply-url-without-slash/capture.har");
    let output = diag_in(folder.path(), &["--each", "."]);
    let text = out(&output);
    let table: Vec<&str> = text.split("\nSUMMARY").nth(1).expect("a table").lines().collect();
    assert!(table[0].contains("2 captures: 1 broken, 1 healthy"), "{text}");
    assert!(
        table.iter().any(|line| line.contains("BROKEN")
            && line.contains("fails.har")
            && line.contains("refuses the consumer service URL")),
        "{text}"
    );
    assert!(
        table.iter().any(|line| line.contains("HEALTHY") && line.contains("works.har")),
        "{text}"
    );
    let marked = out(&diag_in(folder.path(), &["--each", ".", "--format", "markdown"]));
    assert!(marked.contains("| verdict | capture | reason |"), "{marked}");
    assert!(!out(&diag(&[FAILING])).contains("SUMMARY"), "one case needs no table");
}

#[test]
fn checks_are_completed_and_what_is_hidden_is_not() {
    for shell in ["bash", "zsh", "fish"] {
        let script = out(&diag(&["completions", shell]));
        assert!(script.contains("metadata/role-descriptor-present"), "{shell}");
        assert!(!script.contains("diag,docs") && !script.contains("pages about checks"), "{shell}");
    }
}

#[test]
fn the_key_has_two_names_everywhere() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    for name in ["--key", "--decrypt"] {
        let decoded =
            out(&diag_in(&fixtures, &["decode", "encrypted/nested.xml", name, "keys/sp.key"]));
        assert!(decoded.contains("ann@example.org"), "{name}");
        assert_ne!(
            diag_in(&fixtures, &["encrypted/nested.xml", name, "keys/sp.key"]).status.code(),
            None,
            "{name}"
        );
    }
}

#[test]
fn a_message_may_be_given_as_such() {
    let xml = "<samlp:AuthnRequest xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol' xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion' ID='_1' Version='2.0' IssueInstant='2026-11-24T10:00:00Z'><saml:Issuer>https://sp.example/</saml:Issuer></samlp:AuthnRequest>";
    let blob = "PHNhbWxwOkF1dGhuUmVxdWVzdCB4bWxuczpzYW1scD0idXJuOm9hc2lzOm5hbWVzOnRjOlNBTUw6Mi4wOnByb3RvY29sIiBJRD0iXzEiIFZlcnNpb249IjIuMCI+PC9zYW1scDpBdXRoblJlcXVlc3Q+";
    let url =
        format!("https://idp.example/saml2?SAMLRequest={}&RelayState=x", blob.replace('+', "%2B"));
    let form = format!("SAMLRequest={}", blob.replace('+', "%2B"));
    for given in [xml, blob, &url, &form] {
        let output = diag(&["check", given, "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&out(&output))
            .unwrap_or_else(|_| panic!("{given}: {}", err(&output)));
        assert_eq!(report["inputs"][0]["kind"], "saml-message", "{given}");
        assert_eq!(report["inputs"][0]["path"], "command line");
    }
    let cut = diag(&["check", &"PHNhbWxwOkF1dGhuUmVxdWVzd".repeat(20)]);
    assert!(
        !format!("{}{}", out(&cut), err(&cut)).contains("PHNhbWxwOkF1dGhuUmVxdWVzdPHNh"),
        "{}",
        err(&cut)
    );
    let strange = diag(&["check", &"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo".repeat(4)]);
    assert_eq!(strange.status.code(), Some(2));
    assert!(err(&strange).contains("hint: diag decode"), "{}", err(&strange));
}

#[test]
fn a_long_argument_is_not_echoed() {
    let long = "x.".repeat(4_000);
    for arguments in [&[long.as_str()][..], &["check", &long], &["decode", &long], &["flow", &long]]
    {
        let output = diag(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).len() < 400, "{}", err(&output));
    }
}

#[test]
fn the_name_of_the_output_decides_its_format() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, begins) in [
        ("r.html", "<!DOCTYPE html>"),
        ("r.md", "# BROKEN"),
        ("r.json", "{"),
        ("r.sarif", "{"),
        ("r.xml", "<?xml"),
        ("r.txt", "BROKEN"),
    ] {
        let path = folder.path().join(name);
        let output = diag(&[FAILING, "--output", path.to_str().expect("UTF-8")]);
        assert_eq!(output.status.code(), Some(1), "{}", err(&output));
        assert!(fs::read_to_string(&path).expect("a report").starts_with(begins), "{name}");
    }
    let key = folder.path().join("sp.key");
    fs::copy("../tests/fixtures/keys/sp.key", &key).expect("a copy");
    let key = key.to_str().expect("UTF-8");
    let output = diag(&[FAILING, "--key", key, "--output", key]);
    assert!(
        output.status.code() == Some(2) && err(&output).contains("would be overwritten"),
        "{}",
        err(&output)
    );
}

#[test]
fn what_judged_nothing_does_not_pass() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("plain.txt"),
        "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://a.example/ @0s\n< 200\n",
    )
    .expect("a file");
    let run = |arguments: &[&str]| diag_in(folder.path(), arguments);
    let output = run(&["plain.txt"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(out(&output).starts_with("UNDETERMINED"), "{}", out(&output));
    assert_eq!(run(&["plain.txt", "--fail-on", "never"]).status.code(), Some(0));
    let json = run(&["plain.txt", "--format", "json"]);
    assert!(json.status.code() == Some(2) && err(&json).contains("undetermined"), "{}", err(&json));
}

#[test]
fn what_scrolled_away_is_said_again_on_a_terminal() {
    // A terminal of 24 lines, made by the program that records sessions.
    let line = format!("stty rows 24 cols 80; {} {FAILING}", env!("CARGO_BIN_EXE_diag"));
    let recorded = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .stdin(Stdio::null())
        .output();
    let Ok(recorded) = recorded else {
        eprintln!("skipped: script (util-linux) is not there");
        return;
    };
    let text = String::from_utf8_lossy(&recorded.stdout);
    if !text.contains("BROKEN") {
        eprintln!("skipped: script gives no terminal here: {text}");
        return;
    }
    let (_, again) = text.rsplit_once("In short:").expect("the end says it again");
    assert!(
        again.contains("BROKEN")
            && again.contains("endpoints/acs-not-registered")
            && again.contains("administrator"),
        "{again}"
    );
    assert!(!out(&diag(&[FAILING])).contains("In short:"), "a pipe has no screen");
}
