//! Reads the product files once, when diag is built: what runs holds them without their samples and sources,
//! so that starting costs little. Faults of the files are left to the tests, which say where they stand.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/folded.rs"]
#[expect(dead_code, unreachable_pub, reason = "the library uses all of it")]
mod folded;
#[path = "src/pattern.rs"]
#[expect(dead_code, unreachable_pub, reason = "the library uses all of it")]
mod pattern;
#[path = "src/grammar/plain.rs"]
mod plain;

/// Keys that only people and tests read.
const NOT_CARRIED: &[&str] = &["hit", "miss", "seen", "versions", "languages"];

/// Keys of a text that tell people where it was read.
const FOR_READERS: &[&str] = &["source", "confidence", "lang"];

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=guides");
    let mut files = Vec::new();
    let mut anchors = Vec::new();
    for path in toml_files("data") {
        let mut value = json(&path);
        let samples = strip(&mut value);
        let texts = value.get_mut("text").and_then(serde_json::Value::as_array_mut);
        for text in texts.into_iter().flatten().filter_map(serde_json::Value::as_object_mut) {
            text.retain(|key, _| !FOR_READERS.contains(&key.as_str()));
            let says = text.get("says").and_then(serde_json::Value::as_str).unwrap_or_default();
            // Faults are left to the tests; a sentence that cannot be read has nothing to be found by.
            anchors.push(
                pattern::Pattern::read(says)
                    .map_or_else(|_| String::new(), |pattern| pattern.anchor().to_owned()),
            );
        }
        value["samples"] = samples.into();
        files.push(value);
    }
    pack_words();
    write("products.json", &serde_json::to_vec(&files).expect("values are JSON"));
    write("anchors.txt", anchors.join("\0").as_bytes());
    // Set-up guides, from which pages of the documentation are written.
    let guides: Vec<serde_json::Value> =
        toml_files("guides").iter().map(|path| json(path)).collect();
    write("guides.json", &serde_json::to_vec(&guides).expect("values are JSON"));
}

/// The sections of a file of words.
const SECTIONS: &[&str] = &["nouns", "predicates", "small", "markers", "other"];

/// The words of each language, by which reasons are read that no product's file has: lines of a section, a term and a
/// phrase as it is compared.
fn pack_words() {
    println!("cargo::rerun-if-changed=words");
    let mut lines = BTreeSet::new();
    for path in toml_files("words") {
        let table = table(&path);
        let says = |key: &str| table.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        assert!(
            says("schema") == "diag-words/1" && !says("lang").is_empty(),
            "{}: schema and lang are missing",
            path.display()
        );
        for (section, terms) in table.iter().filter(|(key, _)| *key != "schema" && *key != "lang") {
            assert!(
                SECTIONS.contains(&section.as_str()),
                "{}: {section} is no section",
                path.display()
            );
            let terms = terms.as_table();
            for (term, phrases) in terms.unwrap_or_else(|| panic!("{}: {section}", path.display()))
            {
                let phrases = phrases.as_array().into_iter().flatten();
                for phrase in phrases.filter_map(toml::Value::as_str) {
                    let phrase = plain::plain(phrase);
                    let words: Vec<&str> =
                        phrase.split(' ').filter(|word| !word.is_empty()).collect();
                    assert!(
                        !words.is_empty(),
                        "{}: {term} has a phrase without words",
                        path.display()
                    );
                    lines.insert(format!("{section}\t{term}\t{}\n", words.join(" ")));
                }
            }
        }
    }
    write("words.txt", lines.into_iter().collect::<String>().as_bytes());
}

/// The TOML files of a folder, in order.
fn toml_files(folder: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut paths: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    for path in &paths {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    paths
}

fn table(path: &Path) -> toml::Table {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::to_value(table(path)).expect("TOML without dates is JSON")
}

fn write(name: &str, bytes: &[u8]) {
    let to = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join(name);
    fs::write(to, bytes).expect("OUT_DIR can be written");
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
