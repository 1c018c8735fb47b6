//! Reads a product file and refuses what would make it wrong or slow, each fault with its place.

use crate::fault::Fault;
use crate::file::{Product, ProvenBy, SCHEMA, Text, Where};
use crate::pattern::Pattern;
use crate::set::{Products, Scope};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// Largest file, in bytes.
pub const LARGEST: usize = 1 << 20;
/// Most entries of a file.
const MOST_TEXTS: usize = 2_000;
/// Most samples of an entry.
const MOST_SAMPLES: usize = 12;
/// Longest sample, in bytes.
const LONGEST_SAMPLE: usize = 4_000;
/// Fewest characters of words that may speak for themselves.
const FEWEST_ALONE: usize = 10;
/// Fewest characters of words on a proven page.
const FEWEST: usize = 4;
/// Words that any software and any article writes; an entry of nothing else says nothing without proof.
const GENERIC: &[&str] = &[
    "access denied",
    "an error occurred",
    "an error has occurred",
    "authentication failed",
    "authentication error",
    "bad request",
    "error occurred",
    "internal server error",
    "invalid request",
    "invalid response",
    "invalid user",
    "login failed",
    "log in failed",
    "not authorized",
    "not found",
    "permission denied",
    "service unavailable",
    "sign in failed",
    "sign-in failed",
    "something went wrong",
    "unauthorized",
    "unexpected error",
    "user not found",
];

/// Reads a product file; every fault at once.
pub fn read(file: &str, source: &str) -> Result<Product, Vec<Fault>> {
    if source.len() > LARGEST {
        let what = format!("the file is larger than {} kB", LARGEST / 1024);
        return Err(vec![Fault::new(file, source, None, what).help("part it: one product per file")]);
    }
    let syntax = |error: toml::de::Error| {
        let what = error.message().lines().next().unwrap_or("it is no TOML").to_owned();
        let fault = Fault::new(file, source, error.span(), what.clone());
        vec![match near_key(&what) {
            Some(help) => fault.help(help),
            None => fault,
        }]
    };
    let table = DeTable::parse(source).map_err(syntax)?;
    if let Some(schema) = table.get_ref().get("schema")
        && let DeValue::String(found) = schema.get_ref()
        && found != SCHEMA
        && found.starts_with("diag-product/")
    {
        let what = format!("this diag reads {SCHEMA}, the file is {found}");
        return Err(vec![
            Fault::new(file, source, Some(schema.span()), what).help("take a newer diag, or write the file in the older format"),
        ]);
    }
    let product: Product = toml::from_str(source).map_err(syntax)?;
    let faults = Reading { file, source, table: table.get_ref() }.faults(&product);
    if faults.is_empty() { Ok(product) } else { Err(faults) }
}

/// The known key a mistyped one is near to, from the parser's list of what it expected.
fn near_key(what: &str) -> Option<String> {
    let rest = what.strip_prefix("unknown field `").or_else(|| what.strip_prefix("unknown variant `"))?;
    let (given, rest) = rest.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2);
    let near = known.map(|known| (strsim::damerau_levenshtein(known, given), known)).min()?;
    (near.0 <= 1 + near.1.len() / 4).then(|| format!("did you mean `{}`?", near.1))
}

struct Reading<'a, 's> {
    file: &'a str,
    source: &'a str,
    table: &'a DeTable<'s>,
}

impl Reading<'_, '_> {
    fn faults(&self, product: &Product) -> Vec<Fault> {
        let mut faults = self.of_head(product);
        if product.texts.len() > MOST_TEXTS {
            faults.push(self.fault(&[], None, format!("more than {MOST_TEXTS} texts")));
            return faults;
        }
        let mut ids = BTreeSet::new();
        for (index, text) in product.texts.iter().enumerate() {
            let at = |key: &str| self.span("text", index, key);
            if !kebab(&text.id) {
                faults.push(self.here(at("id"), "an id is lower-case letters, digits and hyphens"));
            } else if !ids.insert(text.id.as_str()) {
                faults.push(self.here(at("id"), format!("a second text with the id {}", text.id)));
            }
            faults.extend(self.of_text(product, text, index));
        }
        for (index, text) in product.texts.iter().enumerate() {
            for other in text.supersedes.iter().filter(|other| !ids.contains(other.as_str())) {
                faults.push(self.here(self.span("text", index, "supersedes"), format!("no text of this file is called {other}")));
            }
        }
        for (index, screen) in product.screens.iter().enumerate() {
            let braces = screen.at.replace("{application}", "").replace("{entry}", "").replace("{server}", "");
            if braces.contains(['{', '}']) || screen.at.trim().is_empty() {
                let what = "the way to a setting is plain text; only {application}, {entry} and {server} stand for a name";
                faults.push(self.here(self.span("screen", index, "at"), what));
            }
            if product.screens[..index].iter().any(|earlier| earlier.setting == screen.setting) {
                faults.push(self.here(self.span("screen", index, "setting"), "a second screen for this setting"));
            }
        }
        for (index, demand) in product.demands.iter().enumerate() {
            if let Some(Err(fault)) = demand.shape.as_deref().map(Pattern::read) {
                faults.push(self.here(self.span("demand", index, "shape"), fault.to_string()));
            }
        }
        // Samples are tried only once everything else is sound: they need the patterns.
        if faults.is_empty() {
            faults.extend(self.of_samples(product));
        }
        faults
    }

