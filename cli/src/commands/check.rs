//! `diag check`: judges everything given and writes the report.

use super::examining::{Manner, examine, judge, understood};
use crate::args::{self, CheckArguments, FailOn, Format};
use crate::checkers::Checkers;
use crate::config;
use crate::failure::{self, Failure};
use crate::files::{self, Collected, File, Given};
use crate::keys;
use crate::nearest::did_you_mean;
use crate::output::{self, Target};
use crate::plugins;
use crate::products;
use crate::progress::Meter;
use crate::render::{self, Detail, Judged};
use crate::terminal;
use crate::wording;
use clap::CommandFactory;
use diag_core::intake::{self, Options, Supplied};
use diag_core::runner::Selection;
use diag_products::Products;
use diag_sdk::Severity;
use diag_sdk::case::input::{HeldBy, Input, InputKind};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

pub(crate) fn run(mut arguments: CheckArguments) -> anyhow::Result<ExitCode> {
    let configured = config::apply(&mut arguments)?;
    let arguments = &arguments;
    let format = arguments.format.unwrap_or_default();
    let fail_on = arguments.fail_on.unwrap_or_default();
    // Nobody should wonder why checks are missing.
    if let Some(path) = configured.path.as_ref().filter(|_| format == Format::Text && arguments.defaults.config.is_none()) {
        failure::say_note(&format!("options from {}", path.display()));
    }
    let checkers = plugins::checkers(&arguments.plugins, &configured.plugins)?;
    let products = products::set(configured.products.iter().chain(&arguments.products.products))?;
    let manner = manner(arguments, &checkers, products)?;
    for (name, want) in checkers.refused() {
        failure::say_note(&format!("plugin {name} wants {want} and does not see it; --grant {name}={want} shows it"));
    }
    for (name, confinement) in checkers.unconfined() {
        failure::say_note(&format!("plugin {name} is not fully confined on this system: {confinement}"));
    }
    let collected =
        files::collect(&Given { paths: &arguments.paths, sp_has: &arguments.beside.sp_has, idp_has: &arguments.beside.idp_has });
    for note in &collected.notes {
        failure::say_note(note);
    }
    if collected.files.is_empty() {
        return Err(with_command_hint(files::nothing_read(&collected), arguments).into());
    }
    for trouble in &collected.troubles {
        failure::say_error(trouble);
    }
    let target = arguments.output.as_deref().map(|path| Target::new(path, &collected.files)).transpose()?;
    let cases = cases(arguments, collected)?;
    if cases.len() > 1 && format == Format::Json {
        return Err(Failure::new("--format json holds one report, and --each makes several")
            .hint("use --format ndjson: one report per line")
            .into());
    }

    let meter = Meter::new(cases.iter().flatten().map(|file| file.size).sum());
    let judged = judge_all(&cases, &manner, &checkers, &meter, arguments.jobs);
    meter.finish();
    let (understood, strange): (Vec<Judged>, Vec<Judged>) = judged.into_iter().partition(understood);
    if let ([], [only]) = (understood.as_slice(), strange.as_slice())
        && let [input] = only.case.inputs.as_slice()
    {
        return Err(Failure::new(remark(input)).into());
    }
    if format == Format::Text || understood.is_empty() {
        say_notes(understood.iter().chain(&strange));
    }
    if understood.is_empty() {
        return Err(Failure::new("none of the files holds anything to judge").hint(WHAT_IS_READ).into());
    }

    let detail = match (arguments.quiet, arguments.verbose) {
        (true, _) => Detail::Brief,
        (_, true) => Detail::Full,
        _ => Detail::Usual,
    };
    let width = if target.is_some() { terminal::USUAL } else { terminal::width() };
    let text = render::render(&understood, &checkers, render::Form { format, detail, width, fail_on })?;
    match target {
        Some(target) if format == Format::Text => target.write(&output::unstyled(&text))?,
        Some(target) => target.write(&text)?,
        None if format == Format::Text => output::print(&text)?,
        None => output::print_bytes(text.as_bytes())?,
    }
    Ok(exit_code(fail_on, &understood))
}

fn manner(arguments: &CheckArguments, checkers: &Checkers, products: Arc<Products>) -> Result<Manner, Failure> {
    for name in arguments.only.iter().chain(&arguments.skip) {
        known_name(name, checkers)?;
    }
    Ok(Manner {
        strict: arguments.strict,
        at: arguments.at,
        selection: Selection { only: arguments.only.clone(), skip: arguments.skip.clone() },
        keys: keys::load(&arguments.beside.key)?,
        products,
    })
}

