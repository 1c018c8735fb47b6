//! `diag product new --from-capture`: a draft from pages of failed sign-ins whose reason nobody understood.

use super::super::examining::{Manner, examine};
use crate::args::ProductNewArguments;
use crate::failure::Failure;
use crate::files::{self, Given};
use crate::output;
use crate::progress::Meter;
use diag_core::report::Report;
use diag_products::{Products, Scope, Where};
use diag_render::Judged;
use diag_render::reading::understood;
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::judgement::Part;
use diag_sdk::host::host_of;
use diag_sdk::{Case, Meaning, Writer};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use toml_edit::Value;

/// Shortest sentence worth an entry, in characters.
const SHORTEST: usize = 12;
/// Longest sentence, in characters.
const LONGEST: usize = 200;
/// Most entries of a draft.
const MOST: usize = 20;

pub(crate) fn run(arguments: &ProductNewArguments) -> anyhow::Result<ExitCode> {
    let paths = [arguments.from_capture.clone()];
    let collected =
        files::collect(&Given { paths: &paths, sp_has: &[], idp_has: &[], most: files::usual() })
            .told()?;
    let manner = Manner::default();
    let meter = Meter::new(collected.files.iter().map(|file| file.size).sum());
    let examination = examine(&collected.files, &manner, &meter);
    meter.finish();
    let report =
        Report::new(&examination.case, diag_core::runner::Run::default(), &[], &manner.products);
    let judged = Judged {
        case: examination.case,
        sources: examination.sources,
        report,
        products: manner.products,
    };
    let shown = arguments.from_capture.display();
    if !understood(&judged) || judged.case.exchanges.is_empty() {
        return Err(Failure::new(format!("{shown}: no capture"))
            .hint("give the HAR of a sign-in that failed")
            .into());
    }
    let unknown = not_understood(&judged.case);
    if unknown.is_empty() {
        return Err(Failure::new(format!(
            "{shown}: no page states a reason that diag does not know"
        ))
        .hint("diag product explain tells what is found in a page")
        .into());
    }
    let id = kebab(&arguments.name, "my-product", 24);
    if arguments.name.trim().is_empty() || matches!(id.as_str(), "other" | "generic") {
        return Err(Failure::new(format!("--name {:?}: no name of a product", arguments.name))
            .hint("give the name people know it by")
            .into());
    }
    let draft = draft(arguments.name.trim(), &id, &unknown);
    match &arguments.output {
        None => output::print(&draft)?,
        Some(path) => {
            let named = path.display();
            let cannot = |error: &dyn std::fmt::Display| {
                Failure::new(format!("{named}: cannot be made: {error}"))
                    .hint("name a file that does not exist yet, in a folder that does")
            };
            // Whole or not at all, and never over anything that is there.
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            let mut file =
                tempfile::NamedTempFile::new_in(folder).map_err(|error| cannot(&error))?;
            file.write_all(draft.as_bytes()).map_err(|error| cannot(&error))?;
            file.persist_noclobber(path).map_err(|error| cannot(&error.error))?;
            output::print(&format!(
                "{named}: a draft. Say what each text means, then: diag product test {named}\n"
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A sentence that was not understood: its words, and the exchange that states it.
struct Unknown<'c> {
    words: String,
    exchange: Option<&'c Exchange>,
}

/// Sentences that pages state as their reason and nobody understands, without what differs from person to person.
fn not_understood(case: &Case) -> Vec<Unknown<'_>> {
    let known = Products::builtin();
    let scope = Scope { place: Where::Page, proven: known.all() };
    let mut seen: Vec<Unknown<'_>> = Vec::new();
    for statement in case.failures.iter().flat_map(|failure| &failure.said) {
        // A title is the name of a page as often as a reason.
        let states =
            matches!(statement.part, Part::Body | Part::Heading | Part::Alert | Part::Data);
        let coded = !known.codes_in(&statement.text).is_empty();
        // What is read by its words alone is no product's yet: a file tells whose it is, and more than its kind.
        let anyones = statement.meaning == Meaning::Unknown || statement.writer == Writer::Generic;
        if !states || coded || !anyones || known.says_anything(&statement.text, &scope) {
            continue;
        }
        let words = lasting(&statement.text);
        let repeats =
            seen.iter().any(|other| other.words.contains(&words) || words.contains(&other.words));
        if words.chars().count() >= SHORTEST && !repeats && seen.len() < MOST {
            seen.push(Unknown {
                words,
                exchange: statement.exchange.and_then(|index| case.exchanges.get(index)),
            });
        }
    }
    seen
}

/// The longest run of words that would stand on the page again for somebody else: no names in quotes, numbers, addresses or ids.
fn lasting(text: &str) -> String {
    let passing = |word: &str| {
        let inner = word.trim_matches(|character: char| !character.is_alphanumeric());
        word.contains([
            '@', '\\', '/', '=', '…', '"', '\'', '`', '\u{201c}', '\u{201d}', '\u{201e}', '\u{ab}',
            '\u{bb}',
        ]) && !inner.chars().all(|character| character.is_alphabetic() || character == '\'')
            || inner.bytes().filter(u8::is_ascii_digit).count() >= 3
            || word.starts_with(['"', '\'', '\u{201c}', '\u{201e}', '\u{ab}'])
    };
    let mut best: Vec<&str> = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    for word in text.split_whitespace().chain(["@"]) {
        if word == "@" || passing(word) {
            if run.join(" ").len() > best.join(" ").len() {
                best.clone_from(&run);
            }
            run.clear();
        } else {
            run.push(word);
        }
    }
    best.join(" ").trim_end_matches(['.', '…', '!', ':', ',', '(']).chars().take(LONGEST).collect()
}

fn draft(name: &str, id: &str, unknown: &[Unknown<'_>]) -> String {
    let quoted = |text: &str| Value::from(text).to_string().trim().to_owned();
    let hosts: BTreeSet<String> =
        unknown.iter().filter_map(|one| host_of(&one.exchange?.url)).collect();
    let role =
        if unknown.iter().filter_map(|one| one.exchange).all(|exchange| exchange.side == Side::Idp)
        {
            "idp"
        } else {
            "sp"
        };
    let mut out = format!(
        "# A draft of `diag product new`. Say what each text means (diag schema product lists the words), who has to act\n\
         # and where that was read; put {{actual}}, {{expected}} or {{attribute}} where a value stands; then diag product test.\n\
         # diag schema product > diag-product.schema.json gives an editor what it needs to complete and check this file.\n\
         #:schema ./diag-product.schema.json\n\
         schema = \"diag-product/1\"\nid = {}\nname = {}\nroles = [\"{role}\"]\n\n[proof]\n\
         # Hosts, paths, headers, cookies or markup that only this product has, wherever it is installed.\nhost = [{}]\n",
        quoted(id),
        quoted(name),
        hosts.iter().map(|host| quoted(host)).collect::<Vec<_>>().join(", ")
    );
    let mut ids: Vec<String> = Vec::new();
    for Unknown { words, .. } in unknown {
        let count = words.split_whitespace().count();
        let half: String = words.split_whitespace().take(count / 2).collect::<Vec<_>>().join(" ");
        let says = words.replace('{', "{{").replace('}', "}}");
        let mut id = kebab(words, "text", 48);
        if ids.contains(&id) {
            id = format!("{id}-{}", ids.len() + 1);
        }
        ids.push(id.clone());
        let _ = write!(
            out,
            "\n[[text]]\nid = {}\nsays = {}\nproof = \"page\"\nmeans = \"refused\"   # refused, and nobody knows why: put the meaning here\n\
             confidence = \"observed\"\nsource = \"\"\nhit = [{}]\nmiss = [{}]\n",
            quoted(&id),
            quoted(&says),
            quoted(words),
            quoted(&format!("How to read: {half}"))
        );
    }
    out
}

/// Words as an id, cut at a word; letters of other alphabets have no place in one.
fn kebab(text: &str, otherwise: &str, longest: usize) -> String {
    let mut id = String::new();
    for word in text
        .to_ascii_lowercase()
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if !id.is_empty() && id.len() + word.len() + 1 > longest {
            break;
        }
        if !id.is_empty() {
            id.push('-');
        }
        id.push_str(&word[..word.len().min(longest)]);
    }
    if id.is_empty() { otherwise.to_owned() } else { id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_keeps_what_the_page_says_to_everybody() {
        for (text, words) in [
            (
                "Ledger cannot open the books: attribute branch_no was expected.",
                "Ledger cannot open the books: attribute branch_no was expected",
            ),
            (
                "User 'CONTOSO\\adele.vance' has no seat in this house. Id 4711",
                "has no seat in this house. Id",
            ),
            (
                "See https://x.example/help and ask for a seat in the house",
                "and ask for a seat in the house",
            ),
        ] {
            assert_eq!(lasting(text), words);
        }
        assert_eq!(kebab("日本語", "text", 20), "text");
        assert_eq!(kebab("No seat, in this house", "text", 12), "no-seat-in");
    }
}