    fn of_head(&self, product: &Product) -> Vec<Fault> {
        let mut faults = Vec::new();
        let top = |key: &str| self.table.get_key_value(key).map(|(_, value)| value.span());
        if product.schema != SCHEMA {
            faults.push(self.here(top("schema"), format!("schema must be \"{SCHEMA}\"")));
        }
        if diag_sdk::Vendor::read(&product.id).is_none() || product.id == "other" {
            faults.push(self.here(top("id"), "an id is 1 to 24 lower-case letters, digits and hyphens, and not \"other\""));
        }
        let generic = product.id == crate::set::GENERIC;
        if product.name.trim().is_empty() != generic {
            faults.push(self.here(top("name"), "a product has a name"));
        }
        for (key, list) in [("markup", &product.proof.markup), ("title", &product.proof.title)] {
            for sign in list.iter().filter(|sign| sign.chars().count() < 5) {
                let span = self.proof_span(key);
                faults.push(self.here(span, format!("{sign:?} is too short to prove a product: at least 5 characters")));
            }
        }
        for host in product.proof.host.iter().filter(|host| host.trim_start_matches("*.").matches('.').count() == 0 || host.contains('/')) {
            faults.push(self.here(self.proof_span("host"), format!("{host:?} is no host: write sso.example.com or *.example.com")));
        }
        for path in product.proof.path.iter().filter(|path| !path.starts_with('/') || path.len() < 4) {
            faults.push(
                self.here(
                    self.proof_span("path"),
                    format!("{path:?} is no path that proves a product: it begins with / and names something"),
                ),
            );
        }
        faults
    }

    fn of_text(&self, product: &Product, text: &Text, index: usize) -> Vec<Fault> {
        let at = |key: &str| self.span("text", index, key);
        let mut faults = Vec::new();
        match Pattern::read(&text.says) {
            Err(fault) => faults.push(self.here(at("says"), fault.to_string())),
            Ok(pattern) => {
                let words = pattern.weight();
                let alone = text.proof == ProvenBy::Text && product.id != crate::set::GENERIC;
                let logs_only = text.places.iter().all(|place| *place == Where::Address);
                if words < FEWEST || (alone && words < FEWEST_ALONE && !is_code(&text.says) && !logs_only) {
                    let fewest = if words < FEWEST { FEWEST } else { FEWEST_ALONE };
                    let what = format!("{words} characters of words are too few to be this product's: at least {fewest}");
                    faults.push(
                        self.here(at("says"), what)
                            .help("take more of the sentence, or write proof = \"page\" where the page shows whose it is"),
                    );
                } else if alone && GENERIC.contains(&crate::folded::fold(&text.says).trim_end_matches(['.', '!']).trim()) {
                    let what = "any software writes these words";
                    faults.push(self.here(at("says"), what).help("write proof = \"page\", and in [proof] how the page shows whose it is"));
                }
            }
        }
        if text.places.is_empty() {
            faults.push(self.here(at("in"), "in names no place: page, address, log or status"));
        }
        if text.proof == ProvenBy::Page && product.proof.is_empty() {
            faults.push(self.here(at("proof"), "the file has no [proof] that could prove the page"));
        }
        if text.means == diag_sdk::Meaning::Unknown {
            faults.push(self.here(at("means"), "a text is there for its meaning: unknown is none"));
        }
        for (key, samples) in [("hit", &text.hit), ("miss", &text.miss)] {
            if samples.is_empty() {
                let what = if key == "hit" { "no sample that it must be found in" } else { "no near miss that it must not be found in" };
                faults.push(self.here(at("id"), format!("{}: {what}", text.id)).help(format!("add {key} = [\"…\"]")));
            }
            if samples.len() > MOST_SAMPLES || samples.iter().any(|sample| sample.len() > LONGEST_SAMPLE) {
                faults.push(self.here(at(key), format!("at most {MOST_SAMPLES} samples of {LONGEST_SAMPLE} characters")));
            }
        }
        faults
    }

