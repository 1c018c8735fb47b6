//! `diag compare`: what differs in meaning between a working and a failing case.

use super::check::{WHAT_IS_READ, say_notes};
use super::examining::{Manner, examine, judge};
use crate::args::{CompareArguments, CompareFormat};
use crate::checkers::Checkers;
use crate::console;
use crate::failure::{self, Failure};
use crate::files::{self, Given};
use crate::keys;
use crate::output;
use crate::products;
use crate::progress::Meter;
use diag_core::compare::{self, Side};
use diag_core::verdict::Verdict;
use diag_render::reading::{remark, understood};
use diag_render::{Judged, contrast, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) fn run(arguments: &CompareArguments) -> anyhow::Result<ExitCode> {
    let keys = keys::load(&arguments.key)?;
    let manner = Manner {
        keys,
        at: arguments.at,
        products: products::set(&arguments.products.products)?,
        ..Manner::default()
    };
    let good = one(&arguments.working, &manner)?;
    let bad = one(&arguments.failing, &manner)?;
    match (good.report.verdict, bad.report.verdict) {
        (Verdict::Broken, Verdict::Healthy) => {
            failure::say_note(
                "the first case fails and the second one works: give the working one first",
            );
        }
        (Verdict::Healthy, Verdict::Healthy) => failure::say_note("both cases work"),
        (Verdict::Broken, _) => failure::say_note(
            "the first case does not work either: what fails in both is no difference",
        ),
        _ => {}
    }
    let found = compare::contrast(side(&good), side(&bad));
    match arguments.format {
        CompareFormat::Json => {
            output::print_bytes(json::pretty(&contrast::written(&good, &bad, &found))?.as_bytes())?;
        }
        CompareFormat::Text => {
            output::print(&contrast::text(&good, &bad, &found, console::width()))?;
        }
        CompareFormat::Markdown => output::print(&contrast::markdown(&good, &bad, &found))?,
        CompareFormat::Html => {
            output::print_bytes(contrast::html(&good, &bad, &found)?.as_bytes())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn side(judged: &Judged) -> Side<'_> {
    Side { case: &judged.case, report: &judged.report }
}

/// Judges what lies at a path as one case.
fn one(path: &Path, manner: &Manner) -> Result<Judged, Failure> {
    let paths: [PathBuf; 1] = [path.to_owned()];
    let collected =
        files::collect(&Given { paths: &paths, sp_has: &[], idp_has: &[], most: files::usual() })
            .told()?;
    let meter = Meter::new(collected.files.iter().map(|file| file.size).sum());
    let judged = judge(examine(&collected.files, manner, &meter), manner, &Checkers::builtin());
    meter.finish();
    if !understood(&judged) {
        return Err(match judged.case.inputs.as_slice() {
            [only] => Failure::new(remark(only)),
            _ => Failure::new(format!("{}: holds nothing to judge", files::typed::shortened(path))),
        }
        .hint(WHAT_IS_READ));
    }
    say_notes(std::iter::once(&judged));
    Ok(judged)
}
