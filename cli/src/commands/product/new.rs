//! `diag product new --from-capture`: a draft from pages of failed sign-ins whose reason nobody understood.

use super::super::examining::{Manner, examine, understood};
use crate::args::ProductNewArguments;
use crate::failure::Failure;
use crate::files::{self, Given};
use crate::output;
use crate::progress::Meter;
use crate::render::Judged;
use diag_core::report::Report;
use diag_products::{Products, Scope, Where};
use diag_sdk::case::judgement::{Part, Statement};
use diag_sdk::host::host_of;
use diag_sdk::{Case, Meaning};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use toml_edit::Value;

/// Shortest sentence worth an entry, in characters.
const SHORTEST: usize = 12;
/// Most entries of a draft.
const MOST: usize = 20;

pub(crate) fn run(arguments: &ProductNewArguments) -> anyhow::Result<ExitCode> {
    let paths = [arguments.from_capture.clone()];
    let collected = files::collect(&Given { paths: &paths, sp_has: &[], idp_has: &[] });
    if collected.files.is_empty() {
        return Err(files::nothing_read(&collected).into());
    }
    let manner = Manner::default();
    let meter = Meter::new(collected.files.iter().map(|file| file.size).sum());
    let examination = examine(&collected.files, &manner, &meter);
    meter.finish();
    let report = Report::new(&examination.case, diag_core::runner::Run::default(), &[], &manner.products);
    let judged = Judged { case: examination.case, sources: examination.sources, report, products: manner.products };
    let shown = arguments.from_capture.display();
    if !understood(&judged) || judged.case.exchanges.is_empty() {
        return Err(Failure::new(format!("{shown}: no capture")).hint("give the HAR of a sign-in that failed").into());
    }
    let unknown = not_understood(&judged.case);
    if unknown.is_empty() {
        return Err(Failure::new(format!("{shown}: no page states a reason that diag does not know"))
            .hint("diag product explain tells what is found in a page")
            .into());
    }
    let draft = draft(&arguments.name, &judged.case, &unknown);
    match &arguments.output {
        None => output::print(&draft)?,
        Some(path) => {
            let named = path.display();
            let made = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
            let mut file = made
                .map_err(|error| Failure::new(format!("{named}: cannot be made: {error}")).hint("name a file that does not exist yet"))?;
            file.write_all(draft.as_bytes())?;
            output::print(&format!("{named}: a draft. Say what each text means, then: diag product test {named}\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Sentences that pages state as their reason and nobody understands.
fn not_understood(case: &Case) -> Vec<&Statement> {
    let known = Products::builtin();
    let mut seen: Vec<&Statement> = Vec::new();
    for statement in case.failures.iter().flat_map(|failure| &failure.said) {
        let own_words = !matches!(statement.part, Part::Status | Part::Log | Part::Address);
        let worth = statement.meaning == Meaning::Unknown && statement.text.chars().count() >= SHORTEST;
        let scope = Scope { place: Where::Page, proven: known.all() };
        if own_words
            && worth
            && seen.len() < MOST
            && !seen.iter().any(|other| other.text == statement.text)
            && !known.says_anything(&statement.text, &scope)
        {
            seen.push(statement);
        }
    }
    seen
}

fn draft(name: &str, case: &Case, unknown: &[&Statement]) -> String {
    let id = kebab(name, 24);
    let quoted = |text: &str| Value::from(text).to_string().trim().to_owned();
    let hosts: std::collections::BTreeSet<String> = unknown
        .iter()
        .filter_map(|statement| statement.exchange.and_then(|index| case.exchanges.get(index)))
        .filter_map(|exchange| host_of(&exchange.url))
        .collect();
    let mut out = format!(
        "# A draft of `diag product new`. Say what each text means (diag schema product lists the words), who has to act\n\
         # and where that was read; put {{actual}}, {{expected}} or {{attribute}} where a value stands; then diag product test.\n\
         schema = \"diag-product/1\"\nid = {}\nname = {}\nroles = [\"sp\"]\n\n[proof]\n# Hosts, paths, headers, cookies or markup that only this product has.\nhost = [{}]\n",
        quoted(&id),
        quoted(name),
        hosts.iter().map(|host| quoted(host)).collect::<Vec<_>>().join(", ")
    );
    for statement in unknown {
        let words: String = statement.text.trim_end_matches(['.', '…', '!']).chars().take(200).collect();
        let half: String = words.split_whitespace().take(words.split_whitespace().count() / 2).collect::<Vec<_>>().join(" ");
        let says = words.replace('{', "{{").replace('}', "}}");
        let _ = write!(
            out,
            "\n[[text]]\nid = {}\nsays = {}\nproof = \"page\"\nmeans = \"refused\"   # refused, and nobody knows why: put the meaning here\nconfidence = \"observed\"\nsource = \"\"\nhit = [{}]\nmiss = [{}]\n",
            quoted(&kebab(&words, 48)),
            quoted(&says),
            quoted(&words),
            quoted(&format!("How to read: {half}"))
        );
    }
    out
}

/// Words as an id, cut at a word.
fn kebab(text: &str, longest: usize) -> String {
    let mut id = String::new();
    for word in text.to_ascii_lowercase().split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !id.is_empty() && id.len() + word.len() + 1 > longest {
            break;
        }
        if !id.is_empty() {
            id.push('-');
        }
        id.push_str(&word[..word.len().min(longest)]);
    }
    if id.is_empty() { "text".to_owned() } else { id }
}
