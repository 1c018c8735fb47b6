//! Trust: what `diag.toml` pins is loaded, what has changed is not, and the folder under analysis
//! configures nothing.

use diag_tests::plugin::{diag_in, member, said};
use std::path::Path;

/// A folder with a plugin and a case in a folder below.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("case")).expect("a folder");
    let base = diag_tests::one_fault::folder().join("base/idp-metadata.xml");
    std::fs::copy(base, folder.path().join("case/idp-metadata.xml")).expect("a file");
    std::fs::copy(member("acme-checks"), folder.path().join("acme.so")).expect("the plugin");
    folder
}

fn trust(folder: &Path) {
    let output = diag_in(folder, &["plugin", "trust", "acme.so"]);
    let (out, err) = said(&output);
    assert!(output.status.success(), "{err}");
    assert!(out.starts_with("acme 1.2.0 is trusted as SHA-256 "), "{out}");
}

/// Whether the plugin's check is in the report; what went wrong otherwise.
fn judged(folder: &Path, arguments: &[&str]) -> Result<bool, String> {
    let output = diag_in(folder, &[arguments, &["--format", "json"]].concat());
    let (out, err) = said(&output);
    if output.status.code() == Some(2) { Err(err) } else { Ok(out.contains("acme/foreign-tenant")) }
}

fn list(folder: &Path) -> String {
    let output = diag_in(folder, &["plugin", "list"]);
    assert!(output.status.success(), "{:?}", said(&output));
    said(&output).0
}

fn alter(folder: &Path) {
    let path = folder.join("acme.so");
    let mut bytes = std::fs::read(&path).expect("the plugin");
    bytes.extend(b"one more line");
    std::fs::write(&path, bytes).expect("written");
}

#[test]
fn what_is_trusted_is_loaded_and_what_changed_is_not() {
    let folder = folder();
    let here = folder.path();
    assert!(list(here).contains("names no plugin"), "nothing is found by looking around");
    assert_eq!(judged(here, &["case"]), Ok(false));
    trust(here);
    assert_eq!(judged(here, &["case"]), Ok(true));
    let listed = list(here);
    for part in [
        "acme 1.2.0",
        "trusted",
        "acme.so",
        "2 checks: acme/contractor-signs-in, acme/foreign-tenant",
        "secret:personal (not granted)",
    ] {
        assert!(listed.contains(part), "{part}: {listed}");
    }
    alter(here);
    assert_eq!(judged(here, &["case"]), Ok(false), "it costs only itself");
    let refused = judged(here, &["case", "--strict-plugins", "--fail-on", "never"])
        .expect_err("it has changed");
    assert!(
        refused.starts_with("error: plugin acme.so: has changed since it was trusted"),
        "{refused}"
    );
    assert!(
        refused.contains("hint: if that change is wanted, diag plugin trust acme.so"),
        "{refused}"
    );
    let listed = list(here);
    assert!(
        listed.contains("changed since it was trusted") && !listed.contains("checks"),
        "it is not started: {listed}"
    );
    trust(here);
    assert_eq!(judged(here, &["case"]), Ok(true));
}

#[test]
fn trusting_keeps_what_people_wrote() {
    let folder = folder();
    let path = folder.path().join("diag.toml");
    std::fs::write(&path, "# of the support team\n[check]\nskip = [\"flow\"] # too noisy\n")
        .expect("a file");
    trust(folder.path());
    let output =
        diag_in(folder.path(), &["plugin", "trust", "acme.so", "--grant", "secret:personal"]);
    assert!(output.status.success(), "{:?}", said(&output));
    let text = std::fs::read_to_string(&path).expect("readable");
    assert!(
        text.starts_with("# of the support team\n[check]\nskip = [\"flow\"] # too noisy\n"),
        "{text}"
    );
    assert_eq!(text.matches("[[plugin]]").count(), 1, "{text}");
    assert!(
        text.contains("path = \"acme.so\"") && text.contains("grants = [\"secret:personal\"]"),
        "{text}"
    );
    assert!(list(folder.path()).contains("secret:personal (granted)"));
}

#[test]
fn the_folder_under_analysis_configures_nothing() {
    let folder = folder();
    trust(folder.path());
    for name in ["acme.so", "diag.toml"] {
        std::fs::copy(folder.path().join(name), folder.path().join("case").join(name))
            .expect("copied");
    }
    let case = folder.path().join("case");
    // In the folder: neither as a whole, nor by one of its files, nor from below.
    std::fs::create_dir(case.join("below")).expect("a folder");
    std::fs::copy(case.join("diag.toml"), case.join("below/diag.toml")).expect("copied");
    std::fs::copy(case.join("acme.so"), case.join("below/acme.so")).expect("copied");
    assert_eq!(judged(&case, &["."]), Ok(false));
    assert_eq!(judged(&case, &["idp-metadata.xml"]), Ok(false));
    assert_eq!(judged(&case.join("below"), &[".."]), Ok(false));
    let output = diag_in(&case, &["."]);
    assert!(
        said(&output).1.contains("diag.toml in this folder is not read"),
        "{:?}",
        said(&output)
    );
    // From elsewhere the folder is just looked at.
    std::fs::remove_file(folder.path().join("diag.toml")).expect("removed");
    assert_eq!(judged(folder.path(), &["case"]), Ok(false));
    // Whoever names the file means it.
    assert_eq!(judged(&case, &[".", "--config", "diag.toml"]), Ok(true));
}

#[test]
fn a_name_without_a_hash_is_not_enough() {
    let folder = folder();
    std::fs::write(folder.path().join("diag.toml"), "[[plugin]]\npath = 'acme.so'\n")
        .expect("a file");
    let refused = judged(folder.path(), &["case", "--strict-plugins", "--fail-on", "never"])
        .expect_err("not pinned");
    assert!(
        refused.contains("without the SHA-256 it is trusted by")
            && refused.contains("diag plugin trust acme.so"),
        "{refused}"
    );
    assert!(list(folder.path()).contains("not trusted"));
    trust(folder.path());
    assert_eq!(judged(folder.path(), &["case"]), Ok(true));
}

#[test]
fn what_does_not_load_is_not_trusted() {
    let folder = folder();
    std::fs::write(folder.path().join("text.so"), "Dear colleague").expect("a file");
    let output = diag_in(folder.path(), &["plugin", "trust", "text.so"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.path().join("diag.toml").exists());
    let output = diag_in(folder.path(), &["plugin", "trust", "acme.so", "--grant", "secret:all"]);
    assert_eq!(output.status.code(), Some(2));
    let output = diag_in(folder.path(), &["plugin", "test", "text.so"]);
    assert_eq!(
        (output.status.code(), said(&output).1.lines().count()),
        (Some(2), 2),
        "{:?}",
        said(&output)
    );
}
