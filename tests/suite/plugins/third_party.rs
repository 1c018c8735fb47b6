//! A plugin as its author writes it (`tests/plugins/third-party`), through the binary: its checks
//! join the report, the lists and the explanations, on the terms its user sets.

use diag_tests::capture::Capture;
use diag_tests::plugin::{diag_in, families, member, said, unwrapped};
use std::path::{Path, PathBuf};
use std::process::Output;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("case")).expect("a folder");
    let base = diag_tests::one_fault::folder().join("base/idp-metadata.xml");
    std::fs::copy(base, folder.path().join("case/idp-metadata.xml")).expect("a file");
    std::fs::write(folder.path().join("case/capture.har"), Capture::default().har())
        .expect("a file");
    folder
}

fn acme() -> String {
    text(&member("acme-checks"))
}

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

fn report(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {:?}", said(output)))
}

fn outcomes(report: &serde_json::Value) -> Vec<(String, String)> {
    let word = |value: &serde_json::Value| value.as_str().expect("a word").to_owned();
    let checks = report["checks"].as_array().expect("checks");
    checks.iter().map(|check| (word(&check["id"]), word(&check["outcome"]))).collect()
}

#[test]
fn its_checks_join_the_report() {
    let folder = folder();
    let acme = acme();
    let output = diag_in(folder.path(), &["case", "--plugin", &acme, "--format", "json"]);
    let report = report(&output);
    let checks = outcomes(&report);
    assert!(checks.iter().any(|(id, _)| id.starts_with("metadata/")), "our own run beside it");
    assert!(checks.is_sorted(), "in order of ids");
    assert!(checks.contains(&("acme/foreign-tenant".to_owned(), "found".to_owned())), "{checks:?}");
    let findings = report["findings"].as_array().expect("findings");
    let finding = findings
        .iter()
        .find(|finding| finding["check"] == "acme/foreign-tenant")
        .expect("the finding");
    assert_eq!((finding["severity"].as_str(), output.status.code()), (Some("error"), Some(1)));
    assert!(finding["where"][0]["line"].is_number(), "it shows where: {finding}");
    assert_eq!(finding["causes"][0]["who"], "idp");
    assert_eq!(finding["references"][0], "https://wiki.acme.example/identity/tenants");
    assert!(
        report["root_causes"].as_array().expect("root causes").contains(&finding["id"]),
        "it is a root cause like any other"
    );
}

#[test]
fn selection_works_as_for_our_own() {
    let folder = folder();
    let acme = acme();
    let only = report(&diag_in(
        folder.path(),
        &["case", "--plugin", &acme, "--format", "json", "--only", "acme/foreign-tenant"],
    ));
    assert_eq!(outcomes(&only), [("acme/foreign-tenant".to_owned(), "found".to_owned())]);
    let skip = report(&diag_in(
        folder.path(),
        &["case", "--plugin", &acme, "--format", "json", "--skip", "acme"],
    ));
    assert!(outcomes(&skip).iter().all(|(id, _)| !id.starts_with("acme/")));
    let without = report(&diag_in(
        folder.path(),
        &["case", "--plugin", &acme, "--format", "json", "--no-builtin"],
    ));
    assert!(outcomes(&without).iter().all(|(id, _)| id.starts_with("acme/")));
    let (_, err) = said(&diag_in(
        folder.path(),
        &["case", "--plugin", &acme, "--only", "acme/foreign-tennant"],
    ));
    assert!(err.contains("did you mean acme/foreign-tenant"), "{err}");
}

