//! `diag check`: judges everything given and writes the report.

use super::each;
use super::each::folders::{Job, Jobs};
use super::ending;
use super::examining::{Manner, examine, judge};
use crate::args::{CheckArguments, Format};
use crate::checkers::Checkers;
use crate::config::{self, Configured};
use crate::console;
use crate::failure::{self, Failure};
use crate::files::{self, Collected, File, Given};
use crate::keys;
use crate::nearest::did_you_mean;
use crate::output::{self, Target};
use crate::plugins;
use crate::products;
use crate::progress::Meter;
use diag_core::runner::Selection;
use diag_products::Products;
use diag_render::reading::{self, remark, understood};
use diag_render::{Detail, Form, Judged};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

pub(crate) fn run(mut arguments: CheckArguments) -> anyhow::Result<ExitCode> {
    let configured = config::apply(&mut arguments)?;
    let arguments = &arguments;
    let format =
        arguments.format.or_else(|| ending_of(arguments.output.as_deref()?)).unwrap_or_default();
    let fail_on = arguments.fail_on.unwrap_or_default();
    // Nobody should wonder why checks are missing.
    let unnamed =
        configured.paths.iter().filter(|path| arguments.defaults.config.as_ref() != Some(path));
    for path in unnamed.filter(|_| format == Format::Text) {
        failure::say_note(&format!("options from {}", path.display()));
    }
    let checkers = plugins::those_there(&arguments.plugins, &configured.plugins)?;
    for one in checkers.absent() {
        failure::say_failure(&one.why, one.asked_for || arguments.plugins.strict_plugins);
    }
    let lacking =
        checkers.absent().iter().any(|one| one.asked_for || arguments.plugins.strict_plugins);
    let products = products::set_with(
        configured.products.iter().chain(&arguments.products.products),
        checkers.products(),
    )?;
    let read_too = configured.read_beside([
        &arguments.beside.key,
        &arguments.plugins.plugins,
        &arguments.products.products,
    ]);
    let manner = manner(arguments, &checkers, products, configured)?;
    for (name, want) in checkers.refused() {
        failure::say_note(&format!(
            "plugin {name} wants {want} and does not see it; --grant {name}={want} shows it"
        ));
    }
    for (name, confinement) in checkers.unconfined() {
        failure::say_note(&format!(
            "plugin {name} is not fully confined on this system: {confinement}"
        ));
    }
    let collected = files::collect(&Given {
        paths: &arguments.paths,
        sp_has: &arguments.beside.sp_has,
        idp_has: &arguments.beside.idp_has,
        most: if arguments.each { u64::MAX } else { manner.bounds.files },
    });
    for note in &collected.notes {
        failure::say_note(note);
    }
    if collected.files.is_empty() && (!arguments.each || collected.unopened.is_empty()) {
        return Err(files::nothing_read(&collected).into());
    }
    for trouble in &collected.troubles {
        failure::say_error(trouble);
    }
    let target = arguments
        .output
        .as_deref()
        .map(|path| Target::new(path, &collected.files, &read_too))
        .transpose()?;
    if arguments.resume && format != Format::Ndjson {
        return Err(Failure::new("--resume goes on with records")
            .hint("add --format ndjson")
            .into());
    }
    if arguments.each && collected.files.iter().any(File::is_standard_input) {
        return Err(Failure::new("standard input is one case: --each needs files")
            .hint("leave out --each, or name the captures")
            .into());
    }
    if arguments.each && format == Format::Ndjson {
        return each::run(arguments, &manner, &checkers, collected, target);
    }
    let cases = cases(arguments, collected)?;
    if cases.len() > 1 && format == Format::Json {
        return Err(Failure::new("--format json holds one report, and --each makes several")
            .hint("use --format ndjson: one report per line")
            .into());
    }

    let meter = Meter::new(cases.iter().flatten().map(|file| file.size).sum());
    let judged = judge_all(&cases, &manner, &checkers, &meter, arguments.jobs);
    meter.finish();
    let (understood, strange): (Vec<Judged>, Vec<Judged>) =
        judged.into_iter().partition(understood);
    if let ([], [only]) = (understood.as_slice(), strange.as_slice())
        && let [input] = only.case.inputs.as_slice()
    {
        let failure = Failure::new(remark(input));
        return Err(if input.path.starts_with(files::COMMAND_LINE) {
            failure.hint(DECODE)
        } else {
            failure
        }
        .into());
    }
    if format == Format::Text || understood.is_empty() {
        say_notes(understood.iter().chain(&strange));
    }
    if understood.is_empty() {
        return Err(Failure::new("none of the files holds anything to judge")
            .hint(WHAT_IS_READ)
            .into());
    }

    let detail = match (arguments.quiet, arguments.verbose) {
        (true, _) => Detail::Brief,
        (_, true) => Detail::Full,
        _ => Detail::Usual,
    };
    let width = if target.is_some() { console::USUAL } else { console::width() };
    let height = if target.is_some() { None } else { console::height() };
    let text = diag_render::render(
        &understood,
        checkers.checks(),
        Form { format: format.into(), detail, width, height, fail_on: fail_on.into() },
    )?;
    match target {
        Some(target) if format == Format::Text => target.write(&output::unstyled(&text))?,
        Some(target) => target.write(&text)?,
        None if format == Format::Text => output::print(&text)?,
        None => output::print_bytes(text.as_bytes())?,
    }
    if arguments.verbose {
        for (plugin, printed) in checkers.printed() {
            failure::say_printed(&plugin, &printed);
        }
    }
    // Who reads a report sees that; a script sees the code alone.
    if let Some(remark) = ending::remark(fail_on, &understood, lacking)
        .filter(|_| format != Format::Text || arguments.quiet)
    {
        failure::say_note(remark);
    }
    Ok(ending::code(fail_on, &understood, lacking))
}