/// A check or a family of that name exists.
fn known_name(name: &str, checkers: &Checkers) -> Result<(), Failure> {
    if checkers.family(name).is_some() || checkers.check(name).is_some() {
        return Ok(());
    }
    let hint = did_you_mean(name, checkers.names()).unwrap_or_else(|| "diag checks lists all of them".to_owned());
    Err(Failure::new(format!("{name}: no check or family of that name")).hint(hint))
}

/// The files of each case. Without `--each` there is one.
fn cases(arguments: &CheckArguments, collected: Collected) -> Result<Vec<Vec<File>>, Failure> {
    if !arguments.each {
        return Ok(vec![collected.files]);
    }
    if collected.files.iter().any(|file| file.path.is_none()) {
        return Err(Failure::new("standard input is one case: --each needs files").hint("leave out --each, or name the captures"));
    }
    let (captures, others): (Vec<File>, Vec<File>) = collected.files.into_iter().partition(is_capture);
    if captures.is_empty() {
        return Err(Failure::new("--each found no capture among the files").hint("leave out --each to judge configuration alone"));
    }
    // What was named belongs to every case; what lay in a folder belongs to the captures of that folder.
    Ok(captures
        .into_iter()
        .map(|capture| {
            let folder = capture.folder();
            let mut files = vec![capture];
            files.extend(others.iter().filter(|other| other.named || other.folder() == folder).cloned());
            files
        })
        .collect())
}

/// Whether a file is a capture, told as it will be when it is judged.
fn is_capture(file: &File) -> bool {
    file.held_by == HeldBy::Publisher
        && intake::holds_capture(
            Supplied { path: file.shown.clone(), named: file.named, held_by: file.held_by, reader: file.reader() },
            &Options::default(),
        )
}

/// Judges the cases on several threads; the results stand in the order of the cases.
fn judge_all(cases: &[Vec<File>], manner: &Manner, checkers: &Checkers, meter: &Meter, jobs: Option<u16>) -> Vec<Judged> {
    let one = |files: &[File]| judge(examine(files, manner, meter), manner, checkers);
    let threads = jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get), usize::from).min(cases.len());
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
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, judged));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, judged)| judged).collect()
}

pub(super) const WHAT_IS_READ: &str = "diag reads HAR captures, SAML metadata and messages, and exports of either side's configuration: diag product list tells of which products";

/// Remarks on files that are none of ours, each once.
pub(super) fn say_notes<'a>(judged: impl Iterator<Item = &'a Judged>) {
    let mut said = BTreeSet::new();
    for input in judged.flat_map(|judged| &judged.case.inputs).filter(|input| input.kind == InputKind::Unrecognised) {
        let line = remark(input);
        if said.insert(line.clone()) {
            failure::say_note(&line);
        }
    }
}

/// One line about a file that is none of ours, or of which nothing is left.
pub(super) fn remark(input: &Input) -> String {
    let path = wording::path(&input.path);
    match input.notes.as_slice() {
        [] => format!("{path}: neither a capture nor metadata nor an export that diag knows"),
        notes => format!("{path}: {}", notes.join("; ")),
    }
}

/// `diag chekc login.har` names no file: say so.
fn with_command_hint(failure: Failure, arguments: &CheckArguments) -> Failure {
    let first = arguments.paths.first().map(PathBuf::as_path).and_then(|path| path.to_str());
    let command = args::Arguments::command();
    let commands: Vec<&str> = command.get_subcommands().filter(|command| !command.is_hide_set()).map(clap::Command::get_name).collect();
    match first.filter(|first| !first.contains(['/', '.', '\\'])) {
        Some(first) if commands.contains(&first) => failure.hint(format!("options stand behind the command: diag {first} …")),
        Some(first) => match did_you_mean(first, commands) {
            Some(hint) => failure.hint(format!("{first} is no command; {hint}")),
            None => failure,
        },
        None => failure,
    }
}

fn exit_code(fail_on: FailOn, judged: &[Judged]) -> ExitCode {
    let worst = judged.iter().filter_map(|judged| judged.report.worst()).max();
    let fails = match fail_on {
        FailOn::Never => false,
        FailOn::Error => worst >= Some(Severity::Error),
        FailOn::Warning => worst >= Some(Severity::Warning),
    };
    ExitCode::from(u8::from(fails))
}
