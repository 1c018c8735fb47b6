//! Reads a product file and refuses what would make it wrong or slow, each fault with its place.

use crate::fault::Fault;
use crate::file::{Product, ProvenBy, SCHEMA, Text, Where};
use crate::pattern::Pattern;
use crate::set::{Products, Scope};
use diag_sdk::header::askable;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// Most faults of samples that are told at once.
const MOST_FAULTS: usize = 50;
/// Largest file, in bytes.
pub const LARGEST: usize = 1 << 20;
/// Most entries of a file.
const MOST_TEXTS: usize = 1_000;
/// Most samples of an entry.
const MOST_SAMPLES: usize = 12;
/// Longest sample, in bytes.
const LONGEST_SAMPLE: usize = 4_000;
/// Fewest characters of words that may speak for themselves.
const FEWEST_ALONE: usize = 10;
/// Fewest characters of words on a proven page, and of the longest piece of any sentence: by it the rest is found.
const FEWEST: usize = 4;
/// Most signs of one kind in `[proof]`, and most of the other lists of a file's head.
const MOST_SIGNS: usize = 60;
/// Headers that any server sends: alone they prove nothing.
const ANYONES_HEADERS: &[&str] = &[
    "server",
    "date",
    "content-type",
    "content-length",
    "set-cookie",
    "location",
    "cache-control",
    "expires",
    "etag",
    "vary",
    "via",
    "connection",
    "x-powered-by",
    "x-frame-options",
    "strict-transport-security",
];
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
        return Err(vec![
            Fault::new(file, source, None, what).help("part it: one product per file"),
        ]);
    }
    let syntax = |error: toml::de::Error| {
        let what = error.message().lines().next().unwrap_or("it is no TOML").to_owned();
        let near = near_key(&what);
        // Where one word is meant the list of all words only distracts.
        let told =
            what.split(", expected one of ").next().filter(|_| near.is_some()).unwrap_or(&what);
        let fault = Fault::new(file, source, error.span(), told);
        let line = error.span().and_then(|span| source.get(..span.start)).map_or("", |before| {
            let begin = before.rfind('\n').map_or(0, |at| at + 1);
            source[begin..].lines().next().unwrap_or_default()
        });
        vec![match near.or_else(|| syntax_help(&what, line)) {
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
            Fault::new(file, source, Some(schema.span()), what)
                .help("take a newer diag, or write the file in the older format"),
        ]);
    }
    let product: Product = toml::from_str(source).map_err(syntax)?;
    let faults = Reading { file, source, table: table.get_ref() }.faults(&product);
    if faults.is_empty() { Ok(product) } else { Err(faults) }
}

/// What to do about a fault the parser tells in its own terms.
fn syntax_help(what: &str, line: &str) -> Option<String> {
    let line = line.trim();
    let expects_list = what.contains("expected a sequence");
    let help = if let Some(key) = what.strip_prefix("missing field ") {
        format!("add {} = …", key.trim_matches('`'))
    } else if line.starts_with("[[proof]]")
        || line.starts_with("[[codes]]")
        || line.starts_with("[[objects]]")
    {
        format!("there is one of it: write {}", line.replace("[[", "[").replace("]]", "]"))
    } else if expects_list && line.starts_with('[') {
        format!("there may be several: write [{line}]")
    } else if expects_list {
        "it is a list: write [\"…\"]".to_owned()
    } else if line.contains(['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}'])
        && what.contains("quoted")
    {
        "write straight quotes: \"…\"".to_owned()
    } else if what.contains("expected a string")
        || what.contains("invalid float")
        || what.contains("must be quoted")
    {
        "write text and dates in double quotes".to_owned()
    } else if what.contains("escaped value") {
        "write \\\\ for a backslash, or put the text in single quotes".to_owned()
    } else if what.contains("duplicate key") {
        "one product per file, each key once".to_owned()
    } else {
        return None;
    };
    Some(help)
}

/// `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    matches!(parts.as_slice(), [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2))
}