#[test]
fn names_are_shown_only_where_that_is_granted() {
    let folder = folder();
    let acme = acme();
    let arguments =
        ["case", "--plugin", &acme, "--format", "json", "--only", "acme/contractor-signs-in"];
    let output = diag_in(folder.path(), &arguments);
    assert!(
        said(&output).1.contains("note: plugin acme wants secret:personal and does not see it"),
        "{:?}",
        said(&output)
    );
    assert_eq!(outcomes(&report(&output))[0].1, "found");
    let output =
        diag_in(folder.path(), &[&arguments[..], &["--grant", "acme=secret:personal"]].concat());
    assert_eq!(said(&output).1, "");
    assert_eq!(outcomes(&report(&output))[0].1, "clean", "it sees an employee");
    for (grant, why) in [
        ("acmee=secret:personal", "did you mean acme"),
        ("acme=secret:all", "what can be granted"),
        ("acme", "expected the plugin's name"),
    ] {
        let output = diag_in(folder.path(), &[&arguments[..], &["--grant", grant]].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).1.contains(why), "{:?}", said(&output));
    }
}

#[test]
fn lists_explanations_and_pages_know_it() {
    let folder = folder();
    let acme = acme();
    let (checks, _) = said(&diag_in(folder.path(), &["checks", "--plugin", &acme]));
    assert!(
        checks.contains("acme/foreign-tenant")
            && checks.contains("House rules of Acme Corporation"),
        "{checks}"
    );
    let (explained, _) =
        said(&diag_in(folder.path(), &["explain", "acme/foreign-tenant", "--plugin", &acme]));
    for part in [
        "usually the test tenant",
        "Switch the directory",
        "Identity provider administrator",
        "<EntityDescriptor",
    ] {
        assert!(unwrapped(&explained).contains(part), "{part}: {explained}");
    }
    let (_, unknown) = said(&diag_in(folder.path(), &["explain", "acme/foreign-tenant"]));
    assert!(unknown.contains("--plugin PATH"), "{unknown}");
    let output = diag_in(folder.path(), &["docs", "pages", "--plugin", &acme]);
    assert!(output.status.success(), "{:?}", said(&output));
    let page = std::fs::read_to_string(folder.path().join("pages/checks/acme/foreign-tenant.md"))
        .expect("a page");
    assert!(page.contains("## Causes and fixes"), "{page}");
    let (sarif, _) =
        said(&diag_in(folder.path(), &["case", "--plugin", &acme, "--format", "sarif"]));
    assert!(sarif.contains("The metadata belongs to another tenant"), "{sarif}");
}

#[test]
fn its_documented_examples_hold() {
    let output = diag_in(Path::new("."), &["plugin", "test", &acme()]);
    let (out, err) = said(&output);
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{out}");
    assert!(
        out.contains("✓ acme/contractor-signs-in") && out.contains("2 checks found and passed"),
        "{out}"
    );
}

#[test]
fn each_capture_of_a_batch_is_judged() {
    let folder = folder();
    let acme = acme();
    for name in ["a", "b", "c"] {
        std::fs::write(
            folder.path().join("case").join(format!("{name}.har")),
            Capture::default().har(),
        )
        .expect("a file");
    }
    let output = diag_in(
        folder.path(),
        &[
            "case",
            "--each",
            "--jobs",
            "3",
            "--format",
            "ndjson",
            "--plugin",
            &acme,
            "--only",
            "acme/foreign-tenant",
        ],
    );
    let (out, _) = said(&output);
    assert_eq!(out.lines().count(), 4, "{out}");
    assert!(out.lines().all(|line| line.contains("\"outcome\":\"found\"")), "{out}");
}

#[test]
fn a_name_is_taken_once() {
    let folder = folder();
    let hosts: PathBuf = families()["hosts"].clone();
    let output = diag_in(folder.path(), &["case", "--plugin", &text(&hosts)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).1.contains("its name hosts is taken by diag itself"),
        "{:?}",
        said(&output)
    );
    let output = diag_in(
        folder.path(),
        &["case", "--plugin", &text(&hosts), "--no-builtin", "--format", "json"],
    );
    assert!(outcomes(&report(&output)).iter().all(|(id, _)| id.starts_with("hosts/")));
    let output = diag_in(folder.path(), &["case", "--no-builtin"]);
    assert_eq!(output.status.code(), Some(2));
}
