//! The page in a browser, where there is one: the program, the page and a Chromium say the same of every case.
//!
//! `cli/page/build.sh` builds the page, `npm ci` in `tests/browser` brings what drives the browser. Where one of them is
//! missing, or the page is older than the program, the test says so and ends. `DIAG_PAGE` names a page to test in any case.
//! With `DIAG_EXPLORE` the cases that lie beside the project are compared as well (`DIAG_SHARED`).

use diag_tests::diagnose::File;
use diag_tests::one_fault::{self, OneFault};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// The program, the page, or why there is nothing to test.
fn at_hand() -> Result<(PathBuf, PathBuf), String> {
    let test = std::env::current_exe().expect("this test");
    let built = test.parent().and_then(Path::parent).expect("the folder of what is built");
    let program = built.join(format!("diag{}", std::env::consts::EXE_SUFFIX));
    let named = std::env::var_os("DIAG_PAGE").map(PathBuf::from);
    let page =
        named.clone().unwrap_or_else(|| built.parent().expect("target").join("page/diag.html"));
    let changed = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let Some(program_changed) = changed(&program) else {
        return Err(format!("{} is not built", program.display()));
    };
    let Some(page_changed) = changed(&page) else {
        return Err("the page is not built; cli/page/build.sh does it".to_owned());
    };
    if named.is_none() && page_changed < program_changed {
        return Err(
            "the page is older than the program; cli/page/build.sh makes it anew".to_owned()
        );
    }
    if !root().join("tests/browser/node_modules/playwright-core").is_dir() {
        return Err("playwright-core is missing; npm ci in tests/browser installs it".to_owned());
    }
    let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .iter()
        .any(|path| Path::new(path).exists());
    if !chromium && std::env::var_os("DIAG_CHROMIUM").is_none() {
        return Err("no Chromium; DIAG_CHROMIUM names one".to_owned());
    }
    if Command::new("node").arg("--version").output().is_err() {
        return Err("no node".to_owned());
    }
    Ok((program, page))
}

/// What lies beside the project, where it does: hundreds of cases, which is nothing for every run.
fn lay_out_shared(into: &Path) {
    let shared =
        std::env::var_os("DIAG_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let entries = |folder: &Path| {
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
    };
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    for set in entries(&shared.join("cases")).filter(|path| path.is_dir()) {
        for case in entries(&set).filter(|path| path.is_dir()) {
            let to = into.join(format!("shared-{}-{}", name(&set), name(&case)));
            fs::create_dir_all(&to).expect("a folder");
            // What a case is to say is no file of the case.
            let files = entries(&case).filter(|path| path.is_file() && name(path) != "truth.json");
            for file in files {
                fs::copy(&file, to.join(name(&file))).expect("a copy");
            }
        }
    }
}

/// Every case of the repository as a folder of files.
fn lay_out(into: &Path) {
    let write = |name: &str, files: &[File]| {
        fs::create_dir_all(into.join(name)).expect("a folder");
        for file in files {
            fs::write(into.join(name).join(&file.name), &file.content).expect("a file");
        }
    };
    for path in one_fault::files() {
        let family = path
            .parent()
            .and_then(Path::file_name)
            .expect("a family")
            .to_string_lossy()
            .into_owned();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        write(&format!("{family}-{name}"), &OneFault::read(&path).inputs());
    }
    let entries = |folder: &str| {
        fs::read_dir(root().join(folder))
            .expect("the folder")
            .map(|entry| entry.expect("an entry").path())
    };
    for path in entries("tests/healthy-ways") {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        write(
            &format!("way-{name}"),
            &[File::new("way.sketch", fs::read(&path).expect("a sketch"))],
        );
    }
    for folder in entries("examples").filter(|path| path.is_dir()) {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        for path in
            fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path())
        {
            let file = path.file_name().expect("a name").to_string_lossy().into_owned();
            write(
                &format!("example-{name}"),
                &[File::new(&file, fs::read(&path).expect("a file"))],
            );
        }
    }
}

#[test]
fn the_page_says_what_the_program_says() {
    let (program, page) = match at_hand() {
        Ok(found) => found,
        Err(why) => {
            // Who named a page and demands a browser is not to be told that nothing was looked at.
            let demanded = std::env::var("DIAG_BROWSER").is_ok_and(|said| said == "required")
                && std::env::var_os("DIAG_PAGE").is_some();
            assert!(!demanded, "the page cannot be tested: {why}");
            eprintln!("the page is not tested: {why}");
            return;
        }
    };
    let cases = tempfile::tempdir().expect("a folder");
    lay_out(cases.path());
    if std::env::var_os("DIAG_EXPLORE").is_some() {
        lay_out_shared(cases.path());
    }
    let browser = root().join("tests/browser");
    let done = Command::new("node")
        .args([
            "--test",
            "--test-concurrency=1",
            "--test-reporter=tap",
            "page.test.mjs",
            "given.test.mjs",
            "bundle.test.mjs",
            "firefox.test.mjs",
        ])
        .current_dir(&browser)
        .envs([
            ("DIAG", program.as_path()),
            ("DIAG_PAGE", page.as_path()),
            ("DIAG_CASES", cases.path()),
        ])
        .output()
        .expect("node runs");
    let told = String::from_utf8_lossy(&done.stdout);
    println!("{told}");
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
}
