//! Inputs that were damaged in any way: nothing panics, no check crashes, and what was whole before stays understood.
//! The same mutations in every run, so that what fails once fails again.

use diag_core::intake::{Options, Supplied, read};
use diag_core::report::CheckOutcome;
use diag_core::sharing::{self, Form, Gathering};
use diag_host::pack::Pack;
use diag_sdk::case::input::HeldBy;
use diag_tests::damage::Numbers;
use diag_tests::diagnose::{File, report_of};
use diag_tests::one_fault::{self, OneFault};
use serde_json::Value;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Mutations of each seed.
const EACH: usize = 12;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Files below a folder of the repository with one of these endings, in order.
fn below(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path
                .extension()
                .is_some_and(|ending| endings.iter().any(|known| ending == *known))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn seeds() -> Vec<(String, Vec<u8>)> {
    let paths = below("examples/healthy", &["har", "xml", "json"])
        .into_iter()
        .chain(below("tests/fixtures", &["xml", "pem"]).into_iter().step_by(4));
    let seeds: Vec<_> = paths
        .map(|path| {
            (
                path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                std::fs::read(&path).expect("a seed"),
            )
        })
        .filter(|(_, bytes)| bytes.len() < 200_000)
        .collect();
    assert!(seeds.len() > 6, "{} seeds", seeds.len());
    seeds
}

#[test]
fn no_damage_crashes_a_check() {
    let mut numbers = Numbers::new(1);
    let judge = |name: &str, bytes: Vec<u8>| {
        let report = report_of(&[File::new(name, bytes)]);
        let crashed: Vec<&str> = report
            .checks
            .iter()
            .filter(|check| check.outcome == CheckOutcome::Crashed)
            .map(|check| check.id.as_str())
            .collect();
        assert!(crashed.is_empty() && !report.checks.is_empty(), "{name}: {crashed:?}");
    };
    for (name, bytes) in seeds() {
        (0..EACH).for_each(|_| judge(&name, numbers.damaged(&bytes)));
    }
    for length in 0..60 {
        judge(
            "anything",
            (0..length * 7).map(|_| u8::try_from(numbers.below(256)).unwrap_or_default()).collect(),
        );
    }
}

#[test]
fn no_damage_stops_a_copy_and_each_is_proven_or_refused() {
    let mut numbers = Numbers::new(2);
    let (mut proven, mut refused) = (0, 0);
    for (name, bytes) in seeds() {
        for round in 0..EACH {
            let given = if round == 0 { bytes.clone() } else { numbers.damaged(&bytes) };
            let mut gathering = Gathering::new(sharing::Options::default());
            let Ok(Form::Capture | Form::Document) =
                gathering.take(Box::new(Cursor::new(given.clone())))
            else {
                continue;
            };
            let copying = gathering.settle(&[7; 32]);
            let mut copy = Vec::new();
            if copying.copy(Box::new(Cursor::new(given)), &mut copy).is_err() {
                continue;
            }
            // What the proof finds is never handed out; of what was whole it finds nothing.
            let left = copying.search(Box::new(Cursor::new(copy))).unwrap_or_default();
            assert!(round > 0 || left.is_empty(), "{name}: {left:?}");
            if left.is_empty() { proven += 1 } else { refused += 1 }
        }
    }
    assert!(proven > 20 * refused, "{proven} copies proven, {refused} refused");
}

#[test]
fn damaged_product_files_and_packs_are_refused_or_read() {
    let mut numbers = Numbers::new(3);
    let (mut refused, mut read) = (0, 0);
    let products = below("plugins/products/data", &["toml"]).into_iter().step_by(9);
    for path in products.chain(below("tests/packs", &["toml"])) {
        let bytes = std::fs::read(&path).expect("a seed");
        for _ in 0..EACH {
            let text = String::from_utf8_lossy(&numbers.damaged(&bytes)).into_owned();
            let as_product = diag_products::load::read("damaged.toml", &text);
            let as_pack = Pack::parse("damaged.checks.toml", &text);
            for told in
                [as_product.as_ref().err().map(Vec::len), as_pack.as_ref().err().map(Vec::len)]
            {
                match told {
                    Some(faults) => {
                        assert!(faults > 0, "refused without a reason");
                        refused += 1;
                    }
                    None => read += 1,
                }
            }
        }
    }
    assert!(refused > 0 && read > 0, "{refused} refused, {read} read");
}

#[test]
fn splitting_agrees_with_a_parser_on_every_capture_of_the_repository() {
    let captures: Vec<PathBuf> = ["examples", "tests", "docs", "core"]
        .iter()
        .flat_map(|folder| below(folder, &["har"]))
        .collect();
    assert!(captures.len() >= 4, "{captures:?}");
    let written =
        captures.iter().map(|path| (path.clone(), std::fs::read(path).expect("a capture")));
    // And those of all one-fault cases, which are made as they are read.
    let made = one_fault::files().into_iter().filter_map(|path| {
        let inputs = OneFault::read(&path).inputs();
        let capture = inputs.into_iter().find(|file| {
            std::path::Path::new(&file.name).extension().is_some_and(|ending| ending == "har")
        })?;
        Some((path, capture.content))
    });
    let mut compared = 0;
    for (path, bytes) in written.chain(made) {
        let Ok(whole) =
            serde_json::from_slice::<Value>(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes))
        else {
            continue;
        };
        let entries = whole["log"]["entries"].as_array().expect("entries");
        let expected: Vec<(String, u64)> = entries
            .iter()
            .map(|entry| {
                (
                    entry["request"]["url"].as_str().unwrap_or_default().to_owned(),
                    entry["response"]["status"].as_u64().unwrap_or_default(),
                )
            })
            .collect();
        for text in [
            bytes.clone(),
            serde_json::to_vec(&whole).expect("JSON"),
            serde_json::to_vec_pretty(&whole).expect("JSON"),
        ] {
            let supplied = Supplied {
                path: "a.har".to_owned(),
                named: true,
                held_by: HeldBy::Publisher,
                reader: Box::new(Cursor::new(text)),
            };
            let evidence = read(vec![supplied], &Options::default(), &mut |_| {});
            let found: Vec<(String, u64)> = evidence
                .exchanges
                .iter()
                .map(|exchange| (exchange.url.clone(), u64::from(exchange.status)))
                .collect();
            assert_eq!(found, expected, "{}", path.display());
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared} texts compared");
}