/// The known key a mistyped one is near to, from the parser's list of what it expected.
fn near_key(what: &str) -> Option<String> {
    let rest =
        what.strip_prefix("unknown field `").or_else(|| what.strip_prefix("unknown variant `"))?;
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
            faults.push(self.here(None, format!("more than {MOST_TEXTS} texts")));
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
                faults.push(self.here(
                    self.span("text", index, "supersedes"),
                    format!("no text of this file is called {other}"),
                ));
            }
        }
        for (index, screen) in product.screens.iter().enumerate() {
            let braces = screen
                .at
                .replace("{application}", "")
                .replace("{entry}", "")
                .replace("{server}", "");
            if braces.contains(['{', '}']) || screen.at.trim().is_empty() {
                let what = "the way to a setting is plain text; only {application}, {entry} and {server} stand for a name";
                faults.push(self.here(self.span("screen", index, "at"), what));
            }
            if product.screens[..index].iter().any(|earlier| earlier.setting == screen.setting) {
                faults.push(self.here(
                    self.span("screen", index, "setting"),
                    "a second screen for this setting",
                ));
            }
        }
        for (index, field) in product.fields.iter().enumerate() {
            if field.at.is_empty()
                || field
                    .at
                    .split('.')
                    .any(|name| name.is_empty() || name.contains(['/', '~', '[', ' ']))
            {
                faults.push(self.here(
                    self.span("field", index, "at"),
                    "the way to a field is its names with dots between, as web.redirectUris",
                ));
            }
            if field.list && (field.to.is_some() || !field.words.is_empty()) {
                faults.push(self.here(
                    self.span("field", index, "list"),
                    "a list has no fixed values: values are added to it",
                ));
            }
        }
        for (index, tool) in product.tools.iter().enumerate() {
            if !tool.run.contains("{body}") {
                faults.push(self.here(
                    self.span("tool", index, "run"),
                    "a tool is given the file with the changed fields: {body}",
                ));
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
            faults.push(self.here(
                top("id"),
                "an id is 1 to 24 lower-case letters, digits and hyphens, and not \"other\"",
            ));
        }
        let generic = product.id == crate::set::GENERIC;
        if product.name.trim().is_empty() != generic {
            faults.push(self.here(top("name"), "a product has a name"));
        }
        if product.seen.as_deref().is_some_and(|seen| !is_date(seen)) {
            faults.push(self.here(top("seen"), "seen is a date written 2026-11-30"));
        }
        if let Some(codes) =
            product.codes.as_ref().filter(|codes| codes.prefix.len() < 2 || codes.digits < 2)
        {
            let what = format!(
                "a code is a prefix of at least 2 letters and at least 2 digits, not {:?} and {}",
                codes.prefix, codes.digits
            );
            faults.push(self.here(top("codes"), what));
        }
        let refused = product.headers.iter().filter_map(|name| askable(name).err());
        faults.extend(refused.map(|why| self.here(top("headers"), why)));
        let lists = [
            &product.tenant_hosts,
            &product.issuer_hosts,
            &product.stands_in,
            &product.group_links,
            &product.headers,
        ];
        let scripts = [
            &product.script_texts,
            &product.script_codes,
            &product.name_id_formats,
            &product.key_providers,
        ];
        if lists.iter().chain(&scripts).any(|list| list.len() > MOST_SIGNS) {
            faults.push(self.here(
                None,
                format!("a list of the file's head has more than {MOST_SIGNS} entries"),
            ));
        }
        faults.extend(self.of_proof(product));
        faults
    }

    /// Signs that fit everything, or nothing.
    fn of_proof(&self, product: &Product) -> Vec<Fault> {
        let proof = &product.proof;
        let mut faults = Vec::new();
        let mut wrong = |key: &str, sign: &str, why: &str| {
            faults.push(self.here(self.proof_span(key), format!("{sign:?} {why}")));
        };
        for (key, list) in [
            ("host", &proof.host),
            ("path", &proof.path),
            ("header", &proof.header),
            ("cookie", &proof.cookie),
        ] {
            if list.len() > MOST_SIGNS {
                wrong(key, key, "has more signs than any product needs");
            }
        }
        for (key, list) in [("markup", &proof.markup), ("title", &proof.title)] {
            if list.len() > MOST_SIGNS {
                wrong(key, key, "has more signs than any product needs");
            }
            for sign in list {
                let common = ["<html", "<!doctype", "<body", "<head>", "<title"]
                    .iter()
                    .any(|tag| sign.to_lowercase().trim() == *tag);
                if sign.trim().chars().count() < 3 || common {
                    wrong(key, sign, "stands on any page: take what only this product has");
                }
            }
        }
        for host in &proof.host {
            let bare = host.strip_prefix("*.").unwrap_or(host);
            let sound = bare.contains('.')
                && bare.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)
                });
            if !sound {
                wrong(
                    "host",
                    host,
                    "is no host: write sso.example.com or *.example.com, in lower case, without port or path",
                );
            }
        }
        for path in &proof.path {
            let words = path.split('/').filter(|part| !part.is_empty() && *part != "{~}");
            let letters: usize = words.clone().map(str::len).sum();
            if !path.starts_with('/')
                || letters < 3
                || words.clone().any(|part| part.contains(['{', '}', '*', '?']))
            {
                wrong(
                    "path",
                    path,
                    "proves no product: it begins with /, names something, and {~} is one whole segment",
                );
            }
        }
        for header in &proof.header {
            let (name, value) = header
                .split_once(':')
                .map_or((header.as_str(), None), |(name, value)| (name, Some(value.trim())));
            let name = name.trim().to_lowercase();
            let anyones = ANYONES_HEADERS.contains(&name.as_str()) && value.is_none();
            if name.is_empty() || value == Some("") || anyones || name.contains(' ') {
                wrong(
                    "header",
                    header,
                    "proves no product: write a header only it sends, or name: beginning of the value",
                );
            }
        }
        for cookie in proof.cookie.iter().filter(|cookie| {
            cookie.trim_end_matches('*').len() < if cookie.ends_with('*') { 3 } else { 2 }
        }) {
            wrong(
                "cookie",
                cookie,
                "is too short to prove a product: a name of at least 2 characters, or its beginning of at least 3 before *",
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
                let words = pattern.letters();
                if pattern.anchor().chars().count() < FEWEST {
                    let what = format!(
                        "its longest piece of words is shorter than {FEWEST} characters: nothing can be found by it"
                    );
                    faults.push(self.here(at("says"), what));
                }
                let alone = text.proof == ProvenBy::Text && product.id != crate::set::GENERIC;
                let addresses_only = text.places.iter().all(|place| *place == Where::Address);
                if words < FEWEST
                    || (alone && words < FEWEST_ALONE && !is_code(&text.says) && !addresses_only)
                {
                    let fewest = if words < FEWEST { FEWEST } else { FEWEST_ALONE };
                    let what = format!(
                        "{words} characters of words are too few to be this product's: at least {fewest}"
                    );
                    faults.push(
                        self.here(at("says"), what)
                            .help("take more of the sentence, or write proof = \"page\" where the page shows whose it is"),
                    );
                } else if alone
                    && GENERIC.contains(
                        &crate::folded::fold(&text.says).trim_end_matches(['.', '!']).trim(),
                    )
                {
                    let what = "any software writes these words";
                    faults.push(self.here(at("says"), what).help(
                        "write proof = \"page\", and in [proof] how the page shows whose it is",
                    ));
                }
            }
        }
        let again = |index: usize| text.places[..index].contains(&text.places[index]);
        if (0..text.places.len()).any(again)
            || text.at.len() > 3
            || text.supersedes.len() > MOST_SAMPLES
        {
            faults.push(self.here(at("in"), "a place, a part or an entry is named more than once"));
        }
        if text.lang.as_deref().is_some_and(|lang| !(2..=5).contains(&lang.len())) {
            faults.push(self.here(at("lang"), "a language is its code: en, de, fr, es, pt-br"));
        }
        if text.supersedes.contains(&text.id) {
            faults.push(self.here(at("supersedes"), format!("{} supersedes itself", text.id)));
        }
        if text.places.is_empty() {
            faults.push(self.here(at("in"), "in names no place: page, address, log or status"));
        }
        if text.proof == ProvenBy::Page && product.proof.is_empty() {
            faults
                .push(self.here(at("proof"), "the file has no [proof] that could prove the page"));
        }
        if text.means == diag_sdk::Meaning::Unknown {
            faults.push(self.here(at("means"), "a text is there for its meaning: unknown is none"));
        }
        for (key, samples) in [("hit", &text.hit), ("miss", &text.miss)] {
            if samples.is_empty() {
                let what = if key == "hit" {
                    "no sample that it must be found in"
                } else {
                    "no near miss that it must not be found in"
                };
                faults.push(
                    self.here(at("id"), format!("{}: {what}", text.id))
                        .help(format!("add {key} = [\"…\"]")),
                );
            }
            if samples.len() > MOST_SAMPLES
                || samples.iter().any(|sample| sample.len() > LONGEST_SAMPLE)
            {
                faults.push(self.here(
                    at(key),
                    format!("at most {MOST_SAMPLES} samples of {LONGEST_SAMPLE} characters"),
                ));
            }
        }
        faults
    }

    /// Tries every sample against the whole file.
    fn of_samples(&self, product: &Product) -> Vec<Fault> {
        let mut faults = Vec::new();
        let alone = Products::of(vec![product.clone()]);
        for (index, text) in product.texts.iter().enumerate() {
            if faults.len() > MOST_FAULTS {
                break;
            }
            for place in &text.places {
                let scope = Scope { place: *place, proven: alone.all() };
                for sample in &text.hit {
                    let found = alone.find_all(sample, &scope);
                    let own = found.iter().any(|found| found.text.id == text.id);
                    let led = found
                        .iter()
                        .find(|found| found.text.means != text.means && found.text.id != text.id);
                    let span = || self.span("text", index, "hit");
                    if !own {
                        let covered = found.iter().find(|found| found.text.means == text.means);
                        let what = match led.or(covered) {
                            Some(other) if other.text.means == text.means => {
                                format!(
                                    "{} finds nothing that {} does not find already: {sample:?}",
                                    text.id, other.text.id
                                )
                            }
                            Some(other) => format!(
                                "{} is found in its own sample in place of {}: {sample:?}",
                                other.text.id, text.id
                            ),
                            None => {
                                format!("{} is not found in its own sample: {sample:?}", text.id)
                            }
                        };
                        let fault = self.here(span(), what);
                        let how_far = Pattern::read(&text.says)
                            .map(|pattern| pattern.progress(&crate::folded::fold(sample)))
                            .ok();
                        faults.push(match how_far {
                            Some((there, Some(missing))) if !there.is_empty() => {
                                fault.help(format!("has \"{there}\", and then not \"{missing}\""))
                            }
                            _ => fault,
                        });
                    } else if let Some(other) = led {
                        let what = format!(
                            "{} is found in this sample too and means something else: {sample:?}",
                            other.text.id
                        );
                        faults.push(
                            self.here(span(), what)
                                .help("say which goes before with supersedes, or make one longer"),
                        );
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
    !id.is_empty()
        && id.len() <= 80
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// A vendor's code: letters and at least three digits.
fn is_code(says: &str) -> bool {
    let says = says.trim();
    says.bytes().filter(u8::is_ascii_digit).count() >= 3
        && says.bytes().any(|byte| byte.is_ascii_alphabetic())
        && says
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "_-:[]".contains(character))
}

/// Texts of different files that mean different things in one of the samples: which, and in what.
pub fn conflicts(products: &Products) -> Vec<String> {
    let mut told = BTreeMap::new();
    for product in products.iter() {
        for text in product.texts.iter() {
            for (place, sample) in text
                .places
                .iter()
                .flat_map(|place| text.hit.iter().map(move |sample| (*place, sample)))
            {
                let scope = Scope { place, proven: products.only(&product.id) };
                let found = products.find_all(sample, &scope);
                let own = found
                    .iter()
                    .find(|found| found.product.id == product.id && found.text.id == text.id);
                let other = found
                    .iter()
                    .find(|found| found.text.means != text.means && found.product.id != product.id);
                let key = format!("{}/{}", product.id, text.id);
                match (own, other) {
                    (None, _) => {
                        let by = found.first().map_or_else(String::new, |found| {
                            format!(", but {}/{}", found.product.id, found.text.id)
                        });
                        told.insert(key.clone(), format!("{key} is not found{by} in {sample:?}"));
                    }
                    (_, Some(other)) if other.product.id != crate::set::GENERIC => {
                        told.insert(
                            key.clone(),
                            format!(
                                "{key} and {}/{} in {sample:?}",
                                other.product.id, other.text.id
                            ),
                        );
                    }
                    _ => {}
                }
            }
        }
    }
    told.into_values().collect()
}
