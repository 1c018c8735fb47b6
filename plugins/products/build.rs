//! Reads the product files once, when diag is built: what runs holds them without their samples and sources,
//! so that starting costs little. Faults of the files are left to the tests, which say where they stand.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Keys that only people and tests read.
const NOT_CARRIED: &[&str] = &["hit", "miss", "seen", "versions", "languages"];

/// Keys of a text that tell people where it was read.
const FOR_READERS: &[&str] = &["source", "confidence", "lang"];

fn main() {
    println!("cargo::rerun-if-changed=data");
    let mut paths: Vec<PathBuf> = fs::read_dir("data")
        .expect("data/ holds the product files")
        .flatten()
        .map(|file| file.path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let mut files = Vec::new();
    for path in &paths {
        println!("cargo::rerun-if-changed={}", path.display());
        let text =
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let table: toml::Table =
            text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut value = serde_json::to_value(&table).expect("TOML without dates is JSON");
        let samples = strip(&mut value);
        let texts = value.get_mut("text").and_then(serde_json::Value::as_array_mut);
        for text in texts.into_iter().flatten().filter_map(serde_json::Value::as_object_mut) {
            text.retain(|key, _| !FOR_READERS.contains(&key.as_str()));
        }
        value["samples"] = samples.into();
        files.push(value);
    }
    pack_words();
    let to = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("products.json");
    fs::write(to, serde_json::to_vec(&files).expect("values are JSON"))
        .expect("OUT_DIR can be written");
    guides();
}

/// Set-up guides, from which pages of the documentation are written.
fn guides() {
    println!("cargo::rerun-if-changed=guides");
    let mut paths: Vec<PathBuf> = fs::read_dir("guides")
        .expect("guides/ holds the guides")
        .flatten()
        .map(|file| file.path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let read = |path: &PathBuf| {
        let text =
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let table: toml::Table =
            text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::to_value(&table).expect("TOML without dates is JSON")
    };
    let guides: Vec<serde_json::Value> = paths.iter().map(read).collect();
    let to = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("guides.json");
    fs::write(to, serde_json::to_vec(&guides).expect("values are JSON"))
        .expect("OUT_DIR can be written");
}

/// The words of each language, by which reasons are read that no product's file has.
fn pack_words() {
    println!("cargo::rerun-if-changed=words");
    let mut paths: Vec<PathBuf> = fs::read_dir("words")
        .expect("words/ holds a file for each language")
        .flatten()
        .map(|file| file.path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let mut languages = Vec::new();
    for path in &paths {
        println!("cargo::rerun-if-changed={}", path.display());
        let text =
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let table: toml::Table =
            text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        languages.push(serde_json::to_value(&table).expect("TOML without dates is JSON"));
    }
    let to = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("words.json");
    fs::write(to, serde_json::to_vec(&languages).expect("values are JSON"))
        .expect("OUT_DIR can be written");
}

/// Takes out what is not carried; returns the number of samples.
fn strip(value: &mut serde_json::Value) -> usize {
    let mut samples = 0;
    match value {
        serde_json::Value::Object(map) => {
            for key in ["hit", "miss"] {
                samples += map.get(key).and_then(|list| list.as_array()).map_or(0, Vec::len);
            }
            map.retain(|key, _| !NOT_CARRIED.contains(&key.as_str()));
            samples += map.values_mut().map(strip).sum::<usize>();
        }
        serde_json::Value::Array(list) => samples += list.iter_mut().map(strip).sum::<usize>(),
        _ => {}
    }
    samples
}
