//! Linked in or loaded makes no difference: every first-party family, as a library, finds byte for
//! byte what it finds linked in, on every one-fault case.

use diag_core::runner::{Run, Selection, run};
use diag_families::BUILTIN;
use diag_host::{Loaded, Terms};
use diag_sdk::Case;
use diag_sdk::manifest::{Manifest, WANTS};
use diag_tests::diagnose::case_of;
use diag_tests::one_fault::{OneFault, files};
use diag_tests::plugin::{families, launcher, terms};

/// Everything a run gave, as bytes.
fn bytes(run: &Run) -> String {
    let checks: Vec<String> =
        run.checks.iter().map(|check| format!("{} {:?}", check.id, check.ending)).collect();
    format!("{}\n{}", checks.join("\n"), serde_json::to_string_pretty(&run.findings).expect("JSON"))
}

fn load_all() -> Vec<Loaded> {
    let granted = WANTS.iter().map(|want| (*want).to_owned()).collect();
    let terms = Terms { granted, ..terms() };
    families()
        .values()
        .map(|path| Loaded::load(path, &launcher(), &terms).expect("a family loads"))
        .collect()
}

fn loaded_run(plugins: &mut [Loaded], case: &Case) -> Run {
    let mut run = Run::default();
    for plugin in plugins {
        run.take_in(plugin.run(|_| true, case));
    }
    run
}

#[test]
fn linked_and_loaded_find_the_same() {
    let mut plugins = load_all();
    let mut findings = 0;
    for path in files() {
        let case = case_of(&OneFault::read(&path).inputs());
        let linked = run(&case, BUILTIN, &Selection::default());
        let loaded = loaded_run(&mut plugins, &case);
        // Within a check the order counts; between checks the ranking decides.
        let sorted = |mut run: Run| {
            run.findings.sort_by(|left, right| left.check.cmp(&right.check));
            run
        };
        findings += linked.findings.len();
        assert_eq!(bytes(&sorted(loaded)), bytes(&sorted(linked)), "{}", path.display());
    }
    assert!(findings > 100, "only {findings} findings were compared");
}

#[test]
fn manifests_say_what_the_statics_say() {
    for (plugin, family) in load_all().iter().zip(BUILTIN) {
        let wants = WANTS.iter().map(|want| (*want).to_owned()).collect();
        let expected = Manifest { wants, ..Manifest::from(*family) };
        // Check by check first: a whole manifest is too long to be looked through.
        for (said, known) in plugin.manifest.checks.iter().zip(&expected.checks) {
            assert_eq!(said, known);
        }
        assert!(plugin.manifest == expected, "{}", family.name);
    }
}