    /// Tries every sample against the whole file.
    fn of_samples(&self, product: &Product) -> Vec<Fault> {
        let mut faults = Vec::new();
        let alone = Products::of(vec![product.clone()]);
        for (index, text) in product.texts.iter().enumerate() {
            for place in &text.places {
                let scope = Scope { place: *place, proven: alone.all() };
                for sample in &text.hit {
                    let found = alone.find_all(sample, &scope);
                    let own = found.iter().any(|found| found.text.id == text.id);
                    let led = found.iter().find(|found| found.text.means != text.means && found.text.id != text.id);
                    let span = || self.span("text", index, "hit");
                    if !own {
                        let what = match led {
                            Some(other) => format!("{} is found in its own sample in place of {}: {sample:?}", other.text.id, text.id),
                            None => format!("{} is not found in its own sample: {sample:?}", text.id),
                        };
                        faults.push(self.here(span(), what));
                    } else if let Some(other) = led {
                        let what = format!("{} is found in this sample too and means something else: {sample:?}", other.text.id);
                        faults.push(self.here(span(), what).help("say which goes before with supersedes, or make one longer"));
                    }
                }
                for sample in &text.miss {
                    if alone.find_all(sample, &scope).iter().any(|found| found.text.id == text.id) {
                        let what = format!("{} is found in its near miss: {sample:?}", text.id);
                        faults.push(self.here(self.span("text", index, "miss"), what));
                    }
                }
            }
        }
        faults
    }

    fn here(&self, span: Option<Range<usize>>, what: impl Into<String>) -> Fault {
        Fault::new(self.file, self.source, span, what)
    }

    fn fault(&self, _: &[&str], span: Option<Range<usize>>, what: impl Into<String>) -> Fault {
        self.here(span, what)
    }

    /// Where a key of the n-th table of an array stands; the table's `id` where it has no such key.
    fn span(&self, array: &str, index: usize, key: &str) -> Option<Range<usize>> {
        let DeValue::Array(list) = self.table.get(array)?.get_ref() else { return None };
        let entry = list.get(index)?;
        let DeValue::Table(table) = entry.get_ref() else { return Some(entry.span()) };
        let value = table.get(key).or_else(|| table.get("id"));
        Some(value.map_or_else(|| entry.span(), toml::Spanned::span))
    }

    fn proof_span(&self, key: &str) -> Option<Range<usize>> {
        let DeValue::Table(table) = self.table.get("proof")?.get_ref() else { return None };
        table.get(key).map(toml::Spanned::span)
    }
}

fn kebab(id: &str) -> bool {
    !id.is_empty() && id.len() <= 80 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// A vendor's code: letters and at least three digits.
fn is_code(says: &str) -> bool {
    let says = says.trim();
    says.bytes().filter(u8::is_ascii_digit).count() >= 3
        && says.bytes().any(|byte| byte.is_ascii_alphabetic())
        && says.chars().all(|character| character.is_ascii_alphanumeric() || "_-:[]".contains(character))
}

/// Texts of different files that mean different things in one of the samples: which, and in what.
pub fn conflicts(products: &Products) -> Vec<String> {
    let mut told = BTreeMap::new();
    for product in products.iter() {
        for text in &product.texts {
            for (place, sample) in text.places.iter().flat_map(|place| text.hit.iter().map(move |sample| (*place, sample))) {
                let scope = Scope { place, proven: products.only(&product.id) };
                let found = products.find_all(sample, &scope);
                let own = found.iter().find(|found| found.product.id == product.id && found.text.id == text.id);
                let other = found.iter().find(|found| found.text.means != text.means && found.product.id != product.id);
                let key = format!("{}/{}", product.id, text.id);
                match (own, other) {
                    (None, _) => {
                        let by = found.first().map_or_else(String::new, |found| format!(", but {}/{}", found.product.id, found.text.id));
                        told.insert(key.clone(), format!("{key} is not found{by} in {sample:?}"));
                    }
                    (_, Some(other)) if other.product.id != crate::set::GENERIC => {
                        told.insert(key.clone(), format!("{key} and {}/{} in {sample:?}", other.product.id, other.text.id));
                    }
                    _ => {}
                }
            }
        }
    }
    told.into_values().collect()
}
