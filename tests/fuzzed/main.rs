//! The targets of fuzzing, as `fuzz/` runs them: over everything that was ever found, and over a few damaged seeds.
//!
//! With `DIAG_EXPLORE=900` each target goes on for that many seconds over the seeds of `fuzz/seeds.py`, without a nightly compiler and
//! without knowing what is new; `DIAG_TARGET=har` takes one target alone. What breaks lies in `fuzz/artifacts` then.

#[expect(unreachable_pub, reason = "public for the fuzzer, whose library this is")]
#[path = "../../fuzz/src/targets.rs"]
mod targets;

use diag_tests::damage::Numbers;
use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Damages of each seed where nobody explores.
const EACH: usize = 2;
/// Longer an input may not take while somebody explores.
const LONGEST: Duration = Duration::from_secs(10);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a folder, in order.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("a file"))
        })
        .collect();
    found.sort();
    found
}

/// A few seeds of every kind, for every target: what is none of its own it has to refuse.
fn seeds() -> Vec<Vec<u8>> {
    let paths = [
        "examples/healthy/application.json",
        "examples/healthy/capture.har",
        "examples/healthy/idp-metadata.xml",
        "examples/healthy/virtualproxy.json",
        "plugins/host/src/pack/template.checks.toml",
        "plugins/products/data/zscaler.toml",
        "tests/fixtures/encrypted/nested.xml",
        "tests/fixtures/keys/ec256.crt",
        "tests/fixtures/keys/ec256.key",
        "tests/fixtures/signed/ecdsa-der.xml",
        "tests/healthy-ways/logout.sketch",
        "tests/healthy/en-login-form.html",
    ];
    paths.iter().map(|path| fs::read(root().join(path)).expect("a seed")).collect()
}

#[test]
fn every_target_is_run_by_the_fuzzer() {
    let names: BTreeSet<&str> = targets::ALL.iter().map(|(name, _)| *name).collect();
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("the manifest");
    for name in &names {
        assert!(
            manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")),
            "{name} is not in fuzz/Cargo.toml"
        );
    }
    let there: Vec<String> =
        files(&root().join("fuzz/fuzz_targets")).into_iter().map(|(name, _)| name).collect();
    let expected: Vec<String> = names.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(there, expected);
}

#[test]
fn what_fuzzing_found_stays_mended() {
    for (file, bytes) in files(&root().join("tests/fixtures/fuzzed")) {
        let (_, target) = targets::ALL
            .iter()
            .find(|(name, _)| file.starts_with(&format!("{name}-")))
            .unwrap_or_else(|| panic!("{file} is not named for a target"));
        assert!(catch_unwind(|| target(&bytes)).is_ok(), "{file} breaks its target again");
    }
}

#[test]
fn damaged_seeds_break_no_target() {
    if let Some(seconds) = std::env::var("DIAG_EXPLORE").ok().and_then(|text| text.parse().ok()) {
        return explore(Duration::from_secs(seconds));
    }
    let mut numbers = Numbers::new(4);
    for (name, target) in targets::ALL {
        for seed in seeds() {
            for round in 0..EACH {
                let input = if round == 0 { seed.clone() } else { numbers.damaged(&seed) };
                assert!(
                    catch_unwind(|| target(&input)).is_ok(),
                    "{name}: {}",
                    String::from_utf8_lossy(&input)
                );
            }
        }
    }
}

/// Every target, or the one that is named, for so long.
fn explore(time: Duration) {
    let only = std::env::var("DIAG_TARGET").ok();
    let mut broken = Vec::new();
    for (name, target) in targets::ALL {
        if only.as_deref().is_some_and(|only| only != *name) {
            continue;
        }
        let corpus: Vec<Vec<u8>> = files(&root().join("fuzz/corpus").join(name))
            .into_iter()
            .map(|(_, bytes)| bytes)
            .chain(seeds())
            .collect();
        let drawn = std::time::UNIX_EPOCH.elapsed().map_or(1, |elapsed| elapsed.as_secs());
        let mut numbers = Numbers::new(drawn);
        let (begun, mut runs, mut slowest) = (Instant::now(), 0_u64, Duration::ZERO);
        while begun.elapsed() < time {
            let seed = &corpus[numbers.below(corpus.len())];
            let mut input = numbers.damaged(seed);
            if numbers.below(4) == 0 {
                // The beginning of one and the end of another.
                let other = &corpus[numbers.below(corpus.len())];
                input.truncate(numbers.below(input.len() + 1));
                input.extend_from_slice(&other[numbers.below(other.len() + 1)..]);
            }
            let at = Instant::now();
            let sound = catch_unwind(|| target(&input)).is_ok();
            slowest = slowest.max(at.elapsed());
            runs += 1;
            if !sound || at.elapsed() > LONGEST {
                let folder = root().join("fuzz/artifacts").join(name);
                let file =
                    folder.join(format!("{}-{drawn}-{runs}", if sound { "slow" } else { "crash" }));
                fs::create_dir_all(&folder).expect("a folder");
                fs::write(&file, &input).expect("a file");
                broken.push(file);
            }
        }
        eprintln!("{name}: {runs} inputs in {:?}, the slowest {slowest:?}", begun.elapsed());
    }
    assert!(broken.is_empty(), "{broken:?}");
}