/// The format that the ending of a file's name stands for.
fn ending_of(output: &Path) -> Option<Format> {
    match output.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "html" | "htm" => Some(Format::Html),
        "md" | "markdown" => Some(Format::Markdown),
        "json" => Some(Format::Json),
        "ndjson" | "jsonl" => Some(Format::Ndjson),
        "sarif" => Some(Format::Sarif),
        "xml" => Some(Format::Junit),
        _ => None,
    }
}

fn manner(
    arguments: &CheckArguments,
    checkers: &Checkers,
    products: Arc<Products>,
    configured: Configured,
) -> Result<Manner, Failure> {
    for name in &arguments.only {
        known_name(name, checkers)?;
    }
    // What belongs to a plugin that could not be loaded cannot be told from what was mistyped.
    let all_there = checkers.absent().is_empty();
    for name in arguments.skip.iter().filter(|_| all_there) {
        known_name(name, checkers)?;
    }
    for suppression in configured.suppressions.iter().filter(|_| all_there) {
        known_name(&suppression.check, checkers).map_err(|failure| failure.within("[[ignore]]"))?;
    }
    for level in configured.levels.iter().filter(|_| all_there) {
        known_name(&level.check, checkers).map_err(|failure| failure.within("[[level]]"))?;
    }
    Ok(Manner {
        strict: arguments.strict,
        entity: arguments.entity.clone(),
        at: arguments.at,
        selection: Selection { only: arguments.only.clone(), skip: arguments.skip.clone() },
        keys: keys::load(&arguments.beside.key)?,
        products,
        suppressions: configured.suppressions,
        levels: configured.levels,
        bounds: configured.bounds,
        expectations: configured.expectations,
        headers: checkers.headers(),
    })
}

/// A check or a family of that name exists.
fn known_name(name: &str, checkers: &Checkers) -> Result<(), Failure> {
    if checkers.family(name).is_some() || checkers.check(name).is_some() {
        return Ok(());
    }
    let hint = did_you_mean(name, checkers.names())
        .unwrap_or_else(|| "diag checks lists all of them".to_owned());
    Err(Failure::new(format!("{name}: no check or family of that name")).hint(hint))
}

/// The files of each case. Without `--each` there is one.
fn cases(arguments: &CheckArguments, collected: Collected) -> Result<Vec<Vec<File>>, Failure> {
    if !arguments.each {
        return Ok(vec![collected.files]);
    }
    let cases: Vec<Vec<File>> = Jobs::new(collected, BTreeSet::new())
        .filter_map(|job| match job {
            Job::Case(files) => Some(files),
            Job::NoCapture(file) => Some(vec![file]),
            Job::Unopened(_) => None,
        })
        .collect();
    if cases.is_empty() {
        return Err(Failure::new("--each found no capture among the files")
            .hint("leave out --each to judge configuration alone"));
    }
    Ok(cases)
}

/// Judges the cases on several threads; the results stand in the order of the cases.
fn judge_all(
    cases: &[Vec<File>],
    manner: &Manner,
    checkers: &Checkers,
    meter: &Meter,
    jobs: Option<u16>,
) -> Vec<Judged> {
    let one = |files: &[File]| judge(examine(files, manner, meter), manner, checkers);
    let threads = jobs
        .map_or_else(
            || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            usize::from,
        )
        .min(cases.len());
    if threads <= 1 {
        return cases.iter().map(|files| one(files)).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Judged)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(files) = cases.get(index) else { break };
                    let judged = one(files);
                    done.lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .push((index, judged));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, judged)| judged).collect()
}

const DECODE: &str = "diag decode shows what a message says, even one that is cut or damaged";

pub(super) const WHAT_IS_READ: &str = "diag reads HAR captures, SAML metadata and messages, and exports of either side's configuration: diag product list tells of which products";

/// Remarks on files that are none of ours, each once; of the many that lie about in a folder, only their names.
pub(super) fn say_notes<'a>(judged: impl Iterator<Item = &'a Judged>) {
    for remark in reading::remarks(judged) {
        failure::say_note(&remark);
    }
}
