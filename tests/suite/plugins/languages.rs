//! Projects in every language, as `diag plugin new` writes them: they build, their tests pass, and
//! what they find stands in a report.

use diag_sdk::abi::{Buffer, INTERFACE_MAJOR, INTERFACE_MINOR, MAGIC, Table};
use diag_tests::plugin::{diag, diag_in, is_there, member, said, unwrapped, workspace};
use std::mem::offset_of;
use std::path::Path;
use std::process::Command;

fn new(folder: &Path, language: &str) {
    let output = diag_in(folder, &["plugin", "new", "house", "--lang", language]);
    assert!(output.status.success(), "{:?}", said(&output));
}

fn examples_hold(folder: &Path, plugin: &str) {
    let output = diag_in(folder, &["plugin", "test", plugin]);
    let (out, err) = said(&output);
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("1 check found and passed what its documentation says"), "{out}");
}

fn layout_is_that_of_the_sdk(compiler: &str) {
    let facts = [
        ("SIZE_OF_BUFFER", size_of::<Buffer>()),
        ("OFFSET_OF_DATA", offset_of!(Buffer, data)),
        ("OFFSET_OF_LENGTH", offset_of!(Buffer, length)),
        ("OFFSET_OF_CAPACITY", offset_of!(Buffer, capacity)),
        ("SIZE_OF_TABLE", size_of::<Table>()),
        ("OFFSET_OF_MAGIC", offset_of!(Table, magic)),
        ("OFFSET_OF_MAJOR", offset_of!(Table, interface_major)),
        ("OFFSET_OF_MINOR", offset_of!(Table, interface_minor)),
        ("OFFSET_OF_SIZE", offset_of!(Table, size)),
        ("OFFSET_OF_DESCRIBE", offset_of!(Table, describe)),
        ("OFFSET_OF_RUN", offset_of!(Table, run)),
        ("OFFSET_OF_FREE", offset_of!(Table, free)),
        ("MAGIC", MAGIC as usize),
        ("MAJOR", usize::from(INTERFACE_MAJOR)),
        ("MINOR", usize::from(INTERFACE_MINOR)),
    ];
    let output = Command::new(compiler)
        .args(["-std=c11", "-fsyntax-only", "-Wall", "-Werror", "-I"])
        .arg(workspace().join("plugins/sdk/include"))
        .args(facts.map(|(name, value)| format!("-D{name}={value}")))
        .arg(workspace().join("tests/plugins/c/layout.c"))
        .output()
        .expect("the compiler runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[cfg(unix)]
#[test]
fn plain_c() {
    if !is_there("cc") {
        return;
    }
    layout_is_that_of_the_sdk("cc");
    let folder = tempfile::tempdir().expect("a folder");
    new(folder.path(), "c");
    let project = folder.path().join("house");
    let library = format!("house{}", std::env::consts::DLL_SUFFIX);
    // What its Makefile does, for machines without make.
    let output = Command::new("cc")
        .args([
            "-std=c99",
            "-O2",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-fPIC",
            "-fvisibility=hidden",
            "-shared",
            "-o",
            &library,
            "house.c",
        ])
        .current_dir(&project)
        .output()
        .expect("the compiler runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    examples_hold(&project, &format!("./{library}"));
    std::fs::write(
        project.join("login.txt"),
        "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://sense.example/hub @0s\n< 200\n",
    )
    .expect("a file");
    let output = diag_in(&project, &["login.txt", "--plugin", &library, "--format", "json"]);
    assert!(
        said(&output)
            .0
            .contains("\"id\": \"house/capture-sanitised\",\n      \"outcome\": \"clean\""),
        "{:?}",
        said(&output)
    );
}

/// The interpreter that a plugin would be given, which need not be the one of this shell.
#[cfg(unix)]
fn has_python() -> bool {
    let there = ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"]
        .iter()
        .any(|folder| Path::new(folder).join("python3").exists());
    if !there {
        eprintln!("skipped: there is no python3 among the system's programs");
    }
    there
}

#[cfg(unix)]
#[test]
fn python_with_nothing_but_its_standard_library() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    new(folder.path(), "python");
    let project = folder.path().join("house");
    examples_hold(&project, "./house.py");
    examples_hold(workspace(), "docs/examples/house.py");
    let broken = std::fs::read_to_string(project.join("house.py"))
        .expect("readable")
        .replace("case[\"metadata\"]", "case[\"metdata\"]");
    diag_tests::plugin::script(&project.join("broken.py"), &broken);
    let output = diag_in(&project, &["plugin", "test", "./broken.py"]);
    let (out, err) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{out}");
    assert!(
        unwrapped(&out).contains(
            "its process ended before it answered (exit status: 1; it printed: KeyError: 'metdata')"
        ),
        "{out}"
    );
    assert!(err.contains("KeyError: 'metdata'"), "its author sees what it printed: {err}");
}

/// What the last version was given works with this one: such files are kept for each version and never changed.
#[cfg(unix)]
#[test]
fn plugins_of_the_last_version_still_run() {
    let kept = workspace().join("tests/plugins/kept/0.1");
    let output = diag_in(&kept, &["plugin", "test", "acme.checks.toml"]);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    assert!(said(&output).0.contains("2 checks: all tests passed"), "{:?}", said(&output));
    if has_python() {
        examples_hold(&kept, "./house.py");
    }
}

/// A library that was built against the SDK of the last version loads, keeps its examples, and judges captures of today
/// that hold facts and words it has never heard of.
#[test]
fn a_library_of_the_last_version_still_runs() {
    let library = member("kept-checks");
    let path = library.to_str().expect("UTF-8");
    let output = diag_in(workspace(), &["plugin", "test", path]);
    let (out, err) = said(&output);
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("2 checks found and passed what its documentation says"), "{out}");
    let mut judged = 0;
    for example in std::fs::read_dir(workspace().join("examples")).expect("examples") {
        let example = example.expect("an example").path();
        if !example.join("capture.har").exists() {
            continue;
        }
        let output = diag_in(
            &example,
            &[".", "--plugin", path, "--no-builtin", "--format", "json", "--fail-on", "never"],
        );
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
        let checks = report["checks"].as_array().expect("checks");
        assert_eq!(checks.len(), 2);
        assert!(checks.iter().all(|check| check["outcome"] != "crashed"), "{checks:?}");
        judged += 1;
    }
    assert!(judged > 2, "{judged} examples");
}

/// The example in the documentation is what `diag plugin new` writes, so that it cannot rot.
///
/// `UPDATE_EXAMPLES=1 cargo test -p diag-tests languages` writes it anew.
#[test]
fn the_documented_python_plugin_is_current() {
    let folder = tempfile::tempdir().expect("a folder");
    new(folder.path(), "python");
    let written = std::fs::read_to_string(folder.path().join("house/house.py")).expect("readable");
    let path = workspace().join("docs/examples/house.py");
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        diag_tests::plugin::script(&path, &written);
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(kept, written, "run with UPDATE_EXAMPLES=1 and commit what it writes");
}

#[test]
fn expressions_in_a_pack() {
    let folder = tempfile::tempdir().expect("a folder");
    new(folder.path(), "pack");
    let output = diag_in(folder.path(), &["plugin", "test", "house.checks.toml"]);
    let (out, err) = said(&output);
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("all tests passed"), "{out}");
    let path = folder.path().join("house.checks.toml");
    let text = std::fs::read_to_string(&path).expect("readable");
    std::fs::write(
        folder.path().join("wrong.checks.toml"),
        text.replace("expect = \"clean\"", "expect = \"found\""),
    )
    .expect("written");
    let output = diag_in(folder.path(), &["plugin", "test", "wrong.checks.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).0.contains("our own: expected a finding, found none"),
        "{:?}",
        said(&output)
    );
    // It is trusted as any plugin is.
    assert!(diag_in(folder.path(), &["plugin", "trust", "house.checks.toml"]).status.success());
    assert!(said(&diag_in(folder.path(), &["plugin", "list"])).0.contains("house 0.1.0"));
    let output = diag_in(folder.path(), &["plugin", "new", "house", "--lang", "pack"]);
    assert_eq!(output.status.code(), Some(2), "nothing is overwritten");
}

/// As `cargo install` leaves it: neither the program nor the folder it runs in lies in a checkout.
#[test]
fn an_installed_diag_finds_the_sdk_it_was_built_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let installed = folder.path().join(diag().file_name().expect("a name"));
    std::fs::copy(diag(), &installed).expect("installed");
    let output = Command::new(&installed)
        .args(["plugin", "new", "house", "--lang", "rust"])
        .current_dir(folder.path())
        .output()
        .expect("diag runs");
    assert!(output.status.success(), "{:?}", said(&output));
    let manifest =
        std::fs::read_to_string(folder.path().join("house/Cargo.toml")).expect("a manifest");
    assert!(manifest.contains("plugins/sdk\" }"), "{manifest}");
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("house")).expect("a folder");
    let output = diag_in(folder.path(), &["plugin", "new", "house", "--lang", "python"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).1.contains("house: exists already"), "{:?}", said(&output));
    assert_eq!(std::fs::read_dir(folder.path().join("house")).expect("a folder").count(), 0);
    let output =
        diag_in(folder.path(), &["plugin", "new", "other", "--lang", "rust", "--sdk", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.path().join("other").exists(), "nothing is left half done");
}
