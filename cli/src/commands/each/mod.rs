//! `diag check --each --format ndjson`: one record for each capture, written as soon as it is its turn.
//!
//! Memory does not grow with the number of captures beyond their paths: a folder is looked at when its turn comes, a
//! few cases are judged at a time, and of each only its line is left.

pub(crate) mod folders;
mod journal;
mod record;
mod turns;

use super::ending;
use super::examining::{Manner, examine, judge};
use crate::args::{CheckArguments, Records};
use crate::checkers::Checkers;
use crate::failure::{self, Failure};
use crate::files::{Collected, File};
use crate::output::{self, Target};
use crate::progress::Meter;
use diag_core::report::Report;
use diag_core::runner::Run;
use diag_render::reading::remark;
use diag_sdk::Case;
use diag_sdk::case::input::{Input, InputKind};
use folders::{Job, Jobs};
use journal::Left;
use std::io::{self, Write};
use std::process::ExitCode;

/// What is left of a capture once it is judged.
struct Line {
    text: String,
    report: Report,
    unreadable: bool,
}

/// Judges each capture on its own.
pub(super) fn run(
    arguments: &CheckArguments,
    manner: &Manner,
    checkers: &Checkers,
    collected: Collected,
    target: Option<Target>,
) -> anyhow::Result<ExitCode> {
    let fail_on = arguments.fail_on.unwrap_or_default();
    let meter = Meter::new(collected.files.iter().map(|file| file.size).sum());
    let (mut resumed, mut whole, mut printed) = (None, None, None);
    let mut left = Left::default();
    let out: &mut dyn Write = match target {
        Some(target) if arguments.resume => {
            let (file, earlier) = journal::resume(target.path())?;
            left = earlier;
            resumed.insert(file)
        }
        Some(target) => whole.insert(target.stream()?),
        None => {
            output::must_be_open()?;
            printed.insert(io::stdout().lock())
        }
    };
    let jobs = Jobs::new(collected, left.done);
    let mut tally = left.tally;
    let threads = arguments.jobs.map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        usize::from,
    );
    let records = arguments.records.unwrap_or_default();
    let one = |job: Job| line(&job, manner, checkers, &meter, records);
    let written = turns::in_order(jobs, threads, one, |line| {
        let line = line.map_err(Ended::Failed)?;
        tally.add(&line.report, line.unreadable);
        match journal::write(out, &line.text) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Ended::ReaderGone),
            Err(error) => Err(Ended::Failed(error.into())),
        }
    });
    meter.finish();
    let jobs = match written {
        Ok(jobs) => jobs,
        Err(Ended::ReaderGone) => return Ok(ExitCode::SUCCESS),
        Err(Ended::Failed(error)) => return Err(error.context("the records cannot be written")),
    };
    if tally.all() == 0 {
        return Err(Failure::new("--each found no capture among the files")
            .hint("leave out --each to judge configuration alone")
            .into());
    }
    if let Some(whole) = whole {
        whole.finish()?;
    }
    let earlier = match jobs.passed() {
        0 => String::new(),
        passed => format!("; {passed} of them had a record already"),
    };
    failure::say_note(&format!("{}{earlier}", tally.words()));
    let lacking =
        checkers.absent().iter().any(|one| one.asked_for || arguments.plugins.strict_plugins);
    let all = ending::Left {
        worst: tally.worst,
        crashed: tally.crashed,
        none_judged: tally.none_judged(),
        lacking,
    };
    if let Some(remark) = all.remark(fail_on) {
        failure::say_note(remark);
    }
    Ok(all.code(fail_on))
}

/// Why writing ended before its end.
enum Ended {
    ReaderGone,
    Failed(anyhow::Error),
}

/// Judges a capture and writes its line.
fn line(
    job: &Job,
    manner: &Manner,
    checkers: &Checkers,
    meter: &Meter,
    records: Records,
) -> anyhow::Result<Line> {
    let (report, error) = match job {
        Job::Case(files) => judged(files, manner, checkers, meter),
        Job::NoCapture(file) => {
            let case = examine(std::slice::from_ref(file), manner, meter).case;
            let error = case.inputs.first().map_or_else(String::new, remark);
            (nothing(case.inputs, checkers, manner), Some(error))
        }
        Job::Unopened(unopened) => {
            let input = Input {
                id: "i1".to_owned(),
                path: unopened.shown.clone(),
                notes: vec![unopened.why.clone()],
                ..Input::default()
            };
            (nothing(vec![input], checkers, manner), Some(unopened.why.clone()))
        }
    };
    let write = match records {
        Records::Whole => record::whole,
        Records::Short => record::short,
    };
    let text = write(job.capture(), &report, error.as_deref())?;
    Ok(Line { text, report, unreadable: error.is_some() })
}

/// The report on a case, and why there is none to speak of where its capture holds nothing.
fn judged(
    files: &[File],
    manner: &Manner,
    checkers: &Checkers,
    meter: &Meter,
) -> (Report, Option<String>) {
    let examination = examine(files, manner, meter);
    if !examination.case.exchanges.is_empty() {
        return (judge(examination, manner, checkers).report, None);
    }
    let inputs = examination.case.inputs;
    let capture = inputs
        .iter()
        .find(|input| matches!(input.kind, InputKind::Har | InputKind::Sketch))
        .or(inputs.first());
    let error = capture.map_or_else(String::new, remark);
    (nothing(inputs, checkers, manner), Some(error))
}

/// A report in which nothing was judged.
fn nothing(inputs: Vec<Input>, checkers: &Checkers, manner: &Manner) -> Report {
    let case = Case { inputs, ..Case::default() };
    Report::new(&case, Run::default(), checkers.checks(), &manner.products)
}
