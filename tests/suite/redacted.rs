//! Copies that can be given away: of every case there is, they are judged as the original, hold none of its secrets in
//! any encoding, leave nothing for `--check` to find, and a copy of a copy is the copy.

use diag_core::crypto::load_key;
use diag_core::sharing::Options;
use diag_tests::copies::Whole;
use diag_tests::diagnose::File;
use diag_tests::one_fault::{OneFault, files, folder};
use percent_encoding::percent_decode_str;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

/// What is said against the copies of some cases, several at a time.
fn complaints(cases: &[(Whole, Vec<String>)], options: Options) -> Vec<String> {
    let open = Mutex::new(cases.iter());
    let said = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                loop {
                    let next = open.lock().expect("no thread panics with it").next();
                    let Some((case, secrets)) = next else { return };
                    let complaints = case.complaints(options, secrets);
                    said.lock().expect("no thread panics with it").extend(complaints);
                }
            });
        }
    });
    said.into_inner().expect("no thread panics with it")
}

fn one_fault_cases() -> Vec<(Whole, Vec<String>)> {
    let cases = files().into_iter().map(|path| {
        let name = path.strip_prefix(folder()).expect("below the folder").display().to_string();
        (Whole { name, files: OneFault::read(&path).inputs(), ..Whole::default() }, Vec::new())
    });
    cases.collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// Sets of recorded cases; where no more is hunted for, the first alone is copied without names.
const WITHOUT_NAMES: &[&str] =
    &["cases/captures", "cases/reports", "cases/home", "cases/signatures", "cases/inputs"];

/// Whether more is hunted for than every run can afford.
fn explores() -> bool {
    std::env::var_os("DIAG_EXPLORE").is_some()
}

/// Of many recorded cases every eighth is copied; all where more is hunted for.
fn some_recorded_cases(of: &Path) -> Vec<(Whole, Vec<String>)> {
    let step = if explores() { 1 } else { 8 };
    recorded_cases(of).into_iter().step_by(step).collect()
}

/// Cases with files and a truth, in folders of a folder.
fn recorded_cases(of: &Path) -> Vec<(Whole, Vec<String>)> {
    let mut folders: Vec<PathBuf> = fs::read_dir(of)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    folders.sort();
    folders.retain(|folder| folder.is_dir());
    folders.iter().map(|folder| recorded(folder)).collect()
}

fn recorded(folder: &Path) -> (Whole, Vec<String>) {
    let mut case = Whole {
        name: folder.file_name().expect("a name").to_string_lossy().into_owned(),
        ..Whole::default()
    };
    let mut secrets = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    for path in paths.into_iter().filter(|path| path.is_file()) {
        let content = fs::read(&path).expect("a file");
        match path.file_name().expect("a name").to_string_lossy().as_ref() {
            "README.md" => {}
            "truth.json" => {
                let truth: serde_json::Value = serde_json::from_slice(&content).expect("JSON");
                case.at = truth["at"].as_str().map(|at| at.parse().expect("a time"));
                let listed = truth["secrets"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|secret| secret.as_str());
                secrets.extend(listed.filter(|secret| !is_path(secret)).map(str::to_owned));
            }
            name if name.ends_with(".key.pem") => {
                case.keys.push(load_key(&String::from_utf8_lossy(&content), None).expect("a key"));
            }
            name => case.files.push(File::new(name, content)),
        }
    }
    (case, secrets)
}

/// A path to go on to, encoded once more than due, is what such a case is about, and stands in every address of it.
fn is_path(secret: &str) -> bool {
    let once = percent_decode_str(secret).decode_utf8_lossy();
    percent_decode_str(&once).decode_utf8_lossy().starts_with('/')
}

fn beside(name: &str) -> Option<PathBuf> {
    let shared =
        std::env::var_os("DIAG_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let found = Some(shared.join(name)).filter(|path| path.is_dir());
    if found.is_none() {
        println!("skipped: {name} is not there");
    }
    found
}

#[test]
fn copies_of_every_case_of_the_suite_are_judged_as_the_originals() {
    let mut cases = one_fault_cases();
    cases.extend(recorded_cases(&root().join("examples")));
    assert!(cases.len() > 50, "only {} cases", cases.len());
    let said = complaints(&cases, Options::default());
    assert!(said.is_empty(), "{} complaints:\n{}", said.len(), said.join("\n"));
}

#[test]
fn copies_of_recorded_cases_hold_none_of_their_secrets() {
    let more: &[&str] = if explores() { &["cases/home", "cases/inputs"] } else { &[] };
    for set in ["cases/captures", "cases/reports", "cases/signatures"].iter().chain(more) {
        let Some(of) = beside(set) else { continue };
        let cases = some_recorded_cases(&of);
        let said = complaints(&cases, Options::default());
        assert!(
            said.is_empty(),
            "{set}: {} complaints about {} cases:\n{}",
            said.len(),
            cases.len(),
            said.join("\n")
        );
    }
}

#[test]
fn copies_without_names_are_judged_as_the_originals() {
    let options = Options { identities: true, hosts: true, ..Options::default() };
    let mut cases = recorded_cases(&root().join("examples"));
    cases.extend(one_fault_cases().into_iter().step_by(5));
    for set in WITHOUT_NAMES.iter().take(if explores() { WITHOUT_NAMES.len() } else { 1 }) {
        cases.extend(beside(set).iter().flat_map(|of| some_recorded_cases(of)));
    }
    let said = complaints(&cases, options);
    assert!(
        said.is_empty(),
        "{} complaints about {} cases:\n{}",
        said.len(),
        cases.len(),
        said.join("\n")
    );
}
