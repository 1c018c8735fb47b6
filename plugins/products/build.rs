//! Reads the product files once, when diag is built: what runs holds them without their samples and sources, and in
//! tables that are looked up where they lie, so that starting costs little. Faults of the files are left to the tests,
//! which say where they stand.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/folded.rs"]
#[expect(dead_code, unreachable_pub, reason = "the library uses all of it")]
mod folded;
#[path = "src/openings.rs"]
#[expect(dead_code, unreachable_pub, reason = "the library uses all of it")]
mod openings;
#[path = "src/pattern.rs"]
#[expect(dead_code, unreachable_pub, reason = "the library uses all of it")]
mod pattern;
#[path = "src/grammar/plain.rs"]
mod plain;

/// Keys that only people and tests read.
const NOT_CARRIED: &[&str] = &["hit", "miss", "seen", "versions", "languages"];

/// Lists that are read only once somebody asks for them: nearly all there is, and most runs ask for little of it.
const READ_LATER: [&str; 3] = ["text", "screen", "code"];

/// Signs of a product that a run looks for before it reads the product, by the sign they are of.
const SIGNS: &[(&str, &[&str])] = &[
    ("host", &["/proof/host", "/tenant_hosts", "/issuer_hosts", "/stands_in"]),
    ("path", &["/proof/path"]),
    ("port", &["/proof/port"]),
    ("header", &["/proof/header"]),
    ("cookie", &["/proof/cookie"]),
    ("markup", &["/proof/markup"]),
    ("title", &["/proof/title"]),
];

/// What a run asks every product for, by the name that `Bearing` has for it.
const BEARING: [(&str, &str); 7] = [
    ("headers", "/headers"),
    ("script_texts", "/script_texts"),
    ("script_codes", "/script_codes"),
    ("group_links", "/group_links"),
    ("shapes", "/codes"),
    ("codes", "/code"),
    ("own_exports", "/export"),
];

/// Keys of a text that tell people where it was read.
const FOR_READERS: &[&str] = &["source", "confidence", "lang"];

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=guides");
    let (mut files, mut lines, mut signs) = (String::new(), Vec::new(), String::new());
    let mut bearing = BEARING.map(|_| Vec::new());
    let mut sentences = Sentences::default();
    for (number, path) in toml_files("data").iter().enumerate() {
        let mut value = json(path);
        let samples = strip(&mut value);
        let texts = value.get_mut("text").and_then(serde_json::Value::as_array_mut);
        for (text, entry) in
            texts.into_iter().flatten().filter_map(serde_json::Value::as_object_mut).enumerate()
        {
            entry.retain(|key, _| !FOR_READERS.contains(&key.as_str()));
            let says = entry.get("says").and_then(serde_json::Value::as_str).unwrap_or_default();
            sentences.add(number, text, says);
        }
        value["samples"] = samples.into();
        for (sign, pointers) in SIGNS {
            let lists = pointers.iter().filter_map(|pointer| value.pointer(pointer)?.as_array());
            for said in lists.flatten() {
                let said = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
                signs.extend([*sign, "\t", &number.to_string(), "\t", &said, "\n"]);
            }
        }
        for ((_, pointer), those) in BEARING.iter().zip(&mut bearing) {
            let own =
                |list: &Vec<serde_json::Value>| list.iter().any(|one| one.get("name").is_some());
            let has = value
                .pointer(pointer)
                .is_some_and(|found| *pointer != "/export" || found.as_array().is_some_and(own));
            those.extend(has.then_some(number));
        }
        let id = value["id"].as_str().unwrap_or_default().to_owned();
        let fields = value.as_object_mut().expect("a file of TOML is a table");
        let lists = READ_LATER
            .map(|key| fields.remove(key).map_or_else(|| "[]".to_owned(), |list| list.to_string()));
        let from = files.len();
        files.extend([value.to_string(), "\t".to_owned(), lists.join("\t")]);
        lines.push(format!("({id:?}, {from}..{})", files.len()));
        files.push('\n');
    }
    pack_words();
    write("products.tsv", files.as_bytes());
    write("lines.rs", format!("&[{}]", lines.join(",\n")).as_bytes());
    write("signs.tsv", signs.as_bytes());
    let bearing = BEARING.iter().zip(bearing);
    let fields: Vec<String> =
        bearing.map(|((name, _), those)| format!("{name}: Cow::Borrowed(&{those:?})")).collect();
    write("bearing.rs", format!("Bearing {{\n{}}}", fields.join(",\n")).as_bytes());
    write("anchors.txt", sentences.anchors.as_bytes());
    write("sentences.rs", sentences.source().as_bytes());
    // Set-up guides, from which pages of the documentation are written.
    let guides: Vec<serde_json::Value> =
        toml_files("guides").iter().map(|path| json(path)).collect();
    write("guides.json", &serde_json::to_vec(&guides).expect("values are JSON"));
}

/// The longest words of every sentence, one behind the other, and how they are found.
#[derive(Default)]
struct Sentences {
    anchors: String,
    entries: Vec<(usize, usize, Range<usize>)>,
}

impl Sentences {
    /// Faults are left to the tests; a sentence that cannot be read has nothing to be found by.
    fn add(&mut self, product: usize, text: usize, says: &str) {
        let from = self.anchors.len();
        if let Ok(pattern) = pattern::Pattern::read(says) {
            self.anchors += pattern.anchor();
        }
        self.entries.push((product, text, from..self.anchors.len()));
    }

    /// The matcher, as Rust.
    fn source(&self) -> String {
        let anchors = self.entries.iter().map(|(.., place)| self.anchors[place.clone()].as_bytes());
        let openings = openings::Openings::of(anchors).source();
        let entry = |(product, text, place): &(usize, usize, Range<usize>)| {
            let Range { start, end } = place;
            format!("Entry {{ product: {product}, text: {text}, from: {start}, to: {end} }}")
        };
        let entries: Vec<String> = self.entries.iter().map(entry).collect();
        format!("(&[{}], {openings})", entries.join(",\n"))
    }
}

/// The sections of a file of words.
const SECTIONS: &[&str] = &["nouns", "predicates", "small", "markers", "other"];

/// The words of each language, by which reasons are read that no product's file has: all phrases as they are compared,
/// one behind the other, and where each stands and what it says, in order by beginning, as Rust.
fn pack_words() {
    println!("cargo::rerun-if-changed=words");
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
    let mut text = String::new();
    let mut dictionaries = DICTIONARIES.map(|_| Vec::new());
    for (dictionary, _, phrase, term) in phrases {
        let from = text.len();
        text += &phrase;
        let entry =
            format!("Entry {{ from: {from}, to: {}, term: Term::{} }}", text.len(), camel(&term));
        dictionaries[dictionary].push(entry);
    }
    let named = DICTIONARIES.iter().zip(&dictionaries);
    let fields: Vec<String> = named
        .map(|(name, entries)| format!("{name}: Dictionary(&[{}])", entries.join(",\n")))
        .collect();
    write("words.txt", text.as_bytes());
    write("words.rs", format!("Vocabulary {{\n{}}}", fields.join(",\n")).as_bytes());
}

/// A term as its variant is called: `not-before` is `NotBefore`.
fn camel(term: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    };
    term.split('-').map(word).collect()
}

/// The dictionaries of `Vocabulary`.
const DICTIONARIES: [&str; 4] = ["terms", "small", "markers", "fillers"];

/// The number of the dictionary in which a term's phrases are looked up.
fn dictionary(section: &str, term: &str) -> usize {
    match section {
        "nouns" | "predicates" => 0,
        "markers" => 2,
        "other" if term == "filler" => 3,
        _ => 1,
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
