//! `diag flow`: the attempts of a capture as timelines.

use super::examining::{Manner, examine, judge, understood};
use crate::args::FlowArguments;
use crate::checkers::Checkers;
use crate::failure::{self, Failure};
use crate::files::{self, Given};
use crate::output;
use crate::progress::Meter;
use crate::render::text::timeline;
use crate::terminal;
use std::process::ExitCode;

pub(crate) fn run(arguments: &FlowArguments) -> anyhow::Result<ExitCode> {
    let collected = files::collect(&Given { paths: &arguments.captures, sp_has: &[], idp_has: &[] });
    for trouble in &collected.troubles {
        failure::say_error(trouble);
    }
    if collected.files.is_empty() {
        return Err(files::nothing_read(&collected).into());
    }
    let meter = Meter::new(collected.files.iter().map(|file| file.size).sum());
    let manner = Manner::default();
    let judged = judge(examine(&collected.files, &manner, &meter), &manner, &Checkers::builtin());
    meter.finish();
    if !understood(&judged) || judged.case.exchanges.is_empty() {
        return Err(Failure::new("no capture among the files")
            .hint("diag flow reads what a browser recorded: export a HAR from the developer tools' Network tab")
            .into());
    }
    output::print(&timeline::render(&judged, terminal::width()))?;
    Ok(ExitCode::SUCCESS)
}
