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

/// Lists that are read only once somebody asks for them: nearly all there is, and most runs ask for little of it.
const READ_LATER: [&str; 3] = ["text", "screen", "code"];

/// Keys of a text that tell people where it was read.
const FOR_READERS: &[&str] = &["source", "confidence", "lang"];

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=guides");
    let mut files = String::new();
    let mut anchors = String::new();
    for path in toml_files("data") {
        let mut value = json(&path);
        let samples = strip(&mut value);
        let texts = value.get_mut("text").and_then(serde_json::Value::as_array_mut);
        for text in texts.into_iter().flatten().filter_map(serde_json::Value::as_object_mut) {
            text.retain(|key, _| !FOR_READERS.contains(&key.as_str()));
            let says = text.get("says").and_then(serde_json::Value::as_str).unwrap_or_default();
            // Faults are left to the tests; a sentence that cannot be read has nothing to be found by.
            anchors += &pattern::Pattern::read(says)
                .map_or_else(|_| String::new(), |pattern| pattern.anchor().to_owned());
            anchors.push('\0');
        }
        anchors.push('\n');
        value["samples"] = samples.into();
        let fields = value.as_object_mut().expect("a file of TOML is a table");
        let lists = READ_LATER
            .map(|key| fields.remove(key).map_or_else(|| "[]".to_owned(), |list| list.to_string()));
        files.extend([value.to_string(), "\t".to_owned(), lists.join("\t"), "\n".to_owned()]);
    }
    pack_words();
    write("products.tsv", files.as_bytes());
    write("anchors.txt", anchors.as_bytes());
    // Set-up guides, from which pages of the documentation are written.
    let guides: Vec<serde_json::Value> =
        toml_files("guides").iter().map(|path| json(path)).collect();
    write("guides.json", &serde_json::to_vec(&guides).expect("values are JSON"));
}

/// The sections of a file of words.
const SECTIONS: &[&str] = &["nouns", "predicates", "small", "markers", "other"];

/// The words of each language, by which reasons are read that no product's file has. First the names of all terms, on
/// a line; then a line for each phrase as it is compared, in order by dictionary and beginning: the letter of its
/// dictionary, the number of its term in three digits, and the phrase.
fn pack_words() {
    println!("cargo::rerun-if-changed=words");
    let mut terms = BTreeSet::new();
    let mut phrases = BTreeSet::new();
    for path in toml_files("words") {
        let table = table(&path);
        let says = |key: &str| table.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        assert!(
            says("schema") == "diag-words/1" && !says("lang").is_empty(),
            "{}: schema and lang are missing",
            path.display()
        );
        for (section, of_section) in
            table.iter().filter(|(key, _)| *key != "schema" && *key != "lang")
        {
            assert!(
                SECTIONS.contains(&section.as_str()),
                "{}: {section} is no section",
                path.display()
            );
            let of_section = of_section.as_table();
            for (term, said) in
                of_section.unwrap_or_else(|| panic!("{}: {section}", path.display()))
            {
                terms.insert(term.clone());
                for phrase in said.as_array().into_iter().flatten().filter_map(toml::Value::as_str)
                {
                    let phrase = plain::plain(phrase);
                    let words: Vec<&str> =
                        phrase.split(' ').filter(|word| !word.is_empty()).collect();
                    assert!(
                        !words.is_empty(),
                        "{}: {term} has a phrase without words",
                        path.display()
                    );
                    let key: String = words[0].chars().take(plain::KEY).collect();
                    phrases.insert((dictionary(section, term), key, words.join(" "), term.clone()));
                }
            }
        }
    }
    let terms: Vec<String> = terms.into_iter().collect();
    let lines = phrases.into_iter().map(|(dictionary, _, phrase, term)| {
        let number = terms.binary_search(&term).expect("it is one of them");
        format!("{dictionary}{number:03}{phrase}\n")
    });
    write("words.txt", format!("{}\n{}", terms.join("\t"), lines.collect::<String>()).as_bytes());
}

/// The letter of the dictionary in which a term's phrases are looked up.
fn dictionary(section: &str, term: &str) -> char {
    match section {
        "nouns" | "predicates" => 't',
        "markers" => 'm',
        "other" if term == "filler" => 'f',
        _ => 's',
    }
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
